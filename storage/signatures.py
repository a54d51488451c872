"""The rows by which articles are recognised as copies: keys, shingles and group of each."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from extractors.model import Fingerprint
from extractors.sameness import HASHED
from storage import shingles
from storage.shingles import Groups, pack, unpack

EACH = 3  # of a group's members, its first and its last so many are compared
MOST = 50  # rows under one key that are looked at

TABLES = (
    shingles.TABLE,
    """CREATE TABLE signatures( -- an article as the index of copies knows it
    article_id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL, -- the first article of its group of copies
    address TEXT NOT NULL, -- canonical address, '' when there is none
    title TEXT NOT NULL, -- headline in one spelling
    published TEXT NOT NULL,
    words INTEGER NOT NULL,
    text_hash BLOB NOT NULL, -- 16 bytes over all its words
    algorithm INTEGER NOT NULL, -- that made the hashes; others are never compared with them
    hashes BLOB NOT NULL -- its sampled shingles in the order of the text, 8 bytes each
) STRICT""",
    "CREATE INDEX idx_signatures_group ON signatures(group_id)",
    "CREATE INDEX idx_signatures_address ON signatures(address) WHERE address <> ''",
    "CREATE INDEX idx_signatures_title ON signatures(title) WHERE title <> ''",
    "CREATE INDEX idx_signatures_text ON signatures(text_hash)",
)

# Without "<> ''" SQLite may not use the partial indexes and would read the whole table.
BY_ADDRESS = """
    SELECT article_id, group_id, text_hash, hashes FROM signatures WHERE address = ? AND address <> ''
    ORDER BY article_id LIMIT ?"""
BY_TEXT = """
    SELECT article_id, group_id FROM signatures WHERE text_hash = ? AND algorithm = ? ORDER BY article_id LIMIT 1"""
SHORT = """
    SELECT article_id, group_id, published FROM signatures WHERE title = ? AND title <> '' AND words < ?
    ORDER BY article_id LIMIT ?"""
SERIES = """
    SELECT count(DISTINCT group_id) FROM (SELECT group_id FROM signatures WHERE title = ? AND title <> '' LIMIT ?)"""
SAMPLE = """
    SELECT article_id, group_id, title, hashes FROM signatures WHERE algorithm = :algorithm AND article_id IN (
        SELECT * FROM (SELECT article_id FROM signatures WHERE group_id = :group ORDER BY article_id LIMIT :each)
        UNION SELECT * FROM
            (SELECT article_id FROM signatures WHERE group_id = :group ORDER BY article_id DESC LIMIT :each)
    ) ORDER BY article_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article as sameness sees it.

    `url_key` comes from `addresses.canonical`, `title_key` from `fingerprints.title_key`, `published` is ISO or "".
    """

    article_id: int
    title_key: str = ""
    url_key: str = ""
    fingerprint: Fingerprint
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One article of a group, with what was asked for. `hashes` come in the order of its text."""

    article_id: int
    group: int
    title: str = ""
    published: str = ""
    text_hash: bytes = b""
    hashes: tuple[int, ...] = ()


class Signatures:
    """The table of signatures on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def at_address(self, address: str) -> list[Member]:
        """The articles under a canonical address, in the order they came."""
        rows = self._db.execute(BY_ADDRESS, (address, MOST))
        return [Member(article_id=row[0], group=row[1], text_hash=row[2], hashes=unpack(row[3])) for row in rows]

    def with_text(self, prints: Fingerprint) -> Member | None:
        """The first article of the very same words."""
        row = self._db.execute(BY_TEXT, (prints.text_hash, prints.algorithm)).fetchone()
        return Member(article_id=row[0], group=row[1]) if row else None

    def short_ones(self, title: str) -> list[Member]:
        """The articles under a headline whose texts are too short to compare."""
        rows = self._db.execute(SHORT, (title, HASHED, MOST))
        return [Member(article_id=row[0], group=row[1], published=row[2]) for row in rows]

    def groups_under(self, title: str) -> int:
        """Over how many groups of copies a headline stands; 0 for none."""
        return int(self._db.execute(SERIES, (title, 2 * MOST)).fetchone()[0])

    def sample(self, group: int, algorithm: int) -> list[Member]:
        """The first and the last members of a group: the original, and the versions that are freshest."""
        rows = self._db.execute(SAMPLE, {"group": group, "each": EACH, "algorithm": algorithm})
        return [Member(article_id=row[0], group=row[1], title=row[2], hashes=unpack(row[3])) for row in rows]

    def members(self, group: int) -> tuple[int, ...]:
        """The ids of a group, ascending."""
        rows = self._db.execute("SELECT article_id FROM signatures WHERE group_id = ? ORDER BY article_id", (group,))
        return tuple(row[0] for row in rows)

    def keep(self, document: Document, group: int, groups: Groups) -> None:
        """Enter an article; `groups` is what `shingles.look_up` gave for it."""
        shingles.add(self._db, group, groups)
        prints = document.fingerprint
        values = (
            *(document.article_id, group, document.url_key, document.title_key, document.published),
            *(prints.words, prints.text_hash, prints.algorithm, pack(prints.hashes)),
        )
        self._db.execute("INSERT INTO signatures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def forget(self, article_id: int) -> None:
        """Take an article out. A group that loses the member it is named by takes the name of the next."""
        query = "SELECT group_id, hashes FROM signatures WHERE article_id = ?"
        row = self._db.execute(query, (article_id,)).fetchone()
        if row is None:
            return
        group, gone = row[0], set(unpack(row[1]))
        self._db.execute("DELETE FROM signatures WHERE article_id = ?", (article_id,))
        query = "SELECT article_id, hashes FROM signatures WHERE group_id = ?"
        rest = {row[0]: unpack(row[1]) for row in self._db.execute(query, (group,))}
        kept = {each for hashes in rest.values() for each in hashes}
        shingles.drop(self._db, group, gone - kept)
        if rest and group == article_id:
            self._db.execute("UPDATE signatures SET group_id = ? WHERE group_id = ?", (min(rest), group))
            shingles.rename(self._db, group, min(rest), kept)
