"""Bring the index of copies of an older file to the form of today, without reading any article again.

Before schema 5 shingles were eight bytes and one in four of them was kept, and addresses stood in full. Three in
sixteen and four bytes are enough (`extractors.fingerprints`), and both follow from what is there: the first four bytes
of the hashes whose first byte is low enough.
"""

from __future__ import annotations

import sqlite3
import struct

from extractors.fingerprints import ALGORITHM, KEPT
from storage.shingles import CAP, LEARNT, pack
from storage.signatures import TABLES, address_key

NAMES = ("signatures", "shingles")
INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
SIGNATURES = """INSERT INTO signatures(article_id, group_id, address, title, published, words, text_hash,
    algorithm, hashes)
SELECT article_id, group_id, address_key(address), title, published, words, text_hash, :algorithm, repacked(hashes)
FROM old_of_signatures"""
SHINGLES = """INSERT OR IGNORE INTO shingles(hash, group_id)
SELECT hash >> 32, group_id FROM old_of_shingles WHERE hash >> 56 < :kept ORDER BY 1, 2"""
FURNITURE = f"SELECT hash FROM shingles GROUP BY hash HAVING count(*) > {CAP} OR min(group_id) = {LEARNT}"  # noqa: S608 - numbers of ours


def rehash(connection: sqlite3.Connection) -> None:
    """Make the tables of the index anew from their older form; nothing is done when they have it no longer."""
    kinds = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(signatures)")}
    if kinds.get("address") != "TEXT":
        return
    for name in NAMES:
        for (index,) in connection.execute(INDEXES, (name,)).fetchall():
            connection.execute(f"DROP INDEX {index}")
        connection.execute(f"ALTER TABLE {name} RENAME TO old_of_{name}")
    for statement in TABLES:
        connection.execute(statement)
    connection.create_function("address_key", 1, address_key, deterministic=True)
    connection.create_function("repacked", 1, repacked, deterministic=True)
    connection.execute(SIGNATURES, {"algorithm": ALGORITHM})
    connection.execute(SHINGLES, {"kept": KEPT})
    settle(connection)
    for name in NAMES:
        connection.execute(f"DROP TABLE old_of_{name}")


def settle(connection: sqlite3.Connection) -> None:
    """Let one row stand for each shingle that is furniture."""
    furniture = connection.execute(FURNITURE).fetchall()
    connection.executemany("DELETE FROM shingles WHERE hash = ?", furniture)
    connection.executemany(f"INSERT INTO shingles(hash, group_id) VALUES (?, {LEARNT})", furniture)  # noqa: S608 - a number of ours


def repacked(blob: bytes) -> bytes:
    """The hashes of an older row as they are made today: in order, each once."""
    hashes = struct.unpack(f"<{len(blob) // 8}q", blob)
    return pack(list(dict.fromkeys(each >> 32 for each in hashes if each >> 56 < KEPT)))
