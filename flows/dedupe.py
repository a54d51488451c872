"""The work of `fanmill dedupe`: which rows are the same article, and which tell one story, told as they come.

The index lies in a temporary file on disk, so that a million rows need no memory; it is deleted at the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extractors.addresses import canonical, domain
from extractors.fingerprints import fingerprint, title_key
from storage import streams
from storage.sameness import APART, TABLES, Document, Sameness, Verdict

Row = dict[str, Any]

CACHE_KIB = 8_192


def dedupe(rows: Iterator[Row], *, stories: bool = False) -> Iterator[Row]:
    """For each row (`id`, `title`, `text`, `url`, `published`, `source`) one answer, at once and in order.

    An answer is `id`, `group` (the id of the group's first row), `of` (the id of the row it is a copy of, or None),
    `method` (how that was seen: address, text, near or title; or None), `kind` (new, duplicate, excerpt, revision or
    quotes) and `similarity`, 0–1. One of kind quotes also has `quotes`, the id of the row it shares a passage with, be
    it earlier or later. With `stories` there are `story`, the id of the first row that tells the same event, and `same`
    where the row shows that other stories, named by earlier answers, are this one.

    A missing field counts as empty. `source` stands for the outlet, else the site of `url`; a row without either is one
    of its own. A row that cannot be used is answered by `id` and `error`, and nothing of it stays in the index.
    """
    with TemporaryDirectory(prefix="fanmill-") as folder:
        index = _Index(Path(folder) / "dedupe.db", stories=stories)
        try:
            for number, row in enumerate(rows, 1):
                yield index.answer(number, row)
        finally:
            index.database.close()


class _Index:
    """An index of its own: nobody else reads it and nothing in it need survive a crash."""

    def __init__(self, path: Path, *, stories: bool) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        self.stories = stories
        for setting in ("journal_mode = MEMORY", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
            self.database.execute(f"PRAGMA {setting}")
        self.database.execute("PRAGMA locking_mode = EXCLUSIVE")
        for statement in (*TABLES, "CREATE TABLE rows(number INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT"):
            self.database.execute(statement)
        if stories:
            streams.begin(self.database)
        self.sameness = Sameness(self.database)

    def answer(self, number: int, row: Row) -> Row:
        """The answer to one row; all of it is in the index afterwards, or nothing."""
        self.database.execute("SAVEPOINT row")
        try:
            answer = self.place(number, row)
        except Exception as error:  # noqa: BLE001 - a fault of ours costs its row, not the million after it
            if self.database.in_transaction:  # a full disk has rolled back already
                self.database.execute("ROLLBACK TO row")
                self.database.execute("RELEASE row")
            return {"id": row.get("id"), "error": f"{type(error).__name__}: {error}"}
        self.database.execute("RELEASE row")
        return answer

    def place(self, number: int, row: Row) -> Row:
        """Put a row into the index, and say what it is."""
        self.database.execute("INSERT INTO rows VALUES (?, ?)", (number, json.dumps(row.get("id"))))
        verdict = self.sameness.place(_document(number, row))
        of = verdict.of if verdict.kind not in APART else None
        answer = {
            "id": row.get("id"),
            "group": self.id_of(verdict.group),
            "of": self.id_of(of) if of else None,
            "method": verdict.method if of else None,
            "kind": verdict.kind,
            "similarity": verdict.similarity,
        }
        if verdict.kind == "quotes" and verdict.of is not None:
            answer["quotes"] = self.id_of(verdict.of)
        return answer | self.told(number, row, verdict) if self.stories else answer

    def told(self, number: int, row: Row, verdict: Verdict) -> Row:
        """The story of a row, and those that turned out to be the same."""
        if verdict.kind not in APART:
            return {"story": self.id_of(streams.follow(self.database, number, verdict.group))}
        story = streams.tell(self.database, _item(number, row))
        same = [self.id_of(each) for each in streams.same(self.database, number, story)]
        return {"story": self.id_of(story)} | ({"same": same} if same else {})

    def id_of(self, number: int) -> Any:
        """The id of a row, as it came."""
        return json.loads(self.database.execute("SELECT id FROM rows WHERE number = ?", (number,)).fetchone()[0])


def _document(number: int, row: Row) -> Document:
    return Document(
        article_id=number,
        title_key=title_key(row.get("title") or ""),
        url_key=canonical(row.get("url") or ""),
        fingerprint=fingerprint(row.get("text") or ""),
        published=row.get("published") or "",
    )


def _item(number: int, row: Row) -> streams.Item:
    """A row as its story sees it; `#` is in no name of an outlet that was given."""
    return streams.Item(
        number=number,
        source=row.get("source") or domain(row.get("url") or "") or f"#{number}",
        title=row.get("title") or "",
        text=row.get("text") or "",
        published=row.get("published") or "",
    )
