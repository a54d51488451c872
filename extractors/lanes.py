"""Lanes: which blocks of a page stand in the same kind of place.

The prose of an article runs in one lane, seldom in two or three; teasers, boxes and notes have their own. A lane is the
tag and class of the first element around a block that is not a part of running text, so that one wrapper per paragraph
is one lane; so are three and more boxes whose classes differ in a number only ("block block-7"). A cell of a layout
table is known by its column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from extractors.blocks import CELLS, Block, Outline

WRAPPERS = 3  # elements without a class around one another, of which the outermost is told apart
WORDS = 400  # characters of a class that are looked at
COLUMNS = 50  # cells of a row that are told apart
INLANE = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dd", "dt", "blockquote", "pre", "table", "tbody",
    "thead", "tfoot", "tr", "figure", "footer",
))  # fmt: skip

NUMBERED = re.compile(r"(?<=[A-Za-z]{3}[-_])(?=\w*\d)\w+$|(?<=[A-Za-z]{3})\d+$")
TELLING = re.compile(
    r"(?:^|[-_])(?:(?:col|column|span|grid|unit|size|width|w)s?[-_\d]|(?:css|sc|jss)-?\w*$)", re.IGNORECASE
)
HOLDERS = ("elementor-widget-container",)  # around whatever there is; the element above says what
GATE = "paywall"  # runs on in the lane around it
SERIES = 3  # lanes with prose that differ in a number only, which are one

Lane = tuple[object, str]


def lane(outline: Outline, block: Block) -> Lane:
    """What kind of element the block's column is: tag and class, so that one wrapper per paragraph is one lane."""
    number = block.owner
    while number > 0 and (
        outline.elements[number].tag in INLANE or GATE in (outline.elements[number].get("class") or "")
    ):
        number = outline.parents[number]
    element = outline.elements[number]
    name = element.get("class") or ""
    if name in HOLDERS and number:
        name = outline.elements[outline.parents[number]].get("class") or name
    if element.tag in CELLS and not name:
        return element.tag, column(outline, number)
    if not name and number:
        name = wrapper(outline, number)
    return element.tag, name


def gather(lanes: Sequence[Lane], votes: Sequence[int]) -> list[Lane]:
    """The lanes, with those as one that differ in a number only, where several of them hold prose."""
    wanted = {place for place, vote in zip(lanes, votes, strict=True) if vote}
    often = Counter((tag, kin(name)) for tag, name in wanted)
    return [one if often[one := (tag, kin(name))] >= SERIES else (tag, name) for tag, name in lanes]


@lru_cache(maxsize=4096)
def kin(name: str) -> str:
    """A class without the numbers by which builders of pages tell its boxes apart; those of widths and styles stay."""
    tokens = name[:WORDS].split()
    return " ".join(token if TELLING.search(token) else NUMBERED.sub("", token) for token in tokens)


def wrapper(outline: Outline, number: int) -> str:
    """The name of an element without a class: the tags up to one that has one, and its class; else its parent."""
    path, place = "", outline.parents[number]
    for _ in range(WRAPPERS):
        element = outline.elements[place]
        path = f"{element.tag} {path}"
        if place <= 0 or element.get("class"):
            return path + (element.get("class") or str(place))
        place = outline.parents[place]
    return f"{path}{outline.parents[number]}"


def column(outline: Outline, number: int) -> str:
    """The column of a cell that has no class: its place in the row, in all tables of one class or side by side."""
    place = sum(1 for _ in islice(outline.elements[number].itersiblings(preceding=True), COLUMNS))
    while number > 0 and outline.elements[number].tag != "table":
        number = outline.parents[number]
    return f"{place} {outline.elements[number].get('class') or outline.parents[number]}"
