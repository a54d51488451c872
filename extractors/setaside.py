"""Chrome elements whose rule is set aside, because what they hold is the article's.

prose    it holds a large part of the page's prose: an article inside `div.paywall`
slug     its id is its own heading: `section id="sharing-with-several-people"`; one word will do where it is a section
         with prose below its heading (what pandoc and Sphinx write), and then of rules that are always held too
gate     it is `div class="paywall"`, by which search engines are told of the part to be paid for, and it holds prose
heading  it is a heading without a link, and prose that is no chrome follows: `h2 class="widget-title"`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from lxml.html import HtmlElement

from extractors.blocks import Outline
from extractors.lanes import GATE

VOID = 0.35  # the share of the page's prose that no chrome element may hold
SLUG = 3  # words of an id that is a heading
SURE = frozenset(("consent", "site"))  # rules that hold in sections too
REPLIES = re.compile(r"comments?|repl(?:y|ies)|respon(?:d|ses?)", re.IGNORECASE)  # ids of sections that readers write
LOGIN = "login"
GATED, PROSE = 3, 0.7  # blocks of prose behind a gate, and their share of what is there
LINKED = 0.2
RANKS = frozenset(("h2", "h3", "h4", "h5", "h6"))
LETTERS = re.compile(r"\W+|_+")
Tally = Callable[[Sequence[int]], list[int]]


def judge(outline: Outline, weights: Sequence[int], always: Collection[str], tally: Tally) -> list[str]:
    """For each block the chrome element's rule that cuts it, or an empty string. `tally`: votes inside each element."""
    may = {number for number, name in outline.reasons.items() if name not in always}
    hard = settle(outline, may)
    blocks = outline.blocks
    held = tally([0 if hard[block.chrome] else vote for block, vote in zip(blocks, weights, strict=True)])
    limit = (held[0] if held else 0) * VOID
    final = settle(
        outline, {n for n in may if held[n] > limit}.union(mistaken(outline, weights, may), gates(outline, weights))
    )
    return [final[block.chrome] for block in blocks]


def settle(outline: Outline, voided: Collection[int]) -> dict[int, str]:
    """For each chrome element the rule that holds inside it: its own, unless it is set aside, else that around it."""
    found = {-1: ""}
    for number, name in outline.reasons.items():
        found[number] = found[outline.outer[number]] if number in voided else name
    return found


def mistaken(outline: Outline, weights: Sequence[int], may: Collection[int]) -> Iterator[int]:
    """The elements that are headings of the text, or bear one as their id."""
    before = -1
    for place, block in enumerate(outline.blocks):
        number = block.chrome
        if number < 0 or number == before or block.kind != "heading":
            before = number
            continue
        before = number
        element = outline.elements[number]
        within = outline.outer[number] if element.tag in RANKS else number
        after = place + 1
        leads = after < len(weights) and weights[after] > 0 and outline.blocks[after].chrome == within
        if element.tag in RANKS:
            if number in may and leads and block.share < LINKED:
                yield number
        elif is_slug(element.get("id") or "", block.text):
            is_part = leads and is_section(element) and outline.reasons[number] not in SURE
            if is_part or (number in may and len(LETTERS.split(element.get("id"))) >= SLUG):
                yield number


def is_slug(name: str, heading: str) -> bool:
    """Whether an id is a heading's words."""
    return bool(name) and LETTERS.sub("", name).casefold() == LETTERS.sub("", heading).casefold()


def is_section(element: HtmlElement) -> bool:
    """Whether an element is a part of a text, and not what its readers wrote below it."""
    if REPLIES.fullmatch(element.get("id") or ""):
        return False
    return element.tag == "section" or "section" in (element.get("class") or "").split()


def gates(outline: Outline, weights: Sequence[int]) -> set[int]:
    """The elements called a pay wall that hold the part of the article behind it."""
    held: dict[int, list[tuple[int, int]]] = {
        number: []
        for number, name in outline.reasons.items()
        if name == LOGIN and GATE in (outline.elements[number].get("class") or "").casefold()
    }
    for block, weight in zip(outline.blocks, weights, strict=True) if held else ():
        if block.chrome in held:
            held[block.chrome].append((weight, len(block.text)))
    return {number for number, said in held.items() if is_prose(said)}


def is_prose(said: Sequence[tuple[int, int]]) -> bool:
    """Whether blocks, each given by its votes and characters, are mostly prose."""
    prose = [length for weight, length in said if weight]
    return len(prose) >= GATED and sum(prose) >= PROSE * sum(length for _, length in said)
