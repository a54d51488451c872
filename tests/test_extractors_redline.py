"""What lies between two forms of a text, by paragraphs and words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.redline import MOST, Passage, compare_words, redline

MARKS = {"same": "{}", "gone": "[-{}-]", "come": "{{+{}+}}"}
SIGNS = {"same": " ", "gone": "-", "come": "+", "edited": "~"}


def told(passages: tuple[Passage, ...]) -> list[str]:
    """Each passage with its sign, its changed words in brackets."""
    lines = []
    for one in passages:
        if one.fate == "left_out":
            lines.append(f"({one.paragraphs})")
        elif one.fate == "edited":
            lines.append("~ " + "".join(MARKS[run.fate].format(run.text) for run in one.runs))
        else:
            [run] = one.runs
            lines.append(f"{SIGNS[one.fate]} {run.text}")
    return lines


FLOOD = "The flood killed 12 people in Torsby, the mayor said on Monday."
FERRY = "A ferry will take lorries across the lake until the bridge can bear them again."
RAIN = "More rain is expected from Thursday on, and the lake is as high as in 1958."

TEXTS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "nothing changed": ([FLOOD, FERRY], [FLOOD, FERRY], []),
    "a number": ([FLOOD], [FLOOD.replace("12", "14")], ["~ The flood killed[- 12-]{+ 14+} people in Torsby, the mayor said on Monday."]),
    "a price": (["It costs $4.50."], ["It costs $4.75."], ["~ It costs $[-4.50-]{+4.75+}."]),
    "a letter": (["Torsby is old."], ["Thorsby is old."], ["~ [-Torsby-]{+Thorsby+} is old."]),
    "a word comes": (["He was guilty then."], ["He was not guilty then."], ["~ He was{+ not+} guilty then."]),
    "a word goes": (["He was not guilty then."], ["He was guilty then."], ["~ He was[- not-] guilty then."]),
    "a mark": (["Eat, grandma now."], ["Eat grandma now."], ["~ Eat[-,-] grandma now."]),
    "two words far apart": (
        ["Six buses run from May on in Gothenburg."], ["Four buses run from June on in Gothenburg."],
        ["~ [-Six-]{+Four+} buses run from[- May-]{+ June+} on in Gothenburg."]),
    "a paragraph comes": ([FLOOD, RAIN], [FLOOD, FERRY, RAIN], [f"  {FLOOD}", f"+ {FERRY}", f"  {RAIN}"]),
    "a paragraph goes": ([FLOOD, FERRY, RAIN], [FLOOD, RAIN], [f"  {FLOOD}", f"- {FERRY}", f"  {RAIN}"]),
    "the first comes": ([FLOOD], [FERRY, FLOOD], [f"+ {FERRY}", f"  {FLOOD}"]),
    "one in place of another": ([FLOOD, FERRY], [FLOOD, RAIN], [f"  {FLOOD}", f"- {FERRY}", f"+ {RAIN}"]),
    "an edited one beside a new one": (
        [FLOOD], [FERRY, FLOOD.replace("12", "14")], [f"+ {FERRY}", f"~ {FLOOD.replace(' 12', '[- 12-]{+ 14+}')}"]),
    "two change places": ([FLOOD, FERRY], [FERRY, FLOOD], [f"- {FLOOD}", f"  {FERRY}", f"+ {FLOOD}"]),
    "what is far from a change is left out": (
        [FLOOD, "a", "b", "c", "d", FERRY], [RAIN, "a", "b", "c", "d", FERRY], [f"- {FLOOD}", f"+ {RAIN}", "  a", "(4)"]),
    "blanks do not count": ([f"{FLOOD}  ", "", FERRY], [FLOOD, f"\t{FERRY}"], []),
    "a text that was empty": ([], [FLOOD], [f"+ {FLOOD}"]),
    "a text that is empty now": ([FLOOD], [], [f"- {FLOOD}"]),
    "no word between blanks": ([" "], ["\x1c"], []),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "lines"), TEXTS.values(), ids=TEXTS)
def test_texts_are_compared_by_paragraphs_and_words(old: list[str], new: list[str], lines: list[str]) -> None:
    assert told(redline("\n\n".join(old), "\n\n".join(new))) == lines


def test_among_many_paragraphs_each_edited_one_finds_its_own() -> None:
    names = [
        f"The {n}th report of the council speaks of bridge number {n * 7} and of what it costs." for n in range(60)
    ]
    edited = [name.replace("costs", "brings") for name in names]
    found = redline("\n".join(names), "\n".join(["A new first paragraph.", *edited]))
    assert [one.fate for one in found] == ["come"] + ["edited"] * 60


def test_a_sentence_written_anew_keeps_no_lone_word() -> None:
    runs = compare_words(
        "Yesterday some people of the town left their homes.", "Nobody knew on Friday the number or its cause."
    )
    assert [run.fate for run in runs] == ["gone", "come", "same"]


def test_runs_give_both_forms_back() -> None:
    old, new = f"{FLOOD} {FERRY}  {RAIN} ", f" {FLOOD} {RAIN.upper()}\tEnd"
    runs = compare_words(old, new)
    assert "".join(run.text for run in runs if run.fate != "gone") == new
    assert "".join("".join(run.text for run in runs if run.fate != "come").split()) == "".join(old.split())


EDGES: dict[str, tuple[str, str]] = {
    "a first word comes": ("a", "b a"),
    "a first word goes": ("b a", "a"),
    "two first words come": ("a c", "b d a c"),
    "a first mark comes": ("a", "- a"),
    "a last word comes": ("a", "a b"),
    "a last word goes": ("a b", "a"),
    "another first word": ("b a", "c d a"),
    "all comes": ("", "a b"),
    "all goes": ("a b", ""),
}


@pytest.mark.parametrize(("old", "new"), EDGES.values(), ids=EDGES)
def test_no_words_run_into_each_other_at_the_edges(old: str, new: str) -> None:
    runs = compare_words(old, new)
    assert "".join(run.text for run in runs if run.fate != "gone") == new
    assert "".join(run.text for run in runs if run.fate != "come") == old


def test_the_blanks_of_what_stayed_are_those_of_the_new_form() -> None:
    assert [(run.fate, run.text) for run in compare_words(" 5 % ", "5%")] == [("same", "5%")]
    assert told(redline("a", "b a")) == ["~ {+b +}a"]


HOSTILE: dict[str, Callable[[str, int], str]] = {
    "one word": lambda c, n: c * n,
    "words of a letter": lambda c, n: f"{c} " * (n // 2),
    "lines of a letter": lambda c, n: f"{c}\n" * (n // 2),
    "two words in turn": lambda c, n: f"{c} b b {c} " * (n // 8),
    "lines that are all others": lambda c, n: "\n".join(f"{c}{place}" for place in range(n // 7)),
    "words that are all others": lambda c, n: " ".join(f"{c}{place}" for place in range(n // 7)),
    "words in another order": lambda c, n: " ".join(map(str, range(n // 6)[:: 1 if c == "a" else -1])),
    "lines in another order": lambda c, n: "\n".join(map(str, range(n // 6)[:: 1 if c == "a" else -1])),
    "blanks between": lambda c, n: c + " " * n + c,
    "surrogates and NUL": lambda c, n: f"{c}\ud800\x00\u202e" * (n // 4),
    "accents": lambda c, n: c + "\u0301\u0327" * (n // 2),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_any_text_will_do(make: Callable[[str, int], str]) -> None:
    found = redline(make("a", 400_000), make("x", 400_000))
    assert found
    assert len(found) <= 2 * MOST + 2
