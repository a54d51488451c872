"""The values that travel through the mill, from what a feed claims to what we stand behind.

    Entry ──fetch──▶ Page ──article.refine──▶ Article | Dropped

Everything here is frozen: a step that learns more returns a new value (`dataclasses.replace`).
Times are aware UTC datetimes. Scores lie in 0–1. Positions are character offsets, counted in Python's
`str` indices, into the text they speak of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from extractors.subject import Sentence, Tagging

LinkKind = Literal["see_also", "related", "source", "outbound"]


# In place of an `entry_hash`, followed by the number of tries: it never equals one, so that the entry is tried again.
AGAIN = "again-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed claims about one article. Text fields are plain text; `content` and `summary` are raw HTML."""

    guid: str
    url: str | None = None
    title: str = ""
    content: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How often a document asks to be fetched.

    `wait` is seconds, the longer of RSS ttl and sy:updatePeriod/Frequency; `skip_hours` are hours of UTC, 0-23,
    `skip_days` days of the week from Monday, 0-6, in which not to ask.
    """

    wait: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document, read. `warning` tells what was wrong with bytes that could be read all the same.

    `identity` names what its entries' guids were made of; see `extractors.identity`.
    """

    title: str = ""
    site_url: str | None = None
    language: str | None = None
    format: str = ""
    entries: tuple[Entry, ...] = ()
    warning: str | None = None
    hints: Hints = field(default_factory=Hints)
    identity: str = "guid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the network gave for one address. `url` is the address after redirects; `charset` from the header."""

    url: str
    body: bytes
    charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link lifted out of an article. `url` is absolute http(s), or None when the line named only a title.

    `label` is the word that introduced it ("See also"); `position` the offset into the clean text
    of the place where its line stood.
    """

    kind: LinkKind
    title: str
    url: str | None = None
    position: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A block that was blown off, with the id of the rule that did it and the offset where it stood."""

    rule: str
    text: str
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What sameness is decided on. `hashes` are 30-bit shingle hashes in text order; `text_hash` is 16 bytes."""

    hashes: tuple[int, ...] = ()
    text_hash: bytes = b""
    words: int = 0
    algorithm: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A block of a text as its source is remembered by: see `extractors.marks`.

    `hash` is 64 bits, signed, of its words with dates and the article's title masked. `top` and `end` are its places
    from the first and from the last block of the text, from 0. `call`: it has the shape of a call to action.
    `cut`: a rule has cut it; where `words` is 0, a shipped one. `counts`: its hash holds numbers.
    """

    hash: int
    words: int
    heading: bool = False
    call: bool = False
    cut: bool = False
    counts: bool = False
    top: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The element that held the body of a page of `host`: its path of tags and classes, and the bytes of prose in it.

    Of several pages, `prose` is the mean.
    """

    host: str
    path: str
    prose: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What earlier articles taught about a source, and what the operator decided.

    `blocks` are hashes of blocks that are chrome, `kept` ids of rules that are not to cut here, `containers` the ones
    that won on enough earlier pages, at most one a host.
    """

    blocks: frozenset[int] = frozenset()
    kept: frozenset[str] = frozenset()
    containers: tuple[Container, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """Text without chrome, and what was learnt on the way.

    `source` names what the text was taken from: feed, site, json-ld, container, fast, trafilatura or text.
    `addresses` are the page's after redirects and all that it calls its own. `confidence` is how sure we are of the
    text; `doubt` says in one word why it is low, see `extractors.verdict`.
    `wall` names the login or pay wall met, if any. `marks` are the blocks of the text and those that learnt rules cut,
    `container` the element that held the body, when it was one.
    """

    title: str = ""
    text: str = ""
    author: str = ""
    published: datetime | None = None
    language: str | None = None
    canonical_url: str | None = None
    addresses: tuple[str, ...] = ()
    image: str | None = None
    summary: str = ""
    links: tuple[Link, ...] = ()
    cuts: tuple[Cut, ...] = ()
    source: str = "text"
    confidence: float = 1.0
    doubt: str = ""
    wall: str | None = None
    marks: tuple[Mark, ...] = ()
    container: Container | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What we stand behind: one row and its kin. `addresses` are those it is known under besides `url`, as keys."""

    guid: str
    url: str
    canonical_url: str
    title: str
    text: str
    addresses: tuple[str, ...] = ()
    author: str = ""
    language: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    image: str | None = None
    summary: str = ""
    source: str = "feed"
    confidence: float = 1.0
    doubt: str = ""
    links: tuple[Link, ...] = ()
    cuts: tuple[Cut, ...] = ()
    categories: tuple[str, ...] = ()
    tagging: Tagging = field(default_factory=Tagging)
    brief: tuple[Sentence, ...] = ()
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    terms: tuple[tuple[str, int], ...] = ()
    marks: tuple[Mark, ...] = ()
    container: Container | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An entry that became no article, and why. `reason` is a short fixed word, `evidence` says more."""

    guid: str
    url: str | None
    reason: str
    evidence: str = ""
