"""One run at a time on one database: an advisory lock beside it, freed by the system when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.connection import StoreError


class LockedError(RuntimeError):
    """Another run holds the lock."""


@contextmanager
def hold(database: Path) -> Iterator[None]:
    """Hold the lock of a database. Raises `LockedError`, which names the process that has it, or `StoreError`."""
    path = database.with_name(database.name + ".lock")
    with opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip()
            raise LockedError(f"another run holds {path} (process {holder}); wait for it to end") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def opened(path: Path) -> IO[str]:
    """The lock file, made where it is missing; its folder is not. Raises `StoreError`."""
    if not path.parent.is_dir():
        raise StoreError(f"{path.parent} is not a folder; make it first, or name another database")
    try:
        return path.open("a+")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; check the permissions of its folder") from None
