"""Read a TOML file of named tables into checked values, and say where it is wrong.

    [feeds.ai-news]                     # "feeds" is the section, "ai-news" the name
    url = "https://feed.example/rss"

Each table becomes one frozen dataclass; its name fills the dataclass' first field. An operator's own file of the
same name is laid over the shipped one table by table: a table there replaces ours whole, `off = true` alone in it
removes ours, and `replace = true` at the top of the file sets all of ours aside. Every fault is a `ConfigError` of
one line: file, line, key, what is wrong. What nobody would read is a fault too: `[tag.x]` for `[tags.x]`.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import tomli  # compiled: it reads the taxonomy in two fifths of the time that tomllib takes
from pydantic import TypeAdapter, ValidationError

HERE = Path(__file__).parent
KNOWN: dict[str, dict[str, type]] = {  # file: what may stand at its top
    "fanmill.toml": {"mill": dict},
    "feeds.toml": {"feeds": dict, "replace": bool},
    "taxonomy.toml": {"tags": dict, "entities": dict, "categories": dict, "words": dict, "replace": bool},
    "chrome.toml": {"chrome": dict, "elements": dict, "labels": dict, "panels": dict, "replace": bool},
    "sites.toml": {"sites": dict, "replace": bool},
}
BYTES = 16 * 2**20  # of a file; a hundred thousand entities take a third of that
WIDEST = 1_000_000  # characters of a line
SHOWN = 80  # characters of a name or key that a message repeats
WORDS = {"valid tuple": "list", "valid dictionary": "table"}  # what a check calls by the terms of a program

T = TypeVar("T")


class ConfigError(ValueError):
    """A configuration file says something it may not. The message is one line: `file:line: key: fault`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A TOML file in memory: its path for messages, its text for line numbers, its tables."""

    path: Path
    text: str
    tables: dict[str, Any]

    def line(self, section: str, name: str = "", key: str = "") -> int:
        """The 1-based line on which `key` of `[section.name]` stands; its header's, or 1, when it cannot be found.

        A table may also stand on one line of its section: `[section]`, then `name = { key = … }`.
        """
        outer, inner = re.escape(section), re.escape(name)
        if not name:
            top = re.search(rf'^[ \t]*(?:\[+\s*)?["\']?{outer}["\']?\s*[].=]', self.text, re.MULTILINE)
            return self.text.count("\n", 0, top.start()) + 1 if top else 1
        dotted = "" if is_mill(section, name) else rf'\s*\.\s*["\']?{inner}["\']?'
        head = re.compile(rf"\s*\[+\s*{outer}{dotted}\s*\]")
        entry = re.compile(rf'\s*["\']?{re.escape(key)}["\']?\s*=')
        inline = re.compile(rf'\s*["\']?{inner}["\']?\s*=\s*\{{')
        found, first, within = 0, 0, False
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.lstrip().startswith("["):
                within = bool(re.match(rf"\s*\[\s*{outer}\s*\]", line))
                first = first or (number if within else 0)
                if found:
                    break
                found = number if head.match(line) else 0
            elif (found and key and entry.match(line)) or (within and inline.match(line)):
                return number
        return found or first or 1

    def fault(self, fault: str, section: str, name: str = "", key: str = "") -> ConfigError:
        """The error that points at one key of one table."""
        where = ".".join(shown(part) for part in (section, "" if is_mill(section, name) else name, key) if part)
        return ConfigError(f"{self.path}:{self.line(section, name, key)}: {where}: {fault}")


def is_mill(section: str, name: str) -> bool:
    """Whether this is the table `[mill]`, the only one that is not one of several under a heading."""
    return section == name == "mill"


def shown(text: str, most: int = SHOWN) -> str:
    """A text as a message may repeat it: not all of a long one, and nothing that steers a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:most]) + "…" * (len(text) > most)


