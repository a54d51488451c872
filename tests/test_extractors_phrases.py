from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from extractors.fingerprints import terms
from extractors.phrases import BEST, READ, Candidate, candidates, rank

TITLE = "Brightwater sells harbour cranes in Norland"
TEXT = (
    "Brightwater sells harbour cranes to ports in Norland, where harbour cranes are scarce. The harbour cranes come from "
    "its yard; Judson Lowe, who runs it, said that Brightwater’s yard builds ninety. Lowe told the Norland Gazette that "
    "the cranes last. Ports of Norland pay $3 million each.\n\nBrightwater has no rival, the Norland Gazette reported. "
    "Its model AX-9 won. The AX-9 crane lifts ships. Port owners wait."
)


def keys(title: str, text: str) -> list[str]:
    return [one.key for one in candidates(title, text)]


def shown(
    spread: dict[str, int] | None = None, articles: int = 0, taken: tuple[str, ...] = (), text: str = TEXT
) -> list[str]:
    return [one.key for one, _ in rank(candidates(TITLE, text), spread or {}, articles, taken)]


def named(key: str, title: str = TITLE, text: str = TEXT) -> Candidate:
    return next(one for one in candidates(title, text) if one.key == key)


def test_a_candidate_has_its_commonest_spelling_its_mentions_and_its_place() -> None:
    one = named("harbour crane")
    assert (one.phrase, one.count, one.in_title) == ("harbour cranes", 4, True)
    assert TEXT[one.start :].startswith("harbour cranes to ports")
    assert one.words == ("harbour", "crane")


def test_every_place_holds_its_phrase() -> None:
    found = candidates(TITLE, TEXT)
    assert all(TEXT[one.start : one.start + len(one.phrase)] == one.phrase for one in found if one.start >= 0)
    assert any(one.start >= 0 for one in found)


def test_a_word_of_the_headline_alone_has_no_place() -> None:
    assert named("overhaul", "Overhaul begins", "Work on the quay starts in May.").start == -1


def test_a_place_is_never_inside_another_word() -> None:
    text = "The Indochina fleet left. The china came. The china broke."
    assert named("china", "", text).start == text.index("china came")


ABSENT = {
    "words of function at the ends": ("The sale of the port and the sale of the ship.", "of the"),
    "across a comma": ("Fees rose, ports fell. Fees rose, ports fell.", "rose port"),
    "across a stop": ("We saw ports. Fees rose. We saw ports. Fees rose.", "port fee"),
    "across a paragraph": ("New ports\n\nHigh fees\n\nNew ports\n\nHigh fees", "port high"),
    "across a possessive": ("Norland’s ports and Norland’s ports and Norland's ports", "norland port"),
    "sums": ("It costs $30 and $30 and $30 more.", "30"),
    "numbers": ("In 2024 and 2024 and 2024 it rained.", "2024"),
    "addresses": ("See https://example.org/a and https://example.org/a again.", "https example org a"),
    "a long word": (f"{'x' * 60} and {'x' * 60} again.", "x" * 60),
}


@pytest.mark.parametrize(("text", "key"), ABSENT.values(), ids=ABSENT)
def test_what_is_no_phrase(text: str, key: str) -> None:
    assert key not in keys("", text)


PRESENT = {
    "an inner word of function": ("The Bank of Norland and the Bank of Norland.", "bank of norland"),
    "signs within a word": ("The AX-9 and C3.ai and the AX-9 and C3.ai.", "c3 ai"),
    "a model's number": ("The Krane 12 lifts. The Krane 12 fell.", "krane 12"),
    "a country in capitals": ("The US lawmakers met. The US lawmakers left.", "us lawmakers"),
    "a country with stops": ("The U.S. Senate met. The U.S. court sat.", "us"),
    "a plural under its singular": ("A crane fell. Two cranes fell.", "crane"),
    "a name said once": ("Then the owner, Judson Lowe, left.", "judson lowe"),
    "katakana": ("クレーンを売る。クレーンを買う。", "クレーン"),
    "Korean": ("서울 항구 서울 항구", "서울 항구"),
}


