"""Feeds as strangers might send them, made of a string of bytes: the same bytes give the same document.

    document(b"...")  →  (body, content_type)

One grammar for three engines: hypothesis draws the bytes and shrinks them, atheris mutates them by coverage, and
`random` just rolls them. Bytes are dice; when they run out every throw is 0, which is the plainest choice. A document
is a feed by some grammar, a soup of tokens, or two documents spliced; then it is cut, damaged and encoded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.pieces import (
    ATTRIBUTES,
    ENCODINGS,
    KEYS,
    NAMES,
    OUTLINE,
    PREFIXES,
    PROLOGS,
    QUALIFIED,
    ROOTS,
    SPACES,
    TEXTS,
    TYPES,
)

T = TypeVar("T")


class Dice:
    """Throws made of bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, of one or two bytes."""
        width = 1 if limit <= 256 else 2
        taken = self.data[self.at : self.at + width]
        self.at += width
        return int.from_bytes(taken, "big") % limit

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; the first one when the bytes have run out."""
        return choices[self.below(len(choices))]

    @property
    def over(self) -> bool:
        """Whether the bytes have run out."""
        return self.at >= len(self.data)


def document(data: bytes) -> tuple[bytes, str | None]:
    """A body and the content type it is served with."""
    dice = Dice(data)
    kind = dice.pick((feed, feed, feed, soup, pieces, jsonfeed, spliced, outlines))
    damage = dice.pick((whole, whole, cut, flipped, repeated))
    encoding, content_type = dice.pick(ENCODINGS), dice.pick(TYPES)
    return damage(kind(dice).encode(encoding, "replace"), dice), content_type


def feed(dice: Dice) -> str:
    """A feed by the grammar, more or less."""
    start, end, entry = dice.pick(ROOTS)
    parts = [dice.pick(PROLOGS), start.format(SPACES if dice.below(4) else "")]
    parts += (element(dice, 2) for _ in range(dice.below(6)))
    for _ in range(1 + dice.below(5)):
        inner = "".join(element(dice, 3) for _ in range(dice.below(8)))
        parts += (f"<{entry}{attributes(dice)}>", inner, f"</{entry}>" if dice.below(8) else "")
    return "".join(parts) + (end if dice.below(8) < 7 else "") + (text(dice) if dice.below(4) == 3 else "")


def element(dice: Dice, depth: int) -> str:
    """An element of a feed, or text."""
    if dice.over or not dice.below(5):
        return text(dice)
    name = named(dice)
    if not dice.below(8):
        return f"<{name}{attributes(dice)}/>"
    inner = "".join(element(dice, depth - 1) if depth else text(dice) for _ in range(dice.below(4)))
    return f"<{name}{attributes(dice)}>{inner}" + (f"</{name}>" if dice.below(10) < 9 else "")


def named(dice: Dice) -> str:
    """The name of an element: plain, one of those above, or any prefix with any name."""
    kind = dice.below(4)
    if kind < 2:
        return dice.pick(NAMES)
    return dice.pick(QUALIFIED) if kind == 2 else dice.pick(PREFIXES) + dice.pick(NAMES)


def attributes(dice: Dice) -> str:
    """None to three attributes, well-formed or not."""
    return "".join(f" {dice.pick(ATTRIBUTES)}" for _ in range(max(0, dice.below(6) - 2)))


def text(dice: Dice) -> str:
    """A few pieces of text."""
    return "".join(dice.pick(TEXTS) for _ in range(1 + dice.below(3)))


def token(dice: Dice) -> str:
    """A tag, opened, closed or both, or a piece of text."""
    name = named(dice)
    forms: tuple[Callable[[], str], ...] = (
        lambda: dice.pick(TEXTS),
        lambda: f"<{name}>",
        lambda: f"</{name}>",
        lambda: f"<{name}{attributes(dice)}>",
        lambda: f"<{name} {dice.pick(ATTRIBUTES)}/>",
        lambda: f"<{name}>{dice.pick(TEXTS)}</{name}>",
    )
    return dice.pick(forms)()


def soup(dice: Dice) -> str:
    """Tokens without any order inside a feed."""
    start, end, entry = dice.pick(ROOTS)
    inner = "".join(token(dice) for _ in range(dice.below(60)))
    return f"{dice.pick(PROLOGS)}{start.format(SPACES)}<{entry}>{inner}</{entry}>{end}"


