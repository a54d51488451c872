"""Stored articles cleaned again by the rules of today, from the input they came from.

    store.entries ─▶ worker processes ─▶ store.reclean        a chunk at a time, in order, one transaction each

So many chunks are under way as keep the workers busy, and no more: memory does not grow with the archive. Nothing is
lost to a fault: an article that breaks its worker, or that the store will not have, stays as it was and is counted as
failed, and so is one that is no article any more. One without raw input stays as it was too, and is missing.

After a feed's last chunk the store notes that its articles are cleaned by the rules of today. Whatever breaks off
before that leaves the rest to be done by the next run.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from config.settings import Feed
from extractors.article import Origin
from extractors.model import Article, Learnt
from flows import refining
from flows.piecework import work
from flows.refining import Refined
from flows.workers import Workers
from flows.writer import Writer
from storage.connection import StoreError
from storage.intents import Arrival, Difference, Recleaned, Source, StoredEntry
from storage.store import Store

CHUNK = 16  # articles a worker cleans at a time, and a transaction writes
UNDER_WAY = 2  # chunks, for each worker: one at work, one waiting for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A feed whose stored articles are to be cleaned again: those with these `ids`, or all."""

    source: Source
    feed: Feed
    ids: tuple[int, ...] | None = None


class Onlooker(Protocol):
    """Whoever wants to know what is cleaned again, chunk by chunk."""

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """These articles of a feed come out differently."""

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        """So many articles of a feed were looked at."""


class Idle:
    """An onlooker that does not look."""

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """Nothing."""

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to clean again. `dry` writes nothing; `compare` tells the onlooker what changes, which takes a bit longer."""

    now: datetime
    dry: bool = False
    compare: bool = False
    onlooker: Onlooker = field(default_factory=Idle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some articles of a job, or none where it has none; `last` tells that no more come of it."""

    job: Job
    stored: Sequence[StoredEntry]
    last: bool


Cleaned = dict[int, Refined]  # by the article's id


