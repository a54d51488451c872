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

pytestmark = pytest.mark.engine
PATIENCE = 180.0


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
        command = [sys.executable, "-c", "from flows.cli import main; main()", "up", "--port", str(port)]
        process = subprocess.Popen(command, env=env, cwd=folder)
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


def test_a_scheduled_run_is_skipped_while_another_one_holds_the_database(engine: Engine) -> None:
    def skipped() -> list[dict[str, Any]]:
        return [run for run in engine.runs(scheduled=True) if run["state_name"] == "Skipped"]

    before = len(skipped())
    with held(engine.database):
        assert wait_for(lambda: len(skipped()) > before)


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


def test_the_deployment_file_deploys(engine: Engine) -> None:
    house = Path(__file__).parents[1]
    assert engine.command("work-pool", "create", "fanmill", "--type", "process").returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=house, env=engine.env, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
