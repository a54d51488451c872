"""The named reads: each a SQL constant and a typed function that gives its rows.

Full-text search takes what people type. It is read as FTS5's own language first, so that "a phrase", OR, NOT, NEAR and
word* work; when that is not valid, every word is quoted. Nothing a stranger types raises, and a blank asks for nothing.

Order "new" takes the `RECENT` latest arrivals that match and sorts those by date: constant time however many match.
Order "best" ranks all matches by bm25, a word of the title counting eight times.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.rows import maybe_iso, read, scrub

Fault = Literal["failing", "silent"]

RECENT = 500  # matches
SPARE = 20  # best matches looked at for each one wanted, since copies are left out
LONGEST = 1000  # characters of a query
WORDS = 64  # of a query that is quoted

FILTERS = """(:feed IS NULL OR a.feed_id = (SELECT id FROM feeds WHERE slug = :feed))
    AND (:since IS NULL OR a.published_at >= :since)
    AND (:tag IS NULL OR EXISTS (SELECT 1 FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
        WHERE x.article_id = a.id AND (t.id = :tag OR t.name = :tag)))"""
HIT = """a.id, a.published_at, f.slug AS feed, f.title AS feed_title, a.title, a.url, a.section, a.labels, a.summary,
    a.story_id, a.duplicate_of"""

# Of copies that match, the original; else the first, for a teaser may have come before the text with the words.
ONCE = "row_number() OVER (PARTITION BY coalesce(a.duplicate_of, a.id) ORDER BY a.duplicate_of IS NOT NULL, a.id)"

NEWEST_MATCHES = f"""WITH recent AS MATERIALIZED (
    SELECT a.id, a.published_at, a.duplicate_of FROM articles_fts AS m JOIN articles AS a ON a.id = m.rowid
    WHERE articles_fts MATCH :words AND {FILTERS}
    ORDER BY m.rowid DESC LIMIT {RECENT}),
found AS (SELECT a.id, a.published_at, {ONCE} AS place FROM recent AS a),
best AS MATERIALIZED (SELECT id FROM found WHERE place = 1 ORDER BY published_at DESC, id DESC LIMIT :limit)
SELECT {HIT}, snippet(articles_fts, -1, :open, :close, '…', 24) AS snippet
FROM articles_fts JOIN articles AS a ON a.id = articles_fts.rowid JOIN feeds AS f ON f.id = a.feed_id
WHERE articles_fts MATCH :words AND articles_fts.rowid IN (SELECT id FROM best)
ORDER BY a.published_at DESC, a.id DESC"""  # noqa: S608 - our own constants

BEST_MATCHES = f"""WITH ranked AS MATERIALIZED (
    SELECT rowid AS id, rank AS score FROM articles_fts WHERE articles_fts MATCH :words ORDER BY rank LIMIT :pool),
found AS (SELECT a.id, a.published_at, m.score, {ONCE} AS place FROM ranked AS m JOIN articles AS a ON a.id = m.id
    WHERE {FILTERS}),
best AS MATERIALIZED (
    SELECT id, score FROM found WHERE place = 1 ORDER BY score, published_at DESC LIMIT :limit)
SELECT {HIT}, snippet(articles_fts, -1, :open, :close, '…', 24) AS snippet
FROM best JOIN articles_fts ON articles_fts.rowid = best.id JOIN articles AS a ON a.id = best.id
    JOIN feeds AS f ON f.id = a.feed_id
WHERE articles_fts MATCH :words ORDER BY best.score, a.published_at DESC"""  # noqa: S608 - our own constants

FIND = """SELECT id FROM articles
WHERE id = :id OR uid = :text OR id IN (SELECT article_id FROM addresses WHERE url_key = :key)
ORDER BY duplicate_of IS NOT NULL, id LIMIT 1"""

HEALTH = """SELECT slug, title, url, redirected_to, state, enabled, added_at, last_polled_at, last_success_at,
    last_new_at, next_poll_at, new_per_week, days_silent, silent, failures, failing_since, error_kind, last_error,
    gap_at, identity, paused_at, paused_until, retired_at, retired_why, quarantined, articles, duplicates,
    (SELECT site_url FROM feeds WHERE feeds.id = v_feed_health.id) AS site_url
FROM v_feed_health
WHERE :all OR (:silent AND silent)
    OR (:failing AND (state = 'failing' OR (state = 'retired' AND retired_why IN ('gone', 'failing'))))
