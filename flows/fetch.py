"""Ask one address politely, and believe nothing of the answer.

`Fetcher.get` sends a conditional GET, follows redirects by hand (each hop is checked like the first address), counts
bytes after decompression while they stream, and gives up at one deadline for all hops, in which waiting for our own
turn does not count. What comes back is an `Answer`, or a `FetchError` whose `kind` is one word for the database and
whose text names a host, never a whole URL: credentials and tokens stay out of logs.

A login in the address (`https://user:password@host/feed`) goes to that scheme, host and port only, whatever redirects
say, and is in no `Answer.url`, so that links resolved against it never carry it.

Header values are text with one character for each byte (latin-1), both ways: what a server sends as a validator is not
always text, and is to come back to it unchanged.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections import defaultdict
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import aiohttp
from yarl import URL

from config.settings import Settings
from flows.decoding import CorruptBodyError, Decoder
from flows.guard import BlockedAddressError, PublicResolver, check_literal, open_public
from flows.verbatim import SENDABLE, ExactRequest

WEB = {"http", "https"}
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, */*;q=0.5"


class FetchError(Exception):
    """A request that gave no answer. `kind` is one word: timeout, tls, too_large, blocked_address ..."""

    def __init__(self, kind: str, fault: str) -> None:
        super().__init__(f"{kind}: {fault}")
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said.

    `url` is the address after redirects, without a login; `moved` the one after permanent redirects only, with the
    feed's own login when it still is the same origin; `took` the seconds from connecting to the end of the body.
    """

    url: str
    status: int
    body: bytes = b""
    moved: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    took: float = 0.0

    @property
    def endless(self) -> bool:
        """Whether nothing told how long the body is, so that only its content can show that it was cut short."""
        return not self.headers.keys() & {"content-length", "transfer-encoding", "content-encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask. `etag` and `modified` are sent byte for byte as they once came. `login` is "user:password"."""

    url: str
    etag: str | None = None
    modified: str | None = None
    private: bool = False
    login: bytes = field(default=b"", repr=False)

    def headers(self) -> dict[str, str]:
        """The validators and the login, as request headers. Validators with control characters cannot be sent."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        headers = {name: value for name, value in pairs.items() if value and SENDABLE.fullmatch(value)}
        login = {"Authorization": f"Basic {base64.b64encode(self.login).decode()}"} if self.login else {}
        return headers | login


class Fetcher:
    """An HTTP client for one event loop. Use it as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(settings.per_host))
        self._ready: defaultdict[str, float] = defaultdict(float)
        self._places = asyncio.Semaphore(settings.connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    async def get(self, question: Question) -> Answer:
        """Answer a question, redirects included. Raises `FetchError`."""
        private = question.private or self._settings.allow_private
        try:
            return await self._follow(replace(question, private=private))
        except TimeoutError:
            raise FetchError("timeout", f"{host_of(question.url)} took over {self._settings.deadline:g} s") from None
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError):
            raise FetchError("tls", f"{host_of(question.url)} has no valid certificate") from None
        except aiohttp.InvalidURL:
            # Such as 0177.0.0.1, which some systems read as a number of another base.
            raise FetchError("blocked_address", f"{host_of(question.url)} is no proper host") from None
        except (BlockedAddressError, aiohttp.ClientConnectorError) as error:
            raise explain(error, question.url) from None
        except CorruptBodyError as error:
            raise FetchError(error.kind, f"{host_of(question.url)}: {error}") from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
            raise FetchError("truncated", f"{host_of(question.url)} closed the connection too early") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError("connection", f"{host_of(question.url)}: {type(error).__name__}") from None

    async def _follow(self, question: Question) -> Answer:
        start, login = split_login(question.url)
        home, moved, permanent, left = origin_of(start), None, True, self._settings.deadline
        question = replace(question, url=start, login=unquote_to_bytes(login))
        for _ in range(self._settings.max_redirects + 1):
            answer = await self._ask(question, left)
            left -= answer.took
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return replace(answer, moved=moved)
            target = next_hop(question.url, answer.headers["location"])
            own = login if origin_of(target) == home else ""
            permanent = permanent and answer.status in PERMANENT
            moved = with_login(target, own) if permanent else moved
            question = replace(question, url=target, login=unquote_to_bytes(own))
        raise FetchError(
            "redirects", f"{host_of(question.url)} redirects more than {self._settings.max_redirects} times"
        )

    async def _ask(self, question: Question, left: float) -> Answer:
        url = read_address(question.url)
        host = f"{url.raw_host}:{url.port}"
        if not question.private:
            check_literal(url.raw_host or "")
        async with self._turns[host]:
            await self._wait(host)
            async with self._places, asyncio.timeout(left):
                begun = asyncio.get_running_loop().time()
                answer = await self._send(url, question)
                return replace(answer, took=asyncio.get_running_loop().time() - begun)

    async def _send(self, url: URL, question: Question) -> Answer:
        async with self._session(private=question.private).get(
            url, headers=question.headers(), allow_redirects=False
        ) as response:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.raw_headers}
            body = b"" if response.status in REDIRECTS | {304} else await self._read(response)
            return Answer(url=question.url, status=response.status, body=body, headers=headers)

    async def _wait(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        at = max(now, self._ready[host])
        self._ready[host] = at + self._settings.delay
        await asyncio.sleep(at - now)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        decoder = Decoder(response.headers.get("Content-Encoding", ""), self._settings.max_bytes)
        async for chunk in response.content.iter_any():
            decoder.feed(chunk)
        return decoder.finish()

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        # Two pools, so that a connection opened for a feed that may reach a private host never serves another.
        if private not in self._sessions:
            self._sessions[private] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._settings.connections,
                    resolver=None if private else PublicResolver(),
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
                    "Accept-Encoding": "gzip, deflate, zstd",
                },
            )
        return self._sessions[private]


