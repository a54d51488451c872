"""How often a feed document asks to be fetched: ttl, sy:updatePeriod, skipHours, skipDays.

    read_hints(text) ─▶ Hints(wait=3600, skip_hours=(0, 1, 2), skip_days=(5, 6))

RSS 2.0 gives ttl in minutes and names hours (GMT) and days in which not to ask; the syndication module of RSS 1.0,
which nearly every WordPress feed carries, gives a period and how often it is updated in it. feedparser reads the
half of this, so it is taken from the text: from what stands before the first entry and after the last one, since an
entry may be about anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractors.model import Hints

REACH = 20_000  # characters looked at on either side of the entries
MINUTE = 60
DAY = 86_400
PERIODS = {"hourly": 3_600, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
HOURS = 24
HOUR = re.compile(r"[01]?[0-9]|2[0-4]")  # RSS 0.91 counts from 1 to 24
NUMBER = re.compile(r"[0-9]{1,8}")

ENTRY = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
LAST = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s*>", re.IGNORECASE)
FIELD = re.compile(
    r"""<(?:[A-Za-z][\w.-]{0,30}:)?(?P<name>ttl|updatePeriod|updateFrequency|hour|day)(?:\s[^<>]{0,200})?>
    \s{0,50}(?:<!\[CDATA\[)?\s{0,50}(?P<value>\w{1,20})""",
    re.IGNORECASE | re.VERBOSE,
)


def read_hints(text: str) -> Hints:
    """The wishes of one XML document. What is absent, absurd or unreadable is no wish. Never raises."""
    found: dict[str, list[str]] = {}
    for field in FIELD.finditer(around(text)):
        found.setdefault(field["name"].lower(), []).append(field["value"].lower())
    return Hints(
        wait=max(MINUTE * number(found.get("ttl", [])), period(found)),
        skip_hours=some((number([hour]) % HOURS for hour in found.get("hour", []) if HOUR.fullmatch(hour)), HOURS),
        skip_days=some((DAYS[day[:3]] for day in found.get("day", []) if day[:3] in DAYS), len(DAYS)),
    )


def around(text: str) -> str:
    """What stands around the entries."""
    first = ENTRY.search(text)
    if not first:
        return text[:REACH]
    tail = text[max(first.start(), len(text) - REACH) :]
    ends = [end.end() for end in LAST.finditer(tail)]
    return text[: min(first.start(), REACH)] + (tail[ends[-1] :] if ends else "")


def period(found: dict[str, list[str]]) -> int:
    """Seconds between updates by the syndication module: the period over the frequency in it. 0 without either."""
    if not found.keys() & {"updateperiod", "updatefrequency"}:
        return 0
    length = PERIODS.get(found.get("updateperiod", ["daily"])[0], 0)
    return length // max(1, number(found.get("updatefrequency", [])))


def number(values: list[str]) -> int:
    """The first value as a number; 0 when there is none, or a longer one than anybody can mean."""
    return int(values[0]) if values and NUMBER.fullmatch(values[0]) else 0


def some(numbers: Iterable[int], most: int) -> tuple[int, ...]:
    """The numbers once each, in order; none when they are all there are: a feed may not forbid to be asked at all."""
    distinct = tuple(sorted(set(numbers)))
    return distinct if len(distinct) < most else ()
