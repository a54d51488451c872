"""What `add`, `import` and `export` do: bring feeds into an operator's `feeds.toml`, and out of it as OPML.

A feed is known by the canonical form of its address, so that none is polled twice under two spellings; one that comes
back gets the name it had. Nothing here prints, and errors are `CommandError`s of one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.additions import add_feeds, check_slug, new_feed, new_slug, taken
from config.load import Config, find_folder, load
from config.settings import Feed
from config.taxonomy import Taxonomy
from extractors import tracking
from extractors.addresses import canonical, public
from extractors.discover import read_address
from extractors.outline import Outline, Refusal, Row
from extractors.safe import cut, line
from flows.address import host_of, split_login
from flows.discovery import Finding, Found, NoFeedError, Seeker
from flows.fetch import Fetcher
from flows.options import CommandError, find_database
from flows.workers import Workers
from storage.connection import StoreError
from storage.queries import FeedHealth, feed_health
from storage.store import Store

NOWHERE = "no folder to write to: name yours with --config or FANMILL_CONFIG; `fanmill init mill` makes one"
EXAMPLE = "news.example.org"
TITLE = 200  # characters
# What a host that has no https ends as. Not "tls": one with a bad certificate has it, and http would hide the fault.
SILENT = {"connection", "timeout"}
CURES = {"blocked_address": "; add --private when it is one of your own", "dns": "; check the spelling"}

Pauses = dict[str, tuple[datetime, int]]  # by host: until when, and the status that said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked of `add`. `every` is a duration as it is written; `all` takes every feed of a site."""

    url: str
    slug: str | None = None
    title: str | None = None
    every: str | None = None
    private: bool = False
    all: bool = False


@dataclass(slots=True, kw_only=True)
class Roster:
    """The feeds there are: of the configuration, and what the database knows of them, by slug.

    `names` are those a new feed cannot be given by hand, and `past` the slugs of feeds that once were here. `keys` and
    `former` give the slug of an address, by its canonical form: of one that is polled, of one that once was.
    """

    folder: Path
    config: Config
    database: Path
    health: dict[str, FeedHealth]
    names: set[str] = field(default_factory=set)
    past: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, config: Path | None) -> Roster:
        """Read both. Raises `CommandError` when no folder is the operator's own, `ConfigError` for faulty files."""
        folder = find_folder(config)
        if folder is None:
            raise CommandError(NOWHERE)
        database = find_database(folder, None)
        roster = cls(folder=folder, config=load(folder), database=database, health=known(database))
        tracking.use(roster.config.tracking)
        roster.names = taken(folder)
        roster.past = roster.health.keys() - roster.names
        roster.former = {canonical(roster.health[slug].url): slug for slug in roster.past}
        for slug, feed in roster.config.feeds.items():
            moved = roster.health[slug].redirected_to if slug in roster.health else None
            roster.keys |= {canonical(url): slug for url in (feed.url, moved) if url}
        return roster

    def refuse_known(self, url: str) -> None:
        """Raise `CommandError` when an address is polled already, with the cure when it rests."""
        slug = self.keys.get(canonical(url))
        if slug is None:
            return
        state = self.health[slug].state if slug in self.health else ""
        cure = f"; it is {state}, `fanmill resume {slug}` has it polled again" if state in {"paused", "retired"} else ""
        if not self.config.feeds[slug].enabled:
            cure = "; it is switched off there, take out its `enabled = false`"
        raise CommandError(f"this feed is in your configuration already, as {slug}{cure}")

    def name(self, title: str, url: str) -> str:
        """A name for a new feed: the one it had before, when it comes back, else a free one."""
        before = self.former.get(canonical(public(url)))
        return before if before and before not in self.names else new_slug(title, url, self.is_taken)

    def is_taken(self, slug: str) -> bool:
        """Whether a name is another feed's, or was."""
        return slug in self.names or slug in self.past

    def enter(self, feed: Feed) -> None:
        """Take a new feed's name and address."""
        self.names.add(feed.slug)
        self.keys[canonical(feed.url)] = feed.slug


def known(database: Path) -> dict[str, FeedHealth]:
    """What the database says of each feed; nothing when there is none that can be read."""
    with suppress(StoreError), Store.open(database, write=False) as store:
        return {row.slug: row for row in feed_health(store.connection)}
    return {}


def check(roster: Roster, wish: Wish) -> str:
    """The address to ask. Raises `CommandError` for what cannot be, before anything is asked."""
    if not wish.url.strip():
        raise CommandError(f"an address is wanted, such as {EXAMPLE}")
    try:
        address = read_address(wish.url, guess=True)
    except ValueError as error:
        raise CommandError(f"{cut(line(public(wish.url)), TITLE)} {error}") from None
    roster.refuse_known(address)
    if wish.all and (wish.slug or wish.title):
        raise CommandError("--slug and --title name one feed; leave --all out")
    if wish.slug in roster.names:
        raise CommandError(f"--slug: there is a feed called {wish.slug} already; `fanmill feeds` lists them")
    try:
        described(address, wish, wish.slug or "feed")
    except ValueError as error:
        raise CommandError(f"--{error}") from None
    return address


def described(url: str, wish: Wish, slug: str, title: str = "") -> Feed:
    """A feed as it was wished for. Raises `ValueError`: key, colon, what is wrong."""
    table: dict[str, Any] = {"every": wish.every} if wish.every else {}
    table |= {"allow_private": True} if wish.private else {}
    return new_feed(slug, url=url, title=cut(line(wish.title or title), TITLE), **table)


