"""`fanmill train` on the terminal: learn from corrections, or from labelled articles, and say what it was worth.

    fanmill train                                what people corrected in this database
    fanmill train --from mine.jsonl              what is labelled in a file; kept in the database by the file's name
    fanmill train --from mine.jsonl --out m.json the same, to a file for `fanmill tag --model`
    fanmill train --forget mine                  take a model away again

How it is learnt stands in `flows.schooling` and `flows.labelled`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.labelled import Learnt

from flows.options import PARTIAL, CommandError, Config, Database, Json, faults, find_database
from flows.schooling import OWN, Outcome

CODA = """F1 is on the verdicts, each judged by what was learnt from the others. New articles are tagged by it from the
next run on, stored ones by `fanmill retag`."""

From = Annotated[Path | None, typer.Option("--from", help='JSON lines with "title", "text" and "labels"; .gz too')]
Out = Annotated[Path | None, typer.Option("--out", help="Write the model to this file instead of the database")]
Name = Annotated[str | None, typer.Option("--name", help="What the model is called; the file's name unless said")]
Replace = Annotated[bool, typer.Option("--replace", help="Take the new model though the one that stands is better")]
Forget = Annotated[
    str | None, typer.Option("--forget", metavar="NAME", help="Forget a model, or what a tag was taught")
]


def train(  # noqa: PLR0913 - each is an option
    *,
    source: From = None,
    out: Out = None,
    name: Name = None,
    replace: Replace = False,
    forget: Forget = None,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Learn tags from what people corrected, or from labelled articles; keep what judges better than what there is."""
    if forget is not None:
        return forget_model(forget, find_database(config, db))
    if source is None and (out or name or replace):
        raise CommandError("--out, --name and --replace go with --from")
    if source is None:
        return show(school(config, db), as_json=as_json)
    raise typer.Exit(from_file(source, (out, name, replace), (config, db), as_json=as_json))


def school(folder: Path | None, db: Path | None) -> list[Outcome]:
    """Learn from the corrections in a database."""
    from config.load import find_folder, load
    from flows.schooling import train as learn_tags
    from storage.store import Store

    path = there(find_database(folder, db))
    with faults(), Store.open(path) as store:
        return learn_tags(store, load(find_folder(folder)), datetime.now(UTC))


def there(path: Path) -> Path:
    """A database that is there. Raises `CommandError`."""
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    return path


def show(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """Print what was learnt: a row for each tag."""
    if as_json:
        text = json.dumps([asdict(one) for one in outcomes], ensure_ascii=False, indent=1)
        print(text)  # noqa: T201 - the terminal is this room's
        return
    from rich.table import Table

    from flows.screens import TABLE, console

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("tag", "verdicts", "F1 before", "after", "learnt"):
        table.add_column(heading, justify="left" if heading in {"tag", "learnt"} else "right")
    for one in outcomes:
        figures = ["·" if figure is None else f"{figure:.3f}" for figure in (one.before, one.after)]
        table.add_row(one.tag, str(one.verdicts), *figures, one.learnt)
    console(TABLE).print(table)
    print(CODA)  # noqa: T201


def from_file(
    source: Path,
    wanted: tuple[Path | None, str | None, bool],
    where: tuple[Path | None, Path | None],
    *,
    as_json: bool,
) -> int:
    """Learn from a file, and keep or write the model; gives the exit code."""
    from config.load import find_folder
    from config.taxonomy import load_taxonomy
    from flows.labelled import learn, read_labelled, write_model

    out, name, replace = wanted
    name = named(name or source.name.split(".")[0])
    path = None if out else there(find_database(*where))
    articles = read_labelled(source)
    print(f"learning from {len(articles):,} articles …", file=sys.stderr)  # noqa: T201
    learnt = learn(name, articles, load_taxonomy(find_folder(where[0])))
    standing, kept = None, True
    if path:
        standing, kept = keep(path, learnt, replace=replace)
    elif out:
        write_model(learnt.trained, out)
    told = {
        "name": name, "rows": learnt.rows, "labels": len(learnt.trained.tags), "exclusive": learnt.exclusive,
        "f1": learnt.f1, "rules": learnt.rules, "standing": standing, "kept": kept,
    }  # fmt: skip
    print(json.dumps(told) if as_json else spoken(told))  # noqa: T201
    return 0 if kept else PARTIAL


def named(name: str) -> str:
    """The name of a model. Raises `CommandError` for one that no command could name again."""
    if not name.strip() or not name.isprintable():
        raise CommandError("a model needs a name; say one with --name")
    if name.startswith(OWN):
        raise CommandError(f"a model may not be called {OWN}…; those are what corrections taught")
    return name


def keep(path: Path, learnt: Learnt, *, replace: bool) -> tuple[float | None, bool]:
    """Keep a model in a database unless one of its name is better. Gives the F1 of that one, and what was done."""
    from storage import training
    from storage.store import Store

    with faults(), Store.open(path) as store:
        standing = store.tags.standing(learnt.trained.name)
        kept = standing is None or standing <= learnt.f1 or replace
        if kept:
            before = learnt.rules if standing is None else standing
            lesson = training.Lesson(trained=learnt.trained, examples=learnt.rows, before=before, after=learnt.f1)
            store.tags.keep_model(lesson, datetime.now(UTC))
    return standing, kept


def spoken(told: dict[str, object]) -> str:
    """What came of it, for a person."""
    measure = "right in" if told["exclusive"] else "F1"
    learnt = f"{told['name']}: {told['labels']} labels from {told['rows']:,} articles"
    parts = [learnt, f"{measure} {told['f1']:.3f} of those it had not seen"]
    if told["rules"] is not None:
        parts.append(f"the rules alone reach F1 {told['rules']:.3f} on the labels that are tags")
    if not told["kept"]:
        parts.append(f"not kept: the one that stands reached {told['standing']:.3f}; --replace takes this one instead")
    elif told["standing"] is not None:
        parts.append(f"it takes the place of one that reached {told['standing']:.3f}")
    return "; ".join(parts)


def forget_model(name: str, path: Path) -> None:
    """Forget a model, or what corrections taught of a tag, by id or name. Raises `CommandError` for no such thing."""
    from storage.store import Store

    with faults(), Store.open(there(path)) as store:
        tags = {name.removeprefix(OWN), *store.tags.known([name])}
        taught = [tag for tag in sorted(tags) if store.tags.trained_at(OWN + tag, tag) is not None]
        for tag in taught:
            store.tags.set_least(tag, None, datetime.now(UTC))
            store.tags.forget_model(OWN + tag)
        if not (store.tags.forget_model(name) or taught):
            raise CommandError(f"nothing of that name was learnt: {name}")
    print(f"{name} is forgotten; stored articles are tagged without it by `fanmill retag`")  # noqa: T201
