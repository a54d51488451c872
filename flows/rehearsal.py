"""A dry run works on a copy of the database, so that whatever it does, nothing of it stays.

The copy is SQLite's own, taken while others may read, and goes when the run is over. It takes the time and the room of
the database. The raw file is not copied: what came in during the dry run is kept beside the copy, and what came in
before is read where it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.connection import copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The database to work on; when it is a copy, also the `original`, of which the raw input is read."""

    database: Path
    original: Path | None = None


@contextmanager
def rehearse(database: Path, *, dry: bool) -> Iterator[Stage]:
    """The database to work on: a copy that vanishes when `dry`, else itself. Raises `StoreError`."""
    if not dry:
        yield Stage(database=database)
        return
    with tempfile.TemporaryDirectory(prefix="fanmill-") as folder:
        target = Path(folder) / database.name
        copy(database, target)
        yield Stage(database=target, original=database)
