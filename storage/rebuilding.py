"""Bring the tables of an older file to the very text they have in a new one, without losing a row.

SQLite adds columns at the end of a table only, and rewrites its SQL when it does. So a table whose text differs is set
aside, made anew, filled from the old one by the columns both have, and the old one dropped. Rows keep their numbers,
and AUTOINCREMENT goes on where it was. What somebody else put into the file stays: views, tables, and the indexes and
triggers on ours.

A column that is renamed or must be filled needs a step of its own in `storage.schema`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Container, Sequence

from extractors.addresses import public
from storage.feeds import hushed

MADE = re.compile(r"CREATE (?:UNIQUE )?(TABLE|INDEX|VIEW|TRIGGER|VIRTUAL TABLE) (\w+)")
HANGING = """SELECT name, sql FROM sqlite_master
WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"""
ASIDE = "old_of_"

PUBLIC = (
    "UPDATE feeds SET url = public(url), site_url = public(site_url), last_error = hushed(last_error)",
    "UPDATE feeds SET redirects = 0, redirected_to = NULL WHERE redirected_to <> public(redirected_to)",
    """UPDATE polls SET error = hushed(error), warning = hushed(warning)
    WHERE error LIKE '%://%' OR warning LIKE '%://%'""",
)


def rebuild(connection: sqlite3.Connection, statements: Sequence[str]) -> bool:
    """Make what is missing and make anew what differs, views included. Gives whether anything did.

    Call it in a transaction, with foreign keys off and `legacy_alter_table` on: without, SQLite would let the tables
    that refer to one follow it when it is set aside.
    """
    there = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    made = {match[2]: (match[1], statement) for statement in statements if (match := MADE.match(statement))}
    if all(there.get(name) == statement for name, (_, statement) in made.items()):
        return False
    for name, (kind, statement) in made.items():
        if name in there and (kind == "VIEW" or (kind in {"INDEX", "TRIGGER"} and there[name] != statement)):
            connection.execute(f"DROP {kind} {name}")
    for name, (kind, statement) in made.items():
        if kind == "TABLE" and name in there and there[name] != statement:
            replace(connection, name, statement, made)
        elif not exists(connection, name):
            connection.execute(statement)
    return True


def replace(connection: sqlite3.Connection, name: str, statement: str, ours: Container[str]) -> None:
    """Make one table anew with all its rows, and hang on it again what others hung there."""
    hanging = [sql for other, sql in connection.execute(HANGING, (name,)) if other not in ours]
    [last] = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
    connection.execute(f"ALTER TABLE {name} RENAME TO {ASIDE}{name}")
    connection.execute(statement)
    old, new = (columns(connection, table) for table in (ASIDE + name, name))
    both = ", ".join(column for column in new if column in old)
    connection.execute(f"INSERT INTO {name}({both}) SELECT {both} FROM {ASIDE}{name}")  # noqa: S608 - names of ours
    connection.execute(f"DROP TABLE {ASIDE}{name}")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
    if last is not None:  # beyond the rows there are: a number that was once given away is not given again
        connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)", (name, last))
    for sql in hanging:
        connection.execute(sql)


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns."""
    return [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def exists(connection: sqlite3.Connection, name: str) -> bool:
    """Whether there is a table, index, view or trigger of that name."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def hush(connection: sqlite3.Connection) -> None:
    """Take logins and tokens out of the addresses of feeds, and out of what was told of them."""
    for function in (public, hushed):
        connection.create_function(function.__name__, 1, optional(function), deterministic=True)
    for statement in PUBLIC:
        connection.execute(statement)


def optional(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """A function of text as SQLite calls it, with NULL for None."""
    return lambda text: function(text) if text else text
