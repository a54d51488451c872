"""The command line as a person meets it: what it prints, and which exit code it leaves with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows import running, up
from flows.lock import hold
from flows.newsroom import Newsroom
from flows.outcome import Outcome, Report
from flows.screens import TABLE, console

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cli")
    with Newsroom() as newsroom:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        done = fanmill(folder, "run", "--no-prefect")
        assert done.returncode == 1  # in part: some feeds fail
        yield folder


def fanmill(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env |= {"FANMILL_CONFIG": str(folder), "FANMILL_DB": str(folder / "news.db"), **more}
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
    assert (report["learnt"], report["faded"], report["recleaned"], report["unclean"]) == (0, 0, 0, 0)


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
    assert datetime.fromisoformat(rows["ai-courier"]["last_success_at"]).utcoffset() == timedelta(0)


def test_feeds_can_be_told_apart(folder: Path) -> None:
    rows = json.loads(fanmill(folder, "feeds", "--json").stdout)
    bad = [row["slug"] for row in rows if row["state"] in {"failing", "retired"}]
    assert 1 < len(bad) < len(rows)
    assert [row["slug"] for row in json.loads(fanmill(folder, "feeds", "--failing", "--json").stdout)] == bad
    assert json.loads(fanmill(folder, "feeds", "--silent", "--json").stdout) == []
    assert fanmill(folder, "feeds", "--silent").stderr == "no feed is silent\n"
    [row] = json.loads(fanmill(folder, "feeds", "--feed", "ai-courier", "--json").stdout)
    assert row["slug"] == "ai-courier"


def test_feeds_lists_the_quarantine(folder: Path, tmp_path: Path) -> None:
    for file in folder.glob("news*.db*"):
        shutil.copy(file, tmp_path)
    with sqlite3.connect(tmp_path / "news.db") as database:
        database.execute("DELETE FROM quarantine")
        database.execute(
            "INSERT INTO quarantine(uid, feed_id, guid, url, reason, detail, entry_hash, seen_at, tries, retry_at) "
            "SELECT 'u', id, 'g', 'https://a.example/1', 'empty', 'no text', 'h', '2026-01-01T00:00:00Z', 3, NULL "
            "FROM feeds WHERE slug = 'lantern'"
        )
    database.close()
    words = ["feeds", "--quarantine", "--db", str(tmp_path / "news.db")]
    shown = fanmill(tmp_path, *words).stdout
    assert " ".join(shown.splitlines()[1].split()) == "lantern empty 3 never https://a.example/1 no text"
    [row] = json.loads(fanmill(tmp_path, *words, "--json").stdout)
    assert (row["feed"], row["reason"], row["tries"], row["retry_at"]) == ("lantern", "empty", 3, None)
    assert fanmill(tmp_path, *words, "--feed", "ai-courier").stderr == "nothing in quarantine\n"


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
    "health of a feed nobody knows": (["feeds", "--feed", "nobody"], 2, "no feed is called 'nobody'"),
    "a list nobody has": (["import", "nowhere.opml"], 2, "cannot be read"),
    "a feed nobody knows": (["run", "--no-prefect", "--feed", "nobody"], 2, "no feed is called 'nobody'"),
    "a folder that is none": (["run", "--no-prefect", "--config", "nowhere"], 2, "not a folder"),
    "a database that is not there": (["search", "x", "--db", "nowhere.db"], 2, "does not exist yet"),
    "a database that is none": (["search", "x", "--db", "feeds.toml"], 2, "is not a SQLite database"),
    "a feed nobody knows, cleaned again": (["reprocess", "--feed", "nobody"], 2, "no feed is called 'nobody'"),
    "a database that is not there, cleaned again": (
        ["reprocess", "--no-prefect", "--db", "nowhere.db"],
        2,
        "does not exist yet",
    ),
    "a run on a database that is none": (["run", "--no-prefect", "--db", "feeds.toml"], 2, "is not a SQLite database"),
    "a folder begun twice": (["init", "."], 2, "nothing was written"),
    "a database in a file": (["run", "--no-prefect", "--db", "/dev/null/x.db"], 2, "is not a folder"),
    "a database nowhere": (["run", "--no-prefect", "--db", "nowhere/x.db"], 2, "is not a folder"),
    "a service on a database nowhere": (["up", "--db", "nowhere/x.db"], 2, "its folder does not exist"),
    "a demonstration in a file": (["demo", "feeds.toml/demo"], 2, "cannot be made"),
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
    assert set(names) == {
        *("run", "demo", "up", "search", "show", "why", "story", "feeds", "init", "clean", "tag", "dedupe"),
        *("add", "import", "export", "pause", "resume", "retire", "prune", "reprocess", "sites", "chrome"),
        *("retag", "taxonomy", "train", "split", "join", "regroup"),
    }


def test_a_server_that_does_not_answer_is_told_at_once(folder: Path) -> None:
    for words in (["run"], ["reprocess"], ["up"]):
        done = fanmill(folder, *words, PREFECT_API_URL="http://127.0.0.1:9/api")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("fanmill: no Prefect server answers at http://127.0.0.1:9/api; start it")
        assert done.stderr.count("\n") == 1


def test_more_days_than_a_calendar_has_are_refused(folder: Path) -> None:
    done = fanmill(folder, "search", "x", "--days", "999999")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_feed_that_is_switched_off_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[feeds.off]\nurl = "https://x.example/f"\nenabled = false\n')
    done = fanmill(tmp_path, "run", "--no-prefect", "--feed", "off")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fanmill: the feed 'off' is switched off")
    assert not (tmp_path / "news.db").exists()


MARKUP = "[/x] [link=file:///etc]a[/link] :skull:"


def test_what_a_server_says_is_never_markup(folder: Path, tmp_path: Path) -> None:
    for file in folder.glob("news*.db*"):
        shutil.copy(file, tmp_path)
    with sqlite3.connect(tmp_path / "news.db") as database:
        database.execute("UPDATE feeds SET last_error = ?, failures = 1 WHERE slug = 'lantern'", [MARKUP])
    database.close()
    done = fanmill(tmp_path, "feeds", "--db", str(tmp_path / "news.db"))
    assert (done.returncode, done.stderr) == (0, "")
    assert set(MARKUP.split()) <= set(done.stdout.split())


def test_what_a_server_says_is_no_markup_after_a_run_either(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(feed="a", outcome="error", kind="encoding", error=MARKUP)
    running.show(Report(run_id=1, state="failed", outcomes=(outcome,)), console(TABLE))
    assert MARKUP in capsys.readouterr().out


def test_the_demonstration_leaves_what_others_put_there(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    demo.mkdir()
    mine = [demo / name for name in ("feeds.toml", "newsroom-2025.db", "newsroom.db.bak")]
    for path in mine:
        path.write_text("# mine\n")
    (demo / "newsroom.db").write_text("of an earlier demonstration, and damaged")
    assert fanmill(tmp_path, "demo", "--no-prefect").returncode == 0
    assert [path.read_text() for path in mine] == ["# mine\n"] * len(mine)


def test_a_demonstration_deletes_nothing_under_another_one(tmp_path: Path) -> None:
    (tmp_path / "newsroom.db").write_text("at work")
    with hold(tmp_path / "newsroom.db"):
        done = fanmill(tmp_path, "demo", "--no-prefect", ".")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert (tmp_path / "newsroom.db").read_text() == "at work"


SERVICE = """
import os, subprocess, sys, time
from pathlib import Path
from flows.up import bury_dead_runs, mark, server
with server(int(sys.argv[1])) as url:
    os.environ["PREFECT_API_URL"] = url
    from prefect.client.orchestration import get_client
    from prefect.states import Running
    from flows.ingest import ingest
    ours, theirs = Path("news.db"), Path("other.db")
    with get_client(sync_client=True) as client:
        flow = client.create_flow(ingest)
        runs = {}
        for path, name in ((ours, "default"), (theirs, "default"), (ours, "another")):
            deployment = client.create_deployment(flow_id=flow, name=name, tags=[mark(path)])
            runs[path.name, name] = client.create_flow_run_from_deployment(deployment, tags=[mark(path)]).id
            client.set_flow_run_state(runs[path.name, name], Running(), force=True)
        runs["by hand", ""] = client.create_flow_run(ingest, state=Running()).id
        bury_dead_runs(ours)
        print(*(client.read_flow_run(run).state.type.value for run in runs.values()), flush=True)
    time.sleep(600)
