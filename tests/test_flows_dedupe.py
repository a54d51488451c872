"""The filter for copies and stories, as rows come: what it answers, what a bad row costs, how much memory it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.dedupe import dedupe
from storage import streams

HOUSE = Path(__file__).parents[1]
TEXT = " ".join(f"The council met again on day {n} and spoke of trams, ferries and the old wall." for n in range(9))
AGROUND = "Ferry Gannet runs aground off Skerry Point"
RESCUED = "Gannet ferry aground at Skerry Point, 140 rescued"


def row(id_: str, title: str, source: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "title": title, "source": source} | more


def told(*rows: dict[str, Any]) -> dict[str, str]:
    return {answer["id"]: answer["story"] for answer in dedupe(iter(rows), stories=True)}


STORIES = {
    "two outlets tell one event": (row("a", AGROUND, "one"), row("b", RESCUED, "two"), "a"),
    "one outlet's articles make no story": (row("a", AGROUND, "one"), row("b", RESCUED, "one"), "b"),
    "the site stands for the outlet": (
        row("a", AGROUND, "", url="https://www.one.example/1"),
        row("b", RESCUED, "", url="https://one.example/2"),
        "b",
    ),
    "rows without outlet or site are of one each": (row("a", AGROUND, ""), row("b", RESCUED, ""), "a"),
    "four days later it is another": (
        row("a", AGROUND, "one", published="2026-11-01T08:00:00Z"),
        row("b", RESCUED, "two", published="Thu, 05 Nov 2026 09:00:00 +0000"),
        "b",
    ),
    "a row without a date is of the time of the one before": (
        row("a", AGROUND, "one", published="2026-11-01T08:00:00Z"),
        row("b", RESCUED, "two", published="soon"),
        "a",
    ),
    "a copy follows its original": (row("a", AGROUND, "one", text=TEXT), row("b", "Elsewhere", "two", text=TEXT), "a"),
}


@pytest.mark.parametrize(("first", "second", "story"), STORIES.values(), ids=STORIES)
def test_which_rows_tell_one_story(first: dict[str, Any], second: dict[str, Any], story: str) -> None:
    assert told(first, second) == {"a": "a", "b": story}


def test_a_row_that_shows_two_stories_to_be_one_says_so() -> None:
    rows = [
        row("a", "Gannet aground at Skerry", "s1"),
        row("b", "Gannet lies aground at Skerry", "s2"),
        row("c", "Lifeboat rescues Gannet passengers", "s3"),
        row("d", "Lifeboat crew rescues Gannet passengers", "s4"),
        row("e", "Lifeboat rescues passengers as Gannet lies aground at Skerry", "s5"),
        row("f", "Lifeboat crew at Gannet", "s6"),
    ]
    answers = list(dedupe(iter(rows), stories=True))
    assert [answer["story"] for answer in answers] == ["a", "a", "c", "c", "a", "a"]
    assert [answer.get("same") for answer in answers[:5]] == [None, None, None, None, ["c"]]


BAD = {
    "a title that is none": {"title": 7},
    "half a character": {"title": "Trams \ud800", "url": "https://x.example/\ud800"},
    "an id that JSON has no word for": {"id": {1, 2}},
}


@pytest.mark.parametrize("stories", [True, False])
@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_row_that_raises_costs_itself_only(change: dict[str, Any], stories: bool) -> None:
    good = row("a", AGROUND, "one", text=TEXT)
    bad = row("bad", RESCUED, "two", text=TEXT + " And the mayor agreed.", published="\udfff") | change
    copy = row("b", AGROUND, "three", text=TEXT)
    answers = list(dedupe(iter([good, bad, copy]), stories=stories))
    assert [answer["id"] for answer in answers] == ["a", bad["id"], "b"]
    assert answers[1].keys() == {"id", "error"}
    assert answers[1]["error"]
    assert answers[2] == next(reversed(list(dedupe(iter([good, copy]), stories=stories))))


def test_a_row_that_raises_when_it_is_in_the_index_already_leaves_nothing_of_it() -> None:
    rows = [row("bad", AGROUND, "one", text=TEXT) | {"source": 7}, row("b", AGROUND, "two", text=TEXT)]
    first, second = dedupe(iter(rows), stories=True)
    assert first.keys() == {"id", "error"}
    assert (second["group"], second["of"], second["story"]) == ("b", None, "b")


def test_what_is_long_past_is_forgotten_but_for_copies_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST", 50)
    middle = [row(f"m{n}", f"Word{n} other{n} third{n}", f"s{n}") for n in range(98)]
    last = [row("z", RESCUED, "two"), row("copy", "Elsewhere", "three", text=TEXT)]
    found = told(row("a", AGROUND, "one", text=TEXT), *middle, row("y", "Rain", "four"), *last)
    assert found["z"] == "z"
    assert found["copy"] == "a"


MEMORY = """
import resource
from flows.dedupe import dedupe

def rows(count):
    for n in range(count):
        title = " ".join(f"w{chr(97 + n * k % 23)}{chr(97 + n * k // 23 % 23)}{chr(97 + n // 529 % 23)}" for k in (3, 5, 7, 11))
        yield {"id": n, "title": title, "text": "", "url": f"https://s{n % 90}.example/{n}"}

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for stories, count in ((False, 20000), (True, 2000)):
    begun = 0
    for number, answer in enumerate(dedupe(rows(count), stories=stories), 1):
        begun = peak() if number == count // 2 else begun
    print(peak() - begun)
"""


def test_memory_does_not_grow_with_the_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=HOUSE, capture_output=True, text=True, check=True, timeout=120
    )
    assert all(int(grown) < 8_000 for grown in done.stdout.split())  # kilobytes; SQLite's cache has 8 MB in all


def test_a_quotation_names_what_it_shares_a_passage_with_and_stays_apart() -> None:
    whole = " ".join(f"Sentence {n} says of pier {n * 7} that crane {n * 3} was late by {n} tides." for n in range(30))
    other = " ".join(f"Chapter {n} of the budget gives school {n * 5} some {n * 11} new desks." for n in range(30))
    passage = " ".join(
        f"Sentence {n} says of pier {n * 7} that crane {n * 3} was late by {n} tides." for n in range(9, 14)
    )
    rows = [
        {"id": "report", "title": "The port in winter", "text": whole},
        {"id": "column", "title": "Desks and piers", "text": f"{other} {passage}"},
    ]
    _, answer = dedupe(iter(rows))
    assert (answer["kind"], answer["quotes"], answer["of"], answer["group"]) == ("quotes", "report", None, "column")
    assert 0 < answer["similarity"] < 0.5
