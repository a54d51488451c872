from __future__ import annotations

import sys

import pytest

from extractors.vocabulary import Vocabulary, flatten, lower, outside

WORDS = {
    "a dot inside a name": ("C3.ai", "We met C3.ai, and more.", ["C3.ai"]),
    "a version number": ("GPT-4.1", "GPT-4.1 beats GPT-4.", ["GPT-4.1"]),
    "a longer number is another version": ("GPT-4", "GPT-41 and GPT-4o", []),
    "an ampersand": ("AT&T", "AT&T’s network", ["AT&T"]),
    "an ampersand must be there": ("M&A", "I’m a developer", []),
    "dots of an abbreviation": ("U.S.", "the U.S. and U.S.-made", ["U.S", "U.S"]),
    "a hyphen and a version": ("DeepSeek-V4", "DeepSeek-V4’s cost", ["DeepSeek-V4"]),
    "a hyphen may be a space": ("DeepSeek-V4", "DeepSeek V4", ["DeepSeek V4"]),
    "a curly apostrophe": ("L'Oréal", "at L’Oréal today", ["L’Oréal"]),
    "a straight possessive": ("Microsoft", "Microsoft's plan", ["Microsoft"]),
    "a curly possessive": ("Microsoft", "Microsoft’s plan", ["Microsoft"]),
    "no word inside a word": ("meta", "metadata, Rheumeta, meta", ["meta"]),
    "quotes and brackets are boundaries": ("meta", "(meta) “meta” meta—meta", ["meta"] * 4),
    "a comma parts a phrase": ("open source", "open, source", []),
    "an open end takes any ending": ("robot*", "robotics, robots and a probot", ["robotics", "robots"]),
    "an open end reaches the end of the text": ("robot*", "two robots", ["robots"]),
    "after a letter that grows when lowered": ("Meta", "İstanbul İİ Meta", ["Meta"]),
    "between letters of a script without spaces": ("Microsoft", "在Microsoft的产品", ["Microsoft"]),
    "beside an astral character": ("Meta", "😀Meta😀", ["Meta"]),
    "beside a lone surrogate": ("Meta", "\ud800 Meta \udfff", ["Meta"]),
    "Cyrillic words have boundaries": ("яндекс", "Яндексу и Яндекс", ["Яндекс"]),
    "an underscore is a boundary": ("meta", "meta_tag", ["meta"]),
}  # fmt: skip


@pytest.mark.parametrize(("word", "text", "hits"), WORDS.values(), ids=WORDS)
def test_words_are_found_at_their_boundaries(word: str, text: str, hits: list[str]) -> None:
    vocabulary = Vocabulary([word])
    reading = vocabulary.read("", text)
    spans = reading.hits.get(vocabulary.number[word], [])
    assert [reading.whole[start:end] for start, end in spans] == hits
    assert [text[start - reading.body : end - reading.body] for start, end in spans] == hits


def test_no_character_changes_the_length() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(lower(flatten(every))) == len(every)


def test_both_ways_of_flattening_agree() -> None:
    latin = "".join(map(chr, range(256)))
    assert flatten(latin) == flatten(latin + "Ω")[:-1]


def test_a_phrase_never_runs_from_title_into_text() -> None:
    vocabulary = Vocabulary(["open source"])
    assert vocabulary.read("It is open", "source of it").hits == {}


def test_evidence_names_its_field_and_offsets() -> None:
    vocabulary = Vocabulary(["acme"])
    reading = vocabulary.read("Acme wins", "All of Acme rejoices")
    title, text = (reading.evidence("rule", span) for span in reading.hits[0])
    assert (title.field, title.start, title.end, title.detail) == ("title", 0, 4, "Acme")
    assert (text.field, text.start, text.end, text.detail) == ("text", 7, 11, "Acme")


def test_an_empty_vocabulary_finds_nothing() -> None:
    assert Vocabulary([]).read("a", "b").hits == {}


def test_spans_outside_others() -> None:
    assert outside([(0, 2), (4, 6), (8, 9)], [(5, 8), (3, 4)]) == [(0, 2), (8, 9)]
    assert outside([(0, 2)], []) == [(0, 2)]
