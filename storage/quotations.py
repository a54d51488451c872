"""Quotations: articles that share a passage and are no copies of each other.

`find` is part of the closing step of a run (`storage.kin`): what two articles share is found whichever came first, and
the later quotes the earlier. Of an article that shares passages with many, five are found. The row's reason is the
passage itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from extractors.passages import common
from extractors.sameness import QUOTED, Side, is_same
from storage import ranks, shingles
from storage.overlaps import match
from storage.signatures import Signatures

GROUPS = 5  # that are looked at, and are named at most

FORGET = """DELETE FROM see_also WHERE kind = 'quotes' AND (article_id = :article OR related_id = :article)
RETURNING article_id"""
# Two articles, the later first, each by its original; the text is of the one that shares the passage.
PAIR = """SELECT o.id, t.text FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id
    JOIN articles AS o ON o.id = coalesce(a.duplicate_of, a.id)
WHERE a.id IN (?, ?) ORDER BY o.published_at DESC, o.uid DESC"""
# What is computed otherwise gives way, so that it does not matter what came first; an article's own link stays.
ADD = """INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason)
SELECT :article, :related, 1 + count(*), :score, 'quotes', 'near', :reason FROM see_also WHERE article_id = :article
ON CONFLICT(article_id, related_id) DO UPDATE SET
    score = excluded.score, kind = 'quotes', method = 'near', reason = excluded.reason WHERE kind <> 'see_also'"""
QUOTERS = """SELECT DISTINCT article_id FROM see_also WHERE kind = 'quotes'
AND (related_id IN (SELECT value FROM json_each(:ids)) OR article_id IN (SELECT value FROM json_each(:ids)))"""
MOVE = """UPDATE OR IGNORE see_also SET related_id = :lead
WHERE kind = 'quotes' AND related_id IN (SELECT value FROM json_each(:ids)) AND article_id <> :lead"""
DROP = """DELETE FROM see_also WHERE kind = 'quotes'
AND (related_id IN (SELECT value FROM json_each(:ids)) OR article_id IN (SELECT value FROM json_each(:ids)))"""


def find(connection: sqlite3.Connection, articles: Iterable[int]) -> int:
    """Find what articles quote, and who quotes them; how many pairs. They are originals, placed already."""
    touched, count = set[int](), 0
    for article in articles:
        touched |= _forget(connection, article)
        for other, share in shared(connection, article):
            quoting = note(connection, article, other, share)
            touched |= quoting
            count += len(quoting)
    ranks.rank(connection, touched)
    return count


def shared(connection: sqlite3.Connection, article_id: int) -> list[tuple[int, float]]:
    """The articles of other groups that share a passage with one, each with the share of the shorter, 0–1.

    Of each group one article, the most alike; none that would be the same article.
    """
    signatures = Signatures(connection)
    known, own = signatures.one(article_id), signatures.group_of(article_id)
    if known is None:
        return []
    scarce = shingles.rare(shingles.look_up(connection, known.fingerprint.hashes))
    hit = shingles.places(scarce)
    likely = sorted((-len(places), group) for group, places in hit.items() if group != own and len(places) >= QUOTED)
    side = Side(hashes=tuple(scarce), title=known.title_key)
    samples = [signatures.sample(group, known.fingerprint.algorithm) for _, group in likely[:GROUPS]]
    found = [each for sample in samples if (each := match(connection, side, sample))]
    return [
        (member.article_id, overlap.containment)
        for member, overlap in found
        if overlap.shared >= QUOTED and not is_same(overlap)
    ]


def follow(connection: sqlite3.Connection, lead: int, copies: Iterable[int]) -> None:
    """Let those that quote a copy quote its original instead; what a copy quotes, its original does."""
    asked = {"lead": lead, "ids": json.dumps(sorted(copies))}
    quoters = [row[0] for row in connection.execute(QUOTERS, asked)]
    if quoters:
        connection.execute(MOVE, asked)
        connection.execute(DROP, asked)
        ranks.rank(connection, quoters)


def _forget(connection: sqlite3.Connection, article: int) -> set[int]:
    """Delete what was found of an article before; those that lose a row."""
    return {row[0] for row in connection.execute(FORGET, {"article": article}).fetchall()}


def note(connection: sqlite3.Connection, article: int, other: int, share: float) -> set[int]:
    """Write that the later of two articles quotes the earlier; the later one, or none when no passage is to be seen."""
    (later, text), (earlier, quoted) = connection.execute(PAIR, (article, other)).fetchall()
    passage = common(text, quoted)
    if not passage:
        return set()
    asked = {"article": later, "related": earlier, "score": round(share, 4), "reason": f"“{passage}”"}
    connection.execute(ADD, asked)
    return {int(later)}
