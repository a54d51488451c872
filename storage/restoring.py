"""What was computed of two articles, once no link of the one leads to the other any more.

There is one row for two articles, and an article's own link has it before all else. When the link finds another target,
or none, the pair falls back to what it would be without it:

    quotes        the article shares a passage with an earlier one
    same_story    the two are in one story, and no rows lead from the one to the other through it
    related       the article is related again by the next run, in place of what it was given instead

Which of its story's articles one had come by is not known any more: it is the one that the link led to, and how like it
is may be told by all words, where it was by twenty. Copies have no rows but those of their own links, and articles that
are new are yet to get theirs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from storage import pairs, quotations, terms

STANDING = """SELECT a.id, b.id, (a.published_at, a.uid) > (b.published_at, b.uid),
    a.story_id IS NOT NULL AND a.story_id IS b.story_id
FROM json_each(?) AS j JOIN articles AS a ON a.id = j.value ->> 0 JOIN articles AS b ON b.id = j.value ->> 1
    JOIN article_terms AS t ON t.article_id = a.id
WHERE a.duplicate_of IS NULL AND b.duplicate_of IS NULL AND t.state IN ('placed', 'weighed') ORDER BY 1, 2"""
TIED = """WITH RECURSIVE tied(id) AS (SELECT :article UNION
    SELECT iif(s.article_id = tied.id, s.related_id, s.article_id)
    FROM tied JOIN see_also AS s ON s.kind <> 'related' AND (s.article_id = tied.id OR s.related_id = tied.id)
        JOIN articles AS a ON a.id = s.article_id JOIN articles AS b ON b.id = s.related_id
    WHERE a.story_id = b.story_id)
SELECT 1 FROM tied WHERE id = :other"""
ORIGINAL = "SELECT coalesce(duplicate_of, id) FROM articles WHERE id = ?"
ADD = """INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason)
SELECT :article, :other, 1 + count(*), round(:score, 4), :kind, :method, :reason FROM see_also
WHERE article_id = :article"""


def restore(connection: sqlite3.Connection, gone: Sequence[tuple[int, int]]) -> None:
    """Let pairs of articles whose see-also rows are gone have the rows again that were computed of them."""
    rows = connection.execute(STANDING, (json.dumps(gone),)).fetchall() if gone else []
    for article, other, is_later, is_told in rows:
        if is_later and _quote(connection, article, other):
            continue
        if is_told and not connection.execute(TIED, {"article": article, "other": other}).fetchone():
            _tell(connection, article, other)
    terms.recall(connection, sorted({article for article, *_ in rows}))


def _quote(connection: sqlite3.Connection, article: int, other: int) -> bool:
    """Note the passage that an article shares with an earlier one, or a copy of it; whether there is one."""
    return any(
        connection.execute(ORIGINAL, (member,)).fetchone()[0] == other
        and quotations.note(connection, article, member, share)
        for member, share in quotations.shared(connection, article)
    )


def _tell(connection: sqlite3.Connection, article: int, other: int) -> None:
    """Note that two articles tell one story."""
    if other in pairs.of(connection, article, "story").beside:
        asked = {"score": 1.0, "method": "chosen", "reason": pairs.SAID}
    else:
        asked = {
            "score": _likeness(connection, article, other),
            "method": "terms",
            "reason": terms.in_common(connection, article, other),
        }
    connection.execute(ADD, {"article": article, "other": other, "kind": "same_story", **asked})


def _likeness(connection: sqlite3.Connection, article: int, other: int) -> float:
    """The cosine of two articles, 0–1; one that has changed is not weighed yet, and is measured by all its words."""
    (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    near = terms.nearest(connection, article, 0.0, other).get(other)
    return terms.compare(connection, article, [other], articles)[other] if near is None else near