def user_agent(settings: Settings) -> str:
    """The name we go by, with the operator's contact when there is one: `fanmill/0.1.0 (+https://example.org/bot)`."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"fanmill/{version('fanmill')}{contact}"


def host_of(url: str) -> str:
    """Host and port of any address, and nothing that could be secret. Never raises."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return (parts.netloc.rpartition("@")[2] or parts.scheme)[:100]


def read_address(url: str) -> URL:
    """An address as it will be opened, its host normalised. Raises `FetchError`."""
    try:
        scheme, address = urlsplit(url).scheme, URL(url)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(url)} has no readable host or port") from None
    if scheme not in WEB or address.scheme not in WEB:
        raise FetchError("bad_scheme", "only http and https addresses are fetched")
    if not address.raw_host:
        raise FetchError("bad_address", "an address without a host")
    return address


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what a login belongs to. Raises `FetchError`."""
    address = read_address(url)
    return address.scheme, address.raw_host, address.port


def split_login(url: str) -> tuple[str, str]:
    """An address without its login, and the login as it is written there. Raises `FetchError`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(url)} has no readable host or port") from None
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, ""
    return parts._replace(netloc=host).geturl(), login if not login or ":" in login else f"{login}:"


def with_login(url: str, login: str) -> str:
    """The address with a login from `split_login` put back."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{login}@{parts.netloc}").geturl() if login else url


def next_hop(source: str, location: str) -> str:
    """Where a redirect leads, without a login of its own. Raises `FetchError`.

    `location` has one character for each byte. UTF-8 in it is read as such, any other byte is percent-encoded as it is.
    """
    text = location.encode("latin-1").decode("utf-8", "surrogateescape")
    text = re.sub("[\udc80-\udcff]", lambda match: f"%{ord(match[0]) - 0xDC00:02X}", text)
    try:
        target = urljoin(source, text)
    except ValueError:
        raise FetchError("bad_address", f"{host_of(source)} redirects to an unreadable address") from None
    check_hop(source, target)
    return split_login(target)[0]


def check_hop(source: str, target: str) -> None:
    """Refuse a redirect from https to http, and one to anything but a web address. Raises `FetchError`."""
    try:
        schemes = urlsplit(source).scheme, urlsplit(target).scheme
    except ValueError:
        raise FetchError("bad_address", f"{host_of(source)} redirects to an unreadable address") from None
    if schemes[1] not in WEB:
        raise FetchError("bad_scheme", f"{host_of(source)} redirects to a {schemes[1][:20] or 'nameless'} address")
    if schemes == ("https", "http"):
        raise FetchError("downgrade", f"{host_of(source)} redirects from https to http")


def explain(error: OSError, url: str) -> FetchError:
    """Tell a refused address from a name that does not resolve and a port that does not answer."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, BlockedAddressError) or isinstance(error.__cause__, BlockedAddressError):
        return FetchError("blocked_address", f"{host_of(url)} is not a public address")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError("dns", f"{host_of(url)} has no address")
    return FetchError("connection", f"{host_of(url)} does not answer")
