"""By which rules of its own a feed's articles are cleaned, and by which those it has were.

A block that was learnt cuts. One that has faded cuts no new article, but those that were first seen while the feed had
it. What somebody chose comes before both, for one feed before for all.

`feed_rules.rules` spells out what holds now, `cleaned_by` what held when the stored articles were cleaned:

    learnt.<hex>   a block that is cut
    past.<hex>     a faded one
    keep.<rule>    a rule that does not cut

They are equal as long as all is clean. Rules change by `shift` alone, in the transaction of what changed them, so that
a run that is killed before the articles are cleaned again leaves that to the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.marks import name, read_name
from extractors.model import Learnt
from storage.connection import StoreError
from storage.intents import Source
from storage.traces import containers

KEEP, PAST = "keep.", "past."
MIXED = "mixed"  # in `cleaned_by`: some articles were cleaned by rules between those and the ones of now

LEARNT = "SELECT hash, state, last_seen_at FROM learnt WHERE feed_id = ? ORDER BY hash"
CHOICES = """SELECT rule, choice FROM chrome_choices WHERE feed_id IS NULL OR feed_id = ?
ORDER BY feed_id IS NOT NULL"""
FEEDS = """SELECT id, slug, url, title, language, category_trust FROM feeds
WHERE :every OR slug IN (SELECT value FROM json_each(:slugs)) ORDER BY slug"""
STATE = "SELECT rules, cleaned_by, fresh FROM feed_rules WHERE feed_id = ?"
SHIFT = """INSERT INTO feed_rules(feed_id, rules, cleaned_by) VALUES (:feed, :rules, :cleaned_by)
ON CONFLICT(feed_id) DO UPDATE SET rules = :rules, cleaned_by = :cleaned_by
WHERE rules <> :rules OR cleaned_by <> :cleaned_by"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for a feed: hashes of blocks that cut, ids of rules that do not; faded hashes with their times."""

    blocks: frozenset[int] = frozenset()
    kept: frozenset[str] = frozenset()
    past: tuple[tuple[int, str], ...] = ()

    def spelled(self) -> str:
        """One rule a line, in order."""
        past = [PAST + name(block) for block, _ in self.past]
        return "\n".join(sorted([*map(name, self.blocks), *past, *(KEEP + rule for rule in self.kept)]))


def in_force(connection: sqlite3.Connection, feed_id: int) -> Rules:
    """The rules of now."""
    chosen: dict[str, str] = dict(connection.execute(CHOICES, (feed_id,)).fetchall())
    rows = connection.execute(LEARNT, (feed_id,)).fetchall()
    open_to = [row for row in rows if name(row[0]) not in chosen] if chosen else rows
    cut = {block for rule, choice in chosen.items() if choice == "cut" and (block := read_name(rule)) is not None}
    return Rules(
        blocks=frozenset(cut | {block for block, state, _ in open_to if state == "learnt"}),
        kept=frozenset(rule for rule, choice in chosen.items() if choice == "keep"),
        past=tuple((block, last) for block, state, last in open_to if state == "faded"),
    )


def sources(connection: sqlite3.Connection, slugs: Sequence[str] = ()) -> tuple[Source, ...]:
    """The feeds, or those of `slugs`, by name. Raises `StoreError` when there is no such feed."""
    rows = connection.execute(FEEDS, {"every": not slugs, "slugs": json.dumps(list(slugs))}).fetchall()
    missing = sorted(set(slugs) - {row[1] for row in rows})
    if missing:
        raise StoreError(f"there is no feed {missing[0]!r}; `fanmill feeds` lists them")
    return tuple(source(connection, row) for row in rows)


def source(connection: sqlite3.Connection, row: tuple[int, str, str, str, str | None, float]) -> Source:
    """A feed with its rules, from its id, slug, url, title, language and the trust in its categories."""
    feed_id, slug, url, title, language, trust = row
    rules = in_force(connection, feed_id)
    return Source(
        id=feed_id,
        slug=slug,
        url=url,
        title=title,
        language=language,
        trust=trust,
        learnt=Learnt(blocks=rules.blocks, kept=rules.kept, containers=containers(connection, feed_id)),
        past=rules.past,
        rules=rules.spelled(),
    )


def shift(connection: sqlite3.Connection, feed_id: int, before: Rules, after: Rules) -> None:
    """Note that a feed's rules changed. Call it before `fresh` is taken back, even when they are the same.

    Articles that came while others were still to be cleaned by changed rules were cleaned by neither: of them all, only
    what both sets have in common is sure to be cut, and what either has to be kept.
    """
    row = connection.execute(STATE, (feed_id,)).fetchone()
    rules, cleaned_by, fresh = row or ("", "", 0)
    if rules == cleaned_by:
        cleaned_by = before.spelled()
    elif fresh:
        cleaned_by = mixed(set(cleaned_by.splitlines()), set(before.spelled().splitlines()))
    values = {"feed": feed_id, "rules": after.spelled(), "cleaned_by": cleaned_by}
    if row or values["rules"] != cleaned_by:
        connection.execute(SHIFT, values)


def mixed(one: set[str], other: set[str]) -> str:
    """What all articles have in common of which some were cleaned by `one` set of rules, some by the other."""
    if one == other:
        return "\n".join(sorted(one))
    return "\n".join(sorted({MIXED, *(one & other), *(rule for rule in one | other if rule.startswith(KEEP))}))


def mingle(connection: sqlite3.Connection, feed_id: int, rules: str) -> None:
    """Note that some of a feed's stored articles were cleaned by these rules, while others are still to be.

    Or they are not the rules of now: somebody chose while the articles were at work, and may have unchosen since.
    """
    row = connection.execute(STATE, (feed_id,)).fetchone()
    now, cleaned_by, _ = row or (*[in_force(connection, feed_id).spelled()] * 2, 0)
    if now != cleaned_by or rules != now:
        cleaned_by = mixed(set(cleaned_by.splitlines()), set(rules.splitlines()))
        connection.execute(SHIFT, {"feed": feed_id, "rules": now, "cleaned_by": cleaned_by})


def arrived(connection: sqlite3.Connection, feed_id: int, rules: str) -> None:
    """Note that articles came which were cleaned by these rules: nothing as long as they are those of now."""
    if rules != in_force(connection, feed_id).spelled():
        mingle(connection, feed_id, rules)


def settle(connection: sqlite3.Connection, feed_id: int, rules: str) -> None:
    """Note that a feed's stored articles are cleaned by these rules, as `Source.rules` spells them.

    When they have changed meanwhile, the articles are to be cleaned once more.
    """
    now, cleaned_by, _ = connection.execute(STATE, (feed_id,)).fetchone() or (rules, rules, 0)
    if now == cleaned_by:
        return
    cleaned_by = rules if now == rules else mixed(set(cleaned_by.splitlines()), set(rules.splitlines()))
    connection.execute(SHIFT, {"feed": feed_id, "rules": now, "cleaned_by": cleaned_by})
