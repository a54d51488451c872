"""Choose what a reader sees of an article's tags: one section, and a few labels.

Labels are at most three topics, the section first, then the lead place and the lead company. A topic gives way to a
more special one below it ("AI Policy" says "Artificial Intelligence"). Where the text alone makes two topics clear,
the feed's categories do not change what is shown: an article's labels do not hang on who carried it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from extractors.model import Entity, Tag

TOPICS = 3  # topics among the labels
CLEAR = 2  # topics that make a text clear enough to need no categories
CAP = 6  # labels at most

Above = Mapping[str, set[str]]  # tag id → ids of all tags above it


@dataclass(frozen=True, slots=True)
class Judged:
    """A topic tag, and its score on the text alone; 0 when that would not have been enough."""

    tag: Tag
    alone: float


def choose_topics(topics: Sequence[Judged], above: Above) -> list[Judged]:
    """The topics to show, sections first, then by score on the text alone."""
    clear = lowest([one for one in topics if one.alone > 0], above)
    if len(clear) >= CLEAR:
        chosen = sorted(clear, key=lambda one: -one.alone)[:TOPICS]
    else:
        chosen = sorted(lowest(topics, above), key=lambda one: (-one.alone, -one.tag.score))[:CLEAR]
    return sorted(chosen, key=lambda one: one.tag.kind != "section")


def lowest(topics: Sequence[Judged], above: Above) -> list[Judged]:
    """The topics that do not lie above another of them."""
    covered = {parent for one in topics for parent in above[one.tag.id]}
    return [one for one in topics if one.tag.id not in covered]


def choose_section(topics: Sequence[Judged], shown: Sequence[Judged], above: Above) -> str | None:
    """The section shown; else the best one above a topic shown; else the best of all."""
    covered = {parent for one in shown for parent in above[one.tag.id]}
    of_shown = [one.tag for one in shown if one.tag.kind == "section"]
    every = [one.tag for one in topics if one.tag.kind == "section"]
    best = [*of_shown, *(tag for tag in every if tag.id in covered), *every]
    return best[0].name if best else None


def choose_labels(shown: Sequence[Judged], things: Sequence[Tag], ranked: Sequence[Entity]) -> tuple[str, ...]:
    """The names a reader sees. `things` are the entity tags given, `ranked` the entities by salience."""
    leads = [lead(kind, things, ranked) for kind in ("place", "company")]
    names = [*(one.tag.name for one in shown), *(name for name in leads if name)]
    return tuple(dict.fromkeys(names))[:CAP]


def lead(kind: Literal["place", "company"], things: Sequence[Tag], ranked: Sequence[Entity]) -> str | None:
    """The most salient entity of a kind that has a tag; else one that others imply, as Paris and Berlin do Europe."""
    tagged = {tag.id for tag in things}
    seen = (one.name for one in ranked if one.type == kind and one.id in tagged)
    implied = (tag.name for tag in things if tag.kind == kind)
    return next(seen, None) or next(implied, None)
