"""Copies: ask the index of sameness about each article, and let every group of copies have one original.

The original is the earliest published, then the one of the source that a copy names ("appeared first on"), then the
longest, whatever the order of arrival; all others point at it. When the original changes, the rows of the whole group
follow. An article that only shares words with another is no copy; see `storage.quotations`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from extractors.addresses import domain
from extractors.fingerprints import title_key
from extractors.sameness import elect
from storage import pairs, quotations, ranks
from storage.drafts import Draft
from storage.sameness import APART, Document, Sameness, Verdict

FELLOWS = """WITH leads AS MATERIALIZED (
    SELECT DISTINCT coalesce(duplicate_of, id) AS id FROM articles WHERE id IN (SELECT value FROM json_each(?)))
SELECT id FROM leads
UNION SELECT a.id FROM leads CROSS JOIN articles AS a ON a.duplicate_of = leads.id AND a.duplicate_of IS NOT NULL
ORDER BY 1"""
GROUPS = (
    "SELECT DISTINCT group_id FROM signatures WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY group_id"
)
GROUPED = """SELECT id FROM articles AS a WHERE id IN (SELECT value FROM json_each(?))
    AND (duplicate_of IS NOT NULL OR EXISTS (SELECT 1 FROM articles WHERE duplicate_of = a.id)) ORDER BY id"""
MEMBERS = """SELECT a.id, iif(a.published_source = 'feed', a.published_at, ''), a.word_count, a.canonical_url, f.title
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id WHERE a.id IN (SELECT value FROM json_each(?)) ORDER BY a.uid"""
SOURCES = """SELECT domain, title FROM links
    WHERE kind = 'source' AND article_id IN (SELECT value FROM json_each(:ids))
