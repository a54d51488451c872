"""Politeness: who waits for whom, for how long, and who is not asked at all."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from yarl import URL

from config.settings import Settings
from flows import turns
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.turns import Turns, domain_of

Answers = list[Answer | BaseException]
GAP = 0.15
SETTINGS = Settings(deadline=2.0, delay=GAP, allow_private=True)
DOMAINS = {
    "the domain itself": ("bbc.co.uk", "bbc.co.uk"),
    "a host of it": ("feeds.bbci.co.uk", "bbci.co.uk"),
    "a blog among many": ("someone.tumblr.com", "tumblr.com"),
    "a blog whose provider lets it set its own cookies": ("someone.github.io", "github.io"),
    "a suffix nobody knows": ("a.b.nowhere", "b.nowhere"),
    "a suffix alone": ("com", "com"),
    "a name in another script": ("a.xn--fiqs8s.xn--p1ai", "xn--fiqs8s.xn--p1ai"),
    "a number": ("93.184.216.34", "93.184.216.34"),
    "a number of IPv6": ("2606:2800:220:1::1", "2606:2800:220:1::1"),
    "no name at all": ("a..b", "a..b"),
}


@dataclass
class Site:
    """A server for every host; `answers` by path. It notes when each request came and when it was answered."""

    answers: Mapping[str, str] = field(default_factory=dict)
    slow: float = 0.05
    port: int = 0
    visits: list[tuple[str, str, float, float]] = field(default_factory=list)
    running: int = 0
    most: int = 0

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path, host = lines[0].split()[1], next(line for line in lines if line.startswith("Host: "))[6:]
        begun = time.monotonic()
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(self.slow)
        self.running -= 1
        self.visits.append((host.partition(":")[0], path, begun, time.monotonic()))
        answer = self.answers.get(path, "200 OK\r\nContent-Length: 2\r\n\r\nok").format(port=self.port)
        writer.write(f"HTTP/1.1 {answer}".encode())
        writer.close()

    def asked(self) -> list[str]:
        return [path for _, path, _, _ in self.visits]

    def gaps(self) -> list[float]:
        spans = sorted((begun, end) for _, _, begun, end in self.visits)
        return [after - end for (_, end), (after, _) in pairwise(spans)]


def answer(status: str, **headers: str) -> str:
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"{status}\r\n{''.join(lines)}Content-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every host under .example is on loopback, so that the rules for public ones hold there."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int | None, *args: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host.rstrip(".").endswith(".example") else host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def serve(
    site: Site,
    act: Callable[[Fetcher], Awaitable[Answers]],
    settings: Settings = SETTINGS,
    pauses: Mapping[str, datetime] | None = None,
) -> Answers:
    async def go() -> Answers:
        async with (
            await asyncio.start_server(site.visit, "127.0.0.1", 0) as server,
            Fetcher(settings, pauses) as fetcher,
        ):
            site.port = server.sockets[0].getsockname()[1]
            return await act(fetcher)

    return asyncio.run(go())


def ask(site: Site, *addresses: str) -> Callable[[Fetcher], Awaitable[Answers]]:
    """Ask "host/path" addresses all at once."""

    async def act(fetcher: Fetcher) -> Answers:
        questions = [Question(url=f"http://{one.replace('/', f':{site.port}/', 1)}") for one in addresses]
        return await asyncio.gather(*map(fetcher.get, questions), return_exceptions=True)

    return act


def kinds(answers: Sequence[object]) -> list[str]:
    return [one.kind if isinstance(one, FetchError) else str(getattr(one, "status", one)) for one in answers]


@pytest.mark.parametrize(("host", "domain"), DOMAINS.values(), ids=DOMAINS)
def test_a_host_belongs_to_its_registered_domain(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_the_hosts_of_a_domain_are_asked_one_at_a_time_and_left_alone_in_between() -> None:
    site = Site()
    answers = serve(site, ask(site, "a.news.example/1", "b.news.example/2", "news.example./3", "A.News.Example/4"))
    assert kinds(answers) == ["200"] * 4
    assert site.most == 1
    assert min(site.gaps()) >= GAP * 0.95


def test_two_at_a_time_are_two_at_a_time() -> None:
    site = Site(slow=0.4)
    serve(site, ask(site, *(f"news.example/{n}" for n in range(4))), replace(SETTINGS, per_domain=2, delay=0.05))
    assert site.most == 2


def test_domains_do_not_wait_for_each_other() -> None:
    site = Site(slow=0.3)
    begun = time.monotonic()
    serve(site, ask(site, *(f"{name}.example/" for name in "abcdef")))
    assert site.most > 2
    assert time.monotonic() - begun < 1.5


def test_waiting_for_a_turn_holds_no_place_that_others_could_use() -> None:
    site = Site()
    addresses = [*(f"slow.example/{n}" for n in range(4)), "quick.example/"]
    serve(site, ask(site, *addresses), replace(SETTINGS, connections=1, delay=0.3))
    assert site.asked().index("/") <= 1


def test_waiting_for_a_turn_is_no_part_of_the_deadline() -> None:
    site = Site(slow=0.2)
    answers = serve(site, ask(site, *(f"news.example/{n}" for n in range(5))), replace(SETTINGS, deadline=0.6))
    assert kinds(answers) == ["200"] * 5


def test_ones_own_hosts_are_asked_without_delay_so_many_at_a_time() -> None:
    site = Site()
    begun = time.monotonic()
    serve(site, ask(site, *(f"127.0.0.1/{n}" for n in range(9))), replace(SETTINGS, per_host=3, delay=5.0))
    assert site.most == 3
    assert time.monotonic() - begun < 2


def test_a_redirect_takes_the_turn_of_the_domain_it_leads_to() -> None:
    moved = answer("302 Found", Location="http://b.other.example:{port}/there")
    site = Site(answers={"/1": moved, "/2": moved, "/3": moved})
    answers = serve(site, ask(site, "one.example/1", "two.example/2", "three.example/3"))
    assert kinds(answers) == ["200"] * 3
    there = sorted((begun, end) for _, path, begun, end in site.visits if path == "/there")
    assert all(after - end >= GAP * 0.95 for (_, end), (after, _) in pairwise(there))


def test_a_site_may_ask_to_be_asked_more_slowly_but_not_without_end() -> None:
    async def go() -> tuple[float, float, float]:
        queues = Turns(SETTINGS)
        public, other, own = URL("http://a.x.example/"), URL("http://b.y.example/"), URL("http://127.0.0.1/")
        queues.slow(public, 0.01)
        queues.slow(other, 86_400)
        queues.slow(own, 5)
        return queues._lane(public).gap, queues._lane(other).gap, queues._lane(own).gap  # noqa: SLF001 - waiting takes ten seconds

    assert asyncio.run(go()) == (GAP, 10.0, 0.0)


# A time in a header is counted from the present.
ASKED: dict[str, tuple[str, dict[str, str | timedelta], int]] = {
    "too many requests, no word of how long": ("429 Too Many Requests", {}, 3600),
    "out of service, no word of how long": ("503 Service Unavailable", {}, 300),
    "seconds": ("503 Service Unavailable", {"Retry_After": "900"}, 900),
    "fewer seconds than is good": ("429 Too Many Requests", {"Retry_After": "2"}, 3600),
    "a date": ("429 Too Many Requests", {"Retry_After": timedelta(hours=5)}, 5 * 3600),
    "a date by a clock that goes wrong": (
        "429 Too Many Requests", {"Retry_After": timedelta(days=400, hours=2), "Date": timedelta(days=400)}, 2 * 3600,
    ),
    "a year": ("503 Service Unavailable", {"Retry_After": "31536000"}, 86_400),
    "more digits than there are seconds": ("503 Service Unavailable", {"Retry_After": "9" * 40}, 300),
    "no time at all": ("429 Too Many Requests", {"Retry_After": "soon"}, 3600),
    "a date long past": ("429 Too Many Requests", {"Retry_After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 3600),
}  # fmt: skip


@pytest.mark.parametrize(("status", "headers", "seconds"), ASKED.values(), ids=ASKED)
def test_a_host_that_asks_for_a_pause_gets_it(status: str, headers: dict[str, str | timedelta], seconds: int) -> None:
    now = datetime.now(UTC)
    sent = {k: v if isinstance(v, str) else format_datetime(now + v, usegmt=True) for k, v in headers.items()}
    site = Site(answers={"/1": answer(status, **sent)}, slow=0)

    async def act(fetcher: Fetcher) -> Answers:
        first = await ask(site, "www.news.example/1")(fetcher)
        later = await ask(site, "WWW.news.example./2", "other.news.example/3")(fetcher)
        [(host, (until, why))] = fetcher.paused().items()
        assert (host, why) == ("www.news.example", int(status[:3]))
        assert abs((until - datetime.now(UTC)).total_seconds() - seconds) < 30
        assert isinstance(later[0], FetchError)
        assert later[0].until == until
        return [*first, *later]

    assert kinds(serve(site, act)) == [status[:3], "paused", "200"]
    assert site.asked() == ["/1", "/3"]


def test_a_pause_holds_although_the_words_that_go_with_it_never_come() -> None:
    site = Site(answers={"/1": "429 Too Many Requests\r\nContent-Length: 99\r\n\r\nSlow"}, slow=0)

    async def act(fetcher: Fetcher) -> Answers:
        return await ask(site, "news.example/1")(fetcher) + await ask(site, "news.example/2")(fetcher)

    assert kinds(serve(site, act)) == ["truncated", "paused"]


def test_those_who_wait_in_the_queue_of_a_paused_host_are_sent_home_at_once() -> None:
    site = Site(answers={"/0": answer("429 Too Many Requests")})
    begun = time.monotonic()
    answers = serve(site, ask(site, *(f"news.example/{n}" for n in range(30))), replace(SETTINGS, delay=1.0))
    assert kinds(answers) == ["429"] + ["paused"] * 29
    assert time.monotonic() - begun < 3


def test_a_redirect_into_a_pause_is_not_followed() -> None:
    site = Site(answers={"/1": answer("302 Found", Location="http://tired.example:{port}/")})
    pauses = {"tired.example": datetime.now(UTC) + timedelta(hours=1)}
    assert kinds(serve(site, ask(site, "news.example/1"), pauses=pauses)) == ["paused"]
    assert site.asked() == ["/1"]


def test_nobody_of_ones_own_is_paused() -> None:
    site = Site(answers={"/1": answer("429 Too Many Requests", Retry_After="900")}, slow=0)

    async def act(fetcher: Fetcher) -> Answers:
        found = await ask(site, "127.0.0.1/1")(fetcher) + await ask(site, "127.0.0.1/2")(fetcher)
        assert fetcher.paused() == {}
        return found

    assert kinds(serve(site, act)) == ["429", "200"]


EARLIER = {
    "one that has an hour to go": (timedelta(hours=1), "paused"),
    "one that is over": (timedelta(seconds=-1), "200"),
    "one of a day less a minute": (timedelta(hours=23, minutes=59), "paused"),
    "one from before the clock was put back a year": (timedelta(days=366), "200"),
}


@pytest.mark.parametrize(("left", "kind"), EARLIER.values(), ids=EARLIER)
def test_a_pause_of_an_earlier_run_holds_for_a_day_at_most(left: timedelta, kind: str) -> None:
    site = Site(slow=0)

    async def act(fetcher: Fetcher) -> Answers:
        found = await ask(site, "news.example/1")(fetcher)
        assert fetcher.paused() == {}
        return found

    assert kinds(serve(site, act, pauses={"news.example": datetime.now(UTC) + left})) == [kind]


def test_a_clock_put_back_in_mid_run_does_not_hold_a_pause_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - timedelta(days=30)

    async def go() -> None:
        queues, url = Turns(SETTINGS), URL("http://news.example/")
        queues.heed(url, 429, {"retry-after": "60"})
        with pytest.raises(FetchError, match="paused"):
            queues.check(url)
        monkeypatch.setattr(turns, "datetime", Earlier)
        queues.check(url)

    asyncio.run(go())


@dataclass
class Deaf:
    """A server that keeps every connection open and says nothing but `words`, by path."""

    words: Mapping[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split()[1])
        writer.write(self.words.get(self.asked[-1], b""))
        await reader.read(1)
        writer.close()

    def ask(self, *addresses: str, **more: Any) -> list[str]:
        """Ask "host/path" addresses one after the other, with a deadline of 0.3 s: the text of each error, or the status."""
        settings = replace(SETTINGS, deadline=0.3, delay=0.0, **more)

        async def go() -> list[str]:
            async with await asyncio.start_server(self.visit, "127.0.0.1", 0) as server, Fetcher(settings) as fetcher:
                port, found = server.sockets[0].getsockname()[1], []
                for address in addresses:
                    try:
                        answer = await fetcher.get(Question(url=f"http://{address.replace('/', f':{port}/', 1)}"))
                        found.append(str(answer.status))
                    except FetchError as error:
                        found.append(str(error))
                return found

        return asyncio.run(go())


FINE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("host", ["dead.example", "127.0.0.1"], ids=["a public host", "one of ones own"])
def test_a_host_that_did_not_answer_twice_is_not_asked_again_in_this_run(host: str) -> None:
    site = Deaf()
    begun = time.monotonic()
    found = site.ask(*(f"{host}/{n}" for n in range(20)))
    assert time.monotonic() - begun < 1.5
    assert site.asked == ["/0", "/1"]
    assert {text.partition(":")[0] for text in found} == {"timeout"}
    assert found[2:] == [f"timeout: {host} did not answer 2 times in this run and is asked no more"] * 18


def test_those_who_wait_in_the_queue_of_a_dead_host_are_sent_home_at_once() -> None:
    async def go() -> list[str]:
        site = Deaf()
        settings = replace(SETTINGS, deadline=0.3, delay=0.0)
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(settings) as fetcher:
            port = server.sockets[0].getsockname()[1]
            questions = [Question(url=f"http://dead.example:{port}/{n}") for n in range(20)]
            found = kinds(await asyncio.gather(*map(fetcher.get, questions), return_exceptions=True))
            assert len(site.asked) == 2
            return found

    begun = time.monotonic()
    assert asyncio.run(go()) == ["timeout"] * 20
    assert time.monotonic() - begun < 1.5


def test_other_hosts_of_its_domain_are_asked_all_the_same() -> None:
    site = Deaf({"/fine": FINE})
    site.ask("a.dead.example/0", "a.dead.example/1", "a.dead.example/2", "b.dead.example/fine")
    assert site.asked == ["/0", "/1", "/fine"]


ANSWERED = {
    "an answer in between": {"/yes": FINE},
    "half an answer in between": {"/yes": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"},
}


@pytest.mark.parametrize("words", ANSWERED.values(), ids=ANSWERED)
def test_an_answer_in_between_begins_the_count_anew(words: Mapping[str, bytes]) -> None:
    site = Deaf(words)
    site.ask(
        "x.example/0", "x.example/yes", "x.example/1", "x.example/yes", "x.example/2", "x.example/3", "x.example/4"
    )
    assert site.asked == ["/0", "/yes", "/1", "/yes", "/2", "/3"]


def test_a_port_nobody_listens_on_is_tried_twice() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def go() -> list[str]:
        async with Fetcher(SETTINGS) as fetcher:
            url = f"http://127.0.0.1:{port}/"
            found = [
                (await asyncio.gather(fetcher.get(Question(url=url)), return_exceptions=True))[0] for _ in range(4)
            ]
            return [str(one) for one in found]

    found = asyncio.run(go())
    assert found[:2] == [f"connection: 127.0.0.1:{port} does not answer"] * 2
    assert found[2:] == ["connection: 127.0.0.1 did not answer 2 times in this run and is asked no more"] * 2


def test_a_host_is_not_blamed_for_the_time_that_a_redirect_took() -> None:
    site = Site(answers={"/go": answer("302 Found", Location="http://127.0.0.1:{port}/there")}, slow=0.35)

    async def act(fetcher: Fetcher) -> Answers:
        there = f"http://127.0.0.1:{site.port}/"
        found: Answers = []
        for n in range(3):
            url = f"http://from{n}.example:{site.port}/go"
            found += await asyncio.gather(fetcher.get(Question(url=url)), return_exceptions=True)
        return [*found, *await asyncio.gather(fetcher.get(Question(url=there)), return_exceptions=True)]

    assert kinds(serve(site, act, replace(SETTINGS, deadline=0.5))) == ["timeout"] * 3 + ["200"]


UNTIL: dict[str, tuple[dict[str, Any], str]] = {
    "behind others of its domain": ({"delay": 0.0}, "news.example"),
    "in the time a domain is left alone": ({"delay": 9.0, "per_domain": 2}, "news.example"),
    "behind others of ones own": ({"per_host": 1}, "127.0.0.1"),
    "for a connection": ({"connections": 1}, "other.example"),
}


@pytest.mark.parametrize(("settings", "host"), UNTIL.values(), ids=UNTIL)
def test_who_waits_for_a_turn_longer_than_there_is_time_is_sent_home(settings: dict[str, Any], host: str) -> None:
    site = Site(slow=1.0)

    async def act(fetcher: Fetcher) -> Answers:
        now = asyncio.get_running_loop().time
        first_host = "127.0.0.1" if host == "127.0.0.1" else "news.example"
        first = asyncio.create_task(fetcher.get(Question(url=f"http://{first_host}:{site.port}/first")))
        await asyncio.sleep(0.2)
        begun = now()
        late = [Question(url=f"http://{host}:{site.port}/late", until=begun + 0.3) for _ in range(9)]
        found = await asyncio.gather(*map(fetcher.get, late), return_exceptions=True)
        assert now() - begun < 0.6
        turns = fetcher._turns  # noqa: SLF001 - whether a place leaked shows nowhere else
        await first
        assert all(not lane.places.locked() for lane in turns._lanes.values())  # noqa: SLF001 - the same
        assert all(not lane.places._waiters for lane in turns._lanes.values())  # noqa: SLF001 - the same
        assert turns._places._value == fetcher._settings.connections  # noqa: SLF001 - the same
        return found

    assert set(kinds(serve(site, act, replace(SETTINGS, **settings)))) == {"unasked"}
    assert site.asked() == ["/first"]


def test_a_turn_that_comes_in_time_is_taken_and_may_last() -> None:
    site = Site(slow=0.5)

    async def act(fetcher: Fetcher) -> Answers:
        until = asyncio.get_running_loop().time() + 0.2
        return [await fetcher.get(Question(url=f"http://news.example:{site.port}/", until=until))]

    assert kinds(serve(site, act)) == ["200"]


def test_places_do_not_leak_whenever_the_time_runs_out() -> None:
    async def go() -> None:
        queues, url = Turns(replace(SETTINGS, delay=0.0)), URL("http://news.example/")
        now = asyncio.get_running_loop().time

        async def one(n: int) -> None:
            with suppress(FetchError):
                async with queues.take(url, now() + 0.001 * (n % 17)):
                    await asyncio.sleep(0.001 * (n % 3))

        tasks = [asyncio.create_task(one(n)) for n in range(400)]
        for task in tasks[::7]:
            asyncio.get_running_loop().call_later(0.004, task.cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(1), queues.take(url):
            pass
        assert queues._lane(url).places._value == 1  # noqa: SLF001 - whether a place leaked shows nowhere else

    asyncio.run(go())


def test_a_pause_is_told_when_it_is_set() -> None:
    site = Site(answers={"/1": "429 Too Many Requests\r\nContent-Length: 99\r\n\r\nSlow"}, slow=0)
    told: list[tuple[str, datetime, int]] = []

    async def go() -> None:
        async with (
            await asyncio.start_server(site.visit, "127.0.0.1", 0) as server,
            Fetcher(SETTINGS, on_pause=lambda *pause: told.append(pause)) as fetcher,
        ):
            url = f"http://News.example:{server.sockets[0].getsockname()[1]}/1"
            for _ in range(3):
                with pytest.raises(FetchError):
                    await fetcher.get(Question(url=url))
            assert {host: (until, status) for host, until, status in told} == fetcher.paused()

    asyncio.run(go())
    assert [(host, status) for host, _, status in told] == [("news.example", 429)]
