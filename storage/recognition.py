"""Which entries of a document were met before in its feed, whatever the publisher has made of their ids since.

    by guid ─▶ twins: address, title and second ─▶ lone: an address and one more thing ─▶ in quarantine, by address

An entry is known by its guid. One with a new guid may be an old one all the same: sites move, change their ids at every
poll, or put the headline into them. It is taken for a stored one
- of the same address, title and second (twins; "undated" is a second too), each for one;
- else of an address that no other new entry and no other article of the feed has, when the title, the day or the id
  read as an address agrees as well, or when it is undated and the address is not that of the site itself. Not on the
  levels of identity on which entries of one address are told apart by date.
A stored entry whose own guid is in the document is spoken for.

An id that comes with another address, title and day than it had is doubted: the stored entry it should be may be found
by its address, and when it names one that was purged, it is a new entry.

What was purged (tombstones) and what became no article (quarantine) is recognised alike: the one stays away, and the
other is tried no more often than it should be.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.addresses import canonical
from extractors.fingerprints import title_key
from extractors.model import Entry
from storage.intents import KnownEntry
from storage.rows import iso, read, scrub

DATED = {"link_date", "link_date_title"}  # levels of identity on which an address may belong to several entries
DAY = len("2026-03-03")
LOOK = 500  # rows of quarantine in which an address is looked for, the latest

BY_GUID = """SELECT 'article' AS kind, guid, id, entry_hash, 0 AS tries, url, title_key, published_at FROM articles
WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))
UNION ALL SELECT 'aside', guid, NULL, entry_hash, tries, '', '', '' FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND guid IN (SELECT value FROM json_each(:guids))
UNION ALL SELECT 'purged', guid, NULL, '', 0, url_key, title_key, published_at FROM tombstones
WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))
ORDER BY kind"""
BY_SECOND = """SELECT guid, url, canonical_url AS url_key, title_key, published_at, published_source = 'feed' AS dated
FROM articles WHERE feed_id = :feed AND published_at IN (SELECT value FROM json_each(:seconds)) ORDER BY id"""
BY_ADDRESS = """SELECT guid, url, url_key, title_key, published_at, dated, alone FROM (
    SELECT a.id, a.guid, a.url, d.url_key, a.title_key, a.published_at, a.published_source = 'feed' AS dated,
        count(*) OVER (PARTITION BY d.url_key) = 1 AS alone
    FROM json_each(:keys) AS k CROSS JOIN addresses AS d ON d.url_key = k.value
        JOIN articles AS a ON a.id = d.article_id
    WHERE a.feed_id = :feed)
WHERE alone OR NOT dated ORDER BY id"""
PURGED = """SELECT guid, url_key AS url, url_key, title_key, published_at, 1 AS dated,
    count(*) OVER (PARTITION BY url_key) = 1 AS alone
