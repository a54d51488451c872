"""What somebody decides of rules of chrome, for good: a choice comes before what was learnt or shipped.

    keep     the rule does not cut; of a learnt block, never again
    cut      a block is cut from now on, learnt or not; a shipped rule that was kept cuts again
    forget   there is no choice

A choice is for one feed, or for all; a feed's own comes before that for all. The stored articles follow when they are
cleaned again (`storage.recleaning`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.marks import read_name
from storage.connection import StoreError, write_tx
from storage.rows import iso, scrub
from storage.rulebook import in_force, shift
from storage.teaching import remembered, samples

Choice = Literal["keep", "cut", "forget"]

FEED = "SELECT id FROM feeds WHERE slug = ?"
FEEDS = "SELECT id FROM feeds WHERE :feed IS NULL OR id = :feed ORDER BY id"
MARKED = "SELECT DISTINCT feed_id FROM article_marks WHERE :feed IS NULL OR feed_id = :feed ORDER BY feed_id"
MET = """SELECT EXISTS (SELECT 1 FROM cuts WHERE rule = :rule)
    OR EXISTS (SELECT 1 FROM learnt WHERE hash = :hash) OR EXISTS (SELECT 1 FROM chrome_choices WHERE rule = :rule)"""
SAMPLE = """SELECT sample FROM learnt WHERE hash = :hash AND sample <> ''
UNION ALL SELECT sample FROM chrome_choices WHERE rule = :rule AND sample <> '' LIMIT 1"""
CUT = "SELECT text FROM cuts WHERE rule = ? ORDER BY id DESC LIMIT 1"
FORGET = "DELETE FROM chrome_choices WHERE rule = :rule AND feed_id IS :feed"
FOR_ALL = "SELECT 1 FROM chrome_choices WHERE rule = ? AND feed_id IS NULL AND choice = 'keep'"
STANDING = """SELECT c.rule, coalesce(f.slug, '') FROM chrome_choices AS c LEFT JOIN feeds AS f ON f.id = c.feed_id
ORDER BY 1, 2"""
CHOOSE = """INSERT INTO chrome_choices(feed_id, rule, choice, sample, chosen_at)
VALUES (:feed, :rule, :choice, :sample, :now)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided of some rules: for the feed of that slug, or for all. `shipped` are known, cuts or not."""

    rules: Sequence[str]
    choice: Choice
    feed: str | None
    now: datetime
    shipped: Collection[str] = ()


def choose(connection: sqlite3.Connection, decision: Decision) -> list[str]:
    """Write a decision, in one transaction. Gives the rules that nobody knows; of them nothing is written.

    Raises `StoreError` when there is no such feed.
    """
    with write_tx(connection):
        feed = find(connection, decision.feed)
        said = {rule: told(connection, rule, feed) for rule in dict.fromkeys(map(scrub, decision.rules))}
        unknown = [rule for rule, sample in said.items() if sample is None and rule not in decision.shipped]
        feeds = [row[0] for row in connection.execute(FEEDS, {"feed": feed})]
        before = {one: in_force(connection, one) for one in feeds}
        for rule, sample in said.items():
            if rule not in unknown:
                decide(connection, rule, decision, {"feed": feed, "sample": sample or ""})
        for one in feeds:
            after = in_force(connection, one)
            if after != before[one]:
                shift(connection, one, before[one], after)
    return unknown


def find(connection: sqlite3.Connection, slug: str | None) -> int | None:
    """The id of a feed; None for none. Raises `StoreError` when there is no such feed."""
    if slug is None:
        return None
    row = connection.execute(FEED, (slug,)).fetchone()
    if row is None:
        raise StoreError(f"there is no feed {slug!r}; `fanmill feeds` lists them")
    return int(row[0])


def standing(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """The rules that somebody chose, each with the feeds for which: "" for all of them comes first."""
    found: dict[str, tuple[str, ...]] = {}
    for rule, slug in connection.execute(STANDING):
        found[rule] = (*found.get(rule, ()), slug)
    return found


def decide(connection: sqlite3.Connection, rule: str, decision: Decision, about: dict[str, int | str | None]) -> None:
    """Write one choice in place of a former one."""
    row = about | {"rule": rule, "choice": decision.choice, "now": iso(decision.now)}
    connection.execute(FORGET, row)
    shipped = read_name(rule) is None
    kept_for_all = about["feed"] is not None and connection.execute(FOR_ALL, (rule,)).fetchone()
    cuts_anyway = decision.choice == "cut" and shipped and not kept_for_all
    if decision.choice != "forget" and not cuts_anyway:
        connection.execute(CHOOSE, row)


def told(connection: sqlite3.Connection, rule: str, feed: int | None) -> str | None:
    """What the block of a rule says, "" for a shipped one; None for a rule that nobody knows."""
    block = read_name(rule)
    values = {"rule": rule, "hash": block}
    met = connection.execute(MET, values).fetchone()[0]
    if block is None:
        return "" if met else None
    row = connection.execute(SAMPLE, values).fetchone() or connection.execute(CUT, (rule,)).fetchone()
    if row:
        return str(row[0])
    sample = candidate(connection, block, feed)
    return "" if sample is None and met else sample


def candidate(connection: sqlite3.Connection, block: int, feed: int | None) -> str | None:
    """What a block says that is not learnt; None when no feed remembers it."""
    for (one,) in connection.execute(MARKED, {"feed": feed}).fetchall():
        articles = remembered(connection, one)
        found = samples(connection, [block], articles)
        if found or any(mark.hash == block for article in articles for mark in article.marks):
            return found.get(block, "")
    return None
