"""Quarantine: entries that became no article, why, and when each is tried again.

    set_aside ─▶ the row, its raw bytes in the raw file ─▶ due (see `storage.waiting`) ─▶ resolve, set_aside, or give_up

An entry that is dropped again waits longer: its row counts the tries.
What became an article after all stays on record with `resolved_at`, until `storage.purging` sweeps it out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from extractors.model import AGAIN
from storage.drafts import uid
from storage.intents import Drop, Harvest
from storage.rows import iso, maybe_iso, scrub, scrubbed

BEFORE = """SELECT reason, entry_hash FROM quarantine
WHERE feed_id = ? AND guid = ? AND resolved_at IS NULL"""
SET_ASIDE = """INSERT INTO quarantine(uid, run_id, feed_id, guid, url, reason, detail, entry_hash, seen_at, tries,
    retry_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(feed_id, guid) DO UPDATE SET run_id = excluded.run_id, url = excluded.url, reason = excluded.reason,
    detail = excluded.detail, entry_hash = excluded.entry_hash, seen_at = excluded.seen_at, tries = excluded.tries,
    retry_at = excluded.retry_at, resolved_at = NULL"""
RESOLVE = """UPDATE quarantine SET resolved_at = ?, retry_at = NULL
WHERE feed_id = ? AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(?))"""
GIVE_UP = """UPDATE quarantine SET retry_at = NULL
WHERE feed_id = ? AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(?))"""


def set_aside(connection: sqlite3.Connection, harvest: Harvest) -> int:
    """Write what became no article; how many of them are new here, have changed, or have another reason than before."""
    last = {scrub(drop.dropped.guid): drop for drop in harvest.drops}
    return sum(_write(connection, harvest, drop) for drop in last.values())


def resolve(connection: sqlite3.Connection, feed_id: int, guids: Iterable[str], now: datetime) -> None:
    """Note that entries became articles after all; most were never set aside."""
    connection.execute(RESOLVE, (iso(now), feed_id, json.dumps([scrub(guid) for guid in guids])))


def give_up(connection: sqlite3.Connection, harvest: Harvest) -> None:
    """Note that nothing is left of entries that could be tried again."""
    if harvest.given_up:
        guids = json.dumps([scrub(guid) for guid in harvest.given_up])
        connection.execute(GIVE_UP, (harvest.feed.id, guids))


def _write(connection: sqlite3.Connection, harvest: Harvest, drop: Drop) -> bool:
    """Write one row; whether it tells something that was not known."""
    dropped = drop.dropped
    key = scrubbed((harvest.feed.id, dropped.guid))
    reason, hashed = connection.execute(BEFORE, key).fetchone() or ("", "")
    again = bool(reason) and _is_same(hashed, drop.entry_hash)
    row = (
        uid(harvest.feed.slug, dropped.guid), harvest.run_id, harvest.feed.id, dropped.guid, dropped.url,
        dropped.reason, dropped.evidence, drop.entry_hash, iso(harvest.poll.started_at), drop.tries,
        maybe_iso(drop.retry_at),
    )  # fmt: skip
    connection.execute(SET_ASIDE, scrubbed(row))
    return not again or reason != scrub(dropped.reason)


def _is_same(before: str, now: str) -> bool:
    """Whether an entry still says what it said. A mark that asks for another try stands for whatever it said."""
    return before == now or before.startswith(AGAIN) or now.startswith(AGAIN)
