"""Addresses: whose login is whose, and what an error may say of them."""

from __future__ import annotations

import pytest

from flows.address import check_hop, host_of, next_hop, origin_of, read_address, split_login, with_login_of
from flows.fetch import FetchError

ORIGINS = {
    "the same": ("http://h.example/a", "http://h.example/b?c", True),
    "its default port spelled out": ("https://h.example/", "https://H.example:443/", True),
    "another host": ("http://h.example/", "http://g.h.example/", False),
    "another port": ("http://h.example/", "http://h.example:8080/", False),
    "another scheme": ("http://h.example:80/", "https://h.example:80/", False),
}


@pytest.mark.parametrize(("one", "other", "same"), ORIGINS.values(), ids=ORIGINS)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (origin_of(one) == origin_of(other)) is same


CONFIGURED = "https://us%20er:p:w@h.example/feed"
MOVED = {
    "within its origin": (CONFIGURED, "https://h.example/new?a=b", "https://us%20er:p:w@h.example/new?a=b"),
    "with the port spelled out": (CONFIGURED, "https://H.example:443/new", "https://us%20er:p:w@H.example:443/new"),
    "to another host": (CONFIGURED, "https://g.example/new", "https://g.example/new"),
    "to another port": (CONFIGURED, "https://h.example:8443/new", "https://h.example:8443/new"),
    "to plain http": (CONFIGURED, "http://h.example/new", "http://h.example/new"),
    "with a login of its own": (CONFIGURED, "https://evil:x@g.example/", "https://g.example/"),
    "with a login of its own, within its origin": (CONFIGURED, "https://evil:x@h.example/", "https://us%20er:p:w@h.example/"),
    "without a login": ("https://h.example/feed", "https://h.example/new", "https://h.example/new"),
    "with a name alone": ("https://key@h.example/feed", "https://h.example/new", "https://key:@h.example/new"),
    "to what cannot be read": (CONFIGURED, "https://[h/", "https://[h/"),
    "from what cannot be read": ("https://a:b@[h/", "https://h.example/", "https://h.example/"),
}  # fmt: skip


@pytest.mark.parametrize(("configured", "moved", "asked"), MOVED.values(), ids=MOVED)
def test_an_address_that_moved_is_asked_with_the_login_of_its_origin(configured: str, moved: str, asked: str) -> None:
    assert with_login_of(configured, moved) == asked


ODD = (
    "https://user:secret@h.example/feed?token=secret#secret",
    "https://user:secret@@h.example/",
    "https://user:se@cret@h.example/secret",
    "https://h.example:x/secret",
    "https://[h.example/secret",
    "http:\\\\user:secret@h.example",
    "http:///secret",
    "ftp://user:secret@h.example/",
    "https://user:secret@/x",
    "https://h.example/\r\nsecret",
)


@pytest.mark.parametrize("url", ODD)
def test_no_error_tells_more_of_an_address_than_its_host(url: str) -> None:
    told = [host_of(url)]
    for act in (
        read_address,
        origin_of,
        split_login,
        lambda one: next_hop(one, "ftp://secret/"),
        lambda one: check_hop("https://user:secret@h.example/?secret", one),
    ):
        try:
            act(url)
        except FetchError as error:
            told.append(str(error))
    assert "secret" not in " ".join(told)
