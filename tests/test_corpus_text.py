"""The bars for links and chrome, on the real pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chrome import measure
from benchmarks.links import Tally, plant, real
from benchmarks.pointers import ADVERSARIES, FORMS
from config.chrome import load_chrome
from extractors.clean import CleanRules, compile_rules

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def pages(corpus: Path, prefix: str) -> list[Path]:
    return sorted((corpus / "articles").glob(f"{prefix}*.json"))


def test_planted_pointers_are_lifted_and_nothing_else(corpus: Path, rules: CleanRules) -> None:
    forms = [*FORMS, *ADVERSARIES]
    every = Tally()
    for number, path in enumerate(pages(corpus, "aeb-")):
        tally = plant(path, forms[number % len(forms)], rules)
        every.add(tally or Tally())
    assert every.planted > 40
    assert every.found >= 0.95 * every.planted
    assert every.meant >= 0.95 * every.given
    assert every.placed == every.found


def test_pointers_that_stand_in_the_pages_are_lifted(corpus: Path, rules: CleanRules) -> None:
    rows = [real(path, rules) for path in pages(corpus, "fun-uk")]
    assert sum(row[1] for row in rows) >= 0.95 * sum(row[0] for row in rows)


def test_rules_for_chrome_cut_chrome(corpus: Path, rules: CleanRules) -> None:
    score = measure(pages(corpus, "wcx-"), rules)
    assert len(score.lost) <= 0.002 * score.sentences
    assert 2 * len(score.ours) <= len(score.theirs)
