"""What was learnt from corrections and labelled data, as the tagger asks it: models, and thresholds of tags.

A model speaks for a tag when it is surer of it than its own cut for that tag asks; what it is less sure of it does not
say at all. Its evidence are the words of the text that weigh most with it, in their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.features import features
from extractors.linear import Model, choose, reasons, score
from extractors.subject import Evidence, Named, Tag, Tagging
from extractors.vocabulary import Reading, Span

LABEL = "topic:"  # ids of tags begin so that are labels of labelled data, and no tags of the taxonomy
REASONS = 3  # words that a model gives for a tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model under its name, with the tag that each of its labels stands for."""

    name: str
    model: Model
    tags: Mapping[str, Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """All models, and the thresholds (0–1) that corrections gave to tags in place of the taxonomy's."""

    models: tuple[Trained, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A model's word for a tag: how sure it is (0–1), and by which words."""

    tag: Named
    chance: float
    evidence: tuple[Evidence, ...]


def voices(training: Training, reading: Reading, tagging: Tagging) -> dict[str, Voice]:
    """What the models say for tags, by tag id; where several do, the surest. `tagging` is what was found without."""
    heard: dict[str, Voice] = {}
    if not training.models:
        return heard
    seen = features(reading, tagging)
    for trained in training.models:
        for label, chance in spoken(trained.model, seen):
            tag = trained.tags[label]
            if tag.id not in heard or heard[tag.id].chance < chance:
                why = tuple(because(trained, label, seen, reading, tagging))
                heard[tag.id] = Voice(tag=tag, chance=chance, evidence=why)
    return heard


def ranked(trained: Trained, reading: Reading, tagging: Tagging) -> list[tuple[str, float]]:
    """Every label a model knows with its chance (0–1), the likeliest first."""
    chances = score(trained.model, features(reading, tagging))
    return sorted(chances.items(), key=lambda one: (-one[1], one[0]))


def spoken(model: Model, seen: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """The labels of which a model is sure enough, each with its chance."""
    chances = score(model, seen)
    return ((label, chances[label]) for label in choose(model, chances))


def because(
    trained: Trained, label: str, seen: Mapping[str, float], reading: Reading, tagging: Tagging
) -> Sequence[Evidence]:
    """The features that speak for a label, where they stand; the model's name when none of them has a place."""
    loud = reasons(trained.model, seen, label, REASONS)
    found = dict.fromkeys(span for feature in loud if (span := place(reading, tagging, feature)))
    here = [reading.evidence("model", span) for span in found]
    return here or [Evidence(source="model", field="", start=0, end=0, detail=trained.name)]


def place(reading: Reading, tagging: Tagging, feature: str) -> Span | None:
    """Where a feature first stands: a word or pair of words, or what was found of a tag or entity; None for nowhere."""
    if feature[:1] in "#@":
        return found_at(reading, next((tag for tag in tagging.tags if tag.id == feature[1:]), None))
    start, end = reading.low.find(feature), len(feature)
    while start >= 0:
        around = reading.low[start - 1 : start], reading.low[start + end : start + end + 1]
        if not any(side.strip() for side in around):
            return start, start + end
        start = reading.low.find(feature, start + 1)
    return None


def found_at(reading: Reading, tag: Tag | None) -> Span | None:
    """The first place of what speaks for a tag."""
    shifts = {"title": 0, "text": reading.body}
    for why in tag.evidence if tag else ():
        if why.field in shifts:
            return why.start + shifts[why.field], why.end + shifts[why.field]
    return None
