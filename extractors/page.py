"""Page bytes as one tree, and what the page says about itself.

    bytes ──load──▶ tree ──describe──▶ Facts         (decode and parse, where the text is wanted)

Facts are looked up in the order of cost: JSON-LD, meta elements, what stands around the headline, htmldate. The first
that speaks wins; only of the title is the headline that readers see believed before the meta elements. Dates are aware
UTC; a date without a zone is taken as UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from extractors.blocks import squeeze
from extractors.bylines import find_author, find_times, look_around
from extractors.charsets import BOMS, as_utf8, decode
from extractors.dating import guess_date
from extractors.facts import (
    META_CHANGED,
    META_DATE,
    META_TITLE,
    authors,
    byline,
    dated,
    first,
    headline,
    in_address,
    metas,
    moment,
    trim,
    untag,
)
from extractors.jsonld import Story, find_story

__all__ = ["Facts", "byline", "decode", "describe", "load", "parse", "rebase", "web"]

CONTROLS = bytes(code for code in (*range(32), 127) if not chr(code).isspace())
BARE = "<html><body></body></html>"
HUGE_TAG = re.compile(rb"(<[a-zA-Z][a-zA-Z0-9]{0,20})[^<>]{20000,}")
ENDLESS = re.compile(rb"<embed\b[^<>]{0,2000}>", re.IGNORECASE)
NESTED = re.compile(
    rb"(?:<(?:div|span|section|font|b|i|em|strong|center|small|ul|li|blockquote)(?:\s[^<>]{0,300})?>\s{0,9})+"
)
PLAIN = etree.ElementDefaultClassLookup(element=HtmlElement)  # one class for all elements, found without calling Python
MOST_NESTED = 100  # elements opened in a row; no honest page has more
MANY_ATTRIBUTES = 500  # of one element: the parser's time grows with their square
MANY = 60_000  # "<" beyond which a page that has few closing tags is refused the parser's patience

# Addresses that joining would leave as they are, and those that only want the host put before them: most of a page's.
HOST, REST = (
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{2,5})?",
    r"/(?!/)[\w%~!$&'()*+,=:@/-]*+(?:\.[\w-]++)?(?:\?[\w%~&=+.,:@/-]++)?",
)
WHOLE, ROOTED, ORIGIN = re.compile(HOST + REST, re.ASCII), re.compile(REST, re.ASCII), re.compile(HOST + r"(?![^/?#])")
META_IMAGE = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
META_SUMMARY = ("og:description", "description", "twitter:description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a page says about itself; absent facts are empty. `story` is its JSON-LD article, if any.

    `addresses` are all that it calls its own: rel=canonical, og:url, rel=amphtml.
    """

    title: str = ""
    author: str = ""
    published: datetime | None = None
    language: str | None = None
    canonical_url: str | None = None
    addresses: tuple[str, ...] = ()
    image: str | None = None
    summary: str = ""
    story: Story = field(default_factory=Story)


def load(body: bytes, charset: str | None = None) -> HtmlElement:
    """The tree of a page's bytes: `parse` of `decode`, but that bytes which are UTF-8 are parsed as they are."""
    body = body.removeprefix(BOMS[0][0])
    return parse(decode(body, charset)) if as_utf8(body, charset) is None else plant(body)


def parse(text: str) -> HtmlElement:
    """The tree of a page or fragment; an empty page for text that holds no element. Never raises."""
    return plant(text.encode("utf-8", "replace"))


def plant(data: bytes) -> HtmlElement:
    """The tree of a page in UTF-8."""
    data = data.translate(None, CONTROLS)
    if data.count(b"<") > MANY and data.count(b">") * 2 < data.count(b"<"):
        return document_fromstring(BARE)
    if data.count(b"=") > MANY_ATTRIBUTES * 40:
        data = HUGE_TAG.sub(lambda tag: tag[1] if tag[0].count(b"=") > MANY_ATTRIBUTES else tag[0], data)
    tree, is_cut = grow(data)
    if next(tree.iter("embed"), None) is not None:  # the parser knows no end of it, and put the rest of the page inside
        tree, is_cut = grow(ENDLESS.sub(b"", data))
    if is_cut:
        tree, _ = grow(NESTED.sub(lambda run: b"<div>" if run[0].count(b"<") > MOST_NESTED else run[0], data))
    return tree


