"""The writer: polls that brought nothing are kept together, soon, in order, and never at the cost of another."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.model import Dropped
from flows import writer
from flows.writer import TOGETHER, Writer
from storage.connection import StoreError
from storage.intents import Drop, FeedState, Harvest, Poll

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NOTHING = Poll(started_at=NOW, outcome="not_modified", status=304)


@dataclass
class Desk:
    """A writer with one feed, and a reader of its own at the same file."""

    writer: Writer
    path: Path
    feed: FeedState
    run: int

    def harvest(self, poll: Poll = NOTHING, *drops: Drop) -> Harvest:
        return Harvest(run_id=self.run, feed=self.feed, poll=poll, drops=drops)

    def polls(self) -> int:
        with sqlite3.connect(self.path) as database:
            return int(database.execute("SELECT count(*) FROM polls").fetchone()[0])

    def wait_for(self, polls: int) -> bool:
        end = time.monotonic() + 10
        while self.polls() != polls and time.monotonic() < end:
            time.sleep(0.01)
        return self.polls() == polls


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    path = folder / "news.db"
    with Writer(path) as made:
        made.do(lambda store: store.sync_feeds([Feed(slug="one", url="https://news.example/feed")], NOW))
        [feed] = made.do(lambda store: store.due(NOW))
        run = made.do(lambda store: store.start_run("test", "0", NOW))
        yield Desk(made, path, feed, run)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as made:
        yield made


def keep(desk: Desk, *harvests: Harvest) -> None:
    async def work() -> None:
        for harvest in harvests:
            await desk.writer.keep(harvest)

    asyncio.run(work())


def test_a_poll_that_brought_nothing_is_kept_before_anything_else_that_is_asked(desk: Desk) -> None:
    keep(desk, desk.harvest(), desk.harvest())
    assert desk.polls() == 0
    assert desk.writer.do(lambda store: store.connection.execute("SELECT count(*) FROM polls").fetchone()) == (2,)


def test_many_are_kept_in_one_transaction(desk: Desk) -> None:
    statements: list[str] = []
    desk.writer.do(lambda store: store.connection.set_trace_callback(statements.append))
    keep(desk, *[desk.harvest()] * (TOGETHER + 1))
    assert desk.wait_for(TOGETHER)
    assert statements.count("COMMIT") == 1


def test_one_alone_is_kept_after_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        await desk.writer.keep(desk.harvest())
        await asyncio.sleep(0.2)

    monkeypatch.setattr(writer, "LATEST", 0.05)
    asyncio.run(work())
    assert desk.wait_for(1)


def test_what_is_left_is_kept_at_the_end(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        keep(desk, desk.harvest())
    assert desk.polls() == 1


AT_ONCE: dict[str, Callable[[Desk], Harvest]] = {
    "a failure is counted": lambda desk: desk.harvest(replace(NOTHING, outcome="error", error_kind="dns", error="x")),
    "an entry that was dropped is told of": lambda desk: desk.harvest(
        replace(NOTHING, outcome="new"), Drop(entry_hash="h", dropped=Dropped(guid="g", url=None, reason="empty"))
    ),
    "an entry tried again although nothing is new": lambda desk: desk.harvest(
        NOTHING, Drop(entry_hash="h", dropped=Dropped(guid="g", url=None, reason="empty"))
    ),
}


@pytest.mark.parametrize("harvest", AT_ONCE.values(), ids=AT_ONCE)
def test_what_cannot_be_had_again_is_kept_at_once(desk: Desk, harvest: Callable[[Desk], Harvest]) -> None:
    keep(desk, harvest(desk))
    assert desk.polls() == 1


def test_a_poll_that_cannot_be_written_down_costs_only_itself(desk: Desk) -> None:
    keep(desk, desk.harvest(), desk.harvest(replace(NOTHING, bytes=2**70)), desk.harvest())
    assert desk.writer.do(lambda store: store.connection.execute("SELECT count(*) FROM polls").fetchone()) == (2,)


def break_it(desk: Desk) -> None:
    with sqlite3.connect(desk.path) as database:
        database.execute("ALTER TABLE polls RENAME TO gone")


def test_a_database_that_fails_is_told_of_at_the_next_question(desk: Desk) -> None:
    break_it(desk)
    keep(desk, desk.harvest())
    with pytest.raises(StoreError):
        desk.writer.do(lambda store: store.optimize())
    desk.writer.do(lambda store: store.optimize())


def test_a_database_that_fails_is_told_of_at_a_later_poll(desk: Desk) -> None:
    def keep_on() -> None:
        for _ in range(100):
            keep(desk, *[desk.harvest()] * TOGETHER)
            time.sleep(0.05)

    break_it(desk)
    with pytest.raises(StoreError):
        keep_on()
