"""A learnt model of labels: for each label, what each word weighs. Scored, explained, written as JSON and read back.

    margin(label) = bias + Σ weight(feature, label) · x(feature) / |x|        x: `extractors.features`
    score         = 1 / (1 + exp(-z)),  z = slope · margin + offset           labels that may meet in a text
                  = exp(z) / Σ exp(z)                                         labels of which each text has exactly one

|x| is the length of all that the text says, whether the model knows it or not: a text of unknown words scores low,
and leaving out weights that matter little moves nothing else. Slopes and offsets make scores mean what they say: of a
hundred texts with .8, eighty have the label (`extractors.calibration`).

As JSON, weights are whole hundredths, by feature as label, weight, label, weight: `"bank": [0, 312, 3, -41]`. The text
may come from anywhere, so `load` believes nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NoReturn

VERSION = 1
UNIT = 100  # weights are kept in parts of one
MOST_CHARACTERS = 16_000_000  # of JSON that are read
MOST_LABELS = 5000
HUGE = 1_000_000  # no number in a model that we made is so large
NAMES = {"version", "exclusive", "labels", "biases", "slopes", "offsets", "cuts", "weights"}
CURVE = 40.0  # beyond this, 1 / (1 + exp(-z)) is 0 or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Numbers by place in `labels`; `weights` by feature as (place of the label, weight) in order of places.

    `exclusive`: each text has exactly one of the labels. `cuts` (0-1) are the scores from which a label is worth
    giving, so that F1 is highest; for exclusive labels the best one is, and there are none.
    """

    labels: tuple[str, ...] = ()
    biases: tuple[float, ...] = ()
    slopes: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    weights: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    cuts: Mapping[str, float] = field(default_factory=dict)
    exclusive: bool = False


def margins(model: Model, features: Mapping[str, float]) -> list[float]:
    """How far on the side of each label a text lies; 0 is the border."""
    sums = [0.0] * len(model.labels)
    find = model.weights.get
    for feature, value in features.items():
        if pairs := find(feature):
            for place, weight in pairs:
                sums[place] += weight * value
    length = size(features)
    return [bias + total / length for bias, total in zip(model.biases, sums, strict=True)]


def size(features: Mapping[str, float]) -> float:
    """The length of a text's features as a vector; 1 for none."""
    return math.sqrt(sum([value * value for value in features.values()])) or 1.0


def score(model: Model, features: Mapping[str, float]) -> dict[str, float]:
    """How likely each label is (0-1). Over exclusive labels they sum to 1; a model without labels gives none."""
    every = zip(margins(model, features), model.slopes, model.offsets, strict=True)
    levels = [slope * margin + offset for margin, slope, offset in every]
    scores = shares(levels) if model.exclusive else [logistic(level) for level in levels]
    return dict(zip(model.labels, scores, strict=True))


def choose(model: Model, scores: Mapping[str, float]) -> tuple[str, ...]:
    """The labels to give by their scores, best first: those that reach their cut; of exclusive ones the best."""
    best = sorted(scores, key=lambda label: (-scores[label], label))
    return tuple(best[:1] if model.exclusive else (label for label in best if scores[label] >= model.cuts[label]))


def logistic(level: float) -> float:
    """1 / (1 + exp(-level))."""
    return 1 / (1 + math.exp(-max(-CURVE, min(CURVE, level))))


def shares(levels: Sequence[float]) -> list[float]:
    """exp(level) of each as a share of the sum of all."""
    top = max(levels, default=0.0)
    powers = [math.exp(level - top) for level in levels]
    total = sum(powers)
    return [power / total for power in powers]


def reasons(model: Model, features: Mapping[str, float], label: str, most: int = 3) -> tuple[str, ...]:
    """The features of a text that speak most for a label, loudest first; none for a label that the model lacks."""
    if label not in model.labels:
        return ()
    place = model.labels.index(label)
    voices = ((value * dict(model.weights.get(name, ())).get(place, 0.0), name) for name, value in features.items())
    loud = sorted((-voice, name) for voice, name in voices if voice > 0)
    return tuple(name for _, name in loud[:most])


