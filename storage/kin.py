"""What to read next: for every article its story, and up to five earlier articles that go with it.

`relate` is the closing step of a run. It takes every article it has not seen, counts all their terms before it weighs
any, and goes by the time of publication, so that the order in which feeds happened to arrive changes nothing. All of it
is one step of the caller's transaction: a run that is killed leaves nothing half done, and the next does it whole.

    score = cosine of the terms · (1 + ¼ · shared tags, four at most) · 2^(-age in days / 30)

Earlier articles only (TREC's news tracks: nDCG .42 with them against .35 with all), none that is a copy, one of a story
at most, none of the article's own story, and none at all when none is good.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from storage import phrases, stories, terms
from storage.terms import forget, in_common, mark, nearest, oldest, remember, weigh

__all__ = ["TABLES", "Kin", "forget", "relate", "remember"]

TABLES = terms.TABLES

FIVE = 5
FLOOR = 0.15  # the least score that is worth a reader's time
HALF_LIFE = 30.0  # days in which news loses half its interest
TAG = 0.25  # what a shared tag adds
TAGS = 4  # shared tags that count
DAYS = HALF_LIFE * math.log2((1 + TAG * TAGS) / FLOOR)  # 112: beyond it no article can reach the floor

# INDEXED BY, since SQLite would else go through all articles of the store, for the sake of the order.
FRESH = """
    SELECT a.id, a.duplicate_of IS NULL, t.state = 'new'
    FROM article_terms AS t INDEXED BY idx_article_terms_state JOIN articles AS a ON a.id = t.article_id
    WHERE t.state <> 'placed' AND (t.state = 'new' OR t.state = 'copy' AND a.duplicate_of IS NULL)
        AND (:until IS NULL OR a.published_at <= :until)
    ORDER BY a.published_at, a.uid"""
DEMOTED = """
    SELECT a.id FROM articles AS a INDEXED BY idx_articles_duplicate JOIN article_terms AS t ON t.article_id = a.id
    WHERE a.duplicate_of IS NOT NULL AND t.state = 'placed' ORDER BY a.id"""
EARLIER = """
    SELECT a.id, julianday(mine.published_at) - julianday(a.published_at), a.story_id,
        (SELECT count(*) FROM article_tags AS x JOIN tags AS g ON g.id = x.tag_id
            JOIN article_tags AS y ON y.tag_id = x.tag_id AND y.article_id = mine.id
            WHERE x.article_id = a.id AND g.kind <> 'section')
    FROM json_each(:ids) AS j JOIN articles AS a ON a.id = j.value JOIN articles AS mine ON mine.id = :article
    WHERE a.duplicate_of IS NULL AND (a.published_at, a.uid) < (mine.published_at, mine.uid)
        AND (mine.story_id IS NULL OR a.story_id IS NOT mine.story_id)
        AND NOT EXISTS (SELECT 1 FROM see_also AS s WHERE s.article_id = mine.id AND s.related_id = a.id)
    ORDER BY a.published_at DESC, a.uid"""
LAST = "SELECT coalesce(max(rank), 0) FROM see_also WHERE article_id = ?"
INSERT = "INSERT INTO see_also(article_id, related_id, rank, score, kind, reason) VALUES (?, ?, ?, ?, 'related', ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What one `relate` made: new stories, and articles that were given something to read next."""

    stories: int = 0
    related: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    article_id: int
    score: float
    story: int | None


def relate(connection: sqlite3.Connection, *, until: str | None = None, sources: Collection[str] = ()) -> Kin:
    """Relate every article not yet related, or those published up to `until` (ISO, as the table holds it).

    `sources` are names of those who report, which are no keyphrases.
    """
    again = _demote(connection)
    rows = connection.execute(FRESH, {"until": until}).fetchall()
    if not rows and not again:
        return Kin()
    new = [row[0] for row in rows if row[2]]
    weigh(connection, new)
    phrases.choose(connection, new, sources)
    own = [row[0] for row in rows if row[1]]
    mark(connection, [row[0] for row in rows if not row[1]], "copy")
    made = stories.tell(connection, own)
    since = oldest(connection, (*own, *again), DAYS)
    related = sum(_recommend(connection, article, since) for article in (*own, *again))
    return Kin(stories=made, related=related)


def _demote(connection: sqlite3.Connection) -> list[int]:
    """Articles that have turned out to be copies lose their rows. Gives those that pointed at them, to relate again."""
    gone = [row[0] for row in connection.execute(DEMOTED)]
    marked = json.dumps(gone)
    query = """SELECT DISTINCT s.article_id FROM see_also AS s WHERE s.kind = 'related'
        AND s.related_id IN (SELECT value FROM json_each(?)) AND s.article_id NOT IN (SELECT value FROM json_each(?))
        ORDER BY s.article_id"""
    again = [row[0] for row in connection.execute(query, (marked, marked))] if gone else []
    mark(connection, gone, "copy")
    for article in gone:
        stories.hand_over(connection, article)
        connection.execute("DELETE FROM see_also WHERE article_id = ? AND kind = 'related'", (article,))
    return again


def _recommend(connection: sqlite3.Connection, article: int, since: int) -> bool:
    """Write an article's related ones in place of those it had; whether there are any."""
    connection.execute("DELETE FROM see_also WHERE article_id = ? AND kind = 'related'", (article,))
    best = _best(connection, article, since)
    last = connection.execute(LAST, (article,)).fetchone()[0]  # the article's own links come first
    for rank, each in enumerate(best, last + 1):
        reason = in_common(connection, article, each.article_id)
        connection.execute(INSERT, (article, each.article_id, rank, each.score, reason))
    return bool(best)


def _best(connection: sqlite3.Connection, article: int, since: int) -> list[_Earlier]:
    """The earlier articles to name, best first: one of a story at most."""
    likes = nearest(connection, article, FLOOR / (1 + TAG * TAGS), since)
    rows = connection.execute(EARLIER, {"ids": json.dumps(list(likes)), "article": article}).fetchall()
    scored = [_Earlier(article_id=row[0], score=score(likes[row[0]], row[3], row[1]), story=row[2]) for row in rows]
    told: set[int] = set()
    best: list[_Earlier] = []
    for each in sorted(scored, key=lambda each: -each.score):  # equal scores: the later one first, as they come
        if each.score < FLOOR or each.story in told or len(best) == FIVE:
            continue
        best.append(each)
        told |= {each.story} if each.story is not None else set()
    return best


def score(cosine: float, tags: int, age: float) -> float:
    """How well an article goes with another, 0–1: the cosine of their terms, the `tags` they share, `age` in days."""
    return round(min(1.0, cosine * (1 + TAG * min(tags, TAGS)) * 2 ** (-max(0.0, age) / HALF_LIFE)), 4)
