"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), which feedparser does not read.

The reader is lenient where feeds are careless (numbers as ids, a version without a slash, the `author` of 1.0 and the
`authors` of 1.1 alike) and keeps items without id, which the specification would discard: they get one by the rules of
`extractors.identity`, as all entries do.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from extractors.dates import read_date
from extractors.entries import Draft, draw, language, web_address
from extractors.model import ParsedFeed
from extractors.safe import plain
from extractors.sniff import FeedError

ENTRIES = 20_000
ITEMS = re.compile(r'"items"\s{0,20}:\s{0,20}\[')
FEEDLIKE = re.compile(r'jsonfeed\.org/version|"feed_url"')
VERSION = re.compile(r"version/([0-9](?:\.[0-9]{1,2})?)")
BLANKS = re.compile(r"[\s,]*+")


def is_json(text: str) -> bool:
    """Whether the document begins as JSON does."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def parse_json(text: str, url: str) -> ParsedFeed:
    """Read a JSON Feed. Raises `FeedError`: "json" for JSON that is no feed, "broken" for a feed that is no JSON."""
    text = text.strip("\ufeff \t\r\n")
    cut = False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found, cut = rescued(text), True
    version = string(found.get("version")) if isinstance(found, dict) else ""
    if "jsonfeed.org/version" not in version or not isinstance(found.get("items", []), list):
        raise FeedError("json", "this is JSON, but not a JSON Feed")
    parsed = assemble(found, version, url)
    return replace(parsed, warning="truncated: the document ends before its last bracket") if cut else parsed


def rescued(text: str) -> dict[str, Any]:
    """What is whole of a JSON Feed that was cut off: all that stands before its items, and the whole ones of them."""
    start = ITEMS.search(text)
    if not start or not FEEDLIKE.search(text):
        raise FeedError("not_a_feed", "neither JSON nor a feed")
    items: list[Any] = []
    decoder = json.JSONDecoder()
    at = start.end()
    try:
        feed = json.loads(text[: start.end()] + "]}")
        while len(items) < ENTRIES:
            item, at = decoder.raw_decode(text, BLANKS.match(text, at).end())  # type: ignore[union-attr]  # matches ""
            items.append(item)
    except (ValueError, RecursionError):
        if not items:
            raise FeedError("broken", "a JSON Feed without one whole item") from None
    return {"version": "https://jsonfeed.org/version/", **feed, "items": items}


def assemble(feed: dict[str, Any], version: str, url: str) -> ParsedFeed:
    """The feed and its entries."""
    items = [item for item in feed.get("items", []) if isinstance(item, dict)]
    base = web_address([string(feed.get("home_page_url"))], url) or url
    return ParsedFeed(
        title=plain(string(feed.get("title"))),
        site_url=web_address([string(feed.get("home_page_url"))], url),
        language=language(string(feed.get("language"))),
        format="json" + "".join(VERSION.findall(version)[-1:]).replace(".", ""),
        entries=tuple(draw(draft(item, feed, base)) for item in items[:ENTRIES]),
        warning=f"kept the first {ENTRIES} of {len(items)} entries" if len(items) > ENTRIES else None,
    )


def draft(item: dict[str, Any], feed: dict[str, Any], base: str) -> Draft:
    """One item. The text is made HTML, as all bodies are."""
    text = html.escape(string(item.get("content_text")), quote=False)
    return Draft(
        id=string(item.get("id")),
        links=(string(item.get("url")), string(item.get("external_url"))),
        base=base,
        title=string(item.get("title")),
        bodies=(
            string(item.get("content_html")),
            "\n".join(f"<p>{part}</p>" for part in text.split("\n\n") if part.strip()),
            html.escape(string(item.get("summary")), quote=False),
        ),
        authors=tuple(names(item)) or tuple(names(feed)),
        published=read_date(string(item.get("date_published"))),
        updated=read_date(string(item.get("date_modified"))),
        categories=tuple(string(tag) for tag in listed(item.get("tags"))),
        language=string(item.get("language")) or string(feed.get("language")),
        images=(string(item.get("image")), string(item.get("banner_image")), *pictures(item)),
    )


def string(value: object) -> str:
    """A string, or a number as one; "" for anything else. Lone surrogates, which JSON can write, are replaced."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else ""


def listed(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value[:1_000] if isinstance(value, list) else []


def names(holder: dict[str, Any]) -> Iterable[str]:
    """Names of the authors of an item or a feed."""
    for author in [*listed(holder.get("authors")), holder.get("author")]:
        if isinstance(author, dict) and string(author.get("name")):
            yield string(author.get("name"))


def pictures(item: dict[str, Any]) -> Iterable[str]:
    """Addresses of the attachments that are images."""
    for attachment in listed(item.get("attachments")):
        if isinstance(attachment, dict) and string(attachment.get("mime_type")).startswith("image/"):
            yield string(attachment.get("url"))
