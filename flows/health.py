"""How feeds look on a terminal: each one's state at a glance, and the entries that became no article.

Times are told from now, in short words: "3 h ago", "in 25 min". Whatever a server said loses its control characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from rich.table import Table
from rich.text import Text

from flows.screens import flat
from storage.queries import DroppedEntry, FeedHealth

NONE = "·"
STYLES = {"failing": "red", "silent": "yellow", "paused": "dim", "retired": "dim", "off": "dim"}
RESTING = {"paused", "retired", "off"}
GAPS = timedelta(days=7)  # for so long a gap is told
SLUG = 24  # columns of a name on one line
LONG_AGO = 99  # days, from which on a date says more
FEW = 10  # from which on tenths say nothing
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))
WHY_RETIRED = {"gone": "gone for good (410)", "failing": "30 days of errors", "user": "by hand"}


def feeds_table(feeds: Iterable[FeedHealth], now: datetime) -> Table:
    """Feeds at a glance: when asked and next to be asked, what they give, since when and why they fail."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("feed", no_wrap=True)
    for name in ("state", "last ok", "next poll", "new/week", "silent", "failing"):
        table.add_column(name, justify="right" if name in {"new/week", "silent", "failing"} else "left", no_wrap=True)
    table.add_column("why", overflow="fold")
    for feed in feeds:
        resting = feed.state in RESTING
        cells = (
            folded(feed.slug),
            feed.state,
            told(feed.last_success_at, now),
            NONE if resting else told(feed.next_poll_at, now, due="due"),
            rate(feed.new_per_week),
            spell(timedelta(days=feed.days_silent)) if feed.last_success_at else NONE,
            lasting(feed.failing_since, now),
            "; ".join(reasons(feed, now)),
        )
        table.add_row(*(Text(cell) for cell in cells), style=STYLES.get(feed.state, ""))
    return table


def reasons(feed: FeedHealth, now: datetime) -> Iterator[str]:
    """What there is to know beyond the numbers, the gravest first."""
    if feed.state == "retired":
        yield WHY_RETIRED.get(feed.retired_why or "", flat(feed.retired_why))
    if feed.state == "paused":
        yield f"since {told(feed.paused_at, now)}"
    if feed.last_error and (feed.failures or feed.state == "retired"):
        yield flat(feed.last_error)
    until = moment(feed.paused_until)
    if until and until > now:
        yield f"its host wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
    gap = moment(feed.gap_at)
    if gap and now - gap <= GAPS:
        yield f"entries may have been missed on {gap:%Y-%m-%d}"
    if feed.silent:
        yield "it answers, but with nothing new"
    if feed.quarantined:
        yield f"{feed.quarantined} in quarantine"


def quarantine_table(entries: Iterable[DroppedEntry], now: datetime) -> Table:
    """Entries that became no article, latest first: why, and when they are tried again."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("feed", no_wrap=True)
    for name in ("reason", "tries", "next try"):
        table.add_column(name, justify="right" if name == "tries" else "left", no_wrap=True)
    table.add_column("entry", overflow="fold", ratio=1)
    table.add_column("detail", overflow="fold", ratio=1)
    for entry in entries:
        again = told(entry.retry_at, now, due="at the next poll") if entry.retry_at else "never"
        cells = (entry.reason, str(entry.tries), again, entry.url or entry.guid, entry.detail)
        table.add_row(Text(folded(entry.feed)), *(Text(flat(cell)) for cell in cells))
    return table


def folded(slug: str) -> str:
    """A name in one piece, since one copies it from here; a very long one on several lines."""
    return "\n".join(wrap(flat(slug), SLUG, break_on_hyphens=True))


def told(time: str | None, now: datetime, due: str = "") -> str:
    """A time as seen from now. With `due` that stands for a time that has come."""
    at = moment(time)
    if at is None:
        return NONE
    if at <= now and due:
        return due
    if abs(now - at) > timedelta(days=LONG_AGO):
        return f"{at:%Y-%m-%d}"
    return f"{spell(now - at)} ago" if at <= now else f"in {spell(at - now)}"


def lasting(since: str | None, now: datetime) -> str:
    """How long something has been so."""
    at = moment(since)
    return spell(max(now - at, timedelta(0))) if at else NONE


def spell(span: timedelta) -> str:
    """A span of time in its largest unit: "3 d", "5 h", "25 min"."""
    seconds = span.total_seconds()
    unit, size = next(((unit, size) for unit, size in UNITS if seconds >= size), ("s", 1))
    return f"{int(seconds // size)} {unit}"


def rate(per_week: float) -> str:
    """Articles a week, in tenths where that says something."""
    return NONE if not per_week else f"{per_week:.1f}" if per_week < FEW else f"{per_week:.0f}"


def moment(time: str | None) -> datetime | None:
    """A time of the database; None for one that cannot be read."""
    try:
        at = datetime.fromisoformat(time) if time else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
