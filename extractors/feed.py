"""From feed bytes to entries: RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0, CDF, JSON Feed.

    bytes ─▶ JSON? ─▶ jsonfeed ─────────────────▶ drafts ─▶ entries.draw ─▶ identity.identify ─▶ ParsedFeed
                └──▶ prepare ─▶ feedparser ─▶ drafts ┘

`parse` is the only door, `FeedError` the only error, and this the only module that imports feedparser. feedparser is
given bytes in memory and nothing else (a str or a path it would open), mended ones, with its sanitiser and its link
resolver off: they cost more than half of its time, and both are done better later: the cleaner resolves addresses, and
what is kept is plain text. Some of its methods are given the ends they lack (`Bounds`).
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import feedparser
from feedparser import api

from extractors import jsonfeed
from extractors.addresses import absolute
from extractors.dates import from_struct, read_date
from extractors.decode import decode
from extractors.entries import BODY, Draft, draw, language, web_address
from extractors.hints import read_hints
from extractors.identity import identify, shift
from extractors.model import Entry, ParsedFeed
from extractors.prepare import Prepared, prepare_text
from extractors.safe import is_markup, plain
from extractors.sniff import FeedError, FeedErrorKind, refuse, refuse_bytes

__all__ = ["FeedError", "FeedErrorKind", "parse"]

ITEM = re.compile(r"<(?:\w{1,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
RSS_LINK = re.compile(r"<link>\s*+(?:<!\[CDATA\[)?\s*+(https?://[^<>\s\]]{1,2000})", re.IGNORECASE)
# Elements no entry of ours is made of, each with an unguarded end in feedparser 6.0.14.
SIDE = re.compile(
    r"""</?+(?:[A-Za-z][\w.-]{0,30}:)?
    (?:width|height|where|point|polygon|line|box|pos|poslist|exterior|linearring|licen[sc]e|textinput|player|credit
      |chapters?|cloud)(?=[\s/>])[^<>]*+>""",
    re.IGNORECASE | re.VERBOSE,
)
PUBLISHED = ("published", "created", "dc_date", "prism_publicationdate")
UPDATED = ("updated", "modified")
PARAGRAPH = re.compile(r"\n\s*\n")

TAGS = 200  # of one entry; feedparser compares each with all before it
AUTHOR = 300  # characters of a line of authors; feedparser looks for an e-mail in it again and again, in the square
BASE = 1_000  # characters of a resolved xml:base; feedparser keeps one for each open element, each longer than the last

Raw = Mapping[str, Any]


class Bounds:
    """What is laid over feedparser's two parsers: the ends that some of their methods lack.

    An id is a name, and kept as the feed wrote it. feedparser resolves it like a link, against an address that may
    change: all entries with guids like "/2026/rain" would be new on the day their site moves.
    """

    can_be_relative_uri = api.StrictFeedParser.can_be_relative_uri - {"id"}

    def unknown_starttag(self: Any, tag: str, attributes: list[tuple[str, str]]) -> None:
        """Open an element. A base that grew too long is none."""
        before = self.baseuri
        super().unknown_starttag(tag, attributes)  # type: ignore[misc]  # of the parser this is laid over
        if len(self.baseuri) > BASE:
            self.baseuri = self.basestack[-1] = before

    def _add_tag(self: Any, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(dict.get(self._get_context(), "tags", ())) < TAGS:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]  # as above

    def _sync_author_detail(self: Any, key: str = "author") -> None:
        context = self._get_context()
        line = dict.get(context, key)
        if isinstance(line, str):
            context[key] = line[:AUTHOR]
        if key == "author":  # nobody asks for publishers
            super()._sync_author_detail(key)  # type: ignore[misc]  # as above


api.StrictFeedParser = type("StrictFeedParser", (Bounds, api.StrictFeedParser), {})
api.LooseFeedParser = type("LooseFeedParser", (Bounds, api.LooseFeedParser), {})


def parse(
    body: bytes, url: str, content_type: str | None = None, identity: str = "guid", *, forced: bool = False
) -> ParsedFeed:
    """Read a feed document that was fetched from `url`, its address after redirects.

    `content_type` is the response header; it is a hint and may be wrong. `identity` is the level the feed was on (see
    `extractors.identity`); it comes back the same or further on, and exactly the same when `forced`. Entries come in
    the document's order. Raises `FeedError` and nothing else. A feed without entries is fine; a document that is no
    feed is an error.
    """
    try:
        return identified(read(body, url, content_type), identity, forced=forced)
    except FeedError:
        raise
    except Exception as error:  # noqa: BLE001 — feedparser raises what it likes: re.error, OverflowError, …
        raise FeedError("broken", f"the parser failed: {type(error).__name__}") from None


def identified(parsed: ParsedFeed, level: str, *, forced: bool) -> ParsedFeed:
    """The feed with guids that tell its entries apart."""
    used, entries = identify(parsed.entries, level, forced=forced)
    long = f"of a text the first {BODY} characters were kept" if any(map(was_cut, entries)) else None
    warnings = filter(None, (parsed.warning, long, shift(parsed.entries, level, used)))
    return replace(parsed, identity=used, entries=entries, warning="; ".join(warnings) or None)


def was_cut(entry: Entry) -> bool:
    """Whether a text of the entry is as long as one can be."""
    return BODY in {len(entry.content), len(entry.summary)}


def read(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    """The same, but with the feed's own ids and the parser's own errors."""
    refuse_bytes(body)
    text, doubt = decode(body, content_type)
    if jsonfeed.is_json(text):
        return jsonfeed.parse_json(text, url)
    prepared = prepare_text(text, doubt)
    base = base_of(prepared.text, url)
    found = heard(prepared.text, base)
    if not found["version"] and not found["entries"]:
        raise refuse(text)
    return assemble(found, base, prepared)


def heard(text: str, base: str) -> Raw:
    """What feedparser makes of a document; when it stumbles, of the same without the elements it stumbles over.

    An end tag without its start there raises KeyError, TypeError or IndexError out of feedparser.
    """
    try:
        return listen(text, base)
    except Exception:  # noqa: BLE001 — as in `parse`
        return listen(SIDE.sub("", text), base)


def listen(text: str, base: str) -> Raw:
    """One call of feedparser, with all that is slow or dangerous in it off."""
    found = feedparser.parse(
        io.BytesIO(text.encode("utf-8")),
        response_headers={"content-location": base, "content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return cast("Raw", found)


def base_of(text: str, url: str) -> str:
    """What relative links are resolved against, unless xml:base says otherwise.

    RFC 4287 says: the address of the feed. RSS says nothing, and its feeds often live on another host than their
    site; there a relative link means the site, which the channel's link names.
    """
    item = ITEM.search(text)
    link = RSS_LINK.search(text, 0, item.start() if item else 20_000)
    return link[1] if link and absolute(link[1], "/") else url


def assemble(found: Raw, base: str, prepared: Prepared) -> ParsedFeed:
    """The feed and its entries from feedparser's findings."""
    feed = found["feed"]
    atom = str(found["version"]).startswith("atom")
    authors = names(feed) if atom else ()
    tongue = text_of(feed, "language")
    warnings = list(prepared.warnings)
    if found["bozo"]:
        warnings.append(f"not well-formed: {plain(str(found.get('bozo_exception', '')), 120)}")
    return ParsedFeed(
        title=plain(text_of(feed, "title")),
        site_url=web_address(addresses(feed, ("link",)), base),
        language=language(tongue),
        format=str(found["version"]),
        entries=tuple(draw(draft(entry, base, tongue, authors)) for entry in found["entries"]),
        warning="; ".join(warnings) or None,
        hints=read_hints(prepared.text),
    )


