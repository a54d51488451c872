"""Who is who in a document: the ladder from the feed's own ids down to address, date and title."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from extractors.feed import parse
from extractors.identity import LEVELS, apart, identify
from extractors.model import Entry, ParsedFeed

URL = "https://news.example/feed"
SITE = "https://news.example"
DAY = datetime(2026, 3, 3, tzinfo=UTC)


def item(guid: str = "", link: str = "", title: str = "", date: str = "", text: str = "") -> str:
    inner = {"link": link, "title": title, "pubDate": date, "description": text}
    rest = "".join(f"<{name}>{value}</{name}>" for name, value in inner.items() if value)
    name = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item>{name}{rest}</item>"


def read(items: list[str], identity: str = "guid", *, forced: bool = False, site: str = SITE) -> ParsedFeed:
    body = f"<rss version='2.0'><channel><title>N</title><link>{site}</link>{''.join(items)}</channel></rss>"
    return parse(body.encode(), URL, None, identity, forced=forced)


def guids(feed: ParsedFeed) -> list[str]:
    return [entry.guid for entry in feed.entries]


def day(number: int) -> str:
    return (DAY + timedelta(days=number)).strftime("%a, %d %b %Y %H:%M:%S GMT")


LADDER = {
    "good ids are the ids": ("guid", [item(f"id-{n}", f"/{n}", f"T{n}") for n in range(10)]),
    "without ids the links are": ("guid", [item("", f"/{n}", f"T{n}") for n in range(10)]),
    "one id for all, and links": ("link", [item("G", f"/{n}", f"T{n}") for n in range(10)]),
    "five ids for ten, and links": ("link", [item(f"id-{n % 5}", f"/{n}", f"T{n}") for n in range(10)]),
    "one id and one link for all, and dates": ("link_date", [item("G", "/", f"T{n}", day(n)) for n in range(10)]),
    "no ids, one link for all, and dates": ("link_date", [item("", "/", f"T{n}", day(n)) for n in range(10)]),
    "one id, link and date for all": ("link_date_title", [item("G", "/", f"T{n}", day(1)) for n in range(10)]),
    "links that differ in tracking alone are one": (
        "link_date_title", [item("G", f"/?utm_source={n}", f"T{n}") for n in range(10)],
    ),
    "one id for all and no link": ("link_date_title", [item("G", "", f"T{n}", day(n)) for n in range(10)]),
    "no ids and no links": ("link_date_title", [item("", "", f"T{n}", day(n)) for n in range(10)]),
    "nothing but text": ("link_date_title", [item(text=f"Text {n}") for n in range(10)]),
    "a podcast with ids and no links": ("guid", [item(f"id-{n}", "", f"T{n}", day(n)) for n in range(10)]),
    "one bad id is forgiven a small feed": ("guid", [item("G", f"/{n}", f"T{n}") for n in range(2)]),
    "two are not": ("link", [item("G", f"/{n}", f"T{n}") for n in range(3)]),
    "one in twenty is forgiven a large one": (
        "guid", [item("G" if n < 6 else f"id-{n}", f"/{n}", f"T{n}") for n in range(100)],
    ),
    "more are not": ("link", [item("G" if n < 7 else f"id-{n}", f"/{n}", f"T{n}") for n in range(100)]),
    "an empty document is as good as any": ("guid", []),
}  # fmt: skip


@pytest.mark.parametrize(("level", "items"), LADDER.values(), ids=LADDER)
def test_a_feed_falls_to_the_first_level_that_tells_its_entries_apart(level: str, items: list[str]) -> None:
    feed = read(items)
    assert feed.identity == level
    assert len(set(guids(feed))) == len(items)


@pytest.mark.parametrize("level", LEVELS)
def test_a_feed_never_goes_back_up(level: str) -> None:
    feed = read([item(f"id-{n}", f"/{n}", f"T{n}", day(n)) for n in range(10)], level)
    assert (feed.identity, feed.warning) == (level, None)


def test_a_feed_on_a_lower_level_falls_further() -> None:
    assert read([item(f"id-{n}", "/", f"T{n}", day(n)) for n in range(10)], "link").identity == "link_date"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_that_is_forced_is_used_however_bad(level: str) -> None:
    items = [item("G", "/", "T", "", f"Text {n}") for n in range(10)]
    feed = read(items, level, forced=True)
    assert (feed.identity, feed.warning) == (level, None)
    assert len(set(guids(feed))) == 10


def test_a_level_nobody_knows_is_the_first() -> None:
    assert read([item("id", "/")], "sha1").identity == "guid"


def test_the_fall_is_told_once_in_a_few_words() -> None:
    items = [item("G", f"/{n}") for n in range(10)]
    assert read(items).warning == "identity: guid → link, 10 of 10 keys are blank or repeat"
    assert read(items, "link").warning is None


KEYS = {
    "guid": "id 1",
    "link": "https://news.example/a",
    "link_date": "https://news.example/a|2026-03-03T00:00:00Z",
    "link_date_title": "https://news.example/a|2026-03-03T00:00:00Z|rain sun",
}


@pytest.mark.parametrize(("level", "key"), KEYS.items(), ids=KEYS)
def test_a_guid_of_each_level_can_be_read(level: str, key: str) -> None:
    feed = read([item(" id\n1 ", "http://www.news.example/a/?utm_source=x", "Rain &amp; Sun!", day(0))], level)
    assert guids(feed) == [key]


SPELLINGS = ("https://news.example/a?x=1&amp;y=2", "http://news.example/a/?y=2&amp;x=1&amp;utm_campaign=k#top")


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_link_in_another_spelling_is_the_same_key(level: str) -> None:
    one, other = (guids(read([item("G", link, "T", day(0))], level)) for link in SPELLINGS)
    assert one == other


def test_what_an_entry_lacks_on_its_level_is_made_up_for_by_its_id() -> None:
    feed = read([item("id-0", "", "T0"), *(item(f"id-{n}", f"/{n}") for n in range(1, 20))], "link")
    assert feed.identity == "link"
    assert guids(feed)[:2] == ["id-0", "https://news.example/1"]


NAMESAKES = {
    "guid": (item("G", "/1"), item("G", "/2"), ["G|https://news.example/1", "G|https://news.example/2"]),
    "link": (
        item("a", "/", "A", day(0)), item("b", "/", "B", day(1)),
        ["https://news.example|2026-03-03T00:00:00Z", "https://news.example|2026-03-04T00:00:00Z"],
    ),
    "link_date": (
        item("a", "/", "A", day(0)), item("b", "/", "B", day(0)),
        ["https://news.example|2026-03-03T00:00:00Z|a", "https://news.example|2026-03-03T00:00:00Z|b"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("level", "row"), NAMESAKES.items(), ids=NAMESAKES)
def test_the_few_equal_ones_are_lengthened_both(level: str, row: tuple[str, str, list[str]]) -> None:
    one, other, wanted = row
    assert guids(read([one, other], level)) == wanted
    assert guids(read([other, one], level)) == wanted[::-1]


def test_what_differs_in_text_alone_is_told_apart_by_its_beginning_and_then_by_number() -> None:
    feed = read([item(text=f"Text {n}") for n in (1, 2, 1)])
    first, second, again = guids(feed)
    assert first.startswith("hash:")
    assert first != second
    assert again == f"{first}|{first.removeprefix('hash:')}|2" or again.endswith("|2")


COPIES = {
    "equal in all": item("a", "/a", "A", day(0), "Short"),
    "with a longer text": item("a", "/a", "A", day(0), "A longer text"),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_an_entry_that_stands_twice_is_one_entry_and_the_ids_are_good(copy: str) -> None:
    items = [item("a", "/a", "A", day(0), "Short"), item("b", "/b", "B", day(0)), copy]
    feed = read(items * 5)
    assert (feed.identity, guids(feed)) == ("guid", ["a", "b"])
    assert feed.entries[0].content == ("Short" if "Short" in copy else "A longer text")


NO_COPIES = {
    "another title": item("a", "/a", "B", day(0)),
    "another date": item("a", "/a", "A", day(1)),
    "another address": item("a", "/b", "A", day(0)),
    "another id": item("b", "/a", "A", day(0)),
}


@pytest.mark.parametrize("other", NO_COPIES.values(), ids=NO_COPIES)
def test_an_entry_with_one_thing_different_is_no_copy(other: str) -> None:
    assert len(read([item("a", "/a", "A", day(0)), other]).entries) == 2


def test_posts_without_title_or_date_are_no_copies_while_their_texts_differ() -> None:
    assert len(read([item("G", "/", "", day(0), f"Text {n}") for n in range(5)]).entries) == 5
    assert len(read([item("G", "/", "T", "", f"Text {n}") for n in range(5)]).entries) == 5
    assert len(read([item("G", "/", "T", "", "Text") for _ in range(5)]).entries) == 1


ODD = {
    "a relative one": "/2026/rain",
    "a number": "12345",
    "a path without slash": "2026/rain?x=1",
    "a tag": "tag:news.example,2026:1",
    "one without scheme": "//news.example/a",
    "one with two colons": "urn:x:1",
    "a fragment": "#a",
    "a sentence": "Rain in Spain, 3rd of March",
}


@pytest.mark.parametrize("guid", ODD.values(), ids=ODD)
def test_a_guid_is_kept_as_the_feed_wrote_it_when_its_site_moves(guid: str) -> None:
    for kind in ("", " isPermaLink='true'", " isPermaLink='false'"):
        items = [f"<item><title>T</title><guid{kind}>{guid}</guid></item>", item("", "/b", "U")]
        assert [guids(read(items, site=site))[0] for site in (SITE, "https://moved.example/blog/")] == [guid, guid]


def test_an_atom_id_is_kept_as_the_feed_wrote_it_too() -> None:
    body = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.example/'><entry><id>/1</id></entry></feed>"
    assert guids(parse(body.encode(), URL)) == ["/1"]


def test_a_guid_that_is_a_relative_link_is_the_address_all_the_same() -> None:
    (entry,) = read(["<item><guid>/2026/rain</guid></item>"]).entries
    assert (entry.guid, entry.url) == ("/2026/rain", "https://news.example/2026/rain")


def test_json_feeds_go_the_same_way() -> None:
    rows = [{"id": "1", "url": f"/{n}", "title": f"T{n}"} for n in range(10)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": rows}).encode()
    feed = parse(body, URL)
    assert (feed.identity, guids(feed)[3]) == ("link", "https://news.example/3")
    forced = parse(body, URL, identity="guid", forced=True)
    assert (forced.identity, guids(forced)[3]) == ("guid", "1|https://news.example/3")


def test_a_number_does_not_make_a_copy_equal_to_another_entry() -> None:
    entries = [Entry(guid=guid, title="T") for guid in ("a", "a", "a|2", "a|2|2", "a")]
    for level in LEVELS:
        _, named = identify(entries, level, forced=True)
        assert len({entry.guid for entry in named}) == len(entries)


HOSTILE = {
    "one id, five thousand times": [Entry(guid="a", title=f"T{n}") for n in range(5_000)],
    "equal in all, and nothing to go by": [Entry(guid="a") for _ in range(5_000)],
    "numbers that are taken": [Entry(guid="a" if n < 2_500 else f"a|{n - 2_498}") for n in range(5_000)],
    "long and equal at the start": [Entry(guid="x" * 5_000, url=f"{SITE}/{'y' * 3_000}{n}") for n in range(500)],
    "lone surrogates": [Entry(guid="\ud800", url="https://\ud800.example/", title="\udfff") for _ in range(100)],
    "addresses that are none": [Entry(guid="", url=f"javascript:{n}") for n in range(1_000)],
}


@pytest.mark.parametrize("entries", HOSTILE.values(), ids=HOSTILE)
def test_hostile_entries_are_told_apart_in_little_time(entries: list[Entry]) -> None:
    for level in LEVELS:
        began = time.process_time()
        used, named = identify(entries, level)
        assert time.process_time() - began < 2
        assert used in LEVELS[LEVELS.index(level) :]
        assert len({entry.guid for entry in named}) == len(named)
        assert all(0 < len(entry.guid) < 550 for entry in named)
        assert identify(entries, level) == (used, named)


def test_an_entry_whose_id_is_anothers_is_kept_apart_under_the_guid_it_would_have_beside_it() -> None:
    one, other = Entry(guid="G", url=f"{SITE}/1", title="A"), Entry(guid="G", url=f"{SITE}/2", title="B")
    _, (_, beside) = identify([one, other])
    assert apart(other)[0] == beside.guid == f"G|{SITE}/2"
    assert apart(other)[1].startswith(f"G|{SITE}/2|")


def test_kept_apart_guids_are_bounded_and_differ_without_address() -> None:
    names = {apart(Entry(guid=guid, title=title)) for guid in ("G", "x" * 5_000) for title in "AB"}
    assert len(names) == 4
    assert all(0 < len(name) < 550 for both in names for name in both)
