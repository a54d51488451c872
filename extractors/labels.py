"""Choose what a reader sees of an article's tags: one section, and a few labels.

Labels are at most three topics, the section first, then the lead place and the lead company. A topic gives way to a
more special one below it ("AI Policy" says "Artificial Intelligence"). Where the text alone makes two topics clear,
the feed's categories do not change what is shown: an article's labels do not hang on who carried it.

All of it follows from the tags themselves. `settle` gives parents their share and chooses; it is asked by the tagger,
and asked again when somebody has corrected an article's tags (`extractors.corrections`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from extractors.subject import Claim, Entity, Evidence, Named, Tag, Tagging

PARENT = 0.9  # of a tag's score goes to its parents
TOPICS = 3  # topics among the labels
CLEAR = 2  # topics that make a text clear enough to need no categories
CAP = 6  # labels at most
SUBJECTS = ("section", "topic")  # kinds of tags that say what a text is about; the others name a thing


Parents = Mapping[str, Sequence[Named]]  # tag id → all tags above it, but for groups


def settle(own: Sequence[Tag], parents: Parents, entities: Sequence[Entity], claims: Sequence[Claim] = ()) -> Tagging:
    """All that follows from the tags that something speaks for: those above them, the section, the labels.

    `own` are topics and things without what they have from their children, in the order in which ties are to stand.
    """
    topics = with_parents([tag for tag in own if tag.kind in SUBJECTS], parents)
    things = sorted((tag for tag in own if tag.kind not in SUBJECTS), key=lambda tag: -tag.score)
    shown = choose_topics(topics)
    return Tagging(
        section=choose_section(topics, shown),
        tags=(*topics, *things),
        labels=choose_labels(shown, things, entities),
        entities=tuple(entities),
        claims=tuple(claims),
        own=tuple(own),
    )


def with_parents(topics: Sequence[Tag], parents: Parents) -> list[Tag]:
    """The topics, best first, and those above them, each with nine tenths of its best child's score if it has less."""
    order = {tag.id: place for place, tag in enumerate(topics)}
    found = {tag.id: tag for tag in topics}
    for child in sorted(topics, key=lambda tag: -tag.score):  # the best first: parents have their score from it
        for parent in parents.get(child.id, ()):
            old = found.get(parent.id) or Tag(id=parent.id, name=parent.name, kind=parent.kind, score=0.0)
            found[parent.id] = raised(old, child)
            order.setdefault(parent.id, len(order))
    return sorted(found.values(), key=lambda tag: (-tag.score, order[tag.id]))


def raised(parent: Tag, child: Tag) -> Tag:
    """A tag with what it has from a child of it."""
    why = Evidence(source="parent", field="", start=0, end=0, detail=child.id)
    return replace(
        parent,
        score=max(parent.score, round(PARENT * child.score, 4)),
        alone=max(parent.alone, PARENT * child.alone),
        evidence=(*parent.evidence, why),
    )


def children(tag: Tag) -> Iterator[str]:
    """The ids of the tags that a tag follows from."""
    return (one.detail for one in tag.evidence if one.source == "parent")


def choose_topics(topics: Sequence[Tag]) -> list[Tag]:
    """The topics to show, sections first, then by score on the text alone."""
    clear = lowest([tag for tag in topics if tag.alone > 0])
    if len(clear) >= CLEAR:
        chosen = sorted(clear, key=lambda tag: -tag.alone)[:TOPICS]
    else:
        chosen = sorted(lowest(topics), key=lambda tag: (-tag.alone, -tag.score))[:CLEAR]
    return sorted(chosen, key=lambda tag: tag.kind != "section")


def lowest(topics: Sequence[Tag]) -> list[Tag]:
    """The topics that do not lie above another of them."""
    there = {tag.id for tag in topics}
    return [tag for tag in topics if there.isdisjoint(children(tag))]


def choose_section(topics: Sequence[Tag], shown: Sequence[Tag]) -> str | None:
    """The section shown; else the best one above a topic shown; else the best of all."""
    seen = {tag.id for tag in shown}
    every = [tag for tag in topics if tag.kind == "section"]
    of_shown = [tag for tag in shown if tag.kind == "section"]
    above = [tag for tag in every if not seen.isdisjoint(children(tag))]
    best = [*of_shown, *above, *every]
    return best[0].name if best else None


def choose_labels(shown: Sequence[Tag], things: Sequence[Tag], ranked: Sequence[Entity]) -> tuple[str, ...]:
    """The names a reader sees. `things` are the entity tags given, `ranked` the entities by salience."""
    leads = [lead(kind, things, ranked) for kind in ("place", "company")]
    names = [*(tag.name for tag in shown), *(name for name in leads if name)]
    return tuple(dict.fromkeys(names))[:CAP]


def lead(kind: Literal["place", "company"], things: Sequence[Tag], ranked: Sequence[Entity]) -> str | None:
    """The most salient entity of a kind that has a tag; else one that others imply, as Paris and Berlin do Europe."""
    tagged = {tag.id for tag in things}
    seen = (one.name for one in ranked if one.type == kind and one.id in tagged)
    implied = (tag.name for tag in things if tag.kind == kind)
    return next(seen, None) or next(implied, None)
