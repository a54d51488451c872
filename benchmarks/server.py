"""A feed server that costs as little as one in Python can: canned bytes, nothing parsed but what decides the answer.

python -m benchmarks.server DELAY

It listens at many loopback addresses on one port, which it prints, and answers `DELAY` seconds after a request:
`/feed/N` with 304 to its own validator, else with a feed of one article; `/bomb/ENCODING` with 10 GB of spaces, packed;
`/long/N` with a feed of N articles.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate, repeat
from pathlib import Path

HERE = Path(__file__).parents[1]
HOSTS = 250
ETAG = '"the same"'
UNFOLDED = 1 << 20  # bytes that one piece of a bomb unfolds to
PIECES = 10_000
RSS = '<rss version="2.0"><channel><title>Feed {0}</title><link>http://news.example/</link>{1}</channel></rss>'
ITEM = """<item><guid>{0}</guid><link>http://news.example/{0}</link><title>{1}</title>
<pubDate>{3}</pubDate><description>{2}</description></item>"""
LAST, HOUR = datetime(2026, 11, 23, 8, tzinfo=UTC), timedelta(hours=1)


class Site(asyncio.Protocol):
    """One connection: answers each head of a request in its turn."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self._free = asyncio.Event()
        self._bombs: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._free.set()

    def data_received(self, data: bytes) -> None:
        """Answer each whole head."""
        assert self._transport
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            if head.startswith(b"GET /bomb/"):
                self._bombs.add(asyncio.ensure_future(self._send(bomb(head.split(b" ")[1].decode()[6:]))))
            elif self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer(head))
            else:
                self._transport.write(answer(head))

    def pause_writing(self) -> None:
        """Stop a bomb until the client has read."""
        self._free.clear()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._free.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Let a bomb see that nobody reads it."""
        self._free.set()

    async def _send(self, pieces: Iterator[bytes]) -> None:
        assert self._transport
        for piece in pieces:
            await self._free.wait()
            if self._transport.is_closing():
                return
            self._transport.write(piece)
        self._transport.close()


def answer(head: bytes) -> bytes:
    """304 to our own validator, else a feed."""
    if ETAG.encode() in head:
        return f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\nContent-Length: 0\r\n\r\n".encode()
    _, kind, number = head.split(b" ", 2)[1].decode().split("/")
    body = document(int(number), int(number) if kind == "long" else 1)
    start = f"HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}"
    return f"{start}\r\n\r\n".encode() + body


def document(number: int, articles: int) -> bytes:
    """A feed with an article an hour, whose words are drawn by lot: few are frequent, as in any language (Zipf)."""
    dice = random.Random(number)
    count = 20_000 if articles > 1 else 100
    words = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(3, 9))) for _ in range(count)]
    odds = list(accumulate(1 / (rank + 10) for rank in range(count)))
    items = (
        ITEM.format(
            f"{number}-{n}",
            " ".join(dice.choices(words, cum_weights=odds, k=8)),
            " ".join(dice.choices(words, cum_weights=odds, k=90)) + ".",
            format_datetime(LAST - n * HOUR),
        )
        for n in range(articles)
    )
    return RSS.format(number, "\n".join(items)).encode()


def bomb(encoding: str) -> Iterator[bytes]:
    """The head and the pieces of 10 GB of spaces."""
    yield f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: {encoding}\r\n\r\n".encode()
    yield from PACKED[encoding]()


def gzip() -> Iterator[bytes]:
    """A gzip stream, which stands after each piece as if it had just begun."""
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    yield from repeat(packer.compress(b" " * UNFOLDED) + packer.flush(zlib.Z_FULL_FLUSH), PIECES)


def br() -> Iterator[bytes]:
    """A brotli stream, packed on the way."""
    import brotli

    packer = brotli.Compressor(quality=1)
    for _ in range(PIECES):
        yield packer.process(b" " * UNFOLDED) + packer.flush()


def zstd() -> Iterator[bytes]:
    """One zstandard frame after the other."""
    import zstandard

    yield from repeat(zstandard.ZstdCompressor().compress(b" " * UNFOLDED), PIECES)


PACKED: dict[str, Callable[[], Iterator[bytes]]] = {"gzip": gzip, "br": br, "zstd": zstd}


def hosts() -> list[str]:
    """The loopback addresses the server answers at."""
    return [f"127.0.1.{1 + n}" for n in range(HOSTS)]


async def serve(delay: float) -> None:
    """Listen at every address, on one port, and say which."""
    loop, port = asyncio.get_running_loop(), 0
    for host in hosts():
        server = await loop.create_server(lambda: Site(delay), host, port, backlog=1024)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs."""

    pid: int
    port: int

    def urls(self, feeds: int) -> list[str]:
        """The addresses of so many feeds, spread over the hosts."""
        return [f"http://{hosts()[n % HOSTS]}:{self.port}/feed/{n}" for n in range(feeds)]


@contextmanager
def server(delay: float = 0.0) -> Iterator[Served]:
    """A server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server", str(delay)]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Served(pid=process.pid, port=int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
