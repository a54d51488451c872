"""The nightly repair of groups of copies: `fanmill regroup` below Prefect.

    store.groups.regroup ─▶ store.groups.bound ─▶ store.relate

Order costs a little: an excerpt and an edit that share nothing but their original stay apart when it comes last, and a
footer that nobody could know joins the first articles that have it. So what came in the last days is placed again, in
the order of publication. What was placed well stays as it was, and so does what people decided. It takes the lock of a
run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.load import Config
from extractors.tagging import reporters
from flows.lock import hold
from flows.options import HOURS_BACK
from storage.connection import StoreError
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How many articles were placed again, changed their group, left the index, and what came of their kin."""

    looked_at: int = 0
    moved: int = 0
    retired: int = 0
    stories: int = 0
    related: int = 0
    seconds: float = 0.0

    def headline(self) -> str:
        """All of it in one line."""
        moved = f"{self.moved} moved" if self.moved else "none moved"
        return f"{self.looked_at} articles placed again, {moved}, in {self.seconds:.1f} s"


def regroup(config: Config, hours: int = HOURS_BACK) -> Account:
    """Place the articles of the last hours again. Raises `LockedError`, or `StoreError` when there is no database."""
    clock, now = time.monotonic(), datetime.now(UTC)
    path = Path(config.settings.database)
    if not path.exists():
        raise StoreError(f"{path} does not exist yet; `fanmill run` makes it")
    with hold(path), Store.open(path) as store:
        regrouped = store.groups.regroup(now - timedelta(hours=hours))
        retired = store.groups.bound(now)
        kin = store.relate(reporters(config.taxonomy))
        store.optimize()
    return Account(
        looked_at=regrouped.looked_at,
        moved=regrouped.moved,
        retired=retired,
        stories=kin.stories,
        related=kin.related,
        seconds=time.monotonic() - clock,
    )
