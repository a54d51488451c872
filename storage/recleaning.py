"""Stored articles cleaned again: which are concerned by a change of rules, as they came in, and what becomes of them.

    unclean ─▶ entries ─▶ (cleaned above) ─▶ reclean, compare ─▶ settle (storage.rulebook)
    concern      the same as a question, which anybody may ask at any time: it settles nothing

Cleaning again is our doing: it never makes a revision or a new row. What is known of an article's entry, page and raw
input stays, and when it was first seen and changed. What follows from its text follows: copies, kin, links, marks.

What is concerned is found from what is stored, without cleaning:

    a block cuts now that did not before     articles that have it in their text
    a block does not cut any more            those from which it was cut
    a rule is kept                           those from which it cut
    and kept no longer                       all of the feed: who could tell what it would have cut
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from extractors.marks import PREFIX, hash_of, read_name
from extractors.model import Container
from extractors.packing import unpack
from storage import traces
from storage.connection import write_tx
from storage.drafts import Batch, chosen, read_drafts
from storage.intents import Arrival, Concern, Recleaned, Source, StoredEntry
from storage.keeping import put
from storage.raw import DamagedError, RawFile
from storage.rows import read
from storage.rulebook import KEEP, PAST, mingle, settle, source
from storage.teaching import GAP

UNCLEAN = """SELECT f.id, f.slug, f.url, f.title, f.language, f.category_trust, r.cleaned_by
FROM feed_rules AS r JOIN feeds AS f ON f.id = r.feed_id WHERE r.rules <> r.cleaned_by ORDER BY f.slug"""
WITH_RAW = "SELECT count(raw_hash) FROM articles WHERE id IN (SELECT value FROM json_each(?))"
ALL = "SELECT id FROM articles WHERE feed_id = ?"
TEXTS = """SELECT a.id, a.first_seen_at, t.title, t.text
FROM articles AS a INDEXED BY idx_articles_feed JOIN article_texts AS t ON t.article_id = a.id WHERE a.feed_id = ?"""
LEARNT_CUTS = f"""SELECT a.id, a.first_seen_at, c.rule
FROM articles AS a INDEXED BY idx_articles_feed CROSS JOIN cuts AS c INDEXED BY idx_cuts_article ON c.article_id = a.id
WHERE a.feed_id = ? AND c.rule >= '{PREFIX}' AND c.rule < '{PREFIX[:-1]}/'"""  # noqa: S608 - a word of ours
CUTS = """SELECT DISTINCT a.id
FROM articles AS a INDEXED BY idx_articles_feed CROSS JOIN cuts AS c INDEXED BY idx_cuts_article ON c.article_id = a.id
WHERE a.feed_id = ? AND c.rule IN (SELECT value FROM json_each(?))"""
COLUMNS = "id, uid, guid, first_seen_at, entry_hash, container, page_error, raw_hash"
ENTRIES = f"""SELECT {COLUMNS} FROM articles INDEXED BY idx_articles_feed
WHERE feed_id = :feed AND id > :after ORDER BY id LIMIT :limit"""  # noqa: S608 - names of ours
THESE = f"""SELECT {COLUMNS} FROM articles
WHERE id IN (SELECT value FROM json_each(:ids)) AND +feed_id = :feed ORDER BY id"""  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the database holds of an article as it came in."""

    id: int
    uid: str
    guid: str
    first_seen_at: str
    entry_hash: str
    container: str | None
    page_error: str | None
    raw_hash: str | None


def unclean(
    connection: sqlite3.Connection, slugs: Collection[str] | None = None
) -> tuple[tuple[Source, tuple[int, ...]], ...]:
    """The feeds whose rules have changed, each with its articles that this concerns, ascending; or those of `slugs`.

    A feed of which none is concerned is settled at once, and left out. That is for the run alone: while it polls,
    articles are under way that were cleaned by the rules of before.
    """
    every = changed(connection, slugs)
    settled = [feed for feed, ids in every if not ids]
    if settled:
        with write_tx(connection):
            for feed in settled:
                settle(connection, feed.id, feed.rules)
    return tuple((feed, ids) for feed, ids in every if ids)


def concern(connection: sqlite3.Connection, raw: RawFile | None) -> tuple[Concern, ...]:
    """How many stored articles a change of rules concerns, by feed, and how many cannot follow. Writes nothing."""
    there = raw is not None and raw.exists()
    found: list[Concern] = []
    for feed, ids in changed(connection):
        [kept] = connection.execute(WITH_RAW, (json.dumps(ids),)).fetchone()
        if ids:
            found.append(Concern(feed=feed.slug, articles=len(ids), lost=len(ids) - kept if there else len(ids)))
    return tuple(found)


def changed(
    connection: sqlite3.Connection, slugs: Collection[str] | None = None
) -> list[tuple[Source, tuple[int, ...]]]:
    """The feeds whose rules have changed, or those of `slugs`, each with its articles that this concerns, if any."""
    found: list[tuple[Source, tuple[int, ...]]] = []
    for *row, cleaned_by in connection.execute(UNCLEAN).fetchall():
        if slugs is None or row[1] in slugs:
            feed = source(connection, tuple(row))
            found.append((feed, tuple(sorted(concerned(connection, feed, frozenset(cleaned_by.splitlines()))))))
    return found


