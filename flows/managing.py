"""The commands that change which feeds are polled: `add`, `import`, `export`, `pause`, `resume`, `retire`.

`add` and `import` write tables into the operator's own `feeds.toml` and nowhere else (see `flows.subscribing`); the
last three say in the database that a feed rests. None imports Prefect, and only `add` uses the network.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.options import PARTIAL, CommandError, Config, Database, Dry, Json, faults, find_database

if TYPE_CHECKING:
    from config.settings import Feed
    from extractors.outline import Refusal
    from flows.discovery import Finding, Found

Slugs = Annotated[list[str], typer.Argument(help="Names of feeds, as `fanmill feeds` shows them")]
Mark = Literal["pause", "resume", "retire"]
MARKED = {
    "pause": "{0} is paused; `fanmill resume {0}` has it polled again",
    "resume": "{0} is polled again, at the next run",
    "retire": "{0} is retired, what it gave stays; `fanmill resume {0}` has it polled again",
}


def add(  # noqa: PLR0913 - each is an option
    url: Annotated[str, typer.Argument(help="A feed, or a site that has one")],
    *,
    slug: Annotated[str | None, typer.Option(help="Its name in rows and commands; from its title if left out")] = None,
    title: Annotated[str | None, typer.Option(help="What to call it; its own title if left out")] = None,
    every: Annotated[str | None, typer.Option(help="Ask about this often: 30m, 6h, 7d")] = None,
    private: Annotated[bool, typer.Option("--private", help="It may lie on a private or loopback address")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Add all feeds of the site, not only the first")] = False,
    config: Config = None,
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Add a feed, or the feed of a site, to your feeds.toml."""
    from flows import subscribing

    roster = subscribing.Roster.open(config)
    wish = subscribing.Wish(url=url, slug=slug, title=title, every=every, private=private, all=all_)
    address = subscribing.check(roster, wish)
    finding = asyncio.run(subscribing.sought(roster, address, wish, dry_run=dry_run))
    pairs = subscribing.chosen(roster, finding, wish)
    subscribing.write(roster, [feed for feed, _ in pairs], dry_run=dry_run)
    rest = {feed.slug: roster.health[feed.slug].state for feed, _ in pairs if feed.slug in roster.health}
    if as_json:
        print(json.dumps(report(pairs, finding, dry_run=dry_run), ensure_ascii=False, indent=1))  # noqa: T201
    else:
        print("\n".join([*told(pairs, finding, dry_run=dry_run), next_step(pairs, rest, config)]))  # noqa: T201


def told(pairs: list[tuple[Feed, Found]], finding: Finding, *, dry_run: bool) -> list[str]:
    """What was added, for a person."""
    from extractors.addresses import public
    from flows.screens import flat

    lines = []
    for feed, found in pairs:
        count = len(found.parsed.entries)
        lines.append(
            f"{'would add' if dry_run else 'added'} {feed.slug}: {flat(feed.title) or 'a feed without a title'}"
        )
        lines.append(f"  {flat(public(feed.url))}, {count or 'no'} entr{'y' if count == 1 else 'ies'}")
    lines += [
        f"  the page also names {flat(public(other.url))} {flat(other.title)}".rstrip() for other in finding.others
    ]
    return lines


def next_step(pairs: list[tuple[Feed, Found]], states: dict[str, str], config: Path | None) -> str:
    """The command to go on with; `states` are those of feeds that were here before."""
    folder = f" --config {config}" if config else ""
    resting = [feed.slug for feed, _ in pairs if states.get(feed.slug) in {"paused", "retired"}]
    if resting:
        return f"it was {states[resting[0]]} when it was here before; next: fanmill resume{folder} {' '.join(resting)}"
    return f"next: fanmill run{folder} {' '.join(f'--feed {feed.slug}' for feed, _ in pairs)}"


def report(pairs: list[tuple[Feed, Found]], finding: Finding, *, dry_run: bool) -> dict[str, object]:
    """What was added, for a program. Addresses come without logins and tokens."""
    from extractors.addresses import public

    added = [
        {
            "slug": feed.slug,
            "url": public(feed.url),
            "title": feed.title,
            "entries": len(found.parsed.entries),
            "found_by": found.source,
            "allow_private": feed.allow_private,
        }
        for feed, found in pairs
    ]
    others = [{"url": public(other.url), "title": other.title} for other in finding.others]
    return {"added": added, "others": others, "dry_run": dry_run}


