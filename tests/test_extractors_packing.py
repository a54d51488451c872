"""Raw input goes into bytes and comes out equal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.model import Entry, Page
from extractors.packing import pack, unpack

ENTRY = Entry(
    guid="g\ud800",
    url="https://a.example/1",
    title="T — ü",
    published=datetime(2026, 1, 2, tzinfo=UTC),
    categories=("a", "b"),
)
PAIRS = {
    "an entry alone": (ENTRY, None),
    "an entry with its page": (ENTRY, Page(url="https://a.example/1", body=b"\xff<p>\n\n{}", charset="latin-1")),
    "an entry with an empty page": (ENTRY, Page(url="https://a.example/1", body=b"")),
}


@pytest.mark.parametrize(("entry", "page"), PAIRS.values(), ids=PAIRS)
def test_unpack_gives_back_what_was_packed(entry: Entry, page: Page | None) -> None:
    assert unpack(pack(entry, page)) == (entry, page)


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        unpack(b"no JSON at all")
