"""Site config files of others, read one by one or a folder of them, for `fanmill sites import`. Nothing is fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.ftr import BYTES, Reading, Refused, read_config, read_host
from flows.options import CommandError

MOST = 20_000  # files


@dataclass(slots=True, kw_only=True)
class Import:
    """What became of the files. `added` are rules to write, `refused` files and lines with the reason.

    `idle` are readings of which nothing could be used, `passed` the files of a folder that are named after no host.
    """

    added: list[Reading] = field(default_factory=list)
    idle: list[Reading] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    @property
    def left(self) -> dict[str, int]:
        """How many lines of each directive have no counterpart here, the most frequent first."""
        found: Counter[str] = Counter()
        for reading in [*self.added, *self.idle]:
            found.update(dict(reading.left))
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def gather(paths: Sequence[Path], there: set[str]) -> Import:
    """Read all files. Raises `CommandError` for a path that is not there, or for too many files."""
    done, seen = Import(), set(there)
    for number, (file, named) in enumerate(files(paths)):
        if number >= MOST:
            raise CommandError(f"more than {MOST} files; import them in parts")
        try:
            reading = read(file, named=named)
            if reading is None:
                done.passed.append(file.name)
                continue
            if reading.host in seen:
                raise ValueError(f"{reading.host} has a rule already; --replace puts this one in its place")
        except ValueError as error:
            done.refused.append((file.name, Refused(line=0, text="", fault=str(error))))
            continue
        done.refused += [(file.name, line) for line in reading.refused]
        (done.added if reading.rule else done.idle).append(reading)
        seen |= {reading.host} if reading.rule else set()
    return done


def files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """The files that are meant, in the order given and by name, and whether each was named itself."""
    for path in paths:
        try:
            inside = sorted(child for child in path.iterdir() if child.suffix == ".txt") if path.is_dir() else None
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from None
        if inside is None and not path.exists():
            raise CommandError(f"{path} is not there")
        yield from [(path, True)] if inside is None else [(child, False) for child in inside]


def read(file: Path, *, named: bool) -> Reading | None:
    """What a file gives; None for one of a folder that is named after no host. Raises `ValueError` with the fault."""
    try:
        read_host(file.name)
    except ValueError:
        if named:
            raise
        return None
    if not file.is_file():
        raise ValueError("is no file")
    try:
        with file.open("rb") as stream:
            return read_config(file.name, stream.read(BYTES + 1))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