def draft(entry: Raw, base: str, tongue: str, authors: tuple[str, ...]) -> Draft:
    """One entry of feedparser's as a draft. `tongue` and `authors` are the feed's, for entries without."""
    return Draft(
        id=text_of(entry, "id"),
        links=addresses(entry, ("feedburner_origlink", "link")),
        base=base,
        title=text_of(entry, "title"),
        bodies=bodies(entry),
        authors=names(entry) or authors,
        published=moment(entry, PUBLISHED),
        updated=moment(entry, UPDATED),
        categories=tuple(tags(entry)),
        language=spoken(entry) or tongue,
        images=tuple(images(entry)),
    )


def value_of(raw: Raw, key: str) -> Any:
    """A key's own value: feedparser's dict gives `published` for `updated`, with a warning, when asked politely."""
    return dict.get(cast("dict[str, Any]", raw), key)


def text_of(raw: Raw, key: str) -> str:
    """A string, or "" for a missing key and for what is no string (an element may hold a dict)."""
    value = value_of(raw, key)
    return value if isinstance(value, str) else ""


def rows_of(raw: Raw, key: str) -> list[Raw]:
    """A list of dicts, or an empty one."""
    value = value_of(raw, key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def addresses(raw: Raw, keys: Iterable[str]) -> tuple[str, ...]:
    """Candidates for the address of an entry or a site: the named keys, then links that stand for the page."""
    pages = [text_of(link, "href") for link in rows_of(raw, "links") if text_of(link, "rel") in {"alternate", ""}]
    return (*(text_of(raw, key) for key in keys), *pages[:20])


def bodies(entry: Raw) -> tuple[str, ...]:
    """All texts of an entry as HTML, contents before the summary."""
    contents = [markup(text_of(part, "value"), text_of(part, "type")) for part in rows_of(entry, "content")]
    detail = value_of(entry, "summary_detail")
    kind = text_of(detail, "type") if isinstance(detail, Mapping) else ""
    return (*contents, markup(text_of(entry, "summary"), kind))


def markup(value: str, kind: str) -> str:
    """A text as HTML. Many Atom feeds say text/plain, or nothing, and send escaped HTML all the same."""
    if kind != "text/plain" or is_markup(value):
        return value
    return "\n".join(f"<p>{html.escape(part, quote=False)}</p>" for part in PARAGRAPH.split(value) if part.strip())


def names(raw: Raw) -> tuple[str, ...]:
    """Authors by name; without a name, the line as it stands."""
    found = tuple(text_of(author, "name") for author in rows_of(raw, "authors") if text_of(author, "name"))
    return found or tuple(filter(None, [text_of(raw, "author")]))


def moment(entry: Raw, keys: Iterable[str]) -> datetime | None:
    """The first date that can be read.

    feedparser's reading counts only for words we cannot read: it knows Korean and Greek, but also that 2020/1/10 is the
    first of November.
    """
    for key in keys:
        text = text_of(entry, key)
        date = read_date(text)
        if not date and not text.isascii():
            date = from_struct(value_of(entry, f"{key}_parsed"), text)
        if date:
            return date
    return None


def tags(entry: Raw) -> Iterable[str]:
    """One string a tag: its label, or its term."""
    return (text_of(tag, "label") or text_of(tag, "term") for tag in rows_of(entry, "tags"))


def spoken(entry: Raw) -> str:
    """The language the entry's own elements declare."""
    details = [*rows_of(entry, "content"), value_of(entry, "title_detail"), value_of(entry, "summary_detail")]
    codes = (text_of(detail, "language") for detail in details if isinstance(detail, Mapping))
    return next(filter(None, codes), "")


def images(entry: Raw) -> Iterable[str]:
    """Candidates for the picture of an entry: media content, thumbnails, enclosures, the podcast's own."""
    for medium in rows_of(entry, "media_content")[:50]:
        if "image" in (text_of(medium, "medium") or text_of(medium, "type")):
            yield text_of(medium, "url")
    for thumbnail in rows_of(entry, "media_thumbnail")[:50]:
        yield text_of(thumbnail, "url")
    for link in rows_of(entry, "links")[:50]:
        if text_of(link, "rel") == "enclosure" and text_of(link, "type").startswith("image/"):
            yield text_of(link, "href") or text_of(link, "url")
    image = value_of(entry, "image")
    if isinstance(image, Mapping):
        yield text_of(image, "href")
