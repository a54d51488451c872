"""Whether an entry of a document is one that was met before: the rules, without the database.

An entry with a guid nobody knows is taken for a stored one
- of the same address, title and second (twins; "undated" is a second too), each for one;
- else of an address that no other new entry and no other article of the feed has, when the title, the day or the id
  read as an address agrees as well, or when it is undated and the address is not that of the site itself (lone). Not on
  the levels of identity on which entries of one address are told apart by date;
- else of the same title and second, when no other entry of the document and no other article has both and the title
  has three words or more (moved): a site that changes its addresses, and its ids are made of them.

A guid is doubted, on the level of identity that trusts guids, when it comes with another address than it had, and
- with another title. But the address may be made of the headline, which was edited: with the same second, which nothing
  else in the document has, and half the words of the shorter title it is the same entry;
- or without a title, or with the same of less than three words, on another day: each "Morning briefing" is another.
Any other title that stays is a site that moved; an address that stays is an edited entry, whatever its title and day.

In both cases another stored entry that is exactly this one, in address, title and second, goes before. And when what
is stored under a guid is exactly another entry of the document, the entry that bears it now is doubted too.

So guids that count positions, that are swapped or handed on to the next article cost no article. As each entry is told
apart by itself, a document full of them stays on its level of identity.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from extractors.addresses import canonical
from extractors.fingerprints import title_key
from extractors.model import Entry
from storage.intents import KnownEntry
from storage.rows import iso, scrub

Judgement = Literal["same", "unsure", "other"]

DAY = len("2026-03-03")
TITLE_WORDS = 3  # of a title, before it says anything by itself


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
    """What is known of a guid, and what it stood for: "" for what nobody said, and for all of it in quarantine."""

    known: KnownEntry
    url: str
    title: str
    title_key: str
    published_at: str

    def judge(self, entry: Entry, *, crowded: bool) -> Judgement:
        """Whether an entry with this guid is this one. `crowded` tells that another has its second of publication.

        Nearly all entries have the very same address or title and second, and cost next to nothing.
        """
        second = iso(entry.published) if entry.published else ""
        punctual = second == self.published_at
        if (entry.url == self.url and (punctual or entry.title == self.title)) or not (self.url or self.title_key):
            return "same"
        title = title_key(scrub(entry.title))
        if title == self.title_key != "" and punctual and second and bare(entry.url or "") == bare(self.url):
            return "same"
        here, there = canonical(scrub(entry.url or "")), canonical(self.url)
        if not here or not there or here == there:
            return "same" if punctual or title == self.title_key else "unsure"
        if "" in {title, self.title_key} or (title == self.title_key and not telling(title)):
            return "other" if other_day(second, self.published_at) else "unsure"
        edited = second and punctual and not crowded and alike(title, self.title_key)
        return "unsure" if edited or title == self.title_key else "other"


@dataclass(slots=True, kw_only=True)
class Reading:
    """A document while it is recognised: its entries by guid, and the level their guids were made on.

    `found` are the guids under which entries with other guids are stored, `spoken` those nobody else can have.
    """

    asked: dict[str, Entry]
    identity: str
    spoken: set[str]
    found: dict[str, str] = field(default_factory=dict)

    def take(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add what was found, each entry and each stored one once."""
        for guid, other in pairs:
            if guid not in self.found and other not in self.spoken:
                self.found[guid] = other
                self.spoken.add(other)

    def left(self, seen: Iterable[Seen]) -> list[Seen]:
        """Those that are not found yet."""
        return [one for one in seen if one.guid not in self.found]


def judge(asked: Mapping[str, Entry], met: Mapping[str, Met]) -> dict[str, Judgement]:
    """Which entries may not be what is stored under their guids, and which are not."""
    seconds = Counter(entry.published for entry in asked.values())
    judged = {guid: one.judge(asked[guid], crowded=seconds[asked[guid].published] > 1) for guid, one in met.items()}
    return {guid: judgement for guid, judgement in judged.items() if judgement != "same"}


def doubt(
    reading: Reading, judged: Mapping[str, Judgement], seen: Iterable[Seen], stored: Sequence[Stored]
) -> list[str]:
    """The guids of entries that are not what is stored under them, nor exactly another stored one."""
    reading.take(twins([one for one in seen if one.guid in judged], stored, reading.spoken))
    lost = [guid for guid in judged if guid not in reading.found]
    own = {guid for guid in lost if judged[guid] == "unsure" and guid not in reading.spoken}
    reading.spoken |= own
    return [guid for guid in lost if guid not in own]


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


def moved(seen: Iterable[Seen], stored: Iterable[Stored], entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Entries and the stored ones of the same title and second, when nothing else of the document or feed has both."""
    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in stored:
        if row.dated and telling(row.title_key):
            holders[row.title_key, row.published_at].add(row.guid)
    pairs = {
        (one.title, one.published): one.guid for one in seen if len(holders.get((one.title, one.published), ())) == 1
    }
    seconds = {second for _, second in pairs}
    dated = ((entry, iso(entry.published)) for entry in entries if pairs and entry.published)
    count = Counter((title_key(scrub(entry.title)), second) for entry, second in dated if second in seconds)
    return ((guid, min(holders[pair])) for pair, guid in pairs.items() if count[pair] == 1)


def bare(url: str) -> str:
    """What is left of an address without scheme and query, for a look that costs little."""
    return url.partition("//")[2].partition("?")[0].rstrip("/")


def telling(title: str) -> bool:
    """Whether a title in one spelling says something by itself."""
    return len(title.split()) >= TITLE_WORDS


def alike(one: str, other: str) -> bool:
    """Whether two titles share half the words of the shorter one."""
    words, others = set(one.split()), set(other.split())
    return 2 * len(words & others) >= min(len(words), len(others))


def other_day(one: str, other: str) -> bool:
    """Whether two times are of different days; not when one is missing."""
    return bool(one and other) and one[:DAY] != other[:DAY]
