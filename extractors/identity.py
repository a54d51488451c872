"""Who is who: what tells the entries of a feed apart, and what to do when the feed's own ids do not.

    guid ─▶ link ─▶ link_date ─▶ link_date_title           only ever to the right

guid             the feed's own id; the address of an entry without one
link             the address in its canonical form: tracking, http or https and a last slash make no difference
link_date        the same with the date of publication, for feeds whose entries share an address
link_date_title  the same with the title in one spelling; all there is to go by in a feed without addresses

Keys that are blank or repeated are bad. When more than one in twenty entries of a document has a bad one (and more
than one entry in all), the feed's ids are not to be trusted, and the first level is taken on which they are good
enough, or the last. That is FreshRSS's rule (`Feed.php`, `loadGuids`), with two more steps; whoever calls has to
remember the level, since a feed that went back would have all its entries imported again.

What makes a guid of the few that are left (version 2; a change would import entries again):
1. A blank key: its own id, else its address, else "hash:" and a hash of its title and the first 200 characters of its
   text.
2. Where several entries bear the same guid, every one of them is lengthened until they differ: on level guid by its
   address (by the hash of 1 when that is none or the guid itself), then by the hash; on the others by date, title and
   hash. All of them and not only the later ones: which comes first changes from poll to poll.
3. Entries equal in all of that are numbered from the second on: `…|2`.
A guid longer than 500 characters is kept by its first 400 and a hash of the whole.

An entry that stands twice in a document, with the same id, address, title and date, is one entry.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from extractors.addresses import canonical
from extractors.fingerprints import title_key
from extractors.model import Entry
from extractors.safe import plain

LEVELS = ("guid", "link", "link_date", "link_date_title")
ONE_IN = 20  # a larger share of bad keys condemns a level
LONGEST = 500  # characters of a guid
KEPT = 400
OPENING = 200  # characters of the text that go into a hash

INVISIBLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")

Naming = Callable[[Entry], str]


def identify(entries: Sequence[Entry], level: str = "guid", *, forced: bool = False) -> tuple[str, tuple[Entry, ...]]:
    """The level that fits the entries of one document, and the entries with guids of that level, all different.

    The `guid` of what comes in is the feed's own id or ""; copies are left out, the order stays. The level is `level`
    (an unknown name counts as "guid") or one after it; exactly `level` when `forced`. Never raises.
    """
    entries = once(entries)
    first = LEVELS.index(level) if level in LEVELS else 0
    used, keys = next(
        (used, keys)
        for number, (used, keys) in enumerate(rungs(entries))
        if number >= first and (forced or used == LEVELS[-1] or surplus(keys) <= max(1, len(keys) // ONE_IN))
    )
    return used, distinct([named(entry, key) for entry, key in zip(entries, keys, strict=True)], SUFFIXES[used])


def shift(entries: Sequence[Entry], before: str, used: str) -> str | None:
    """In a few words why `identify` left the level `before` for these entries; None when it did not."""
    if used == before or before not in LEVELS:
        return None
    keys = next(keys for level, keys in rungs(once(entries)) if level == before)
    count = Counter(keys)
    bad = sum(not key or count[key] > 1 for key in keys)
    return f"identity: {before} → {used}, {bad} of {len(keys)} keys are blank or repeat"


def rungs(entries: Sequence[Entry]) -> Iterator[tuple[str, list[str]]]:
    """Each level in order with the keys of the entries on it, "" for those that have none.

    A date alone is no key, as feeds change it; with a title it is better than nothing.
    """
    yield "guid", [entry.guid or guid(entry.url or "") for entry in entries]
    links = [guid(canonical(entry.url or "")) for entry in entries]
    yield "link", links
    dated = [joined(link, date(entry)) for link, entry in zip(links, entries, strict=True)]
    yield "link_date", [key if link else "" for link, key in zip(links, dated, strict=True)]
    yield "link_date_title", [joined(key, title(entry)) for key, entry in zip(dated, entries, strict=True)]


def surplus(keys: Sequence[str]) -> int:
    """How many keys too few there are: blank ones, and all but one of those that are equal."""
    return len(keys) - len(set(keys) - {""})


def once(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without copies; of those the longest, or the first, at the place of the first."""
    count = Counter(map(claims, entries))
    kept: dict[object, Entry] = {}
    for number, entry in enumerate(entries):
        same: object = number if count[claims(entry)] == 1 else copied(entry) or number
        if len(entry.content) > len(kept.setdefault(same, entry).content):
            kept[same] = entry
    return list(kept.values())


