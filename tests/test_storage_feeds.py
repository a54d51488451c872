"""Feeds and runs: taken from the configuration, due in time, validators saved with what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from config.settings import Feed
from extractors.model import AGAIN, Hints
from storage.feeds import DUE
from storage.intents import FeedState, Harvest, Poll
from storage.queries import FeedHealth, feed_health
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


def poll(store: Store, slug: str = "ledger", run: int = 1, **facts: object) -> FeedState:
    """Note a poll of a feed; gives the state it left."""
    store.keep(Harvest(run_id=run, feed=found(store, slug), poll=replace(WHOLE, **facts)))  # type: ignore[arg-type]
    return found(store, slug)


def found(store: Store, slug: str = "ledger") -> FeedState:
    """The state of a feed, whether or not it is due."""
    [state] = store.due(NOW, (slug,), named=True)
    return state


def test_feeds_come_from_the_configuration_and_are_due_at_once(store: Store) -> None:
    assert [(state.slug, state.url, state.title) for state in store.due(NOW)] == [
        ("ledger", "https://ledger.example/feed", ""),
        ("mirror", "https://mirror.example/feed", "The Mirror"),
    ]
    intervals = store.connection.execute("SELECT slug, poll_interval_s FROM feeds ORDER BY slug").fetchall()
    assert intervals == [("ledger", 1800), ("mirror", 3600)]


def test_a_feed_is_due_when_its_time_has_come(store: Store) -> None:
    poll(store)
    assert [state.slug for state in store.due(NOW)] == ["mirror"]
    assert [state.slug for state in store.due(LATER)] == ["mirror", "ledger"]
    assert [state.slug for state in store.due(NOW, ("ledger",), force=True)] == ["ledger"]
    assert [state.slug for state in store.due(NOW, ("ledger",), named=True)] == ["ledger"]


@pytest.mark.parametrize("word", ["pause", "retire"])
def test_a_feed_that_rests_is_asked_only_by_its_name(store: Store, word: Literal["pause", "retire"]) -> None:
    store.mark("ledger", word, NOW)
    for slugs in ((), ("ledger", "mirror")):
        assert [state.slug for state in store.due(LATER, slugs, force=True)] == ["mirror"]
    assert [state.slug for state in store.due(LATER, ("ledger",), named=True)] == ["ledger"]
    store.sync_feeds([MIRROR], NOW)
    assert store.due(LATER, ("ledger",), force=True, named=True) == []


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


UNCHANGED = {"outcome": "not_modified", "status": 304}
VALIDATORS = {
    "those of a whole poll are saved": ({}, ('W/"v1"', "Fri", "h")),
    "those of a partial poll are saved, since what is left to do needs no document": (
        {"outcome": "partial", "etag": "new"},
        ("new", "Fri", "h"),
    ),
    "a poll that brings none loses them": (
        {"outcome": "partial", "etag": None, "last_modified": None, "body_hash": None},
        (None, None, None),
    ),
    "an error leaves the old ones": ({"outcome": "error", "etag": "new", "body_hash": "x"}, ('W/"v1"', "Fri", "h")),
    "a 304 without any leaves the old ones": (
        UNCHANGED | {"etag": None, "last_modified": None, "body_hash": None},
        ('W/"v1"', "Fri", "h"),
    ),
    "a 304 may refresh them": (UNCHANGED | {"etag": '"v2"'}, ('"v2"', "Fri", "h")),
    "a 304 that was used for what was left to do refreshes them too": (
        UNCHANGED | {"outcome": "partial", "etag": '"v2"', "last_modified": None},
        ('"v2"', "Fri", "h"),
    ),
    "a 304 after which something came at last": (
        UNCHANGED | {"outcome": "new", "etag": None, "body_hash": None},
        ('W/"v1"', "Fri", "h"),
    ),
    "a 200 with the bytes there were brings its own": (
        {"outcome": "not_modified", "etag": None, "last_modified": "Sat"},
        (None, "Sat", "h"),
    ),
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


A, B, C = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
FAILED = {"outcome": "error", "status": 500}
MOVES: dict[str, tuple[list[str | dict[str, object] | None], str | None]] = {
    "two polls that agree are not enough": ([A, A], None),
    "three polls that agree settle it": ([A, A, A], A),
    "three polls in a row must agree": ([A, B, B], None),
    "the last three count": ([A, B, B, B], B),
    "one without a redirect begins anew": ([A, A, None, A], None),
    "an error, from which nobody knows whether a feed is there, begins anew": ([A, A, FAILED | {"moved": A}, A], None),
    "a 304 agrees as well as a feed": ([A, {"outcome": "not_modified", "status": 304, "moved": A}, A], A),
    "the settled address answers without a redirect": ([A, A, A, None, None], A),
    "the settled address fails in passing": ([A, A, A, FAILED, FAILED, None], A),
    "the settled address fails on: the old one is asked": ([A, A, A, FAILED, FAILED, FAILED], None),
    "the old one fails too: the settled one is asked": ([A, A, A, *[FAILED] * 4], A),
    "the old one leads there again": ([A, A, A, *[FAILED] * 3, A], A),
    "the old one answers itself": ([A, A, A, *[FAILED] * 3, None], None),
    "the settled address leads on, not for long": ([A, A, A, B, B, None, B], A),
    "the settled address leads on for good": ([A, A, A, B, B, B], B),
    "the settled address leads back": ([A, A, A, LEDGER.url, LEDGER.url, LEDGER.url], LEDGER.url),
    "an address with a login is not recorded": (["https://me:secret@a.example/feed"] * 4, None),
    "an address with a token is not recorded": (["https://a.example/feed?token=secret"] * 4, None),
}


@pytest.mark.parametrize(("moves", "asked"), MOVES.values(), ids=MOVES)
def test_a_permanent_redirect_is_believed_when_three_polls_agree(
    store: Store, moves: list[str | dict[str, object] | None], asked: str | None
) -> None:
    for move in moves:
        state = poll(store, **(move if isinstance(move, dict) else {"moved": move}))
    assert (state.url, state.moved_to) == (LEDGER.url, asked)
    assert not [line for line in store.connection.iterdump() if "secret" in line]


def test_both_addresses_of_a_feed_that_moved_are_shown(store: Store) -> None:
    for _ in range(3):
        poll(store, moved=B)
    ledger = feed_health(store.connection)[0]
    assert (ledger.url, ledger.redirected_to) == (LEDGER.url, B)


def test_a_new_address_in_the_configuration_ends_a_redirect(store: Store) -> None:
    for _ in range(3):
        poll(store, moved=B)
    store.sync_feeds([replace(LEDGER, url=C), MIRROR], LATER)
    state = next(state for state in store.due(LATER) if state.slug == "ledger")
    assert (state.url, state.moved_to) == (C, None)


def test_no_login_and_no_token_comes_into_the_database(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    secret = Feed(slug="ledger", url="https://me:hunter2@ledger.example/feed?format=rss&token=c0ffee#key=c0ffee")
    told = f"cannot connect to {secret.url}, sent on to https://x.example/?sig=c0ffee"
    with Store.open(path) as store:
        store.sync_feeds([secret], NOW)
        store.start_run("cli", "1", NOW)
        state = poll(store, **FAILED, error=told, warning=told, moved=secret.url)
        assert state.url == "https://ledger.example/feed?format=rss&token=…#key=…"
        poll(store, site_url=secret.url, moved=secret.url)
        [error] = store.connection.execute("SELECT error FROM polls WHERE error IS NOT NULL").fetchone()
        assert error.startswith("cannot connect to https://ledger.example/feed?format=rss&token=…")
        before = list(store.connection.iterdump())
        store.sync_feeds([secret], LATER)
        assert list(store.connection.iterdump()) == before
        for file in tmp_path.iterdir():
            assert b"hunter2" not in file.read_bytes()
            assert b"c0ffee" not in file.read_bytes()


def health(store: Store, slug: str = "ledger") -> FeedHealth:
    return next(feed for feed in feed_health(store.connection) if feed.slug == slug)


def test_failures_count_from_the_first_of_them(store: Store) -> None:
    poll(store, **FAILED)
    assert poll(store, **FAILED, started_at=LATER).failing_since == NOW
    assert poll(store, started_at=LATER).failing_since is None


def test_time_in_which_nobody_asked_is_no_time_of_failure(store: Store) -> None:
    """The machine was off for a month, or the feed was out of the configuration."""
    for hours in range(8):
        at = NOW + timedelta(hours=hours)
        poll(store, **FAILED, started_at=at, next_poll_at=at + timedelta(days=6))
    back = at + timedelta(days=6 + 7, seconds=1)
    assert poll(store, **FAILED, started_at=back - timedelta(seconds=1)).failing_since == NOW
    state = found(store)
    back = LATER + timedelta(days=31)
    state = poll(store, **FAILED, started_at=back, next_poll_at=back)
    assert (state.failing_since, state.retired_at, state.failures) == (back, None, 10)


def test_a_feed_that_is_switched_on_again_has_not_failed(store: Store) -> None:
    poll(store, **FAILED)
    store.sync_feeds([replace(LEDGER, title="Ledger"), MIRROR], NOW)
    assert (found(store).failures, found(store).failing_since) == (1, NOW)
    store.sync_feeds([MIRROR], NOW)
    assert health(store).failures == 1
    store.sync_feeds([LEDGER, MIRROR], NOW)
    assert (found(store).failures, found(store).failing_since) == (0, None)


DAYS = [timedelta(days=number) for number in range(0, 36, 5)]
RETIRED: dict[str, tuple[list[timedelta], dict[str, object], int | None, bool]] = {
    "30 days of errors": (DAYS[:7], {"status": 500}, None, True),
    "29 days of errors": ([*DAYS[:6], timedelta(days=29)], {"status": 500}, None, False),
    "30 days, but hardly ever asked": ([DAYS[0], *DAYS[3:7]], {"status": 500}, None, False),
    "30 days without any answer while another feed answers": (DAYS[:7], {"status": None}, 30, True),
    "30 days without any answer, nor from another feed": (DAYS[:7], {"status": None}, None, False),
    "30 days without any answer, another's being two days old": (DAYS[:7], {"status": None}, 28, False),
}


@pytest.mark.parametrize(("days", "facts", "other", "retired"), RETIRED.values(), ids=RETIRED)
def test_a_feed_that_fails_for_long_is_retired(
    store: Store, days: list[timedelta], facts: dict[str, object], other: int | None, retired: bool
) -> None:
    if other is not None:
        poll(store, "mirror", started_at=NOW + timedelta(days=other))
    for day in days:
        state = poll(store, outcome="error", error_kind="timeout", started_at=NOW + day, **facts)
    assert (state.retired_at is not None) is retired
    assert health(store).retired_why == ("failing" if retired else None)
    assert [feed.slug for feed in store.due(NOW + timedelta(days=99))].count("ledger") == (not retired)
    assert [feed.slug for feed in feed_health(store.connection, "failing")] == ["ledger"]
    assert poll(store, started_at=NOW + timedelta(days=40)).retired_at is None


def test_a_new_address_or_a_word_of_the_operator_brings_a_retired_feed_back(store: Store) -> None:
    gone = FAILED | {"status": 410}
    assert poll(store, **gone).retired_at == NOW
    assert (health(store).state, health(store).retired_why) == ("retired", "gone")
    store.sync_feeds([replace(LEDGER, url=C), MIRROR], LATER)
    assert health(store).state == "new"
    poll(store, **gone)
    assert store.mark("ledger", "resume", LATER)
    assert (health(store).failures, health(store).retired_why, health(store).failing_since) == (0, None, None)
    assert "ledger" in [state.slug for state in store.due(NOW)]


def test_410_from_an_address_left_behind_does_not_retire_a_feed_that_moved(store: Store) -> None:
    for facts in ({"moved": A}, {"moved": A}, {"moved": A}, FAILED, FAILED, FAILED):
        state = poll(store, **facts)
    assert state.moved_to is None
    assert poll(store, **FAILED | {"status": 410}).retired_at is None
    assert poll(store, **FAILED | {"status": 410}).retired_at == NOW


def test_a_feed_is_paused_and_resumed_by_hand(store: Store) -> None:
    assert store.mark("ledger", "pause", NOW)
    assert [state.slug for state in store.due(LATER)] == ["mirror"]
    store.mark("ledger", "pause", LATER)
    assert (health(store).state, health(store).paused_at) == ("paused", "2026-11-20T12:00:00Z")
    store.mark("ledger", "resume", LATER)
    assert len(store.due(LATER)) == 2


def test_a_pause_outlasts_a_poll_that_was_forced(store: Store) -> None:
    store.mark("ledger", "pause", NOW)
    poll(store)
    assert health(store).state == "paused"


def test_a_feed_is_retired_by_hand(store: Store) -> None:
    assert store.mark("ledger", "retire", NOW)
    assert (health(store).state, health(store).retired_why) == ("retired", "user")
    assert [state.slug for state in store.due(LATER)] == ["mirror"]
    assert not feed_health(store.connection, "failing")


def test_an_answer_does_not_bring_back_a_feed_that_was_given_up_by_hand(store: Store) -> None:
    store.mark("ledger", "retire", NOW)
    assert poll(store).retired_at == NOW
    assert health(store).retired_why == "user"


@pytest.mark.parametrize("gone", [False, True], ids=["it was well", "it was gone"])
def test_a_feed_retired_by_hand_while_it_is_polled_stays_so(store: Store, gone: bool) -> None:
    if gone:
        poll(store, **FAILED | {"status": 410})
    state = found(store)
    store.mark("ledger", "retire", LATER)
    store.keep(Harvest(run_id=1, feed=state, poll=WHOLE))
    assert (health(store).state, health(store).retired_why) == ("retired", "user")


def test_a_poll_begun_before_a_feed_was_retired_does_not_bring_it_back(store: Store) -> None:
    before = found(store)
    poll(store, **FAILED | {"status": 410})
    store.keep(Harvest(run_id=1, feed=before, poll=WHOLE))
    assert health(store).retired_why == "gone"


def test_nobody_is_paused_under_an_unknown_name(store: Store) -> None:
    before = list(store.connection.iterdump())
    assert not store.mark("nobody\x00", "pause", NOW)
    assert list(store.connection.iterdump()) == before


def test_a_postponed_feed_is_not_due_and_nothing_else_is_noted_of_it(store: Store) -> None:
    store.postpone(1, LATER)
    assert [state.slug for state in store.due(NOW)] == ["mirror"]
    assert (health(store).last_polled_at, health(store).failures) == (None, 0)
    assert not store.connection.execute("SELECT * FROM polls").fetchall()


def test_a_feed_is_never_brought_forward_by_being_put_off(store: Store) -> None:
    poll(store)
    for until, left in ((NOW, LATER), (LATER + QUARTER, LATER + QUARTER)):
        store.postpone(1, until)
        assert found(store).next_poll_at == left


YEARS = timedelta(days=2000)
BACK = {
    "a poll from the future counts as none": (
        lambda store: poll(store, started_at=NOW + YEARS, next_poll_at=LATER + YEARS)
    ),
    "a host's pause from the future does not hold": (lambda store: store.postpone(1, NOW + YEARS)),
}


@pytest.mark.parametrize("before", BACK.values(), ids=BACK)
def test_no_feed_waits_for_a_clock_that_was_set_back(store: Store, before: Callable[[Store], object]) -> None:
    before(store)
    state = next(state for state in store.due(NOW) if state.slug == "ledger")
    assert state.last_full_at is None
    poll(store, started_at=NOW)
    assert health(store).last_polled_at == NOW.isoformat()[:19] + "Z"
    assert "ledger" not in [state.slug for state in store.due(NOW)]


def test_a_document_read_in_the_future_counts_as_none_when_the_clock_is_back(store: Store) -> None:
    poll(store, started_at=LATER, full=True)
    [state] = store.due(NOW, ("ledger",), force=True)
    assert state.last_full_at is None


def test_failures_from_the_future_do_not_count_from_there(store: Store) -> None:
    poll(store, **FAILED, started_at=NOW + YEARS)
    assert poll(store, **FAILED, started_at=NOW).failing_since == NOW


def test_a_feed_asked_twice_a_year_waits_for_its_time(store: Store) -> None:
    store.sync_feeds([replace(LEDGER, every=180 * 86_400), MIRROR], NOW)
    poll(store, next_poll_at=NOW + timedelta(days=180))
    assert [state.slug for state in store.due(NOW + timedelta(days=90))] == ["mirror"]


def test_what_the_feed_says_of_itself_is_kept_where_the_configuration_says_nothing(store: Store) -> None:
    assert poll(store, title="Ledger\x00 News", site_url="https://ledger.example").title == "Ledger\ufffd News"
    assert poll(store, title="Another name").title == "Ledger\ufffd News"


def test_what_a_document_says_of_itself_stays_until_another_says_otherwise(store: Store) -> None:
    hints = Hints(wait=7200, skip_hours=(0, 23), skip_days=(6,))
    told = {"hints": hints, "identity": "link", "entry_gap_s": 5000, "newest_entry_at": NOW}
    poll(store, full=True, gap=True, **told)
    for quiet in ({"outcome": "not_modified"}, {}, FAILED, {"outcome": "partial"}):
        state = poll(store, **quiet, started_at=LATER)
        assert {name: getattr(state, name) for name in told} == told
    assert state.last_full_at == NOW
    assert health(store).gap_at == "2026-11-20T12:00:00Z"
    assert poll(store, hints=Hints()).hints == Hints()


def test_the_newest_date_of_a_feed_never_goes_back_and_never_lies_ahead(store: Store) -> None:
    for newest, kept in ((NOW, NOW), (NOW - YEARS, NOW), (NOW + YEARS, NOW), (LATER, LATER), (None, LATER)):
        assert poll(store, newest_entry_at=newest).newest_entry_at == kept


def test_an_identity_only_ever_moves_on(store: Store) -> None:
    ladder = ("guid", "link", "guid", "link_date", "link", None, "link_date_title", "link_date")
    kept = ("guid", "link", "link", "link_date", "link_date", "link_date", "link_date_title", "link_date_title")
    assert tuple(poll(store, identity=level).identity for level in ladder) == kept
    store.sync_feeds([replace(LEDGER, url=C), MIRROR], LATER)
    assert poll(store).identity == "link_date_title"


def test_a_failed_poll_reads_no_document_whole(store: Store) -> None:
    assert poll(store, **FAILED, full=True).last_full_at is None


def test_a_feed_knows_how_many_entries_wait_to_be_tried_again(store: Store) -> None:
    retries = {"a": NOW - timedelta(hours=1), "b": NOW, "c": LATER, "d": None}
    for guid, retry in retries.items():
        row = (guid, guid, retry and f"{retry:%Y-%m-%dT%H:%M:%SZ}")
        store.connection.execute(
            "INSERT INTO quarantine(uid, feed_id, guid, reason, entry_hash, seen_at, retry_at) VALUES (?, 1, ?, '', '', '', ?)",
            row,
        )
    assert [state.retries for state in store.due(NOW)] == [2, 0]
    assert [state.retries for state in store.due(LATER)] == [3, 0]
    store.connection.execute("UPDATE quarantine SET resolved_at = '' WHERE guid = 'a'")
    assert store.due(NOW)[0].retries == 1


def lay(store: Store, **hashes: str) -> None:
    """Rows of articles of the first feed, by guid and entry_hash."""
    for guid, hashed in hashes.items():
        store.connection.execute(
            """INSERT INTO articles(uid, feed_id, guid, url, canonical_url, title, title_key, published_at,
                first_seen_at, entry_hash, content_hash, saved_hash, word_count, extractor)
            VALUES (?, 1, ?, '', '', '', '', '', '', ?, '', '', 0, '')""",
            (guid, guid, hashed),
        )


def test_a_feed_knows_how_many_pages_are_still_to_be_had_and_since_when_it_is_there(store: Store) -> None:
    lay(store, a=f"{AGAIN}1", b="c0ffee", c=AGAIN, d=f"{AGAIN}2", e="again", f="agaip", g="")
    assert [(state.pending, state.added_at) for state in store.due(NOW)] == [(3, NOW), (0, NOW)]


def test_pending_pages_are_counted_without_reading_articles(store: Store) -> None:
    lay(store, a=f"{AGAIN}1", b="c0ffee")
    values = {"every_slug": True, "slugs": "[]", "force": False, "named": False, "now": ""}
    for _ in ("before anything is known of the tables", "afterwards"):
        plan = [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {DUE}", values)]
        assert "SCAN articles USING INDEX idx_articles_again" in plan
        store.connection.execute("ANALYZE")


OFFLINE = {"outcome": "error", "status": None, "error_kind": "dns"}
QUARTER = timedelta(minutes=15)


def runs(store: Store, *polls: dict[str, dict[str, object]]) -> int:
    """A run every quarter of an hour, each with its polls; gives how many feeds the last one forgave."""
    for number, polled in enumerate(polls):
        now = NOW + number * QUARTER
        run = store.start_run("cli", "1", now) if number else 1
        for slug, facts in polled.items():
            poll(store, slug, run, started_at=now, next_poll_at=now + timedelta(days=5), **facts)
        forgiven = store.forgive(run, now + timedelta(minutes=1))
    return forgiven


FINE: dict[str, object] = {}
FORGIVEN: dict[str, tuple[list[dict[str, dict[str, object]]], int]] = {
    "what failed in a run in which nothing went well": ([{"mirror": FINE}, {"ledger": OFFLINE, "mirror": OFFLINE}, {"mirror": FINE}], 1),
    "what failed in several such runs": ([{"mirror": FINE}, *[{"ledger": OFFLINE, "mirror": OFFLINE}] * 3, {"mirror": FINE}], 1),
    "what failed when nothing had ever gone well": ([{"ledger": OFFLINE}, {"mirror": FINE}], 1),
    "not what failed while something went well": ([{"mirror": FINE}, {"ledger": OFFLINE, "mirror": FINE}, {"mirror": FINE}], 0),
    "not what failed before": ([{"ledger": OFFLINE, "mirror": FINE}, {"ledger": OFFLINE}, {"mirror": FINE}], 0),
    "not what fails in this run too": ([{"mirror": FINE}, {"ledger": OFFLINE}, {"ledger": OFFLINE, "mirror": FINE}], 0),
    "not what a server said": ([{"mirror": FINE}, {"ledger": FAILED | {"error_kind": "http_500"}}, {"mirror": FINE}], 0),
    "nothing while nothing goes well": ([{"mirror": FINE}, {"ledger": OFFLINE}, {"mirror": OFFLINE}], 0),
}  # fmt: skip


@pytest.mark.parametrize(("polls", "count"), FORGIVEN.values(), ids=FORGIVEN)
def test_after_an_outage_of_our_own_is_forgiven(
    store: Store, polls: list[dict[str, dict[str, object]]], count: int
) -> None:
    assert runs(store, *polls) == count
    if count:
        last = NOW + (len(polls) - 1) * QUARTER
        [state] = store.due(last + QUARTER)
        assert (state.slug, state.failures, state.next_poll_at) == ("ledger", 0, last + timedelta(minutes=1))


def test_a_feed_that_fails_on_is_forgiven_once_only(store: Store) -> None:
    outage = ({"ledger": OFFLINE}, {"mirror": FINE})
    assert runs(store, {"mirror": FINE}, *outage, *outage) == 0
    assert health(store).failures == 1


def test_a_feed_that_was_forgiven_is_not_shown_as_failing(store: Store) -> None:
    assert runs(store, {"mirror": FINE}, {"ledger": OFFLINE, "mirror": OFFLINE}) == 0
    assert health(store).failing_since == "2026-11-20T12:15:00Z"
    store.forgive(store.start_run("cli", "1", LATER), LATER)
    store.connection.execute("UPDATE feeds SET failures = 0")
    assert health(store).failing_since is None


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def test_health_tells_the_state_of_each_feed(tmp_path: Path) -> None:
    slugs = ("failing", "fresh", "fine", "off", "paused", "retired", "silent", "slow", "waiting")
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in slugs], ago(days=100))
        store.start_run("cli", "1", ago(days=60))
        for slug, gap in (("silent", 5 * 86_400), ("slow", 10 * 86_400), ("off", 60), ("paused", 60), ("failing", 60)):
            poll(store, slug, started_at=ago(days=1), entry_gap_s=gap)
        store.connection.execute("UPDATE feeds SET last_new_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-50 days')")
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in slugs if slug != "off"], NOW)
        poll(store, "fine", started_at=ago(days=1))
        poll(store, "failing", **FAILED)
        store.connection.execute("UPDATE feeds SET last_new_at = strftime('%Y-%m-%dT%H:%M:%SZ') WHERE slug = 'fine'")
        store.mark("paused", "pause", NOW)
        store.mark("retired", "retire", NOW)
        states = {feed.slug: feed.state for feed in feed_health(store.connection)}
        fresh = {"fine": "ok", "slow": "ok", "fresh": "new", "waiting": "new"}
        assert states == {slug: slug for slug in slugs} | fresh
        assert [feed.slug for feed in feed_health(store.connection, "silent")] == ["silent"]
        assert [feed.slug for feed in feed_health(store.connection, "failing")] == ["failing"]
        assert health(store, "silent").days_silent == 50.0


def test_health_tells_how_much_is_new_in_a_week(store: Store) -> None:
    seen = {"old": ago(days=29), "a": ago(days=27), "b": ago(days=3), "c": ago(days=1)}
    for guid, first in seen.items():
        store.connection.execute(
            """INSERT INTO articles(uid, feed_id, guid, url, canonical_url, title, title_key, published_at, first_seen_at,
                entry_hash, content_hash, saved_hash, word_count, extractor, duplicate_of)
            VALUES (?, 1, ?, '', '', '', '', '', ?, '', '', '', 0, '', ?)""",
            (guid, guid, f"{first:%Y-%m-%dT%H:%M:%SZ}", 1 if guid == "c" else None),
        )
    for added, week in ((ago(days=300), 0.8), (ago(days=14), 1.5), (ago(hours=1), 3.0)):
        store.connection.execute("UPDATE feeds SET added_at = ?", (f"{added:%Y-%m-%dT%H:%M:%SZ}",))
        assert health(store).new_per_week == week
    assert (health(store).articles, health(store).duplicates) == (4, 1)
    assert health(store, "mirror").new_per_week == 0.0


def test_a_poll_takes_no_negative_time(store: Store) -> None:
    poll(store, duration_ms=-5)
    assert store.connection.execute("SELECT duration_ms FROM polls").fetchone() == (0,)


def test_a_run_sums_up_its_polls(store: Store) -> None:
    poll(store)
    poll(store, outcome="error", error_kind="timeout", error="no answer")
    store.finish_run(1, "degraded", LATER, "ledger: timeout")
    told = store.connection.execute("SELECT state, feeds, failed, finished_at, error FROM runs").fetchone()
    assert told == ("degraded", 2, 1, "2026-11-20T13:00:00Z", "ledger: timeout")


def test_a_run_that_died_is_called_crashed_when_the_next_begins(store: Store) -> None:
    poll(store)
    assert store.start_run("schedule", "1", LATER, "flow", "c0ffee") == 2
    first, second = store.connection.execute("SELECT state, trigger, feeds, finished_at FROM runs ORDER BY id")
    assert (first[0], *first[2:]) == ("crashed", 1, "2026-11-20T13:00:00Z")
    assert second[:2] == ("running", "schedule")


@pytest.mark.parametrize("end", ["finished", "crashed"])
def test_a_run_never_ends_before_it_began_whatever_the_clock_says(store: Store, end: str) -> None:
    if end == "finished":
        store.finish_run(1, "completed", NOW - YEARS)
    else:
        store.start_run("cli", "1", NOW - YEARS)
    assert store.connection.execute("SELECT finished_at FROM runs WHERE id = 1").fetchone() == ("2026-11-20T12:00:00Z",)
