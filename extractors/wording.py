"""The worded rules of `chrome.toml`, applied to a text from its last block to its first.

A rule is tried by what is cheap first: length and place of the block, then its first words, by one pattern for all
rules. A block stays that reports what somebody said, unless it says where the article came from, which names a title.
Where the article is about what the rule is about, only what stands at its end goes: short lines, and paragraphs that
speak for the outlet ("our", "click here").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from extractors.body import LINKY
from extractors.draft import Draft, Pointer
from extractors.links import plain
from extractors.page import web
from extractors.rules import MARKS, BlockRule, small

PLACES = ("head", "tail", "edge", "end")
LENGTHS = (0, 60, 100, 160, 260, 400)  # characters: a longer block is tried by fewer rules
HEAD = (0.2, 400)  # the head reaches to this share of the characters, or so many of them
TAIL = (0.25, 700)
MOST_BELOW = 0.4  # the share that may go below an end mark
CALLS = re.compile(
    r"\b(?:click|tap|here|our|us|we|check out|sign up|subscribe|register now|hier|unser\w{0,2}|uns|ici|notre|nos|aquí"
    r"|nuestr\w{1,2}|nostr\w|aqui|noss\w{1,2}|vår\w?|nasz\w{0,3})\b|こちら",
    re.IGNORECASE,
)
TOPIC = 2  # paragraphs that make an article one about newsletters, whatever its title
REPORTS = re.compile(r"\b(?:said|says|told|found|according to|reported|wrote|argues?|asked)\b", re.IGNORECASE)
SAID = re.compile(r"\b(?:said|says|(?:were|was) told|told (?:them|him|her|the))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Rules for blocks of one place and up to one length.

    Where `gate` does not match, none of them holds but the `loose` ones, which say nothing of a block's first words.
    """

    rules: tuple[BlockRule, ...]
    loose: tuple[BlockRule, ...]
    gate: re.Pattern[str] | None


class Shelves:
    """All rules: those that hold in any place by the length of a block, the others by place."""

    def __init__(self, rules: tuple[BlockRule, ...]) -> None:
        anywhere = [rule for rule in rules if rule.where == "any"]
        self.lengths = [length for length in LENGTHS if any(rule.max > length for rule in anywhere)]
        self.anywhere = [shelf([rule for rule in anywhere if rule.max > length]) for length in self.lengths]
        self.placed = {place: shelf([rule for rule in rules if rule.where == place]) for place in PLACES}
        self.longest = max((rule.max for rule in rules), default=0)

    def find(self, text: str, places: Sequence[str]) -> Iterator[BlockRule]:
        """The rules that may hold for a block at these places."""
        if len(text) > self.longest:
            return
        lower = text.lower()
        fitting = self.anywhere[bisect_left(self.lengths, len(text)) - 1]
        for one in (fitting, *[self.placed[place] for place in places]):
            yield from one.rules if one.gate and one.gate.match(lower) else one.loose


@lru_cache(maxsize=64)
def shelves(rules: tuple[BlockRule, ...]) -> Shelves:
    """The shelves of rules; made once in a process for all sources that keep none of them from cutting."""
    return Shelves(rules)


def shelf(rules: Sequence[BlockRule]) -> Shelf:
    """A shelf whose gate matches a block in small letters wherever `starts` or `whole` of a rule does."""
    gated = [rule for rule in rules if is_gated(rule)]
    starts = "|".join(rule.starts.pattern.removeprefix(MARKS) for rule in gated if rule.starts)
    whole = [f"(?:{rule.whole.pattern})\\Z" for rule in gated if rule.whole]
    every = "|".join(([f"{MARKS}(?:{starts})"] if starts else []) + whole)
    return Shelf(
        rules=tuple(rules),
        loose=tuple(rule for rule in rules if rule not in gated),
        gate=re.compile(small(every), re.DOTALL) if every else None,
    )


