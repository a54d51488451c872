r"""Tell whether a regular expression may be tried on hostile text, before it ever is.

    fault(r"\braises?\b.{0,40}\$\d{1,4}")   ""
    fault(r"(a|aa){0,}")                    "may run away: …"

What passes refers back to nothing, repeats everything a bounded number of times, and costs at most `MOST` from any one
place of any text. The cost is that of the worst text, from right to left: where a part may match in p ways, the rest is
tried p times. A part has one way only where the character after it decides: `\d{1,9}` before a letter, `(?:\.\d)?`
before a space, alternatives that begin with different letters. So an honest pattern of five repeats is cheap, and two
repeats that compete for the same characters multiply. Measured on 27 patterns, a cost of 1 is at most 1.7 ns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

LONGEST = 600  # characters of a pattern
DEEPEST = 8  # groups within groups
WIDEST = 200  # times that anything may be repeated
CLASS = 80  # characters that a class in brackets is written with: each is compared
LETTER, STEP = 1, 8  # what it costs to compare a letter, and to come back for another try: about nanoseconds
MOST = 25_000  # that matching from one place may cost; 2,000 characters of the worst text then take some 50 ms

TOKEN = re.compile(
    r"(?P<open>\((?:\?[:=!]|\?<[=!])?)(?!\?)|(?P<odd>\()|(?P<close>\))|(?P<bar>\|)|(?P<endless>[*+])"
    r"|(?P<repeat>\?|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\})\??(?P<repeated>)"
    r"|(?P<atom>\\x..|\\u.{4}|\\U.{8}|\\N\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)",
    re.DOTALL,
)
BACK = re.compile(r"\\[1-9]")
BORDERS = frozenset((r"\b", r"\B", r"\A", r"\Z", "^", "$"))
LITERAL = re.compile(r"[^\W_]|[ _'’&-]|\\[^\w\s]")
SAMPLE = "".join(map(chr, [*range(0x250), *range(0x370, 0x460), *range(0x2000, 0x20C0), 0x660, 0x4E00, 0xAC00]))
SAMPLED = frozenset(SAMPLE)
GROUPS = "uses a group other than (…), (?:…), (?=…), (?!…), (?<=…) and (?<!…)"

Chars = frozenset[str]
END: Chars = frozenset(("end",))  # stands among characters for "nothing more"


class RefusedError(ValueError):
    """A pattern that may not be tried. The text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One character of a pattern, or a group of alternatives, and how often it stands there."""

    atom: str = ""
    choices: tuple[tuple[Part, ...], ...] = ()
    least: int = 1
    most: int = 1
    looks: bool = False  # is an assertion, and takes no character


@dataclass(frozen=True, slots=True)
class Work:
    """In how many ways a part can match, what all of them cost, and with what it, or else what follows, begins."""

    ways: int
    cost: int
    begins: Chars


@dataclass(frozen=True, slots=True)
class Branch:
    """An alternative: the letters it must begin with, and what it costs."""

    opening: str
    work: Work

    def allows(self, other: Branch) -> bool:
        """Whether a text that this one matches may be matched by the other too."""
        alike = self.opening.startswith(other.opening) or other.opening.startswith(self.opening)
        return self is other or (alike and meet(self.work.begins, other.work.begins))

    def costs(self, other: Branch) -> int:
        """What the other costs on a text that this one matches: all, or as far as the two go together."""
        if self.allows(other):
            return STEP + other.work.cost
        pairs = zip(self.opening, other.opening, strict=False)
        return LETTER + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def fault(pattern: str) -> str:
    """Why a pattern is refused, or ""."""
    if len(pattern) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        parts = read(pattern)
        re.compile(pattern, re.IGNORECASE)  # as `extractors.topics` does, which then finds it compiled
        others = "".join(sorted({*pattern.lower(), *pattern.upper()} - SAMPLED))
        cost = weigh(parts, END, others).cost
    except re.error as error:
        return f"is no regular expression: {error}"
    except (RefusedError, OverflowError) as error:
        return str(error)
    return f"may run away: costs {cost} from one place, {MOST} are allowed; shorten its repeats" if cost > MOST else ""


def read(pattern: str) -> tuple[Part, ...]:
    """A pattern as parts. Raises `RefusedError` for what is not regular, or has no end."""
    stack: list[tuple[str, list[list[Part]]]] = [("", [[]])]
    for token in TOKEN.finditer(pattern):
        row = stack[-1][1][-1]
        match token.lastgroup:
            case "open":
                stack.append((token[0], [[]]))
            case "close" if len(stack) > 1:
                kind, choices = stack.pop()
                stack[-1][1][-1].append(Part(choices=tuple(map(tuple, choices)), looks=kind not in {"(", "(?:"}))
            case "bar":
                stack[-1][1].append([])
            case "repeated" if row and token["repeat"] != "{}":
                row.append(repeated(row.pop(), token))
            case kind:
                row.append(single(kind, token[0]))
        if len(stack) > DEEPEST:
            raise RefusedError(f"has groups within groups, more than {DEEPEST} deep")
    return (Part(choices=tuple(map(tuple, stack[0][1]))),)


def single(kind: str | None, atom: str) -> Part:
    """One character of a pattern. Raises `RefusedError` for what looks like one and is not."""
    if kind == "odd":
        raise RefusedError(GROUPS)
    if kind == "endless":
        raise RefusedError("may run away: write {0,40} for * and +")
    if BACK.match(atom):
        raise RefusedError("refers back to a group, and may run away")
    if atom.startswith("[") and len(atom) > CLASS:
        raise RefusedError(f"has a class of more than {CLASS} characters")
    return Part(atom=atom)


def repeated(part: Part, token: re.Match[str]) -> Part:
    """A part with its repeat. Raises `RefusedError` for one without an end, or too many, or of a group."""
    if token["repeat"].startswith("?"):
        return replace(part, least=0)
    if token["comma"] and not token["most"]:
        raise RefusedError("may run away: write {0,40} for a repeat without end")
    least = int(token["least"][:9] or 0)
    most = int(token["most"][:9]) if token["comma"] else least
    if most > WIDEST:
        raise RefusedError(f"may run away: nothing may be repeated more than {WIDEST} times")
    if part.choices and most > 1:
        raise RefusedError("may run away: no group may be repeated")
    return replace(part, least=least, most=most)


def weigh(parts: Sequence[Part], after: Chars, others: str) -> Work:
    """The cost of parts in a row before `after`: a part that matches in p ways has the rest tried p times."""
    ways, cost, begins = 1, LETTER, after
    for part in reversed(parts):
        own = weigh_group(part, begins, others) if part.choices else weigh_atom(part, begins, others)
        cost, ways, begins = own.cost + own.ways * cost, ways * own.ways, own.begins
    return Work(ways, cost, begins)


def weigh_atom(part: Part, after: Chars, others: str) -> Work:
    """The cost of one character and its repeats; it has one way only if it cannot be taken for what follows."""
    if part.atom in BORDERS:
        return Work(1, 1, after)
    chars, spread = characters(part.atom, others), part.most - part.least
    ways = 1 + spread if meet(chars, after) else 1
    plain = LITERAL.fullmatch(part.atom) and part.least == part.most == 1
    cost = LETTER if plain else (STEP + len(part.atom) // 2) * (1 + part.most + spread)
    return Work(ways, cost, chars if part.least else chars | after)


def weigh_group(part: Part, after: Chars, others: str) -> Work:
    """The cost of a group: of all alternatives that one text can match, and of passing it over."""
    each = [Branch(opening(one), weigh(one, END if part.looks else after, others)) for one in part.choices]
    cost = STEP * (2 - part.least) + max(sum(ours.costs(theirs) for theirs in each) for ours in each)
    if part.looks:
        return Work(1, cost, after)
    ways = max(sum(theirs.work.ways for theirs in each if ours.allows(theirs)) for ours in each)
    begins = each[0].work.begins.union(*(branch.work.begins for branch in each))
    if part.least:
        return Work(ways, cost, begins)
    return Work(ways + meet(begins, after), cost, begins | after)


def meet(ours: Chars, theirs: Chars) -> bool:
    """Whether the next character may belong to both; where nothing need follow, it may."""
    return not END.isdisjoint(theirs) or not END.isdisjoint(ours) or not ours.isdisjoint(theirs)


def opening(parts: Sequence[Part]) -> str:
    """The letters that an alternative must begin with."""
    plain = takewhile(lambda part: LITERAL.fullmatch(part.atom) and part.least == part.most == 1, parts)
    return "".join(part.atom[-1] for part in plain).lower()


@lru_cache(maxsize=1000)
def characters(atom: str, others: str) -> Chars:
    """Which of a sample of characters one character of a pattern stands for, in any case."""
    if len(atom) == 1 and atom != ".":
        return frozenset((atom.lower(), atom.upper()))
    return frozenset(re.findall(atom, SAMPLE + others, re.IGNORECASE | re.DOTALL))
