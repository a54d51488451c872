"""`fanmill run` on the terminal: a progress bar while it goes, a table when it is done."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.load import Config, find_folder, load
from flows.outcome import Outcome, Report
from flows.pipeline import Options, check_feeds
from flows.pipeline import run as run_pipeline
from flows.screens import TABLE, console, safe
from flows.up import ServerError, healthy

EXIT = {"completed": 0, "degraded": 1, "failed": 1}
COUNTS = ("new", "changed", "duplicates", "dropped")
STYLES = {"new": "green", "partial": "yellow", "error": "red", "paused": "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked on the command line."""

    feeds: tuple[str, ...] = ()
    force: bool = False
    dry_run: bool = False
    prefect: bool = True
    as_json: bool = False


class Bar:
    """A watcher that draws feeds done and articles found."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("feeds · {task.fields[articles]} articles"), TimeElapsedColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._articles = 0
        self._task: TaskID | None = None

    def started(self, feeds: int) -> None:
        """Draw the bar."""
        self._task = self._progress.add_task("fanning", total=feeds, articles=0)
        self._progress.start()

    def finished(self, outcome: Outcome) -> None:
        """Move the bar."""
        self._articles += outcome.new + outcome.changed
        if self._task is not None:
            self._progress.update(self._task, advance=1, articles=self._articles)

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def run(request: Request, folder: Path | None, database: Path | None) -> int:
    """Run once as asked and give the exit code. Raises `ConfigError`, `LockedError`, `ServerError`, `StoreError`."""
    report = execute(request, configured(folder, database))
    if request.as_json:
        print(json.dumps(asdict(report)))  # noqa: T201
    else:
        show(report, console(TABLE))
    return EXIT[report.state]


def configured(folder: Path | None, database: Path | None) -> Config:
    """The configuration as the command line names it; a flow in this process finds the same. Raises `ConfigError`."""
    folder = find_folder(folder)
    if folder:
        os.environ["FANMILL_CONFIG"] = str(folder)
    if database:
        os.environ["FANMILL_DB"] = str(database)
    return load(folder)


def execute(request: Request, config: Config) -> Report:
    """Run the pipeline, as a Prefect flow where that is wanted and a server is configured or can be started."""
    options = Options(feeds=request.feeds, force=request.force, dry_run=request.dry_run)
    bar = Bar(Console(stderr=True))
    try:
        if request.prefect:
            check_feeds(config, options.feeds)
            find_engine()
            from flows.ingest import run_as_flow

            return run_as_flow(options, bar)
        return run_pipeline(config, options, watcher=bar)
    finally:
        bar.stop()


def find_engine() -> None:
    """Point Prefect at a server that answers; where there is none, allow it to start one for the time of the run.

    Raises `ServerError` when the server that `PREFECT_API_URL` names does not answer.
    """
    named = os.environ.get("PREFECT_API_URL")
    url = named or "http://127.0.0.1:4200/api"
    if healthy(url):
        os.environ["PREFECT_API_URL"] = url
    elif named:
        raise ServerError(f"no Prefect server answers at {url}; start it, unset PREFECT_API_URL, or add --no-prefect")
    else:
        os.environ.pop("PREFECT_API_URL", None)  # it may be there and empty
        os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
        os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")  # the table names each failure


def show(report: Report, screen: Console) -> None:
    """Print the summary: a row a feed, failures with their reason, totals last."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("feed")
    table.add_column("outcome")
    for name in (*COUNTS, "ms"):
        table.add_column(name, justify="right")
    table.add_column("what is wrong")
    for outcome in report.outcomes:
        counts = [str(getattr(outcome, name) or "·") for name in COUNTS]
        trouble, style = Text(safe(outcome.trouble)), STYLES.get(outcome.outcome, "dim")
        table.add_row(outcome.feed, outcome.outcome, *counts, str(outcome.ms), trouble, style=style)
    if report.outcomes:
        screen.print(table)
    print(f"{'dry run: ' if report.dry else ''}{report.headline()}", file=sys.stdout)  # noqa: T201
