"""The one transaction in which a harvest is kept.

    drafts ─▶ rows ─▶ copies ─▶ links ─▶ what was dropped ─▶ the poll and the feed's new state

All of it or nothing: validators are saved with the articles they stand for, so that a feed whose articles were not kept
is read again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from storage import articles, copies, feeds, kin, links
from storage.connection import write_tx
from storage.drafts import Draft, chosen, read_drafts, uid
from storage.intents import Harvest, Kept
from storage.raw import RawFile
from storage.rows import iso, scrub, scrubbed

RESOLVED = """UPDATE quarantine SET resolved_at = ?
WHERE feed_id = ? AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(?))"""
DROP = """INSERT INTO quarantine(uid, run_id, feed_id, guid, url, reason, detail, entry_hash, seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(feed_id, guid) DO UPDATE SET run_id = excluded.run_id, url = excluded.url, reason = excluded.reason,
    detail = excluded.detail, entry_hash = excluded.entry_hash, seen_at = excluded.seen_at, resolved_at = NULL
WHERE resolved_at IS NOT NULL
    OR (reason, detail, entry_hash) IS NOT (excluded.reason, excluded.detail, excluded.entry_hash)"""


def keep(
    connection: sqlite3.Connection, harvest: Harvest, raw: RawFile | None = None, *, dry_run: bool = False
) -> Kept:
    """Keep a harvest, in one transaction. With `dry_run` the same work is done and undone.

    `raw` is written last, before the commit: an article without its raw input cannot be cleaned again, while raw input
    without an article does no harm.
    """
    with write_tx(connection, keep=not dry_run):
        drafts = read_drafts(connection, harvest)
        kept = keep_articles(connection, harvest, drafts)
        kept = replace(kept, dropped=set_aside(connection, harvest))
        feeds.note_poll(connection, harvest, kept)
        items = raw_items(harvest, drafts)
        fault = raw.save(items, harvest.poll.started_at) if raw and items and not dry_run else None
    return replace(kept, raw_fault=fault)


def keep_articles(connection: sqlite3.Connection, harvest: Harvest, drafts: Sequence[Draft]) -> Kept:
    """Write the articles, find what they are copies of, and link them to their kin both ways."""
    if not drafts:
        return Kept()
    written = chosen(drafts, "new", "changed", "rewritten")
    before = links.keys_of(connection, [draft.stored.id for draft in written if draft.stored])
    ids = articles.write(connection, harvest, drafts)
    joined = copies.place(connection, written, ids, harvest.run_id)
    for draft in written:
        if draft.stored is None or draft.content_hash != draft.stored.content_hash:
            kin.remember(connection, ids[draft.uid], draft.article.terms)
    fresh = [ids[draft.uid] for draft in written]
    if fresh:
        links.resolve(connection, fresh, before | links.keys_of(connection, fresh))
    if harvest.arrivals:
        guids = json.dumps([scrub(draft.article.guid) for draft in drafts])
        connection.execute(RESOLVED, (iso(harvest.poll.started_at), harvest.feed.id, guids))
    return Kept(
        new=len(chosen(drafts, "new")),
        changed=len(chosen(drafts, "changed")),
        rewritten=len(chosen(drafts, "rewritten")),
        duplicates=len(joined),
        article_ids=tuple(fresh),
    )


def set_aside(connection: sqlite3.Connection, harvest: Harvest) -> int:
    """Write what became no article, with the reason; how many of them are new or have another reason."""
    written = 0
    for drop in harvest.drops:
        dropped = drop.dropped
        row = (
            uid(harvest.feed.slug, dropped.guid), harvest.run_id, harvest.feed.id, dropped.guid, dropped.url,
            dropped.reason, dropped.evidence, drop.entry_hash, iso(harvest.poll.started_at),
        )  # fmt: skip
        written += connection.execute(DROP, scrubbed(row)).rowcount
    return written


def raw_items(harvest: Harvest, drafts: Sequence[Draft]) -> list[tuple[str, bytes]]:
    """The raw input that is not yet in the raw file, by uid."""
    arrived = [
        (draft.uid, draft.raw)
        for draft in drafts
        if draft.raw is not None and (draft.stored is None or draft.stored.raw_hash != draft.raw_hash)
    ]
    dropped = [(uid(harvest.feed.slug, drop.dropped.guid), drop.raw) for drop in harvest.drops if drop.raw is not None]
    return [*arrived, *dropped]
