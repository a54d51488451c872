"""Everything a run holds open: the writer, the event loop, the fetcher, the worker processes.

One `Mill` serves all shards of a run, from whichever threads they call it: fetching goes on one event loop, parsing
and refining in worker processes, writing in one thread. So does cleaning stored articles again, without the fetching.
More polls are under way than there are connections, since most of them wait: for the turn of their domain, for a
worker, for the writer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from config.load import Config
from extractors import tracking
from extractors.trained import Training
from flows.fetch import Fetcher
from flows.notetaking import Notes, Notetaker
from flows.outcome import Outcome, Watcher
from flows.polling import Poller, Round
from flows.recleaning import Job, Manner, Recleaner
from flows.refining import prepare
from flows.rehearsal import Stage
from flows.workers import Workers, worker_count
from flows.writer import Writer
from storage.intents import FeedState, Recleaned

T = TypeVar("T")
ABREAST = 4  # polls under way at once, for each connection


class Mill:
    """A context manager. `stage` is the database; opening it raises `storage.connection.StoreError`.

    With `write=False` the database stays as it is, and nothing can be polled.
    """

    def __init__(self, config: Config, stage: Stage, watcher: Watcher, *, write: bool = True) -> None:
        tracking.use(config.tracking)
        self.writer = Writer(stage.database, write=write, original=stage.original)
        pauses, training = self._stored()
        self._fetcher = Fetcher(config.settings, pauses, on_pause=self._note_pause)
        self._config = config
        self._watcher = watcher
        self._count = worker_count(config.settings.workers)
        self._workers = Workers(self._count, prepare, (config.chrome, config.taxonomy, training, config.tracking))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fetching", daemon=True)
        self._abreast = ABREAST * config.settings.connections
        self._gate = asyncio.Semaphore(self._abreast)
        self._closing = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        asyncio.run_coroutine_threadsafe(self._drain(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._workers.close()
        self.writer.__exit__(kind, error, trace)

    def poll(self, states: Sequence[FeedState], shared: Round) -> list[Outcome]:
        """Poll a shard of feeds and wait for all of them; outcomes come in the order of `states`.

        Raises `CancelledError` (of `concurrent.futures`) when the mill is closed meanwhile.
        """
        return self._await(self._shard(states, shared))

    def reclean(self, jobs: Iterable[Job], manner: Manner) -> dict[str, Recleaned]:
        """Clean stored articles again and wait for all of them; counts come by feed. Raises what `poll` raises."""
        return self._await(Recleaner(self._workers, self._count, self.writer, manner).go(jobs))

    def take_notes(self, run_id: int, now: datetime) -> Notes:
        """Have the language model that is configured write briefs of what a run brought. Raises what `poll` raises."""
        return self._await(Notetaker(self._config.settings.brief, self.writer, now).go(run_id))

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done on the event loop, and wait for it in the caller's thread."""
        if self._closing:
            work.close()
            raise CancelledError
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stored(self) -> tuple[dict[str, datetime], Training]:
        """The pauses that hosts asked for in earlier runs, and what was learnt from corrections."""
        try:
            return self.writer.do(lambda store: (store.pauses(datetime.now(UTC)), store.tags.training()))
        except BaseException:
            self.writer.__exit__(None, None, None)
            raise

    def _note_pause(self, host: str, until: datetime, status: int) -> None:
        """Write a pause down at once: the run may be killed, and its host is not to be asked by the next one."""
        self.writer.submit(lambda store: store.pause_hosts({host: (until, status)}, datetime.now(UTC)))

    async def _drain(self) -> None:
        """Give up all polls under way, so that nobody waits for one that never ends, and close the connections."""
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for poll in under_way:
            poll.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._fetcher.__aexit__(None, None, None)

    async def _shard(self, states: Sequence[FeedState], shared: Round) -> list[Outcome]:
        poller = Poller(self._fetcher, self._workers, self.writer, shared)
        left, outcomes = iter(states), dict[str, Outcome]()

        async def walk() -> None:
            for state in left:
                outcomes[state.slug] = await self._one(poller, state)

        await asyncio.gather(*(walk() for _ in states[: self._abreast]))
        return [outcomes[state.slug] for state in states]

    async def _one(self, poller: Poller, state: FeedState) -> Outcome:
        async with self._gate:
            outcome = await poller.poll(state, self._config.feeds[state.slug])
        self._watcher.finished(outcome)
        return outcome
