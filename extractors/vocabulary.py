"""Find every word we know in a title and a text, in one pass.

Boundaries come from the way the text is read, not from a test after each hit: everything that is no letter or digit
becomes a space, each word we look for is put between spaces, and one Aho-Corasick automaton looks for all of them.

    "L’Oréal’s AT&T deal"  →  " l oréal s at t deal "       finds " l oréal " and " at t "

So hyphens, curly quotes and possessives need no care, "meta" is not in "metadata", and offsets stay what they were,
because every step keeps the length: only 'İ' grows when lowered, and it is read as 'I'. A word with a dot, "&" or
other sign inside is compared once more with what really stands there: "I’m a" is no "M&A".
Letters of scripts that write no word spaces count as spaces, so that "在Microsoft的" holds a name.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from extractors.subject import Evidence, EvidenceSource

Span = tuple[int, int]

LEAD = 500  # characters of the text that count as its opening
LIMIT = 100_000  # characters of the text that are read at all
TITLE_LIMIT = 1000  # characters of the title that are
GAP = "\n\n"  # between title and text, so that no phrase runs from one into the other
TITLE_WEIGHT, LEAD_WEIGHT, BODY_WEIGHT = 1.1, 0.3, 0.1  # research prototype on hand-labelled AI and tech news
GROWTH = (0.0, *(1 + math.log(n) for n in range(1, 200)))  # 1 + ln n: the tenth mention says less than the first

TYPOGRAPHY = "’‘“”—–…•\u2009\u202f\u200b"


def is_letter(char: str) -> bool:
    """Whether a character belongs to a word of a script with word spaces; combining marks do."""
    category = unicodedata.category(char)
    return category[0] == "M" or (char.isalnum() and category != "Lo")


class Flat(dict[int, int]):
    """Code point → itself or a space, filled as characters are met."""

    def __missing__(self, code: int) -> int:
        self[code] = code if is_letter(chr(code)) else 32
        return self[code]


FLAT = Flat()
FLAT_BYTES = bytes(FLAT[code] for code in range(256))
SIGN = re.compile(r"[^\w '-]|_")


def flatten(text: str) -> str:
    """The text with every sign turned into a space: same length, case kept. Lone surrogates go too."""
    if text.isascii():  # as nearly every word of the vocabulary is
        return text.encode().translate(FLAT_BYTES).decode()
    short = text
    for sign in TYPOGRAPHY:
        short = short.replace(sign, " ")
    try:  # most English text is Latin-1 once its quotes are gone, and bytes translate ten times as fast
        return short.encode("latin-1").translate(FLAT_BYTES).decode("latin-1")
    except UnicodeEncodeError:
        return text.translate(FLAT)


def lower(flat: str) -> str:
    """Lower case of the same length."""
    return flat.replace("İ", "I").lower()


def key(word: str) -> str:
    """The pattern for one word of the vocabulary; a trailing "*" leaves its end open."""
    core = lower(flatten(word.removesuffix("*"))).strip()
    return f" {core}" if word.endswith("*") else f" {core} "


def grown(count: int) -> float:
    """1 + ln n, 0 for none, level after 199."""
    return GROWTH[min(count, len(GROWTH) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A title and a text, read once. Spans are offsets into `whole`, which is title, gap, text."""

    whole: str
    plain: str
    low: str
    body: int
    hits: dict[int, list[Span]]

    def weigh(self, spans: Sequence[Span]) -> tuple[float, float]:
        """How loudly mentions speak, in title and lead, and in the body: repetition fades."""
        title = lead = 0
        for start, _ in spans:
            title += start < self.body
            lead += start < self.body + LEAD
        lead -= title
        inside = len(spans) - title - lead
        return TITLE_WEIGHT * (title > 0) + LEAD_WEIGHT * grown(lead), BODY_WEIGHT * grown(inside)

    def in_title(self, span: Span) -> bool:
        """Whether a span lies in the title."""
        return span[0] < self.body

    def evidence(self, source: EvidenceSource, span: Span) -> Evidence:
        """The span as evidence: `detail` is exactly what stands at `field[start:end]`."""
        start, end = span
        field, shift = ("title", 0) if start < self.body else ("text", self.body)
        return Evidence(source=source, field=field, start=start - shift, end=end - shift, detail=self.whole[start:end])


class Vocabulary:
    """An automaton over words. `number[word]` is the number under which a reading lists the word's hits."""

    def __init__(self, words: Iterable[str]) -> None:
        numbers: dict[str, int] = {}
        spellings: dict[int, set[str]] = {}
        self.number: dict[str, int] = {}
        for word in dict.fromkeys(words):
            pattern = key(word)
            number = self.number[word] = numbers.setdefault(pattern, len(numbers))
            spellings.setdefault(number, set()).add(spelling(word))
        self.open = [not pattern.endswith(" ") for pattern in numbers]
        self.signed = {n: texts for n, texts in spellings.items() if all(map(has_sign, texts)) and not self.open[n]}
        self.automaton = ahocorasick_rs.AhoCorasick(list(numbers) or [" \0 "])

    def read(self, title: str, text: str) -> Reading:
        """Find all words in both. Reads 1,000 characters of the title and 100,000 of the text."""
        title = title[:TITLE_LIMIT]
        whole = title + GAP + text[:LIMIT]
        plain = flatten(whole)
        low = lower(plain)
        return Reading(whole=whole, plain=plain, low=low, body=len(title) + len(GAP), hits=self.find(whole, f" {low} "))

    def find(self, whole: str, padded: str) -> dict[int, list[Span]]:
        """Spans of every word by its number, in order of first appearance."""
        hits: dict[int, list[Span]] = {}
        for number, start, end in self.automaton.find_matches_as_indexes(padded, overlapping=True):
            stop = (padded.find(" ", end) if self.open[number] else end - 1) - 1
            if number in self.signed and spelling(whole[start:stop]) not in self.signed[number]:
                continue
            if number in hits:
                hits[number].append((start, stop))
            else:
                hits[number] = [(start, stop)]
        return hits


def spelling(word: str) -> str:
    """A word as it is compared when its signs matter: lowered, straight quotes, no final dot."""
    return lower(word).replace("’", "'").rstrip(".!*")


def has_sign(word: str) -> bool:
    """Whether a word holds a sign that must really stand there (a hyphen or an apostrophe may be a space)."""
    return SIGN.search(word) is not None


def outside(spans: Sequence[Span], banned: Sequence[Span]) -> list[Span]:
    """The spans that overlap none of the banned ones. `spans` are in order; takes time linear in both."""
    walls = sorted(banned)
    kept, passed, reached = [], 0, -1
    for start, end in spans:
        while passed < len(walls) and walls[passed][0] < end:
            reached = max(reached, walls[passed][1])
            passed += 1
        if reached <= start:
            kept.append((start, end))
    return kept
