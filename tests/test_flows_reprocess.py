"""`fanmill reprocess` on the newsroom: nothing changes unless a rule did, and then only what it concerns."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from config.tables import ConfigError
from flows.lock import LockedError, hold
from flows.newsroom import Newsroom
from flows.pipeline import Options, run
from flows.reprocessing import Account, Reworked, Wish, reprocess
from storage.connection import StoreError
from storage.store import Store

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
TABLES = ("articles", "article_tags", "tag_evidence", "links", "cuts", "see_also", "duplicates", "revisions")
TEXTS = "SELECT article_id, text FROM article_texts ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Archive:
    """A database of the newsroom's two editions, and a folder with its configuration."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "news.db"

    def again(self, **wish: Any) -> Account:
        return reprocess(load(self.folder), Wish(**wish))

    def rule(self, starts: str) -> None:
        """Have blocks with such a beginning cut from now on."""
        (self.folder / "chrome.toml").write_text(f"[chrome.own]\nstarts = [{json.dumps(starts)}]\nmax = 700\n")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as database:
            return database.execute(sql).fetchall()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        tables = {table: self.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES}
        return {**tables, "texts": self.rows(TEXTS)}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
        env |= {"FANMILL_CONFIG": str(self.folder), "FANMILL_DB": str(self.path)}
        words = ("reprocess", "--no-prefect", *words)
        return subprocess.run([*COMMAND, *words], cwd=self.folder, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    with Newsroom() as newsroom, pytest.MonkeyPatch.context() as patch:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        patch.setenv("FANMILL_DB", str(folder / "news.db"))
        config = load(folder)
        for edition in (1, 2):
            newsroom.edition = edition
            run(config, Options(feeds=tuple(config.feeds)))
    return folder


@pytest.fixture
def archive(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    for file in original.iterdir():
        shutil.copy(file, tmp_path)
    return Archive(tmp_path)


REPORTS = "said|says|told|found|according|reported|wrote|argue|asked"  # a sentence that reports is cut by no words
# Nor are blocks meant that are cut already: they would but go by another name.
STARTS = rf"(?:For|In|The) (?!post |barn |.*\b(?:{REPORTS}))"


def concerned(archive: Archive) -> int:
    """How many articles have a paragraph that begins so."""
    texts = (text.split("\n\n") for _, text in archive.rows(TEXTS))
    return sum(any(re.match(STARTS, part, re.IGNORECASE) for part in parts) for parts in texts)


def test_without_a_change_of_rules_no_row_changes(archive: Archive) -> None:
    before = archive.dump()
    account = archive.again()
    assert account.total("looked_at") == len(before["articles"]) > 30
    assert (account.total("changed"), account.total("missing"), account.total("failed")) == (0, 0, 0)
    assert archive.dump() == before


def test_after_a_change_of_rules_just_the_rows_concerned_change_and_a_dry_run_foretells_them(archive: Archive) -> None:
    count = concerned(archive)
    archive.rule(STARTS)
    before = archive.dump()
    assert archive.again(dry_run=True).total("changed") == count
    assert archive.dump() == before
    assert archive.again().total("changed") == count
    texts, revised = dict(before["texts"]), archive.rows("SELECT article_id FROM revisions")
    changed = {article for article, text in archive.rows(TEXTS) if text != texts[article]}
    assert len(changed) == count
    assert {article for (article,) in archive.rows("SELECT article_id FROM cuts WHERE rule = 'own'")} == changed
    assert len(revised) == len(before["revisions"]) > 0
    assert archive.again().total("changed") == 0


def test_a_rule_that_is_taken_back_leaves_no_trace(archive: Archive) -> None:
    before = archive.dump()
    archive.rule(STARTS)
    assert archive.again().total("changed")
    assert archive.rows(TEXTS) != before["texts"]
    (archive.folder / "chrome.toml").unlink()
    assert archive.again().total("changed")
    assert archive.rows(TEXTS) == before["texts"]


def test_one_feed_may_be_named(archive: Archive) -> None:
    archive.rule("[A-Z]")
    account = archive.again(feeds=("lantern",), dry_run=True)
    assert [feed.feed for feed in account.feeds] == ["lantern"]
    assert account.total("changed") == account.total("looked_at") > 5
    with pytest.raises(ConfigError, match="no feed is called 'nobody'"):
        archive.again(feeds=("nobody",))


def test_a_feed_that_is_configured_no_more_is_passed_over(archive: Archive) -> None:
    tables = (archive.folder / "feeds.toml").read_text().split("\n\n")
    kept = [table for table in tables if "[feeds.lantern]" not in table]
    assert len(kept) == len(tables) - 1
    (archive.folder / "feeds.toml").write_text("\n\n".join(kept))
    account = archive.again(dry_run=True)
    assert account.passed_over == ("lantern",)
    assert "lantern" not in {feed.feed for feed in account.feeds}
    done = archive.command("--dry-run")
    assert (done.returncode, done.stderr) == (
        0,
        "fanmill: passed over, since no feeds.toml has them any more: lantern\n",
    )


def test_no_run_may_be_on_and_there_must_be_a_database(archive: Archive) -> None:
    with hold(archive.path):
        with pytest.raises(LockedError):
            archive.again()
        done = archive.command()
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    archive.path.unlink()
    with pytest.raises(StoreError, match="does not exist yet"):
        archive.again()
    assert archive.command("--db", "nowhere.db").returncode == 2


def test_a_dry_run_names_the_first_articles_and_with_diff_all_that_changes(archive: Archive) -> None:
    count = concerned(archive)
    archive.rule(STARTS)
    short = archive.command("--dry-run")
    assert short.returncode == 0
    assert len(re.findall(r" · text -\d \+0 paragraphs, cuts -0 \+\d", short.stdout)) == 10 < count
    assert f"and {count - 10} more; --diff shows them all" in short.stdout
    assert short.stdout.splitlines()[-1].startswith(f"dry run: {len(archive.rows(TEXTS))} articles looked at: {count} ")
    full = archive.command("--dry-run", "--diff").stdout
    assert full.count("\n+ own: ") == len(re.findall(rf"^- {STARTS}", full, re.MULTILINE))
    assert len(re.findall(r"^ +\d+  \S+ · ", full, re.MULTILINE)) == count
    assert archive.command("--diff").stdout.partition("\nfeed ")[0] == full.partition("\nfeed ")[0]
    assert "own: " not in archive.command("--diff").stdout


@pytest.mark.parametrize("form", ["--diff", "--json"])
def test_whoever_has_read_enough_may_close_the_pipe(form: str, archive: Archive) -> None:
    archive.rule("[A-Z]")
    words = [*COMMAND, "reprocess", "--no-prefect", "--dry-run", form]
    env = os.environ | {"FANMILL_CONFIG": str(archive.folder), "FANMILL_DB": str(archive.path)}
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (1, b"")


def test_json_holds_all_of_it(archive: Archive) -> None:
    count = concerned(archive)
    archive.rule(STARTS)
    told = json.loads(archive.command("--dry-run", "--json").stdout)
    assert len(told["differences"]) == count
    assert all(len(one["text"][0]) > len(one["text"][1]) for one in told["differences"])
    assert sum(feed["changed"] for feed in told["account"]["feeds"]) == count
    nothing = json.loads(archive.command("--json", "--feed", "attic-page").stdout)
    assert (nothing["differences"], nothing["account"]["dry"]) == ([], False)


def test_without_raw_input_articles_stay_and_that_is_told(archive: Archive) -> None:
    for file in archive.folder.glob("news.raw.db*"):
        file.unlink()
    before = archive.rows(TEXTS)
    archive.rule("[A-Z]")
    done = archive.command()
    assert done.returncode == 0
    assert f"0 changed, 0 same, {len(before)} without raw input" in done.stdout
    assert archive.rows(TEXTS) == before


def test_what_broke_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows import rerunning

    account = Account(feeds=(Reworked(feed="a", looked_at=2, same=1, failed=1),), seconds=1.0)
    monkeypatch.setattr(rerunning, "reprocess", lambda *_, **__: account)
    assert rerunning.run(rerunning.Request(prefect=False), None, None) == 1
    assert "2 articles looked at: 0 changed, 1 same, 1 failed in 1.0 s" in capsys.readouterr().out


def test_after_a_dry_run_the_files_are_as_they_were(archive: Archive) -> None:
    before = {file.name: file.read_bytes() for file in archive.folder.glob("news*.db")}
    archive.rule("[A-Z]")
    archive.again(dry_run=True)
    assert {file.name: file.read_bytes() for file in archive.folder.glob("news*.db")} == before


def test_what_was_cleaned_again_is_found_by_its_words_of_now(archive: Archive) -> None:
    archive.rule(STARTS)
    archive.again()
    words = archive.rows("SELECT text FROM cuts WHERE rule = 'own'")[0][0].split()[:6]
    with Store.open(archive.path) as store:
        assert store.search('"' + " ".join(words) + '"') == []
        store.connection.execute("INSERT INTO articles_fts(articles_fts) VALUES ('integrity-check')")
