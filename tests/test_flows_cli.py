"""The command line as a person meets it: what it prints, and which exit code it leaves with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.newsroom import Newsroom

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cli")
    with Newsroom() as newsroom:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        done = fanmill(folder, "run", "--no-prefect")
        assert done.returncode == 1  # in part: some feeds fail
        yield folder


def fanmill(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("FANMILL_")}
    env |= {"FANMILL_CONFIG": str(folder), "FANMILL_DB": str(folder / "news.db")}
    return subprocess.run([*COMMAND, *words], cwd=folder, env=env, capture_output=True, text=True)


def test_a_run_closes_with_a_row_a_feed_and_names_each_failure(folder: Path) -> None:
    slugs = [line[7:-1] for line in (folder / "feeds.toml").read_text().splitlines() if line.startswith("[feeds.")]
    done = fanmill(folder, "run", "--no-prefect", *[word for slug in slugs for word in ("--feed", slug)])
    assert done.returncode == 1
    assert all(slug in done.stdout for slug in slugs)
    assert "the server answered 500" in done.stdout
    assert done.stderr == ""


def test_a_run_with_nothing_due_is_done_at_once(folder: Path) -> None:
    done = fanmill(folder, "run", "--no-prefect")
    assert (done.returncode, done.stdout.startswith("0 feeds asked")) == (0, True)


def test_a_run_can_speak_json(folder: Path) -> None:
    report = json.loads(fanmill(folder, "run", "--no-prefect", "--json", "--feed", "lantern").stdout)
    assert [outcome["feed"] for outcome in report["outcomes"]] == ["lantern"]


def test_search_finds_shows_and_explains(folder: Path) -> None:
    [hit, *_] = json.loads(fanmill(folder, "search", "Nairobi", "--json").stdout)
    assert hit["title"] in " ".join(fanmill(folder, "search", "Nairobi").stdout.split())
    shown = fanmill(folder, "show", str(hit["id"])).stdout
    assert hit["title"] in " ".join(shown.split())
    assert hit["labels"].split(", ")[0] in shown
    reasons = fanmill(folder, "why", str(hit["id"])).stdout
    assert "taken from:" in reasons
    assert "Cut" in reasons
    assert json.loads(fanmill(folder, "why", hit["url"], "--json").stdout)["article"]["id"] == hit["id"]


def test_feeds_tells_what_is_wrong(folder: Path) -> None:
    shown = fanmill(folder, "feeds").stdout
    assert "the server answered 500" in shown
    rows = {row["slug"]: row for row in json.loads(fanmill(folder, "feeds", "--json").stdout)}
    assert rows["attic-error"]["error_kind"] == "http_500"
    assert rows["ai-courier"]["articles"] > 5


QUERIES = [
    "don't",
    "AI-native",
    "col:val",
    "@x",
    "%",
    '"unbalanced',
    "NEAR(",
    "*",
    "a AND",
    "^",
    "",
    "\x00",
    "title:",
    "(",
    "x'; DROP TABLE articles",
]


@pytest.mark.parametrize("words", [words for words in QUERIES if "\x00" not in words])
def test_no_query_of_a_stranger_is_an_error(words: str, folder: Path) -> None:
    done = fanmill(folder, "search", "--json", "--", words)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


FAULTS = {
    "an article that is not there": (["show", "99999"], 2, "there is no article 99999"),
    "an article by an absurd number": (["why", "9" * 40], 2, "there is no article"),
    "a feed nobody knows": (["run", "--no-prefect", "--feed", "nobody"], 2, "no feed is called 'nobody'"),
    "a folder that is none": (["run", "--no-prefect", "--config", "nowhere"], 2, "not a folder"),
    "a database that is not there": (["search", "x", "--db", "nowhere.db"], 2, "does not exist yet"),
    "a database that is none": (["search", "x", "--db", "feeds.toml"], 2, "is not a SQLite database"),
    "a run on a database that is none": (["run", "--no-prefect", "--db", "feeds.toml"], 2, "is not a SQLite database"),
    "a folder begun twice": (["init", "."], 2, "nothing was written"),
}


@pytest.mark.parametrize(("words", "code", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_and_an_exit_code(words: list[str], code: int, fault: str, folder: Path) -> None:
    before = (folder / "feeds.toml").read_bytes()
    done = fanmill(folder, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("fanmill: ")
    assert fault in done.stderr
    assert done.stderr.count("\n") == 1
    assert (folder / "feeds.toml").read_bytes() == before


def test_every_command_in_the_help_has_its_own(folder: Path) -> None:
    shown = fanmill(folder, "--help").stdout
    names = [line.split()[0] for line in shown.partition("Commands:")[2].splitlines() if line.strip()]
    assert {"run", "demo", "up", "search", "show", "why", "feeds", "init", "clean", "tag", "dedupe"} == set(names)