def dump(model: Model) -> str:
    """The model as JSON: the same model gives the same bytes, and `load` gives it back."""
    weights = {name: flat(pairs) for name, pairs in model.weights.items()}
    fields = {
        "version": VERSION,
        "exclusive": model.exclusive,
        "labels": model.labels,
        "biases": model.biases,
        "slopes": model.slopes,
        "offsets": model.offsets,
        "cuts": dict(model.cuts),
        "weights": weights,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)


def flat(pairs: Sequence[tuple[int, float]]) -> list[int]:
    """Label, weight, label, weight, in hundredths."""
    return [number for place, weight in pairs for number in (place, round(weight * UNIT))]


def load(text: str) -> Model:
    """A model from its JSON. Raises `ValueError` with one line that says what is wrong."""
    fields = parse(text)
    labels = fields["labels"]
    if not (isinstance(labels, list) and len(labels) <= MOST_LABELS and all(isinstance(one, str) for one in labels)):
        refuse("labels are no list of names")
    if len(set(labels)) < len(labels) or not isinstance(fields["exclusive"], bool):
        refuse("a label stands twice, or `exclusive` is neither true nor false")
    rows = {name: numbers(name, fields[name], len(labels)) for name in ("biases", "slopes", "offsets")}
    cuts, weights = fields["cuts"], fields["weights"]
    if not (isinstance(cuts, dict) and isinstance(weights, dict)):
        refuse("cuts and weights are no objects")
    if set(cuts) != (set() if fields["exclusive"] else set(labels)) or not all(map(is_share, cuts.values())):
        refuse("cuts are not one score (0-1) for each label")
    pairs = {name: unfold(row, len(labels)) for name, row in weights.items()}
    return Model(labels=tuple(labels), **rows, weights=pairs, cuts=cuts, exclusive=fields["exclusive"])


def parse(text: str) -> dict[str, Any]:
    """The fields of a model, each of them there."""
    if len(text) > MOST_CHARACTERS:
        refuse(f"more than {MOST_CHARACTERS:,} characters")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"model: no JSON ({' '.join(str(error).split())[:100]})") from None
    if not isinstance(fields, dict) or set(fields) != NAMES:
        refuse(f"not an object of {', '.join(sorted(NAMES))}")
    if fields["version"] != VERSION:
        refuse(f"not of version {VERSION}")
    return fields


def numbers(name: str, row: Any, count: int) -> tuple[float, ...]:
    """One number for each label."""
    if not (isinstance(row, list) and len(row) == count and all(map(is_number, row))):
        refuse(f"{name} are not one number for each label")
    return tuple(map(float, row))


def unfold(row: Any, labels: int) -> tuple[tuple[int, float], ...]:
    """Pairs of label and weight from a flat row of whole numbers."""
    if not (isinstance(row, list) and len(row) % 2 == 0 and all(type(one) is int and abs(one) < HUGE for one in row)):
        refuse("weights of a feature are no row of whole numbers")
    places = row[::2]
    if any(not 0 <= place < labels for place in places) or any(b <= a for a, b in pairwise(places)):
        refuse("weights of a feature name no label of the model, or one twice")
    return tuple((place, weight / UNIT) for place, weight in zip(places, row[1::2], strict=True))


def is_number(one: Any) -> bool:
    """Whether a value is a number of reasonable size; NaN and truth values are none."""
    return type(one) in {int, float} and abs(one) < HUGE


def is_share(one: Any) -> bool:
    """Whether a value lies within 0-1."""
    return is_number(one) and 0 <= one <= 1


def refuse(what: str) -> NoReturn:
    """Refuse a model."""
    raise ValueError(f"model: {what}")
