"""`fanmill sites import`: take over site rules that others have written, as tables of the operator's `sites.toml`.

It reads site config files of Full-Text RSS, such as those of the public-domain collection ftr-site-config; nothing is
fetched. What a file says that has no counterpart here is told in one line, counted, and kept as a comment in the table.
A host that has a rule keeps it unless told otherwise. See `config.ftr` and `flows.sitefiles`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.options import PARTIAL, CommandError, Config, Dry, Json

if TYPE_CHECKING:
    from config.chrome import SiteRule
    from config.ftr import Reading
    from flows.sitefiles import Import

KEYS = ("body", "title", "author", "date", "cut", "cut_names")
sites = typer.Typer(name="sites", help="Rules for single sites.", no_args_is_help=True, rich_markup_mode=None)


@sites.callback()
def about() -> None:
    """Rules for single sites."""


@sites.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files named HOST.txt, or a folder of them")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Also for hosts that have a rule already")] = False,
    config: Config = None,
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Take over site config files of Full-Text RSS into your sites.toml; nothing is fetched."""
    from config.load import find_folder
    from config.sites import Noted, add_sites, taken
    from flows.sitefiles import gather

    folder = find_folder(config)
    if folder is None:
        from flows.subscribing import NOWHERE

        raise CommandError(NOWHERE)
    done = gather(paths, set() if replace else taken(folder))
    if done.added and not dry_run:
        rules = [Noted(rule=reading.rule, notes=reading.notes) for reading in done.added if reading.rule]
        add_sites(folder, rules, replace=replace)
    tell(done, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(PARTIAL if done.refused else 0)


def tell(done: Import, *, dry_run: bool, as_json: bool) -> None:
    """What was refused, a line each on stderr; each host, then the sum, on stdout."""
    from flows.screens import flat

    for name, each in done.refused:
        place = f"{name}:{each.line}: {each.text[:120]}" if each.line else name
        print(f"fanmill: {flat(place)}: {flat(each.fault)}", file=sys.stderr)  # noqa: T201
    if as_json:
        print(json.dumps(report(done, dry_run=dry_run), ensure_ascii=False, indent=1))  # noqa: T201
        return
    for reading in [*done.added, *done.idle]:
        print(flat(line(reading)))  # noqa: T201
    print(summary(done, dry_run=dry_run))  # noqa: T201


def line(reading: Reading) -> str:
    """A file in one line: what it gave, and what of it has no counterpart here."""
    gave = counted(sizes(reading.rule)) if reading.rule else "nothing that can be used here"
    return f"{reading.host}: {gave}" + (f"; not used: {counted(dict(reading.left))}" if reading.left else "")


def summary(done: Import, *, dry_run: bool) -> str:
    """The sum of an import."""
    lines = sum(reading.mapped for reading in done.added)
    parts = [f"{'would add' if dry_run else 'added'} {len(done.added)} sites from {lines} lines"]
    parts += [f"refused {len(done.refused)}"] if done.refused else []
    parts += [f"not used: {counted(done.left)}"] if done.left else []
    parts += [f"passed over {len(done.passed)} files that are named after no host"] if done.passed else []
    return "; ".join(parts)


def report(done: Import, *, dry_run: bool) -> dict[str, Any]:
    """What was done, for a program."""
    return {
        "added": [
            {"host": reading.host, "keys": sizes(reading.rule), "left": dict(reading.left)} for reading in done.added
        ],
        "idle": [{"host": reading.host, "left": dict(reading.left)} for reading in done.idle],
        "refused": [{"file": name, **asdict(each)} for name, each in done.refused],
        "passed": done.passed,
        "mapped": sum(reading.mapped for reading in done.added),
        "needless": sum(reading.needless for reading in [*done.added, *done.idle]),
        "left": done.left,
        "dry_run": dry_run,
    }


def sizes(rule: SiteRule | None) -> dict[str, int]:
    """How many selectors each key of a rule has."""
    return {key: len(getattr(rule, key)) for key in KEYS if rule and getattr(rule, key)}


def counted(numbers: dict[str, int]) -> str:
    """Names with their numbers."""
    return ", ".join(f"{name} {number}" for name, number in numbers.items())