def claims(entry: Entry) -> tuple[object, ...]:
    """What copies have in common."""
    return entry.guid, entry.url, entry.title, entry.published


def copied(entry: Entry) -> tuple[object, ...]:
    """The same and, where title or date is missing, a hash of the text; () when there is too little to go by.

    Many posts without titles may share one bad id and the address of their site, and are no copies.
    """
    if not entry.url and not entry.published:
        return ()
    return (*claims(entry), "" if entry.title and entry.published else imprint(entry))


def named(entry: Entry, key: str) -> Entry:
    """An entry with its key as its guid, or the next best when that is blank; equal to another's perhaps."""
    key = key or entry.guid or guid(entry.url or "") or f"hash:{imprint(entry)}"
    return entry if key == entry.guid else replace(entry, guid=key)


def distinct(entries: Sequence[Entry], suffixes: Iterable[Naming]) -> tuple[Entry, ...]:
    """The same entries; where guids are equal, lengthened until they differ."""
    for suffix in (*suffixes, imprint):
        count = Counter(entry.guid for entry in entries)
        if len(count) == len(entries):
            return tuple(entries)
        entries = [lengthened(entry, suffix(entry)) if count[entry.guid] > 1 else entry for entry in entries]
    return tuple(numbered(entries))


def lengthened(entry: Entry, suffix: str) -> Entry:
    """An entry with more in its guid."""
    return replace(entry, guid=guid(f"{entry.guid}|{suffix}")) if suffix else entry


def numbered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Equal ones numbered from the second on, by a number that makes no other's guid."""
    taken = {entry.guid for entry in entries}
    seen: Counter[str] = Counter()
    for entry in entries:
        seen[entry.guid] += 1
        if seen[entry.guid] == 1:
            yield entry
            continue
        while (name := f"{entry.guid}|{seen[entry.guid]}") in taken:
            seen[entry.guid] += 1
        taken.add(name)
        yield replace(entry, guid=name)


def date(entry: Entry) -> str:
    """When it was published."""
    return entry.published.isoformat().replace("+00:00", "Z") if entry.published else ""


def title(entry: Entry) -> str:
    """Its title, to compare."""
    return title_key(entry.title)


def joined(*parts: str) -> str:
    """What is there of the parts."""
    return guid("|".join(filter(None, parts)))


def address_or_imprint(entry: Entry) -> str:
    """What tells an entry from others that bear its id."""
    return entry.url if entry.url and entry.url != entry.guid else imprint(entry)


def apart(entry: Entry) -> tuple[str, str]:
    """Two guids for an entry whose own is another's: lengthened as in 2, by its address, and by the hash as well."""
    first = lengthened(entry, address_or_imprint(entry))
    return first.guid, lengthened(first, imprint(entry)).guid


def guid(text: str) -> str:
    """An id on one line without invisible characters, of bounded length; else as the feed wrote it."""
    text = INVISIBLE.sub(" ", text).strip()
    return text if len(text) <= LONGEST else f"{text[:KEPT]}…{digest(text)}"


def imprint(entry: Entry) -> str:
    """A hash of an entry's title and the beginning of its text."""
    body = plain(entry.content or entry.summary, OPENING)
    return digest(f"{entry.title}\n{body}")


def digest(text: str) -> str:
    """32 hexadecimal digits of SHA-256; characters that UTF-8 cannot hold count as "?"."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


# What lengthens equal guids of a level, before the hash does. An address does not on the levels made of it.
SUFFIXES: dict[str, tuple[Naming, ...]] = {
    "guid": (address_or_imprint,),
    "link": (date, title),
    "link_date": (title,),
    "link_date_title": (),
}
