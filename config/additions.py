"""Write feeds into an operator's `feeds.toml`, and change nothing else in it.

    add_feeds(folder, [Feed(slug="quantum", url="https://quantum.example/feed.xml")])

New tables go to the end of the file, after a blank line; what stands there keeps every byte. Titles come from
strangers: strings are quoted so that no sign in them can end the string, and after writing the feeds are read again.
Unless they are just those from before and the new ones, the file is put back as it was. One process at a time writes
into a folder.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from config.load import load_feeds
from config.settings import UNITS, Feed
from config.tables import ConfigError, read_toml

FILE = "feeds.toml"
CHECK = TypeAdapter(Feed)
NEW_FILE = 0o644
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
SHORT = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}
# What TOML wants escaped, and what would hide or turn around a line in an editor.
UNSEEN = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]'
)


def add_feeds(folder: Path, feeds: Sequence[Feed]) -> None:
    """Add feeds to `folder/feeds.toml`. Raises `ConfigError`; then the file is as it was."""
    with alone(folder):
        before = load_feeds(folder)
        path = (folder / FILE).resolve()  # a link stays one
        old = path.read_bytes() if path.exists() else None
        wanted = before | {feed.slug: feed for feed in feeds}
        try:
            put(path, joined(old or b"", feeds))
            if load_feeds(folder) != wanted or len(wanted) < len(before) + len(feeds):
                raise ConfigError(f"{path}:1: the new feeds cannot be told from what stands there; nothing was added")
        except BaseException:
            restore(path, old)
            raise


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


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process adds to this folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ConfigError(f"{folder}:1: cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def joined(old: bytes, feeds: Sequence[Feed]) -> bytes:
    """The bytes of the file with the tables of new feeds at its end, in the file's own line ends."""
    end = "\r\n" if b"\r\n" in old else "\n"
    new = "\n".join(table(feed) for feed in feeds).replace("\n", end)
    gap = b"" if not old else b"\n" if old.endswith(b"\n") else b"\n\n"
    return old + gap.replace(b"\n", end.encode()) + new.encode()


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


def quoted(text: str) -> str:
    """A basic string of TOML on one line. Half characters, which TOML has not, become U+FFFD."""

    def escape(match: re.Match[str]) -> str:
        code = ord(match[0])
        return SHORT.get(match[0]) or ("\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}")  # noqa: PLR2004 - surrogates

    return f'"{UNSEEN.sub(escape, text)}"'


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, with the mode it has. Raises `ConfigError`."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777 if path.exists() else NEW_FILE)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(f"{path}:1: cannot be written: {error.strerror}; nothing was changed") from None


def restore(path: Path, old: bytes | None) -> None:
    """The file as it was, or gone when there was none."""
    if old is None:
        path.unlink(missing_ok=True)
    elif path.read_bytes() != old:
        put(path, old)
