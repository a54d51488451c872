from __future__ import annotations

from itertools import pairwise

import pytest

from extractors.sentences import sentences

SPLITS = {
    "two sentences": ["It rained.", "It poured."],
    "questions and shouts": ["Did it rain?!", "It did!", "So what?"],
    "a title before a name": ["Then Mr. Lowe met Dr. Ames and Gen. Ray.", "They talked."],
    "a country in letters": ["She lives in the U.S. Senate district.", "He does not."],
    "a country at the end": ["She lives in the U.S.", "The rest does not."],
    "a company within": ["Brightwater Inc. Chairman Ann Lowe left.", "It fell."],
    "a company at the end": ["He sold Brightwater Inc.", "But nobody knew."],
    "a month and a number": ["It opened on Nov. 3 at No. 5 Quay Road.", "It is closed."],
    "a number at the end of a clause that says no": ["She said no.", "Nobody laughed."],
    "decimals and sums": ["It costs $3.5 billion, 4.2 percent more.", "That hurts."],
    "initials": ["J. R. Lowe wrote to George W. Ames.", "He answered."],
    "shortened words that go on": ["Ships, e.g. Tankers, pay more than boats, i.e. Yachts.", "It is fair."],
    "an ellipsis that goes on": ["Well ... it rained… and poured.", "It stopped…", "Then it rained."],
    "a quotation with its stop": ["“It rained.”", "He left.", '"It poured!"', "She stayed."],
    "a question with its speaker": ["“Did it rain?” he asked.", "It did."],
    "a bracket": ["(It rained.)", "We left [by boat.]", "They stayed."],
    "a name in small letters": ["It rained.", "iPhone sales rose.", "eBay fell."],
    "a web name": ["He read C3.ai and Example.com today.", "He slept."],
    "times of day": ["It opened at 5 p.m. on Friday.", "It closed at 6 p.m.", "The rest is known."],
    "German": ["Am 3. Oktober kam Dr. Lowe, z. B. Ann, mit ca. 5 Mio. Euro.", "Sie blieb."],
    "French": ["M. Lowe est venu avec Mme. Ames.", "Il est parti."],
    "Chinese": ["今天下雨。", "他说：“下雨了。”然后走了。", "真的？", "是！"],  # noqa: RUF001 - Chinese signs
    "Japanese": ["雨が降った。", "「そうだ。」と言った。"],
    "Hindi": ["बारिश हुई।", "वह गया।"],
    "no stop at the end": ["It rained.", "It poured"],
}


@pytest.mark.parametrize("wanted", SPLITS.values(), ids=SPLITS)
def test_sentences(wanted: list[str]) -> None:
    spaceless = wanted[0][0] > "\u2fff"
    text = ("" if spaceless else " ").join(wanted)
    assert [text[start:end] for start, end in sentences(text)] == wanted


def test_blank_lines_part_whatever_stands_before_them() -> None:
    text = "  A heading\n\nIt rained, Mr.\n \t\nLowe said.\n\n\n"
    assert [text[start:end] for start, end in sentences(text)] == ["A heading", "It rained, Mr.", "Lowe said."]


def test_a_single_line_break_is_a_space() -> None:
    text = "It rained.\nIt poured\nall day."
    assert [text[start:end] for start, end in sentences(text)] == ["It rained.", "It poured\nall day."]


HOSTILE = {
    "nothing": "",
    "only spaces": " " * 300_000,
    "only stops": "." * 300_000,
    "stops and spaces": ". " * 100_000,
    "stops and quotes": '."' * 100_000,
    "line breaks": "\n" * 300_000,
    "blank lines with spaces": ("\n" + " " * 50) * 5_000,
    "one long word": "x" * 300_000,
    "one word after another": "word " * 60_000,
    "shortened words": "U.S.A." * 50_000,
    "half characters": "\ud800. \udfff" * 30_000,
    "NUL": "\x00.\x00 " * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_has_places_in_order(text: str) -> None:
    found = list(sentences(text))
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert "".join("".join(text[start:end].split()) for start, end in found) == "".join(text.split())
