"""How the taxonomy fares with what is stored: tags that never fire, and categories of feeds that mean nothing to it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.rows import read

TAGS = """SELECT tag_id, count(*) FROM article_tags GROUP BY tag_id
UNION ALL SELECT entity_id, count(*) FROM article_entities GROUP BY entity_id"""
CATEGORIES = """SELECT c.category, count(*) AS articles, count(DISTINCT a.feed_id) AS feeds, min(f.slug) AS feed,
    max(c.tag_id) AS tag
FROM article_categories AS c JOIN articles AS a ON a.id = c.article_id JOIN feeds AS f ON f.id = a.feed_id
GROUP BY c.category ORDER BY articles DESC, c.category LIMIT :limit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What some feeds call articles: in how many `articles` of how many `feeds`, `feed` being one of them.

    `tag` is what it was last taken for, None for nothing.
    """

    category: str
    articles: int
    feeds: int
    feed: str
    tag: str | None


def tags(connection: sqlite3.Connection) -> dict[str, int]:
    """In how many articles each tag or entity was found; those found in none are left out."""
    found: dict[str, int] = {}
    for tag, count in connection.execute(TAGS):
        found[tag] = max(found.get(tag, 0), count)
    return found


def categories(connection: sqlite3.Connection, limit: int) -> list[Category]:
    """The commonest categories, the commonest first."""
    return list(read(connection, Category, CATEGORIES, {"limit": limit}))
