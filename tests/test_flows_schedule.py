"""When a feed is asked again, and an entry tried again: one table a rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from extractors.model import Hints
from flows.schedule import Past, interval, next_poll, next_try, pace, silent_for

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def wait(past: Past, headers: dict[str, str], luck: float = 0.0) -> int:
    return round((next_poll(NOW, NOW, past, headers, luck) - NOW).total_seconds())


INTERVALS: dict[str, tuple[dict[str, Any], int]] = {
    "without a history its own interval": ({}, 1800),
    "a busy feed as often as allowed": ({"gap": 10 * MINUTE, "newest": ago(MINUTE)}, 1800),
    "a feed of four entries a day a little less often": ({"gap": 6 * HOUR, "newest": ago(HOUR)}, 2160),
    "a feed of one a day ten times a day": ({"gap": DAY, "newest": ago(HOUR)}, 8640),
    "a feed of one a month just as often, while it is not silent": ({"gap": 30 * DAY, "newest": ago(HOUR)}, 6 * HOUR),
    "silent for a week": ({"newest": ago(7 * DAY)}, 6 * HOUR),
    "silent for two": ({"newest": ago(14 * DAY)}, 12 * HOUR),
    "silent for a month": ({"newest": ago(30 * DAY)}, DAY),
    "silent for years": ({"newest": ago(9_999 * DAY)}, DAY),
    "entries from the future": ({"newest": ago(-9_999 * DAY)}, 1800),
    "a feed that keeps its pace, however silent": ({"adaptive": False, "gap": DAY, "newest": ago(60 * DAY)}, 1800),
    "an interval of its own above all that": ({"every": 7 * DAY, "newest": ago(30 * DAY)}, 7 * DAY),
    "a failing feed keeps the interval it had": ({"failures": 1, "newest": ago(30 * DAY)}, DAY),
    "two posts an hour apart, three weeks ago, are no sign of haste": (
        {"gap": HOUR, "newest": ago(21 * DAY)},
        12 * HOUR,
    ),
    "nor two of five days ago": ({"gap": HOUR, "newest": ago(5 * DAY)}, 6 * HOUR),
    "nor those of yesterday": ({"gap": MINUTE, "newest": ago(DAY)}, 4320),
    "entries of tomorrow do not hasten it": ({"gap": DAY, "newest": ago(-DAY)}, 8640),
}


@pytest.mark.parametrize(("past", "seconds"), INTERVALS.values(), ids=INTERVALS)
def test_the_interval_follows_the_pace_of_the_feed(past: dict[str, Any], seconds: int) -> None:
    assert interval(NOW, Past(**{"every": 1800} | past)) == seconds


LADDER = {
    "the first failure changes nothing": (1, 1764),
    "the second neither": (2, 1764),
    "the third is told apart by its luck only": (3, 1800),
    "then it doubles": (4, 3600),
    "and again": (6, 14_400),
    "up to a week": (12, 7 * DAY),
    "and stays there": (4_000, 7 * DAY),
}


@pytest.mark.parametrize(("failures", "seconds"), LADDER.values(), ids=LADDER)
def test_a_failing_feed_is_asked_less_and_less_but_never_given_up(failures: int, seconds: int) -> None:
    assert wait(Past(every=1800, failures=failures), {}) == seconds


# Seconds for no luck and for all of it.
SLOW: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "a feed of 6 hours after one failure": ({"every": 6 * HOUR, "failures": 1}, (21_168, 19_440)),
    "a feed of a week after one failure": ({"every": 7 * DAY, "failures": 1}, (592_704, 544_320)),
    "a quiet one after one failure": ({"newest": ago(30 * DAY), "failures": 1}, (84_672, 77_760)),
    "a quiet one after three": ({"newest": ago(30 * DAY), "failures": 3}, (DAY, DAY)),
    "a quiet one once the ladder is longer": ({"newest": ago(30 * DAY), "failures": 9}, (115_200, 144_000)),
    "the third time with all luck": ({"failures": 3}, (1800, 2250)),
    "a week is a week, with all luck": ({"failures": 99}, (7 * DAY, 7 * DAY)),
    "a feed of a month": ({"every": 30 * DAY, "failures": 99}, (30 * DAY, 30 * DAY)),
}


@pytest.mark.parametrize(("past", "seconds"), SLOW.values(), ids=SLOW)
def test_a_feed_that_fails_is_never_asked_more_often_than_one_that_answers(
    past: dict[str, Any], seconds: tuple[int, int]
) -> None:
    failing = Past(**{"every": 1800} | past)
    healthy = Past(**{"every": 1800} | past | {"failures": 0})
    assert (wait(failing, {}, 0.0), wait(failing, {}, 1.0)) == seconds
    assert all(wait(failing, {}, luck) >= wait(healthy, {}, luck) for luck in (0.0, 0.3, 1.0))


DATED = "Fri, 20 Nov 2026 {} GMT"
HEADERS: dict[str, tuple[dict[str, str], int]] = {
    "nothing": ({}, 1764),
    "max-age can only lengthen it": ({"cache-control": "public, max-age=60"}, 1764),
    "max-age lengthens it": ({"cache-control": "max-age=7200"}, 7200),
    "no-cache takes max-age back": ({"cache-control": "no-cache, max-age=7200"}, 1764),
    "no-store too": ({"cache-control": "max-age=7200, No-Store"}, 1764),
    "Expires is told from the server's own clock": (
        {"expires": "Wed, 01 Jan 2020 14:00:00 GMT", "date": "Wed, 01 Jan 2020 12:00:00 GMT"},
        7200,
    ),
    "Expires without Date tells nothing": ({"expires": DATED.format("14:00:00")}, 1764),
    "Expires in the past": ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT", "date": DATED.format("12:00:00")}, 1764),
    "Expires of 0, as many write it": ({"expires": "0", "date": DATED.format("12:00:00")}, 1764),
    "Expires yields to Cache-Control": (
        {"cache-control": "public", "expires": DATED.format("20:00:00"), "date": DATED.format("12:00:00")},
        1764,
    ),
    "Retry-After in seconds": ({"retry-after": "5400"}, 5400),
    "Retry-After as a date": ({"retry-after": DATED.format("14:00:00")}, 7200),
    "Retry-After as a date counts from the server's own clock": (
        {"retry-after": "Wed, 01 Jan 2020 14:00:00 GMT", "date": "Wed, 01 Jan 2020 12:00:00 GMT"},
        7200,
    ),
    "a clock that is a year ahead silences nobody": (
        {"retry-after": "Sat, 20 Nov 2027 13:00:00 GMT", "date": "Sat, 20 Nov 2027 12:00:00 GMT"},
        3600,
    ),
    "Retry-After beside a Date that says nothing": ({"retry-after": DATED.format("14:00:00"), "date": "today"}, 7200),
    "the time in caches counts": ({"cache-control": "max-age=9000", "age": "1800"}, 7200),
    "for Expires too": (
        {"expires": DATED.format("14:30:00"), "date": DATED.format("12:00:00"), "age": " 1800 "},
        7200,
    ),
    "an age beyond the lifetime": ({"cache-control": "max-age=9000", "age": "99999"}, 1764),
    "an age that says nothing": ({"cache-control": "max-age=9000", "age": "-5"}, 9000),
    "Retry-After in another zone": ({"retry-after": "Fri, 20 Nov 2026 16:00:00 +0200"}, 7200),
    "Retry-After in the past": ({"retry-after": "Fri, 20 Nov 2020 14:00:00 GMT"}, 1764),
    "Retry-After that says nothing": ({"retry-after": "soon"}, 1764),
    "Retry-After in a year beyond all": ({"retry-after": "Fri, 20 Nov 99999999999999999999 14:00:00 GMT"}, 1764),
    "Retry-After in an hour beyond all": ({"retry-after": "Fri, 20 Nov 2026 99:00:00 GMT"}, 1764),
    "Retry-After in a zone beyond all": ({"retry-after": "Fri, 20 Nov 2026 14:00:00 +99999999999999"}, 1764),
    "Retry-After in no zone": ({"retry-after": "Fri, 20 Nov 2026 14:00:00 -0000"}, 7200),
    "Retry-After at the edge of time": ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, DAY),
    "the longest of all wishes": ({"retry-after": "5400", "cache-control": "max-age=9000"}, 9000),
    "no server can silence us for more than a day": ({"retry-after": "31536000"}, DAY),
}


@pytest.mark.parametrize(("headers", "seconds"), HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("failures", [0, 1], ids=["of an answer", "of a failure"])
def test_the_server_can_ask_for_more_time(headers: dict[str, str], seconds: int, failures: int) -> None:
    assert wait(Past(every=1800, failures=failures), headers) == seconds


WISHES: dict[str, tuple[Hints, bool, int]] = {
    "ttl or period lengthen it": (Hints(wait=HOUR), True, HOUR),
    "they cannot shorten it": (Hints(wait=60), True, 1764),
    "nor silence it for longer than a day": (Hints(wait=30 * DAY), True, DAY),
    "an operator may leave them unheeded": (Hints(wait=HOUR, skip_hours=(12,)), False, 1764),
    "hours to be spared are waited out": (Hints(skip_hours=(12, 13, 14)), True, 3 * HOUR),
    "hours that are not now do not matter": (Hints(skip_hours=(3,)), True, 1764),
    "days are waited out, for a day at most": (Hints(skip_days=(4, 5, 6)), True, DAY),
    "today only": (Hints(skip_days=(4,)), True, 12 * HOUR),
}


@pytest.mark.parametrize(("hints", "heed", "seconds"), WISHES.values(), ids=WISHES)
def test_the_document_can_ask_for_more_time(hints: Hints, heed: bool, seconds: int) -> None:
    assert wait(Past(every=1800, hints=hints, heed=heed), {}) == seconds


def test_retry_after_is_heeded_by_every_feed() -> None:
    headers = {"retry-after": "7200", "cache-control": "max-age=9000"}
    assert wait(Past(every=1800, heed=False), headers) == 7200


def test_luck_takes_a_tenth_off_an_interval_at_most_and_adds_a_quarter_to_a_wait() -> None:
    assert (wait(Past(every=1000), {}, 0.0), wait(Past(every=1000), {}, 1.0)) == (980, 900)
    assert (wait(Past(every=1000, failures=4), {}, 0.0), wait(Past(every=1000, failures=4), {}, 1.0)) == (2000, 2500)


def test_luck_never_cuts_into_what_the_server_asked_for() -> None:
    assert wait(Past(every=1800), {"retry-after": "1800"}, 1.0) == 1800


def test_an_interval_counts_from_the_run_and_a_wish_from_the_answer() -> None:
    answered = NOW + timedelta(seconds=40)
    assert next_poll(NOW, answered, Past(every=1000), {}, 0.0) == NOW + timedelta(seconds=980)
    assert next_poll(NOW, answered, Past(every=60), {"retry-after": "2"}, 0.0) >= answered + timedelta(seconds=2)


PACES: dict[str, tuple[list[datetime | None], int | None]] = {
    "no dates tell nothing": ([None, None], None),
    "one date neither": ([ago(HOUR)], None),
    "one an hour": ([ago(HOUR * n) for n in range(1, 11)], HOUR),
    "only the latest twenty count": ([ago(HOUR * n) for n in range(1, 21)] + [ago(27 * DAY)], HOUR),
    "a silence since does not count": ([ago(60 * DAY + HOUR * n) for n in range(10)], HOUR),
    "two are enough": ([ago(300 * DAY), ago(400 * DAY)], 100 * DAY),
    "in any order": ([ago(DAY), None, ago(3 * DAY), ago(2 * DAY)], DAY),
    "all at once": ([ago(DAY)] * 5, 1),
    "dates in the future are nobody's": ([ago(-DAY), ago(-2 * DAY), ago(HOUR)], None),
}


@pytest.mark.parametrize(("dates", "gap"), PACES.values(), ids=PACES)
def test_the_pace_of_a_feed_is_the_mean_gap_between_its_latest_entries(
    dates: list[datetime | None], gap: int | None
) -> None:
    assert pace(dates, NOW) == gap


SILENT: dict[str, tuple[datetime | None, int | None, int]] = {
    "nothing was ever new": (None, None, 0),
    "two weeks are no silence": (ago(14 * DAY), HOUR, 0),
    "a month is, for a busy feed": (ago(31 * DAY), HOUR, 31),
    "not for a monthly one": (ago(31 * DAY), 30 * DAY, 0),
    "eight of its gaps are": (ago(241 * DAY), 30 * DAY, 241),
}


@pytest.mark.parametrize(("last", "gap", "days"), SILENT.values(), ids=SILENT)
def test_a_feed_that_answers_and_brings_nothing_is_silent_by_its_own_measure(
    last: datetime | None, gap: int | None, days: int
) -> None:
    assert silent_for(NOW, last, gap) == days


def test_a_daily_feed_that_went_silent_is_told_after_a_month() -> None:
    dates: list[datetime | None] = [ago(31 * DAY + DAY * n) for n in range(20)]
    assert silent_for(NOW, dates[0], pace(dates, NOW)) == 31


def test_an_entry_that_was_dropped_is_tried_again_ever_later_and_then_no_more() -> None:
    waits = [next_try(NOW, tries) for tries in range(8)]
    hours = [wait and round((wait - NOW).total_seconds() / HOUR) for wait in waits]
    assert hours == [None, 1, 4, 16, 64, 256, None, None]
