"""`fanmill demo`: the whole mill on the made-up newsroom, over real HTTP on loopback, three runs one after the other.

The first edition comes in; then nothing has changed, and nothing but conditional requests is sent; then the second
edition changes some articles and brings new ones, among them the target of an earlier See-also line.

The newsroom's feeds are left as a configuration beside the database: every other command then works on both.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.load import load
from flows.chaff import rules_table
from flows.lock import hold
from flows.newsroom import Newsroom
from flows.running import Request, execute, show
from flows.screens import TABLE, article_screen, console, search_table
from storage.connection import StoreError
from storage.store import Store

NAME = "newsroom.db"
OWN = "newsroom"  # the folder of the configuration
FEEDS = """\
# The feeds of the made-up newsroom. It answers while `fanmill demo` is on, which writes this file anew each time.
replace = true

"""
WORDS = "data centre"
FILES = [f"newsroom{raw}.db{end}" for raw in ("", ".raw") for end in ("", "-wal", "-shm")]
EDITIONS = (
    (1, "First edition: everything is new"),
    (1, "Again: nothing has changed, so nothing is parsed and no article is written"),
    (2, "Second edition: articles have changed, new ones have come"),
)
HINTS = """
Now look around:

    export FANMILL_CONFIG={config} FANMILL_DB={db}
    {fanmill} search "{words}"
    {fanmill} show 1
    {fanmill} why 1
    {fanmill} chrome
    sqlite3 {db} "SELECT published_at, feed, labels, title FROM v_unique_articles ORDER BY published_at DESC LIMIT 10"
"""


def run(folder: Path, *, prefect: bool) -> int:
    """Run the demonstration in a folder and give the exit code. Its database and feeds there begin anew each time.

    Raises `StoreError` when the folder cannot be made or written to, and `LockedError` when another demonstration is on
    in it.
    """
    screen = console(TABLE)
    database = cleared(folder)
    with Newsroom() as newsroom, configured(database, newsroom) as own:
        config = load(own)
        request = Request(feeds=tuple(config.feeds), prefect=prefect)
        for edition, heading in EDITIONS:
            newsroom.edition = edition
            screen.rule(heading, align="left")
            show(execute(request, config), screen)
            screen.print()
    with Store.open(database, write=False) as store:
        screen.rule("What two of the outlets print into every article, learnt and cut in the first run", align="left")
        screen.print(rules_table([row for row in store.chrome() if row.state == "learnt"]))
        screen.print()
        screen.rule("One of them, as it was kept", align="left")
        shown = store.article(store.search("Microsoft", limit=1)[0].id)
        if shown:
            screen.print(article_screen(shown))
        screen.rule(f'fanmill search "{WORDS}"', align="left")
        screen.print(search_table(store.search(WORDS, limit=4)))
    screen.print(hints(database), soft_wrap=True, markup=False)
    return 0


def hints(database: Path) -> str:
    """What to look at now, as commands for a shell."""
    config, db = (shlex.quote(str(path)) for path in (database.with_name(OWN), database))
    return HINTS.format(config=config, db=db, words=WORDS, fanmill=shlex.quote(command()))


def command() -> str:
    """How to call fanmill from here: by its name where it is on the PATH, else by its place in this environment."""
    if shutil.which("fanmill"):
        return "fanmill"
    place = Path(sys.executable).with_name("fanmill")
    return str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)


def cleared(folder: Path) -> Path:
    """Where the database goes: the folder is there, an earlier demonstration's files are not, all others are."""
    try:
        (folder / OWN).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{error.filename or folder} cannot be made: {error.strerror}; name another folder") from None
    with hold(folder / NAME):
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    return folder / NAME


@contextmanager
def configured(database: Path, newsroom: Newsroom) -> Iterator[Path]:
    """The newsroom as the mill's configuration: its folder stays, and is in the environment meanwhile."""
    folder = database.with_name(OWN)
    try:
        (folder / "feeds.toml").write_text(FEEDS + newsroom.feeds_toml(), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder / 'feeds.toml'} cannot be written: {error.strerror}") from None
    own = {"FANMILL_CONFIG": str(folder.resolve()), "FANMILL_DB": str(database.resolve())}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield folder
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
