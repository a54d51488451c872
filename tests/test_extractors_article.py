"""Under which addresses an article is known: those of its entry, where its page lies, and what that calls its own."""

from __future__ import annotations

import pytest

from config.chrome import load_chrome
from config.taxonomy import load_taxonomy
from extractors.article import Origin, Rules, refine, sift
from extractors.model import Article, Entry, Page

PROSE = "".join(
    f"<p>The council of Tarmo has spoken of the tram line for the {n}th time, and nobody was surprised.</p>"
    for n in range(20)
)
LINK = "https://site.example/2026/trams?utm_source=rss"
KEY = "https://site.example/2026/trams"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.compile(load_chrome(), load_taxonomy())


def page(head: str, url: str = LINK) -> Page:
    body = f"<html><head><title>Trams for Tarmo</title>{head}</head><body><article><h1>Trams for Tarmo</h1>{PROSE}</article></body></html>"
    return Page(url=url, body=body.encode())


def entry(guid: str = "1", url: str = LINK) -> Entry:
    return Entry(
        guid=guid, url=url, title="Trams for Tarmo", summary="The council of Tarmo has spoken of the tram line."
    )


def canonical_link(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


KNOWN = {
    "the entry's link alone": (entry(), page(""), KEY, ()),
    "rel=canonical": (entry(), page(canonical_link("/2026/05/trams-for-all")), "https://site.example/2026/05/trams-for-all", ("https://site.example/2026/05/trams-for-all",)),
    "og:url beside it": (entry(), page('<link rel="canonical" href="/2026/trams"><meta property="og:url" content="http://www.site.example/2026/trams-x">'), KEY, ("https://site.example/2026/trams-x",)),
    "the AMP page": (entry(), page('<link rel="amphtml" href="https://amp.site.example/2026/trams">'), KEY, ("https://amp.site.example/2026/trams",)),
    "an id that is an address": (entry("https://site.example/?p=12"), page(""), KEY, ("https://site.example?p=12",)),
    "an id with a fragment": (entry("https://site.example/2026/blog#3"), page(""), KEY, ()),
    "an id on another host": (entry("https://other.example/2026/12"), page(""), KEY, ()),
    "where redirects end": (entry(url="https://counter.example/r/12"), page(canonical_link("https://site.example/2026/trams-x")), "https://counter.example/r/12", (KEY, "https://site.example/2026/trams-x")),
    "a page for phones that says whose it is": (entry(url="https://m.site.example/2026/trams"), page(canonical_link(KEY), "https://m.site.example/2026/trams"), KEY, (KEY, "https://m.site.example/2026/trams")),
    "a canonical address that is the site": (entry(), page(canonical_link("https://site.example/")), KEY, ()),
    "a canonical address that is a section": (entry(), page(canonical_link("https://site.example/news/")), KEY, ()),
    "a canonical address on another host": (entry(), page(canonical_link("https://other.example/2026/trams")), KEY, ()),
    "redirects that end at the site": (entry(), page("", "https://site.example/"), KEY, ()),
}  # fmt: skip


@pytest.mark.parametrize(("told", "given", "key", "others"), KNOWN.values(), ids=KNOWN)
def test_an_article_is_known_by(told: Entry, given: Page, key: str, others: tuple[str, ...], rules: Rules) -> None:
    made = refine(told, given, Origin(url="https://site.example/feed"), rules)
    assert isinstance(made, Article)
    assert made.canonical_url == key
    own = (
        {"https://counter.example/r/12"}
        if told.url != LINK and "counter" in (told.url or "")
        else {KEY}
        if told.url == LINK
        else set()
    )
    assert set(made.addresses) == {*others, *own}
    assert list(made.addresses) == sorted(made.addresses)


def test_a_page_that_is_of_something_else_gives_no_address(rules: Rules) -> None:
    other = Page(url="https://site.example/2026/front", body=f"<html><body><h1>All the news</h1><p>{'Sport and weather of the day. ' * 60}</p></body></html>".encode())  # fmt: skip
    made = refine(entry(), other, Origin(url="https://site.example/feed"), rules)
    assert isinstance(made, Article)
    assert made.addresses == (KEY,)


def test_a_feed_whose_text_is_whole_gives_link_and_id(rules: Rules) -> None:
    told = Entry(guid="https://site.example/?p=12", url=LINK, title="Trams for Tarmo", content=PROSE)
    made = sift(told, Origin(url="https://site.example/feed"), rules)
    assert isinstance(made, Article)
    assert made.addresses == (KEY, "https://site.example?p=12")
