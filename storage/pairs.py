"""What somebody decided about two articles: that they are one, or never; that they tell one story, or never.

A decision is a row of `pair_choices`, the lower number first. It outlives every cleaning, placing and relating, and is
in force whenever an article is placed. When an article is deleted, one of its copies inherits what was decided of it.
Of two decisions about a pair the later holds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.rows import iso

SAID = "somebody said so"  # the evidence of what was chosen

About = Literal["copy", "story"]

OF = """SELECT other_id, together FROM pair_choices WHERE article_id = :article AND about = :about
UNION ALL SELECT article_id, together FROM pair_choices WHERE other_id = :article AND about = :about ORDER BY 1"""
# Of three that are one, two may never have been named together; and what is apart from one is apart from all.
FOLLOWS = """WITH RECURSIVE said(one, other, together) AS NOT MATERIALIZED (
    SELECT article_id, other_id, together FROM pair_choices WHERE about = :about
    UNION ALL SELECT other_id, article_id, together FROM pair_choices WHERE about = :about),
mine(id) AS (SELECT :article UNION SELECT s.other FROM mine JOIN said AS s ON s.one = mine.id WHERE s.together),
away(id) AS (SELECT s.other FROM mine JOIN said AS s ON s.one = mine.id WHERE NOT s.together
    UNION SELECT s.other FROM away JOIN said AS s ON s.one = away.id WHERE s.together)
SELECT id, 1 FROM mine WHERE id <> :article UNION ALL SELECT id, 0 FROM away ORDER BY 1"""
DECIDE = """INSERT INTO pair_choices(article_id, other_id, about, together, chosen_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT(article_id, other_id, about) DO UPDATE SET together = excluded.together, chosen_at = excluded.chosen_at"""
UNDECIDE = """DELETE FROM pair_choices WHERE about = :about AND together = :together AND (
    (article_id IN (SELECT value FROM json_each(:ones)) AND other_id IN (SELECT value FROM json_each(:others)))
    OR (other_id IN (SELECT value FROM json_each(:ones)) AND article_id IN (SELECT value FROM json_each(:others))))"""

INHERIT = """INSERT INTO pair_choices(article_id, other_id, about, together, chosen_at)
SELECT min(:heir, other), max(:heir, other), about, together, chosen_at FROM (
    SELECT iif(article_id = :article, other_id, article_id) AS other, about, together, chosen_at FROM pair_choices
    WHERE article_id = :article OR other_id = :article)
WHERE other <> :heir ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The articles that are never put together with one, and those that always are."""

    apart: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()


def of(connection: sqlite3.Connection, article: int, about: About) -> Chosen:
    """What somebody decided about an article and others."""
    rows = connection.execute(OF, {"article": article, "about": about}).fetchall()
    return Chosen(
        apart=tuple(other for other, together in rows if not together),
        beside=tuple(other for other, together in rows if together),
    )


def following(connection: sqlite3.Connection, article: int, about: About) -> Chosen:
    """What follows from all that somebody decided, for an article: through others too."""
    said = of(connection, article, about)
    if not said.apart and not said.beside:
        return said
    rows = connection.execute(FOLLOWS, {"article": article, "about": about}).fetchall()
    return Chosen(
        apart=tuple(other for other, together in rows if not together),
        beside=(*said.beside, *(other for other, together in rows if together and other not in said.beside)),
    )


def hand_down(connection: sqlite3.Connection, article: int, heir: int) -> None:
    """Let an article that stays inherit what was decided of one that is about to be deleted."""
    asked = {"article": article, "heir": heir}
    connection.execute(INHERIT, asked)


def separate(connection: sqlite3.Connection, article: int, others: Iterable[int], about: About, at: datetime) -> None:
    """Remember that an article belongs with none of some others."""
    rows = [(*sorted((article, other)), about, 0, iso(at)) for other in sorted(set(others) - {article})]
    connection.executemany(DECIDE, rows)


def unite(
    connection: sqlite3.Connection, ones: Sequence[int], others: Sequence[int], about: About, at: datetime
) -> None:
    """Remember that two sets of articles are one: their first ones belong together, and no pair of them is apart."""
    asked = {"about": about, "together": 0, "ones": json.dumps(ones), "others": json.dumps(others)}
    connection.execute(UNDECIDE, asked)
    connection.execute(DECIDE, (*sorted((ones[0], others[0])), about, 1, iso(at)))
