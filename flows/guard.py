"""Which addresses the mill may connect to.

Names are resolved here and nowhere else: the connector is handed the checked numbers, so that what was checked is what
is opened (a second, different DNS answer is never asked for). Numbers written as hosts pass the same check. And since
a host has more spellings than anyone can list, `open_public` judges once more the number each socket is opened for.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

EMBEDDED_V4 = ipaddress.ip_network("64:ff9b::/96")
# Ranges that `ipaddress` takes for global, in some versions of Python or in all.
INTERNAL_V6 = [
    ipaddress.ip_network("::/96"),  # IPv4-compatible: ::127.0.0.1
    ipaddress.ip_network("::ffff:0:0:0/96"),  # IPv4-translated, RFC 2765
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 of one's own network, RFC 8215
    ipaddress.ip_network("fec0::/10"),  # site-local, RFC 3879
]
INTERNAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")  # RFC 6761, 6762, 8375, and ICANN's "internal"


class BlockedAddressError(OSError):
    """The name stands for an address that feeds and pages of strangers may not reach."""


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


class PublicResolver(AbstractResolver):
    """Resolve names as the system does, and refuse a name that has even one address that is not public."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses of `host`. Raises `BlockedAddressError`, or `OSError` when there is none."""
        found = await self._system.resolve(host, port, family)
        if not all(is_public(answer["host"]) for answer in found):
            raise BlockedAddressError(f"{host} stands for an address that is not public")
        return found

    async def close(self) -> None:
        """Nothing is held open."""
        await self._system.close()
