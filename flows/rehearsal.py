"""A dry run works on a copy of the database, so that whatever it does, nothing of it stays.

The copy is SQLite's own, taken while others may read, and goes when the run is over. It takes the time and the room of
the database; the raw file is not copied.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.connection import copy


@contextmanager
def rehearse(database: Path, *, dry: bool) -> Iterator[Path]:
    """The database to work on: a copy that vanishes when `dry`, else itself. Raises `StoreError`."""
    if not dry:
        yield database
        return
    with tempfile.TemporaryDirectory(prefix="fanmill-") as folder:
        target = Path(folder) / database.name
        copy(database, target)
        yield target
