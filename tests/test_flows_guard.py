"""Only public addresses are reached, however they are spelled."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from flows import guard
from flows.guard import (
    BlockedAddressError,
    Lookups,
    PublicResolver,
    SlowLookupError,
    check_literal,
    detached,
    is_internal,
    is_public,
    look_up,
    open_public,
)

ADDRESSES = {
    "a public one": ("93.184.216.34", True),
    "a public IPv6 one": ("2606:2800:220:1:248:1893:25c8:1946", True),
    "loopback": ("127.0.0.1", False),
    "another loopback": ("127.8.9.1", False),
    "unspecified": ("0.0.0.0", False),
    "private class A": ("10.1.2.3", False),
    "private class B": ("172.16.0.1", False),
    "private class C": ("192.168.1.1", False),
    "carrier-grade NAT": ("100.64.0.1", False),
    "cloud metadata": ("169.254.169.254", False),
    "multicast": ("224.0.0.1", False),
    "IPv6 loopback": ("::1", False),
    "IPv6 unique local": ("fd00::1", False),
    "IPv6 link-local with zone": ("fe80::1%eth0", False),
    "loopback mapped into IPv6": ("::ffff:127.0.0.1", False),
    "private behind NAT64": ("64:ff9b::a01:203", False),
    "public behind NAT64": ("64:ff9b::5db8:d822", True),
    "NAT64 of one's own network": ("64:ff9b:1::5db8:d822", False),
    "loopback as IPv4-compatible IPv6": ("::7f00:1", False),
    "loopback as IPv4-translated IPv6": ("::ffff:0:7f00:1", False),
    "IPv6 site-local": ("fec0::1", False),
    "private behind 6to4": ("2002:a01:203::1", False),
}


@pytest.mark.parametrize(("address", "public"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


HOSTS = {
    "a public name": ("news.example", False),
    "a public number": ("93.184.216.34", False),
    "a public number of IPv6": ("2606:2800:220:1:248:1893:25c8:1946", False),
    "loopback": ("127.0.0.1", True),
    "loopback of IPv6": ("[::1]", True),
    "link-local with a zone": ("fe80::1%eth0", True),
    "a private number": ("192.168.1.1", True),
    "localhost": ("localhost", True),
    "localhost with a dot behind": ("LOCALHOST.", True),
    "a name under localhost": ("a.localhost", True),
    "a name without a dot": ("wiki", True),
    "a name on the local wire": ("printer.local", True),
    "a name of a company": ("wiki.corp.internal", True),
    "a name of a router": ("nas.lan", True),
    "a name at home": ("nas.home.arpa", True),
    "a name that only ends like one": ("mylocal", True),
    "a public name that only ends like one": ("news.mylocal", False),
    "arpa itself": ("in-addr.arpa", False),
}


@pytest.mark.parametrize(("host", "internal"), HOSTS.values(), ids=HOSTS)
def test_a_host_looks_like_one_of_ones_own_or_not(host: str, internal: bool) -> None:
    assert is_internal(host) is internal


def test_a_number_as_host_is_checked_and_a_name_is_left_to_dns() -> None:
    check_literal("feed.example")
    with pytest.raises(BlockedAddressError):
        check_literal("[::1]")


@pytest.mark.parametrize("host", ["127.0.0.1", "0177.0.0.1", "localhost", "1"])
def test_no_socket_is_opened_for_what_is_not_a_public_number(host: str) -> None:
    with pytest.raises(BlockedAddressError):
        open_public((socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, 80)))


def test_a_socket_is_opened_for_a_public_number() -> None:
    with open_public((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.216.34", 80))) as opened:
        assert opened.family == socket.AF_INET


class Names:
    """A name server: whatever begins with "hang" hangs until `release` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()

    def resolve(self, host: str, port: int | None, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        if host.startswith("hang"):
            self.release.wait(30)
        if host.startswith("none"):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        found = "10.0.0.1" if host.startswith("inner") else "93.184.216.34"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port or 0))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    server = Names()
    monkeypatch.setattr(socket, "getaddrinfo", server.resolve)
    monkeypatch.setattr(guard, "LOOKUP", 0.4)
    yield server
    server.release.set()


