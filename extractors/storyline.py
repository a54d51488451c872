"""The articleBody of JSON-LD beside what the page shows: where its paragraphs stand on the page, and where it ends.

The articleBody often runs in one line, without headings and links, so that the page's own blocks are the better text
wherever they say the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.blocks import Block, Outline, fold
from extractors.parts import LINKED

TELLING = 50  # letters by which a block is found in the story
LEAST = 12  # letters of a block that can be told
ENDING = 40  # characters of the story's end
MOST = 4000  # blocks of a page that are compared
SHOWN = 0.8  # the share of the story that a page must hold to show it
HEADINGS = 120  # characters of a heading between its paragraphs


def shown(whole: Outline, story: str) -> tuple[Block, ...]:
    """The page's blocks that the story consists of, with the headings between them; none when it is not shown."""
    if len(whole.blocks) > MOST:
        return ()
    text = fold(story)
    folded = [fold(block.text) for block in whole.blocks]
    told = [len(words) >= LEAST and words[:TELLING] in text and words[-TELLING:] in text for words in folded]
    seen: set[str] = set()
    for number, words in enumerate(folded):  # a teaser may say a paragraph again
        told[number] = told[number] and words not in seen
        seen.add(words)
    if sum(len(words) for words, is_told in zip(folded, told, strict=True) if is_told) < SHOWN * len(text):
        return ()
    first, last = told.index(True), len(told) - 1 - told[::-1].index(True)
    return tuple(
        block for number, block in enumerate(whole.blocks[first : last + 1], first) if told[number] or is_heading(block)
    )


def is_heading(block: Block) -> bool:
    """Whether a block between the story's paragraphs may be one of its headings."""
    return block.kind == "heading" and block.chrome < 0 and block.share < LINKED and len(block.text) <= HEADINGS


def ending(blocks: Sequence[Block], story: str) -> int | None:
    """The number of the block in which the story ends, when one ends as it does."""
    end = story[-ENDING:]
    if len(end) < ENDING:
        return None
    return next((n for n in range(len(blocks) - 1, -1, -1) if blocks[n].text.endswith(end)), None)