def concerned(connection: sqlite3.Connection, feed: Source, before: frozenset[str]) -> set[int]:
    """The ids of a feed's articles that its rules of now clean otherwise than those `before` did, or may."""
    now = frozenset(feed.rules.splitlines())
    if any(rule.startswith(KEEP) and read_name(rule.removeprefix(KEEP)) is None for rule in before - now):
        return {row[0] for row in connection.execute(ALL, (feed.id,))}
    kept = json.dumps(sorted(feed.learnt.kept))
    return {
        *(row[0] for row in connection.execute(CUTS, (feed.id, kept))),
        *no_longer_cut(connection, feed),
        *to_be_cut(connection, feed, frozenset(cutting(now - before, before))),
    }


def cutting(rules: frozenset[str], before: frozenset[str]) -> Iterator[int]:
    """The hashes of blocks that cut where they did not before. One that faded since cut all that it cuts now."""
    for rule in rules:
        block = read_name(rule.removeprefix(PAST))
        if block is not None and rule.removeprefix(PAST) not in before:
            yield block


def no_longer_cut(connection: sqlite3.Connection, feed: Source) -> Iterator[int]:
    """Articles from which a block was cut as learnt that does not hold for them now."""
    for article, seen, rule in connection.execute(LEARNT_CUTS, (feed.id,)):
        if read_name(rule) not in feed.learnt_for(seen).blocks:
            yield article


def to_be_cut(connection: sqlite3.Connection, feed: Source, blocks: frozenset[int]) -> Iterator[int]:
    """Articles that have one of these blocks in their text, if it holds for them."""
    if not blocks:
        return
    for article, seen, title, text in connection.execute(TEXTS, (feed.id,)):
        there = {hash_of(paragraph, title) for paragraph in text.split(GAP)} & blocks
        if there & feed.learnt_for(seen).blocks:
            yield article


def entries(
    connection: sqlite3.Connection, source: Source, after: int, limit: int, ids: Sequence[int] | None
) -> list[Row]:
    """The rows of up to `limit` articles of a feed, ascending by id from beyond `after`; of `ids`, ascending too."""
    if ids is None:
        return list(read(connection, Row, ENTRIES, {"feed": source.id, "after": after, "limit": limit}))
    start, found = bisect_right(ids, after), list[Row]()
    while not found and start < len(ids):  # some may be gone
        some = json.dumps(ids[start : start + limit])
        found = list(read(connection, Row, THESE, {"feed": source.id, "ids": some}))
        start += limit
    return found


def recalled(rows: Iterable[Row], raw: RawFile | None) -> list[StoredEntry]:
    """Articles with what the raw file holds of them. Raises `RawError` when it cannot be used."""
    found: list[StoredEntry] = []
    for row in rows:
        stored = StoredEntry(
            id=row.id,
            guid=row.guid,
            first_seen_at=row.first_seen_at,
            entry_hash=row.entry_hash,
            container=element(row.container),
            page_error=row.page_error,
        )
        packed = load(raw, row) if raw and row.raw_hash else None
        if packed is not None:
            with suppress(ValueError, TypeError, KeyError):  # bytes of another fanmill
                entry, page = unpack(packed)
                stored = replace(stored, entry=replace(entry, guid=row.guid), page=page, raw=packed)
        found.append(stored)
    return found


def element(told: str | None) -> Container | None:
    """The element that an article was found in. It held enough then, and is not to be measured by others now."""
    host, _, path = (told or "").partition(" ")
    return Container(host=host, path=path, prose=0) if path else None


def load(raw: RawFile, row: Row) -> bytes | None:
    """An article's raw bytes; None when they are gone, damaged, or those of another form of it.

    An entry that became an article may have been dropped later: then the raw file holds what it said last. Raises
    `RawError` when the file cannot be used: whoever mends it has nothing lost.
    """
    try:
        packed = raw.load(row.uid)
    except DamagedError:
        return None
    same = packed is not None and blake2b(packed, digest_size=16).hexdigest() == row.raw_hash
    return packed if same else None


def batch(source: Source, arrivals: Sequence[Arrival], now: datetime) -> Batch:
    """Articles cleaned again, as they are written."""
    return Batch(feed_id=source.id, slug=source.slug, now=now, arrivals=arrivals, recleaned=True)


def reclean(connection: sqlite3.Connection, source: Source, arrivals: Sequence[Arrival], now: datetime) -> Recleaned:
    """Write what differs, in one transaction; nothing at all when nothing does. `missing` are gone meanwhile."""
    with write_tx(connection):
        together = batch(source, arrivals, now)
        drafts = read_drafts(connection, together)
        ids, _ = put(connection, together, drafts)
        marks = {ids[draft.uid]: draft.article.marks for draft in drafts}
        if traces.keep_marks(connection, source.id, marks):
            traces.refresh(connection, source.id)
        changed = len(chosen(drafts, "rewritten"))
        if changed:
            mingle(connection, source.id, source.rules)
    return Recleaned(changed=changed, same=len(drafts) - changed, missing=len(arrivals) - len(drafts))
