"""Stories: what several outlets report within three days, each in its own words.

A story is a link, never a deletion. An article joins the story of the one article it is most like, when all of these
hold: another feed, at most 72 hours apart, terms alike, and evidence enough in names. Names are tags and entities
(companies, people, places, products) that both have and, since no list of names is complete, words that stand in both
headlines, each worth the more the fewer articles use it. One alone is never enough: "Apple" is news every day.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.fingerprints import terms as terms_of
from storage.terms import PRIOR, in_common, mark, nearest, oldest

HOURS = 72  # between an article and the one it joins
DAYS = 7  # between an article and the first of its story: a running topic is a tag, not a story
COSINE = 0.30  # of their terms, at least; .25 puts bonds of two banks into one story
EVIDENCE = 1.25  # that names and headline words must bring together: two names, or three words of the news
NAME = 0.65  # what a name in common brings; a word 1 - ln(its articles) / ln(all articles + 50)

CANDIDATES = """
    SELECT a.id, a.title, a.story_id
    FROM json_each(:ids) AS j
    JOIN articles AS a ON a.id = j.value
    JOIN articles AS mine ON mine.id = :article
    JOIN article_terms AS t ON t.article_id = a.id AND t.state = 'placed'
    LEFT JOIN stories AS s ON s.id = a.story_id
    LEFT JOIN articles AS lead ON lead.id = s.lead_article_id
    WHERE a.duplicate_of IS NULL AND a.feed_id <> mine.feed_id
      AND abs(julianday(a.published_at) - julianday(mine.published_at)) * 24 <= :hours
      AND (lead.id IS NULL OR abs(julianday(lead.published_at) - julianday(mine.published_at)) <= :days)
    ORDER BY a.published_at, a.uid"""
SETTLE = """
    UPDATE stories SET
        lead_article_id = (SELECT id FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL
            ORDER BY published_at, uid LIMIT 1),
        first_seen_at = (SELECT min(first_seen_at) FROM articles WHERE story_id = stories.id),
        size = (SELECT count(*) FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL)
    WHERE id = ?"""
COPIES = """UPDATE articles SET story_id = :story WHERE duplicate_of IN
    (SELECT id FROM articles WHERE story_id = :story AND duplicate_of IS NULL)"""
INHERIT = """UPDATE articles SET story_id = (SELECT story_id FROM articles WHERE id = :copy)
    WHERE id = (SELECT duplicate_of FROM articles WHERE id = :copy) AND story_id IS NULL"""
NOTE = """
    INSERT OR IGNORE INTO see_also(article_id, related_id, rank, score, kind, reason) VALUES
    (:mine, :theirs, 1 + (SELECT count(*) FROM see_also WHERE article_id = :mine), :score, 'same_story', :reason)"""
SPREAD = """
    SELECT term, articles, (SELECT count(*) FROM article_terms)
    FROM term_counts WHERE term IN (SELECT value FROM json_each(?))"""
NAMES_OF = """
    SELECT lower(t.name) FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
    WHERE x.article_id = :article AND t.kind IN ('company', 'person', 'place', 'product')
    UNION SELECT lower(name) FROM article_entities WHERE article_id = :article"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    article_id: int
    title: str
    story: int | None
    cosine: float


def tell(connection: sqlite3.Connection, articles: Sequence[int]) -> int:
    """Put articles, given in the order of publication, into stories; the number of stories made.

    An article that is in a story stays there. Copies follow their original. The article by which another came into its
    story is noted in `see_also`, with what the two have in common.
    """
    touched: dict[int, None] = {}
    made = 0
    since = oldest(connection, articles, HOURS / 24)
    for article in articles:
        other = None if _story_of(connection, article) else _closest(connection, article, since)
        if other:
            made += other.story is None
            touched[_join(connection, article, other)] = None
        mark(connection, [article], "placed")
    for story in touched:
        settle(connection, story)
    return made


def settle(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story up to date with its articles: its lead is the earliest that is no copy, its size counts no copies.

    A story of one article is dissolved.
    """
    connection.execute(COPIES, {"story": story})
    connection.execute(SETTLE, (story,))
    connection.execute("DELETE FROM stories WHERE id = ? AND size < 2", (story,))


def hand_over(connection: sqlite3.Connection, copy: int) -> None:
    """An article that has turned out to be a copy leaves its story to its original."""
    story = _story_of(connection, copy)
    if story:
        connection.execute(INHERIT, {"copy": copy})
        settle(connection, story)


def _join(connection: sqlite3.Connection, article: int, other: _Other) -> int:
    """Put an article beside another, into its story or a new one; the story's id."""
    story = other.story if other.story is not None else _make(connection, other.article_id)
    connection.execute("UPDATE articles SET story_id = ? WHERE id = ?", (story, article))
    connection.execute(SETTLE, (story,))
    reason = in_common(connection, article, other.article_id)
    asked = {"mine": article, "theirs": other.article_id, "score": round(other.cosine, 4), "reason": reason}
    connection.execute(NOTE, asked)
    return story


def _make(connection: sqlite3.Connection, article: int) -> int:
    """A story that begins with one article."""
    query = """INSERT INTO stories(lead_article_id, first_seen_at, size)
        SELECT id, first_seen_at, 1 FROM articles WHERE id = ?"""
    story = connection.execute(query, (article,)).lastrowid
    assert story is not None
    connection.execute("UPDATE articles SET story_id = ? WHERE id = ?", (story, article))
    return story


def _closest(connection: sqlite3.Connection, article: int, since: int) -> _Other | None:
    """The article of another feed that tells the same story best, if any does."""
    likes = nearest(connection, article, COSINE, since)
    if not likes:
        return None
    asked = {"ids": json.dumps(list(likes)), "article": article, "hours": HOURS, "days": DAYS}
    rows = connection.execute(CANDIDATES, asked).fetchall()
    others = [_Other(article_id=row[0], title=row[1], story=row[2], cosine=likes[row[0]]) for row in rows]
    names, words = _names(connection, article), _headline(connection, article)
    fit = [each for each in others if _is_one(names & _names(connection, each.article_id), words, each)]
    return max(fit, key=lambda each: each.cosine, default=None)


def _is_one(names: set[str], words: dict[str, float], other: _Other) -> bool:
    """Whether an article that shares `names` with another, and has `words` in its headline, tells the same story."""
    said = " ".join(names)
    both = sorted(word for word in _words(other.title) if word in words and word not in said)
    return NAME * len(names) + sum(words[word] for word in both) >= EVIDENCE


def _story_of(connection: sqlite3.Connection, article: int) -> int | None:
    row = connection.execute("SELECT story_id FROM articles WHERE id = ?", (article,)).fetchone()
    return row[0] if row else None


def _names(connection: sqlite3.Connection, article: int) -> set[str]:
    return {row[0] for row in connection.execute(NAMES_OF, {"article": article})}


def _headline(connection: sqlite3.Connection, article: int) -> dict[str, float]:
    """The words of a headline with how rare each is, 0–1: those of every earnings report are worth little."""
    words = _words(connection.execute("SELECT title FROM articles WHERE id = ?", (article,)).fetchone()[0])
    rows = connection.execute(SPREAD, (json.dumps(sorted(words)),))
    return {term: 1 - math.log(max(1, spread)) / math.log(articles + PRIOR) for term, spread, articles in rows}


def _words(title: str) -> set[str]:
    return {word for word, _ in terms_of(title, "")}
