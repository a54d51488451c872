"""Stored articles tagged again: their texts as they stand, and what comes out differently written back.

Only what was found is replaced; what people said of an article's tags is laid over it each time. Nothing else of the
article is touched, and nothing at all of one that comes out the same, or whose text changed while it was tagged.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.corrections import correct
from extractors.subject import Sentence, Tagging
from storage import tagged, verdicts
from storage.connection import write_tx
from storage.rows import read

TEXTS = """SELECT a.id, f.slug AS feed, t.title, t.text, a.language, a.content_hash, f.title AS feed_title,
    f.category_trust AS trust, (SELECT json_group_array(category) FROM article_categories AS c
        WHERE c.article_id = a.id) AS categories,
    (SELECT json_group_array(detail) FROM tag_evidence AS e WHERE e.article_id = a.id AND e.source = 'feed') AS fed
FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id JOIN feeds AS f ON f.id = a.feed_id
"""
AFTER = f"""{TEXTS} WHERE a.id > :after AND (:feeds = '[]' OR f.slug IN (SELECT value FROM json_each(:feeds)))
ORDER BY a.id LIMIT :limit"""  # noqa: S608 - our own constants
THESE = f"{TEXTS} WHERE a.id IN (SELECT value FROM json_each(:ids)) ORDER BY a.id"  # noqa: S608 - as above
BEFORE = "SELECT id, content_hash, tagged_hash FROM articles WHERE id IN (SELECT value FROM json_each(?))"
NAMES = """SELECT x.article_id, x.tag_id FROM article_tags AS x
WHERE x.article_id IN (SELECT value FROM json_each(?))"""
CHANGE = """UPDATE articles SET section = :section, topic = :topic, topic_score = :score, labels = :labels,
    tagged_hash = :hash WHERE id = :id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """An article as the tagger wants it.

    `categories` is a JSON list of what its feed calls it, `fed` one of what speaks for its tags that is no word of its
    text: such of those, and what the operator says of all articles of the feed.
    """

    id: int
    feed: str
    title: str
    text: str
    language: str | None
    content_hash: str
    feed_title: str
    trust: float
    categories: str
    fed: str

    @property
    def told(self) -> tuple[str, ...]:
        """What the operator said of its feed when it was last tagged."""
        return tuple(sorted(set(json.loads(self.fed)) - set(self.calls)))

    @property
    def calls(self) -> tuple[str, ...]:
        """What its feed calls it, as a tuple."""
        return tuple(sorted(json.loads(self.categories)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retagged:
    """An article tagged again, and the hash of the text that this was done with."""

    article_id: int
    content_hash: str
    tagging: Tagging
    brief: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of articles that were tagged again: how many changed, and which tags came and went, by id.

    `gone` are those that were deleted or whose text changed meanwhile.
    """

    changed: int = 0
    same: int = 0
    gone: int = 0
    came: tuple[tuple[str, int], ...] = ()
    went: tuple[tuple[str, int], ...] = ()


def texts(connection: sqlite3.Connection, after: int, limit: int, feeds: Sequence[str] = ()) -> list[StoredText]:
    """Up to `limit` articles, of some feeds or all, ascending by id from beyond `after`."""
    values = {"after": after, "limit": limit, "feeds": json.dumps(list(feeds))}
    return list(read(connection, StoredText, AFTER, values))


def texts_of(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredText]:
    """These articles, ascending by id; those that are not there are left out."""
    return list(read(connection, StoredText, THESE, {"ids": json.dumps(list(ids))}))


def retag(connection: sqlite3.Connection, retagged: Sequence[Retagged], *, dry: bool = False) -> Change:
    """Write what differs, in one transaction; only count it when `dry`."""
    if dry:
        return change(connection, corrected(connection, retagged))
    with write_tx(connection):
        items = corrected(connection, retagged)
        told = change(connection, items)
        for one in differing(connection, items):
            replace(connection, one)
    return told


def corrected(connection: sqlite3.Connection, retagged: Sequence[Retagged]) -> list[Retagged]:
    """The same with what people said of their tags in force."""
    said = verdicts.of(connection, [one.article_id for one in retagged])
    return [
        Retagged(
            article_id=one.article_id,
            content_hash=one.content_hash,
            tagging=correct(one.tagging, said.get(one.article_id, ())),
            brief=one.brief,
        )
        for one in retagged
    ]


def differing(connection: sqlite3.Connection, items: Sequence[Retagged]) -> Iterator[Retagged]:
    """Those that come out differently from what is stored of the same text."""
    before = stored(connection, items)
    for one in items:
        text, subject = before.get(one.article_id, ("", ""))
        if text == one.content_hash and subject != tagged.tagged_hash(one.tagging, one.brief):
            yield one


def stored(connection: sqlite3.Connection, items: Sequence[Retagged]) -> dict[int, tuple[str, str]]:
    """The hashes of text and subject that are stored, by article."""
    ids = json.dumps([one.article_id for one in items])
    return {row[0]: (row[1], row[2]) for row in connection.execute(BEFORE, (ids,))}


def change(connection: sqlite3.Connection, items: Sequence[Retagged]) -> Change:
    """What writing these would change."""
    before, changed = stored(connection, items), list(differing(connection, items))
    gone = sum(before.get(one.article_id, ("",))[0] != one.content_hash for one in items)
    ids = json.dumps([one.article_id for one in changed])
    had = {(article, tag) for article, tag in connection.execute(NAMES, (ids,))}
    has = {(one.article_id, tag.id) for one in changed for tag in one.tagging.tags}
    return Change(
        changed=len(changed),
        same=len(items) - len(changed) - gone,
        gone=gone,
        came=tuple(sorted(Counter(tag for _, tag in has - had).items())),
        went=tuple(sorted(Counter(tag for _, tag in had - has).items())),
    )


def replace(connection: sqlite3.Connection, one: Retagged) -> None:
    """Write what one article is about in place of what was found before."""
    section = tagged.section_of(one.tagging)
    row = {
        "id": one.article_id,
        "section": section.name if section else None,
        "topic": section.id if section else None,
        "score": section.score if section else None,
        "labels": ", ".join(one.tagging.labels),
        "hash": tagged.tagged_hash(one.tagging, one.brief),
    }
    connection.execute(CHANGE, row)
    tagged.clear(connection, one.article_id)
    tagged.write(connection, [tagged.Subject(article_id=one.article_id, tagging=one.tagging, brief=one.brief)])
