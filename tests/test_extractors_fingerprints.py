from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractors.fingerprints import fingerprint, is_name, terms, title_key, words

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
    assert all(0 <= each < 2**30 for each in whole.hashes)
    assert whole.hashes[: len(half.hashes)] == half.hashes
    assert whole.words == 600


def test_about_three_in_sixteen_of_the_shingles_are_kept() -> None:
    text = " ".join(f"word{number}" for number in range(6000))
    assert 0.17 < len(fingerprint(text).hashes) / 5998 < 0.205


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
    "nothing but names": "Ab Cd-Ef.Gh " * 80_000,
    "a hundred thousand different names": " ".join(f"of Na{number}" for number in range(100_000)),
    "one capital after another": "A" * 400_000,
    "capitals parted by hyphens": "A-" * 200_000,
    "nothing but figures": "1,2.3" * 100_000,
    "blanks before a capital": ("." + " " * 50 + "A") * 8_000,
    "half characters": "a\ud800b " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(text: str, pace: float) -> None:
    start = time.process_time()
    fingerprint(text)
    terms(text, text)
    assert time.process_time() - start < 3 * pace


def test_terms_are_counted_the_headline_twice_and_function_words_left_out() -> None:
    found = terms(
        "Microsoft in China", "Microsoft and the China office. Offices of Microsoft are in the China of 2026."
    )
    assert [term for term in found if not is_name(term[0])] == [("microsoft", 4), ("china", 4), ("office", 2)]


def test_terms_are_limited() -> None:
    assert len([term for term, _ in terms("", TEXT.replace("word", "word x"), limit=3) if not is_name(term)]) <= 3
    assert len(terms("", " ".join(f"to Name{number} of {number}9 kilometres" for number in range(999)))) < 100
    assert terms("", "") == ()


NAMED = {
    "a name in a sentence": ("The mayor of Ferrenby spoke.", ["Ferrenby"]),
    "a name of several words": ("It was Odile Marchetti who called.", ["Odile Marchetti"]),
    "a surname stands for the whole name": (
        "So Odile Marchetti rang. Then Marchetti wrote, and Marchetti came.",
        ["Marchetti"],
    ),
    "acronyms, and names spelt in their own way": ("By CSC and EuroHPC in the EU.", ["CSC", "EuroHPC", "EU"]),
    "a hyphen and a possessive": ("Under Estlink-Nord's cable.", ["Estlink-Nord"]),
    "the first word of a sentence says nothing": ('Pipes burst. Water ran. "Nobody slept," he said: Pumps ran.', []),
    "unless the text says it elsewhere": ("Ferrenby is wet. In all of Ferrenby it rains.", ["Ferrenby"]),
    "days and months are no names": ("It rained in May, on Monday and on the Tuesday after.", []),
    "a label is no name": ("NOTE: this and that.", []),
    "SHOUTED names are spelt like others": ("For FERRENBY and of Ferrenby.", ["Ferrenby"]),
    "figures with what they count": ("It takes 60 megawatts, 38-kilometre cables.", ["60 megawatt", "38 kilometre"]),
    "one spelling of large sums": ("From €420m or 420 million euros and 90 mln.", ["420 million", "90 million"]),
    "years and shares count nothing": ("In 2008 paper fell, by 14 per cent or 3 pct, in 20 days.", []),
    "Greek and Cyrillic names": ("как сказал Иван Петров вчера", ["Иван Петров"]),
    "a language that writes all nouns with a capital": (
        "Bei einem Brand im Lager am Hafen entstand Schaden. Die Flammen sah man über dem Dach, sagte Erika Mustermann der DPA.",
        ["Erika Mustermann", "DPA"],
    ),
}


@pytest.mark.parametrize(("text", "names"), NAMED.values(), ids=NAMED)
def test_names_are_known_by_their_spelling(text: str, names: list[str]) -> None:
    padding = " and so on, as it was before and will be after, with much to do for all of them, again and again." * 2
    padding = "" if "Brand" in text else padding
    assert [term for term, _ in terms("", text + padding) if is_name(term)] == names
