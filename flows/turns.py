"""Whose turn it is: how many requests a domain gets at once, how long it is left alone between two, who wants a pause.

Public hosts are counted by registered domain, since limits are often kept for a whole one (Tumblr's for all its blogs):
`per_domain` requests at once, and `delay` seconds from the end of one to the start of the next. It is counted from the
end because a server that is slow is one that needs the rest. A robots.txt may ask for more, up to ten seconds.
Private hosts, which are the operator's own, get `per_host` requests at once for each host and port, and no delay.

A public host that answers 429 or 503 is not asked again for as long as it says, at least the time in `PAUSES`; that
goes for this host, not for others of its domain, and in the next runs too (`Store.pauses`). A pause that would end more
than a day from now was set before somebody put the clock back, and does not count until it is within a day.

A host (by its port, public or not) that gave no answer at all twice running is not asked again in this run: each of a
hundred feeds of a dead host would otherwise wait for the deadline, one after the other. An answer in between, whatever
it says, begins the count anew.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from yarl import URL

from config.settings import Settings
from flows.exchange import FetchError
from flows.guard import is_internal, is_number
from flows.schedule import retry_after
from storage.hosts import LONGEST

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

PAUSES = {429: 3600, 503: 300}  # seconds at least
SILENT = 2  # times without an answer, after which a host is asked no more
SLOWEST = 10.0  # seconds between two requests that a robots.txt can ask for
Place = tuple[str, int | None]
OnPause = Callable[[str, datetime, int], None]


@dataclass(slots=True, kw_only=True)
class Lane:
    """The queue of one domain. `gap` is seconds, `ready` the time on the loop's clock from which on it may be asked."""

    places: asyncio.Semaphore
    gap: float
    ready: float = 0.0


@dataclass(slots=True, kw_only=True)
class Silence:
    """How often a host gave no answer since `heard` (loop's clock), and the `kind` of the last such failure."""

    times: int = 0
    kind: str = ""
    heard: float = -math.inf


class Turns:
    """The queues and pauses of one event loop. `pauses` are those of earlier runs, by host, in aware UTC.

    `on_pause` is told of each pause as it is set: host, end (aware UTC) and the status that asked for it.
    """

    def __init__(
        self, settings: Settings, pauses: Mapping[str, datetime] | None = None, on_pause: OnPause | None = None
    ) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(settings.connections)
        self._on_pause = on_pause
        self._silences: defaultdict[Place, Silence] = defaultdict(Silence)
        self._lanes: dict[str, Lane] = {}
        self._found: dict[Place, Lane] = {}  # the same by host and port: to look a domain up takes time
        self._pauses = dict(pauses or {})
        self._new: dict[str, tuple[datetime, int]] = {}

    @asynccontextmanager
    async def take(self, url: URL, until: float | None = None) -> AsyncIterator[None]:
        """Wait for our turn at a host and for a connection, and hold both.

        Raises what `check` raises, also for what happened meanwhile, and `FetchError` ("unasked") when our turn has not
        come `until` then (loop's clock).
        """
        self.check(url)
        lane = self._lane(url)
        now = asyncio.get_running_loop().time
        async with held(lane.places, url, until):
            self.check(url)
            while (wait := lane.ready - now()) > 0:
                if until is not None and lane.ready > until:
                    raise unasked(url)
                await asyncio.sleep(wait)
                self.check(url)
            async with held(self._places, url, until):
                self.check(url)
                lane.ready = now() + lane.gap
                try:
                    yield
                finally:
                    lane.ready = now() + lane.gap

    def check(self, url: URL) -> None:
        """Raise `FetchError` when the host is not to be asked for now: "paused", or as it failed to answer twice."""
        host = name_of(url)
        silence = self._silences.get(place_of(url))
        if silence and silence.times >= SILENT:
            raise FetchError(silence.kind, f"{host} did not answer {SILENT} times in this run and is asked no more")
        until = self._pauses.get(host)
        if until and timedelta(0) < until - datetime.now(UTC) <= LONGEST:
            raise FetchError("paused", f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC", until)

    def miss(self, url: URL, kind: str, begun: float) -> None:
        """Count a question of the time `begun` (loop's clock) that got no answer, unless another one did since."""
        silence = self._silences[place_of(url)]
        if silence.heard < begun:
            silence.times, silence.kind = silence.times + 1, kind

    def heed(self, url: URL, status: int, headers: Mapping[str, str]) -> None:
        """Note that a host answered, and set a pause when it is public and its answer asks for one."""
        host = name_of(url)
        self._silences[place_of(url)] = Silence(heard=asyncio.get_running_loop().time())
        if status not in PAUSES or is_internal(host):
            return
        now = datetime.now(UTC)
        until = now + min(timedelta(seconds=max(retry_after(now, headers), PAUSES[status])), LONGEST)
        if host not in self._new or self._new[host][0] < until:
            self._pauses[host] = until
            self._new[host] = until, status
            if self._on_pause:
                self._on_pause(host, until, status)

    def slow(self, url: URL, seconds: float) -> None:
        """Leave at least so many seconds between two requests to a public host's domain, ten at the most."""
        if seconds > 0 and not is_internal(name_of(url)):
            lane = self._lane(url)
            lane.gap = max(lane.gap, min(seconds, SLOWEST))

    def paused(self) -> dict[str, tuple[datetime, int]]:
        """The hosts that asked for a pause since the start: until when, and the status that said so."""
        return dict(self._new)

    def _lane(self, url: URL) -> Lane:
        place = place_of(url)
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


@asynccontextmanager
async def held(places: asyncio.Semaphore, url: URL, until: float | None) -> AsyncIterator[None]:
    """Hold one of some places. Raises `FetchError` ("unasked") when none was free `until` then (loop's clock)."""
    if until is not None and asyncio.get_running_loop().time() >= until:
        raise unasked(url)
    try:
        async with asyncio.timeout_at(until):
            await places.acquire()
    except TimeoutError:
        raise unasked(url) from None
    try:
        yield
    finally:
        places.release()


def unasked(url: URL) -> FetchError:
    """The error of a question whose turn did not come in time."""
    return FetchError("unasked", f"there was no time left to ask {name_of(url)}")


def place_of(url: URL) -> Place:
    """The host and port of an address."""
    return name_of(url), url.port


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
