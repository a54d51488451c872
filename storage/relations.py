"""What an article has to do with others: what it quotes, who points to it, its story, what somebody decided.

Copies and what to read next are in `storage.showing`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from storage.rows import read

FEW = 5  # articles named that point to one

# By the tables, since the view of both directions would read all pairs of the store.
POINTERS = """SELECT s.article_id AS id, b.title, b.url, f.slug AS feed, b.published_at, s.kind, s.method, s.reason,
    s.score
FROM see_also AS s JOIN articles AS b ON b.id = s.article_id JOIN feeds AS f ON f.id = b.feed_id
WHERE s.related_id = :id AND s.kind <> 'same_story' AND b.duplicate_of IS NULL
ORDER BY s.kind <> 'see_also', s.kind <> 'quotes', s.score DESC, b.published_at DESC, b.id LIMIT :few"""
TIES = """SELECT 'to' AS direction, s.related_id AS id, b.title, f.slug AS feed, b.published_at, b.url, s.method,
    s.score AS likeness, s.reason
FROM see_also AS s JOIN articles AS b ON b.id = s.related_id JOIN feeds AS f ON f.id = b.feed_id
WHERE s.article_id = :id AND s.kind = :kind
UNION ALL
SELECT 'from', s.article_id, b.title, f.slug, b.published_at, b.url, s.method, s.score, s.reason
FROM see_also AS s JOIN articles AS b ON b.id = s.article_id JOIN feeds AS f ON f.id = b.feed_id
WHERE s.related_id = :id AND s.kind = :kind
ORDER BY 1 DESC, 8 DESC, 2"""
IN_STORY = """SELECT coalesce(a.story_id, b.story_id)
FROM articles AS a LEFT JOIN articles AS b ON b.id = a.duplicate_of WHERE a.id = :id"""
STORY = """SELECT id, title, lead_article_id AS lead_id, size, feeds, articles, sources, first_published, last_published
FROM v_stories WHERE id = :story"""
CHOICES = """SELECT other_id AS id, other_title AS title, about, together, chosen_at FROM v_choices
WHERE article_id = :id
UNION ALL SELECT article_id, title, about, together, chosen_at FROM v_choices WHERE other_id = :id
ORDER BY chosen_at, id, about"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerRow:
    """An article that names another as one to read: by its own link (see_also), by quoting it, or as related."""

    id: int
    title: str
    url: str
    feed: str
    published_at: str
    kind: str
    method: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow:
    """One tie to another article: `to` it, or `from` it. `likeness` is 0 to 1, `reason` in words."""

    direction: Literal["to", "from"]
    id: int
    title: str
    feed: str
    published_at: str
    url: str
    method: str
    likeness: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryHead:
    """A story: its lead, its feeds by slug, how many articles it has with (`articles`) and without copies (`size`)."""

    id: int
    title: str | None
    lead_id: int | None
    size: int
    feeds: int
    articles: int
    sources: str
    first_published: str
    last_published: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """What somebody decided of an article and another: about copy or story, `together` 1 or 0."""

    id: int
    title: str
    about: str
    together: int
    chosen_at: str


def pointers(connection: sqlite3.Connection, article_id: int, few: int = FEW) -> tuple[PointerRow, ...]:
    """Articles from which one comes to this, those that link to it first, then those that quote it."""
    return tuple(read(connection, PointerRow, POINTERS, {"id": article_id, "few": few}))


def ties(connection: sqlite3.Connection, article_id: int, kind: Literal["quotes", "same_story"]) -> tuple[TieRow, ...]:
    """The ties of a kind that an article has, first those that go out from it."""
    return tuple(read(connection, TieRow, TIES, {"id": article_id, "kind": kind}))


def story_of(connection: sqlite3.Connection, article_id: int) -> StoryHead | None:
    """The story an article is in, or its original; None when it is in none."""
    row = connection.execute(IN_STORY, {"id": article_id}).fetchone()
    return next(read(connection, StoryHead, STORY, {"story": row[0]}), None) if row else None


def choices_of(connection: sqlite3.Connection, article_id: int) -> tuple[ChoiceRow, ...]:
    """What somebody decided of an article and others, the earliest first."""
    return tuple(read(connection, ChoiceRow, CHOICES, {"id": article_id}))
