"""Open the database, refuse what is not ours, and write in whole transactions only.

    with speaking(path), write_tx(connection): ...

`write_tx` is the only way anything is written: `BEGIN IMMEDIATE` takes the write lock at once and waits its turn. A
deferred BEGIN that first reads and then writes fails at once when another process committed in between, whatever the
timeout. `speaking` turns what SQLite says into a `StoreError`: one line, what, where, the cure.

WAL, so that readers never wait for the writer; synchronous=NORMAL: a power cut may lose the last feeds, which are
polled again, and corrupts nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

APPLICATION_ID = 0x464D494C  # "FMIL"; `file news.db` shows it
VERSION = 5  # of the schema, kept in user_version; the number of migrations in storage.schema
MAGIC = b"SQLite format 3\x00"
BUSY_MS = 30_000  # a writer waits so long for another one
WAL_TRIES = 100  # several processes that open a new file at once get in each other's way
CACHE_KIB = 32_768

FAULTS = {
    sqlite3.SQLITE_BUSY: "is locked by another program; close it or try again later",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or save what can be read with `sqlite3 FILE .recover`",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full; free some space and run again, nothing is half written",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; name another file, this one was left as it is",
    sqlite3.SQLITE_PERM: "may not be used by this user; check the file's permissions",
    sqlite3.SQLITE_READONLY: "may only be read; check the permissions of the file and its folder",
    sqlite3.SQLITE_LOCKED: "is locked by another program; close it or try again later",
}


class StoreError(RuntimeError):
    """The database cannot be used as asked. The text is one line: what, where, the cure."""


@contextmanager
def speaking(path: Path | str) -> Iterator[None]:
    """Turn errors of SQLite into `StoreError`s that name the file. A broken constraint is our own fault and passes."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        fault = FAULTS.get(code & 0xFF) if code is not None else None
        raise StoreError(f"{path} {fault or f'cannot be used: {error}'}") from error


@contextmanager
def write_tx(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise


def connect(path: Path, *, write: bool = True) -> sqlite3.Connection:
    """Open a database of ours, making or migrating it when `write`.

    Raises `StoreError` for a file that is no database, another program's, from a newer fanmill, damaged, locked, full
    or not to be written; a file that is refused keeps its bytes.
    """
    check_file(path, write=write)
    with speaking(path):
        connection = _open(path, write=write)
        try:
            _prepare(connection, path, write=write)
        except BaseException:
            connection.close()
            raise
    return connection


def copy(path: Path, target: Path) -> None:
    """Copy a database of ours to a new file, as it is at this moment; nothing when there is none yet."""
    if path.exists():
        with speaking(path), closing(connect(path, write=False)) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied)


def check_file(path: Path, *, write: bool) -> None:
    """Refuse a path before SQLite sees it: SQLite itself would take a missing file for an order to make one."""
    if str(path) == ":memory:":
        return
    if not path.exists():
        if not write:
            raise StoreError(f"{path}: there is no database yet; `fanmill run` makes it")
        if not path.parent.is_dir():
            raise StoreError(f"{path}: its folder does not exist; make it first")
    elif not path.is_file():
        raise StoreError(f"{path} is not a file; name the database file itself")
    else:
        _check_magic(path)


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}; check its permissions") from None
    if start and start != MAGIC:
        raise StoreError(f"{path} {FAULTS[sqlite3.SQLITE_NOTADB]}")


def _open(path: Path, *, write: bool) -> sqlite3.Connection:
    if write:
        return sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    connection = _read_only(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        connection = _read_only(path, "immutable=1")  # a WAL file in a folder where SQLite may not put its -shm
    return connection


def _read_only(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)


def _prepare(connection: sqlite3.Connection, path: Path, *, write: bool) -> None:
    """Check whose file it is, then set the connection up. Nothing is written before the check."""
    version = check_owner(connection, path)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if write:
        use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
    if version < VERSION:
        if not write:
            raise StoreError(f"{path} is of an older fanmill; `fanmill run` brings it up to date")
        _migrate(connection, path)
    connection.execute("PRAGMA foreign_keys = ON")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date, all of it or nothing.

    SQLite changes these settings between transactions only. Foreign keys are off while tables are made anew, or those
    that refer to them would follow the old ones away; and pages that are given up are wiped, since an older fanmill
    kept addresses with their logins.
    """
    from storage.schema import migrate  # sqlite-utils takes 0.1 s to import; a search should not wait for it

    for switch in ("foreign_keys = OFF", "legacy_alter_table = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {switch}")
    with write_tx(connection):
        migrate(connection)
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(f"{path} is damaged: rows refer to others that are missing; restore a backup")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    for switch in ("legacy_alter_table = OFF", "secure_delete = OFF"):
        connection.execute(f"PRAGMA {switch}")


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for others here, so we wait for them and try again."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        with write_tx(connection):  # whoever is at work is done once we have the lock
            pass
    connection.execute("PRAGMA journal_mode = WAL")


def check_owner(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the file, 0 for an empty one. Raises `StoreError` when it is not ours or too new."""
    # The tables first: another process may be making them, and commits its name together with them.
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application not in {0, APPLICATION_ID} or (application == 0 and filled):
        raise StoreError(f"{path} is a database of another program; name another file, this one was left as it is")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer fanmill (schema {version}, ours is {VERSION}); upgrade fanmill"
        )
    return int(version)