def read_toml(path: Path) -> Source:
    """Read one TOML file. Raises `ConfigError` when it is missing, too large, not UTF-8, or not TOML."""
    text = read_text(path)
    try:
        return Source(path=path, text=text, tables=tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        fault, _, place = str(error).rpartition(" (at ")
        line = re.search(r"line (\d+)", place)
        last = text.rstrip("\n").count("\n") + 1  # "at end of document"
        raise ConfigError(f"{path}:{line[1] if line else last}: not TOML: {shown(fault or str(error))}") from None
    except (RecursionError, ValueError) as error:  # ValueError: a number of more digits than Python reads
        deep = isinstance(error, RecursionError)
        worst = re.compile(r"[\[{]" if deep else r"\d")
        lines = [len(worst.findall(line)) for line in text.split("\n")]
        fault = "lists or tables lie too deep in one another" if deep else "a number is too long"
        raise ConfigError(f"{path}:{lines.index(max(lines)) + 1}: not TOML: {fault}") from None


def read_text(path: Path) -> str:
    """The text of a file, each line end a line feed. Raises `ConfigError`."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
            raise ConfigError(f"{path}:1: cannot be read: it is no file")
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ConfigError(f"{path}:1: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8: byte 0x{error.object[error.start]:02x}") from None
    if len(data) > BYTES:
        raise ConfigError(f"{path}:1: larger than {BYTES // 2**20} MB")
    for number, each in enumerate(text.split("\n"), 1):
        if len(each) > WIDEST:
            raise ConfigError(f"{path}:{number}: a line of more than {WIDEST} characters")
    return text


def sources(file: str, folder: Path | None) -> list[Source]:
    """The shipped file and, when the operator's folder holds one of the same name, that one after it.

    Raises `ConfigError` for a file that cannot be read or holds at its top what is not `KNOWN`.
    """
    found = [read_toml(path) for path in paths(file, folder)]
    for source in found:
        check_top(source, KNOWN[file])
    return found


def paths(file: str, folder: Path | None) -> list[Path]:
    """Where the shipped file of this name lies, and the operator's own, those that are there."""
    own = folder / file if folder else None
    return [path for path in (HERE / file, own) if path and (path.exists() or path.is_symlink())]


def check_top(source: Source, known: dict[str, type]) -> None:
    """Raise `ConfigError` for a key or table at the top of a file that is not known, or of another type."""
    for name, value in source.tables.items():
        if name not in known:
            raise source.fault(f"nothing reads this; known here: {', '.join(known)}", name)
        if not isinstance(value, known[name]):
            fault = "must be true or false" if known[name] is bool else f"must hold tables, each [{name}.NAME]"
            raise source.fault(fault if name != "mill" else "must be a table, [mill]", name)


def read_tables(kind: type[T], section: str, found: list[Source]) -> dict[str, T]:
    """Every `[section.name]` of the sources as a `kind`, by name, in file order; later sources win by table."""
    merged: dict[str, T] = {}
    for source in found:
        tables = source.tables.get(section, {})
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            raise source.fault(f"must hold tables, each [{section}.NAME]", section)
        if source.tables.get("replace") is True:
            merged.clear()
        for name in [name for name, table in tables.items() if table == {"off": True}]:
            merged.pop(name, None)
            tables = {key: table for key, table in tables.items() if key != name}
        merged |= check(kind, section, tables, source)
    return merged


def check(kind: type[T], section: str, tables: dict[str, Any], source: Source) -> dict[str, T]:
    """Validate tables of one source as `kind`. Raises `ConfigError` for the first fault found."""
    first = dataclasses.fields(kind)[0].name  # type: ignore[arg-type]
    for name, table in tables.items():
        if first in table and not is_mill(section, name):  # it has its name from its header
            raise source.fault("no such key", section, name, first)
    named = {name: {first: name, **table} for name, table in tables.items()}
    try:
        return adapter(kind).validate_python(named)  # type: ignore[arg-type]
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name, *keys = [str(part) for part in fault["loc"]] or [""]
        key = next((key for key in keys if not key.isdigit()), "")
        message = "no such key" if fault["type"] == "unexpected_keyword_argument" else fault["msg"]
        message = message.removeprefix("Value error, ")
        for program, plain in WORDS.items():
            message = message.replace(program, plain)
        raise source.fault(message[0].lower() + message[1:], section, name, key) from None


@cache
def adapter(kind: type) -> TypeAdapter[dict[str, Any]]:
    """What checks a whole section of tables at once; takes a millisecond or more to make."""
    return TypeAdapter(dict[str, kind])  # type: ignore[valid-type]
