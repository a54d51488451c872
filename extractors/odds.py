"""How much more often texts with a label say a word than others do: naive Bayes, as a little help for a machine.

A machine that has parted its texts asks no more of words that it did not need for that. How often they are said is
known all the same, and helps with texts to come: a tenth of the log odds on top of the machine's weights is worth half
a point of accuracy on AG News, two tenths of one on BBC and on headlines of TechCrunch. (After Wang and Manning,
"Baselines and bigrams", 2012, who let log odds scale the values.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from extractors.descent import FIRST, NOTHING, Row

SHARE = 0.1  # of the log odds that is added
PRIOR = 0.1  # of a text's values that either side is taken to have said of each word


def lean(weights: Sequence[float], rows: Sequence[Row], signs: Sequence[int]) -> list[float]:
    """Weights by place, with a share of the log odds added to those of features."""
    sums = {sign: [PRIOR] * len(weights) for sign in (1, -1)}
    for one, sign in zip(rows, signs, strict=True):
        own = sums[sign]
        for place, value in zip(one.places, one.values, strict=True):
            own[place] += value
    level = math.log(sum(sums[1][NOTHING:]) / sum(sums[-1][NOTHING:]))
    odds = [math.log(yes / no) - level for yes, no in zip(sums[1], sums[-1], strict=True)]
    return [
        *weights[:FIRST],
        *(weight + SHARE * one for weight, one in zip(weights[FIRST:], odds[FIRST:], strict=True)),
    ]
