"""Poll after poll of servers that cannot be relied on: nothing is lost, nothing comes twice, no lie is remembered.

Each feed is a path of one real server, with an answer for each of four polls; all feeds are polled by the same four
runs, and what the database holds of each is written down after every one of them.
"""

from __future__ import annotations

import gzip
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from config.load import load
from flows.outcome import Outcome
from flows.pipeline import Options, run

Visit = BaseHTTPRequestHandler
Respond = Callable[[Visit], None]
POLLS = 4


def document(count: int, note: str = "") -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>Lot {n} of the harvest</title>"
        f"<description>Farmers brought in lot number {n} before the rain came down the valley.{note}</description></item>"
        for n in range(1, count + 1)
    )
    return f"<rss version='2.0'><channel><title>Valley</title>{items}</channel></rss>".encode()


GOOD = document(5)
HALF = GOOD.index(b"<title>Lot 4") + 12  # in the middle of the fourth entry


def reply(body: bytes = GOOD, status: int = 200, **headers: str) -> Respond:
    """An answer; the names of headers with "_" for "-"."""

    def respond(visit: Visit) -> None:
        visit.send_response(status)
        for name, value in {"Content_Type": "application/rss+xml", "Content_Length": str(len(body)), **headers}.items():
            visit.send_header(name.replace("_", "-"), value)
        visit.end_headers()
        visit.wfile.write(body)

    return respond


def broken_off(head: bytes, body: bytes = GOOD[:HALF]) -> Respond:
    """A 200 of which no more comes than this."""

    def respond(visit: Visit) -> None:
        visit.wfile.write(b'HTTP/1.1 200 OK\r\nETag: "bad"\r\nContent-Type: text/xml\r\n' + head + b"\r\n" + body)

    return respond


def heeding(tag: str, fresh: Respond) -> Respond:
    """304 for whoever sends the tag byte for byte, else the answer."""

    def respond(visit: Visit) -> None:
        known = visit.headers["If-None-Match"] == tag
        (reply(b"", 304, ETag=tag) if known else fresh)(visit)

    return respond


def heedless(fresh: Respond) -> Respond:
    """304 for whoever sends any validator at all."""

    def respond(visit: Visit) -> None:
        asked = visit.headers["If-None-Match"] or visit.headers["If-Modified-Since"]
        (reply(b"", 304) if asked else fresh)(visit)

    return respond


class Seen(NamedTuple):
    """What the database holds of a feed after a poll, and how that poll ended."""

    rows: int
    etag: str | None
    failures: int
    kind: str | None
    new: int


TAG, WEAK = '"v"', 'W/"weak one"'
DATE = "Thu, 01 Oct 2026 00:00:00 GMT"
FULL = Seen(rows=5, etag=TAG, failures=0, kind=None, new=5)
STILL = FULL._replace(new=0)
good = reply(ETag=TAG)


def wrong(kind: str) -> list[Seen]:
    """Good, then something else under a tag of its own, then good again."""
    return [FULL, STILL._replace(failures=1, kind=kind), STILL, STILL]


CUT = Seen(rows=0, etag=None, failures=1, kind="truncated", new=0)
CASES: dict[str, tuple[list[Respond], list[Seen]]] = {
    "error-500-503-200": (
        [good, reply(b"", 500), reply(b"", 503), good],
        [FULL, STILL._replace(failures=1, kind="http_500"), STILL._replace(failures=2, kind="http_503"), STILL],
    ),
    "validators-ignored": ([reply(ETag=TAG, Last_Modified=DATE)] * POLLS, [FULL, STILL, STILL, STILL]),
    "validators-changing": (
        [reply(ETag=f'"{n}"', Last_Modified=f"Thu, 0{n} Oct 2026 00:00:00 GMT") for n in range(1, 5)],
        [FULL._replace(etag='"1"'), *(STILL._replace(etag=f'"{n}"') for n in range(2, 5))],
    ),
    "validators-changing-with-the-bytes": (
        [reply(GOOD + b"<!-- %d -->" % n, ETag=f'"{n}"') for n in range(1, 5)],
        [FULL._replace(etag='"1"'), *(STILL._replace(etag=f'"{n}"') for n in range(2, 5))],
    ),
    "validators-weak": ([heeding(WEAK, reply(ETag=WEAK))] * POLLS, [FULL._replace(etag=WEAK), *[STILL._replace(etag=WEAK)] * 3]),
    "validators-stale": (  # says 304 although there is more; after the second poll the last full one is long ago
        [heedless(good), heedless(reply(document(7), ETag='"w"')), *[heedless(reply(document(7), ETag='"w"'))] * 2],
        [FULL, STILL, Seen(rows=7, etag='"w"', failures=0, kind=None, new=2), Seen(rows=7, etag='"w"', failures=0, kind=None, new=0)],
    ),
    "not-modified-unasked": (
        [reply(b"", 304), reply(b"", 304, ETag='"x"'), reply(b"", 304), reply(ETag=TAG)],
        [],
    ),
    "bad-body-first": (
        [reply(b"<html><body>Down for maintenance</body></html>", ETag='"bad"'), heeding('"bad"', good), good, good],
        [Seen(rows=0, etag=None, failures=1, kind="html", new=0), FULL, STILL, STILL],
    ),
    "cut-by-length": ([broken_off(b"Content-Length: %d\r\n" % len(GOOD)), heeding('"bad"', good), good, good], [CUT, FULL, STILL, STILL]),
    "cut-in-a-chunk": (
        [broken_off(b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(GOOD) + GOOD[:HALF]), heeding('"bad"', good), good, good],
        [CUT, FULL, STILL, STILL],
    ),
    "cut-in-gzip": (
        [reply(gzip.compress(GOOD)[:-20], ETag='"bad"', Content_Encoding="gzip"), heeding('"bad"', good), good, good],
        [CUT, FULL, STILL, STILL],
    ),
    "cut-in-xml": (
        [broken_off(b""), heeding('"bad"', good), good, good],
        [Seen(rows=3, etag=None, failures=0, kind=None, new=3), Seen(rows=5, etag=TAG, failures=0, kind=None, new=2), STILL, STILL],
    ),
    "then-html": ([good, reply(b"<!doctype html><html><body>Hi</body></html>", ETag='"bad"'), good, good], wrong("html")),
    "then-empty": ([good, reply(b"", ETag='"bad"'), good, good], wrong("empty")),
    "then-blank": ([good, reply(b" \n\t ", ETag='"bad"'), good, good], wrong("empty")),
    "then-json": ([good, reply(b'{"status": "ok"}', ETag='"bad"'), good, good], wrong("json")),
    "then-pdf": ([good, reply(b"%PDF-1.4\n" + bytes(200), ETag='"bad"'), good, good], wrong("binary")),
    "then-noise": ([good, reply(bytes(range(256)) * 4, ETag='"bad"'), good, good], wrong("binary")),
    "then-words": ([good, reply(b"Database connection failed.", ETag='"bad"'), good, good], wrong("not_a_feed")),
    "then-bot-check": (
        [good, reply(b"<html><script src='/cdn-cgi/challenge-platform/x.js'></script></html>", ETag='"bad"'), good, good],
        wrong("challenge"),
    ),
}  # fmt: skip


