"""The features of texts as numbers: their places among weights, and how much each counts.

A text's value for a feature is

    x / |x| · STRETCH · rarity(feature),   rarity = 1 - ln(1 + texts with it) / (1 + ln(1 + texts))

that is, tf-idf with idf brought to 0-1, over the length of all that the text says: see `extractors.linear`. Pairs of
words that only one text has are left out; they are half of all features, and no other text will have most of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.descent import FIRST, Row, row
from extractors.linear import UNIT, size

STRETCH = 1.3  # of a text's values, against the 1 of the offset that all rows have
PAIRS = 2  # texts that a pair of words must stand in


class Space:
    """The features of some texts, by place, and the texts as rows."""

    def __init__(self, texts: Sequence[Mapping[str, float]]) -> None:
        counts = Counter(feature for text in texts for feature in text)
        known = sorted(name for name, count in counts.items() if count >= PAIRS or " " not in name)
        whole = 1 + math.log(1 + len(texts))
        self.place = {name: place for place, name in enumerate(known, start=FIRST)}
        self.factor = {name: STRETCH * (1 - math.log(1 + counts[name]) / whole) for name in known}
        self.size = FIRST + len(known)
        self.rows = [self.row(text) for text in texts]

    def row(self, text: Mapping[str, float]) -> Row:
        """A text as a row."""
        length = size(text)
        known = sorted(name for name in text if name in self.place)
        return row({self.place[name]: text[name] / length * self.factor[name] for name in known})

    def name(self, weights: Sequence[float], most: int) -> dict[str, float]:
        """The greatest weights by feature, for values as they stand in a text, rounded as a model keeps them."""
        raw = ((name, round(weights[place] * self.factor[name] * UNIT) / UNIT) for name, place in self.place.items())
        best = sorted((-abs(weight), name, weight) for name, weight in raw if weight)
        return {name: weight for _, name, weight in best[:most]}
