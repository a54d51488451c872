"""Which entries of a document were met before in its feed, whatever the publisher has made of their ids since.

    by guid ─▶ doubted? ─▶ twins ─▶ lone ─▶ in quarantine, by address ─▶ moved          (rules: `storage.matching`)

An entry is known by its guid. One with a new guid may be an old one all the same: sites move, change their ids at every
poll, or put the headline into them. And one with a guid that is known may be another, for some feeds count positions or
hand their ids on. A stored entry whose own guid is in the document is spoken for, unless that guid is doubted; an entry
with a doubted guid that is none of those stored is new, under a longer guid (`extractors.identity.apart`).

What was purged (tombstones) and what became no article (quarantine) is recognised alike, though not when it moved: the
one stays away, and the other is tried no more often than it should be. Of an address or a second that very many share
only the latest articles are looked at: an address of so many is that of the site, and no evidence.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractors.addresses import canonical
from extractors.identity import apart
from extractors.model import Entry
from storage.intents import KnownEntry
from storage.matching import Met, Reading, Seen, Stored, doubt, judge, lone, moved, twins
from storage.rows import read, scrub

DATED = {"link_date", "link_date_title"}  # levels of identity on which an address may belong to several entries
LOOK = 500  # rows of quarantine in which an address is looked for, the latest
MOST = 100  # rows looked at of one address or second; more when the document has more of them itself

BY_GUID = """SELECT 'article' AS kind, guid, id, entry_hash, 0 AS tries, url, title, title_key,
    CASE published_source WHEN 'feed' THEN published_at ELSE '' END FROM articles
WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))
UNION ALL SELECT 'aside', guid, NULL, entry_hash, tries, '', '', '', '' FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(:guids))
UNION ALL SELECT 'purged', guid, NULL, '', 0, url_key, '', title_key, published_at FROM tombstones
WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))
ORDER BY kind"""
BY_SECOND = """SELECT guid, url, canonical_url AS url_key, title_key, published_at, published_source = 'feed' AS dated
FROM json_each(:seconds) AS s CROSS JOIN articles AS a ON a.id IN (
    SELECT id FROM articles WHERE feed_id = :feed AND published_at = s.value ORDER BY id DESC LIMIT :of_second)
ORDER BY a.id"""
BY_ADDRESS = """SELECT guid, url, url_key, title_key, published_at, dated, alone FROM (
    SELECT a.id, a.feed_id, a.guid, a.url, k.value AS url_key, a.title_key, a.published_at,
        a.published_source = 'feed' AS dated,
        sum(a.feed_id = :feed) OVER same = 1 AND count(*) OVER same < :of_address AS alone
    FROM json_each(:keys) AS k CROSS JOIN articles AS a ON a.id IN (
        SELECT article_id FROM addresses WHERE url_key = k.value ORDER BY article_id DESC LIMIT :of_address)
    WINDOW same AS (PARTITION BY k.value))
WHERE feed_id = :feed AND (alone OR NOT dated) ORDER BY id"""
PURGED = """SELECT guid, url_key AS url, url_key, title_key, published_at, 1 AS dated,
    count(*) OVER (PARTITION BY url_key) = 1 AS alone
FROM json_each(:keys) AS k CROSS JOIN tombstones AS t ON t.feed_id = :feed AND t.guid IN (
    SELECT guid FROM tombstones WHERE feed_id = :feed AND url_key = k.value LIMIT :of_address)
