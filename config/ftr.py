"""Read a site config file of Full-Text RSS (the ftr-site-config collection) as a site rule of ours.

    # example.org.txt
    body: //div[@class='story']
    strip_id_or_class: newsletter
    prune: no

    read_config("example.org.txt", data).rule
    -> SiteRule(host="example.org", below=False, body=("//div[@class='story']",), cut_names=("newsletter",))

A file is named after its host: `example.org.txt` is for that host and its `www.`, `.example.org.txt` for the hosts
below it. `MAPPED` says which directives become which key; `NEEDLESS` ask for what is done here anyway, or concern what
is not read here. All others have no counterpart. Every line that gives no key is kept as a note: nothing is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.chrome import SiteRule

BYTES = 256 * 1024  # of a file
LINES = 2000  # of a file
NOTE = 400  # characters of a line that is kept
MAPPED = {
    "body": "body", "title": "title", "author": "author", "date": "date",
    "strip": "cut", "strip_id_or_class": "cut_names",
}  # fmt: skip
NEEDLESS = frozenset((
    "autodetect_on_failure", "convert_double_br_tags", "insert_detected_image", "parser", "post_strip_attr", "prune",
    "src_lazy_load_attr", "strip_attr", "strip_comments", "strip_image_src", "test_contains", "test_url", "tidy",
))  # fmt: skip
CONDITION = "if_page_contains"  # holds for the line before it
DIRECTIVE = re.compile(r"([A-Za-z_]{1,40})\s{0,20}(?:\([^\n]*\)\s{0,20})?:\s*(.*)", re.DOTALL)
HOST = re.compile(r"\.?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
WORDS = {  # what the check of a name calls by the terms of a program
    "string_too_short": "a name must have at least {min_length} characters",
    "string_too_long": "a name may have {max_length} characters",
}
PLAIN = ("/", "(", "./")  # XPath that is known as such without being told
CHECK = TypeAdapter(SiteRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that cannot be taken over, by its number from 1, and why."""

    line: int
    text: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file gives. `rule` is None when no line of it could be mapped.

    `notes` are the lines that gave no key; `left` counts their directives that have no counterpart, `needless` those
    that need none.
    """

    host: str
    rule: SiteRule | None = None
    mapped: int = 0
    refused: tuple[Refused, ...] = ()
    left: tuple[tuple[str, int], ...] = ()
    needless: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with its number and, when it is one, the directive and its value."""

    number: int
    text: str
    name: str = ""
    value: str = ""


def read_host(name: str) -> str:
    """The host that a file is named after, with the dot in front that means the hosts below. Raises `ValueError`."""
    host = name.removesuffix(".txt").lower()
    if not host.isascii():
        try:
            host = ("." if host.startswith(".") else "") + host.removeprefix(".").encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError("is named after no host") from None
    host = host.removeprefix("www.") if host.count(".") > 1 else host
    if host.startswith("fingerprint."):
        raise ValueError("is for pages known by a fingerprint, and rules here go by host")
    if not name.endswith(".txt") or len(host) > 200 or not HOST.fullmatch(host):  # noqa: PLR2004 - as the format has it
        raise ValueError("is named after no host")
    return host


def read_config(name: str, data: bytes) -> Reading:
    """What a file of this name and content gives. Raises `ValueError` when it is no file for a host at all."""
    host = read_host(name)
    if len(data) > BYTES:
        raise ValueError(f"is larger than {BYTES // 1024} kB")
    lines = split(data)
    if len(lines) > LINES:
        raise ValueError(f"has more than {LINES} lines")
    keys: dict[str, list[str]] = {}
    refused: list[Refused] = []
    other: list[Line] = []
    mapped = 0
    for line, after in zip(lines, [*lines, Line(number=0, text="")][1:], strict=True):
        key = MAPPED.get(line.name, "") if line.value and after.name != CONDITION else ""
        fault = add(keys, host, key, line.value) if key else ""
        mapped += bool(key) and not fault
        if fault:
            refused.append(Refused(line=line.number, text=line.text[:NOTE], fault=fault))
        elif not key:
            other.append(line)
    rule = CHECK.validate_python({"host": host, "below": host.startswith("."), **keys}) if mapped else None
    return Reading(
        host=host,
        rule=rule,
        mapped=mapped,
        refused=tuple(refused),
        left=tuple(sorted(Counter(names(other)).items())),
        needless=sum(line.name in NEEDLESS for line in other),
        notes=(f"from {name}, a site config file", *(line.text[:NOTE] for line in noted(other, refused))),
    )


def split(data: bytes) -> list[Line]:
    """The lines of a file that are not empty."""
    text = data.decode("utf-8-sig", "replace")
    lines = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        bare = line.strip()
        match = None if bare.startswith("#") else DIRECTIVE.match(bare)
        if match:
            lines.append(Line(number=number, text=bare, name=match[1].lower(), value=match[2].strip()))
        elif bare:
            lines.append(Line(number=number, text=bare))
    return lines


def add(keys: dict[str, list[str]], host: str, key: str, value: str) -> str:
    """Add a value to a key, unless it cannot stand there. Why not, or an empty string."""
    value = value.replace("'", "").replace('"', "").strip() if key == "cut_names" else value
    if key != "cut_names" and not value.startswith(PLAIN):
        value = f"xpath:{value}"
    fault = check(host, key, value)
    if not fault and value not in keys.setdefault(key, []):
        keys[key].append(value)
    return fault


def check(host: str, key: str, value: str) -> str:
    """Why a value cannot stand under a key; an empty string when it can."""
    table: dict[str, Any] = {"host": host, key: [value]}
    try:
        CHECK.validate_python(table)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        if found["type"] in WORDS:
            return WORDS[found["type"]].format(**found["ctx"])
        fault = found["msg"].removeprefix("Value error, ")
        return str(fault.removeprefix(f"{value.removeprefix('xpath:')!r} ").removeprefix(f"{value!r} "))
    return ""


def names(lines: Iterable[Line]) -> list[str]:
    """The directives among lines that have no counterpart; what is no directive counts as "other"."""
    return [line.name or "other" for line in lines if line.name not in NEEDLESS and not line.text.startswith("#")]


def noted(other: Iterable[Line], refused: Iterable[Refused]) -> list[Line]:
    """All lines that gave no key, in their order."""
    held = [Line(number=each.line, text=each.text) for each in refused]
    return sorted([*other, *held], key=lambda line: line.number)
