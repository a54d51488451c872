"""Subscription lists: OPML in, each row judged by itself, and OPML out.

    bytes ─▶ decode ─▶ from <opml> on, tag by tag: mend its references ─▶ lxml ─▶ row | refusal

A list comes from anyone, so nothing in it can name a file, fetch, unfold or run: what stands before the root is cut,
the DTD with its entities among it, and the parser, told to resolve and load nothing, sees one tag at a time. A row
that cannot be used is a `Refusal` with its reason and costs no other row; the stored text is plain. Only what is no
OPML at all is an `OutlineError`.

A feed is an `outline` with an `xmlUrl`, in any spelling of capitals; one without is a folder. The names of the folders
around it and its `category` are its labels. Lists of ours say the slug in an attribute of our own namespace, and no
title where there is none; the `text` that OPML demands is the slug then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from lxml import etree

from extractors.addresses import absolute, canonical
from extractors.decode import decode
from extractors.discover import read_address
from extractors.prepare import CONTROLS, STRAY, mended
from extractors.safe import cut, line, plain

BYTES = 10_000_000  # of a list
ROWS = 10_000  # outlines read, folders among them
DEPTH = 50  # folders around a feed
TITLE = 200  # characters
LABEL = 100
LABELS = 20  # of one row
JUNK = 200_000  # characters before the root in which a DTD may stand
LONGEST = 20_000  # characters of one tag
ATTRIBUTES = 200  # of one outline; the parser takes time in the square of them

NAMESPACE = "urn:fanmill"
OURS = "fanmill:slug"
ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,30}:)?opml[\s>/]", re.IGNORECASE)
OUTLINE = r"(?:[A-Za-z_][\w.-]{0,30}:)?outline(?=[\s/>])"
NEXT = re.compile(rf"<!--|<!\[CDATA\[|<(?P<end>/?){OUTLINE}", re.IGNORECASE)
CLOSING = {"<!--": "-->", "<![CDATA[": "]]>"}
# A "<" in a value should have been written "&lt;"; we take it, unless a row begins there.
LESS = rf"<(?!/?{OUTLINE})"
START = re.compile(rf"""<(?:[^<>"']++|"(?:[^"<]|{LESS})*+"|'(?:[^'<]|{LESS})*+')*+>""", re.IGNORECASE)
BROKEN = re.compile(r"<[^<>]*+>")  # quotes without their pair
LISTS = re.compile(r"link|include", re.IGNORECASE)


class OutlineError(ValueError):
    """Bytes that are no subscription list. The text is one line for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A feed in a list. `number` counts outlines from 1, `slug` is "" in lists that others wrote."""

    number: int = 0
    url: str
    title: str = ""
    site_url: str | None = None
    slug: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was not taken: its number, what it calls itself (safe to print), and why."""

    number: int
    name: str
    fault: str


@dataclass(slots=True, kw_only=True)
class Outline:
    """A list, read: its good rows and the others, both in the order of the document."""

    rows: list[Row] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


Attributes = dict[str, str]


def read_outline(body: bytes) -> Outline:
    """Read a list. Raises `OutlineError` and nothing else."""
    if len(body) > BYTES:
        raise OutlineError(f"the list is larger than {BYTES // 1_000_000} MB")
    text = CONTROLS.sub("", decode(body)[0])
    root = ROOT.search(text, 0, JUNK)
    if not root:
        raise OutlineError("this is no OPML: it has no <opml> element")
    reader = Reader()
    reader.read(text, root.end())
    return reader.outline


class Reader:
    """Reads one document. `folders` holds the labels of the outlines that are open, "" for feeds."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.folders: list[str] = []
        self.seen: dict[str, int] = {}
        self.count = 0

    def read(self, text: str, at: int) -> None:
        """Read the outlines from `at` on, up to the last one we take."""
        missing: set[str] = set()  # closers known not to come: 200,000 openings must not each search to the end
        while found := NEXT.search(text, at):
            at = found.end()
            if closer := CLOSING.get(found[0].upper()):
                end = -1 if closer in missing else text.find(closer, at)
                at = max(at, end + len(closer) if end >= 0 else 0)
                missing |= {closer} if end < 0 else set()
            elif found["end"]:
                del self.folders[-1:]
            elif self.count == ROWS:
                return self.refuse("", f"was the last; of a list only {ROWS} rows are read")
            else:
                self.count += 1
                at = self.open(text, found.start())
        return None

    def open(self, text: str, start: int) -> int:
        """A start tag at `start`; where it ends."""
        tag = START.match(text, start, start + LONGEST) or BROKEN.match(text, start, start + LONGEST)
        end = tag.end() if tag else start + 1
        said = attributes(tag[0]) if tag else None
        if tag is None or said is None or ("xmlurl" in tag[0].lower() and "xmlurl" not in said):
            self.refuse("", f"cannot be read, or is longer than {LONGEST} characters")
            return end
        label = self.begin(said)
        if not text.endswith("/>", start, end):
            self.folders.append(label)
        return end

    def begin(self, said: Attributes) -> str:
        """An outline begins, a feed or a folder; the label it gives to those in it."""
        name = plain(said.get("title") or said.get("text") or "", TITLE)
        if "xmlurl" in said:
            try:
                self.take(name, said)
            except ValueError as error:
                self.refuse(name, str(error))
            return ""
        if LISTS.fullmatch(said.get("type", "")) or "url" in said:
            self.refuse(name, "is a link to another list or page, not a feed")
        elif said.get("type", "").lower() in {"rss", "atom"}:
            self.refuse(name, "has no xmlUrl")
        return cut(name, LABEL)

    def take(self, name: str, said: Attributes) -> None:
        """Keep a feed. Raises `ValueError` with the reason when it cannot be."""
        if len(self.folders) > DEPTH:
            raise ValueError(f"lies more than {DEPTH} folders deep")
        url = read_address(said["xmlurl"])
        key = canonical(url)
        if key in self.seen:
            raise ValueError(f"has the same address as row {self.seen[key]}")
        self.seen[key] = self.count
        row = Row(
            number=self.count,
            url=url,
            title=name if "title" in said or not said[OURS] else "",
            site_url=absolute(url, said.get("htmlurl", "")),
            slug=said[OURS],
            labels=tuple(dict.fromkeys([*filter(None, self.folders), *labels(said.get("category", ""))]))[:LABELS],
        )
        self.outline.rows.append(row)

    def refuse(self, name: str, fault: str) -> None:
        """Note a row that is not taken."""
        self.outline.refusals.append(Refusal(number=self.count, name=name, fault=fault))


def attributes(tag: str) -> Attributes | None:
    """The attributes of a start tag, named in small letters without their namespaces; None when it cannot be read."""
    if tag.count("=") > ATTRIBUTES:
        return None
    sound = STRAY.sub(mended, tag[1:].removesuffix(">").removesuffix("/").replace("<", "&lt;"))
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True, collect_ids=False)
    element = etree.fromstring(f"<{sound}/>".encode(), parser)
    if element is None:
        return None
    said = {str(name).rpartition("}")[2].rpartition(":")[2].lower(): str(value) for name, value in element.items()}
    return said | {OURS: element.get(OURS, "")}


def labels(category: str) -> Iterator[str]:
    """The labels of a `category`: "/Boston/Weather,ai" is three."""
    for part in re.split(r"[,/]", category[: LABEL * LABELS]):
        label = plain(part, LABEL)
        if label:
            yield label


def write_outline(rows: Iterable[Row], title: str = "fanmill") -> str:
    """The rows as OPML 2.0, which `read_outline` and other readers take in."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:fanmill="{NAMESPACE}">',
        f"  <head><title>{line(title).replace('&', '&amp;').replace('<', '&lt;')}</title></head>",
        "  <body>",
        *(f"    <outline {' '.join(spelled(row))}/>" for row in rows),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def spelled(row: Row) -> Iterator[str]:
    """The attributes of a row; those without a value are left out."""
    title = line(row.title)
    values = {
        "type": "rss",
        "text": title or row.slug or row.url,
        "title": title,
        "xmlUrl": row.url,
        "htmlUrl": row.site_url or "",
        "category": ",".join(row.labels),
        OURS: row.slug,
    }
    return (f"{name}={quoteattr(CONTROLS.sub('', value))}" for name, value in values.items() if value)
