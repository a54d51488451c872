"""`fanmill retag` on the terminal: how far it is, then which tags came and went."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from config.load import Config
from flows.options import PARTIAL
from flows.reprocessing import check
from flows.retagging import Account, Wish, retag
from flows.running import configured, find_engine
from flows.screens import TABLE, console, safe

MOST = 40  # tags that are listed; --json has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked on the command line."""

    feeds: tuple[str, ...] = ()
    dry_run: bool = False
    prefect: bool = True
    as_json: bool = False


class Counter:
    """An onlooker that draws how many articles were looked at."""

    def __init__(self) -> None:
        screen = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.completed} articles tagged again"), TimeElapsedColumn(),
            console=screen, transient=True, disable=not screen.is_terminal,
        )  # fmt: skip
        self._task: TaskID | None = None

    def retagged(self, articles: int) -> None:
        """Move on."""
        if self._task is None:
            self._task = self._progress.add_task("tagging")
            self._progress.start()
        self._progress.advance(self._task, articles)

    def stop(self) -> None:
        """Take the spinner away."""
        self._progress.stop()


def run(request: Request, folder: Path | None, database: Path | None) -> int:
    """Tag again as asked and give the exit code.

    Raises `ConfigError`, `LockedError`, `ServerError`, `StoreError`.
    """
    account = execute(request, configured(folder, database))
    if request.as_json:
        print(json.dumps(asdict(account)))  # noqa: T201 - the terminal is this room's
    else:
        show(account)
    if account.passed_over:
        names = ", ".join(account.passed_over)
        print(f"fanmill: passed over, since no feeds.toml has them any more: {names}", file=sys.stderr)  # noqa: T201
    return PARTIAL if account.failed else 0


def execute(request: Request, config: Config) -> Account:
    """Tag again, as a Prefect flow where that is wanted and a server is configured or can be started."""
    wish, counter = Wish(feeds=request.feeds, dry_run=request.dry_run), Counter()
    try:
        if not request.prefect:
            return retag(config, wish, onlooker=counter)
        check(config, wish.feeds)
        find_engine()
        from flows.retag import run_as_flow

        return run_as_flow(wish, counter)
    finally:
        counter.stop()


def show(account: Account) -> None:
    """Print which tags came and went, the busiest first, and the counts."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("tag")
    for name in ("comes to" if account.dry else "came to", "goes from" if account.dry else "went from"):
        table.add_column(name, justify="right")
    for turn in account.tags[:MOST]:
        table.add_row(safe(turn.tag), str(turn.came or "·"), str(turn.went or "·"))
    if account.tags:
        console(TABLE).print(table)
    more = len(account.tags) - MOST
    if more > 0:
        print(f"and {more} more tags; --json names them all")  # noqa: T201
    print(f"{'dry run: ' if account.dry else ''}{account.headline()}")  # noqa: T201
