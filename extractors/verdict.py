"""Which blocks of a page are its body, where they came from, and how sure that is.

    site         the site's own rule says where it is
    container    the element that won on earlier pages of the host holds nearly as much prose as usual, and the rest of
                 the page little: inside one element `thin` cannot be seen
    fast         our own pass over the blocks, see `extractors.body`
    json-ld      the articleBody, where it is much longer than what was found: as the page shows it, else as it stands
    trafilatura  where nothing else is to be had, or hardly any prose

The first that is beyond doubt is taken. `doubt` is the one word for why a text is not to be relied on:

    short    little prose, or much less than is usual for the source
    thin     the page holds much prose outside the body (or a good deal, and the body is taken with less confidence)
    links    much of it is link
    choice   the sources disagree
    other    title and summary of the feed are those of another text, see `extractors.agreement`
    wall     a login or pay wall, or a page that is not there, see `extractors.walls`
    cuts     rules cut much of it, see `extractors.chrome`, or elements called chrome hold much of the body's prose
    empty    no text
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from extractors.blocks import Block, Outline, fold, outline
from extractors.body import Body, choose_body, weigh
from extractors.containers import find, outside, path_to
from extractors.fallback import lines, match
from extractors.links import plain
from extractors.model import Container, Learnt
from extractors.opening import opens_above
from extractors.page import Facts
from extractors.plain import split
from extractors.rules import CleanRules
from extractors.shape import shape
from extractors.sites import entire, narrow
from extractors.storyline import ending, shown

# Bytes of prose and their share of the page's that make us sure: of a body that says it is one, of another.
NAMED = (450, 0.4)
UNNAMED = (1000, 0.75)
CUT = 0.3  # the share of the prose inside the body that chrome elements take, from which they may be the text's
WELL = 0.7  # the share below which it is the best guess, and no more
# With less prose, but all of the page's, another opinion would not help: the text is taken, and in doubt.
LITTLE = (200, 0.7)
USUAL = 0.6  # the share of the usual prose that a learnt container must hold
BESIDE = 0.5  # paragraphs outside it, as a share of its prose, from which it may no longer be where the article is
STORY = 500  # characters of an articleBody that says something
START = 30  # letters by which a piece of prose is found in it
AGREES = 0.75  # our text, as a share of the articleBody's length
FULLER = 1.5  # an articleBody so many times longer than what the page shows is the better text
BEYOND = 0.4  # the share of a text that may stand below the end of the articleBody
LINKED = 0.4  # the link share of a text that is a list of links


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page to be judged: what it says of itself, its address, what its source taught, the feed's summary.

    Where a source is not learnt from, `learnt` is None, and nobody looks for the path of the container.
    """

    facts: Facts
    url: str = ""
    learnt: Learnt | None = None
    summary: str = ""

    @property
    def summaries(self) -> tuple[str, str]:
        """What page and feed give as its summary."""
        return self.facts.summary, self.summary

    @property
    def host(self) -> str:
        """The host of the page, by which containers are known."""
        return plain(self.url)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The body's blocks, for each the rule that cuts it, where they came from, and how sure that is (0–1)."""

    blocks: tuple[Block, ...]
    reasons: tuple[str, ...]
    source: str
    confidence: float
    doubt: str = ""
    container: Container | None = None


def settle_body(tree: HtmlElement, rules: CleanRules, case: Case) -> Verdict:
    """The body of a page."""
    site = rules.site(case.host)
    top = narrow(tree, site) if site else None
    if top is not None:
        body = entire(outline(top, rules.elements), rules.elements.always)
        if body.prose:
            return verdict(replace(body, reasons=tuple(shape(body))), "site", 0.95)
    return remembered(tree, rules, case) or general(tree, rules, case)


def look(top: HtmlElement, rules: CleanRules, case: Case) -> tuple[Outline, Body]:
    """The outline of an element, and the body in it."""
    whole = outline(top, rules.elements)
    body = choose_body(whole, rules.elements.always, case.summaries)
    reasons = shape(body)
    for number in surplus(body, reasons, case.facts.story.body):
        reasons[number] = "shape.edge"
    return whole, replace(body, reasons=tuple(reasons))


def surplus(body: Body, reasons: Sequence[str], story: str) -> list[int]:
    """The blocks that stand below the end of the articleBody, unless they are so much that it is but a teaser."""
    end = ending(body.blocks, story)
    beyond = [n for n in range(len(reasons) if end is None else end + 1, len(reasons)) if not reasons[n]]
    return beyond if size(body.blocks[n] for n in beyond) <= BEYOND * len(story) else []


