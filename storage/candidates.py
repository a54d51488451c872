"""The articles of other feeds that may tell the same event as one: those near in time that have terms in common.

At most 72 hours lie between an article and the one it joins, and a week between it and the first of the story. What
somebody decided is heeded here: two articles that are kept apart never meet, nor an article and the story of the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.fingerprints import is_name
from storage.accounts import CHOSEN
from storage.copies import fellows
from storage.terms import BEST

HOURS = 72  # between an article and the one it joins
DAYS = 7  # between an article and the first of its story: a running topic is a tag, not a story

SHORT = f"length(t.terms) - length(replace(t.terms, ',', '')) < {BEST - 1}"  # a comma for each term but one
SAID = f"iif({SHORT}, t.terms, NULL)"  # what an article says that may be bare
IS_BARE = f"SELECT {SAID} FROM article_terms AS t WHERE article_id = ?"  # noqa: S608 - our own expression
CANDIDATES = f"""
    SELECT a.id, a.story_id, {SAID}
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
DECIDED = """WITH ours AS MATERIALIZED (SELECT value AS id FROM json_each(:ids))
SELECT coalesce(o.id, a.id), iif(o.id IS NULL, a.story_id, o.story_id), c.together FROM (
    SELECT other_id AS id, together, chosen_at FROM pair_choices
    WHERE about = 'story' AND article_id IN (SELECT id FROM ours)
    UNION ALL SELECT article_id, together, chosen_at FROM pair_choices
    WHERE about = 'story' AND other_id IN (SELECT id FROM ours)) AS c
JOIN articles AS a ON a.id = c.id LEFT JOIN articles AS o ON o.id = a.duplicate_of
WHERE a.id NOT IN (SELECT id FROM ours)
ORDER BY c.chosen_at DESC, c.together, 1"""
MEMBERS = "SELECT id FROM articles WHERE story_id = ? AND duplicate_of IS NULL UNION SELECT ? ORDER BY 1"


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
    """What somebody decided of an article's stories, or of its copies'. Others are given by their originals.

    Of two decisions, one about a copy and one about its original, the later holds. Those it is with come latest first.
    """
    ids = json.dumps(fellows(connection, [article]))
    last: dict[int, tuple[int | None, int]] = {}
    for other, story, together in connection.execute(DECIDED, {"ids": ids}).fetchall():
        last.setdefault(other, (story, together))
    apart = {other: story for other, (story, together) in last.items() if not together}
    return Decided(
        beside=tuple((other, story) for other, (story, together) in last.items() if together),
        articles=frozenset(apart),
        stories=frozenset(story for story in apart.values() if story is not None),
    )


def agreeing(connection: sqlite3.Connection, others: Iterable[Other], taken: Sequence[Other] = ()) -> list[Other]:
    """Of some articles, in order, those that nobody keeps apart from any of `taken` or from one before, by story."""
    found: list[Other] = []
    for other in others:
        if not any(are_apart(connection, each, other) for each in (*taken, *found)):
            found.append(other)
    return found


def are_apart(connection: sqlite3.Connection, one: Other, other: Other) -> bool:
    """Whether somebody keeps an article, or one of its story, from another or from one of that one's story."""
    if not connection.execute(CHOSEN).fetchone()[0]:
        return False
    members = connection.execute(MEMBERS, (one.story, one.article_id)).fetchall()
    return any(decided(connection, row[0]).forbids(other.article_id, other.story) for row in members)


def is_bare(connection: sqlite3.Connection, article: int) -> bool:
    """Whether an article says no more than a headline does: fewer than twenty terms, and no name in its text."""
    row = connection.execute(IS_BARE, (article,)).fetchone()
    return bool(row and is_headline(row[0]))


def is_headline(said: str | None) -> bool:
    """Whether what an article says is that of a headline: of its terms, in JSON or None where they are many, the last.

    Names come after all words, so that one look tells, in every script, what `fingerprints.is_name` says.
    """
    last = said.rpartition('": ')[0].rpartition('"')[2] if said else ""
    return said is not None and not (last and is_name(last))


def among(connection: sqlite3.Connection, article: int, likes: Mapping[int, float], choices: Decided) -> list[Other]:
    """Those of some articles, given with their cosines, that an article may join; the earliest published first."""
    asked = {"ids": json.dumps(list(likes)), "article": article}
    rows = connection.execute(CANDIDATES, asked).fetchall() if likes else ()
    return [
        Other(article_id=other, story=story, cosine=likes[other], bare=is_headline(said))
        for other, story, said in rows
        if not choices.forbids(other, story)
    ]
