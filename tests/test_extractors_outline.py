"""Subscription lists of friends and strangers: what is taken, what is refused with which words, what it costs."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from lxml import etree

from extractors.outline import BYTES, ROWS, TITLE, OutlineError, Row, read_outline, write_outline

GOOD = '<outline text="Good" xmlUrl="https://good.example/feed"/>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))


def opml(rows: str, before: str = '<?xml version="1.0"?>') -> bytes:
    return f'{before}<opml version="2.0"><head><title>x</title></head><body>{rows}</body></opml>'.encode()


TAKEN = {
    "a plain row": ('<outline type="rss" text="A" title="B" xmlUrl="https://a.example/f" htmlUrl="https://a.example/"/>', Row(number=1, url="https://a.example/f", title="B", site_url="https://a.example/")),
    "a row without a title has its text": ('<outline text="A" xmlUrl="https://a.example/f"/>', Row(number=1, url="https://a.example/f", title="A")),
    "a row without any words": ('<outline xmlUrl="https://a.example/f"/>', Row(number=1, url="https://a.example/f")),
    "capitals do not matter": ('<Outline TEXT="A" XMLURL="https://a.example/f"/>', Row(number=1, url="https://a.example/f", title="A")),
    "an ampersand nobody escaped": ('<outline text="A & B" xmlUrl="https://a.example/f?a=1&b=2"/>', Row(number=1, url="https://a.example/f?a=1&b=2", title="A & B")),
    "signs nobody escaped": ('<outline text="a < b > c" xmlUrl="https://a.example/f"/>', Row(number=1, url="https://a.example/f", title="a < b > c")),
    "references": ('<outline text="caf&#233; &amp; &quot;x&quot; &eacute;" xmlUrl="https://a.example/f"/>', Row(number=1, url="https://a.example/f", title='café & "x" é')),
    "single quotes and line breaks": ("<outline\n text='A'\n xmlUrl='https://a.example/f'\n/>", Row(number=1, url="https://a.example/f", title="A")),
    "feed: before the address": ('<outline text="A" xmlUrl="feed://a.example/f"/>', Row(number=1, url="https://a.example/f", title="A")),
    "folders and categories are labels": ('<outline text="Tech"><outline text="AI"><outline text="A" xmlUrl="https://a.example/f" category="/News/World,ai"/></outline></outline>', Row(number=3, url="https://a.example/f", title="A", labels=("Tech", "AI", "News", "World", "ai"))),
    "a folder that closed is no label": ('<outline text="Tech"></outline><outline text="A" xmlUrl="https://a.example/f"/>', Row(number=2, url="https://a.example/f", title="A")),
    "a title with markup, codes and turned text": ('<outline text="&lt;b&gt;A&lt;/b&gt;&#x202e; \x1b[31mB\x07&#10;C" xmlUrl="https://a.example/f"/>', Row(number=1, url="https://a.example/f", title="A [31mB C")),
    "a site that is a script is left out": ('<outline text="A" xmlUrl="https://a.example/f" htmlUrl="javascript:alert(1)"/>', Row(number=1, url="https://a.example/f", title="A")),
    "a login stays": ('<outline text="A" xmlUrl="https://me:pw@a.example/f"/>', Row(number=1, url="https://me:pw@a.example/f", title="A")),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), TAKEN.values(), ids=TAKEN)
def test_a_row_is_taken_as_it_was_meant(rows: str, expected: Row) -> None:
    outline = read_outline(opml(rows))
    assert (outline.rows, outline.refusals) == ([expected], [])


REFUSED = {
    "a script": ('<outline text="X" xmlUrl="javascript:alert(1)"/>', "is no web address"),
    "a file": ('<outline text="X" xmlUrl="file:///etc/passwd"/>', "is no web address"),
    "a path": ('<outline text="X" xmlUrl="/etc/passwd"/>', "is no web address"),
    "a file behind feed:": ('<outline text="X" xmlUrl="feed:file:///etc/passwd"/>', "is no web address"),
    "data": ('<outline text="X" xmlUrl="data:text/xml,&lt;rss/&gt;"/>', "is no web address"),
    "an address without a scheme": ('<outline text="X" xmlUrl="a.example/f"/>', "is no web address"),
    "no address": ('<outline text="X" xmlUrl=""/>', "is no web address"),
    "no xmlUrl": ('<outline text="X" type="rss"/>', "has no xmlUrl"),
    "another list": ('<outline text="X" type="include" url="https://a.example/x.opml"/>', "is a link"),
    "a host in brackets without end": ('<outline text="X" xmlUrl="http://[x/"/>', "without a readable host"),
    "a port that is none": ('<outline text="X" xmlUrl="http://x.example:99999/"/>', "without a readable host"),
    "no host": ('<outline text="X" xmlUrl="http:///f"/>', "without a readable host"),
    "an address with a line break": ('<outline text="X" xmlUrl="http://a.example/&#10;f"/>', "blanks or hidden"),
    "an address with a terminal code": ('<outline text="X" xmlUrl="http://a.example/&#x9b;31m"/>', "blanks or hidden"),
    "an address turned around": ('<outline text="X" xmlUrl="http://a.example/&#x202e;f"/>', "blanks or hidden"),
    "an endless address": (f'<outline text="X" xmlUrl="http://a.example/{"x" * 5000}"/>', "more than 4096"),
    "the address of another row": ('<outline text="X" xmlUrl="http://www.good.example/feed/"/>', "same address as row 1"),
    "an entity of the list's own": ('<outline text="X" xmlUrl="&xxe;"/>', "is no web address"),
    "no quotes": ("<outline text=X xmlUrl=http://a.example/f />", "cannot be read"),
    "a quote that never closes": ('<outline text="X xmlUrl="http://a.example/f"/>', "cannot be read"),
    "too many attributes": ("<outline " + "".join(f'a{n}="" ' for n in range(400)) + 'xmlUrl="http://a.example/f"/>', "cannot be read"),
    "a tag as long as a book": (f'<outline text="{"x" * 30_000}" xmlUrl="http://a.example/f"/>', "cannot be read"),
    "deep in folders": ('<outline text="d">' * 60 + '<outline text="X" xmlUrl="http://a.example/f"/>' + "</outline>" * 60, "50 folders"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_taken(row: str, fault: str) -> None:
    outline = read_outline(opml(GOOD + row + GOOD.replace("good", "also")))
    assert [taken.url for taken in outline.rows] == ["https://good.example/feed", "https://also.example/feed"]
    [refusal] = outline.refusals
    assert fault in refusal.fault
    assert "\n" not in refusal.fault + refusal.name


def test_a_title_of_5000_characters_is_shortened() -> None:
    [row] = read_outline(opml(f'<outline text="{"long " * 1000}" xmlUrl="https://a.example/f"/>')).rows
    assert len(row.title) <= TITLE
    assert row.title.endswith("…")


def test_no_entity_is_resolved_and_no_file_read() -> None:
    dtd = '<!DOCTYPE opml [<!ENTITY xxe SYSTEM "file:///etc/hostname"> <!ENTITY y "http://evil.example/">]>'
    outline = read_outline(opml('<outline text="&xxe;" xmlUrl="https://a.example/f"/><outline xmlUrl="&y;"/>', dtd))
    assert [row.title for row in outline.rows] == ["&xxe;"]
    assert len(outline.refusals) == 1


HEAVY = {
    "a billion laughs": opml('<outline text="&a11;" xmlUrl="https://a.example/f"/>', f"<!DOCTYPE opml [{LAUGHS}]>"),
    "folders without end": opml('<outline text="d">' * 500_000),
    "elements without end": opml("<a>" * 2_000_000),
    "comments that never close": opml("<!--" * 1_000_000),
    "sections that never close": opml("<![CDATA[" * 500_000),
    "quotes that never close": opml('<outline text="' * 400_000),
    "attributes without end": opml("<outline " + 'a="" ' * 1_500_000 + "/>"),
    "rows with as many attributes as may be": opml(
        ("<outline " + "".join(f'a{n}="" ' for n in range(199)) + "/>") * 4000
    ),
    "signs without end": opml("<" * 5_000_000),
    "a name without end": opml("<outline:" * 500_000),
    "references without end": opml('<outline text="' + "&" * 19_000 + '"/>') * 100,
}


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY)
def test_a_hostile_list_takes_seconds_at_most(body: bytes) -> None:
    clock = time.process_time()
    read_outline(body)
    assert time.process_time() - clock < 5


def test_beyond_the_last_row_that_is_read_one_refusal_says_so() -> None:
    outline = read_outline(opml("".join(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(ROWS + 500))))
    assert (len(outline.rows), len(outline.refusals)) == (ROWS, 1)


def test_what_stands_in_comments_and_sections_is_no_row() -> None:
    outline = read_outline(opml(f"<!-- {GOOD} --><![CDATA[{GOOD}]]>"))
    assert (outline.rows, outline.refusals) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_a_list_in_any_encoding_is_read(encoding: str) -> None:
    text = opml('<outline text="Café" xmlUrl="https://a.example/f"/>').decode()
    text = text.replace('"1.0"', f'"1.0" encoding="{encoding.removesuffix("-sig")}"')
    assert read_outline(text.encode(encoding)).rows[0].title == "Café"


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"<html><body>x</body></html>", b"<rss version='2.0'/>", b"\x89PNG" + bytes(999), b"[feeds.x]"]
)
def test_what_is_no_list_is_an_error_of_one_line(body: bytes) -> None:
    with pytest.raises(OutlineError, match="no <opml>"):
        read_outline(body)


def test_a_list_that_is_too_large_is_not_read() -> None:
    with pytest.raises(OutlineError, match="larger than 10 MB"):
        read_outline(opml(" " * BYTES))


ROUND = [
    Row(url="https://a.example/f?x=1&y=<2>", title='A "quoted" & <odd>', site_url="https://a.example/", slug="a", labels=("ai", "law")),
    Row(url="https://b.example/f'", title="Ünïcode 日本 🎈", slug="b-2"),
    Row(url="https://c.example/f", title="", slug="c"),
]  # fmt: skip


def test_what_is_written_is_well_formed_and_comes_back_the_same() -> None:
    text = write_outline(ROUND, "Ours & <theirs>")
    assert etree.fromstring(text.encode()).findtext("head/title") == "Ours & <theirs>"
    back = read_outline(text.encode()).rows
    assert [replace(row, number=0) for row in back] == ROUND


def test_a_title_with_controls_is_written_without_them() -> None:
    text = write_outline([Row(url="https://a.example/f", title="a\x00\x1b[31m\nb\ud800\uffff")])
    assert etree.fromstring(text.encode()).xpath("body/outline/@title") == ["a b"]
