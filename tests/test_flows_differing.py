"""A changed article as it is told: in one line, or line by line."""

from __future__ import annotations

import time

import pytest

from flows.differing import LONGEST, brief, lines, paragraphs
from storage.intents import Difference

LONG = "The harbour was full of boats that morning, and nobody on the quay could say where they had all come from. "

TEXTS: dict[str, tuple[str, str, list[str]]] = {
    "a paragraph that goes stands between its neighbours": (
        "one\n\ntwo\n\nadvert\n\nthree\n\nfour",
        "one\n\ntwo\n\nthree\n\nfour",
        ["  two", "- advert", "  three"],
    ),
    "one at the end has none below it": ("one\n\nadvert", "one", ["  one", "- advert"]),
    "one at the start has none above it": ("advert\n\none", "one", ["- advert", "  one"]),
    "a paragraph is replaced": ("one\n\ntwo", "one\n\n2", ["  one", "- two", "+ 2"]),
    "what lies between two changes is shown at its ends": (
        "a\n\n1\n\n2\n\n3\n\nb",
        "A\n\n1\n\n2\n\n3\n\nB",
        ["- a", "+ A", "  1", "  3", "- b", "+ B"],
    ),
    "a text that was empty": ("", "one", ["+ one"]),
    "a text that is empty now": ("one\n\ntwo", "", ["- one", "- two"]),
    "a difference far into a paragraph is shown from shortly before it on": (
        LONG + "Advert.",
        LONG + "End.",
        [f"- …{LONG[-40:]}Advert.", f"+ …{LONG[-40:]}End."],
    ),
    "what steers a terminal is not printed": ("a\x1b[31mb\n\nc", "c", ["- a[31mb", "  c"]),
}


@pytest.mark.parametrize(("before", "after", "shown"), TEXTS.values(), ids=TEXTS)
def test_texts_are_compared_by_paragraphs(before: str, after: str, shown: list[str]) -> None:
    assert [str(line) for line in paragraphs(before, after)] == shown


def test_no_line_is_long() -> None:
    difference = Difference(
        article_id=1, headline=LONG * 9, title=(LONG * 9, LONG * 8 + "x"), text=(LONG * 99, "x" * 9999),
        cuts=((LONG * 9,), ()), links=((), (LONG * 9,)), tags=((), ()),
    )  # fmt: skip
    assert max(len(str(line)) for line in lines("feed", difference)) <= LONGEST + 20
    assert len(brief("feed", difference)) <= LONGEST + 20


def test_all_that_changes_is_told() -> None:
    difference = Difference(
        article_id=7, headline="Rain", title=("Rain | Site", "Rain"), text=("one\n\nadvert", "one"),
        cuts=((), ("newsletter: advert",)), links=(("see_also: T",), ()), tags=(("a",), ("b",)), fields=("summary",),
    )  # fmt: skip
    assert [str(line) for line in lines("lantern", difference)] == [
        "     7  lantern · Rain",
        "  title", "- Rain | Site", "+ Rain",
        "  text", "  one", "- advert",
        "  cuts", "+ newsletter: advert",
        "  links", "- see_also: T",
        "  tags", "- a", "+ b",
        "  also: summary",
    ]  # fmt: skip
    assert brief("lantern", difference) == (
        "     7  lantern · Rain · title, text -1 +0 paragraphs, cuts -0 +1, links -1 +0, tags -1 +1, summary"
    )


HOSTILE = {
    "paragraphs that repeat in two orders": ("\n\n".join("ab" * 50_000), "\n\n".join("ba" * 50_000)),
    "a hundred of each, shuffled": ("\n\n".join("abcd" * 48), "\n\n".join("dbca" * 48)),
    "one huge paragraph": ("x" * 1_000_000 + "y", "x" * 1_000_000 + "z"),
    "many and none": ("\n\n".join("abc" * 100_000), ""),
}


@pytest.mark.parametrize(("before", "after"), HOSTILE.values(), ids=HOSTILE)
def test_nothing_a_stranger_writes_takes_long_to_compare(before: str, after: str) -> None:
    begun = time.process_time()
    assert list(paragraphs(before, after))
    assert time.process_time() - begun < 2
