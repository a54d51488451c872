"""Bytes to well-formed text: encodings, references, both ends, and that it takes no time."""

from __future__ import annotations

import contextlib
import html
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.dom import minidom  # only to see whether our own output is well-formed

import pytest

from extractors.decode import decode
from extractors.feed import FeedError, parse
from extractors.prepare import mend, prepare

URL = "https://news.example/feed.xml"
TEXT = "Café — “ok” żółw"
WESTERN = "Café — “ok”"


def feed(title: str, encoding: str | None) -> str:
    named = f' encoding="{encoding}"' if encoding else ""
    return (
        f'<?xml version="1.0"{named}?><rss version="2.0"><channel><item><title>{title}</title></item></channel></rss>'
    )


ENCODINGS = {
    "UTF-8 that says so": (feed(TEXT, "utf-8").encode(), None, TEXT),
    "UTF-8 that says nothing": (feed(TEXT, None).encode(), None, TEXT),
    "UTF-8 with a mark": (feed(TEXT, None).encode("utf-8-sig"), None, TEXT),
    "UTF-8 that says Latin-1": (feed(TEXT, "iso-8859-1").encode(), None, TEXT),
    "UTF-8 that says GB 2312": (feed(TEXT, "gb2312").encode(), None, TEXT),
    "UTF-8 under a header that says Latin-1": (feed(TEXT, "utf-8").encode(), "text/xml; charset=iso-8859-1", TEXT),
    "UTF-8 under a header without charset": (feed(TEXT, None).encode(), "text/xml", TEXT),
    "UTF-16 with a mark": (feed(TEXT, "utf-16").encode("utf-16"), None, TEXT),
    "UTF-16, small end first, without": (feed(TEXT, "utf-16").encode("utf-16-le"), None, TEXT),
    "UTF-16, big end first, without": (feed(TEXT, "utf-16").encode("utf-16-be"), "text/xml; charset=utf-8", TEXT),
    "UTF-32 with a mark": (feed(TEXT, "utf-32").encode("utf-32"), None, TEXT),
    "UTF-32, big end first, without": (feed(TEXT, "utf-32").encode("utf-32-be"), None, TEXT),
    "windows-1252 that says so": (feed(WESTERN, "windows-1252").encode("cp1252"), None, WESTERN),
    "windows-1252 that says Latin-1": (feed(WESTERN, "iso-8859-1").encode("cp1252"), None, WESTERN),
    "windows-1252 that says UTF-8": (feed("Don’t, café", "utf-8").encode("cp1252"), None, "Don’t, café"),
    "windows-1252 that says nothing": (feed(WESTERN, None).encode("cp1252"), None, WESTERN),
    "Cyrillic named by the header alone": (feed("Привет, мир", None).encode("cp1251"), "text/xml; charset=windows-1251", "Привет, мир"),
    "Cyrillic under a header that says UTF-8": (feed("Привет, мир", "koi8-r").encode("koi8-r"), "text/xml; charset=utf-8", "Привет, мир"),
    "Japanese in Shift-JIS": (feed("日本語のニュース①", "shift_jis").encode("cp932"), None, "日本語のニュース①"),
    "Japanese in seven bits": (feed("日本語", "iso-2022-jp").encode("iso2022_jp"), None, "日本語"),
    "Chinese in more than GB 2312": (feed("中文新聞", "gb2312").encode("gb18030"), None, "中文新聞"),
    "Chinese whose bytes are UTF-8 by accident": (feed("联通", "gbk").encode("gbk"), None, "联通"),
    "an encoding nobody knows": (feed(TEXT, "x-klingon").encode(), None, TEXT),
    "a codec that is none for text": (feed(TEXT, "zlib").encode(), None, TEXT),
    "one bad byte": (feed("Café — ok|", "utf-8").encode().replace(b"|", b" \xe9\xff"), None, "Café — ok \ufffd\ufffd"),
    "one bad byte and no other": (feed("ok|", "utf-8").encode().replace(b"|", b" \xff"), None, "ok \ufffd"),
    "one bad byte in GBK": (feed("中文新聞新聞|", "gbk").encode("gb18030").replace(b"|", b" \xff"), None, "中文新聞新聞 \ufffd"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "title"), ENCODINGS.values(), ids=ENCODINGS)
