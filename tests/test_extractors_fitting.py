from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.features import features
from extractors.fitting import Example, Trial, fit, study
from extractors.linear import choose, dump, load, reasons, score
from extractors.vocabulary import Vocabulary

READ = Vocabulary([]).read
WORDS = {
    "sport": [
        "goal",
        "match",
        "striker",
        "league",
        "coach",
        "stadium",
        "referee",
        "penalty",
        "cup",
        "season",
        "keeper",
        "defender",
    ],
    "tech": [
        "chip",
        "software",
        "laptop",
        "browser",
        "server",
        "code",
        "startup",
        "cloud",
        "robot",
        "sensor",
        "network",
        "compiler",
    ],
    "food": [
        "bread",
        "cheese",
        "recipe",
        "oven",
        "butter",
        "salad",
        "kitchen",
        "chef",
        "pepper",
        "dinner",
        "sauce",
        "soup",
    ],
}
COMMON = ["people", "week", "city", "story", "morning", "plan", "report", "house", "street", "friend"]


def text(number: int, *labels: str) -> dict[str, float]:
    """A text on its labels: three words of each, two that any text may have."""
    own = [WORDS[label][(number * 5 + step * 7) % 12] for label in labels for step in range(3)]
    return features(READ("", " . ".join([*own, COMMON[number % 10], COMMON[(number * 3 + 1) % 10]])))


def example(number: int, *labels: str, about: str | None = None) -> Example:
    return Example(
        features=text(number, *labels), labels=frozenset(labels), about=frozenset([about]) if about else None
    )


ONE_EACH = [example(number, label) for number in range(12) for label in sorted(WORDS)]
SEVERAL = [
    example(number, *labels)
    for number in range(12)
    for labels in (("sport",), ("tech",), ("food",), ("sport", "tech"), ())
]


@pytest.mark.parametrize("number", range(20, 26))
@pytest.mark.parametrize("label", WORDS)
def test_exclusive_labels_are_learnt(label: str, number: int) -> None:
    scores = score(MODEL, text(number, label))
    assert choose(MODEL, scores) == (label,)
    assert sum(scores.values()) == pytest.approx(1)


@pytest.mark.parametrize("labels", [("sport",), ("food",), ("sport", "tech"), ()])
def test_labels_that_meet_are_learnt(labels: tuple[str, ...]) -> None:
    scores = score(MEETING, text(23, *labels))
    assert set(choose(MEETING, scores)) == set(labels)
    assert all(0 <= one <= 1 for one in scores.values())


MODEL = fit(ONE_EACH, exclusive=True)
MEETING = fit(SEVERAL, exclusive=False)


@pytest.mark.parametrize(("examples", "exclusive"), [(ONE_EACH, True), (SEVERAL, False)])
def test_the_same_examples_give_the_same_bytes(examples: list[Example], exclusive: bool) -> None:
    written = dump(fit(examples, exclusive=exclusive))
    again = [replace(one, features=dict(reversed(one.features.items()))) for one in examples]
    assert dump(fit(examples, exclusive=exclusive)) == written
    assert load(written) == fit(examples, exclusive=exclusive)
    assert dump(fit(again, exclusive=exclusive)) == written


def test_reasons_are_words_of_the_text() -> None:
    seen = text(21, "tech")
    why = reasons(MODEL, seen, "tech")
    assert why
    assert set(why) <= set(seen)
    assert all(set(word.split()) & set(WORDS["tech"]) for word in why)


def test_an_example_never_moves_a_label_that_it_is_not_about() -> None:
    strangers = [example(number, "food", about="food") for number in range(8)]
    others = [
        Example(features=text(number, "tech"), labels=frozenset(), about=frozenset(["food"])) for number in range(8)
    ]
    before = [one for one in SEVERAL if "food" not in one.labels]
    before = [replace(one, about=frozenset(["sport", "tech"])) for one in before]
    old, new = fit(before, exclusive=False), fit([*strangers, *before, *others], exclusive=False)
    assert set(new.labels) == {"food", *old.labels}
    for number in range(30, 36):
        seen = text(number, "sport", "food")
        assert {label: score(new, seen)[label] for label in old.labels} == score(old, seen)


