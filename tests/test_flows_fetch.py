"""Questions and answers over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import base64
import gzip
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from aiohttp import AddrInfoType

from config.settings import Settings
from flows.address import host_of
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.guard import is_public, open_public

LOOPBACKS = (
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.1.",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "１２７.0.0.1",  # noqa: RUF001 - that is the trick
    "127。0。0。1",
    "①②⑦.0.0.1",
    "①②⑦。⓪。⓪。①",
    "user@127。0。0。1",
)
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
    assert "secret" not in str(error.value) + repr(error.value.__dict__)
    assert error.value.__cause__ is None
    return error.value.kind


def test_validators_go_out_byte_for_byte_and_a_304_comes_back() -> None:
    with site(reply(304, b"")) as (base, seen):
        answer = ask(Question(url=f"{base}/f", etag='W/"a b"', modified="Thu, 01 Jan 2026 00:00:00 GMT", private=True))
    assert answer.status == 304
    assert seen[0].headers["If-None-Match"] == 'W/"a b"'
    assert seen[0].headers["If-Modified-Since"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert seen[0].headers["User-Agent"].startswith("fanmill/")


@pytest.mark.parametrize("sign", ["caf\xe9", "\xc3\xa9", "\x80\xff"])
def test_validators_that_are_no_utf8_come_back_as_the_same_bytes(sign: str) -> None:
    # http.server reads and writes headers as latin-1: one character a byte.
    with site(reply(ETag=f'"{sign}"', Last_Modified=sign)) as (base, seen):
        first = ask(Question(url=base, private=True))
        ask(Question(url=base, etag=first.headers["etag"], modified=first.headers["last-modified"], private=True))
    assert seen[1].headers["If-None-Match"] == f'"{sign}"'
    assert seen[1].headers["If-Modified-Since"] == sign


def test_a_validator_that_no_header_can_hold_is_not_sent() -> None:
    with site(reply()) as (base, seen):
        ask(Question(url=base, etag='"a\r\nHost: b"', modified="\ud800", private=True))
    assert "If-None-Match" not in seen[0].headers
    assert "If-Modified-Since" not in seen[0].headers


@pytest.mark.parametrize(
    ("location", "path"), [("/caf\xe9", "/caf%E9"), ("/caf\xc3\xa9", "/caf%C3%A9")], ids=["latin-1", "UTF-8"]
)
def test_a_redirect_in_raw_bytes_leads_to_those_bytes(location: str, path: str) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        (reply(302, b"", Location=location) if request.path == "/" else reply())(request)

    with site(respond) as (base, seen):
        assert ask(Question(url=f"{base}/", private=True)).status == 200
    assert seen[1].path == path


NAMES = {
    "our own": ({}, "", "fanmill/0.1.0"),
    "with a contact": ({"contact": "https://h.example/bot"}, "", "fanmill/0.1.0 (+https://h.example/bot)"),
    "the operator's": ({"user_agent": "Reader/2", "contact": "https://h.example/"}, "", "Reader/2"),
    "one for this feed": ({"user_agent": "Reader/2"}, "Feed/3 (x)", "Feed/3 (x)"),
}


@pytest.mark.parametrize(("settings", "agent", "told"), NAMES.values(), ids=NAMES)
def test_we_say_who_we_are(settings: dict[str, str], agent: str, told: str) -> None:
    with site(reply()) as (base, seen):
        ask(Question(url=base, agent=agent, private=True), replace(SETTINGS, **settings))  # type: ignore[arg-type]
    assert seen[0].headers.get_all("User-Agent") == [told]


def test_every_packing_we_can_undo_is_asked_for() -> None:
    with site(reply()) as (base, seen):
        ask(Question(url=base, private=True))
    assert seen[0].headers["Accept-Encoding"] == "gzip, deflate, br, zstd"


@pytest.mark.parametrize(("etag", "told"), [('"1"', "feed"), (None, None)], ids=["with an etag", "without"])
def test_only_what_is_new_since_an_etag_is_good_enough(etag: str | None, told: str | None) -> None:
    with site(reply(226, b"news")) as (base, seen):
        answer = ask(Question(url=base, etag=etag, delta=True, private=True))
        ask(Question(url=base, etag=etag, private=True))
    assert (answer.status, answer.body) == (226, b"news")
    assert [request.headers["A-IM"] for request in seen] == [told, None]


def test_a_body_packed_with_brotli_is_unpacked() -> None:
    with site(reply(body=brotli.compress(b"news" * 100), Content_Encoding="br")) as (base, _):
        assert ask(Question(url=base, private=True)).body == b"news" * 100


def test_a_packed_body_is_unpacked() -> None:
    with site(reply(body=gzip.compress(b"news" * 100), Content_Encoding="gzip")) as (base, _):
        assert ask(Question(url=base, private=True)).body == b"news" * 100


def test_without_leave_loopback_is_refused_and_no_request_arrives() -> None:
    with site(reply()) as (base, seen):
        port = base.rpartition(":")[2]
        assert {host: kind_of(Question(url=f"http://{host}:{port}/")) for host in LOOPBACKS} == dict.fromkeys(
            LOOPBACKS, "blocked_address"
        )
        assert not seen


@pytest.mark.parametrize("host", ["169.254.169.254", "169。254。169。254", "①⑥⑨.254.169.254", "[fe80::1%25lo]"])
def test_the_metadata_of_a_cloud_is_refused_however_it_is_spelled(host: str) -> None:
    assert kind_of(Question(url=f"http://{host}/latest/"), replace(SETTINGS, deadline=1.0)) == "blocked_address"


@pytest.mark.parametrize("host", ["127.0.0.1", "127。0。0。1"])
def test_a_socket_is_judged_by_its_number_even_when_nothing_before_saw_it(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.fetch.check_literal", lambda _: None)
    with site(reply()) as (base, seen):
        assert kind_of(Question(url=base.replace("127.0.0.1", host))) == "blocked_address"
        assert not seen


UNREADABLE = ("http://[bad/feed", "http://[x", "http://h.example:99999/", "http://h.example:x/", "http://[x]/")


@pytest.mark.parametrize("url", UNREADABLE)
def test_an_unreadable_address_is_an_error_of_its_own(url: str) -> None:
    host_of(url)
    assert kind_of(Question(url=url)) == "bad_address"
    assert kind_of(Question(url=url.replace("//", "//user:secret@"))) == "bad_address"
    with site(reply(302, b"", Location=url)) as (base, _):
        assert kind_of(Question(url=base, private=True)) == "bad_address"


def test_an_address_without_a_host_is_an_error_too() -> None:
    assert kind_of(Question(url="http:///x")) == "bad_address"


@pytest.mark.parametrize("url", ["http://h.example/a\r\nEvil: 1", "http://h.example/\x00", "http://h.exa\tmple/"])
def test_an_address_with_control_characters_is_not_asked_for(url: str) -> None:
    assert kind_of(Question(url=url)) == "bad_address"


INSIDE = (
    "169.254.169.254",
    "10.0.0.1",
    "192.168.1.1",
    "[::1]",
    "[fd00::1]",
    "2852039166",
    "0xa.1",
    "[64:ff9b::a00:1]",
)


@pytest.mark.parametrize("host", INSIDE)
def test_a_redirect_from_the_public_internet_leads_nowhere_inside(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The server of this test stands for a public one; every other address is judged as ever.
    monkeypatch.setattr("flows.guard.is_public", lambda number: number == "127.0.0.1" or is_public(number))
    opened: list[str] = []

    def noting(address: AddrInfoType) -> socket.socket:
        opened.append(str(address[4][0]))
        return open_public(address)

    monkeypatch.setattr("flows.fetch.open_public", noting)
    with site(reply(302, b"", Location=f"http://{host}/latest/?secret")) as (base, seen):
        assert kind_of(Question(url=base)) == "blocked_address"
        assert len(seen) == 1
    assert not [number for number in opened if number != "127.0.0.1"]


def test_the_address_that_was_checked_is_the_one_that_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups: list[str] = []
    numbers = ["93.184.216.34", "127.0.0.1"]

    def rebinding(host: str, port: int, *args: object, **more: object) -> list[object]:
        lookups.append(host)
        found = numbers[min(len(lookups), len(numbers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    opened: list[str] = []

    def note(address: AddrInfoType) -> socket.socket:
        opened.append(str(address[4][0]))
        raise OSError("this internet ends here")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("flows.fetch.open_public", note)
    assert kind_of(Question(url="http://rebinding.example/?secret")) == "connection"
    assert (lookups, opened) == (["rebinding.example"], ["93.184.216.34"])
    assert kind_of(Question(url="http://rebinding.example/?secret")) == "blocked_address"
    assert opened == ["93.184.216.34"]


BAD_HOPS = {
    "to a file": ("file:///etc/passwd", "bad_scheme"),
    "to ftp": ("ftp://127.0.0.1/x", "bad_scheme"),
    "to a script": ("javascript:alert(1)", "bad_scheme"),
    "to data": ("data:application/rss+xml,<rss/>", "bad_scheme"),
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


BASIC = "Basic " + base64.b64encode(b"us er:p:w").decode()


def test_a_login_goes_to_its_own_host_only_and_into_no_answer() -> None:
    with site(reply()) as (other, theirs):

        def respond(request: BaseHTTPRequestHandler) -> None:
            hops = {"/a": "/b", "/b": f"{other}/c"}
            (reply(301, b"", Location=hops[request.path]) if request.path in hops else reply())(request)

        with site(respond) as (base, ours):
            login = base.replace("//", "//us%20er:p:w@")
            away = ask(Question(url=f"{login}/a", private=True))
            home = ask(Question(url=f"{login}/z", private=True))
    assert [request.headers["Authorization"] for request in ours] == [BASIC] * 3
    assert [request.headers["Authorization"] for request in theirs] == [None]
    assert (away.url, away.moved, home.url) == (f"{other}/c", f"{other}/c", f"{base}/z")


def test_an_address_that_moved_within_its_origin_is_asked_with_the_login_but_told_without() -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        (reply(301, b"", Location="//evil:x@" + request.headers["Host"] + "/b") if request.path == "/a" else reply())(
            request
        )

    with site(respond) as (base, seen):
        login = base.replace("//", "//us%20er:p:w@")
        answer = ask(Question(url=f"{login}/a", private=True))
    assert (answer.url, answer.moved) == (f"{base}/b", f"{base}/b")
    assert "us%20er" not in repr(answer)
    assert [request.headers["Authorization"] for request in seen] == [BASIC] * 2


def test_a_cookie_goes_back_to_its_own_host_within_one_chain_and_no_further() -> None:
    with site(reply()) as (base, theirs):

        def respond(request: BaseHTTPRequestHandler) -> None:
            if request.path == "/a":
                reply(302, b"", Location="/b", Set_Cookie="pass=abc; Path=/; HttpOnly")(request)
            elif request.path == "/b":
                away = base.replace("127.0.0.1", "localhost")
                reply(302, b"", Location=f"{away}/c", Set_Cookie="more=d:e=f")(request)
            else:
                reply(Set_Cookie="late=1")(request)

        async def go(home: str) -> None:
            async with Fetcher(SETTINGS) as fetcher:
                for path in ("/a", "/z"):
                    await fetcher.get(Question(url=f"{home}{path}", private=True))

        with site(respond) as (home, ours):
            asyncio.run(go(home))
    assert [request.headers["Cookie"] for request in ours] == [None, "pass=abc", None]
    assert [request.headers["Cookie"] for request in theirs] == [None]


TROUBLES: dict[str, tuple[Respond, str]] = {
    "a body that is too large": (reply(body=b"x" * 200_000), "too_large"),
    "a bomb": (reply(body=gzip.compress(bytes(5_000_000)), Content_Encoding="gzip"), "too_large"),
    "a packed body cut short": (reply(body=gzip.compress(b"news" * 999)[:-9], Content_Encoding="gzip"), "truncated"),
    "a body shorter than promised": (reply(body=b"short", Content_Length="9999"), "truncated"),
    "a brotli body cut short": (reply(body=brotli.compress(b"news" * 999)[:-9], Content_Encoding="br"), "truncated"),
    "a packing nobody asked for": (reply(body=b"x", Content_Encoding="compress"), "encoding"),
    "two packings": (reply(body=gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip"), "encoding"),
    "one byte at a time": (drip, "timeout"),
}


@pytest.mark.parametrize(("respond", "kind"), TROUBLES.values(), ids=TROUBLES)
def test_a_troubled_answer_is_an_error_of_its_kind(respond: Respond, kind: str) -> None:
    with site(respond) as (base, _):
        assert kind_of(Question(url=base.replace("//", "//user:secret@") + "/?token=secret", private=True)) == kind


def test_a_bomb_beside_a_redirect_is_left_alone() -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        bomb = reply(302, gzip.compress(bytes(5_000_000)), Content_Encoding="gzip", Location="/b")
        (bomb if request.path == "/a" else reply())(request)

    with site(respond) as (base, _):
        assert ask(Question(url=f"{base}/a", private=True)).body == b"ok"


def test_a_port_nobody_listens_on_is_a_connection_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert kind_of(Question(url=f"http://user:secret@127.0.0.1:{port}/", private=True)) == "connection"


HANGING = """
import asyncio, socket, sys, threading, time
from config.settings import Settings
from flows import guard
from flows.fetch import Fetcher, FetchError, Question
socket.getaddrinfo = lambda *args, **more: time.sleep(60)
guard.LOOKUP = 0.5
async def go(private):
    async with Fetcher(Settings(allow_private=private)) as fetcher:
        try:
            await fetcher.get(Question(url="http://user:secret@slow.example/feed"))
        except FetchError as error:
            print(error)
