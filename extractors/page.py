"""Page bytes as one tree, and what the page says about itself.

    bytes ──decode──▶ str ──parse──▶ tree ──describe──▶ Facts

Facts are looked up in the order JSON-LD, meta elements, `time` and `h1`: the first that speaks wins.
Dates are aware UTC; a date without a zone is taken as UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from extractors.blocks import squeeze
from extractors.jsonld import Story, find_story

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
SPURIOUS = 0.002  # a smaller share of bad bytes is noise in UTF-8, not another encoding
LATIN = ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252")
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

META_TITLE = ("og:title", "twitter:title", "dc.title", "citation_title")
META_AUTHOR = ("author", "article:author", "byl", "dc.creator", "parsely-author", "sailthru.author", "citation_author")
META_DATE = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created",
    "parsely-pub-date", "sailthru.date", "publish-date", "pubdate", "publication_date", "citation_publication_date",
    "article:published", "og:published_time", "cxenseparse:recs:publishtime",
)  # fmt: skip
META_IMAGE = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
META_SUMMARY = ("og:description", "description", "twitter:description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a page says about itself; absent facts are empty. `story` is its JSON-LD article, if any."""

    title: str = ""
    author: str = ""
    published: datetime | None = None
    language: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    summary: str = ""
    story: Story = field(default_factory=Story)


def decode(body: bytes, charset: str | None = None) -> str:
    """The page's text: by its BOM, else as UTF-8 when it is that, else as header or meta element say.

    One bad byte in a page that is UTF-8 otherwise costs one U+FFFD and not the page.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    match = META_CHARSET.search(body[:4096])
    declared = [name.lower() for name in (charset, match and match[1].decode("ascii")) if name]
    if b"\x1b$" not in body[:20_000] and not any(name.startswith("utf-16") for name in declared):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            text = body.decode("utf-8", "replace")
            if "utf-8" in declared or text.count("\ufffd") <= len(text) * SPURIOUS:
                return text
    for name in declared:
        try:
            return body.decode("cp1252" if name in LATIN else name, "replace")
        except (LookupError, ValueError):  # "undefined" is a codec of Python's that refuses everything
            continue
    return body.decode("cp1252", "replace")


def parse(text: str) -> HtmlElement:
    """The tree of a page or fragment; an empty page for text that holds no element. Never raises."""
    data = text.encode("utf-8", "replace").translate(None, CONTROLS)
    if text.count("<") > MANY and text.count(">") * 2 < text.count("<"):
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
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(PLAIN)
    try:
        tree = document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return document_fromstring(BARE), False
    last = parser.error_log.last_error
    return tree, last is not None and last.type_name == "ERR_RESOURCE_LIMIT"


def describe(tree: HtmlElement, url: str) -> Facts:
    """The facts of a page whose address after redirects is `url`."""
    meta = metas(tree)
    story = find_story(tree)
    return Facts(
        title=story.title or first(meta, META_TITLE) or heading(tree),
        author=story.author or byline(first(meta, META_AUTHOR)),
        published=moment(story.published) or moment(first(meta, META_DATE)) or stamped(tree),
        language=language(tree.get("lang") or tree.get("xml:lang") or first(meta, ("og:locale", "language"))),
        canonical_url=web(url, canonical(tree) or first(meta, ("og:url",))),
        image=web(url, story.image or first(meta, META_IMAGE)),
        summary=story.summary or first(meta, META_SUMMARY),
        story=story,
    )


def metas(tree: HtmlElement) -> dict[str, str]:
    """The meta elements by name in small letters; the first of a name wins."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if name and content:
            found.setdefault(name.lower(), squeeze(content[:2000]))
    return found


def first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    """The first of the named values that is there."""
    return next((meta[name] for name in names if meta.get(name)), "")


def heading(tree: HtmlElement) -> str:
    """The only `h1` of the page, else its `title` without the site's name."""
    heads = [text for element in tree.iter("h1") if (text := squeeze("".join(element.itertext())))]
    title = next((squeeze(element.text or "") for element in tree.iter("title")), "")
    if len(heads) == 1 or (heads and not title):
        return heads[0][:500]
    return re.split(r"\s+[|–—»·-]\s+", title, maxsplit=1)[0][:500]


def byline(value: str) -> str:
    """An author that is a name and not an address."""
    return "" if "://" in value or value.startswith("/") else re.sub(r"^by\s+", "", value, flags=re.IGNORECASE)[:200]


def moment(value: str) -> datetime | None:
    """The UTC time of an ISO 8601 date or time; None for anything else."""
    try:
        found = datetime.fromisoformat(value.strip()[:40])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stamped(tree: HtmlElement) -> datetime | None:
    """The first `time` element that holds a date."""
    found = (moment(element.get("datetime") or "") for element in tree.iter("time"))
    return next((time for time in found if time), None)


def language(value: str) -> str | None:
    """The two or three small letters of a language tag."""
    match = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", value.strip())
    return match[0].lower() if match else None


def canonical(tree: HtmlElement) -> str:
    """What `link rel=canonical` says."""
    links = (element for element in tree.iter("link") if (element.get("rel") or "").lower() == "canonical")
    return next((element.get("href") or "" for element in links), "")


def web(base: str | None, address: str | None) -> str | None:
    """The absolute http or https address, or None: `javascript:` and its like are none of ours."""
    try:
        found = urljoin(base or "", (address or "").strip()) if address else ""
    except ValueError:
        return None
    found = re.sub(r"\s+", "%20", found)
    return found if re.match(r"https?://[^\s/?#]", found, re.IGNORECASE) else None
