"""Feeds as strangers might send them, made of a string of bytes: the same bytes give the same document.

    document(b"...")  →  (body, content_type)

One grammar for three engines: hypothesis draws the bytes and shrinks them, atheris mutates them by coverage, and
`random` just rolls them. Bytes are dice; when they run out every throw is 0, which is the plainest choice. A document
is a feed by some grammar, a soup of tokens, or two documents spliced; then it is cut, damaged and encoded.
"""

# ruff: noqa: E501 — tables of pieces read best on long lines
from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

PREFIXES = ("", "", "", "dc:", "content:", "itunes:", "media:", "atom:", "rdf:", "sy:", "dcterms:", "georss:", "gml:",
            "geo:", "psc:", "cc:", "creativeCommons:", "feedburner:", "xhtml:", "svg:", "x:", "prism:")  # fmt: skip
NAMES = (
    *("title", "link", "description", "guid", "id", "pubDate", "author", "category", "item", "entry", "channel"),
    *("content", "encoded", "summary", "published", "updated", "creator", "date", "source", "image", "url", "name"),
    *("email", "uri", "enclosure", "thumbnail", "keywords", "tags", "subject", "language", "publisher", "webMaster"),
    *("managingEditor", "contributor", "owner", "subtitle", "rights", "textInput", "width", "height", "cloud", "body"),
    *("point", "where", "box", "polygon", "line", "Point", "pos", "posList", "exterior", "LinearRing", "lat", "long"),
    *("chapters", "chapter", "license", "player", "credit", "rating", "restriction", "group", "origLink", "div", "p"),
    *("svg", "math", "script", "feed", "rss", "RDF", "ttl", "skipHours", "hour", "skipDays", "day", "updatePeriod"),
    *("updateFrequency", "modified", "issued", "created", "valid", "fullitem", "info", "generator", "newLocation"),
    *("explicit", "block", "expirationDate", "a", "b", "html", "head", "Channel", "ITEM", "browserFriendly", "logo"),
)
# Names that feedparser has code of its own for.
QUALIFIED = (
    *(
        "dc:creator",
        "dc:publisher",
        "dc:subject",
        "dc:date",
        "dc:title",
        "dc:rights",
        "dc:description",
        "dc:contributor",
    ),
    *(
        "itunes:author",
        "itunes:owner",
        "itunes:name",
        "itunes:email",
        "itunes:keywords",
        "itunes:category",
        "itunes:image",
    ),
    *(
        "media:content",
        "media:thumbnail",
        "media:title",
        "media:category",
        "media:keywords",
        "media:credit",
        "media:group",
    ),
    *("content:encoded", "georss:point", "georss:polygon", "gml:posList", "psc:chapters", "psc:chapter", "cc:license"),
    *(
        "feedburner:origLink",
        "atom:link",
        "atom:author",
        "dcterms:valid",
        "media:description",
        "media:rating",
        "xhtml:body",
    ),
)
ATTRIBUTES = (
    *("href='/a'", 'rel="alternate"', "rel='enclosure'", "type='html'", "type='xhtml'", "type='image/png'", "xml:base"),
    *("type='text/plain'", "mode='base64'", "isPermaLink='false'", "term='t'", "label='<l>'", "scheme='s'", "url='u'"),
    *("xml:base='b/'", "xml:base='https://[x/'", "xml:lang='pt_BR'", "xml:lang=''", "rdf:about='#1'", "lang='xx yy'"),
    *("version='2.0'", "medium='image'", "text='k'", "a=b", "a", "'", '"', "=", "a='b\"", "start='1:2'", "base='//'"),
    *("xmlns='http://www.w3.org/2005/Atom'", "xmlns=''", "xmlns:x='http://purl.org/dc/elements/1.1/'", "src='s'"),
    *("href='javascript:alert(1)'", "href='http://[::1'", "href='//e.example\\x'", "srsName='EPSG:4326'", "x:y='z'"),
    *("domain='d'", "href=''", "lastmod='x'", "onclick='x'", "xmlns:media='http://search.yahoo.com/mrss/'"),
)
TEXTS = (
    *("Rain", " ", "\n", "a, b, c", "https://news.example/1", "/1", "tag:x,1", "Tue, 03 Mar 2026 10:00:00 GMT", "ü", "1"),
    *("2026-03-03T10:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "a@b.example (A)", "45.2 -71.9"),
    *("&amp;", "&lt;", "&gt;", "&lt;b&gt;", "&amp;lt;", "&#60;", "&#x3c;", "&#38;", "&eacute;", "&unknown;", "&#xD800;"),
    *("&#0;", "&#x110000;", "&#99999999999;", "&#128;", "&", "&#", "&#x", "&;", "<", ">", "<>", "</", "<!", "<?", "\"'"),
    *("<![CDATA[", "]]>", "<![CDATA[<b>x</b>]]>", "<![CDATA[]]]]><![CDATA[>]]>", "<!--", "-->", "<!-- x -->", "<?php ?>"),
    *("<br>", "<br/>", "<p>", "</p>", "<script>alert(1)</script>", "&lt;script&gt;", "<img src='<' onerror=x>", "<T>"),
    *("\x00", "\x0b", "\x1b[31m", "\u202e", "\u200b", "\u2028", "\ufeff", "\ufffe", "\x85", "\U0001f680", "\u0660", "Ã©"),
    *("javascript:alert(1)", "data:text/html,x", "//e.example/x", "file:///etc/passwd", "http://[", "http://a:99999/"),
    *("<!DOCTYPE html>", "<html>", "%PDF-", "{", "[", "\\1", "\\", "&l;", "%x;", "\r", "\t", "=", "x" * 50, "0" * 20),
    *("-1", "1e999", "Mon", "24", "hourly", "en-GB", "YWJj", "====", "http://news.example/?a=1&b=2", "&lt;img src=x&gt;"),
)  # fmt: skip
PROLOGS = (
    *("<?xml version='1.0' encoding='utf-8'?>", "", "\n\n", "<?xml version='1.0' encoding='utf-16'?>", "\ufeff"),
    *("<?xml version='1.0' encoding='gb2312'?>", "<?xml version='1.0' encoding='x'?>", "<b>Warning</b>: x<br />\n"),
    *("<?xml-stylesheet href='a.xsl' type='text/xsl'?>", "<!DOCTYPE rss [<!ENTITY l 'ha'><!ENTITY m '&l;&l;'>]>"),
    *("<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/x.dtd'>", "<!DOCTYPE rss [<!ENTITY % x SYSTEM 'file:///x'> %x;]>"),
    *("<!DOCTYPE rss [\n<!ENTITY l '\\1'>\n]>", "<!DOCTYPE netscape>", "<!--", "<!-- <rss> -->", "<?xml", "<!DOCTYPE html>"),
)  # fmt: skip
SPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:media='http://search.yahoo.com/mrss/' "
    "xmlns:atom='http://www.w3.org/2005/Atom' xmlns:georss='http://www.georss.org/georss' "
    "xmlns:gml='http://www.opengis.net/gml' xmlns:psc='http://podlove.org/simple-chapters' "
    "xmlns:cc='http://web.resource.org/cc/' xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'"
)
ROOTS = (
    ("<rss version='2.0' {}><channel>", "</channel></rss>", "item"),
    ("<feed xmlns='http://www.w3.org/2005/Atom' {}>", "</feed>", "entry"),
    ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' {}>", "</rdf:RDF>", "item"),
    ("<rss version='0.91'><channel {}>", "</channel></rss>", "item"),
    ("<feed version='0.3' xmlns='http://purl.org/atom/ns#' {}>", "</feed>", "entry"),
    ("<channel {}>", "</channel>", "item"),
    ("<RSS {}>", "</RSS>", "Item"),
)  # fmt: skip
ENCODINGS = (
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "gb18030",
    "cp037",
    "koi8-r",
)
TYPES = (None, None, "text/xml", "application/rss+xml; charset=utf-8", "text/xml; charset=utf-16", "text/html; charset=x",
         "application/feed+json", "text/xml; charset=iso-2022-jp", "charset=\"'", "text/xml;charset=idna")  # fmt: skip
