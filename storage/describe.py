"""The page on the schema, made from a fresh database: `python -m storage.describe > docs/schema.md`.

Meanings come from the comments inside the CREATE statements, so that the page, the sqlite3 shell and the code agree.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from storage.connection import connect
from storage.questions import QUESTIONS

INTRO = """# The database

Everything fanmill knows is in one SQLite file, `news.db`. It is yours to query: with `sqlite3`, `sqlite-utils`,
Datasette, pandas or anything else that reads SQLite. Readers never wait for the mill, nor the mill for them.

Times are UTC, ISO-8601 with a Z. Scores lie between 0 and 1. Offsets count characters of the clean text. In the sqlite3
shell, `.schema articles` shows the same comments as this page.

Beside it lies `news.raw.db` with what came in for each entry, zstd-compressed. It may be deleted: only cleaning again
needs it.

This page is made by `python -m storage.describe > docs/schema.md`; a test keeps it up to date.
"""

WORKING = {
    "shingles", "signatures", "article_terms", "term_weights", "term_counts",
    "article_marks", "feed_rules", "containers",
}  # fmt: skip


def describe() -> str:
    """The page, Markdown."""
    connection = connect(Path(":memory:"))
    try:
        return "\n".join([INTRO, *tables(connection), *views(connection), *examples()])
    finally:
        connection.close()


def statements(connection: sqlite3.Connection, kind: str) -> list[tuple[str, str]]:
    """Names and SQL of our tables or views, in the order they were made; the search index's own tables left out."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = ? ORDER BY rowid"
    hidden = ("sqlite_", "_sqlite", "articles_fts_")
    return [(name, sql) for name, sql in connection.execute(query, (kind,)) if not name.startswith(hidden)]


def tables(connection: sqlite3.Connection) -> Iterator[str]:
    """A section for each table, with a line for each column; those that only we work with in a list."""
    found = [(name, sql) for name, sql in statements(connection, "table") if "fts5" not in sql]
    yield "## Tables\n"
    for name, sql in found:
        if name not in WORKING:
            yield f"### {name}\n\n{capital(head(sql))}.\n\n| column | type | meaning |\n| --- | --- | --- |"
            said = meanings(sql)
            for column, kind in columns(connection, name):
                yield f"| {column} | {kind} | {said.get(column) or reference(connection, name, column)} |"
            yield ""
    yield "### articles_fts\n\nFull-text index (FTS5) over `article_texts`; its rowid is the article's id.\n"
    yield "### Working tables\n"
    yield "\n".join(f"- `{name}`: {head(sql)}" for name, sql in found if name in WORKING) + "\n"


def views(connection: sqlite3.Connection) -> Iterator[str]:
    """A section for each view."""
    yield "## Views\n"
    for name, sql in statements(connection, "view"):
        listed = ", ".join(f"`{column}`" for column, _ in columns(connection, name))
        yield f"### {name}\n\n{capital(head(sql))}.\n\n{listed}\n"


def examples() -> Iterator[str]:
    """Questions and the statement that answers each."""
    yield "## Questions\n"
    for question, sql in QUESTIONS.items():
        yield f"{question}:\n\n```sql{sql};\n```\n"


def columns(connection: sqlite3.Connection, name: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a table or view."""
    return [(row[0], row[1]) for row in connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,))]


def head(sql: str) -> str:
    """The comment on the first line of a statement."""
    return sql.split("\n", 1)[0].partition("-- ")[2]


def meanings(sql: str) -> dict[str, str]:
    """The comment behind each column."""
    found = re.finditer(r"^ +(\w+) (?:TEXT|INTEGER|REAL|BLOB)\b[^\n]*?-- ([^\n]+)$", sql, re.MULTILINE)
    return {match[1]: match[2].replace("|", "\\|") for match in found}


def reference(connection: sqlite3.Connection, table: str, column: str) -> str:
    """What a column without comment refers to."""
    query = 'SELECT "table" FROM pragma_foreign_key_list(?) WHERE "from" = ?'
    row = connection.execute(query, (table, column)).fetchone()
    return f"→ {row[0]}" if row else ""


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    sys.stdout.write(describe())
