"""Learning what a feed repeats: the marks of its last 50 articles are judged, and its learnt rules follow.

    feeds with fresh articles ─▶ extractors.learning.judge ─▶ learnt, faded or withdrawn ─▶ shift (storage.rulebook)

A rule that fades stays on record: it holds for the articles that were first seen while the feed had the block. One that
is withdrawn is gone, and its cuts are undone when the articles are cleaned again. All of it is one transaction a feed,
which also notes that the feed was looked at: a run that is killed leaves the other feeds to the next. How far the
feed's own categories can be trusted is looked at in passing (`storage.trust`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from extractors.learning import judge
from extractors.marks import hash_of, name, unpack_marks
from extractors.model import Mark
from storage import trust
from storage.connection import write_tx
from storage.intents import Lesson
from storage.rows import iso
from storage.rulebook import in_force, shift

GAP = "\n\n"  # between the blocks of a stored text
LONGEST = 300  # characters of a sample

FRESH = (
    "SELECT r.feed_id, f.slug FROM feed_rules AS r JOIN feeds AS f ON f.id = r.feed_id WHERE r.fresh ORDER BY f.slug"
)
SEEN = "UPDATE feed_rules SET fresh = 0 WHERE feed_id = ?"
LAST = """SELECT m.article_id, coalesce(a.duplicate_of, a.id), a.first_seen_at, m.marks
FROM article_marks AS m JOIN articles AS a ON a.id = m.article_id WHERE m.feed_id = ? ORDER BY m.article_id"""
KNOWN = "SELECT hash, most FROM learnt WHERE feed_id = ? AND state = 'learnt'"
TEXTS = """SELECT title, text FROM article_texts WHERE article_id IN (SELECT value FROM json_each(?))
ORDER BY article_id DESC"""
CUT = """SELECT text FROM cuts WHERE article_id IN (SELECT value FROM json_each(?)) AND rule = ?
ORDER BY id DESC LIMIT 1"""
LAST_CUT = """SELECT max(a.first_seen_at) FROM cuts AS c JOIN articles AS a ON a.id = c.article_id
WHERE c.rule = ? AND a.feed_id = ?"""
LEARN = """INSERT INTO learnt(feed_id, hash, state, sample, seen, most, looked_at, learnt_at, last_seen_at)
VALUES (:feed, :hash, 'learnt', :sample, :seen, :seen, :looked_at, :now, :last)
ON CONFLICT(feed_id, hash) DO UPDATE SET state = 'learnt', sample = iif(:sample <> '', :sample, sample),
    seen = :seen, most = max(most, :seen), looked_at = :looked_at,
    learnt_at = iif(state = 'faded', :now, learnt_at),
    last_seen_at = max(last_seen_at, :last)"""
FADE = """UPDATE learnt SET state = 'faded', last_seen_at = max(last_seen_at, :last)
WHERE feed_id = :feed AND hash = :hash"""
WITHDRAW = "DELETE FROM learnt WHERE feed_id = :feed AND hash = :hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An article as its feed remembers it. `group` is one number for all copies of an article."""

    id: int
    group: int
    first_seen_at: str
    marks: tuple[Mark, ...]


def learn(connection: sqlite3.Connection, now: datetime) -> tuple[Lesson, ...]:
    """Look at every feed with fresh articles, each in a transaction of its own; those that taught anything, by name."""
    lessons: list[Lesson] = []
    for feed_id, slug in connection.execute(FRESH).fetchall():
        with write_tx(connection):
            lessons.append(teach(connection, feed_id, slug, now))
            trust.weigh(connection, feed_id)
    return tuple(lesson for lesson in lessons if lesson.learnt or lesson.faded or lesson.withdrawn)


def teach(connection: sqlite3.Connection, feed_id: int, slug: str, now: datetime) -> Lesson:
    """Judge one feed, and write what follows."""
    before = in_force(connection, feed_id)
    articles = remembered(connection, feed_id)
    known: dict[int, int] = dict(connection.execute(KNOWN, (feed_id,)).fetchall())
    verdict = judge([one.marks for one in articles], known, [one.group for one in articles])
    new = verdict.learnt.keys() - known
    said = samples(connection, new, articles)
    last = {mark.hash: one.first_seen_at for one in sorted(articles, key=by_time) for mark in one.marks}
    row = {"feed": feed_id, "now": iso(now)}
    rows = [
        row | {"hash": block, "sample": said.get(block, ""), "last": last.get(block, ""),
               "seen": count.seen, "looked_at": count.looked_at}
        for block, count in verdict.learnt.items()
    ]  # fmt: skip
    connection.executemany(LEARN, rows)
    for block in verdict.faded:
        [until] = connection.execute(LAST_CUT, (name(block), feed_id)).fetchone()
        connection.execute(FADE, row | {"hash": block, "last": max(until or "", last.get(block, ""))})
    connection.executemany(WITHDRAW, [row | {"hash": block} for block in verdict.withdrawn])
    shift(connection, feed_id, before, in_force(connection, feed_id))
    connection.execute(SEEN, (feed_id,))
    return Lesson(feed=slug, learnt=len(new), faded=len(verdict.faded), withdrawn=len(verdict.withdrawn))


def by_time(article: Remembered) -> str:
    """When an article was first seen."""
    return article.first_seen_at


def remembered(connection: sqlite3.Connection, feed_id: int) -> list[Remembered]:
    """The last articles of a feed, oldest first. Marks that cannot be read, of another fanmill, are passed over."""
    found: list[Remembered] = []
    for article, group, seen, packed in connection.execute(LAST, (feed_id,)):
        with suppress(ValueError):
            found.append(Remembered(id=article, group=group, first_seen_at=seen, marks=unpack_marks(packed)))
    return found


def samples(connection: sqlite3.Connection, blocks: Collection[int], articles: Sequence[Remembered]) -> dict[int, str]:
    """What blocks say, by hash: in the last article that has them, in its text or among its cuts."""
    newest = {mark.hash: one.id for one in articles for mark in one.marks if mark.words and mark.hash in blocks}
    ids = json.dumps(sorted(set(newest.values())))
    found: dict[int, str] = {}
    for title, text in connection.execute(TEXTS, (ids,)):
        for paragraph in text.split(GAP):
            block = hash_of(paragraph, title)
            if block in newest:
                found.setdefault(block, paragraph[:LONGEST])
    for block in sorted(newest.keys() - found.keys()):
        row = connection.execute(CUT, (ids, name(block))).fetchone()
        if row:
            found[block] = row[0][:LONGEST]
    return found