"""


@pytest.mark.engine
def test_only_our_own_dead_runs_are_buried_and_our_server_dies_with_us(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env |= {"PREFECT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", SERVICE, str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().split() == ["CRASHED", "RUNNING", "RUNNING", "RUNNING"]
        process.send_signal(signal.SIGKILL)
    assert soon(lambda: not up.healthy(f"http://127.0.0.1:{port}/api"))


def soon(what: Callable[[], Any]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.engine
def test_a_service_whose_terminal_closes_stops_its_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    (tmp_path / "feeds.toml").write_text("replace = true\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env |= {"PREFECT_HOME": str(tmp_path / "home"), "FANMILL_CONFIG": str(tmp_path)}
    asked = urllib.request.Request(f"{api}/deployments/filter", b"{}", {"Content-Type": "application/json"})
    command = [*COMMAND, "up", "--port", str(port), "--db", str(tmp_path / "news.db")]
    # Whoever runs the tests may ignore the signal, as `nohup` does, and its children would inherit that.
    heed = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, preexec_fn=heed
    ) as process:
        try:
            assert process.stdout
            hints = up.HINTS.format(url=api)
            assert "".join(process.stdout.readline() for _ in hints.splitlines()) == hints
            assert soon(lambda: json.load(urllib.request.urlopen(asked, timeout=9)))
            process.send_signal(signal.SIGHUP)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert not up.healthy(api)


def test_a_server_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "STOP_LIMIT", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        up.stop(process)
        assert process.returncode == -signal.SIGKILL
