"""Bodies are unpacked within their limit, and a stream that stops early is noticed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard

from flows.decoding import CorruptBodyError, Decoder

TEXT = b"Chips, models and policy. " * 400
ENCODED = {
    "plain": ("", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "zlib as deflate": ("deflate", zlib.compress(TEXT)),
    "raw deflate": ("deflate", zlib.compress(TEXT)[2:-4]),
    "zstd": ("zstd", zstandard.compress(TEXT)),
    "gzip in two members": ("gzip", gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])),
    "gzip in many members": ("gzip", b"".join(gzip.compress(TEXT[at : at + 9]) for at in range(0, len(TEXT), 9))),
    "gzip with empty members": ("gzip", gzip.compress(b"") * 2 + gzip.compress(TEXT) + gzip.compress(b"")),
    "gzip padded with zeros": ("gzip", gzip.compress(TEXT) + bytes(300)),
    "gzip with something behind": ("gzip", gzip.compress(TEXT) + b"<!-- cached -->" * 20 + gzip.compress(b"no")),
    "zstd in two frames": ("zstd", zstandard.compress(TEXT[:99]) + zstandard.compress(TEXT[99:])),
    "zstd in many frames": ("zstd", b"".join(zstandard.compress(TEXT[a : a + 9]) for a in range(0, len(TEXT), 9))),
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
}


def decode(encoding: str, body: bytes, limit: int = 1_000_000, step: int = 100) -> bytes:
    decoder = Decoder(encoding, limit)
    for start in range(0, len(body), step):
        decoder.feed(body[start : start + step])
    return decoder.finish()


@pytest.mark.parametrize(("encoding", "body"), ENCODED.values(), ids=ENCODED)
def test_a_body_comes_out_whole_in_pieces_of_any_size(encoding: str, body: bytes) -> None:
    assert decode(encoding, body) == TEXT
    assert decode(encoding, body, step=1_000_000) == TEXT
    assert decode(encoding, body, step=1) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_stream_that_stops_early_is_truncated(encoding: str) -> None:
    body = PACKERS[encoding](TEXT)
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, body[:-6])
    assert error.value.kind == "truncated"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("missing", [-6, -1])
def test_a_second_part_that_stops_early_is_truncated(encoding: str, missing: int) -> None:
    pack = PACKERS[encoding]
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, pack(TEXT) + pack(TEXT)[:missing])
    assert error.value.kind == "truncated"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_parts_count_together_against_the_limit(encoding: str) -> None:
    pack = PACKERS[encoding]
    assert len(decode(encoding, pack(TEXT) * 3, limit=3 * len(TEXT))) == 3 * len(TEXT)
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, pack(TEXT) * 3, limit=3 * len(TEXT) - 1, step=1_000_000)
    assert error.value.kind == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_parts_that_unfold_to_nothing_do_not_go_on_for_ever(encoding: str) -> None:
    empty = PACKERS[encoding](b"")
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, empty * 20_000, limit=50_000, step=65_536)
    assert error.value.kind == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_stops_at_the_limit_and_costs_no_more_memory_than_that(encoding: str) -> None:
    pack = PACKERS[encoding]
    bomb = pack(bytes(300_000_000))
    tracemalloc.start()
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, bomb, limit=5_000_000, step=65_536)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.value.kind == "too_large"
    assert peak < 60_000_000


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "nonsense"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(CorruptBodyError, match="unknown content encoding"):
        decode(encoding, b"x")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_damaged_body_is_an_error_of_its_own(encoding: str) -> None:
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, b"\x00\x01 not packed at all" * 50)
    assert error.value.kind == "encoding"
