"""Where a site may have its feeds: what its page says, then where feeds usually are.

    read_address("example.org/blog")  →  "https://example.org/blog"
    candidates(body, url)             →  <link rel=alternate> in the order of the page, then links that look like feeds
    known_paths(url)                  →  https://example.org/blog/feed/, https://example.org/feed/, …

Candidates are guesses: whoever calls asks each and looks. Feeds of comments come last, and what a WordPress offers to
programs (`/wp-json/`, oEmbed) not at all. The order is that of Miniflux (finder.go) without its rules for single sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from config.settings import readable
from extractors.addresses import LONGEST, absolute, canonical
from extractors.page import decode, parse
from extractors.safe import BLANK, HIDDEN, plain

Source = Literal["address", "link", "anchor", "path"]

MOST = 30  # candidates of one page
LOOKED_AT = 200  # elements of one page
PROBES = 10  # known paths tried
TITLE = 200  # characters

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
LIKELY_TYPES = {"application/json", "application/xml", "text/xml"}  # of feeds, and of much else
COMMENTS = re.compile(r"comment|komment|coment", re.IGNORECASE)
PROGRAMS = re.compile(r"/wp-json/|oembed", re.IGNORECASE)
FEED_PATH = re.compile(
    r"""(?:^|/)(?: (?:feeds?|rss2?|atom|rdf)(?:/[\w.-]{0,80})?/?
      | (?:index|feeds?|rss2?|atom|news|blog|all)\.(?:xml|json|rss|atom|rdf)
      | [\w.-]{1,80}\.(?:rss|atom|rdf) | [\w.-]{0,80}[_-](?:rss|atom|feed)(?:\.xml)? )$""",
    re.IGNORECASE | re.VERBOSE,
)
FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss2?|atom|feed|rdf)(?:&|$)|^(?:rss2?|feed|atom)$", re.IGNORECASE
)
FEED_WORDS = re.compile(r"\W{0,5}(?:rss|atom)(?:[ -]?feed)?\W{0,5}", re.IGNORECASE)

PATHS = (
    *("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml"),
    *("rss/", "feed.atom", "index.rss", "rss/feed.xml", "feed.json"),
)

FEED_SCHEME = re.compile(r"feed:(?://)?", re.IGNORECASE)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(?!\d)")  # example.org:8080 is a host and its port


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed, what the page calls it, and where it was found."""

    url: str
    title: str = ""
    source: Source


def read_address(text: str, *, guess: bool = False) -> str:
    """An address as people write them, made fit to ask: `feed:` taken off, and with `guess` https:// put before.

    Raises `ValueError` with the reason, such as "is no web address".
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"is an address of more than {LONGEST} characters")
    if BLANK.search(text) or HIDDEN.search(text):
        raise ValueError("is an address with blanks or hidden characters in it")
    bare = without_feed(text)
    if guess and bare and not SCHEME.match(bare):
        bare = f"https://{bare.removeprefix('//')}"
    scheme = SCHEME.match(bare)
    if not scheme or scheme[1].lower() not in {"http", "https"}:
        raise ValueError("is no web address; only http and https are asked")
    url = scheme[1].lower() + bare[scheme.end(1) :]
    try:
        readable(url)
    except ValueError:
        raise ValueError("is an address without a readable host or port") from None
    if not canonical(url):
        raise ValueError("is an address without a host")
    return url


def without_feed(text: str) -> str:
    """An address without `feed:`, which stands before a whole address or in place of its scheme."""
    match = FEED_SCHEME.match(text)
    bare = text[match.end() :] if match else text
    return f"https://{bare}" if match and bare and not SCHEME.match(bare) else bare


def candidates(body: bytes, url: str, charset: str | None = None) -> list[Candidate]:
    """What a page fetched from `url` names as feeds, best first. Never raises."""
    tree = parse(decode(body, charset))
    base = next((element.get("href") for element in tree.iter("base") if element.get("href")), None)
    base = (absolute(url, base) if base else None) or url
    found: dict[str, Candidate] = {}
    for source, element in (*islice(linked(tree), LOOKED_AT), *anchored(tree, base)):
        address = absolute(base, without_feed((element.get("href") or "").strip()))
        address = urldefrag(address)[0] if address else ""
        if address and address != url and not PROGRAMS.search(address):
            title = element.get("title") or ("" if source == "link" else words(element))
            found.setdefault(address, Candidate(url=address, title=plain(title, TITLE), source=source))
    return sorted(found.values(), key=lambda one: COMMENTS.search(f"{urlsplit(one.url).path} {one.title}") is not None)[
        :MOST
    ]


def linked(tree: HtmlElement) -> Iterator[tuple[Source, HtmlElement]]:
    """The `link` elements that name a feed."""
    for element in tree.iter("link"):
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        relations = (element.get("rel") or "").lower().split()
        if not {"alternate", "feed"} & set(relations):
            continue
        if kind in FEED_TYPES or (kind in LIKELY_TYPES and is_feedlike(element.get("href") or "")):
            yield "link", element


def anchored(tree: HtmlElement, base: str) -> Iterator[tuple[Source, HtmlElement]]:
    """The `a` elements whose address or words say that a feed lies there, this site's own first."""
    found = (
        element
        for element in tree.iter("a")
        if (href := element.get("href"))
        and (FEED_SCHEME.match(href) or is_feedlike(href) or FEED_WORDS.fullmatch(words(element)))
    )
    home = host(base)
    for element in sorted(
        islice(found, LOOKED_AT), key=lambda element: host(absolute(base, element.get("href") or "") or "") != home
    ):
        yield "anchor", element


def words(element: HtmlElement) -> str:
    """The first words of an element."""
    return " ".join("".join(islice(element.itertext(), 20))[:TITLE].split())


def is_feedlike(href: str) -> bool:
    """Whether an address looks like that of a feed."""
    try:
        parts = urlsplit(href[:LONGEST].strip())
    except ValueError:
        return False
    return bool(FEED_PATH.search(parts.path) or FEED_QUERY.search(parts.query))


def host(url: str) -> str:
    """The host of an address that `absolute` made, as a part of it."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def known_paths(url: str) -> list[Candidate]:
    """Where a site's feeds usually are: in the address' own folder and at the root, the likeliest first."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    is_file = "." in parts.path.rpartition("/")[2]
    folder = urljoin(root, parts.path if is_file or parts.path.endswith("/") else parts.path + "/")
    places = dict.fromkeys(urljoin(base, path) for path in PATHS for base in (urljoin(folder, "."), root))
    return [Candidate(url=place, source="path") for place in places if place != url][:PROBES]
