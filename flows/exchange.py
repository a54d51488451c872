"""What goes to a server and what comes back: `Question`, `Answer`, and the `FetchError` when nothing does.

Header values are text with one character for each byte (latin-1), both ways: what a server sends as a validator is not
always text, and is to come back to it unchanged.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.verbatim import SENDABLE


class FetchError(Exception):
    """A request that gave no answer. `kind` is one word: timeout, tls, too_large, blocked_address ...

    Its text names a host, never a whole address. `until` is the end of the pause that a host asked for (aware UTC), for
    the kind "paused" only.
    """

    def __init__(self, kind: str, fault: str, until: datetime | None = None) -> None:
        super().__init__(f"{kind}: {fault}")
        self.kind = kind
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said; no login is in any part of it.

    `url` is the address after redirects, `moved` the one after permanent redirects only, None when there was none;
    `took` the seconds from connecting to the end of the body. `cookies` are those that a redirect set.
    """

    url: str
    status: int
    body: bytes = b""
    moved: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    took: float = 0.0
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def endless(self) -> bool:
        """Whether nothing told how long the body is, so that only its content can show that it was cut short."""
        return not self.headers.keys() & {"content-length", "transfer-encoding", "content-encoding"}

    @property
    def charset(self) -> str | None:
        """The charset that Content-Type names, as it is written there; None when it names none."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip(" \t\"'") or None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask. `etag` and `modified` are sent byte for byte as they once came.

    `agent` is the User-Agent in place of our own. `delta` says that an answer with only what is new since `etag` will
    do (RFC 3229, status 226). `page` says that robots.txt is to be heeded. Of a longer body only the first `head` bytes
    are read, where that is not None. Whose turn has not come `until` then (seconds on the loop's clock) is sent home
    with "unasked". `login` is "user:password"; `cookies` come from earlier redirects of one chain.
    """

    url: str
    etag: str | None = None
    modified: str | None = None
    private: bool = False
    agent: str = ""
    delta: bool = False
    page: bool = False
    head: int | None = None
    until: float | None = None
    login: bytes = field(default=b"", repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    def headers(self) -> dict[str, str]:
        """Request headers. What no header can hold, such as a validator with control characters, is left out."""
        login = base64.b64encode(self.login).decode()
        pairs = {
            "If-None-Match": self.etag,
            "If-Modified-Since": self.modified,
            "A-IM": "feed" if self.delta and self.etag else "",
            "User-Agent": self.agent,
            "Authorization": f"Basic {login}" if login else "",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        return {name: value for name, value in pairs.items() if value and SENDABLE.fullmatch(value)}
