"""Write articles and what hangs on them: texts, earlier forms, addresses, tags with evidence, entities, links, cuts.

A changed article's rows are replaced, never added to; but it stays known under the addresses it had. Nothing here
decides; see `storage.drafts` for what has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from extractors import titles
from extractors.addresses import canonical, domain
from extractors.model import Link
from storage import tagged
from storage.drafts import Batch, Draft, chosen, container_of
from storage.rows import all_scrubbed, insert, insert_together, iso, maybe_iso, scrub, scrubbed

Ids = Mapping[str, int]  # uid → article id

COLUMNS = (
    "url", "canonical_url", "title", "title_key", "author", "language", "published_at", "published_source",
    "updated_at", "entry_hash", "content_hash", "saved_hash", "tagged_hash", "raw_hash", "word_count", "section",
    "topic", "topic_score", "labels", "extractor", "container", "confidence", "doubt", "image_url", "summary",
    "page_error",
)  # fmt: skip
ADD = f"""INSERT INTO articles(uid, feed_id, guid, first_seen_at, run_id, {", ".join(COLUMNS)})
VALUES (?, ?, ?, ?, ?, {", ".join("?" * len(COLUMNS))})"""  # noqa: S608 - names of ours
CHANGE = f"UPDATE articles SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE id = ?"  # noqa: S608 - names of ours
REVISE = "UPDATE articles SET revision = revision + 1, changed_at = ? WHERE id = ?"
REMEMBER = """INSERT INTO revisions(article_id, revision, seen_at, replaced_at, content_hash, title, text, change)
SELECT a.id, a.revision, coalesce(a.changed_at, a.first_seen_at), :now, a.content_hash, t.title, t.text,
    CASE WHEN t.text = :text THEN 'title' WHEN t.title = :title THEN 'text' ELSE 'title and text' END
FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id WHERE a.id = :id"""
REWRITE = "UPDATE article_texts SET title = ?, summary = ?, text = ? WHERE article_id = ?"
SEEN = "UPDATE articles SET entry_hash = ?, page_error = ? WHERE id = ?"
STILL_HOLDS = "UPDATE written_briefs SET content_hash = ? WHERE article_id = ? AND content_hash = ?"
PARTS = ("cuts", "links")
FORGET = """DELETE FROM addresses WHERE article_id = :id
    AND (SELECT count(*) FROM addresses WHERE article_id = :id) + :more > :most"""
KNOWN_AS = "INSERT INTO addresses(url_key, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING"

ADDRESSES = 32  # of an article; one that has more has another at every visit, and none of them is a name


def write(connection: sqlite3.Connection, batch: Batch, drafts: Sequence[Draft]) -> dict[str, int]:
    """Write what is new or different, and give the ids of all drafts by uid."""
    ids = {draft.uid: draft.stored.id for draft in drafts if draft.stored}
    for draft in drafts:
        if draft.stored is None:
            ids[draft.uid] = add(connection, batch, draft)
        elif draft.change != "same":
            replace(connection, batch, draft)
        elif (draft.entry_hash, draft.page_error) != (draft.stored.entry_hash, draft.stored.page_error):
            connection.execute(SEEN, (draft.entry_hash, draft.page_error, draft.stored.id))
    texts = [
        (ids[draft.uid], draft.title, draft.article.summary, draft.article.text) for draft in chosen(drafts, "new")
    ]
    insert_together(connection, "article_texts", "article_id, title, summary, text", texts)
    write_parts(connection, chosen(drafts, "new", "changed", "rewritten"), ids)
    return ids


def add(connection: sqlite3.Connection, batch: Batch, draft: Draft) -> int:
    """Insert a new article's row and give its id."""
    row = (draft.uid, batch.feed_id, draft.article.guid, iso(batch.now), batch.run_id, *values(draft))
    return int(connection.execute(ADD, scrubbed(row)).lastrowid or 0)


def replace(connection: sqlite3.Connection, batch: Batch, draft: Draft) -> None:
    """Bring an article's row and text up to date, keeping the form it had when the publisher changed it.

    A brief that a model wrote is not out of date for a new time stamp.
    """
    assert draft.stored
    since = draft.stored.changed_at or draft.stored.first_seen_at
    article, now = draft.stored.id, max(iso(batch.now), since)  # the clock may have been set back
    if draft.change == "changed":
        former = {"id": article, "now": now, "title": draft.title, "text": scrub(draft.article.text)}
        connection.execute(REMEMBER, former)
        connection.execute(REVISE, (now, article))
    if draft.trivial:
        connection.execute(STILL_HOLDS, (draft.content_hash, article, draft.stored.content_hash))
    connection.execute(CHANGE, scrubbed((*values(draft), article)))
    connection.execute(REWRITE, scrubbed((draft.title, draft.article.summary, draft.article.text, article)))
    connection.execute(FORGET, {"id": article, "more": len(draft.addresses), "most": ADDRESSES})
    for table in PARTS:
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article,))  # noqa: S608 - names of ours
    tagged.clear(connection, article)


def values(draft: Draft) -> tuple[Any, ...]:
    """An article's `COLUMNS`."""
    article, section = draft.article, tagged.section_of(draft.article.tagging)
    words = article.fingerprint.words or len(article.text.split())
    return (
        article.url, draft.url_key, draft.title, draft.title_key, article.author, article.language,
        draft.published_at, draft.published_source, maybe_iso(article.updated),
        draft.entry_hash, draft.content_hash, draft.saved_hash, draft.tagged_hash, draft.raw_hash, words,
        section.name if section else None, section.id if section else None, section.score if section else None,
        ", ".join(article.tagging.labels),
        article.source, container_of(article), article.confidence, article.doubt,
        article.image, article.summary, draft.page_error,
    )  # fmt: skip


def write_parts(connection: sqlite3.Connection, drafts: Sequence[Draft], ids: Ids) -> None:
    """Write everything that hangs on articles. What hung there before is gone already, but for addresses."""
    subjects = [
        tagged.Subject(article_id=ids[draft.uid], tagging=draft.article.tagging, brief=draft.article.brief)
        for draft in drafts
    ]
    tagged.write(connection, subjects)
    insert(
        connection, "links", "article_id, kind, position, label, title, url, domain, url_key, title_key",
        [(ids[draft.uid], *link_row(link)) for draft in drafts for link in draft.article.links],
    )  # fmt: skip
    cuts = [(ids[draft.uid], cut.position, cut.rule, cut.text) for draft in drafts for cut in draft.article.cuts]
    insert(connection, "cuts", "article_id, position, rule, text", cuts)
    addresses = [(key, ids[draft.uid]) for draft in drafts for key in draft.addresses]
    connection.executemany(KNOWN_AS, all_scrubbed(addresses))


def link_row(link: Link) -> tuple[Any, ...]:
    """A link with the keys by which its target will be known."""
    url = scrub(link.url or "")
    key = canonical(url)
    title = titles.read(scrub(link.title)).core if link.kind in {"see_also", "related"} else ""
    named = len(title.split()) >= titles.WORDS
    return (
        link.kind, link.position, link.label, link.title,
        url or None, domain(key) or None, key or None, title if named else None,
    )  # fmt: skip
