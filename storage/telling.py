"""A story in full: who told it and when, with the copies of each article, and what its articles have in common."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.relations import StoryHead, story_of
from storage.rows import read

MOST = 12  # tags and names in common that are told

SOURCES = """SELECT f.slug AS feed, f.title AS feed_title, count(*) AS articles,
    count(*) FILTER (WHERE a.duplicate_of IS NOT NULL) AS copies, min(a.published_at) AS first_published,
    max(a.published_at) AS last_published
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id WHERE a.story_id = :story
GROUP BY f.id ORDER BY first_published, f.slug"""
ARTICLES = """SELECT a.id, a.published_at, f.slug AS feed, f.title AS feed_title, a.title, a.url, a.duplicate_of,
    d.kind, d.method, d.similarity
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id LEFT JOIN duplicates AS d ON d.article_id = a.id
    LEFT JOIN articles AS o ON o.id = a.duplicate_of AND o.story_id = a.story_id
WHERE a.story_id = :story
ORDER BY coalesce(o.published_at, a.published_at), coalesce(o.id, a.id), o.id IS NOT NULL, a.published_at, a.id"""
REASONS = """SELECT s.article_id, s.related_id, s.method, s.score AS likeness, s.reason
FROM see_also AS s JOIN articles AS a ON a.id = s.article_id JOIN articles AS b ON b.id = s.related_id
WHERE s.kind = 'same_story' AND a.story_id = :story AND b.story_id = :story
ORDER BY a.published_at, s.article_id, s.related_id"""
SHARED = """WITH told AS (
    SELECT lower(t.name) AS word, t.name, t.kind, x.article_id, x.score AS weight FROM articles AS a
        JOIN article_tags AS x ON x.article_id = a.id JOIN tags AS t ON t.id = x.tag_id
    WHERE a.story_id = :story AND a.duplicate_of IS NULL
    UNION ALL SELECT lower(e.name), e.name, e.type, e.article_id, e.salience FROM articles AS a
        JOIN article_entities AS e ON e.article_id = a.id
    WHERE a.story_id = :story AND a.duplicate_of IS NULL)
SELECT min(name) AS name, min(kind) AS kind, count(DISTINCT article_id) AS articles FROM told
GROUP BY word HAVING articles > 1 AND 2 * articles > :size ORDER BY articles DESC, sum(weight) DESC, word LIMIT :most"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A feed that told the story: its articles, how many of them are copies, when the first and the last came."""

    feed: str
    feed_title: str
    articles: int
    copies: int
    first_published: str
    last_published: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """An article of a story. `duplicate_of` is its original; then the last three say what the copy is."""

    id: int
    published_at: str
    feed: str
    feed_title: str
    title: str
    url: str
    duplicate_of: int | None
    kind: str | None
    method: str | None
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """By which other article one came into the story, how like they are (0 to 1), and what both have, in words."""

    article_id: int
    related_id: int
    method: str
    likeness: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """A tag or name that more than half of the story's articles have, copies not counted."""

    name: str
    kind: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story in full. `articles` come in the order of publication, copies after their original."""

    story: StoryHead
    sources: tuple[SourceRow, ...]
    articles: tuple[ToldRow, ...]
    reasons: tuple[ReasonRow, ...]
    shared: tuple[SharedRow, ...]


def tell(connection: sqlite3.Connection, article_id: int) -> Told | None:
    """The story that an article is in; None when it is in none."""
    story = story_of(connection, article_id)
    if story is None:
        return None
    asked = {"story": story.id}
    shared = read(connection, SharedRow, SHARED, {**asked, "size": story.size, "most": MOST})
    return Told(
        story=story,
        sources=tuple(read(connection, SourceRow, SOURCES, asked)),
        articles=tuple(read(connection, ToldRow, ARTICLES, asked)),
        reasons=tuple(read(connection, ReasonRow, REASONS, asked)),
        shared=tuple(shared),
    )
