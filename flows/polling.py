"""One feed, from question to rows.

    ask ─▶ parse ─▶ take (see `flows.intake`) ─▶ gather (see `flows.gathering`) ─▶ keep

Every way a poll can end is a `Harvest`: a feed that fails, in a way foreseen or not, costs itself only, and what it
had stays as it was. Validators are sent unless the document was not read whole for `FULL`: a server may answer
304 for ever. What waits for another try gets it at any poll that does not fail: entries in quarantine whose time has
come, articles whose page is still to be had.

A feed whose host has asked for a pause is not asked, and its outcome is "paused".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from config.settings import Feed, Settings
from extractors.addresses import public
from extractors.feed import FeedError
from extractors.model import Entry, ParsedFeed
from flows import refining
from flows.address import with_login_of
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.gathering import Gatherer, Harvesting, Kept
from flows.intake import Intake, Terms, fresh, take
from flows.notes import alarm, described, failed, missed, noted, settled, timed
from flows.outcome import Outcome
from flows.recleaning import origin_of
from flows.workers import WorkerError, Workers
from flows.writer import Writer
from storage.connection import StoreError
from storage.intents import FeedState, Harvest, Poll, Waiting

READ = {HTTPStatus.OK, HTTPStatus.IM_USED, HTTPStatus.NOT_MODIFIED}  # IM_USED: only what is new (RFC 3229)
FULL = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What all polls of one run share. `now` is the run's own time."""

    run_id: int
    now: datetime
    settings: Settings
    force: bool = False