def pieces(dice: Dice) -> str:
    """Pieces of text without any feed."""
    return "".join(dice.pick(TEXTS + PROLOGS) for _ in range(dice.below(40)))


def spliced(dice: Dice) -> str:
    """The beginning of one document and the end of another; or one after the other."""
    first, second = feed(dice), feed(dice)
    return first[: dice.below(len(first) + 1)] + second[dice.below(len(second) + 1) :]


def outlines(dice: Dice) -> str:
    """A subscription list."""
    rows = []
    for _ in range(dice.below(12)):
        said = "".join(
            f" {dice.pick(OUTLINE)}={quote}{text(dice)}{quote}" for quote in ("'", '"', "'", '"')[: dice.below(5)]
        )
        rows.append(
            dice.pick(
                (f"<outline{said}/>", f"<outline{said}>", "</outline>", f"<Outline type='rss'{said}/>", text(dice))
            )
        )
    return f"{dice.pick(PROLOGS)}<opml version='2.0'><head>{element(dice, 1)}</head><body>{''.join(rows)}</body></opml>"


def jsonfeed(dice: Dice) -> str:
    """A JSON Feed whose values may be of any type."""
    items = [
        {dice.pick(KEYS): value(dice, 2) for _ in range(dice.below(7))} if dice.below(6) else value(dice, 1)
        for _ in range(dice.below(5))
    ]
    whole: dict[str, Any] = {
        "version": dice.pick(("https://jsonfeed.org/version/1.1", "jsonfeed.org/version/\x00<b>", "1", 1, None)),
        **{dice.pick(KEYS): value(dice, 2) for _ in range(dice.below(4))},
    }
    if dice.below(10):
        whole["items"] = items
    return json.dumps(whole, ensure_ascii=bool(dice.below(2)))


def value(dice: Dice, depth: int) -> Any:
    """A value of JSON."""
    kinds: list[Callable[[], Any]] = [
        lambda: text(dice),
        lambda: text(dice),
        lambda: "a\ud800b",
        lambda: dice.pick((0, -1, 1.5, 10**30, float("inf"), float("nan"), True, None)),
    ]
    if depth:
        kinds += (
            lambda: [value(dice, depth - 1) for _ in range(dice.below(4))],
            lambda: {dice.pick(KEYS): value(dice, depth - 1) for _ in range(dice.below(4))},
        )
    return dice.pick(kinds)()


def whole(body: bytes, dice: Dice) -> bytes:
    """The body as it is."""
    return body


def cut(body: bytes, dice: Dice) -> bytes:
    """The body, truncated at any byte."""
    return body[: dice.below(len(body) + 1)]


def flipped(body: bytes, dice: Dice) -> bytes:
    """The body with a few bytes replaced, dropped or put in."""
    for _ in range(1 + dice.below(4)):
        at = dice.below(len(body) + 1)
        body = (
            body[:at]
            + dice.pick((b"", b"\x00", b"\xff", b"<", b"&", b'"', b"\x80", b"]]>"))
            + body[at + dice.below(3) :]
        )
    return body


def repeated(body: bytes, dice: Dice) -> bytes:
    """The body with a piece of it repeated, up to 40 times."""
    at = dice.below(len(body) + 1)
    piece = body[at : at + dice.below(30)]
    return body[:at] + piece * dice.below(40) + body[at:]


def pumped(data: bytes, size: int) -> bytes:
    """A document of about `size` characters, most of it one short piece over and over."""
    dice = Dice(data)
    start, end, entry = dice.pick(ROOTS)
    before, after = (long(dice, dice.below(3)) for _ in range(2))
    unit = long(dice, 1 + dice.below(4)) or "x"
    parts = [unit] * (size // len(unit))
    if dice.below(2):  # each with a number of its own
        parts = [part.replace("1", str(number)).replace("t", f"t{number}") for number, part in enumerate(parts)]
    opened = f"<{entry}>" if dice.below(3) else ""
    return f"{start.format(SPACES)}{opened}{before}{''.join(parts)[:size]}{after}{end}".encode("utf-8", "replace")


def long(dice: Dice, count: int) -> str:
    """Tokens, in which a text of 50 letters may be one of 1,990."""
    tokens = "".join(token(dice) for _ in range(count))
    return tokens.replace("x" * 50, "x" * 1_990) if dice.below(2) else tokens
