"""Undo Content-Encoding while an answer streams in, and stop at the size limit.

A body of a few kilobytes can unfold to gigabytes, so no step ever produces much more than the limit allows. A packed
stream that stops before its own end mark is an error: clients pass it on silently as if it were whole.
"""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli
import zstandard

STEP = 1 << 12
GZIP = b"\x1f\x8b"


class CorruptBodyError(ValueError):
    """The body is not what its headers say. `kind` is "too_large", "truncated" or "encoding"."""

    def __init__(self, kind: str, fault: str) -> None:
        super().__init__(fault)
        self.kind = kind


class Unpacker(Protocol):
    """What zlib, brotli and zstandard offer alike, once wrapped."""

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes out of what has come in."""

    def ended(self) -> bool:
        """Whether the stream has reached its own end."""


class Plain:
    """No encoding at all."""

    def unpack(self, chunk: bytes, room: int) -> bytes:  # noqa: ARG002 - the decoder counts
        """The chunk itself."""
        return chunk

    def ended(self) -> bool:
        """A plain body ends where it ends; aiohttp checks it against Content-Length."""
        return True


class Deflate:
    """gzip of one or more members, zlib and, when the first bytes are no zlib header, raw deflate.

    What follows the end of a gzip member is the next one when it begins like one; anything else is padding, as servers
    leave it behind, and passed over.
    """

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._started = False
        self._over = False
        self._held = b""

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes. Raises `zlib.error`."""
        out = bytearray()
        # In small steps: each end of a member copies what is left, and a hostile body is all ends.
        for start in range(0, len(chunk), STEP):
            data = self._held + chunk[start : start + STEP]
            self._held = b""
            while data and len(out) < room and self._begun(data):
                out += self._inflate(data, room - len(out))
                data = self._inner.unused_data
        return bytes(out)

    def _begun(self, data: bytes) -> bool:
        """Whether `data` is to be inflated, with a fresh member begun where one starts."""
        if self._started and not self._inner.eof:
            return True
        if self._over or (self._started and not GZIP.startswith(data[:2])):
            self._over = True
            return False
        if len(data) < len(GZIP):
            self._held = data
            return False
        if self._started:
            self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        return True

    def _inflate(self, data: bytes, room: int) -> bytes:
        started, self._started = self._started, True
        try:
            return self._inner.decompress(data, room)
        except zlib.error:
            if started:
                raise
        self._inner = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        return self._inner.decompress(data, room)

    def ended(self) -> bool:
        """Whether the end mark was met; an empty body has none and needs none."""
        return not self._held and (self._inner.eof or not self._started)


class Brotli:
    """Brotli, whose stream has one part. What follows its end is an error."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._started = False

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """Everything the chunk unfolds to, or `room` bytes of it and a few million. Raises `brotli.error`.

        After more than `room` the stream cannot be taken up again; the decoder gives up then.
        """
        self._started = True
        return bytes(self._inner.process(chunk, output_buffer_limit=room))

    def ended(self) -> bool:
        """Whether the end mark was met."""
        return bool(self._inner.is_finished()) or not self._started


class Zstd:
    """Zstandard of one or more frames. Its decompressor takes no bound, so chunks go in small steps."""

    def __init__(self) -> None:
        self._frames = zstandard.ZstdDecompressor(max_window_size=1 << 23)
        self._inner = self._frames.decompressobj()
        self._started = False

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """Everything the chunk unfolds to, or just more than `room` of it. Raises `zstandard.ZstdError`."""
        self._started = True
        out = bytearray()
        for start in range(0, len(chunk), 512):  # one step can grow 2,000-fold
            data = chunk[start : start + 512]
            while data and len(out) <= room:
                if self._inner.eof:
                    self._inner = self._frames.decompressobj()
                out += self._inner.decompress(data)
                data = self._inner.unused_data
        return bytes(out)

    def ended(self) -> bool:
        """Whether the last frame is whole."""
        return self._inner.eof or not self._started


UNPACKERS: dict[str, type[Plain | Deflate | Brotli | Zstd]] = {
    "": Plain,
    "identity": Plain,
    "gzip": Deflate,
    "x-gzip": Deflate,
    "deflate": Deflate,
    "br": Brotli,
    "zstd": Zstd,
}


class Decoder:
    """Collects a body chunk by chunk. `limit` is the most bytes it may come to, after decoding."""

    def __init__(self, encoding: str, limit: int) -> None:
        kind = UNPACKERS.get(encoding.strip().lower())
        if kind is None:
            raise CorruptBodyError("encoding", f"unknown content encoding {encoding[:40]!r}")
        self._unpacker: Unpacker = kind()
        self._limit = limit
        self._wire = 0
        self._body = bytearray()

    def expect(self, length: int) -> None:
        """Refuse a body at once whose announced length is beyond all bounds. Raises `CorruptBodyError`."""
        most = self._limit if isinstance(self._unpacker, Plain) else 2 * self._limit
        if length > most:
            raise CorruptBodyError("too_large", f"the body is larger than {self._limit:,} bytes")

    def feed(self, chunk: bytes) -> None:
        """Take one chunk off the wire. Raises `CorruptBodyError`."""
        try:
            self._body += self._unpacker.unpack(chunk, self._limit + 1 - len(self._body))
        except (zlib.error, brotli.error, zstandard.ZstdError):
            raise CorruptBodyError("encoding", "the body is damaged") from None
        self._wire += len(chunk)
        # Empty members and blocks unfold to nothing, for ever: twice the limit on the wire is never an honest body.
        if len(self._body) > self._limit or self._wire > 2 * self._limit + STEP:
            raise CorruptBodyError("too_large", f"the body is larger than {self._limit:,} bytes")

    def head(self) -> bytes:
        """What has come so far, at most as much as the limit."""
        return bytes(self._body[: self._limit])

    def finish(self) -> bytes:
        """The whole body. Raises `CorruptBodyError` when the stream stopped before its end mark."""
        if not self._unpacker.ended():
            raise CorruptBodyError("truncated", "the body stops before its end")
        return bytes(self._body)