FROM tombstones WHERE feed_id = :feed AND url_key IN (SELECT value FROM json_each(:keys)) ORDER BY guid"""
ASIDE = """SELECT guid, url FROM quarantine
WHERE feed_id = :feed AND resolved_at IS NULL AND url <> '' ORDER BY id DESC LIMIT :look"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An entry of the document in the spelling of the database; "" for what it lacks."""

    guid: str
    address: str
    title: str
    published: str

    @classmethod
    def of(cls, entry: Entry) -> Seen:
        """An entry's keys."""
        return cls(
            guid=scrub(entry.guid),
            address=canonical(scrub(entry.url or "")),
            title=title_key(scrub(entry.title)),
            published=iso(entry.published) if entry.published else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An entry of the database. `url_key` is one of its addresses in canonical form.

    `dated` is 0 when nobody said when it was published; `alone` 1 when it has `url_key` to itself in its feed.
    """

    guid: str
    url: str
    url_key: str
    title_key: str
    published_at: str
    dated: int
    alone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What is known of a guid, and what it stood for: `url`, `title_key` and `published_at` are "" in quarantine."""

    known: KnownEntry
    url: str
    title_key: str
    published_at: str

    def doubted(self, entry: Entry) -> bool:
        """Whether an entry with this guid has another day, title and address. Nearly all have the very same address."""
        if not self.title_key or not entry.url or entry.url == self.url:
            return False
        if entry.published and iso(entry.published)[:DAY] == self.published_at[:DAY]:
            return False
        seen = Seen.of(entry)
        return seen.title not in {"", self.title_key} and seen.address != canonical(self.url)


def known(
    connection: sqlite3.Connection, feed_id: int, entries: Sequence[Entry], identity: str = "guid"
) -> dict[str, KnownEntry]:
    """Which entries of a document were met before in this feed, by the guid they have in the document.

    `identity` is the level their guids were made on. Entries that were dropped are known too, so that they are not
    tried at every poll, and so are those that were purged. No stored entry is named twice.
    """
    asked = {scrub(entry.guid): entry for entry in entries}
    met = by_guid(connection, feed_id, asked)
    doubted = {guid for guid, one in met.items() if identity == "guid" and one.doubted(asked[guid])}
    seen = [Seen.of(entry) for guid, entry in asked.items() if guid not in met or guid in doubted]
    others = recognised(connection, feed_id, seen, set(asked), identity) if seen else {}
    if others:
        met |= by_guid(connection, feed_id, others.values())
    answer: dict[str, KnownEntry] = {}
    for guid, entry in asked.items():
        one = met.get(others.get(guid, guid))
        back = guid in doubted and guid not in others and one is not None and one.known.buried
        if one and not back:
            answer[entry.guid] = one.known
    return answer


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
            found[guid] = Met(known=one, url=facts[0], title_key=facts[1], published_at=facts[2])
        elif kind == "aside":
            found[guid] = replace(before, known=replace(before.known, entry_hash=hashed, tries=tries))
    return found


def recognised(
    connection: sqlite3.Connection, feed_id: int, seen: Sequence[Seen], spoken: set[str], identity: str
) -> dict[str, str]:
    """The guids under which entries with other guids are stored. `spoken` are those in the document; it grows."""
    found: dict[str, str] = {}
    stored = candidates(connection, feed_id, seen)
    for guid, other in twins(seen, stored, spoken):
        found[guid] = other
        spoken.add(other)
    if identity in DATED:
        return found
    shared = Counter(one.address for one in seen)
    left = [one for one in seen if one.guid not in found and one.address and shared[one.address] == 1]
    for match in (lone(left, stored, identity), aside(connection, feed_id, left) if left else ()):
        for guid, other in match:
            if guid not in found and other not in spoken:
                found[guid] = other
                spoken.add(other)
    return found


def candidates(connection: sqlite3.Connection, feed_id: int, seen: Sequence[Seen]) -> list[Stored]:
    """All that is stored in this feed with a second or an address of these entries, articles before tombstones."""
    keys = sorted({one.address for one in seen})
    seconds = sorted({one.published for one in seen} - {""})
    values = {"feed": feed_id, "keys": json.dumps(keys), "seconds": json.dumps(seconds)}
    return [row for sql in (BY_SECOND, BY_ADDRESS, PURGED) for row in read(connection, Stored, sql, values)]


def twins(seen: Sequence[Seen], stored: Iterable[Stored], spoken: set[str]) -> Iterator[tuple[str, str]]:
    """Entries and the stored ones of the same address, title and second, each for one, in order."""
    pools: defaultdict[tuple[str, str, str], deque[str]] = defaultdict(deque)
    for row in stored:
        published = row.published_at if row.dated else ""
        for address in sorted({canonical(row.url), row.url_key}):
            pools[address, row.title_key, published].append(row.guid)
    for one in seen:
        pool = pools[one.address, one.title, one.published] if one.address or one.published else None
        while one.title and pool:
            other = pool.popleft()
            if other not in spoken:
                yield one.guid, other
                break


def lone(seen: Iterable[Seen], stored: Iterable[Stored], identity: str) -> Iterator[tuple[str, str]]:
    """Entries and the stored ones that have their address to themselves, when more than that agrees."""
    holders: defaultdict[str, list[Stored]] = defaultdict(list)
    for row in stored:
        if row.alone:
            holders[row.url_key].append(row)
    return ((one.guid, row.guid) for one in seen for row in holders[one.address] if agrees(one, row, identity))


def agrees(one: Seen, row: Stored, identity: str) -> bool:
    """Whether an entry and a stored one of the same address are the same.

    An address that only the article's page calls its own may be that of another article: then the title has to agree.
    """
    title = bool(one.title) and one.title == row.title_key
    if canonical(row.url) != one.address:
        return title
    day = bool(row.dated) and one.published[:DAY] == row.published_at[:DAY]
    undated = not one.published and "/" in one.address.removeprefix("https://")
    return title or day or undated or identity == "link" or (canonical(one.guid) == canonical(row.guid) != "")


def aside(connection: sqlite3.Connection, feed_id: int, seen: Iterable[Seen]) -> Iterator[tuple[str, str]]:
    """Entries and those in quarantine that have their address to themselves."""
    rows = connection.execute(ASIDE, {"feed": feed_id, "look": LOOK}).fetchall()
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for guid, url in rows:
        holders[canonical(url)].append(guid)
    return ((one.guid, holders[one.address][0]) for one in seen if len(holders[one.address]) == 1)
