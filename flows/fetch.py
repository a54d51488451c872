"""Ask one address politely, and believe nothing of the answer.

`Fetcher.get` sends a conditional GET when it is our turn (`flows.turns`), follows redirects by hand (each hop is
checked like the first address and waits for the turn of its own domain), counts bytes after decompression while they
stream, and gives up at one deadline for all hops, in which waiting for a turn does not count. What comes back is an
`Answer`, or a `FetchError` whose `kind` is one word for the database.

A login in the address goes to that scheme, host and port only, whatever redirects say, and is in no part of an answer,
so that links resolved against it never carry it. A cookie goes back to the host that set it, within one chain of
redirects, and is forgotten then.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes

import aiohttp
from yarl import URL

from config.settings import Settings
from flows.address import host_of, next_hop, origin_of, read_address, split_login
from flows.decoding import CorruptBodyError, Decoder
from flows.exchange import Answer, FetchError, Question
from flows.guard import (
    LOOKUP,
    BlockedAddressError,
    Lookups,
    PublicResolver,
    Resolver,
    SlowLookupError,
    check_literal,
    open_public,
)
from flows.robots import Robots
from flows.turns import Turns, name_of
from flows.verbatim import ExactRequest

__all__ = ["Answer", "FetchError", "Fetcher", "Question"]

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, */*;q=0.5"
COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,1000}")  # RFC 6265 §4.1.1, names and bare values
MOST_COOKIES = 20


class Fetcher:
    """An HTTP client for one event loop. Use it as an async context manager.

    `pauses` are those that hosts asked for in earlier runs; `paused` gives the ones of this run, and `on_pause` is told
    of each as it is set, on the event loop: host, end (aware UTC), status.
    """

    def __init__(
        self,
        settings: Settings,
        pauses: Mapping[str, datetime] | None = None,
        on_pause: Callable[[str, datetime, int], None] | None = None,
    ) -> None:
        self._settings = settings
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._turns = Turns(settings, pauses, on_pause)
        self._lookups = Lookups(4 * settings.connections)
        self._robots = Robots(self.get, user_agent(settings))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    def paused(self) -> dict[str, tuple[datetime, int]]:
        """The hosts that asked for a pause in this run: until when (aware UTC), and the status that said so."""
        return self._turns.paused()

    async def get(self, question: Question) -> Answer:
        """Answer a question, redirects included. Raises `FetchError`."""
        try:
            return await self._follow(question)
        except TimeoutError:
            raise FetchError("timeout", f"{host_of(question.url)} took over {self._settings.deadline:g} s") from None
        except CorruptBodyError as error:
            raise FetchError(error.kind, f"{host_of(question.url)}: {error}") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise explain(error, question.url) from None

    async def _follow(self, question: Question) -> Answer:
        start, login = split_login(question.url)
        home, moved, permanent, left = origin_of(start), None, True, self._settings.deadline
        jar: dict[str, dict[str, str]] = {}
        private = question.private or self._settings.allow_private
        question = replace(question, url=start, login=unquote_to_bytes(login), private=private)
        for _ in range(self._settings.max_redirects + 1):
            answer = await self._ask(question, left)
            left -= answer.took
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return replace(answer, moved=moved) if moved else answer
            target = next_hop(question.url, answer.headers["location"])
            permanent = permanent and answer.status in PERMANENT
            moved = target if permanent else moved
            own = login if origin_of(target) == home else ""
            jar.setdefault(name_of(URL(question.url)), {}).update(answer.cookies)
            cookies = jar.get(name_of(URL(target)), {})
            question = replace(question, url=target, login=unquote_to_bytes(own), cookies=cookies)
        raise FetchError(
            "redirects", f"{host_of(question.url)} redirects more than {self._settings.max_redirects} times"
        )

    async def _ask(self, question: Question, left: float) -> Answer:
        url = read_address(question.url)
        if not question.private:
            check_literal(url.raw_host or "")
        self._turns.check(url)
        if question.page and self._settings.robots:
            self._turns.slow(url, await self._robots.check(question))
        async with self._turns.take(url, question.until):
            begun = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(left):
                    answer = await self._send(url, question)
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                self._note(url, error, begun, left)
                raise
            return replace(answer, took=asyncio.get_running_loop().time() - begun)

    def _note(self, url: URL, error: Exception, begun: float, left: float) -> None:
        """Count a question that nobody answered, unless earlier hops had left it hardly any time."""
        kind = "timeout" if isinstance(error, TimeoutError) else explain(error, str(url)).kind
        if kind == "connection" or (kind == "timeout" and left >= self._settings.deadline / 2):
            self._turns.miss(url, kind, begun)

    async def _send(self, url: URL, question: Question) -> Answer:
        async with self._session(private=question.private).get(
            url, headers=question.headers(), allow_redirects=False
        ) as response:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.raw_headers}
            self._turns.heed(url, response.status, headers)
            answer = Answer(url=question.url, status=response.status, headers=headers)
            if response.status in REDIRECTS:
                return replace(answer, cookies=cookies_of(response))
            if response.status == HTTPStatus.NOT_MODIFIED:
                return answer
            return replace(answer, body=await self._read(response, question))

    async def _read(self, response: aiohttp.ClientResponse, question: Question) -> bytes:
        head = question.head
        decoder = Decoder(response.headers.get("Content-Encoding", ""), head or self._settings.max_bytes)
        if head is None:
            decoder.expect(response.content_length or 0)
        try:
            async for chunk in response.content.iter_any():
                decoder.feed(chunk)
        except CorruptBodyError as error:
            if head is None or error.kind != "too_large":
                raise
            return decoder.head()
        return decoder.finish()

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        # Two pools, so that a connection opened for a feed that may reach a private host never serves another.
        if private not in self._sessions:
            self._sessions[private] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._settings.connections,
                    resolver=(Resolver if private else PublicResolver)(self._lookups),
                    use_dns_cache=False,
                    socket_factory=None if private else open_public,
                ),
                request_class=ExactRequest,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                headers={
                    "User-Agent": user_agent(self._settings),
                    "Accept": ACCEPT,
                    "Accept-Encoding": "gzip, deflate, br, zstd",
                },
            )
        return self._sessions[private]


def user_agent(settings: Settings) -> str:
    """The name we go by: the operator's choice, else ours with a contact: `fanmill/0.1.0 (+https://example.org/bot)`."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return settings.user_agent or f"fanmill/{version('fanmill')}{contact}"


