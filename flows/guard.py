"""Which addresses the mill may connect to.

Names are resolved here and nowhere else: the connector is handed the checked numbers, so that what was checked is what
is opened (a second, different DNS answer is never asked for). Numbers written as hosts pass the same check. And since
a host has more spellings than anyone can list, `open_public` judges once more the number each socket is opened for.

A name server that hangs is to cost its own names only. So each look-up has a thread of its own, which nobody waits for
longer than `LOOKUP`, not even the end of the program; and who asks for a name that is being looked up shares it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

P = ParamSpec("P")
T = TypeVar("T")
Key = tuple[str, int]  # a name and a family of addresses
Begun = tuple[float, asyncio.Future[list[ResolveResult]]]  # when, on the loop's clock, and what

EMBEDDED_V4 = ipaddress.ip_network("64:ff9b::/96")
# Ranges that `ipaddress` takes for global, in some versions of Python or in all.
INTERNAL_V6 = [
    ipaddress.ip_network("::/96"),  # IPv4-compatible: ::127.0.0.1
    ipaddress.ip_network("::ffff:0:0:0/96"),  # IPv4-translated, RFC 2765
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 of one's own network, RFC 8215
    ipaddress.ip_network("fec0::/10"),  # site-local, RFC 3879
]
LOOKUP = 5.0  # seconds for one look-up, from its start
MOST_LOOKUPS = 64  # at once, at least; those that hang are among them until the system gives them up
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
PLACE_V6 = ("host", "port", "flow", "zone")
INTERNAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")  # RFC 6761, 6762, 8375, and ICANN's "internal"


class BlockedAddressError(OSError):
    """The name stands for an address that feeds and pages of strangers may not reach."""


class SlowLookupError(OSError):
    """The name has no address within `LOOKUP`."""


def is_public(address: str) -> bool:
    """Whether a numeric address lies on the public internet. IPv4 inside IPv6 is judged as IPv4."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        if any(number in network for network in INTERNAL_V6):
            return False
        inner = number.ipv4_mapped or number.sixtofour
        if number in EMBEDDED_V4:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        number = inner or number
    return number.is_global and not number.is_multicast


def is_number(host: str) -> bool:
    """Whether a host is a numeric address, in brackets or not."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def is_internal(host: str) -> bool:
    """Whether a host is one of the operator's own by the look of it.

    That is a number that is not public, or a name without a dot or under one that is kept for such use. It says how to
    treat a host, not whether it may be reached.
    """
    name = host.strip("[]").rstrip(".").lower()
    if is_number(name):
        return not is_public(name)
    return "." not in name or name.endswith(tuple(f".{own}" for own in INTERNAL_NAMES))


def check_literal(host: str) -> None:
    """Raise `BlockedAddressError` when `host` is itself a number that is not public. Names pass: DNS decides later."""
    try:
        public = is_public(host.strip("[]"))
    except ValueError:
        return
    if not public:
        raise BlockedAddressError(f"{host} is not a public address")


def open_public(address: AddrInfoType) -> socket.socket:
    """A socket for an address that is about to be connected to. Raises `BlockedAddressError` before anything is sent.

    Whatever the host was spelled like, here it is a number; what is none would be resolved anew by the system.
    """
    family, kind, protocol, _, (host, *_) = address
    try:
        public = is_public(str(host))
    except ValueError:
        public = False
    if not public:
        raise BlockedAddressError("not a public address")
    return socket.socket(family, kind, protocol)


def detached(call: Callable[P, T], *args: P.args, **more: P.kwargs) -> asyncio.Future[T]:
    """The outcome of a call in a thread of its own, for which neither the loop nor the program waits to end."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()
    outcome.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be there to ask for it

    def settle(result: T | None, error: Exception | None) -> None:
        if not outcome.done():
            outcome.set_exception(error) if error else outcome.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        try:
            told = partial(settle, call(*args, **more), None)
        except Exception as error:  # noqa: BLE001 - it is raised where the outcome is awaited
            told = partial(settle, None, error)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(told)

    try:
        threading.Thread(target=work, name=f"fanmill {call.__name__}", daemon=True).start()
    except RuntimeError:
        settle(None, OSError("no thread to be had"))
    return outcome


def look_up(host: str, family: int) -> list[ResolveResult]:
    """The addresses of a name as the system tells them, with port 0. Raises `OSError`. It may hang."""
    flags = socket.AI_ADDRCONFIG & getattr(socket, "AI_MASK", -1)  # macOS refuses other flags than these
    answers = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM, flags=flags)
    return [
        ResolveResult(hostname=host, host=spelled(place), port=0, family=found, proto=protocol, flags=NUMERIC)
        for found, _, protocol, _, place in answers
        if found == socket.AF_INET or (found == socket.AF_INET6 and len(place) == len(PLACE_V6))
    ]


def spelled(place: tuple[Any, ...]) -> str:
    """The number of a place as text, with the zone of a link-local one."""
    if len(place) == len(PLACE_V6) and place[-1]:
        return socket.getnameinfo(place, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    return str(place[0])


class Lookups:
    """The look-ups of one event loop, `most` at once. Those of one name are one."""

    def __init__(self, most: int = MOST_LOOKUPS) -> None:
        self._places = asyncio.Semaphore(max(most, MOST_LOOKUPS))
        self._asked: dict[Key, Begun] = {}

    async def find(self, host: str, port: int, family: int) -> list[ResolveResult]:
        """The addresses of a name. Raises `OSError`; `SlowLookupError` is one."""
        key = host, family
        begun, outcome = self._asked.get(key) or await self._begin(key)
        await asyncio.wait([outcome], timeout=begun + LOOKUP - asyncio.get_running_loop().time())
        if not outcome.done():
            raise SlowLookupError(f"{host} has no address within {LOOKUP:g} s")
        return [ResolveResult(**{**found, "port": port}) for found in outcome.result()]

    async def _begin(self, key: Key) -> Begun:
        try:
            async with asyncio.timeout(LOOKUP):
                await self._places.acquire()
        except TimeoutError:
            raise SlowLookupError("too many look-ups that hang") from None
        if key in self._asked:  # begun by another one who waited for a place
            self._places.release()
            return self._asked[key]
        outcome = detached(look_up, *key)
        self._asked[key] = asyncio.get_running_loop().time(), outcome
        outcome.add_done_callback(lambda _: self._end(key))
        return self._asked[key]

    def _end(self, key: Key) -> None:
        del self._asked[key]
        self._places.release()


class Resolver(AbstractResolver):
    """Resolve names as the system does, by shared look-ups; the connector's view of them."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises `OSError` when there is none."""
        return await self._lookups.find(host, port, family)

    async def close(self) -> None:
        """Nothing is held open: a look-up that hangs ends by itself."""


class PublicResolver(Resolver):
    """Refuse a name that has even one address that is not public."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses of `host`. Raises `BlockedAddressError`, or `OSError` when there is none."""
        found = await super().resolve(host, port, family)
        if not all(is_public(answer["host"]) for answer in found):
            raise BlockedAddressError(f"{host} stands for an address that is not public")
        return found
