"""robots.txt: what it forbids, what it cannot, and how little a hostile one costs."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from config.settings import Settings
from flows import robots
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.robots import MOST_BYTES, Rules, product_of, read_rules

SETTINGS = Settings(deadline=1.0, delay=0.0, allow_private=True)
PAGE = "https://site.example/2026/11/story.html"
RULES = {
    "nothing": ("", True),
    "all forbidden to all": ("User-agent: *\nDisallow: /", False),
    "another folder": ("User-agent: *\nDisallow: /2025/", True),
    "the folder": ("User-agent: *\nDisallow: /2026/", False),
    "the folder, but this page": ("User-agent: *\nDisallow: /2026/\nAllow: /2026/11/story", True),
    "as many letters each way": ("User-agent: *\nDisallow: /2026/\nAllow: /2026/", True),
    "a wildcard and an end": ("User-agent: *\nDisallow: /*.html$", False),
    "an end that is not there": ("User-agent: *\nDisallow: /*.htm$", True),
    "all forbidden to another": ("User-agent: otherbot\nDisallow: /", True),
    "all forbidden to us": ("User-agent: FanMill\nDisallow: /", False),
    "all forbidden to us and another": ("User-agent: fanmill\nUser-agent: otherbot\nDisallow: /", False),
    "all forbidden to a version of us": ("User-agent: fanmill/0.1\nDisallow: /", False),
    "all forbidden to whoever begins like us": ("User-agent: fan\nDisallow: /", True),
    "all forbidden but to us": ("User-agent: *\nDisallow: /\n\nUser-agent: fanmill\nDisallow: /private", True),
    "our rules in two places": ("User-agent: fanmill\nDisallow: /x\n\nUser-agent: a\nDisallow: /y\n\nUser-agent: fanmill\nDisallow: /2026", False),
    "a line nobody knows between names": ("User-agent: *\nNoodle: 7\nUser-agent: otherbot\nDisallow: /", False),
    "no colon, odd letters, a remark": ("USERAGENT *\n  dissalow /2026/ # the archive", False),
    "a BOM and line ends of old": ("\ufeffUser-agent: *\rDisallow: /", False),
    "rules of nobody": ("Disallow: /", True),
    "an empty rule": ("User-agent: *\nDisallow:", True),
    "a page about something else": ("<!DOCTYPE html><pre>\nUser-agent: *\nDisallow: /\n</pre>", True),
    "a sitemap only": ("Sitemap: https://site.example/sitemap.xml", True),
    "JSON": ('{"error": "no such file"}', True),
    "noise": ("\x00\x07ÿþ" * 999, True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "allowed"), RULES.values(), ids=RULES)
def test_a_page_may_be_fetched_or_not(text: str, allowed: bool) -> None:
    assert read_rules(text.encode(), "fanmill").allows(PAGE) is allowed


def test_of_a_file_that_is_too_long_half_a_line_says_nothing() -> None:
    text = b"User-agent: *\nAllow: /2026/11/\nDisallow: /2026\n"
    half = b"\nDisallow: /2026/11/s"  # of "/2026/11/sports"
    filler = b"# remark\n" * MOST_BYTES
    assert not read_rules(text + half, "fanmill").allows(PAGE)
    assert read_rules((text + filler)[: MOST_BYTES - len(half)] + half, "fanmill").allows(PAGE)


NAMES = {
    "ours": ("fanmill/0.1.0 (+https://example.org)", "fanmill"),
    "a browser's": ("Mozilla/5.0 (compatible; X)", "mozilla"),
    "one in brackets": ("(news)", "news"),
    "everybody's": (" * ", "*"),
    "somebody who writes a star": ("*bot", "bot"),
    "nobody's": ("", ""),
}


@pytest.mark.parametrize(("agent", "product"), NAMES.values(), ids=NAMES)
def test_a_product_is_the_first_word_of_a_user_agent(agent: str, product: str) -> None:
    assert product_of(agent) == product


ALL = b"User-agent: *\n"
LONG = "https://site.example/" + "a" * 1_900


def many(line: str) -> bytes:
    return ALL + b"".join((line % n).encode() for n in range(60_000))


# Each with what it must not allow (None: whatever it says will do).
HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "fifty wildcards a rule": (ALL + (b"Disallow: /" + b"*a" * 50 + b"b\n") * 5_000, LONG),
    "one rule of wildcards": (ALL + b"Disallow: /" + b"*a" * 240_000, LONG),
    "needles that almost fit": (ALL + (b"Disallow: /*" + b"a" * 97 + b"ba\n") * 5_000, LONG),
    "long needles that almost fit": (ALL + (b"Disallow: *" + b"a" * 397 + b"ba\n") * 1_250, LONG),
    "a rule of half a megabyte": (ALL + b"Disallow: /" + b"a" * 490_000, LONG),
    "leave of half a megabyte": (ALL + b"Disallow: /\nAllow: /" + b"a" * 490_000, LONG),
    "leave made of wildcards": (ALL + b"Disallow: /a\nAllow: /a" + b"*a" * 99, LONG),
    "as many rules as fit": (many("Disallow: /x%d\n"), None),
    "as many wildcards as fit": (many("Disallow: *b%d\n"), None),
    "as many ends as fit": (many("Disallow: /a$%d$\n"), None),
    "all names times all rules": (b"".join(b"User-agent: a%d\n" % n for n in range(15_000)) + ALL + b"Disallow: /b\n" * 18_000, None),
    "our name for ever": (b"User-agent: fanmill\n" * 25_000, None),
    "groups for ever": ((ALL + b"Disallow: /b\n") * 18_000, None),
    "escapes for ever": (ALL + b"Disallow: /" + b"%41" * 160_000, None),
    "blanks for ever": ((b"user" + b" " * 900 + b"\n") * 550, None),
    "zeros": (bytes(500_000), None),
}  # fmt: skip


@pytest.mark.parametrize(("body", "never"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_little_and_gains_nothing(body: bytes, never: str | None, pace: float) -> None:
    begun = time.process_time()
    rules = read_rules(body[:MOST_BYTES], "fanmill")
    assert time.process_time() - begun < 3 * pace
    begun = time.process_time()
    verdicts = [rules.allows(LONG) for _ in range(5)]
    assert (time.process_time() - begun) / 5 < 0.1 * pace
    assert never is None or not any(verdicts)


def test_an_absurdly_long_address_is_not_measured_against_rules() -> None:
    rules = read_rules(b"User-agent: *\nDisallow: /x", "fanmill")
    assert not rules.allows("https://site.example/" + "a" * 1_000_000)
    assert Rules().allows("https://site.example/" + "a" * 1_000_000)


@dataclass
class Site:
    """A server for every host: a status and a body, or None for silence, by path; "ok" for all others."""

    pages: Mapping[str, tuple[str, bytes] | None] = field(default_factory=dict)
    port: int = 0
    visits: list[tuple[str, str, float]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path, host = head.split()[1], head.partition("Host: ")[2].partition(":")[0]
        self.heads.append(head)
        self.visits.append((host, path, time.monotonic()))
        page = self.pages.get(path, ("200 OK", b"ok"))
        if page:
            status, body = page
            writer.write(f"HTTP/1.1 {status.format(port=self.port)}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            writer.write(body)
        else:
            await reader.read(1)
        writer.close()

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.visits]


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every host under .example is on loopback, so that the rules for public ones hold there."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int | None, *args: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host.endswith(".example") else host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def ask(site: Site, *addresses: str, settings: Settings = SETTINGS, agent: str = "", page: bool = True) -> list[str]:
    """Ask for pages at "host/path" all at once: the status of each, or the kind of its error."""

    async def go() -> list[Answer | BaseException]:
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(settings) as fetcher:
            site.port = server.sockets[0].getsockname()[1]
            places = [f"http://{one.replace('/', f':{site.port}/', 1)}" for one in addresses]
            questions = [Question(url=url, agent=agent, page=page) for url in places]
            return await asyncio.gather(*map(fetcher.get, questions), return_exceptions=True)

    return [one.kind if isinstance(one, FetchError) else str(getattr(one, "status", one)) for one in asyncio.run(go())]


NO = ("200 OK", b"User-agent: *\nDisallow: /private/")
FILES: dict[str, tuple[tuple[str, bytes] | None, str]] = {
    "a rule": (NO, "robots"),
    "a rule in a file that never ends": (("200 OK", NO[1] + b"\n" + b"# \n" * 400_000), "robots"),
    "no file": (("404 Not Found", NO[1]), "200"),
    "a file for others": (("403 Forbidden", NO[1]), "200"),
    "a page instead": (("200 OK", b"<html>User-agent: *\nDisallow: /</html>"), "200"),
    "nothing in it": (("200 OK", b""), "200"),
    "a fault of the server": (("500 Internal Server Error", b""), "robots_unreachable"),
    "a loop": (("302 Found\r\nLocation: /robots.txt", b""), "200"),
    "a way to a file of ours": (("302 Found\r\nLocation: file:///etc/passwd", b""), "200"),
    "no HTTP": (("2000 Oh", b""), "robots_unreachable"),
    "silence": (None, "robots_unreachable"),
}


@pytest.mark.parametrize(("file", "kind"), FILES.values(), ids=FILES)
def test_what_stands_at_robots_txt_decides(file: tuple[str, bytes] | None, kind: str) -> None:
    site = Site({"/robots.txt": file})
    assert ask(site, "127.0.0.1/private/1") == [kind]
    assert ("/private/1" in site.paths()) is (kind == "200")


def test_it_is_asked_for_once_by_all_who_wait_for_it() -> None:
    site = Site({"/robots.txt": NO})
    found = ask(site, *(f"127.0.0.1/{place}/{n}" for n in range(5) for place in ("open", "private")))
    assert found == ["200", "robots"] * 5
    assert site.paths().count("/robots.txt") == 1


def test_each_origin_has_its_own() -> None:
    site = Site({"/robots.txt": NO})
    ask(site, "one.example/1", "two.example/1", "sub.one.example/1", "one.example/2")
    assert sorted(host for host, path, _ in site.visits if path == "/robots.txt") == [
        "one.example", "sub.one.example", "two.example",
    ]  # fmt: skip


def test_a_feed_is_not_subject_to_it() -> None:
    site = Site({"/robots.txt": ("200 OK", b"User-agent: *\nDisallow: /")})
    assert ask(site, "127.0.0.1/feed", page=False) == ["200"]
    assert ask(site, "127.0.0.1/page", settings=replace(SETTINGS, robots=False)) == ["200"]
    assert "/robots.txt" not in site.paths()


def test_a_redirect_leads_to_no_page_that_is_forbidden() -> None:
    site = Site({"/robots.txt": NO, "/go": ("302 Found\r\nLocation: http://two.example:{port}/private/1", b"")})
    assert ask(site, "one.example/go") == ["robots"]
    assert "/private/1" not in site.paths()


def test_dots_in_an_address_do_not_lead_around_a_rule() -> None:
    site = Site({"/robots.txt": NO})
    assert ask(site, "127.0.0.1/open/../private/1", "127.0.0.1/%70rivate/1") == ["robots"] * 2


def test_the_file_may_lie_elsewhere() -> None:
    site = Site({"/robots.txt": ("301 Moved\r\nLocation: /rules.txt", b""), "/rules.txt": NO})
    assert ask(site, "127.0.0.1/private/1", "127.0.0.1/open/1") == ["robots", "200"]


def test_rules_for_a_name_of_ones_own_are_heeded() -> None:
    site = Site({"/robots.txt": ("200 OK", b"User-agent: reader\nDisallow: /private\n\nUser-agent: fanmill\nAllow: /")})
    assert ask(site, "127.0.0.1/private/1") == ["200"]
    assert ask(site, "127.0.0.1/private/1", settings=replace(SETTINGS, user_agent="Reader/2 (x)")) == ["robots"]
    assert ask(site, "127.0.0.1/private/1", agent="reader/3") == ["robots"]
    assert {head.partition("User-Agent: ")[2].split()[0] for head in site.heads[-1:]} == {"reader/3"}


def test_a_site_is_asked_as_slowly_as_it_says() -> None:
    site = Site({"/robots.txt": ("200 OK", b"User-agent: *\nCrawl-delay: 0.4")})
    ask(site, "one.example/1", "one.example/2")
    times = [at for _, path, at in site.visits if path != "/robots.txt"]
    assert times[1] - times[0] >= 0.39


def test_a_host_that_wants_a_pause_is_not_asked_for_pages_either() -> None:
    site = Site({"/robots.txt": ("429 Too Many Requests", b"")})
    assert ask(site, "one.example/1", "one.example/2") == ["paused"] * 2
    assert site.paths() == ["/robots.txt"]


def test_a_host_that_does_not_exist_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(Site(), "no-such-host.invalid/1") == ["dns"]


def test_the_rules_of_many_sites_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "MOST_HELD", 100)
    site = Site({"/robots.txt": NO})
    assert ask(site, *(f"{name}.example/private/1" for name in "abcdef")) == ["robots"] * 6


def test_those_who_wait_go_on_when_the_first_one_gives_up() -> None:
    site = Site({"/robots.txt": NO})

    async def go() -> str:
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(SETTINGS) as fetcher:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/private/1"
            first, second = (asyncio.create_task(fetcher.get(Question(url=url, page=True))) for _ in range(2))
            await asyncio.sleep(0)
            first.cancel()
            with pytest.raises(FetchError) as error:
                await second
            return error.value.kind

    assert asyncio.run(go()) == "robots"


def test_of_a_host_without_a_valid_certificate_the_pages_are_not_tried_one_by_one() -> None:
    connects = 0

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connects
        connects += 1
        await reader.read(10)
        writer.write(b"I speak no such tongue")
        writer.close()

    async def go() -> list[str]:
        async with await asyncio.start_server(babble, "127.0.0.1", 0) as server, Fetcher(SETTINGS) as fetcher:
            base = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            questions = [Question(url=f"{base}/{n}", page=True) for n in range(12)]
            found = await asyncio.gather(*map(fetcher.get, questions), return_exceptions=True)
            return [str(one) for one in found]

    found = asyncio.run(go())
    assert len(set(found)) == 1
    assert found[0].startswith("tls: 127.0.0.1:")
    assert connects == 1


def test_of_a_host_without_an_address_no_page_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = []

    def resolve(host: str, port: int | None, *args: Any, **more: Any) -> list[Any]:
        lookups.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert ask(Site(), *(f"nowhere.example/{n}" for n in range(12))) == ["dns"] * 12
    assert lookups == ["nowhere.example"]


def test_who_has_no_time_left_to_ask_keeps_nobody_else_from_asking() -> None:
    site = Site({"/robots.txt": NO})

    async def go() -> list[str]:
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(SETTINGS) as fetcher:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/private/1"
            late = asyncio.get_running_loop().time() - 1
            found = []
            for until in (late, None):
                with pytest.raises(FetchError) as error:
                    await fetcher.get(Question(url=url, page=True, until=until))
                found.append(error.value.kind)
            return found

    assert asyncio.run(go()) == ["unasked", "robots"]


def test_who_waits_for_the_robots_of_another_question_waits_no_longer_than_there_is_time() -> None:
    site = Site({"/robots.txt": None})

    async def go() -> tuple[str, float]:
        async with await asyncio.start_server(site.visit, "127.0.0.1", 0) as server, Fetcher(SETTINGS) as fetcher:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/1"
            first = asyncio.create_task(fetcher.get(Question(url=url, page=True)))
            await asyncio.sleep(0.1)
            now = asyncio.get_running_loop().time
            begun = now()
            with pytest.raises(FetchError) as error:
                await fetcher.get(Question(url=url, page=True, until=begun + 0.2))
            waited = now() - begun
            await asyncio.gather(first, return_exceptions=True)
            return error.value.kind, waited

    kind, waited = asyncio.run(go())
    assert kind == "unasked"
    assert waited < 0.5
