"""Lifting: the links of labelled lines are taken out of a text, and their lines cut. See `extractors.links`.

A pointer is lifted from chrome as well, where editors' boxes lie: "See also" from any element but hidden, foreign or
technical ones, the weaker labels from boxes that stand inside the text. In such a box a line of author or section
may stand between the headlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from extractors.blocks import Block, fold
from extractors.draft import Draft, Pointer
from extractors.links import Found, below, boxed, is_article, is_headline, is_listing, read_label, stated, title_below
from extractors.page import web
from extractors.rules import CleanRules

CLOSED = frozenset(
    f"element.{name}"
    for name in ("hidden", "comments", "consent", "form", "login", "share", "tags", "newsletter", "popup", "caption")
)
RUNS = ("shape.links", "shape.edge", "shape.lane")
LINKED = 0.65  # the link share of a headline of another article
UNLABELLED = 4  # words of a headline that no label introduces
FAR = 12  # lines below a label that may belong to it


def lift(draft: Draft, rules: CleanRules) -> None:
    """Lift the links of labelled lines, then cut the lines."""
    base = draft.about.base
    last = max((number for number in draft.live() if draft.is_prose(number)), default=-1)
    for number, block in enumerate(draft.blocks):
        why = draft.reasons[number]
        if why and (why in CLOSED or not why.startswith(("element.", "shape."))):
            continue
        found = read_label(block, rules, base)
        is_told = found is not None and found.kind == "see_also"
        if not why and not is_told and is_listing(block, base):
            draft.reasons[number] = "link.listing"
        elif found and (not why or is_told or number < last):
            lift_line(draft, number, found)
    for number, why in enumerate(draft.reasons):
        if why in RUNS and is_in_run(draft, number):
            point_run(draft, number, draft.blocks[number])


def lift_line(draft: Draft, number: int, found: Found) -> None:
    """Lift what a line with a label points to. In chrome, what a weak label points to must be headlines."""
    if found.lone:
        return lift_below(draft, number, found)
    if draft.reasons[number] and found.kind == "related":
        found = replace(found, targets=tuple(target for target in found.targets if is_headline(target[0])))
    return point_line(draft, number, found) if found.targets or not draft.reasons[number] else None


def lift_below(draft: Draft, number: int, found: Found) -> None:
    """Lift the links of the lines below a label that stands alone."""
    places = following(draft, number)
    lines = [draft.blocks[place] for place in places]
    targets = below(lines, found, draft.about.base) if found.kind == "see_also" or not draft.reasons[number] else ()
    if not targets and draft.reasons[number]:
        targets = boxed([draft.blocks[p] for p in takewhile(draft.reasons.__getitem__, places)], draft.about.base)
    elif not targets and draft.blocks[number].text.rstrip().endswith(":"):
        targets = title_below(lines)
    if targets:
        point(draft, number, replace(found, targets=targets))
        settle(draft, number, places, targets)


def following(draft: Draft, number: int) -> range:
    """The lines below a label that may belong to it."""
    return range(number + 1, min(number + 1 + FAR, len(draft.blocks)))


def settle(draft: Draft, number: int, places: Sequence[int], targets: Sequence[tuple[str, str | None]]) -> None:
    """Cut the lines below a label that say what was lifted."""
    told = {fold(said) for target in targets for said in target if said}
    for place in places:
        if fold(draft.blocks[place].text) not in told:
            break
        draft.reasons[place] = draft.reasons[number]


def point_line(draft: Draft, number: int, found: Found) -> None:
    """Note the targets of a labelled line, with the address that stands alone in the line below, if one does."""
    title, url = found.targets[0] if len(found.targets) == 1 else ("", "")
    address = stated(draft.blocks[number + 1 : number + 2]) if url is None else None
    point(draft, number, replace(found, targets=((title, address),)) if address else found)
    if address:
        draft.reasons[number + 1] = draft.reasons[number]


def point(draft: Draft, number: int, found: Found) -> None:
    """Note the targets of a line, and cut it."""
    draft.reasons[number] = "link." + found.kind.replace("_", "-")
    for title, url in found.targets:
        if url is None or is_article(url, draft.about.base, told=found.kind == "see_also"):
            draft.point(Pointer(block=number, kind=found.kind, label=found.label, title=title, url=url))


def is_in_run(draft: Draft, number: int) -> bool:
    """Whether a block that was cut for its shape is one of two and more links in a row."""
    why = draft.reasons[number]
    if why == RUNS[0] or draft.blocks[number].share <= LINKED:
        return why == RUNS[0]
    beside = [place for place in (number - 1, number + 1) if 0 <= place < len(draft.blocks)]
    return any(draft.reasons[place] == why and draft.blocks[place].share > LINKED for place in beside)


def point_run(draft: Draft, number: int, block: Block) -> None:
    """Note the headlines of a run of links."""
    for anchor in block.anchors:
        url = web(draft.about.base, anchor.href)
        if url and is_headline(anchor.title, UNLABELLED) and is_article(url, draft.about.base):
            draft.point(Pointer(block=number, kind="related", label="", title=anchor.title, url=url))
