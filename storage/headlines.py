"""Stories of headlines: articles that say nothing but their headline, or a line that names nobody.

Two headlines on one event rarely share more than two words, so a single article is a poor measure. A story is measured
by all of its articles: its profile is the sum of their weighed terms, and says what they agree on.

    likeness = cosine of an article's terms and the profile of a story

Two headlines that are alone must be much alike to begin a story; a story that there is takes more in. One event makes
several stories at first, since its first tellings have little in common. An article that is like two of them makes them
one, if their profiles are like each other too: "The week: ferry aground, water main bursts" is like two stories that
have nothing to do with each other. A story with a text in it is never made one with another by a headline.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.candidates import SAID, Other, are_apart, is_headline

COSINE = 0.15  # with one article of a story, at least, for the story to be looked at
JOIN = 0.15  # with a story
BEGIN = 0.40  # with an article that is alone
MERGE = 0.25  # with a second story, for the two to become one
AKIN = 0.15  # of the profiles of those two
SHARED = 2  # terms that are in an article and a profile, at least: one word is no event
TOP = 5  # stories that are looked at, those with the most that is like it
LATEST = 24  # articles of a story that make its profile

TEXTS = f"""SELECT {SAID} FROM articles AS a JOIN article_terms AS t ON t.article_id = a.id
WHERE a.story_id = ? AND a.duplicate_of IS NULL"""  # noqa: S608 - our own expression
LATEST_OF = f"""SELECT a.id, {SAID} FROM (
        SELECT id, published_at, uid FROM articles WHERE story_id = ? AND duplicate_of IS NULL
        ORDER BY published_at DESC, uid DESC LIMIT {LATEST}) AS a
    JOIN article_terms AS t ON t.article_id = a.id ORDER BY a.published_at DESC, a.uid DESC"""  # noqa: S608 - our own expression
WEIGHED = "SELECT w.term, w.weight FROM json_each(?) AS j CROSS JOIN term_weights AS w ON w.article_id = j.value"

Profile = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A story, or an article in none, with its profile, and how like it an article is; `other` is most like that."""

    other: Other
    likeness: float
    profile: Profile


def alike(connection: sqlite3.Connection, article: int, others: Iterable[Other]) -> list[Other]:
    """An article of the story that a headline belongs to; then one of each that turns out to be the same story.

    `others` are the headlines that may tell the same, the earliest first. Empty when it is like none of their stories.
    """
    groups: dict[tuple[int, int], list[Other]] = {}
    for other in others:
        groups.setdefault((other.story, 0) if other.story else (0, other.article_id), []).append(other)
    mine = dict(_weighed(connection, [article])) if groups else {}
    most = sorted(groups.values(), key=lambda group: -round(sum(other.cosine for other in group), 6))[:TOP]
    near = [_near(connection, mine, max(group, key=lambda other: other.cosine)) for group in most]
    return [each.other for each in _chosen(connection, sorted(near, key=lambda each: -each.likeness))]


def _near(connection: sqlite3.Connection, mine: Profile, other: Other) -> Near:
    """How like a story an article is, of which `other` is the one most like it."""
    latest = connection.execute(LATEST_OF, (other.story,)).fetchall() if other.story else ()
    told = [row[0] for row in latest if is_headline(row[1])] if other.story else [other.article_id]
    profile: dict[str, float] = {}
    for term, weight in _weighed(connection, told):
        profile[term] = profile.get(term, 0.0) + weight
    shared = sum(term in profile for term in mine)
    return Near(other=other, likeness=cosine(mine, profile) if shared >= SHARED else 0.0, profile=profile)


def _chosen(connection: sqlite3.Connection, near: Sequence[Near]) -> list[Near]:
    """Of stories, those most like an article first, the one that it joins and those that become one with it."""
    first = next((each for each in near if each.likeness >= (JOIN if each.other.story else BEGIN)), None)
    if first is None:
        return []
    chosen = [first]
    for each in near:
        if each is not first and _are_one(first, each) and _may_be_one(connection, chosen, each):
            chosen.append(each)
    return chosen


def _are_one(first: Near, second: Near) -> bool:
    """Whether an article that is in a story makes it one with a second."""
    least = MERGE if first.other.story and second.other.story else BEGIN
    return second.likeness >= least and cosine(first.profile, second.profile) >= AKIN


def _may_be_one(connection: sqlite3.Connection, chosen: Iterable[Near], second: Near) -> bool:
    """Whether neither a story nor any chosen before it has a text, which says more, and nobody keeps them apart."""
    told = [each.other for each in (*chosen, second)]
    return all(_is_bare(connection, other.story) for other in told if other.story) and not any(
        are_apart(connection, other, second.other) for other in told[:-1]
    )


def _is_bare(connection: sqlite3.Connection, story: int) -> bool:
    """Whether no article of a story says more than a headline."""
    return all(is_headline(row[0]) for row in connection.execute(TEXTS, (story,)))


def _weighed(connection: sqlite3.Connection, articles: Iterable[int]) -> list[tuple[str, float]]:
    """The weighed terms of articles, in their order."""
    return connection.execute(WEIGHED, (json.dumps(list(articles)),)).fetchall()


def cosine(one: Profile, other: Profile) -> float:
    """The cosine of two lists of terms, 0–1, to six digits: the last ones depend on the order of rows."""
    both = math.fsum(weight * other[term] for term, weight in one.items() if term in other)
    length = math.sqrt(math.fsum(weight**2 for weight in one.values()) * math.fsum(w**2 for w in other.values()))
    return round(both / length, 6) if length else 0.0
