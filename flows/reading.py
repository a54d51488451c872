"""The commands that only read: `search`, `show`, `why`, `story`, `feeds`. None of them imports Prefect, HTTP, a parser.

`feeds` also reads the configuration: a feed that was just added is listed before the first run meets it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

from flows.options import CommandError, Config, Database, Json, faults, find_database, spell
from storage.queries import DroppedEntry, Fault, FeedHealth, dropped, feed_health, find
from storage.store import Store

CENTURY = 36_500  # days
QUARANTINED = 1_000  # entries listed, the latest
Number = Annotated[str, typer.Argument(help="The article's number, as `fanmill search` shows it, or its address")]

FAULTS: dict[Fault, str] = {"failing": "fails", "silent": "is silent"}

T = TypeVar("T")


@contextmanager
def opened(config: Path | None, db: Path | None) -> Iterator[Store]:
    """The store, for reading."""
    path = find_database(config, db)
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    spell(config)  # an article may be named by its address
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


def show(
    article: Number,
    changes: Annotated[
        bool, typer.Option("--changes", help="What changed in it instead, from version to version, the oldest first")
    ] = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Show an article: text, labels, what to read next, what leads to it, who else has it; or what changed in it."""
    if changes:
        return show_changes(article, config, db, as_json=as_json)
    with opened(config, db) as store:
        shown = looked_up(store, article, store.article)
    if as_json:
        return say(shown)
    from flows.screens import article_screen, console

    return console().print(article_screen(shown))


def show_changes(article: str, config: Path | None, db: Path | None, *, as_json: bool) -> None:
    """Show what changed in an article, or say that nothing did."""
    from flows import history

    with opened(config, db) as store:
        told = looked_up(store, article, lambda number: history.history(store.connection, number))
    if as_json:
        return say(told)
    if not told.changes:
        return print(history.unchanged(told.article))  # noqa: T201 - the answer, and no fault
    return history.show(told)


def why(
    article: Number,
    text: Annotated[bool, typer.Option("--text", help="The whole text, with what speaks for its tags marked")] = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Tell why an article is as it is: each tag's evidence, each cut's rule, each link's reason."""
    with opened(config, db) as store:
        reasons = looked_up(store, article, store.why)
    if as_json:
        return say(reasons)
    from flows.screens import console, marked_screen, reasons_screen

    return console().print(marked_screen(reasons) if text else reasons_screen(reasons))


def story(article: Number, config: Config = None, db: Database = None, as_json: Json = False) -> None:
    """Show the story an article is in: who told it and when, its articles with their copies, what they have in common.

    A story goes by any of its articles, copies too.
    """
    from storage.telling import tell

    with opened(config, db) as store:
        number = numbered(store, article)
        told = tell(store.connection, number)
    if told is None:
        raise CommandError(f"there is no story with article {number}; `fanmill show {number}` has what to read with it")
    if as_json:
        return say(told)
    from flows.screens import TABLE, console
    from flows.stories import story_screen

    return console(TABLE).print(story_screen(told))


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
    asked: dict[Fault, bool] = {"failing": failing, "silent": silent}
    only = [fault for fault, wanted in asked.items() if wanted]
    listing = listed(find_database(config, db), only)
    new = unmet(config, listing, feed)
    if feed is not None and feed not in listing.slugs | {row.slug for row in new}:
        raise CommandError(f"no feed is called {feed!r}; `fanmill feeds` lists them")
    rows = listing.rows if only else sorted([*listing.rows, *new], key=lambda row: row.slug)
    rows = [row for row in rows if feed in {None, row.slug}]
    slugs = {row.slug for row in rows}
    entries = [entry for entry in listing.entries if entry.feed in slugs]
    if as_json:
        return say(entries if quarantine else rows)
    if not (entries if quarantine else rows):
        print("nothing in quarantine" if quarantine else none_of(only, feed), file=sys.stderr)  # noqa: T201
        return None
    from flows.health import feeds_table, quarantine_table
    from flows.screens import TABLE, console

    now = datetime.now(UTC)
    return console(TABLE).print(quarantine_table(entries, now) if quarantine else feeds_table(rows, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a database says of its feeds: those asked for, the names of all, and what is in quarantine.

    `there` is false when there is no database so far.
    """

    there: bool = True
    rows: list[FeedHealth] = field(default_factory=list)
    slugs: frozenset[str] = frozenset()
    entries: list[DroppedEntry] = field(default_factory=list)


def listed(path: Path, only: Sequence[Fault]) -> Listing:
    """What a database says of its feeds, of all or of `only` some."""
    if not path.exists():
        return Listing(there=False)
    with faults(), Store.open(path, write=False) as store:
        every = feed_health(store.connection)
        return Listing(
            rows=feed_health(store.connection, *only) if only else every,
            slugs=frozenset(row.slug for row in every),
            entries=dropped(store.connection, limit=QUARANTINED),
        )


def unmet(config: Path | None, listing: Listing, feed: str | None) -> list[FeedHealth]:
    """The feeds of the configuration that no run has met so far, such as one that was just added.

    Without a folder of one's own these are the shipped ones. They would only be in the way beside a database that was
    made of others, such as the demo's, and are left out there unless one is asked for by its name.
    """
    from config.load import find_folder, load_feeds
    from extractors.addresses import public

    folder = find_folder(config)
    return [
        FeedHealth(
            slug=one.slug,
            title=one.title,
            url=public(one.url),
            state="new" if one.enabled else "off",
            enabled=int(one.enabled),
        )
        for one in load_feeds(folder).values()
        if one.slug not in listing.slugs and (folder or not listing.there or one.slug == feed)
    ]


def none_of(only: Sequence[Fault], feed: str | None) -> str:
    """What to say when there is nothing to list: "no feed fails"."""
    if not only:
        return "no feed so far; `fanmill add` brings one"
    return f"no feed{f' called {feed}' if feed else ''} {' or '.join(FAULTS[word] for word in only)}"


def numbered(store: Store, article: str) -> int:
    """The number of an article named by number or address. Raises `CommandError` when there is none."""
    return looked_up(store, article, lambda number: number)


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