def is_gated(rule: BlockRule) -> bool:
    """Whether the first words of a block, in small letters, can tell that the rule does not hold."""
    patterns = [pattern.pattern for pattern in (rule.starts, rule.whole) if pattern]
    return bool(rule.starts or not (rule.has or rule.ending)) and "(?-i" not in "".join(patterns)


def cut_words(draft: Draft, rules: tuple[BlockRule, ...]) -> None:
    """Apply the rules from the last block to the first, so that a rule knows what is left below it."""
    Reader(draft, shelves(rules)).run()


class Reader:
    """One text being read for words."""

    def __init__(self, draft: Draft, ordered: Shelves) -> None:
        self.draft, self.ordered = draft, ordered
        self.live = draft.live()
        self.prose = [number for number in self.live if draft.is_prose(number)]
        self.below = True  # whether no prose is left below
        self.ended = len(draft.blocks)  # from here on all is cut that goes below an end mark
        self.topics: dict[str, bool] = {}

    def run(self) -> None:
        """Judge all blocks that no rule cuts so far."""
        draft = self.draft
        head, tail = max(HEAD[0] * draft.total, HEAD[1]), max(TAIL[0] * draft.total, TAIL[1])
        above = self.prose[0] if self.prose else len(draft.blocks)
        prose = set(self.prose)
        for number in reversed(self.live):
            text = draft.blocks[number].text
            start, after = draft.before[number], draft.total - draft.before[number] - len(text)
            within = (start <= head, after <= tail, self.below or number < above, self.below)
            places = [place for place, holds in zip(PLACES, within, strict=True) if holds]
            rule = self.first(self.ordered.find(text, places), number, sure=number in prose)
            if rule:
                self.apply(rule, number, after)
            elif number in prose:
                self.below = False

    def first(self, rules: Iterable[BlockRule], number: int, *, sure: bool) -> BlockRule | None:
        """The first rule that cuts a block. `sure`: it is surely text, by its shape."""
        block = self.draft.blocks[number]
        for rule in rules:
            if rule.holds(block.text, block.share):
                told = not rule.source and SAID.search(block.text) if self.below else REPORTS.search(block.text)
                quiet = not self.below or (sure and not CALLS.search(block.text))
                if told or (quiet and self.is_topic(rule)):
                    continue
                return rule
        return None

    def is_topic(self, rule: BlockRule) -> bool:
        """Whether the article is about what the rule is about: its title says so, or paragraphs not of such chrome."""
        topic = rule.topic
        if not topic:
            return False
        if rule.id not in self.topics:
            prose = (self.draft.blocks[number] for number in self.prose)
            found = (1 for one in prose if topic.search(one.text) and not rule.holds(one.text, one.share))
            self.topics[rule.id] = (
                topic.search(self.draft.about.title) is not None or len([*islice(found, TOPIC)]) >= TOPIC
            )
        return self.topics[rule.id]

    def apply(self, rule: BlockRule, number: int, after: int) -> None:
        """Cut a block by a worded rule, with what the rule says besides."""
        draft = self.draft
        draft.reasons[number] = rule.id
        draft.wall = draft.wall or rule.wall
        if rule.source:
            point_source(draft, number)
        if rule.ends and after <= draft.total * MOST_BELOW and draft.before[number] >= draft.total * (1 - MOST_BELOW):
            for place in range(number + 1, self.ended):
                if not draft.is_prose(place) or draft.blocks[place].share > LINKY:
                    draft.reasons[place] = draft.reasons[place] or f"after.{rule.id}"
            self.ended = number + 1


def point_source(draft: Draft, number: int) -> None:
    """Note the other host that an article came from."""
    own = plain(draft.about.base)[0]
    for anchor in reversed(draft.blocks[number].anchors):
        url = web(draft.about.base, anchor.href)
        if url and own and plain(url)[0] != own:
            draft.point(Pointer(block=number, kind="source", label="", title=anchor.title, url=url))
            return
