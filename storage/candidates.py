"""The articles of other feeds that may tell the same event as one: those near in time that have terms in common.

At most 72 hours lie between an article and the one it joins, and a week between it and the first of the story. What
somebody decided is heeded here: two articles that are kept apart never meet, nor an article and the story of the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage import pairs
from storage.copies import fellows
from storage.terms import BEST

HOURS = 72  # between an article and the one it joins
DAYS = 7  # between an article and the first of its story: a running topic is a tag, not a story

NAMES = '*"[0-9A-ZÀ-ÖØ-ÞΑ-ΩА-Я]*'  # in the JSON of an article's terms, a key that is a name or figure
BARE = f"""(t.terms NOT GLOB '{NAMES}'
    AND length(t.terms) - length(replace(t.terms, ',', '')) < {BEST - 1})"""  # a comma for each term but one
IS_BARE = f"SELECT {BARE} FROM article_terms AS t WHERE article_id = ?"  # noqa: S608 - our own expression
CANDIDATES = f"""
    SELECT a.id, a.story_id, {BARE}
    FROM json_each(:ids) AS j
    JOIN articles AS a ON a.id = j.value
    JOIN articles AS mine ON mine.id = :article
    JOIN article_terms AS t ON t.article_id = a.id AND t.state = 'placed'
    LEFT JOIN stories AS s ON s.id = a.story_id
    LEFT JOIN articles AS lead ON lead.id = s.lead_article_id
    WHERE a.duplicate_of IS NULL AND a.feed_id <> mine.feed_id
      AND abs(julianday(a.published_at) - julianday(mine.published_at)) * 24 <= {HOURS}
      AND (lead.id IS NULL OR abs(julianday(lead.published_at) - julianday(mine.published_at)) <= {DAYS})
    ORDER BY a.published_at, a.uid"""  # noqa: S608 - our own expression
ORIGINALS = """SELECT DISTINCT coalesce(o.id, a.id), coalesce(o.story_id, a.story_id)
FROM json_each(?) AS j JOIN articles AS a ON a.id = j.value LEFT JOIN articles AS o ON o.id = a.duplicate_of
ORDER BY 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """An article that another may join: its story, the cosine of their terms, whether it is but a headline."""

    article_id: int
    story: int | None
    cosine: float
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What somebody decided of an article: those it is always with, and the articles and stories it is never with."""

    beside: tuple[tuple[int, int | None], ...] = ()
    articles: frozenset[int] = frozenset()
    stories: frozenset[int] = frozenset()

    def forbids(self, article: int, story: int | None) -> bool:
        """Whether the article never comes together with another, or with those of its story."""
        return article in self.articles or story in self.stories


def decided(connection: sqlite3.Connection, article: int) -> Decided:
    """What somebody decided of an article's stories, or of its copies'. Others are given by their originals."""
    own = fellows(connection, [article])
    chosen = [pairs.of(connection, each, "story") for each in own]
    apart = originals(connection, (each for one in chosen for each in one.apart if each not in own))
    return Decided(
        beside=tuple(originals(connection, (each for one in chosen for each in one.beside if each not in own)).items()),
        articles=frozenset(apart),
        stories=frozenset(story for story in apart.values() if story is not None),
    )


def originals(connection: sqlite3.Connection, articles: Iterable[int]) -> dict[int, int | None]:
    """The originals of articles, ascending, with the story of each."""
    asked = sorted(set(articles))
    return dict(connection.execute(ORIGINALS, (json.dumps(asked),)).fetchall()) if asked else {}


def is_bare(connection: sqlite3.Connection, article: int) -> bool:
    """Whether an article says no more than a headline does: fewer than twenty terms, and no name in its text."""
    row = connection.execute(IS_BARE, (article,)).fetchone()
    return bool(row and row[0])


def among(connection: sqlite3.Connection, article: int, likes: Mapping[int, float], choices: Decided) -> list[Other]:
    """Those of some articles, given with their cosines, that an article may join; the earliest published first."""
    asked = {"ids": json.dumps(list(likes)), "article": article}
    rows = connection.execute(CANDIDATES, asked).fetchall() if likes else ()
    return [
        Other(article_id=other, story=story, cosine=likes[other], bare=bool(bare))
        for other, story, bare in rows
        if not choices.forbids(other, story)
    ]