ORDER BY guid"""
ASIDE = """SELECT guid, url FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND url <> '' ORDER BY id DESC LIMIT :look"""


def known(
    connection: sqlite3.Connection, feed_id: int, entries: Sequence[Entry], identity: str = "guid"
) -> dict[str, KnownEntry]:
    """Which entries of a document were met before in this feed, by the guid they have in the document.

    `identity` is the level their guids were made on. Entries that were dropped are known too, so that they are not
    tried at every poll, and so are those that were purged. No stored entry is named twice. A new entry that bears the
    guid of another comes with the guid it is to be kept under and nothing else.
    """
    asked = {scrub(entry.guid): entry for entry in entries}
    met = by_guid(connection, feed_id, asked)
    judged = judge(asked, met) if identity == "guid" else {}
    seen = [Seen.of(entry) for guid, entry in asked.items() if guid in judged or guid not in met]
    reading = Reading(asked=asked, identity=identity, spoken=asked.keys() - judged.keys())
    names: dict[str, tuple[str, str]] = {}
    if seen:
        stored = candidates(connection, feed_id, seen)
        doubted = doubt(reading, judged, seen, stored)
        names = {guid: named(asked[guid], met[guid]) for guid in doubted}
        others = by_guid(connection, feed_id, [name for both in names.values() for name in both])
        reading.take((guid, name) for guid, both in names.items() for name in both if name in others)
        strange = [one for one in seen if one.guid in names or one.guid not in met]
        recognise(connection, feed_id, reading, strange, stored)
        met |= by_guid(connection, feed_id, reading.found.values())
    answer: dict[str, KnownEntry] = {}
    for guid, entry in asked.items():
        if guid in names and guid not in reading.found:
            answer[entry.guid] = KnownEntry(article_id=None, entry_hash="", guid=free(names[guid], reading.spoken))
        elif one := met.get(reading.found.get(guid, guid)):
            answer[entry.guid] = one.known
    return answer


def named(entry: Entry, met: Met) -> tuple[str, str]:
    """The two guids that a doubted entry may be kept under; without its address when that tells nothing."""
    first, second = map(scrub, apart(entry))
    return (second if canonical(scrub(entry.url or "")) == canonical(met.url) else first), second


def free(names: tuple[str, str], spoken: set[str]) -> str:
    """The first name that is nobody's, which it becomes; the last when both are taken."""
    name = next((name for name in names if name not in spoken), names[-1])
    spoken.add(name)
    return name


def by_guid(connection: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, Met]:
    """What is known of guids. An article goes before a tombstone, and that before quarantine.

    The last form of an article's entry may have been dropped: then that form's hash counts, and its tries.
    """
    found: dict[str, Met] = {}
    rows = connection.execute(BY_GUID, {"feed": feed_id, "guids": json.dumps(list(guids))})
    for kind, guid, article, hashed, tries, *facts in rows:
        one = KnownEntry(article_id=article, entry_hash=hashed, guid=guid, tries=tries, buried=kind == "purged")
        before = found.get(guid)
        if before is None or (one.buried and before.known.article_id is None):
            found[guid] = Met(known=one, url=facts[0], title=facts[1], title_key=facts[2], published_at=facts[3])
        elif kind == "aside":
            found[guid] = replace(before, known=replace(before.known, entry_hash=hashed, tries=tries))
    return found


def recognise(
    connection: sqlite3.Connection, feed_id: int, reading: Reading, seen: Sequence[Seen], stored: Sequence[Stored]
) -> None:
    """Find the stored entries that these are, though their guids are others."""
    reading.take(twins(reading.left(seen), stored, reading.spoken))
    if reading.identity not in DATED:
        shared = Counter(one.address for one in seen)
        single = [one for one in seen if one.address and shared[one.address] == 1]
        reading.take(lone(reading.left(single), stored, reading.identity))
        if left := reading.left(single):
            reading.take(aside(connection, feed_id, left))
    reading.take(moved(reading.left(seen), stored, reading.asked.values()))


def candidates(connection: sqlite3.Connection, feed_id: int, seen: Sequence[Seen]) -> list[Stored]:
    """All that is stored in this feed with a second or an address of these entries, articles before tombstones."""
    keys = sorted({one.address for one in seen})
    seconds = sorted({one.published for one in seen} - {""})
    values = {"feed": feed_id, "keys": json.dumps(keys), "of_address": max(MOST, 2 * len(seen) // len(keys))}
    values |= {"seconds": json.dumps(seconds), "of_second": max(MOST, 2 * len(seen) // max(1, len(seconds)))}
    return [row for sql in (BY_SECOND, BY_ADDRESS, PURGED) for row in read(connection, Stored, sql, values)]


def aside(connection: sqlite3.Connection, feed_id: int, seen: Iterable[Seen]) -> Iterator[tuple[str, str]]:
    """Entries and those in quarantine that have their address to themselves."""
    rows = connection.execute(ASIDE, {"feed": feed_id, "look": LOOK}).fetchall()
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for guid, url in rows:
        holders[canonical(url)].append(guid)
    return ((one.guid, holders[one.address][0]) for one in seen if len(holders[one.address]) == 1)
