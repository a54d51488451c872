"""The entries of one document, from "what is new?" to what the store is to keep.

    fresh ─▶ sift ─▶ fetch the pages that are wanted ─▶ refine ─▶ Arrival | Drop

What is lost by our own trouble or in passing (a page that timed out, a worker that was killed) is tried again at the
next polls, `TRIES` times in all. Until then its `entry_hash` says "again-1", "again-2". A feed whose pages fail in
passing `PATIENCE` times in one poll is asked for no more of them in it: a host that hangs must not hold up the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.settings import Feed, Settings
from extractors.article import Origin, entry_hash
from extractors.model import Article, Dropped, Entry, Page, ParsedFeed
from extractors.packing import pack
from flows import refining
from flows.fetch import Fetcher, FetchError, Question
from flows.refining import Refined
from flows.workers import TaskDiedError, TaskTimeoutError, Workers
from storage.intents import Arrival, Drop, KnownEntry

Step = Callable[[Sequence[Any], Origin], list[Refined]]
Kept = Arrival | Drop
CHUNK = 8  # articles a worker refines at a time
TRIES = 3
PATIENCE = 4
UNASKED = "unasked"
AGAIN = "again-"
OK = 200
PASSING = {
    UNASKED,
    "timeout",
    "connection",
    "truncated",
    "dns",
    "http_429",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A page that was fetched, or why it was not: one word."""

    page: Page | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvesting:
    """What refining the entries of one document needs to know of it. `known` holds entries met before, by guid.

    `missed` is filled on the way: the pages that failed in passing.
    """

    feed: Feed
    origin: Origin
    known: Mapping[str, KnownEntry] = field(default_factory=dict)
    missed: list[Find] = field(default_factory=list)


class Gatherer:
    """Refines entries on one event loop, with the fetcher and the workers it is given."""

    def __init__(self, fetcher: Fetcher, workers: Workers, settings: Settings) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._settings = settings
        self._abreast = asyncio.Semaphore(settings.connections)

    async def gather(self, entries: Sequence[Entry], about: Harvesting) -> list[Kept]:
        """All entries refined, in their order."""
        chunks = await asyncio.gather(*(self._refine(chunk, about) for chunk in chunked(entries, CHUNK)))
        return [kept for chunk in chunks for kept in chunk]

    async def _refine(self, entries: Sequence[Entry], about: Harvesting) -> list[Kept]:
        first = await self._work(refining.sift, entries, about.origin)
        wanted = [entry for entry, sifted in zip(entries, first, strict=True) if not sifted]
        finds = await asyncio.gather(*(self._page(entry, about) for entry in wanted))
        pairs = [(entry, find.page) for entry, find in zip(wanted, finds, strict=True)]
        second = iter(zip(await self._work(refining.refine, pairs, about.origin), finds, strict=True))
        return [
            self._keep(entry, *((sifted, Find()) if sifted else next(second)), about)
            for entry, sifted in zip(entries, first, strict=True)
        ]

    async def _work(self, step: Step, items: Sequence[Any], origin: Origin) -> list[Refined]:
        """Have a worker take all items; when that fails, one by one, so that only the guilty one is lost."""
        if not items:
            return []
        try:
            return await asyncio.wrap_future(self._workers.submit(step, items, origin, timeout=10.0 + 2 * len(items)))
        except Exception as error:  # noqa: BLE001 - whatever an article does to its worker costs that article only
            if len(items) > 1:
                return [refined for item in items for refined in await self._work(step, [item], origin)]
            entry = items[0] if isinstance(items[0], Entry) else items[0][0]
            return [Dropped(guid=entry.guid, url=entry.url, reason=reason_of(error), evidence=str(error)[:500])]

    async def _page(self, entry: Entry, about: Harvesting) -> Find:
        async with self._abreast:
            if len(about.missed) >= PATIENCE:
                return Find(error=UNASKED)
            find = await self._fetch(entry.url or "", about.feed)
        if find.error in PASSING:
            about.missed.append(find)
        return find

    async def _fetch(self, url: str, feed: Feed) -> Find:
        try:
            answer = await self._fetcher.get(Question(url=url, private=feed.allow_private))
        except FetchError as error:
            return Find(error=error.kind)
        if answer.status != OK:
            return Find(error=f"http_{answer.status}")
        charset = answer.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;") or None
        return Find(page=Page(url=answer.url, body=answer.body, charset=charset))

    def _keep(self, entry: Entry, refined: Refined, find: Find, about: Harvesting) -> Kept:
        raw = pack(entry, find.page) if self._settings.keep_raw else None
        lost = find.error in PASSING or (isinstance(refined, Dropped) and refined.reason == "died")
        asked = find.error != UNASKED
        hashed = mark(entry, about.known.get(entry.guid), asked=asked) if lost else entry_hash(entry)
        if isinstance(refined, Article):
            return Arrival(entry_hash=hashed, article=refined, raw=raw)
        dropped = refined or Dropped(guid=entry.guid, url=entry.url, reason="empty")
        return Drop(entry_hash=hashed, dropped=dropped, raw=raw)


def fresh(parsed: ParsedFeed, known: Mapping[str, KnownEntry], *, force: bool = False) -> list[Entry]:
    """The entries that are new or say something new, oldest first: what was told first is kept first."""
    told = [e for e in parsed.entries if force or e.guid not in known or known[e.guid].entry_hash != entry_hash(e)]
    return sorted(told, key=lambda entry: (entry.published is None, entry.published))


def newest(parsed: ParsedFeed, most: int) -> tuple[Entry, ...]:
    """The `most` newest entries; those without a date count as new, in the order of the document."""
    dated = sorted(parsed.entries, key=lambda entry: (entry.published is None, entry.published), reverse=True)
    return tuple(dated[:most])


def mark(entry: Entry, known: KnownEntry | None, *, asked: bool = True) -> str:
    """The hash for an entry that should be tried again, or its own when it has been tried often enough."""
    before = known.entry_hash.removeprefix(AGAIN) if known and known.entry_hash.startswith(AGAIN) else "0"
    tried = int(before) + asked
    return f"{AGAIN}{tried}" if tried < TRIES else entry_hash(entry)


def reason_of(error: Exception) -> str:
    """Why an entry became no article, in one word: its own fault (timeout, broken), or its worker's end (died)."""
    reasons = {TaskTimeoutError: "timeout", TaskDiedError: "died"}
    return next((word for kind, word in reasons.items() if isinstance(error, kind)), "broken")


def chunked(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """The entries in order, `size` at a time."""
    return (entries[start : start + size] for start in range(0, len(entries), size))
