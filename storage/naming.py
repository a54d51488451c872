"""Which article a line names by its title, when no address says so: one that fits best, or none at all.

    articles.title_key   titles that are, or begin with, the line's words, behind a label or none
    articles_fts         titles with all words of one half of the line: of those the ones that were others before, and
                         those of which one word is another; for lines without an address, which says where to look

What agrees is judged by `extractors.titles`. All that agree equally well must be copies of one article. A line with an
address names no article by less than its whole title, and by one of a series none of its own site, where the address
that we do not know is that of another of the series.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from extractors import titles
from extractors.addresses import domain
from extractors.sameness import hours_between
from extractors.titles import BEST, Agreement, Title

MOST = 64  # titles that begin alike; a line that fits more names none
YEAR = 24 * 366  # hours between the two articles, where the title is not the same
LAST = {False: "!", True: "\U0010ffff"}  # what sorts after all that goes on with a word, or with a letter

ORIGINAL = "coalesce(a.duplicate_of, a.id)"
BEGINS = f"""SELECT a.id, {ORIGINAL}, a.title, a.canonical_url, a.published_at
FROM json_each(:starts) AS s CROSS JOIN articles AS a ON a.title_key >= s.value AND a.title_key < s.value || :last
GROUP BY a.id LIMIT :most"""  # noqa: S608 - our own expression
HALF = f"""SELECT a.id, {ORIGINAL}, a.title, a.canonical_url, a.published_at
FROM articles_fts AS f CROSS JOIN articles AS a ON a.id = f.rowid WHERE articles_fts MATCH :half
LIMIT :most"""  # noqa: S608 - our own expression
FORMER = "SELECT DISTINCT title FROM revisions WHERE article_id = ? ORDER BY title"
TEXT = "SELECT text FROM article_texts WHERE article_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that names another article. `published_at` is that of the article it stands in."""

    title: str
    url_key: str | None
    published_at: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that a line may name."""

    id: int
    original: int
    title: str
    url_key: str
    published_at: str


def named(connection: sqlite3.Connection, line: Line, among: Collection[int] | None = None) -> int | None:
    """The original of the only article that a line names by its title, or None. `among` are the originals allowed."""
    said = titles.read(line.title)
    rows = _begins(connection, said, line)
    if len(rows) > MOST:
        return None
    found: dict[Agreement, set[int]] = {how: set() for how in BEST}
    for row in rows:
        if how := _agrees(said, line, row):
            found[how].add(row.original)
    if not (found["exact"] or found["core"] or line.url_key):
        for how, original in _by_halves(connection, said, line):
            found[how].add(original)
    best = next((found[how] for how in BEST if found[how]), set())
    fit = best if among is None else best.intersection(among)
    return next(iter(fit)) if len(fit) == 1 else None


def _begins(connection: sqlite3.Connection, said: Title, line: Line) -> list[Candidate]:
    """The articles whose titles begin with a line's."""
    starts = sorted({said.core, said.key}) if line.url_key else titles.starts(said)
    asked = {"starts": json.dumps(starts), "last": LAST[said.cut], "most": MOST + 1}
    return [Candidate(*row) for row in connection.execute(BEGINS, asked)]


def _agrees(said: Title, line: Line, row: Candidate) -> Agreement | None:
    """How a line's title agrees with an article's of now, if it may be meant at all."""
    known = titles.read(row.title)
    how = titles.agree(said, known)
    if not line.url_key:
        return how if how != "cut" or _is_near(line, row) else None
    labelled = known.label and not said.label  # such titles are not looked for
    other = titles.is_serial(said) and domain(line.url_key) == domain(row.url_key)
    return None if how == "cut" or (how == "core" and labelled) or other else how


def _by_halves(connection: sqlite3.Connection, said: Title, line: Line) -> Iterator[tuple[Agreement, int]]:
    """The articles that had a line's title before, or of which one word is another."""
    parts = [" AND ".join(f'"{word}"' for word in half) for half in titles.halves(said)]
    if not parts:
        return
    asked = {"half": f"title : ({' OR '.join(f'({part})' for part in parts)})", "most": MOST + 1}
    rows = [Candidate(*row) for row in connection.execute(HALF, asked)]
    for row in rows if len(rows) <= MOST else ():
        known = titles.read(row.title)
        if not _is_near(line, row) or not titles.has_half(said, known):
            continue
        former = (titles.agree(said, titles.read(title)) for (title,) in connection.execute(FORMER, (row.id,)))
        words = titles.edited(said, known)
        if any(former):
            yield "former", row.original
        elif words and titles.stands_in(words, connection.execute(TEXT, (row.id,)).fetchone()[0]):
            yield "edited", row.original


def _is_near(line: Line, row: Candidate) -> bool:
    """Whether the two articles were published within a year of each other."""
    apart = hours_between(line.published_at, row.published_at)
    return apart is not None and apart <= YEAR
