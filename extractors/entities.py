"""Find the companies, people, places and products a text speaks of, and say how much it is about each.

A mention is the longest known name at its place ("New York Times" is no "New York"), spelt with capitals, and outside
the entity's excluded phrases. A name that is also a word (Arm, Target, Claude) needs one of its context words
within a sentence, or a longer name of the same thing anywhere; once shown, it holds for the whole text.
A person's surname counts once the full name has been seen.

Salience (0-1) = .45 in title + .20 in lead + .25 ln(1+n)/ln(1+n_max) + .10 (1 - first/length), after the weights
The New York Times' tagging rules are known to use: headline, lead, frequency, position.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from config.taxonomy import EntityRule, Taxonomy
from extractors.subject import Entity
from extractors.vocabulary import LEAD, Reading, Span, Vocabulary, flatten, key, outside

NEAR = 120  # characters on either side in which a context word must stand: about a sentence
SHORT = 3  # names up to this length must be spelt exactly: "US" is not "us", nor "Us"
SURNAME = 4  # shorter surnames (Li, Ma, Su) are too often something else


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing and where it is mentioned. `named` is false while only adjectives ("Chinese") were seen."""

    id: str
    name: str
    type: str
    spans: tuple[Span, ...]
    named: bool = True
    source: bool = False
    known: bool = True
    implies: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling of one entity: the flat forms it may take (None: any not begun small), and what it needs."""

    rule: EntityRule
    forms: frozenset[str] | None
    doubtful: bool
    adjective: bool


def forms(rule: EntityRule, word: str) -> frozenset[str] | None:
    """The capitalisations that make a mention, as flattened text; None when any not begun with a small letter does."""
    flat = flatten(word).strip()
    if flat == flat.lower():  # "n8n", "xiaomi": written small, or with a capital at the start of a sentence
        return frozenset((flat, flat[:1].upper() + flat[1:], flat.upper()))
    if rule.case or len(flat) <= SHORT or flat[:1].islower():  # "iPhone", "eBay"
        return frozenset((flat, flat.upper(), flat[:1].upper() + flat[1:]))
    return None


class Gazetteer:
    """All known entities, ready to be looked up in a reading."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: Vocabulary) -> None:
        self.aliases: dict[int, Alias] = {}
        self.contexts: dict[str, tuple[int, ...]] = {}
        self.excludes: dict[str, tuple[int, ...]] = {}
        for rule in taxonomy.entities.values():
            adjectives = {vocabulary.number[word] for word in rule.demonyms}
            for word in rule.names():
                number = vocabulary.number[word]
                doubtful = bool(rule.context) and " " not in key(word).strip()
                self.aliases[number] = Alias(rule, forms(rule, word), doubtful, number in adjectives)
            self.contexts[rule.id] = tuple(vocabulary.number[word] for word in contexts(rule, taxonomy))
            self.excludes[rule.id] = tuple(vocabulary.number[word] for word in rule.exclude)

    def find(self, reading: Reading) -> list[Found]:
        """Every known entity mentioned, in order of first mention."""
        mentions: dict[str, list[tuple[Span, Alias]]] = {}
        for span, alias in longest(self.candidates(reading)):
            mentions.setdefault(alias.rule.id, []).append((span, alias))
        sure = [found for found in mentions.values() if self.is_sure(reading, found)]
        return [settle(reading, found) for found in sure]

    def candidates(self, reading: Reading) -> Iterator[tuple[Span, Alias]]:
        """Every hit of a name whose capitals are right and which no excluded phrase covers."""
        for number, spans in reading.hits.items():
            alias = self.aliases.get(number)
            if alias is None:
                continue
            banned = [span for word in self.excludes[alias.rule.id] for span in reading.hits.get(word, ())]
            for start, end in outside(spans, banned) if banned else spans:
                flat = reading.plain[start:end]
                fits = flat in alias.forms if alias.forms is not None else not flat[:1].islower()
                if fits and not (start and reading.whole[start - 1] in "$€£¥₹"):  # "$X" is no company
                    yield (start, end), alias

    def is_sure(self, reading: Reading, found: Sequence[tuple[Span, Alias]]) -> bool:
        """Whether one mention at least is beyond doubt; the others then mean the same."""
        if not all(alias.doubtful for _, alias in found):
            return True
        words = self.contexts[found[0][1].rule.id]
        places = sorted(begin for word in words for begin, _ in reading.hits.get(word, ()))
        return any(is_between(places, start - NEAR, end + NEAR) for (start, end), _ in found)


