"""Feeds and runs: taken from the configuration, due in time, validators saved with what they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from storage.intents import FeedState, Harvest, Poll
from storage.queries import feed_health
from storage.runs import report
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LEDGER = Feed(slug="ledger", url="https://ledger.example/feed")
MIRROR = Feed(slug="mirror", url="https://mirror.example/feed", title="The Mirror", every=3600)
WHOLE = Poll(
    started_at=NOW,
    outcome="unchanged",
    status=200,
    etag='W/"v1"',
    last_modified="Fri",
    body_hash="h",
    next_poll_at=LATER,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as opened:
        opened.sync_feeds([LEDGER, MIRROR], NOW)
        opened.start_run("cli", "1", NOW)
        yield opened


def poll(store: Store, **facts: object) -> FeedState:
    """Note a poll of the ledger; gives the state it left."""
    [state] = store.due(NOW, ("ledger",), force=True)
    store.keep(Harvest(run_id=1, feed=state, poll=replace(WHOLE, **facts)))  # type: ignore[arg-type]
    return next(iter(store.due(NOW, ("ledger",), force=True)), state)


def test_feeds_come_from_the_configuration_and_are_due_at_once(store: Store) -> None:
    assert [(state.slug, state.url, state.title, state.poll_interval_s) for state in store.due(NOW)] == [
        ("ledger", "https://ledger.example/feed", "", 1800),
        ("mirror", "https://mirror.example/feed", "The Mirror", 3600),
    ]


def test_a_feed_is_due_when_its_time_has_come(store: Store) -> None:
    poll(store)
    assert [state.slug for state in store.due(NOW)] == ["mirror"]
    assert [state.slug for state in store.due(LATER)] == ["mirror", "ledger"]
    assert [state.slug for state in store.due(NOW, ("ledger",), force=True)] == ["ledger"]


def test_a_feed_gone_from_the_configuration_is_switched_off_and_stays(store: Store) -> None:
    store.sync_feeds([LEDGER], LATER)
    assert [state.slug for state in store.due(LATER, force=True)] == ["ledger"]
    assert [(feed.slug, feed.enabled) for feed in feed_health(store.connection)] == [("ledger", 1), ("mirror", 0)]
    store.sync_feeds([LEDGER, MIRROR], LATER)
    assert len(store.due(LATER)) == 2


def test_a_feed_with_a_new_address_starts_afresh(store: Store) -> None:
    poll(store)
    store.sync_feeds([replace(LEDGER, url="https://new.example/feed"), MIRROR], LATER)
    state = next(state for state in store.due(NOW) if state.slug == "ledger")
    assert (state.url, state.etag, state.body_hash, state.next_poll_at) == (
        "https://new.example/feed",
        None,
        None,
        None,
    )


def test_two_feeds_may_swap_their_addresses(store: Store) -> None:
    store.sync_feeds([replace(LEDGER, url=MIRROR.url), replace(MIRROR, url=LEDGER.url)], LATER)
    assert [state.url for state in store.due(NOW)] == [MIRROR.url, LEDGER.url]


def test_syncing_again_changes_nothing(store: Store) -> None:
    poll(store)
    before = list(store.connection.iterdump())
    store.sync_feeds([LEDGER, MIRROR], LATER)
    assert list(store.connection.iterdump()) == before


VALIDATORS = {
    "those of a whole poll are saved": ({}, ('W/"v1"', "Fri", "h")),
    "those of a partial poll are forgotten, so that it is read again": (
        {"outcome": "partial", "etag": "new"},
        (None, None, None),
    ),
    "an error leaves the old ones": ({"outcome": "error", "etag": "new", "body_hash": "x"}, ('W/"v1"', "Fri", "h")),
    "a 304 without any leaves the old ones": (
        {"outcome": "not_modified", "etag": None, "last_modified": None, "body_hash": None},
        ('W/"v1"', "Fri", "h"),
    ),
    "a 304 may refresh them": ({"outcome": "not_modified", "etag": '"v2"'}, ('"v2"', "Fri", "h")),
    "a 200 without any drops them": ({"etag": None, "last_modified": None}, (None, None, "h")),
}


@pytest.mark.parametrize(("facts", "left"), VALIDATORS.values(), ids=VALIDATORS)
def test_validators(store: Store, facts: dict[str, object], left: tuple[str | None, ...]) -> None:
    poll(store)
    state = poll(store, **facts)
    assert (state.etag, state.last_modified, state.body_hash) == left


def test_failures_are_counted_and_a_success_clears_them(store: Store) -> None:
    for count in (1, 2):
        assert (
            poll(store, outcome="error", status=500, error_kind="http_500", error="the server answered 500").failures
            == count
        )
    [ledger, _] = feed_health(store.connection)
    assert (ledger.error_kind, ledger.last_error, ledger.last_success_at) == (
        "http_500",
        "the server answered 500",
        None,
    )
    assert poll(store).failures == 0
    assert feed_health(store.connection)[0].error_kind is None


def test_a_feed_that_is_gone_is_retired_until_it_answers_a_forced_poll(store: Store) -> None:
    assert poll(store, outcome="error", status=410, error_kind="http_410", next_poll_at=NOW).retired_at == NOW
    assert [state.slug for state in store.due(LATER)] == ["mirror"]
    assert poll(store, next_poll_at=NOW).retired_at is None
    assert len(store.due(LATER)) == 2


def test_a_permanent_redirect_is_believed_when_three_polls_agree(store: Store) -> None:
    urls = [
        poll(store, moved=moved).url
        for moved in ("https://a.example", "https://b.example", "https://b.example", "https://b.example")
    ]
    assert urls == [LEDGER.url, LEDGER.url, LEDGER.url, "https://b.example"]
    assert poll(store).url == "https://b.example"
    assert poll(store, outcome="error").url == LEDGER.url


def test_a_redirect_that_stops_is_forgotten(store: Store) -> None:
    for moved in ("https://b.example", "https://b.example", None, "https://b.example"):
        state = poll(store, moved=moved)
    assert state.url == LEDGER.url


def test_what_the_feed_says_of_itself_is_kept_where_the_configuration_says_nothing(store: Store) -> None:
    assert poll(store, title="Ledger\x00 News", site_url="https://ledger.example").title == "Ledger\ufffd News"
    assert poll(store, title="Another name").title == "Ledger\ufffd News"


def test_a_run_sums_up_its_polls(store: Store) -> None:
    poll(store)
    poll(store, outcome="error", error_kind="timeout", error="no answer")
    told = store.finish_run(1, "degraded", LATER, "ledger: timeout")
    assert (told.state, told.feeds, told.failed, told.finished_at) == ("degraded", 2, 1, "2026-11-20T13:00:00Z")
    assert [(failure.feed, failure.error_kind) for failure in told.failures] == [("ledger", "timeout")]
    assert report(store.connection, 1) == told


def test_a_run_that_died_is_called_crashed_when_the_next_begins(store: Store) -> None:
    poll(store)
    assert store.start_run("schedule", "1", LATER, "flow", "c0ffee") == 2
    first, second = (report(store.connection, number) for number in (1, 2))
    assert (first.state, first.feeds, first.finished_at) == ("crashed", 1, "2026-11-20T13:00:00Z")
    assert (second.state, second.trigger) == ("running", "schedule")
