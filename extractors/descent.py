"""A linear support vector machine, by coordinate descent in its dual: the algorithm of LIBLINEAR, in plain Python.

For signs y and rows x it finds the w that makes

    ½ |w|² + Σ cost · max(0, 1 - y w·x)²

least: a wide margin between the two sides, where each row on the wrong side of it pays by the square. (Hsieh et al.,
"A dual coordinate descent method for large-scale linear SVM", 2008, algorithm 3 with squared hinge loss.) Each row has
a multiplier; one step sets one of them to its best value, the others fixed. Rows well outside the margin keep 0 and are
set aside, so that later passes cost what lies near the border.

Most of the time goes into scalar products. `itemgetter` gathers the weights of a row and `map(mul)` multiplies them
without a line of bytecode for each.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter, mul
from typing import Any

PASSES = 10  # over the rows at most; what is left to gain by then shows in no score
CLOSE = 0.3  # the steepest slopes up and down lie so near to each other: done
OFFSET, NOTHING = 0, 1  # the first two places: one that all rows have, and one that says nothing
FIRST = 2  # place of a feature


@dataclass(frozen=True, slots=True)
class Row:
    """A text as numbers: the places of its features among the weights, their values, the sum of their squares."""

    places: tuple[int, ...]
    values: tuple[float, ...]
    take: Any  # itemgetter of the places
    square: float

    def dot(self, weights: Sequence[float]) -> float:
        """The scalar product with weights by place."""
        total: float = sum(map(mul, self.take(weights), self.values))
        return total


@dataclass(slots=True)
class Machine:
    """Rows with their signs and costs, the multipliers found so far, and the weights these make."""

    rows: Sequence[Row]
    signs: Sequence[int]
    lazy: Sequence[float]
    multipliers: list[float]
    weights: list[float]

    def sweep(self, order: Sequence[int], limit: float) -> tuple[list[int], float, float]:
        """One pass: the rows to look at again, and the steepest slopes up and down that were met.

        Rows without a multiplier whose slope is beyond `limit` are set aside.
        """
        rows, signs, lazy, multipliers, weights = self.rows, self.signs, self.lazy, self.multipliers, self.weights
        kept, up, down = [], 0.0, 0.0
        for i in order:
            one, old = rows[i], multipliers[i]
            slope = signs[i] * sum(map(mul, one.take(weights), one.values)) - 1 + old * lazy[i]
            if old == 0 and slope > limit:
                continue
            kept.append(i)
            if old == 0 and slope >= 0:
                continue
            up, down = max(up, slope), min(down, slope)
            new = multipliers[i] = max(0.0, old - slope / (one.square + lazy[i]))
            step = (new - old) * signs[i]
            for place, value in zip(one.places, one.values, strict=True):
                weights[place] += step * value
        return kept, up, down


def row(values: Mapping[int, float]) -> Row:
    """A row of values by place, from `FIRST` on. A text without features has a row too."""
    places = (OFFSET, NOTHING, *values)
    numbers = (1.0, 0.0, *values.values())
    return Row(places, numbers, itemgetter(*places), sum(map(mul, numbers, numbers)))


def separate(rows: Sequence[Row], signs: Sequence[int], costs: Sequence[float], size: int) -> list[float]:
    """The weights, by place, that part the rows of sign 1 from those of sign -1. `size` is the number of places."""
    machine = Machine(rows, signs, [0.5 / cost for cost in costs], [0.0] * len(rows), [0.0] * size)
    dice = random.Random(len(rows))  # noqa: S311 - an order, not a secret
    order, limit = list(range(len(rows))), math.inf
    for _ in range(PASSES):
        dice.shuffle(order)
        order, up, down = machine.sweep(order, limit)
        if up - down <= CLOSE:
            break
        limit = up or math.inf
    return machine.weights
