"""Send a validator back as the bytes it came as.

An ETag may hold any byte from 0x80 on (RFC 9110 §8.8.3), in no encoding at all; aiohttp writes every header as UTF-8.
Here it is text with one character for each byte, and turned into those bytes on its way to the socket.
"""

from __future__ import annotations

import asyncio
import re
from typing import cast

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection

SENDABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]+")


class Recoding:
    """A transport that writes given UTF-8 bytes as other ones."""

    def __init__(self, transport: asyncio.Transport, values: list[str]) -> None:
        self._transport = transport
        self._values = values

    def write(self, data: bytes) -> None:
        """Write the head of a request, each of the values as one byte a character."""
        for value in self._values:
            data = data.replace(value.encode(), value.encode("latin-1"))
        self._transport.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


class ExactRequest(ClientRequest):
    """A request whose validators go out as the bytes they came as. aiohttp writes all headers as UTF-8."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send the request, with a recoding transport where a validator is more than ASCII."""
        sent = [self.headers.get(name, "") for name in ("If-None-Match", "If-Modified-Since")]
        values = [value for value in sent if not value.isascii()]
        protocol = conn.protocol
        if not values or protocol is None or protocol.transport is None:
            return await super().send(conn)
        plain, recoding = protocol.transport, cast("asyncio.Transport", Recoding(protocol.transport, values))
        protocol.transport = recoding
        try:
            return await super().send(conn)
        finally:
            if protocol.transport is recoding:  # else the connection was lost meanwhile
                protocol.transport = plain