asyncio.run(go(sys.argv[1] == "private"))
"""


@pytest.mark.parametrize("network", ["public", "private"])
def test_a_look_up_that_hangs_is_given_up_and_does_not_hold_up_the_end_of_the_program(network: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING, network],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).parents[1],
    )
    assert (done.stdout, done.stderr) == ("dns: slow.example has no address within 5 s\n", "")


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


def slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.4)
    reply()(request)


@pytest.mark.parametrize("limit", [{"per_host": 1}, {"connections": 1, "per_host": 9}], ids=["a host", "all hosts"])
def test_waiting_for_ones_turn_is_no_part_of_the_deadline(limit: dict[str, int]) -> None:
    async def go(base: str) -> list[Answer]:
        async with Fetcher(replace(SETTINGS, deadline=1.0, **limit)) as fetcher:  # type: ignore[arg-type]
            return await asyncio.gather(*(fetcher.get(Question(url=f"{base}/{n}", private=True)) for n in range(6)))

    with site(slow) as (base, _):
        assert [answer.status for answer in asyncio.run(go(base))] == [200] * 6


def test_the_deadline_covers_all_hops_together() -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.4)
        reply(302, b"", Location=request.path + "x")(request)

    with site(respond) as (base, seen):
        assert kind_of(Question(url=f"{base}/", private=True), replace(SETTINGS, deadline=1.0)) == "timeout"
    assert len(seen) == 3
