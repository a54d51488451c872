"""Parts of an article that stand in wrappers of their own, apart from the lanes in which its prose runs.

    questions  two and more headings that ask, each with prose below it
    list       three and more items without links below a heading, such as ingredients
    heading    one without a link, when the article goes on below it
    quotation  all of it, when some of it stays

Each is a shape that chrome seldom has; `extractors.shape` leaves alone what is found here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from extractors.blocks import Block
from extractors.lanes import Lane

LINKED = 0.65  # the link share from which a block is a link and nothing else
PURE = 0.2  # the link share of an item that is words
AHEAD = 4  # blocks below a heading in which the text must go on
PROSE = 60  # characters of text that goes on
ITEMS = 3
QUESTIONS = 2
ASKING = ("?", "\uff1f", "\u037e", "\u061f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The blocks of a body as rules of shape see them: the rule that cuts each, its lane, its votes.

    `good` are the lanes that hold much of the prose, `main` is the one that holds most.
    """

    blocks: tuple[Block, ...]
    reasons: tuple[str, ...]
    lanes: tuple[Lane, ...]
    votes: tuple[int, ...]
    good: Collection[Lane]
    main: Lane | None

    def is_good(self, number: int) -> bool:
        """Whether a block stands in a lane of much prose."""
        return self.lanes[number] in self.good

    def is_heading(self, number: int) -> bool:
        """Whether a block is a heading without a link that no rule cuts."""
        block = self.blocks[number]
        return block.kind == "heading" and block.share < LINKED and not self.reasons[number]


def belonging(scene: Scene) -> set[int]:
    """The numbers of blocks outside the good lanes that belong to the article all the same."""
    told = {*questions(scene), *listed(scene)}
    told |= {n for n in range(len(scene.blocks)) if scene.is_heading(n) and leads(scene, n, told)}
    return told.union(quoted(scene))


def questions(scene: Scene) -> Iterator[int]:
    """Headings that ask and the prose below them, when there are several. One that is a link asks of another text."""
    blocks, asking = scene.blocks, []
    for number in range(len(blocks) - 1):
        block, after = blocks[number], number + 1
        if block.kind != "heading" or scene.reasons[number] or not block.text.endswith(ASKING):
            continue
        if scene.votes[after] and (block.share < LINKED or not scene.is_good(after)):
            asking.append(number)
    for number in asking if len(asking) >= QUESTIONS else ():
        yield number
        place = number + 1
        while place < len(blocks) and blocks[place].kind != "heading" and scene.votes[place]:
            yield place
            place += 1


def listed(scene: Scene) -> Iterator[int]:
    """A heading and the items without links below it."""
    for number in range(len(scene.blocks) - ITEMS):
        if not scene.is_heading(number) or scene.blocks[number + 1].kind != "list":
            continue
        place = number + 1
        while place < len(scene.blocks) and is_item(scene, place, scene.lanes[number + 1]):
            place += 1
        if place - number > ITEMS:
            yield from range(number, place)


def is_item(scene: Scene, number: int, lane: Lane) -> bool:
    """Whether a block is an item of a list of words."""
    block = scene.blocks[number]
    return block.kind == "list" and block.share < PURE and not scene.reasons[number] and scene.lanes[number] == lane


def leads(scene: Scene, number: int, told: Collection[int]) -> bool:
    """Whether the article goes on below a heading: other headings and short lines in its wrapper may come first."""
    for place in range(number + 1, min(number + 1 + AHEAD, len(scene.blocks))):
        block = scene.blocks[place]
        if scene.reasons[place]:
            return False
        if place in told or (scene.is_good(place) and len(block.text) >= PROSE):
            return True
        if block.share >= LINKED or (block.kind != "heading" and scene.lanes[place] != scene.lanes[number]):
            return False
    return False


def quoted(scene: Scene) -> Iterator[int]:
    """What stands in one quotation with prose: the last words of a post, and who wrote it."""
    for number, block in enumerate(scene.blocks):
        if block.kind == "quote" and not scene.votes[number] and not scene.reasons[number]:
            near = [place for place in (number - 2, number - 1, number + 1) if 0 <= place < len(scene.blocks)]
            if any(
                scene.blocks[place].kind == "quote" and scene.votes[place] and scene.lanes[place] == scene.lanes[number]
                for place in near
            ):
                yield number
