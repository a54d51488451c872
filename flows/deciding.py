"""`fanmill split` and `fanmill join`: somebody's word on whether two articles are one, or tell one story.

    fanmill split 7               article 7 is no copy of those it was put together with
    fanmill split 7 --story       it does not belong to the story it was put into
    fanmill join 7 12             7 and 12 are one article, with all the copies of either
    fanmill join 7 12 --story     they tell one story

What is said holds for good: every later run, `reprocess` and `regroup` keep to it. Of two words on the same pair the
later counts, so that each command takes back the other.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.lock import LockedError, hold
from flows.options import CommandError, Config, Database, Json, faults, find_database, spell
from flows.reading import numbered
from storage.store import Store

First = Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's number or address")]
Second = Annotated[str, typer.Argument(metavar="OTHER", help="The number or address of the other")]
About = Annotated[bool, typer.Option("--story", help="Speak of stories instead of copies")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was said, and of which articles: `about` is copy or story, `together` whether they are."""

    article: int
    others: tuple[int, ...]
    about: str
    together: bool

    def headline(self) -> str:
        """One line for a person."""
        named = ", ".join(str(other) for other in self.others)
        if self.about == "copy":
            return f"article {self.article} is {'the same as' if self.together else 'no longer taken for'} {named}"
        return f"article {self.article} tells {'the story of' if self.together else 'another story than'} {named}"


def split(
    article: First, *, story: About = False, config: Config = None, db: Database = None, as_json: Json = False
) -> None:
    """Take an article out of its copies, or with --story out of its story, for good."""
    path, now = database(config, db), datetime.now(UTC)
    with faults(), Store.open(path) as store:
        number = numbered(store, article)
        others = store.groups.part(number, now) if story else store.groups.split(number, now)
        if not others:
            raise CommandError(f"article {number} {'is in no story' if story else 'has no copies and is none'}")
        relate(store, config)
    say(Decided(article=number, others=others, about="story" if story else "copy", together=False), as_json=as_json)


def join(  # noqa: PLR0913 - each is an option
    article: First,
    other: Second,
    *,
    story: About = False,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Make two articles copies of one, or with --story parts of one story, for good."""
    path, now = database(config, db), datetime.now(UTC)
    with faults(), Store.open(path) as store:
        one, two = numbered(store, article), numbered(store, other)
        if one == two:
            raise CommandError(f"article {one} is named twice; name two articles")
        done = store.groups.unite(one, two, now) if story else store.groups.join(one, two, now)
        if story and not done:
            raise CommandError(f"articles {one} and {two} are copies of one article; a story counts them once")
        relate(store, config)
    say(Decided(article=one, others=(two,), about="story" if story else "copy", together=True), as_json=as_json)


def relate(store: Store, config: Path | None) -> None:
    """Find the kin of what has changed; a run that is on does it when it closes."""
    from config.load import find_folder
    from config.taxonomy import load_taxonomy
    from extractors.tagging import reporters

    with suppress(LockedError), hold(store.path):
        store.relate(reporters(load_taxonomy(find_folder(config))))


def database(config: Path | None, db: Path | None) -> Path:
    """The database that is there. Raises `CommandError`."""
    path = find_database(config, db)
    if not path.exists():
        raise CommandError(f"{path} does not exist yet; `fanmill run` makes it")
    spell(config)  # an article may be named by its address
    return path


def say(decided: Decided, *, as_json: bool) -> None:
    """Print what was decided."""
    print(json.dumps(asdict(decided)) if as_json else decided.headline())  # noqa: T201 - the terminal is this room's
