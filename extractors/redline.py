"""What lies between two forms of a text: paragraphs that came, went or were edited, and the words that changed in them.

Paragraphs are compared first, then the words of those that belong together. Both go the same way: what begins and ends
alike is set aside, what stands once on either side holds the rest in place (patience diff), and so on between those.
That takes time in proportion to the texts, where difflib takes its square.

An edited paragraph is one that has kept half of its words. Beyond `WORDS` words between its first and its last change
no likeness among them is looked for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Fate = Literal["same", "gone", "come"]

MOST = 2_000  # paragraphs of a text; what is left of a longer one is one more
DEPTH = 8  # times that the rest between what is alike is looked at again
PAIRS = 64  # paragraphs gone times paragraphs come, up to which each is compared with each
WORDS = 4_000  # words and marks of an edited paragraph, old and new together, that are compared
ALIKE = 0.5  # share of its words that an edited paragraph has kept
AROUND = 1  # unchanged paragraphs shown on either side of a change
WORD = re.compile(r"\s*(?:\w+(?:['\u2019.,]\w+)*|[^\w\s]|$)")  # "$4.50" is a mark and a word, "don't" one word

Pair = tuple[int, int]  # a place in the old, one in the new
Span = tuple[int, int, int, int]  # start and end in the old, start and end in the new


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a paragraph, with the blanks before its words.

    All that are same or come make the new paragraph; all that are same or gone make the old one but for its blanks:
    where words stayed, those of the new one are shown.
    """

    fate: Fate
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph with what became of it, in runs; `left_out` has no runs and stands for several unchanged ones."""

    fate: Literal["same", "gone", "come", "edited", "left_out"]
    runs: tuple[Run, ...] = ()
    paragraphs: int = 1


@dataclass(frozen=True, slots=True)
class Bag:
    """How often a paragraph has each word, and how many words that are."""

    counts: Counter[str]
    size: int


def redline(old: str, new: str) -> tuple[Passage, ...]:
    """What became of each paragraph of a text, in order; none when both have the same paragraphs. Any text will do."""
    before, after = paragraphs(old), paragraphs(new)
    found: list[Passage] = []
    reached = 0
    for start, end, begin, stop in gaps(before, after, len(before) + len(after)):
        found += [whole("same", text) for text in before[reached:start]]
        found += changed(before[start:end], after[begin:stop])
        reached = end
    return shortened([*found, *(whole("same", text) for text in before[reached:])])


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, blanks single, at most `MOST` and one more; those with nothing in them left out."""
    found = [told for line in text.splitlines() if (told := " ".join(line.split()))]
    return [*found[:MOST], "\n".join(found[MOST:])] if len(found) > MOST else found


def whole(fate: Fate, text: str) -> Passage:
    """A paragraph that came, went or stayed as it is."""
    return Passage(fate=fate, runs=(Run(fate=fate, text=text),))