class PollError(Exception):
    """A poll that gave nothing. `kind` is one word, the text one line; `answer` what the server said, if it did.

    `until` is the end of the pause that the host asked for, when that is why nothing was asked.
    """

    def __init__(self, kind: str, fault: str, answer: Answer | None = None, until: datetime | None = None) -> None:
        super().__init__(fault)
        self.kind = kind
        self.answer = answer
        self.until = until

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
        if failure.until:
            return await self._postpone(state, failure, failure.until)
        return await self._keep(self._failure(state, feed, failure), clock)

    async def _postpone(self, state: FeedState, pause: PollError, until: datetime) -> Outcome:
        await self._writer.ask(lambda store: store.postpone(state.id, until))
        return Outcome(feed=state.slug, outcome="paused", alarm=str(pause))

    async def _keep(self, harvest: Harvest, clock: float) -> Outcome:
        poll = replace(harvest.poll, duration_ms=round((time.monotonic() - clock) * 1000))
        harvest = replace(harvest, poll=poll)
        kept = await self._writer.keep(harvest)
        return Outcome(
            feed=harvest.feed.slug, outcome=poll.outcome, status=poll.status, kind=poll.error_kind,
            error=poll.error or kept.raw_fault, alarm=alarm(harvest, kept), ms=poll.duration_ms,
            new=kept.new, changed=kept.changed, duplicates=kept.duplicates, dropped=kept.dropped,
        )  # fmt: skip

    async def _harvest(self, state: FeedState, feed: Feed) -> Harvest:
        answer = await self._ask(state, feed)
        poll = noted(self._round.now, state, answer)
        parsed, intake, told = None, None, list[Entry]()
        if not self._unchanged(state, poll):
            parsed = await self._parse(state, feed, answer)
            intake = await self._take(state, feed, parsed)
            poll = replace(poll, gap=answer.status == HTTPStatus.OK and missed(state, parsed, intake.known))
            poll = described(poll, parsed, intake, answer, auto=feed.identity == "auto")
            told = fresh(intake.entries, intake.known, force=self._round.force)
        waiting = await self._waiting(state, {entry.guid for entry in told})
        kept, lost, rules = list[Kept](), tuple[str, ...](), None
        if told or waiting:
            about, rules = await self._about(feed, parsed, intake)
            kept = await self._gatherer.gather(told, about)
            again, lost = await self._retry(state, waiting, about, intake)
            kept += again
        harvest = Harvest(
            run_id=self._round.run_id, feed=state, poll=timed(poll, state, feed, answer),
            passed=intake.passed if intake else (), given_up=lost, rules=rules,
        )  # fmt: skip
        return settled(harvest, kept, keep_raw=self._round.settings.keep_raw)

    def _unchanged(self, state: FeedState, poll: Poll) -> bool:
        same = state.body_hash is not None and poll.body_hash == state.body_hash and not self._round.force
        return poll.status == HTTPStatus.NOT_MODIFIED or same

    async def _take(self, state: FeedState, feed: Feed, parsed: ParsedFeed) -> Intake:
        met = await self._writer.ask(lambda store: store.known(state.id, parsed.entries, parsed.identity))
        since = self._round.now - timedelta(seconds=feed.max_age) if feed.max_age else None
        first = state.last_new_at is None
        return take(parsed, met, Terms(most=self._round.settings.max_entries, since=since, first=first))

    async def _waiting(self, state: FeedState, told: Collection[str]) -> list[tuple[Waiting, bool]]:
        """What waits for another try, but for the guids just `told`, each with whether it is in quarantine."""
        due = await self._writer.ask(lambda s: s.quarantined(state.id, self._round.now)) if state.retries else []
        pending = await self._writer.ask(lambda s: s.pending(state.id)) if state.pending else []
        pairs = [*((one, True) for one in due), *((one, False) for one in pending)]
        return [(one, set_aside) for one, set_aside in pairs if one.guid not in told]

    async def _retry(
        self, state: FeedState, waiting: Sequence[tuple[Waiting, bool]], about: Harvesting, intake: Intake | None
    ) -> tuple[list[Kept], tuple[str, ...]]:
        """Try again what waits for it; and the guids in quarantine of which nothing is left to try."""
        document = {entry.guid: entry for entry in intake.entries} if intake else {}
        entries = [entry for one, _ in waiting if (entry := one.entry or document.get(one.guid))]
        if entries:
            pages = {one.guid: one.page for one, _ in waiting if one.page}
            known = await self._writer.ask(lambda store: store.known(state.id, entries))
            about = replace(about, known=known, pages=pages)
        gone = (one.guid for one, set_aside in waiting if set_aside and not one.entry and one.guid not in document)
        return await self._gatherer.gather(entries, about), tuple(gone) if intake else ()

    async def _about(self, feed: Feed, parsed: ParsedFeed | None, intake: Intake | None) -> tuple[Harvesting, str]:
        """What refining needs to know, as the store has it and will have it once this poll is kept; and by which rules.

        Somebody may choose otherwise before it is kept.
        """
        [source] = await self._writer.ask(lambda store: store.sources((feed.slug,)))
        if parsed:
            title, language = source.title or parsed.title, parsed.language or source.language
            source = replace(source, title=title, language=language)
        known, forced = intake.known if intake else {}, self._round.force
        origin = origin_of(feed, source, source.learnt)
        about = Harvesting(feed=feed, origin=origin, known=known, now=self._round.now, forced=forced)
        return about, source.rules

    async def _ask(self, state: FeedState, feed: Feed) -> Answer:
        stale = state.last_full_at is not None and self._round.now - state.last_full_at >= FULL
        etag, modified = (None, None) if stale or self._round.force else (state.etag, state.last_modified)
        question = Question(
            url=with_login_of(feed.url, state.moved_to) if state.moved_to else feed.url,
            etag=etag,
            modified=modified,
            private=feed.allow_private,
            agent=feed.user_agent,
            delta=True,
        )
        try:
            answer = await self._fetcher.get(question)
        except FetchError as error:
            raise PollError(error.kind, str(error), until=error.until) from None
        if answer.status not in READ:
            raise PollError(f"http_{answer.status}", f"the server answered {answer.status}", answer)
        return answer

    async def _parse(self, state: FeedState, feed: Feed, answer: Answer) -> ParsedFeed:
        forced = feed.identity != "auto"
        identity = feed.identity if forced else state.identity
        content_type = answer.headers.get("content-type")
        # In public form, since a link such as "?" resolves to it, query and all.
        work = self._workers.submit(refining.parse, answer.body, public(answer.url), content_type, identity, forced)
        try:
            return await asyncio.wrap_future(work)
        except FeedError as error:
            raise PollError(error.kind, str(error), answer) from None
        except WorkerError as error:
            raise PollError("unreadable", f"the document could not be read: {error}", answer) from None

    def _failure(self, state: FeedState, feed: Feed, error: PollError) -> Harvest:
        poll = failed(noted(self._round.now, state, error.answer), state, error.kind, str(error))
        return Harvest(run_id=self._round.run_id, feed=state, poll=timed(poll, state, feed, error.answer))
