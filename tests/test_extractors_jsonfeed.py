"""JSON Feed, read through the one door all feeds come by."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from extractors.feed import FeedError, parse
from extractors.model import Entry

URL = "https://news.example/feed.json"
FULL = {
    "id": "1",
    "url": "https://news.example/1",
    "title": "Rain &amp; <b>sun</b>",
    "content_html": "<p>A long text</p>",
    "summary": "Short & sweet",
    "date_published": "2026-03-03T10:00:00+01:00",
    "date_modified": "2026-03-04T10:00:00Z",
    "authors": [{"name": "Ada"}, {"name": "Bob"}, {"url": "https://x.example"}],
    "tags": ["weather", "sky", 7],
    "image": "https://news.example/1.jpg",
    "language": "en-GB",
}


def document(*items: Any, **feed: Any) -> bytes:
    whole = {"version": "https://jsonfeed.org/version/1.1", "title": "News", **feed, "items": list(items)}
    return json.dumps(whole).encode()


def only(item: Any, **feed: Any) -> Entry:
    (entry,) = parse(document(item, **feed), URL).entries
    return entry


def test_an_item_gives_all_its_fields() -> None:
    assert only(FULL) == Entry(
        guid="1",
        url="https://news.example/1",
        title="Rain & sun",
        content="<p>A long text</p>",
        summary="Short &amp; sweet",
        author="Ada, Bob",
        published=datetime(2026, 3, 3, 9, tzinfo=UTC),
        updated=datetime(2026, 3, 4, 10, tzinfo=UTC),
        categories=("weather", "sky", "7"),
        language="en-gb",
        image="https://news.example/1.jpg",
    )


ITEMS = {
    "the author of 1.0 is one": ({"author": {"name": "Ada"}}, "author", "Ada"),
    "a number is an id": ({"id": 12}, "guid", "12"),
    "without id the address is one": ({"url": "/a"}, "guid", "https://news.example/a"),
    "an external address is better than none": ({"external_url": "https://o.example/"}, "url", "https://o.example/"),
    "javascript is no address": ({"id": "1", "url": "javascript:alert(1)"}, "url", None),
    "text becomes HTML": ({"content_text": "a < b\n\nc"}, "content", "<p>a &lt; b</p>\n<p>c</p>"),
    "an attachment may be the image": (
        {"attachments": [{"mime_type": "image/png", "url": "/a.png"}]}, "image", "https://news.example/a.png",
    ),
    "wrong types are nothing": ({"id": "1", "title": ["x"], "tags": "x", "authors": {}, "image": 3}, "title", ""),
    "a lone surrogate is replaced": ({"title": "a\ud800b"}, "title", "a\ufffdb"),
    "the feed's language is the item's": ({"id": "1"}, "language", "de"),
    "the feed's author is the item's": ({"id": "1"}, "author", "Eve"),
}  # fmt: skip


@pytest.mark.parametrize(("item", "field", "value"), ITEMS.values(), ids=ITEMS)
def test_careless_items(item: dict[str, Any], field: str, value: object) -> None:
    assert getattr(only(item, language="de", authors=[{"name": "Eve"}]), field) == value


def test_the_feed_itself_is_described() -> None:
    feed = parse(document(home_page_url="https://site.example/"), URL)
    assert (feed.title, feed.site_url, feed.format) == ("News", "https://site.example/", "json11")
    assert (feed.entries, feed.warning) == ((), None)


def test_things_that_are_no_items_are_skipped() -> None:
    assert len(parse(document(FULL, None, "x", 3), URL).entries) == 1


def test_a_truncated_feed_keeps_its_whole_items_and_says_so() -> None:
    whole = document({"id": "1"}, {"id": "2"}, {"id": "3", "content_text": "x" * 100})
    feed = parse(whole[:-50], URL)
    assert [entry.guid for entry in feed.entries] == ["1", "2"]
    assert feed.warning == "truncated: the document ends before its last bracket"


REFUSED = {
    "nesting without end": (b"[" * 200_000, "not_a_feed"),
    "nesting without end in a feed": (document()[:-2] + b"[" * 200_000, "broken"),
    "a number without end": (
        b'{"version": "https://jsonfeed.org/version/1", "x": ' + b"1" * 50_000 + b"}",
        "not_a_feed",
    ),
    "items that are no list": (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "json"),
    "a version that is no text": (b'{"version": 1, "items": []}', "json"),
}


@pytest.mark.parametrize(("body", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_has_a_kind(body: bytes, kind: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(body, URL)
    assert caught.value.kind == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_encoding_is_found(encoding: str) -> None:
    body = document(FULL | {"title": "Café"}).decode().encode(encoding)
    assert parse(body, URL).entries[0].title == "Café"
