"""The raw file: what came in for every entry, zstd-compressed, in a second SQLite file beside the first.

    news.db  →  news.raw.db

Rows are named by the entry's `uid`, which stands in `articles` and `quarantine`. The file may be deleted, moved or
damaged at any time: articles are kept all the same, and only cleaning them again needs it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.connection import StoreError, check_file, speaking, use_wal, write_tx
from storage.rows import iso

LEVEL = 3
RAW_ID = 0x464D5257  # "FMRW"
WAIT = 5.0  # seconds for another writer

TABLE = """CREATE TABLE IF NOT EXISTS raw( -- what came in for one entry
    uid TEXT PRIMARY KEY, -- as in articles.uid and quarantine.uid
    saved_at TEXT NOT NULL,
    size INTEGER NOT NULL, -- bytes before compression
    body BLOB NOT NULL -- zstd: a line of JSON (the entry, its page's address), then the page as it came
) STRICT"""
SAVE = """INSERT INTO raw(uid, saved_at, size, body) VALUES (?, ?, ?, ?)
ON CONFLICT(uid) DO UPDATE SET saved_at = excluded.saved_at, size = excluded.size, body = excluded.body"""
DROP = "DELETE FROM raw WHERE uid IN (SELECT value FROM json_each(?))"


class RawError(StoreError):
    """The raw file cannot be used; the database can."""


class DamagedError(RawError):
    """What the raw file holds of one entry cannot be read; the rest of it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The size of a database file, in bytes, and how many of them hold nothing: they are filled before it grows."""

    size: int = 0
    free: int = 0

    def __add__(self, other: Room) -> Room:
        """Both together."""
        return Room(size=self.size + other.size, free=self.free + other.free)


def raw_path(database: Path) -> Path:
    """Where a database keeps its raw input."""
    return database.with_name(f"{database.stem}.raw.db")


class RawFile:
    """The raw file of a database. Opened when first needed, made when first written.

    What it does not hold is looked for in that of the database `behind`, of which this one is a copy. Nothing is ever
    written there.
    """

    def __init__(self, database: Path, behind: Path | None = None) -> None:
        self.path = raw_path(database)
        self._behind = RawFile(behind) if behind else None
        self._connection: sqlite3.Connection | None = None

    def save(self, items: Sequence[tuple[str, bytes]], now: datetime) -> str | None:
        """Keep raw bytes by uid, in place of older ones. Gives None, or why they could not be kept; never raises."""
        from zstandard import ZstdCompressor  # a search should not wait for its import

        packer = ZstdCompressor(level=LEVEL)
        try:
            rows = [(uid, iso(now), len(body), packer.compress(body)) for uid, body in items]
            with speaking(self.path):
                connection = self._open(make=True)
                with write_tx(connection):
                    connection.executemany(SAVE, rows)
        except (StoreError, sqlite3.Error) as error:
            self.close()
            return str(error)
        return None

    def load(self, uid: str) -> bytes | None:
        """The raw bytes of an entry; None when there are none.

        Raises `DamagedError` when they are damaged, `RawError` when the file cannot be used.
        """
        from zstandard import ZstdDecompressor, ZstdError

        row = self._row(uid)
        if row is None:
            return self._behind.load(uid) if self._behind else None
        try:
            return ZstdDecompressor().decompress(row[1], max_output_size=row[0])
        except ZstdError as error:
            raise DamagedError(f"{self.path} holds damaged bytes for entry {uid}: {error}") from None

    def exists(self) -> bool:
        """Whether there is a file to load from."""
        return self.path.exists() or (self._behind is not None and self._behind.exists())

    def drop(self, uids: Iterable[str]) -> str | None:
        """Delete raw bytes by uid. Gives None, or why that was not possible; never raises. Makes no file."""
        return self._work(lambda connection: _drop(connection, uids))

    def room(self) -> Room:
        """How large the file is; nothing when there is none or it cannot be read."""
        rooms: list[Room] = []
        self._work(lambda connection: rooms.append(room(connection)))
        return rooms[0] if rooms else Room()

    def vacuum(self) -> str | None:
        """Give what is free back to the disk. Gives None, or why that was not possible; never raises."""
        return self._work(vacuum)

    def close(self) -> None:
        """Let go of the file."""
        if self._behind is not None:
            self._behind.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _work(self, work: Callable[[sqlite3.Connection], object]) -> str | None:
        """Do something with the file if there is one; None, or why not."""
        if not self.path.exists():
            return None
        try:
            with speaking(self.path):
                work(self._open(make=False))
        except (StoreError, sqlite3.Error) as error:
            self.close()
            return str(error)
        return None

    def _row(self, uid: str) -> tuple[int, bytes] | None:
        if not self.path.exists():
            return None
        try:
            with speaking(self.path):
                found = self._open(make=False).execute("SELECT size, body FROM raw WHERE uid = ?", (uid,))
                row: tuple[int, bytes] | None = found.fetchone()
        except StoreError as error:
            raise RawError(str(error)) from error.__cause__  # by which it is known as locked
        return row

    def _open(self, *, make: bool) -> sqlite3.Connection:
        if self._connection is not None and self.path.exists():
            return self._connection
        self.close()
        check_file(self.path, write=True)
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=WAIT)
        try:
            _claim(connection, self.path, make=make)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


def room(connection: sqlite3.Connection) -> Room:
    """How large a database file is."""
    names = ("page_size", "page_count", "freelist_count")
    size, pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return Room(size=size * pages, free=size * free)


def vacuum(connection: sqlite3.Connection) -> None:
    """Write a database file anew without its free pages. Readers may go on, and hold the old pages back till then."""
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _drop(connection: sqlite3.Connection, uids: Iterable[str]) -> None:
    with write_tx(connection):
        connection.execute(DROP, (json.dumps(list(uids)),))


def _claim(connection: sqlite3.Connection, path: Path, *, make: bool) -> None:
    """Check that the file is ours or empty, and set it up."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != RAW_ID and filled:
        raise StoreError(f"{path} is not a raw file of fanmill; move it away")
    if make:
        use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        with write_tx(connection):
            connection.execute(f"PRAGMA application_id = {RAW_ID}")
            connection.execute(TABLE)
