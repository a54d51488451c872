"""Feeds at work: which are due for a poll, and the notes each poll leaves.

A permanent redirect is believed once `AGREED` polls in a row led to the same address and each gave a feed. From then on
that address is asked, with the configuration's own beside it: when the new one fails again and again, every other poll
asks the old one, so that no feed is lost to a move that went wrong, or to the end of an address it once had. One whose
address holds a secret is not recorded, and the configuration's address goes on being asked.

A feed is retired when the server says 410 Gone, and after `FAILING` of nothing but errors, at least `OFTEN` of them;
not while nothing else answers either, for then the fault is ours, and not for days in which nobody asked. When somebody
asks it by its name, an answer brings it back; but not a feed that was given up by hand.

The clock may be set back. A poll that seems to lie in the future counts as none, and no feed waits longer than
`LONGEST` or twice its own interval.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from extractors.addresses import public
from extractors.model import AGAIN, Hints
from storage.intents import FeedState, Harvest, Kept, Poll
from storage.rows import iso, maybe_iso, moment, scrubbed

AGREED = 3  # polls
DOUBT = 3  # failures in a row, from which on an address a feed moved to is doubted
GONE = 410
FAILING = timedelta(days=30)
OFTEN = 7  # failures
IDLE = 7  # days beyond the time of a poll after which it was not the feed that failed, but nobody asked
ALIVE = timedelta(days=1)  # within which another feed must have answered, for a silence to be the feed's own
LONGEST = 30  # days
AHEAD = timedelta(days=1)  # beyond it an entry's date is no date
UNCHANGED = 304
LADDER = " guid link link_date link_date_title "  # of `identity`: it only moves on
ADDRESS = re.compile(r"[A-Za-z][\w+.-]{0,20}://\S+")

DUE = f"""SELECT id, slug, url, title, etag, last_modified, body_hash, next_poll_at, last_success_at,
    last_new_at, retired_at, failing_since, added_at, newest_entry_at, failures, entry_gap_s, identity,
    iif(last_full_at > :now, NULL, last_full_at) AS last_full_at,
    iif(redirects >= {AGREED} AND (failures < {DOUBT} OR failures % 2 = 0), redirected_to, NULL) AS moved_to,
    coalesce(retries, 0) AS retries, coalesce(pending, 0) AS pending, asked_wait_s, skip_hours, skip_days
FROM feeds LEFT JOIN (
    SELECT feed_id, count(*) AS retries FROM quarantine WHERE resolved_at IS NULL AND retry_at <= :now GROUP BY feed_id
) AS waiting ON waiting.feed_id = id LEFT JOIN (
    SELECT feed_id, count(*) AS pending FROM articles
    WHERE entry_hash >= '{AGAIN}' AND entry_hash < '{AGAIN[:-1]}.' GROUP BY feed_id
) AS again ON again.feed_id = id
WHERE enabled AND (:every_slug OR slug IN (SELECT value FROM json_each(:slugs)))
    AND (:named OR (retired_at IS NULL AND paused_at IS NULL AND (
        :force OR next_poll_at IS NULL OR next_poll_at <= :now OR last_polled_at > :now
        OR julianday(next_poll_at) - julianday(:now) > max({LONGEST}, poll_interval_s / 43200.0))))
ORDER BY coalesce(next_poll_at, ''), slug"""  # noqa: S608 - numbers and words of ours

POLL = """INSERT INTO polls(run_id, feed_id, started_at, status, outcome, bytes, duration_ms, entries, new_articles,
    changed, duplicates, dropped, error_kind, error, warning) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
