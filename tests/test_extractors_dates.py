"""Dates as feeds write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from extractors.dates import from_struct, read_date
from extractors.feed import parse

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
    "2026-03-03 10:00:00 +0000 UTC": TEN,
    "2026-03-03 10:00:00.123456 +0000 UTC m=+0.012345": TEN,
    "2026-03-03T10:00:00+00:00Z": TEN,
    "2026-03-03T11:00:00+01:00[Europe/Paris]": TEN,
    "Tue, 03 Mar 2026 15:30:00 +0530 IST": TEN,
    "Tue, 03 Mar 2026 06:00:00 -0400 EDT": TEN,
    "Tue, 03 Mar 2026 05:00:00 EST -0500": TEN,
    "Tue, 03 Mar 2026 05:00:00 \u221205:00": TEN,
    "Tuesday, March 3, 2026 - 10:00am": TEN,
    "Di, 03 Mär 2026 10:00:00 +0000": TEN,
    "3. März 2026": DAY,
    "mar., 3 mars 2026": DAY,
    "3 de marzo de 2026": DAY,
    "03.03.2026": DAY,
    "3.3.2026 10:00": TEN,
    "13.03.20261": None,
    "2026年3月3日": DAY,
    "2026년 3월 3일 10:00": TEN,
    "1 juin 2026": datetime(2026, 6, 1, tzinfo=UTC),
    "1 juil. 2026": datetime(2026, 7, 1, tzinfo=UTC),
    "1 août 2026": datetime(2026, 8, 1, tzinfo=UTC),
    "1 okt 2026": datetime(2026, 10, 1, tzinfo=UTC),
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
    assert from_struct(time.gmtime(TEN.timestamp()), "3η Μαρτίου") == TEN
    assert from_struct(None, "3") is None
    assert from_struct(time.struct_time((1, 1, 1, 0, 0, 0, 0, 1, 0)), "1") is None
    assert from_struct(time.struct_time((2026, 13, 45, 0, 0, 0, 0, 1, 0)), "45") is None


def test_a_struct_whose_day_is_not_in_the_text_was_guessed() -> None:
    assert from_struct(time.gmtime(TEN.timestamp()), "2026년 11월") is None
    assert from_struct(time.gmtime(TEN.timestamp()), "2026-03-04 오전 1:00:00") == TEN


SPOKEN = {
    "German, which we read": ("Di, 03 Mär 2026 10:00:00 GMT", TEN),
    "Greek, which feedparser reads": (
        "Κυρ, 11 Ιούλ 2004 12:00:00 GMT",  # noqa: RUF001 - these are Greek letters
        datetime(2004, 7, 11, 12, tzinfo=UTC),
    ),
    "Hungarian, which it gets wrong": ("2026-július-03T10:00+00:00", None),
}


@pytest.mark.parametrize(("text", "moment"), SPOKEN.values(), ids=SPOKEN)
def test_a_date_in_a_feed_is_read_in_the_language_it_is_written_in(text: str, moment: datetime | None) -> None:
    body = f"<rss version='2.0'><channel><item><title>T</title><pubDate>{text}</pubDate></item></channel></rss>"
    assert parse(body.encode(), "https://news.example/").entries[0].published == moment
