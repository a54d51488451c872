"""Spell parts of a taxonomy as TOML that can be put at the end of an operator's `taxonomy.toml` as it is.

    tag_table(rule)                     [tags.beekeeping], all of it
    category_lines({"AI": rule, "X": None}, own)

What a feed calls its articles comes from strangers; `config.writing.quoted` keeps it inside its quotes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from config.taxonomy import CategoryRule, TagRule
from config.writing import quoted

WIDEST = 100  # characters of a list on one line


def tag_table(rule: TagRule) -> str:
    """A tag as a whole table: each key that has not its usual value."""
    lines = [f"[tags.{rule.id}]"]
    for field in fields(rule)[1:]:
        value = getattr(rule, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {spelled(value)}")
    return "\n".join(lines) + "\n"


def category_lines(meanings: Mapping[str, CategoryRule | None], own: str = "") -> str:
    """Categories as tables, those that mean None as comments to be filled in. `own`: the file they are to follow.

    A file that has its `[categories]` already cannot have it again; then each has a table of its own.
    """
    lines = [line(name, rule) for name, rule in meanings.items()]
    block = "\n".join(["[categories]", *lines]) + "\n"
    if follows(own, block):
        return block
    return "\n".join(table(name, rule) for name, rule in meanings.items()) + "\n"


def follows(own: str, block: str) -> bool:
    """Whether a block of TOML may stand below what is there."""
    try:
        tomllib.loads(f"{own}\n{block}")
    except tomllib.TOMLDecodeError:
        return False
    return True


def line(name: str, rule: CategoryRule | None) -> str:
    """A category on one line of `[categories]`."""
    if rule is None:
        return f'# {quoted(name)} = {{ tag = "" }}'
    return f"{quoted(name)} = {{ {meaning(rule)} }}"


def table(name: str, rule: CategoryRule | None) -> str:
    """A category as a table of its own."""
    if rule is None:
        return f'# [categories.{quoted(name)}]\n# tag = ""'
    return f"[categories.{quoted(name)}]\n{meaning(rule)}"


def meaning(rule: CategoryRule) -> str:
    """What a category means, as a key and its value."""
    return "ignore = true" if rule.ignore else f"tag = {quoted(rule.tag)}"


def spelled(value: Any) -> str:
    """A string, number or truth value, or a list of them or of lists, in TOML."""
    if isinstance(value, str):
        return quoted(value)
    if not isinstance(value, tuple):
        return str(value).lower()
    items = [spelled(item) for item in value]
    short = f"[{', '.join(items)}]"
    return short if len(short) <= WIDEST else "[\n" + "".join(f"  {item},\n" for item in items) + "]"
