"""Real Prefect: a server on loopback, a schedule that fires, a run by hand. In this very environment.

The packages that pip chooses by itself break here in ways only a real run shows: a server that dies at import, or a
scheduler that schedules nothing and says so in a log nobody reads.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.lock import LockedError, hold
from flows.newsroom import Newsroom
from flows.options import LOCKED

pytestmark = pytest.mark.engine
PATIENCE = 180.0
MILL = [sys.executable, "-c", "from flows.cli import main; main()"]


@dataclass(frozen=True, slots=True)
class Engine:
    """A running `fanmill up`."""

    api: str
    env: dict[str, str]
    database: Path
    process: subprocess.Popen[bytes]
    newsroom: Newsroom

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.api}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def runs(self, *, scheduled: bool) -> list[dict[str, Any]]:
        return [run for run in self.post("flow_runs/filter", {}) if run["auto_scheduled"] is scheduled]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "prefect", *words], env=self.env, capture_output=True, text=True, timeout=PATIENCE
        )


def wait_for(what: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if found := what():
                return found
        except (OSError, sqlite3.OperationalError):
            pass
        time.sleep(0.5)
    raise AssertionError("waited in vain")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    with socket.socket() as free, Newsroom() as newsroom:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        (folder / "feeds.toml").write_text(newsroom.feeds_toml())
        (folder / "fanmill.toml").write_text('[mill]\nschedule = "20s"\nallow_private = true\n')
        env = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        env |= {
            "PREFECT_HOME": str(folder / "home"),
            "FANMILL_CONFIG": str(folder),
            "FANMILL_DB": str(folder / "news.db"),
        }
        process = subprocess.Popen([*MILL, "up", "--port", str(port)], env=env, cwd=folder)
        api = f"http://127.0.0.1:{port}/api"
        yield Engine(api, env | {"PREFECT_API_URL": api}, folder / "news.db", process, newsroom)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_scheduled_run_happens_by_itself_and_fills_the_database(engine: Engine) -> None:
    done = wait_for(lambda: [run for run in engine.runs(scheduled=True) if run["state_type"] == "COMPLETED"])
    assert done[0]["state_name"] == "Degraded"  # the newsroom has feeds that fail
    with sqlite3.connect(engine.database) as database:
        assert database.execute("SELECT count(*) FROM articles").fetchone()[0] >= 30
        assert database.execute("SELECT trigger FROM runs").fetchone()[0] == "schedule"


def test_later_runs_are_on_the_schedule(engine: Engine) -> None:
    assert wait_for(lambda: [run for run in engine.runs(scheduled=True) if run["state_type"] == "SCHEDULED"])


def test_failed_feeds_show_as_red_tasks_and_a_run_leaves_its_artifacts(engine: Engine) -> None:
    red = wait_for(lambda: [r for r in engine.post("task_runs/filter", {}) if r["state_type"] == "FAILED"])
    assert all(run["name"].startswith("feed-") for run in red)
    keys = wait_for(lambda: {artifact["key"] for artifact in engine.post("artifacts/filter", {})})
    assert {"ingest-summary", "ingest-feeds", "ingest-failures"} <= keys


def test_a_run_by_hand_polls_the_named_feed(engine: Engine) -> None:
    slug = engine.newsroom.feeds[0].slug
    done = engine.command("deployment", "run", "ingest/default", "-p", f'feeds=["{slug}"]', "-p", "force=true")
    assert done.returncode == 0, done.stderr
    [run] = wait_for(lambda: [r for r in engine.runs(scheduled=False) if r["state_type"] in {"COMPLETED", "FAILED"}])
    assert (run["state_type"], run["parameters"]["feeds"]) == ("COMPLETED", [slug])


def test_runs_of_either_kind_are_skipped_while_another_one_holds_the_database(engine: Engine) -> None:
    def skipped(flow: str) -> list[dict[str, Any]]:
        runs = engine.post("flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})
        return [run for run in runs if run["state_name"] == "Skipped"]

    before = len(skipped("ingest"))
    with held(engine.database):
        for flow in ("reprocess", "retag"):
            assert engine.command("deployment", "run", f"{flow}/default").returncode == 0
        assert wait_for(lambda: len(skipped("ingest")) > before)
        assert wait_for(lambda: skipped("reprocess") and skipped("retag"))


def test_stored_articles_are_cleaned_again_when_somebody_asks_for_it(engine: Engine) -> None:
    slugs = [feed.slug for feed in engine.newsroom.feeds]
    named = ("-p", f"feeds={json.dumps(slugs)}", "-p", "dry_run=true")

    def done() -> list[dict[str, Any]]:
        runs = engine.post("flow_runs/filter", {"flows": {"name": {"any_": ["reprocess"]}}})
        asked = [run for run in runs if run["parameters"].get("dry_run")]
        if all(run["state_name"] == "Skipped" for run in asked):  # a scheduled run held the database
            assert engine.command("deployment", "run", "reprocess/default", *named).returncode == 0
        return [run for run in asked if run["state_type"] in {"COMPLETED", "FAILED"} and run["state_name"] != "Skipped"]

    [run] = wait_for(done)
    assert (run["state_name"], run["auto_scheduled"]) == ("Completed", False)
    [account] = wait_for(lambda: [one for one in artifacts(engine) if one["key"] == "reprocess-feeds"])
    rows = json.loads(account["data"])
    assert {row["feed"] for row in rows} == set(slugs)
    assert sum(row["looked_at"] for row in rows) == sum(row["same"] for row in rows) >= 30


def test_stored_articles_are_tagged_again_when_somebody_asks_for_it(engine: Engine) -> None:
    def done() -> list[dict[str, Any]]:
        runs = engine.post("flow_runs/filter", {"flows": {"name": {"any_": ["retag"]}}})
        asked = [run for run in runs if run["parameters"].get("dry_run")]
        if all(run["state_name"] == "Skipped" for run in asked):
            assert engine.command("deployment", "run", "retag/default", "-p", "dry_run=true").returncode == 0
        return [run for run in asked if run["state_type"] in {"COMPLETED", "FAILED"} and run["state_name"] != "Skipped"]

    [run] = wait_for(done)
    assert (run["state_name"], run["auto_scheduled"]) == ("Completed", False)
    [account] = wait_for(lambda: [one for one in artifacts(engine) if one["key"] == "retag-summary"])
    assert account["data"].startswith("**dry run** — ")
    assert " 0 would change, " in account["data"]


def test_the_command_line_tags_again_on_a_server_that_is_there(engine: Engine) -> None:
    words = [*MILL, "retag", "--dry-run", "--json"]

    def done() -> subprocess.CompletedProcess[str] | None:
        ended = subprocess.run(words, env=engine.env, capture_output=True, text=True, timeout=PATIENCE)
        return None if ended.returncode == LOCKED else ended

    ended = wait_for(done)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert (told["changed"], told["failed"]) == (0, 0)
    assert told["same"] >= 30


def test_the_command_line_cleans_again_on_a_server_that_is_there(engine: Engine) -> None:
    slug = engine.newsroom.feeds[0].slug
    words = [*MILL, "reprocess", "--feed", slug, "--dry-run", "--json"]

    def done() -> subprocess.CompletedProcess[str] | None:
        ended = subprocess.run(words, env=engine.env, capture_output=True, text=True, timeout=PATIENCE)
        return None if ended.returncode == LOCKED else ended

    ended = wait_for(done)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert [(feed["feed"], feed["failed"]) for feed in told["account"]["feeds"]] == [(slug, 0)]


def artifacts(engine: Engine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.post("artifacts/filter", {})
    return found


@contextmanager
def held(database: Path) -> Iterator[None]:
    """The lock of a database, once the run that may have it is over."""
    with ExitStack() as stack:
        wait_for(lambda: taken(stack, database))
        yield


def taken(stack: ExitStack, database: Path) -> bool:
    try:
        stack.enter_context(hold(database))
    except LockedError:
        return False
    return True


BAD_PARAMETERS = {
    "a slug that is none": 'feeds=["../etc"]',
    "a list that is none": "feeds=7",
    "a switch that is none": "force=perhaps",
}


@pytest.mark.parametrize("parameter", BAD_PARAMETERS.values(), ids=BAD_PARAMETERS)
def test_the_server_refuses_bad_parameters(engine: Engine, parameter: str) -> None:
    wait_for(lambda: engine.post("deployments/filter", {}))
    assert engine.command("deployment", "run", "ingest/default", "-p", parameter).returncode == 1


def test_all_deployments_are_served_and_two_have_a_schedule(engine: Engine) -> None:
    served = wait_for(lambda: [one for one in engine.post("deployments/filter", {}) if one["name"] == "default"])
    schedules = {one["entrypoint"]: [each["schedule"] for each in one["schedules"]] for one in served}
    assert {name: len(each) for name, each in schedules.items()} == {
        "flows.ingest.ingest": 1,
        "flows.regroup.regroup": 1,
        "flows.reprocess.reprocess": 0,
        "flows.retag.retag": 0,
    }
    assert schedules["flows.regroup.regroup"][0]["cron"] == "15 3 * * *"


def test_the_deployment_file_deploys(engine: Engine) -> None:
    house = Path(__file__).parents[1]
    assert engine.command("work-pool", "create", "fanmill", "--type", "process").returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=house, env=engine.env, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
