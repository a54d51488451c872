"""Questions and answers over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.settings import Settings
from flows.fetch import Answer, Fetcher, FetchError, Question

SETTINGS = Settings(deadline=2.0, max_bytes=100_000)
Respond = Callable[[BaseHTTPRequestHandler], None]


def reply(status: int = 200, body: bytes = b"ok", **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return respond


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.1)


@contextmanager
def site(respond: Respond) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    seen: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self)
            try:
                respond(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def ask(question: Question, settings: Settings = SETTINGS) -> Answer:
    async def go() -> Answer:
        async with Fetcher(settings) as fetcher:
            return await fetcher.get(question)

    return asyncio.run(go())


def kind_of(question: Question, settings: Settings = SETTINGS) -> str:
    with pytest.raises(FetchError) as error:
        ask(question, settings)
    assert "secret" not in str(error.value)
    return error.value.kind


def test_validators_go_out_byte_for_byte_and_a_304_comes_back() -> None:
    with site(reply(304, b"")) as (base, seen):
        answer = ask(Question(url=f"{base}/f", etag='W/"a b"', modified="Thu, 01 Jan 2026 00:00:00 GMT", private=True))
    assert answer.status == 304
    assert seen[0].headers["If-None-Match"] == 'W/"a b"'
    assert seen[0].headers["If-Modified-Since"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert seen[0].headers["User-Agent"].startswith("fanmill/")


def test_the_contact_goes_into_the_user_agent() -> None:
    with site(reply()) as (base, seen):
        ask(Question(url=base, private=True), replace(SETTINGS, contact="https://example.org/bot"))
    assert seen[0].headers["User-Agent"].endswith("(+https://example.org/bot)")


def test_a_packed_body_is_unpacked() -> None:
    with site(reply(body=gzip.compress(b"news" * 100), Content_Encoding="gzip")) as (base, _):
        assert ask(Question(url=base, private=True)).body == b"news" * 100


def test_without_leave_loopback_is_refused_and_no_request_arrives() -> None:
    with site(reply()) as (base, seen):
        port = base.rpartition(":")[2]
        hosts = ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]")
        assert {kind_of(Question(url=f"http://{host}:{port}/")) for host in hosts} == {"blocked_address"}
        assert not seen


BAD_HOPS = {
    "to a file": ("file:///etc/passwd", "bad_scheme"),
    "to ftp": ("ftp://127.0.0.1/x", "bad_scheme"),
    "to a script": ("javascript:alert(1)", "bad_scheme"),
    "to itself for ever": ("/", "redirects"),
}


@pytest.mark.parametrize(("target", "kind"), BAD_HOPS.values(), ids=BAD_HOPS)
def test_a_bad_redirect_is_refused(target: str, kind: str) -> None:
    with site(reply(302, b"", Location=target)) as (base, seen):
        assert kind_of(Question(url=f"{base}/", private=True)) == kind
        assert len(seen) <= 11


def test_only_permanent_redirects_move_an_address() -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        hops = {"/a": (301, "/b"), "/b": (302, "/c")}
        status, target = hops.get(request.path, (200, ""))
        (reply(status, b"", Location=target) if target else reply(body=b"here"))(request)

    with site(respond) as (base, _):
        answer = ask(Question(url=f"{base}/a", private=True))
    assert (answer.url, answer.moved, answer.body) == (f"{base}/c", f"{base}/b", b"here")


TROUBLES: dict[str, tuple[Respond, str]] = {
    "a body that is too large": (reply(body=b"x" * 200_000), "too_large"),
    "a bomb": (reply(body=gzip.compress(bytes(5_000_000)), Content_Encoding="gzip"), "too_large"),
    "a packed body cut short": (reply(body=gzip.compress(b"news" * 999)[:-9], Content_Encoding="gzip"), "truncated"),
    "a body shorter than promised": (reply(body=b"short", Content_Length="9999"), "truncated"),
    "one byte at a time": (drip, "timeout"),
}


@pytest.mark.parametrize(("respond", "kind"), TROUBLES.values(), ids=TROUBLES)
def test_a_troubled_answer_is_an_error_of_its_kind(respond: Respond, kind: str) -> None:
    with site(respond) as (base, _):
        assert kind_of(Question(url=base.replace("//", "//user:secret@") + "/?token=secret", private=True)) == kind


def test_a_port_nobody_listens_on_is_a_connection_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert kind_of(Question(url=f"http://user:secret@127.0.0.1:{port}/", private=True)) == "connection"


def test_a_host_never_sees_more_requests_at_once_than_allowed() -> None:
    running, most = [], [0]

    def respond(request: BaseHTTPRequestHandler) -> None:
        running.append(1)
        most[0] = max(most[0], len(running))
        time.sleep(0.05)
        running.pop()
        reply()(request)

    async def go(base: str) -> None:
        async with Fetcher(replace(SETTINGS, per_host=2)) as fetcher:
            await asyncio.gather(*(fetcher.get(Question(url=f"{base}/{n}", private=True)) for n in range(8)))

    with site(respond) as (base, _):
        asyncio.run(go(base))
    assert most[0] == 2
