"""The command line: `fanmill COMMAND`, and what each exit code means.

    0  done        1  done in part; the summary names each failure
    2  usage or configuration error        3  another run holds the lock

Errors are one line on stderr: what, where, the cure. Commands import what they need when they run, so that `search`
and `show` answer at once and nothing but `run`, `reprocess` and `up` ever imports Prefect.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from config.tables import ConfigError
from flows.options import PARTIAL, USAGE, CommandError, Config, Database, Dry, Json, faults, spell

app = typer.Typer(
    name="fanmill",
    help="Poll news feeds, blow off the boilerplate, tag, de-duplicate and link the articles, keep them in SQLite.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line. Every foreseen error ends in one line and its exit code."""
    try:
        app()
    except CommandError as error:
        fail(str(error), error.code)
    except ConfigError as error:
        fail(str(error), USAGE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(PARTIAL)
    except sqlite3.Error as error:
        fail(f"the database cannot be used: {error}", USAGE)
    except KeyboardInterrupt:
        fail("stopped", 130)


def fail(fault: str, code: int) -> None:
    """Say one line on stderr and leave."""
    print(f"fanmill: {' '.join(fault.split())}", file=sys.stderr)  # noqa: T201 - the terminal is this room's
    sys.exit(code)


@app.command()
def run(
    feed: Annotated[
        list[str] | None, typer.Option("--feed", help="Only this feed, due or not; may be repeated")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Poll and refine even what has not changed")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all the work, keep nothing")] = False,
    prefect: Annotated[bool, typer.Option(help="Run as a Prefect flow, or plainly without Prefect")] = True,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Poll the feeds that are due and keep what is new."""
    from flows import running

    with faults():
        request = running.Request(
            feeds=tuple(feed or ()), force=force, dry_run=dry_run, prefect=prefect, as_json=as_json
        )
        raise typer.Exit(running.run(request, config, db))


@app.command()
def reprocess(
    feed: Annotated[
        list[str] | None, typer.Option("--feed", help="Only articles of this feed; may be repeated")
    ] = None,
    dry_run: Dry = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show line by line what changes in each article")] = False,
    prefect: Annotated[bool, typer.Option(help="Run as a Prefect flow, or plainly without Prefect")] = True,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Clean, tag and link stored articles again by the rules of today, and write those that come out differently."""
    from flows import rerunning

    with faults():
        request = rerunning.Request(
            feeds=tuple(feed or ()), dry_run=dry_run, diff=diff, prefect=prefect, as_json=as_json
        )
        raise typer.Exit(rerunning.run(request, config, db))


@app.command()
def retag(
    feed: Annotated[
        list[str] | None, typer.Option("--feed", help="Only articles of this feed; may be repeated")
    ] = None,
    dry_run: Dry = False,
    prefect: Annotated[bool, typer.Option(help="Run as a Prefect flow, or plainly without Prefect")] = True,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Tag stored articles again by the taxonomy and models of today; corrections stay in force."""
    from flows import relabelling

    with faults():
        request = relabelling.Request(feeds=tuple(feed or ()), dry_run=dry_run, prefect=prefect, as_json=as_json)
        raise typer.Exit(relabelling.run(request, config, db))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the database")] = Path("demo"),
    prefect: Annotated[bool, typer.Option(help="Run as a Prefect flow, or plainly without Prefect")] = True,
) -> None:
    """Run the whole mill on the made-up newsroom that ships with fanmill; no network is needed."""
    from flows import demonstration

    with faults():
        raise typer.Exit(demonstration.run(folder, prefect=prefect))


@app.command()
def up(
    config: Config = None,
    db: Database = None,
    port: Annotated[int, typer.Option(help="Where a Prefect server of our own listens")] = 4200,
) -> None:
    """Serve the scheduled `ingest/default`, and `regroup`, `reprocess` and `retag`, with a Prefect server."""
    import os

    from config.load import find_folder, load
    from flows.up import Service, serve

    folder = find_folder(config)
    settings = load(folder).settings
    database = (db or Path(settings.database)).resolve()
    os.environ["FANMILL_DB"] = str(database)
    if folder:
        os.environ["FANMILL_CONFIG"] = str(folder.resolve())
    with faults():
        serve(Service(every=settings.schedule, database=database, port=port))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder for your configuration")]) -> None:
    """Write a configuration folder to start from."""
    from config.starter import write_starter

    for path in write_starter(folder):
        print(path)  # noqa: T201


@app.command()
def clean(config: Config = None) -> None:
    """Filter: pages or texts as JSON lines in, clean text, links and cuts out."""
    from config.chrome import load_chrome
    from config.load import find_folder
    from flows import filters

    work = filters.cleaner(load_chrome(find_folder(config)))
    raise typer.Exit(filters.write(filters.each(work, filters.lines(sys.stdin.buffer))))


@app.command()
def dedupe(
    stories: Annotated[bool, typer.Option("--stories", help="Also say which articles tell the same event")] = False,
    config: Config = None,
) -> None:
    """Filter: articles as JSON lines in, the group of each out."""
    from flows import filters

    spell(config)
    raise typer.Exit(filters.write(filters.grouped(filters.lines(sys.stdin.buffer), stories=stories)))


def register() -> None:
    """Add the commands that live elsewhere: those that read the database, and those that say what is in it."""
    from flows import curating, deciding, editing, labelling, managing, mending, pruning, reading, siting, training

    commands: dict[str, Callable[..., None]] = {
        "add": managing.add,
        "chrome": curating.chrome,
        "import": managing.import_,
        "export": managing.export,
        "feeds": reading.feeds,
        "pause": managing.pause,
        "resume": managing.resume,
        "retire": managing.retire,
        "search": reading.search,
        "show": reading.show,
        "why": reading.why,
        "story": reading.story,
        "split": deciding.split,
        "join": deciding.join,
        "regroup": mending.regroup,
        "prune": pruning.prune,
        "train": training.train,
    }
    for name, command in commands.items():
        app.command(name)(command)
    app.command("tag", context_settings=labelling.OPTIONS)(labelling.tag)
    app.add_typer(siting.sites)
    app.add_typer(editing.taxonomy)


register()
