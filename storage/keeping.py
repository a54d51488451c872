"""The one transaction in which a harvest is kept.

    drafts ─▶ rows ─▶ copies ─▶ links ─▶ traces ─▶ what was dropped ─▶ the poll and the feed's new state

All of it or nothing: validators are saved with the articles they stand for, so that a feed whose articles were not kept
is read again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from storage import articles, copies, feeds, heirs, kin, links, quarantine, terms, tombstones, traces
from storage.connection import write_tx
from storage.drafts import Batch, Draft, chosen, read_drafts, uid
from storage.intents import Harvest, Kept
from storage.raw import RawFile

FORGET = "UPDATE feeds SET etag = NULL, last_modified = NULL, body_hash = NULL WHERE id = ?"
NOTE_RAW = "UPDATE articles SET raw_hash = ? WHERE uid = ?"


def keep(connection: sqlite3.Connection, harvest: Harvest, raw: RawFile | None = None) -> Kept:
    """Keep a harvest, in one transaction.

    `raw` is written last, before the commit: an article without its raw input cannot be cleaned again, while raw input
    without an article does no harm.
    """
    feed, at = harvest.feed, harvest.poll.started_at
    batch = Batch(
        feed_id=feed.id, slug=feed.slug, now=at, run_id=harvest.run_id, arrivals=harvest.arrivals, rules=harvest.rules
    )  # fmt: skip
    with write_tx(connection):
        drafts = read_drafts(connection, batch)
        kept = keep_articles(connection, batch, drafts)
        kept = replace(kept, dropped=quarantine.set_aside(connection, harvest))
        quarantine.give_up(connection, harvest)
        tombstones.pass_over(connection, harvest)
        feeds.note_poll(connection, harvest, kept)
        fault = keep_raw(connection, harvest, drafts, raw) if raw else None
        if fault and harvest.poll.outcome == "partial":  # without raw input, what is missing has to be read anew
            connection.execute(FORGET, (feed.id,))
    return replace(kept, raw_fault=fault)


def keep_articles(connection: sqlite3.Connection, batch: Batch, drafts: Sequence[Draft]) -> Kept:
    """Write the articles with what they teach of their feed, and note that they are not in quarantine."""
    if not drafts:
        return Kept()
    ids, joined = put(connection, batch, drafts)
    written = chosen(drafts, "new", "changed", "rewritten")
    if written:
        traces.keep_containers(
            connection, batch, [draft.article.container for draft in written if not draft.article.doubt]
        )
        traces.keep_marks(connection, batch.feed_id, {ids[draft.uid]: draft.article.marks for draft in written})
        traces.refresh(connection, batch.feed_id)
        if batch.rules is not None:
            from storage import rulebook  # takes 0.1 s to import; a search should not wait for it

            rulebook.arrived(connection, batch.feed_id, batch.rules)
    quarantine.resolve(connection, batch.feed_id, [draft.article.guid for draft in drafts], batch.now)
    return Kept(
        new=len(chosen(drafts, "new")),
        changed=len(chosen(drafts, "changed")),
        rewritten=len(chosen(drafts, "rewritten")),
        duplicates=len(joined & {ids[draft.uid] for draft in chosen(drafts, "new", "changed")}),
    )


def put(connection: sqlite3.Connection, batch: Batch, drafts: Sequence[Draft]) -> tuple[dict[str, int], set[int]]:
    """Write what is new or different, find what it is a copy of, and link it to its kin both ways.

    Gives the ids of all drafts by uid, and of those that turned out to be copies.
    """
    written = chosen(drafts, "new", "changed", "rewritten")
    stored = [(draft, draft.stored) for draft in written if draft.stored]
    before = links.keys_of(connection, [one.id for _, one in stored])
    edited = [one.id for draft, one in stored if draft.content_hash != one.content_hash]
    former = heirs.copies_among(connection, edited)
    ids = articles.write(connection, batch, drafts)
    joined = copies.place(connection, written, ids, batch.run_id)
    for draft in written:
        if draft.stored is None or draft.content_hash != draft.stored.content_hash:
            kin.remember(connection, ids[draft.uid], draft.article.terms)
    heirs.free(connection, former)
    terms.recall(connection, [one.id for draft, one in stored if draft.moved])  # its story may have another lead now
    fresh = [ids[draft.uid] for draft in written]
    if fresh:
        links.resolve(connection, fresh, before | links.keys_of(connection, fresh))
    return ids, joined


def keep_raw(connection: sqlite3.Connection, harvest: Harvest, drafts: Sequence[Draft], raw: RawFile) -> str | None:
    """Save the raw input that is not yet in the raw file. Gives None, or why that was not possible.

    `raw_hash` tells what the raw file holds. Rows just written have that of an input which is not in it when saving
    failed; then they lose it, and the input is saved when it comes again. Rows that stayed the same have that of an
    earlier input when it succeeded: a page may change in more than its article.
    """
    arrived = [
        draft
        for draft in drafts
        if draft.raw is not None and (draft.stored is None or draft.stored.raw_hash != draft.raw_hash)
    ]
    items = [(draft.uid, draft.raw) for draft in arrived if draft.raw is not None]
    items += [(uid(harvest.feed.slug, drop.dropped.guid), drop.raw) for drop in harvest.drops if drop.raw is not None]
    fault = raw.save(items, harvest.poll.started_at) if items else None
    wrong = [draft for draft in arrived if (draft.change == "same") is (fault is None)]
    connection.executemany(NOTE_RAW, [(None if fault else draft.raw_hash, draft.uid) for draft in wrong])
    return fault