async def sought(roster: Roster, address: str, wish: Wish, *, dry_run: bool = False) -> Finding:
    """What is found at an address. Raises `CommandError`. Pauses that hosts ask for are heeded, and remembered."""
    pauses: dict[str, datetime] = {}
    with suppress(StoreError), Store.open(roster.database, write=False) as store:
        pauses = store.pauses(datetime.now(UTC))
    with Workers(1) as workers:
        async with Fetcher(roster.config.settings, pauses) as fetcher:
            try:
                return await Seeker(fetcher, workers, private=wish.private).seek(address, every=wish.all)
            except NoFeedError as error:
                raise CommandError(f"{error}{cure(error.kind, address, wish, fetcher.paused())}") from None
            finally:
                if not dry_run:
                    remember(roster.database, fetcher.paused())


def cure(kind: str, address: str, wish: Wish, paused: Pauses) -> str:
    """What may help when nothing was found, as the end of a sentence; "" when nothing is known."""
    if paused:
        return "".join(f"; {rest(host, until, address)}" for host, (until, _) in sorted(paused.items()))
    if kind == "dns" and "." not in host_of(address):
        return f"; check the spelling: an address is wanted, such as {EXAMPLE}"
    if kind in SILENT and address.startswith("https:") and "https:" not in wish.url.lower():
        return "; write http://… if it has no https"
    return CURES.get(kind, "")


def rest(host: str, until: datetime, address: str) -> str:
    """What to say of a host that asked for a pause."""
    who = "it" if host == urlsplit(address).hostname else host
    return f"{who} wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"


def remember(database: Path, paused: Pauses) -> None:
    """Have later runs heed the pauses that hosts asked for, when there is a database to write them down in."""
    if paused and database.exists():
        with suppress(StoreError), Store.open(database) as store:
            store.pause_hosts(paused, datetime.now(UTC))


def chosen(roster: Roster, finding: Finding, wish: Wish) -> list[tuple[Feed, Found]]:
    """The feeds to add, each with what was found. Raises `CommandError` when all of them are polled already."""
    pairs: list[tuple[Feed, Found]] = []
    for found in finding.found:
        if canonical(found.url) in roster.keys:
            continue
        slug = wish.slug or roster.name(wish.title or found.parsed.title, found.url)
        try:
            feed = described(found.url, wish, slug, found.parsed.title)
        except ValueError as error:
            raise CommandError(f"this feed cannot be written down: {error}") from None
        roster.enter(feed)
        pairs.append((feed, found))
    if not pairs:
        roster.refuse_known(finding.found[0].url)
    return pairs


def write(roster: Roster, feeds: list[Feed], *, dry_run: bool) -> None:
    """Add feeds to the operator's file, unless there are none or nothing is to change. Raises `ConfigError`."""
    if feeds and not dry_run:
        add_feeds(roster.folder, feeds)


def imported(roster: Roster, outline: Outline) -> tuple[list[Feed], list[Refusal]]:
    """The feeds of a list that are new, and all rows that were refused, in the order of the list."""
    tags, feeds, refusals = tag_names(roster.config.taxonomy), [], list(outline.refusals)
    for row in outline.rows:
        try:
            feed = taken_in(roster, row, tags)
        except ValueError as error:
            refusals.append(Refusal(number=row.number, name=row.title, fault=str(error)))
            continue
        roster.enter(feed)
        feeds.append(feed)
    return feeds, sorted(refusals, key=lambda refusal: refusal.number)


def taken_in(roster: Roster, row: Row, tags: dict[str, str]) -> Feed:
    """A row as a feed. Raises `ValueError` with the reason when it is not to be one."""
    slug = roster.keys.get(canonical(row.url))
    if slug:
        raise ValueError(f"is there already, as {slug}")
    free = check_slug(row.slug) and not roster.is_taken(row.slug)
    labels = [tags[label.lower()] for label in row.labels if label.lower() in tags]
    return new_feed(
        row.slug if free else roster.name(row.title, row.url),
        url=row.url,
        title=row.title,
        tags=tuple(dict.fromkeys(labels)),
    )


def tag_names(taxonomy: Taxonomy) -> dict[str, str]:
    """The ids of the tags that an article can have, by id and by name in small letters."""
    tags = [tag for tag in taxonomy.tags.values() if tag.kind != "group"]
    return {tag.name.lower(): tag.id for tag in tags} | {tag.id: tag.id for tag in tags}


def exported(feeds: Iterable[Feed], health: dict[str, FeedHealth]) -> tuple[list[Row], list[str]]:
    """The feeds that are switched on as rows of a list, and what of them was left out or should be known."""
    rows, remarks = [], []
    for number, feed in enumerate((feed for feed in feeds if feed.enabled), 1):
        url, login = split_login(feed.url)
        row = health.get(feed.slug)
        if login:
            remarks.append(f"{feed.slug}: the login in its address was left out")
        if public(url) != url:
            remarks.append(f"{feed.slug}: its address holds a secret, and so does the list")
        title = feed.title or (row.title if row else "")
        site = row.site_url if row else None
        rows.append(Row(number=number, url=url, title=title, site_url=site, slug=feed.slug, labels=feed.tags))
    return rows, remarks
