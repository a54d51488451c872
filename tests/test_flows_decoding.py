"""Bodies are unpacked within their limit, and a stream that stops early is noticed."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from flows.decoding import CorruptBodyError, Decoder

HOUSE = Path(__file__).parents[1]
TEXT = b"Chips, models and policy. " * 400
ENCODED = {
    "plain": ("", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "zlib as deflate": ("deflate", zlib.compress(TEXT)),
    "raw deflate": ("deflate", zlib.compress(TEXT)[2:-4]),
    "brotli": ("br", brotli.compress(TEXT)),
    "brotli in any case": (" BR ", brotli.compress(TEXT)),
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
    "br": lambda body: brotli.compress(body, quality=1),
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


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_stream_that_stops_early_is_truncated(encoding: str) -> None:
    body = PACKERS[encoding](TEXT)
    for missing in (1, 6, len(body) - 1):
        with pytest.raises(CorruptBodyError) as error:
            decode(encoding, body[:-missing])
        assert error.value.kind == "truncated"


@pytest.mark.parametrize("encoding", PACKERS)
def test_an_empty_body_is_an_empty_body_however_it_was_to_be_packed(encoding: str) -> None:
    assert decode(encoding, b"") == b""


def test_what_follows_the_end_of_a_brotli_stream_is_damage() -> None:
    for step in (1, 1_000_000):
        with pytest.raises(CorruptBodyError) as error:
            decode("br", brotli.compress(TEXT) + b"more", step=step)
        assert error.value.kind == "encoding"


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_of_exactly_the_limit_is_whole(encoding: str) -> None:
    body = PACKERS[encoding](TEXT)
    assert decode(encoding, body, limit=len(TEXT)) == TEXT
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, body, limit=len(TEXT) - 1)
    assert error.value.kind == "too_large"


@pytest.mark.parametrize("encoding", ["", *PACKERS])
def test_of_a_body_that_is_too_large_the_head_can_be_had(encoding: str) -> None:
    decoder = Decoder(encoding, 1000)
    with pytest.raises(CorruptBodyError):
        decoder.feed(PACKERS.get(encoding, bytes)(TEXT))
    assert decoder.head() == TEXT[:1000]


@pytest.mark.parametrize(
    ("encoding", "length", "kind"),
    [("", 1001, "too_large"), ("", 1000, None), ("br", 2000, None), ("br", 2001, "too_large")],
)
def test_an_announced_length_beyond_all_bounds_is_refused_unread(encoding: str, length: int, kind: str | None) -> None:
    try:
        Decoder(encoding, 1000).expect(length)
        found = None
    except CorruptBodyError as error:
        found = error.kind
    assert found == kind


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


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
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


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "br, gzip", "nonsense"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(CorruptBodyError, match="unknown content encoding"):
        decode(encoding, b"x")


BOMB = """
import resource, sys, time
from flows.decoding import CorruptBodyError, Decoder
bomb, encoding = sys.stdin.buffer.read(), sys.argv[1]
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    decoder = Decoder(encoding, 15_000_000)
    for start in range(0, len(bomb), 65_536):
        decoder.feed(bomb[start : start + 65_536])
except CorruptBodyError as error:
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(error.kind, time.process_time() - begun < 2, grown < 150, grown, file=sys.stdout)
"""


def ten_gigabytes(encoding: str) -> bytes:
    """What unfolds to 10 GB of zeros."""
    part = bytes(10_000_000)
    if encoding == "gzip":  # members, since one of 10 GB takes a minute to make
        return gzip.compress(part) * 1000
    if encoding == "zstd":
        return zstandard.compress(part) * 1000
    packer = brotli.Compressor(quality=1)
    return bytes(b"".join(packer.process(part) for _ in range(1000)) + packer.finish())


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
def test_ten_gigabytes_out_of_ten_megabytes_stop_at_the_cap_at_once(encoding: str) -> None:
    bomb = ten_gigabytes(encoding)
    assert len(bomb) < 11_000_000
    done = subprocess.run(
        [sys.executable, "-c", BOMB, encoding], input=bomb, capture_output=True, check=True, cwd=HOUSE
    )
    assert done.stdout.decode().split()[:3] == ["too_large", "True", "True"]


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_damaged_body_is_an_error_of_its_own(encoding: str) -> None:
    with pytest.raises(CorruptBodyError) as error:
        decode(encoding, b"\x00\x01 not packed at all" * 50)
    assert error.value.kind == "encoding"
