"""Find companies and people nobody has listed, by the company they keep.

    Retym raises $75M · startup Retym · Retym, a start-up that … · acquires Retym · Retym Labs     → company
    Gulshan Rai said · CEO Wayne Jackson · Fei-Fei Li, professor · any known given name + surname  → person

A run of capitalised words in title and opening is a candidate; the word before or after it decides. The lists of such
words are `[words.…]` tables of the taxonomy. A headline in Title Case tells nothing, so there only the text is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from config.taxonomy import Taxonomy
from extractors.entities import Found, with_surname, words_at
from extractors.vocabulary import Reading, Span, flatten

REACH = 1000  # characters of the text in which unknown names are looked for
ACRONYM = 4  # letters in capitals that are more often a thing than a name
INITIALS = 2  # letters in capitals that may be a given name: "JB", "RJ"
MOST = 12  # unknown names kept for one article

CAPITALISED = r"[A-Z]\w{0,30}(?:[.&-]\w{1,30}|[’'](?=[A-Z])\w{1,30}){0,3}"
RUN = re.compile(rf"(?<![\w.’'-]){CAPITALISED}(?:(?: [A-Z]\.)? {CAPITALISED}){{0,6}}")
INITIAL = re.compile(r"[A-Z]\. ")
BEFORE = re.compile(r"(?:([\w-]{1,30})|\b(Sen|Rep|Gov|Gen|Dr|Prof|Mr|Ms|Mrs)\.)[ ]?$")
AFTER = re.compile(r"(?:[’']s)? ([\w-]{1,30})")
APPOSITION = re.compile(r" ?, (?:an?|the|which|whose|one of)\b([^.;]{1,90})")
FOUNDED = re.compile(r" ?, (?:co-?)?founded (?:by|in)\b")
VERB = re.compile(r", ([a-z]{3,20})")
OFFICE = re.compile(r" ?, (?!which\b|whose\b|where\b)((?:[\w’'&.-]{1,30} ){0,4}[\w-]{1,30})\b")
WORD = re.compile(r"[^ ]{1,120}")
COMPOUND = re.compile(
    r"-(?:backed|based|powered|led|owned|founded|style|like|driven|native|made|focused|linked|first)$"
)
LONG_WORD = re.compile(r"[A-Za-z]{4,30}")
TITLE_CASE = 0.7  # share of capitalised words from which a headline is in Title Case
PERSON_WORDS = (2, 3)  # words in a person's name


class NameFinder:
    """The name patterns, with their word lists."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        lists = {name: frozenset(rule.list) for name, rule in taxonomy.words.items()}
        none: frozenset[str] = frozenset()
        self.given = lists.get("given-names", none)
        self.roles = lists.get("roles", none)
        self.officers = lists.get("officers", none)
        self.kinds = lists.get("company-kinds", none)
        self.endings = lists.get("company-endings", none)
        self.gains = lists.get("company-verbs", none)
        self.buys = lists.get("buying-verbs", none)
        self.speaks = lists.get("speaking-verbs", none)
        self.common = lists.get("not-names", none)
        self.bodies = lists.get("bodies", none)
        self.posts = self.roles - lists.get("shared-roles", none)

    def find(self, reading: Reading, known: Sequence[Found]) -> list[Found]:
        """Unknown companies and people, in order of first mention, at most 12."""
        reach = reading.body + REACH
        taken = sorted((span, one.type) for one in known for span in one.spans if span[0] < reach)
        listed = {one.name.lower() for one in known}
        found: dict[str, Found] = {}
        for start, end in self.runs(reading, taken):
            name = reading.whole[start:end]
            if name in found or name.lower() in listed:
                continue
            kind = self.kind(reading.whole, start, end)
            if kind and len(found) < MOST:
                found[name] = self.settle(reading, name, kind)
        return [one for one in found.values() if not any(is_part(one, other) for other in found.values())]

    def runs(self, reading: Reading, taken: Sequence[tuple[Span, str]]) -> Iterator[Span]:
        """Runs of capitalised words, cut at common words ("Economy Minister Wang Mei-hua") and at known entities.

        What follows a known thing is part of it ("Google Sheets"), but a place is only where it is.
        """
        start = reading.body if is_title_case(reading.whole[: reading.body]) else 0
        reach = reading.body + REACH
        for match in RUN.finditer(reading.whole, start, reach):
            begin, end = match.span()
            if end == reach:  # it may go on: "Martin Scorse" is nobody
                break
            near = [(span, kind) for span, kind in taken if span[0] < end and begin < span[1]]
            for word in WORD.finditer(reading.whole, begin, end):
                cut = word[0] in self.common or ("-" in word[0] and COMPOUND.search(word[0]))
                over = [kind for (a, b), kind in near if a < word.end() and word.start() < b]
                if cut or over:
                    yield from is_name(reading.whole, begin, word.start() - 1)
                    begin = word.end() + 1 if cut or over == ["place"] else match.end()
            yield from is_name(reading.whole, begin, end)

    def kind(self, whole: str, start: int, end: int) -> str | None:
        """Company or person; None for a run whose surroundings say nothing."""
        words = whole[start:end].split(" ")
        before = BEFORE.search(whole, max(0, start - 32), start)
        after = AFTER.match(whole, end, end + 40)
        left = (before[1] or before[2]).lower() if before else ""
        right = after[1].lower() if after else ""
        if len(words) > 1 and words[-1] in self.endings and not is_acronym(words[0]):
            return "company"
        names = [word for word in words if not INITIAL.fullmatch(f"{word} ")]
        if len(names) in PERSON_WORDS and not any(map(self.is_no_persons, names)):
            beside = left in self.roles or right in self.speaks
            if beside or names[0] in self.given or self.holds_office(whole, end):
                return "person"
        alone = len(words) == 1 and words[0] in self.bodies
        return "company" if not alone and self.is_company(whole, end, left, right) else None

    def is_no_persons(self, word: str) -> bool:
        """Whether a word is in no person's name: "Ministry", "NTT"."""
        return word in self.bodies or (len(word) > INITIALS and is_acronym(word))

    def holds_office(self, whole: str, end: int) -> bool:
        """Whether an office follows a name before any kind of company does: ", the bank's chief economist"."""
        office = OFFICE.match(whole, end, end + 90)
        words = office[1].lower().split(" ") if office else []
        return next((word for word in words if word in self.posts or word in self.kinds), "") in self.posts

    def is_company(self, whole: str, end: int, left: str, right: str) -> bool:
        """Whether the words around a name say that it is a company."""
        if left in self.kinds or left in self.buys or right in self.gains or right in self.officers:
            return True
        if FOUNDED.match(whole, end, end + 40):
            return True
        apposition = APPOSITION.match(whole, end, end + 110)
        if not apposition:
            return False
        said = re.findall(r"[a-z-]{3,20}", apposition[1])
        return not self.kinds.isdisjoint(said) or not self.gains.isdisjoint(VERB.findall(apposition[1]))

    def settle(self, reading: Reading, name: str, kind: str) -> Found:
        """Every mention of a new name as one value."""
        spans = list(words_at(reading.plain, flatten(name)))
        if kind == "person":
            spans = with_surname(reading, name, spans)
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        return Found(id=f"{kind}:{slug}", name=name, type=kind, spans=tuple(spans), known=False)


def is_acronym(word: str) -> bool:
    """Whether a word is a few letters in capitals: AI, TV, CPU."""
    return len(word) <= ACRONYM and word.isupper()


def is_name(whole: str, start: int, end: int) -> Iterator[Span]:
    """The span, unless it is empty, one letter, or an acronym alone ("TV", "AI-ready"); no initial begins it."""
    if initial := INITIAL.match(whole, start, end):
        start = initial.end()
    if end - start > 1 and not is_acronym(whole[start:end].partition("-")[0]):
        yield start, end


def is_part(one: Found, other: Found) -> bool:
    """Whether a name is only the beginning or end of another one found ("Rai" of "Gulshan Rai")."""
    return one.name != other.name and f" {one.name} " in f" {other.name} "


def is_title_case(title: str) -> bool:
    """Whether Nearly All Words of a Headline Are Capitalised, or it is TOO LITTLE TO SAY."""
    words = LONG_WORD.findall(title)
    return sum(word[0].isupper() for word in words) > TITLE_CASE * len(words) if len(words) > PERSON_WORDS[0] else False
