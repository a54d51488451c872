"""The closing step of a run that has a language model write briefs of what came in; nothing where none is configured.

The latest articles come first, `most` of them; copies have none. Each is a request of its own, two at a time. An
article whose brief is not written, for whatever reason, keeps its extract. A service that gives no answer three times
in a row is asked no more in that run: one that is down would else cost a time-out for each article. An answer that is
refused says nothing against the service.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from config.settings import Brief
from flows.briefing import BriefError, ServiceError, write
from flows.writer import Writer
from storage.retagging import StoredText

ABREAST = 2
PATIENCE = 3  # failures in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """How many briefs were written, how many were not, and why the last one was not."""

    written: int = 0
    failed: int = 0
    fault: str = ""


class Notetaker:
    """Has briefs written and kept, on one event loop."""

    def __init__(self, settings: Brief, writer: Writer, now: datetime) -> None:
        self._settings = settings
        self._writer = writer
        self._now = now
        self._written = self._failed = self._in_a_row = 0
        self._fault = ""

    async def go(self, run_id: int) -> Notes:
        """Have the briefs of a run written. Raises `StoreError`."""
        if not self._settings.url:
            return Notes()
        most = self._settings.most
        left = iter(await self._writer.ask(lambda store: store.tags.without_brief(run_id, most)))

        async def walk() -> None:
            for article in left:
                if self._in_a_row < PATIENCE:
                    await self._one(article)

        await asyncio.gather(*(walk() for _ in range(ABREAST)))
        return Notes(written=self._written, failed=self._failed, fault=self._fault)

    async def _one(self, article: StoredText) -> None:
        try:
            note = await write(self._settings, article.title, article.text)
        except BriefError as error:
            self._failed += 1
            self._in_a_row = self._in_a_row + 1 if isinstance(error, ServiceError) else 0
            self._fault = str(error)
            return
        await self._writer.ask(lambda store: store.tags.keep_brief(article, note, self._now))
        self._written += 1
        self._in_a_row = 0