def test_a_correction_takes_a_label_away() -> None:
    wrong = [
        replace(example(number, "tech"), labels=frozenset(["sport"]), about=frozenset(["sport"])) for number in range(4)
    ]
    right = [replace(one, labels=frozenset(), weight=10.0) for one in wrong]
    base = [example(number, "sport", about="sport") for number in range(4)]
    base += [
        Example(features=text(number, "food"), labels=frozenset(), about=frozenset(["sport"])) for number in range(4)
    ]
    seen = text(2, "tech")
    with_wrong = score(fit([*base, *wrong], exclusive=False), seen)["sport"]
    corrected = score(fit([*base, *wrong, *right], exclusive=False), seen)["sport"]
    assert corrected < with_wrong


FEW = {
    "none": [],
    "one": [example(1, "sport")],
    "two with the same label": [example(1, "sport"), example(2, "sport")],
    "two": [example(1, "sport"), example(2, "tech")],
    "three": [example(1, "sport"), example(2, "tech"), example(3)],
    "the same text twice, with and without": [example(1, "sport"), replace(example(1, "sport"), labels=frozenset())],
    "texts without features": [Example(features={}, labels=frozenset(name)) for name in ("a", "b", "a", "b", "a", "b")],
    "texts without weight": [replace(example(1, "sport"), weight=0.0), replace(example(1, "tech"), weight=-1.0)],
    "a label that no text is about": [replace(example(1, "sport"), about=frozenset())] * 3,
}  # fmt: skip


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("examples", FEW.values(), ids=FEW)
def test_few_examples_make_a_model_all_the_same(examples: list[Example], exclusive: bool) -> None:
    model = fit(examples, exclusive=exclusive)
    assert load(dump(model)) == model
    scores = score(model, text(1, "sport"))
    assert all(0 <= one <= 1 for one in scores.values())
    same, trials = study(examples, exclusive=exclusive)
    assert same == model
    assert len(trials) == sum(one.weight > 0 for one in examples)


def test_a_label_that_all_or_none_have_is_not_learnt() -> None:
    assert fit([example(number, "sport") for number in range(5)], exclusive=False).labels == ()
    assert fit([example(number) for number in range(5)], exclusive=False).labels == ()


def test_each_example_is_judged_by_what_others_teach() -> None:
    _, trials = study(ONE_EACH, exclusive=True)
    assert all(isinstance(one, Trial) and set(one.scores) == set(WORDS) for one in trials)
    right = sum(one.labels == tuple(case.labels) for one, case in zip(trials, ONE_EACH, strict=True))
    assert right > 0.9 * len(ONE_EACH)
    shuffled = [
        replace(one, labels=frozenset([sorted(WORDS)[(number * 7) // 5 % 3]])) for number, one in enumerate(ONE_EACH)
    ]
    _, trials = study(shuffled, exclusive=True)
    right = sum(one.labels == tuple(case.labels) for one, case in zip(trials, shuffled, strict=True))
    assert right < 0.7 * len(shuffled)


def test_a_rare_label_is_learnt_against_some_of_many() -> None:
    many = [example(number, "food") for number in range(1500)]
    rare = [example(number, "sport", "food") for number in range(5)]
    model = fit([*many, *rare], exclusive=False)
    assert model.labels == ("sport",)
    assert choose(model, score(model, text(40, "sport", "food"))) == ("sport",)
    assert choose(model, score(model, text(40, "food"))) == ()


def test_a_model_is_no_larger_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.fitting.WEIGHTS", 30)
    monkeypatch.setattr("extractors.fitting.FEWEST", 4)
    model = fit(ONE_EACH, exclusive=True)
    assert sum(len(pairs) for pairs in model.weights.values()) == 30
