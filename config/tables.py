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
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

HERE = Path(__file__).parent
KNOWN: dict[str, dict[str, type]] = {  # file: what may stand at its top
    "fanmill.toml": {"mill": dict},
    "feeds.toml": {"feeds": dict, "replace": bool},
    "taxonomy.toml": {"tags": dict, "entities": dict, "categories": dict, "words": dict, "replace": bool},
    "chrome.toml": {"chrome": dict, "elements": dict, "labels": dict, "panels": dict, "replace": bool},
    "sites.toml": {"sites": dict, "replace": bool},
}

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
        for number, line in enumerate(self.text.splitlines(), 1):
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
        where = ".".join(part for part in (section, "" if is_mill(section, name) else name, key) if part)
        return ConfigError(f"{self.path}:{self.line(section, name, key)}: {where}: {fault}")


def is_mill(section: str, name: str) -> bool:
    """Whether this is the table `[mill]`, the only one that is not one of several under a heading."""
    return section == name == "mill"


def read_toml(path: Path) -> Source:
    """Read one TOML file. Raises `ConfigError` when it is missing, not UTF-8, or not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return Source(path=path, text=text, tables=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        fault, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        raise ConfigError(f"{path}:{line[1] if line else 1}: not TOML: {fault}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}:1: cannot be read: {error}") from None


def sources(file: str, folder: Path | None) -> list[Source]:
    """The shipped file and, when the operator's folder holds one of the same name, that one after it.

    Raises `ConfigError` for a file that cannot be read or holds at its top what is not `KNOWN`.
    """
    own = folder / file if folder else None
    found = [read_toml(path) for path in (HERE / file, own) if path and path.exists()]
    for source in found:
        check_top(source, KNOWN[file])
    return found


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
    named = {name: {first: name, **table} for name, table in tables.items()}
    try:
        return TypeAdapter(dict[str, kind]).validate_python(named)  # type: ignore[valid-type]
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name, *keys = [str(part) for part in fault["loc"]] or [""]
        key = next((key for key in keys if not key.isdigit()), "")
        message = "no such key" if fault["type"] == "unexpected_keyword_argument" else fault["msg"]
        message = message.removeprefix("Value error, ")
        raise source.fault(message[0].lower() + message[1:], section, name, key) from None
