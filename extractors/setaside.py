"""Chrome elements whose rule is set aside, because what they hold is the article's.

prose    it holds a large part of the page's prose: an article inside `div.paywall`
slug     its id is its own heading: `section id="sharing-with-several-people"`
heading  it is a heading without a link, and prose that is no chrome follows: `h2 class="widget-title"`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from extractors.blocks import Outline

VOID = 0.35  # the share of the page's prose that no chrome element may hold
SLUG = 3  # words of an id that is a heading
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
    final = settle(outline, {n for n in may if held[n] > limit}.union(mistaken(outline, weights, may)))
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
        if number == before or block.kind != "heading" or number not in may:
            before = number
            continue
        before = number
        element = outline.elements[number]
        if element.tag in RANKS:
            after = place + 1
            follows = after < len(weights) and weights[after] and outline.blocks[after].chrome == outline.outer[number]
            if follows and block.share < LINKED:
                yield number
        elif is_slug(element.get("id") or "", block.text):
            yield number


def is_slug(name: str, heading: str) -> bool:
    """Whether an id is a heading's words."""
    return (
        len(LETTERS.split(name.replace("-", " "))) >= SLUG
        and LETTERS.sub("", name).casefold() == LETTERS.sub("", heading).casefold()
    )
