"""When to ask again: feeds, and entries that could not be processed.

    next_poll  =  max(interval, what the server asks for), moved out of the hours and days it asks to be left alone in

The interval is `every` for a feed that keeps its pace. For an adaptive one it is the time in which `EXPECTED` new
entries are to be expected from the mean gap between its entries, or from half the time since the newest where that is
more (two posts of one hour three weeks ago are no sign of haste), at least `every`; and the longer it has been silent,
the longer it is (`SILENCE`). It is shortened by up to a tenth, by luck, so that feeds spread out, and so that a run
that comes every 30 minutes finds a feed of 30 minutes due.

What the server asks for is the latest of Retry-After (both forms, RFC 9110 §10.2.3), max-age, or Expires as told from
the server's own clock (RFC 9111 §4.2.1), RSS ttl and sy:updatePeriod. Whatever it says, it is asked within a day, or
within `every` where that is more.

After failures: the interval for the first two. From the third on the longer of the interval, as it is, and a wait of
`every`, doubled with each further failure, plus up to a quarter by luck, a week at the most. So a feed that fails is
never asked more often than one that does not, and one that fails for ever is still asked each week, or at its interval
where that is longer. What retires a feed is in `storage.feeds`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from extractors.model import Hints
from storage.intents import SILENT_DAYS, SILENT_GAPS

HOUR = 3_600
DAY = 24 * HOUR
WEEK = 7 * DAY
PATIENCE = 3  # failures in a row from which on the wait is doubled
EXPECTED = 0.1  # new entries at a poll of an adaptive feed: one poll of ten finds one
STEADY = 6 * HOUR  # the most an adaptive interval grows for a feed that is not silent
SILENCE = ((30 * DAY, DAY), (14 * DAY, 12 * HOUR), (7 * DAY, 6 * HOUR))  # silent for, interval at least (CommaFeed's)
RECENT = 20  # entries a pace is taken from
PAIR = 2  # dates, without which there is no gap
TRIES = 5  # of a quarantined entry, after the first
EARLY, SPREAD = 0.02, 0.08  # share of an interval taken off: always, and by luck
LATE = 0.25  # share of a wait after failures added by luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a feed. Times in seconds; `failures` are those in a row, the latest answer included.

    `gap` is the mean time between its entries, `newest` the latest of their dates. `heed` says whether the pace that
    its document and its caches ask for counts; Retry-After always does.
    """

    every: int
    adaptive: bool = True
    heed: bool = True
    gap: int | None = None
    newest: datetime | None = None
    failures: int = 0
    hints: Hints = field(default_factory=Hints)


def next_poll(begun: datetime, now: datetime, past: Past, headers: Mapping[str, str], luck: float) -> datetime:
    """When to poll next. `begun` is when this run began, `now` when the answer came; `luck` lies in 0-1.

    `headers` are the answer's, names in lower case; empty when there was none.
    """
    healthy = interval(now, past)
    if past.failures >= PATIENCE:
        ladder = past.every * 2 ** min(past.failures - PATIENCE, 20) * (1 + LATE * luck)
        wait = max(healthy, min(ladder, WEEK))
    else:
        wait = healthy * (1 - EARLY - SPREAD * luck)
    asked = wished(now, past, headers)
    soonest = max(begun + timedelta(seconds=wait), now + timedelta(seconds=min(asked, DAY)))
    return spared(soonest, past.hints, now + timedelta(seconds=max(DAY, past.every))) if past.heed else soonest


def interval(now: datetime, past: Past) -> float:
    """Seconds between two polls by the feed's own pace, whether it answers or not."""
    if not past.adaptive:
        return past.every
    silent = (now - past.newest).total_seconds() if past.newest else 0
    expected = min(EXPECTED * max(past.gap, silent / 2), STEADY) if past.gap else 0
    decayed = next((least for longer, least in SILENCE if silent >= longer), 0)
    return max(past.every, expected, decayed)


def wished(now: datetime, past: Past, headers: Mapping[str, str]) -> int:
    """Seconds the server and the document ask us to wait; 0 when they say nothing readable."""
    after = retry_after(now, headers)
    return max(after, lifetime(headers), past.hints.wait) if past.heed else after


def lifetime(headers: Mapping[str, str]) -> int:
    """Seconds for which the answer stays fresh; 0 when it says nothing, or that it does not.

    Those it has lain in caches already (Age, RFC 9111 §5.1) are taken off. Expires counts only without Cache-Control,
    from the Date beside it: the server's clock may be wrong by years.
    """
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0
    most = re.search(r"\bmax-age=\"?([0-9]{1,9})", control)
    whole = int(most[1]) if most else 0
    expires, date = moment(headers.get("expires", "")), moment(headers.get("date", ""))
    if not control and expires and date:
        whole = int((expires - date).total_seconds())
    return max(0, whole - (digits(headers.get("age", "")) or 0))


def retry_after(now: datetime, headers: Mapping[str, str]) -> int:
    """Retry-After in seconds, from either of its forms; 0 when it is neither.

    A date is meant by the server's own clock, which may be wrong by years: it counts from the Date beside it, or from
    `now` without one.
    """
    value = headers.get("retry-after", "")
    seconds, at = digits(value), moment(value)
    if seconds is not None or not at:
        return seconds or 0
    return max(0, int((at - (moment(headers.get("date", "")) or now)).total_seconds()))


def digits(value: str) -> int | None:
    """A number of seconds as headers write it; None for anything else."""
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value.strip()) else None


def moment(value: str) -> datetime | None:
    """A date of HTTP as an aware UTC time; None for anything else."""
    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except Exception:  # noqa: BLE001 - email.utils raises what it meets: OverflowError for a year of twenty digits
        return None


def spared(at: datetime, hints: Hints, latest: datetime) -> datetime:
    """The first time from `at` on that lies in none of the hours and days to be spared, but no later than `latest`."""
    moved = at
    while moved.hour in hints.skip_hours or moved.weekday() in hints.skip_days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moved > latest:
            return max(at, latest)
    return moved


def pace(dates: Sequence[datetime | None], now: datetime) -> int | None:
    """The mean number of seconds between the latest entries of a document; None when fewer than two have a date.

    It says how often a feed wrote while it did; a silence since does not stretch it. Dates after `now` are nobody's.
    """
    recent = sorted((date for date in dates if date and date <= now), reverse=True)[:RECENT]
    if len(recent) < PAIR:
        return None
    return max(1, int((recent[0] - recent[-1]).total_seconds() / (len(recent) - 1)))


def silent_for(now: datetime, last_new: datetime | None, gap: int | None) -> int:
    """Days since a feed that answers brought anything new, once they are too many for one of its pace; else 0."""
    if last_new is None:
        return 0
    silent = (now - last_new).total_seconds()
    return int(silent / DAY) if silent > max(SILENT_DAYS * DAY, SILENT_GAPS * (gap or 0)) else 0


def next_try(now: datetime, tries: int) -> datetime | None:
    """When to try an entry again that was dropped `tries` times: after 1, 4, 16, 64 and 256 hours, then never."""
    return now + timedelta(seconds=HOUR * 4 ** (tries - 1)) if 1 <= tries <= TRIES else None
