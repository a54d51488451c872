"""Stories: what several outlets report within three days, each in its own words.

A story is a link, never a deletion. An article joins the story of the one article it is most like, when all of these
hold: another feed, at most 72 hours apart, terms alike, and evidence enough in names: people, places and companies, and
figures with what they count, as they are spelt in both texts, each worth the more the fewer articles use it.

    evidence = names in common + half of the figures + tags and entities not named yet + words in both headlines
    overlap  = cosine of the two lists of names: one company's two affairs share its name, boss and town, and no more
    likeness = cosine of the terms + overlap + evidence / 10

Where a text names next to nothing there is no overlap to go by, and evidence alone decides; one name is never enough
then: "Apple" is news every day. An article that is like one of a story and like few others of it stays out: what it is
like is the weekly roundup among them, not the event.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.fingerprints import is_name
from extractors.fingerprints import terms as terms_of
from storage.terms import PRIOR, articles_with, in_common, mark, nearest, oldest, said_by

HOURS = 72  # between an article and the one it joins
DAYS = 7  # between an article and the first of its story: a running topic is a tag, not a story
COSINE = 0.20  # of their terms, at least
LIKENESS = 1.45  # of two texts that name things, at least
NAMED = 4  # names that a text must have to be judged by them
SHORT_COSINE = 0.30  # of the terms of texts that name nothing; .25 puts bonds of two banks into one story
EVIDENCE = 1.25  # that headlines must have in common besides: two names, or three words of the news
TEXT_EVIDENCE = 1.9  # the same for texts with a few names: their company and its ticker are not enough
NAME = 0.65  # what a tag or entity in common brings; a word or name 1 - ln(its articles) / ln(all articles + 50)
AKIN = 0.25  # overlap of names from which two articles have to do with each other
MEMBERS = 8  # of a story that are asked

CANDIDATES = """
    SELECT a.id, a.story_id
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
        first_seen_at = coalesce((SELECT min(first_seen_at) FROM articles WHERE story_id = stories.id), first_seen_at),
        size = (SELECT count(*) FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL)
    WHERE id = ?"""
COPIES = """UPDATE articles SET story_id = :story WHERE duplicate_of IN
    (SELECT id FROM articles WHERE story_id = :story AND duplicate_of IS NULL)"""
INHERIT = """UPDATE articles SET story_id = (SELECT story_id FROM articles WHERE id = :copy)
    WHERE id = (SELECT duplicate_of FROM articles WHERE id = :copy) AND story_id IS NULL"""
NOTE = """
    INSERT OR IGNORE INTO see_also(article_id, related_id, rank, score, kind, reason) VALUES
    (:mine, :theirs, 1 + (SELECT count(*) FROM see_also WHERE article_id = :mine), :score, 'same_story', :reason)"""
MEMBERS_OF = """
    SELECT id FROM articles WHERE story_id = ? AND id <> ? AND duplicate_of IS NULL
    ORDER BY published_at, uid LIMIT ?"""
NAMES_OF = """
    SELECT lower(t.name) FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
    WHERE x.article_id = :article AND t.kind IN ('company', 'person', 'place', 'product')
    UNION SELECT lower(name) FROM article_entities WHERE article_id = :article"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an article names: in its text, in its headline (words), and by its tags and entities, which may be known."""

    names: frozenset[str]
    figures: frozenset[str]
    headline: frozenset[str]
    tags: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    article_id: int
    story: int | None
    cosine: float


class _Desk:
    """Reads each article and counts each term once in a call of `tell`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.articles: int = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        self.accounts: dict[int, Account] = {}
        self.rarity: dict[str, float] = {}

    def account(self, article: int) -> Account:
        """What an article names."""
        if article not in self.accounts:
            title = self.connection.execute("SELECT title FROM articles WHERE id = ?", (article,)).fetchone()[0]
            named = frozenset(filter(is_name, said_by(self.connection, article)))
            figures = frozenset(name for name in named if name[0].isdigit())
            headline = frozenset(word for word, _ in terms_of(title, ""))
            tags = frozenset(row[0] for row in self.connection.execute(NAMES_OF, {"article": article}))
            self.count(named | headline)
            self.accounts[article] = Account(names=named - figures, figures=figures, headline=headline, tags=tags)
        return self.accounts[article]

    def count(self, terms: Iterable[str]) -> None:
        """Find out how rare terms are, 0–1: those of every earnings report are worth little."""
        unknown = [term for term in terms if term not in self.rarity]
        spread, every = articles_with(self.connection, unknown), math.log(self.articles + PRIOR)
        self.rarity |= {term: 1 - math.log(max(1, spread.get(term, 1))) / every for term in unknown}


def tell(connection: sqlite3.Connection, articles: Sequence[int]) -> int:
    """Put articles, given in the order of publication, into stories; the number of stories made.

    An article that is in a story stays there. Copies follow their original. The article by which another came into its
    story is noted in `see_also`, with what the two have in common.
    """
    touched: dict[int, None] = {}
    made = 0
    desk = _Desk(connection)
    since = oldest(connection, articles, HOURS / 24)
    for article in articles:
        other = None if _story_of(connection, article) else _closest(desk, article, since)
        if other:
            made += other.story is None
            touched[_join(connection, article, other)] = None
        mark(connection, [article], "placed")
    for story in touched:
        settle(connection, story)
    return made


def settle(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story up to date with its articles: its lead is the earliest that is no copy, its size counts no copies.

    A story of one article is dissolved, and so is one that lost all of them.
    """
    adopt(connection, story)
    connection.execute(SETTLE, (story,))
    connection.execute("DELETE FROM stories WHERE id = ? AND size < 2", (story,))


