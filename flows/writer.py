"""The one thread that holds the database open, so that SQLite sees one writer and transactions never meet.

Everyone else hands it a function of the store and gets a future for the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from storage.store import Store

T = TypeVar("T")


class Writer:
    """Owns a `Store` in a thread of its own. A context manager; opening raises what `Store.open` raises."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._store = self._open(path)

    def _open(self, path: Path) -> Store:
        try:
            return self._thread.submit(Store.open, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def submit(self, work: Callable[[Store], T]) -> Future[T]:
        """Have `work` done with the store, after what was asked before."""
        return self._thread.submit(work, self._store)

    def do(self, work: Callable[[Store], T]) -> T:
        """Have `work` done and wait for its answer."""
        return self.submit(work).result()

    async def ask(self, work: Callable[[Store], T]) -> T:
        """Have `work` done and wait for its answer without holding up the event loop."""
        return await asyncio.wrap_future(self.submit(work))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()
