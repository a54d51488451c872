"""Write what articles are about: tags with their evidence, entities, what their feeds call them, their briefs.

What hangs on an article is replaced as a whole, never added to. `storage.articles` writes it together with the rest of
an article, `storage.retagging` by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from extractors.subject import Claim, Evidence, Sentence, Tag, Tagging
from storage.rows import digest, insert, scrubbed

TAG = """INSERT INTO tags(id, name, kind) VALUES (?, ?, ?)
ON CONFLICT(id) DO UPDATE SET name = excluded.name, kind = excluded.kind
WHERE (name, kind) IS NOT (excluded.name, excluded.kind)"""
CLAIMED = "INSERT INTO tags(id, name) VALUES (?, ?) ON CONFLICT(id) DO NOTHING"  # named by `storage.verdicts.name`
PARTS = ("article_tags", "article_entities", "article_categories", "article_briefs")
STRONGEST = ("user", "rule", "entity", "model", "feed", "parent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one article is about, by its number."""

    article_id: int
    tagging: Tagging
    brief: Sequence[Sentence] = ()


def write(connection: sqlite3.Connection, subjects: Sequence[Subject]) -> None:
    """Write what articles are about. What hung there before is gone already."""
    tags = [(one.article_id, tag) for one in subjects for tag in best(one.tagging.tags)]
    connection.executemany(TAG, sorted({scrubbed((tag.id, tag.name, tag.kind)) for _, tag in tags}))
    rows = [(article, tag.id, tag.score, strongest(tag.evidence)) for article, tag in tags]
    insert(connection, "article_tags", "article_id, tag_id, score, source", rows)
    insert(
        connection, "tag_evidence", "article_id, tag_id, number, source, field, start, end, detail",
        [(article, tag.id, *row) for article, tag in tags for row in evidence_rows(tag)],
    )  # fmt: skip
    insert(
        connection, "article_entities", "article_id, entity_id, name, type, salience, mentions, in_title",
        [(one.article_id, *row) for one in subjects for row in entity_rows(one.tagging)],
    )  # fmt: skip
    claims = [(one.article_id, *row) for one in subjects for row in claim_rows(one.tagging.claims)]
    connection.executemany(CLAIMED, sorted({(tag, tag) for _, _, tag, _ in claims if tag}))
    insert(connection, "article_categories", "article_id, category, tag_id, borne_out", claims)
    insert(
        connection, "article_briefs", "article_id, number, role, start, end, sentence",
        [(one.article_id, *row) for one in subjects for row in brief_rows(one.brief)],
    )  # fmt: skip


def clear(connection: sqlite3.Connection, article_id: int) -> None:
    """Take away all that was written of what an article is about; what people said of it stays."""
    for table in PARTS:
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))  # noqa: S608 - names of ours


def section_of(tagging: Tagging) -> Tag | None:
    """The tag that is the section; `Tagging.section` gives its name or id."""
    named = tagging.section
    return next((tag for tag in tagging.tags if named and named in {tag.name, tag.id}), None)


def tagged_hash(tagging: Tagging, brief: Sequence[Sentence]) -> str:
    """Over all that is stored of what an article is about.

    Of plain tuples: the repr of dataclasses within dataclasses takes ten times as long.
    """
    parts = (
        tagging.section, tagging.labels,
        [(tag.id, tag.name, tag.kind, tag.score, [plain(one) for one in tag.evidence]) for tag in tagging.tags],
        [(one.id, one.name, one.type, one.salience, one.mentions, one.in_title) for one in tagging.entities],
        [(one.category, one.tag, one.borne_out) for one in tagging.claims],
        [(one.role, one.start, one.end) for one in brief],
    )  # fmt: skip
    return digest(repr(parts))


def plain(one: Evidence) -> tuple[str, str, int, int, str]:
    """A piece of evidence as a plain tuple."""
    return one.source, one.field, one.start, one.end, one.detail


def best(tags: Sequence[Tag]) -> list[Tag]:
    """Each tag once, in its strongest form."""
    kept: dict[str, Tag] = {}
    for tag in tags:
        if tag.id not in kept or kept[tag.id].score < tag.score:
            kept[tag.id] = tag
    return list(kept.values())


def strongest(evidence: Sequence[Evidence]) -> str:
    """The source that weighs most."""
    return min((one.source for one in evidence), key=STRONGEST.index, default="rule")


def evidence_rows(tag: Tag) -> Iterator[tuple[Any, ...]]:
    """A tag's evidence, strongest source first, else in the order given."""
    ranked = sorted(tag.evidence, key=lambda one: STRONGEST.index(one.source))
    return ((number, *plain(one)) for number, one in enumerate(ranked, 1))


def entity_rows(tagging: Tagging) -> Iterator[tuple[Any, ...]]:
    """The entities, each once."""
    once = {entity.id: entity for entity in reversed(tagging.entities)}
    return ((one.id, one.name, one.type, one.salience, one.mentions, one.in_title) for one in reversed(once.values()))


def claim_rows(claims: Sequence[Claim]) -> Iterator[tuple[Any, ...]]:
    """What the feed calls it, each name once as SQLite will hold it."""
    once = {scrubbed((one.category,))[0]: one for one in reversed(claims)}
    return ((category, one.tag, one.borne_out) for category, one in reversed(once.items()))


def brief_rows(brief: Sequence[Sentence]) -> Iterator[tuple[Any, ...]]:
    """The sentences of a brief, in order."""
    return ((number, one.role, one.start, one.end, one.text) for number, one in enumerate(brief, 1))
