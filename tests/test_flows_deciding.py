"""`fanmill split`, `join` and `regroup` by their own doors, on the database of the demonstration."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.lock import hold


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that the demonstration leaves."""
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-c", "from flows.cli import main; main()", "demo", "--no-prefect", "demo"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "demo/newsroom.db"


class Home:
    """A copy of it, and the command line beside it."""

    def __init__(self, path: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capture = capture

    def mill(self, *words: object, code: int = 0) -> str:
        """What a command says: on standard error when it is to fail."""
        self._capture.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["fanmill", *map(str, words), "--db", str(self.path)])
            patch.setenv("FANMILL_DB", str(self.path))
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self._capture.readouterr()
        assert (ended.value.code or 0) == code, err
        return err if code else out

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as database:
            found = database.execute(sql, values).fetchall()
        database.close()
        return found

    def original(self, article: int) -> int | None:
        [(original,)] = self.rows("SELECT duplicate_of FROM articles WHERE id = ?", article)
        return original  # type: ignore[no-any-return]

    def story(self, article: int) -> int | None:
        [(story,)] = self.rows("SELECT story_id FROM articles WHERE id = ?", article)
        return story  # type: ignore[no-any-return]


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    shutil.copy(made, tmp_path / "news.db")
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path / "news.db", capfd)


def copied(home: Home) -> tuple[int, int]:
    """A copy and its original."""
    [pair, *_] = home.rows("SELECT article_id, original_id FROM duplicates ORDER BY article_id")
    return pair  # type: ignore[return-value]


def told(home: Home) -> list[int]:
    """The articles of a story that three outlets told at least, copies left out, in order."""
    return [
        row[0]
        for row in home.rows(
            """SELECT id FROM articles WHERE duplicate_of IS NULL
            AND story_id = (SELECT id FROM stories WHERE size > 2 ORDER BY id LIMIT 1) ORDER BY published_at, uid"""
        )
    ]


def test_a_copy_is_split_off_and_joined_again(home: Home) -> None:
    copy, original = copied(home)
    group = {copy, original, *(row[0] for row in home.rows("SELECT id FROM articles WHERE duplicate_of = ?", original))}
    said = json.loads(home.mill("split", copy, "--json"))
    assert said == {"article": copy, "others": sorted(group - {copy}), "about": "copy", "together": False}
    assert home.original(copy) is None
    assert home.rows("SELECT state FROM article_terms WHERE article_id = ?", copy) == [("placed",)]
    assert f"article {copy} is the same as {original}" in home.mill("join", copy, original)
    assert home.original(copy) == original
    choices = home.rows("SELECT article_id, other_id, together FROM pair_choices WHERE about = 'copy' AND together")
    assert choices == [(*sorted((copy, original)), 1)]


def test_an_article_may_be_named_by_its_address(home: Home) -> None:
    sql = """SELECT a.id, a.url FROM duplicates AS d JOIN articles AS a ON a.id = d.article_id
        WHERE (SELECT count(*) FROM addresses WHERE url_key = a.canonical_url) = 1 ORDER BY a.id LIMIT 1"""
    [(copy, url)] = home.rows(sql)
    assert f"article {copy} is no longer taken for" in home.mill("split", url)


def test_an_article_is_taken_out_of_its_story_and_put_back(home: Home) -> None:
    first, *rest = told(home)
    said = home.mill("split", rest[-1], "--story")
    assert said.startswith(f"article {rest[-1]} tells another story than {first}")
    assert home.story(rest[-1]) is None
    assert home.story(first) == home.story(rest[0]) is not None
    home.mill("join", rest[-1], first, "--story")
    assert home.story(rest[-1]) == home.story(first)


def test_what_was_said_stays_said_in_every_later_run(home: Home) -> None:
    copy, _ = copied(home)
    first, *rest = told(home)
    home.mill("split", copy)
    home.mill("split", rest[-1], "--story")
    home.mill("regroup", "--no-prefect", "--hours", 80_000)
    home.mill("reprocess", "--no-prefect")
    assert home.original(copy) is None
    assert home.story(rest[-1]) != home.story(first)


def test_regroup_says_what_it_did_and_leaves_what_is_well(home: Home) -> None:
    before = home.rows("SELECT id, duplicate_of, story_id FROM articles")
    said = json.loads(home.mill("regroup", "--no-prefect", "--hours", 80_000, "--json"))
    assert said["looked_at"] == len(before)
    assert said["moved"] == 0
    assert home.rows("SELECT id, duplicate_of, story_id FROM articles") == before
    assert "articles placed again, none moved" in home.mill("regroup", "--no-prefect")


FAULTS: dict[str, tuple[Sequence[object], str]] = {
    "an article that is not there": (["split", 99999], "there is no article 99999"),
    "another that is not there": (["join", 1, 99999], "there is no article 99999"),
    "one article twice": (["join", 1, 1], "article 1 is named twice"),
    "hours that are none": (["regroup", "--hours", 0], "greater than or equal to 1"),
}


@pytest.mark.parametrize(("words", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line(home: Home, words: Sequence[object], fault: str) -> None:
    assert fault in home.mill(*words, code=2)


def test_what_is_decided_already_is_a_fault_and_changes_nothing(home: Home) -> None:
    copy, original = copied(home)
    alone = home.rows(
        """SELECT id FROM articles AS a WHERE duplicate_of IS NULL AND story_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM articles WHERE duplicate_of = a.id) ORDER BY id LIMIT 1"""
    )[0][0]
    assert f"articles {copy} and {original} are copies" in home.mill("join", copy, original, "--story", code=2)
    assert f"article {alone} has no copies and is none" in home.mill("split", alone, code=2)
    assert f"article {alone} is in no story" in home.mill("split", alone, "--story", code=2)
    assert home.rows("SELECT * FROM pair_choices") == []


def test_regroup_waits_for_no_run(home: Home) -> None:
    with hold(home.path):
        assert "holds" in home.mill("regroup", "--no-prefect", code=3)


def test_a_find_of_the_mill_can_be_confirmed_and_saying_so_twice_is_no_fault(home: Home) -> None:
    copy, original = copied(home)
    for _ in range(2):
        assert f"article {copy} is the same as {original}" in home.mill("join", copy, original)
    pair = (*sorted((copy, original)), 1)
    assert home.rows("SELECT article_id, other_id, together FROM pair_choices") == [pair]


def test_a_word_is_taken_while_a_run_is_on(home: Home) -> None:
    copy, _ = copied(home)
    with hold(home.path):
        home.mill("split", copy)
    assert home.original(copy) is None


def test_a_database_that_is_not_there_is_not_made(home: Home) -> None:
    home.path.unlink()
    for words in (["split", 1], ["join", 1, 2], ["regroup", "--no-prefect"]):
        assert "does not exist yet" in home.mill(*words, code=2)
    assert not home.path.exists()
