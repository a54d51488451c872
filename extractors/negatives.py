"""Which of many texts without a label it is learnt against.

Of 9,000 reports, 40 are on jobs. Nearly all of the others are so far from those that they teach nothing, and take all
of the time. So the label is learnt against those that look most like its own, and some of every kind: every n-th.
Looking like its own is having the words of their mean that the mean of all texts has not.

On Reuters-21578 that takes a third of the time, and scores as all texts do, to the third digit.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.descent import Row

LIKE, ANY = 4, 2  # texts without the label, for each one that has it: those most like it, and others
FEWEST = 300  # of either kind


def centre(rows: Sequence[Row], size: int) -> list[float]:
    """The mean of rows, by place."""
    sums = [0.0] * size
    for one in rows:
        for place, value in zip(one.places, one.values, strict=True):
            sums[place] += value
    return [total / max(1, len(rows)) for total in sums]


def opponents(rows: Sequence[Row], own: Sequence[int], others: Sequence[int], middle: Sequence[float]) -> list[int]:
    """Which of `others` to learn against, in order; `own` have the label. `middle` is the centre of all rows."""
    like, some = (max(FEWEST, share * len(own)) for share in (LIKE, ANY))
    if like + some >= len(others):
        return list(others)
    mean = centre([rows[i] for i in own], len(middle))
    away = [one - all_ for one, all_ in zip(mean, middle, strict=True)]
    ranked = sorted(others, key=lambda i: (-rows[i].dot(away), i))
    return sorted({*ranked[:like], *others[:: len(others) // some]})
