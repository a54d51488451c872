"""Choosing the body of a page among its blocks.

Every block that reads like prose votes, with its length, for the elements around it. From the top we step down into
the child that holds nearly all votes; where an element calls itself the article's body and holds most of them, that is
taken, with its brothers of the same class.

Chrome elements do not vote, unless `extractors.setaside` finds that their rule does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from extractors.blocks import Block, Outline, is_sentence
from extractors.lanes import Lane, gather, lane
from extractors.opening import opening
from extractors.setaside import judge

PROSE = 40  # bytes: the shortest block that votes
LINKY = 0.45  # the link share from which a block is no prose
STEP = 0.8  # the share of the votes a child must hold for us to step into it
NAMED = 0.4  # the share that an element which calls itself the body must hold
SEVERAL = 3  # elements `article` with prose on a page of several articles
HEADLINES = 20  # of the first rank, beyond which they tell nothing
HEADED = 0.1  # the share of the prose that the one with the headline must hold
WIDEST = 1.0  # prose outside the body in its lane, as a share of that inside, from which it is another article
NOWHERE = ("", "")
HOLDERS = frozenset(
    ("html", "body", "div", "section", "article", "main", "center", "td", "table", "tbody", "tr", "form")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of the body in order, and for each the rule that cuts it or an empty string.

    `prose` counts the votes inside in bytes, `lost` those that elements called chrome take inside, `share` is the part
    of all votes on the page, `named` says whether the element calls itself the body.
    """

    blocks: tuple[Block, ...] = ()
    reasons: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    prose: int = 0
    lost: int = 0
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


def choose_body(outline: Outline, always: Collection[str] = (), summaries: Collection[str] = ()) -> Body:
    """The body of the page, after the chrome elements in it were marked. `always`: rules that are never set aside."""
    weights = [weigh(block) for block in outline.blocks]
    reasons = judge(outline, weights, always, lambda votes: tally(outline, votes))
    votes = [0 if reason else weight for weight, reason in zip(weights, reasons, strict=True)]
    held = tally(outline, votes)
    if not held or not held[0]:
        return Body()
    top, is_named, among = named(outline, held)
    inside = [top <= block.owner <= outline.last[top] for block in outline.blocks]
    lanes = [
        lane(outline, block) if vote or within else NOWHERE
        for block, vote, within in zip(outline.blocks, votes, inside, strict=True)
    ]
    lanes = gather(lanes, votes)
    main = widen(votes, lanes, inside)
    for place in opening(outline, votes, inside, summaries):
        inside[place], lanes[place], reasons[place] = True, main, ""
    prose = sum(vote for vote, within in zip(votes, inside, strict=True) if within)
    chosen = [place for place, within in enumerate(inside) if within]
    return Body(
        blocks=tuple(outline.blocks[place] for place in chosen),
        reasons=tuple(reasons[place] for place in chosen),
        lanes=tuple(lanes[place] for place in chosen),
        prose=prose,
        lost=sum(
            weight
            for weight, reason, within in zip(weights, reasons, inside, strict=True)
            if within and reason and reason != "hidden" and reason not in always
        ),
        share=prose / among,
        named=is_named,
    )


def widen(votes: Sequence[int], lanes: Sequence[Lane], inside: list[bool]) -> Lane:
    """Take in prose outside that runs in the body's main lane: a body in several parts, and not a second article."""
    held: Counter[Lane] = Counter()
    for place, vote, within in zip(lanes, votes, inside, strict=True):
        held[place] += vote if within else 0
    main = max(held, key=lambda place: held[place])
    more = [number for number, place in enumerate(lanes) if place == main and votes[number] and not inside[number]]
    if sum(votes[number] for number in more) < held[main] * WIDEST:
        for number in more:
            inside[number] = True
    return main


def named(outline: Outline, held: Sequence[int]) -> tuple[int, bool, int]:
    """The innermost element that calls itself the body and holds enough; else the one we come to from the top.

    And the votes of which its own are to be a large part: all of them, unless the page holds several articles.
    """
    own = headed(outline, held)
    if own:
        return own, True, held[own]
    best = max((held[number] for number in outline.bodies), default=0)
    if not best or best < held[0] * NAMED:
        return container(outline, held), False, held[0]
    return [number for number in outline.bodies if held[number] >= best * 0.9][-1], True, held[0]


def headed(outline: Outline, held: Sequence[int]) -> int:
    """Of several `article` elements with prose the only one that holds a headline of the first rank; 0 for none."""
    several = [number for number, element in enumerate(outline.elements) if element.tag == "article" and held[number]]
    heads = {block.owner for block in outline.blocks if block.kind == "heading"}
    first = [number for number in sorted(heads) if outline.elements[number].tag == "h1"]
    if len(several) < SEVERAL or len(first) > HEADLINES:
        return 0
    found = {max((n for n in several if n <= head <= outline.last[n]), default=0) for head in first}
    own = found.pop() if len(found) == 1 else 0
    return own if held[own] >= held[0] * HEADED else 0


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
