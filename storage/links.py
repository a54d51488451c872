"""Links find their articles, in both directions: those of an article that arrives, and those that waited for it.

A link leads to an article by its address; a "See also" line also by its title, since it may have lost its address or
name the copy of another site. Either has to be unambiguous: all articles it fits are copies of one, whose original is
the target. What is resolved here follows from the rows alone, never from the order in which they came.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from storage.copies import fellows

KEYS = """SELECT url_key, NULL FROM addresses WHERE article_id IN (SELECT value FROM json_each(:ids))
UNION SELECT NULL, title_key FROM articles WHERE id IN (SELECT value FROM json_each(:ids)) AND title_key <> ''"""
CONCERNED = """SELECT id FROM links
    WHERE article_id IN (SELECT value FROM json_each(:ids)) AND coalesce(url_key, title_key) IS NOT NULL
UNION SELECT id FROM links WHERE url_key IN (SELECT value FROM json_each(:urls))
UNION SELECT id FROM links WHERE title_key IN (SELECT value FROM json_each(:titles))"""
ORIGINAL = "coalesce(a.duplicate_of, a.id)"
ONLY = f"iif(min({ORIGINAL}) = max({ORIGINAL}), max({ORIGINAL}), NULL)"
RESOLVE = f"""WITH targets AS (
    SELECT l.id, (SELECT {ORIGINAL} FROM articles AS a WHERE a.id = l.article_id) AS own, coalesce(
        (SELECT {ONLY}
            FROM addresses AS d JOIN articles AS a ON a.id = d.article_id WHERE d.url_key = l.url_key),
        (SELECT {ONLY}
            FROM articles AS a WHERE a.title_key = l.title_key)) AS target
    FROM json_each(:links) AS j JOIN links AS l ON l.id = j.value)
UPDATE links SET target_id = nullif(t.target, t.own) FROM targets AS t
WHERE links.id = t.id AND links.target_id IS NOT nullif(t.target, t.own)
RETURNING iif(links.kind IN ('see_also', 'related'), links.article_id, NULL)"""  # noqa: S608 - our own expressions
WITHDRAW = "DELETE FROM see_also WHERE kind = 'see_also' AND article_id IN (SELECT value FROM json_each(:ids))"
OFFER = """INSERT INTO see_also(article_id, related_id, rank, score, kind, reason)
SELECT article_id, target_id, row_number() OVER (PARTITION BY article_id ORDER BY min(id)), 1.0, 'see_also',
    iif(label <> '', label, iif(kind = 'related', 'Related', 'See also'))
FROM links
WHERE article_id IN (SELECT value FROM json_each(:ids)) AND kind IN ('see_also', 'related') AND target_id IS NOT NULL
GROUP BY article_id, target_id
ON CONFLICT(article_id, related_id) DO UPDATE SET
    rank = excluded.rank, score = excluded.score, kind = excluded.kind, reason = excluded.reason"""
RANK = """UPDATE see_also SET rank = r.rank FROM (
    SELECT article_id, related_id, row_number() OVER (
        PARTITION BY article_id ORDER BY kind <> 'see_also', rank, related_id) AS rank
    FROM see_also WHERE article_id IN (SELECT value FROM json_each(:ids))) AS r
WHERE see_also.article_id = r.article_id AND see_also.related_id = r.related_id AND see_also.rank <> r.rank"""


@dataclass(frozen=True, slots=True)
class Keys:
    """Addresses and titles, in the spelling that is compared."""

    urls: frozenset[str]
    titles: frozenset[str]

    def __or__(self, other: Keys) -> Keys:
        """Both together."""
        return Keys(self.urls | other.urls, self.titles | other.titles)


def keys_of(connection: sqlite3.Connection, articles: Iterable[int]) -> Keys:
    """The keys under which articles, and all copies of them, are known now."""
    values = {"ids": json.dumps(fellows(connection, articles))}
    rows = connection.execute(KEYS, values).fetchall()
    return Keys(frozenset(row[0] for row in rows if row[0]), frozenset(row[1] for row in rows if row[1]))


def resolve(connection: sqlite3.Connection, articles: Iterable[int], keys: Keys) -> None:
    """Find the targets of these articles' links, and of all links that lead to one of the keys."""
    values = {
        "ids": json.dumps(sorted(articles)),
        "urls": json.dumps(sorted(keys.urls)),
        "titles": json.dumps(sorted(keys.titles)),
    }
    concerned = [row[0] for row in connection.execute(CONCERNED, values)]
    changed = {row[0] for row in connection.execute(RESOLVE, {"links": json.dumps(concerned)}).fetchall()}
    sources = sorted({*changed, *articles} - {None})
    recommend(connection, sources)


def recommend(connection: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Make the see-also rows of articles anew from their own links, which come before all that was computed."""
    values = {"ids": json.dumps(list(articles))}
    for statement in (WITHDRAW, OFFER, RANK):
        connection.execute(statement, values)
