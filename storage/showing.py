"""One article in full: what a reader sees of it, and the grounds for every judgement about it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.gists import Gist, gist
from storage.relations import ChoiceRow, PointerRow, StoryHead, TieRow, choices_of, pointers, story_of, ties
from storage.rows import read

ARTICLE = """SELECT a.id, a.uid, a.title, t.text, a.summary, a.author, a.language, a.url, a.published_at,
    a.published_source, a.first_seen_at, a.changed_at, a.revision, a.word_count, f.slug AS feed, f.title AS feed_title,
    a.section, a.topic, a.labels, a.story_id, a.duplicate_of, a.extractor, a.confidence, a.doubt,
    a.image_url
FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id JOIN feeds AS f ON f.id = a.feed_id
WHERE a.id = :id"""
TAGS = """SELECT tag, tag_name AS name, kind, score, source, evidence FROM v_article_tags
WHERE article_id = :id ORDER BY score DESC, tag"""
ENTITIES = """SELECT entity_id AS id, name, type, salience, mentions, in_title FROM article_entities
WHERE article_id = :id ORDER BY salience DESC, entity_id"""
SEE_ALSO = """SELECT related_id AS id, related_title AS title, related_url AS url, related_feed AS feed,
    related_published_at AS published_at, kind, method, reason, score FROM v_see_also WHERE article_id = :id
ORDER BY kind <> 'see_also', kind <> 'quotes', kind <> 'same_story', rank, related_id"""
LINKS = """SELECT kind, label, title, url, position, target_id FROM links WHERE article_id = :id ORDER BY id"""
COPIES = """SELECT article_id AS id, title, feed, published_at, url, kind, method, similarity, evidence
FROM v_duplicates
WHERE original_id = coalesce((SELECT duplicate_of FROM articles WHERE id = :id), :id)
ORDER BY published_at, article_id"""
ORIGINAL = """SELECT d.original_id AS id, b.title, f.slug AS feed, b.published_at, b.url, d.kind, d.method,
    d.similarity, d.evidence
FROM duplicates AS d JOIN articles AS b ON b.id = d.original_id JOIN feeds AS f ON f.id = b.feed_id
WHERE d.article_id = :id"""
STORY = """SELECT id, title, feed, published_at, url FROM v_unique_articles
WHERE story_id = (SELECT story_id FROM articles WHERE id = :id) AND id <> :id ORDER BY published_at, id"""
EVIDENCE = """SELECT tag_id AS tag, source, field, start, end, detail FROM tag_evidence
WHERE article_id = :id ORDER BY tag_id, number"""
CUTS = "SELECT position, rule, text FROM cuts WHERE article_id = :id ORDER BY id"
CHANGES = "SELECT revision, seen_at, replaced_at, title, change FROM revisions WHERE article_id = :id ORDER BY revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """An article with its text and the name of its feed. Times are UTC ISO-8601 text."""

    id: int
    uid: str
    title: str
    text: str
    summary: str
    author: str
    language: str | None
    url: str
    published_at: str
    published_source: str
    first_seen_at: str
    changed_at: str | None
    revision: int
    word_count: int
    feed: str
    feed_title: str
    section: str | None
    topic: str | None
    labels: str
    story_id: int | None
    duplicate_of: int | None
    extractor: str
    confidence: float
    doubt: str
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """A tag of an article, its evidence in words."""

    tag: str
    name: str
    kind: str
    score: float
    source: str
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRow:
    """A named thing in an article."""

    id: str
    name: str
    type: str
    salience: float
    mentions: int
    in_title: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAlsoRow:
    """An article to read with this one. `kind` is see_also for its own links, else quotes, same_story or related."""

    id: int
    title: str
    url: str
    feed: str
    published_at: str
    kind: str
    method: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link in an article; `target_id` once we hold what it leads to."""

    kind: str
    label: str
    title: str
    url: str | None
    position: int
    target_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """A copy of an article, or the original of one, and what gave it away; `evidence` in words."""

    id: int
    title: str
    feed: str
    published_at: str
    url: str
    kind: str
    method: str
    similarity: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """Another outlet's article on the same event."""

    id: int
    title: str
    feed: str
    published_at: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One ground for one tag; offsets as in `extractors.model.Evidence`."""

    tag: str
    source: str
    field: str
    start: int
    end: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """A block that was blown off."""

    position: int
    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """An earlier form of an article."""

    revision: int
    seen_at: str
    replaced_at: str
    title: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a reader sees of an article. `copies` are all copies of its original, itself among them when it is one."""

    article: ArticleRow
    gist: Gist
    tags: tuple[TagRow, ...]
    see_also: tuple[SeeAlsoRow, ...]
    links: tuple[LinkRow, ...]
    copies: tuple[CopyRow, ...]
    story: tuple[StoryRow, ...]
    original: CopyRow | None
    read_from: tuple[PointerRow, ...]
    story_head: StoryHead | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Every judgement about an article with its grounds. `copies` are all copies of its original.

    `quotes` and `told_with` go both ways; the second are the articles by which it came into its story, or they by it.
    """

    article: ArticleRow
    gist: Gist
    tags: tuple[TagRow, ...]
    evidence: tuple[EvidenceRow, ...]
    entities: tuple[EntityRow, ...]
    cuts: tuple[CutRow, ...]
    copies: tuple[CopyRow, ...]
    see_also: tuple[SeeAlsoRow, ...]
    changes: tuple[ChangeRow, ...]
    original: CopyRow | None
    quotes: tuple[TieRow, ...]
    story_head: StoryHead | None
    told_with: tuple[TieRow, ...]
    choices: tuple[ChoiceRow, ...]


def show(connection: sqlite3.Connection, article_id: int) -> Shown | None:
    """An article with its tags, links, copies and story; None when there is none of that id."""
    values = {"id": article_id}
    found = next(read(connection, ArticleRow, ARTICLE, values), None)
    if found is None:
        return None
    return Shown(
        article=found,
        gist=gist(connection, article_id),
        tags=tuple(read(connection, TagRow, TAGS, values)),
        see_also=tuple(read(connection, SeeAlsoRow, SEE_ALSO, values)),
        links=tuple(read(connection, LinkRow, LINKS, values)),
        copies=tuple(read(connection, CopyRow, COPIES, values)),
        story=tuple(read(connection, StoryRow, STORY, values)),
        original=next(read(connection, CopyRow, ORIGINAL, values), None),
        read_from=pointers(connection, article_id),
        story_head=story_of(connection, article_id),
    )


def why(connection: sqlite3.Connection, article_id: int) -> Reasons | None:
    """The grounds of everything that was decided about an article; None when there is none of that id."""
    values = {"id": article_id}
    found = next(read(connection, ArticleRow, ARTICLE, values), None)
    if found is None:
        return None
    return Reasons(
        article=found,
        gist=gist(connection, article_id),
        tags=tuple(read(connection, TagRow, TAGS, values)),
        evidence=tuple(read(connection, EvidenceRow, EVIDENCE, values)),
        entities=tuple(read(connection, EntityRow, ENTITIES, values)),
        cuts=tuple(read(connection, CutRow, CUTS, values)),
        copies=tuple(read(connection, CopyRow, COPIES, values)),
        see_also=tuple(read(connection, SeeAlsoRow, SEE_ALSO, values)),
        changes=tuple(read(connection, ChangeRow, CHANGES, values)),
        original=next(read(connection, CopyRow, ORIGINAL, values), None),
        quotes=ties(connection, article_id, "quotes"),
        story_head=story_of(connection, article_id),
        told_with=ties(connection, article_id, "same_story"),
        choices=choices_of(connection, article_id),
    )
