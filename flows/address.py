"""Addresses on their way out: what may be opened, whose login is whose, where a redirect leads.

A login in an address (`https://user:password@host/feed`) belongs to that scheme, host and port and to nothing else.
Errors name the host of an address, and nothing of it that could be secret.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from yarl import URL

from flows.exchange import FetchError

WEB = {"http", "https"}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def host_of(url: str) -> str:
    """Host and port of any address, and nothing that could be secret. Never raises."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return (parts.netloc.rpartition("@")[2] or parts.scheme)[:100]


def read_address(url: str) -> URL:
    """An address as it will be opened, its host normalised. Raises `FetchError`."""
    try:
        scheme, address = urlsplit(url).scheme, URL(url)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(url)} has no readable host or port") from None
    if scheme not in WEB or address.scheme not in WEB:
        raise FetchError("bad_scheme", "only http and https addresses are fetched")
    if not address.raw_host:
        raise FetchError("bad_address", "an address without a host")
    if CONTROL.search(url):
        # urlsplit passes over line ends, so that what was checked would not be what is sent.
        raise FetchError("bad_address", f"{host_of(url)}: control characters in an address")
    return address


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what a login belongs to. Raises `FetchError`."""
    address = read_address(url)
    return address.scheme, address.raw_host, address.port


def split_login(url: str) -> tuple[str, str]:
    """An address without its login, and the login as it is written there. Raises `FetchError`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(url)} has no readable host or port") from None
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, ""
    return parts._replace(netloc=host).geturl(), login if not login or ":" in login else f"{login}:"


def with_login_of(configured: str, moved: str) -> str:
    """The address a feed moved to, with the login of the configured one when both have the same origin. Never raises.

    An address that cannot be read comes back as it is: whoever asks it is told so.
    """
    try:
        login, (bare, _) = split_login(configured)[1], split_login(moved)
        if not login or origin_of(configured) != origin_of(bare):
            return bare
    except FetchError:
        return moved
    parts = urlsplit(bare)
    return parts._replace(netloc=f"{login}@{parts.netloc}").geturl()


def next_hop(source: str, location: str) -> str:
    """Where a redirect leads, without a login of its own. Raises `FetchError`.

    `location` has one character for each byte. UTF-8 in it is read as such, any other byte is percent-encoded as it is.
    """
    text = location.encode("latin-1").decode("utf-8", "surrogateescape")
    text = re.sub("[\udc80-\udcff]", lambda match: f"%{ord(match[0]) - 0xDC00:02X}", text)
    try:
        target = urljoin(source, text)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(source)} redirects to an unreadable address") from None
    check_hop(source, target)
    return split_login(target)[0]


def check_hop(source: str, target: str) -> None:
    """Refuse a redirect from https to http, and one to anything but a web address. Raises `FetchError`."""
    try:
        schemes = urlsplit(source).scheme, urlsplit(target).scheme
    except ValueError:
        raise FetchError("bad_address", f"{host_of(source)} redirects to an unreadable address") from None
    if schemes[1] not in WEB:
        raise FetchError("bad_scheme", f"{host_of(source)} redirects to a {schemes[1][:20] or 'nameless'} address")
    if schemes == ("https", "http"):
        raise FetchError("downgrade", f"{host_of(source)} redirects from https to http")
