"""The one thread that holds the database open, so that SQLite sees one writer and transactions never meet.

Everyone else hands it a function of the store and gets a future for the answer.

Most polls bring nothing, and nobody waits for those to be written down: their notes are kept together, in one
transaction, once there are `TOGETHER` of them, the first is `LATEST` seconds old, or anything else is asked. A run that
is killed loses such notes only, and the feeds they tell of are asked once more.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from storage.connection import StoreError
from storage.intents import Harvest, Kept
from storage.store import Store

T = TypeVar("T")
TOGETHER = 50  # notes
LATEST = 1.0  # seconds
NOTHING = {"not_modified", "unchanged"}


class Writer:
    """Owns a `Store` in a thread of its own. A context manager; opening raises what `Store.open` raises.

    With `write=False` it is asked questions only. `original` is the database that this one is a copy of, if any.
    """

    def __init__(self, path: Path, *, write: bool = True, original: Path | None = None) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._store = self._open(partial(Store.open, path, write=write, original=original))
        self._lock = threading.Lock()
        self._notes: list[Harvest] = []
        self._fault: StoreError | None = None

    def _open(self, work: Callable[[], Store]) -> Store:
        try:
            return self._thread.submit(work).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def submit(self, work: Callable[[Store], T]) -> Future[T]:
        """Have `work` done with the store, after what was asked before."""
        self._flush()
        return self._thread.submit(self._work, work)

    def do(self, work: Callable[[Store], T]) -> T:
        """Have `work` done and wait for its answer."""
        return self.submit(work).result()

    async def ask(self, work: Callable[[Store], T]) -> T:
        """Have `work` done and wait for its answer without holding up the event loop."""
        return await asyncio.wrap_future(self.submit(work))

    async def keep(self, harvest: Harvest) -> Kept:
        """Have a harvest kept, see `Store.keep`; one with nothing in it some time later.

        Raises what keeping it raises, or what keeping others before it has raised.
        """
        brought = harvest.arrivals or harvest.drops or harvest.passed or harvest.given_up
        if brought or harvest.poll.outcome not in NOTHING or self._fault:
            return await self.ask(lambda store: store.keep(harvest))
        with self._lock:
            self._notes.append(harvest)
            count = len(self._notes)
        if count == 1:
            asyncio.get_running_loop().call_later(LATEST, self._flush)
        elif count >= TOGETHER:
            self._flush()
        return Kept()

    def _flush(self) -> None:
        with self._lock:
            notes, self._notes = self._notes, []
        if notes:
            self._thread.submit(self._keep_notes, notes)

    def _keep_notes(self, notes: list[Harvest]) -> None:
        try:
            self._store.note(notes)
        except StoreError as error:
            self._fault = error  # nobody waits for it here; whoever asks next is told
        except Exception:  # noqa: BLE001 - one of them cannot be written down: its feed stays as it was
            for harvest in notes:
                with suppress(Exception):
                    self._store.keep(harvest)

    def _work(self, work: Callable[[Store], T]) -> T:
        fault, self._fault = self._fault, None
        if fault:
            raise fault
        return work(self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()
