"""What can go wrong around a database file: whose it is, who else writes, how a process dies, where the disk ends."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint
from extractors.model import Article
from extractors.subject import Tag, Tagging
from storage import connection as connections
from storage.connection import APPLICATION_ID, VERSION, StoreError, write_tx
from storage.intents import Arrival, FeedState, Harvest, Poll
from storage.schema import migrations
from storage.store import Store

HOUSE = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def harvest(run: int, feed: int, size: int = 10, length: int = 200) -> Harvest:
    """`size` articles of a feed, each with a long text and a tag."""
    arrivals = []
    for number in range(size):
        text = " ".join(f"w{(feed * 7919 + number * 104729 + place * place) % 9973}" for place in range(length))
        url = f"https://site.example/{feed}/{number}-a-b"
        tagging = Tagging(tags=(Tag(id="t", name="T", kind="topic", score=0.5),))
        article = Article(
            guid=f"{feed}-{number}",
            url=url,
            canonical_url=url,
            title=f"Number {number} of {feed}",
            text=text,
            published=NOW,
            tagging=tagging,
            fingerprint=fingerprint(text),
        )
        arrivals.append(Arrival(entry_hash="x", article=article, raw=text.encode()))
    poll = Poll(started_at=NOW, outcome="new", etag="v")
    state = FeedState(id=feed, slug=f"f{feed}", url="https://x.example")
    return Harvest(run_id=run, feed=state, poll=poll, arrivals=tuple(arrivals))


def prepare(path: Path, feeds: int = 40) -> int:
    with Store.open(path) as store:
        store.sync_feeds([Feed(slug=f"f{number}", url="https://x.example") for number in range(1, feeds + 1)], NOW)
        return store.start_run("cli", "1", NOW)


def other_program(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE bookmarks(x)")


def claimed(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA application_id = 1234")


def newer(path: Path) -> None:
    prepare(path)
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def zeroed(path: Path) -> None:
    prepare(path)
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a text file": (lambda path: path.write_text("dear diary\n" * 40), "is not a SQLite database"),
    "a file with its header overwritten": (zeroed, "is not a SQLite database"),
    "another program's database": (other_program, "of another program"),
    "another program's empty database": (claimed, "of another program"),
    "a database of a newer fanmill": (newer, "newer fanmill"),
}


@pytest.mark.parametrize("write", [True, False], ids=["to write", "to read"])
@pytest.mark.parametrize(("make", "fault"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_ours_is_refused_and_keeps_its_bytes(
    tmp_path: Path, make: Callable[[Path], object], fault: str, write: bool
) -> None:
    path = tmp_path / "news.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=fault) as error:
        Store.open(path, write=write)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == before


def test_a_folder_a_missing_folder_and_a_missing_database_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a file"):
        Store.open(tmp_path)
    with pytest.raises(StoreError, match="folder does not exist"):
        Store.open(tmp_path / "nowhere" / "news.db")
    with pytest.raises(StoreError, match="no database yet"):
        Store.open(tmp_path / "news.db", write=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "news.db").touch()
    prepare(tmp_path / "news.db")


def test_an_older_schema_is_not_read_without_being_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with pytest.raises(StoreError, match="older fanmill"):
        Store.open(path, write=False)
    Store.open(path).close()
    Store.open(path, write=False).close()


def test_the_version_counts_the_migrations() -> None:
    assert len(migrations._migrations) == VERSION  # noqa: SLF001 - sqlite-utils has no public count


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    prepare(tmp_path / "news.db")
    before = (tmp_path / "news.db").read_bytes()
    Store.open(tmp_path / "news.db").close()
    assert (tmp_path / "news.db").read_bytes() == before


def test_every_table_is_strict_and_the_file_says_whose_it_is(tmp_path: Path) -> None:
    prepare(tmp_path / "news.db")
    with sqlite3.connect(tmp_path / "news.db") as database:
        loose = database.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
        )
        assert [row[0] for row in loose if not row[0].startswith(("sqlite_", "_sqlite"))] == []
        assert database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_database_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    run = prepare(tmp_path / "news.db")
    with Store.open(tmp_path / "news.db", write=False) as store, pytest.raises(StoreError, match="may only be read"):
        store.keep(harvest(run, 1))


def test_a_locked_database_says_so_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    run = prepare(path)
    with Store.open(path) as store, sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        store.connection.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(StoreError, match="locked by another program"):
            store.keep(harvest(run, 1))
        other.rollback()
        assert store.due(NOW, ("f1",))[0].etag is None
        assert store.keep(harvest(run, 1)).new == 10


def test_a_locked_database_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    run = prepare(path)
    with Store.open(path) as store, sqlite3.connect(path, check_same_thread=False) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, other.rollback).start()
        assert store.keep(harvest(run, 1)).new == 10


@pytest.mark.parametrize("write", [True, False], ids=["to write", "to read"])
def test_a_lock_of_ten_seconds_is_waited_for_and_one_for_ever_is_not(tmp_path: Path, write: bool) -> None:
    prepare(tmp_path / "news.db")
    with Store.open(tmp_path / "news.db", write=write) as store:
        for _ in range(2):
            [[waits]] = store.connection.execute("PRAGMA busy_timeout")
            assert 10_000 < waits <= 30_000
            if write:
                store.optimize()


@contextmanager
def nobody() -> Iterator[None]:
    """Take part as somebody to whom nothing belongs; the superuser may write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