def shortened(found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages without those unchanged ones that stand beside no change."""
    changes = [place for place, one in enumerate(found) if one.fate != "same"]
    near = {place + step for place in changes for step in range(-AROUND, AROUND + 1)}
    shown: list[Passage] = []
    for is_near, places in groupby(range(len(found)) if changes else (), near.__contains__):
        group = [*places]
        shown += [found[place] for place in group] if is_near else [Passage(fate="left_out", paragraphs=len(group))]
    return tuple(shown)


def changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Passage]:
    """Paragraphs in place of others: those that belong together as edited ones, the rest as gone and come."""
    reached, begun = 0, 0
    for here, there in [*partners(old, new), (len(old), len(new))]:
        yield from (whole("gone", text) for text in old[reached:here])
        yield from (whole("come", text) for text in new[begun:there])
        if here < len(old):
            yield Passage(fate="edited", runs=compare_words(old[here], new[there]))
        reached, begun = here + 1, there + 1


def partners(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Which of the old paragraphs became which of the new ones, in the order of both.

    Of a few, each may have become each. Of many, those that have words in common that stand in no other, and
    those in the same place.
    """
    mine, theirs = [bag(text) for text in old], [bag(text) for text in new]
    if len(old) * len(new) <= PAIRS:
        likely = [(here, there) for here in range(len(old)) for there in range(len(new))]
    else:
        homes, others = homes_of(mine), homes_of(theirs)
        votes = Counter((homes[word], others[word]) for word in homes if word in others)
        voted = {pair[0]: pair for pair in sorted(votes, key=lambda pair: (votes[pair], pair))}
        likely = sorted({*voted.values(), *enumerate(range(min(len(old), len(new))))})
    rated = sorted((-likeness(mine[here], theirs[there]), here, there) for here, there in likely)
    became: dict[int, int] = {}
    taken: set[int] = set()
    for unlike, here, there in rated:
        if -unlike >= ALIKE and here not in became and there not in taken:
            became[here] = there
            taken.add(there)
    return ascending(sorted(became.items()))


def bag(text: str) -> Bag:
    """The words of a paragraph."""
    words = [word.lstrip() for word in WORD.findall(text)]
    return Bag(counts=Counter(words), size=len(words))


def homes_of(bags: Sequence[Bag]) -> dict[str, int]:
    """The words that stand in one paragraph alone, each with its place."""
    spread = Counter(word for one in bags for word in one.counts)
    return {word: place for place, one in enumerate(bags) for word in one.counts if spread[word] == 1}


def likeness(one: Bag, other: Bag) -> float:
    """The share of two paragraphs' words that both have, 0-1 (Dice)."""
    return 2 * (one.counts & other.counts).total() / max(1, one.size + other.size)


def compare_words(old: str, new: str) -> tuple[Run, ...]:
    """A line or paragraph with the words that changed, as runs.

    Blanks belong to the word behind them, but where the first words came or went, the blank behind them is theirs.
    """
    before, after = WORD.findall(old), WORD.findall(new)
    spans = seamless(gaps([word.lstrip() for word in before], [word.lstrip() for word in after], WORDS))
    start, end, begin, stop = spans[0] if spans else (0, 0, 0, 0)
    if start == begin == 0:
        lend_blank(before, 0 if stop else end)
        lend_blank(after, 0 if end else stop)
    runs: list[Run] = []
    begun = 0
    for start, end, begin, stop in [*spans, (len(before), len(before), len(after), len(after))]:
        pieces: tuple[tuple[Fate, list[str]], ...] = (
            ("same", after[begun:begin]),
            ("gone", before[start:end]),
            ("come", after[begin:stop]),
        )
        runs += [Run(fate=fate, text="".join(words)) for fate, words in pieces if any(words)]
        begun = stop
    return tuple(runs)


def lend_blank(words: list[str], count: int) -> None:
    """Set the blank that stands behind the first `count` words, if any, to the last of them instead."""
    if 0 < count < len(words):
        word = words[count].lstrip()
        words[count - 1] += words[count].removesuffix(word)
        words[count] = word


def seamless(spans: Sequence[Span]) -> list[Span]:
    """The spans, those joined with next to nothing between them: of a sentence written anew, no "the" has stayed."""
    joined: list[Span] = []
    for span in spans:
        if joined and 2 * (span[0] - joined[-1][1]) <= min(size(span), size(joined[-1])):
            start, _, begin, _ = joined.pop()
            joined.append((start, span[1], begin, span[3]))
        else:
            joined.append(span)
    return joined


def size(span: Span) -> int:
    """How many words a span has on the side where it has more."""
    return max(span[1] - span[0], span[3] - span[2])


def gaps(old: Sequence[str], new: Sequence[str], most: int) -> list[Span]:
    """Where two sequences differ, in order. A difference of more than `most` members is not looked into."""
    spans = trimmed(old, new, (0, len(old), 0, len(new)))
    for _ in range(DEPTH):
        parts = [part for span in spans for part in parted(old, new, span, most)]
        if parts == spans:
            break
        spans = parts
    return spans


def parted(old: Sequence[str], new: Sequence[str], span: Span, most: int) -> list[Span]:
    """A span without what is held in place by members that it has once on either side."""
    start, end, begin, stop = span
    if not start < end or not begin < stop or end - start + stop - begin > most:
        return [span]
    mine, theirs = places_of(old, start, end), places_of(new, begin, stop)
    fixed = ascending([(here, theirs[each]) for each, here in mine.items() if each in theirs])
    parts: list[Span] = []
    for here, there in [*fixed, (end, stop)]:
        parts += trimmed(old, new, (start, here, begin, there))
        start, begin = here + 1, there + 1
    return parts


def places_of(members: Sequence[str], start: int, end: int) -> dict[str, int]:
    """The members between two places that stand there once, each with its place, in order."""
    counts = Counter(members[start:end])
    return {members[place]: place for place in range(start, end) if counts[members[place]] == 1}


def trimmed(old: Sequence[str], new: Sequence[str], span: Span) -> list[Span]:
    """A span without what begins and ends alike; none when nothing is left of it."""
    start, end, begin, stop = span
    while start < end and begin < stop and old[start] == new[begin]:
        start, begin = start + 1, begin + 1
    while start < end and begin < stop and old[end - 1] == new[stop - 1]:
        end, stop = end - 1, stop - 1
    return [(start, end, begin, stop)] if start < end or begin < stop else []


def ascending(pairs: Sequence[Pair]) -> list[Pair]:
    """The most pairs, of those that ascend by their first places, that ascend by their second ones too."""
    last: list[int] = []  # the least second place in which a chain of each length ends
    chains: list[tuple[Pair, int]] = []  # each pair with the length of the longest chain that it ends
    for pair in pairs:
        length = bisect_left(last, pair[1])
        last[length : length + 1] = [pair[1]]
        chains.append((pair, length))
    chain: list[Pair] = []
    wanted = len(last) - 1
    for pair, length in reversed(chains):
        if length == wanted and (not chain or pair[1] < chain[-1][1]):
            chain.append(pair)
            wanted -= 1
    return chain[::-1]