UNION SELECT NULL, text FROM cuts
    WHERE text LIKE '%appeared first on %' AND article_id IN (SELECT value FROM json_each(:ids))"""
NAMED = re.compile(r"(?s).*appeared first on (.{1,100}?)[\s.]*")
POINT = """UPDATE articles SET duplicate_of = :value
WHERE id IN (SELECT value FROM json_each(:ids)) AND duplicate_of IS NOT :value"""
FREE = "DELETE FROM duplicates WHERE article_id IN (SELECT value FROM json_each(?))"
FOLLOW = """UPDATE duplicates SET original_id = :lead
WHERE article_id IN (SELECT value FROM json_each(:ids)) AND original_id <> :lead"""
FOUND = "SELECT kind, method, similarity, evidence FROM duplicates WHERE article_id = ?"
# What computing has found between an article and what is a copy of it by now.
WITHIN = """DELETE FROM see_also WHERE kind <> 'see_also' AND article_id IN (SELECT value FROM json_each(:ids))
    AND related_id IN (SELECT value FROM json_each(:ids)) RETURNING article_id"""
ADD = """INSERT INTO duplicates(article_id, original_id, kind, method, similarity, evidence, run_id)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(article_id) DO NOTHING"""


def place(
    connection: sqlite3.Connection, drafts: Sequence[Draft], ids: Mapping[str, int], run_id: int | None
) -> set[int]:
    """Place new and changed articles among what is known, and settle the groups this touches.

    Gives the ids of the drafts that turned out to be copies of something, whichever of the two is the original.
    """
    sameness = Sameness(connection)
    moved = [draft for draft in drafts if draft.moved]
    again = [ids[draft.uid] for draft in moved if draft.stored]
    stayed = leave(connection, sameness, again) if again else {}
    verdicts: dict[int, Verdict] = {}
    for draft in moved:
        article, former = ids[draft.uid], stayed.get(ids[draft.uid], ())
        group = sameness.group_of(former[0]) if former else None
        asked = document(connection, article, draft)
        verdicts[article] = sameness.place(asked, former=group)
    left = [each for article, former in stayed.items() for each in (article, *former)]
    left += grouped(connection, [ids[draft.uid] for draft in drafts if not draft.moved])  # it may name a source now
    enter(connection, sameness, verdicts, left, run_id)
    return {article for article, verdict in verdicts.items() if verdict.kind not in APART}


def enter(
    connection: sqlite3.Connection,
    sameness: Sameness,
    verdicts: Mapping[int, Verdict],
    left: Iterable[int],
    run_id: int | None = None,
) -> None:
    """Write what placing articles has found, and settle their groups and those they left behind."""
    joined = {article: verdict for article, verdict in verdicts.items() if verdict.kind not in APART}
    for group in groups(connection, {*joined, *left}):
        settle(connection, sameness.members(group), joined, run_id)


def document(connection: sqlite3.Connection, article_id: int, draft: Draft) -> Document:
    """A draft as sameness sees it. A date that we made up says nothing."""
    chosen = pairs.following(connection, article_id, "copy") if draft.stored else pairs.Chosen()
    return Document(
        article_id=article_id,
        title_key=draft.title_key,
        url_key=draft.url_key,
        fingerprint=draft.article.fingerprint,
        published=draft.published_at if draft.published_source == "feed" else "",
        apart=chosen.apart,
        beside=chosen.beside,
    )


def leave(connection: sqlite3.Connection, sameness: Sameness, articles: Sequence[int]) -> dict[int, list[int]]:
    """Take articles out of their groups; for each those that stay of its group, ascending."""
    out = set(articles)
    stay = {article: [each for each in fellows(connection, [article]) if each not in out] for article in articles}
    sameness.forget_all(articles)
    release(connection, articles)
    return stay


def release(connection: sqlite3.Connection, articles: Sequence[int]) -> None:
    """Delete what was found out about articles when they were placed, since they are placed again."""
    connection.execute(FREE, (json.dumps(list(articles)),))


def remove(connection: sqlite3.Connection, articles: Sequence[int]) -> None:
    """Take articles that are about to be deleted out of their groups; those that stay elect an original among them."""
    sameness = Sameness(connection)
    stay = leave(connection, sameness, articles)
    for article, fellows_left in stay.items():
        if fellows_left:
            pairs.hand_down(connection, article, fellows_left[0])
    enter(connection, sameness, {}, [each for some in stay.values() for each in some])


def fellows(connection: sqlite3.Connection, articles: Iterable[int]) -> list[int]:
    """Articles with all that are copies of the same as they, ascending."""
    return [row[0] for row in connection.execute(FELLOWS, (json.dumps(sorted(articles)),))]


def grouped(connection: sqlite3.Connection, articles: Iterable[int]) -> list[int]:
    """Those of some articles that have copies or are one, ascending."""
    return [row[0] for row in connection.execute(GROUPED, (json.dumps(sorted(articles)),)).fetchall()]


def groups(connection: sqlite3.Connection, articles: Iterable[int]) -> list[int]:
    """The groups that articles are in, ascending."""
    return [row[0] for row in connection.execute(GROUPS, (json.dumps(sorted(articles)),)).fetchall()]


def settle(
    connection: sqlite3.Connection, members: Iterable[int], joined: Mapping[int, Verdict], run_id: int | None = None
) -> None:
    """Elect a group's original and point the others at it. `joined` are the verdicts of those that came just now."""
    ids = json.dumps(list(members))
    rows = connection.execute(MEMBERS, (ids,)).fetchall()
    named = sources(connection, ids) if len(rows) > 1 else frozenset()
    standing = [
        (number, published, bool(named and named & {domain(url), title_key(feed)}), words)
        for number, (_, published, words, url, feed) in enumerate(rows)  # by uid where all else is equal
    ]
    lead = rows[elect(standing)][0]
    others = [row[0] for row in rows if row[0] != lead]
    own = connection.execute(FOUND, (lead,)).fetchone()
    connection.execute(FREE, (json.dumps([lead]),))
    connection.execute(POINT, {"value": None, "ids": json.dumps([lead])})
    connection.execute(POINT, {"value": lead, "ids": json.dumps(others)})
    connection.execute(FOLLOW, {"lead": lead, "ids": json.dumps(others)})
    quotations.follow(connection, lead, others)
    ranks.rank(connection, {row[0] for row in connection.execute(WITHIN, {"ids": ids}).fetchall()})
    here = [joined[row[0]] for row in rows if row[0] in joined]
    for other in others:
        # The one that was the original has no verdict of its own: it is in the group by that of the newcomer that is
        # like it, or, when only the election fell otherwise, by that of the one that is the original now.
        verdict = joined.get(other) or next((one for one in here if one.of == other), here[0] if here else None)
        found = (verdict.kind, verdict.method, verdict.similarity, verdict.evidence) if verdict else own
        if found:
            connection.execute(ADD, (other, lead, *found, run_id))


def sources(connection: sqlite3.Connection, ids: str) -> frozenset[str]:
    """The sites and names of the sources that articles say they appeared first at."""
    found: set[str] = set()
    for site, words in connection.execute(SOURCES, {"ids": ids}):
        line = None if site else NAMED.fullmatch(words)
        found |= {site, title_key(words)} if site else {title_key(line[1])} if line else set()
    return frozenset(found - {"", None})
