"""`fanmill chrome`: what is cut as chrome, learnt or shipped, and the operator's own word on it.

    fanmill chrome                          what was learnt of each feed, what may be soon, what was chosen, what cuts
    fanmill chrome --keep learnt.3f2a91c0   leave this block in texts from now on, whatever repeats it
    fanmill chrome --cut 77b0 --feed SLUG   cut a candidate from now on, in one feed
    fanmill chrome --forget newsletter      take a choice back

A choice is a row of the database and holds for good. The next run applies it, or `fanmill reprocess` at once. Nothing
here imports Prefect, HTTP or a parser.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.choosing import Asked, Chosen, Shipped, Told, check, decide, read_shipped
from flows.options import CommandError, Config, Database, Json, faults, find_database
from flows.pruning import counted
from flows.reading import opened, say
from storage.intents import ChromeRow
from storage.store import Store

STATES = ("chosen", "learnt", "candidate", "faded", "shipped")  # in the order they are listed
NAMED = 3  # feeds that are named when more are concerned
SAMPLE = 60  # characters of a block that is named
MEANS = {"keep": "stays in the text", "cut": "is cut", "forget": "is left to the mill again"}

HOW = {True: " with --feed", False: " without --feed"}

Ids = list[str] | None
Feed = Annotated[str | None, typer.Option(help="Only this feed; a choice then holds for it alone")]
Keep = Annotated[Ids, typer.Option("--keep", metavar="ID", help="Leave what this rule cuts in the text")]
Cut = Annotated[Ids, typer.Option("--cut", metavar="ID", help="Cut by this rule: a candidate, or one that was kept")]
Forget = Annotated[Ids, typer.Option("--forget", metavar="ID", help="Take a choice back")]
All = Annotated[bool, typer.Option("--all", help="Also the shipped rules that have cut nothing")]


def chrome(  # noqa: PLR0913 - each is an option
    *,
    feed: Feed = None,
    keep: Keep = None,
    cut: Cut = None,
    forget: Forget = None,
    every: All = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """List what is cut as chrome and by which rule, learnt or shipped; --keep and --cut decide otherwise, for good."""
    shipped = read_shipped(config)
    if keep or cut or forget:
        asked = Asked(names={"keep": keep or [], "cut": cut or [], "forget": forget or []}, feed=feed)
        told = chosen(find_database(config, db), shipped, asked)
        print(json.dumps(asdict(told), ensure_ascii=False, indent=1) if as_json else spoken(told, config, db))  # noqa: T201 - the terminal is ours
        return None
    with opened(config, db) as store:
        check(store, feed)
        rows = in_order(store.chrome(feed or ""), shipped if every else None)
    if as_json:
        return say(rows)
    if not rows:
        print("nothing is cut so far", file=sys.stderr)  # noqa: T201
        return None
    from flows.chaff import rules_table
    from flows.screens import TABLE, console

    return console(TABLE).print(rules_table(rows))


def chosen(path: Path, shipped: Shipped, asked: Asked) -> Told:
    """Record choices in a database that is there. Raises `CommandError`."""
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    with faults(), Store.open(path) as store:
        return decide(store, shipped, asked, datetime.now(UTC))


def in_order(rows: Sequence[ChromeRow], whole: Shipped | None) -> list[ChromeRow]:
    """The rows as they are listed; with `whole` also the rules in it that have cut nothing."""
    met = {row.rule for row in rows}
    unused = [ChromeRow(rule=rule, state="shipped") for rule in sorted(whole.every - met)] if whole else []
    at_work = [row for row in rows if row.state != "shipped" or row.cuts or row.choice or whole]
    return sorted([*at_work, *unused], key=lambda row: (STATES.index(row.state), row.feed, -row.cuts, row.rule))


def spoken(told: Told, config: Path | None, db: Path | None) -> str:
    """What was chosen and what follows, for a person."""
    return "\n".join([*map(sentence, told.chosen), next_step(told.concerned, config, db)])


def sentence(one: Chosen) -> str:
    """What a choice means."""
    from flows.chaff import brief, said

    where = f", in {one.feed} only" if one.feed else ""
    sample = f": {said(one.sample, SAMPLE)}" if one.sample else ""
    if one.still:
        others = ", ".join(f"for {feed}" if feed else "for all feeds" for feed in one.still[:NAMED])
        return f"{brief(one.rule)} is still chosen {others}; --forget takes that back{HOW[bool(one.still[0])]}{sample}"
    return f"{brief(one.rule)} {MEANS[one.choice]} from now on{where}{sample}"


def next_step(concerned: dict[str, int], config: Path | None, db: Path | None) -> str:
    """What becomes of stored articles, and the command to have it at once."""
    if not concerned:
        return "no stored article is concerned"
    few = len(concerned) <= NAMED
    where = f"of {', '.join(concerned)}" if few else f"of {len(concerned)} feeds"
    folders = "".join(f" --{name} {value}" for name, value in (("config", config), ("db", db)) if value)
    slugs = "".join(f" --feed {slug}" for slug in concerned) if few else ""
    count = counted("stored article", "stored articles", sum(concerned.values()))
    return f"the next run cleans {count} {where} again; to do so now: fanmill reprocess{folders}{slugs}"
