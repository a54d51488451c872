"""Where a page says its feeds are, in which order, and what people type for an address."""

from __future__ import annotations

import time

import pytest

from extractors.discover import MOST, PROBES, candidates, known_paths, read_address

TYPED = {
    "an address": ("https://a.example/feed", "https://a.example/feed"),
    "only a host": ("a.example", "https://a.example"),
    "a host and a path": ("a.example/blog/", "https://a.example/blog/"),
    "a host and a port": ("a.example:8080/x", "https://a.example:8080/x"),
    "localhost and a port": ("localhost:8000", "https://localhost:8000"),
    "two slashes": ("//a.example/x", "https://a.example/x"),
    "blanks around it": ("  http://a.example/ \n", "http://a.example/"),
    "capitals in the scheme": ("HTTP://A.example/X", "http://A.example/X"),
    "feed and an address": ("feed:https://a.example/x", "https://a.example/x"),
    "feed and slashes": ("feed://a.example/x", "https://a.example/x"),
    "feed, slashes and an address": ("feed://http://a.example/x", "http://a.example/x"),
    "a login": ("https://me:pw@a.example/x", "https://me:pw@a.example/x"),
    "a name not in ASCII": ("https://bücher.example/", "https://bücher.example/"),
    "a colon in the path": ("a.example/x:y", "https://a.example/x:y"),
}


@pytest.mark.parametrize(("text", "url"), TYPED.values(), ids=TYPED)
def test_what_people_type_becomes_an_address(text: str, url: str) -> None:
    assert read_address(text, guess=True) == url


