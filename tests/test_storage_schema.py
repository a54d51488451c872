"""A file of an older fanmill is brought up to date: the schema of a new file, and every row it had."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from config.settings import Feed
from extractors.model import Learnt
from storage import rebuilding
from storage.connection import APPLICATION_ID, VERSION, StoreError
from storage.queries import dropped, feed_health
from storage.schema import migrations
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-01T08:00:00Z"
STEPS = ("m001_first", "m002_polite", "m003_learning", "m004_subjects", "m005_kin")
SECRET = "https://me:hunter2@ledger.example/feed?token=c0ffee"
SHOWN = "https://ledger.example/feed?token=…"
ENTRY = "https://mirror.example/story?key=7"

# Enough of each row to be told apart; articles 2 and 3 hang on 1, and number 9 was the last that was ever given away.
ROWS: dict[str, list[dict[str, Any]]] = {
    "feeds": [
        {"id": 1, "slug": "ledger", "url": SECRET, "title": "Ledger", "etag": 'W/"1"', "added_at": AT, "failures": 2,
         "last_error": f"cannot reach {SECRET}", "redirected_to": SECRET, "redirects": 3, "retired_at": AT},
        {"id": 7, "slug": "mirror", "url": "https://mirror.example/feed", "added_at": AT,
         "redirected_to": "https://new.example/feed", "redirects": 3},
    ],
    "runs": [{"id": 4, "trigger": "cli", "version": "1", "sqlite_version": "3", "started_at": AT}],
    "polls": [{"id": 5, "run_id": 4, "feed_id": 1, "started_at": AT, "outcome": "error", "error": f"no answer from {SECRET}"}],
    "quarantine": [{"id": 6, "uid": "q", "run_id": 4, "feed_id": 7, "guid": "q", "url": ENTRY, "reason": "empty", "entry_hash": "h", "seen_at": AT}],
    "stories": [{"id": 1, "lead_article_id": 1, "first_seen_at": AT, "size": 2}],
    "articles": [
        {"id": number, "uid": f"u{number}", "feed_id": feed, "guid": f"g{number}", "url": f"https://site.example/{number}",
         "canonical_url": f"https://site.example/{number}", "title": f"Title {number}", "title_key": f"title {number}",
         "published_at": AT, "first_seen_at": AT, "entry_hash": "e", "content_hash": "c", "saved_hash": "s", "word_count": 3,
         "extractor": "feed", "run_id": 4, "story_id": 1, "duplicate_of": original, "revision": 2, "topic_score": 0.5}
        for number, feed, original in ((1, 1, None), (2, 7, 1), (3, 7, None), (9, 7, None))
    ],
    "article_texts": [{"article_id": n, "title": f"Title {n}", "summary": "", "text": f"harvest number{n}"} for n in (1, 2, 3, 9)],
    "revisions": [{"article_id": 1, "revision": 1, "seen_at": AT, "replaced_at": AT, "content_hash": "o", "title": "Old", "text": "old", "change": "text"}],
    "addresses": [{"url_key": "https://site.example/1", "article_id": 1}],
    "cuts": [{"id": 8, "article_id": 1, "position": 3, "rule": "banner", "text": "Come to our fair"}],
    "tags": [{"id": "ai", "name": "AI", "kind": "section"}],
    "article_tags": [{"article_id": 1, "tag_id": "ai", "score": 0.5, "source": "rule"}],
    "tag_evidence": [{"article_id": 1, "tag_id": "ai", "number": 1, "source": "rule", "field": "text", "start": 0, "end": 2, "detail": "AI"}],
    "article_entities": [{"article_id": 1, "entity_id": "x", "name": "X", "type": "company", "salience": 0.5, "mentions": 1, "in_title": 0}],
    "duplicates": [{"article_id": 2, "original_id": 1, "kind": "duplicate", "method": "text", "similarity": 1.0, "run_id": 4}],
    "links": [{"id": 3, "article_id": 1, "kind": "see_also", "position": 0, "title": "Title 3", "target_id": 3}],
    "see_also": [{"article_id": 1, "related_id": 3, "rank": 1, "score": 1.0, "kind": "see_also", "reason": "See also"}],
    "article_terms": [{"article_id": 1, "terms": "[]", "state": "placed"}],
    "term_weights": [{"term": "harvest", "article_id": 1, "weight": 0.5}],
}  # fmt: skip
CLEANED = {"url", "last_error", "redirected_to", "redirects", "error"}


def make(path: Path, version: int) -> None:
    """Make a file as an older version left it."""
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(Path(__file__).with_name(f"schema_{version}.sql").read_text(encoding="utf-8"))
        migrations.ensure_migrations_table(Database(database))
        for step in STEPS[:version]:
            database.execute(
                f"INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('fanmill', '{step}', '{AT}')"
            )
        database.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};")
        for table, rows in ROWS.items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table}({', '.join(row)}) VALUES ({marks})", list(row.values()))
        database.execute("DELETE FROM article_texts WHERE article_id = 9")
        database.execute("DELETE FROM articles WHERE id = 9")
    database.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "news.db"
    make(path, 1)
    return path


@pytest.fixture(params=range(1, VERSION))
def any_old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "news.db"
    make(path, request.param)
    return path


def schema(path: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    database.close()
    return found


def every_row(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows by table, in order, as dicts."""
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        rows = {
            table: [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")] for table in ROWS
        }
    database.close()
    return rows


def test_an_old_file_gets_the_schema_of_a_new_one_word_for_word(any_old: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.db"
    Store.open(fresh).close()
    assert schema(any_old) != schema(fresh)
    Store.open(any_old).close()
    assert schema(any_old) == schema(fresh)
    with sqlite3.connect(any_old) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


def test_no_row_and_no_value_is_lost(any_old: Path) -> None:
    before = every_row(any_old)
    Store.open(any_old).close()
    after = every_row(any_old)
    for table, rows in before.items():
        assert len(rows) == len(after[table]) == len([row for row in ROWS[table] if 9 not in row.values()])
        for was, now in zip(rows, after[table], strict=True):
            assert {key: now[key] for key in was.keys() - CLEANED} == {key: was[key] for key in was.keys() - CLEANED}


def test_what_is_new_has_its_default(old: Path) -> None:
    with Store.open(old) as store:
        [state] = store.due(NOW, ("mirror",))
        assert (state.identity, state.failures, state.retries, state.moved_to) == (
            "guid",
            0,
            0,
            "https://new.example/feed",
        )
        [drop] = dropped(store.connection)
        assert (drop.tries, drop.retry_at) == (1, None)
        assert [feed.state for feed in feed_health(store.connection)] == ["retired", "new"]
        assert store.pauses(NOW) == {}


def test_what_was_retired_before_there_were_reasons_was_gone(old: Path) -> None:
    with Store.open(old) as store:
        assert [feed.retired_why for feed in feed_health(store.connection)] == ["gone", None]


def test_an_old_file_has_learnt_nothing_and_nothing_in_it_is_in_doubt(any_old: Path) -> None:
    with Store.open(any_old) as store:
        assert (store.learn(NOW), store.unclean(), store.sources()[0].learnt) == ((), (), Learnt())
        assert store.connection.execute("SELECT DISTINCT doubt FROM articles").fetchall() == [("",)]
        assert [(row.rule, row.state, row.cuts) for row in store.chrome()] == [("banner", "shipped", 1)]


def test_the_file_is_whole_and_searched_afterwards(any_old: Path) -> None:
    with Store.open(any_old) as store:
        database = store.connection
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert database.execute("PRAGMA legacy_alter_table").fetchone() == (0,)
        database.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES('integrity-check', 1)")
        assert [hit.id for hit in store.search("harvest")] == [3, 1]
        database.execute("DELETE FROM articles WHERE id = 3")
        assert [hit.id for hit in store.search("harvest")] == [1]
        assert database.execute("SELECT target_id FROM links").fetchone() == (None,)
        again = "SELECT count(*) FROM articles INDEXED BY idx_articles_again WHERE entry_hash >= 'again-' AND entry_hash < 'again.'"
        assert database.execute(again).fetchone() == (0,)


def test_a_number_that_was_given_away_is_not_given_again(old: Path) -> None:
    with Store.open(old) as store:
        columns = "uid, guid, feed_id, url, canonical_url, title, title_key, published_at, first_seen_at, entry_hash, content_hash, saved_hash, word_count, extractor"
        values = ", ".join(columns.split(", ")[3:]).replace("word_count", "3")
        sql = f"INSERT INTO articles({columns}) SELECT 'new', 'new', 7, {values} FROM articles WHERE id = 1"
        assert store.connection.execute(sql).lastrowid == 10


def test_logins_and_tokens_of_an_old_file_are_taken_out(old: Path, tmp_path: Path) -> None:
    with Store.open(old) as store:
        store.optimize()
        store.sync_feeds([Feed(slug="ledger", url=SECRET), Feed(slug="mirror", url="https://mirror.example/feed")], NOW)
        feeds = "SELECT url, redirected_to, redirects, etag, last_error FROM feeds WHERE id = 1"
        assert store.connection.execute(feeds).fetchone() == (SHOWN, None, 0, 'W/"1"', f"cannot reach {SHOWN}")
        assert store.connection.execute("SELECT error FROM polls").fetchone() == (f"no answer from {SHOWN}",)
        assert store.connection.execute("SELECT url FROM quarantine").fetchone() == (ENTRY,)  # as in a new row
    for file in tmp_path.iterdir():
        assert b"hunter2" not in file.read_bytes()
        assert b"c0ffee" not in file.read_bytes()


def test_what_others_put_into_the_file_stays(old: Path) -> None:
    theirs = {
        "notes": "CREATE TABLE notes(article_id REFERENCES articles(id), note)",
        "by_author": "CREATE INDEX by_author ON articles(author)",
        "headlines": "CREATE VIEW headlines AS SELECT title FROM v_articles",
        "told": "CREATE TRIGGER told AFTER INSERT ON quarantine BEGIN INSERT INTO notes VALUES (1, new.guid); END",
    }
    with sqlite3.connect(old) as database:
        for statement in theirs.values():
            database.execute(statement)
        database.execute("INSERT INTO notes VALUES (1, 'good')")
    database.close()
    Store.open(old).close()
    assert {name: sql for _, name, _, sql in schema(old) if name in theirs} == theirs
    with sqlite3.connect(old) as database:
        assert database.execute("SELECT * FROM notes").fetchall() == [(1, "good")]
        assert len(database.execute("SELECT * FROM headlines").fetchall()) == 3
    database.close()


class Killed(BaseException):
    """The end of the process, as far as the code under test can tell."""


def in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    replace, made = rebuilding.replace, []

    def stop(*args: Any) -> None:
        if made:
            raise Killed
        made.append(replace(*args))

    monkeypatch.setattr(rebuilding, "replace", stop)


def at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: sqlite3.Connection) -> None:
        raise Killed

    monkeypatch.setattr(rebuilding, "hush", stop)


@pytest.mark.parametrize("kill", [in_the_middle, at_the_end])
def test_an_upgrade_that_is_broken_off_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch, kill: Callable[[pytest.MonkeyPatch], None]
) -> None:
    before = schema(old), every_row(old)
    with monkeypatch.context() as patched:
        kill(patched)
        with pytest.raises(Killed):
            Store.open(old)
    assert (schema(old), every_row(old)) == before
    with sqlite3.connect(old) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    Store.open(old).close()


