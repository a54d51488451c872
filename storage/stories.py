"""Stories: what several outlets report within three days, each in its own words.

A story is a link, never a deletion. An article joins the story of the article it is most like: of another feed, at most
72 hours away, telling the same event (`storage.events`). One that says nothing but its headline is measured by all the
headlines of a story (`storage.headlines`). What somebody decided comes before all that: two articles that are kept
apart never come into one story, two that are put together always do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage import events, headlines, pairs
from storage.accounts import Desk
from storage.candidates import HOURS, Decided, Other, among, decided, is_bare
from storage.pairs import SAID
from storage.terms import in_common, mark, nearest, oldest

SETTLE = """
    UPDATE stories SET
        lead_article_id = (SELECT id FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL
            ORDER BY published_at, uid LIMIT 1),
        first_seen_at = coalesce((SELECT min(first_seen_at) FROM articles WHERE story_id = stories.id), first_seen_at),
        size = (SELECT count(*) FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL)
    WHERE id = ?"""
COPIES = """UPDATE articles SET story_id = :story WHERE duplicate_of IN
    (SELECT id FROM articles WHERE story_id = :story AND duplicate_of IS NULL)"""
INHERIT = "UPDATE articles SET story_id = :story WHERE id = :original AND story_id IS NULL"
GO_ALONG = "UPDATE articles SET story_id = (SELECT story_id FROM articles WHERE id = :original) WHERE id = :copy"
NOTE = """
    INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason) VALUES
    (:mine, :theirs, 1 + (SELECT count(*) FROM see_also WHERE article_id = :mine), :score, 'same_story', :method,
        :reason)
    ON CONFLICT(article_id, related_id) DO UPDATE SET
        score = excluded.score, kind = excluded.kind, method = excluded.method, reason = excluded.reason
    WHERE kind IN ('same_story', 'related')"""
UNNOTE = """DELETE FROM see_also WHERE kind = 'same_story' AND (
    article_id IN (SELECT id FROM articles WHERE id = :article OR duplicate_of = :article)
        AND related_id IN (SELECT id FROM articles WHERE story_id = :story)
    OR related_id IN (SELECT id FROM articles WHERE id = :article OR duplicate_of = :article)
        AND article_id IN (SELECT id FROM articles WHERE story_id = :story))"""
LEAVE = "UPDATE articles SET story_id = NULL WHERE id = :article OR duplicate_of = :article"
MOVE = "UPDATE articles SET story_id = :into WHERE story_id = :story"
MEMBERS = "SELECT id FROM articles WHERE story_id = ? AND duplicate_of IS NULL ORDER BY published_at, uid"
ORIGINAL = "SELECT coalesce(duplicate_of, id) FROM articles WHERE id = ?"
IN_ORDER = "SELECT id FROM articles WHERE id IN (?, ?) ORDER BY published_at, uid"


def tell(connection: sqlite3.Connection, articles: Sequence[int], since: int | None = None) -> int:
    """Put articles, given in the order of publication, into stories; the number of stories made.

    An article that is in a story stays there. Copies follow their original. The article by which another came into its
    story is noted in `see_also`, with what the two have in common. `since` is the least id that is looked at; where it
    is not given it is found.
    """
    touched: dict[int, None] = {}
    made: set[int] = set()
    desk = Desk(connection)
    since = oldest(connection, articles, HOURS / 24) if since is None else since
    for article in articles:
        others, method = ([], "") if _story_of(connection, article) else _beside(desk, article, since)
        for other in others:
            told = _join(connection, article, other, method)
            made |= {told} if other.story is None and other is others[0] else set()
            touched[told] = None
        mark(connection, [article], "placed")
    for story in touched:
        settle(connection, story)
    return sum(_is_there(connection, story) for story in sorted(made))


def settle(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story up to date with its articles: its lead is the earliest that is no copy, its size counts no copies.

    A story of one article is dissolved, and so is one that lost all of them.
    """
    adopt(connection, story)
    connection.execute(SETTLE, (story,))
    connection.execute("DELETE FROM stories WHERE id = ? AND size < 2", (story,))


def adopt(connection: sqlite3.Connection, story: int) -> None:
    """Let copies into the story of their originals: those that came since it was last brought up to date."""
    connection.execute(COPIES, {"story": story})


def hand_over(connection: sqlite3.Connection, copy: int) -> None:
    """An article that has turned out to be a copy leaves its story to its original, and goes where that is."""
    story, original = _story_of(connection, copy), _original(connection, copy)
    if not story:
        return
    asked = {"story": story, "copy": copy, "original": original}
    if not decided(connection, original).forbids(original, story):
        connection.execute(INHERIT, asked)
    if _story_of(connection, original) != story:
        connection.execute(UNNOTE, {"article": copy, "story": story})
    connection.execute(GO_ALONG, asked)
    settle(connection, story)