async def find(lookups: Lookups, host: str) -> str:
    try:
        [found] = await lookups.find(host, 80, socket.AF_INET)
    except OSError as error:
        return type(error).__name__
    return f"{found['host']}:{found['port']}"


def test_a_name_server_that_hangs_costs_its_own_names_only(names: Names) -> None:
    async def go() -> None:
        lookups = Lookups()
        hanging = [asyncio.create_task(find(lookups, f"hang{n}.example")) for n in range(50)]
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        assert await find(lookups, "good.example") == "93.184.216.34:80"
        assert time.monotonic() - begun < 0.3
        assert set(await asyncio.gather(*hanging)) == {"SlowLookupError"}

    asyncio.run(go())


def test_those_who_ask_for_one_name_share_one_look_up(names: Names) -> None:
    async def go() -> None:
        lookups = Lookups()
        assert await asyncio.gather(*(find(lookups, "good.example") for _ in range(9))) == ["93.184.216.34:80"] * 9
        assert names.asked == ["good.example"]
        await find(lookups, "good.example")
        assert names.asked == ["good.example"] * 2  # nothing is kept

    asyncio.run(go())


def test_a_look_up_that_hangs_is_waited_for_once(names: Names) -> None:
    async def go() -> None:
        lookups = Lookups()
        assert await find(lookups, "hang.example") == "SlowLookupError"
        begun = time.monotonic()
        assert [await find(lookups, "hang.example") for _ in range(20)] == ["SlowLookupError"] * 20
        assert time.monotonic() - begun < 0.3
        assert names.asked == ["hang.example"]
        names.release.set()
        await asyncio.sleep(0.1)
        assert await find(lookups, "hang.example") == "93.184.216.34:80"

    asyncio.run(go())


def test_who_gives_up_takes_nothing_from_those_who_share(names: Names) -> None:
    async def go() -> None:
        lookups = Lookups()
        first, second = (asyncio.create_task(find(lookups, "hang.example")) for _ in range(2))
        await asyncio.sleep(0.05)
        first.cancel()
        names.release.set()
        assert await second == "93.184.216.34:80"

    asyncio.run(go())


def test_look_ups_that_hang_are_bounded_and_their_places_come_back(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        monkeypatch.setattr(guard, "MOST_LOOKUPS", 3)
        lookups = Lookups(1)
        found = await asyncio.gather(
            *(find(lookups, f"hang{n}.example") for n in range(6)), find(lookups, "good.example")
        )
        assert found == ["SlowLookupError"] * 7
        assert len(names.asked) == 3
        names.release.set()
        await asyncio.sleep(0.1)
        again = await asyncio.gather(*(find(lookups, f"good{n}.example") for n in range(9)))
        assert again == ["93.184.216.34:80"] * 9

    asyncio.run(go())


def test_a_name_that_does_not_exist_is_an_error_at_once_and_one_of_inside_is_refused(names: Names) -> None:
    async def go() -> None:
        lookups = Lookups()
        assert await find(lookups, "none.example") == "gaierror"
        with pytest.raises(BlockedAddressError):
            await PublicResolver(lookups).resolve("inner.example", 80)

    asyncio.run(go())


def test_a_real_name_is_looked_up_as_the_system_does() -> None:
    found = look_up("localhost", socket.AF_UNSPEC)
    assert found
    assert all(not is_public(answer["host"]) for answer in found)


def test_a_call_that_goes_on_beyond_its_loop_harms_nobody(names: Names) -> None:
    async def go() -> None:
        detached(names.resolve, "hang.example", 80)
        with pytest.raises(ZeroDivisionError):
            await detached(divmod, 1, 0)

    asyncio.run(go())
    names.release.set()
    deadline = time.monotonic() + 5
    while any(thread.name == "fanmill resolve" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_error_of_a_slow_look_up_is_one_of_the_system() -> None:
    assert issubclass(SlowLookupError, OSError)
