"""Purging: delete what is old with all that hangs on it, and see to it that it does not come back.

    choose ─▶ 500 articles a transaction: bury ─▶ leave the indexes ─▶ delete ─▶ mend what stays ─▶ forget the raw input

A tombstone stays for each article, since its feed may have the entry still. Tombstones are kept for ever: one takes
some 150 bytes, and no one can tell when a feed will bring an entry up again.

What stays is mended in the same transaction. Copies of a deleted original elect another among them, and the next
`relate` finds its kin. Stories shrink; one of a single article is dissolved. Links to what was deleted lead nowhere, or
to another article that is the only one left with that address or title. Tags stay, and the index of copies goes on
ignoring what it has learnt to ignore. Resolved rows of the quarantine go when they are as old.

Readers wait for nothing, writers for one batch. A purge that is killed has done whole batches, and the next does the
rest. It belongs under the lock of a run all the same: a poll may be adding a copy of what is deleted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from extractors.addresses import canonical
from storage import copies, links, stories, terms
from storage.connection import StoreError, write_tx
from storage.raw import RawFile, Room, room, vacuum
from storage.rows import iso
from storage.tombstones import BURY

BATCH = 500  # articles in one transaction
ROWS = 5000  # in one transaction, of those on which nothing hangs

THESE = "IN (SELECT value FROM json_each(:ids))"
OLD = {
    "articles": """SELECT id, duplicate_of IS NOT NULL FROM articles WHERE published_at < :before
        AND (:feed IS NULL OR feed_id = :feed) AND (NOT :copies OR duplicate_of IS NOT NULL)
        ORDER BY published_at, id""",
    "quarantine": """SELECT id, 0 FROM quarantine
        WHERE NOT :copies AND resolved_at < :before AND (:feed IS NULL OR feed_id = :feed) ORDER BY id""",
    "polls": """SELECT id, 0 FROM polls
        WHERE :journal AND started_at < :before AND (:feed IS NULL OR feed_id = :feed) ORDER BY id""",
    "runs": """SELECT id, 0 FROM runs AS r
        WHERE :journal AND started_at < :before AND :feed IS NULL AND state <> 'running'
        AND NOT EXISTS (SELECT 1 FROM polls AS p WHERE p.run_id = r.id AND p.started_at >= :before) ORDER BY id""",
}
STILL = f"""SELECT uid, feed_id, guid, url, canonical_url, title_key, published_at FROM articles
WHERE id {THESE} ORDER BY id"""  # noqa: S608 - an expression of ours
TOLD = f"SELECT DISTINCT story_id FROM articles WHERE id {THESE} AND story_id IS NOT NULL ORDER BY 1"  # noqa: S608 - an expression of ours
READERS = f"SELECT DISTINCT article_id FROM see_also WHERE related_id {THESE} AND NOT article_id {THESE} ORDER BY 1"  # noqa: S608 - an expression of ours
LOSERS = f"{READERS.removesuffix(' ORDER BY 1')} AND kind = 'related' ORDER BY 1"
SET_ASIDE = f"DELETE FROM quarantine WHERE (feed_id, guid) IN (SELECT feed_id, guid FROM articles WHERE id {THESE})"  # noqa: S608 - an expression of ours
NAMES = f"SELECT uid FROM quarantine AS q WHERE id {THESE} AND NOT EXISTS (SELECT 1 FROM articles WHERE uid = q.uid)"  # noqa: S608 - an expression of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to delete: articles published before `before` (aware UTC), of one feed only when `feed`, a slug, is given.

    With `duplicates` copies only, which leaves their originals; with `journal` polls and runs begun before it too.
    """

    before: datetime
    feed: str | None = None
    duplicates: bool = False
    journal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was deleted: `copies` among the `articles`, `quarantined` rows of the quarantine that were resolved.

    `free_bytes` of the database and its raw file hold nothing now and are filled again before a file grows;
    `returned_bytes` were given back to the disk. `raw_fault` says why the raw input could not be deleted.
    """

    articles: int = 0
    copies: int = 0
    quarantined: int = 0
    polls: int = 0
    runs: int = 0
    free_bytes: int = 0
    returned_bytes: int = 0
    raw_fault: str | None = None


Old = Mapping[str, Mapping[int, int]]  # table → ids of its rows to delete, each with 1 when it is a copy


def purge(connection: sqlite3.Connection, selection: Selection, now: datetime, raw: RawFile | None = None) -> Purged:
    """Delete what is selected, in many transactions. Raises `StoreError` when there is no such feed."""
    old = choose(connection, selection)
    fault = None  # a raw file that failed once is let alone: it may be locked, and every batch would wait for it
    for ids in chunked(old["articles"], BATCH):
        fault = bury(connection, ids, now, None if fault else raw) or fault
    for ids in chunked(old["quarantine"], ROWS):
        fault = discard(connection, ids, None if fault else raw) or fault
    for table, size in (("polls", ROWS), ("runs", BATCH)):
        for ids in chunked(old[table], size):
            with write_tx(connection):
                delete(connection, table, ids)
    return replace(count(old), free_bytes=rooms(connection, raw).free, raw_fault=fault)


def compact(connection: sqlite3.Connection, purged: Purged, raw: RawFile | None = None) -> Purged:
    """Give what is free back to the disk. Takes what `purge` gave, and gives it with what came of it.

    Full-text search only notes what was deleted, and drops it when its index is merged: that is done here too.
    """
    before = rooms(connection, raw)
    with write_tx(connection):
        connection.execute("INSERT INTO articles_fts(articles_fts) VALUES('optimize')")
    vacuum(connection)
    fault = raw.vacuum() if raw else None
    after = rooms(connection, raw)
    returned = max(0, before.size - after.size)
    return replace(purged, free_bytes=after.free, returned_bytes=returned, raw_fault=purged.raw_fault or fault)


def choose(connection: sqlite3.Connection, selection: Selection) -> Old:
    """The rows that are selected. Raises `StoreError` when there is no such feed."""
    feed = connection.execute("SELECT id FROM feeds WHERE slug = ?", (selection.feed,)).fetchone()
    if selection.feed is not None and feed is None:
        raise StoreError(f"there is no feed {selection.feed!r}; `fanmill feeds` lists them")
    asked = {
        "before": iso(selection.before),
        "feed": feed and feed[0],
        "copies": selection.duplicates,
        "journal": selection.journal,
    }
    return {table: dict(connection.execute(sql, asked).fetchall()) for table, sql in OLD.items()}


def count(old: Old) -> Purged:
    """The same in numbers."""
    return Purged(
        articles=len(old["articles"]),
        copies=sum(old["articles"].values()),
        quarantined=len(old["quarantine"]),
        polls=len(old["polls"]),
        runs=len(old["runs"]),
    )


def bury(connection: sqlite3.Connection, ids: Sequence[int], now: datetime, raw: RawFile | None) -> str | None:
    """Delete articles for good, in one transaction. Gives None, or why their raw input could not be deleted.

    The raw input goes first: should the machine stop in between, what is left is an article that is due anyway.
    """
    with write_tx(connection):
        rows = connection.execute(STILL, {"ids": json.dumps(ids)}).fetchall()
        stones = [(feed, guid, canonical(url) or key, *rest, iso(now)) for _, feed, guid, url, key, *rest in rows]
        connection.executemany(BURY, stones)
        remove(connection, ids)
        return raw.drop(row[0] for row in rows) if raw else None


def remove(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete articles with all that hangs on them, and mend what stays."""
    these = {"ids": json.dumps(ids)}
    keys = links.keys_of(connection, ids)
    told, readers, losers = ([row[0] for row in connection.execute(sql, these)] for sql in (TOLD, READERS, LOSERS))
    for story in told:
        stories.adopt(connection, story)
    connection.execute(SET_ASIDE, these)  # else what an article's entry said last would be tried again
    copies.remove(connection, ids)
    terms.forget(connection, *ids)
    delete(connection, "articles", ids)
    for story in told:
        stories.settle(connection, story)
    links.resolve(connection, (), keys)
    links.recommend(connection, readers)
    terms.recall(connection, losers)


def discard(connection: sqlite3.Connection, ids: Sequence[int], raw: RawFile | None) -> str | None:
    """Delete rows of the quarantine, and the raw bytes that no article needs. Gives None, or why not those."""
    with write_tx(connection):
        names = [row[0] for row in connection.execute(NAMES, {"ids": json.dumps(ids)})]
        delete(connection, "quarantine", ids)
        return raw.drop(names) if raw and names else None


def delete(connection: sqlite3.Connection, table: str, ids: Sequence[int]) -> None:
    """Delete rows by id."""
    connection.execute(f"DELETE FROM {table} WHERE id {THESE}", {"ids": json.dumps(ids)})  # noqa: S608 - names of ours


def rooms(connection: sqlite3.Connection, raw: RawFile | None) -> Room:
    """How large both files are together."""
    return room(connection) + (raw.room() if raw else Room())


def chunked(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    """The ids in order, `size` at a time."""
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some
