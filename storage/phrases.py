"""The keyphrases of articles: what sets each apart from the others in this database.

Chosen once, in the closing step of a run, when the words of all its articles have been counted: then the order in which
they came changes nothing. See `extractors.phrases` for how they are found and weighed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from extractors.phrases import candidates, rank
from storage.rows import insert
from storage.terms import articles_with

TEXTS = """SELECT a.id, t.title, t.text, a.labels, f.title
FROM json_each(?) AS j JOIN articles AS a ON a.id = j.value JOIN article_texts AS t ON t.article_id = a.id
    JOIN feeds AS f ON f.id = a.feed_id ORDER BY a.id"""
STORED = "SELECT count(*) FROM articles"
CLEAR = "DELETE FROM article_phrases WHERE article_id = ?"
TOGETHER = 200  # articles whose texts are read at a time


def choose(connection: sqlite3.Connection, articles: Sequence[int], sources: Collection[str]) -> None:
    """Choose the keyphrases of these articles, whose terms are counted, in place of any they had.

    What a reader is shown anyway is none of them: labels, and the feed's own name. Nor is one of `sources`, the case
    folded names of those who report.
    """
    stored = connection.execute(STORED).fetchone()[0] if articles else 0
    for start in range(0, len(articles), TOGETHER):
        some = json.dumps(articles[start : start + TOGETHER])
        for article, title, text, labels, feed in connection.execute(TEXTS, (some,)).fetchall():
            found = [one for one in candidates(title, text) if one.phrase.casefold() not in sources]
            spread = articles_with(connection, {word for one in found for word in one.words})
            taken = {name.casefold() for name in (*labels.split(", "), feed) if name}
            connection.execute(CLEAR, (article,))
            best = enumerate(rank(found, spread, stored, taken), 1)
            rows = [(article, place, one.phrase, score) for place, (one, score) in best]
            insert(connection, "article_phrases", "article_id, rank, phrase, score", rows)
