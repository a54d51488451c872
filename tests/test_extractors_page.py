from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractors.jsonld import find_story
from extractors.page import decode, describe, moment, parse, web

URL = "https://news.example/a/b.html"
BYTES = {
    "utf-8 without a word said": ("Zürich – „gut“".encode(), None, "Zürich – „gut“"),
    "utf-8 that the header calls latin-1": ("Zürich".encode(), "iso-8859-1", "Zürich"),
    "a utf-8 mark": (b"\xef\xbb\xbfZ\xc3\xbcrich", "latin-1", "Zürich"),
    "utf-16 with a mark": ("Zürich".encode("utf-16"), None, "Zürich"),
    "cp1252 by the header": ("Zürich “gut”".encode("cp1252"), "ISO-8859-1", "Zürich “gut”"),
    "windows-1251 by a meta element": ('<meta charset="windows-1251">Москва'.encode("cp1251"), None, '<meta charset="windows-1251">Москва'),
    "shift_jis by the header": ("東京".encode("shift_jis"), "shift_jis", "東京"),
    "iso-2022-jp, which is valid ascii": ("東京".encode("iso-2022-jp"), "iso-2022-jp", "東京"),
    "an unknown charset": ("Zürich".encode("cp1252"), "klingon-8", "Zürich"),
    "one bad byte in a long utf-8 page": (b"\xff" + "Zürich ".encode() * 200, "latin-1", "\ufffd" + "Zürich " * 200),
}  # fmt: skip


@pytest.mark.parametrize(("body", "charset", "text"), BYTES.values(), ids=BYTES)
def test_bytes_become_the_text_they_stand_for(body: bytes, charset: str | None, text: str) -> None:
    assert decode(body, charset) == text


def test_facts_come_from_meta_elements() -> None:
    tree = parse("""<html lang="de-AT"><head><title>Kräne lernen warten | Hafenblatt</title><meta name="author" content="By Ilse Brandt">
    <meta property="article:published_time" content="2026-05-04T08:30:00+02:00"><meta property="og:image" content="/k.jpg">
    <link rel="canonical" href="/a/c"></head><body><h1>Kräne lernen warten</h1></body></html>""")
    facts = describe(tree, URL)
    assert (facts.title, facts.author, facts.language) == ("Kräne lernen warten", "Ilse Brandt", "de")
    assert facts.published == datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    assert (facts.canonical_url, facts.image) == ("https://news.example/a/c", "https://news.example/k.jpg")


def test_json_ld_goes_before_meta_elements() -> None:
    data = {"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, {"@type": ["NewsArticle"], "headline": "Cranes &amp; wind",
            "author": [{"name": "Odd Larsen"}, {"name": "Ilse Brandt"}], "datePublished": "2026-05-04", "articleBody": "One.\n\nTwo.",
            "isAccessibleForFree": "False"}]}  # fmt: skip
    tree = parse(
        f'<title>x</title><meta name="author" content="N. N."><script type="application/ld+json">{json.dumps(data)}</script>'
    )
    facts = describe(tree, URL)
    assert (facts.title, facts.author) == ("Cranes & wind", "Odd Larsen; Ilse Brandt")
    assert facts.published == datetime(2026, 5, 4, tzinfo=UTC)
    assert (facts.story.body, facts.story.free) == ("One.\n\nTwo.", False)


@pytest.mark.parametrize(
    "script", ["{", "[" * 50_000, "null", '"x"', '{"@type": 3}', '{"@type":"Article","author":{"name":[1]}}']
)
def test_odd_json_ld_is_passed_over(script: str) -> None:
    assert not find_story(parse(f'<script type="application/ld+json">{script}</script><p>x')).title


ADDRESSES = {
    "relative": ("../c?d=1", "https://news.example/c?d=1"),
    "absolute": ("http://other.example/", "http://other.example/"),
    "a script": ("javascript:alert(1)", None),
    "data": ("data:text/html,x", None),
    "a file": ("file:///etc/passwd", None),
    "broken": ("http://[::1", None),
    "nothing": ("", None),
    "blanks inside": ("/a b", "https://news.example/a%20b"),
}


@pytest.mark.parametrize(("address", "found"), ADDRESSES.values(), ids=ADDRESSES)
def test_only_web_addresses_count(address: str, found: str | None) -> None:
    assert web(URL, address) == found


@pytest.mark.parametrize("value", ["", "yesterday", "0000-00-00", "2026-13-01", "9999-12-31T23:59:59-14:00"])
def test_what_is_no_date_is_none(value: str) -> None:
    assert moment(value) is None


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "<!-- -->", "<?xml version='1.0' encoding='latin-1'?><p>x</p>", "<" * 200_000]
)
def test_parsing_never_raises(text: str) -> None:
    assert parse(text).tag == "html" or text
