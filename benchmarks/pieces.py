"""What made-up feeds are made of (see `benchmarks.generators`): names, texts, roots, encodings, each a table."""

# ruff: noqa: E501 — tables of pieces read best on long lines
from __future__ import annotations

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
