"""Quarantine: entries that became no article, why, and when each is tried again.

    set_aside ─▶ the row, its raw bytes in the raw file ─▶ due, once `retry_at` has come ─▶ resolve, or set aside again

An entry that is dropped again waits longer: its row counts the tries. One that says something else now begins anew.
What became an article after all stays on record with `resolved_at`, until `storage.purging` sweeps it out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from extractors.model import AGAIN, Entry, Page
from extractors.packing import unpack
from storage.connection import StoreError, write_tx
from storage.drafts import uid
from storage.intents import Drop, Harvest
from storage.raw import RawFile
from storage.rows import iso, maybe_iso, scrub, scrubbed

BEFORE = """SELECT reason, entry_hash, tries FROM quarantine
WHERE feed_id = ? AND guid = ? AND resolved_at IS NULL"""
SET_ASIDE = """INSERT INTO quarantine(uid, run_id, feed_id, guid, url, reason, detail, entry_hash, seen_at, tries,
    retry_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(feed_id, guid) DO UPDATE SET run_id = excluded.run_id, url = excluded.url, reason = excluded.reason,
    detail = excluded.detail, entry_hash = excluded.entry_hash, seen_at = excluded.seen_at, tries = excluded.tries,
    retry_at = excluded.retry_at, resolved_at = NULL"""
RESOLVE = """UPDATE quarantine SET resolved_at = ?, retry_at = NULL
WHERE feed_id = ? AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(?))"""
DUE = """SELECT id, uid, guid FROM quarantine
WHERE feed_id = ? AND resolved_at IS NULL AND retry_at <= ? ORDER BY retry_at, id"""
GIVE_UP = "UPDATE quarantine SET retry_at = NULL WHERE id IN (SELECT value FROM json_each(?))"


def set_aside(connection: sqlite3.Connection, harvest: Harvest) -> int:
    """Write what became no article; how many of them are new here, have changed, or have another reason than before."""
    last = {scrub(drop.dropped.guid): drop for drop in harvest.drops}
    return sum(_write(connection, harvest, drop) for drop in last.values())


def resolve(connection: sqlite3.Connection, feed_id: int, guids: Iterable[str], now: datetime) -> None:
    """Note that entries became articles after all; most were never set aside."""
    connection.execute(RESOLVE, (iso(now), feed_id, json.dumps([scrub(guid) for guid in guids])))


def due(
    connection: sqlite3.Connection, raw: RawFile | None, feed_id: int, now: datetime, limit: int = 20
) -> list[tuple[Entry, Page | None]]:
    """Up to `limit` entries of a feed whose time has come, the longest due first, as they were when last dropped.

    An entry bears the guid it is kept under. One whose raw bytes are gone or damaged has nothing that could be tried,
    and is not due again. A raw file that another program has locked gives nothing this time.
    """
    found: list[tuple[Entry, Page | None]] = []
    lost: list[int] = []
    for row, name, guid in connection.execute(DUE, (feed_id, iso(now))).fetchall():
        try:
            entry, page = unpack((raw.load(name) if raw else None) or b"")
        except StoreError as error:
            if is_locked(error):
                break
            lost.append(row)
        except (ValueError, TypeError, KeyError):  # no bytes, others than ours, or those of another fanmill
            lost.append(row)
        else:
            found.append((replace(entry, guid=guid), page))
        if len(found) == limit:
            break
    if lost:
        with write_tx(connection):
            connection.execute(GIVE_UP, (json.dumps(lost),))
    return found


def is_locked(error: StoreError) -> bool:
    """Whether a file could only not be used just now."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _write(connection: sqlite3.Connection, harvest: Harvest, drop: Drop) -> bool:
    """Write one row; whether it tells something that was not known."""
    dropped = drop.dropped
    key = scrubbed((harvest.feed.id, dropped.guid))
    reason, hashed, tries = connection.execute(BEFORE, key).fetchone() or ("", "", 0)
    again = tries > 0 and _is_same(hashed, drop.entry_hash)
    row = (
        uid(harvest.feed.slug, dropped.guid), harvest.run_id, harvest.feed.id, dropped.guid, dropped.url,
        dropped.reason, dropped.evidence, drop.entry_hash, iso(harvest.poll.started_at),
        tries + 1 if again else 1, maybe_iso(drop.retry_at),
    )  # fmt: skip
    connection.execute(SET_ASIDE, scrubbed(row))
    return not again or reason != scrub(dropped.reason)


def _is_same(before: str, now: str) -> bool:
    """Whether an entry still says what it said. A mark that asks for another try stands for whatever it said."""
    return before == now or before.startswith(AGAIN) or now.startswith(AGAIN)