def import_(
    file: Annotated[Path, typer.Argument(help="An OPML list of subscriptions")],
    *,
    config: Config = None,
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Add the feeds of an OPML file to your feeds.toml; nothing is fetched."""
    from extractors.outline import BYTES, OutlineError, read_outline
    from flows import subscribing

    roster = subscribing.Roster.open(config)
    try:
        with file.open("rb") as stream:
            outline = read_outline(stream.read(BYTES + 1))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except OutlineError as error:
        raise CommandError(f"{file}: {error}") from None
    feeds, refusals = subscribing.imported(roster, outline)
    subscribing.write(roster, feeds, dry_run=dry_run)
    tell_import(feeds, refusals, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(PARTIAL if refusals else 0)


def tell_import(feeds: list[Feed], refusals: list[Refusal], *, dry_run: bool, as_json: bool) -> None:
    """Refused rows one a line on stderr, the others on stdout."""
    from dataclasses import asdict

    from extractors.addresses import public
    from flows.screens import flat

    for refusal in refusals:
        name = f" ({flat(refusal.name)[:60]})" if refusal.name else ""
        print(f"fanmill: row {refusal.number}{name} {refusal.fault}", file=sys.stderr)  # noqa: T201
    if as_json:
        added = [{"slug": f.slug, "url": public(f.url), "title": f.title, "tags": f.tags} for f in feeds]
        rows = {"added": added, "refused": [asdict(refusal) for refusal in refusals], "dry_run": dry_run}
        print(json.dumps(rows, ensure_ascii=False, indent=1))  # noqa: T201
        return
    for feed in feeds:
        print(f"{feed.slug}  {flat(public(feed.url))}")  # noqa: T201
    print(f"{'would add' if dry_run else 'added'} {len(feeds)}, refused {len(refusals)}")  # noqa: T201


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output if left out")] = None,
    config: Config = None,
    db: Database = None,
) -> None:
    """Write the feeds that are polled as an OPML list, without logins."""
    from config.additions import put
    from config.load import find_folder, load_feeds
    from extractors.outline import write_outline
    from flows.subscribing import exported, known

    rows, remarks = exported(load_feeds(find_folder(config)).values(), known(find_database(config, db)))
    data = write_outline(rows, "Feeds of fanmill").encode()
    if file is None:
        sys.stdout.buffer.write(data)
    else:
        check_target(file)
        put(file, data)
    for remark in remarks:
        print(f"fanmill: {remark}", file=sys.stderr)  # noqa: T201


def check_target(file: Path) -> None:
    """Raise `CommandError` for a file that is there and is no list: it is somebody's."""
    from extractors.outline import OutlineError, read_outline

    if not file.exists():
        return
    if not file.is_file():
        raise CommandError(f"{file} is no file; without a name the list goes to standard output")
    try:
        read_outline(file.read_bytes())
    except (OSError, OutlineError):
        raise CommandError(f"{file} is there already and is no OPML list; name another file") from None


def pause(slugs: Slugs, config: Config = None, db: Database = None) -> None:
    """Do not poll these feeds until they are resumed."""
    mark(slugs, "pause", config, db)


def resume(slugs: Slugs, config: Config = None, db: Database = None) -> None:
    """Poll feeds again that were paused or retired."""
    mark(slugs, "resume", config, db)


def retire(slugs: Slugs, config: Config = None, db: Database = None) -> None:
    """Give feeds up; what they gave stays."""
    mark(slugs, "retire", config, db)


def mark(slugs: list[str], word: Mark, config: Path | None, db: Path | None) -> None:
    """Mark all of these feeds, or none when one is unknown. Raises `CommandError`."""
    from config.load import find_folder, load_feeds
    from flows.subscribing import known
    from storage.store import Store

    feeds, path, now = load_feeds(find_folder(config)), find_database(config, db), datetime.now(UTC)
    unknown = [slug for slug in slugs if slug not in feeds and slug not in known(path)]
    if unknown:
        raise CommandError(f"no feed is called {unknown[0]!r}; `fanmill feeds` lists them")
    with faults(), Store.open(path) as store:
        store.sync_feeds(list(feeds.values()), now)
        for slug in dict.fromkeys(slugs):
            store.mark(slug, word, now)
            print(note(slug, word, feeds))  # noqa: T201


def note(slug: str, word: Mark, feeds: dict[str, Feed]) -> str:
    """What a mark means for a feed."""
    if word == "resume" and slug not in feeds:
        return f"{slug} is resumed, but in no feeds.toml any more, so it is not polled; `fanmill add` puts it there"
    if word == "resume" and not feeds[slug].enabled:
        return f"{slug} is resumed, but switched off in feeds.toml; take out its `enabled = false`"
    return MARKED[word].format(slug)
