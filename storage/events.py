"""Which article tells the same event as another, by what both say and name.

Terms have to be alike, and there has to be evidence enough in names: people, places and companies, and figures with
what they count, as they are spelt in both texts (`storage.accounts`). Where a text names next to nothing there is no
overlap to go by, and evidence alone decides; one name is never enough then: "Apple" is news every day. An article that
is like one of a story and like few others of it stays out: what it is like is the weekly roundup among them, not the
event.

Two articles of which neither says more than a headline are not judged here, but in `storage.headlines`.
"""

from __future__ import annotations

from collections.abc import Iterable

from storage.accounts import Desk, evidence, likeness, overlap
from storage.candidates import Other

COSINE = 0.20  # of their terms, at least
LIKENESS = 1.45  # of two texts that name things, at least
NAMED = 4  # names that a text must have to be judged by them
SHORT_COSINE = 0.30  # of the terms of texts that name nothing; .25 puts bonds of two banks into one story
EVIDENCE = 1.25  # that headlines must have in common besides: two names, or three words of the news
TEXT_EVIDENCE = 1.9  # the same for texts with a few names: their company and its ticker are not enough
AKIN = 0.25  # overlap of names from which two articles have to do with each other
MEMBERS = 8  # of a story that are asked

MEMBERS_OF = """
    SELECT id FROM articles WHERE story_id = ? AND id <> ? AND duplicate_of IS NULL
    ORDER BY published_at, uid LIMIT ?"""


def closest(desk: Desk, article: int, others: Iterable[Other]) -> Other | None:
    """That of some articles of other feeds, the earliest first, that tells the same event best, if any does."""
    for other in sorted(others, key=lambda other: -other.cosine):  # equal ones: the earlier first, as they come
        if _is_one(desk, article, other) and _is_akin(desk, article, other):
            return other
    return None


def _is_one(desk: Desk, article: int, other: Other) -> bool:
    """Whether an article tells the same event as another."""
    mine, theirs = desk.account(article), desk.account(other.article_id)
    fewest = min(len(mine.names), len(theirs.names))
    if fewest >= NAMED:
        return likeness(other.cosine, mine, theirs, desk.rarity) >= LIKENESS
    if other.cosine < SHORT_COSINE or (fewest > 1 and overlap(mine.names, theirs.names, desk.rarity) < AKIN):
        return False
    return evidence(mine, theirs, desk.rarity) >= (TEXT_EVIDENCE if fewest else EVIDENCE)


def _is_akin(desk: Desk, article: int, other: Other) -> bool:
    """Whether an article has to do with at least half of a story's articles besides the one it is like.

    Those that name too little are not asked.
    """
    mine = desk.account(article)
    if other.story is None or len(mine.names) < NAMED:
        return True
    rows = desk.connection.execute(MEMBERS_OF, (other.story, other.article_id, MEMBERS)).fetchall()
    named = [names for row in rows if len(names := desk.account(row[0]).names) >= NAMED]
    return 2 * sum(overlap(mine.names, names, desk.rarity) >= AKIN for names in named) >= len(named)
