"""One feed, from question to rows.

    ask ─▶ parse ─▶ what is new? ─▶ sift ─▶ fetch the pages that are wanted ─▶ refine ─▶ keep

Every way a poll can end is a `Harvest`: a feed that fails costs itself only, and what it had stays as it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from config.settings import Feed, Settings
from extractors.article import Origin, entry_hash
from extractors.feed import FeedError
from extractors.model import Article, Dropped, Entry, Page, ParsedFeed
from extractors.packing import pack
from flows import refining
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.outcome import Outcome
from flows.refining import Refined
from flows.schedule import next_poll
from flows.workers import WorkerError, Workers
from flows.writer import Writer
from storage.intents import Arrival, Drop, FeedState, Harvest, Poll

Step = Callable[[Sequence[Any], Origin], list[Refined]]
CHUNK = 8  # articles a worker refines at a time
OK = 200
NOT_MODIFIED = 304
PASSING = {"timeout", "connection", "truncated", "dns", "http_429", "http_500", "http_502", "http_503", "http_504"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What all polls of one run share. `now` is the run's own time."""

    run_id: int
    now: datetime
    settings: Settings
    force: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A page that was fetched, or why it was not."""

    page: Page | None = None
    error: str | None = None


class PollError(Exception):
    """A poll that gave nothing. `kind` is one word, the text one line; `status` what the server said, if it did."""

    def __init__(self, kind: str, fault: str, answer: Answer | None = None) -> None:
        super().__init__(fault)
        self.kind = kind
        self.answer = answer


class Poller:
    """Polls feeds on one event loop, with the workers and the writer it is given."""

    def __init__(self, fetcher: Fetcher, workers: Workers, writer: Writer, shared: Round) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._writer = writer
        self._round = shared

    async def poll(self, state: FeedState, feed: Feed) -> Outcome:
        """Poll one feed and keep what it gives. Failures of the feed are an outcome, never an exception."""
        clock = time.monotonic()
        try:
            harvest = await self._harvest(state, feed)
        except PollError as error:
            harvest = self._failure(state, feed, error)
        harvest = replace(harvest, poll=replace(harvest.poll, duration_ms=round((time.monotonic() - clock) * 1000)))
        kept = await self._writer.ask(lambda store: store.keep(harvest, dry_run=self._round.dry))
        poll = harvest.poll
        return Outcome(
            feed=state.slug, outcome=poll.outcome, status=poll.status, kind=poll.error_kind, error=poll.error,
            new=kept.new, changed=kept.changed, duplicates=kept.duplicates, dropped=kept.dropped, ms=poll.duration_ms,
        )  # fmt: skip

    async def _harvest(self, state: FeedState, feed: Feed) -> Harvest:
        answer = await self._ask(state, feed)
        poll = self._poll(state, feed, answer)
        if answer.status == NOT_MODIFIED:
            return self._harvested(state, replace(poll, outcome="not_modified", etag=poll.etag or state.etag))
        if poll.body_hash == state.body_hash and not self._round.force:
            return self._harvested(state, poll)
        parsed = await self._parse(answer)
        poll = describe(poll, parsed)
        if answer.endless and "truncated:" in (parsed.warning or ""):
            # Nothing but the missing end tag tells that the connection broke. A document whose length was told came
            # whole: its end tag is missing at every poll, and without validators it would be fetched anew each time.
            poll = replace(poll, etag=None, last_modified=None, body_hash=None)
        fresh = await self._fresh(state, parsed)
        origin = Origin(
            url=answer.url, title=feed.title or parsed.title, language=parsed.language, tags=feed.tags, pages=feed.pages
        )
        chunks = [self._refine(chunk, origin, feed) for chunk in chunked(fresh, CHUNK)]
        arrivals = [arrival for chunk in await asyncio.gather(*chunks) for arrival in chunk]
        return self._harvested(state, poll, arrivals)

    async def _ask(self, state: FeedState, feed: Feed) -> Answer:
        validators = (None, None) if self._round.force else (state.etag, state.last_modified)
        question = Question(url=state.url, etag=validators[0], modified=validators[1], private=feed.allow_private)
        try:
            answer = await self._fetcher.get(question)
        except FetchError as error:
            raise PollError(error.kind, str(error)) from None
        if answer.status not in {OK, NOT_MODIFIED}:
            raise PollError(f"http_{answer.status}", f"the server answered {answer.status}", answer)
        return answer

    async def _parse(self, answer: Answer) -> ParsedFeed:
        content_type = answer.headers.get("content-type")
        try:
            return await asyncio.wrap_future(
                self._workers.submit(refining.parse, answer.body, answer.url, content_type)
            )
        except FeedError as error:
            raise PollError(error.kind, str(error), answer) from None
        except WorkerError as error:
            raise PollError("hostile", f"the document could not be read: {error}", answer) from None

    async def _fresh(self, state: FeedState, parsed: ParsedFeed) -> list[Entry]:
        newest = parsed.entries[: self._round.settings.max_entries]
        known = await self._writer.ask(lambda store: store.known(state.id, [entry.guid for entry in newest]))
        changed = [
            entry
            for entry in newest
            if self._round.force or entry.guid not in known or known[entry.guid].entry_hash != entry_hash(entry)
        ]
        return sorted(changed, key=lambda entry: entry.published or self._round.now)

    async def _refine(self, entries: Sequence[Entry], origin: Origin, feed: Feed) -> list[Arrival | Drop]:
        first = await self._work(refining.sift, entries, origin)
        finds = await asyncio.gather(
            *(self._page(e, feed) for e, sifted in zip(entries, first, strict=True) if not sifted)
        )
        wanted = [entry for entry, sifted in zip(entries, first, strict=True) if not sifted]
        pairs = [(entry, find.page) for entry, find in zip(wanted, finds, strict=True)]
        second = iter(zip(await self._work(refining.refine, pairs, origin), finds, strict=True))
        return [
            arrive(entry, sifted, Find()) if sifted else arrive(entry, *next(second))
            for entry, sifted in zip(entries, first, strict=True)
        ]

    async def _work(self, step: Step, items: Sequence[Any], origin: Origin) -> list[Refined]:
        """Have a worker take all items; when that kills it, one by one, so that only the guilty one is lost."""
        if not items:
            return []
        try:
            return await asyncio.wrap_future(self._workers.submit(step, items, origin, timeout=10.0 + 2 * len(items)))
        except WorkerError as error:
            if len(items) > 1:
                return [refined for item in items for refined in await self._work(step, [item], origin)]
            entry = items[0] if isinstance(items[0], Entry) else items[0][0]
            return [Dropped(guid=entry.guid, url=entry.url, reason="hostile", evidence=str(error))]

    async def _page(self, entry: Entry, feed: Feed) -> Find:
        try:
            answer = await self._fetcher.get(Question(url=entry.url or "", private=feed.allow_private))
        except FetchError as error:
            return Find(error=error.kind)
        if answer.status != OK:
            return Find(error=f"http_{answer.status}")
        charset = answer.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;") or None
        return Find(page=Page(url=answer.url, body=answer.body, charset=charset))

    def _poll(self, state: FeedState, feed: Feed, answer: Answer | None, failures: int = 0) -> Poll:
        headers = answer.headers if answer else {}
        return Poll(
            started_at=self._round.now,
            status=answer.status if answer else None,
            outcome="unchanged",
            bytes=len(answer.body) if answer else 0,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            moved=answer.moved if answer else None,
            body_hash=hashlib.sha256(answer.body).hexdigest() if answer and answer.body else state.body_hash,
            next_poll_at=next_poll(datetime.now(UTC), feed.every, failures, headers),
        )

    def _harvested(self, state: FeedState, poll: Poll, kept: Sequence[Arrival | Drop] = ()) -> Harvest:
        again = any(not item.entry_hash for item in kept)
        if kept:
            poll = replace(poll, outcome="partial" if again else "new")
        arrivals = tuple(item for item in kept if isinstance(item, Arrival))
        drops = tuple(item for item in kept if isinstance(item, Drop))
        return Harvest(run_id=self._round.run_id, feed=state, poll=poll, arrivals=arrivals, drops=drops)

    def _failure(self, state: FeedState, feed: Feed, error: PollError) -> Harvest:
        poll = self._poll(state, feed, error.answer, state.failures + 1)
        poll = replace(
            poll, outcome="error", error_kind=error.kind, error=str(error),
            etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash,
        )  # fmt: skip
        return Harvest(run_id=self._round.run_id, feed=state, poll=poll)


def describe(poll: Poll, parsed: ParsedFeed) -> Poll:
    """The poll with what the document says of itself."""
    return replace(
        poll, entries=len(parsed.entries), warning=parsed.warning,
        title=parsed.title, site_url=parsed.site_url, language=parsed.language,
    )  # fmt: skip


def arrive(entry: Entry, refined: Refined, find: Find) -> Arrival | Drop:
    """What the store is to keep of an entry. A page missed in passing leaves the hash empty: it is tried again."""
    raw = pack(entry, find.page)
    if isinstance(refined, Article):
        hashed = "" if find.error in PASSING else entry_hash(entry)
        return Arrival(entry_hash=hashed, article=refined, raw=raw)
    dropped = refined or Dropped(guid=entry.guid, url=entry.url, reason="empty")
    return Drop(entry_hash=entry_hash(entry), dropped=dropped, raw=raw)


def chunked(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """The entries in order, `size` at a time."""
    return (entries[start : start + size] for start in range(0, len(entries), size))
