"""The second opinion on a page: trafilatura, behind one function. The only module that imports it.

It is imported when first asked: most pages are settled without it, and it takes longer to import than a page to read.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from extractors.blocks import Block, Outline, squeeze

BULLET = re.compile(r"^(?:[-*•]\s+|\|\s*)|\s*\|$")
HEAVIEST = 15_000  # elements
LETTERS = re.compile(r"\W+")


def lines(tree: HtmlElement) -> list[str]:
    """The article's lines as trafilatura finds them in the tree, which it leaves as it is. Never raises."""
    import trafilatura

    if is_monstrous(tree):
        return []
    try:
        text = trafilatura.extract(tree, include_comments=False, deduplicate=False)
    except Exception:  # noqa: BLE001 - whatever a hostile page makes it raise, the page has no second opinion
        return []
    return [line for line in (squeeze(line) for line in (text or "").split("\n")) if line]


def is_monstrous(tree: HtmlElement) -> bool:
    """Whether a page is so large in elements or attributes that trafilatura would take seconds over it."""
    weight = 0
    for element in tree.iter():
        weight += 1 + len(element.keys()) // 20
        if weight > HEAVIEST:
            return True
    return False


def match(found: list[str], outline: Outline) -> tuple[Block, ...]:
    """The page's blocks for trafilatura's lines, so that their links are known; a line with no block becomes one."""
    known: dict[str, list[Block]] = {}
    for block in reversed(outline.blocks):
        known.setdefault(LETTERS.sub("", block.text), []).append(block)
    blocks = []
    for line in found:
        same = known.get(LETTERS.sub("", line))
        block = (same.pop() if len(same) > 1 else same[0]) if same else Block(BULLET.sub("", line).strip())
        if block.text:
            blocks.append(block)
    return tuple(blocks)
