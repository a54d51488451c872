"""Many small web sites in one process: each on its own loopback port, all waiting on one thread.

What a site answers is a function from (site, path) to `Reply`; the server adds what every good server does:
ETag and Last-Modified with 304, gzip when it is accepted, HEAD, kept-alive connections, and a log of requests.
"""

from __future__ import annotations

import gzip
import hashlib
import selectors
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

LOOPBACK = "127.0.0.1"
LOGGED = ("if-none-match", "if-modified-since", "accept-encoding", "user-agent", "cache-control")
IDLE = 30.0  # seconds a kept-alive connection may stay silent
SMALLEST = 512  # bytes under which gzip gains nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a path answers. `modified` is when it last changed; `headers` go out as they stand."""

    status: int = 200
    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        """A validator over the bytes of the body."""
        return f'"{hashlib.blake2b(self.body, digest_size=8).hexdigest()}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it was answered. `headers` holds only those a test may ask about, by lower-case name."""

    site: str
    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[str, str], Reply]


class Listener(socketserver.ThreadingTCPServer):
    """One site's socket. Every connection gets a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, site: str, answer: Answer, log: list[Request]) -> None:
        self.site, self.answer, self.log = site, answer, log
        self.open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection so that closing the site closes it too."""
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client hangs up, which is its right."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Stop listening and hang up on whoever is still there."""
        super().server_close()
        for connection in list(self.open):
            super().shutdown_request(connection)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""
    timeout = IDLE
    server: Listener

    def do_GET(self) -> None:
        """Answer with the reply's body, or 304 when the client has it already."""
        path = self.path.split("?", 1)[0]
        reply = self.server.answer(self.server.site, path)
        status = 304 if reply.status == 200 and _known(reply, self.headers) else reply.status  # noqa: PLR2004 - OK
        body = b"" if status == 304 else reply.body  # noqa: PLR2004 - Not Modified
        headers = {"Content-Type": reply.type, "Vary": "Accept-Encoding", **dict(reply.headers)}
        if reply.status == 200:  # noqa: PLR2004 - only a good answer is worth keeping
            headers["ETag"] = reply.etag
        if reply.modified:
            headers["Last-Modified"] = format_datetime(reply.modified.astimezone(UTC), usegmt=True)
        if len(body) > SMALLEST and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, compresslevel=1, mtime=0), "gzip"
        self._note(path, status)
        self._send(status, headers, body)

    do_HEAD = do_GET  # noqa: N815 - the name http.server looks for

    def _note(self, path: str, status: int) -> None:
        seen = {name: self.headers[name] for name in LOGGED if name in self.headers}
        self.server.log.append(Request(site=self.server.site, path=path, status=status, headers=seen))

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Keep the terminal quiet: `Request` values are the log."""


def _known(reply: Reply, headers: Any) -> bool:
    """Whether the client's validators still hold. If-None-Match outranks If-Modified-Since (RFC 9110, 13.2.2)."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        return reply.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    try:
        since = parsedate_to_datetime(headers.get("If-Modified-Since", ""))
        return reply.modified is not None and reply.modified.replace(microsecond=0) <= since
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


class Hall:
    """All listeners, and the one thread that waits on them. Closing is immediate."""

    def __init__(self, sites: list[str], answer: Answer, first_port: int = 0) -> None:
        self.requests: list[Request] = []
        self._listeners: dict[str, Listener] = {}
        self._wake, self._woken = socket.socketpair()
        try:
            for at, site in enumerate(sites):
                port = first_port + at if first_port else 0
                self._listeners[site] = Listener(port, site, answer, self.requests)
        except OSError:  # a port is taken: leave nothing open behind
            self._close()
            raise
        self._thread = threading.Thread(target=self._wait, name="newsroom", daemon=True)

    def base(self, site: str) -> str:
        """The address of a site without a slash at its end. Raises `KeyError` on a site that is not here."""
        return f"http://{LOOPBACK}:{self._listeners[site].server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free all ports. May be called before `start`."""
        self._wake.send(b"x")
        if self._thread.is_alive():
            self._thread.join()
        self._close()

    def _close(self) -> None:
        for listener in self._listeners.values():
            listener.server_close()
        self._wake.close()
        self._woken.close()

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            for listener in self._listeners.values():
                selector.register(listener, selectors.EVENT_READ, listener)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    key.data.handle_request()
