"""`fanmill demo`: the whole mill on the made-up newsroom, over real HTTP on loopback, three runs one after the other.

The first edition comes in; then nothing has changed, and nothing but conditional requests is sent; then the second
edition changes one article and brings new ones, among them the target of an earlier See-also line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.load import load
from flows.newsroom import Newsroom
from flows.running import Request, execute, show
from flows.screens import TABLE, article_screen, console, search_table
from storage.store import Store

NAME = "newsroom.db"
EDITIONS = (
    (1, "First edition: everything is new"),
    (1, "Again: nothing has changed, so nothing is parsed and no article is written"),
    (2, "Second edition: one article has changed, new ones have come"),
)
HINTS = """
Now look around:

    fanmill search "export controls" --db {db}
    fanmill show 1 --db {db}
    fanmill why 1 --db {db}
    sqlite3 {db} "SELECT published_at, feed, labels, title FROM v_unique_articles ORDER BY published_at DESC LIMIT 10"
"""


def run(folder: Path, *, prefect: bool) -> int:
    """Run the demonstration in a folder and give the exit code. Its database there begins anew each time."""
    folder.mkdir(parents=True, exist_ok=True)
    screen = console(TABLE)
    database = folder / NAME
    for path in folder.glob(f"{NAME.removesuffix('.db')}*.db*"):
        path.unlink()
    with Newsroom() as newsroom, configured(folder, newsroom):
        config = load(folder)
        request = Request(feeds=tuple(config.feeds), prefect=prefect)
        for edition, heading in EDITIONS:
            newsroom.edition = edition
            screen.rule(heading, align="left")
            show(execute(request, config), screen)
            screen.print()
    with Store.open(database, write=False) as store:
        screen.rule("One of them, as it was kept", align="left")
        shown = store.article(store.search("Microsoft", limit=1)[0].id)
        if shown:
            screen.print(article_screen(shown))
        screen.rule('fanmill search "export controls"', align="left")
        screen.print(search_table(store.search("export controls", limit=5)))
    screen.print(HINTS.format(db=database), highlight=False)
    return 0


@contextmanager
def configured(folder: Path, newsroom: Newsroom) -> Iterator[None]:
    """The folder as the mill's configuration, for the time of the demonstration."""
    (folder / "feeds.toml").write_text("replace = true\n\n" + newsroom.feeds_toml(), encoding="utf-8")
    own = {"FANMILL_CONFIG": str(folder.resolve()), "FANMILL_DB": str((folder / NAME).resolve())}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