def adopt(connection: sqlite3.Connection, story: int) -> None:
    """Let copies into the story of their originals: those that came since it was last brought up to date."""
    connection.execute(COPIES, {"story": story})


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


def _closest(desk: _Desk, article: int, since: int) -> _Other | None:
    """The article of another feed that tells the same story best, if any does."""
    likes = nearest(desk.connection, article, COSINE, since)
    if not likes:
        return None
    asked = {"ids": json.dumps(list(likes)), "article": article, "hours": HOURS, "days": DAYS}
    rows = desk.connection.execute(CANDIDATES, asked).fetchall()
    others = [_Other(article_id=row[0], story=row[1], cosine=likes[row[0]]) for row in rows]
    for other in sorted(others, key=lambda other: -other.cosine):  # equal ones: the earlier first, as they come
        if _is_one(desk, article, other) and _is_akin(desk, article, other):
            return other
    return None


def _is_one(desk: _Desk, article: int, other: _Other) -> bool:
    """Whether an article tells the same story as another."""
    mine, theirs = desk.account(article), desk.account(other.article_id)
    fewest = min(len(mine.names), len(theirs.names))
    if fewest >= NAMED:
        return likeness(other.cosine, mine, theirs, desk.rarity) >= LIKENESS
    if other.cosine < SHORT_COSINE or (fewest > 1 and overlap(mine.names, theirs.names, desk.rarity) < AKIN):
        return False
    return evidence(mine, theirs, desk.rarity) >= (TEXT_EVIDENCE if fewest else EVIDENCE)


def _is_akin(desk: _Desk, article: int, other: _Other) -> bool:
    """Whether an article has to do with at least half of a story's articles besides the one it is like.

    Those that name too little are not asked.
    """
    mine = desk.account(article)
    if other.story is None or len(mine.names) < NAMED:
        return True
    rows = desk.connection.execute(MEMBERS_OF, (other.story, other.article_id, MEMBERS)).fetchall()
    named = [names for row in rows if len(names := desk.account(row[0]).names) >= NAMED]
    return 2 * sum(overlap(mine.names, names, desk.rarity) >= AKIN for names in named) >= len(named)


def likeness(cosine: float, one: Account, other: Account, rarity: Mapping[str, float]) -> float:
    """How surely two texts tell one event, from the cosine of their terms and what both name: 0 to about 3."""
    return cosine + overlap(one.names, other.names, rarity) + evidence(one, other, rarity) / 10


def evidence(one: Account, other: Account, rarity: Mapping[str, float]) -> float:
    """What two articles name in common, each thing once: names, half of the figures, tags, words of both headlines."""
    both = in_both(one.names, other.names)
    said = " ".join(both).casefold()
    tags = [tag for tag in sorted(one.tags & other.tags) if tag not in said]
    said = " ".join((said, *tags))
    words = [word for word in sorted(one.headline & other.headline) if word not in said]
    names = sum(min(rarity[name], rarity[pair]) for name, pair in both.items())
    figures = sum(rarity[figure] for figure in sorted(one.figures & other.figures)) / 2
    return names + figures + NAME * len(tags) + sum(rarity[word] for word in words)


def overlap(one: frozenset[str], other: frozenset[str], rarity: Mapping[str, float]) -> float:
    """The cosine of two lists of names, each as heavy as it is rare: 0–1."""
    both = sum(min(rarity[name], rarity[pair]) ** 2 for name, pair in in_both(one, other).items())
    length = math.sqrt(math.fsum(rarity[name] ** 2 for name in one) * math.fsum(rarity[name] ** 2 for name in other))
    return both / length if length else 0.0


def in_both(one: frozenset[str], other: frozenset[str]) -> dict[str, str]:
    """The names of one list with their like in another: the same, or a longer or shorter form of it.

    "Rantala" and "Kimmo Rantala" are one, so are "Nvidia" and "Nvidia Corp", but not "New York" and "New Delhi".
    """
    both = {name: name for name in sorted(one & other)}
    for name in sorted(one - other):
        for pair in sorted(other - one):
            if pair not in both.values() and _is_form(name, pair):
                both[name] = pair
                break
    return both


def _is_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short + " ") or long.endswith(" " + short)


def _story_of(connection: sqlite3.Connection, article: int) -> int | None:
    row = connection.execute("SELECT story_id FROM articles WHERE id = ?", (article,)).fetchone()
    return row[0] if row else None
