"""What to read next: for every article its story, and up to five earlier articles that go with it.

`relate` is the closing step of a run. It takes every article it has not seen, counts all their terms before it weighs
any, and goes by the time of publication, so that the order in which feeds happened to arrive changes nothing: of many
that are equally like one the latest come first, then the least uid; of more than `terms.MANY` those kept first are
looked at. What has become a copy, or is none any more, changes its place in stories before (`storage.heirs`). All of it
is one step of the caller's transaction: a run that is killed leaves nothing half done, and the next does it whole.

    nearest by twenty terms ─▶ sixteen that may be named ─▶ read again ─▶ score ─▶ five, one of a story

    score = cosine of all words · (1 + ½ · rarity of the tags they share, two at most) · 2^(-age in days / 30)

A tag that a quarter of the store has is worth nothing, and so is a place: wheat in Canada and a bank in Canada have
little to do with each other, and what a place is in the news for is in the words.

Earlier articles only (TREC's news tracks: nDCG .42 with them against .35 with all), none that is a copy, one of a story
at most, none of the article's own story or that it links to or quotes, and none at all when none is good.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from storage import heirs, phrases, quotations, stories, terms
from storage.terms import PRIOR, Reach, compare, forget, in_common, mark, nearest, oldest, remember, weigh

__all__ = ["TABLES", "Kin", "forget", "relate", "remember"]

TABLES = terms.TABLES

FIVE = 5
FLOOR = 0.2  # the least score that is worth a reader's time: four of five rows are right from there on
HALF_LIFE = 30.0  # days in which news loses half its interest
TAG = 0.5  # what a shared tag adds that no other article has
TAGS = 2.0  # of such tags that count
DAYS = HALF_LIFE * math.log2((1 + TAG * TAGS) / FLOOR)  # beyond it no article can reach the floor
LEAST = 0.05  # cosine of twenty terms from which an article is looked at; .08 misses some in a young store
LOOKED = 16  # articles that are read again; sixty find a little more, and take four times as long
# Terms met in more than 2,000 others, or that add less than .03 to a cosine, find no more, and are half of the work.
REACH = Reach(looked=2000, each=0.03)
TOGETHER = 30  # of the nearest that are asked at a time whether they may be named at all

# INDEXED BY, since SQLite would else go through all articles of the store, for the sake of the order.
FRESH = """
    SELECT a.id, a.duplicate_of IS NULL, t.state = 'new'
    FROM article_terms AS t INDEXED BY idx_article_terms_state JOIN articles AS a ON a.id = t.article_id
    WHERE t.state <> 'placed' AND (t.state = 'new' OR t.state = 'copy' AND a.duplicate_of IS NULL)
        AND (:until IS NULL OR a.published_at <= :until)
    ORDER BY a.published_at, a.uid"""
DEMOTED = """
    SELECT a.id, a.duplicate_of, t.state
    FROM articles AS a INDEXED BY idx_articles_duplicate CROSS JOIN article_terms AS t ON t.article_id = a.id
        CROSS JOIN articles AS o ON o.id = a.duplicate_of
    WHERE a.duplicate_of IS NOT NULL AND (t.state <> 'copy' OR a.story_id IS NOT o.story_id) ORDER BY a.id"""
EARLIER = """
    SELECT a.id, julianday(mine.published_at) - julianday(a.published_at), a.story_id, a.uid
    FROM json_each(:ids) AS j CROSS JOIN articles AS a ON a.id = j.value JOIN articles AS mine ON mine.id = :article
    WHERE a.duplicate_of IS NULL AND (a.published_at, a.uid) < (mine.published_at, mine.uid)
        AND (mine.story_id IS NULL OR a.story_id IS NOT mine.story_id)
        AND NOT EXISTS (SELECT 1 FROM see_also AS s WHERE s.article_id = mine.id AND s.related_id = a.id
            AND s.kind <> 'related')"""
SHARED = """
    SELECT y.article_id, y.tag_id FROM article_tags AS x CROSS JOIN json_each(:ids) AS j
        JOIN article_tags AS y ON y.article_id = j.value AND y.tag_id = x.tag_id JOIN tags AS t ON t.id = x.tag_id
    WHERE x.article_id = :article AND t.kind <> 'place' ORDER BY 1, 2"""
TOLD = """
    SELECT a.story_id FROM see_also AS s JOIN articles AS a ON a.id = s.related_id
    WHERE s.article_id = ? AND s.kind <> 'related' AND a.story_id IS NOT NULL"""
AGAIN = "SELECT article_id FROM article_terms WHERE state = 'weighed' AND state <> 'placed' ORDER BY article_id"
LAST = "SELECT coalesce(max(rank), 0) FROM see_also WHERE article_id = ?"
INSERT = """INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason)
    VALUES (?, ?, ?, ?, 'related', 'terms', ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What one `relate` made: new stories, and articles that were given something to read next."""

    stories: int = 0
    related: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """An article that may be named, its age in days when the other was published."""

    article_id: int
    age: float
    story: int | None
    uid: str


class Desk:
    """Counts the articles of each tag once in a call of `relate`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.articles: int = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        self.rarity: dict[str, float] = {}

    def worth(self, tag: str) -> float:
        """How little a tag is given, 0–1: 0 from a quarter of the store on."""
        if tag not in self.rarity:
            query = "SELECT count(*) FROM article_tags WHERE tag_id = ?"
            having = self.connection.execute(query, (tag,)).fetchone()[0]
            self.rarity[tag] = max(0.0, 1 - math.log(max(1, having)) / math.log((self.articles + PRIOR) / 4))
        return self.rarity[tag]


def relate(connection: sqlite3.Connection, *, until: str | None = None, sources: Collection[str] = ()) -> Kin:
    """Relate every article not yet related, or those published up to `until` (ISO, as the table holds it).

    `sources` are names of those who report, which are no keyphrases.
    """
    rows = connection.execute(FRESH, {"until": until}).fetchall()
    again, copies = _recalled(connection), connection.execute(DEMOTED).fetchall()
    if not rows and not again and not copies:
        return Kin()
    new, own = [row[0] for row in rows if row[2]], [row[0] for row in rows if row[1]]
    again |= _demote(connection, copies)
    risen = {*own} - {*new}
    _succeed(connection, copies, risen, again)
    weigh(connection, new)
    phrases.choose(connection, new, sources)
    mark(connection, [row[0] for row in rows if not row[1]], "copy")
    quotations.find(connection, own)
    made = stories.tell(connection, own)
    heirs.follow(connection, {original for _, original, _ in copies} | risen)
    again = (again | _recalled(connection)) - {row[0] for row in copies} - {*own}
    desk = Desk(connection)
    related = 0
    for some in (own, sorted(again)):  # apart, since the latter may be old, and much would be looked at for their sake
        since = oldest(connection, some, DAYS)
        related += sum(_recommend(desk, article, since) for article in some)
    return Kin(stories=made, related=related)


def _recalled(connection: sqlite3.Connection) -> set[int]:
    """Articles that are to be related again; see `terms.recall`. They are in their stories already, or in none."""
    again = [row[0] for row in connection.execute(AGAIN)]
    mark(connection, again, "placed")
    return {*again}


def _demote(connection: sqlite3.Connection, copies: Sequence[tuple[int, int, str]]) -> set[int]:
    """Articles that have turned out to be copies lose their rows. Gives those that pointed at them, to relate again.

    Those whose terms were never counted stay new until they are.
    """
    gone = [copy for copy, _, state in copies if state != "copy"]
    marked = json.dumps(gone)
    query = """SELECT DISTINCT s.article_id FROM see_also AS s WHERE s.kind = 'related'
        AND s.related_id IN (SELECT value FROM json_each(?)) AND s.article_id NOT IN (SELECT value FROM json_each(?))"""
    again = {row[0] for row in connection.execute(query, (marked, marked))} if gone else set()
    lose = "DELETE FROM see_also WHERE article_id = ? AND kind = 'related'"
    connection.executemany(lose, [(copy,) for copy in gone])
    return again


def _succeed(
    connection: sqlite3.Connection,
    copies: Sequence[tuple[int, int, str]],
    risen: Collection[int],
    again: Collection[int],
) -> None:
    """Give the places in stories that copies had to their originals, and let those out that are copies no more."""
    touched = heirs.stories_of(connection, again) | heirs.let_go(connection, risen)
    touched |= heirs.hand_over(connection, copies)
    mark(connection, [copy for copy, _, state in copies if state == "placed"], "copy")
    touched |= heirs.heed(connection, {original for _, original, _ in copies})
    heirs.settle_all(connection, touched)


def _recommend(desk: Desk, article: int, since: int) -> bool:
    """Write an article's related ones in place of those it had; whether there are any."""
    connection = desk.connection
    connection.execute("DELETE FROM see_also WHERE article_id = ? AND kind = 'related'", (article,))
    best = best_of(desk, article, since)
    last = connection.execute(LAST, (article,)).fetchone()[0]  # the article's own links come first
    for rank, (other, worth) in enumerate(best, last + 1):
        reason = in_common(connection, article, other.article_id)
        connection.execute(INSERT, (article, other.article_id, rank, worth, reason))
    return bool(best)


def best_of(desk: Desk, article: int, since: int) -> list[tuple[Earlier, float]]:
    """The earlier articles to name with their scores, best first: one of a story at most."""
    earlier = list(islice(_earlier(desk.connection, article, since), LOOKED))
    ids = [each.article_id for each in earlier]
    likes = compare(desk.connection, article, ids, desk.articles)
    tags = _shared(desk, article, ids)
    scored = [(each, score(likes[each.article_id], tags.get(each.article_id, 0.0), each.age)) for each in earlier]
    told = {row[0] for row in desk.connection.execute(TOLD, (article,))}
    best: list[tuple[Earlier, float]] = []
    for each, worth in sorted(scored, key=lambda pair: (-pair[1], pair[0].age, pair[0].uid)):
        if worth < FLOOR or len(best) == FIVE:
            break
        if each.story not in told:
            best.append((each, worth))
            told |= {each.story} - {None}
    return best


def _earlier(connection: sqlite3.Connection, article: int, since: int) -> Iterator[Earlier]:
    """The articles that may be named, those first whose terms are most like an article's; of equal ones the latest."""
    likes = nearest(connection, article, LEAST, since, REACH)
    for some in _chunked(likes):
        asked = {"ids": json.dumps(some), "article": article}
        found = [Earlier(*row) for row in connection.execute(EARLIER, asked).fetchall()]
        yield from sorted(found, key=lambda each: (-likes[each.article_id], each.age, each.uid))


def _chunked(likes: Mapping[int, float]) -> Iterator[list[int]]:
    """Articles given with their cosines, best first, `TOGETHER` at a time; those that are as like stay together."""
    some: list[int] = []
    for other, cosine in likes.items():
        if len(some) >= TOGETHER and cosine < likes[some[-1]]:
            yield some
            some = []
        some.append(other)
    if some:
        yield some


def _shared(desk: Desk, article: int, others: Collection[int]) -> dict[int, float]:
    """What the tags are worth that others share with an article."""
    shared: dict[int, float] = {}
    for other, tag in desk.connection.execute(SHARED, {"ids": json.dumps(list(others)), "article": article}).fetchall():
        shared[other] = shared.get(other, 0.0) + desk.worth(tag)
    return shared


def score(cosine: float, shared: float, age: float) -> float:
    """How well an article goes with another, 0–1: cosine of their words, worth of `shared` tags, `age` in days."""
    return round(min(1.0, cosine * (1 + TAG * min(shared, TAGS)) * 2 ** (-max(0.0, age) / HALF_LIFE)), 4)
