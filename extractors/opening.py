"""Paragraphs of an article that stand above the element of its body, right below the headline.

A page in two parts, with an advert or a picture between them, often has its first paragraphs in an element of their
own. They are known by their shape: prose of some length, in no list, at no picture and below no heading but the first.

The standfirst is none of them: what begins as the page's own summary does (meta description, JSON-LD), or the feed's,
is the summary, and feeds carry it beside the text and not in it. So is what stands between a headline and its
repetition, as aggregators set it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice

from lxml.html import HtmlElement

from extractors.blocks import Outline, fold

FARTHEST = 40  # blocks above the body in which the headline is looked for
INSIDE = 10  # blocks of the body in which it may be repeated
LONGEST = 700  # characters
TELLING = 30  # letters that tell whether a text begins as the summary does
SAME = 60  # letters that tell whether two texts are one
PLACE = 20  # letters of a place or agency that may stand before: "Berlin. "
LITTLE, NEAR = 70, 12  # votes of a paragraph below a headline, and the blocks to the body within which it stands
MUCH, NEXT = 100, 6  # the same on a page without a headline of the first rank
LINKED = 0.3
PICTURE = re.compile(r"caption|credit|image|photo|picture|disclo", re.IGNORECASE)


def opening(outline: Outline, votes: Sequence[int], inside: Sequence[bool], summaries: Collection[str]) -> list[int]:
    """The numbers of the blocks above the body that belong to it. `inside`: whether a block is the body's."""
    first = next((number for number, within in enumerate(inside) if within), 0)
    head = next((number for number in above(first, FARTHEST) if is_headline(outline, number)), None)
    least, reach = (MUCH, NEXT) if head is None else (LITTLE, NEAR)
    lowest = max(repeated(outline, first), -1 if head is None else head)
    found = [
        number
        for number in above(first, reach)
        if number > lowest
        and votes[number] >= least
        and is_plain(outline, number)
        and not is_headed(outline, range(number, first) if head is None else range(head + 1, number))
    ]
    texts = {number: letters(outline.blocks[number].text) for number in reversed(found)}
    return [
        number
        for number, text in texts.items()
        if not is_summary(text, summaries) and not is_said(outline, first, inside, text[:SAME])
    ]


def opens_above(element: HtmlElement, summaries: Collection[str]) -> bool:
    """Whether a paragraph that is no summary stands beside and above an element: the article may begin there."""
    beside = islice(element.itersiblings("p", preceding=True), NEXT)
    texts = ("".join(islice(one.itertext(), LONGEST)) for one in beside)
    return any(len(text) >= MUCH and not is_summary(letters(text), summaries) for text in texts)


def is_summary(text: str, summaries: Collection[str]) -> bool:
    """Whether a folded text begins as one of the summaries does, after the name of a place perhaps."""
    starts = (letters(summary)[:TELLING] for summary in summaries)
    return any(len(start) == TELLING and start in text[: TELLING + PLACE] for start in starts)


def above(first: int, reach: int) -> range:
    """So many blocks above the body, from the nearest."""
    return range(first - 1, max(0, first - reach) - 1, -1)


def repeated(outline: Outline, first: int) -> int:
    """The last of several headlines with the same words; -1 when there is one or none."""
    near = range(max(0, first - FARTHEST), min(first + INSIDE, len(outline.blocks)))
    heads = [number for number in near if outline.blocks[number].kind == "heading"]
    titles = {letters(outline.blocks[number].text) for number in heads if is_headline(outline, number)}
    same = [number for number in heads if letters(outline.blocks[number].text) in titles]
    return same[-1] if len(same) > 1 else -1


def letters(text: str) -> str:
    """The letters and digits of a text, as far as it is looked at."""
    return fold(text[:LONGEST])


def is_headline(outline: Outline, number: int) -> bool:
    """Whether a block is a heading of the first rank."""
    return bool(outline.elements[outline.blocks[number].owner].tag == "h1")


def is_headed(outline: Outline, numbers: range) -> bool:
    """Whether there is a heading among the blocks: a panel's, or another text's."""
    return any(outline.blocks[number].kind == "heading" for number in numbers)


def is_plain(outline: Outline, number: int) -> bool:
    """Whether a block is a paragraph of its own, without many links, and stands at no picture."""
    block = outline.blocks[number]
    if block.kind != "paragraph" or block.chrome >= 0 or block.share >= LINKED or len(block.text) > LONGEST:
        return False
    return not PICTURE.search((outline.elements[block.owner].get("class") or "")[:LONGEST])


def is_said(outline: Outline, first: int, inside: Sequence[bool], start: str) -> bool:
    """Whether the head of the body begins a block with the same words."""
    near = range(first, min(first + FARTHEST, len(inside)))
    return any(inside[number] and letters(outline.blocks[number].text).startswith(start) for number in near)
