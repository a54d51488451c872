"""The inverted index of rare shingles: which groups of copies each is found in.

Rows are (shingle, group), so a story that two hundred sites carry counts once. A shingle found in more than `CAP`
groups is furniture: it is ignored on both sides, and one row that says so takes the place of all it had. That is how
footers are learnt without a list; and what was learnt stays, though the articles that taught it may go.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterable, Sequence

CAP = 5  # groups; measured: 3 and 5 differ by less than .013 F1, 16 loses .07–.12
LEARNT = -1  # no article's number: as the only group of a shingle it says that it is furniture

TABLE = """CREATE TABLE shingles( -- a run of three words, as its hash, occurs in a group of copies
    hash INTEGER NOT NULL,
    group_id INTEGER NOT NULL, -- named by one of its articles; -1: many groups have it, and it tells nothing
    PRIMARY KEY(hash, group_id)
) STRICT, WITHOUT ROWID"""

Groups = dict[int, set[int]]  # shingle → groups it is in, in the order of a text


def look_up(connection: sqlite3.Connection, hashes: Iterable[int]) -> Groups:
    """For every shingle the groups it is in, furniture too."""
    found: Groups = {each: set() for each in hashes}
    query = "SELECT s.hash, s.group_id FROM json_each(?) AS j JOIN shingles AS s ON s.hash = j.value"
    for each, group in connection.execute(query, (json.dumps(list(found)),)):
        found[each].add(group)
    return found


def rare(groups: Groups) -> Groups:
    """Those that are no furniture."""
    return {each: among for each, among in groups.items() if LEARNT not in among}


def places(groups: Groups) -> dict[int, list[int]]:
    """For every group the places, counted in shingles, at which a text hits it, ascending."""
    hit: dict[int, list[int]] = defaultdict(list)
    for place, among in enumerate(groups.values()):
        for group in among:
            hit[group].append(place)
    return hit


def add(connection: sqlite3.Connection, group: int, groups: Groups) -> None:
    """Enter a text's rare shingles for its group; `groups` is what `look_up` gave for it."""
    new = [(each, among) for each, among in groups.items() if group not in among and LEARNT not in among]
    learnt = [(each,) for each, among in new if len(among) >= CAP]
    connection.executemany("DELETE FROM shingles WHERE hash = ?", learnt)
    rows = sorted((each, LEARNT if len(among) >= CAP else group) for each, among in new)
    connection.executemany("INSERT OR IGNORE INTO shingles(hash, group_id) VALUES (?, ?)", rows)


def drop(connection: sqlite3.Connection, group: int, hashes: Iterable[int]) -> None:
    """Take shingles of a group out. What is furniture stays so."""
    rows = [(each, group) for each in sorted(hashes)]
    connection.executemany("DELETE FROM shingles WHERE hash = ? AND group_id = ?", rows)


def rename(connection: sqlite3.Connection, group: int, name: int, hashes: Iterable[int]) -> None:
    """Give a group's shingles another group id, that of a group which may have some of them already."""
    rows = [(name, each, group) for each in sorted(hashes)]
    connection.executemany("UPDATE OR IGNORE shingles SET group_id = ? WHERE hash = ? AND group_id = ?", rows)
    drop(connection, group, hashes)


def pack(hashes: Sequence[int]) -> bytes:
    """Shingles as four bytes each, little-endian on every machine."""
    return struct.pack(f"<{len(hashes)}I", *hashes)


def unpack(blob: bytes) -> tuple[int, ...]:
    """What `pack` was given."""
    return struct.unpack(f"<{len(blob) // 4}I", blob)
