"""Heirs: what becomes of an article's place in its story once it is a copy, or is none any more.

    a copy at last    its original takes its place, if that has none of its own and nobody keeps it from there; what was
                      noted of the copy is the original's from now on, and what was decided of it holds for both; of an
                      article that was edited into a copy only that
    no copy any more  what came into a story behind its original leaves it, to be judged by itself

Whatever its story was, a copy is where its original is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from storage.accounts import CHOSEN
from storage.candidates import Other, agreeing, decided
from storage.ranks import rank
from storage.stories import bring_together, leave, settle, story_of, unnote
from storage.terms import recall

STORIES = """SELECT DISTINCT story_id FROM articles
WHERE id IN (SELECT value FROM json_each(?)) AND story_id IS NOT NULL ORDER BY 1"""
# A story that has more originals than it was said to have, those that are copies since then with them, has some that
# nobody counted. What takes the place of an original that was purged is counted at once.
LET_GO = """UPDATE articles SET story_id = NULL
WHERE id IN (SELECT value FROM json_each(:ids)) AND story_id = :story AND (
    SELECT count(*) FROM articles AS a JOIN article_terms AS t ON t.article_id = a.id
    WHERE a.story_id = :story AND (a.duplicate_of IS NULL OR t.state = 'placed')
) > (SELECT size FROM stories WHERE id = :story)"""
INHERIT = "UPDATE articles SET story_id = :story WHERE id = :original AND story_id IS NULL"
FOLLOW = "UPDATE articles SET story_id = :story WHERE duplicate_of = :original AND story_id IS NOT :story"
NOTES = (
    """UPDATE OR IGNORE see_also SET article_id = :original
    WHERE kind = 'same_story' AND article_id = :copy AND related_id <> :original RETURNING article_id""",
    """UPDATE OR IGNORE see_also SET related_id = :original
    WHERE kind = 'same_story' AND related_id = :copy AND article_id <> :original RETURNING article_id""",
    """DELETE FROM see_also WHERE kind = 'same_story' AND (article_id = :copy OR related_id = :copy)
    RETURNING article_id""",
)
ASTRAY = """DELETE FROM see_also WHERE kind = 'same_story' AND (article_id = :article OR related_id = :article)
AND iif(article_id = :article, related_id, article_id) NOT IN (SELECT id FROM articles WHERE story_id = :story)
RETURNING article_id"""
COPIES = "SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?)) AND duplicate_of IS NOT NULL ORDER BY 1"


def stories_of(connection: sqlite3.Connection, articles: Iterable[int]) -> set[int]:
    """The stories that articles are in."""
    return {row[0] for row in connection.execute(STORIES, (json.dumps(sorted(articles)),))}


def copies_among(connection: sqlite3.Connection, articles: Iterable[int]) -> list[int]:
    """Those of some articles that are copies, ascending."""
    return [row[0] for row in connection.execute(COPIES, (json.dumps(sorted(articles)),))]


def free(connection: sqlite3.Connection, former: Iterable[int]) -> None:
    """Let those of former copies that are none now, since they have another text, out of their original's story.

    The next `kin.relate` judges them, and settles what they left.
    """
    former = sorted(former)
    for article in sorted({*former} - {*copies_among(connection, former)}):
        story = story_of(connection, article)
        if story:
            connection.execute("UPDATE articles SET story_id = NULL WHERE id = ?", (article,))
            _tidy(connection, article, None)
            members = connection.execute("SELECT id FROM articles WHERE story_id = ?", (story,)).fetchall()
            recall(connection, (row[0] for row in members))


def let_go(connection: sqlite3.Connection, articles: Iterable[int]) -> set[int]:
    """Let what is no copy any more out of stories that do not count it; the stories it was in, to be settled."""
    ids = sorted(articles)
    stories = stories_of(connection, ids)
    for story in sorted(stories):
        connection.execute(LET_GO, {"ids": json.dumps(ids), "story": story})
    return stories


def hand_over(connection: sqlite3.Connection, copies: Iterable[tuple[int, int, str]]) -> set[int]:
    """Give the places of articles that have turned out to be copies to their originals; the stories this touches.

    `copies` are rows of an article, its original, and how far it has come (see `terms.mark`): what is new again has
    another text, by which its original gets no place. Settle the stories afterwards, then let the copies `follow`.
    """
    touched = set[int]()
    for copy, original, state in copies:
        story = story_of(connection, copy)
        asked = {"story": story, "copy": copy, "original": original}
        if story:
            touched.add(story)
            if state == "placed" and not decided(connection, original).forbids(original, story):
                connection.execute(INHERIT, asked)
            if story_of(connection, original) != story:
                unnote(connection, copy, story)
        _rank(connection, [row[0] for sql in NOTES for row in connection.execute(sql, asked).fetchall()])
    return touched


def heed(connection: sqlite3.Connection, originals: Iterable[int]) -> set[int]:
    """See to it that articles which got copies are where somebody wants these to be; the stories this touches."""
    touched = set[int]()
    if not connection.execute(CHOSEN).fetchone()[0]:
        return touched
    for original in sorted(originals):
        choices, story = decided(connection, original), story_of(connection, original)
        if story and choices.forbids(original, story):
            leave(connection, original, story)
            recall(connection, [original])
            touched.add(story)
            story = None
        own = Other(article_id=original, story=story, cosine=1.0)
        others = [Other(article_id=other, story=theirs, cosine=1.0) for other, theirs in choices.beside]
        for other in agreeing(connection, [each for each in others if each.story != story or not story], [own]):
            touched.add(bring_together(connection, original, other.article_id))
    return touched


def follow(connection: sqlite3.Connection, originals: Iterable[int]) -> None:
    """Let all copies of articles be in the story of these, or in none, and nothing be noted of these but there."""
    for original in sorted(originals):
        story = story_of(connection, original)
        connection.execute(FOLLOW, {"original": original, "story": story})
        _tidy(connection, original, story)


def _tidy(connection: sqlite3.Connection, article: int, story: int | None) -> None:
    """Delete what is noted of an article and others than those of its story."""
    asked = {"article": article, "story": story}
    _rank(connection, [row[0] for row in connection.execute(ASTRAY, asked).fetchall()])


def _rank(connection: sqlite3.Connection, articles: Sequence[int]) -> None:
    if articles:
        rank(connection, set(articles))


def settle_all(connection: sqlite3.Connection, stories: Iterable[int]) -> None:
    """Settle stories, the first made first."""
    for story in sorted(stories):
        settle(connection, story)
