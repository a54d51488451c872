from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractors.fingerprints import fingerprint, terms, title_key, words

TEXT = " ".join(f"word{number} and then" for number in range(200))

ONE_SPELLING = {
    "case": ("Chips ARE scarce", "chips are scarce"),
    "punctuation": ("Chips -- are, scarce!", "chips are scarce"),
    "curly and straight apostrophes": ("It\u2019s China's", "Its Chinas"),
    "wide letters": ("\uff23hips", "chips"),
    "a ligature": ("\ufb01le", "file"),
    "a soft hyphen": ("sy\u00adstem", "system"),
    "line breaks": ("chips\n\n\tare", "chips are"),
}


@pytest.mark.parametrize(("one", "other"), ONE_SPELLING.values(), ids=ONE_SPELLING)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)
    assert fingerprint(one).text_hash == fingerprint(other).text_hash


def test_numbers_are_words() -> None:
    assert words("Up 3.5% to 1,200") == ["up", "3", "5", "to", "1", "200"]


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    assert words("人工智能 AI") == ["人", "工", "智", "能", "ai"]


def test_vowel_signs_belong_to_their_word() -> None:
    assert words("हिन्दी क्या") == ["हिन्दी", "क्या"]


def test_hashes_are_distinct_positive_and_in_the_order_of_the_text() -> None:
    whole, half = fingerprint(TEXT), fingerprint(" ".join(TEXT.split()[:300]))
    assert len(set(whole.hashes)) == len(whole.hashes)
    assert all(0 <= each < 2**62 for each in whole.hashes)
    assert whole.hashes[: len(half.hashes)] == half.hashes
    assert whole.words == 600


def test_about_a_quarter_of_the_shingles_is_kept() -> None:
    assert 0.2 < len(fingerprint(TEXT).hashes) / 598 < 0.3


def test_a_passage_keeps_its_hashes_wherever_it_stands() -> None:
    assert set(fingerprint(TEXT).hashes) <= set(fingerprint(f"Quite another start. {TEXT} And an end.").hashes)


def test_another_process_gives_the_same_print() -> None:
    code = f"from extractors.fingerprints import fingerprint; print(fingerprint({TEXT!r}))"
    root = Path(__file__).parents[1]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert said.strip() == repr(fingerprint(TEXT))


SHORT = {"nothing": "", "two words": "Breaking news", "only signs": "--- *** ---", "half a character": "\ud800"}


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT)
def test_a_text_of_fewer_than_three_words_has_no_hashes(text: str) -> None:
    assert fingerprint(text).hashes == ()
    assert len(fingerprint(text).text_hash) == 16


HOSTILE = {
    "a pile of combining marks": "a" + "\u0315\u0300" * 200_000,
    "one word of a megabyte": "x" * 1_000_000,
    "characters that fold to four words": "\ufdfa " * 200_000,
    "nothing but signs": "-" * 1_000_000,
    "half characters": "a\ud800b " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    fingerprint(text)
    terms(text, text)
    assert time.process_time() - start < 3


def test_terms_are_counted_the_headline_twice_and_function_words_left_out() -> None:
    found = terms(
        "Microsoft in China", "Microsoft and the China office. Offices of Microsoft are in the China of 2026."
    )
    assert found == (("microsoft", 4), ("china", 4), ("office", 2))


def test_terms_are_limited() -> None:
    assert len(terms("", TEXT.replace("word", "word x"), limit=3)) <= 3
    assert terms("", "") == ()
