"""Briefs that a language model wrote: which articles want one, and what was written.

The extract of an article's own sentences (`article_briefs`) is always there; `v_briefs` shows whichever there is, and
says which.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.retagging import StoredText, texts_of
from storage.rows import iso, scrubbed

WANTING = """SELECT a.id FROM articles AS a LEFT JOIN written_briefs AS b ON b.article_id = a.id
WHERE a.duplicate_of IS NULL AND b.content_hash IS NOT a.content_hash
    AND a.id IN (SELECT id FROM articles WHERE run_id = :run UNION SELECT article_id FROM written_briefs)
ORDER BY a.published_at DESC, a.id LIMIT :most"""
KEEP = """INSERT INTO written_briefs(article_id, model, big_picture, why_it_matters, content_hash, written_at)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(article_id) DO UPDATE SET model = excluded.model,
    big_picture = excluded.big_picture, why_it_matters = excluded.why_it_matters,
    content_hash = excluded.content_hash, written_at = excluded.written_at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A brief that a model wrote, which goes by its own name: each note is plain text on one line."""

    model: str
    big_picture: str
    why_it_matters: str


def wanting(connection: sqlite3.Connection, run_id: int, most: int) -> list[StoredText]:
    """Articles that a run brought, or whose brief is out of date, of which no model wrote one as they stand now."""
    ids = [row[0] for row in connection.execute(WANTING, {"run": run_id, "most": most})]
    return texts_of(connection, ids)


def keep(connection: sqlite3.Connection, article: StoredText, written: Written, now: datetime) -> None:
    """Keep a brief in place of an earlier one."""
    row = (article.id, written.model, written.big_picture, written.why_it_matters, article.content_hash, iso(now))
    connection.execute(KEEP, scrubbed(row))
