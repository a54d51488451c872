"""Make margins into scores that mean what they say, and find the score from which a label is worth giving.

All of it is fitted to margins of texts that the model had not seen ("out of fold"); those of texts it was trained on
flatter.

    may meet    score = logistic(slope · margin + offset) for each label: Platt (1999), targets and Newton's steps as
                in Lin, Lin and Weng, "A note on Platt's probabilistic outputs" (2007)
    exclusive   scores = shares of exp(slope · margin), with the slope of greatest likelihood

Exclusive labels have one slope for all and no offsets: with them rare labels are hardly ever given.

There is one cut for all labels, the score that makes F1 highest over all of them together, and the rarer a label, the
lower its own: machines that were trained on parts of few texts know less than the one that was trained on all of them,
so its scores are too low. But it is no lower than the share of texts that have the label: to score less than any text
would is no reason to be given it. A cut found for each label alone is best on the texts it was found on, and on no
others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import mul

from extractors.linear import logistic, shares

STEPS = 30
SLOPE = 5.0  # where there is nothing to fit to
LEAST_SLOPE = 0.2  # a margin may say little, but never the contrary
RARE = 10  # texts with a label, at which its cut is half of that of all labels
CLOSE = 1e-3  # a step so small changes no score
LOWEST_CUT, HIGHEST_CUT = 0.1, 0.5

Pair = tuple[float, bool]  # a margin or a score, and whether the text has the label
Line = tuple[float, float]  # slope, offset


def fit_line(pairs: Sequence[Pair]) -> Line:
    """Slope and offset for one label, by Platt."""
    yes = sum(has for _, has in pairs)
    no = len(pairs) - yes
    if min(yes, no) < 2:  # noqa: PLR2004 - out of fold, the only text of its kind is judged by a model without any
        return SLOPE, 0.0
    high, low = (yes + 1) / (yes + 2), 1 / (no + 2)
    counts = Counter((round(margin, 2), high if has else low) for margin, has in pairs)
    slope, offset = 1.0, math.log((yes + 1) / (no + 1))
    for _ in range(STEPS):
        step = newton(counts, slope, offset)
        slope, offset = slope + step[0], offset + step[1]
        if max(map(abs, step)) < CLOSE:
            break
    return (slope, offset) if slope >= LEAST_SLOPE else (LEAST_SLOPE, math.log((yes + 1) / (no + 1)))


def newton(counts: Mapping[tuple[float, float], int], slope: float, offset: float) -> Line:
    """One damped step of Newton's towards the greatest likelihood."""
    g1 = g2 = h12 = 0.0
    h11 = h22 = 1e-3
    for (margin, target), count in counts.items():
        chance = logistic(slope * margin + offset)
        error, curve = count * (target - chance), count * chance * (1 - chance)
        g1, g2 = g1 + error * margin, g2 + error
        h11, h12, h22 = h11 + curve * margin * margin, h12 + curve * margin, h22 + curve
    scale = h11 * h22 - h12 * h12
    one, other = (h22 * g1 - h12 * g2) / scale, (h11 * g2 - h12 * g1) / scale
    return max(-1.0, min(1.0, one)), max(-1.0, min(1.0, other))


def fit_slope(rows: Sequence[Sequence[float]], true: Sequence[int]) -> float:
    """The one slope of exclusive labels, from the margins of texts and the place of the label that each has."""
    slope = SLOPE
    for _ in range(STEPS):
        gradient, curve = SLOPE - slope, 1.0
        for margins, place in zip(rows, true, strict=True):
            chances = shares([slope * margin for margin in margins])
            mean = sum(map(mul, chances, margins))
            gradient += margins[place] - mean
            curve += sum(map(mul, chances, map(mul, margins, margins))) - mean * mean
        step = max(-1.0, min(1.0, gradient / curve))
        slope = max(LEAST_SLOPE, slope + step)
        if abs(step) < CLOSE:
            break
    return slope


def pooled_cut(pairs: Iterable[Pair]) -> float:
    """The score from which giving a label makes F1 highest, over scores of all labels together."""
    ranked = sorted(pairs, reverse=True)
    true = sum(has for _, has in ranked)
    best, cut, right = 0.0, HIGHEST_CUT, 0
    for given, (score, has) in enumerate(ranked, start=1):
        right += has
        f1 = 2 * right / (given + true)
        if f1 > best:
            best, cut = f1, score
    return cut


def find_cuts(scored: Mapping[str, Sequence[Pair]]) -> dict[str, float]:
    """The cut of each label, from scores of texts that the model had not seen."""
    cut = pooled_cut(pair for pairs in scored.values() for pair in pairs)
    cuts = {}
    for label, pairs in scored.items():
        count = sum(has for _, has in pairs)
        least = max(LOWEST_CUT, count / max(1, len(pairs)))
        cuts[label] = round(min(HIGHEST_CUT, max(least, cut * count / (count + RARE))), 4) if pairs else round(cut, 4)
    return cuts