def remembered(tree: HtmlElement, rules: CleanRules, case: Case) -> Verdict | None:
    """The body in the container that won on earlier pages of the host, if it is as full as usual."""
    known = next((one for one in case.learnt.containers if one.host == case.host), None) if case.learnt else None
    top = find(tree, known.path) if known else None
    if known is None or top is None or opens_above(top, case.summaries):
        return None
    _, body = look(top, rules, case)
    if body.prose < USUAL * known.prose or doubt(body, case.facts):
        return None
    if outside(tree, top, rules.elements) > BESIDE * body.prose:
        return None
    return replace(verdict(body, "container", 0.95), container=replace(known, prose=body.prose))


def general(tree: HtmlElement, rules: CleanRules, case: Case) -> Verdict:
    """The body of a page of which nothing is known."""
    whole, body = look(tree, rules, case)
    why = doubt(body, case.facts)
    guess = "" if why or len(case.facts.story.body) >= STORY else unsure(body)
    if guess:
        return verdict(body, "fast", 0.65, guess)
    if not why:
        path = path_to(whole, body, case.url) if case.host and case.learnt is not None else ""
        won = Container(host=case.host, path=path, prose=body.prose) if path else None
        return replace(verdict(body, "fast", 0.95), container=won)
    if why == "choice":
        return stated(whole, body, case.facts) or second(tree, whole, body, why)
    enough, share = LITTLE
    if why != "empty" and body.prose >= enough and body.share >= share:
        return verdict(body, "fast", 0.6, why)
    return second(tree, whole, body, why)


def verdict(body: Body, source: str, confidence: float, why: str = "") -> Verdict:
    """A body as a verdict; element rules are told apart from block rules by their name."""
    named = tuple(why if not why or why.startswith("shape.") else f"element.{why}" for why in body.reasons)
    return Verdict(blocks=body.blocks, reasons=named, source=source, confidence=confidence, doubt=why)


def doubt(body: Body, facts: Facts) -> str:
    """Why our own pass needs a second opinion; empty when it needs none."""
    kept = body.kept
    length, story = size(kept), len(facts.story.body)
    if story >= STORY and length < AGREES * story:
        return "choice"
    if not body.prose:
        return "empty"
    enough, share = NAMED if body.named else UNNAMED
    if body.share < share:
        return "thin"
    if body.prose < enough:
        return "short"
    return "links" if sum(block.linked for block in kept) > LINKED * length else ""


def unsure(body: Body) -> str:
    """Why a body that no second opinion would better may lack a part all the same; empty when nothing says so."""
    if body.lost > CUT * (body.prose + body.lost):
        return "cuts"
    return "thin" if body.share < WELL else ""


def stated(whole: Outline, body: Body, facts: Facts) -> Verdict | None:
    """The articleBody of JSON-LD: the page's blocks that it consists of, or itself where the page does not show it."""
    story = facts.story.body
    blocks = shown(whole, story)
    if blocks:
        return Verdict(blocks=blocks, reasons=("",) * len(blocks), source="json-ld", confidence=0.9)
    if len(story) < FULLER * size(body.kept):
        return None
    sole = body.prose < LITTLE[0]  # the page shows hardly anything beside it
    if not (sole or facts.story.matched or is_begun(body, story)):
        return None
    is_sure = sole and facts.story.matched
    blocks = split(story)
    return Verdict(
        blocks=blocks,
        reasons=("",) * len(blocks),
        source="json-ld",
        confidence=0.8 if is_sure else 0.7,
        doubt="" if is_sure else "choice",
    )


def is_begun(body: Body, story: str) -> bool:
    """Whether a piece of our prose begins as one in the articleBody does, so that both are of one text."""
    text = fold(story)
    starts = (fold(block.text[: 3 * START])[:START] for block in body.kept if weigh(block))
    return any(len(start) == START and start in text for start in starts)


def second(tree: HtmlElement, whole: Outline, body: Body, why: str) -> Verdict:
    """The body when our own pass is in doubt."""
    found = () if whole.deep else match(lines(tree), whole)
    if not found or (body.prose and is_tabular(found)):
        return verdict(body, "fast", 0.4, why)
    why = "short" if why == "empty" else why
    if is_tabular(found):
        return Verdict(blocks=found, reasons=("",) * len(found), source="trafilatura", confidence=0.3, doubt=why)
    return Verdict(blocks=found, reasons=("",) * len(found), source="trafilatura", confidence=0.7, doubt=why)


def is_tabular(found: Sequence[Block]) -> bool:
    """Whether most of the text is rows of a table, cells apart by "|": a layout read as data."""
    return 2 * sum(len(block.text) for block in found if block.text.count(" | ") > 1 and block.owner < 0) > size(found)


def size(blocks: Iterable[Block]) -> int:
    """The characters of blocks."""
    return sum(len(block.text) for block in blocks)
