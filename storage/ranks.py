"""The order in which an article names others: its own links, then what it quotes, its story, what goes with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

RANK = """UPDATE see_also SET rank = r.rank FROM (
    SELECT article_id, related_id, row_number() OVER (PARTITION BY article_id ORDER BY
        CASE kind WHEN 'see_also' THEN 1 WHEN 'quotes' THEN 2 WHEN 'same_story' THEN 3 ELSE 4 END,
        rank, related_id) AS rank
    FROM see_also WHERE article_id IN (SELECT value FROM json_each(:ids))) AS r
WHERE see_also.article_id = r.article_id AND see_also.related_id = r.related_id AND see_also.rank <> r.rank"""


def rank(connection: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Count the rows of articles from 1 again, without gaps. Within a kind they keep the order they had."""
    connection.execute(RANK, {"ids": json.dumps(sorted(articles))})
