"""The words that two texts have in common, to be shown: the longest run of one that stands in the other."""

from __future__ import annotations

from extractors.fingerprints import SHINGLE, words

LONGEST = 60_000  # characters that are looked at of either text; a quotation beyond is not worth the time
SHOWN = 24  # words of a passage that are shown


def common(text: str, other: str) -> str:
    """The longest run of words of a text that also stands in another, as the text spells it; "" when there is none.

    Runs are followed three words at a time, so that a run may hold a place where the other leaps. Of equals the first;
    of a long one the first `SHOWN` words and an ellipsis.
    """
    said = words(other[:LONGEST])
    runs = {tuple(said[place : place + SHINGLE]) for place in range(len(said) - SHINGLE + 1)}
    tokens = text[:LONGEST].split()
    spelt = [(word, place) for place, token in enumerate(tokens) for word in words(token)]
    best, begin = (0, 0), 0
    for end in range(SHINGLE, len(spelt) + 1):
        if tuple(word for word, _ in spelt[end - SHINGLE : end]) not in runs:
            begin = end - SHINGLE + 1
        elif end - begin > best[1] - best[0]:
            best = (begin, end)
    if best == (0, 0):
        return ""
    passage = tokens[spelt[best[0]][1] : spelt[best[1] - 1][1] + 1]
    return " ".join(passage[:SHOWN]) + (" …" if len(passage) > SHOWN else "")
