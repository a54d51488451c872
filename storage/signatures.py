"""The rows by which articles are recognised as copies: keys, shingles and group of each.

Keys stay for ever. The index of shingles is bounded by `retire`, which takes an article's out; those that are kept with
its row still serve when the article itself, or one of its group, is placed again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from extractors.model import Fingerprint
from extractors.sameness import HASHED, identifies
from storage import shingles
from storage.shingles import Groups, pack, unpack

EACH = 3  # of a group's members, its first and its last so many are compared
YOUNG = 100  # articles in a row that end the search for old ones
MOST = 50  # rows under one key that are looked at

TABLES = (
    shingles.TABLE,
    """CREATE TABLE signatures( -- an article as the index of copies knows it
    article_id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL, -- one of its group of copies, at first the first, names it
    address INTEGER, -- hash of its canonical address, NULL when it has none that tells an article
    title TEXT NOT NULL, -- headline in one spelling
    published TEXT NOT NULL,
    words INTEGER NOT NULL,
    text_hash BLOB NOT NULL, -- 16 bytes over all its words
    algorithm INTEGER NOT NULL, -- that made the hashes
    hashes BLOB NOT NULL, -- its sampled shingles in the order of the text, 4 bytes each
    indexed INTEGER NOT NULL DEFAULT 1 CHECK(indexed IN (0, 1)) -- 0: too old for its shingles to be in the index
) STRICT""",
    "CREATE INDEX idx_signatures_group ON signatures(group_id)",
    "CREATE INDEX idx_signatures_address ON signatures(address) WHERE address IS NOT NULL",
    "CREATE INDEX idx_signatures_title ON signatures(title) WHERE title <> ''",
    "CREATE INDEX idx_signatures_text ON signatures(text_hash)",
    "CREATE INDEX idx_signatures_indexed ON signatures(article_id) WHERE indexed",
)

# Without "<> ''" SQLite may not use the partial index and would read the whole table.
BY_ADDRESS = "SELECT article_id, group_id, text_hash, hashes FROM signatures WHERE address = ? ORDER BY 1 LIMIT ?"
BY_TEXT = """
    SELECT article_id, group_id, text_hash FROM signatures WHERE text_hash = ? AND algorithm = ?
    ORDER BY article_id LIMIT ?"""
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
ONE = """
    SELECT article_id, address, title, published, words, text_hash, algorithm, hashes FROM signatures
    WHERE article_id = ?"""
FIRST = "SELECT min(article_id) FROM signatures WHERE group_id = :group"
ADD = """
    INSERT INTO signatures(article_id, group_id, address, title, published, words, text_hash, algorithm, hashes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article as sameness sees it.

    `url_key` comes from `addresses.canonical`, `title_key` from `fingerprints.title_key`, `published` is ISO or "".
    `address` stands for the first in the index, and is worked out when it is not given. `apart` are articles with which
    this one is never put together, `beside` those with which it is, whatever they say.
    """

    article_id: int
    title_key: str = ""
    url_key: str = ""
    fingerprint: Fingerprint
    published: str = ""
    address: int | None = None
    apart: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()

    @property
    def key(self) -> int | None:
        """The address as the index holds it; None when it tells no article."""
        return address_key(self.url_key) if self.address is None else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One article of a group, with what was asked for. `hashes` come in the order of its text."""

    article_id: int
    group: int
    title: str = ""
    published: str = ""
    text_hash: bytes = b""
    hashes: tuple[int, ...] = ()


def address_key(url_key: str) -> int | None:
    """What stands for a canonical address in the index: eight bytes; None for one that tells no article."""
    if not identifies(url_key):
        return None
    return int.from_bytes(blake2b(url_key.encode(), digest_size=8).digest(), "big", signed=True)


class Signatures:
    """The table of signatures on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def one(self, article_id: int) -> Document | None:
        """An article as it was placed; None when it was not."""
        row = self._db.execute(ONE, (article_id,)).fetchone()
        if row is None:
            return None
        number, address, title, published, words, text_hash, algorithm, blob = row
        prints = Fingerprint(hashes=unpack(blob), text_hash=text_hash, words=words, algorithm=algorithm)
        return Document(
            article_id=number, address=address, title_key=title, published=published, fingerprint=prints
        )  # fmt: skip

    def group_of(self, article_id: int) -> int | None:
        """The group an article is in; None when it is in none."""
        row = self._db.execute("SELECT group_id FROM signatures WHERE article_id = ?", (article_id,)).fetchone()
        return row[0] if row else None

    def at_address(self, address: int) -> list[Member]:
        """The articles under an address' key, in the order they came."""
        rows = self._db.execute(BY_ADDRESS, (address, MOST))
        return [Member(article_id=row[0], group=row[1], text_hash=row[2], hashes=unpack(row[3])) for row in rows]

    def with_text(self, prints: Fingerprint) -> list[Member]:
        """The articles of the very same words, in the order they came."""
        rows = self._db.execute(BY_TEXT, (prints.text_hash, prints.algorithm, MOST))
        return [Member(article_id=row[0], group=row[1], text_hash=row[2]) for row in rows]

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
            *(document.article_id, group, document.key, document.title_key, document.published),
            *(prints.words, prints.text_hash, prints.algorithm, pack(prints.hashes)),
        )
        self._db.execute(ADD, values)

    def forget(self, article_id: int) -> int | None:
        """Take an article out; the group that the others of its own are now, None when there are none.

        A group that loses the member it is named by takes the name of the next.
        """
        group = self.group_of(article_id)
        return None if group is None else self._forget(group, [article_id])

    def forget_all(self, articles: Iterable[int]) -> None:
        """Take articles out, those of one group together."""
        groups: dict[int, list[int]] = {}
        for article in articles:
            group = self.group_of(article)
            if group is not None:
                groups.setdefault(group, []).append(article)
        for group, members in groups.items():
            self._forget(group, members)

    def _forget(self, group: int, members: Sequence[int]) -> int | None:
        """Take members out of their group; what the others are now."""
        self._unlist(members, group)
        self._db.execute(
            "DELETE FROM signatures WHERE article_id IN (SELECT value FROM json_each(?))", (json.dumps(members),)
        )
        row = self._db.execute(FIRST, {"group": group}).fetchone()
        name = row[0]
        if name is not None and name != group and group in members:
            self._name(group, name)
            return int(name)
        return None if name is None else group

    def retire(self, article_id: int) -> None:
        """Take an article's shingles out of the index. Its keys stay, and so do the shingles in its own row."""
        group = self.group_of(article_id)
        if group is not None:
            self._unlist([article_id], group)
            self._db.execute("UPDATE signatures SET indexed = 0 WHERE article_id = ?", (article_id,))

    def merge(self, one: int, other: int) -> int:
        """Make two groups one; its name, which is that of the one whose first article came first."""
        first, second = sorted((one, other))
        if first != second:
            self._name(second, first)
        return first

    def _name(self, group: int, name: int) -> None:
        """Give a group another name, perhaps that of another group, which takes it in."""
        shingles.rename(self._db, group, name, self._listed(group))
        self._db.execute("UPDATE signatures SET group_id = ? WHERE group_id = ?", (name, group))

    def _unlist(self, members: Sequence[int], group: int) -> None:
        """Take out of the index what only these articles of their group have."""
        query = "SELECT hashes FROM signatures WHERE article_id IN (SELECT value FROM json_each(?)) AND indexed"
        mine = {each for (blob,) in self._db.execute(query, (json.dumps(members),)) for each in unpack(blob)}
        shingles.drop(self._db, group, mine - self._listed(group, without=members))

    def _listed(self, group: int, without: Sequence[int] = ()) -> set[int]:
        """The shingles by which a group is in the index, but for those of some articles."""
        query = """SELECT hashes FROM signatures
            WHERE group_id = ? AND indexed AND article_id NOT IN (SELECT value FROM json_each(?))"""
        return {each for (blob,) in self._db.execute(query, (group, json.dumps(without))) for each in unpack(blob)}


def old(connection: sqlite3.Connection, before: str, limit: int) -> Iterable[int]:
    """The articles in the index that were first seen before a time, ISO, in the order in which they came.

    Numbers ascend with time, unless a clock erred, so that the search ends where a hundred in a row are younger.
    """
    query = """SELECT s.article_id, a.first_seen_at FROM signatures AS s INDEXED BY idx_signatures_indexed
        JOIN articles AS a ON a.id = s.article_id WHERE s.indexed ORDER BY s.article_id LIMIT ?"""
    young = 0
    for article, seen in connection.execute(query, (limit,)).fetchall():
        young = young + 1 if seen >= before else 0
        if young == YOUNG:
            return
        if not young:
            yield article