def grow(data: bytes) -> tuple[HtmlElement, bool]:
    """The tree of the bytes, and whether the parser left the rest aside because elements lie too deep."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False)
    parser.set_element_class_lookup(PLAIN)
    try:
        tree = document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return document_fromstring(BARE), False
    last = parser.error_log.last_error
    return tree, last is not None and last.type_name == "ERR_RESOURCE_LIMIT"


def rebase(tree: HtmlElement, url: str) -> None:
    """Make the links of a page absolute whose `base` element says that they are not relative to its own address."""
    said = next((element.get("href") for element in tree.iter("base") if element.get("href")), None)
    base = web(url, said)
    if base is None or base == url:
        return
    for element in tree.iter("a"):
        href = element.get("href", "").strip()
        if href and not href.startswith("#") and (address := web(base, href)):
            element.set("href", address)


def describe(tree: HtmlElement, url: str, *, wanted_date: bool = True) -> Facts:
    """The facts of a page whose address after redirects is `url`.

    Without `wanted_date` no pains are taken to find a date.
    """
    meta = metas(tree)
    story = find_story(tree)
    site = first(meta, ("og:site_name", "application-name"))
    said = trim(story.title or first(meta, META_TITLE) or titled(tree, site), site, url)
    shown, head = headline(tree, said, site)
    author = "; ".join(filter(None, map(byline, story.author.split("; ")))) or authors(meta, site)
    published = moment(story.published) or dated(meta, META_DATE) or in_address(url)
    wanted_date = wanted_date and not published
    if not author or wanted_date:
        spots = look_around(tree, head)
        author = author or find_author(spots)
        if wanted_date:
            published, changed = find_times(spots)
            published = (
                published or moment(story.modified) or dated(meta, META_CHANGED) or changed or guess_date(tree, url)
            )
    return Facts(
        title=said if story.title else shown,
        author=author,
        published=published,
        language=language(tree.get("lang") or tree.get("xml:lang") or first(meta, ("og:locale", "language"))),
        canonical_url=web(url, linked(tree, "canonical") or first(meta, ("og:url",))),
        addresses=tuple(named(tree, meta, url)),
        image=web(url, story.image or first(meta, META_IMAGE)),
        summary=story.summary or first(meta, META_SUMMARY),
        story=story,
    )


def titled(tree: HtmlElement, site: str) -> str:
    """What the `title` element says; where the site's name is not known, without what looks like one at its end."""
    title = next((squeeze(element.text or "")[:500] for element in tree.iter("title")), "")
    return title if site else untag(title)


def language(value: str) -> str | None:
    """The two or three small letters of a language tag."""
    match = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", value.strip())
    return match[0].lower() if match else None


def linked(tree: HtmlElement, rel: str) -> str:
    """What the first `link` of a relation says."""
    links = (element for element in tree.iter("link") if (element.get("rel") or "").lower() == rel)
    return next((element.get("href") or "" for element in links), "")


def named(tree: HtmlElement, meta: dict[str, list[str]], url: str) -> Iterator[str]:
    """The addresses that a page calls its own, in the order in which they are believed."""
    said = (linked(tree, "canonical"), first(meta, ("og:url",)), linked(tree, "amphtml"))
    yield from dict.fromkeys(address for one in said if (address := web(url, one)))


def web(base: str | None, address: str | None) -> str | None:
    """The absolute http or https address, or None: `javascript:` and its like are none of ours."""
    if not address:
        return None
    address = address.strip()
    if WHOLE.fullmatch(address):
        return address
    if ROOTED.fullmatch(address) and (origin := ORIGIN.match(base or "")):
        return origin[0] + address
    try:
        found = urljoin(base or "", address)
    except ValueError:
        return None
    found = re.sub(r"\s+", "%20", found)
    return found if re.match(r"https?://[^\s/?#]", found, re.IGNORECASE) else None