OUTLINE = (
    "xmlUrl",
    "xmlUrl",
    "text",
    "title",
    "htmlUrl",
    "category",
    "type",
    "url",
    "XMLURL",
    "xml:base",
    "fanmill:slug",
)
KEYS = ("id", "url", "title", "content_html", "content_text", "summary", "date_published", "date_modified", "tags",
        "authors", "author", "name", "image", "attachments", "mime_type", "language", "external_url", "items",
        "version", "home_page_url", "feed_url", "next_url", "hubs")  # fmt: skip


class Dice:
    """Throws made of bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, of one or two bytes."""
        width = 1 if limit <= 256 else 2
        taken = self.data[self.at : self.at + width]
        self.at += width
        return int.from_bytes(taken, "big") % limit

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; the first one when the bytes have run out."""
        return choices[self.below(len(choices))]

    @property
    def over(self) -> bool:
        """Whether the bytes have run out."""
        return self.at >= len(self.data)


def document(data: bytes) -> tuple[bytes, str | None]:
    """A body and the content type it is served with."""
    dice = Dice(data)
    kind = dice.pick((feed, feed, feed, soup, pieces, jsonfeed, spliced, outlines))
    damage = dice.pick((whole, whole, cut, flipped, repeated))
    encoding, content_type = dice.pick(ENCODINGS), dice.pick(TYPES)
    return damage(kind(dice).encode(encoding, "replace"), dice), content_type


def feed(dice: Dice) -> str:
    """A feed by the grammar, more or less."""
    start, end, entry = dice.pick(ROOTS)
    parts = [dice.pick(PROLOGS), start.format(SPACES if dice.below(4) else "")]
    parts += (element(dice, 2) for _ in range(dice.below(6)))
    for _ in range(1 + dice.below(5)):
        inner = "".join(element(dice, 3) for _ in range(dice.below(8)))
        parts += (f"<{entry}{attributes(dice)}>", inner, f"</{entry}>" if dice.below(8) else "")
    return "".join(parts) + (end if dice.below(8) < 7 else "") + (text(dice) if dice.below(4) == 3 else "")


def element(dice: Dice, depth: int) -> str:
    """An element of a feed, or text."""
    if dice.over or not dice.below(5):
        return text(dice)
    name = named(dice)
    if not dice.below(8):
        return f"<{name}{attributes(dice)}/>"
    inner = "".join(element(dice, depth - 1) if depth else text(dice) for _ in range(dice.below(4)))
    return f"<{name}{attributes(dice)}>{inner}" + (f"</{name}>" if dice.below(10) < 9 else "")


def named(dice: Dice) -> str:
    """The name of an element: plain, one of those above, or any prefix with any name."""
    kind = dice.below(4)
    if kind < 2:
        return dice.pick(NAMES)
    return dice.pick(QUALIFIED) if kind == 2 else dice.pick(PREFIXES) + dice.pick(NAMES)


def attributes(dice: Dice) -> str:
    """None to three attributes, well-formed or not."""
    return "".join(f" {dice.pick(ATTRIBUTES)}" for _ in range(max(0, dice.below(6) - 2)))


def text(dice: Dice) -> str:
    """A few pieces of text."""
    return "".join(dice.pick(TEXTS) for _ in range(1 + dice.below(3)))


def token(dice: Dice) -> str:
    """A tag, opened, closed or both, or a piece of text."""
    name = named(dice)
    forms: tuple[Callable[[], str], ...] = (
        lambda: dice.pick(TEXTS),
        lambda: f"<{name}>",
        lambda: f"</{name}>",
        lambda: f"<{name}{attributes(dice)}>",
        lambda: f"<{name} {dice.pick(ATTRIBUTES)}/>",
        lambda: f"<{name}>{dice.pick(TEXTS)}</{name}>",
    )
    return dice.pick(forms)()


def soup(dice: Dice) -> str:
    """Tokens without any order inside a feed."""
    start, end, entry = dice.pick(ROOTS)
    inner = "".join(token(dice) for _ in range(dice.below(60)))
    return f"{dice.pick(PROLOGS)}{start.format(SPACES)}<{entry}>{inner}</{entry}>{end}"


def pieces(dice: Dice) -> str:
    """Pieces of text without any feed."""
    return "".join(dice.pick(TEXTS + PROLOGS) for _ in range(dice.below(40)))


def spliced(dice: Dice) -> str:
    """The beginning of one document and the end of another; or one after the other."""
    first, second = feed(dice), feed(dice)
    return first[: dice.below(len(first) + 1)] + second[dice.below(len(second) + 1) :]


def outlines(dice: Dice) -> str:
    """A subscription list."""
    rows = []
    for _ in range(dice.below(12)):
        said = "".join(
            f" {dice.pick(OUTLINE)}={quote}{text(dice)}{quote}" for quote in ("'", '"', "'", '"')[: dice.below(5)]
        )
        rows.append(
            dice.pick(
                (f"<outline{said}/>", f"<outline{said}>", "</outline>", f"<Outline type='rss'{said}/>", text(dice))
            )
        )
    return f"{dice.pick(PROLOGS)}<opml version='2.0'><head>{element(dice, 1)}</head><body>{''.join(rows)}</body></opml>"


def jsonfeed(dice: Dice) -> str:
    """A JSON Feed whose values may be of any type."""
    items = [
        {dice.pick(KEYS): value(dice, 2) for _ in range(dice.below(7))} if dice.below(6) else value(dice, 1)
        for _ in range(dice.below(5))
    ]
    whole: dict[str, Any] = {
        "version": dice.pick(("https://jsonfeed.org/version/1.1", "jsonfeed.org/version/\x00<b>", "1", 1, None)),
        **{dice.pick(KEYS): value(dice, 2) for _ in range(dice.below(4))},
    }
    if dice.below(10):
        whole["items"] = items
    return json.dumps(whole, ensure_ascii=bool(dice.below(2)))


def value(dice: Dice, depth: int) -> Any:
    """A value of JSON."""
    kinds: list[Callable[[], Any]] = [
        lambda: text(dice),
        lambda: text(dice),
        lambda: "a\ud800b",
        lambda: dice.pick((0, -1, 1.5, 10**30, float("inf"), float("nan"), True, None)),
    ]
    if depth:
        kinds += (
            lambda: [value(dice, depth - 1) for _ in range(dice.below(4))],
            lambda: {dice.pick(KEYS): value(dice, depth - 1) for _ in range(dice.below(4))},
        )
    return dice.pick(kinds)()


def whole(body: bytes, dice: Dice) -> bytes:
    """The body as it is."""
    return body


def cut(body: bytes, dice: Dice) -> bytes:
    """The body, truncated at any byte."""
    return body[: dice.below(len(body) + 1)]


def flipped(body: bytes, dice: Dice) -> bytes:
    """The body with a few bytes replaced, dropped or put in."""
    for _ in range(1 + dice.below(4)):
        at = dice.below(len(body) + 1)
        body = (
            body[:at]
            + dice.pick((b"", b"\x00", b"\xff", b"<", b"&", b'"', b"\x80", b"]]>"))
            + body[at + dice.below(3) :]
        )
    return body


def repeated(body: bytes, dice: Dice) -> bytes:
    """The body with a piece of it repeated, up to 40 times."""
    at = dice.below(len(body) + 1)
    piece = body[at : at + dice.below(30)]
    return body[:at] + piece * dice.below(40) + body[at:]


def pumped(data: bytes, size: int) -> bytes:
    """A document of about `size` characters, most of it one short piece over and over."""
    dice = Dice(data)
    start, end, entry = dice.pick(ROOTS)
    before, after = (long(dice, dice.below(3)) for _ in range(2))
    unit = long(dice, 1 + dice.below(4)) or "x"
    parts = [unit] * (size // len(unit))
    if dice.below(2):  # each with a number of its own
        parts = [part.replace("1", str(number)).replace("t", f"t{number}") for number, part in enumerate(parts)]
    opened = f"<{entry}>" if dice.below(3) else ""
    return f"{start.format(SPACES)}{opened}{before}{''.join(parts)[:size]}{after}{end}".encode("utf-8", "replace")


def long(dice: Dice, count: int) -> str:
    """Tokens, in which a text of 50 letters may be one of 1,990."""
    tokens = "".join(token(dice) for _ in range(count))
    return tokens.replace("x" * 50, "x" * 1_990) if dice.below(2) else tokens
