"""How far a feed's own categories can be trusted: how often of late anything in the text spoke for them too.

    share = (borne out + 9) / (categories + 10)        over its last 200 articles, from 30 categories on
    trust = .9 as long as the share is .65 or more, else the share, to a tenth

A text need not name what it is about, so a third that is not borne out says nothing against a feed; one that gives
"AI" to whatever it prints falls far below. What somebody said of a tag comes before what the text says, and counts
three times when it was no. A category that is not trusted no longer gives a tag on its own word, but still helps one
along. The steps are coarse, since each tags the feed's articles by another measure.
"""

from __future__ import annotations

import sqlite3

PRIOR, WEIGHT = 9, 10  # as if nine of ten had been right before anything was seen
ENOUGH = 30  # categories
FULL = 0.9  # trust in a feed that has shown nothing else
FAIR = 0.65  # share from which it is full

COUNTS = """WITH latest AS (SELECT id FROM articles WHERE feed_id = ? ORDER BY id DESC LIMIT 200)
SELECT coalesce(sum(iif(v.holds = 0, 3, 1)), 0), coalesce(sum(coalesce(v.holds, c.borne_out)), 0)
FROM latest JOIN article_categories AS c ON c.article_id = latest.id
    LEFT JOIN tag_corrections AS v ON v.article_id = c.article_id AND v.tag_id = c.tag_id
WHERE c.tag_id IS NOT NULL"""
SET = "UPDATE feeds SET category_trust = :trust WHERE id = :feed AND category_trust <> :trust"


def weigh(connection: sqlite3.Connection, feed_id: int) -> None:
    """Look again how far a feed's categories can be trusted."""
    every, right = connection.execute(COUNTS, (feed_id,)).fetchone()
    if every >= ENOUGH:
        share = (right + PRIOR) / (every + WEIGHT)
        connection.execute(SET, {"trust": FULL if share >= FAIR else round(share, 1), "feed": feed_id})
