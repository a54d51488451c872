"""Score a taxonomy's tags on a reading: which topics does a text speak of, and where.

    z = Σ weight · field · (1 + ln n)        over distinct cues; strong 1, weak .35; entities by their `implies`
    p = 1 - exp(-1.35 z)                     so that a strong cue in the title alone gives .77, one in the lead .33

Field weights are the reading's (title 1.1, lead .3, body .1); cues in the body add .4 at most, so that a topic needs
some word of it in title or lead. Rules that ask for several things `together`
count as much as the weakest of them, over the whole body: "AI Policy" is AI and policy, wherever lawmakers appear.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.taxonomy import TagRule, Taxonomy
from extractors.entities import Found
from extractors.subject import Evidence, EvidenceSource
from extractors.vocabulary import LEAD, LEAD_WEIGHT, TITLE_WEIGHT, Reading, Span, Vocabulary, outside

STEEPNESS = 1.35  # research prototype, fitted on hand-labelled AI and tech news
STRONG, WEAK = 1.0, 0.35
FADE = 0.5  # five companies named in passing are not five times one: each next says half as much
BODY_LIMIT = 0.4  # what cues in the body can add: a long page speaks of everything somewhere
EVIDENCE = 6  # pieces kept for one tag, the weightiest

Voice = tuple[float, EvidenceSource, Span]


@dataclass(slots=True)
class Ledger:
    """What speaks for one tag so far: the sum, and each voice with its weight."""

    front: float = 0.0
    back: float = 0.0
    cues: int = 0
    title: bool = False
    voices: list[Voice] = field(default_factory=list)

    @property
    def z(self) -> float:
        """All that was heard, where cues in the body count up to a limit."""
        return self.front + min(self.back, BODY_LIMIT)

    def add(self, source: EvidenceSource, span: Span, front: float, back: float = 0.0, *, title: bool) -> None:
        """Hear one voice, with its weight in title and lead and in the body."""
        self.front += front
        self.back += back
        self.cues += 1
        self.title |= title
        self.voices.append((front + back, source, span))

    def loudest(self, most: int) -> list[Voice]:
        """The weightiest voices, in order of weight, then of place; one for each place."""
        best = sorted(self.voices, key=lambda voice: (-voice[0], voice[2]))
        return list({voice[2]: voice for voice in reversed(best)}.values())[::-1][:most]

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        """The weightiest voices as evidence."""
        return tuple(reading.evidence(source, span) for _, source, span in self.loudest(EVIDENCE))


def chance(z: float) -> float:
    """The score (0-1) of a sum of weights."""
    return 1 - math.exp(-STEEPNESS * z)


def topic_words(taxonomy: Taxonomy) -> Iterator[str]:
    """All words the rules must be able to find."""
    for tag in taxonomy.tags.values():
        yield from tag.strong
        yield from tag.weak
        yield from tag.exclude


class Rules:
    """All tag rules, ready to be scored."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: Vocabulary) -> None:
        self.tags = taxonomy.tags
        self.cues: dict[int, list[tuple[str, float]]] = defaultdict(list)
        self.excludes: dict[int, list[str]] = defaultdict(list)
        self.patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
        for tag in taxonomy.tags.values():
            for weight, words in ((STRONG, tag.strong), (WEAK, tag.weak)):
                for number in dict.fromkeys(vocabulary.number[word] for word in words):
                    self.cues[number].append((tag.id, weight))
            for word in tag.exclude:
                self.excludes[vocabulary.number[word]].append(tag.id)
            if tag.patterns:
                self.patterns[tag.id] = tuple(re.compile(pattern, re.IGNORECASE) for pattern in tag.patterns)

    def score(
        self, reading: Reading, found: Sequence[Found], masks: Sequence[Span] = (), *, english: bool = True
    ) -> dict[str, Ledger]:
        """Every tag and implied entity that anything speaks for. `masks` are spans in which no cue counts.

        Only English text is asked for cues.
        """
        ledgers: dict[str, Ledger] = defaultdict(Ledger)
        self.hear_entities(reading, found, ledgers)
        if english:
            self.hear_cues(reading, ledgers, masks)
            self.hear_patterns(reading, ledgers)
        base = {tag: ledger.z for tag, ledger in ledgers.items()}
        for rule in self.tags.values():
            self.judge(rule, ledgers, base)
        return ledgers

    def hear_entities(self, reading: Reading, found: Sequence[Found], ledgers: dict[str, Ledger]) -> None:
        """Let each entity speak for itself and for what it implies."""
        implied: dict[str, list[tuple[float, Found]]] = defaultdict(list)
        for one in found:
            loud = sum(reading.weigh(one.spans))
            ledgers[one.id].add("entity", one.spans[0], loud, title=reading.in_title(one.spans[0]))
            home = is_home(reading, one)
            for target, weight in one.implies:
                implied[target].append((weight * (loud + LEAD_WEIGHT * home), one))
        for target, voices in implied.items():
            for rank, (loud, one) in enumerate(sorted(voices, key=lambda voice: -voice[0])):
                title = reading.in_title(one.spans[0])
                ledgers[target].add("entity", one.spans[0], loud * FADE**rank, title=title)

    def hear_cues(self, reading: Reading, ledgers: dict[str, Ledger], masks: Sequence[Span]) -> None:
        """Let each cue speak, except inside phrases that take its meaning away."""
        banned: dict[str, list[Span]] = defaultdict(list)
        for number in reading.hits.keys() & self.excludes.keys():
            for tag in self.excludes[number]:
                banned[tag] += reading.hits[number]
        for number, spans in reading.hits.items():
            cues = self.cues.get(number)
            if not cues:
                continue
            open_spans = outside(spans, masks) if masks else spans
            whole = reading.weigh(open_spans)
            for tag, weight in cues:
                heard = outside(open_spans, banned[tag]) if tag in banned else open_spans
                if heard:
                    front, back = whole if heard is open_spans else reading.weigh(heard)
                    title = reading.in_title(heard[0])
                    ledgers[tag].add("rule", heard[0], weight * front, weight * back, title=title)

    def hear_patterns(self, reading: Reading, ledgers: dict[str, Ledger]) -> None:
        """Try the regular expressions of tags that something already speaks for, in title and lead."""
        for tag, patterns in self.patterns.items():
            if tag not in ledgers:
                continue
            for pattern in patterns:
                if match := pattern.search(reading.whole, 0, reading.body + LEAD):
                    title = match.start() < reading.body
                    ledgers[tag].add("rule", match.span(), TITLE_WEIGHT if title else 2 * LEAD_WEIGHT, title=title)

    def judge(self, rule: TagRule, ledgers: dict[str, Ledger], base: dict[str, float]) -> None:
        """Apply what a rule asks of its cues as a whole."""
        if rule.id in ledgers and ledgers[rule.id].cues < rule.distinct and not ledgers[rule.id].title:
            del ledgers[rule.id]
        for names in rule.together:
            least = min(names, key=lambda name: base.get(name, 0.0))
            if base.get(least, 0.0) > 0:
                ledger = ledgers[rule.id]
                ledger.front += base[least]
                for name in names:  # some of each: who asks why must see the lawmakers beside the models
                    ledger.voices += ledgers[name].loudest(EVIDENCE // len(names))


def is_home(reading: Reading, one: Found) -> bool:
    """Whether a place in the opening is where the subject lives: "a Bristol, U.K.-based start-up"."""
    if one.type != "place":
        return False
    ends = (end for start, end in one.spans if reading.body <= start < reading.body + LEAD)
    return any(reading.low[end : end + 7].lstrip().startswith("based") for end in ends)