@pytest.mark.parametrize(("text", "key"), PRESENT.values(), ids=PRESENT)
def test_what_is_a_phrase(text: str, key: str) -> None:
    assert key in keys("", text)


def test_words_are_spelt_as_the_store_counts_them() -> None:
    counted = {word for word, _ in terms(TITLE, TEXT, 1000)}
    assert {word for one in candidates(TITLE, TEXT) for word in one.words} <= counted


def test_a_longer_phrase_comes_in_place_of_its_parts() -> None:
    found = shown()
    assert "harbour crane" in found
    assert not {"harbour", "crane"} & set(found)


def test_what_the_store_always_says_falls_back() -> None:
    assert shown()[0] == "norland"
    assert "norland" not in shown({"norland": 900}, 1000)
    assert "norland" in shown({"norland": 2}, 1000)


def test_what_is_shown_already_is_left_out_with_its_forms_and_parts() -> None:
    text = TEXT + " Norlanders like Brightwater. Norlanders wait."
    found = shown(taken=("brightwater", "norland"), text=text)
    assert not {"brightwater", "norland", "norlander", "norlanders"} & set(found)
    assert "norland gazette" in found
    assert "norland gazette" not in shown(taken=("the norland gazette",), text=text)


def test_scores_are_shares_and_fall() -> None:
    scores = [score for _, score in rank(candidates(TITLE, TEXT), {"crane": 5, "harbour": 10_000}, 20)]
    assert 0 < len(scores) <= BEST
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_no_more_is_read_than_a_bound() -> None:
    assert "quayside" not in keys("", "word " * (READ // 5) + "Then Quayside. Quayside. Quayside.")


HOSTILE = {
    "nothing": "",
    "only spaces": " \n" * 100_000,
    "one word": "x" * 1_000_000,
    "one word again and again": "Word " * 100_000,
    "other words each time": " ".join(f"Word{n}" for n in range(50_000)),
    "signs": "'’-&." * 100_000,
    "letters that are apostrophes": "\u02bc\u02bc " * 10_000,
    "half characters": "\ud800\udfff Port \ud800 " * 5_000,
    "NUL": "Port\x00Port Port \x00 " * 5_000,
    "combining marks": "a" + "\u0315\u0300" * 100_000,
    "characters that fold to words": "\ufdfa " * 20_000,
    "Chinese": "港口的起重机" * 20_000,
    "spaces of other kinds": "Port\u00a0Alder\u2003Port\u3000Alder " * 5_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_gives_candidates_that_stand_in_it(text: str) -> None:
    for title in ("", TITLE, text):
        found = candidates(title, text)
        assert len(found) <= 40
        assert all(
            one.key and text[one.start : one.start + len(one.phrase)] == one.phrase for one in found if one.start >= 0
        )
        assert len(rank(found, {}, 0, (text[:100],))) <= BEST


def test_another_process_gives_the_same_phrases() -> None:
    code = f"from extractors.phrases import *; print(rank(candidates({TITLE!r}, {TEXT!r}), {{}}, 0))"
    root = Path(__file__).parents[1]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert said.strip() == repr(rank(candidates(TITLE, TEXT), {}, 0))


def test_the_sample_article_is_about_openai_models_and_no_publisher(seed: str) -> None:
    body = seed[seed.index("Microsoft has quietly") : seed.index("See also")].strip()
    found = candidates("Microsoft sells OpenAI models in China. OpenAI and Anthropic won’t.", body)
    taken = ("big tech", "ai policy", "china", "microsoft", "bloomberg", "ai news")
    best = [one.key for one, _ in rank(found, {}, 0, taken)]
    assert best[0] == "openai model"
    assert {"anthropic", "china business"} <= set(best)
    assert not {"openai", "model", "bloomberg", "chinese", "microsoft", "china"} & set(best)