def cookies_of(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The cookies an answer sets, as far as they can be sent back as they are."""
    found = [(name, morsel.coded_value) for name, morsel in response.cookies.items()]
    return dict([pair for pair in found if all(COOKIE.fullmatch(part) for part in pair)][:MOST_COOKIES])


UNTRUSTED = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError)
# What may go wrong on the way: the first of these that an error is says its kind.
FAULTS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (UNTRUSTED, "tls", "has no valid certificate"),
    # Such as 0177.0.0.1, which some systems read as a number of another base.
    ((aiohttp.InvalidURL,), "blocked_address", "is no proper host"),
    ((BlockedAddressError,), "blocked_address", "is not a public address"),
    ((SlowLookupError,), "dns", f"has no address within {LOOKUP:g} s"),
    ((aiohttp.ClientConnectorDNSError,), "dns", "has no address"),
    ((aiohttp.ClientConnectorError,), "connection", "does not answer"),
    ((aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError), "truncated", "closed the connection too early"),
    ((aiohttp.ClientResponseError,), "bad_http", "answers in no proper HTTP, or with too many or too long headers"),
)


def explain(error: Exception, url: str) -> FetchError:
    """The error for an exception of the client. Its own text is not told: it holds the whole address."""
    inner = (error.__cause__, getattr(error, "os_error", None))
    cause = next((one for one in inner if isinstance(one, BlockedAddressError | SlowLookupError)), error)
    for kinds, kind, fault in FAULTS:
        if isinstance(cause, kinds):
            return FetchError(kind, f"{host_of(url)} {fault}")
    return FetchError("connection", f"{host_of(url)}: {type(error).__name__}")
