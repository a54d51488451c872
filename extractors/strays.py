"""Prose inside the body's element that is none of the article's: boxes, cards, notes, pop-ups.

    teasers  a lane in which prose follows upon links again and again: cards of other articles
    far      prose of a lane of its own, apart from the main lane's by many blocks that are cut
    again    prose outside the main lane that the page says twice, as the notes of its scripts
    below    prose below the main lane's, of lanes that hold little and nothing above

The main lane's own prose never strays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from extractors.lanes import Lane
from extractors.parts import LINKED, Scene

CARDS = 2  # pieces of prose in a lane that follow upon a link,
MOSTLY = 0.6  # and their share of the lane's
FEW = 0.25  # the share of all prose that cards, or the lanes below, may hold
BELOW = 8  # blocks that are cut, between the last of the main lane and what strays
ABOVE = 24


def strays(scene: Scene, cut: list[bool]) -> set[int]:
    """The numbers of blocks that are not the article's. `cut`: whether a rule cuts the block."""
    found = {*teasers(scene), *far(scene, cut), *again(scene)}
    return found.union(below(scene, [0 if number in found else vote for number, vote in enumerate(scene.votes)]))


def teasers(scene: Scene) -> Iterator[int]:
    """The blocks of lanes of cards."""
    prose: Counter[Lane] = Counter()
    led: Counter[Lane] = Counter()
    held: Counter[Lane] = Counter()
    for number, vote in enumerate(scene.votes):
        if vote:
            place = scene.lanes[number]
            prose[place] += 1
            held[place] += vote
            led[place] += bool(number) and scene.blocks[number - 1].share > LINKED
    most = FEW * sum(scene.votes)
    cards = {
        place
        for place, count in led.items()
        if place != scene.main and count >= max(CARDS, MOSTLY * prose[place]) and held[place] <= most
    }
    yield from (number for number, place in enumerate(scene.lanes) if place in cards)


def far(scene: Scene, cut: list[bool]) -> Iterator[int]:
    """The blocks beyond a gap below the last, and above the first, of the main lane's prose."""
    own = [number for number, vote in enumerate(scene.votes) if vote and scene.lanes[number] == scene.main]
    if not own:
        return
    amid = {scene.lanes[number] for number in range(own[0], own[-1]) if scene.votes[number]}
    under, over = range(own[-1] + 1, len(cut)), range(own[0] - 1, -1, -1)
    for number in (*beyond(under, cut, BELOW), *beyond(over, cut, ABOVE)):
        if scene.lanes[number] not in amid:
            yield number


def beyond(numbers: Iterable[int], cut: list[bool], wide: int) -> Iterator[int]:
    """Those of the numbers that come after so many in a row that are cut."""
    gap = 0
    for number in numbers:
        gap = gap + 1 if cut[number] or gap >= wide else 0
        if gap >= wide and not cut[number]:
            yield number


def again(scene: Scene) -> Iterator[int]:
    """Prose that stands twice and more outside the main lane."""
    apart = [number for number, vote in enumerate(scene.votes) if vote and scene.lanes[number] != scene.main]
    often = Counter(scene.blocks[number].text for number in apart)
    yield from (number for number in apart if often[scene.blocks[number].text] > 1)


def below(scene: Scene, votes: list[int]) -> Iterator[int]:
    """Prose below the main lane's, of lanes that hold little and nothing above. `votes`: without what strays."""
    last = max((n for n, vote in enumerate(votes) if vote and scene.lanes[n] == scene.main), default=len(votes))
    above = {scene.lanes[number] for number in range(last) if votes[number]}
    under = [n for n in range(last + 1, len(votes)) if votes[n] and scene.lanes[n] not in above]
    if sum(votes[number] for number in under) <= FEW * sum(votes):
        yield from under
