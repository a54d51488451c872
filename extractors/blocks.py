"""A tree as the list of its blocks, each with the facts of its shape.

A block is a run of inline content between two block-level boundaries: a paragraph, a heading, a list item, a table row,
or bare text inside a `div`. Two line breaks split a block, one does so after a full sentence. A table that lays out a
page is no table: its cells are columns, and hold blocks of their own. Nothing is thrown away but what no reader sees as
text (scripts, buttons, hidden words); blocks inside an element that a rule calls chrome carry its number, and
`extractors.body` decides whether the rule may have its way there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from lxml import etree
from lxml.html import HtmlElement

from extractors.elements import is_layout

INVISIBLE = frozenset((
    "applet", "area", "audio", "base", "button", "canvas", "datalist", "head", "iframe", "img", "input", "link", "map",
    "math", "meta", "noscript", "object", "optgroup", "option", "param", "script", "select", "style", "svg",
    "template", "textarea", "title", "video",
))  # fmt: skip
BOXES = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
CELLS = ("td", "th")
KINDS = dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading")
KINDS |= {"li": "list", "dd": "list", "dt": "list", "blockquote": "quote", "pre": "code"}
BREAK = "\x1e"
UNSEEN = re.compile("[\\u00ad\\u200b\\u200c\\u200e\\u200f\\u2060\\ufeff]")
SENTENCE_END = re.compile(r"[.!?…\u3002\uff01\uff1f][\"'”’»)\]]*$")
MOST_BLOCKS = 20_000  # no article has more
DEEPEST = 220  # levels; honest pages stay below 60, what lies deeper is read without its links


class Anchor(NamedTuple):
    """A link inside a block, as written: its text and its unresolved address."""

    title: str
    href: str


class Block(NamedTuple):
    """A run of text and its shape. `owner` and `chrome` are element numbers of the outline (-1: none)."""

    text: str
    kind: str = "paragraph"
    anchors: tuple[Anchor, ...] = ()
    linked: int = 0
    owner: int = -1
    chrome: int = -1

    @property
    def share(self) -> float:
        """The share of the characters that is link text, 0–1."""
        return min(1.0, self.linked / len(self.text)) if self.text else 0.0


class Judge(Protocol):
    """Says what an element is by its tag, class, id and role. What rules in `silent` name is not looked into."""

    silent: set[str]

    def verdict(self, element: HtmlElement) -> tuple[str, bool]:
        """The id of the rule that calls the element chrome or an empty string; whether it calls itself the body."""

    def hides(self, element: HtmlElement) -> bool:
        """Whether a reader never sees what is inside."""


@dataclass(slots=True)
class Outline:
    """The blocks of a tree in document order, and the numbered block-level elements above them.

    Elements are numbered as they open, so a parent's number is below its children's and the elements inside
    number n are n+1 to `last[n]`. `reasons` holds the chrome elements, `outer` the next chrome element around each;
    `deep` says that the tree goes deeper than any honest one.
    """

    blocks: list[Block] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    outer: dict[int, int] = field(default_factory=dict)
    bodies: list[int] = field(default_factory=list)
    deep: bool = False


def squeeze(text: str) -> str:
    """The text with every run of white space as one blank, without invisible characters."""
    return " ".join((text if text.isascii() else UNSEEN.sub("", text)).split())


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does. Only the end is looked at: a text may be a megabyte of full stops."""
    return SENTENCE_END.search(text[-8:]) is not None


