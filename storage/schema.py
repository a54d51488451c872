"""The schema as ordered steps: each is applied once, in the transaction that records it.

A released step is never edited; a change of the schema is a new step, and `connection.VERSION` counts them. The first
makes all there is now, so the later ones find nothing to do in a new file. In an older one they bring every table to
the very text it has in a new file (`storage.rebuilding`).
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from storage import kin, rebuilding, rehashing, sameness
from storage.tables import TABLES
from storage.views import VIEWS

migrations = Migrations("fanmill")

# Schema 1 retired feeds for no other reason.
GONE = "UPDATE feeds SET retired_why = 'gone' WHERE retired_at IS NOT NULL AND retired_why IS NULL"
# What feeds call their articles was not kept before schema 4, but for what speaks for a tag. So was what the operator
# says of all articles of a feed, by the ids of tags; that is no feed's word.
CATEGORIES = """INSERT OR IGNORE INTO article_categories(article_id, category, tag_id, borne_out)
SELECT article_id, detail, tag_id, EXISTS (SELECT 1 FROM tag_evidence AS o WHERE o.article_id = e.article_id
    AND o.tag_id = e.tag_id AND o.source IN ('rule', 'entity'))
FROM tag_evidence AS e WHERE source = 'feed' AND detail <> tag_id"""
STATEMENTS = (*TABLES, *sameness.TABLES, *kin.TABLES, *VIEWS)


@migrations()
def m001_first(db: Database) -> None:
    """All there is: our tables, those of the two indexes for copies and kin, the views."""
    for statement in STATEMENTS:
        db.conn.execute(statement)


@migrations()
def m002_polite(db: Database) -> None:
    """What polling politely needs: columns of feeds, articles and quarantine, pauses, tombstones.

    What an older fanmill wrote down of logins and tokens is taken out.
    """
    if renew(db.conn):
        rebuilding.hush(db.conn)
        db.conn.execute(GONE)


@migrations()
def m003_learning(db: Database) -> None:
    """What learning a feed's chrome needs: marks, learnt rules, choices, containers; why a text is in doubt."""
    renew(db.conn)


@migrations()
def m004_subjects(db: Database) -> None:
    """What tags that learn need: corrections, models, the feed's own categories; briefs and keyphrases."""
    renew(db.conn)
    db.conn.execute(CATEGORIES)


@migrations()
def m005_kin(db: Database) -> None:
    """What two articles have to do with each other: evidence, method, quotations, and what somebody decided."""
    renew(db.conn)


def renew(connection: sqlite3.Connection) -> bool:
    """Bring every table to the text it has in a new file. Gives whether there was anything to do."""
    rehashing.rehash(connection)
    return rebuilding.rebuild(connection, STATEMENTS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date. Call it inside a write transaction; two processes may do so at once.

    The connection has foreign keys off and `legacy_alter_table` on, both of which only change outside a transaction.
    """
    migrations.apply(Database(connection))
