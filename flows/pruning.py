"""`fanmill prune`: delete old articles for good, under the lock of a run, so that no poll is at work meanwhile."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from flows.lock import hold
from flows.options import PARTIAL, CommandError, Config, Database, Json, faults, find_database, spell
from storage.purging import Purged, Selection
from storage.store import Store

MEGABYTE = 1_000_000

Older = Annotated[str, typer.Option(help="Age: 365d, 48h; all that was published before goes", metavar="DURATION")]
Feed = Annotated[str | None, typer.Option(help="Only this feed")]
Copies = Annotated[bool, typer.Option("--duplicates", help="Only copies; their originals stay")]
Journal = Annotated[bool, typer.Option("--journal", help="Also the records of polls and runs as old")]
Vacuum = Annotated[
    bool, typer.Option("--vacuum", help="Give the space back to the disk; needs as much again for a while")
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted")]


def prune(  # noqa: PLR0913 - each is an option
    *,
    older: Older,
    feed: Feed = None,
    duplicates: Copies = False,
    journal: Journal = False,
    vacuum: Vacuum = False,
    dry_run: Dry = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Delete old articles with all that hangs on them. They do not come back, though their feed may still have them."""
    now = datetime.now(UTC)
    selection = Selection(before=before(older, now), feed=feed, duplicates=duplicates, journal=journal)
    path = find_database(config, db)
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    spell(config)  # what is buried is known again by its address
    with faults(), hold(path), Store.open(path, write=not dry_run) as store:
        purged = store.purge(selection, now, dry_run=dry_run, vacuum=vacuum)
        if not dry_run:
            store.optimize()
    print(json.dumps(asdict(purged)) if as_json else told(purged, dry=dry_run, vacuumed=vacuum))  # noqa: T201 - the terminal is ours
    if purged.raw_fault:
        print(f"fanmill: the raw input is not all cleared: {purged.raw_fault}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(PARTIAL)


def before(older: str, now: datetime) -> datetime:
    """The time an age ago. Raises `CommandError` for what is no age, or none that a calendar knows."""
    from config.settings import seconds

    try:
        age = seconds(older)
        then = now - timedelta(seconds=age)
    except ValueError as error:
        raise CommandError(f"--older: {error}") from None
    except OverflowError:
        raise CommandError(f"--older: {older} ago there was no calendar; name a shorter time") from None
    if then >= now:
        raise CommandError("--older: nothing is older than no time at all; write for example 365d")
    return then


def told(purged: Purged, *, dry: bool, vacuumed: bool) -> str:
    """One line of counts."""
    rest = (
        ("quarantined entry", "quarantined entries", purged.quarantined),
        ("poll", "polls", purged.polls),
        ("run", "runs", purged.runs),
    )
    copies = f" ({counted('copy', 'copies', purged.copies)})" if purged.copies else ""
    counts = [counted("article", "articles", purged.articles) + copies]
    counts += [counted(one, many, count) for one, many, count in rest if count]
    if dry:
        return f"dry run: would delete {', '.join(counts)}"
    space = f"{readable(purged.free_bytes)} are free for new articles; --vacuum gives them back to the disk"
    if vacuumed:
        space = f"{readable(purged.returned_bytes)} went back to the disk"
    return f"deleted {', '.join(counts)}; {space}"


def counted(one: str, many: str, count: int) -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def readable(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e6:,.1f} MB" if size >= MEGABYTE else f"{size // 1000} kB"
