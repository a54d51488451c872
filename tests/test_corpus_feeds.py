"""Every feed of the corpus, real and made to be wrong: none may crash, hang or lose entries."""

from __future__ import annotations

import json
import unicodedata
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest

from extractors.feed import FeedError, parse
from extractors.model import ParsedFeed
from flows.workers import Workers

pytestmark = pytest.mark.corpus

URL = "https://corpus.example/feed"
LIMIT = 10.0
UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file, what its index says of it, and what came of it."""

    row: dict[str, str | int]
    feed: ParsedFeed | None
    fault: str = ""

    @property
    def name(self) -> str:
        return str(self.row["file"])

    @property
    def entries(self) -> int:
        return len(self.feed.entries) if self.feed else 0


@pytest.fixture(scope="module")
def readings(corpus: Path) -> list[Reading]:
    folder = corpus / "feeds"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    with Workers(2) as workers:
        futures = [
            (row, workers.submit(parse, (folder / row["file"]).read_bytes(), URL, timeout=LIMIT)) for row in rows
        ]
        return [read(row, future) for row, future in futures]


def read(row: dict[str, str | int], future: Future[ParsedFeed]) -> Reading:
    try:
        return Reading(row=row, feed=future.result())
    except FeedError as error:
        return Reading(row=row, feed=None, fault=str(error))


def test_every_file_is_read_or_refused_in_time(readings: list[Reading]) -> None:
    assert len(readings) > 1000
    assert [found.name for found in readings if found.fault.startswith(("broken", "too_complex"))] == []


def is_short(found: Reading, corpus: Path) -> bool:
    """Whether there are fewer entries than feedparser found, an entry that stands there twice counted once."""
    if found.entries >= int(found.row["expected_entries"]):
        return False
    entries = feedparser.parse((corpus / "feeds" / found.name).read_bytes()).entries
    told = {tuple(entry.get(name) for name in ("id", "link", "title", "published")) for entry in entries}
    return found.entries < len(told)


def test_real_feeds_give_at_least_the_entries_expected(readings: list[Reading], corpus: Path) -> None:
    real = [found for found in readings if found.row["kind"] == "real"]
    assert len(real) > 200
    assert [found.name for found in real if is_short(found, corpus)] == []


def test_test_cases_give_the_entries_expected_but_where_they_are_cut_off(readings: list[Reading], corpus: Path) -> None:
    less = [found for found in readings if is_short(found, corpus)]
    assert [found.name for found in less if not (found.feed and "truncated" in (found.feed.warning or ""))] == []


def test_hardly_any_real_feed_has_ids_that_are_not_to_be_trusted(readings: list[Reading]) -> None:
    real = [found.feed for found in readings if found.row["kind"] == "real" and found.feed]
    assert sum(feed.identity != "guid" for feed in real) <= len(real) // 100


def test_json_feeds_give_all_their_items(readings: list[Reading], corpus: Path) -> None:
    feeds = [found for found in readings if found.row["format"] == "jsonfeed" and found.feed and not found.feed.warning]
    assert feeds
    for found in feeds:
        items = json.loads((corpus / "feeds" / found.name).read_bytes().decode("utf-8-sig"))["items"]
        assert found.entries == len(items), found.name


def test_guids_differ_within_each_document(readings: list[Reading]) -> None:
    for found in readings:
        if found.feed:
            guids = [entry.guid for entry in found.feed.entries]
            assert len(set(guids)) == len(guids), found.name
            assert all(guids), found.name


def test_fields_are_fit_to_keep(readings: list[Reading]) -> None:
    for found in readings:
        for entry in found.feed.entries if found.feed else ():
            lines = (entry.title, entry.author, *entry.categories)
            assert not any(unicodedata.category(letter) in UNFIT for line in lines for letter in line), found.name
            addresses = (address for address in (entry.url, entry.image) if address)
            assert all(address.startswith(("http://", "https://")) for address in addresses), found.name
            assert all(date.tzinfo for date in (entry.published, entry.updated) if date), found.name
            repr(entry).encode("utf-8")


def test_a_second_reading_of_successive_polls_adds_nothing(corpus: Path) -> None:
    polls = [json.loads(line) for line in (corpus / "feeds/polls/index.jsonl").read_text(encoding="utf-8").splitlines()]
    known: dict[str, set[str]] = {}
    for poll in polls:
        feed = parse((corpus / "feeds" / poll["file"]).read_bytes(), URL)
        assert len(feed.entries) == poll["entries"], poll["file"]
        known.setdefault(poll["feed"], set()).update(entry.guid for entry in feed.entries)
    for poll in polls:
        feed = parse((corpus / "feeds" / poll["file"]).read_bytes(), URL)
        assert {entry.guid for entry in feed.entries} <= known[poll["feed"]]
