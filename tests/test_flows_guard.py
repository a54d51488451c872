"""Only public addresses are reached, however they are spelled."""

from __future__ import annotations

import socket

import pytest

from flows.guard import BlockedAddressError, check_literal, is_internal, is_public, open_public

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
