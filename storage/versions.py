"""The forms an article had, each with its text and when it was seen."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.rows import read

VERSIONS = """SELECT revision, seen_at, replaced_at, title, text FROM v_versions
WHERE article_id = :id ORDER BY revision DESC LIMIT :most"""
SUBJECT = """SELECT a.id, a.title, a.url, f.slug AS feed, f.title AS feed_title, a.first_seen_at, a.revision
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id WHERE a.id = :id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A form of an article; the current one has no `replaced_at`. Times are UTC ISO-8601 text."""

    revision: int
    seen_at: str
    replaced_at: str | None
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """Which article it is; `revision` is the number of its current form."""

    id: int
    title: str
    url: str
    feed: str
    feed_title: str
    first_seen_at: str
    revision: int


def versions(connection: sqlite3.Connection, article_id: int, most: int) -> tuple[SubjectRow, list[Version]] | None:
    """An article with its latest forms, `most` at the most, the oldest first; None when there is none of that id."""
    subject = next(read(connection, SubjectRow, SUBJECT, {"id": article_id}), None)
    if subject is None:
        return None
    return subject, [*read(connection, Version, VERSIONS, {"id": article_id, "most": most})][::-1]
