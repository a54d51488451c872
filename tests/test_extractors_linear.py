from __future__ import annotations

import json
import math

import pytest

from extractors.linear import Model, choose, dump, load, reasons, score

MODEL = Model(
    labels=("sport", "tech"),
    biases=(-0.5, 0.25),
    slopes=(3.0, 2.0),
    offsets=(0.0, -0.5),
    weights={"chip": ((0, -0.5), (1, 2.0)), "goal": ((0, 1.5),), "é": ((1, 0.01),)},
    cuts={"sport": 0.4, "tech": 0.5},
)
EXCLUSIVE = Model(
    labels=MODEL.labels,
    biases=MODEL.biases,
    slopes=MODEL.slopes,
    offsets=MODEL.offsets,
    weights=MODEL.weights,
    exclusive=True,
)
TEXTS = [{}, {"chip": 1.0}, {"goal": 2.0, "chip": 1.0}, {"unknown": 3.0}, {"goal": 1e9}]


def changed(**fields: object) -> str:
    return json.dumps(json.loads(dump(MODEL)) | fields)


@pytest.mark.parametrize("model", [MODEL, EXCLUSIVE, Model(), Model(exclusive=True)])
def test_a_model_survives_being_written(model: Model) -> None:
    assert load(dump(model)) == model
    assert dump(load(dump(model))) == dump(model)


def test_a_margin_is_the_bias_and_what_the_words_weigh_over_the_length_of_the_text() -> None:
    z = 3.0 * (-0.5 + (1.5 * 2.0 - 0.5 * 1.0) / math.sqrt(5))
    assert score(MODEL, {"goal": 2.0, "chip": 1.0})["sport"] == pytest.approx(1 / (1 + math.exp(-z)))


@pytest.mark.parametrize("text", TEXTS)
def test_scores_lie_within_0_and_1(text: dict[str, float]) -> None:
    assert all(0 <= one <= 1 for one in score(MODEL, text).values())


@pytest.mark.parametrize("text", TEXTS)
def test_scores_of_exclusive_labels_sum_to_1(text: dict[str, float]) -> None:
    assert sum(score(EXCLUSIVE, text).values()) == pytest.approx(1)


def test_a_model_without_labels_says_nothing() -> None:
    assert score(Model(), {"goal": 1.0}) == {}
    assert score(Model(exclusive=True), {"goal": 1.0}) == {}
    assert choose(Model(exclusive=True), {}) == ()
    assert reasons(Model(), {"goal": 1.0}, "sport") == ()


def test_labels_that_reach_their_cut_are_given_best_first() -> None:
    assert choose(MODEL, {"sport": 0.45, "tech": 0.9}) == ("tech", "sport")
    assert choose(MODEL, {"sport": 0.45, "tech": 0.49}) == ("sport",)
    assert choose(MODEL, {"sport": 0.3, "tech": 0.3}) == ()


def test_of_exclusive_labels_the_best_is_given() -> None:
    assert choose(EXCLUSIVE, {"sport": 0.3, "tech": 0.7}) == ("tech",)


def test_reasons_are_words_of_the_text_that_speak_for_the_label_loudest_first() -> None:
    text = {"é": 1.0, "chip": 1.0, "goal": 1.0, "unknown": 1.0}
    assert reasons(MODEL, text, "tech") == ("chip", "é")
    assert reasons(MODEL, text, "tech", most=1) == ("chip",)
    assert reasons(MODEL, text, "sport") == ("goal",)
    assert reasons(MODEL, {"goal": 1.0}, "tech") == ()


DEEP = "[" * 100_000
BAD = {
    "nothing": "",
    "no JSON": "{",
    "nested without end": DEEP,
    "no object": "[1]",
    "a field is missing": json.dumps({"labels": []}),
    "a field too many": changed(more=1),
    "another version": changed(version=2),
    "labels are a word": changed(labels="ab"),
    "labels are numbers": changed(labels=[1, 2]),
    "a label twice": changed(labels=["sport", "sport"]),
    "too many labels": changed(labels=[str(i) for i in range(6000)]),
    "exclusive is a word": changed(exclusive="yes"),
    "a bias too few": changed(biases=[1.0]),
    "a bias is a word": changed(biases=[1.0, "2"]),
    "a bias is a truth value": changed(biases=[1.0, True]),
    "a slope is no number": changed(slopes=[1.0, math.nan]),
    "an offset is infinite": changed(offsets=[1.0, -math.inf]),
    "an offset is huge": changed(offsets=[1.0, 10**300]),
    "digits without end": changed().replace("0.25", "9" * 10_000),
    "cuts are a list": changed(cuts=[0.5, 0.5]),
    "a cut is missing": changed(cuts={"sport": 0.5}),
    "a cut of a strange label": changed(cuts={"sport": 0.5, "art": 0.5}),
    "a cut above 1": changed(cuts={"sport": 0.5, "tech": 1.5}),
    "a cut is no number": changed(cuts={"sport": 0.5, "tech": math.nan}),
    "weights are a list": changed(weights=[]),
    "weights of a word are an object": changed(weights={"chip": {"0": 1}}),
    "a weight is missing": changed(weights={"chip": [0, 1, 1]}),
    "a weight is a fraction": changed(weights={"chip": [0, 1.5]}),
    "a weight is a truth value": changed(weights={"chip": [0, True]}),
    "a weight is huge": changed(weights={"chip": [0, 10**9]}),
    "a weight for no label": changed(weights={"chip": [2, 1]}),
    "a weight for a label below none": changed(weights={"chip": [-1, 1]}),
    "two weights for one label": changed(weights={"chip": [0, 1, 0, 2]}),
    "exclusive labels with cuts": changed(exclusive=True),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_malformed_model_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^model: [^\n]+$"):
        load(text)


def test_a_model_of_endless_length_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.linear.MOST_CHARACTERS", 10)
    with pytest.raises(ValueError, match=r"^model: more than 10 characters$"):
        load(dump(MODEL))