CLOSED = {
    "a file that may not be written": (0o777, 0o444),
    "a folder that may not be written": (0o555, 0o666),
    "neither": (0o555, 0o444),
    "a file that may not be read": (0o777, 0o000),
}


@pytest.mark.parametrize(("folder", "file"), CLOSED.values(), ids=CLOSED)
def test_what_may_not_be_written_is_told_in_one_line_and_stays_as_it_is(folder: int, file: int) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "news.db"
        prepare(path)
        before = path.read_bytes()
        path.chmod(file)
        path.parent.chmod(folder)
        with (
            nobody(),
            pytest.raises(StoreError, match=r"permissions|may be written") as error,
            Store.open(path) as store,
        ):
            store.sync_feeds([Feed(slug="new", url="https://new.example/feed")], NOW)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)
        path.parent.chmod(0o755)
        path.chmod(0o644)
        assert path.read_bytes() == before
        with Store.open(path) as store:
            store.sync_feeds([Feed(slug="new", url="https://new.example/feed")], NOW)


def test_a_full_disk_says_so_and_leaves_the_database_whole(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    run = prepare(path)
    with Store.open(path) as store:
        store.keep(harvest(run, 1))
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreError, match="disk is full"):
            store.keep(harvest(run, 2, size=40, length=900))
        assert not store.connection.in_transaction
        assert store.connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 10
        assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        store.connection.execute("PRAGMA max_page_count = 1000000")
        assert store.keep(harvest(run, 2, size=40, length=900)).new == 40


def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    run = prepare(path)
    with Store.open(path) as store:
        store.keep(harvest(run, 1, size=30, length=900))
        store.optimize()
    content = bytearray(path.read_bytes())
    content[8192:] = random.Random(1).randbytes(len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged|cannot be used"), Store.open(path) as store:  # noqa: PT012 - whichever meets it first
        store.search("w1")
        store.keep(harvest(run, 2))


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    run = prepare(tmp_path / "news.db")
    with Store.open(tmp_path / "news.db") as store:
        with pytest.raises(sqlite3.IntegrityError):
            store.keep(harvest(run + 7, 1))
        assert not store.connection.in_transaction
        assert store.connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 0


def test_a_read_before_the_write_never_loses_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    prepare(path)
    with Store.open(path) as one, Store.open(path) as two:
        for store in (one, two) * 5:
            with write_tx(store.connection):
                [[failures]] = store.connection.execute("SELECT failures FROM feeds WHERE id = 1").fetchall()
                store.connection.execute("UPDATE feeds SET failures = ? WHERE id = 1", (failures + 1,))
        assert one.connection.execute("SELECT failures FROM feeds WHERE id = 1").fetchone()[0] == 10


def test_several_writers_and_readers_get_along(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    run = prepare(path)
    faults: list[Exception] = []
    done = threading.Event()

    def write(first: int) -> None:
        try:
            with Store.open(path) as store:
                for feed in range(first, first + 8):
                    store.keep(harvest(run, feed, size=3, length=60))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            faults.append(error)

    def look() -> None:
        try:
            with Store.open(path, write=False) as store:
                while not done.is_set():
                    whole = store.connection.execute("SELECT count(*) % 3 FROM articles").fetchone()[0]
                    assert whole == 0
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            faults.append(error)

    writers = [threading.Thread(target=write, args=(first,)) for first in (1, 9)]
    readers = [threading.Thread(target=look) for _ in range(2)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert not faults
    with Store.open(path) as store:
        assert store.connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 48


def test_two_processes_may_make_the_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from storage.store import Store; Store.open(Path(sys.argv[1])).close()"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "news.db")], cwd=HOUSE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    faults = [process.communicate()[1].decode() for process in both]
    assert [process.returncode for process in both] == [0] * 4, faults


KILLED = """
import sys; sys.path.insert(0, {tests!r})
from pathlib import Path
from test_storage_faults import harvest
from storage.store import Store
with Store.open(Path({path!r})) as store:
    print("go", flush=True)
    for feed in range(1, 41):
        store.keep(harvest({run}, feed, size=10))
"""


def test_a_process_killed_at_any_moment_leaves_whole_feeds_only(tmp_path: Path) -> None:
    chance = random.Random(7)
    cut_short = 0
    for trial in range(8):
        path = tmp_path / f"{trial}.db"
        run = prepare(path)
        code = KILLED.format(tests=str(Path(__file__).parent), path=str(path), run=run)
        process = subprocess.Popen([sys.executable, "-c", code], cwd=HOUSE, stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        time.sleep(chance.uniform(0.02, 0.3))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with Store.open(path) as store:
            database = store.connection
            sizes = {row[0] for row in database.execute("SELECT count(*) FROM articles GROUP BY feed_id")}
            assert sizes <= {10}
            kept = {row[0] for row in database.execute("SELECT DISTINCT feed_id FROM articles")}
            assert kept == {row[0] for row in database.execute("SELECT id FROM feeds WHERE etag = 'v'")}
            assert kept == {row[0] for row in database.execute("SELECT feed_id FROM polls")}
            assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            database.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES('integrity-check', 1)")
            cut_short += len(kept) < 40
            again = store.start_run("cli", "1", NOW)
            assert database.execute("SELECT state FROM runs WHERE id = ?", (run,)).fetchone()[0] == "crashed"
            assert sum(store.keep(harvest(again, feed)).new for feed in range(1, 41)) == 400 - 10 * len(kept)
    assert cut_short


def test_a_new_file_that_is_locked_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    path = tmp_path / "news.db"
    with sqlite3.connect(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            Store.open(path)
        other.rollback()