def test_the_title_is_the_true_one(body: bytes, content_type: str | None, title: str) -> None:
    assert parse(body, URL, content_type).entries[0].title == title


def test_a_replaced_byte_is_warned_of() -> None:
    assert parse(feed("Café|", "utf-8").encode().replace(b"|", b" \xff"), URL).warning == "1 bytes were not utf-8"


BEFORE = {
    "blank lines": "\n\n  ",
    "a server's warning": "<br />\n<b>Warning</b>: mysql_connect() in /srv/x.php on line <b>3</b><br />\n",
    "a comment that holds a feed": "<!-- <rss version='0.91'><channel><item/></channel></rss> -->",
    "a style sheet": "<?xml-stylesheet href='a.xsl' type='text/xsl'?>",
    "a DTD": "<!DOCTYPE rss [<!ELEMENT rss (channel)> <!ENTITY a '<b>]>'>]>",
    "an external DTD": '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("junk", BEFORE.values(), ids=BEFORE)
def test_what_stands_before_the_feed_is_cut(junk: str) -> None:
    whole = feed("T", "utf-8")
    declaration, root, rest = whole.partition("<rss")
    for body in (junk + whole, declaration + junk + root + rest, junk + root + rest):
        read = parse(body.encode(), URL)
        assert [entry.title for entry in read.entries] == ["T"]
        assert read.format == "rss20"


def test_netscapes_rss_is_known_by_its_doctype() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd">'
    body = f'{doctype}<rss version="0.91"><channel><item><title>T</title></item></channel></rss>'
    assert parse(body.encode(), URL).format == "rss091n"


MENDED = {
    "good text stays": ("<a b='1'>x &amp; &#8217; &#x2019; <![CDATA[&nbsp; < & >]]></a>",) * 2,
    "a stray ampersand is escaped": ("<a>R&D & x&y;</a>", "<a>R&amp;D &amp; x&amp;y;</a>"),
    "in an address as well": ("<a b='?x=1&copy=2'/>", "<a b='?x=1&amp;copy=2'/>"),
    "an HTML entity becomes a number": ("<a>&eacute;&NotEqualTilde;</a>", "<a>&#233;&#8770;&#824;</a>"),
    "one that means a bracket stays one": ("<a>&LT;b&GT;</a>", "<a>&#60;b&#62;</a>"),
    "an open reference is closed": ("<a>&#8217 x</a>", "<a>&#8217; x</a>"),
    "leading zeros are harmless": ("<a>&#00000000000065;</a>", "<a>&#00000000000065;</a>"),
    "no character is U+FFFD": ("<a>&#0;&#xD800;&#x110000;&#1;&#xFFFE;</a>", "<a>" + "\ufffd" * 5 + "</a>"),
    "in CDATA as well": ("<a><![CDATA[&#0;&#65;]]></a>", "<a><![CDATA[\ufffd&#65;]]></a>"),
    "a stray bracket is escaped": ("<a>1 < 2 <3 <</a>", "<a>1 &lt; 2 &lt;3 &lt;</a>"),
    "comments go": ("<a>x<!-- <b> -->y</a>", "<a>xy</a>"),
    "a comment that never ends is text": ("<a>x<!-- y</a>", "<a>x y</a>"),
    "CDATA that never ends is ended": ("<a><![CDATA[x", "<a><![CDATA[x]]>"),
}


@pytest.mark.parametrize(("raw", "mended"), MENDED.values(), ids=MENDED)
def test_mend(raw: str, mended: str) -> None:
    assert mend(raw) == mended
    assert mend(mended) == mended


@pytest.mark.parametrize("cut", range(60, 260, 9))
def test_a_feed_cut_anywhere_is_well_formed_again(cut: int) -> None:
    items = "<item><title>R&D</title><guid>1</guid><description><![CDATA[<p>x]]></description></item>" * 3
    text = prepare(f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"[:cut].encode()).text
    minidom.parseString(text.encode())


SLOW = {
    "unclosed names": "<" + "a" * 400_000,
    "half comments": "<!-" * 200_000,
    "instructions begun": "<?" * 200_000,
    "references begun": "&#" * 200_000,
    "zeros": "&#" + "0" * 400_000 + ";",
    "digits": "&#" + "9" * 400_000 + ";",
    "attributes begun": "<a b='" * 100_000,
    "declarations begun": "<!DOCTYPE a [" * 50_000,
    "blanks": " " * 500_000,
    "high bytes": "é" * 200_000,
    "xml declarations begun": "<?xml encoding=" * 50_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_time_grows_with_length_only(text: str) -> None:
    for body in (text.encode(), b"<rss><channel><item><title>" + text.encode()):
        began = time.process_time()
        decode(body)
        mend(text)
        with contextlib.suppress(FeedError):
            prepare(body)
        assert time.process_time() - began < 2


def news(inner: str, prolog: str = "") -> bytes:
    last = "<item><guid>last</guid><title>Good</title></item>"
    return f"{prolog}<rss version='2.0'><channel><item>{inner}</item>{last}</channel></rss>".encode()


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that nobody may ask, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


XI = "xmlns:xi='http://www.w3.org/2001/XInclude'"
ELSEWHERE = {  # what a document may ask its parser to read: {here} is the server, {secret} a file
    "an entity that is a file": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY x SYSTEM '{secret}'>]>"),
    "an entity that is the file of passwords": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
    "an entity that is a page": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY x SYSTEM '{here}/entity'>]>"),
    "an entity that is public": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY x PUBLIC 'x' '{here}/public'>]>"),
    "an entity in an attribute": news("<title>a b</title><enclosure url='&x;'/>", "<!DOCTYPE rss [<!ENTITY x SYSTEM '{here}/attribute'>]>"),
    "a parameter entity": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY % p SYSTEM '{here}/parameter'> %p;]>"),
    "a parameter entity that is a file": news("<title>a &x; b</title>", "<!DOCTYPE rss [<!ENTITY % p SYSTEM '{secret}'> <!ENTITY % q \"<!ENTITY x '%p;'>\"> %q;]>"),
    "an external DTD": news("<title>a &x; b</title>", "<!DOCTYPE rss SYSTEM '{here}/dtd'>"),
    "an external DTD that is public": news("<title>a b</title>", "<!DOCTYPE rss PUBLIC 'x' '{here}/dtd'>"),
    "XInclude of a file": news(f"<title>a <xi:include {XI} href='{{secret}}' parse='text'/> b</title>"),
    "XInclude of a page": news(f"<title>a <xi:include {XI} href='{{here}}/include'/> b</title>"),
    "a style sheet": news("<title>a b</title>", "<?xml-stylesheet type='text/xsl' href='{here}/style'?>"),
    "a schema": news("<title xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x {here}/schema'>a b</title>"),
    "a base": news("<title xml:base='{here}/base'>a b</title>"),
}  # fmt: skip


