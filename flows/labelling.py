"""`fanmill tag`, both ways: a filter without an article, somebody's word on an article's tags with one.

    fanmill tag < articles.jsonl                     JSON lines in, tags with evidence out; no database
    fanmill tag --model topics.json < articles.jsonl the same, with what a model from `fanmill train --out` says
    fanmill tag 7                                    the tags of article 7, and what was said of them
    fanmill tag 7 +ai-policy -funding                it has the one and not the other, for good

What is said of an article is worked out in `flows.correcting`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import CommandError, Config, Database, Json, faults, find_database, spell

if TYPE_CHECKING:
    from flows.correcting import Told

OPTIONS = {"ignore_unknown_options": True}  # "-funding" is a word, and no option
ARTICLE = "The article's number or address; without one, articles come as JSON lines on standard input"
WORDS = "+TAG where the article has it, -TAG where it has not; TAG is an id or name"

Article = Annotated[str | None, typer.Argument(help=ARTICLE)]
Words = Annotated[list[str] | None, typer.Argument(metavar="[+TAG] [-TAG]", help=WORDS)]
Forget = Annotated[list[str] | None, typer.Option("--forget", metavar="TAG", help="Take back what was said of it")]
ModelFile = Annotated[Path | None, typer.Option("--model", help="Filter: a model that `fanmill train --out` wrote")]


def tag(  # noqa: PLR0913 - each is an option
    article: Article = None,
    words: Words = None,
    *,
    forget: Forget = None,
    model: ModelFile = None,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Filter: articles as JSON lines in, tags with evidence out. With an article: say which tags it has, or has not."""
    if article is None:
        if forget:
            raise CommandError("--forget needs an article; write for example: fanmill tag 7 --forget funding")
        raise typer.Exit(filter_tags(config, model))
    if model:
        raise CommandError("--model is for the filter; a database has its models from `fanmill train`")
    told = corrected(article, words or [], forget or [], (config, db))
    if as_json:
        from flows.reading import say

        return say(told)
    from flows.screens import console, tags_screen

    return console().print(tags_screen(told.shown, told.said))


def filter_tags(config: Path | None, model: Path | None) -> int:
    """Tag what comes on standard input; gives the exit code."""
    from config.load import find_folder
    from config.taxonomy import load_taxonomy
    from flows import filters
    from flows.labelled import read_model

    work = filters.tagger(load_taxonomy(find_folder(config)), read_model(model) if model else None)
    return filters.write(filters.each(work, filters.lines(sys.stdin.buffer)))


def corrected(article: str, words: list[str], forget: list[str], where: tuple[Path | None, Path | None]) -> Told:
    """What was said of an article's tags, recorded; with nothing to record, what there is."""
    from config.load import find_folder, load
    from flows.correcting import Told, correct, read_words
    from flows.reading import looked_up
    from storage.store import Store

    said = read_words(words, forget)
    folder, path = where[0], find_database(*where)
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    spell(folder)
    with faults(), Store.open(path, write=bool(said)) as store:
        if not said:
            return Told(shown=looked_up(store, article, store.article), said={})
        return correct(store, load(find_folder(folder)), article, said, datetime.now(UTC))
