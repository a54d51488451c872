"""Mend what order and haste have done to groups of copies, and bound the index they are found by.

    regroup   place the latest articles again, in the order of publication: a first copy that came late brings those
              together that had nothing in common but it, and a footer known by now takes those apart it had joined
    split     take an article out of its group, for good, because somebody said so
    join      make the groups of two articles one, for good
    bound     take out of the index what is too old to be copied

What fits where it is stays there, unless another group fits better by a margin, and nothing is written for it. A group
of more than a hundred, a page that is posted again and again, is left alone: to look at all of it costs its square.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.sameness import jaccard
from storage import copies, links, pairs
from storage.connection import write_tx
from storage.rows import iso
from storage.sameness import Sameness, Verdict
from storage.signatures import Signatures, old

DAYS = 45  # after which an article is no longer in the index of shingles
RETIRED = 5_000  # articles that leave the index in one call
LARGE = 100  # articles of a group that is left alone
BATCH = 100  # articles placed again in one transaction

RECENT = """SELECT a.id FROM articles AS a JOIN signatures AS s ON s.article_id = a.id
WHERE (a.published_at >= ? OR a.first_seen_at >= ?)
    AND s.group_id NOT IN (SELECT group_id FROM signatures GROUP BY group_id HAVING count(*) > ?)
ORDER BY a.published_at, a.uid"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """How many articles were placed again, and how many of them changed their group."""

    looked_at: int = 0
    moved: int = 0


def regroup(connection: sqlite3.Connection, since: datetime) -> Regrouped:
    """Place all articles again that were published or first seen since a time, a hundred in a transaction."""
    articles = [row[0] for row in connection.execute(RECENT, (iso(since), iso(since), LARGE))]
    moved = 0
    for start in range(0, len(articles), BATCH):
        with write_tx(connection):
            moved += sum(again(connection, article) for article in articles[start : start + BATCH])
    return Regrouped(looked_at=len(articles), moved=moved)


def again(connection: sqlite3.Connection, article: int) -> bool:
    """Place one article by what is known now; whether its group is another."""
    sameness, chosen = Sameness(connection), pairs.following(connection, article, "copy")
    before = copies.fellows(connection, [article])
    keys = links.keys_of(connection, before)
    verdict = sameness.place_again(article, apart=chosen.apart, beside=chosen.beside)
    if verdict is None:
        return False
    copies.release(connection, [article])
    copies.enter(connection, sameness, {article: verdict}, before)
    links.resolve(connection, before, keys | links.keys_of(connection, [*before, article]))
    return True


def split(connection: sqlite3.Connection, article: int, at: datetime) -> tuple[int, ...]:
    """Take an article out of its group, and remember that it belongs with none of it; gives those it is with no more.

    When somebody had joined it to some of them, it is that word which is taken back: what came with it goes with it.
    """
    sameness = Sameness(connection)
    group = sameness.group_of(article)
    rest = [each for each in sameness.members(group) if each != article] if group is not None else []
    joined = [each for each in pairs.of(connection, article, "copy").beside if each in rest]
    pairs.separate(connection, article, joined or rest, "copy", at)
    for each in (article, *(rest if joined else ())) if rest else ():
        again(connection, each)
    stay = set(copies.fellows(connection, [article]))
    return tuple(each for each in rest if each not in stay)


def join(connection: sqlite3.Connection, one: int, other: int, at: datetime) -> bool:
    """Make the groups of two articles one, and remember that the two are one. False when they were it already."""
    sameness, signatures = Sameness(connection), Signatures(connection)
    ours, theirs = sameness.group_of(one), sameness.group_of(other)
    if ours is None or theirs is None or ours == theirs:
        pairs.unite(connection, [one], [other], "copy", at)
        return False
    mine, yours = headed(one, sameness.members(ours)), headed(other, sameness.members(theirs))
    pairs.unite(connection, mine, yours, "copy", at)
    keys = links.keys_of(connection, [*mine, *yours])
    group = sameness.merge(ours, theirs)
    prints = [document.fingerprint.hashes for each in (one, other) if (document := signatures.one(each))]
    likeness = round(jaccard(*prints), 4)
    said = {
        each: Verdict(group=group, of=of, kind="duplicate", method="chosen", similarity=likeness, evidence=pairs.SAID)
        for each, of in ((one, other), (other, one))
    }
    copies.settle(connection, sameness.members(group), said)
    links.resolve(connection, [*mine, *yours], keys | links.keys_of(connection, [*mine, *yours]))
    return True


def headed(article: int, members: Iterable[int]) -> Sequence[int]:
    """The members of a group, a certain one first."""
    return [article, *(each for each in members if each != article)]


def bound(connection: sqlite3.Connection, now: datetime, limit: int = RETIRED) -> int:
    """Take the shingles of articles out of the index that were first seen `DAYS` ago; how many.

    Call it in a transaction. Their keys stay: the same address, text or guid is known for ever.
    """
    sameness, count = Sameness(connection), 0
    for article in old(connection, iso(now - timedelta(days=DAYS)), limit):
        sameness.retire(article)
        count += 1
    return count
