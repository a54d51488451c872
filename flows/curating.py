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
import shlex
import sys
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.load import find_folder, load_feeds
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What was chosen, and by feed how many stored articles are to be cleaned again, or would be and stay as they are.

    `lost` ones have no raw input. Of a feed that is configured no more it is not known how its articles were tagged.
    """

    chosen: tuple[Chosen, ...]
    concerned: dict[str, int]
    lost: dict[str, int]
    not_configured: dict[str, int]


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
        feeds = load_feeds(find_folder(config))
        asked = Asked(names={"keep": keep or [], "cut": cut or [], "forget": forget or []}, feed=feed)
        told = split(chosen(find_database(config, db), shipped, asked), feeds)
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


def split(told: Told, feeds: Container[str]) -> Outlook:
    """What follows for feeds that are configured, and for others."""
    concerned = {slug: count for slug, count in told.concerned.items() if slug in feeds}
    lost = {slug: count for slug, count in told.lost.items() if slug in feeds}
    counts = Counter(told.concerned) + Counter(told.lost)
    rest = {slug: counts[slug] for slug in sorted(counts) if slug not in feeds}
    return Outlook(chosen=told.chosen, concerned=concerned, lost=lost, not_configured=rest)


def spoken(told: Outlook, config: Path | None, db: Path | None) -> str:
    """What was chosen and what follows, for a person."""
    return "\n".join([*map(sentence, told.chosen), *next_steps(told, config, db)])


def sentence(one: Chosen) -> str:
    """What a choice means."""
    from flows.chaff import brief, said

    where = f", in {one.feed} only" if one.feed else ""
    sample = f": {said(one.sample, SAMPLE)}" if one.sample else ""
    if one.still:
        others = ", ".join(f"for {feed}" if feed else "for all feeds" for feed in one.still[:NAMED])
        return f"{brief(one.rule)} is still chosen {others}; --forget takes that back{HOW[bool(one.still[0])]}{sample}"
    return f"{brief(one.rule)} {MEANS[one.choice]} from now on{where}{sample}"


def next_steps(told: Outlook, config: Path | None, db: Path | None) -> list[str]:
    """What becomes of stored articles, a line each, with the command to have it at once."""
    steps = []
    if told.concerned:
        few = len(told.concerned) <= NAMED
        folders = "".join(
            f" --{name} {shlex.quote(str(path))}" for name, path in (("config", config), ("db", db)) if path
        )
        slugs = "".join(f" --feed {slug}" for slug in told.concerned) if few else ""
        step = f"the next run cleans {stored(told.concerned)} of {named(told.concerned)} again"
        steps.append(f"{step}; to do so now: fanmill reprocess{folders}{slugs}")
    if told.lost:
        one = sum(told.lost.values()) == 1
        verbs = ("has", "stays as it is") if one else ("have", "stay as they are")
        steps.append(f"{stored(told.lost)} of {named(told.lost)} {verbs[0]} no raw input, and {verbs[1]}")
    if told.not_configured:
        verb, whose = ("is", "its") if len(told.not_configured) == 1 else ("are", "their")
        steps.append(f"{named(told.not_configured)} {verb} configured no more: {whose} articles stay as they are")
    return steps or ["no stored article is concerned"]


def named(feeds: Collection[str]) -> str:
    """These feeds, by name while they are few."""
    return ", ".join(feeds) if len(feeds) <= NAMED else f"{len(feeds)} feeds"


def stored(counts: Mapping[str, int]) -> str:
    """So many articles."""
    return counted("stored article", "stored articles", sum(counts.values()))
