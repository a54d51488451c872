"""Hosts that asked for a pause are left alone by the next run, for a day at the most, and by no clock gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as opened:
        yield opened


def test_a_pause_holds_until_its_end(store: Store) -> None:
    store.pause_hosts({"b.example": (NOW + 2 * HOUR, 429), "a.example": (NOW + HOUR, 503)}, NOW)
    assert store.pauses(NOW) == {"a.example": NOW + HOUR, "b.example": NOW + 2 * HOUR}
    assert store.pauses(NOW + HOUR) == {"b.example": NOW + 2 * HOUR}
    assert store.pauses(NOW + 2 * HOUR) == {}


def test_a_pause_is_written_down_with_the_status_that_said_so(store: Store) -> None:
    store.pause_hosts({"a.example\x00": (NOW + HOUR, 503)}, NOW)
    assert store.connection.execute("SELECT * FROM pauses").fetchall() == [
        ("a.example\ufffd", 503, "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z")
    ]


@pytest.mark.parametrize("until", [NOW + 9 * DAY, datetime.max.replace(tzinfo=UTC), datetime(2099, 1, 1)])  # noqa: DTZ001 - the case
def test_a_pause_lasts_a_day_at_the_most(store: Store, until: datetime) -> None:
    store.pause_hosts({"a.example": (until, 429)}, NOW)
    assert store.pauses(NOW) == {"a.example": NOW + DAY}


def test_of_two_pauses_the_later_end_counts(store: Store) -> None:
    for hours in (1, 3, 2):
        store.pause_hosts({"a.example": (NOW + hours * HOUR, 429)}, NOW)
    assert store.pauses(NOW) == {"a.example": NOW + 3 * HOUR}


def test_pauses_that_are_over_are_forgotten(store: Store) -> None:
    store.pause_hosts({"a.example": (NOW + HOUR, 429), "b.example": (NOW + 2 * HOUR, 429)}, NOW)
    store.pause_hosts({}, NOW + HOUR)
    assert store.connection.execute("SELECT host FROM pauses").fetchall() == [("b.example",)]


PAUSED = {
    "its own": ("https://a.example/feed", True),
    "in another spelling": ("http://A.EXAMPLE.:8080?feed=1", True),
    "a part of it": ("https://www.a.example/feed", False),
    "named in the path": ("https://b.example/https://a.example/", False),
}


@pytest.mark.parametrize(("url", "paused"), PAUSED.values(), ids=PAUSED)
def test_the_health_of_a_feed_tells_until_when_its_host_wants_to_be_left_alone(
    store: Store, url: str, paused: bool
) -> None:
    store.sync_feeds([Feed(slug="ledger", url=url)], NOW)
    now = datetime.now(UTC)
    store.pause_hosts({"a.example": (now + HOUR, 429)}, now)
    until = f"{now + HOUR:%Y-%m-%dT%H:%M:%SZ}" if paused else None
    sql = "SELECT paused_until FROM v_feed_health"
    assert store.connection.execute(sql).fetchall() == [(until,)]
    store.connection.execute("UPDATE pauses SET until_at = '2026-01-01T00:00:00Z'")
    assert store.connection.execute(sql).fetchall() == [(None,)]


def test_a_feed_that_moved_waits_for_the_host_it_moved_to(store: Store) -> None:
    store.sync_feeds([Feed(slug="ledger", url="https://a.example/feed")], NOW)
    now = datetime.now(UTC)
    store.pause_hosts({"b.example": (now + HOUR, 503)}, now)
    for agreed, count in ((2, 0), (3, 1)):
        store.connection.execute("UPDATE feeds SET redirected_to = 'https://b.example/f', redirects = ?", (agreed,))
        assert store.connection.execute("SELECT count(paused_until) FROM v_feed_health").fetchone() == (count,)


def test_a_pause_from_a_time_still_to_come_is_of_no_account(store: Store) -> None:
    later = NOW + 900 * DAY
    store.pause_hosts({"a.example": (later + HOUR, 429), "b.example": (later + HOUR, 429)}, later)
    assert store.pauses(NOW) == {}
    store.pause_hosts({"b.example": (NOW + HOUR, 429)}, NOW)
    assert store.pauses(NOW) == {"b.example": NOW + HOUR}
