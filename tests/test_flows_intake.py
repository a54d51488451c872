"""Which entries of a document are taken, and which not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extractors.model import Entry, ParsedFeed
from flows.intake import Terms, take
from storage.intents import KnownEntry

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entry(day: int | None, guid: str = "") -> Entry:
    published = None if day is None else NOW - timedelta(days=day)
    return Entry(guid=guid or f"day-{day}", published=published)


def document(*days: int | None) -> ParsedFeed:
    return ParsedFeed(entries=tuple(entry(day, f"entry-{number}") for number, day in enumerate(days)))


FIRST = Terms(most=2, first=True)
LATER = Terms(most=2)
CASES: dict[str, tuple[tuple[int | None, ...], Terms, list[int], list[int], int]] = {
    "no more than wanted": ((3, 1), FIRST, [0, 1], [], 0),
    "a first import takes the newest, wherever they stand": ((3, 1, 2), FIRST, [1, 2], [0], 0),
    "those without a date count as new": ((1, None, 2, None), FIRST, [1, 3], [0, 2], 0),
    "later the oldest come first and the others wait": ((1, 3, 2, 4), LATER, [1, 3], [], 2),
    "what is too old stays away": ((1, 40), Terms(most=9, since=NOW - timedelta(days=30)), [0], [], 0),
    "what has no date is not too old": ((None,), Terms(most=9, since=NOW), [0], [], 0),
}


@pytest.mark.parametrize(("days", "terms", "taken", "passed", "left"), CASES.values(), ids=CASES)
def test_of_new_entries(
    days: tuple[int | None, ...], terms: Terms, taken: list[int], passed: list[int], left: int
) -> None:
    intake = take(document(*days), {}, terms)
    assert [entry.guid for entry in intake.entries] == [f"entry-{number}" for number in taken]
    assert [entry.guid for entry in intake.passed] == [f"entry-{number}" for number in passed]
    assert intake.left == left
    assert (intake.warning is not None) is bool(passed or left)


def test_known_entries_are_taken_besides_under_the_guid_they_are_kept_by() -> None:
    met = {"entry-0": KnownEntry(article_id=1, entry_hash="h", guid="first-guid")}
    intake = take(document(9, 1, 2, 3), met, LATER)
    assert [entry.guid for entry in intake.entries] == ["first-guid", "entry-2", "entry-3"]
    assert intake.left == 1


def test_a_known_entry_is_never_too_old() -> None:
    met = {"entry-0": KnownEntry(article_id=1, entry_hash="h", guid="entry-0")}
    assert take(document(99), met, Terms(most=1, since=NOW)).entries


def test_a_purged_entry_stays_away() -> None:
    met = {"entry-0": KnownEntry(article_id=None, entry_hash="", guid="entry-0", buried=True)}
    intake = take(document(1), met, Terms(most=9))
    assert (intake.entries, intake.passed, intake.left) == ((), (), 0)
