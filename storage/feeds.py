"""Feeds in the database: taken over from the configuration, due for a poll, and the notes each poll leaves.

A permanent redirect is believed once `AGREED` polls in a row led to the same address; from then on that address is
asked. The configuration's own address stays beside it, and a new one there clears all of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from storage.intents import FeedState, Harvest, Kept, KnownEntry
from storage.rows import iso, maybe_iso, moment, scrub, scrubbed

if TYPE_CHECKING:  # pydantic takes 0.1 s to import; a search should not wait for it
    from config.settings import Feed

AGREED = 3  # polls
GONE = 410
WHOLE = {"new", "unchanged", "not_modified"}

ADD = """INSERT INTO feeds(slug, url, title, enabled, poll_interval_s, added_at)
VALUES (:slug, :url, :title, :enabled, :every, :now) ON CONFLICT(slug) DO NOTHING"""
MOVE = """UPDATE feeds SET url = :url, etag = NULL, last_modified = NULL, body_hash = NULL, next_poll_at = NULL,
    failures = 0, error_kind = NULL, last_error = NULL, redirected_to = NULL, redirects = 0, retired_at = NULL
WHERE slug = :slug AND url <> :url"""
REFRESH = """UPDATE feeds SET title = iif(:title = '', title, :title), enabled = :enabled, poll_interval_s = :every
WHERE slug = :slug AND (title, enabled, poll_interval_s) IS NOT (iif(:title = '', title, :title), :enabled, :every)"""
DISMISS = "UPDATE feeds SET enabled = 0 WHERE enabled AND slug NOT IN (SELECT value FROM json_each(?))"

DUE = f"""SELECT id, slug, iif(redirects >= {AGREED}, redirected_to, url) AS url, title, etag, last_modified, body_hash,
    next_poll_at, last_polled_at, last_success_at, last_new_at, retired_at, poll_interval_s, failures
FROM feeds
WHERE enabled AND (:every_slug OR slug IN (SELECT value FROM json_each(:slugs)))
    AND (:force OR (retired_at IS NULL AND (next_poll_at IS NULL OR next_poll_at <= :now)))
ORDER BY coalesce(next_poll_at, ''), slug"""  # noqa: S608 - a number of ours

KNOWN = """SELECT guid, id, entry_hash FROM articles
WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))
UNION ALL SELECT guid, NULL, entry_hash FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(:guids))"""

POLL = """INSERT INTO polls(run_id, feed_id, started_at, status, outcome, bytes, duration_ms, entries, new_articles,
    changed, duplicates, dropped, error_kind, error, warning) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
SUCCESS = """UPDATE feeds SET last_polled_at = :at, last_success_at = :at, next_poll_at = :next, failures = 0,
    error_kind = NULL, last_error = NULL, retired_at = NULL,
    last_new_at = iif(:new, :at, last_new_at), title = iif(title = '', :title, title),
    site_url = coalesce(:site_url, site_url), language = coalesce(:language, language),
    etag = :etag, last_modified = :last_modified, body_hash = :body_hash,
    redirects = CASE WHEN :moved IS NULL THEN iif(redirects >= :agreed, redirects, 0)
        WHEN redirected_to IS :moved THEN redirects + 1 ELSE 1 END,
    redirected_to = CASE WHEN :moved IS NULL THEN iif(redirects >= :agreed, redirected_to, NULL) ELSE :moved END
WHERE id = :feed"""
FAILURE = """UPDATE feeds SET last_polled_at = :at, next_poll_at = :next, failures = failures + 1,
    error_kind = :error_kind, last_error = :error, retired_at = iif(:gone, coalesce(retired_at, :at), retired_at),
    redirects = 0, redirected_to = NULL
WHERE id = :feed"""


