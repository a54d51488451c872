"""The commands that only read: `search`, `show`, `why`, `feeds`. None of them imports Prefect, HTTP or a parser."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

from flows.options import CommandError, Config, Database, Json, faults, find_database
from storage.queries import FeedHealth, dropped, feed_health, find
from storage.store import Store

CENTURY = 36_500  # days
QUARANTINED = 1_000  # entries listed, the latest
Number = Annotated[str, typer.Argument(help="The article's number, as `fanmill search` shows it, or its address")]

T = TypeVar("T")


@contextmanager
def opened(config: Path | None, db: Path | None) -> Iterator[Store]:
    """The store, for reading."""
    path = find_database(config, db)
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    with faults(), Store.open(path, write=False) as store:
        yield store


def search(
    words: Annotated[list[str], typer.Argument(help='Words to find; "two words" as a phrase, OR, NOT')],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    tag: Annotated[str | None, typer.Option(help="Only articles with this tag, by id or name")] = None,
    feed: Annotated[str | None, typer.Option(help="Only this feed")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=CENTURY, help="Only the last so many days")] = None,
    best: Annotated[bool, typer.Option("--best", help="Best match first instead of newest first")] = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Find articles by their words."""
    since = datetime.now(UTC) - timedelta(days=days) if days else None
    with opened(config, db) as store:
        by: Literal["best", "new"] = "best" if best else "new"
        hits = store.search(" ".join(words), limit=limit, tag=tag, feed=feed, since=since, by=by)
    if as_json:
        return say(hits)
    if not hits:
        print("nothing found", file=sys.stderr)  # noqa: T201 - the terminal is this room's
        return None
    from flows.screens import console, search_table

    return console().print(search_table(hits))


def show(article: Number, config: Config = None, db: Database = None, as_json: Json = False) -> None:
    """Show an article: text, labels, what to read next, who else has it."""
    with opened(config, db) as store:
        shown = looked_up(store, article, store.article)
    if as_json:
        return say(shown)
    from flows.screens import article_screen, console

    return console().print(article_screen(shown))


def why(article: Number, config: Config = None, db: Database = None, as_json: Json = False) -> None:
    """Tell why an article is as it is: each tag's evidence, each cut's rule, each link's reason."""
    with opened(config, db) as store:
        reasons = looked_up(store, article, store.why)
    if as_json:
        return say(reasons)
    from flows.screens import console, reasons_screen

    return console().print(reasons_screen(reasons))


def feeds(
    failing: Annotated[bool, typer.Option("--failing", help="Only those that fail, or were given up for it")] = False,
    silent: Annotated[
        bool, typer.Option("--silent", help="Only those that answer but have long had nothing new")
    ] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Entries that became no article, and why")] = False,
    feed: Annotated[str | None, typer.Option(help="Only this feed")] = None,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """List the feeds: when they were last and are next asked, what they give, what is wrong with them."""
    with opened(config, db) as store:
        rows = feed_health(store.connection)
        entries = dropped(store.connection, limit=QUARANTINED) if quarantine else []
    if feed is not None and feed not in {row.slug for row in rows}:
        raise CommandError(f"no feed is called {feed!r}; `fanmill feeds` lists them")
    rows = [row for row in rows if feed in {None, row.slug} and wanted(row, failing=failing, silent=silent)]
    slugs = {row.slug for row in rows}
    entries = [entry for entry in entries if entry.feed in slugs]
    if as_json:
        return say(entries if quarantine else rows)
    if not (entries if quarantine else rows):
        print("nothing in quarantine" if quarantine else "no such feed", file=sys.stderr)  # noqa: T201
        return None
    from flows.health import feeds_table, quarantine_table
    from flows.screens import TABLE, console

    now = datetime.now(UTC)
    return console(TABLE).print(quarantine_table(entries, now) if quarantine else feeds_table(rows, now))


def wanted(row: FeedHealth, *, failing: bool, silent: bool) -> bool:
    """Whether a feed is among those asked for; all are when neither is."""
    fails = row.state == "failing" or (row.state == "retired" and row.retired_why in {"gone", "failing"})
    return (failing and fails) or (silent and bool(row.silent)) or not (failing or silent)


def looked_up(store: Store, article: str, ask: Callable[[int], T | None]) -> T:
    """What the store says of an article named by number or address. Raises `CommandError` when there is none."""
    number = find(store.connection, article)
    answer = None if number is None else ask(number)
    if answer is None:
        raise CommandError(f"there is no article {article}; `fanmill search` shows the numbers")
    return answer


def say(value: Any) -> None:
    """Print a value, or a list of values, as JSON."""
    plain = [asdict(item) for item in value] if isinstance(value, list) else asdict(value)
    print(json.dumps(plain, ensure_ascii=False, indent=1))  # noqa: T201
