"""Rules of shape alone, for the body of a page: what stands outside the lane in which the prose runs.

    shape.edge     short lines above the first and below the last block of prose, outside the main lane
    shape.lane     a block that is no prose, in elements that hold no prose
    shape.links    blocks in a row that are all link: headlines of other articles

They serve pages only: a feed's or an aggregator's text has no lanes. Headings inside the text, lists, quotations
and tables in the lane stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from extractors.blocks import Block, is_sentence
from extractors.body import Body, Lane, weigh

LANE = 0.1  # the share of the prose that a lane must hold
LINKED = 0.65  # the link share of a headline of another article


def shape(body: Body) -> list[str]:
    """The body's reasons, with those of shape added."""
    blocks, reasons, lanes = body.blocks, list(body.reasons), body.lanes
    votes = [0 if why else weigh(block) for block, why in zip(blocks, reasons, strict=True)]
    held: Counter[Lane] = Counter()
    for place, vote in zip(lanes, votes, strict=True):
        held[place] += vote
    good = {place for place, vote in held.items() if vote >= body.prose * LANE}
    for number, block in enumerate(blocks):
        if reasons[number] or votes[number] or lanes[number] in good:
            continue
        following = number + 1
        leads = block.kind == "heading" and block.share < LINKED and following < len(blocks) and votes[following] > 0
        if not (leads and lanes[following] in good):
            reasons[number] = "shape.lane"
    trailing(lanes, votes, good, reasons)
    main = max(held, key=lambda place: held[place], default=None)
    edges(blocks, votes, [place == main for place in lanes], reasons)
    runs(blocks, reasons)
    return reasons


def trailing(lanes: Sequence[Lane], votes: Sequence[int], good: Collection[Lane], reasons: list[str]) -> None:
    """Cut prose outside the lanes that follows the last of the prose in them: boxes, notes on the author."""
    last = max((number for number, vote in enumerate(votes) if vote and lanes[number] in good), default=len(votes))
    for number in range(last + 1, len(votes)):
        if lanes[number] not in good:
            reasons[number] = reasons[number] or "shape.edge"


def edges(blocks: Sequence[Block], votes: Sequence[int], inlane: Sequence[bool], reasons: list[str]) -> None:
    """Cut what stands above the first and below the last prose, unless it is sound and in the main lane."""
    prose = [number for number, vote in enumerate(votes) if vote]
    if not prose:
        return
    for number in (*range(prose[0]), *range(prose[-1] + 1, len(blocks))):
        block = blocks[number]
        sound = block.share < LINKED and (block.kind != "heading" or number < prose[0])
        if not reasons[number] and not (sound and inlane[number]):
            reasons[number] = "shape.edge"


def runs(blocks: Sequence[Block], reasons: list[str]) -> None:
    """Cut two and more blocks in a row that are nearly all link and no sentence."""
    run: list[int] = []
    for number, block in enumerate(blocks):
        if reasons[number]:
            continue
        if block.share > LINKED and not is_sentence(block.text):
            run.append(number)
            continue
        cut(run, reasons)
        run = []
    cut(run, reasons)


def cut(run: Sequence[int], reasons: list[str]) -> None:
    """Mark a run of two or more."""
    if len(run) > 1:
        for number in run:
            reasons[number] = "shape.links"
