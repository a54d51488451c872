from __future__ import annotations

import pytest

from extractors.plain import find_title, split

WRAPPED = """The port of Veldhaven has taught its nine loading cranes to
pause for gusts that have not arrived yet, using a forecast
model the size of a paperback, which a school had left over
from an older project of its pupils.

Drivers object. They are paid by the container, and a crane
that waits is a crane that does not lift, the union says.
"""
SPLITS = {
    "each line is a block": ("One.\nTwo.\n\nThree.", ["One.", "Two.", "Three."]),
    "windows line ends": ("One.\r\nTwo.", ["One.", "Two."]),
    "bullets go": ("• One\n- Two\n* Three", ["One", "Two", "Three"]),
    "a dash of speech stays": ("–Not now", ["–Not now"]),
    "blanks collapse": ("  One\u00a0 two \t", ["One two"]),
    "wrapped lines are joined": (WRAPPED, [" ".join(part.split()) for part in WRAPPED.split("\n\n")]),
    "nothing": (" \n\n ", []),
}


@pytest.mark.parametrize(("text", "blocks"), SPLITS.values(), ids=SPLITS)
def test_text_becomes_blocks(text: str, blocks: list[str]) -> None:
    assert [block.text for block in split(text)] == blocks


LONG = "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet."
TITLES = {
    "named at the end": (
        f"Ports\n{LONG}\nThe post Cranes learn to wait appeared first on Harbour News.",
        "Cranes learn to wait",
    ),
    "said twice at the top": (f"Ports\nCranes learn to wait\nAI\nCranes learn to wait\n{LONG}", "Cranes learn to wait"),
    "the first line": (f"Cranes learn to wait\n\n{LONG}", "Cranes learn to wait"),
    "no headline": (f"{LONG}\n\n{LONG} Again.", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "title"), TITLES.values(), ids=TITLES)
def test_the_headline_is_found(text: str, title: str) -> None:
    assert find_title(split(text)) == title
