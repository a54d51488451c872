"""Dates as feeds write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from extractors.dates import from_struct, read_date

TEN = datetime(2026, 3, 3, 10, 0, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 3, tzinfo=UTC)
READ = {
    "Tue, 03 Mar 2026 10:00:00 GMT": TEN,
    "Tue, 3 Mar 26 10:00 UT": TEN,
    "3 Mar 2026 10:00:00": TEN,
    "Tue, 03 Mar 2026 05:00:00 EST": TEN,
    "Tue, 03 Mar 2026 11:00:00 CET": TEN,
    "Tue, 03 Mar 2026 12:00:00 +0200": TEN,
    "Tue, 03 Mar 2026 12:00:00 +02:00": TEN,
    "Tue, 03 Mar 2026 12:00:00 GMT+0200": TEN,
    "Tue, 03 Mar 2026 12:00:00 GMT+2": TEN,
    "Tue, 03 Mar 2026 03:30:00 -0630": TEN,
    "Tue, 03 Mar 2026 10:00:00 +0000 (UTC)": TEN,
    "Tue, 03 Mar 2026 10:00:00 Nowhere": None,
    "Tue, 03 Mar 2026 10:00:00 XYZ": TEN,
    "Tuesday, 3 March 2026 10:00:00": TEN,
    "Wed, 03 Mar 2026 10:00:00 GMT": TEN,
    "Tue,03 Mar 2026 10:00:00 GMT": TEN,
    "03-Mar-2026 10:00:00 GMT": TEN,
    "Tue Mar  3 10:00:00 2026": TEN,
    "Tue Mar  3 10:00:00 UTC 2026": TEN,
    "March 3, 2026 10:00 AM": TEN,
    "Mar 3 2026": DAY,
    "3rd of March 2026": DAY,
    "Mon, 2 Mar 2026 24:00:00 GMT": DAY,
    "Mon, 2 Mar 2026 23:59:60 GMT": DAY,
    "Tue, 03 Mar 2026 12:00 am GMT": DAY,
    "2026-03-03T10:00:00Z": TEN,
    "2026-03-03t10:00:00z": TEN,
    "2026-03-03T10:00:00.123456789Z": TEN,
    "2026-03-03T12:00:00+02:00": TEN,
    "2026-03-03T12:00:00+0200": TEN,
    "2026-03-03T12+02:00": None,
    "2026-03-03 10:00:00": TEN,
    "2026-03-03 10:00:00 +0000 UTC": None,
    "2026-03-03 10:00:00 UTC": TEN,
    "2026-03-03T10:00": TEN,
    "20260303T100000Z": TEN,
    "2026-03-03": DAY,
    "2026/3/3 10:00": TEN,
    "2026-03": datetime(2026, 3, 1, tzinfo=UTC),
    "  2026-03-03T10:00:00Z\n": TEN,
    "1772532000": TEN,
    "1772532000000": TEN,
    "Mon, 01 Jan 0001 00:00:00 +0000": None,
    "0001-01-01T00:00:00Z": None,
    "1970-01-01T00:00:00Z": None,
    "9999-12-31T23:59:59Z": None,
    "9999-12-31T23:59:59-14:00": None,
    "2226-01-01T00:00:00Z": None,
    "2026-02-30T10:00:00Z": None,
    "2026-13-01": None,
    "2026-03-03T25:00:00Z": None,
    "2026-03-03T10:61:00Z": None,
    "2026-03-03T10:00:00+99:00": None,
    "Tue, 03 Foo 2026 10:00:00 GMT": None,
    "03/04/2026": None,
    "2026": None,
    "yesterday": None,
    "": None,
    "x" * 1_000_000: None,
    "Tue," * 20: None,
    "٣ Mar ٢٠٢٦": datetime(2026, 3, 3, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "moment"), READ.items(), ids=[text[:40] for text in READ])
def test_read_date(text: str, moment: datetime | None) -> None:
    assert read_date(text) == moment


def test_a_time_is_utc_and_aware() -> None:
    moment = read_date("Tue, 03 Mar 2026 12:00:00 +0200")
    assert moment is not None
    assert moment.tzinfo is UTC


def test_a_struct_is_utc_or_nothing() -> None:
    assert from_struct(time.gmtime(TEN.timestamp())) == TEN
    assert from_struct(None) is None
    assert from_struct(time.struct_time((1, 1, 1, 0, 0, 0, 0, 1, 0))) is None
    assert from_struct(time.struct_time((2026, 13, 45, 0, 0, 0, 0, 1, 0))) is None
