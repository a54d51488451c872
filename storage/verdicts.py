"""What people say of articles' tags: recorded for good, in force whenever an article is written.

A verdict is a row of `tag_corrections`. It outlives every cleaning and tagging of its article, and goes with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from extractors.corrections import Verdict
from extractors.subject import Named
from storage.rows import iso, scrub, scrubbed

OF = """SELECT c.article_id, t.id, t.name, t.kind, t.parents, c.holds
FROM tag_corrections AS c JOIN tags AS t ON t.id = c.tag_id
WHERE c.article_id IN (SELECT value FROM json_each(?)) ORDER BY c.article_id, t.id"""
SAY = """INSERT INTO tag_corrections(article_id, tag_id, holds, corrected_at) VALUES (?, ?, ?, ?)
ON CONFLICT(article_id, tag_id) DO UPDATE SET holds = excluded.holds, corrected_at = excluded.corrected_at
WHERE holds <> excluded.holds"""
UNSAY = "DELETE FROM tag_corrections WHERE article_id = ? AND tag_id = ?"
NAMED = """SELECT id, name, kind FROM tags
WHERE id IN (SELECT value FROM json_each(:words)) OR name IN (SELECT value FROM json_each(:words)) ORDER BY id"""
ADD = """INSERT INTO tags(id, name, kind, parents, iptc) VALUES (:id, :name, :kind, :parents, :iptc)
ON CONFLICT(id) DO UPDATE SET name = :name, kind = :kind, parents = :parents, iptc = :iptc
WHERE (name, kind, parents, iptc) IS NOT (:name, :kind, :parents, :iptc)"""
BARE = "INSERT INTO tags(id, name, kind) VALUES (?, ?, ?) ON CONFLICT(id) DO NOTHING"


def of(connection: sqlite3.Connection, articles: Sequence[int]) -> dict[int, list[Verdict]]:
    """The verdicts on these articles, by article and tag; articles without any are left out."""
    rows = connection.execute(OF, (json.dumps(list(articles)),)).fetchall()
    if not rows:
        return {}
    above = {row[1]: json.loads(row[4]) for row in rows}
    names = known(connection, sorted({parent for parents in above.values() for parent in parents}))
    found: dict[int, list[Verdict]] = {}
    for article, tag, name, kind, _, holds in rows:
        parents = tuple(names[parent] for parent in above[tag] if parent in names)
        verdict = Verdict(tag=Named(id=tag, name=name, kind=kind), holds=bool(holds), parents=parents)
        found.setdefault(article, []).append(verdict)
    return found


def known(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, Named]:
    """The tags that these words name by id or name, by id."""
    rows = connection.execute(NAMED, {"words": json.dumps([scrub(word) for word in words])})
    return {tag: Named(id=tag, name=name, kind=kind) for tag, name, kind in rows}


def say(connection: sqlite3.Connection, article: int, verdicts: Mapping[str, bool | None], now: datetime) -> None:
    """Record what somebody says of an article's tags, by id: has it, has it not, or (None) nothing any more.

    The tags are there, see `name`.
    """
    for tag, holds in sorted(verdicts.items()):
        if holds is None:
            connection.execute(UNSAY, (article, scrub(tag)))
        else:
            connection.execute(SAY, (article, scrub(tag), holds, iso(now)))


def name(connection: sqlite3.Connection, tags: Sequence[tuple[Named, Sequence[str], str]]) -> None:
    """Take over what the taxonomy says of tags: each with the ids of all above it, and its IPTC Media Topic or ""."""
    rows = [
        {"id": tag.id, "name": tag.name, "kind": tag.kind, "parents": json.dumps(list(parents)), "iptc": iptc or None}
        for tag, parents, iptc in tags
    ]
    connection.executemany(ADD, rows)


def introduce(connection: sqlite3.Connection, tags: Sequence[Named]) -> None:
    """Make tags known that are not; those that are stay as they are."""
    rows = [scrubbed((tag.id, tag.name, tag.kind)) for tag in tags]
    connection.executemany(BARE, rows)
