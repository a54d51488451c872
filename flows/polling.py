"""One feed, from question to rows.

    ask ─▶ parse ─▶ recognise ─▶ gather (see `flows.gathering`) ─▶ keep

Every way a poll can end is a `Harvest`: a feed that fails, in a way foreseen or not, costs itself only, and what it
had stays as it was. Validators are sent unless the document was not read whole for `FULL`: a server may answer
304 for ever. Entries in quarantine whose time has come are tried again at any poll that does not fail.

A feed whose host has asked for a pause is not asked, and its outcome is "paused".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.settings import Feed, Settings
from extractors.addresses import public
from extractors.article import Origin
from extractors.feed import FeedError
from extractors.model import Entry, ParsedFeed
from flows import refining
from flows.address import with_login_of
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.gathering import Gatherer, Harvesting, Kept, fresh, newest
from flows.notes import alarm, described, failed, missed, noted, settled, timed
from flows.outcome import Outcome
from flows.workers import WorkerError, Workers
from flows.writer import Writer
from storage.connection import StoreError
from storage.intents import FeedState, Harvest, KnownEntry, Poll

OK = 200
CHANGES = 226  # RFC 3229: only what is new since the validators
NOT_MODIFIED = 304
FULL = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What all polls of one run share. `now` is the run's own time."""

    run_id: int
    now: datetime
    settings: Settings
    force: bool = False
    dry: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The entries of one document under the guids they are kept by, and what was known of them before, by guid.

    `known` also holds those that were purged, which are not among the entries.
    """

    entries: tuple[Entry, ...] = ()
    known: Mapping[str, KnownEntry] = field(default_factory=dict)


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
        if not self._round.dry:
            await self._writer.ask(lambda store: store.postpone(state.id, until))
        return Outcome(feed=state.slug, outcome="paused", alarm=str(pause))

    async def _keep(self, harvest: Harvest, clock: float) -> Outcome:
        poll = replace(harvest.poll, duration_ms=round((time.monotonic() - clock) * 1000))
        harvest = replace(harvest, poll=poll)
        kept = await self._writer.keep(harvest, dry_run=self._round.dry)
        return Outcome(
            feed=harvest.feed.slug, outcome=poll.outcome, status=poll.status, kind=poll.error_kind,
            error=poll.error or kept.raw_fault, alarm=alarm(harvest, kept), ms=poll.duration_ms,
            new=kept.new, changed=kept.changed, duplicates=kept.duplicates, dropped=kept.dropped,
        )  # fmt: skip

    async def _harvest(self, state: FeedState, feed: Feed) -> Harvest:
        answer = await self._ask(state, feed)
        poll = noted(self._round.now, state, answer)
        about = self._about(state, feed, answer)
        told: list[Entry] = []
        kept: list[Kept] = []
        if not self._unchanged(state, poll):
            parsed = await self._parse(state, feed, answer)
            reading = await self._read(state, feed, parsed)
            gap = answer.status == OK and missed(state, parsed, reading.known)
            poll = described(poll, parsed, answer, gap=gap)
            about = self._about(state, feed, answer, parsed, reading)
            told = fresh(reading.entries, reading.known, force=self._round.force)
            kept = await self._gatherer.gather(told, about)
        kept += await self._retry(state, about, {entry.guid for entry in told})
        return settled(Harvest(run_id=self._round.run_id, feed=state, poll=timed(poll, state, feed, answer)), kept)

    def _unchanged(self, state: FeedState, poll: Poll) -> bool:
        same = state.body_hash is not None and poll.body_hash == state.body_hash and not self._round.force
        return poll.status == NOT_MODIFIED or same

    async def _read(self, state: FeedState, feed: Feed, parsed: ParsedFeed) -> Reading:
        """The newest entries of a document, recognised, without those that are to stay away."""
        found = newest(parsed, self._round.settings.max_entries)
        met = await self._writer.ask(lambda store: store.known(state.id, found, parsed.identity))
        entries = [replace(entry, guid=met[entry.guid].guid) if entry.guid in met else entry for entry in found]
        known = {entry.guid: entry for entry in met.values()}
        wanted = [entry for entry in entries if not self._stays_away(feed, entry, known.get(entry.guid))]
        return Reading(entries=tuple(wanted), known=known)

    def _stays_away(self, feed: Feed, entry: Entry, known: KnownEntry | None) -> bool:
        """Whether an entry was purged, or is older than the operator wants and never was met."""
        if known or not feed.max_age or not entry.published:
            return known is not None and known.buried
        return entry.published < self._round.now - timedelta(seconds=feed.max_age)

    async def _retry(self, state: FeedState, about: Harvesting, told: Collection[str]) -> list[Kept]:
        """Try again what is in quarantine and whose time has come, but for the guids just `told`."""
        if not state.retries:
            return []
        found = await self._writer.ask(lambda store: store.quarantined(state.id, self._round.now))
        entries = [entry for entry, _ in found if entry.guid not in told]
        pages = {entry.guid: page for entry, page in found if page}
        known = await self._writer.ask(lambda store: store.known(state.id, entries))
        return await self._gatherer.gather(entries, replace(about, known=known, pages=pages))

    def _about(
        self,
        state: FeedState,
        feed: Feed,
        answer: Answer,
        parsed: ParsedFeed | None = None,
        reading: Reading | None = None,
    ) -> Harvesting:
        title = feed.title or (parsed.title if parsed else state.title)
        language = parsed.language if parsed else None
        origin = Origin(url=public(answer.url), title=title, language=language, tags=feed.tags, pages=feed.pages)
        return Harvesting(feed=feed, origin=origin, known=reading.known if reading else {}, now=self._round.now)

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
        if answer.status not in {OK, CHANGES, NOT_MODIFIED}:
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
