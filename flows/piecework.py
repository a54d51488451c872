"""Articles through worker processes: several at a time, and one by one when that fails.

What an article does to its worker, hang it or crash it, costs that article only: it comes back as `Dropped` with a word
for the reason, and its neighbours are refined once more without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from extractors.article import Origin
from extractors.model import Dropped, Entry
from flows.refining import Refined
from flows.workers import TaskDiedError, TaskTimeoutError, Workers

Step = Callable[[Sequence[Any], Origin], list[Refined]]

START, EACH = 10.0, 2.0  # seconds a task may take, and for each article in it


async def work(workers: Workers, step: Step, items: Sequence[Any], origin: Origin) -> list[Refined]:
    """What a step of `flows.refining` makes of each item, in order. An item is an `Entry`, or begins with one."""
    if not items:
        return []
    try:
        return await asyncio.wrap_future(workers.submit(step, items, origin, timeout=START + EACH * len(items)))
    except Exception as error:  # noqa: BLE001 - whatever an article does to its worker costs that article only
        if len(items) > 1:
            return [refined for item in items for refined in await work(workers, step, [item], origin)]
        entry = items[0] if isinstance(items[0], Entry) else items[0][0]
        return [Dropped(guid=entry.guid, url=entry.url, reason=reason_of(error), evidence=str(error)[:500])]


def reason_of(error: Exception) -> str:
    """Why an entry became no article, in one word: its own fault (timeout, broken), or its worker's end (died)."""
    reasons = {TaskTimeoutError: "timeout", TaskDiedError: "died"}
    return next((word for kind, word in reasons.items() if isinstance(error, kind)), "broken")