ORDER BY slug"""

DROPPED = """SELECT f.slug AS feed, q.guid, q.url, q.reason, q.detail, q.seen_at, q.uid, q.tries, q.retry_at
FROM quarantine AS q JOIN feeds AS f ON f.id = q.feed_id
WHERE q.resolved_at IS NULL AND (:text IS NULL OR q.guid = :text OR q.url = :text OR q.uid = :text)
ORDER BY q.seen_at DESC, q.id DESC LIMIT :limit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for. `tag` is a slug or a name, `feed` a slug. `open` and `close` go around matches."""

    words: str = ""
    limit: int = 20
    tag: str | None = None
    feed: str | None = None
    since: datetime | None = None
    by: Literal["new", "best"] = "new"
    open: str = "["
    close: str = "]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article in a list. `published_at` is UTC ISO-8601 text; `snippet` is empty outside a search.

    A copy, whose original is `duplicate_of`, is found where its original has not the words.
    """

    id: int
    published_at: str
    feed: str
    feed_title: str
    title: str
    url: str
    section: str | None
    labels: str
    summary: str
    story_id: int | None
    duplicate_of: int | None
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How a feed fares. Times are UTC ISO-8601 text.

    `state` is ok, failing, silent, paused, retired, off or new; "new" was never read so far, and one that no run has
    met has nothing but what the configuration says of it: no `added_at`, and zeros. `new_per_week` counts
    articles first seen in the last four weeks; `days_silent` are those since the last new article, and `silent` is 1
    when they are too many for a feed that answers. `gap_at` is the last poll that may have missed entries,
    `quarantined` how many of them became no article; `paused_until` is when the feed's host may be asked again.
    """

    slug: str
    title: str
    url: str
    site_url: str | None = None
    redirected_to: str | None = None
    state: str
    enabled: int
    added_at: str | None = None
    last_polled_at: str | None = None
    last_success_at: str | None = None
    last_new_at: str | None = None
    next_poll_at: str | None = None
    new_per_week: float = 0.0
    days_silent: float = 0.0
    silent: int = 0
    failures: int = 0
    failing_since: str | None = None
    error_kind: str | None = None
    last_error: str | None = None
    gap_at: str | None = None
    identity: str = "guid"
    paused_at: str | None = None
    paused_until: str | None = None
    retired_at: str | None = None
    retired_why: str | None = None
    quarantined: int = 0
    articles: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedEntry:
    """An entry that became no article. `uid` names its raw bytes. Tried again from `retry_at` on; never when None."""

    feed: str
    guid: str
    url: str | None
    reason: str
    detail: str
    seen_at: str
    uid: str
    tries: int
    retry_at: str | None


def search(connection: sqlite3.Connection, asked: Search) -> list[Hit]:
    """Articles that match, each once however many feeds carry it. No words, no rows."""
    words = scrub(asked.words).replace("\ufffd", " ").strip()[:LONGEST]
    quoted = quote(words)
    if not quoted:
        return []
    sql = NEWEST_MATCHES if asked.by == "new" else BEST_MATCHES
    values = filters(asked) | {"open": asked.open, "close": asked.close}
    try:
        return list(read(connection, Hit, sql, values | {"words": words}))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # locked, full, damaged: not the words' fault
            raise
    return list(read(connection, Hit, sql, values | {"words": quoted}))


def quote(words: str) -> str:
    """The words as FTS5 takes them literally; "" when there is nothing to look for."""
    found = [word for word in words.split() if re.search(r"\w", word)][:WORDS]
    return " ".join('"' + word.replace('"', '""') + '"' for word in found)


def filters(asked: Search) -> dict[str, Any]:
    """The values of `FILTERS`."""
    return {
        "limit": max(0, asked.limit),
        "pool": -1 if asked.tag or asked.feed or asked.since else SPARE * max(0, asked.limit),  # -1 is all
        "tag": asked.tag and scrub(asked.tag),
        "feed": asked.feed and scrub(asked.feed),
        "since": maybe_iso(asked.since),
    }


def find(connection: sqlite3.Connection, text: str) -> int | None:
    """The id of the article meant by an id, a uid or an address in any spelling."""
    from extractors.addresses import canonical

    text = scrub(text.strip())
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else None
    row = connection.execute(FIND, {"id": number, "text": text, "key": canonical(text) or None}).fetchone()
    return int(row[0]) if row else None


def feed_health(connection: sqlite3.Connection, *only: Fault) -> list[FeedHealth]:
    """All feeds by slug; or only those that fail or were given up for it, those that answer but have nothing new."""
    wanted = {"all": not only, "failing": "failing" in only, "silent": "silent" in only}
    return list(read(connection, FeedHealth, HEALTH, wanted))


def dropped(connection: sqlite3.Connection, text: str | None = None, limit: int = 50) -> list[DroppedEntry]:
    """Entries that became no article, latest first; those of one guid, address or uid when `text` is given."""
    return list(read(connection, DroppedEntry, DROPPED, {"text": text and scrub(text), "limit": limit}))
