"""What cleaning stored articles again would change, told line by line; nothing is written.

An article differs when what would be stored of it does, as `storage.drafts` judges. What a reader sees of it is set
beside what is stored: title, text, cuts, links, tags. Of the rest only the names of the columns are told, and
"evidence" for what hangs on its tags.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from extractors.model import Link
from storage.articles import COLUMNS, values
from storage.drafts import Batch, Draft, chosen, read_drafts
from storage.intents import Difference
from storage.rows import scrub, scrubbed
from storage.tagged import best

Lines = tuple[str, ...]

TEXT = "SELECT title, text FROM article_texts WHERE article_id = ?"
ROW = f"SELECT {', '.join(COLUMNS)} FROM articles WHERE id = ?"  # noqa: S608 - names of ours
CUTS = "SELECT rule || ': ' || text FROM cuts WHERE article_id = ? ORDER BY id"
LINKS = """SELECT kind || ': ' || iif(label <> '', label || ': ', '') || title || coalesce(' <' || url || '>', '')
FROM links WHERE article_id = ? ORDER BY id"""
TAGS = """SELECT t.kind || ': ' || t.name FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
WHERE x.article_id = ? ORDER BY x.score DESC, t.id"""
# Not told by name: they follow from what is, or are of the machinery.
UNTOLD = {
    "title",
    "title_key",
    "entry_hash",
    "content_hash",
    "saved_hash",
    "tagged_hash",
    "raw_hash",
    "page_error",
    "word_count",
}


def compare(connection: sqlite3.Connection, batch: Batch) -> list[Difference]:
    """What writing these articles would change, for each that differs."""
    return [difference(connection, draft) for draft in chosen(read_drafts(connection, batch), "rewritten")]


def difference(connection: sqlite3.Connection, draft: Draft) -> Difference:
    """What differs in one article."""
    assert draft.stored
    article, now = draft.stored.id, draft.article
    title, text = connection.execute(TEXT, (article,)).fetchone()
    found = Difference(
        article_id=article,
        headline=title,
        title=(title, draft.title) if title != draft.title else None,
        text=(text, scrub(now.text)) if text != scrub(now.text) else None,
        cuts=changes(lines(connection, CUTS, article), [f"{cut.rule}: {cut.text}" for cut in now.cuts]),
        links=changes(lines(connection, LINKS, article), [told(link) for link in now.links]),
        tags=changes(lines(connection, TAGS, article), [f"{tag.kind}: {tag.name}" for tag in best(now.tagging.tags)]),
        fields=fields(connection, draft, article),
    )
    silent = Difference(article_id=article, headline=title)
    return replace(found, fields=("evidence",)) if found == silent else found


def fields(connection: sqlite3.Connection, draft: Draft, article: int) -> Lines:
    """The names of the columns that differ."""
    stored = connection.execute(ROW, (article,)).fetchone()
    made = scrubbed(values(draft))
    rows = zip(COLUMNS, stored, made, strict=True)
    return tuple(name for name, was, now in rows if was != now and name not in UNTOLD)


def told(link: Link) -> str:
    """A link as one line."""
    label = f"{link.label}: " if link.label else ""
    return f"{link.kind}: {label}{link.title}" + (f" <{link.url}>" if link.url else "")


def lines(connection: sqlite3.Connection, query: str, article: int) -> list[str]:
    """The stored lines of an article."""
    return [row[0] for row in connection.execute(query, (article,))]


def changes(before: Sequence[str], after: Sequence[str]) -> tuple[Lines, Lines]:
    """The lines that go and those that come, each in order."""
    now = [scrub(line) for line in after]
    return without(before, now), without(now, before)


def without(these: Sequence[str], those: Sequence[str]) -> Lines:
    """The lines that are in `these` more often than in `those`."""
    left = Counter(those)
    found: list[str] = []
    for line in these:
        if left[line] > 0:
            left[line] -= 1
        else:
            found.append(line)
    return tuple(found)
