"""Entries that wait for another try, as they were when last met: from the raw file, since their feed may not have them.

quarantined    dropped, and their time has come
pending        articles from the words of their feed, whose page is still to be had

An entry whose raw bytes are gone or damaged comes without them: its feed may have it yet. When another program has the
raw file locked, nothing waits this time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from extractors.packing import unpack
from storage.connection import StoreError
from storage.intents import Waiting
from storage.raw import RawFile
from storage.rows import iso

QUARANTINED = """SELECT uid, guid FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND (retry_at <= :now OR seen_at > :now AND retry_at IS NOT NULL)
ORDER BY retry_at, id LIMIT :limit"""
PENDING = """SELECT uid, guid FROM articles
WHERE feed_id = :feed AND entry_hash >= 'again-' AND entry_hash < 'again.'
ORDER BY published_at DESC, id LIMIT :limit"""


def quarantined(
    connection: sqlite3.Connection, raw: RawFile | None, feed_id: int, now: datetime, limit: int = 20
) -> list[Waiting]:
    """Up to `limit` dropped entries of a feed whose time has come, the longest due first.

    One that was dropped at a time that is yet to come is due too: the clock has been set right since.
    """
    return load(connection.execute(QUARANTINED, {"feed": feed_id, "now": iso(now), "limit": limit}).fetchall(), raw)


def pending(connection: sqlite3.Connection, raw: RawFile | None, feed_id: int, limit: int = 200) -> list[Waiting]:
    """Up to `limit` articles of a feed whose page is still to be had, the newest first."""
    return load(connection.execute(PENDING, {"feed": feed_id, "limit": limit}).fetchall(), raw)


def load(rows: Iterable[tuple[str, str]], raw: RawFile | None) -> list[Waiting]:
    """The entries of these uids and guids with what the raw file holds of them."""
    found: list[Waiting] = []
    for uid, guid in rows:
        try:
            entry, page = unpack((raw.load(uid) if raw else None) or b"")
        except StoreError as error:
            if is_locked(error):
                return []
            found.append(Waiting(guid=guid))
        except (ValueError, TypeError, KeyError):  # no bytes, others than ours, or those of another fanmill
            found.append(Waiting(guid=guid))
        else:
            found.append(Waiting(guid=guid, entry=replace(entry, guid=guid), page=page))
    return found


def is_locked(error: StoreError) -> bool:
    """Whether a file could only not be used just now."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
