"""An index of copies that an older fanmill made serves on, without an article being read again."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from extractors.fingerprints import SHINGLE, fingerprint, words
from storage.rehashing import rehash
from storage.sameness import TABLES, Document, Sameness
from storage.shingles import LEARNT
from tests.test_storage_grouping import story

OLD = Path(__file__).with_name("schema_4.sql")
ADDRESS = "https://site.example/news/a-b-c"
TEXTS = {number: " ".join(story(number)) for number in (1, 2, 3)}


def old_hashes(text: str) -> list[int]:
    """A quarter of the shingles, eight bytes each, as they were made before schema 5."""
    said = [word.encode() for word in words(text)]
    runs = (b"\x1f".join(said[place : place + SHINGLE]) for place in range(len(said) - SHINGLE + 1))
    digests = (blake2b(run, digest_size=8).digest() for run in runs)
    return list(dict.fromkeys(int.from_bytes(each, "big") for each in digests if each[0] < 64))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """Three articles in an index as an older fanmill left it."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    for statement in OLD.read_text(encoding="utf-8").split(";\n"):
        if "TABLE shingles" in statement or "signatures" in statement:
            database.execute(statement)
    for number, text in TEXTS.items():
        hashes, prints = old_hashes(text), fingerprint(text)
        row = (number, number, ADDRESS if number == 1 else "", f"title {number}", "", 240, prints.text_hash, 1)
        database.execute(
            "INSERT INTO signatures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, struct.pack(f"<{len(hashes)}q", *hashes)),
        )
        database.executemany("INSERT INTO shingles VALUES (?, ?)", [(each, number) for each in hashes])
    yield database
    database.close()


def rows(database: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [database.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in ("shingles", "signatures")]


def test_it_becomes_the_index_that_would_be_made_today(db: sqlite3.Connection) -> None:
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    for statement in TABLES:
        fresh.execute(statement)
    for number, text in TEXTS.items():
        address = ADDRESS if number == 1 else ""
        made = Document(article_id=number, fingerprint=fingerprint(text), title_key=f"title {number}", url_key=address)
        Sameness(fresh).place(made)
    rehash(db)
    assert rows(db) == rows(fresh)
    tables = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    assert db.execute(tables).fetchall() == fresh.execute(tables).fetchall()
    fresh.close()


def test_copies_of_what_it_held_are_found(db: sqlite3.Connection) -> None:
    rehash(db)
    edited = " ".join([*story(2)[:17], *story(8)[:3]])
    assert Sameness(db).place(Document(article_id=10, fingerprint=fingerprint(edited))).of == 2
    elsewhere = Document(article_id=11, fingerprint=fingerprint("Other words."), url_key=ADDRESS)
    assert Sameness(db).place(elsewhere).method == "address"


def test_what_was_furniture_stays_so(db: sqlite3.Connection) -> None:
    footer = old_hashes(" ".join(story(99, 6)))
    kept = fingerprint(" ".join(story(99, 6))).hashes
    db.executemany("INSERT INTO shingles VALUES (?, ?)", [(each, group) for each in footer for group in range(20, 26)])
    db.execute("INSERT INTO shingles VALUES (?, ?)", (old_hashes(TEXTS[3])[0], LEARNT))
    rehash(db)
    found = db.execute("SELECT hash, group_id FROM shingles WHERE group_id NOT IN (1, 2, 3)").fetchall()
    learnt = old_hashes(TEXTS[3])[0] >> 32
    assert set(found) <= {(each, LEARNT) for each in (*kept, learnt)}
    assert {(each, LEARNT) for each in kept} <= set(found)


def test_an_index_of_today_is_left_alone(db: sqlite3.Connection) -> None:
    rehash(db)
    before = rows(db)
    rehash(db)
    assert rows(db) == before
