"""What must hold of every document whatever: the oaths that fuzzing and its tests try to break.

    examine(body, content_type)  →  "feed", or the kind of the FeedError; AssertionError when an oath is broken

nh3 is the judge of what a browser would take for markup: it reads as HTML5 does.

An outcome is a ParsedFeed whose every field is clean, bounded and distinct where it must be, or a FeedError of one
line. Anything else that escapes is a fault of ours.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import nh3

from extractors import entries as limits
from extractors.feed import FeedError, parse
from extractors.hints import read_hints
from extractors.identity import LEVELS, LONGEST
from extractors.model import Entry, Hints, ParsedFeed
from extractors.outline import LABEL, TITLE, OutlineError, Row, read_outline, write_outline
from extractors.prepare import prepare
from extractors.safe import KNOWN, LIMIT, line

URL = "https://news.example/feeds/all.xml"
GUID = LONGEST + len("|20000")
ADDRESS = 4_096
WARNING = 1_000

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
LONE = re.compile("[\ud800-\udfff]")
TAG = re.compile("<[a-zA-Z]")


def examine(body: bytes, content_type: str | None = None) -> str:
    """Read a document twice and hold the outcome against all oaths. Gives "feed" or the kind of error."""
    try:
        feed = parse(body, URL, content_type)
    except FeedError as error:
        check_error(error)
        return error.kind
    check_feed(feed)
    assert parse(body, URL, content_type) == feed, "two readings of the same bytes differ"
    return "feed"


def examine_list(body: bytes) -> str:
    """Read a subscription list. Gives "list" or "refused"."""
    try:
        outline = read_outline(body)
    except OutlineError as error:
        check_line(str(error), WARNING)
        return "refused"
    for row in outline.rows:
        check_address(row.url)
        check_address(row.site_url)
        check_line(row.title, TITLE)
        for label in row.labels:
            check_line(label, LABEL)
    for refusal in outline.refusals:
        check_line(refusal.name, TITLE)
        assert line(refusal.fault) == refusal.fault, f"not one clean line: {refusal.fault!r}"
    assert read_outline(body) == outline, "two readings of the same list differ"
    again = read_outline(write_outline(outline.rows).encode()).rows
    assert [nameless(row) for row in again] == [nameless(row) for row in outline.rows], "a list changes when written"
    return "list"


def nameless(row: Row) -> Row:
    """A row without what writing may change: its number, an empty title (it gets the address), "a/b" as a label."""
    return replace(row, number=0, title="", labels=())


def examine_again(body: bytes, content_type: str | None) -> None:
    """What was prepared once does not change when it is prepared again, and is read the same. Of XML feeds only."""
    try:
        feed = parse(body, URL, content_type)
        prepared = prepare(body, content_type)
    except FeedError:
        return
    once = prepared.text
    if not feed.format.startswith("json"):
        check_hints(read_hints(once))
        try:
            whole = not any("truncated" in warning for warning in prepared.warnings)  # what ends a cut one may move
            assert prepare(once.encode()).text == once or not whole, "what was prepared changes when prepared again"
            again = parse(once.encode(), URL).entries
        except FeedError as error:
            raise AssertionError(f"what was prepared is refused: {error}") from error
        assert again == feed.entries, "what was prepared is read differently"


def check_error(error: FeedError) -> None:
    """An error says what it has to say in one short line."""
    assert line(str(error)) == str(error), f"not one clean line: {str(error)!r}"
    assert len(str(error)) <= WARNING


def check_feed(feed: ParsedFeed) -> None:
    """Every field of a feed and of its entries."""
    check_line(feed.title, LIMIT)
    check_address(feed.site_url)
    check_language(feed.language)
    check_hints(feed.hints)
    assert feed.identity in LEVELS
    assert re.fullmatch(r"[a-z0-9]{0,12}", feed.format), f"an odd format: {feed.format!r}"
    if feed.warning is not None:
        assert line(feed.warning) == feed.warning, f"not one clean line: {feed.warning!r}"
        assert 0 < len(feed.warning) <= WARNING
    guids = [entry.guid for entry in feed.entries]
    assert len(set(guids)) == len(guids), "two entries have one guid"
    for entry in feed.entries:
        check_entry(entry)


def check_entry(entry: Entry) -> None:
    """Every field of one entry."""
    assert 0 < len(entry.guid) <= GUID, f"a guid of {len(entry.guid)} characters"
    assert not CONTROL.search(entry.guid), f"a dirty guid: {entry.guid!r}"
    check_line(entry.title, LIMIT)
    check_line(entry.author, limits.NAME)
    assert len(entry.categories) <= limits.CATEGORIES
    for category in entry.categories:
        assert category
        check_line(category, limits.CATEGORY)
    for address in (entry.url, entry.image):
        check_address(address)
    for moment in (entry.published, entry.updated):
        check_moment(moment)
    check_language(entry.language)
    for body in {entry.content, entry.summary}:
        check_body(body)


def check_line(text: str, limit: int) -> None:
    """One line of plain text: nothing in it steers a terminal, hides, or is an element to a browser."""
    assert len(text) <= limit, f"{len(text)} characters, over {limit}"
    assert line(text) == text, f"not one clean line: {text!r}"
    assert not CONTROL.search(text), f"control characters: {text!r}"
    if "<" in text:
        seen = nh3.clean(text, tags=set(KNOWN), clean_content_tags=set())
        assert not TAG.search(seen), f"a browser would make an element of it: {text!r}"
        assert "<!--" not in text, f"a comment begins: {text!r}"


def check_address(address: str | None) -> None:
    """None, or an http(s) address with a host, of bounded length and without blanks."""
    if address is not None:
        assert re.match(r"https?://[^/?#\s]", address, re.IGNORECASE), f"no address: {address!r}"
        assert len(address) <= ADDRESS
        assert not CONTROL.search(address), f"control characters: {address!r}"
        assert " " not in address, f"a blank: {address!r}"


def check_moment(moment: datetime | None) -> None:
    """None, or a moment in UTC that can be meant."""
    if moment is not None:
        assert moment.tzinfo is UTC, f"not UTC: {moment!r}"
        assert 1970 <= moment.year < 2100, f"cannot be meant: {moment!r}"


def check_language(code: str | None) -> None:
    """None or a language tag in lower case."""
    assert code is None or re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}", code), f"no language: {code!r}"


def check_hints(hints: Hints) -> None:
    """Numbers in their ranges, in order, and never all hours or all days."""
    assert 0 <= hints.wait < 10**12
    for numbers, most in ((hints.skip_hours, 24), (hints.skip_days, 7)):
        assert list(numbers) == sorted(set(numbers))
        assert len(numbers) < most
        assert all(0 <= number < most for number in numbers)


def check_body(html: str) -> None:
    """Raw HTML of bounded length, as it came: what is stored of it is plain text, which cleaning makes."""
    assert len(html) <= limits.BODY
    assert not LONE.search(html), "half a character in a body"
