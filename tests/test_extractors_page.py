from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from extractors.facts import moment
from extractors.jsonld import find_story
from extractors.page import decode, describe, load, parse, web

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
    "one umlaut in a long latin-1 page": (b"Z\xfcrich " + b"port " * 2000, "latin-1", "Zürich " + "port " * 2000),
    "the same without a word said": (b"Z\xfcrich " + b"port " * 2000, None, "Zürich " + "port " * 2000),
    "cp1252 that calls itself utf-8": ('<meta charset="utf-8">Zürich “gut”'.encode("cp1252"), "utf-8", '<meta charset="utf-8">Zürich “gut”'),
    "an xml declaration": ('<?xml version="1.0" encoding="windows-1251"?>Москва'.encode("cp1251"), None, '<?xml version="1.0" encoding="windows-1251"?>Москва'),
    "a meta element that says utf-16 in bytes": ('<meta charset="utf-16">Zürich'.encode("cp1252"), None, '<meta charset="utf-16">Zürich'),
    "utf-16 by the header alone": ("Zürich".encode("utf-16-le"), "utf-16-le", "Zürich"),
    "japanese that nobody declares": (("港のクレーンは三日間止まっていた。" * 20).encode("shift_jis"), None, "港のクレーンは三日間止まっていた。" * 20),
    "characters of the wider set under the narrower name": ("①東京".encode("cp932"), "shift_jis", "①東京"),
    "a codec that is no encoding of texts": (b"Z\xfcrich", "zlib", "Zürich"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "charset", "text"), BYTES.values(), ids=BYTES)
def test_bytes_become_the_text_they_stand_for(body: bytes, charset: str | None, text: str) -> None:
    assert decode(body, charset) == text


@pytest.mark.parametrize(("body", "charset", "text"), BYTES.values(), ids=BYTES)
def test_a_tree_from_bytes_is_that_of_their_text(body: bytes, charset: str | None, text: str) -> None:
    assert "".join(load(b"<p>" + body, charset).itertext()) == "".join(parse(decode(b"<p>" + body, charset)).itertext())


def test_declarations_made_to_stall_a_search_do_not(pace: float) -> None:
    start = time.process_time()
    for piece in (b"<metacharset=", b'<meta charset "', b'<?xml encoding="', b"<meta ", b"charset="):
        decode(b"\xff" + piece * 400_000)
    assert time.process_time() - start < 2 * pace


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
    "from the root": ("/2026/c.html?d=1&e", "https://news.example/2026/c.html?d=1&e"),
    "from the root, with a step up": ("/a/../c", "https://news.example/c"),
    "of another host without a scheme": ("//other.example/c", "https://other.example/c"),
    "an empty query": ("https://news.example/c?", "https://news.example/c"),
    "blanks around": ("  https://other.example/c ", "https://other.example/c"),
    "this page": (" ", URL),
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


STORIES = {
    "in CDATA": ('//<![CDATA[\n{"@type": "Article", "headline": "Cranes"}\n//]]>', "Cranes", ""),
    "with something behind it": ('{"@type": "Article", "headline": "Cranes"};;', "Cranes", ""),
    "with an author that is named elsewhere": (
        '{"@graph": [{"@type": "NewsArticle", "headline": "Cranes", "author": {"@id": "#ilse"}}, {"@type": "Person", "@id": "#ilse", "name": "Ilse Brandt"}]}',
        "Cranes",
        "Ilse Brandt",
    ),
    "with an author that is named nowhere": ('{"@type": "NewsArticle", "headline": "Cranes", "author": {"@id": "#ilse"}}', "Cranes", ""),
}  # fmt: skip


@pytest.mark.parametrize(("script", "title", "author"), STORIES.values(), ids=STORIES)
def test_json_ld_is_read_through_what_is_around_it(script: str, title: str, author: str) -> None:
    found = find_story(parse(f'<script type="application/ld+json">{script}</script><p>x'))
    assert (found.title, found.author) == (title, author)


def test_a_last_change_stands_in_for_a_date() -> None:
    script = '{"@type": "Article", "dateModified": "2026-05-06"}'
    tree = parse(f'<script type="application/ld+json">{script}</script><h1>x</h1>')
    assert describe(tree, URL).published == datetime(2026, 5, 6, tzinfo=UTC)


def test_no_pains_are_taken_over_a_date_that_is_known() -> None:
    tree = parse("<h1>Cranes</h1><p>Posted on 4 May 2026</p><p class=byline>By Ilse Brandt</p>")
    assert describe(tree, URL).published == datetime(2026, 5, 4, tzinfo=UTC)
    assert describe(parse("<h1>Cranes</h1><p>4 May 2026</p>"), URL, wanted_date=False).published is None