class Walk:
    """One pass over a tree. Lives for one call of `outline`."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.found = Outline()
        self.parts: list[str] = []
        self.anchors: list[tuple[int, int, str]] = []
        self.href = ""
        self.since = 0
        self.owner, self.kind, self.chrome, self.depth = -1, "paragraph", -1, 0
        self.layout = True  # whether the cells we meet are columns

    def inside(self, element: HtmlElement) -> None:
        """Take the element's own text, its children and the text after each."""
        text = element.text
        if text and (self.parts or not text.isspace()):
            self.parts.append(text)
        self.depth += 1
        is_deep = self.depth >= DEEPEST
        for child in element:
            tag = child.tag
            if is_deep:
                self.flatten(child)
            elif tag in BOXES:
                self.box(child, tag)
            elif tag not in INVISIBLE:
                self.inline(child, tag)
            tail = child.tail
            if tail and (self.parts or not tail.isspace()):
                self.parts.append(tail)
        self.depth -= 1

    def flatten(self, element: HtmlElement) -> None:
        """Take an element that lies too deep to be visited: its text, with the blocks apart and no more."""
        self.found.deep = True
        walk = etree.iterwalk(element, events=("start", "end"))
        for event, node in walk:
            if node.tag in BOXES:
                self.flush()
            if event == "start" and (node.tag in INVISIBLE or self.judge.hides(node)):
                walk.skip_subtree()
            elif event == "start":
                self.parts.append(node.text or "")
            elif node is not element:
                self.parts.append(node.tail or "")

    def inline(self, element: HtmlElement, tag: str) -> None:
        """Take an element that is no box."""
        if tag == "br":
            self.parts.append(BREAK)
        elif tag == "a":
            self.link(element)
        elif tag in CELLS:
            self.cell(element, tag)
        elif isinstance(tag, str) and not self.is_unread(element, tag):
            self.inside(element)

    def is_unread(self, element: HtmlElement, tag: str) -> bool:
        """Whether an inline element is hidden or, for a span, chrome."""
        return bool(self.judge.verdict(element)[0]) if tag == "span" else self.judge.hides(element)

    def cell(self, element: HtmlElement, tag: str) -> None:
        """Take a table's cell: a column of the page, or a part of its row."""
        if self.layout:
            self.box(element, tag)
            return
        self.parts.append(" ")
        self.inside(element)
        self.parts.append(" ")

    def box(self, element: HtmlElement, tag: str) -> None:
        """Take a block-level element: what came before it is a block of its own."""
        if self.parts:
            self.flush()
        reason, is_body = self.judge.verdict(element)
        if reason in self.judge.silent:
            return
        before = self.owner, self.kind, self.chrome, self.layout
        found, number = self.found, len(self.found.elements)
        found.elements.append(element)
        found.parents.append(self.owner)
        found.last.append(number)
        self.owner = number
        self.kind = KINDS.get(tag, self.kind)
        if tag == "table":
            self.layout = is_layout(element)
            self.kind = self.kind if self.layout else "table"
        if reason:
            found.reasons[number], found.outer[number] = reason, self.chrome
            self.chrome = number
        if is_body:
            found.bodies.append(number)
        self.inside(element)
        if self.parts:
            self.flush()
        found.last[number] = len(found.elements) - 1
        self.owner, self.kind, self.chrome, self.layout = before

    def link(self, element: HtmlElement) -> None:
        """Take a link; one that holds block-level elements counts in each of their blocks."""
        if self.judge.hides(element):
            return
        outer, self.href, self.since = self.href, element.get("href") or "", len(self.parts)
        self.inside(element)
        if self.href and len(self.parts) > self.since:
            self.anchors.append((self.since, len(self.parts), self.href))
        self.href, self.since = outer, len(self.parts)

    def flush(self) -> None:
        """Close the block that is being gathered."""
        parts = self.parts
        if not parts:
            return
        if self.href and len(parts) > self.since:
            self.anchors.append((self.since, len(parts), self.href))
        if BREAK in parts:
            self.split()
        else:
            self.emit(0, len(parts))
        self.parts, self.anchors, self.since = [], [], 0

    def split(self) -> None:
        """Close the block at its line breaks: at two in a row, and at one that follows a full sentence."""
        parts, start, empty = self.parts, 0, False
        for place, part in enumerate(parts):
            if part != BREAK:
                empty = empty and not part.strip()
                continue
            if empty or SENTENCE_END.search("".join(parts[max(start, place - 3) : place]).rstrip()[-4:]):
                self.emit(start, place)
                start = place
            empty = True
        self.emit(start, len(parts))

    def emit(self, start: int, end: int) -> None:
        """Add the block of the parts from `start` up to `end`."""
        text = squeeze("".join(self.parts[start:end]).replace(BREAK, " "))
        if not text or len(self.found.blocks) >= MOST_BLOCKS:
            return
        anchors, linked = [], 0
        for first, last, href in self.anchors:
            if start <= first < end:
                title = squeeze("".join(self.parts[first:last]).replace(BREAK, " "))
                linked += len(title)
                if title:
                    anchors.append(Anchor(title, href))
        self.found.blocks.append(Block(text, self.kind, tuple(anchors), linked, self.owner, self.chrome))


def outline(root: HtmlElement, judge: Judge) -> Outline:
    """The outline of a tree."""
    walk = Walk(judge)
    walk.box(root, root.tag)
    walk.flush()
    return walk.found
