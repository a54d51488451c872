"""What somebody said of an article's tags, laid over what was found: a verdict holds, whatever speaks against it.

    "+ai-policy"    the article has the tag, with a score of 1
    "-funding"      it has not, and nothing follows from it: tags above it go unless something else speaks for them

So does what rests on a thing alone that the article is not about: Robotics on Boston Dynamics, Germany on Berlin.
Section and labels are chosen anew, by the rule they were chosen by before (`extractors.labels`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from extractors.labels import SUBJECTS, Parents, children, settle
from extractors.subject import Evidence, Named, Tag, Tagging

Place = tuple[str, int, int]  # field, start, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody said of one tag of one article: whether it `holds`. `parents` are all tags above it."""

    tag: Named
    holds: bool
    parents: tuple[Named, ...] = ()


def correct(tagging: Tagging, verdicts: Sequence[Verdict]) -> Tagging:
    """The tagging with all verdicts in force; the same one when there are none."""
    if not verdicts:
        return tagging
    holding = {verdict.tag.id: verdict for verdict in verdicts if verdict.holds}
    rejected = {verdict.tag.id for verdict in verdicts if not verdict.holds}
    found = tagging.own or tagging.tags
    spans = {span for tag in found if tag.id in rejected and tag.kind not in SUBJECTS for span in entity_spans(tag)}
    kept = [
        confirmed(tag) if tag.id in holding else tag
        for tag in found
        if tag.id in holding or (tag.id not in rejected and not rests_on(tag, spans))
    ]
    there = {tag.id for tag in kept}
    added = [given(verdict.tag) for verdict in verdicts if verdict.holds and verdict.tag.id not in there]
    above = {**known_parents(tagging), **{tag: verdict.parents for tag, verdict in holding.items()}}
    parents = {tag: [one for one in all_ if one.id not in rejected] for tag, all_ in above.items()}
    return settle([*kept, *added], parents, tagging.entities, tagging.claims)


def entity_spans(tag: Tag) -> set[Place]:
    """Where the names stand that speak for a tag."""
    return {(why.field, why.start, why.end) for why in tag.evidence if why.source == "entity"}


def rests_on(tag: Tag, spans: Collection[Place]) -> bool:
    """Whether nothing speaks for a tag but names at these places."""
    named = [(why.field, why.start, why.end) in spans for why in tag.evidence if why.source == "entity"]
    return bool(named) and all(named) and len(named) == len(tag.evidence)


def confirmed(tag: Tag) -> Tag:
    """A tag that was found and is right."""
    return replace(tag, score=1.0, alone=1.0, evidence=(said("confirmed"), *tag.evidence))


def given(tag: Named) -> Tag:
    """A tag that nobody but the user found."""
    return Tag(id=tag.id, name=tag.name, kind=tag.kind, score=1.0, alone=1.0, evidence=(said("added"),))


def said(word: str) -> Evidence:
    """The user's word as evidence."""
    return Evidence(source="user", field="", start=0, end=0, detail=word)


def known_parents(tagging: Tagging) -> Parents:
    """The tags above each tag, as far as the tagging shows them: it names the children of each."""
    above: dict[str, list[Named]] = {}
    for tag in tagging.tags:
        for child in children(tag):
            above.setdefault(child, []).append(Named(id=tag.id, name=tag.name, kind=tag.kind))
    return above
