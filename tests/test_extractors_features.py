from __future__ import annotations

import pytest

from extractors.features import CHARACTERS, WORDS, features
from extractors.subject import Entity, Tag, Tagging
from extractors.vocabulary import Vocabulary, grown

READ = Vocabulary([]).read

SEEN = {
    "words and their pairs": ("Bank raises rates", "", {"bank": 1, "raises": 1, "rates": 1, "bank raises": 1, "raises rates": 1}),
    "no pair runs from the title into the text": ("Bank", "Rates", {"bank": 1, "rates": 1}),
    "signs part words": ("Bank-rates", "", {"bank": 1, "rates": 1, "bank rates": 1}),
    "a stop word is seen in a pair only": ("made in China", "", {"china": 1, "in china": 1}),
    "a number is seen in a pair only": ("GPT 5", "", {"gpt": 1, "gpt 5": 1}),
    "two stop words are no pair": ("it is of", "", {}),
    "repetition fades": ("", "bank. " * 3, {"bank": grown(3), "bank bank": grown(2)}),
    "a word of thirty letters is the longest": ("a" * 30 + " " + "b" * 31, "", {"a" * 30: 1}),
    "nothing": ("", "", {}),
    "lone surrogates and NUL": ("\ud800\x00", "\udfff bank", {"bank": 1}),
}  # fmt: skip


@pytest.mark.parametrize(("title", "text", "seen"), SEEN.values(), ids=SEEN)
def test_what_is_seen_of_a_text(title: str, text: str, seen: dict[str, float]) -> None:
    assert features(READ(title, text)) == seen


def test_what_the_rules_found_is_seen_too() -> None:
    tags = (Tag(id="security", name="Security", kind="topic", score=0.9),)
    entities = (Entity(id="acme", name="Acme", type="company", salience=0.5, mentions=1, in_title=True),)
    found = features(READ("Breach", ""), Tagging(tags=tags, entities=entities))
    assert found == {"breach": 1, "#security": 1, "@acme": 1, "@company": 1}


def test_only_the_beginning_is_read() -> None:
    many = features(READ("", " ".join(f"w{i}" for i in range(WORDS + 50))))
    assert f"w{WORDS - 1}" in many
    assert f"w{WORDS}" not in many
    long = features(READ("", "x" * CHARACTERS + " bank"))
    assert "bank" not in long
