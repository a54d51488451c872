"""From feed bytes to entries: what is kept, what is refused, and that nothing stalls or escapes."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.feed import FeedError, parse
from extractors.model import Entry, Hints, ParsedFeed

URL = "https://news.example/feeds/all.xml"
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
GOOD = "<item><title>Good</title><link>https://news.example/good</link></item>"


def rss(items: str, channel: str = "", head: str = HEAD) -> bytes:
    return (
        f'{head}<rss version="2.0" {NAMESPACES}><channel><title>News</title>{channel}{items}</channel></rss>'.encode()
    )


def atom(entries: str, attributes: str = "") -> bytes:
    return f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>News</title>{entries}</feed>'.encode()


def item(inner: str) -> Entry:
    (entry,) = parse(rss(f"<item>{inner}</item>"), URL).entries
    return entry


def entry(inner: str, attributes: str = "") -> Entry:
    (found,) = parse(atom(f"<entry>{inner}</entry>", attributes), URL).entries
    return found


def titles(feed: ParsedFeed) -> list[str]:
    return [found.title for found in feed.entries]


def test_an_rss_item_gives_all_its_fields() -> None:
    found = item(
        "<title>Rain &amp; sun</title><link>https://news.example/1</link><guid isPermaLink='false'>id-1</guid>"
        "<dc:creator>Ada L.</dc:creator><pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate>"
        "<category>Weather</category><category>Sky, sea</category><description>Short.</description>"
        "<content:encoded><![CDATA[<p>Long <b>text</b>.</p>]]></content:encoded>"
        "<media:thumbnail url='https://news.example/1.jpg'/>"
    )
    assert found == Entry(
        guid="id-1",
        url="https://news.example/1",
        title="Rain & sun",
        content="<p>Long <b>text</b>.</p>",
        summary="Short.",
        author="Ada L.",
        published=datetime(2026, 3, 3, 9, tzinfo=UTC),
        categories=("Weather", "Sky, sea"),
        image="https://news.example/1.jpg",
    )


def test_an_atom_entry_gives_all_its_fields() -> None:
    found = entry(
        "<title type='html'>A &lt;em&gt;b&lt;/em&gt;</title><id>tag:x,1</id><link href='/a'/>"
        "<author><name>Ada</name></author><author><name>Bob</name></author><category term='ai' label='AI'/>"
        "<published>2026-03-03T10:00:00Z</published><updated>2026-03-04T10:00:00Z</updated>"
        "<summary>Less &lt; more</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        "<p>Hello</p></div></content><link rel='enclosure' type='image/png' href='https://cdn.example/a.png'/>",
        "xml:lang='en-GB'",
    )
    assert (found.title, found.guid, found.url, found.author) == (
        "A b",
        "tag:x,1",
        "https://news.example/a",
        "Ada, Bob",
    )
    assert (found.categories, found.language, found.image) == (("AI",), "en-gb", "https://cdn.example/a.png")
    assert found.published == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert found.updated == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert (found.content, found.summary) == ("<p>Less &lt; more</p>", "<p>Hello</p>")


def test_the_feed_itself_is_described() -> None:
    feed = parse(rss("", "<link>https://news.example/</link><language>pt_BR</language><ttl>60</ttl>"), URL)
    assert feed.hints == Hints(wait=3600)
    assert (feed.title, feed.site_url, feed.language, feed.format) == (
        "News",
        "https://news.example/",
        "pt-br",
        "rss20",
    )
    assert (feed.entries, feed.warning) == ((), None)


LINKS = {
    "an absolute link stays": ("<link>https://other.example/a?b=1&amp;c=2</link>", "https://other.example/a?b=1&c=2"),
    "a bare ampersand does no harm": (
        "<link>https://other.example/a?b=1&c=2</link>",
        "https://other.example/a?b=1&c=2",
    ),
    "a relative one means the feed's host": ("<link>/a</link>", "https://news.example/a"),
    "one without scheme gets the feed's": ("<link>//other.example/a</link>", "https://other.example/a"),
    "xml:base goes before the feed": ("<link xml:base='https://base.example/x/'>a</link>", "https://base.example/x/a"),
    "a permanent guid is a link": ("<guid>https://news.example/g</guid>", "https://news.example/g"),
    "a guid that says it is none is none": ("<guid isPermaLink='false'>https://news.example/g</guid>", None),
    "feedburner's origin goes first": (
        "<link>https://feeds.example/~r/1</link><feedburner:origLink>https://o.example/1</feedburner:origLink>",
        "https://o.example/1",
    ),
    "javascript is no address": ("<link>javascript:alert(1)</link>", None),
    "javascript with blanks is none either": ("<link> java\tscript:alert(1)</link>", None),
    "data is no address": ("<link>data:text/html,hi</link>", None),
    "a file is no address": ("<link>file:///etc/passwd</link>", None),
    "an impossible host is no address": ("<link>https://[half/a</link>", None),
    "no link is no address": ("", None),
}


@pytest.mark.parametrize(("inner", "url"), LINKS.values(), ids=LINKS)
def test_the_address_is_absolute_and_http_or_none(inner: str, url: str | None) -> None:
    found = item(f"<title>T</title>{inner}")
    assert (found.title, found.url) == ("T", url)


def test_rss_links_are_relative_to_the_site_and_atom_links_to_the_feed() -> None:
    channel = "<link>https://site.example/blog/</link>"
    assert parse(rss("<item><link>a</link></item>", channel), URL).entries[0].url == "https://site.example/blog/a"
    linked = "<link href='https://site.example/blog/'/><entry><link href='a'/></entry>"
    assert parse(atom(linked), URL).entries[0].url == "https://news.example/feeds/a"


BODIES = {
    "the longest text is the content, the shortest the summary": (
        "<description>Short</description><content:encoded>&lt;p&gt;Longer text&lt;/p&gt;</content:encoded>",
        ("<p>Longer text</p>", "Short"),
    ),
    "a lone description is the content": ("<description>&lt;p&gt;All&lt;/p&gt;</description>", ("<p>All</p>", "")),
    "equal texts count once": (
        "<description>Same</description><content:encoded>Same</content:encoded>",
        ("Same", ""),
    ),
    "scripts stay in the raw text, for the cleaner": ("<description><![CDATA[<script>x</script>]]></description>", ("<script>x</script>", "")),
}  # fmt: skip


@pytest.mark.parametrize(("inner", "bodies"), BODIES.values(), ids=BODIES)
def test_bodies(inner: str, bodies: tuple[str, str]) -> None:
    found = item(inner)
    assert (found.content, found.summary) == bodies


ATOM_TEXTS = {
    "plain text becomes paragraphs": ("One &amp; two\n\nthree", "<p>One &amp; two</p>\n<p>three</p>"),
    "html that calls itself text is html": ("&lt;p&gt;One&lt;/p&gt;", "<p>One</p>"),
    "angle brackets in text are text": ("a &lt; b, Vec&lt;T&gt;", "<p>a &lt; b, Vec&lt;T&gt;</p>"),
}


@pytest.mark.parametrize(("text", "content"), ATOM_TEXTS.values(), ids=ATOM_TEXTS)
def test_atom_text_without_type(text: str, content: str) -> None:
    assert entry(f"<summary>{text}</summary>").content == content


TITLES = {
    "a script goes with what it says": ("T <![CDATA[<script>alert(0)</script>]]>", "T"),
    "an escaped script goes as well": ("T &lt;script&gt;alert(0)&lt;/script&gt;", "T"),
    "a doubly escaped sign is one": ("AT&amp;amp;T", "AT&T"),
    "a bare ampersand is one": ("R&D", "R&D"),
    "html names for signs are known": ("Caf&eacute; &mdash; &nbsp;ok", "Café — ok"),
    "an unknown entity is text": ("&unknown; x", "&unknown; x"),
    "a stray bracket is text": ("1 < 2", "1 < 2"),
    "a type parameter is text": ("Vec&lt;T&gt;", "Vec<T>"),
    "NUL and terminal codes go": ("A\x00B\x1b[31mC", "ABC"),
    "the reading order cannot be reversed": ("x\u202egpj.exe", "xgpj.exe"),
    "lines become one": ("a\r\n\tb", "a b"),
    "Latin-1 read for UTF-8 is mended": ("Ã©tÃ©", "été"),
}


@pytest.mark.parametrize(("raw", "title"), TITLES.values(), ids=TITLES)
def test_titles_are_plain_text(raw: str, title: str) -> None:
    assert item(f"<title>{raw}</title><link>https://news.example/1</link>").title == title.replace("ABC", "AB[31mC")


CATEGORIES = {
    "one tag with commas is a list": ("<category>ai, robots ,AI</category>", ("ai", "robots")),
    "several tags keep their commas": ("<category>Food, drink</category><category>x</category>", ("Food, drink", "x")),
    "markup goes": ("<category>&lt;b&gt;x&lt;/b&gt;</category>", ("x",)),
    "addresses are no names": ("<category>http://schemas.example/kind#post</category><category>x</category>", ("x",)),
    "fifty are enough": ("".join(f"<category>c{n}</category>" for n in range(80)), tuple(f"c{n}" for n in range(50))),
}


@pytest.mark.parametrize(("inner", "categories"), CATEGORIES.values(), ids=CATEGORIES)
def test_categories(inner: str, categories: tuple[str, ...]) -> None:
    assert item(inner).categories == categories


def guids(*items: str) -> list[str]:
    return [found.guid for found in parse(rss("".join(f"<item>{inner}</item>" for inner in items)), URL).entries]


def test_the_guid_is_the_id_else_the_link_else_a_hash_of_title_and_text() -> None:
    both = "<guid isPermaLink='false'>G</guid><link>https://news.example/1</link>"
    assert guids(both, "<link>https://news.example/2</link>") == ["G", "https://news.example/2"]
    (hashed,) = guids("<title>T</title><description>Text</description>")
    assert hashed.startswith("hash:")
    assert guids("<title>T</title><description>&lt;p&gt;Text&lt;/p&gt;</description>") == [hashed]
    assert guids("<title>T</title><description>Other</description>") != [hashed]


def test_one_guid_for_all_items_is_told_apart_by_link_then_by_title_then_by_number() -> None:
    same = "<guid isPermaLink='false'>G</guid>"
    links = [f"{same}<link>https://news.example/{n}</link>" for n in range(10)]
    assert guids(*links) == [f"https://news.example/{n}" for n in range(10)]
    assert guids(*links[:2]) == ["G|https://news.example/0", "G|https://news.example/1"]
    named = [f"{same}<title>{n}</title>" for n in (1, 2, 1)]
    one, two, again = guids(*named)
    assert one != two
    assert again == f"{one}|2"


def test_a_guid_of_five_thousand_characters_is_bounded_and_still_tells_apart() -> None:
    first, second = guids(f"<guid>{'x' * 5000}1</guid>", f"<guid>{'x' * 5000}2</guid>")
    assert first != second
    assert len(first) < 500


CLOUDFLARE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
REFUSED = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t ", "empty"),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "empty"),
    "a web page": (b"<!DOCTYPE html><html><body><p>Hi</p></body></html>", "html"),
    "a web page in XML dress": (HEAD.encode() + b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "html"),
    "a web page after a warning": (b"<br/><b>Notice</b>: x <html><body>Hi</body></html>", "html"),
    "a bot check": (CLOUDFLARE.encode(), "challenge"),
    "JSON that is no feed": (b'{"error": "not found"}', "json"),
    "a JSON list": (b"[1, 2]", "json"),
    "a JSON Feed without one whole item": (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id"', "broken"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "binary"),
    "packed data": (b"\x1f\x8b\x08\x00" + bytes(range(256)), "binary"),
    "noise": (bytes(range(256)) * 20, "binary"),
    "plain text": (b"Service unavailable", "not_a_feed"),
    "a site map": (b"<urlset><url><loc>https://news.example/</loc></url></urlset>", "not_a_feed"),
    "an OPML list": (b"<opml version='2.0'><body><outline text='x'/></body></opml>", "not_a_feed"),
    "50,000 attributes": (rss("<item><x " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/></item>"), "too_complex"),
    "20,000 categories": (rss("<item>" + "".join(f"<category>{n}</category>" for n in range(20_000)) + "</item>"), "too_complex"),
    "100,000 nested elements": (rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>"), "too_complex"),
    "an endless list of keywords": (rss("<item><itunes:keywords>" + ",".join(map(str, range(20_000))) + "</itunes:keywords></item>"), "too_complex"),
    "an endless name": (rss("<item><author>" + "a" * 200_000 + "</author></item>"), "too_complex"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_feed_has_a_kind(body: bytes, kind: str) -> None:
    began = time.process_time()
    with pytest.raises(FeedError) as caught:
        parse(body, URL)
    assert caught.value.kind == kind
    assert str(caught.value).startswith(f"{kind}: ")
    assert time.process_time() - began < 2


def test_a_page_about_cloudflare_is_no_bot_check() -> None:
    with pytest.raises(FeedError) as caught:
        parse(b"<html><body>Cloudflare had an outage. Just a moment...</body></html>", URL)
    assert caught.value.kind == "html"


ENTITY = "&boom;"
AMPLIFIED = f'{HEAD}\n<!DOCTYPE rss [\n<!ENTITY boom "{"A" * 50_000}">\n]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))
HOSTILE = {
    "an entity used 2,000 times": (rss(f"<item><title>{ENTITY * 2000}</title></item>{GOOD}", head=AMPLIFIED), 2),
    "a billion laughs": (rss(f"<item><title>&l9;</title></item>{GOOD}", head=f'{HEAD}\n<!DOCTYPE rss [\n<!ENTITY l0 "ha">\n{LAUGHS}]>'), 2),
    "a backslash in an entity": (rss(f"<item><title>&b;</title></item>{GOOD}", head=HEAD + '\n<!DOCTYPE rss [\n<!ENTITY b "\\1">\n]>'), 2),
    "references to no character": (rss(f"<item><title>a&#xD800;&#55357;&#x110000;&#xFFFFFFFF;&#0;&#99999999999999999999;b</title></item>{GOOD}"), 2),
    "references to no character, unclosed": (rss(f"<item><title>a&#xD800 &#x &# <b></title></item>{GOOD}"), 2),
    "200,000 brackets": (rss(f"<item><title>{'<' * 200_000}</title></item>{GOOD}"), 2),
    "200,000 comments begun": (rss(f"<item><title>{'<!--' * 200_000}</title></item>{GOOD}"), 2),
    "100,000 tags begun": (rss(f"<item><title>{'<a ' * 100_000}</title></item>{GOOD}"), 2),
    "100,000 CDATA begun": (rss(f"<item><title>{'<![CDATA[' * 100_000}]]></title></item>{GOOD}"), 2),
    "200,000 ampersands": (rss(f"<item><title>{'&' * 200_000}</title></item>{GOOD}"), 2),
    "a tag that never ends": (rss(f"<item><title>T</title></item>{GOOD}<{'a' * 500_000}"), 2),
    "an instruction inside": (rss(f"<item><title>T</title><?php echo 1 ?></item>{GOOD}"), 2),
}  # fmt: skip


@pytest.mark.parametrize(("body", "entries"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_read_quickly_and_the_good_item_is_kept(body: bytes, entries: int) -> None:
    began = time.process_time()
    feed = parse(body, URL)
    assert time.process_time() - began < 2
    assert len(feed.entries) == entries
    assert titles(feed)[-1] == "Good"
    assert all(len(found.title) <= 500 and len(found.content) < 10_000 for found in feed.entries)


def test_no_external_entity_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    for declaration in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', f'<!ENTITY % x SYSTEM "{secret.as_uri()}"> %x;'):
        feed = parse(
            rss(f"<item><title>a &x; b</title></item>{GOOD}", head=f"{HEAD}<!DOCTYPE rss [{declaration}]>"), URL
        )
        assert "canary" not in repr(feed)
        assert titles(feed) == ["a &x; b", "Good"]


def test_a_body_that_names_a_file_opens_none(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(GOOD))
    for body in (str(path), path.as_uri()):
        with pytest.raises(FeedError, match="not_a_feed"):
            parse(body.encode(), URL)


def test_ten_thousand_entries_are_read() -> None:
    many = "".join(f"<item><title>T{n}</title><link>https://news.example/{n}</link></item>" for n in range(10_000))
    assert len(parse(rss(many), URL).entries) == 10_000


def test_of_too_many_entries_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.census.ENTRIES", 3)
    feed = parse(rss("".join(f"<item><title>T{n}</title></item>" for n in range(5))), URL)
    assert len(feed.entries) == 3
    assert (feed.warning or "").startswith("kept the first 3 of 5 entries")


def test_a_truncated_feed_keeps_its_whole_entries_and_says_so() -> None:
    many = "".join(
        f"<item><title>T{n}</title><guid>{n}</guid><description>Whole {n}.</description></item>" for n in range(10)
    )
    whole = rss(many)
    feed = parse(whole[: whole.index(b"Whole 5") + 3], URL)
    assert titles(feed) == [f"T{n}" for n in range(6)]
    assert [found.content for found in feed.entries][4:] == ["Whole 4.", ""]
    assert feed.warning == "truncated: the document ends before its end tag"
    early = parse(whole[: whole.index(b"T5") + 1], URL)
    assert titles(early) == [f"T{n}" for n in range(5)]


def test_a_second_copy_after_the_end_is_cut() -> None:
    feed = parse(rss(GOOD) + b"\n" + rss(GOOD), URL)
    assert (titles(feed), feed.warning) == (["Good"], "cut what followed the end")


def test_entries_that_are_never_closed_are_read_all_the_same() -> None:
    feed = parse(b"<rss version='2.0'><channel><item><title>A</title><item><title>B</title></channel></rss>", URL)
    assert titles(feed) == ["A", "B"]


STRAY = {
    "a width": "<image><title>x</title></width></image><image><width></image></width>",
    "a licence": "<p></creativeCommons:license>",
    "a place": "<p></gml:pos>",
    "a player": "<p></media:player>",
}


@pytest.mark.parametrize("stray", STRAY.values(), ids=STRAY)
def test_a_stray_end_tag_does_not_cost_the_feed(stray: str) -> None:
    spaces = "xmlns:gml='http://www.opengis.net/gml' xmlns:creativeCommons='http://backend.userland.com/creativeCommonsRssModule'"
    body = rss(f"<item><title>T</title>{stray}</item>{GOOD}").replace(b"<rss", f"<rss {spaces}".encode())
    assert titles(parse(body, URL))[-1] == "Good"


def test_whatever_the_parser_raises_is_a_feed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.feed.assemble", lambda *_: 1 // 0)
    with pytest.raises(FeedError, match="broken: the parser failed: ZeroDivisionError"):
        parse(rss(GOOD), URL)


def test_entries_of_mismatched_tags_are_read_all_the_same() -> None:
    feed = parse(rss("<item><title>A</title><description><p>x<br></description></item>" + GOOD), URL)
    assert titles(feed) == ["A", "Good"]
    assert (feed.warning or "").startswith("not well-formed: ")


def test_equal_bytes_give_equal_feeds() -> None:
    body = rss("".join(f"<item><title>{n % 3}</title></item>" for n in range(9)))
    assert parse(body, URL) == parse(body, URL)


@pytest.mark.parametrize("length", range(0, 400, 7))
def test_a_feed_cut_anywhere_raises_nothing_but_feed_error(length: int) -> None:
    body = rss(GOOD + "<item><title><![CDATA[x &amp; y]]></title><link>https://a.example/&#8217;</link></item>")
    with contextlib.suppress(FeedError):
        parse(body[:length], URL)
