from __future__ import annotations

import pytest

from config.patterns import END, MOST, fault, read, weigh
from config.taxonomy import load_taxonomy

GOOD = {
    "bounded repeats": r"\braises?\b.{0,40}\$\d{1,4}",
    "an optional group": r"(?:really )?big",
    "optional groups within one another": r"(?:(?:very )?really )?big",
    "a star in a class": r"[*+]x",
    "an escaped star": r"\*x\+",
    "a bracket in a class": r"[]\\*]x",
    "an exact count": r"\d{4}",
    "a lazy repeat": r"a{0,40}?b",
    "looking around": r"(?<!un)(?=a)(?<=b)a(?!c)",
    "repeats that cannot take each other's characters": r"\d{1,40}\s{0,40}[a-z]{1,40}\.\d{0,40},",
    "many words of which one can stand there": rf"(?:{'|'.join(f'{a}{b}x' for a in 'abcdefgh' for b in 'abcdefgh')})",
    "braces that are none": r"a{b}",
    "nothing": "",
}  # fmt: skip
BAD = {
    "a star": (r"a*", "may run away: write {0,40}"),
    "a plus": (r"a+", "may run away: write {0,40}"),
    "a possessive repeat": (r"a{0,3}+", "may run away: write {0,40}"),
    "an open count": (r"a{2,}", "may run away: write {0,40} for a repeat without end"),
    "an open count from nothing": (r"a{,}", "may run away: write {0,40} for a repeat without end"),
    "a repeated group": (r"(?:a{1,9}){1,9}", "may run away: no group may be repeated"),
    "a group repeated without end": (r"(a|aa){0,}", "may run away: write {0,40} for a repeat without end"),
    "a large count": (r"[ab]{0,9999}[ab]{0,9999}c", "may run away: nothing may be repeated more than 200"),
    "a count beyond all": (r"a{99999999999999999999}", "may run away: nothing may be repeated more than 200"),
    "two repeats of the same": (r"[ab]{0,60}[ab]{0,60}c", "may run away: costs "),
    "two repeats of what overlaps": (r"\w{0,60}[^,]{0,60}c", "may run away: costs "),
    "a repeat over an optional part": (r"\w{0,60}x?\w{0,60}c", "may run away: costs "),
    "signs of far countries": ("[一-龥]{0,60}[丁-万]{0,60}c", "may run away: costs "),
    "a chain of optional letters": ("a?" * 30 + "a" * 30, "may run away: costs "),
    "a chain of optional groups": ("(?:a|aa)?" * 30, "may run away: costs "),
    "a chain of choices": ("(?:a|aa)" * 30 + "b", "may run away: costs "),
    "choices in other letters": ("(?:a|A)" * 30 + "b", "may run away: costs "),
    "looking ahead": (r"(?=\w{0,60}\w{0,60}c)", "may run away: costs "),
    "referring back": (r"(a)\1", "refers back to a group"),
    "referring back by name": (r"(?P<a>x)(?P=a)", "uses a group other than"),
    "a condition": (r"(a)?(?(1)b|c)", "uses a group other than"),
    "an atomic group": (r"(?>a)", "uses a group other than"),
    "a switch": (r"(?x)a #", "uses a group other than"),
    "a local switch": (r"(?i:a)", "uses a group other than"),
    "a long pattern": ("x" * 601, "is longer than 600 characters"),
    "a huge class": (f"[{'äöü' * 30}]", "has a class of more than 80 characters"),
    "deep groups": ("(" * 60 + ")" * 60, "has groups within groups"),
    "an open group": ("(", "is no regular expression"),
    "a closed one": (")", "is no regular expression"),
    "an open class": ("[a", "is no regular expression"),
    "a repeat of nothing": ("?", "is no regular expression"),
    "a repeat of a repeat": ("a{2}{2}", "is no regular expression"),
    "a backslash": ("\\", "is no regular expression"),
}  # fmt: skip


@pytest.mark.parametrize("pattern", GOOD.values(), ids=GOOD)
def test_honest_patterns_are_welcome(pattern: str) -> None:
    assert fault(pattern) == ""


@pytest.mark.parametrize(("pattern", "why"), BAD.values(), ids=BAD)
def test_patterns_that_could_hang_are_refused_and_the_reason_is_one_line(pattern: str, why: str) -> None:
    assert fault(pattern).startswith(why)
    assert fault(pattern).isprintable()


WAYS = {
    "one repeat before what it cannot take": (r"\d{0,9}x", 1),
    "one repeat before what it can": (r"\d{0,9}1", 10),
    "two that compete": (r"a{0,9}a{0,9}b", 10),
    "an optional letter": ("a?a", 2),
    "alternatives with different beginnings": ("(?:ab|cd)x", 1),
    "alternatives that part later": ("(?:abc|abd)x", 1),
    "alternatives of which one begins the other": ("(?:ab|abc)x", 2),
    "alternatives that are classes": ("(?:[ab]|[bc])x", 2),
}


@pytest.mark.parametrize(("pattern", "ways"), WAYS.values(), ids=WAYS)
def test_the_ways_to_match_are_counted(pattern: str, ways: int) -> None:
    assert weigh(read(pattern), END, "").ways == ways


def test_ours_are_far_from_costly() -> None:
    patterns = [pattern for tag in load_taxonomy().tags.values() for pattern in tag.patterns]
    assert len(patterns) > 5
    assert max(weigh(read(pattern), END, "").cost for pattern in patterns) < MOST
