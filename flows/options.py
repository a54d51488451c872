"""What all commands share: their common options, and how a foreseen fault becomes one line and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

PARTIAL, USAGE, LOCKED = 1, 2, 3
HOURS_BACK = 72  # that `regroup` looks at, since nearly all copies come within three days
FAR_BACK = 24 * 366 * 10  # hours; whoever wants all of a store names ten years

Config = Annotated[Path | None, typer.Option("--config", help="Folder of your own configuration (or FANMILL_CONFIG)")]
Database = Annotated[Path | None, typer.Option("--db", help="The SQLite file (or FANMILL_DB)")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table")]


class CommandError(RuntimeError):
    """A command cannot go on. The text is the one line to print, `code` the exit code."""

    def __init__(self, fault: str, code: int = USAGE) -> None:
        super().__init__(fault)
        self.code = code


@contextmanager
def faults() -> Iterator[None]:
    """Turn what storage and flows raise into a `CommandError` with its exit code."""
    from flows.lock import LockedError
    from storage.connection import StoreError

    try:
        yield
    except LockedError as error:
        raise CommandError(str(error), LOCKED) from None
    except StoreError as error:
        raise CommandError(str(error), USAGE) from None


def spell(config: Path | None) -> None:
    """Have addresses spelled in this process by the operator's tracking rules; none are shipped."""
    import os

    if config or os.environ.get("FANMILL_CONFIG"):
        from config.load import find_folder, load_tracking
        from extractors import tracking

        tracking.use(load_tracking(find_folder(config)))


def find_database(config: Path | None, db: Path | None) -> Path:
    """The database named on the command line, in the environment or in the configuration."""
    import os

    if db or os.environ.get("FANMILL_DB"):
        return db or Path(os.environ["FANMILL_DB"])
    from config.load import find_folder, load_settings

    return Path(load_settings(find_folder(config)).database)