@pytest.mark.parametrize("body", ELSEWHERE.values(), ids=ELSEWHERE)
def test_nothing_is_asked_for_or_read_that_a_document_names(
    body: bytes, canary: tuple[str, list[str]], tmp_path: Path
) -> None:
    here, asked = canary
    secret = tmp_path / "secret.txt"
    secret.write_text("root:canary")
    text = body.decode().replace("{here}", here).replace("{secret}", secret.as_uri())
    read = parse(text.encode(), URL)
    assert asked == []
    assert "root:" not in repr(read)
    assert [entry.guid for entry in read.entries][1:] == ["last"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
UNFOLDING = {
    "ten entities in ten in ten": news("<title>&l10;</title>", f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>'),
    "an entity of 50 kB, 2,000 times": news(
        f"<title>{'&x;' * 2_000}</title>", f'<!DOCTYPE rss [\n<!ENTITY x "{"A" * 50_000}">\n]>'
    ),
    "an entity that holds itself": news("<title>&x;</title>", "<!DOCTYPE rss [<!ENTITY x 'a&x;'>]>"),
    "an entity with a backslash": news("<title>&x;</title>", "<!DOCTYPE rss [\n<!ENTITY x '\\1'>\n]>"),
    "parameter entities in each other": news(
        "<title>&x;</title>", "<!DOCTYPE rss [<!ENTITY % a 'x'><!ENTITY % b '%a;%a;'><!ENTITY x '%b;%b;'>]>"
    ),
}


@pytest.mark.parametrize("body", UNFOLDING.values(), ids=UNFOLDING)
def test_no_entity_unfolds(body: bytes, pace: float) -> None:
    began = time.process_time()
    first, last = parse(body, URL).entries
    assert time.process_time() - began < 1 * pace
    assert len(first.title) <= 500
    assert "haha" not in first.title
    assert "AAA" not in first.title
    assert last.guid == "last"


HOSTILE_SHAPES = {
    "100,000 elements in each other": (news("<a>" * 100_000 + "</a>" * 100_000), "too_complex"),
    "50,000 attributes": (news("<x " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>"), "too_complex"),
    "20,000 categories": (news("".join(f"<category>{n}</category>" for n in range(20_000))), "too_complex"),
    "50,000 divisions in each other, escaped": (news(f"<description>{html.escape('<div>' * 50_000)}</description>"), "last"),
    "50,000 divisions in each other, in CDATA": (news(f"<description><![CDATA[{'<div>' * 50_000}]]></description>"), "last"),
    "200,000 brackets": (news(f"<title>{'<' * 200_000}</title>"), "last"),
    "200,000 comments begun": (news(f"<title>{'<!--' * 200_000}</title>"), "last"),
    "a word of a megabyte": (news(f"<title>{'x' * 1_000_000}</title>"), "last"),
    "a text of five megabytes": (news(f"<description>{'word ' * 1_000_000}</description>"), "last"),
    "references to no character": (news("<title>&#xD800;&#55357;&#x110000;&#xFFFFFFFF;&#0;</title>"), "last"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), HOSTILE_SHAPES.values(), ids=HOSTILE_SHAPES)
def test_a_hostile_shape_is_refused_or_costs_its_own_entry_only(body: bytes, expected: str, pace: float) -> None:
    began = time.process_time()
    try:
        outcome = parse(body, URL).entries[-1].guid
    except FeedError as error:
        outcome = error.kind
    assert outcome == expected
    assert time.process_time() - began < 5 * pace


def test_a_text_of_five_megabytes_is_cut_and_the_warning_says_so() -> None:
    read = parse(HOSTILE_SHAPES["a text of five megabytes"][0], URL)
    assert len(read.entries[0].content) == 2_000_000
    assert read.warning == "of a text the first 2000000 characters were kept"


TEN_THOUSAND = """
import resource, time
from extractors.feed import parse
item = "<item><title>T{0}</title><link>https://news.example/{0}</link><description>{1}</description></item>"
items = "".join(item.format(n, "A sentence of some length, and another. " * 20) for n in range(10_000))
body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
feed = parse(body, "https://news.example/feed")
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(len(feed.entries), time.process_time() - began, grown)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ru_maxrss has another unit")
def test_ten_thousand_entries_are_read_in_bounded_time_and_space() -> None:
    house = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", TEN_THOUSAND], cwd=house, capture_output=True, text=True, check=True)
    entries, seconds, megabytes = map(float, done.stdout.split())
    assert entries == 10_000
    assert seconds < 9
    assert megabytes < 200
