"""What a feed's own entries become: their links without logins, their ids as they were written."""

from __future__ import annotations

import pytest

from extractors.entries import Draft, draw, web_address

LINKS = {
    "a name and a password": ("https://me:secret@site.example/1?a=b", "https://site.example/1?a=b"),
    "a name": ("http://me@site.example", "http://site.example"),
    "a password with an @ and a colon": ("https://me:se:c@ret@site.example/1", "https://site.example/1"),
    "a relative link to a base with a login": ("/1", "https://base.example/1"),
    "a scheme in capitals": ("HTTPS://me:secret@site.example/1", "https://site.example/1"),
    "no login": ("https://site.example:8080/@me", "https://site.example:8080/@me"),
    "an @ behind the host": ("https://site.example?to=me@site.example", "https://site.example?to=me@site.example"),
    "an address within an address": (
        "https://site.example/go?u=https://me@other.example/",
        "https://site.example/go?u=https://me@other.example/",
    ),
}


@pytest.mark.parametrize(("link", "kept"), LINKS.values(), ids=LINKS)
def test_no_login_of_a_link_is_kept(link: str, kept: str) -> None:
    assert web_address([link], "https://me:secret@base.example/feed") == kept


def test_an_id_that_is_an_address_stays_as_the_feed_wrote_it() -> None:
    address = "https://me:secret@site.example/1"
    entry = draw(Draft(id=address, links=(address,), images=(address,)))
    assert (entry.guid, entry.url, entry.image) == (address, "https://site.example/1", "https://site.example/1")
