"""One feed, from question to rows.

    ask ─▶ parse ─▶ gather (see `flows.gathering`) ─▶ keep

Every way a poll can end is a `Harvest`: a feed that fails, in a way foreseen or not, costs itself only, and what it
had stays as it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from config.settings import Feed, Settings
from extractors.article import Origin
from extractors.feed import FeedError
from extractors.model import ParsedFeed
from flows import refining
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.gathering import AGAIN, Gatherer, Harvesting, Kept, fresh, newest
from flows.outcome import Outcome
from flows.schedule import next_poll
from flows.workers import WorkerError, Workers
from flows.writer import Writer
from storage.connection import StoreError
from storage.intents import Arrival, Drop, FeedState, Harvest, Poll

OK = 200
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What all polls of one run share. `now` is the run's own time."""

    run_id: int
    now: datetime
    settings: Settings
    force: bool = False
    dry: bool = False


class PollError(Exception):
    """A poll that gave nothing. `kind` is one word, the text one line; `answer` what the server said, if it did."""

    def __init__(self, kind: str, fault: str, answer: Answer | None = None) -> None:
        super().__init__(fault)
        self.kind = kind
        self.answer = answer

    @classmethod
    def unforeseen(cls, error: Exception) -> PollError:
        """An error nobody thought of. Its text may hold anything, so only its type is told."""
        return cls("internal", f"unforeseen {type(error).__name__}; please report it")


class Poller:
    """Polls feeds on one event loop, with the workers and the writer it is given."""

    def __init__(self, fetcher: Fetcher, workers: Workers, writer: Writer, shared: Round) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._writer = writer
        self._round = shared
        self._gatherer = Gatherer(fetcher, workers, shared.settings)

    async def poll(self, state: FeedState, feed: Feed) -> Outcome:
        """Poll one feed and keep what it gives. Its failure is an outcome; only a `StoreError` is raised."""
        clock = time.monotonic()
        try:
            return await self._keep(await self._harvest(state, feed), clock)
        except StoreError:
            raise
        except PollError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - one feed must never cost the others their run
            failure = PollError.unforeseen(error)
        return await self._keep(self._failure(state, feed, failure), clock)

    async def _keep(self, harvest: Harvest, clock: float) -> Outcome:
        poll = replace(harvest.poll, duration_ms=round((time.monotonic() - clock) * 1000))
        harvest = replace(harvest, poll=poll)
        kept = await self._writer.ask(lambda store: store.keep(harvest, dry_run=self._round.dry))
        return Outcome(
            feed=harvest.feed.slug, outcome=poll.outcome, status=poll.status, kind=poll.error_kind,
            error=poll.error or kept.raw_fault, ms=poll.duration_ms,
            new=kept.new, changed=kept.changed, duplicates=kept.duplicates, dropped=kept.dropped,
        )  # fmt: skip

    async def _harvest(self, state: FeedState, feed: Feed) -> Harvest:
        answer = await self._ask(state, feed)
        poll = self._poll(state, feed, answer)
        if answer.status == NOT_MODIFIED:
            return self._harvested(state, replace(poll, outcome="not_modified", etag=poll.etag or state.etag))
        if state.body_hash and poll.body_hash == state.body_hash and not self._round.force:
            return self._harvested(state, poll)
        parsed = await self._parse(answer)
        poll = describe(poll, parsed)
        if answer.endless and "truncated:" in (parsed.warning or ""):
            # Nothing but the missing end tag tells that the connection broke. A document whose length was told came
            # whole: its end tag is missing at every poll, and without validators it would be fetched anew each time.
            poll = replace(poll, etag=None, last_modified=None, body_hash=None)
        return self._harvested(state, poll, await self._gather(state, feed, answer, parsed))

    async def _gather(self, state: FeedState, feed: Feed, answer: Answer, parsed: ParsedFeed) -> list[Kept]:
        parsed = replace(parsed, entries=newest(parsed, self._round.settings.max_entries))
        guids = [entry.guid for entry in parsed.entries]
        known = await self._writer.ask(lambda store: store.known(state.id, guids))
        title, language = feed.title or parsed.title, parsed.language
        origin = Origin(url=answer.url, title=title, language=language, tags=feed.tags, pages=feed.pages)
        about = Harvesting(feed=feed, origin=origin, known=known)
        return await self._gatherer.gather(fresh(parsed, known, force=self._round.force), about)

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
        work = self._workers.submit(refining.parse, answer.body, answer.url, content_type)
        try:
            return await asyncio.wrap_future(work)
        except FeedError as error:
            raise PollError(error.kind, str(error), answer) from None
        except WorkerError as error:
            raise PollError("unreadable", f"the document could not be read: {error}", answer) from None

    def _poll(self, state: FeedState, feed: Feed, answer: Answer | None, failures: int = 0) -> Poll:
        headers = answer.headers if answer else {}
        whole = answer is not None and answer.status == OK
        return Poll(
            started_at=self._round.now,
            status=answer.status if answer else None,
            outcome="unchanged",
            bytes=len(answer.body) if answer else 0,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            moved=answer.moved if answer else None,
            body_hash=hashlib.sha256(answer.body).hexdigest() if answer and whole else state.body_hash,
            next_poll_at=next_poll(datetime.now(UTC), feed.every, failures, headers),
        )

    def _harvested(self, state: FeedState, poll: Poll, kept: Sequence[Kept] = ()) -> Harvest:
        if kept:
            again = any(item.entry_hash.startswith(AGAIN) for item in kept)
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
