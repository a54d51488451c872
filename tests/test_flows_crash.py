"""A run that is killed, at any moment, and then run again ends in the same rows as one that was left alone."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from flows.newsroom import Newsroom

KILLS = 20
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]

# Rows are named by feed and guid: numbers and the times of runs differ from run to run.
ROWS = {
    "articles": """SELECT f.slug, a.guid, a.title, t.text, a.labels, a.section, a.canonical_url, a.author, a.published_at, a.extractor
        FROM articles a JOIN feeds f ON f.id = a.feed_id JOIN article_texts t ON t.article_id = a.id""",
    "tags": "SELECT a.uid, g.id, x.score, x.source FROM article_tags x JOIN articles a ON a.id = x.article_id JOIN tags g ON g.id = x.tag_id",
    "links": """SELECT a.uid, l.kind, l.position, l.title, l.url, b.uid FROM links l JOIN articles a ON a.id = l.article_id
        LEFT JOIN articles b ON b.id = l.target_id""",
    "copies": "SELECT a.uid, b.uid FROM articles a JOIN articles b ON b.id = a.duplicate_of",
    "see also": """SELECT a.uid, b.uid, s.rank, s.kind, s.reason FROM see_also s JOIN articles a ON a.id = s.article_id
        JOIN articles b ON b.id = s.related_id""",
    "stories": "SELECT a.uid, b.uid FROM articles a JOIN stories s ON s.id = a.story_id JOIN articles b ON b.id = s.lead_article_id",
    "feeds": "SELECT slug, etag, body_hash FROM feeds",
    "cuts": "SELECT a.uid, c.position, c.rule, c.text FROM cuts c JOIN articles a ON a.id = c.article_id",
    "marks": "SELECT a.uid, hex(m.marks) FROM article_marks m JOIN articles a ON a.id = m.article_id",
    "chrome": "SELECT f.slug, l.hash, l.state, l.sample, l.seen, l.looked_at FROM learnt l JOIN feeds f ON f.id = l.feed_id",
    "rules": "SELECT f.slug, r.rules, r.cleaned_by FROM feed_rules r JOIN feeds f ON f.id = r.feed_id",
    "containers": "SELECT f.slug, c.host, c.path, c.wins, c.prose FROM containers c JOIN feeds f ON f.id = c.feed_id",
}


@dataclass(frozen=True, slots=True)
class Mill:
    """A mill pointed at a newsroom, as a command."""

    folder: Path
    newsroom: Newsroom

    def start(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        feeds = [word for feed in self.newsroom.feeds for word in ("--feed", feed.slug)]
        words = ["run", "--no-prefect", "--config", str(self.folder), "--db", str(self.folder / name), *feeds, *options]
        env = {key: value for key, value in os.environ.items() if not key.startswith("FANMILL_")}
        return subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def dump(self, name: str) -> dict[str, list[str]]:
        with sqlite3.connect(self.folder / name) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            database.execute("INSERT INTO articles_fts(articles_fts) VALUES ('integrity-check')")
            return {what: sorted(map(repr, database.execute(sql))) for what, sql in ROWS.items()}


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    folder = tmp_path_factory.mktemp("crash")
    with Newsroom() as newsroom:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        yield Mill(folder, newsroom)


@pytest.mark.slow
def test_a_run_killed_at_any_moment_and_run_again_ends_in_the_same_rows(mill: Mill) -> None:
    begun = time.monotonic()
    assert mill.start("whole.db").wait(120) == 1  # in part: the newsroom has feeds that fail
    lasting = time.monotonic() - begun
    whole = mill.dump("whole.db")
    assert any("'learnt." in row for row in whole["cuts"])
    moments = random.Random(20261120)
    for number in range(KILLS):
        name = f"killed-{number}.db"
        process = mill.start(name)
        share = (number + moments.random()) / KILLS  # one in each twentieth of a run, from its first to its last
        time.sleep((0.1 + 0.9 * share) * lasting)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert mill.start(name).wait(120) == 1
        assert mill.dump(name) == whole
        with sqlite3.connect(mill.folder / name) as database:
            assert database.execute("SELECT count(*) FROM runs WHERE state = 'running'").fetchone() == (0,)


@pytest.mark.parametrize("mode", ["--no-prefect", pytest.param("--prefect", marks=pytest.mark.engine)])
def test_an_interrupt_ends_a_run_that_waits_for_a_server(mode: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections and never answers
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/feed"
        (tmp_path / "feeds.toml").write_text(f'replace = true\n[feeds.mute]\nurl = "{address}"\nallow_private = true\n')
        (tmp_path / "fanmill.toml").write_text("[mill]\ndeadline = 600.0\n")
        words = ["run", mode, "--config", str(tmp_path), "--db", str(tmp_path / "news.db")]
        env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
        env["PREFECT_HOME"] = str(tmp_path / "home")
        # A shell that runs the tests in the background ignores the signal, and its children would inherit that.
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        process = subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.DEVNULL, preexec_fn=heed)
        try:
            mute.settimeout(120)
            asked, _ = mute.accept()
            process.send_signal(signal.SIGINT)
            process.wait(30)
            asked.close()
        finally:
            process.kill()
    assert process.returncode == 130
    with sqlite3.connect(tmp_path / "news.db") as database:
        assert database.execute("SELECT state FROM runs").fetchall() == [("crashed",)]


def test_of_two_runs_at_once_one_works_and_the_other_leaves_with_three(mill: Mill) -> None:
    runs = [mill.start("two.db") for _ in range(2)]
    said = [run.communicate()[1].decode() for run in runs]
    codes = [run.returncode for run in runs]
    assert sorted(codes) == [1, 3]
    [refusal] = [words for words, code in zip(said, codes, strict=True) if code == 3]
    assert "another run holds" in refusal
    assert refusal.count("\n") == 1
