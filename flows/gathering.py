"""The entries of one document, from "what is new?" to what the store is to keep.

    fresh ─▶ sift ─▶ fetch the pages that are wanted ─▶ refine ─▶ Arrival | Drop

What is lost by our own trouble or in passing (a page that timed out, a worker that was killed) is tried again at the
next polls, `TRIES` times in all, from the raw input (see `storage.waiting`). Until then its `entry_hash` says
"again-1", "again-2". What was not even asked, for want of time or since its host is not to be asked now, is no try. A
page that is not to be had (403, 404, 410, robots) is not asked for again: the words of the feed are the article, and
say why the page is missing.

One poll asks for pages for `page_time` seconds, and for no more of them once `PATIENCE` failed in passing: neither a
host that hangs nor one that wants to be asked slowly may hold up the run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from config.settings import Feed, Settings
from extractors.article import Origin, entry_hash
from extractors.model import AGAIN, Article, Dropped, Entry, Page
from extractors.packing import pack
from flows import refining
from flows.fetch import Fetcher, FetchError, Question
from flows.piecework import work
from flows.refining import Refined
from flows.schedule import next_try
from flows.workers import Workers
from storage.intents import Arrival, Drop, KnownEntry

Kept = Arrival | Drop
CHUNK = 8  # articles a worker refines at a time
TRIES = 3
PATIENCE = 4
UNASKED = "unasked"
NO_TRY = {UNASKED, "paused"}
REFUSALS = {"http_429", "http_503"}
PASSING = NO_TRY | {
    "robots_unreachable",
    "timeout",
    "connection",
    "truncated",
    "dns",
    "http_408",
    "http_425",
    "http_429",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "http_522",
    "http_524",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A page that was fetched, or why it was not: one word."""

    page: Page | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvesting:
    """What refining the entries of one document needs to know of it.

    `known` holds entries met before, by guid; `pages` those kept from an earlier try, for when they are not to be had.
    A `forced` try of what is in quarantine is not counted among its tries.
    """

    feed: Feed
    origin: Origin
    now: datetime
    known: Mapping[str, KnownEntry] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)
    forced: bool = False


@dataclass(slots=True, kw_only=True)
class Outing:
    """The pages of one poll: `until` when to ask for them (seconds of `time.monotonic`), how many `failed` in passing.

    So many are asked for abreast as one host of our own may get; the rest waits here, where it can still be called off.
    `refused` tells that a host has had enough of us in this very poll.
    """

    about: Harvesting
    until: float
    abreast: asyncio.Semaphore
    failed: int = 0
    refused: bool = False

    def over(self) -> bool:
        """Whether no more pages are to be asked for."""
        return self.failed >= PATIENCE or time.monotonic() >= self.until

    def is_try(self, find: Find) -> bool:
        """Whether a page was tried. That of a host that had enough of us just now counts: it will have again."""
        return find.error not in NO_TRY or (find.error == "paused" and self.refused)


class Gatherer:
    """Refines entries on one event loop, with the fetcher and the workers it is given."""

    def __init__(self, fetcher: Fetcher, workers: Workers, settings: Settings) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._settings = settings

    async def gather(self, entries: Sequence[Entry], about: Harvesting) -> list[Kept]:
        """All entries refined, in their order. The last ones, which are the newest, get their pages first."""
        until, abreast = time.monotonic() + self._settings.page_time, asyncio.Semaphore(self._settings.per_host)
        outing = Outing(about=about, until=until, abreast=abreast)
        latest_first = reversed(list(chunked(entries, CHUNK)))
        chunks = await asyncio.gather(*(self._refine(chunk, outing) for chunk in latest_first))
        return [kept for chunk in reversed(chunks) for kept in chunk]

    async def _refine(self, entries: Sequence[Entry], outing: Outing) -> list[Kept]:
        about = outing.about
        first = await work(self._workers, refining.sift, entries, about.origin)
        wanted = [entry for entry, sifted in zip(entries, first, strict=True) if not sifted]
        finds = await asyncio.gather(*(self._page(entry, outing) for entry in wanted))
        pairs = [(entry, find.page) for entry, find in zip(wanted, finds, strict=True)]
        refined = await work(self._workers, refining.refine, pairs, about.origin)
        second = iter(zip(refined, finds, strict=True))
        return [
            self._keep(entry, *((sifted, Find()) if sifted else next(second)), outing)
            for entry, sifted in zip(entries, first, strict=True)
        ]

    async def _page(self, entry: Entry, outing: Outing) -> Find:
        async with outing.abreast:
            find = Find(error=UNASKED) if outing.over() else await self._fetch(entry.url or "", outing)
        outing.failed += find.error in PASSING - NO_TRY
        outing.refused |= find.error in REFUSALS
        stored = outing.about.pages.get(entry.guid)
        return Find(page=stored) if find.error and stored else find

    async def _fetch(self, url: str, outing: Outing) -> Find:
        feed = outing.about.feed
        private, agent = feed.allow_private, feed.user_agent
        question = Question(url=url, private=private, agent=agent, page=True, until=outing.until)
        try:
            answer = await self._fetcher.get(question)
        except FetchError as error:
            return Find(error=error.kind)
        if answer.status != HTTPStatus.OK:
            return Find(error=f"http_{answer.status}")
        return Find(page=Page(url=answer.url, body=answer.body, charset=answer.charset))

    def _keep(self, entry: Entry, refined: Refined, find: Find, outing: Outing) -> Kept:
        raw = pack(entry, find.page) if self._settings.keep_raw else None
        lost = find.error in PASSING or (isinstance(refined, Dropped) and refined.reason == "died")
        known = outing.about.known.get(entry.guid)
        hashed = mark(entry, known, tried=outing.is_try(find)) if lost else entry_hash(entry)
        if isinstance(refined, Article):
            return Arrival(entry_hash=hashed, article=refined, raw=raw, page_error=find.error)
        dropped = refined or Dropped(guid=entry.guid, url=entry.url, reason="empty")
        count = max(1, tries(entry, known) + (not outing.about.forced))
        return Drop(
            entry_hash=hashed, dropped=dropped, raw=raw, tries=count, retry_at=next_try(outing.about.now, count)
        )


def mark(entry: Entry, known: KnownEntry | None, *, tried: bool = True) -> str:
    """The hash for an entry that should be tried again, or its own when it has been tried often enough."""
    before = known.entry_hash.removeprefix(AGAIN) if known and known.entry_hash.startswith(AGAIN) else "0"
    count = int(before) + tried
    return f"{AGAIN}{count}" if count < TRIES else entry_hash(entry)


def tries(entry: Entry, known: KnownEntry | None) -> int:
    """How often an entry was dropped that says what it said then."""
    same = known and (known.entry_hash.startswith(AGAIN) or known.entry_hash == entry_hash(entry))
    return known.tries if known and same else 0


def chunked(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """The entries in order, `size` at a time."""
    return (entries[start : start + size] for start in range(0, len(entries), size))
