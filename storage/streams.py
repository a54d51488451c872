"""The stories of a stream: articles that come once, in order, told by what makes stories in the store.

The last twenty thousand rows are kept as articles of feeds in a database of the stream's own; those before are
forgotten, so that the millionth row costs what the thousandth did. A row that says no time was published when the one
before it was. Copies are not told: they follow what they are a copy of.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from extractors.dates import read_date
from extractors.fingerprints import terms as terms_of
from storage import kin, stories, terms
from storage.journal import JOURNAL
from storage.rows import iso, scrub
from storage.subjects import BRIEFS, TAGS
from storage.tables import ARTICLES, GRAPH

MOST = 20_000  # rows that may be met again
EACH = 100  # rows after which those that are too many are forgotten
UNDATED = "1970-01-01T00:00:00Z"

TABLES = (
    *(*JOURNAL, *ARTICLES, *TAGS, *BRIEFS, *GRAPH, *kin.TABLES),
    "CREATE TABLE told(number INTEGER PRIMARY KEY, story INTEGER NOT NULL) STRICT",
)
LAST = "SELECT published_at FROM articles ORDER BY id DESC LIMIT 1"
FEED = "INSERT OR IGNORE INTO feeds(slug, url, added_at) VALUES (:source, '', :at)"
ADD = """INSERT INTO articles(id, uid, guid, feed_id, title, published_at, first_seen_at, url, canonical_url, title_key,
    entry_hash, content_hash, saved_hash, extractor, word_count)
SELECT :number, :uid, :uid, id, :title, :at, :at, '', '', '', '', '', '', '', 0 FROM feeds WHERE slug = :source"""
STORY = """SELECT t.story FROM articles AS a JOIN told AS t ON t.number = a.id
WHERE a.story_id = (SELECT story_id FROM articles WHERE id = ?) ORDER BY a.id LIMIT 1"""
SAME = """SELECT DISTINCT t.story FROM see_also AS s JOIN told AS t ON t.number = s.related_id
WHERE s.article_id = :number AND s.kind = 'same_story' AND t.story <> :story ORDER BY 1"""
TOLD = "SELECT story FROM told WHERE number = ?"
OLD = "SELECT id FROM articles WHERE id <= ? ORDER BY id"
FORGET = (
    "DELETE FROM see_also WHERE article_id IN (SELECT value FROM json_each(:ids))",
    "DELETE FROM see_also WHERE related_id IN (SELECT value FROM json_each(:ids))",
    "DELETE FROM articles WHERE id IN (SELECT value FROM json_each(:ids))",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of a stream: its `number` in it, who has it, what it says, when it was published (any date, or "")."""

    number: int
    source: str
    title: str
    text: str
    published: str = ""


def begin(connection: sqlite3.Connection) -> None:
    """Make the tables, in a database that nobody else reads."""
    for statement in TABLES:
        connection.execute(statement)


def follow(connection: sqlite3.Connection, number: int, original: int) -> int:
    """Tell the story of a copy: that of the row it is a copy of. Gives the number of the first row of that story."""
    return _keep(connection, number, _name(connection, original))


def tell(connection: sqlite3.Connection, item: Item) -> int:
    """Find the story of a row that is no copy; gives the number of its first row, its own when it is alone."""
    number = item.number
    row = {"number": number, "uid": f"{number:012}", "at": _time(connection, item.published)}
    row |= {"source": scrub(item.source), "title": scrub(item.title)}
    connection.execute(FEED, row)
    connection.execute(ADD, row)
    said = [(scrub(term), count) for term, count in terms_of(item.title, item.text)]
    terms.remember(connection, number, said)
    terms.weigh(connection, [number])
    stories.tell(connection, [number], since=number - MOST)
    if number % EACH == 0:
        _forget(connection, number - MOST)
    return _keep(connection, number, _name(connection, number))


def same(connection: sqlite3.Connection, number: int, story: int) -> list[int]:
    """The stories that a row shows to be the same as its own, by their first rows: earlier answers named them."""
    return [row[0] for row in connection.execute(SAME, {"number": number, "story": story})]


def _time(connection: sqlite3.Connection, published: str) -> str:
    date = read_date(published)
    if date:
        return iso(date)
    row = connection.execute(LAST).fetchone()
    return row[0] if row else UNDATED


def _name(connection: sqlite3.Connection, number: int) -> int:
    """The first row of the story that a row is in by now."""
    row = connection.execute(STORY, (number,)).fetchone() or connection.execute(TOLD, (number,)).fetchone()
    return row[0] if row else number


def _keep(connection: sqlite3.Connection, number: int, story: int) -> int:
    connection.execute("INSERT INTO told VALUES (?, ?)", (number, story))
    return story


def _forget(connection: sqlite3.Connection, last: int) -> None:
    """Forget rows up to one. A story keeps its name, which its later rows know."""
    old = [row[0] for row in connection.execute(OLD, (last,))]
    if old:
        terms.forget(connection, *old)
        for statement in FORGET:
            connection.execute(statement, {"ids": json.dumps(old)})
