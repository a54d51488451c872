"""When a feed is asked again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.schedule import next_poll

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERY = 1800
WAITS = {
    "the feed's own interval": (0, {}, 1800),
    "a first failure changes nothing": (1, {}, 1800),
    "a second one neither": (2, {}, 1800),
    "then it doubles": (3, {}, 3600),
    "and again": (5, {}, 14_400),
    "up to a week": (40, {}, 7 * 86_400),
    "max-age can only lengthen it": (0, {"cache-control": "public, max-age=60"}, 1800),
    "max-age lengthens it": (0, {"cache-control": "max-age=7200"}, 7200),
    "Retry-After in seconds": (1, {"retry-after": "5400"}, 5400),
    "Retry-After as a date": (1, {"retry-after": "Fri, 20 Nov 2026 14:00:00 GMT"}, 7200),
    "Retry-After in the past": (1, {"retry-after": "Fri, 20 Nov 2020 14:00:00 GMT"}, 1800),
    "Retry-After that says nothing": (1, {"retry-after": "soon"}, 1800),
    "Retry-After in a year beyond all": (1, {"retry-after": "Fri, 20 Nov 99999999999999999999 14:00:00 GMT"}, 1800),
    "Retry-After in an hour beyond all": (1, {"retry-after": "Fri, 20 Nov 2026 99:00:00 GMT"}, 1800),
    "Retry-After in a zone beyond all": (1, {"retry-after": "Fri, 20 Nov 2026 14:00:00 +99999999999999"}, 1800),
    "Retry-After in no zone": (1, {"retry-after": "Fri, 20 Nov 2026 14:00:00 -0000"}, 1800),
    "Retry-After at the edge of time": (1, {"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359"}, 86_400),
    "no server can silence us for more than a day": (1, {"retry-after": "31536000"}, 86_400),
}


@pytest.mark.parametrize(("failures", "headers", "wait"), WAITS.values(), ids=WAITS)
def test_the_wait_until_the_next_poll(failures: int, headers: dict[str, str], wait: int) -> None:
    assert (next_poll(NOW, EVERY, failures, headers) - NOW).total_seconds() == wait
