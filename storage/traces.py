"""What articles leave behind for `storage.teaching`: the marks of their blocks, and where pages hold their body.

    article_marks   of the last 50 articles of a feed that have any
    containers      by host: the element that was the body, with the pages in which it was

A container gains with each page that it is the body of, up to `MOST`, and loses with each in which another one is. So
that of a new design overtakes the old one within `MOST` pages, and an element that a page has for itself goes again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from extractors.learning import WINDOW
from extractors.model import Container, Mark
from storage.drafts import Batch
from storage.rows import iso, scrub

ENOUGH = 3  # wins of a container that is tried first
MOST = 20
HOSTS = 100  # of a feed, whose containers are remembered; an aggregator's entries lead to any number
LONGEST = 1000  # characters of a container's path

LAST = "SELECT article_id FROM article_marks WHERE feed_id = ? ORDER BY article_id DESC"
MARK = """INSERT INTO article_marks(article_id, feed_id, marks) VALUES (?, ?, ?)
ON CONFLICT(article_id) DO UPDATE SET marks = excluded.marks WHERE marks <> excluded.marks"""
UNMARK = "DELETE FROM article_marks WHERE article_id = ?"
TRIM = "DELETE FROM article_marks WHERE feed_id = ? AND article_id < ?"
REFRESH = """INSERT INTO feed_rules(feed_id, fresh) VALUES (?, 1)
ON CONFLICT(feed_id) DO UPDATE SET fresh = 1 WHERE NOT fresh"""
LOSE = """UPDATE containers SET wins = wins - 1 WHERE feed_id = :feed AND host = :host AND path <> :path"""
WIN = f"""INSERT INTO containers(feed_id, host, path, wins, prose, last_at)
VALUES (:feed, :host, :path, 1, :prose, :now)
ON CONFLICT(feed_id, host, path) DO UPDATE SET wins = min(wins + 1, {MOST}), last_at = excluded.last_at,
    prose = prose + (excluded.prose - prose) / min(wins + 1, {MOST})"""  # noqa: S608 - a number of ours
LOST = "DELETE FROM containers WHERE feed_id = ? AND wins < 1"
FORGET = f"""DELETE FROM containers WHERE feed_id = :feed AND host NOT IN (
    SELECT host FROM containers WHERE feed_id = :feed GROUP BY host ORDER BY max(last_at) DESC, host
    LIMIT {HOSTS})"""  # noqa: S608 - a number of ours
WINNERS = f"""SELECT host, path, prose FROM containers WHERE feed_id = ? AND wins >= {ENOUGH}
ORDER BY host, wins, last_at, path"""  # noqa: S608 - a number of ours


def keep_marks(connection: sqlite3.Connection, feed_id: int, marks: Mapping[int, Sequence[Mark]]) -> bool:
    """Keep the marks of a feed's articles, by id, if they are among its last ones; whether there are more than before.

    Nothing is written of marks that are there already.
    """
    from extractors.marks import pack_marks  # takes 0.1 s to import; a search should not wait for it

    floor, count = window(connection, feed_id)
    last = [
        (article, feed_id, pack_marks(marks[article]))
        for article in sorted(marks)
        if article >= floor and marks[article]
    ]
    connection.executemany(UNMARK, [(article,) for article in sorted(marks) if not marks[article]])
    connection.executemany(MARK, last[-WINDOW:])
    floor, now = window(connection, feed_id)
    if floor:
        connection.execute(TRIM, (feed_id, floor))
    return now > count


def window(connection: sqlite3.Connection, feed_id: int) -> tuple[int, int]:
    """The lowest id of a feed's last articles, 0 as long as there are not as many; and how many have marks."""
    ids = [row[0] for row in connection.execute(LAST, (feed_id,))]
    return (ids[WINDOW - 1] if len(ids) >= WINDOW else 0), len(ids)


def refresh(connection: sqlite3.Connection, feed_id: int) -> None:
    """Note that articles of a feed were written: it is to be looked again what it repeats."""
    connection.execute(REFRESH, (feed_id,))


def keep_containers(connection: sqlite3.Connection, batch: Batch, found: Iterable[Container | None]) -> None:
    """Count the containers in which the bodies of pages were found, in order."""
    known = [one for one in found if one and 0 < len(one.path) <= LONGEST]
    for one in known:
        row = {"feed": batch.feed_id, "host": scrub(one.host), "path": scrub(one.path)}
        connection.execute(LOSE, row)
        connection.execute(WIN, row | {"prose": one.prose, "now": iso(batch.now)})
    if known:
        connection.execute(LOST, (batch.feed_id,))
        connection.execute(FORGET, {"feed": batch.feed_id})


def containers(connection: sqlite3.Connection, feed_id: int) -> tuple[Container, ...]:
    """For each host of a feed the container that won most of late, if it won often enough."""
    rows = connection.execute(WINNERS, (feed_id,)).fetchall()
    best = {host: Container(host=host, path=path, prose=prose) for host, path, prose in rows}
    return tuple(best.values())
