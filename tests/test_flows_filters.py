"""The filters: JSON lines in, JSON lines out, order kept, a bad line costs itself only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.filters import each

HOUSE = Path(__file__).parents[1]
PAGE = (
    "<html><body><nav><a href=/>Home</a></nav><article><h1>Trams for Visby</h1>"
    "<p>The council of Visby has voted for a tram line along the old wall, after a night of speeches and two recounts.</p>"
    "<p>Building starts in May, the mayor said, and the first car is to run in the summer of 2028 if the money holds.</p>"
    '<p>See also: <a href="/2026/ferries">Ferries return to the inner harbour</a></p>'
    "<p>The post Trams for Visby appeared first on Island News.</p></article></body></html>"
)
TEXT = " ".join(
    f"The council met again on day {n} and spoke of trams, ferries and the old wall of the town." for n in range(9)
)


def filtered(name: str, lines: list[str], *options: str) -> tuple[list[dict[str, Any]], int]:
    command = [sys.executable, "-c", "from flows.cli import main; main()", name, *options]
    done = subprocess.run(
        command, cwd=HOUSE, input="\n".join(lines).encode("utf-8", "surrogatepass"), capture_output=True
    )
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.decode().splitlines()], done.returncode


def test_clean_gives_text_links_and_cuts() -> None:
    [row], code = filtered("clean", [json.dumps({"id": "p", "url": "https://island.example/2026/trams", "html": PAGE})])
    assert code == 0
    assert list(row) == ["id", "title", "text", "author", "date", "links", "cuts", "extractor"]
    assert row["text"].startswith("The council of Visby has voted")
    assert row["text"].endswith("if the money holds.")
    [link] = [link for link in row["links"] if link["kind"] == "see_also"]
    assert (link["title"], link["url"]) == (
        "Ferries return to the inner harbour",
        "https://island.example/2026/ferries",
    )
    assert any("appeared first on" in cut["text"] for cut in row["cuts"])


def test_tag_gives_section_tags_labels_and_entities() -> None:
    line = {
        "id": 7,
        "title": "Microsoft and OpenAI face lawmakers over AI exports to China",
        "text": "Lawmakers asked for rules.",
    }
    [row], code = filtered("tag", [json.dumps(line)])
    assert code == 0
    assert list(row) == ["id", "section", "tags", "labels", "entities"]
    assert {"China", "Microsoft"} <= set(row["labels"])
    assert set(row["entities"]) == {"company", "person", "place", "product"}
    assert "Microsoft" in row["entities"]["company"]
    evidence = [e for tag in row["tags"] for e in tag["evidence"] if e["field"] in {"title", "text"}]
    assert evidence
    assert [e for e in evidence if line[e["field"]][e["start"] : e["end"]] != e["detail"]] == []


def test_dedupe_gives_the_group_of_each() -> None:
    rows = [
        {"id": n, "title": t, "text": x}
        for n, t, x in (("a", "Trams", TEXT), ("b", "Weather", "Rain."), ("c", "Trams!", TEXT))
    ]
    answers, code = filtered("dedupe", [json.dumps(row) for row in rows])
    assert code == 0
    assert [list(answer) for answer in answers] == [["id", "group", "of", "method", "kind", "similarity"]] * 3
    assert [(answer["group"], answer["of"]) for answer in answers] == [("a", None), ("b", None), ("a", "a")]
    assert [(answer["kind"], answer["similarity"]) for answer in answers] == [("new", 0), ("new", 0), ("duplicate", 1)]


def test_dedupe_gives_the_story_of_each_when_asked() -> None:
    titles = {
        "a": ("One", "Ferry Gannet runs aground off Skerry Point"),
        "b": ("Two", "Gannet ferry aground at Skerry Point"),
        "c": ("Two", "Butter falls at the market of Loxley"),
    }
    rows = [{"id": n, "title": title, "source": source} for n, (source, title) in titles.items()]
    answers, code = filtered("dedupe", [json.dumps(row) for row in rows], "--stories")
    assert code == 0
    assert {answer["id"]: answer["story"] for answer in answers} == {"a": "a", "b": "a", "c": "c"}
    assert {answer["group"] for answer in answers} == set("abc")
    [answer], code = filtered("dedupe", [json.dumps({"id": 5, "title": "Trams", "source": 7})], "--stories")
    assert (answer, code) == ({"id": 5, "error": "source must be a string"}, 1)


BAD_LINES = {
    "no JSON": ("{", None),
    "no object": ("[1]", None),
    "nothing to work on": ('{"id": 5}', 5),
    "text that is none": ('{"id": 5, "text": 7, "title": 7}', 5),
    "brackets without end": ("[" * 100_000, None),
    "a byte that is no UTF-8": ('{"id": 5, "te\udcffxt": "', None),
    "half a character for an id": ('{"id": "\\ud800"}', "?"),
    "a number that is none": ('{"id": NaN, "text": "Trams"}', None),
    "a number without end": ('{"id": 5, "text": "Trams", "n": [-Infinity]}', None),
    "a number too large to hold": ('{"id": 1e999, "text": "Trams"}', None),
    "a number of too many digits": ('{"id": ' + "1" * 5000 + ', "text": "Trams"}', None),
    "an id that is a list": ('{"id": [[5]], "text": "Trams"}', None),
}


@pytest.mark.parametrize("name", ["clean", "tag", "dedupe"])
def test_a_bad_line_is_an_error_in_its_place_and_the_others_go_on(name: str) -> None:
    good = json.dumps({"id": "good", "title": "Trams", "text": TEXT})
    lines = [line for bad, _ in BAD_LINES.values() for line in (good, bad)]
    answers, code = filtered(name, [*lines, "", good])
    assert code == 1
    assert [answer["id"] for answer in answers] == [n for _, number in BAD_LINES.values() for n in ("good", number)] + [
        "good"
    ]
    assert ["error" in answer for answer in answers] == [False, True] * len(BAD_LINES) + [False]


HALVES = [
    '{"id": "\\ud800", "title": "\\udfff Trams", "text": "One \\ud800 tram."}',
    '{"id": 2, "title": "Trams", "html": "<p>One \\ud800 tram.</p>", "url": "https://x.example/\\ud800"}',
    '{"id": 3, "title": "Trams", "text": "A tram.", "url": "https://[\\ud800", "published": "\\ud800"}',
]


@pytest.mark.parametrize("name", ["clean", "tag", "dedupe"])
def test_half_a_character_becomes_a_question_mark(name: str) -> None:
    answers, code = filtered(name, HALVES)
    assert code == 0
    assert [answer["id"] for answer in answers] == ["?", 2, 3]


def test_a_fault_of_our_own_costs_its_row_only() -> None:
    def work(row: dict[str, Any]) -> dict[str, Any]:
        return {"half": 1 / row["n"]}

    answers = list(each(work, [json.dumps({"id": n, "n": n}) for n in (0, 2)]))
    assert answers == [{"id": 0, "error": "ZeroDivisionError: division by zero"}, {"id": 2, "half": 0.5}]


@pytest.mark.parametrize("name", ["clean", "tag", "dedupe"])
def test_answers_come_while_the_input_is_still_open(name: str) -> None:
    command = [sys.executable, "-c", "from flows.cli import main; main()", name]
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"id": 1, "title": "Trams", "text": TEXT}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.stdin.close()
        assert process.wait(30) == 0