def is_between(places: Sequence[int], low: int, high: int) -> bool:
    """Whether any of the places, which are in order, lies in low..high."""
    first = bisect_left(places, low)
    return first < len(places) and places[first] <= high


def contexts(rule: EntityRule, taxonomy: Taxonomy) -> Iterator[str]:
    """An entity's context words, with "@list" written out."""
    for word in rule.context:
        if word.startswith("@"):
            yield from taxonomy.words[word[1:]].list
        else:
            yield word


def entity_words(taxonomy: Taxonomy) -> Iterator[str]:
    """All words the gazetteer must be able to find."""
    for rule in taxonomy.entities.values():
        yield from rule.names()
        yield from rule.exclude
        yield from contexts(rule, taxonomy)


def longest(candidates: Iterable[tuple[Span, Alias]]) -> Iterator[tuple[Span, Alias]]:
    """Leftmost-longest: where names overlap, the one that begins first and reaches furthest."""
    reached = -1
    for span, alias in sorted(candidates, key=lambda one: (one[0][0], -one[0][1])):
        if span[0] >= reached:
            reached = span[1]
            yield span, alias


def settle(reading: Reading, mentions: Sequence[tuple[Span, Alias]]) -> Found:
    """All mentions of one entity as one value."""
    rule = mentions[0][1].rule
    spans = [span for span, _ in mentions]
    if rule.type == "person":
        spans = with_surname(reading, rule.name, spans)
    return Found(
        id=rule.id,
        name=rule.name,
        type=rule.type,
        spans=tuple(spans),
        named=not all(alias.adjective for _, alias in mentions),
        source=rule.source,
        implies=tuple(rule.implies.items()),
    )


def with_surname(reading: Reading, name: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of a person, and those of the bare surname after the first of them."""
    surname = flatten(name).rsplit(" ", 1)[-1]
    if len(surname) < SURNAME:
        return list(spans)
    taken = {end for _, end in spans}
    more = (span for span in words_at(reading.plain, surname, spans[0][1]) if span[1] not in taken)
    return sorted([*spans, *more])


def words_at(plain: str, name: str, start: int = 0) -> Iterator[Span]:
    """Every place from `start` on at which a flattened name stands as whole words."""
    padded = f"{plain} "
    at = padded.find(f"{name} ", start)
    while at >= 0:
        if at == 0 or padded[at - 1].isspace():
            yield at, at + len(name)
        at = padded.find(f"{name} ", at + len(name))


def salience(reading: Reading, found: Sequence[Found]) -> list[Entity]:
    """The entities with their salience (0-1), most salient first; ties go to the earlier mention."""
    most = max((len(one.spans) for one in found), default=0)
    length = max(1, len(reading.whole))
    entities = [
        Entity(
            id=one.id,
            name=one.name,
            type=one.type,
            salience=round(weigh(reading, one, most, length), 4),
            mentions=len(one.spans),
            in_title=reading.in_title(one.spans[0]),
        )
        for one in found
    ]
    return sorted(entities, key=lambda one: -one.salience)


def weigh(reading: Reading, one: Found, most: int, length: int) -> float:
    """The salience of one entity, 0-1."""
    starts = [start for start, _ in one.spans]
    title = starts[0] < reading.body
    lead = any(reading.body <= start < reading.body + LEAD for start in starts)
    share = math.log1p(len(starts)) / math.log1p(most)
    return 0.45 * title + 0.20 * lead + 0.25 * share + 0.10 * (1 - starts[0] / length)