def test_an_upgrade_that_does_not_fit_on_the_disk_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schema(old), every_row(old)
    rebuild = rebuilding.rebuild

    def crowded(connection: sqlite3.Connection, statements: tuple[str, ...]) -> bool:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return rebuild(connection, statements)

    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "rebuild", crowded)
        with pytest.raises(StoreError, match="disk is full"):
            Store.open(old)
    assert (schema(old), every_row(old)) == before
    Store.open(old).close()


def test_rows_that_refer_to_nothing_are_told_and_nothing_is_changed(old: Path) -> None:
    with sqlite3.connect(old) as database:
        database.execute("UPDATE polls SET feed_id = 99")
    database.close()
    before = schema(old), every_row(old)
    with pytest.raises(StoreError, match="is damaged") as error:
        Store.open(old)
    assert "\n" not in str(error.value)
    assert (schema(old), every_row(old)) == before


def test_an_old_file_is_not_read_until_it_is_up_to_date(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(StoreError, match="older fanmill; `fanmill run` brings it up to date"):
        Store.open(old, write=False)
    assert old.read_bytes() == before
    Store.open(old).close()
    Store.open(old, write=False).close()


def test_a_new_file_is_not_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "replace", None)
    monkeypatch.setattr(rebuilding, "hush", None)
    Store.open(tmp_path / "news.db").close()


def test_several_may_bring_a_file_up_to_date_at_once(old: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in [pool.submit(lambda: Store.open(old).close()) for _ in range(4)]:
            opened.result()
    assert len(every_row(old)["articles"]) == 3
    with sqlite3.connect(old) as database:
        names = [row[0] for row in database.execute("SELECT name FROM _sqlite_migrations")]
    database.close()
    assert names == list(STEPS)