def part(connection: sqlite3.Connection, article: int, at: datetime) -> tuple[int, ...]:
    """Take an article out of its story, its copies with it, and remember that it belongs with none of the others there.

    Gives those others, the earliest first: none when it was in no story. Call it in a transaction.
    """
    article = _original(connection, article)
    story = _story_of(connection, article)
    if not story:
        return ()
    rest = tuple(each for each in _members(connection, story) if each != article)
    pairs.separate(connection, article, rest, "story", at)
    connection.execute(UNNOTE, {"article": article, "story": story})
    connection.execute(LEAVE, {"article": article})
    settle(connection, story)
    return rest


def unite(connection: sqlite3.Connection, one: int, other: int, at: datetime) -> bool:
    """Put two articles, with all of their stories, into one, and remember it. False when they are one article.

    Whatever kept one of these articles from another is forgotten. Call it in a transaction.
    """
    first, second = _original(connection, one), _original(connection, other)
    if first == second:
        return False
    stories = {each: _story_of(connection, each) for each in (first, second)}
    mine, theirs = ([each, *_fellows(connection, each, stories[each])] for each in (first, second))
    pairs.unite(connection, mine, theirs, "story", at)
    earlier, later = (row[0] for row in connection.execute(IN_ORDER, (first, second)).fetchall())
    joined = Other(article_id=earlier, story=stories[earlier], cosine=1.0)
    settle(connection, _join(connection, later, joined, "chosen"))
    return True


def _beside(desk: Desk, article: int, since: int) -> tuple[list[Other], str]:
    """The articles whose stories an article belongs to, usually one, and how that was seen."""
    connection = desk.connection
    choices = decided(connection, article) if desk.chosen else Decided()
    if choices.beside:
        return [Other(article_id=other, story=story, cosine=1.0) for other, story in choices.beside], "chosen"
    bare = is_bare(connection, article)
    likes = nearest(connection, article, headlines.COSINE if bare else events.COSINE, since)
    others = among(connection, article, likes, choices)
    found = headlines.alike(connection, article, [other for other in others if other.bare]) if bare else []
    if not found:
        told = events.closest(desk, article, [other for other in others if not (bare and other.bare)])
        found = [told] if told else []
    return found, "terms"


def _join(connection: sqlite3.Connection, article: int, other: Other, method: str) -> int:
    """Put an article beside another: into its story, a new one, or one made of the stories of both; the story's id."""
    mine, theirs = _story_of(connection, article), _story_of(connection, other.article_id)
    told = [story for story in (theirs, mine) if story]
    story = min(told) if told else _make(connection, other.article_id)
    for each in told:
        connection.execute(MOVE, {"story": each, "into": story})
        if each != story:
            connection.execute("DELETE FROM stories WHERE id = ?", (each,))
    place = "UPDATE articles SET story_id = ? WHERE id IN (?, ?)"
    connection.execute(place, (story, article, other.article_id))
    connection.execute(SETTLE, (story,))
    reason = SAID if method == "chosen" else in_common(connection, article, other.article_id)
    asked = {"mine": article, "theirs": other.article_id, "score": round(other.cosine, 4), "reason": reason}
    connection.execute(NOTE, asked | {"method": method})
    return story


def _make(connection: sqlite3.Connection, article: int) -> int:
    """A story that begins with one article."""
    query = """INSERT INTO stories(lead_article_id, first_seen_at, size)
        SELECT id, first_seen_at, 1 FROM articles WHERE id = ?"""
    story = connection.execute(query, (article,)).lastrowid
    assert story is not None
    return story


def _members(connection: sqlite3.Connection, story: int) -> list[int]:
    return [row[0] for row in connection.execute(MEMBERS, (story,))]


def _fellows(connection: sqlite3.Connection, article: int, story: int | None) -> list[int]:
    """The others in an article's story, the earliest first."""
    return [each for each in _members(connection, story) if each != article] if story else []


def _is_there(connection: sqlite3.Connection, story: int) -> bool:
    return connection.execute("SELECT 1 FROM stories WHERE id = ?", (story,)).fetchone() is not None


def _original(connection: sqlite3.Connection, article: int) -> int:
    row = connection.execute(ORIGINAL, (article,)).fetchone()
    return row[0] if row else article


def _story_of(connection: sqlite3.Connection, article: int) -> int | None:
    row = connection.execute("SELECT story_id FROM articles WHERE id = ?", (article,)).fetchone()
    return row[0] if row else None
