"""Read a ClearURLs rules file (`data.min.json`) that the operator has fetched: which parameters only track.

    {"providers": {NAME: {"urlPattern": "^https?://…", "rules": ["ref_?"], "rawRules": [], "referralMarketing": [],
                          "exceptions": [], "redirections": ["^https?://…[?]u=([^&]+)"], "completeProvider": false}}}

Their file is not ours to ship (LGPL-3.0). Nothing of it is run but its regular expressions, on addresses of bounded
length; one in which repeats lie within repeats so that matching it may never end is refused, and so is one that Python
does not read. `completeProvider` and `forceRedirection` are for browsers, and passed over.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.patterns import TOKEN
from config.tables import ConfigError, read_text, shown

ENDLESS = 6  # repeats without an end in one pattern; each more is a power of the length
MANY = 20  # times that something may be repeated before it counts as endless
LISTS = ("rules", "rawRules", "referralMarketing", "exceptions", "redirections")

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The rules of one site, or of all. `names` match whole names of parameters, `raw` any part of an address.

    The first group of a redirection is the address it leads to, escaped.
    """

    name: str
    url: Pattern
    names: tuple[Pattern, ...] = ()
    raw: tuple[Pattern, ...] = ()
    exceptions: tuple[Pattern, ...] = ()
    redirections: tuple[Pattern, ...] = ()


def place(file: str, folder: Path | None) -> Path:
    """Where a file lies that is named by its path from the configuration folder."""
    return (folder or Path()) / file


def read_providers(path: Path) -> tuple[Provider, ...]:
    """The rules of a file, in its order. Raises `ConfigError`."""
    text = read_text(path)
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}: not JSON: {shown(error.msg)}") from None
    except (RecursionError, ValueError):
        raise ConfigError(f"{path}:1: not JSON: it lies too deep, or holds too long a number") from None
    providers = read.get("providers") if isinstance(read, dict) else None
    if not isinstance(providers, dict) or not providers:
        raise ConfigError(f'{path}:1: no rules of ClearURLs: must hold {{"providers": {{NAME: …}}}}')
    return tuple(_provider(path, text, name, said) for name, said in providers.items())


def _provider(path: Path, text: str, name: str, said: Any) -> Provider:
    """One provider. Raises `ConfigError` with the line on which its name first stands."""
    try:
        return _read(name, said)
    except ValueError as error:
        before = text.find(json.dumps(name))
        line = text.count("\n", 0, max(before, 0)) + 1
        raise ConfigError(f"{path}:{line}: providers.{shown(name)}: {error}") from None


def _read(name: str, said: Any) -> Provider:
    """One provider. Raises `ValueError` with the fault."""
    if not isinstance(said, Mapping) or not isinstance(said.get("urlPattern"), str):
        raise ValueError('must be a table with an "urlPattern"')  # noqa: TRY004 - the caller makes one line of it
    found = {key: tuple(_patterns(key, said.get(key, []))) for key in LISTS}
    return Provider(
        name=name,
        url=_compiled(said["urlPattern"]),
        names=(*found["rules"], *found["referralMarketing"]),
        raw=found["rawRules"],
        exceptions=found["exceptions"],
        redirections=found["redirections"],
    )


def _patterns(key: str, said: Any) -> Iterator[Pattern]:
    """The patterns of a list. Raises `ValueError`."""
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise ValueError(f"{key} must be a list of patterns")
    for one in said:
        pattern = _compiled(one)
        if key == "redirections" and not pattern.groups:
            raise ValueError(f"{shown(one)}: a redirection needs a group, the address it leads to")
        yield pattern


def _compiled(pattern: str) -> Pattern:
    """A pattern. Raises `ValueError` for one that Python does not read, or that may run away."""
    if runs_away(pattern):
        raise ValueError(f"{shown(pattern)}: may run away; take it out of the file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set": JavaScript knows none, nor will we
            return re.compile(pattern, re.IGNORECASE | re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{shown(pattern)}: no regular expression: {error}") from None


def runs_away(pattern: str) -> bool:
    r"""Whether matching a pattern may take more than a small power of the length of an address.

    It may when a group that is repeated without end holds alternatives, or another such repeat, unless a letter that
    this cannot take stands at one end of the group: `(?:[a-z]+\.)*` is tried in one way, `(?:[a-z]+)*` in any number.
    """
    groups: list[list[re.Match[str]]] = [[]]
    endless, inner = 0, list[re.Match[str]]()
    for token in TOKEN.finditer(pattern):
        kind, row = token.lastgroup, groups[-1]
        if kind in {"open", "odd"}:
            groups.append([token])
        elif kind == "close" and len(groups) > 1:
            inner = groups.pop()
            groups[-1] += (*inner, token)
        else:
            closed = bool(row) and row[-1].lastgroup == "close"
            endless += _is_endless(token)
            if _is_endless(token) and closed and _competes(inner[1:]):
                return True
            row.append(token)
    return endless > ENDLESS


def _is_endless(token: re.Match[str]) -> bool:
    """Whether a repeat has no end that is near."""
    if token.lastgroup != "repeated" or token["repeat"].startswith("?"):
        return token.lastgroup == "endless"
    most = token["most"] if token["comma"] else token["least"]
    return int(most[:9]) > MANY if most else bool(token["comma"])


def _competes(body: list[re.Match[str]]) -> bool:
    """Whether what is inside a repeated group may take the same letters in more than one way."""
    if any(token.lastgroup == "bar" for token in body):
        return True
    taken = [body[at - 1][0] for at, token in enumerate(body) if at and _repeats(token)]
    if not taken:
        return False
    plain = [len(body) == 1 or not _repeats(body[1]), not _repeats(body[-1])]
    ends = [token[0] for token, holds in zip((body[0], body[-1]), plain, strict=True) if holds]
    return not any(_is_letter(end) and not any(_takes(one, end[-1]) for one in taken) for end in ends)


def _repeats(token: re.Match[str]) -> bool:
    """Whether a token is a repeat of what stands before it."""
    return token.lastgroup in {"endless", "repeated"}


def _is_letter(atom: str) -> bool:
    """Whether a token stands for one certain character."""
    return (len(atom) == 1 and atom not in ".^$()") or bool(re.fullmatch(r"\\[^\w\s]", atom))


def _takes(atom: str, letter: str) -> bool:
    """Whether a token may stand for a character; a group may stand for any."""
    try:
        return atom == ")" or re.fullmatch(atom, letter, re.IGNORECASE) is not None
    except re.error:
        return True
