"""Feeds and quarantined entries as tables: what each row says, at the widths of real terminals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.table import Table

from flows.health import feeds_table, quarantine_table, rate, told
from storage.queries import DroppedEntry, FeedHealth

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def ago(**span: float) -> str:
    return f"{NOW - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


FEED = FeedHealth(
    slug="ai-news", title="AI News", url="https://ai.example/feed", site_url=None, redirected_to=None, state="ok",
    enabled=1, added_at=ago(days=90), last_polled_at=ago(minutes=5), last_success_at=ago(minutes=5),
    last_new_at=ago(hours=2), next_poll_at=ago(minutes=-25), new_per_week=12.4, days_silent=0.1, silent=0, failures=0,
    failing_since=None, error_kind=None, last_error=None, gap_at=None, identity="guid", paused_at=None,
    retired_at=None, retired_why=None, quarantined=0, articles=100, duplicates=3,
)  # fmt: skip
FAILING = replace(
    FEED, state="failing", failures=7, failing_since=ago(days=3), error_kind="http_500", last_success_at=ago(days=3, hours=1),
    last_error="http_500: the server answered 500", days_silent=4.2, new_per_week=0.5,
)  # fmt: skip

ROWS = {
    "a good feed": (FEED, ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", ""]),
    "one that is due": (replace(FEED, next_poll_at=ago(hours=1)), ["ai-news", "ok", "5 min ago", "due", "12", "2 h", "·", ""]),
    "a new one": (replace(FEED, state="new", last_success_at=None, next_poll_at=None, new_per_week=0.0), ["ai-news", "new", "·", "·", "·", "·", "·", ""]),
    "one that no run has met": (FeedHealth(slug="ai-news", title="", url="https://ai.example/feed", state="new", enabled=1), ["ai-news", "new", "·", "·", "·", "·", "·", ""]),
    "a failing one": (FAILING, ["ai-news", "failing", "3 d ago", "in 25 min", "0.5", "4 d", "3 d", "http_500: the server answered 500"]),
    "a silent one": (replace(FEED, state="silent", silent=1, days_silent=140.0), ["ai-news", "silent", "5 min ago", "in 25 min", "12", "140 d", "·", "it answers, but with nothing new"]),
    "a paused one": (replace(FEED, state="paused", paused_at=ago(days=2)), ["ai-news", "paused", "5 min ago", "·", "12", "2 h", "·", "since 2 d ago"]),
    "one that is gone": (replace(FEED, state="retired", retired_why="gone", retired_at=ago(days=1), last_error="the server answered 410"), ["ai-news", "retired", "5 min ago", "·", "12", "2 h", "·", "gone for good (410); the server answered 410"]),
    "one given up by hand": (replace(FEED, state="retired", retired_why="user", retired_at=ago(days=1)), ["ai-news", "retired", "5 min ago", "·", "12", "2 h", "·", "by hand"]),
    "one that is off": (replace(FEED, state="off", enabled=0), ["ai-news", "off", "5 min ago", "·", "12", "2 h", "·", ""]),
    "one whose host wants a pause": (replace(FEED, paused_until="2026-11-23T14:00:00Z"), ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", "its host wants to be left alone until 2026-11-23 14:00 UTC"]),
    "one whose host wanted one": (replace(FEED, paused_until="2026-11-20T14:00:00Z"), ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", ""]),
    "a gap this week": (replace(FEED, gap_at=ago(days=3)), ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", "entries may have been missed on 2026-11-20"]),
    "a gap last month": (replace(FEED, gap_at=ago(days=30)), ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", ""]),
    "a quarantine": (replace(FEED, quarantined=2), ["ai-news", "ok", "5 min ago", "in 25 min", "12", "2 h", "·", "2 in quarantine"]),
}  # fmt: skip


@pytest.mark.parametrize(("feed", "cells"), ROWS.values(), ids=ROWS)
def test_a_row_says_how_a_feed_fares(feed: FeedHealth, cells: list[str]) -> None:
    table = feeds_table([feed], NOW)
    assert [str(next(iter(column.cells))) for column in table.columns] == cells


TIMES = {
    "nothing": (None, "·"),
    "no time": ("soon", "·"),
    "just now": (ago(seconds=4), "4 s ago"),
    "a moment": (ago(seconds=0), "0 s ago"),
    "minutes": (ago(seconds=119), "1 min ago"),
    "hours": (ago(hours=23, minutes=59), "23 h ago"),
    "days": (ago(days=98, hours=23), "98 d ago"),
    "long ago": (ago(days=120), "2026-07-26"),
    "soon": (ago(seconds=-90), "in 1 min"),
    "far off": (ago(days=-120), "2027-03-23"),
}


@pytest.mark.parametrize(("time", "words"), TIMES.values(), ids=TIMES)
def test_a_time_is_told_from_now(time: str | None, words: str) -> None:
    assert told(time, NOW) == words


def test_a_pace_is_told_as_exactly_as_it_is_known() -> None:
    assert [rate(value) for value in (0.0, 0.25, 3.5, 9.96, 10.0, 240.4)] == ["·", "0.2", "3.5", "10.0", "10", "240"]


def drawn(table: Table, width: int) -> list[str]:
    console = Console(width=width, highlight=False, markup=False, emoji=False, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get().splitlines()


HOSTILE = "\x1b[31mred\x07 \u202e[/x] :skull:\nnext"


@pytest.mark.parametrize("width", [100, 130])
def test_the_table_can_be_read_at(width: int) -> None:
    long = replace(
        FAILING, slug="the-quite-long-name-of-a-feed-that-has-one", last_error=f"timeout: {'host.example ' * 9}"
    )
    lines = drawn(feeds_table([FEED, FAILING, long, replace(FAILING, last_error=HOSTILE)], NOW), width)
    assert max(map(len, lines)) <= width
    assert lines[0].split() == ["feed", "state", "last", "ok", "next", "poll", "new/week", "silent", "failing", "why"]
    assert lines[1].split() == ["ai-news", "ok", "5", "min", "ago", "in", "25", "min", "12", "2", "h", "·"]
    text = "\n".join(lines)
    assert "…" not in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[/x] :skull:" in " ".join(text.split())
    assert len(lines) <= 22


ENTRY = DroppedEntry(
    feed="ai-news", guid="tag:1", url="https://ai.example/1", reason="empty", detail="neither text nor title",
    seen_at=ago(days=1), uid="x", tries=2, retry_at=ago(hours=-3),
)  # fmt: skip


@pytest.mark.parametrize("width", [100, 130])
def test_the_quarantine_can_be_read_at(width: int) -> None:
    again = replace(ENTRY, url=None, retry_at=None, detail=HOSTILE)
    lines = drawn(quarantine_table([ENTRY, again, replace(ENTRY, retry_at=ago(hours=1))], NOW), width)
    assert max(map(len, lines)) <= width
    assert " ".join(lines[1].split()) == "ai-news empty 2 in 3 h https://ai.example/1 neither text nor title"
    assert "tag:1" in lines[2]
    assert "never" in lines[2]
    assert "at the next poll" in lines[-1]
    assert "\x1b" not in "".join(lines)
