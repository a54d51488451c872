"""Title, author and date as the head of a page says them, and what is sound in either.

A headline on the page is believed when its words are those of the title in the head. A title loses the site's name, an
author must be a name, a date must be one that can be meant. Dates are aware UTC; a date without a zone is taken as UTC.
`extractors.bylines` reads what a page shows, `extractors.page` puts all of it together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extractors.blocks import squeeze
from extractors.dates import read_date, sane

Meta = dict[str, list[str]]
META_TITLE = ("og:title", "twitter:title", "dc.title", "citation_title", "headline")
META_AUTHOR = (
    "author", "article:author", "byl", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "citation_author", "article:author_name", "cxenseparse:author", "authors", "dc.contributor",
)  # fmt: skip
META_DATE = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date",
    "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "pubdate", "publication_date", "published_on",
    "citation_publication_date", "citation_date", "article:published", "og:published_time", "published_time",
    "cxenseparse:recs:publishtime", "dc.date.created", "originalpublicationdate", "article.published",
)  # fmt: skip
META_CHANGED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")

LONGEST = 2000  # characters of a meta element
LINE = 120  # characters of a line of author or date
TITLE, AUTHOR = 500, 200
MOST = 20  # authors
HEADS = 5  # `h1` elements that are looked at
SHARED = 0.5  # the share of a headline's words that confirms it
ADDRESS = re.compile(r"://|^[/@]|www\.|@\w+\.")
LETTERS = re.compile(r"[\W_]+")
BARS = re.compile(r"(\s+[|–—»·•*:-]+\s+|\s*\|\s*)")
SHORT = 4  # words of a site's name behind a bar
LEAST = 3  # letters of a part of a host that is a site's name
BY = re.compile(
    r"\s*(?:(?:written|posted|words|story|reported|published|reviewed)\s+by|by|von|par|por|di|door|av|af|autor(?:in)?|author|"
    r"auteur|autore|texte?)(?:\s*:|\s|$)\s*",
    re.IGNORECASE,
)
NOBODY = frozenset((
    "admin", "administrator", "webmaster", "author", "user", "root", "unknown", "none", "null", "undefined", "na",
    "test", "anonymous", "guest", "editor", "siteadmin", "wpadmin", "adminuser", "superuser", "default",
))  # fmt: skip
APART = re.compile(r"\s*(?:[,;|&/]|\band\b|\bund\b)\s*")
FULL = re.compile(r"[^\W\d_][\w'’.\-]*(?: [\w'’.\-]+){1,4}")


def metas(tree: HtmlElement) -> Meta:
    """What the meta elements say, by name in small letters; white space as it comes."""
    found: Meta = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if name and content:
            found.setdefault(name.lower(), []).append(content[:LONGEST])
    return found


def first(meta: Meta, names: Iterable[str]) -> str:
    """The first of the named values that says anything."""
    return next((said for name in names if name in meta and (said := squeeze(meta[name][0]))), "")


def fold(text: str) -> str:
    """Letters and digits only, in small letters."""
    return LETTERS.sub("", text).casefold()


def headline(tree: HtmlElement, said: str, site: str) -> tuple[str, HtmlElement | None]:
    """The page's headline and the `h1` that shows it.

    `said` is the title in the head. An `h1` counts when it shares half its words with that; a lone one when there is
    none. Many a site lays its own name into an `h1`, or that of a department.
    """
    heads = [(squeeze("".join(islice(head.itertext(), 50)))[:TITLE], head) for head in islice(tree.iter("h1"), HEADS)]
    heads = [(text, head) for text, head in heads if fold(text) and fold(text) != fold(site)]
    for text, head in heads:
        if is_alike(text, said):
            return text, head
    return heads[0] if len(heads) == 1 and not said else (said, None)


def is_alike(one: str, other: str) -> bool:
    """Whether two titles share half the words of the shorter one, or one holds the other."""
    words, others = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    if fold(one) in fold(other) or (other and fold(other) in fold(one)):
        return True
    return bool(words and others) and len(words & others) >= SHARED * min(len(words), len(others))


def trim(title: str, site: str, url: str) -> str:
    """A title without the site's name behind or before a bar. `site` is how the page calls it."""
    parts = BARS.split(title[:TITLE])
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    while len(parts) > 1 and is_site(parts[-1], site, host):
        del parts[-2:]
    if len(parts) > 1 and fold(parts[0]) == fold(site):
        del parts[:2]
    return "".join(parts)


def untag(title: str) -> str:
    """A title without a last part that is as short as a site's name, and shorter than the rest."""
    parts = BARS.split(title[:TITLE])
    short = len(parts) > 1 and 0 < len(parts[-1].split()) <= SHORT and 2 * len(parts[-1]) <= len(title)
    return "".join(parts[:-2]) if short else title


def is_site(part: str, site: str, host: str) -> bool:
    """Whether a part of a title is the site's name: as it calls itself, or as its host does."""
    said, name, address = fold(part), fold(site), fold(host)
    if not said or len(part.split()) > 2 * SHORT:
        return False
    if name and (said in name or (name in said and len(said) <= 2 * len(name))):
        return True
    labels = [fold(label) for label in host.split(".")[:-1] if len(label) > SHORT]
    is_host = len(said) >= LEAST and said in address
    return is_host or any(label in said and len(said) <= 2 * len(label) + SHORT for label in labels)


def byline(value: str) -> str:
    """An author that is a name: no address, no account of the software. Several full names are set apart by "; "."""
    value = BY.sub("", value, count=1) if BY.match(value) else value
    value = value.strip(" ,;:|-–—•·")[:AUTHOR]
    if ADDRESS.search(value) or fold(value) in NOBODY or not any(map(str.isalpha, value)):
        return ""
    names = [name for name in APART.split(value) if name]
    return "; ".join(names) if len(names) > 1 and all(map(FULL.fullmatch, names)) else value


def authors(meta: Meta, site: str) -> str:
    """The author by the meta elements: the first name that holds one; several elements of it are several authors."""
    for name in META_AUTHOR:
        said = [byline(squeeze(value)) for value in meta.get(name, ())[:MOST]]
        if found := list(dict.fromkeys(one for one in said if one and fold(one) != fold(site))):
            return "; ".join(found)
    return ""


def moment(value: str) -> datetime | None:
    """The UTC time of a date or time as machines or people write it; None for anything else."""
    try:
        found = datetime.fromisoformat(value.strip()[:40])
        return sane((found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        return read_date(value[:LINE]) if value else None


def dated(meta: Meta, names: Iterable[str]) -> datetime | None:
    """The first date that the named meta elements hold."""
    return next((time for name in names for value in meta.get(name, ()) if (time := moment(value))), None)


def in_address(url: str) -> datetime | None:
    """The day in the path of an address: /2026/05/04/cranes."""
    found = re.search(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)", url[:LONGEST])
    return moment("-".join(part.zfill(2) for part in found.groups())) if found else None
