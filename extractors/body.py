"""Choosing the body of a page among its blocks.

Every block that reads like prose votes, with its length, for the elements around it. From the top we step down into
the child that holds nearly all votes; where an element calls itself the article's body and holds most of them, that is
taken, with its brothers of the same class.

A chrome element that holds a large part of the page's prose is no chrome, whatever its class says (an article inside
`div.paywall`): its rule is set aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from extractors.blocks import CELLS, Block, Outline, is_sentence

PROSE = 40  # bytes: the shortest block that votes
LINKY = 0.45  # the link share from which a block is no prose
VOID = 0.35  # the share of the page's prose that no chrome element may hold
STEP = 0.8  # the share of the votes a child must hold for us to step into it
NAMED = 0.4  # the share that an element which calls itself the body must hold
COLUMNS = 50  # cells of a row that are told apart
WIDEST = 1.0  # prose outside the body in its lane, as a share of that inside, from which it is another article
INLANE = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dd", "dt", "blockquote", "pre", "table", "tbody",
    "thead", "tfoot", "tr", "figure",
))  # fmt: skip
NOWHERE = ("", "")
Lane = tuple[object, str]
HOLDERS = frozenset(
    ("html", "body", "div", "section", "article", "main", "center", "td", "table", "tbody", "tr", "form")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of the body in order, and for each the rule that cuts it or an empty string.

    `prose` counts the votes inside in bytes, `share` is their part of all votes on the page, `named` says whether the
    element calls itself the body.
    """

    blocks: tuple[Block, ...] = ()
    reasons: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    prose: int = 0
    share: float = 0.0
    named: bool = False

    @property
    def kept(self) -> list[Block]:
        """The blocks that no rule cuts."""
        return [block for block, why in zip(self.blocks, self.reasons, strict=True) if not why]


def weigh(block: Block) -> int:
    """The votes of a block: the bytes of its text, so that scripts with many letters to the byte count alike."""
    if block.kind == "heading" or block.share >= LINKY:
        return 0
    weight = len(block.text) if block.text.isascii() else len(block.text.encode("utf-8", "replace"))
    if weight < PROSE or (weight < 2 * PROSE and not is_sentence(block.text)):
        return 0
    return weight // 2 if block.kind in ("list", "table") else weight


def tally(outline: Outline, votes: Sequence[int]) -> list[int]:
    """The votes inside each element."""
    held = [0] * len(outline.elements)
    for block, vote in zip(outline.blocks, votes, strict=True):
        if vote and block.owner >= 0:
            held[block.owner] += vote
    for number in range(len(held) - 1, 0, -1):
        held[outline.parents[number]] += held[number]
    return held


def judge(outline: Outline, weights: Sequence[int], always: Collection[str]) -> list[str]:
    """For each block the chrome element's rule that cuts it, or an empty string."""
    hard = settle(outline, {number for number, name in outline.reasons.items() if name not in always})
    blocks = outline.blocks
    held = tally(outline, [0 if hard[block.chrome] else vote for block, vote in zip(blocks, weights, strict=True)])
    limit = (held[0] if held else 0) * VOID
    final = settle(outline, {n for n, name in outline.reasons.items() if name not in always and held[n] > limit})
    return [final[block.chrome] for block in blocks]


def settle(outline: Outline, voided: Collection[int]) -> dict[int, str]:
    """For each chrome element the rule that holds inside it: its own, unless it is set aside, else that around it."""
    found = {-1: ""}
    for number, name in outline.reasons.items():
        found[number] = found[outline.outer[number]] if number in voided else name
    return found


def choose_body(outline: Outline, always: Collection[str] = ()) -> Body:
    """The body of the page, after the chrome elements in it were marked. `always`: rules that are never set aside."""
    weights = [weigh(block) for block in outline.blocks]
    reasons = judge(outline, weights, always)
    votes = [0 if reason else weight for weight, reason in zip(weights, reasons, strict=True)]
    held = tally(outline, votes)
    if not held or not held[0]:
        return Body()
    top, is_named = named(outline, held)
    inside = [top <= block.owner <= outline.last[top] for block in outline.blocks]
    lanes = [
        lane(outline, block) if vote or within else NOWHERE
        for block, vote, within in zip(outline.blocks, votes, inside, strict=True)
    ]
    widen(votes, lanes, inside)
    chosen = [place for place, within in enumerate(inside) if within]
    prose = sum(votes[place] for place in chosen)
    return Body(
        blocks=tuple(outline.blocks[place] for place in chosen),
        reasons=tuple(reasons[place] for place in chosen),
        lanes=tuple(lanes[place] for place in chosen),
        prose=prose,
        share=prose / held[0],
        named=is_named,
    )


def lane(outline: Outline, block: Block) -> Lane:
    """What kind of element the block's column is: tag and class, so that one wrapper per paragraph is one lane."""
    number = block.owner
    while number > 0 and outline.elements[number].tag in INLANE:
        number = outline.parents[number]
    element = outline.elements[number]
    name = element.get("class") or ""
    if element.tag in CELLS and not name:
        return element.tag, column(outline, number)
    if not name and number:
        outer = outline.elements[outline.parents[number]]
        name = f"{outer.tag} {outer.get('class') or outline.parents[number]}"
    return element.tag, name


def column(outline: Outline, number: int) -> str:
    """The column of a cell that has no class: its place in the row, in all tables of one class or side by side."""
    place = sum(1 for _ in islice(outline.elements[number].itersiblings(preceding=True), COLUMNS))
    while number > 0 and outline.elements[number].tag != "table":
        number = outline.parents[number]
    return f"{place} {outline.elements[number].get('class') or outline.parents[number]}"


def widen(votes: Sequence[int], lanes: Sequence[Lane], inside: list[bool]) -> None:
    """Take in prose outside that runs in the body's main lane: a body in several parts, and not a second article."""
    held: Counter[Lane] = Counter()
    for place, vote, within in zip(lanes, votes, inside, strict=True):
        held[place] += vote if within else 0
    main = max(held, key=lambda place: held[place])
    more = [number for number, place in enumerate(lanes) if place == main and votes[number] and not inside[number]]
    if sum(votes[number] for number in more) < held[main] * WIDEST:
        for number in more:
            inside[number] = True


def named(outline: Outline, held: Sequence[int]) -> tuple[int, bool]:
    """The innermost element that calls itself the body and holds enough; else the one we come to from the top."""
    best = max((held[number] for number in outline.bodies), default=0)
    if not best or best < held[0] * NAMED:
        return container(outline, held), False
    return [number for number in outline.bodies if held[number] >= best * 0.9][-1], True


def container(outline: Outline, held: Sequence[int]) -> int:
    """The element we come to when we step down from the top."""
    children: dict[int, list[int]] = {}
    for child, parent in enumerate(outline.parents):
        if held[child] and outline.elements[child].tag in HOLDERS:
            children.setdefault(parent, []).append(child)
    number = 0
    while number in children:
        best = max(children[number], key=lambda child: (held[child], -child))
        if held[best] < held[number] * STEP:
            break
        number = best
    return number
