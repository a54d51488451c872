"""Write feeds into an operator's `feeds.toml`, and change nothing else in it; make names and tables for them.

    add_feeds(folder, [Feed(slug="quantum", url="https://quantum.example/feed.xml")])

How a file is changed, and what is left alone, says `config.writing`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from config.load import load_feeds
from config.settings import UNITS, Feed
from config.tables import read_toml
from config.writing import Kind, add_tables, put, quoted

__all__ = ["add_feeds", "check_slug", "new_feed", "new_slug", "put", "quoted", "table", "taken"]

FILE = "feeds.toml"
CHECK = TypeAdapter(Feed)
SHORTEST, LONGEST = 3, 40  # characters of a name made from a title
BLAND = {
    "articles",
    "atom",
    "blog",
    "feed",
    "feeds",
    "home",
    "index",
    "latest",
    "news",
    "posts",
    "rss",
    "rss-feed",
    "untitled",
}


def add_feeds(folder: Path, feeds: Sequence[Feed]) -> None:
    """Add feeds to `folder/feeds.toml`. Raises `ConfigError`; then the file is as it was."""
    kind = Kind(file=FILE, section="feeds", read=load_feeds, table=table)
    add_tables(folder, kind, [(feed.slug, feed) for feed in feeds])


def taken(folder: Path) -> set[str]:
    """The names a new feed cannot have: those in force, and those that the operator's file switches off."""
    path = folder / FILE
    return set(load_feeds(folder)) | set(read_toml(path).tables.get("feeds", {}) if path.exists() else ())


def new_feed(slug: str, **table: Any) -> Feed:
    """A feed from the values of its table. Raises `ValueError` in one line for one that may not stand there."""
    try:
        return CHECK.validate_python({"slug": slug, **table})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        message = fault["msg"].removeprefix("Value error, ")
        raise ValueError(f"{'.'.join(str(part) for part in fault['loc'])}: {message}") from None


def check_slug(slug: str) -> bool:
    """Whether a feed can have this name."""
    return re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", slug) is not None


def new_slug(title: str, url: str, is_taken: Callable[[str], bool]) -> str:
    """A free name for a feed: of its title, else of its host; "-2" and so on when that is taken."""
    slug = hyphened(title)
    if len(slug) < SHORTEST or slug in BLAND:
        slug = hyphened((urlsplit(url).hostname or "").removeprefix("www."))
    return numbered(slug or "feed", is_taken)


def numbered(slug: str, is_taken: Callable[[str], bool]) -> str:
    """The slug, with a number when it is taken. For 10,000 feeds of one title it asks some 25 times for each."""
    if not is_taken(slug):
        return slug
    low, high = 1, 2
    while is_taken(f"{slug}-{high}"):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_taken(f"{slug}-{middle}") else (low, middle)
    return f"{slug}-{high}"


def hyphened(text: str) -> str:
    """The letters and digits of a text as a slug, of whole words where it has to be cut; "" when it has none."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug if len(slug) <= LONGEST else slug[: LONGEST + 1].rpartition("-")[0][:LONGEST] or slug[:LONGEST]


def table(feed: Feed) -> str:
    """A feed as a table of `feeds.toml`: its address, and each key that has not its shipped value."""
    lines = [f"[feeds.{feed.slug}]"]
    for field in fields(feed)[1:]:
        value = getattr(feed, field.name)
        if field.default is MISSING or value != field.default:
            lines.append(f"{field.name} = {spelled(value)}")
    return "\n".join(lines) + "\n"


def spelled(value: Any) -> str:
    """A value in TOML. A number of a feed is always a duration."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(quoted(item) for item in value)}]"
    if isinstance(value, str):
        return quoted(value)
    unit = next(unit for unit, size in sorted(UNITS.items(), key=lambda pair: -pair[1]) if value % size == 0)
    return f'"{int(value // UNITS[unit])}{unit}"'