SUCCESS = """UPDATE feeds SET last_polled_at = :at, last_success_at = :at, next_poll_at = :next, failures = 0,
    failing_since = NULL, error_kind = NULL, last_error = NULL,
    (retired_at, retired_why) = (SELECT iif(back, NULL, retired_at), iif(back, NULL, retired_why)
        FROM (SELECT :rested AND retired_why IS NOT 'user' AS back)),
    etag = :etag, last_modified = :last_modified, body_hash = :body_hash,
    last_full_at = iif(:full, :at, last_full_at)
WHERE id = :feed"""
# A settled address that leads on for good stays until that has been so often enough to settle again.
REDIRECT = f"""UPDATE feeds SET (redirects, redirected_to) = (SELECT
    CASE WHEN :moved IS NULL THEN iif(:there, {AGREED}, 0)
        WHEN redirected_to IS :moved THEN min(redirects + 1, {AGREED})
        WHEN :there THEN iif(redirects + 1 < {2 * AGREED}, redirects + 1, {AGREED})
        ELSE 1 END,
    CASE WHEN :there AND (:moved IS NULL OR redirects + 1 < {2 * AGREED}) THEN redirected_to ELSE :moved END)
WHERE id = :feed AND (redirects > 0 OR :moved IS NOT NULL)"""  # noqa: S608 - numbers of ours
DESCRIBE = f"""UPDATE feeds SET title = iif(title = '', :title, title), site_url = coalesce(:site_url, site_url),
    language = coalesce(:language, language), last_new_at = iif(:new, :at, last_new_at),
    asked_wait_s = coalesce(:wait, asked_wait_s), skip_hours = coalesce(:hours, skip_hours),
    skip_days = coalesce(:days, skip_days), entry_gap_s = coalesce(:gap_s, entry_gap_s),
    newest_entry_at = max(coalesce(newest_entry_at, :newest), coalesce(:newest, newest_entry_at)),
    identity = iif(instr('{LADDER}', ' ' || :identity || ' ') > instr('{LADDER}', ' ' || identity || ' '),
        :identity, identity),
    gap_at = iif(:gap, :at, gap_at)
WHERE id = :feed"""  # noqa: S608 - words of ours
FAILURE = f"""UPDATE feeds SET last_polled_at = :at, next_poll_at = :next, failures = failures + 1,
    failing_since = iif(julianday(:at) - julianday(max(last_polled_at, coalesce(next_poll_at, ''))) > {IDLE}, :at,
        min(coalesce(failing_since, :at), :at)), error_kind = :error_kind, last_error = :error,
    redirects = iif(redirects < {AGREED}, 0, redirects), redirected_to = iif(redirects < {AGREED}, NULL, redirected_to)
WHERE id = :feed"""  # noqa: S608 - a number of ours
# 410 from an address the feed has moved away from says nothing of the one it moved to.
RETIRE = f"""UPDATE feeds SET retired_at = :at, retired_why = iif(:gone, 'gone', 'failing')
WHERE id = :feed AND retired_at IS NULL AND (
    :gone AND (:there OR redirects < {AGREED})
    OR failing_since <= :month_ago AND failures >= {OFTEN} AND (:answered OR EXISTS (
        SELECT 1 FROM feeds AS other WHERE other.id <> :feed AND other.last_success_at >= :day_ago)))"""  # noqa: S608


def due(
    connection: sqlite3.Connection,
    now: datetime,
    slugs: Sequence[str] = (),
    *,
    force: bool = False,
    named: bool = False,
) -> list[FeedState]:
    """The enabled feeds whose time has come, longest waiting first; of `slugs`, when there are any.

    `force` passes over the time. `named` tells that somebody asked for just these, and passes over a pause and a
    feed's retirement too.
    """
    values = {
        "every_slug": not slugs,
        "slugs": json.dumps(list(slugs)),
        "force": force,
        "named": named,
        "now": iso(now),
    }
    cursor = connection.execute(DUE, values)
    names = [column[0] for column in cursor.description]
    return [state(dict(zip(names, row, strict=True))) for row in cursor]


