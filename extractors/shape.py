"""Rules of shape: for the body of a page, what stands outside the lane in which the prose runs.

    shape.lane     a block that is no prose, in elements that hold no prose
    shape.stray    prose that is none of the article's, see `extractors.strays`
    shape.edge     what stands above the first and below the last block of prose, outside the main lane
    shape.links    blocks in a row that are all link: headlines of other articles

They serve pages only: a feed's or an aggregator's text has no lanes. Headings inside the text, lists, quotations
and tables in the lane stay, and so does what `extractors.parts` finds to belong to the text all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from extractors.blocks import is_sentence
from extractors.body import Body, weigh
from extractors.lanes import Lane
from extractors.parts import LINKED, Scene, belonging
from extractors.strays import strays

LANE = 0.1  # the share of the prose that a lane must hold
ANNOUNCING = (":", "\uff1a")


def shape(body: Body) -> list[str]:
    """The body's reasons, with those of shape added."""
    scene = view(body)
    kept = belonging(scene)
    reasons = list(body.reasons)
    for number, vote in enumerate(scene.votes):
        if not (reasons[number] or vote or number in kept or scene.is_good(number)):
            reasons[number] = "shape.lane"
    for number in sorted(strays(scene, [bool(why) for why in reasons]) - kept):
        reasons[number] = reasons[number] or "shape.stray"
    votes = tuple(0 if why else vote for vote, why in zip(scene.votes, reasons, strict=True))
    scene = replace(scene, votes=votes)
    trailing(scene, kept, reasons)
    edges(scene, kept, reasons)
    runs(scene, reasons)
    return reasons


def view(body: Body) -> Scene:
    """The body as the rules see it."""
    votes = tuple(0 if why else weigh(block) for block, why in zip(body.blocks, body.reasons, strict=True))
    held: Counter[Lane] = Counter()
    for place, vote in zip(body.lanes, votes, strict=True):
        held[place] += vote
    return Scene(
        blocks=body.blocks,
        reasons=body.reasons,
        lanes=body.lanes,
        votes=votes,
        good=frozenset(place for place, vote in held.items() if vote >= body.prose * LANE),
        main=max(held, key=lambda place: held[place], default=None),
    )


def trailing(scene: Scene, kept: Collection[int], reasons: list[str]) -> None:
    """Cut prose outside the lanes that follows the last of the prose in them: boxes, notes on the author."""
    sound = [number in kept or scene.is_good(number) for number in range(len(reasons))]
    last = max((number for number, vote in enumerate(scene.votes) if vote and sound[number]), default=len(reasons))
    for number in range(last + 1, len(reasons)):
        if not sound[number]:
            reasons[number] = reasons[number] or "shape.edge"


def edges(scene: Scene, kept: Collection[int], reasons: list[str]) -> None:
    """Cut what stands above the first and below the last prose, unless it is sound and in the main lane."""
    prose = [number for number, vote in enumerate(scene.votes) if vote or number in kept]
    if not prose:
        return
    for number in (*range(prose[0]), *range(prose[-1] + 1, len(reasons))):
        block = scene.blocks[number]
        sound = block.share < LINKED and (block.kind != "heading" or number < prose[0])
        if not reasons[number] and not (sound and scene.lanes[number] == scene.main):
            reasons[number] = "shape.edge"


def runs(scene: Scene, reasons: list[str]) -> None:
    """Cut two and more blocks in a row that are nearly all link and no sentence."""
    run: list[int] = []
    before = -1
    for number, block in enumerate(scene.blocks):
        if reasons[number]:
            continue
        if block.share > LINKED and not is_sentence(block.text) and not is_title(scene, number, reasons):
            run.append(number)
            continue
        if not is_announced(scene, run, before):
            cut(run, reasons)
        run, before = [], number
    cut(run, reasons)


def is_title(scene: Scene, number: int, reasons: Sequence[str]) -> bool:
    """Whether a link is a heading in a lane, with prose of a lane below it: "2. <the second best of all>"."""
    after = number + 1
    if scene.blocks[number].kind != "heading" or after >= len(reasons) or reasons[after]:
        return False
    return scene.is_good(number) and scene.is_good(after) and scene.votes[after] > 0


def is_announced(scene: Scene, run: Sequence[int], before: int) -> bool:
    """Whether a run of links is a list in a lane that the block before it announces with a colon."""
    return (
        before >= 0
        and scene.blocks[before].text.endswith(ANNOUNCING)
        and scene.is_good(before)
        and all(scene.is_good(number) and scene.blocks[number].kind == "list" for number in run)
    )


def cut(run: Sequence[int], reasons: list[str]) -> None:
    """Mark a run of two or more."""
    if len(run) > 1:
        for number in run:
            reasons[number] = "shape.links"