NONSENSE = (
    *("", " ", "/etc/passwd", "file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "ftp://a.example/"),
    *(
        "http://",
        "http:///x",
        "http://[x/",
        "http://a.example:99999/",
        "https://a b.example/",
        "http://a.example/\x1b[3m",
    ),
    *(
        "feed:",
        "feed:javascript:alert(1)",
        "mailto:me@a.example",
        "x" * 5000,
        "http://a.example/\u202e",
        "view-source:x",
    ),
)


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_web_address_is_refused_in_one_line(text: str) -> None:
    for guess in (True, False):
        with pytest.raises(ValueError, match=r"^is (an|no) ") as error:
            read_address(text, guess=guess)
        assert "\n" not in str(error.value)


def test_without_a_guess_an_address_has_to_be_whole() -> None:
    with pytest.raises(ValueError, match="no web address"):
        read_address("a.example/feed")


RSS, ATOM, FEED_JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"
HOME = "https://a.example/blog/"
NAMED = {
    "links in the order of the page": (
        f'<link rel="alternate" type="{ATOM}" href="/atom.xml"><link rel=alternate type="{RSS}" href="rss">',
        ["https://a.example/atom.xml", "https://a.example/blog/rss"],
    ),
    "a JSON feed": (f'<link rel="alternate" type="{FEED_JSON}" href="/f">', ["https://a.example/f"]),
    "comments last": (
        f'<link rel="alternate" type="{RSS}" href="/comments/feed/"><link rel="alternate" type="{RSS}" title="A » Comments Feed" href="/c"><link rel="alternate" type="{RSS}" href="/feed/">',
        ["https://a.example/feed/", "https://a.example/comments/feed/", "https://a.example/c"],
    ),
    "nothing meant for programs": (
        f'<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2"><link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed"><link rel="alternate" type="{RSS}" href="/wp-json/feed">',
        [],
    ),
    "other alternates are no feeds": (
        '<link rel="alternate" hreflang="de" href="/de/"><link rel="alternate" type="text/html" href="/m/"><link rel="alternate" type="application/xml" href="/sitemap.xml"><link rel="stylesheet" type="text/css" href="/feed/">',
        [],
    ),
    "XML that looks like a feed": ('<link rel="alternate" type="text/xml; charset=utf-8" href="/index.xml">', ["https://a.example/index.xml"]),
    "a type in capitals, among other relations": (f'<link REL="Alternate home" TYPE="{RSS.upper()}; charset=utf-8" HREF="/f">', ["https://a.example/f"]),
    "a base": (f'<base href="https://b.example/x/"><link rel="alternate" type="{RSS}" href="f">', ["https://b.example/x/f"]),
    "a link that is written twice": (f'<link rel="alternate" type="{RSS}" href="/f"><link rel="alternate" type="{RSS}" href="/f#x">', ["https://a.example/f"]),
    "the page itself is none": (f'<link rel="alternate" type="{RSS}" href="{HOME}">', []),
    "feed: is taken off": (f'<link rel="alternate" type="{RSS}" href="feed:https://b.example/f"><a href="feed://b.example/g">x</a>', ["https://b.example/f", "https://b.example/g"]),
    "scripts and files are none": (f'<link rel="alternate" type="{RSS}" href="javascript:alert(1)"><link rel="alternate" type="{RSS}" href="file:///etc/passwd"><a href="javascript:x">RSS</a>', []),
    "what stands in a comment is none": (f'<!-- <link rel="alternate" type="{RSS}" href="/f"> -->', []),
    "anchors that look like feeds, after links": (
        f'<a href="/feed.xml">here</a><link rel="alternate" type="{RSS}" href="/f">',
        ["https://a.example/f", "https://a.example/feed.xml"],
    ),
    "anchors by their path": (
        '<a href="/rss">1</a><a href="/x/feed/">2</a><a href="/index.xml">3</a><a href="/news.rss">4</a><a href="/feeds/all">5</a><a href="/?feed=rss2">6</a><a href="/list?format=atom">7</a>',
        [f"https://a.example{path}" for path in ("/rss", "/x/feed/", "/index.xml", "/news.rss", "/feeds/all", "/?feed=rss2", "/list?format=atom")],
    ),
    "anchors by their words": ('<a href="/subscribe.xml"> <b>RSS</b> feed </a>', ["https://a.example/subscribe.xml"]),
    "other anchors are none": ('<a href="/feedback">Feedback</a><a href="/feed-your-dog">x</a><a href="/about">About</a><a href="/rss-explained.html">What is RSS?</a>', []),
    "anchors of this site first": ('<a href="https://b.example/feed">b</a><a href="/feed">a</a>', ["https://a.example/feed", "https://b.example/feed"]),
}  # fmt: skip


@pytest.mark.parametrize(("page", "urls"), NAMED.values(), ids=NAMED)
def test_a_page_names_its_feeds(page: str, urls: list[str]) -> None:
    body = f"<!doctype html><html><head><title>x</title></head><body>{page}</body></html>".encode()
    assert [candidate.url for candidate in candidates(body, HOME)] == urls


def test_a_page_of_links_has_an_end() -> None:
    body = "".join(f'<a href="/feed/{n}">{"x" * 99}</a>' for n in range(50_000)).encode()
    clock = time.process_time()
    assert len(candidates(body, HOME)) == MOST
    assert time.process_time() - clock < 5


@pytest.mark.parametrize("body", [b"", b"\x00" * 99, b"<" * 9_000, b"<a href='http://[x/feed'>RSS</a>", b"\xff\xfe<a>"])
def test_no_page_is_an_error(body: bytes) -> None:
    assert candidates(body, HOME) == []


PLACES = {
    "a site": ("https://a.example/", ["feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss/", "feed.atom", "index.rss", "rss/feed.xml", "feed.json"]),
    "a folder, then the root": ("https://a.example/blog", ["blog/feed/", "feed/", "blog/feed.xml", "feed.xml", "blog/rss.xml", "rss.xml", "blog/atom.xml", "atom.xml", "blog/index.xml", "index.xml"]),
    "a page in a folder": ("https://a.example/blog/a.html?x=1", ["blog/feed/", "feed/", "blog/feed.xml", "feed.xml", "blog/rss.xml", "rss.xml", "blog/atom.xml", "atom.xml", "blog/index.xml", "index.xml"]),
}  # fmt: skip


@pytest.mark.parametrize(("url", "paths"), PLACES.values(), ids=PLACES)
def test_the_usual_places_are_few_and_the_likeliest_first(url: str, paths: list[str]) -> None:
    assert [place.url for place in known_paths(url)] == [f"https://a.example/{path}" for path in paths]
    assert len(paths) == PROBES
