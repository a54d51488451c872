"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real data with ground truth, which does not ship with the project."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus is not on this machine")
    return folder


@pytest.fixture(scope="session")
def seed() -> str:
    """The sample article with all its chrome, as an aggregator shows it."""
    files = sorted((SHARED / "seed").glob("*.txt"))
    if not files:
        pytest.skip("the sample article is not on this machine")
    return files[0].read_text(encoding="utf-8")
