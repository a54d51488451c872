"""The pipeline itself, below Prefect: which feeds are due, poll them shard by shard, learn from what came in, link it.

`run` is given a `Mapper`, which calls a function for each shard: `at_once` here, Prefect tasks in `flows.ingest`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from config.load import Config
from config.tables import ConfigError
from extractors.tagging import reporters, tags_of
from flows.address import host_of
from flows.lock import hold
from flows.mill import Mill
from flows.notetaking import Notes
from flows.outcome import Outcome, Report, Silent, Watcher, state_of
from flows.polling import Round
from flows.recleaning import Job, Manner, total
from flows.rehearsal import rehearse
from flows.turns import domain_of
from storage.intents import FeedState, Lesson, Recleaned
from storage.kin import Kin
from storage.raw import RawError
from storage.store import Store

Shard = Sequence[FeedState]
Taught = tuple[Sequence[Lesson], Recleaned]
Mapper = Callable[[Callable[[Shard], list[Outcome]], Sequence[Shard]], list[list[Outcome]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may ask of a run. No `feeds` means all that are due; `force` polls and refines regardless."""

    feeds: tuple[str, ...] = ()
    force: bool = False
    dry_run: bool = False
    trigger: str = "cli"
    flow_run_id: str | None = None


def at_once(work: Callable[[Shard], list[Outcome]], shards: Sequence[Shard]) -> list[list[Outcome]]:
    """Map without Prefect: all shards as one, since the mill itself sees to how many feeds are polled abreast."""
    return [work([state for shard in shards for state in shard])]


def run(config: Config, options: Options, mapper: Mapper = at_once, watcher: Watcher | None = None) -> Report:
    """Poll what is due and keep it.

    Raises `ConfigError` for a feed nobody has heard of, `LockedError` when another run is on, `StoreError` when the
    database cannot be used. A feed that fails is in the report.
    """
    check_feeds(config, options.feeds)
    path = Path(config.settings.database)
    watcher = watcher or Silent()
    with hold(path), rehearse(path, dry=options.dry_run) as stage, Mill(config, stage, watcher) as mill:
        return Run(config, options, mill).go(mapper, watcher)


def check_feeds(config: Config, slugs: Sequence[str]) -> None:
    """Raise `ConfigError` for a feed nobody has heard of, or that is switched off."""
    unknown = sorted(set(slugs) - config.feeds.keys())
    if unknown:
        raise ConfigError(
            f"no feed is called {unknown[0]!r} in feeds.toml; `fanmill feeds` lists those that are, and were"
        )
    off = sorted(slug for slug in slugs if not config.feeds[slug].enabled)
    if off:
        raise ConfigError(f"the feed {off[0]!r} is switched off; take out its `enabled = false`")


class Run:
    """One run over an open mill."""

    def __init__(self, config: Config, options: Options, mill: Mill) -> None:
        self._config = config
        self._options = options
        self._mill = mill
        self._now = datetime.now(UTC)
        self._fault = ""

    def go(self, mapper: Mapper, watcher: Watcher) -> Report:
        """Find what is due, poll it, close the books."""
        clock = time.monotonic()
        run_id, due = self._mill.writer.do(self._open)
        watcher.started(len(due))
        shared = Round(
            run_id=run_id,
            now=self._now,
            settings=self._config.settings,
            force=self._options.force,
        )
        try:
            shards = mapper(lambda shard: self._mill.poll(shard, shared), list(self._shards(spread(due))))
            outcomes = tuple(outcome for shard in shards for outcome in shard)
            taught = self._learn()
            notes = Notes() if self._options.dry_run else self._mill.take_notes(run_id, self._now)
            self._fault = self._fault or (f"briefs: {notes.fault}" if notes.fault else "")
            report = self._mill.writer.do(lambda store: self._close(store, run_id, outcomes, taught))
            seconds = time.monotonic() - clock
            return replace(report, seconds=seconds, briefs=notes.written, unbriefed=notes.failed)
        except BaseException as error:
            reason = repr(error)[:500]
            self._mill.writer.do(lambda store: store.finish_run(run_id, "crashed", datetime.now(UTC), reason))
            raise

    def _open(self, store: Store) -> tuple[int, list[FeedState]]:
        store.sync_feeds(list(self._config.feeds.values()), self._now)
        store.tags.name(tags_of(self._config.taxonomy))
        options = self._options
        slugs, named = options.feeds or tuple(self._config.feeds), bool(options.feeds)
        due = store.due(self._now, slugs, force=options.force, named=named)
        run_id = store.start_run(
            options.trigger, version("fanmill"), self._now, options.flow_run_id, self._config.digest
        )
        return run_id, due

    def _learn(self) -> Taught:
        """See what feeds repeat, and clean their stored articles of it, or of what the operator decided.

        What an earlier run left undone is done as well. A feed that is configured no more keeps its articles as they
        are: its tags are not known. So do all while their raw input cannot be read: the polls have been kept.
        """
        writer, feeds = self._mill.writer, self._config.feeds
        lessons = writer.do(lambda store: store.learn(self._now))
        unclean = writer.do(lambda store: store.unclean(feeds.keys()))
        jobs = [Job(source=source, feed=feeds[source.slug], ids=ids) for source, ids in unclean]
        try:
            return lessons, total(*self._mill.reclean(jobs, Manner(now=self._now)).values()) if jobs else Recleaned()
        except RawError as error:
            self._fault = str(error)
            return lessons, Recleaned(failed=sum(len(ids) for _, ids in unclean))

    def _close(self, store: Store, run_id: int, outcomes: tuple[Outcome, ...], taught: Taught) -> Report:
        state, (lessons, counts) = state_of(outcomes), taught
        kin = self._settle(store, run_id)
        failures = [f"{outcome.feed}: {outcome.kind}" for outcome in outcomes if outcome.failed]
        error = "; ".join([*([self._fault] if self._fault else []), *failures])
        store.finish_run(run_id, state, datetime.now(UTC), error[:500] or None)
        store.optimize()
        return Report(
            run_id=run_id,
            state=state,
            outcomes=outcomes,
            stories=kin.stories,
            related=kin.related,
            learnt=sum(lesson.learnt for lesson in lessons),
            faded=sum(lesson.faded + lesson.withdrawn for lesson in lessons),
            recleaned=counts.changed,
            unclean=counts.missing + counts.failed,
            dry=self._options.dry_run,
        )

    def _settle(self, store: Store, run_id: int) -> Kin:
        """Do what takes all polls to be over."""
        store.forgive(run_id, datetime.now(UTC))
        store.groups.bound(datetime.now(UTC))
        return store.relate(reporters(self._config.taxonomy))

    def _shards(self, due: Sequence[FeedState]) -> Iterator[Shard]:
        size = self._config.settings.shard_size
        return (due[start : start + size] for start in range(0, len(due), size))


def spread(due: Sequence[FeedState]) -> list[FeedState]:
    """The feeds in such an order that those of one domain lie far apart: the first of each, the second of each ...

    They have to wait for one another, and would else keep the feeds behind them waiting.
    """
    met: Counter[str] = Counter()

    def rank(state: FeedState) -> int:
        domain = domain_of(host_of(state.moved_to or state.url).partition(":")[0])
        met[domain] += 1
        return met[domain]

    return sorted(due, key=rank)
