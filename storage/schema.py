"""The schema as ordered steps: each is applied once, in the transaction that records it.

A released step is never edited; a change of the schema is a new step, and `connection.VERSION` counts them.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from storage import kin, sameness
from storage.tables import TABLES
from storage.views import VIEWS

migrations = Migrations("fanmill")


@migrations()
def m001_first(db: Database) -> None:
    """All there is: our tables, those of the two indexes for copies and kin, the views."""
    for statement in (*TABLES, *sameness.TABLES, *kin.TABLES, *VIEWS):
        db.conn.execute(statement)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date. Call it inside a write transaction; two processes may do so at once."""
    migrations.apply(Database(connection))
