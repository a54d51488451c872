"""Stories: what several outlets report within three days, each in its own words.

A story is a link, never a deletion. An article joins the story of the article it is most like: of another feed, at most
72 hours away, telling the same event (`storage.events`). One that says nothing but its headline is measured by all the
headlines of a story (`storage.headlines`). What somebody decided comes before all that: two articles that are kept
apart never come into one story, two that are put together always do.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage import events, headlines, pairs
from storage.accounts import Desk
from storage.candidates import HOURS, Decided, Other, agreeing, among, decided, is_bare
from storage.copies import fellows
from storage.pairs import SAID
from storage.ranks import rank
from storage.terms import in_common, mark, nearest, oldest, recall

SETTLE = """
    UPDATE stories SET
        lead_article_id = (SELECT id FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL
            ORDER BY published_at, uid LIMIT 1),
        first_seen_at = coalesce((SELECT min(first_seen_at) FROM articles WHERE story_id = stories.id), first_seen_at),
        size = (SELECT count(*) FROM articles WHERE story_id = stories.id AND duplicate_of IS NULL)
    WHERE id = ?"""
COPIES = """UPDATE articles SET story_id = :story WHERE story_id IS NULL AND duplicate_of IN
    (SELECT id FROM articles WHERE story_id = :story AND duplicate_of IS NULL)"""
DISSOLVE = """DELETE FROM see_also WHERE kind = 'same_story' AND (
    article_id IN (SELECT id FROM articles WHERE story_id = :story)
    OR related_id IN (SELECT id FROM articles WHERE story_id = :story)) RETURNING article_id"""
WITHIN = """SELECT DISTINCT s.article_id FROM articles AS a CROSS JOIN see_also AS s ON s.article_id = a.id
    CROSS JOIN articles AS b ON b.id = s.related_id
WHERE a.story_id = :story AND s.kind = 'related' AND b.story_id = :story"""
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
        AND article_id IN (SELECT id FROM articles WHERE story_id = :story)) RETURNING article_id"""
LEAVE = "UPDATE articles SET story_id = NULL WHERE (id = :article OR duplicate_of = :article) AND story_id = :story"
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
        story = story_of(connection, article)
        touched |= {story: None} if story else {}
        others, method = ([], "") if story else _beside(desk, article, since)
        for other in others:
            told = join(connection, article, other, method)
            made |= {told} if other.story is None and other is others[0] else set()
            touched[told] = None
        mark(connection, [article], "placed")
    for story in touched:
        settle(connection, story)
    return sum(_is_there(connection, story) for story in sorted(made))


