"""What was learnt of a tag is kept when it is better than what stands, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.linear import Model
from extractors.schooling import Case, Judge, Lesson
from extractors.subject import Named
from flows.schooling import Pupil, settle
from storage.store import Store

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MILLS = Named(id="mills", name="Mills", kind="topic")
CASES = [Case(features={}, own=0.7, given=True, said=place % 2 == 0) for place in range(12)]
RIGHT = tuple(case.said is True for case in CASES)
WRONG = tuple(not right for right in RIGHT)
MODEL = Model(labels=("mills",), biases=(0.5,), slopes=(1.0,), offsets=(0.0,), cuts={"mills": 0.5})
LESSON = Lesson(tag="mills", verdicts=12, before=0.667, after=1.0, judged=RIGHT, model=MODEL, threshold=0.6)
PUPIL = Pupil(tag=MILLS, threshold=0.55, cases=CASES)
STANDS = Judge(tag="mills", threshold=0.55)  # gives all of them the tag: F1 .667


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as store:
        store.tags.name([(MILLS, (), "")])
        yield store


def kept(store: Store) -> tuple[list[str], dict[str, float]]:
    training = store.tags.training()
    return [one.name for one in training.models], dict(training.thresholds)


def test_what_was_learnt_is_kept_with_its_figures(store: Store) -> None:
    told = settle(store, PUPIL, LESSON, NOW)
    assert (told.learnt, told.before, told.after) == ("a model and a threshold of 0.60", 0.667, 1.0)
    assert kept(store) == (["corrections/mills"], {"mills": 0.6})
    assert store.tags.trained_at("corrections/mills", "mills") == "2026-11-29T12:00:00Z"


def test_nothing_learnt_takes_the_place_of_what_was(store: Store) -> None:
    settle(store, PUPIL, LESSON, NOW)
    told = settle(store, PUPIL, replace(LESSON, model=None, threshold=None, after=0.667), NOW)
    assert told.learnt == "nothing: the rules judge as well"
    assert kept(store) == ([], {})


LATER = {
    "what stands is better on the verdicts since": (WRONG, range(6), "nothing: what stands is better on the 6 verdicts since", 0.6),
    "what comes is better on the verdicts since": (RIGHT, range(6), "a threshold of 0.80", 0.8),
    "too few verdicts came since to tell": (WRONG, range(4), "a threshold of 0.80", 0.8),
}  # fmt: skip


@pytest.mark.parametrize(("judged", "later", "learnt", "threshold"), LATER.values(), ids=LATER)
def test_what_stands_is_judged_by_verdicts_that_it_has_not_seen(
    store: Store, judged: tuple[bool, ...], later: range, learnt: str, threshold: float
) -> None:
    settle(store, PUPIL, replace(LESSON, model=None), NOW)
    comes = replace(LESSON, model=None, threshold=0.8, judged=judged)
    told = settle(store, replace(PUPIL, standing=STANDS, later=list(later)), comes, NOW)
    assert told.learnt.startswith(learnt)
    assert kept(store) == ([], {"mills": threshold})


def test_too_few_verdicts_leave_what_stands(store: Store) -> None:
    settle(store, PUPIL, LESSON, NOW)
    told = settle(store, PUPIL, None, NOW)
    assert (told.verdicts, told.learnt) == (12, "nothing yet: 5 articles that have it are needed")
    assert kept(store) == (["corrections/mills"], {"mills": 0.6})
