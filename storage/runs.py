"""Runs: begun, ended, told of. None ends before it began, whatever the clock says."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from storage.rows import iso, read, scrubbed

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

REPORT = """SELECT id, trigger, version, started_at, finished_at, state, feeds, failed, new_articles, changed,
    duplicates, quarantined, error FROM runs WHERE id = :run"""
FAILURES = """SELECT f.slug AS feed, p.outcome, p.status, p.error_kind, p.error
FROM polls AS p JOIN feeds AS f ON f.id = p.feed_id WHERE p.run_id = :run AND p.outcome = 'error' ORDER BY f.slug"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPoll:
    """A feed that gave nothing in a run, and why."""

    feed: str
    outcome: str
    status: int | None
    error_kind: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run in numbers. Times are UTC ISO-8601 text; `failures` are filled by `report` only."""

    id: int
    trigger: str
    version: str
    started_at: str
    finished_at: str | None
    state: str
    feeds: int
    failed: int
    new_articles: int
    changed: int
    duplicates: int
    quarantined: int
    error: str | None
    failures: tuple[FailedPoll, ...] = field(default=())


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


def finish(
    connection: sqlite3.Connection, run_id: int, state: str, now: datetime, error: str | None = None
) -> RunReport:
    """Sum a run up and close it."""
    connection.execute(f"{FINISH} WHERE id = ?", (run_id,))
    connection.execute(CLOSE, scrubbed((state, iso(now), error, run_id)))
    return report(connection, run_id)


def report(connection: sqlite3.Connection, run_id: int) -> RunReport:
    """One run with its failures. Raises `KeyError` when there is none of that id."""
    found = next(read(connection, RunReport, REPORT, {"run": run_id}), None)
    if found is None:
        raise KeyError(run_id)
    failures = tuple(read(connection, FailedPoll, FAILURES, {"run": run_id}))
    return RunReport(
        **{name: getattr(found, name) for name in RunReport.__slots__ if name != "failures"}, failures=failures
    )
