"""Which blocks a source repeats from article to article, so that they are its chrome: a pure decision over their marks.

A block is learnt when enough *distinct* articles of the last 50 have it. In order:

    distinct    copies of one article count once: those the store knows of, and articles that share half of their words
    witnesses   an article that is mostly repetition (weather, lottery numbers) says nothing about chrome
    enough      3 articles and 30 % of them in any case, more while there are few or where the shape does not tell
    shape       headings never; short blocks as a link or at a fixed place at the end
    numbers     a block with a number that is no date is in 65 % of the articles and in 5, for it may be the news

A rule is kept through a time in which its block is rarer than would be needed to learn it. It goes in two ways. It has
*faded* when the block is hardly met and the newest articles are without it, as after a redesign: what it has cut was
chrome all the same, and stays cut. It is *withdrawn* when a few early articles taught it and later ones belie it, such
as a quotation in all reports of the day on which a feed was added: its cuts are to be undone.

A sentence that stands in every piece of a series ("This is the weekly column of ...") is learnt like any other: it says
nothing about the piece that it stands in, its cut is on record, and who wants it back keeps the rule from cutting.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from statistics import median_low
from types import MappingProxyType

from extractors.model import Mark

WINDOW = 50  # the last articles of a source that are looked at
FEWEST = 3  # distinct articles
SHARE = 0.3  # of the articles that are looked at
SAME = 0.3  # the share of the shorter article's words in blocks of both, from which two articles are copies
TEMPLATE = 0.3  # the share of an article's words in repeated blocks, beyond which it is no witness
# Of a young source, so large a share of the articles or so many of them are wanted: where the shape tells, elsewhere.
TELLING, OTHERS = (0.5, 4), (0.65, 5)
SHORT = 5  # words; a shorter block may be a name, a section's head or a dateline
COUNTING = (0.65, 5)  # the least share, and the fewest, where numbers are in the block: many a film gets 4 stars
PLACED = 0.7  # the share of its articles in which a block stands in one place, give or take one
TOP, END = 2, 5  # the farthest places from the first and from the last block that count as one
RARE, NEWEST = 0.1, 20  # a rule fades when its block is in fewer of the articles, and in none of so many newest
SURE = 6  # a rule is withdrawn when its block is in too few of the articles, and never was in so many
CANDIDATES = 20  # blocks that are named beside those learnt

NONE: Mapping[int, int] = MappingProxyType({})
Text = Mapping[int, Mark]  # an article's blocks by hash, without its headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A block was `seen` in so many distinct articles of the `looked_at` ones."""

    seen: int
    looked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the articles of a source teach. Hashes are in ascending order everywhere.

    `learnt`: the rules that hold now, new and old. `faded`: known ones that the source has stopped using, so that they
    cut no new article; the articles that had them keep their cuts. `withdrawn`: known ones that a few early articles
    taught and that later ones belied, so that they are to be forgotten and their cuts undone.
    `candidates`: blocks that are repeated, but not enough.
    """

    learnt: Mapping[int, Count] = field(default_factory=dict)
    faded: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()
    candidates: Mapping[int, Count] = field(default_factory=dict)


def judge(
    articles: Sequence[Sequence[Mark]], known: Mapping[int, int] = NONE, groups: Sequence[int] | None = None
) -> Judgement:
    """What to learn from the marks of a source's articles, oldest first; the last `WINDOW` of them count.

    `known` are the hashes learnt before that have not faded, each with the most distinct articles that were seen to
    have it at one time. `groups` says for each article the group of copies that it
    is in: articles of one number are copies of each other. Raises `ValueError` if there are not as many.
    """
    copies = range(len(articles)) if groups is None else groups
    if len(copies) != len(articles):
        raise ValueError("groups and articles differ in number")
    texts = [read(marks) for marks in articles[-WINDOW:]]
    witnesses = heed(distinct(texts, copies[-WINDOW:]))
    seen = collect(witnesses)
    total = len(witnesses)
    fresh = {block for block, marks in seen.items() if is_enough(marks, total)}
    old = set(known) - fresh
    recent = {block for text in texts[-NEWEST:] for block in text} if len(texts) >= NEWEST else old
    many = Counter({block: len(marks) for block, marks in seen.items()})
    belied = {block for block in old if is_belied(many[block], known[block], total, len(texts))}
    gone = {block for block in old - belied - recent if many[block] < RARE * max(total, 1)}
    holds = fresh | (old - belied - gone)
    rest = sorted((-seen, block) for block, seen in many.items() if seen > 1 and block not in holds)[:CANDIDATES]
    return Judgement(
        learnt={block: Count(seen=many[block], looked_at=total) for block in sorted(holds)},
        faded=tuple(sorted(gone)),
        withdrawn=tuple(sorted(belied)),
        candidates={block: Count(seen=many[block], looked_at=total) for _, block in sorted(rest, key=itemgetter(1))},
    )


def read(marks: Sequence[Mark]) -> Text:
    """The blocks of an article that may be chrome; of those that it has twice, the first."""
    return {mark.hash: mark for mark in reversed(marks) if mark.hash and not mark.heading}


def length(text: Text) -> int:
    """The words of an article."""
    return sum(mark.words for mark in text.values())


def distinct(texts: Sequence[Text], groups: Sequence[int]) -> list[Text]:
    """The articles, without copies of longer ones.

    The longest are taken first, so that a short article of much chrome may be taken for a copy of any, but does not
    make two long ones copies of each other.
    """
    taken: list[int] = []
    sizes = [length(text) for text in texts]
    for number in sorted(range(len(texts)), key=lambda number: (-sizes[number], number)):
        text, most = texts[number], SAME * sizes[number]
        is_copy = any(groups[number] == groups[other] or shared(text, texts[other]) >= most for other in taken)
        if text and not is_copy:
            taken.append(number)
    return [texts[number] for number in taken]


def shared(text: Text, other: Text) -> int:
    """The words of a text in blocks that another one has as well."""
    return sum(text[block].words for block in text.keys() & other.keys())


def heed(texts: Sequence[Text]) -> list[Text]:
    """The articles that are not mostly repetition."""
    repeated = {block: marks[0] for block, marks in collect(texts).items() if is_enough(marks, len(texts))}
    return [text for text in texts if shared(text, repeated) <= TEMPLATE * length(text)]


def collect(texts: Sequence[Text]) -> dict[int, list[Mark]]:
    """For each block its marks, one an article."""
    found: dict[int, list[Mark]] = {}
    for text in texts:
        for block, mark in text.items():
            found.setdefault(block, []).append(mark)
    return found


def is_enough(marks: Sequence[Mark], total: int) -> bool:
    """Whether a block, by its marks in as many of `total` articles, is chrome that no shipped rule is enough for.

    The share of 30 % and the three articles are those of the survey of templates; the quotation of a campaign stands in
    most of a young source's articles, but seldom in one place, and seldom in five of them before other news come.
    """
    stays = [mark for mark in marks if mark.words]
    if not stays or len(marks) < max(FEWEST, SHARE * total):
        return False
    call = 2 * sum(mark.call for mark in marks) > len(marks)
    at_end = is_placed([mark.end for mark in stays], END)
    if not (call or at_end) and median_low(mark.words for mark in stays) < SHORT:
        return False
    if any(mark.counts for mark in stays) and len(marks) < max(COUNTING[1], COUNTING[0] * total):
        return False
    share, many = TELLING if call or at_end or is_placed([mark.top for mark in stays], TOP) else OTHERS
    return len(marks) >= min(many, math.ceil(share * total))


def is_placed(places: Sequence[int], farthest: int) -> bool:
    """Whether most places are one, give or take one, and near enough to the edge."""
    middle = median_low(places)
    return middle <= farthest and sum(abs(place - middle) <= 1 for place in places) >= PLACED * len(places)


def is_belied(seen: int, most: int, total: int, articles: int) -> bool:
    """Whether a block that was learnt from a few articles is not what its source repeats.

    Only while a window is not full: later, a block that was learnt rightly is met as rarely. Articles may also have
    gone since, so that what was seen in `most` articles at one time counts.
    """
    return articles < WINDOW and 0 < seen < SHARE * total and max(seen, most) < SURE
