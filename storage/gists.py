"""The gist of one article: its brief, its keyphrases, what its feed calls it, what people said of its tags."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.rows import read

BRIEF = "SELECT big_picture, why_it_matters, source FROM v_briefs WHERE article_id = :id AND big_picture IS NOT NULL"
SENTENCES = "SELECT role, start, end, sentence FROM article_briefs WHERE article_id = :id ORDER BY number"
PHRASES = "SELECT phrase, score FROM article_phrases WHERE article_id = :id ORDER BY rank"
CATEGORIES = """SELECT c.category, c.tag_id AS tag, c.borne_out FROM article_categories AS c
WHERE c.article_id = :id ORDER BY c.category"""
SAID = "SELECT tag, tag_name AS name, holds, corrected_at FROM v_corrections WHERE article_id = :id ORDER BY tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefRow:
    """An article in short. `source` is extract, for its own words, or the name of the model that wrote it."""

    big_picture: str
    why_it_matters: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """A sentence of the extract: where it stands in the text."""

    role: str
    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRow:
    """A keyphrase."""

    phrase: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """What the feed calls it, the tag it was taken for, and whether the text speaks for that too."""

    category: str
    tag: str | None
    borne_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRow:
    """What somebody said of a tag: 1, the article has it; 0, it has not."""

    tag: str
    name: str
    holds: int
    corrected_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """All of it."""

    brief: BriefRow | None
    sentences: tuple[SentenceRow, ...]
    phrases: tuple[PhraseRow, ...]
    categories: tuple[CategoryRow, ...]
    said: tuple[SaidRow, ...]


def gist(connection: sqlite3.Connection, article_id: int) -> Gist:
    """The gist of an article that is there."""
    values = {"id": article_id}
    return Gist(
        brief=next(read(connection, BriefRow, BRIEF, values), None),
        sentences=tuple(read(connection, SentenceRow, SENTENCES, values)),
        phrases=tuple(read(connection, PhraseRow, PHRASES, values)),
        categories=tuple(read(connection, CategoryRow, CATEGORIES, values)),
        said=tuple(read(connection, SaidRow, SAID, values)),
    )
