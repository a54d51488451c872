"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import time
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


COUNTING = 0.0056  # seconds that `count` took on the machine on which the limits of time were set


def count() -> float:
    """Seconds of CPU for a fixed piece of work."""
    start, words = time.process_time(), ["one", "two", "three", "four", "five", "six", "seven"] * 40
    for _ in range(400):
        counts: dict[str, int] = {}
        for word in words:
            counts[word] = counts.get(word, 0) + len(word.upper())
    return time.process_time() - start


@pytest.fixture
def pace() -> float:
    """How much slower this machine is than the one on which limits of time were set; at least 1.

    Measured for each test anew: what runs beside it, another worker or another program, slows CPU time as well.
    """
    return max(1.0, min(count() for _ in range(5)) / COUNTING)
