"""Choices on rules of chrome: what an operator meant by a name, and what follows for the articles that are stored.

Learnt rules go by any beginning of their digits that only one of them has. Everything is looked up before anything is
recorded: of several names with one unknown, none is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from flows.options import CommandError
from storage.connection import StoreError
from storage.intents import ChromeRow
from storage.store import Store

Choice = Literal["keep", "cut", "forget"]

PREFIX = "learnt."
FEWEST = 4  # hex digits that name a learnt rule without its prefix
SHAPES = ("shape.edge", "shape.lane", "shape.links", "shape.stray")  # of the code and no file, and can be chosen
FIXED = (  # and those that cannot: they take what stands elsewhere in the row already, or hangs on another cut
    "head.above-title",
    "head.byline",
    "head.title",
    "link.listing",
    "link.related",
    "link.see-also",
    "tail.fragment",
    "tail.heading",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """The ids of the rules in our files and the operator's: those that can be chosen, and all of them."""

    free: frozenset[str]
    every: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an operator asks for: names under each choice, for one feed or for all (None)."""

    names: Mapping[Choice, Sequence[str]]
    feed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice that was recorded. `sample` is what the rule cuts.

    `still` says where another choice on the rule holds after one was taken back: feeds, or "" for all.
    """

    rule: str
    choice: Choice
    feed: str | None = None
    sample: str = ""
    still: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was chosen, and by feed how many stored articles are to be cleaned again.

    `lost` are further ones that would have to be: they stay as they are, since there is no raw input of them.
    """

    chosen: tuple[Chosen, ...]
    concerned: dict[str, int]
    lost: dict[str, int] = field(default_factory=dict)


def read_shipped(config: Path | None) -> Shipped:
    """The rules of the configuration. Raises `ConfigError`."""
    from config.chrome import load_chrome
    from config.load import find_folder

    chrome = load_chrome(find_folder(config))
    read = {f"element.{one.id}" for one in chrome.elements.values() if not one.silent}
    unread = {f"element.{one.id}" for one in chrome.elements.values() if one.silent}  # what is not read is not cut
    free = frozenset((*chrome.blocks, *read, *SHAPES))
    return Shipped(free=free, every=free | unread | {f"panel.{name}" for name in chrome.panels} | set(FIXED))


def decide(store: Store, shipped: Shipped, asked: Asked, now: datetime) -> Told:
    """Record choices, all of them or none, and tell what follows. Raises `CommandError`."""
    check(store, asked.feed)
    rows = store.chrome(asked.feed or "")
    chosen = resolved(asked, rows, shipped, store.choices())
    for choice in asked.names:
        rules = [rule for rule, said in chosen.items() if said == choice]
        unknown = store.choose(rules, choice, asked.feed, now, shipped=shipped.free) if rules else []
        if unknown:
            raise CommandError(unheard_of(unknown[0], asked.feed))
    samples = {row.rule: row.sample for row in rows}
    left, concern = store.choices(), store.concern()
    told = [
        Chosen(
            rule=rule,
            choice=choice,
            feed=asked.feed,
            sample=samples.get(rule, ""),
            still=still(left.get(rule, ()), asked.feed) if choice == "forget" else (),
        )
        for rule, choice in chosen.items()
    ]
    return Told(
        chosen=tuple(told),
        concerned={one.feed: one.articles - one.lost for one in concern if one.articles > one.lost},
        lost={one.feed: one.lost for one in concern if one.lost},
    )


def still(left: Sequence[str], feed: str | None) -> tuple[str, ...]:
    """Where a choice on a rule holds after one was taken back for a feed: for all; or for all: in some feeds."""
    return tuple(slug for slug in left if feed is None or not slug)


def check(store: Store, feed: str | None) -> None:
    """Raise `CommandError` for a feed that the database does not know."""
    from storage import choices  # takes 0.1 s to import; a search should not wait for it

    try:
        choices.find(store.connection, feed)
    except StoreError:
        raise CommandError(
            f"no feed is called {feed!r}, or no run has met it so far; `fanmill feeds` lists them"
        ) from None


def resolved(
    asked: Asked, rows: Sequence[ChromeRow], shipped: Shipped, choices: Mapping[str, Sequence[str]]
) -> dict[str, Choice]:
    """The whole ids of what was asked for, each with its choice. Raises `CommandError` for the first fault."""
    blocks = {row.rule for row in rows if row.rule.startswith(PREFIX)}
    decided = {row.rule for row in rows if row.choice}
    known = Shipped(free=shipped.free | (decided - blocks), every=shipped.every | ({row.rule for row in rows} - blocks))
    chosen: dict[str, Choice] = {}
    for choice, names in asked.names.items():
        for name in names:
            rule = find(name, sorted(blocks), known, asked.feed)
            if choice == "forget":
                check_choice(name, choices.get(rule, ()), asked.feed)
            if chosen.setdefault(rule, choice) != choice:
                raise CommandError(f"{name} cannot have both, --{chosen[rule]} and --{choice}")
    return chosen


def check_choice(name: str, slugs: Sequence[str], feed: str | None) -> None:
    """Raise `CommandError` unless something was chosen of a rule: of one feed, in that very feed."""
    if feed is not None and slugs and feed not in slugs:
        others = ", ".join(slug or "all feeds" for slug in slugs[:3])
        raise CommandError(f"nothing was chosen of {name} in {feed} itself, but for {others}")
    if not slugs:
        raise CommandError(f"nothing was chosen of {name}; `fanmill chrome` lists choices as kept or cut")


def find(name: str, learnt: Sequence[str], shipped: Shipped, feed: str | None) -> str:
    """The rule that a name stands for. Raises `CommandError` when it is none, several, or not to be chosen."""
    if name in shipped.free:
        return name
    if name in shipped.every:
        raise CommandError(f"{name} cannot be chosen; rules of blocks, elements and shapes can, and learnt ones")
    digits = name.removeprefix(PREFIX)
    enough = digits and (name != digits or len(digits) >= FEWEST)
    found = [rule for rule in learnt if rule.startswith(PREFIX + digits)] if enough else []
    if not found:
        raise CommandError(unheard_of(name, feed))
    if len(found) > 1:
        raise CommandError(f"{name} is how {len(found)} rules begin: {', '.join(found[:3])}; give more of one")
    return found[0]


def unheard_of(rule: str, feed: str | None) -> str:
    """What to say of a rule that is none."""
    where = f" in {feed}" if feed else ""
    return f"no rule is called {rule!r}{where}; `fanmill chrome --all` lists them"
