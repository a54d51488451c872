"""When to ask a feed again.

After an answer: the feed's own interval, or later when the server says so (Retry-After, max-age). After a failure: the
interval for the first two, then doubled with each further one, a week at the most; a feed is never given up silently.
Whatever a server says, it is asked again within a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

DAY = 86_400
WEEK = 7 * DAY
PATIENCE = 2  # failures before the interval grows


def next_poll(now: datetime, every: int, failures: int, headers: Mapping[str, str]) -> datetime:
    """The time of the next poll. `every` is seconds; `failures` counts those in a row, this answer included."""
    wait = every * 2 ** min(max(0, failures - PATIENCE), 20)
    wait = min(wait, WEEK) if failures else wait
    return now + timedelta(seconds=max(wait, min(hint(now, headers), DAY)))


def hint(now: datetime, headers: Mapping[str, str]) -> int:
    """Seconds the server asks us to wait: the larger of Retry-After and max-age, 0 when it says nothing readable."""
    age = re.search(r"\bmax-age=\"?(\d{1,9})", headers.get("cache-control", ""))
    return max(retry_after(now, headers.get("retry-after", "")), int(age[1]) if age else 0)


def retry_after(now: datetime, value: str) -> int:
    """Retry-After in seconds, from either of its forms (RFC 9110 §10.2.3); 0 when it is neither."""
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    try:
        return max(0, int((parsedate_to_datetime(value) - now).total_seconds()))
    except Exception:  # noqa: BLE001 - email.utils raises what it meets: OverflowError for a year of twenty digits
        return 0