class Recleaner:
    """Cleans again on one event loop, with the workers and the writer it is given; `count` is that of the workers."""

    def __init__(self, workers: Workers, count: int, writer: Writer, manner: Manner) -> None:
        self._workers = workers
        self._under_way = UNDER_WAY * count
        self._writer = writer
        self._manner = manner

    async def go(self, jobs: Iterable[Job]) -> dict[str, Recleaned]:
        """Clean the articles of these jobs again, and count them by feed. Raises `StoreError`."""
        counts: dict[str, Recleaned] = {}
        flying: deque[tuple[Chunk, asyncio.Task[Cleaned]]] = deque()

        async def land() -> None:
            chunk, task = flying[0]
            outcome = await self._keep(chunk, await task)
            flying.popleft()
            slug = chunk.job.source.slug
            counts[slug] = total(counts.get(slug, Recleaned()), outcome)

        try:
            async for chunk in self._chunks(jobs):
                flying.append((chunk, asyncio.create_task(self._refine(chunk))))
                if len(flying) > self._under_way:
                    await land()
            while flying:
                await land()
        finally:
            for _, task in flying:
                task.cancel()
        return counts

    async def _chunks(self, jobs: Iterable[Job]) -> AsyncIterator[Chunk]:
        """The stored articles of each job, oldest first."""
        for job in jobs:
            stored = await self._read(job, 0)
            while True:
                later = await self._read(job, stored[-1].id) if stored else []
                yield Chunk(job=job, stored=stored, last=not later)
                if not later:
                    break
                stored = later

    async def _read(self, job: Job, after: int) -> list[StoredEntry]:
        return await self._writer.ask(lambda store: store.entries(job.source, after=after, limit=CHUNK, ids=job.ids))

    async def _refine(self, chunk: Chunk) -> Cleaned:
        """The articles of a chunk whose raw input is at hand."""
        cleaned: Cleaned = {}

        async def clean(origin: Origin, entries: Sequence[StoredEntry]) -> None:
            pairs = [(one.entry, one.page) for one in entries]
            refined = await work(self._workers, refining.refine, pairs, origin)
            cleaned.update(zip((one.id for one in entries), refined, strict=True))

        at_hand = [one for one in chunk.stored if one.entry]
        await asyncio.gather(*(clean(*part) for part in origins(chunk.job, at_hand)))
        return cleaned

    async def _keep(self, chunk: Chunk, cleaned: Cleaned) -> Recleaned:
        """Have the store take a chunk, and note after the last one of a job that it is done."""
        source, onlooker = chunk.job.source, self._manner.onlooker
        arrivals = list(arriving(chunk.stored, cleaned))
        outcome, differences = await self._writer.ask(lambda store: self._write(store, source, arrivals))
        if chunk.last and not self._manner.dry:
            await self._writer.ask(lambda store: store.settled(source))
        missing = sum(one.entry is None for one in chunk.stored)
        outcome = total(outcome, Recleaned(missing=missing, failed=len(chunk.stored) - missing - len(arrivals)))
        if differences:
            onlooker.differs(source.slug, differences)
        onlooker.recleaned(source.slug, outcome)
        return outcome

    def _write(
        self, store: Store, source: Source, arrivals: Sequence[Arrival]
    ) -> tuple[Recleaned, Sequence[Difference]]:
        """Compare and write as the manner is; one by one when that fails, so that only the guilty one is lost."""
        manner, differences = self._manner, list[Difference]()
        try:
            if manner.dry or manner.compare:
                differences = store.compare(source, arrivals, manner.now)
            if manner.dry:
                changed = len(differences)
                return Recleaned(changed=changed, same=len(arrivals) - changed), differences
            return store.reclean(source, arrivals, manner.now), differences
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - one article must never cost the others their cleaning
            if len(arrivals) <= 1:
                return Recleaned(failed=len(arrivals)), ()
        parts = [self._write(store, source, [arrival]) for arrival in arrivals]
        return total(*(counts for counts, _ in parts)), [one for _, found in parts for one in found]


def origins(job: Job, stored: Sequence[StoredEntry]) -> list[tuple[Origin, list[StoredEntry]]]:
    """The entries, together for which the same holds."""
    parts: dict[Learnt, list[StoredEntry]] = {}
    for one in stored:
        parts.setdefault(learnt_for(job.source, one), []).append(one)
    return [(origin_of(job.feed, job.source, learnt), entries) for learnt, entries in parts.items()]


def learnt_for(source: Source, stored: StoredEntry) -> Learnt:
    """What an article is cleaned by: rules that have faded hold for older articles.

    An article that was found in a container is looked for in that very one, whatever has won since; others, as the
    first of a feed, were found without, and are so again.
    """
    own = (stored.container,) if stored.container else ()
    return replace(source.learnt_for(stored.first_seen_at), containers=own)


def origin_of(feed: Feed, source: Source, learnt: Learnt) -> Origin:
    """What is known of the feed of an entry, alike when it is polled and when it is cleaned again.

    The address is the configured one, not where it redirects to today, and the feed's own title the first it had.
    """
    return Origin(
        url=source.url,
        title=feed.title or source.title,
        language=source.language,
        tags=feed.tags,
        pages=feed.pages,
        learnt=learnt,
        trust=source.trust,
    )


def arriving(stored: Sequence[StoredEntry], refined: Cleaned) -> Iterator[Arrival]:
    """What was refined, in order, as the store takes it: under the hash and page error that it has there."""
    for one in stored:
        article = refined.get(one.id)
        if isinstance(article, Article):
            yield Arrival(entry_hash=one.entry_hash, article=article, page_error=one.page_error)


def total(*counts: Recleaned) -> Recleaned:
    """All counts in one."""
    names = ("changed", "same", "missing", "failed")
    return Recleaned(**{name: sum(getattr(one, name) for one in counts) for name in names})