def settle(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story up to date with its articles: its lead is the earliest that is no copy, its size counts no copies.

    A story of one article is dissolved, and so is one that lost all of them. Articles that name one of their own story
    as a related one are to be related again.
    """
    asked = {"story": story}
    adopt(connection, story)
    connection.execute(SETTLE, (story,))
    members = _members(connection, story)
    if len(members) > 1:
        recall(connection, (row[0] for row in connection.execute(WITHIN, asked).fetchall()))
        return
    rank(connection, {row[0] for row in connection.execute(DISSOLVE, asked).fetchall()})
    recall(connection, members)
    connection.execute("DELETE FROM stories WHERE id = :story", asked)


def adopt(connection: sqlite3.Connection, story: int) -> None:
    """Let copies into the story of their originals: those that came since it was last brought up to date.

    Those that are in another have just become copies: `heirs` see to it that what they leave is settled.
    """
    connection.execute(COPIES, {"story": story})


def part(connection: sqlite3.Connection, article: int, at: datetime) -> tuple[int, ...]:
    """Take an article out of its story, its copies with it, and remember that it belongs with none of the others there.

    Gives those others, the earliest first: none when it was in no story. Call it in a transaction.
    """
    article = _original(connection, article)
    story = story_of(connection, article)
    if not story:
        return ()
    rest = tuple(_fellows(connection, article, story))
    _undecide(connection, [article], rest)
    pairs.separate(connection, article, rest, "story", at)
    leave(connection, article, story)
    settle(connection, story)
    recall(connection, (article, *rest))
    return rest


def story_of(connection: sqlite3.Connection, article: int) -> int | None:
    """The story that an article is in, if any."""
    row = connection.execute("SELECT story_id FROM articles WHERE id = ?", (article,)).fetchone()
    return row[0] if row else None


def leave(connection: sqlite3.Connection, article: int, story: int) -> None:
    """Take an article out of a story with its copies, and out of what is noted there. Settle the story afterwards."""
    unnote(connection, article, story)
    connection.execute(LEAVE, {"article": article, "story": story})


def unnote(connection: sqlite3.Connection, article: int, story: int) -> None:
    """Delete what is noted of an article and the others of a story."""
    rank(connection, {row[0] for row in connection.execute(UNNOTE, {"article": article, "story": story}).fetchall()})


def unite(connection: sqlite3.Connection, one: int, other: int, at: datetime) -> bool:
    """Put two articles, with all of their stories, into one, and remember it. False when they are one article.

    Whatever kept one of these articles from another is forgotten. Call it in a transaction.
    """
    first, second = _original(connection, one), _original(connection, other)
    if first == second:
        return False
    stories = {each: story_of(connection, each) for each in (first, second)}
    mine, theirs = ([each, *_fellows(connection, each, stories[each])] for each in (first, second))
    _undecide(connection, [first], [second])
    pairs.unite(connection, _with_copies(connection, mine), _with_copies(connection, theirs), "story", at)
    settle(connection, bring_together(connection, first, second))
    return True


def bring_together(connection: sqlite3.Connection, one: int, other: int) -> int:
    """Make the stories of two articles one because somebody said so; its id. Settle it afterwards."""
    earlier, later = (row[0] for row in connection.execute(IN_ORDER, (one, other)).fetchall())
    joined = Other(article_id=earlier, story=story_of(connection, earlier), cosine=1.0)
    return join(connection, later, joined, "chosen")


def _undecide(connection: sqlite3.Connection, ones: Sequence[int], others: Sequence[int]) -> None:
    """Forget what was decided of articles or their copies and others or theirs."""
    asked = {"ones": json.dumps(fellows(connection, ones)), "others": json.dumps(fellows(connection, others))}
    for together in (0, 1):
        connection.execute(pairs.UNDECIDE, asked | {"about": "story", "together": together})


def _with_copies(connection: sqlite3.Connection, articles: Sequence[int]) -> list[int]:
    """Articles, and after them all that are copies of the same."""
    return list(dict.fromkeys((*articles, *fellows(connection, articles))))


def _beside(desk: Desk, article: int, since: int) -> tuple[list[Other], str]:
    """The articles whose stories an article belongs to, usually one, and how that was seen."""
    connection = desk.connection
    choices = decided(connection, article) if desk.chosen else Decided()
    wanted = [Other(article_id=other, story=story, cosine=1.0) for other, story in choices.beside]
    chosen = agreeing(connection, wanted, [Other(article_id=article, story=None, cosine=1.0)])
    if chosen:
        return chosen, "chosen"
    bare = is_bare(connection, article)
    likes = nearest(connection, article, headlines.COSINE if bare else events.COSINE, since)
    others = among(connection, article, likes, choices)
    found = headlines.alike(connection, article, [other for other in others if other.bare]) if bare else []
    if not found:
        told = events.closest(desk, article, [other for other in others if not (bare and other.bare)])
        found = [told] if told else []
    return found, "terms"


def join(connection: sqlite3.Connection, article: int, other: Other, method: str) -> int:
    """Put an article beside another: into its story, a new one, or one made of the stories of both; the story's id.

    `method` is how that was seen: terms, or chosen. Settle the story afterwards.
    """
    mine, theirs = story_of(connection, article), story_of(connection, other.article_id)
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
    rank(connection, [article])
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
