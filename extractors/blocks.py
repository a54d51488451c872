"""A tree as the list of its blocks, each with the facts of its shape.

A block is a run of inline content between two block-level boundaries: a paragraph, a heading, a list item, a table row,
or bare text inside a `div`. Two line breaks split a block, one does so after a full sentence. A table that lays out a
page is no table: its cells are columns, and hold blocks of their own. Nothing is thrown away but what no reader sees as
text (scripts, buttons, hidden words); blocks inside an element that a rule calls chrome carry its number, and
`extractors.body` decides whether the rule may have its way there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
KINDS |= {"li": "list", "dd": "list", "dt": "list", "blockquote": "quote", "pre": "code", "summary": "heading"}
BREAK = "\x1e"
UNSEEN = re.compile("[\\u00ad\\u200b\\u200c\\u200e\\u200f\\u2060\\ufeff]")
SIGNS = re.compile(r"\W+")
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
        return min(1.0, self.linked / len(self.text)) if self.linked and self.text else 0.0


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
    text = text.strip()
    if text.isprintable() and "  " not in text:  # no other white space than blanks is printable, nothing unseen is
        return text
    return " ".join((text if text.isascii() else UNSEEN.sub("", text)).split())


def fold(text: str) -> str:
    """Letters and digits only, in small letters: texts and headlines are compared so."""
    return SIGNS.sub("", text).casefold()


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does. Only the end is looked at: a text may be a megabyte of full stops."""
    return not text[-1:].isalnum() and SENTENCE_END.search(text[-8:]) is not None


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
        parts = self.parts
        text = element.text
        if text and (parts or not text.isspace()):
            parts.append(text)
        self.depth += 1
        takes, other = USUAL if self.depth < DEEPEST else DEEP
        for child in element:
            take = takes.get(child.tag, other)
            if take:
                take(self, child)
            text = child.tail
            if text and (parts or not text.isspace()):
                parts.append(text)
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

    def inline(self, element: HtmlElement) -> None:
        """Take an element that is no box, unless it is hidden."""
        if not self.judge.hides(element):
            self.inside(element)

    def span(self, element: HtmlElement) -> None:
        """Take an inline element that may as well be chrome."""
        if not self.judge.verdict(element)[0]:
            self.inside(element)

    def stop(self, _element: HtmlElement) -> None:
        """Take a line break."""
        self.parts.append(BREAK)

    def cell(self, element: HtmlElement) -> None:
        """Take a table's cell: a column of the page, or a part of its row."""
        if self.layout:
            self.box(element)
            return
        self.parts.append(" ")
        self.inside(element)
        self.parts.append(" ")

    def table(self, element: HtmlElement) -> None:
        """Take a table: what its cells are is asked once."""
        before = self.layout, self.kind
        self.layout = is_layout(element)
        if self.parts:
            self.flush()
        self.kind = self.kind if self.layout else "table"
        self.box(element)
        self.layout, self.kind = before

    def box(self, element: HtmlElement) -> None:
        """Take a block-level element: what came before it is a block of its own."""
        if self.parts:
            self.flush()
        reason, is_body = self.judge.verdict(element)
        if reason and reason in self.judge.silent:
            return
        owner, kind, chrome = self.owner, self.kind, self.chrome
        found = self.found
        number = len(found.elements)
        found.elements.append(element)
        found.parents.append(owner)
        found.last.append(number)
        self.owner = number
        self.kind = KINDS.get(element.tag, kind)
        if reason:
            found.reasons[number], found.outer[number] = reason, chrome
            self.chrome = number
        if is_body:
            found.bodies.append(number)
        self.inside(element)
        if self.parts:
            self.flush()
        found.last[number] = len(found.elements) - 1
        self.owner, self.kind, self.chrome = owner, kind, chrome

    def link(self, element: HtmlElement) -> None:
        """Take a link; one that holds block-level elements counts in each of their blocks."""
        if self.judge.hides(element):
            return
        parts = self.parts
        outer, self.href, self.since = self.href, element.get("href") or "", len(parts)
        self.inside(element)
        if self.href and len(parts) > self.since:
            self.anchors.append((self.since, len(parts), self.href))
        self.href, self.since = outer, len(parts)

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
        parts.clear()
        self.anchors.clear()
        self.since = 0

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
        parts, found = self.parts, self.found
        text = squeeze("".join(parts[start:end]))
        if not text or len(found.blocks) >= MOST_BLOCKS:
            return
        if not self.anchors:
            found.blocks.append(Block(text, self.kind, (), 0, self.owner, self.chrome))
            return
        anchors, linked = [], 0
        for first, last, href in self.anchors:
            if start <= first < end:
                title = squeeze("".join(parts[first:last])) if last - first < end - start else text
                linked += len(title)
                if title:
                    anchors.append(Anchor(title, href))
        found.blocks.append(Block(text, self.kind, tuple(anchors), linked, self.owner, self.chrome))


Take = Callable[[Walk, HtmlElement], None]
TAKES: dict[object, Take | None] = (
    dict.fromkeys(INVISIBLE) | dict.fromkeys(BOXES, Walk.box) | dict.fromkeys(CELLS, Walk.cell)
)
TAKES |= {"table": Walk.table, "a": Walk.link, "span": Walk.span, "br": Walk.stop}
TAKES |= dict.fromkeys((etree.Comment, etree.ProcessingInstruction, etree.Entity))  # their tags, in a tree not our own
Ways = tuple[dict[object, Take | None], Take]  # how to take an element by its tag, and any other
USUAL: Ways = (TAKES, Walk.inline)
DEEP: Ways = ({}, Walk.flatten)


def outline(root: HtmlElement, judge: Judge) -> Outline:
    """The outline of a tree."""
    walk = Walk(judge)
    walk.box(root)
    walk.flush()
    return walk.found
