"""`fanmill taxonomy`: what helps to edit a `taxonomy.toml`. Nothing is written, neither to a file nor to the database.

    fanmill taxonomy check                           is it well-formed, and what in it can never come to life
    fanmill taxonomy unused                          tags that no stored article has
    fanmill taxonomy unmapped --patch >> mine.toml   what feeds call their articles that means nothing to us
    fanmill taxonomy suggest >> mine.toml            words that people's corrections speak for

What the last two print is TOML that can be put at the end of one's own `taxonomy.toml` as it is, or after a look at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import Config, Database, Json

if TYPE_CHECKING:
    from config.tables import Source
    from config.taxonomy import CategoryRule, Taxonomy
    from storage.store import Store
    from storage.usage import Category

FILE = "taxonomy.toml"
EVERY = 1_000_000_000  # articles, when none is to be left out
MOST = 200  # categories shown
taxonomy = typer.Typer(name="taxonomy", help="Help to edit the taxonomy.", no_args_is_help=True, rich_markup_mode=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A tag or entity that no article has; or, `told`, that articles have only because somebody said so."""

    id: str
    name: str
    kind: str
    told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The taxonomy in force and the files it comes from, ours first."""

    taxonomy: Taxonomy
    found: list[Source]

    @property
    def own(self) -> str:
        """The text of the operator's own file, "" without one."""
        return self.found[1].text if len(self.found) > 1 else ""


def read_rules(config: Path | None) -> Rules:
    """The taxonomy with its files. Raises `ConfigError`."""
    from config.load import find_folder
    from config.tables import sources
    from config.taxonomy import read_taxonomy

    found = sources(FILE, find_folder(config))
    return Rules(taxonomy=read_taxonomy(found), found=found)


@taxonomy.callback()
def about() -> None:
    """Help to edit the taxonomy."""


@taxonomy.command()
def check(*, config: Config = None) -> None:
    """Read the taxonomy, ours and your own, and say what is wrong with it or may not be meant."""
    from config.advice import remarks, replaced

    rules = read_rules(config)
    known = rules.taxonomy
    spellings = sum(len(rule.names()) for rule in known.entities.values())
    print(  # noqa: T201 - the terminal is this room's
        f"{len(known.tags)} tags, {len(known.entities)} entities with {spellings} spellings, "
        f"{len(known.categories)} categories; version {known.version}"
    )
    if ours := replaced(rules.found):
        print(f"{rules.found[1].path} replaces {', '.join(ours)}")  # noqa: T201
    for remark in remarks(known, rules.found):
        print(f"{remark.where}: {remark.text}")  # noqa: T201


@taxonomy.command()
def unused(
    *,
    entities: Annotated[
        bool, typer.Option("--entities", help="Entities instead of tags: those of your own file, or all without one")
    ] = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """List the tags that no stored article has."""
    from flows.reading import opened

    rules = read_rules(config)
    with opened(config, db) as store:
        usage, said = store.tags.usage(), store.tags.corrections()
        looked = len({*store.tags.uncorrected(EVERY), *said})
    told: dict[str, int] = {}
    for verdicts in said.values():
        for tag, holds in verdicts.items():
            told[tag] = told.get(tag, 0) + holds
    every = things(rules) if entities else subjects(rules.taxonomy)
    lone = [one for one in every if usage.get(one.id, 0) <= told.get(one.id, 0)]
    rows = [Unused(id=one.id, name=one.name, kind=one.kind, told=usage.get(one.id, 0)) for one in lone]
    if as_json:
        print(json.dumps({"articles": looked, "unused": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1))  # noqa: T201
        return
    show_unused(rows, looked)


def subjects(known: Taxonomy) -> list[Unused]:
    """All tags that might be given."""
    return [Unused(id=tag.id, name=tag.name, kind=tag.kind) for tag in known.tags.values() if tag.kind != "group"]


def things(rules: Rules) -> list[Unused]:
    """The entities of the operator's own file, or all when it has none."""
    every = [Unused(id=one.id, name=one.name, kind=one.type) for one in rules.taxonomy.entities.values()]
    own = rules.found[-1].tables.get("entities", {})
    return [one for one in every if one.id in own] or every


def show_unused(rows: list[Unused], looked: int) -> None:
    """What is unused, for a person."""
    from flows.screens import console, flat

    for row in rows:
        note = f"  only where somebody said so: {row.told}" if row.told else ""
        console().print(f"{row.id}  {flat(row.name)}, {row.kind}{note}")
    console().print(f"{len(rows)} unused; looked at {looked} articles")


@taxonomy.command()
def unmapped(
    *,
    patch: Annotated[
        bool, typer.Option("--patch", help="As tables for your taxonomy.toml, with a guess at each")
    ] = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """List what feeds call their articles that means nothing to the taxonomy, the commonest first."""
    from flows.reading import opened, say

    rules = read_rules(config)
    with opened(config, db) as store:
        rows = list(strangers(store, rules.taxonomy))[:MOST]
        feeds = site_names(store)
    if as_json:
        return say(rows)
    if patch:
        from config.patches import category_lines

        return print("\n" + category_lines(guesses(rows, rules.taxonomy, feeds), rules.own), end="")  # noqa: T201
    return show_unmapped(rows)


def strangers(store: Store, known: Taxonomy) -> Iterator[Category]:
    """Categories that the taxonomy of today has no word for, whatever was made of them when they came."""
    from extractors.tagging import category_meanings

    meanings = category_meanings(known)
    for row in store.tags.categories():
        if row.category.strip().casefold() not in meanings:
            yield row


def site_names(store: Store) -> list[str]:
    """What the feeds and their hosts are called: no subject, though feeds give it as one."""
    from urllib.parse import urlsplit

    from storage.queries import feed_health

    rows = feed_health(store.connection)
    hosts = [(urlsplit(row.url).hostname or "").removeprefix("www.") for row in rows]
    return [name for row in rows for name in (row.slug, row.title)] + [
        name for host in hosts for name in (host, host.rpartition(".")[0]) if name
    ]


def guesses(rows: list[Category], known: Taxonomy, feeds: list[str]) -> dict[str, CategoryRule | None]:
    """What each category may mean. Two that differ only in case are one."""
    from extractors.suggesting import Guesser

    guesser = Guesser(known, feeds)
    once = {row.category.strip().casefold(): row.category.strip() for row in reversed(rows)}
    return {name: guesser.guess(name) for name in reversed(once.values())}


def show_unmapped(rows: list[Category]) -> None:
    """Unmapped categories as a table."""
    from rich.table import Table

    from flows.screens import console, flat

    table = Table(box=None, pad_edge=False)
    for name, side in (("category", "left"), ("articles", "right"), ("feeds", "right"), ("for example", "left")):
        table.add_column(name, justify="right" if side == "right" else "left")
    for row in rows:
        table.add_row(flat(row.category)[:80], str(row.articles), str(row.feeds), flat(row.feed))
    console().print(table if rows else "every category means something")


@taxonomy.command()
def suggest(*, config: Config = None, db: Database = None, as_json: Json = False) -> None:
    """Suggest cues from what people said of tags, as tables for your taxonomy.toml."""
    from flows.advising import advice, patched
    from flows.reading import opened

    rules = read_rules(config)
    with opened(config, db) as store:
        found = advice(store, rules.taxonomy)
    if as_json:
        rows = [{"tag": one.rule.id, **asdict(cue), "strong": cue.strong} for one in found for cue in one.cues]
        print(json.dumps(rows, ensure_ascii=False, indent=1))  # noqa: T201
    else:
        print(patched(found, rules.found), end="")  # noqa: T201
