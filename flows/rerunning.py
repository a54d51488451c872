"""`fanmill reprocess` on the terminal: what would change, or has, and a table of counts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.load import Config
from flows.differing import brief, lines
from flows.options import PARTIAL
from flows.reprocessing import COUNTS, Account, Wish, check, reprocess
from flows.running import configured, find_engine
from flows.screens import TABLE, console
from storage.intents import Difference, Recleaned

FIRST = 10  # changed articles that are named without --diff
STYLES = {"-": "red", "+": "green", " ": "dim", "": "bold"}
HEADINGS = {"looked_at": "looked at", "missing": "no raw input"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked on the command line."""

    feeds: tuple[str, ...] = ()
    dry_run: bool = False
    diff: bool = False
    prefect: bool = True
    as_json: bool = False


def run(request: Request, folder: Path | None, database: Path | None) -> int:
    """Clean again as asked and give the exit code.

    Raises `ConfigError`, `LockedError`, `ServerError`, `StoreError`.
    """
    config = configured(folder, database)
    sheet: Sheet = Record() if request.as_json else Diffs() if request.diff else Summary()
    account = execute(request, config, sheet)
    sheet.close(account)
    if account.passed_over:
        names = ", ".join(account.passed_over)
        print(f"fanmill: passed over, since no feeds.toml has them any more: {names}", file=sys.stderr)  # noqa: T201
    return PARTIAL if account.total("failed") else 0


def execute(request: Request, config: Config, sheet: Sheet) -> Account:
    """Clean again, as a Prefect flow where that is wanted and a server is configured or can be started."""
    wish = Wish(feeds=request.feeds, dry_run=request.dry_run, compare=request.diff)
    try:
        if not request.prefect:
            return reprocess(config, wish, onlooker=sheet)
        check(config, wish.feeds)
        find_engine()
        from flows.reprocess import run_as_flow

        return run_as_flow(wish, sheet)
    finally:
        sheet.stop()


class Sheet:
    """What is printed while articles are cleaned again, and after. This one prints nothing."""

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """These articles of a feed come out differently."""

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        """So many articles of a feed were looked at."""

    def stop(self) -> None:
        """No more comes."""

    def close(self, account: Account) -> None:
        """All is done."""


class Summary(Sheet):
    """Counts of each feed, and of a dry run the first articles that would change. Draws how far it is meanwhile."""

    def __init__(self) -> None:
        screen = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.completed} articles · {task.description}"), TimeElapsedColumn(),
            console=screen, transient=True, disable=not screen.is_terminal,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._first: list[str] = []

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """Remember the first few."""
        self._first += [brief(feed, one) for one in differences[: FIRST - len(self._first)]]

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        """Move on."""
        if self._task is None:
            self._task = self._progress.add_task(feed)
            self._progress.start()
        self._progress.update(self._task, description=feed, advance=sum(asdict(counts).values()))

    def stop(self) -> None:
        """Take the spinner away."""
        self._progress.stop()

    def close(self, account: Account) -> None:
        """Print what would change and the counts."""
        print("".join(f"{line}\n" for line in self._first), end="")  # noqa: T201
        more = account.total("changed") - len(self._first)
        if self._first:
            print(f"        and {more} more; --diff shows them all\n" if more else "")  # noqa: T201
        show(account)


class Diffs(Sheet):
    """Each changed article line by line, then the counts.

    What it prints, it prints itself: rich answers a closed pipe with `SystemExit`, and that would end the event loop on
    which articles are told of, and with it whoever waits for it.
    """

    def __init__(self) -> None:
        self._screen = console(TABLE)

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """Print them."""
        with self._screen.capture() as drawn:
            for difference in differences:
                for line in lines(feed, difference):
                    self._screen.print(Text(str(line), STYLES[line.sign]), soft_wrap=True)
                self._screen.print()
        print(drawn.get(), end="")  # noqa: T201

    def close(self, account: Account) -> None:
        """Print the counts."""
        show(account)


class Record(Sheet):
    """One JSON document, written piece by piece: a dry run over an archive may find more than fits into memory."""

    def __init__(self) -> None:
        self._begun = False

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        """Print them as members of the list of differences."""
        for difference in differences:
            self._write(json.dumps({"feed": feed, **asdict(difference)}))

    def close(self, account: Account) -> None:
        """End the list and print the counts."""
        self._write(None)
        print(f'], "account": {json.dumps(asdict(account))}}}')  # noqa: T201

    def _write(self, member: str | None) -> None:
        start = ",\n" if self._begun and member else "" if self._begun else '{"differences": ['
        print(f"{start}{member or ''}", end="")  # noqa: T201
        self._begun = True


def show(account: Account) -> None:
    """Print the counts: a row for each feed that has articles, totals last."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("feed")
    for name in COUNTS:
        table.add_column(HEADINGS.get(name, name), justify="right")
    rows = [feed for feed in account.feeds if feed.looked_at]
    for feed in rows:
        style = "yellow" if feed.failed else "" if feed.changed else "dim"
        table.add_row(feed.feed, *(str(getattr(feed, name) or "·") for name in COUNTS), style=style)
    if rows:
        console(TABLE).print(table)
    print(f"{'dry run: ' if account.dry else ''}{account.headline()}")  # noqa: T201
