"""`fanmill tag ID`, `train` and `retag` by their own doors, on the database of the demonstration."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.taxonomy import load_taxonomy
from extractors.linear import Model, dump
from extractors.subject import Named
from extractors.tagging import Tagger, tags_of
from extractors.trained import Trained
from flows import filters
from flows.cli import main
from flows.labelled import meant, read_labelled, read_model
from flows.options import CommandError
from storage.store import Store
from storage.training import Lesson


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database and the configuration that the demonstration leaves."""
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-c", "from flows.cli import main; main()", "demo", "--no-prefect", "demo"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


class Home:
    """A copy of the demonstration, and the command line in it."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.path = folder / "demo/newsroom.db"
        self.own = folder / "demo/newsroom"
        self._capture = capture

    def mill(self, *words: object, code: int = 0) -> str:
        """What a command says: on standard error when it is to fail."""
        self._capture.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["fanmill", *map(str, words), "--db", str(self.path), "--config", str(self.own)])
            patch.setenv("FANMILL_DB", str(self.path))
            patch.setenv("FANMILL_CONFIG", str(self.own))
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self._capture.readouterr()
        assert (ended.value.code or 0) == code, err
        return err if code == 2 else out

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as database:
            found = database.execute(sql, values).fetchall()
        database.close()
        return found

    def tags(self, article: int) -> dict[str, str]:
        return dict(self.rows("SELECT tag_id, source FROM article_tags WHERE article_id = ?", article))


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    shutil.copytree(made / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path, capfd)


def lacking(home: Home, tag: str, count: int) -> list[int]:
    sql = """SELECT id FROM articles WHERE duplicate_of IS NULL
        AND id NOT IN (SELECT article_id FROM article_tags WHERE tag_id = ?) ORDER BY id LIMIT ?"""
    return [row[0] for row in home.rows(sql, tag, count)]


def having(home: Home, tag: str, count: int) -> list[int]:
    sql = "SELECT article_id FROM article_tags WHERE tag_id = ? ORDER BY article_id LIMIT ?"
    return [row[0] for row in home.rows(sql, tag, count)]


def test_a_correction_is_in_force_at_once_with_section_and_labels(home: Home) -> None:
    [article] = lacking(home, "robotics", 1)
    shown = json.loads(home.mill("tag", article, "+robotics", "--json"))
    assert shown["said"] == {"robotics": True}
    assert home.tags(article)["robotics"] == "user"
    assert "Robotics" in home.rows("SELECT labels FROM articles WHERE id = ?", article)[0][0]
    why = json.loads(home.mill("why", article, "--json"))
    assert [row["detail"] for row in why["evidence"] if row["source"] == "user"] == ["added"]
    assert [(row["tag"], row["holds"]) for row in why["gist"]["said"]] == [("robotics", 1)]


def test_a_minus_takes_a_tag_away_for_good(home: Home) -> None:
    [article] = having(home, "big-tech", 1)
    home.mill("tag", article, "-big-tech")
    assert "big-tech" not in home.tags(article)
    home.mill("retag", "--no-prefect")
    home.mill("reprocess", "--no-prefect")
    assert "big-tech" not in home.tags(article)
    home.mill("tag", article, "--forget", "Big Tech")
    assert "big-tech" in home.tags(article)


def test_a_tag_goes_by_its_name_too_and_several_at_once(home: Home) -> None:
    [article] = lacking(home, "robotics", 1)
    home.mill("tag", article, "+AI Policy", "+Robotics", "-earnings", "+siemens")
    tags = home.tags(article)
    assert {"ai-policy", "robotics", "siemens"} <= tags.keys()
    assert home.rows("SELECT tag, holds FROM v_corrections ORDER BY 1") == [
        ("ai-policy", 1), ("earnings", 0), ("robotics", 1), ("siemens", 1)
    ]  # fmt: skip


def test_an_article_without_words_shows_its_tags(home: Home) -> None:
    assert "Tags" in home.mill("tag", 1)


FAULTS: dict[str, tuple[Sequence[object], str]] = {
    "an article that is not there": ((999, "+robotics"), "there is no article 999"),
    "a tag that is not there": ((1, "+robotic"), "there is no tag 'robotic'; did you mean 'robotics'?"),
    "a word without a sign": ((1, "robotics"), "'robotics' begins with neither + nor -"),
    "a sign without a word": ((1, "+"), "'+' begins with neither + nor -"),
    "both at once": ((1, "+robotics", "-robotics"), "'robotics' is both given and taken"),
    "both by id and name": ((1, "+AI Policy", "-ai-policy"), "'AI Policy' is both given and taken"),
    "a model for an article": ((1, "--model", "x.json"), "--model is for the filter"),
}


@pytest.mark.parametrize(("words", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_said_is_told_in_one_line_and_nothing_is_recorded(
    home: Home, words: Sequence[object], fault: str
) -> None:
    said = home.mill("tag", *words, code=2)
    assert said.startswith(f"fanmill: {fault}")
    assert said.count("\n") == 1
    assert home.rows("SELECT count(*) FROM tag_corrections") == [(0,)]


def test_tagging_again_by_the_same_rules_changes_nothing(home: Home) -> None:
    told = json.loads(home.mill("retag", "--no-prefect", "--dry-run", "--json"))
    [(articles,)] = home.rows("SELECT count(*) FROM articles")
    assert (told["changed"], told["same"], told["failed"]) == (0, articles, 0)


def test_another_taxonomy_reaches_stored_articles_and_corrections_stay(home: Home) -> None:
    [corrected, *others] = having(home, "big-tech", 20)
    home.mill("tag", corrected, "+robotics", "-big-tech")
    (home.own / "taxonomy.toml").write_text(
        '[tags.big-tech]\nname = "Giants"\nkind = "section"\nstrong = ["xyzzy"]\nthreshold = 0.0\n'
    )
    counted = json.loads(home.mill("retag", "--no-prefect", "--dry-run", "--json"))
    before = home.rows("SELECT article_id, tag_id, score FROM article_tags ORDER BY 1, 2")
    assert counted["changed"] > 0
    told = json.loads(home.mill("retag", "--no-prefect", "--json"))
    assert {key: told[key] for key in ("changed", "same", "tags")} == {
        key: counted[key] for key in ("changed", "same", "tags")
    }
    assert home.rows("SELECT article_id, tag_id, score FROM article_tags ORDER BY 1, 2") != before
    assert home.rows("SELECT name FROM tags WHERE id = 'big-tech'") == [("Giants",)]
    assert "robotics" in home.tags(corrected)
    assert "big-tech" not in home.tags(corrected)
    assert others


def test_a_broken_taxonomy_changes_nothing(home: Home) -> None:
    (home.own / "taxonomy.toml").write_text('[tags.x]\nname = "X"\nstrnog = ["y"]\n')
    before = home.rows("SELECT article_id, tag_id, score FROM article_tags ORDER BY 1, 2")
    for command in (("retag", "--no-prefect"), ("tag", 1, "+robotics"), ("train",)):
        assert "taxonomy.toml:3: tags.x.strnog" in home.mill(*command, code=2)
    assert home.rows("SELECT article_id, tag_id, score FROM article_tags ORDER BY 1, 2") == before
    assert home.rows("SELECT count(*) FROM tag_corrections") == [(0,)]


def test_nothing_to_learn_from_is_told_in_one_line(home: Home) -> None:
    assert home.mill("train", code=2).startswith("fanmill: nobody has corrected a topic so far")


def test_corrections_teach_a_tag_and_what_was_taught_can_be_forgotten(home: Home) -> None:
    for article in lacking(home, "robotics", 6):
        home.mill("tag", article, "+robotics")
    [told] = json.loads(home.mill("train", "--json"))
    assert (told["tag"], told["verdicts"], told["before"]) == ("robotics", 6, 0.0)
    home.mill("train")
    learnt = home.rows("SELECT name, examples, f1_before, f1_after FROM tag_models")
    assert learnt == ([("corrections/robotics", 6, 0.0, told["after"])] if "model" in told["learnt"] else [])
    if learnt:
        home.mill("train", "--forget", "robotics")
    assert home.rows("SELECT count(*) FROM tag_models") == [(0,)]
    assert home.mill("train", "--forget", "robotics", code=2).startswith("fanmill: nothing of that name")


def test_a_tag_that_is_switched_off_is_given_by_no_model(home: Home) -> None:
    some = lacking(home, "robotics", 8)
    with Store.open(home.path) as store:
        store.tags.name(tags_of(load_taxonomy()))
        for article in some:
            store.tags.correct(article, {"robotics": True}, datetime.now(UTC))
        sure = Model(labels=("robotics",), biases=(9.0,), slopes=(1.0,), offsets=(0.0,), cuts={"robotics": 0.5})
        named = {"robotics": Named(id="robotics", name="Robotics", kind="topic")}
        lesson = Lesson(trained=Trained(name="corrections/robotics", model=sure, tags=named), examples=8)
        store.tags.keep_model(lesson, datetime.now(UTC))
    home.mill("retag", "--no-prefect")
    assert len(having(home, "robotics", 99)) > len(some)
    (home.own / "taxonomy.toml").write_text("[tags.robotics]\noff = true\n")
    home.mill("retag", "--no-prefect")
    assert having(home, "robotics", 99) == some


def test_a_correction_leaves_what_the_operator_said_of_a_feed_that_is_gone(home: Home) -> None:
    feeds = home.own / "feeds.toml"
    said = feeds.read_text()
    feeds.write_text(said.replace("[feeds.plain-bytes]\n", '[feeds.plain-bytes]\ntags = ["robotics"]\n'))
    home.mill("retag", "--no-prefect")
    [(article,)] = home.rows(
        "SELECT min(a.id) FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id WHERE slug = 'plain-bytes'"
    )
    assert home.tags(article)["robotics"] == "feed"
    feeds.write_text("replace = true\n")
    home.mill("tag", article, "+funding")
    assert home.tags(article)["robotics"] == "feed"


def test_a_dry_run_leaves_the_file_as_it_was(home: Home) -> None:
    (home.own / "taxonomy.toml").write_text('[tags.big-tech]\nname = "Giants"\nstrong = ["xyzzy"]\n')
    before = home.path.read_bytes()
    assert json.loads(home.mill("retag", "--no-prefect", "--dry-run", "--json"))["changed"] > 0
    assert home.path.read_bytes() == before


def test_a_model_that_cannot_be_read_is_told_with_its_cure(home: Home) -> None:
    with sqlite3.connect(home.path) as database:
        database.execute(
            "INSERT INTO tag_models(name, trained_at, examples, tags, model) VALUES ('odd', 'x', 1, '{}', '{}')"
        )
    database.close()
    told = home.mill("retag", "--no-prefect", code=2)
    assert told.endswith("fanmill train --forget odd\n")
    home.mill("train", "--forget", "odd")
    home.mill("retag", "--no-prefect", "--dry-run")


def test_few_corrections_teach_nothing_yet(home: Home) -> None:
    for article in lacking(home, "robotics", 3):
        home.mill("tag", article, "+robotics")
    [told] = json.loads(home.mill("train", "--json"))
    assert told == {
        "tag": "robotics",
        "verdicts": 3,
        "learnt": "nothing yet: 5 articles that have it are needed",
        "before": None,
        "after": None,
    }


TEXTS = {
    "Bakery": "The baker baked bread and rolls of rye in the oven",
    "Harbour": "The ship left the harbour with grain for the mill",
}


def labelled(count: int, *labels: str) -> str:
    rows = [
        {"id": number, "title": f"{label} number {number}", "text": f"{TEXTS[label]} {number}.", "labels": [label]}
        for number in range(count)
        for label in labels
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_labelled_articles_teach_labels_of_ones_own(home: Home) -> None:
    (home.folder / "mine.jsonl").write_text(labelled(20, "Bakery", "Harbour"))
    told = json.loads(home.mill("train", "--from", "mine.jsonl", "--json"))
    assert (told["name"], told["rows"], told["labels"], told["exclusive"], told["f1"], told["kept"]) == (
        "mine",
        40,
        2,
        True,
        1.0,
        True,
    )
    assert home.rows("SELECT name, examples FROM tag_models") == [("mine", 40)]
    home.mill("retag", "--no-prefect")
    assert home.rows("SELECT name, kind FROM tags WHERE id = 'topic:bakery'") == [("Bakery", "topic")]


def test_a_model_in_a_file_serves_the_filter(home: Home) -> None:
    (home.folder / "mine.jsonl").write_text(labelled(20, "Bakery", "Harbour"))
    home.mill("train", "--from", "mine.jsonl", "--out", "mine.json")
    row = {"id": 7, "title": "A baker", "text": "She baked rolls of rye in the oven."}
    answer = filters.tagger(load_taxonomy(), read_model(home.folder / "mine.json"))(row)
    assert [one["label"] for one in answer["model"]] == ["Bakery", "Harbour"]
    assert sum(one["score"] for one in answer["model"]) == pytest.approx(1, abs=0.001)
    [tag] = [tag for tag in answer["tags"] if tag["id"] == "topic:bakery"]
    assert tag["score"] <= 0.7
    assert {why["source"] for why in tag["evidence"]} == {"model"}
    fields = {"title": row["title"], "text": row["text"]}
    assert all(str(fields[why["field"]])[why["start"] : why["end"]] == why["detail"] for why in tag["evidence"])


def test_a_worse_model_does_not_take_the_place_of_a_better_one(home: Home) -> None:
    (home.folder / "mine.jsonl").write_text(labelled(20, "Bakery", "Harbour"))
    home.mill("train", "--from", "mine.jsonl")
    before = home.rows("SELECT * FROM tag_models")
    muddled = labelled(12, "Bakery", "Harbour") + labelled(12, "Bakery", "Harbour").replace('["Bakery"]', '["Harbour"]')
    (home.folder / "mine.jsonl").write_text(muddled)
    told = json.loads(home.mill("train", "--from", "mine.jsonl", "--json", code=1))
    assert told["kept"] is False
    assert home.rows("SELECT * FROM tag_models") == before
    assert json.loads(home.mill("train", "--from", "mine.jsonl", "--json", "--replace"))["kept"] is True


BAD_FILES = {
    "not JSON": ("x\n", "bad.jsonl:1: not a line of JSON"),
    "a list": ("[]\n", "bad.jsonl:1: not a JSON object"),
    "no labels": (labelled(5, "Bakery") + '{"title": "x"}\n', 'bad.jsonl:6: needs "labels", a list of strings'),
    "labels that are numbers": ('{"title": "x", "labels": [1]}\n', 'bad.jsonl:1: needs "labels", a list of strings'),
    "a label that steers the terminal": (
        '{"title": "x", "labels": ["y\\u001b[31m"]}',
        "bad.jsonl:1: has a label with characters that cannot",
    ),
    "half a character": (
        '{"title": "x", "labels": ["y\\ud800"]}',
        "bad.jsonl:1: has a label with characters that cannot",
    ),
    "a label without end": (
        json.dumps({"title": "x", "labels": ["y" * 101]}),
        "bad.jsonl:1: has a label of more than 100 characters",
    ),
    "neither title nor text": ('{"labels": ["y"]}\n', 'bad.jsonl:1: needs "title" or "text"'),
    "too few rows": (labelled(2, "Bakery", "Harbour"), "bad.jsonl has 4 rows; 10 of at least two kinds are needed"),
    "one label only": (labelled(20, "Bakery"), "bad.jsonl has 20 rows; 10 of at least two kinds are needed"),
    "no rows": ("", "bad.jsonl has 0 rows"),
}


@pytest.mark.parametrize(("text", "fault"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_told_by_its_line(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "bad.jsonl").write_text(text)
    with pytest.raises(CommandError) as told:
        read_labelled(tmp_path / "bad.jsonl")
    said = str(told.value).removeprefix(f"{tmp_path}/")
    assert said.startswith(fault)
    assert "\n" not in said


def test_a_bad_file_teaches_nothing_and_is_told_in_one_line(home: Home) -> None:
    (home.folder / "bad.jsonl").write_text(labelled(5, "Bakery") + "x\n")
    assert home.mill("train", "--from", "bad.jsonl", code=2) == "fanmill: bad.jsonl:6: not a line of JSON\n"
    assert home.rows("SELECT count(*) FROM tag_models") == [(0,)]


BAD_MODELS = {
    "no JSON": "x",
    "another file": "{}",
    "a list": "[]",
    "tags that are no tags": '{"name": "x", "tags": {"a": 1}, "model": {}}',
    "weights that are no weights": json.dumps({"name": "x", "tags": {}, "model": {"version": 1}}),
    "depth without end": "[" * 100_000,
    "tags that are a list": json.dumps({"name": "x", "tags": [], "model": json.loads(dump(Model()))}),
    "tags that are a word": json.dumps({"name": "x", "tags": "y", "model": json.loads(dump(Model()))}),
}


@pytest.mark.parametrize("text", BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_model_file_that_is_none_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(CommandError, match=r"m\.json is no model of `fanmill train --out`: \w+$"):
        read_model(tmp_path / "m.json")


LABELS = {
    "AI Policy": "ai-policy", "security": "security", "Bakery": "topic:bakery", "Real estate": "topic:real-estate", "C": "topic:c",
    "Apple": "topic:apple",
}  # fmt: skip


def test_labels_stand_for_tags_or_for_one_of_their_own_each() -> None:
    tagger = Tagger(load_taxonomy())
    assert {label: meant(label, tagger).id for label in LABELS} == LABELS
    odd = {meant(label, tagger).id for label in ("C", "C++", "C#", "!!!", "???", "日本", "Ä", "A")}
    assert len(odd) == 8
    assert all(one.startswith("topic:") and len(one) > len("topic:") for one in odd)


def test_a_damaged_archive_is_told_in_one_line(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(labelled(20, "Bakery", "Harbour").encode()))
    packed[30:34] = b"\xff\xff\xff\xff"
    (tmp_path / "mine.jsonl.gz").write_bytes(packed)
    with pytest.raises(CommandError, match="cannot be read"):
        read_labelled(tmp_path / "mine.jsonl.gz")
