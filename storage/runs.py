"""Runs: begun, summed up, ended. None ends before it began, whatever the clock says."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.rows import iso, scrubbed

CRASHED = """UPDATE runs SET state = 'crashed', finished_at = max(started_at, :now),
    error = 'the process died before the run was over'
WHERE state = 'running'"""
START = """INSERT INTO runs(trigger, version, started_at, flow_run_id, config_hash, sqlite_version)
VALUES (?, ?, ?, ?, ?, sqlite_version())"""
FINISH = """UPDATE runs SET (feeds, failed, new_articles, changed, duplicates, quarantined) = (
    SELECT count(*), coalesce(sum(outcome = 'error'), 0), coalesce(sum(new_articles), 0), coalesce(sum(changed), 0),
        coalesce(sum(duplicates), 0), coalesce(sum(dropped), 0)
    FROM polls WHERE run_id = runs.id)"""
CLOSE = "UPDATE runs SET state = ?, finished_at = max(started_at, ?), error = ? WHERE id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run about to start."""

    trigger: str
    version: str
    now: datetime
    flow_run_id: str | None = None
    config_hash: str = ""


def start(connection: sqlite3.Connection, run: NewRun) -> int:
    """Begin a run and give its id. Runs still called running are of processes that died: one runs at a time."""
    connection.execute(f"{FINISH} WHERE state = 'running'")
    connection.execute(CRASHED, {"now": iso(run.now)})
    row = (run.trigger, run.version, iso(run.now), run.flow_run_id, run.config_hash)
    return int(connection.execute(START, scrubbed(row)).lastrowid or 0)


def finish(connection: sqlite3.Connection, run_id: int, state: str, now: datetime, error: str | None = None) -> None:
    """Sum a run up and close it."""
    connection.execute(f"{FINISH} WHERE id = ?", (run_id,))
    connection.execute(CLOSE, scrubbed((state, iso(now), error, run_id)))
