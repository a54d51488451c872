"""What somebody said of an article's tags comes before what was found, and section and labels follow."""

from __future__ import annotations

import pytest

from config.taxonomy import load_taxonomy
from extractors.corrections import Verdict, correct
from extractors.subject import Named, Tagging
from extractors.tagging import Tagger, tags_of

TITLE = "Microsoft sells AI models in China as lawmakers watch"
TEXT = (
    "Lawmakers in Washington asked Microsoft on Tuesday to explain how it sells AI models to Chinese companies. "
    "Export controls on artificial intelligence are next, a senator said. Microsoft said that it obeys the law."
)
TAGS = {tag.id: (tag, parents) for tag, parents, _ in tags_of(load_taxonomy())}


@pytest.fixture(scope="module")
def found() -> Tagging:
    return Tagger(load_taxonomy()).tag(TITLE, TEXT)


def said(tag: str, *, holds: bool) -> Verdict:
    named_tag, parents = TAGS.get(tag, (Named(id=tag, name=tag.title(), kind="company"), []))
    return Verdict(tag=named_tag, holds=holds, parents=tuple(TAGS[one][0] for one in parents))


def ids(tagging: Tagging) -> set[str]:
    return {tag.id for tag in tagging.tags}


def test_without_verdicts_nothing_changes(found: Tagging) -> None:
    assert correct(found, []) is found
    assert {"ai-policy", "ai", "policy", "microsoft", "china"} <= ids(found)


def test_what_was_found_and_confirmed_is_certain_and_keeps_its_evidence(found: Tagging) -> None:
    [tag] = [tag for tag in correct(found, [said("ai-policy", holds=True)]).tags if tag.id == "ai-policy"]
    [before] = [tag for tag in found.tags if tag.id == "ai-policy"]
    assert tag.score == 1.0
    assert [(why.source, why.detail) for why in tag.evidence[:1]] == [("user", "confirmed")]
    assert tag.evidence[1:] == before.evidence


def test_what_was_not_found_is_added_with_what_lies_above_it(found: Tagging) -> None:
    tagging = correct(found, [said("robotics", holds=True)])
    robotics, hardware = (next(tag for tag in tagging.tags if tag.id == wanted) for wanted in ("robotics", "hardware"))
    assert [(why.source, why.detail) for why in robotics.evidence] == [("user", "added")]
    assert (hardware.score, hardware.evidence[-1].detail) == (0.9, "robotics")
    assert "Robotics" in tagging.labels


def test_what_is_rejected_goes_with_all_that_followed_from_it_alone(found: Tagging) -> None:
    tagging = correct(found, [said("ai-policy", holds=False)])
    assert "ai-policy" not in ids(tagging)
    assert "AI Policy" not in tagging.labels
    assert all(why.detail != "ai-policy" for tag in tagging.tags for why in tag.evidence if why.source == "parent")
    assert "ai" in ids(tagging)  # which the text speaks of by itself


def test_a_parent_that_is_rejected_is_not_brought_back_by_its_child(found: Tagging) -> None:
    tagging = correct(found, [said("policy", holds=False), said("ai-policy", holds=True)])
    assert "ai-policy" in ids(tagging)
    assert "policy" not in ids(tagging)


def test_a_company_that_is_rejected_is_no_label_but_is_still_mentioned(found: Tagging) -> None:
    tagging = correct(found, [said("microsoft", holds=False)])
    assert "Microsoft" in found.labels
    assert "Microsoft" not in tagging.labels
    assert "microsoft" in {entity.id for entity in tagging.entities}


def test_all_sections_rejected_leave_no_section(found: Tagging) -> None:
    sections = [tag.id for tag in found.tags if tag.kind == "section"]
    tagging = correct(found, [said(tag, holds=False) for tag in sections])
    assert tagging.section is None
    assert not set(sections) & ids(tagging)


def test_correcting_what_is_corrected_changes_nothing_more(found: Tagging) -> None:
    verdicts = [said("robotics", holds=True), said("ai-policy", holds=False), said("microsoft", holds=False)]
    once = correct(found, verdicts)
    again = correct(found, list(reversed(verdicts)))
    assert once == again


IMPLIED = {
    "a topic that a company stands for": (
        "Boston Dynamics opens an office",
        "It has ten rooms.",
        "boston-dynamics",
        "robotics",
    ),
    "a country that a city lies in": ("A long night in Berlin", "The talks in Berlin went on.", "berlin", "germany"),
}


@pytest.mark.parametrize(("title", "text", "thing", "implied"), IMPLIED.values(), ids=IMPLIED)
def test_what_rests_on_a_thing_alone_goes_with_it(title: str, text: str, thing: str, implied: str) -> None:
    tagging = Tagger(load_taxonomy()).tag(title, text)
    assert {thing, implied} <= ids(tagging)
    assert not {thing, implied} & ids(correct(tagging, [said(thing, holds=False)]))


def test_what_something_else_speaks_for_stays_when_a_thing_goes() -> None:
    tagging = Tagger(load_taxonomy()).tag("Boston Dynamics shows a robot", "The robot walks.")
    assert "robotics" in ids(correct(tagging, [said("boston-dynamics", holds=False)]))
