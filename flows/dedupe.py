"""The work of `fanmill dedupe`: which rows are the same article, told as they come.

The index lies in a temporary file on disk, so that a million rows need no memory; it is deleted at the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extractors.addresses import canonical
from extractors.fingerprints import fingerprint, title_key
from storage.sameness import TABLES, Document, Sameness, Verdict

Row = dict[str, Any]


def dedupe(rows: Iterator[Row]) -> Iterator[Row]:
    """For each row (`id`, `title`, `text`, `url`, `published`) one answer, at once and in order.

    An answer is `id`, `group` (the id of the group's first row), `of` (the id of the row it is a copy of, or None) and
    `method` (how that was seen: address, text, near or title; or None). A missing field counts as empty.
    """
    with TemporaryDirectory(prefix="fanmill-") as folder:
        database = _scratch(Path(folder) / "dedupe.db")
        try:
            sameness = Sameness(database)
            for number, row in enumerate(rows, 1):
                database.execute("INSERT INTO rows VALUES (?, ?)", (number, json.dumps(row.get("id"))))
                yield _answer(database, row, sameness.place(_document(number, row)))
        finally:
            database.close()


def _scratch(path: Path) -> sqlite3.Connection:
    """An index of its own: nobody else reads it and nothing in it need survive a crash."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    for statement in (*TABLES, "CREATE TABLE rows(number INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT"):
        database.execute(statement)
    database.execute("BEGIN IMMEDIATE")
    return database


def _document(number: int, row: Row) -> Document:
    return Document(
        article_id=number,
        title_key=title_key(row.get("title") or ""),
        url_key=canonical(row.get("url") or ""),
        fingerprint=fingerprint(row.get("text") or ""),
        published=row.get("published") or "",
    )


def _answer(database: sqlite3.Connection, row: Row, verdict: Verdict) -> Row:
    of = verdict.of if verdict.kind not in {"new", "quotes"} else None
    named = {number: _id_of(database, number) for number in (verdict.group, of) if number}
    return {
        "id": row.get("id"),
        "group": named[verdict.group],
        "of": named.get(of) if of else None,
        "method": verdict.method if of else None,
    }


def _id_of(database: sqlite3.Connection, number: int) -> Any:
    return json.loads(database.execute("SELECT id FROM rows WHERE number = ?", (number,)).fetchone()[0])
