"""Dates as feeds write them, to aware UTC datetimes; None for what is no date or cannot be meant.

RFC 822 and ISO 8601 in all their careless forms, month names in eight languages, seconds since 1970. A date without a
zone is UTC. Out of range is None: year 1 is Go's zero time and 1 January 1970 everybody else's, both found in real
feeds; 9999 means "never". Dates with only digits and slashes (03/04/2024) are not guessed at. No clock: whether a date
lies in the future is for those who know the present.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
FARTHEST = timedelta(hours=14)  # from Greenwich; Kiribati
PIVOT = 68  # two-digit years up to it are of this century, as POSIX has it; RFC 2822 would end that at 49
LONGEST = 80  # characters; a longer text is no date

# Hours east of Greenwich of the zone names that feeds use. Ambiguous ones have the meaning of RFC 822 (EST, CST, MST,
# PST are American), IST is India, BST Britain.
ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2,
    "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7, "HKT": 8,
    "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "BRT": -3, "ART": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
# By their first letters: English; other spellings in German, French, Spanish, Italian, Portuguese, Dutch and Swedish.
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {
    "jän": 1, "ene": 1, "gen": 1, "fév": 2, "fev": 2, "mär": 3, "mrz": 3, "mrt": 3, "maa": 3, "avr": 4, "abr": 4,
    "mai": 5, "mei": 5, "mag": 5, "maj": 5, "juin": 6, "giu": 6, "juil": 7, "lug": 7, "aoû": 8, "aou": 8, "ago": 8,
    "set": 9, "okt": 10, "ott": 10, "out": 10, "déc": 12, "dez": 12, "dic": 12,
}  # fmt: skip

MINUTE, SECOND = r"(?P<minute>[0-5]\d)", r"(?P<second>[0-5]\d|60)(?:[.,]\d{1,12})?"
CLOCK = rf"(?P<hour>\d{{1,2}})[:.h]{MINUTE}(?:[:.]{SECOND})?\s?(?P<half>[AaPp]\.?[Mm]\.?)?"
EAST = r"(?P<sign>[+\u2212-])?(?P<east>\d{1,2}:?\d{2}|\d{1,2})(?:\s?[A-Za-z]{1,5})?"  # "+0200 CEST": the number counts
ZONE = rf"(?:\s{{0,3}}(?P<zone>\(?[A-Za-z]{{1,5}}\)?)?\s?(?:{EAST})?)?"
GAP = r"\.?,?[\s-]{1,3}"
NAME, NUMBER = r"(?P<month>[^\W\d_]{3,10})", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
DAY = rf"(?:{NUMBER}{GAP}(?:(?:of|de)\s)?{NAME}{GAP}(?:de\s)?(?P<year>\d{{4}}|\d{{2}}))"
AMERICAN = rf"(?:{NAME}\.?\s{{1,3}}{NUMBER},?\s{{1,3}}(?P<year>\d{{4}}))"
ASCTIME = rf"{NAME}\s{{1,3}}{NUMBER}\s{{1,3}}{CLOCK}\s{{1,3}}(?:(?P<zone>[A-Za-z]{{1,5}})\s)?(?P<year>\d{{4}})"
WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s{0,3})?"
ISO = r"(?P<year>\d{4})(?P<dash>[-/.]?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
LAX_ISO = r"(?P<year>\d{4})(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
CHINESE = r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
DOTTED = r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"  # the day comes first wherever dots are used
COMPACT = rf"(?P<hour>\d{{2}}){MINUTE}(?:{SECOND})?"
FORMS = tuple(
    re.compile(
        form + r"\s{0,3}(?:\([^()]{0,30}\)|\[[\w/+:-]{0,40}\]|m=[+-][\d.]{1,20})?"
    )  # (CET), [Europe/Paris], Go's clock
    for form in (
        rf"{ISO}(?:(?:[Tt]|\s{{1,3}}|,\s){CLOCK}{ZONE})?",
        rf"{ISO}[Tt]{COMPACT}{ZONE}",
        rf"{LAX_ISO}(?:(?:[Tt]\s?|\s|,\s){CLOCK}{ZONE})?",
        rf"{CHINESE}(?:\s{{1,3}}{CLOCK}{ZONE})?",
        rf"{WEEKDAY}{DOTTED}(?:,?(?:\s{{1,3}}|\s-\s){CLOCK}{ZONE})?",
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        rf"{WEEKDAY}{DAY}(?:,?(?:\s{{1,3}}|\s(?:at|-)\s|T){CLOCK}{ZONE})?",
        rf"(?:{WEEKDAY})??{AMERICAN}(?:,?(?:\s{{1,3}}|\s(?:at|-)\s){CLOCK}{ZONE})?",
        rf"{WEEKDAY}{ASCTIME}{ZONE.replace('?P<zone>', '?:')}",
    )
)
DAYS = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{13}")


def read_date(text: str) -> datetime | None:
    """The moment a text means, in UTC, to the second. Never raises."""
    text = " ".join(text.split()) if len(text) <= LONGEST else ""
    if EPOCH.fullmatch(text):
        number = float(text)
        return sane(datetime.fromtimestamp(number / 1000 if number > LATEST.timestamp() else number, UTC))
    for form in FORMS:
        if found := form.fullmatch(text):
            return sane(build({name: value or "" for name, value in found.groupdict().items()}))
    return None


def from_struct(moment: time.struct_time | None, text: str) -> datetime | None:
    """A struct in UTC, which is what feedparser made of the text, as a datetime; None when its day is not in the text.

    feedparser takes "2026년 3월 3일" for the first of November. Its zone may put the day before or after.
    """
    try:
        found = sane(datetime(*moment[:6], tzinfo=UTC)) if moment else None
    except (ValueError, TypeError, OverflowError):
        return None
    days = {(found + timedelta(days=shift)).day for shift in (-1, 0, 1)} if found else set()
    return found if days & {int(number) for number in DAYS.findall(text[:LONGEST])} else None


def sane(moment: datetime | None) -> datetime | None:
    """A moment that can be meant, else None."""
    return moment.replace(microsecond=0) if moment and EARLIEST <= moment < LATEST else None


def build(part: dict[str, str]) -> datetime | None:
    """The moment of the named parts, or None when there is no such day, hour or zone."""
    month = part["month"]
    number = int(month) if month.isdigit() else MONTHS.get(month[:4].lower(), 0) or MONTHS.get(month[:3].lower(), 0)
    year = int(part["year"])
    if len(part["year"]) == len("99"):
        year += 1900 if year > PIVOT else 2000
    east = offset(part)
    if east is None:
        return None
    try:
        moment = datetime(year, number, int(part.get("day") or 1), tzinfo=timezone(east))
        return (moment + clock(part)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock(part: dict[str, str]) -> timedelta:
    """The time of day. Midnight may be written 24:00 and a leap second 60. Raises `ValueError`."""
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := part.get("half", "").lower():
        hour = hour % 12 + 12 * half.startswith("p")
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    if since > timedelta(days=1):
        raise ValueError("no such time of day")
    return since


def offset(part: dict[str, str]) -> timedelta | None:
    """How far east of Greenwich the parts say they are; None for an impossible number.

    An unknown name counts as UTC. "GMT+0200" is two hours east.
    """
    digits = part.get("east", "").replace(":", "")
    if digits and part.get("sign"):
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > len("12") else (int(digits), 0)
        east = timedelta(hours=hours, minutes=minutes)
        if east > FARTHEST:
            return None
        return east if part["sign"] == "+" else -east
    return timedelta(hours=ZONES.get(part.get("zone", "").strip("()").upper(), 0))
