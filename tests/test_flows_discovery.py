"""Feeds found on real servers on loopback: what is asked, in which order, and when it stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.settings import Settings
from flows.discovery import Finding, NoFeedError, Seeker
from flows.fetch import Fetcher
from flows.workers import Workers

PLACES = ("/feed/", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/rss/", "/feed.atom", "/index.rss", "/rss/feed.xml", "/feed.json")  # fmt: skip
LINK = '<link rel="alternate" type="application/rss+xml" href="{}">'

Page = tuple[int, bytes | str]  # a redirect's body is where it leads
Pages = Mapping[str, Page]


def rss(title: str = "T", entries: int = 2) -> Page:
    items = "".join(f"<item><guid>{title}{n}</guid><title>{n}</title></item>" for n in range(entries))
    return 200, f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


def html(*links: str, body: str = "Hello") -> Page:
    head = "".join(LINK.format(link) for link in links)
    return 200, f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


@contextmanager
def site(pages: Pages) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            status, body = pages.get(self.path, pages.get("*", (404, b"none")))
            self.send_response(status)
            if isinstance(body, str):
                self.send_header("Location", body)
                body = b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as workers:
        yield workers


def seek(workers: Workers, address: str, *, every: bool = False, private: bool = True) -> Finding:
    async def go() -> Finding:
        async with Fetcher(Settings(deadline=3.0)) as fetcher:
            return await Seeker(fetcher, workers, private=private).seek(address, every=every)

    return asyncio.run(go())


FOUND: dict[str, tuple[str, Pages, str, list[str]]] = {
    "a feed, in one request": ("/f", {"/f": rss()}, "/f", ["/f"]),
    "a page's first feed": ("/", {"/": html("/b", "/a"), "/a": rss(), "/b": rss()}, "/b", ["/", "/b"]),
    "the next when the first is broken": ("/", {"/": html("/a", "/b"), "/a": html(), "/b": rss()}, "/b", ["/", "/a", "/b"]),
    "not the comments": ("/", {"/": html("/comments/feed/", "/feed/"), "/comments/feed/": rss("C"), "/feed/": rss()}, "/feed/", ["/", "/feed/"]),
    "not an empty one, when there is another": ("/", {"/": html("/a", "/b"), "/a": rss(entries=0), "/b": rss()}, "/b", ["/", "/a", "/b"]),
    "an empty one, when there is no other": ("/", {"/": html("/a"), "/a": rss(entries=0)}, "/a", ["/", "/a"]),
    "a link in the text": ("/", {"/": html(body='<a href="/blog.rss">here</a>'), "/blog.rss": rss()}, "/blog.rss", ["/", "/blog.rss"]),
    "a usual place": ("/", {"/": html(), "/rss.xml": rss()}, "/rss.xml", ["/", *PLACES[:3]]),
    "a usual place in the page's folder first": ("/blog/", {"/blog/": html(), "/blog/feed/": rss("B"), "/feed/": rss()}, "/blog/feed/", ["/blog/", "/blog/feed/"]),
    "a usual place, when the links lead nowhere": ("/", {"/": html("/a"), "/feed/": rss()}, "/feed/", ["/", "/a", "/feed/"]),
    "no place that leads to the front page": ("/x.html", {"/x.html": html(), "/": rss("home"), "/feed/": (302, "/"), "/feed.xml": rss()}, "/feed.xml", ["/x.html", "/feed/", "/", "/feed.xml"]),
    "an address that moved for good": ("/old", {"/old": (301, "/new"), "/new": rss()}, "/new", ["/old", "/new"]),
    "an address that is elsewhere for now": ("/f", {"/f": (302, "/tmp"), "/tmp": rss()}, "/f", ["/f", "/tmp"]),
    "links of the page that the address led to": ("/", {"/": (301, "/en/"), "/en/": html("f"), "/en/f": rss()}, "/en/f", ["/", "/en/", "/en/f"]),
}  # fmt: skip


@pytest.mark.parametrize(("path", "pages", "expected", "requests"), FOUND.values(), ids=FOUND)
def test_what_is_found_and_what_is_asked_for_it(
    path: str, pages: Pages, expected: str, requests: list[str], workers: Workers
) -> None:
    with site(pages) as (base, asked):
        [found] = seek(workers, base + path).found
    assert found.url == base + expected
    assert [path for path, _ in asked] == requests


NOT_FOUND: dict[str, tuple[str, Pages, str, int]] = {
    "nothing anywhere": ("/", {"/": html()}, "no_feed", 1 + len(PLACES)),
    "every place is the front page": ("/", {"/": html(), "*": (302, "/")}, "no_feed", 1 + 2 * len(PLACES)),
    "a page for everything": ("/", {"*": html()}, "no_feed", 1 + len(PLACES)),
    "a host that wants no more requests": ("/", {"/": html(), "/feed/": (429, b"")}, "refused", 2),
    "a host that forbids": ("/", {"/": html(), "/feed/": (403, b"")}, "refused", 2),
    "a host that is overloaded": ("/", {"/": html(), "/feed/": (503, b"")}, "refused", 2),
    "a host that wants no more requests for what it named": ("/", {"/": html("/a", "/b"), "*": (429, b"")}, "refused", 2),
    "an address that is not there": ("/f", {}, "http_404", 1),
    "an address behind a login": ("/f", {"/f": (401, b"")}, "http_401", 1),
    "a bot check": ("/", {"/": (200, b"<html><title>Just a moment...</title></html>")}, "challenge", 1),
    "nothing at all": ("/", {"/": (200, b"")}, "empty", 1),
    "a picture": ("/", {"/": (200, b"\x89PNG\r\n" + bytes(99))}, "binary", 1),
    "a circle": ("/", {"/": (302, "/")}, "redirects", 11),
    "a way to a file": ("/", {"/": (302, "file:///etc/passwd")}, "bad_scheme", 1),
    "more names than are asked": ("/", {"/": html(*(f"/{n}" for n in range(40)))}, "no_feed", 1 + 10 + len(PLACES)),
}  # fmt: skip


@pytest.mark.parametrize(("path", "pages", "kind", "requests"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_is_not_found_costs_few_requests(
    path: str, pages: Pages, kind: str, requests: int, workers: Workers
) -> None:
    with site(pages) as (base, asked), pytest.raises(NoFeedError) as error:
        seek(workers, base + path)
    assert error.value.kind == kind
    assert len(asked) == requests
    assert "\n" not in str(error.value)


def test_others_are_named_and_not_asked(workers: Workers) -> None:
    with site({"/": html("/a", "/b", "/comments/feed"), "/a": rss()}) as (base, asked):
        finding = seek(workers, base)
    assert [other.url for other in finding.others] == [f"{base}/b", f"{base}/comments/feed"]
    assert len(asked) == 2


def test_all_feeds_of_a_site_each_once(workers: Workers) -> None:
    pages = {"/": html("/a", "/a.atom", "/b", "/no"), "/a": rss("A"), "/a.atom": rss("A"), "/b": rss("B")}
    with site(pages) as (base, _):
        finding = seek(workers, base, every=True)
    assert [found.url for found in finding.found] == [f"{base}/a", f"{base}/b"]
    assert [other.url for other in finding.others] == [f"{base}/a.atom", f"{base}/no"]


def test_a_login_goes_with_feeds_of_the_same_site_and_with_no_other(workers: Workers) -> None:
    with (
        site({"/f": rss("theirs")}) as (other, theirs),
        site({"/": html(f"{other}/none", "/f"), "/f": rss()}) as (base, asked),
    ):
        [found] = seek(workers, base.replace("//", "//me:pw@")).found
    assert found.url == f"{base}/f".replace("//", "//me:pw@")
    assert all(login for _, login in asked)
    assert theirs == [("/none", None)]


def test_nothing_private_is_asked_without_leave(workers: Workers) -> None:
    with site({"/": rss()}) as (base, asked), pytest.raises(NoFeedError) as error:
        seek(workers, base, private=False)
    assert (error.value.kind, asked) == ("blocked_address", [])


def test_a_hostile_page_costs_its_time_limit_at_most(workers: Workers) -> None:
    page = (200, b"<html>" + b"<div>" * 300_000 + b'<a href="/feed">' * 100_000)
    with site({"/": page, "/feed": rss()}) as (base, _):
        assert seek(workers, base).found
