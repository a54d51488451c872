"""The store: everything the flows ask of the database, one method each.

    with Store.open(path) as store:
        store.sync_feeds(feeds, now)
        run = store.start_run("cli", "1.0", now)
        store.keep(harvest)
        store.relate()
        store.finish_run(run, "completed", now)
        store.optimize()

Each method is one transaction, but for `learn`, which has one a feed, and raises `StoreError` when the database cannot
be used. A store belongs to the thread that opened it. Reading is in `storage.queries`; a few reads stand here for the
pipeline's sake. What has to do with learning is imported when it is asked for: a search should not wait 0.1 s for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from extractors.model import Entry
from storage import hosts, keeping, kin, purging, queries, roster, runs, waiting
from storage.connection import BUSY_MS, connect, speaking, write_tx
from storage.feeds import due, note_poll
from storage.grouping import Groups
from storage.intents import (
    Arrival,
    ChromeRow,
    Concern,
    Difference,
    FeedState,
    Harvest,
    Kept,
    KnownEntry,
    Lesson,
    Recleaned,
    Source,
    StoredEntry,
    Waiting,
)
from storage.purging import Purged, Selection
from storage.queries import Hit, Search
from storage.raw import RawFile
from storage.recognition import known
from storage.runs import NewRun
from storage.showing import Reasons, Shown, show, why
from storage.tags import Tags

if TYPE_CHECKING:  # pydantic takes 0.1 s to import; a search should not wait for it
    from config.settings import Feed


class Store:
    """An open database. A context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path, original: Path | None = None) -> None:
        self.connection = connection
        self.path = path
        self.raw = None if str(path) == ":memory:" else RawFile(path, original)
        self.tags, self.groups = Tags(connection, path), Groups(connection, path)

    @classmethod
    def open(cls, path: Path, *, write: bool = True, original: Path | None = None) -> Store:
        """Open a database, making or migrating it when `write`. Raises `StoreError` with a one-line cure.

        `original` is the one it is a copy of, with whose raw input it makes do.
        """
        return cls(connect(path, write=write), path, original)

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Take the configuration's feeds over; see `storage.roster.sync`."""
        with speaking(self.path), write_tx(self.connection):
            roster.sync(self.connection, feeds, now)

    def due(
        self, now: datetime, slugs: Sequence[str] = (), *, force: bool = False, named: bool = False
    ) -> list[FeedState]:
        """The feeds to poll now; see `storage.feeds.due`."""
        with speaking(self.path):
            return due(self.connection, now, slugs, force=force, named=named)

    def postpone(self, feed_id: int, until: datetime) -> None:
        """Do not ask a feed before `until`; it was not asked, and nothing else is noted."""
        with speaking(self.path), write_tx(self.connection):
            roster.postpone(self.connection, feed_id, until)

    def mark(self, slug: str, word: roster.Mark, now: datetime) -> bool:
        """Pause, resume or retire a feed; see `storage.roster.mark`. False when there is no such feed."""
        with speaking(self.path), write_tx(self.connection):
            return roster.mark(self.connection, slug, word, now)

    def pauses(self, now: datetime) -> dict[str, datetime]:
        """The hosts that asked to be left alone, each with the time until which."""
        with speaking(self.path):
            return hosts.pauses(self.connection, now)

    def pause_hosts(self, hosts_until: Mapping[str, tuple[datetime, int]], now: datetime) -> None:
        """Remember hosts that asked to be left alone: until when, and the status that said so."""
        with speaking(self.path), write_tx(self.connection):
            hosts.pause(self.connection, hosts_until, now)

    def forgive(self, run_id: int, now: datetime) -> int:
        """After an outage of our own, let feeds be asked at once; see `storage.roster.forgive`. How many."""
        with speaking(self.path), write_tx(self.connection):
            return roster.forgive(self.connection, run_id, now)

    def known(self, feed_id: int, entries: Sequence[Entry], identity: str = "guid") -> dict[str, KnownEntry]:
        """Which entries of a document were met before; see `storage.recognition`."""
        with speaking(self.path):
            return known(self.connection, feed_id, entries, identity)

    def start_run(
        self, trigger: str, version: str, now: datetime, flow_run_id: str | None = None, config_hash: str = ""
    ) -> int:
        """Begin a run and give its id; runs that died are marked crashed."""
        run = NewRun(trigger=trigger, version=version, now=now, flow_run_id=flow_run_id, config_hash=config_hash)
        with speaking(self.path), write_tx(self.connection):
            return runs.start(self.connection, run)

    def finish_run(self, run_id: int, state: str, now: datetime, error: str | None = None) -> None:
        """Sum a run up and close it."""
        with speaking(self.path), write_tx(self.connection):
            runs.finish(self.connection, run_id, state, now, error)

    def keep(self, harvest: Harvest) -> Kept:
        """Keep one poll of one feed with all that came of it: all or nothing."""
        with speaking(self.path):
            return keeping.keep(self.connection, harvest, self.raw)

    def note(self, harvests: Sequence[Harvest]) -> None:
        """Keep polls that brought nothing, all in one transaction: most polls are of that kind."""
        with speaking(self.path), write_tx(self.connection):
            for harvest in harvests:
                note_poll(self.connection, harvest, Kept())

    def quarantined(self, feed_id: int, now: datetime, limit: int = 20) -> list[Waiting]:
        """Entries of a feed that became no article and are to be tried again; see `storage.waiting`."""
        with speaking(self.path):
            return waiting.quarantined(self.connection, self.raw, feed_id, now, limit)

    def pending(self, feed_id: int, limit: int = 200) -> list[Waiting]:
        """Articles of a feed whose page is still to be had; see `storage.waiting`."""
        with speaking(self.path):
            return waiting.pending(self.connection, self.raw, feed_id, limit)

    def purge(self, selection: Selection, now: datetime, *, dry_run: bool = False, vacuum: bool = False) -> Purged:
        """Delete what is old for good, or count it with `dry_run`; see `storage.purging`. `vacuum` shrinks files."""
        with speaking(self.path):
            if dry_run:
                return purging.count(purging.choose(self.connection, selection))
            purged = purging.purge(self.connection, selection, now, self.raw)
            return purging.compact(self.connection, purged, self.raw) if vacuum else purged

    def learn(self, now: datetime) -> tuple[Lesson, ...]:
        """Look for what feeds repeat, in those with articles since it was last done; see `storage.teaching`."""
        from storage import teaching

        with speaking(self.path):
            return teaching.learn(self.connection, now)

    def unclean(self, slugs: Collection[str] | None = None) -> tuple[tuple[Source, tuple[int, ...]], ...]:
        """The feeds whose rules are not those their stored articles were cleaned by, each with those concerned.

        For the run alone, once its polls are over: it settles feeds. See `storage.recleaning`.
        """
        from storage import recleaning

        with speaking(self.path):
            return recleaning.unclean(self.connection, slugs)

    def concern(self) -> tuple[Concern, ...]:
        """How many stored articles are to be cleaned again, by feed. Writes nothing."""
        from storage import recleaning

        with speaking(self.path):
            return recleaning.concern(self.connection, self.raw)

    def sources(self, slugs: Sequence[str] = ()) -> tuple[Source, ...]:
        """The feeds, or those of `slugs`, as their articles are cleaned. Raises `StoreError` for an unknown one."""
        from storage import rulebook

        with speaking(self.path):
            return rulebook.sources(self.connection, slugs)

    def entries(
        self, source: Source, after: int = 0, limit: int = 64, ids: Sequence[int] | None = None
    ) -> list[StoredEntry]:
        """Stored articles of a feed as they came in, ascending by id from beyond `after`; of `ids`, ascending too."""
        from storage import recleaning

        with speaking(self.path):
            return recleaning.recalled(recleaning.entries(self.connection, source, after, limit, ids), self.raw)

    def reclean(self, source: Source, arrivals: Sequence[Arrival], now: datetime) -> Recleaned:
        """Write what cleaning stored articles again has changed, all or nothing; see `storage.recleaning`."""
        from storage import recleaning

        with speaking(self.path):
            return recleaning.reclean(self.connection, source, arrivals, now)

    def settled(self, source: Source) -> None:
        """Note that the stored articles of a feed are cleaned by the rules of `source`."""
        from storage import rulebook

        with speaking(self.path), write_tx(self.connection):
            rulebook.settle(self.connection, source.id, source.rules)

    def compare(self, source: Source, arrivals: Sequence[Arrival], now: datetime) -> list[Difference]:
        """What `reclean` would change. Writes nothing."""
        from storage import differences, recleaning

        with speaking(self.path):
            return differences.compare(self.connection, recleaning.batch(source, arrivals, now))

    def chrome(self, feed: str = "") -> list[ChromeRow]:
        """The rules of chrome with their counts and samples, of one feed or all; see `storage.chrome`."""
        from storage.chrome import chrome

        with speaking(self.path):
            return chrome(self.connection, feed)

    def choose(
        self,
        rules: Sequence[str],
        choice: Literal["keep", "cut", "forget"],
        feed: str | None,
        now: datetime,
        *,
        shipped: Collection[str] = (),
    ) -> list[str]:
        """Decide on rules of chrome for good, for a feed or all. Gives those nobody knows; see `storage.choices`."""
        from storage import choices

        decision = choices.Decision(rules=rules, choice=choice, feed=feed, now=now, shipped=shipped)
        with speaking(self.path):
            return choices.choose(self.connection, decision)

    def choices(self) -> dict[str, tuple[str, ...]]:
        """The rules that somebody chose, each with the feeds for which: "" for all of them comes first."""
        from storage import choices

        with speaking(self.path):
            return choices.standing(self.connection)

    def relate(self, sources: Collection[str] = ()) -> kin.Kin:
        """Put articles that are new since the last time into stories, and find what to read with each."""
        with speaking(self.path), write_tx(self.connection):
            return kin.relate(self.connection, sources=sources)

    def optimize(self) -> None:
        """Let SQLite take stock, and fold the write-ahead log into the file."""
        with speaking(self.path):
            self.connection.execute("PRAGMA analysis_limit = 400")
            self.connection.execute("PRAGMA optimize")
            self.connection.execute("PRAGMA busy_timeout = 1000")  # a reader may hold the log back; then it waits
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def search(  # noqa: PLR0913 - each is a filter of its own
        self,
        words: str,
        *,
        limit: int = 20,
        tag: str | None = None,
        feed: str | None = None,
        since: datetime | None = None,
        by: Literal["new", "best"] = "new",
    ) -> list[Hit]:
        """Full-text search; see `storage.queries`. `tag` is a slug or a name, `feed` a slug."""
        asked = Search(words=words, limit=limit, tag=tag, feed=feed, since=since, by=by)
        with speaking(self.path):
            return queries.search(self.connection, asked)

    def article(self, article_id: int) -> Shown | None:
        """An article with everything a reader wants to see of it; None when there is none."""
        with speaking(self.path):
            return show(self.connection, article_id)

    def why(self, article_id: int) -> Reasons | None:
        """Every judgement about an article with its grounds; None when there is none."""
        with speaking(self.path):
            return why(self.connection, article_id)

    def close(self) -> None:
        """Close the files."""
        if self.raw:
            self.raw.close()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
