"""Every stored article cleaned again by the rules of today: `fanmill reprocess` below Prefect.

`reprocess` is given a `Mapper`, which calls a function for each shard of feeds: `at_once` here, Prefect tasks in
`flows.reprocess`. It takes the lock of a run, so that no poll is at work meanwhile. Feeds that are configured no more
are passed over: what their articles were tagged by is not known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.load import Config
from config.tables import ConfigError
from extractors.tagging import reporters
from flows.lock import hold
from flows.mill import Mill
from flows.outcome import Silent
from flows.recleaning import Idle, Job, Manner, Onlooker
from flows.rehearsal import Stage
from storage.connection import StoreError
from storage.intents import Recleaned, Source
from storage.store import Store

Shard = Sequence[Job]
COUNTS = ("looked_at", "changed", "same", "missing", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller may ask. No `feeds` means all; `dry_run` changes nothing; `compare` tells what changes."""

    feeds: tuple[str, ...] = ()
    dry_run: bool = False
    compare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworked:
    """One feed's stored articles: those `missing` have no raw input, those that `failed` stayed as they were."""

    feed: str
    looked_at: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that was looked at, and the feeds that were `passed_over` for being configured no more."""

    feeds: tuple[Reworked, ...]
    passed_over: tuple[str, ...] = ()
    seconds: float = 0.0
    dry: bool = False

    def total(self, name: str) -> int:
        """The sum of one count over all feeds."""
        return sum(getattr(feed, name) for feed in self.feeds)

    def headline(self) -> str:
        """All of it in one line."""
        counts = {name: self.total(name) for name in COUNTS}
        changed = "would change" if self.dry else "changed"
        rest = [f"{counts['missing']} without raw input"] if counts["missing"] else []
        rest += [f"{counts['failed']} failed"] if counts["failed"] else []
        told = [f"{counts['changed']} {changed}", f"{counts['same']} same", *rest]
        return f"{counts['looked_at']} articles looked at: {', '.join(told)} in {self.seconds:.1f} s"


Mapper = Callable[[Callable[[Shard], list[Reworked]], Sequence[Shard]], list[list[Reworked]]]


def at_once(work: Callable[[Shard], list[Reworked]], shards: Sequence[Shard]) -> list[list[Reworked]]:
    """Map without Prefect: all shards as one, so that the workers have no pause between two."""
    return [work([job for shard in shards for job in shard])]


def reprocess(config: Config, wish: Wish, mapper: Mapper = at_once, onlooker: Onlooker | None = None) -> Account:
    """Clean stored articles again, and write what differs.

    Raises `ConfigError` for a feed nobody has heard of, `LockedError` when a run is on, `StoreError` when there is no
    database or it cannot be used. An article that fails is counted.
    """
    clock, path = time.monotonic(), Path(config.settings.database)
    check(config, wish.feeds)
    if not path.exists():
        raise StoreError(f"{path} does not exist yet; `fanmill run` makes it")
    manner = Manner(
        now=datetime.now(UTC), dry=wish.dry_run, compare=wish.compare, onlooker=onlooker or Idle()
    )  # fmt: skip
    with hold(path), Mill(config, Stage(database=path), Silent(), write=not wish.dry_run) as mill:
        jobs, passed_over = mill.writer.do(lambda store: sought(store, config, wish.feeds))
        found = mapper(lambda shard: rework(mill, shard, manner), list(shards(jobs, config.settings.shard_size)))
        feeds = tuple(sorted((feed for part in found for feed in part), key=lambda feed: feed.feed))
        if not wish.dry_run:
            sources = reporters(config.taxonomy) if any(feed.changed for feed in feeds) else None
            mill.writer.do(lambda store: close(store, sources))
    return Account(feeds=feeds, passed_over=passed_over, seconds=time.monotonic() - clock, dry=wish.dry_run)


def check(config: Config, slugs: Sequence[str]) -> None:
    """Raise `ConfigError` for a feed that is not configured. One that is switched off is cleaned as any other."""
    unknown = sorted(set(slugs) - config.feeds.keys())
    if unknown:
        raise ConfigError(f"no feed is called {unknown[0]!r} in feeds.toml; `fanmill feeds` lists those that are")


def sought(store: Store, config: Config, slugs: Sequence[str]) -> tuple[list[Job], tuple[str, ...]]:
    """The jobs for these feeds, or for all that have been polled, and the feeds that are configured no more."""
    sources = [source for source in store.sources() if not slugs or source.slug in slugs]
    jobs = [Job(source=source, feed=config.feeds[source.slug]) for source in sources if source.slug in config.feeds]
    rest = (source for source in sources if source.slug not in config.feeds)
    return jobs, tuple(sorted(source.slug for source in rest if has_articles(store, source)))


def has_articles(store: Store, source: Source) -> bool:
    """Whether anything of a feed is stored."""
    return bool(store.entries(source, limit=1))


def rework(mill: Mill, shard: Shard, manner: Manner) -> list[Reworked]:
    """The feeds of one shard, counted."""
    return [reworked(feed, counts) for feed, counts in mill.reclean(shard, manner).items()]


def reworked(feed: str, counts: Recleaned) -> Reworked:
    """The counts of one feed, summed up."""
    told = {name: getattr(counts, name) for name in COUNTS[1:]}
    return Reworked(feed=feed, looked_at=sum(told.values()), **told)


def close(store: Store, sources: frozenset[str] | None) -> None:
    """Do what takes all articles to be done. `sources` are the names of those who report; None when nothing changed."""
    if sources is not None:
        store.relate(sources)
    store.optimize()


def shards(jobs: Sequence[Job], size: int) -> Iterator[Shard]:
    """The jobs, `size` at a time."""
    return (jobs[start : start + size] for start in range(0, len(jobs), size))
