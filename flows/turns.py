"""Whose turn it is: how many requests a domain gets at once, how long it is left alone between two, who wants a pause.

Public hosts are counted by registered domain, since limits are often kept for a whole one (Tumblr's for all its blogs):
`per_domain` requests at once, and `delay` seconds from the end of one to the start of the next. It is counted from the
end because a server that is slow is one that needs the rest. A robots.txt may ask for more, up to ten seconds.
Private hosts, which are the operator's own, get `per_host` requests at once for each host and port, and no delay.

A public host that answers 429 or 503 is not asked again for as long as it says, at least the time in `PAUSES`; that
goes for this host, not for others of its domain, and in the next runs too (`Store.pauses`). A pause that would end more
than a day from now was set before somebody put the clock back, and does not count until it is within a day.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from yarl import URL

from config.settings import Settings
from flows.exchange import FetchError
from flows.guard import is_internal, is_number
from flows.schedule import moment, retry_after

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

PAUSES = {429: 3600, 503: 300}  # seconds at least
LONGEST = timedelta(days=1)
SLOWEST = 10.0  # seconds between two requests that a robots.txt can ask for


@dataclass(slots=True, kw_only=True)
class Lane:
    """The queue of one domain. `gap` is seconds, `ready` the time on the loop's clock from which on it may be asked."""

    places: asyncio.Semaphore
    gap: float
    ready: float = 0.0


class Turns:
    """The queues and pauses of one event loop. `pauses` are those of earlier runs, by host, in aware UTC."""

    def __init__(self, settings: Settings, pauses: Mapping[str, datetime] | None = None) -> None:
        self._settings = settings
        self._lanes: dict[str, Lane] = {}
        self._found: dict[
            tuple[str, int | None], Lane
        ] = {}  # the same by host and port: to look a domain up takes time
        self._pauses = dict(pauses or {})
        self._new: dict[str, tuple[datetime, int]] = {}

    @asynccontextmanager
    async def take(self, url: URL) -> AsyncIterator[None]:
        """Wait for our turn at a host and hold it. Raises `FetchError` ("paused"), also for a pause set meanwhile."""
        self.check(url)
        lane = self._lane(url)
        now = asyncio.get_running_loop().time
        async with lane.places:
            self.check(url)
            while (wait := lane.ready - now()) > 0:
                await asyncio.sleep(wait)
                self.check(url)
            lane.ready = now() + lane.gap
            try:
                yield
            finally:
                lane.ready = now() + lane.gap

    def check(self, url: URL) -> None:
        """Raise `FetchError` ("paused") when the host is not to be asked for now."""
        host = name_of(url)
        until = self._pauses.get(host)
        if until and timedelta(0) < until - datetime.now(UTC) <= LONGEST:
            raise FetchError("paused", f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC", until)

    def heed(self, url: URL, status: int, headers: Mapping[str, str]) -> None:
        """Set a pause when a public host's answer asks for one."""
        host = name_of(url)
        if status not in PAUSES or is_internal(host):
            return
        now = datetime.now(UTC)
        # A date is meant by the server's clock, which may be wrong by years.
        wait = retry_after(moment(headers.get("date", "")) or now, headers.get("retry-after", ""))
        until = now + min(timedelta(seconds=max(wait, PAUSES[status])), LONGEST)
        if host not in self._new or self._new[host][0] < until:
            self._pauses[host] = until
            self._new[host] = until, status

    def slow(self, url: URL, seconds: float) -> None:
        """Leave at least so many seconds between two requests to a public host's domain, ten at the most."""
        if seconds > 0 and not is_internal(name_of(url)):
            lane = self._lane(url)
            lane.gap = max(lane.gap, min(seconds, SLOWEST))

    def paused(self) -> dict[str, tuple[datetime, int]]:
        """The hosts that asked for a pause since the start: until when, and the status that said so."""
        return dict(self._new)

    def _lane(self, url: URL) -> Lane:
        place = name_of(url), url.port
        if place not in self._found:
            self._found[place] = self._open(*place)
        return self._found[place]

    def _open(self, host: str, port: int | None) -> Lane:
        internal = is_internal(host)
        key = f"{host}:{port}" if internal else domain_of(host)
        if key not in self._lanes:
            places = self._settings.per_host if internal else self._settings.per_domain
            gap = 0.0 if internal else self._settings.delay
            self._lanes[key] = Lane(places=asyncio.Semaphore(places), gap=gap)
        return self._lanes[key]


def name_of(url: URL) -> str:
    """The host of an address in the one spelling it is known by here."""
    return (url.raw_host or "").rstrip(".").lower()


def domain_of(host: str) -> str:
    """The registered domain of a host: news.bbc.co.uk is bbc.co.uk. A number, or what has none, is its own."""
    return host if is_number(host) else suffixes().privatesuffix(host) or host


@cache
def suffixes() -> PublicSuffixList:
    """The list that ships with the package, read when it is first needed.

    Only its section of registries: hosts of one provider (github.io, blogspot.com) share its servers and its patience.
    """
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)
