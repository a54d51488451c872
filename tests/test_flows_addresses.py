"""The operator's tracking rules hold wherever an address is spelled: in the run, its workers, the filters, and again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load
from extractors import tracking
from extractors.addresses import canonical
from flows.newsroom import Newsroom
from flows.pipeline import Options, run
from flows.refining import prepare
from flows.reprocessing import Wish, reprocess
from flows.workers import Workers

HOUSE = Path(__file__).parents[1]
RULES = {"providers": {"all": {"urlPattern": ".*", "rules": ["seen"], "rawRules": ["/20[0-9][0-9]"]}}}
KEYS = "SELECT canonical_url FROM articles UNION SELECT url_key FROM links WHERE url_key IS NOT NULL"


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """No rules are left in force for other tests."""
    yield
    tracking.use()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    (tmp_path / "fanmill.toml").write_text('[mill]\ntracking_rules = "rules.json"\nworkers = 1\n')
    return tmp_path


def test_workers_spell_as_the_run_does(folder: Path) -> None:
    config = load(folder)
    url = "https://site.example/2026/a?seen=1&b=2"
    with Workers(1, prepare, (config.chrome, config.taxonomy, None, config.tracking)) as workers:
        there = workers.submit(canonical, url, timeout=60).result()
    tracking.use(config.tracking)
    assert canonical(url) == there == "https://site.example/a?b=2"


def test_dedupe_groups_by_them(folder: Path) -> None:
    rows = [
        {"id": n, "title": f"Title {n}", "url": f"https://site.example/news/some-long-slug?seen={n}"} for n in (1, 2)
    ]
    for words, groups in (((), [1, 2]), (("--config", str(folder)), [1, 1])):
        command = [sys.executable, "-c", "from flows.cli import main; main()", "dedupe", *words]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        done = subprocess.run(command, cwd=HOUSE, input=lines, capture_output=True, text=True)
        assert done.stderr == ""
        assert [json.loads(line)["group"] for line in done.stdout.splitlines()] == groups


def test_a_run_goes_by_them_and_reprocess_brings_stored_keys_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANMILL_DB", str(folder / "news.db"))
    settings = (folder / "fanmill.toml").read_text()
    (folder / "fanmill.toml").write_text("[mill]\nworkers = 1\n")
    with Newsroom() as newsroom:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        config = load(folder)
        run(config, Options(feeds=tuple(config.feeds)[:3]))
    before = keys(folder)
    assert any("/2026" in key for key in before)
    (folder / "fanmill.toml").write_text(settings)
    reprocess(load(folder), Wish())
    assert keys(folder) == {canonical(key) for key in before}
    assert not any("/2026" in key for key in keys(folder))
    (folder / "fanmill.toml").write_text("[mill]\nworkers = 1\n")
    reprocess(load(folder), Wish())
    assert keys(folder) == before


def keys(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "news.db") as database:
        return {row[0] for row in database.execute(KEYS)}