def state(row: dict[str, Any]) -> FeedState:
    """A row with its times and hints read."""
    hours, days = row.pop("skip_hours"), row.pop("skip_days")
    hints = Hints(wait=row.pop("asked_wait_s"), skip_hours=numbers(hours), skip_days=numbers(days))
    times = {name: moment(row[name]) for name in row if name.endswith(("_at", "_since"))}
    return FeedState(**{**row, **times}, hints=hints)  # the columns are named like the fields


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of "0,1,2"."""
    return tuple(map(int, text.split(","))) if text else ()


def note_poll(connection: sqlite3.Connection, harvest: Harvest, kept: Kept) -> None:
    """Write the poll's row and bring the feed up to date.

    A 304 is one narrow UPDATE beside the poll's row: most polls are of that kind.
    """
    poll, feed = harvest.poll, harvest.feed
    at = iso(poll.started_at)
    told = [hushed(text) if text else None for text in (poll.error, poll.warning)]
    row = (
        harvest.run_id, feed.id, at, poll.status, poll.outcome, poll.bytes, max(0, poll.duration_ms), poll.entries,
        kept.new, kept.changed, kept.duplicates, kept.dropped, poll.error_kind, *told,
    )  # fmt: skip
    connection.execute(POLL, scrubbed(row))
    values = {"feed": feed.id, "at": at, "next": maybe_iso(poll.next_poll_at), "there": feed.moved_to is not None}
    if poll.outcome == "error":
        note_failure(connection, poll, values | {"error": told[0]})
        return
    rested = feed.retired_at is not None  # when the poll began: a feed retired since then stays so
    run(connection, SUCCESS, values | validators(harvest) | {"full": poll.full, "rested": rested})
    moved = poll.moved if poll.moved and public(poll.moved) == poll.moved else None
    run(connection, REDIRECT, values | {"moved": moved})
    if poll.outcome != "not_modified" or kept.new:
        run(connection, DESCRIBE, values | description(poll) | {"new": kept.new > 0})


def note_failure(connection: sqlite3.Connection, poll: Poll, values: dict[str, Any]) -> None:
    """Count a failure, and retire a feed that is gone or has failed for long."""
    run(connection, FAILURE, values | {"error_kind": poll.error_kind})
    grounds = {
        "gone": poll.status == GONE,
        "answered": poll.status is not None,
        "month_ago": iso(poll.started_at - FAILING),
        "day_ago": iso(poll.started_at - ALIVE),
    }
    connection.execute(RETIRE, values | grounds)


def description(poll: Poll) -> dict[str, Any]:
    """What a document says of itself, None or "" where it says nothing."""
    hints, newest = poll.hints, poll.newest_entry_at
    return {
        "title": poll.title,
        "site_url": poll.site_url and public(poll.site_url),
        "language": poll.language,
        "wait": hints.wait if hints else None,
        "hours": ",".join(map(str, hints.skip_hours)) if hints else None,
        "days": ",".join(map(str, hints.skip_days)) if hints else None,
        "gap_s": poll.entry_gap_s,
        "newest": iso(newest) if newest and newest <= poll.started_at + AHEAD else None,
        "identity": poll.identity,
        "gap": poll.gap,
    }


def run(connection: sqlite3.Connection, statement: str, values: dict[str, Any]) -> None:
    """Execute a statement with its text scrubbed."""
    connection.execute(statement, dict(zip(values, scrubbed(values.values()), strict=True)))


def hushed(text: str) -> str:
    """A message with the addresses in it in their public form."""
    return ADDRESS.sub(lambda found: public(found[0]), text) if "://" in text else text


def validators(harvest: Harvest) -> dict[str, str | None]:
    """What to send with the next request: what this answer brought, and nothing where it brought nothing.

    Also after a poll that left something to be done: that is done from what was kept.
    """
    poll, feed = harvest.poll, harvest.feed
    if poll.status == UNCHANGED:  # it may refresh them, and need not repeat them
        return {
            "etag": poll.etag or feed.etag,
            "last_modified": poll.last_modified or feed.last_modified,
            "body_hash": poll.body_hash or feed.body_hash,
        }
    return {"etag": poll.etag, "last_modified": poll.last_modified, "body_hash": poll.body_hash}
