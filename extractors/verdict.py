"""Which blocks of a page are its body: site rule, our own pass, JSON-LD or trafilatura, in that order of cost.

sure      our own pass found much prose, nearly all of the page's, and JSON-LD does not say otherwise
doubt     JSON-LD's articleBody, where it is much longer and not shown on the page; else trafilatura is asked
          and believed, unless it read the layout of the page as a table
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from extractors.blocks import Block, Outline, outline
from extractors.body import Body, choose_body
from extractors.fallback import lines, match
from extractors.links import plain
from extractors.page import Facts
from extractors.plain import split
from extractors.rules import CleanRules, Site
from extractors.shape import shape

# Bytes and blocks of prose and their share of the page's that make us sure: of a body that says it is one, of another.
NAMED = (450, 2, 0.5)
UNNAMED = (1000, 3, 0.75)
PROSE = 80  # characters of a block of prose
STORY = 500  # characters of an articleBody that says something
AGREES = 0.75  # our text, as a share of the articleBody's length
FULLER = 1.5  # an articleBody so many times longer than what the page shows is the better text


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The body's blocks, for each the rule that cuts it, where they came from, and how sure that is (0–1)."""

    blocks: tuple[Block, ...]
    reasons: tuple[str, ...]
    source: str
    confidence: float


def settle_body(tree: HtmlElement, facts: Facts, rules: CleanRules, url: str) -> Verdict:
    """The body of a page."""
    site = rules.site(plain(url)[0])
    top = narrow(tree, site) if site else None
    whole = outline(tree if top is None else top, rules.elements)
    body = choose_body(whole, rules.elements.always)
    body = replace(body, reasons=tuple(shape(body)))
    if top is not None and body.prose:
        return verdict(body, "fast", 0.95)
    return verdict(body, "fast", 0.95) if is_sure(body, facts) else second(tree, whole, body, facts)


def narrow(tree: HtmlElement, site: Site) -> HtmlElement | None:
    """Drop what the site's rule cuts, and give the element it calls the body, if the page has one."""
    kept = {element for path in site.keep for element in path(tree)}
    for element in [element for path in site.cut for element in path(tree)]:
        if element not in kept and element.getparent() is not None:
            element.drop_tree()
    return next((element for path in site.body for element in path(tree)), None)


def verdict(body: Body, source: str, confidence: float) -> Verdict:
    """A body as a verdict; element rules are told apart from block rules by their name."""
    named = tuple(why if not why or why.startswith("shape.") else f"element.{why}" for why in body.reasons)
    return Verdict(blocks=body.blocks, reasons=named, source=source, confidence=confidence)


def is_sure(body: Body, facts: Facts) -> bool:
    """Whether our own pass needs no second opinion."""
    kept = body.kept
    length = sum(len(block.text) for block in kept)
    pieces = sum(1 for block in kept if len(block.text) >= PROSE)
    story = len(facts.story.body)
    agrees = story < STORY or length >= AGREES * story
    enough, least, share = NAMED if body.named else UNNAMED
    return body.prose >= enough and pieces >= least and body.share >= share and agrees


def second(tree: HtmlElement, whole: Outline, body: Body, facts: Facts) -> Verdict:
    """The body when our own pass is in doubt."""
    story = split(facts.story.body)
    if size(story) > max(STORY, FULLER * size(body.kept)) and not shows(whole, story):
        return Verdict(blocks=story, reasons=("",) * len(story), source="json-ld", confidence=0.8)
    found = () if whole.deep else match(lines(tree), whole)
    if not found or (body.prose and is_tabular(found)):
        return verdict(body, "fast", 0.4)
    if is_tabular(found):
        return Verdict(blocks=found, reasons=("",) * len(found), source="trafilatura", confidence=0.3)
    return Verdict(blocks=found, reasons=("",) * len(found), source="trafilatura", confidence=0.7)


def is_tabular(found: Sequence[Block]) -> bool:
    """Whether most of the text is rows of a table, cells apart by "|": a layout read as data."""
    return 2 * sum(len(block.text) for block in found if block.text.count(" | ") > 1 and block.owner < 0) > size(found)


def shows(whole: Outline, story: Sequence[Block]) -> bool:
    """Whether the page itself shows at least half of the articleBody's paragraphs."""
    text = "\n".join(block.text for block in whole.blocks)
    return 2 * sum(1 for block in story if block.text[:PROSE] in text) >= len(story)


def size(blocks: Sequence[Block]) -> int:
    """The characters of blocks."""
    return sum(len(block.text) for block in blocks)
