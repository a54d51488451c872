"""Copies: ask the index of sameness about each article, and let every group of copies have one original.

The original is the earliest published, then the longest, whatever the order of arrival; all others point at it. When
the original changes, the rows of the whole group follow.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from extractors.sameness import elect
from storage.drafts import Draft
from storage.rows import scrub
from storage.sameness import Document, Sameness, Verdict

FELLOWS = """WITH leads AS MATERIALIZED (
    SELECT DISTINCT coalesce(duplicate_of, id) AS id FROM articles WHERE id IN (SELECT value FROM json_each(?)))
SELECT id FROM leads
UNION SELECT a.id FROM leads CROSS JOIN articles AS a ON a.duplicate_of = leads.id AND a.duplicate_of IS NOT NULL
ORDER BY 1"""
GROUPS = (
    "SELECT DISTINCT group_id FROM signatures WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY group_id"
)
MEMBERS = """SELECT id, iif(published_source = 'feed', published_at, ''), word_count, duplicate_of
FROM articles WHERE id IN (SELECT value FROM json_each(?)) ORDER BY uid"""
POINT = """UPDATE articles SET duplicate_of = :value
WHERE id IN (SELECT value FROM json_each(:ids)) AND duplicate_of IS NOT :value"""
FREE = "DELETE FROM duplicates WHERE article_id IN (SELECT value FROM json_each(?))"
FOLLOW = """UPDATE duplicates SET original_id = :lead
WHERE article_id IN (SELECT value FROM json_each(:ids)) AND original_id <> :lead"""
ADD = """INSERT INTO duplicates(article_id, original_id, kind, method, similarity, run_id) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(article_id) DO NOTHING"""

APART = {"new", "quotes"}


def place(
    connection: sqlite3.Connection, drafts: Sequence[Draft], ids: Mapping[str, int], run_id: int | None
) -> set[int]:
    """Place new and changed articles among what is known, and settle the groups this touches.

    Gives the ids of the drafts that turned out to be copies of something, whichever of the two is the original.
    """
    sameness = Sameness(connection)
    moved = [draft for draft in drafts if draft.moved]
    again = [ids[draft.uid] for draft in moved if draft.stored]
    left = leave(connection, sameness, again) if again else []
    verdicts = {ids[draft.uid]: sameness.place(document(ids[draft.uid], draft)) for draft in moved}
    joined = {article: verdict for article, verdict in verdicts.items() if verdict.kind not in APART}
    touched = sorted({*joined, *left})
    for (group,) in connection.execute(GROUPS, (json.dumps(touched),)).fetchall() if touched else ():
        settle(connection, sameness.members(group), joined, run_id)
    return set(joined)


def document(article_id: int, draft: Draft) -> Document:
    """A draft as sameness sees it. A date that we made up says nothing."""
    return Document(
        article_id=article_id,
        title_key=draft.title_key,
        url_key=draft.url_key,
        fingerprint=draft.article.fingerprint,
        published=draft.published_at if draft.published_source == "feed" else "",
    )


def leave(connection: sqlite3.Connection, sameness: Sameness, articles: Sequence[int]) -> list[int]:
    """Take articles out of their groups; gives them and all that shared a group with them."""
    group = fellows(connection, articles)
    for article in articles:
        sameness.forget(article)
    connection.execute(FREE, (json.dumps(list(articles)),))
    return group


def remove(connection: sqlite3.Connection, articles: Sequence[int]) -> None:
    """Take articles that are about to be deleted out of their groups; those that stay elect an original among them."""
    sameness = Sameness(connection)
    stay = sorted(set(leave(connection, sameness, articles)).difference(articles))
    for (group,) in connection.execute(GROUPS, (json.dumps(stay),)).fetchall():
        settle(connection, sameness.members(group), {})


def fellows(connection: sqlite3.Connection, articles: Iterable[int]) -> list[int]:
    """Articles with all that are copies of the same as they, ascending."""
    return [row[0] for row in connection.execute(FELLOWS, (json.dumps(sorted(articles)),))]


def settle(
    connection: sqlite3.Connection, members: Iterable[int], joined: Mapping[int, Verdict], run_id: int | None = None
) -> None:
    """Elect a group's original and point the others at it. `joined` are the verdicts of those that came just now."""
    rows = connection.execute(MEMBERS, (json.dumps(list(members)),)).fetchall()
    lead = rows[elect((place, row[1], row[2]) for place, row in enumerate(rows))][0]  # by uid where all else is equal
    others = [row[0] for row in rows if row[0] != lead]
    connection.execute(FREE, (json.dumps([lead]),))
    connection.execute(POINT, {"value": None, "ids": json.dumps([lead])})
    connection.execute(POINT, {"value": lead, "ids": json.dumps(others)})
    connection.execute(FOLLOW, {"lead": lead, "ids": json.dumps(others)})
    here = [joined[row[0]] for row in rows if row[0] in joined]
    for other in others:
        verdict = joined.get(other) or next((one for one in here if one.of == other), here[0] if here else None)
        if verdict:
            row = (other, lead, verdict.kind, scrub(verdict.method or "near"), verdict.similarity, run_id)
            connection.execute(ADD, row)