@dataclass
class Server:
    """Answers each path as its case says for the poll that is on, and remembers who asked with which validators."""

    turn: int = 0
    asked: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)
    texts: dict[str, list[set[str]]] = field(default_factory=dict)
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    base: str = ""

    def answer(self, visit: Visit) -> None:
        slug = visit.path.strip("/")
        self.asked.setdefault(slug, []).append((self.turn, visit.headers["If-None-Match"]))
        CASES[slug][0][self.turn](visit)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, told = tmp_path_factory.mktemp("polls"), Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http, pytest.MonkeyPatch.context() as patch:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        base = f"http://127.0.0.1:{http.server_address[1]}"
        table = '[feeds.{slug}]\nurl = "{base}/{slug}"\nallow_private = true\npages = "never"\n'
        (folder / "feeds.toml").write_text(
            "replace = true\n" + "".join(table.format(slug=slug, base=base) for slug in CASES)
        )
        (folder / "fanmill.toml").write_text("[mill]\ndeadline = 5.0\nworkers = 2\n")
        patch.setenv("FANMILL_DB", str(folder / "news.db"))
        for told.turn in range(POLLS):
            outcomes = {o.feed: o for o in run(load(folder), Options(feeds=tuple(CASES))).outcomes}
            note(told, folder / "news.db", outcomes)
        yield told
        http.shutdown()


def note(told: Server, path: Path, outcomes: dict[str, Outcome]) -> None:
    sql = "SELECT slug, (SELECT count(*) FROM articles WHERE feed_id = f.id), etag, failures, error_kind FROM feeds f"
    texts = "SELECT f.slug, t.text FROM article_texts t JOIN articles a ON a.id = t.article_id JOIN feeds f ON f.id = a.feed_id"
    with sqlite3.connect(path) as database:
        for slug, rows, etag, failures, kind in database.execute(sql):
            told.seen.setdefault(slug, []).append(Seen(rows, etag, failures, kind, outcomes[slug].new))
        words = database.execute(texts).fetchall()
        for slug in CASES:
            told.texts.setdefault(slug, []).append({text for name, text in words if name == slug})
        if told.turn == 1:
            database.execute("UPDATE feeds SET last_full_at = '2026-01-01T00:00:00Z' WHERE slug = 'validators-stale'")
    database.close()


@pytest.mark.parametrize("slug", [slug for slug, (_, seen) in CASES.items() if seen])
def test_what_is_known_after_each_of_four_polls(slug: str, server: Server) -> None:
    assert server.seen[slug] == CASES[slug][1]


@pytest.mark.parametrize("slug", CASES)
def test_each_poll_is_one_request(slug: str, server: Server) -> None:
    assert [turn for turn, _ in server.asked[slug]] == [0, 1, 2, 3]


@pytest.mark.parametrize("slug", CASES)
def test_no_article_is_ever_half_of_one(slug: str, server: Server) -> None:
    whole = {f"Farmers brought in lot number {n} before the rain came down the valley." for n in range(1, 8)}
    assert set().union(*server.texts[slug]) <= whole


@pytest.mark.parametrize("slug", CASES)
def test_a_validator_of_an_answer_that_could_not_be_used_is_never_sent(slug: str, server: Server) -> None:
    assert '"bad"' not in [tag for _, tag in server.asked[slug]]


def test_a_weak_validator_goes_back_byte_for_byte(server: Server) -> None:
    assert [tag for _, tag in server.asked["validators-weak"]] == [None, WEAK, WEAK, WEAK]


def test_a_304_to_a_request_without_validators_is_no_crash_and_holds_nothing_up(server: Server) -> None:
    seen = server.seen["not-modified-unasked"]
    assert [state.rows for state in seen] == [0, 0, 0, 5]
    assert "internal" not in {state.kind for state in seen}
    assert [tag for _, tag in server.asked["not-modified-unasked"]][1] is None
