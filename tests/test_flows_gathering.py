"""From entries to what is kept: which pages are asked for, how often, and what is said of those that are missing.

A real fetcher asks a real server on loopback, and real workers refine.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.load import load
from config.settings import Feed, Settings
from extractors.article import Origin, entry_hash
from extractors.model import AGAIN, Entry, Page
from flows import refining
from flows.fetch import Fetcher
from flows.gathering import Gatherer, Harvesting, Kept
from flows.intake import fresh
from flows.refining import prepare
from flows.schedule import next_try
from flows.workers import Workers
from storage.intents import Arrival, Drop, KnownEntry

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = Settings(deadline=1.0, delay=0.0, allow_private=True)
WORDS = "Farmers in the valley of the river brought in the last of the harvest before the rain came down on the fields."
PAGE = f"<html><body><article><h1>T</h1>{''.join(f'<p>{n}. {WORDS}</p>' for n in range(9))}</article></body></html>"
FINE = f"200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(PAGE)}\r\n\r\n{PAGE}"


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    config = load()
    with Workers(1, prepare, (config.chrome, config.taxonomy)) as found:
        yield found


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every host under .example is on loopback, so that the rules for public ones hold there."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int | None, *args: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host.endswith(".example") else host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@dataclass
class Site:
    """A server for every host; `answers` by path, None for silence. It has no robots.txt unless told."""

    answers: Mapping[str, str | None] = field(default_factory=dict)
    slow: float = 0.0
    host: str = "127.0.0.1"
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        self.heads.append(head)
        answer = self.answers.get(path, "404 No\r\nContent-Length: 0\r\n\r\n" if path == "/robots.txt" else FINE)
        if path != "/robots.txt":
            self.asked.append(path)
            await asyncio.sleep(self.slow)
        if answer:
            writer.write(f"HTTP/1.1 {answer}".encode())
        else:
            await reader.read(1)
        writer.close()

    def entries(self, count: int) -> list[Entry]:
        base = f"http://{self.host}:{self.port}"
        return [Entry(guid=f"g{n}", url=f"{base}/{n}", title=f"Story {n}", summary=f"Short {n}.") for n in range(count)]


def status(code: str, **headers: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{code}\r\n{lines}Content-Length: 0\r\n\r\n"


def gather(
    site: Site,
    workers: Workers,
    count: int = 1,
    *,
    known: Mapping[str, KnownEntry] | None = None,
    settings: Settings = SETTINGS,
    pages: Mapping[str, Page] | None = None,
) -> list[Kept]:
    """What becomes of so many entries, each with a page that is wanted."""

    async def go() -> list[Kept]:
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(settings) as fetcher:
            site.port = server.sockets[0].getsockname()[1]
            feed = Feed(slug="f", url="http://feed.example/", pages="always", user_agent="Reader/2")
            origin = Origin(url=feed.url, pages=feed.pages)
            about = Harvesting(feed=feed, origin=origin, now=NOW, known=known or {}, pages=pages or {})
            return await Gatherer(fetcher, workers, settings).gather(site.entries(count), about)

    return asyncio.run(go())


def told(kept: Sequence[Kept]) -> list[tuple[str | None, str]]:
    """Of each article: why its page is missing, and its mark: again-N, or "" for the hash of the entry."""
    marks = [item.entry_hash if item.entry_hash.startswith(AGAIN) else "" for item in kept]
    return [(item.page_error, mark) for item, mark in zip(kept, marks, strict=True) if isinstance(item, Arrival)]


def test_a_page_gives_the_words_and_is_asked_for_in_the_name_of_its_feed(workers: Workers) -> None:
    site = Site()
    [kept] = gather(site, workers)
    assert isinstance(kept, Arrival)
    assert (kept.page_error, kept.entry_hash) == (None, entry_hash(site.entries(1)[0]))
    assert "8. Farmers" in kept.article.text
    assert all("User-Agent: Reader/2\r\n" in head for head in site.heads)
    assert [head.split()[1] for head in site.heads] == ["/robots.txt", "/0"]


PAGES: dict[str, tuple[dict[str, str | None], tuple[str, str]]] = {
    "forbidden": ({"/0": status("403 Forbidden")}, ("http_403", "")),
    "not there": ({"/0": status("404 Not Found")}, ("http_404", "")),
    "gone": ({"/0": status("410 Gone")}, ("http_410", "")),
    "not for robots": ({"/robots.txt": "200 OK\r\n\r\nUser-agent: *\nDisallow: /"}, ("robots", "")),
    "a server in trouble": ({"/0": status("503 Service Unavailable")}, ("http_503", "again-1")),
    "a server that has enough": ({"/0": status("429 Too Many Requests")}, ("http_429", "again-1")),
    "a server that is silent": ({"/0": None}, ("timeout", "again-1")),
    "a server whose rules cannot be had": ({"/robots.txt": status("500 Oh")}, ("robots_unreachable", "again-1")),
    "half a page": ({"/0": "200 OK\r\nContent-Length: 99\r\n\r\n<p>Half"}, ("truncated", "again-1")),
    "no page at all": ({"/0": "200 OK\r\nContent-Length: x\r\n\r\n"}, ("bad_http", "")),
    "a page somewhere else, inside": ({"/0": status("302 Found", Location="file:///etc/passwd")}, ("bad_scheme", "")),
}


@pytest.mark.parametrize(("answers", "expected"), PAGES.values(), ids=PAGES)
def test_without_its_page_an_article_has_the_words_of_the_feed_and_says_why(
    answers: dict[str, str | None], expected: tuple[str, str], workers: Workers
) -> None:
    kept = gather(Site(answers), workers)
    assert told(kept) == [expected]
    assert isinstance(kept[0], Arrival)
    assert kept[0].article.text == "Short 0."


LATER = {
    "a second time": ("again-1", {"/0": None}, ("timeout", "again-2")),
    "a third and last time": ("again-2", {"/0": None}, ("timeout", "")),
    "and so do rules that cannot be had": ("again-2", {"/robots.txt": status("500 Oh")}, ("robots_unreachable", "")),
    "and there it is": ("again-2", {}, (None, "")),
}


@pytest.mark.parametrize(("mark", "answers", "expected"), LATER.values(), ids=LATER)
def test_a_page_is_tried_three_times(
    mark: str, answers: dict[str, str | None], expected: tuple[str | None, str], workers: Workers
) -> None:
    known = {"g0": KnownEntry(article_id=1, entry_hash=mark, guid="g0")}
    assert told(gather(Site(answers), workers, known=known)) == [expected]


def test_a_host_that_wants_a_pause_is_not_asked_for_the_rest(workers: Workers) -> None:
    site = Site({"/0": status("429 Too Many Requests", Retry_After="60")}, host="news.example")
    assert told(gather(site, workers, 8)) == [("http_429", "again-1")] + [("paused", "again-1")] * 7
    assert site.asked == ["/0"]


def test_after_four_pages_that_failed_in_passing_the_others_are_left_for_the_next_poll(workers: Workers) -> None:
    site = Site({f"/{n}": status("500 Oh") for n in range(20)})
    kept = told(gather(site, workers, 20, settings=replace(SETTINGS, per_host=2)))
    assert 4 <= len(site.asked) <= 5
    assert kept.count(("unasked", "again-0")) == 20 - len(site.asked)


def test_a_host_that_hangs_is_not_asked_for_the_rest(workers: Workers) -> None:
    site = Site({f"/{n}": None for n in range(20)})
    kept = told(gather(site, workers, 20, settings=replace(SETTINGS, per_host=2, deadline=0.3)))
    assert len(site.asked) == 2
    assert {error for error, _ in kept} == {"timeout", "unasked"}


def test_a_slow_site_gets_so_many_seconds_of_one_poll(workers: Workers) -> None:
    site = Site(slow=0.3)
    begun = time.monotonic()
    kept = told(gather(site, workers, 40, settings=replace(SETTINGS, page_time=1, per_host=2)))
    assert time.monotonic() - begun < 4
    assert 4 <= len(site.asked) <= 10
    assert kept.count((None, "")) == len(site.asked)
    assert kept.count(("unasked", "again-0")) == 40 - len(site.asked)


def test_the_newest_entries_get_their_pages_first(workers: Workers) -> None:
    site = Site()
    gather(site, workers, 20, settings=replace(SETTINGS, per_host=1))
    assert set(site.asked[:4]) == {"/16", "/17", "/18", "/19"}


def test_an_entry_that_is_tried_again_has_the_page_it_once_had(workers: Workers) -> None:
    site = Site({"/0": status("404 Not Found")})
    page = Page(url="http://news.example/0", body=PAGE.encode())
    [kept] = gather(site, workers, pages={"g0": page})
    assert isinstance(kept, Arrival)
    assert kept.page_error is None
    assert "8. Farmers" in kept.article.text


def test_a_feed_whose_pages_wait_their_turn_keeps_no_other_waiting(workers: Workers) -> None:
    settings = replace(SETTINGS, delay=0.4, connections=1)
    slow, quick = Site(host="slow.example"), Site(host="quick.example")

    async def go() -> tuple[float, float]:
        async with Fetcher(settings) as fetcher:
            gatherer = Gatherer(fetcher, workers, settings)
            await asyncio.wrap_future(workers.submit(refining.sift, [], Origin(url="")))

            async def one(site: Site, count: int) -> float:
                async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server:
                    site.port = server.sockets[0].getsockname()[1]
                    feed = Feed(slug="f", url="http://feed.example/", pages="always")
                    about = Harvesting(feed=feed, origin=Origin(url=feed.url, pages="always"), now=NOW)
                    begun = time.monotonic()
                    await gatherer.gather(site.entries(count), about)
                    return time.monotonic() - begun

            return await asyncio.gather(one(slow, 8), one(quick, 1))

    took = asyncio.run(go())
    assert took[0] > 8 * 0.4 * 0.95
    assert took[1] < 2


EMPTY = Entry(guid="e")
BEFORE = {
    "for the first time": (None, next_try(NOW, 1)),
    "again": (KnownEntry(article_id=None, entry_hash=entry_hash(EMPTY), guid="e", tries=1), next_try(NOW, 2)),
    "again, its worker having died": (
        KnownEntry(article_id=None, entry_hash="again-1", guid="e", tries=1),
        next_try(NOW, 2),
    ),
    "too often": (KnownEntry(article_id=None, entry_hash=entry_hash(EMPTY), guid="e", tries=5), None),
    "too often, but it says something else now": (
        KnownEntry(article_id=None, entry_hash="h", guid="e", tries=5),
        next_try(NOW, 1),
    ),
}


@pytest.mark.parametrize(("known", "expected"), BEFORE.values(), ids=BEFORE)
def test_what_became_no_article_is_tried_again_later_and_later(
    known: KnownEntry | None, expected: datetime | None, workers: Workers
) -> None:
    async def go() -> list[Kept]:
        async with Fetcher(SETTINGS) as fetcher:
            about = Harvesting(
                feed=Feed(slug="f", url="http://feed.example/"), origin=Origin(url=""), now=NOW,
                known={"e": known} if known else {},
            )  # fmt: skip
            return await Gatherer(fetcher, workers, SETTINGS).gather([EMPTY], about)

    [kept] = asyncio.run(go())
    assert isinstance(kept, Drop)
    assert (kept.dropped.reason, kept.retry_at) == ("empty", expected)
    assert kept.raw


def test_an_entry_that_kills_its_worker_costs_itself_only(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refining, "sift", deadly)

    async def go() -> list[Kept]:
        async with Fetcher(SETTINGS) as fetcher:
            about = Harvesting(feed=Feed(slug="f", url="http://feed.example/"), origin=Origin(url=""), now=NOW)
            entries = [Entry(guid=guid, title=guid) for guid in ("a", "b", "c")]
            return await Gatherer(fetcher, workers, SETTINGS).gather(entries, about)

    kept = asyncio.run(go())
    assert [type(item) for item in kept] == [Arrival, Drop, Arrival]
    assert isinstance(kept[1], Drop)
    assert (kept[1].dropped.reason, kept[1].entry_hash) == ("died", "again-1")
    assert kept[1].retry_at == NOW + timedelta(hours=1)


def deadly(entries: Sequence[Entry], origin: Origin) -> list[refining.Refined]:
    if any(entry.guid == "b" for entry in entries):
        os.kill(os.getpid(), signal.SIGKILL)
    return [None] * len(entries)


def test_what_is_new_or_says_something_new_is_told_the_oldest_first() -> None:
    first, second, third, fourth = (
        Entry(guid=str(n), title="T", published=NOW - timedelta(days=n) if n < 4 else None) for n in range(1, 5)
    )
    known = {
        "1": KnownEntry(article_id=1, entry_hash=entry_hash(first)),
        "2": KnownEntry(article_id=2, entry_hash="of another form"),
        "3": KnownEntry(article_id=3, entry_hash="again-1"),
    }
    entries = [first, second, third, fourth]
    assert fresh(entries, known) == [third, second, fourth]
    assert fresh(entries, known, force=True) == [third, second, first, fourth]