def sync(connection: sqlite3.Connection, feeds: Sequence[Feed], now: datetime) -> None:
    """Take the configuration's feeds over. None is ever deleted: one that is gone from it is switched off.

    A feed with a new address starts afresh: no validators, no failures, due at once.
    """
    for feed in feeds:
        values = {
            "slug": feed.slug,
            "url": feed.url,
            "title": scrub(feed.title),
            "enabled": feed.enabled,
            "every": feed.every,
            "now": iso(now),
        }
        for statement in (ADD, MOVE, REFRESH):
            connection.execute(statement, values)
    connection.execute(DISMISS, (json.dumps([feed.slug for feed in feeds]),))


def due(
    connection: sqlite3.Connection, now: datetime, slugs: Sequence[str] = (), *, force: bool = False
) -> list[FeedState]:
    """The enabled feeds whose time has come, longest waiting first; of those named, when any are.

    `force` passes over the time, and over a feed's retirement.
    """
    values = {"every_slug": not slugs, "slugs": json.dumps(list(slugs)), "force": force, "now": iso(now)}
    cursor = connection.execute(DUE, values)
    names = [column[0] for column in cursor.description]
    return [state(dict(zip(names, row, strict=True))) for row in cursor]


def state(row: dict[str, str]) -> FeedState:
    """A row with its times read."""
    times = {name: moment(value) for name, value in row.items() if name.endswith("_at")}
    return FeedState(**{**row, **times})  # type: ignore[arg-type]  # the columns are named like the fields


def known(connection: sqlite3.Connection, feed_id: int, guids: Sequence[str]) -> dict[str, KnownEntry]:
    """Which of these entries we met before, by the guid that was asked for.

    Dropped ones too, so that they are not tried at every poll; one that was an article before has the article's id.
    """
    asked = {scrub(guid): guid for guid in guids}
    found: dict[str, KnownEntry] = {}
    for guid, article, hashed in connection.execute(KNOWN, {"feed": feed_id, "guids": json.dumps(list(asked))}):
        before = found.get(asked[guid])
        article_id = before.article_id if before else article
        found[asked[guid]] = KnownEntry(article_id=article_id, entry_hash=hashed)
    return found


def note_poll(connection: sqlite3.Connection, harvest: Harvest, kept: Kept) -> None:
    """Write the poll's row and bring the feed up to date."""
    poll, feed = harvest.poll, harvest.feed.id
    row = (
        harvest.run_id, feed, iso(poll.started_at), poll.status, poll.outcome, poll.bytes, poll.duration_ms,
        poll.entries, kept.new, kept.changed, kept.duplicates, kept.dropped, poll.error_kind, poll.error, poll.warning,
    )  # fmt: skip
    connection.execute(POLL, scrubbed(row))
    values = {
        "feed": feed,
        "at": iso(poll.started_at),
        "next": maybe_iso(poll.next_poll_at),
        "new": kept.new > 0,
        "gone": poll.status == GONE,
        "agreed": AGREED,
        "error_kind": poll.error_kind,
        "error": poll.error,
        "title": poll.title,
        "site_url": poll.site_url,
        "language": poll.language,
        "moved": poll.moved,
        **validators(harvest),
    }
    values = dict(zip(values, scrubbed(values.values()), strict=True))
    connection.execute(FAILURE if poll.outcome == "error" else SUCCESS, values)


def validators(harvest: Harvest) -> dict[str, str | None]:
    """What to send with the next request: nothing after a poll that was not whole, so that the feed is read again."""
    poll, feed = harvest.poll, harvest.feed
    if poll.outcome not in WHOLE:
        return {"etag": None, "last_modified": None, "body_hash": None}
    if poll.outcome == "not_modified":  # a 304 may refresh them, and need not repeat them
        return {
            "etag": poll.etag or feed.etag,
            "last_modified": poll.last_modified or feed.last_modified,
            "body_hash": poll.body_hash or feed.body_hash,
        }
    return {"etag": poll.etag, "last_modified": poll.last_modified, "body_hash": poll.body_hash}
