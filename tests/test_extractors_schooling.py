"""What corrections of a tag teach, on made-up articles: when a model is trusted, when a threshold, and when nothing."""

from __future__ import annotations

from collections.abc import Sequence

from config.taxonomy import load_taxonomy
from extractors.casework import Reader
from extractors.linear import dump, reasons
from extractors.schooling import Case, Judge, Lesson, teach

TAG, THRESHOLD = "mills", 0.55
ABOUT = ("miller", "grain", "flour", "sieve", "chaff")
OTHER = ("tram", "council", "harbour", "bridge", "museum")


def case(words: Sequence[str], number: int, **known: object) -> Case:
    features = dict.fromkeys((*words, f"only{number}"), 1.0)
    return Case(**({"features": features, "own": 0.0, "given": False} | known))  # type: ignore[arg-type]


def rotated(words: Sequence[str], number: int) -> list[str]:
    return [words[(number + step) % len(words)] for step in range(3)]


def store(*, missed: int, right: int = 10, wrong: int = 0, silent: int = 120) -> list[Case]:
    """Articles on mills of which the rules tag some, and articles on other things; people looked at some of them."""
    numbers = iter(range(10_000))
    given = {"own": 0.8, "given": True}
    cases = [case(rotated(ABOUT, n), n, said=True, **given) for n, _ in zip(numbers, range(right), strict=False)]
    cases += [case(rotated(OTHER, n), n, said=False, **given) for n, _ in zip(numbers, range(wrong), strict=False)]
    cases += [case(rotated(ABOUT, n), n, said=True) for n, _ in zip(numbers, range(missed), strict=False)]
    cases += [case(rotated(ABOUT, n), n) for n, _ in zip(numbers, range(silent // 4), strict=False)]  # missed as well
    return cases + [case(rotated(OTHER, n), n) for n, _ in zip(numbers, range(silent), strict=False)]


def taught(cases: Sequence[Case]) -> Lesson:
    lesson = teach(TAG, cases, THRESHOLD)
    assert lesson
    return lesson


def test_misses_that_share_their_words_are_learnt_and_found_again() -> None:
    lesson = taught(store(missed=10))
    assert lesson.model
    assert (lesson.before, lesson.after) == (0.6667, 1.0)
    judge = Judge(tag=TAG, threshold=THRESHOLD, model=lesson.model)
    assert judge.gives(case(rotated(ABOUT, 3), 9999))
    assert not judge.gives(case(rotated(OTHER, 3), 9999))
    assert set(reasons(lesson.model, case(ABOUT, 1).features, TAG)) <= set(ABOUT)


def test_articles_that_look_like_misses_are_no_examples_against_the_tag() -> None:
    alone, among = (taught(store(missed=10, silent=silent)) for silent in (0, 120))
    assert among.model
    assert among.after >= alone.after


def test_rules_that_are_mostly_wrong_teach_no_model() -> None:
    assert taught(store(missed=10, right=2, wrong=8)).model is None


def test_misses_that_have_nothing_in_common_teach_no_model() -> None:
    cases = store(missed=0, silent=100)[:10]
    cases += [case((f"odd{n}", f"word{n}"), n, said=True) for n in range(500, 510)]
    cases += [case((f"odd{n}", f"word{n}"), n) for n in range(600, 700)]
    lesson = taught(cases)
    assert lesson.model is None
    assert lesson.after == lesson.before


def test_few_verdicts_teach_nothing() -> None:
    assert teach(TAG, store(missed=2, right=2), THRESHOLD) is None
    assert teach(TAG, [], THRESHOLD) is None


def test_a_threshold_is_raised_where_weak_tags_are_wrong() -> None:
    cases = [case((f"w{n}",), n, own=0.6, given=True, said=False) for n in range(10)]
    cases += [case((f"w{n}",), n, own=0.85, given=True, said=True) for n in range(10, 20)]
    cases += [case((f"w{n}",), n) for n in range(20, 60)]
    lesson = taught(cases)
    assert lesson.threshold is not None
    assert 0.6 < lesson.threshold <= 0.85
    assert (lesson.before, lesson.after) == (0.6667, 1.0)


def test_a_threshold_is_not_lowered_onto_articles_that_nobody_named() -> None:
    cases = [case((f"w{n}",), n, own=0.4, said=True) for n in range(10)]
    cases += [case((f"w{n}",), n, own=0.8, given=True, said=False) for n in range(10, 16)]
    cases += [case((f"w{n}",), n, own=0.4) for n in range(20, 220)]
    cases += [case((f"w{n}",), n, own=0.8, given=True) for n in range(220, 260)]
    assert taught(cases).threshold is None


def test_the_same_cases_give_the_same_bytes() -> None:
    one, other = (taught(store(missed=10)) for _ in range(2))
    assert one.model
    assert other.model
    assert dump(one.model) == dump(other.model)
    assert one.judged == other.judged


def test_what_the_rules_say_of_a_tag_and_its_kin_is_hidden_from_its_model() -> None:
    reader = Reader(load_taxonomy())
    seen = reader.read(
        "Lawmakers ask for rules on AI models", "The senate asked Microsoft about its models and export controls."
    )
    assert {"#ai-policy", "#ai", "#policy"} <= seen.features.keys()
    hidden = reader.case(seen, "ai-policy")
    assert not {"#ai-policy", "#ai", "#policy"} & hidden.features.keys()
    assert "@microsoft" in hidden.features
    assert hidden.given
    assert hidden.own > 0.55


def test_a_tag_that_came_along_with_another_is_told_apart() -> None:
    reader = Reader(load_taxonomy())
    seen = reader.read("Nvidia ships new chips", "The semiconductor maker sells processors.")
    hardware = reader.case(seen, "hardware", said=True)
    assert (hardware.given, hardware.brought, hardware.holds, hardware.missed) == (True, True, True, False)
