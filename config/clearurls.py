"""Read a ClearURLs rules file (`data.min.json`) that the operator has fetched: which parameters only track.

    {"providers": {NAME: {"urlPattern": "^https?://…", "rules": ["ref_?"], "rawRules": [], "referralMarketing": [],
                          "exceptions": [], "redirections": ["^https?://…[?]u=([^&]+)"], "completeProvider": false}}}

Their file is not ours to ship (LGPL-3.0). Nothing of it is run but its regular expressions, on addresses of bounded
length; one in which repeats compete so that matching it may never end is refused, and so is one that Python does not
read. `completeProvider` and `forceRedirection` are for browsers, and passed over.
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

LONGEST = 500  # characters of an address that patterns are tried on, for which see `extractors.tracking`
MOST = 2 * LONGEST**3  # steps that are too many; those of a third power, of which one in six is gone, take up to .3 s
WHOLE = ("rules", "referralMarketing")  # match the whole name of a parameter
LISTS = ("rules", "rawRules", "referralMarketing", "exceptions", "redirections")

Pattern = re.Pattern[str]
Token = re.Match[str]


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
        pattern = _compiled(one, whole=key in WHOLE)
        if key == "redirections" and not pattern.groups:
            raise ValueError(f"{shown(one)}: a redirection needs a group, the address it leads to")
        yield pattern


def _compiled(pattern: str, *, whole: bool = False) -> Pattern:
    """A pattern. Raises `ValueError` for one that Python does not read, or that may run away."""
    if runs_away(pattern, whole=whole):
        raise ValueError(f"{shown(pattern)}: may run away; take it out of the file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set": JavaScript knows none, nor will we
            return re.compile(pattern, re.IGNORECASE | re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{shown(pattern)}: no regular expression: {error}") from None


def runs_away(pattern: str, *, whole: bool = False) -> bool:
    r"""Whether matching a pattern may take more than the third power of the length of an address.

    It may when a group that is repeated holds alternatives, or another repeat, unless a letter that this cannot take
    stands at one end of the group: `(?:[a-z]+\.)*` is tried in one way, `(?:[a-z]+)*` in any number. And it may when
    the repeats multiply to more than `MOST` steps. One that a letter follows which it cannot take, as in `[a-z]+/`, has
    a single way, but is gone through for each way of those before; one at the end is nothing, unless the pattern has to
    match the `whole` of a text.
    """
    tokens = list(TOKEN.finditer(pattern))
    pairs = _paired(tokens)
    for at, token in enumerate(tokens):
        closed = at and tokens[at - 1].lastgroup == "close" and at - 1 in pairs
        if closed and _most(token) > 1 and _competes(tokens[pairs[at - 1] + 1 : at - 1]):
            return True
    ways = steps = 1 if whole or _is_anchored(tokens, pairs) else LONGEST
    for at, token in enumerate(tokens):
        if not at or not _repeats(token) or _is_lazy(tokens, at) or _is_free(tokens, pairs, at, whole=whole):
            continue
        spread = min(LONGEST, _most(token) - _least(token) + 1)
        steps = max(steps, ways * spread)
        ways *= 1 if _is_certain(tokens, pairs, at) else spread
    return steps > MOST


def _paired(tokens: list[Token]) -> dict[int, int]:
    """The places at which groups open and close, each by the other."""
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.lastgroup in {"open", "odd"}:
            stack.append(at)
        elif token.lastgroup == "close" and stack:
            pairs[at] = stack.pop()
            pairs[pairs[at]] = at
    return pairs


def _is_anchored(tokens: list[Token], pairs: dict[int, int]) -> bool:
    """Whether a pattern is tried at the beginning of a text only."""
    at, first = 0, [token[0] for token in tokens[:1]] == ["^"]
    while first and at < len(tokens):
        if tokens[at].lastgroup == "bar":
            return False
        at = max(at, pairs.get(at, at)) + 1
    return first


def _is_lazy(tokens: list[Token], at: int) -> bool:
    """Whether a question mark only says that the repeat before it shall take little."""
    return tokens[at][0] == "?" and tokens[at - 1].lastgroup == "endless"


def _is_free(tokens: list[Token], pairs: dict[int, int], at: int, *, whole: bool) -> bool:
    """Whether nothing has to come after a repeat, so that it is gone through once."""
    return not whole and None in _runs(tokens, pairs, at + 1) and _is_certain(tokens, pairs, at)


def _is_certain(tokens: list[Token], pairs: dict[int, int], at: int) -> bool:
    """Whether what follows a repeat tells where it ends. At the end of all it may not, if all has to be matched."""
    begins = pairs.get(at - 1, at - 1)
    taken = [token[0] for token in tokens[begins:at] if token.lastgroup == "atom"]
    runs = _runs(tokens, pairs, at + 1)
    return all(run is None or any(not any(_takes(one, letter) for one in taken) for letter in run) for run in runs)


def _runs(tokens: list[Token], pairs: dict[int, int], at: int) -> Iterator[str | None]:
    """The letters that must come at a place: of a repeated group both what it begins with and what is after it.

    None where the pattern ends. Nothing is known of what is no letter.
    """
    at += at < len(tokens) and _is_lazy(tokens, at)
    while at < len(tokens):
        run = _letters(tokens, at)
        if run or tokens[at].lastgroup not in {"bar", "close"}:
            yield run
            return
        at = next((each for each in range(at, len(tokens)) if pairs.get(each, each) < at), len(tokens))
        if at + 1 < len(tokens) and _most(tokens[at + 1]) > 1:
            yield _letters(tokens, pairs[at] + 1)
        at += 1
        while at < len(tokens) and _repeats(tokens[at]):
            at += 1
    yield None


def _letters(tokens: list[Token], at: int) -> str:
    """The letters from a place on that stand there once each."""
    run = ""
    while at < len(tokens) and _is_letter(tokens[at][0]) and not (at + 1 < len(tokens) and _repeats(tokens[at + 1])):
        run += tokens[at][0][-1]
        at += 1
    return run


def _least(token: Token) -> int:
    """How often something is repeated at least."""
    return int((token["least"] or "0")[:9]) if token.lastgroup == "repeated" else 0


def _most(token: Token) -> int:
    """How often something may be repeated; 1 for what is no repeat."""
    if token.lastgroup == "endless":
        return LONGEST
    if token.lastgroup != "repeated" or token["repeat"].startswith("?"):
        return 1
    most = token["most"] if token["comma"] else token["least"]
    return min(int(most[:9]), LONGEST) if most else LONGEST


def _competes(body: list[Token]) -> bool:
    """Whether what is inside a repeated group may take the same letters in more than one way."""
    if any(token.lastgroup == "bar" for token in body):
        return True
    taken = [body[at - 1][0] for at, token in enumerate(body) if at and _repeats(token)]
    if not taken:
        return False
    plain = [len(body) == 1 or not _repeats(body[1]), not _repeats(body[-1])]
    ends = [token[0] for token, holds in zip((body[0], body[-1]), plain, strict=True) if holds]
    return not any(_is_letter(end) and not any(_takes(one, end[-1]) for one in taken) for end in ends)


def _repeats(token: Token) -> bool:
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
