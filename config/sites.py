"""Write site rules into an operator's `sites.toml`, and change nothing else in it.

    add_sites(folder, [Noted(rule=SiteRule(host="a.example", body=("article",)), notes=("# by hand",))], replace=False)

A note is a line for people, kept as a comment in the rule's table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from config.chrome import SiteRule, load_sites
from config.tables import read_toml
from config.writing import Kind, add_tables, comment, quoted

FILE = "sites.toml"
WIDEST = 100  # characters of a list on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A site rule and what is to be noted beside it."""

    rule: SiteRule
    notes: tuple[str, ...] = ()


def taken(folder: Path) -> set[str]:
    """The hosts that have a rule, and those whose rule the operator's file switches off."""
    path = folder / FILE
    own = read_toml(path).tables.get("sites", {}) if path.exists() else {}
    return set(load_sites(folder)) | set(own)


def add_sites(folder: Path, sites: Sequence[Noted], *, replace: bool = False) -> None:
    """Add rules to `folder/sites.toml`. Raises `ConfigError`; then the file is as it was.

    `replace`: a host's own table there, if it has one, goes.
    """
    notes = {site.rule.host: site.notes for site in sites}
    kind = Kind(file=FILE, section="sites", read=load_sites, table=lambda rule: table(rule, notes[rule.host]))
    rules = [(site.rule.host, site.rule) for site in sites]
    add_tables(folder, kind, rules, replace=notes.keys() if replace else ())


def table(rule: SiteRule, notes: Iterable[str] = ()) -> str:
    """A rule as a table of `sites.toml`: each key that has not its usual value, then the notes as comments."""
    lines = [f"[sites.{quoted(rule.host)}]"]
    for field in fields(rule)[1:]:
        value = getattr(rule, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {spelled(value)}")
    return "\n".join([*lines, *(comment(note.lstrip("# ")) for note in notes)]) + "\n"


def spelled(value: Any) -> str:
    """A truth value or a list of strings in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    items = [literal(item) for item in value]
    short = f"[{', '.join(items)}]"
    return short if len(short) <= WIDEST or len(items) == 1 else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def literal(text: str) -> str:
    """A string on one line, between single quotes where that spares it escapes: XPath is full of double ones."""
    basic = quoted(text)
    return f"'{text}'" if '\\"' in basic and "'" not in text and basic.count("\\") == text.count('"') else basic
