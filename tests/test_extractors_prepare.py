"""Bytes to well-formed text: encodings, references, both ends, and that it takes no time."""

from __future__ import annotations

import contextlib
import time
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
        began = time.perf_counter()
        decode(body)
        mend(text)
        with contextlib.suppress(FeedError):
            prepare(body)
        assert time.perf_counter() - began < 2
