"""Write tables into an operator's file, and change nothing else in it.

    add_tables(folder, Kind(file="feeds.toml", section="feeds", read=load_feeds, table=table), [("quantum", feed)])

New tables go to the end of the file, after a blank line; what stands there keeps every byte, save for the tables that
are to be replaced. Titles come from strangers: strings are quoted so that no sign in them can end the string, and after
writing, the file is read again. Unless it holds just what it held before and the new tables, it is put back as it was.
One process at a time writes into a folder.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from config.tables import ConfigError

NEW_FILE = 0o644
SHORT = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}
# What TOML wants escaped, and what would hide or turn around a line in an editor.
STEERS = "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff"
UNSEEN = re.compile(f'["\\\\{STEERS}]')
STEERING = re.compile(f"[{STEERS}]")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
HEADER = re.compile(r"[ \t]*\[(?!\[)[^\n]{1,400}\][ \t]*(?:#.*)?$")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What is written: into which section of which file, how all of it is read again, how one is spelled."""

    file: str
    section: str
    read: Callable[[Path], dict[str, T]]
    table: Callable[[T], str]


def add_tables(folder: Path, kind: Kind[T], new: Sequence[tuple[str, T]], replace: Collection[str] = ()) -> None:
    """Add tables to the operator's file; those named in `replace` take the place of the ones there.

    Raises `ConfigError`; then the file is as it was.
    """
    with alone(folder):
        before = kind.read(folder)
        path = (folder / kind.file).resolve()  # a link stays one
        old = path.read_bytes() if path.exists() else None
        wanted = before | dict(new)
        try:
            kept = without(old or b"", kind.section, replace) if replace else old or b""
            put(path, joined(kept, [kind.table(item) for _, item in new]))
            fresh = len(new) - len(before.keys() & set(replace))
            if kind.read(folder) != wanted or len(wanted) < len(before) + fresh:
                fault = f"the new {kind.section} cannot be told from what stands there; nothing was added"
                raise ConfigError(f"{path}:1: {fault}")
        except BaseException:
            restore(path, old)
            raise


def without(old: bytes, section: str, names: Collection[str]) -> bytes:
    """The bytes of a file without these tables of a section. A comment set off by a blank line is the next table's."""
    kept: list[str] = []
    table: list[str] | None = None
    for line in LINE.findall(old.decode("utf-8", "surrogateescape")):
        name = named(line, section)
        if name is not None:
            kept += remainder(table or [])
            table = [] if name in names else None
        (kept if table is None else table).append(line)
    kept += remainder(table or [])
    while table is not None and kept and not kept[-1].strip():  # what set the last table off
        kept.pop()
    return "".join(kept).encode("utf-8", "surrogateescape")


def named(line: str, section: str) -> str | None:
    """The name of a table of the section whose header a line is; "" for another header, None for no header."""
    if not HEADER.match(line.rstrip("\r\n")):
        return None
    try:
        tables = tomllib.loads(line).get(section, "")
    except tomllib.TOMLDecodeError:
        return None
    return next(iter(tables), "") if isinstance(tables, dict) else ""


def remainder(table: Sequence[str]) -> list[str]:
    """What stays of a table that goes: the comments at its end that a blank line sets off."""
    last = max(
        (number for number, line in enumerate(table) if line.strip() and not line.lstrip().startswith("#")), default=-1
    )
    blank = next((number for number in range(last + 1, len(table)) if not table[number].strip()), len(table))
    return list(table[blank + 1 :])


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


def joined(old: bytes, tables: Sequence[str]) -> bytes:
    """The bytes of the file with the new tables at its end, in the file's own line ends."""
    end = "\r\n" if b"\r\n" in old else "\n"
    new = "\n".join(tables).replace("\n", end)
    gap = b"" if not old else b"\n" if old.endswith(b"\n") else b"\n\n"
    return old + gap.replace(b"\n", end.encode()) + new.encode()


def comment(text: str) -> str:
    """A text as a comment of TOML on one line."""
    return f"# {STEERING.sub(chr(0xFFFD), text.replace(chr(9), ' '))}".rstrip()


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
