"""Which feeds there are and whether they are asked: taken over from the configuration, and what people say of them.

    sync      the configuration's feeds; a changed address starts a feed afresh
    mark      pause, resume, retire
    postpone  a host wants to be left alone
    forgive   an outage was our own: ask again at once

No feed is ever deleted, and its name never changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from extractors.addresses import public
from storage.rows import iso, scrub

if TYPE_CHECKING:  # pydantic takes 0.1 s to import; a search should not wait for it
    from config.settings import Feed

Mark = Literal["pause", "resume", "retire"]

KEPT = "SELECT slug, url, title, enabled, poll_interval_s FROM feeds"
ADD = """INSERT INTO feeds(slug, url, title, enabled, poll_interval_s, added_at)
VALUES (:slug, :url, :title, :enabled, :every, :now)"""
# Not `identity`: articles are kept under it, and would come a second time. Not `paused_at`: that is somebody's wish.
MOVE = """UPDATE feeds SET url = :url, etag = NULL, last_modified = NULL, body_hash = NULL, last_full_at = NULL,
    next_poll_at = NULL, failures = 0, failing_since = NULL, error_kind = NULL, last_error = NULL,
    redirected_to = NULL, redirects = 0, retired_at = NULL, retired_why = NULL,
    entry_gap_s = NULL, newest_entry_at = NULL, asked_wait_s = 0, skip_hours = '', skip_days = '', gap_at = NULL
WHERE slug = :slug"""
# A feed that is switched on again has not failed while it was off.
REFRESH = """UPDATE feeds SET title = iif(:title = '', title, :title), enabled = :enabled, poll_interval_s = :every,
    failures = iif(:enabled > enabled, 0, failures), failing_since = iif(:enabled > enabled, NULL, failing_since)
WHERE slug = :slug"""
DISMISS = "UPDATE feeds SET enabled = 0 WHERE enabled AND slug NOT IN (SELECT value FROM json_each(?))"

POSTPONE = "UPDATE feeds SET next_poll_at = max(coalesce(next_poll_at, ''), ?) WHERE id = ?"
MARKS = {
    "pause": "UPDATE feeds SET paused_at = coalesce(paused_at, :now) WHERE slug = :slug",
    "resume": """UPDATE feeds SET paused_at = NULL, retired_at = NULL, retired_why = NULL, failures = 0,
        failing_since = NULL, next_poll_at = NULL WHERE slug = :slug""",
    "retire": "UPDATE feeds SET retired_at = coalesce(retired_at, :now), retired_why = 'user' WHERE slug = :slug",
}

# The feeds that went wrong in the runs between the last one in which anything went well and this one. `failing_since`
# stays: what still fails afterwards failed before the outage, in the eyes of the next, and is not forgiven twice.
FORGIVE = """UPDATE feeds SET failures = 0, next_poll_at = :now
WHERE failures > 0 AND error_kind IN ('dns', 'connection', 'timeout') AND retired_at IS NULL AND enabled
    AND EXISTS (SELECT 1 FROM polls WHERE run_id = :run AND outcome <> 'error')
    AND last_polled_at < (SELECT started_at FROM runs WHERE id = :run)
    AND failing_since >= (SELECT min(started_at) FROM runs WHERE id < :run AND id > coalesce((
        SELECT run_id FROM polls WHERE run_id < :run AND outcome <> 'error' ORDER BY run_id DESC LIMIT 1), 0))"""


def sync(connection: sqlite3.Connection, feeds: Sequence[Feed], now: datetime) -> None:
    """Take the configuration's feeds over. None is ever deleted: one that is gone from it is switched off.

    Addresses are kept without logins and tokens. A feed with a new address starts afresh: no validators, no failures,
    due at once.
    """
    kept = {row[0]: row[1:] for row in connection.execute(KEPT)}
    for feed in feeds:
        values = {
            "slug": feed.slug,
            "url": public(feed.url),
            "title": scrub(feed.title),
            "enabled": feed.enabled,
            "every": feed.every,
            "now": iso(now),
        }
        before = kept.get(feed.slug)
        if before is None:
            connection.execute(ADD, values)
            continue
        if before[0] != values["url"]:
            connection.execute(MOVE, values)
        if before[1:] != (values["title"] or before[1], feed.enabled, feed.every):
            connection.execute(REFRESH, values)
    connection.execute(DISMISS, (json.dumps([feed.slug for feed in feeds]),))


def mark(connection: sqlite3.Connection, slug: str, word: Mark, now: datetime) -> bool:
    """Pause a feed, retire it, or let it be asked again as if nothing had been. False when there is no such feed."""
    return connection.execute(MARKS[word], {"slug": scrub(slug), "now": iso(now)}).rowcount > 0


def postpone(connection: sqlite3.Connection, feed_id: int, until: datetime) -> None:
    """Do not ask a feed before `until`, or before its own time when that is later."""
    connection.execute(POSTPONE, (iso(until), feed_id))


def forgive(connection: sqlite3.Connection, run_id: int, now: datetime) -> int:
    """Let feeds be asked at once that failed for want of a network of our own; how many there are.

    When something went well in this run and nothing did in the runs just before it, what began to fail in those runs
    with dns, connection or timeout, and was not asked in this one, has done nothing wrong.
    """
    return connection.execute(FORGIVE, {"run": run_id, "now": iso(now)}).rowcount
