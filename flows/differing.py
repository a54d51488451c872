"""How a changed article is told: in one line, or line by line as a diff of its paragraphs, cuts, links and tags.

Whatever a stranger wrote is safe to print and of bounded length. A paragraph that differs only far in is shown from
shortly before the difference on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from operator import eq
from typing import NamedTuple

from flows.screens import flat
from storage.intents import Difference

LONGEST = 160  # characters of a line
LEAD = 40  # characters shown before a difference that lies far in
MOST = 200  # paragraphs between the common start and end that are compared, each with each


class Line(NamedTuple):
    """A line of a diff: its sign is " ", "-" or "+", or "" for a heading."""

    sign: str
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.text}" if self.sign else self.text


def brief(feed: str, difference: Difference) -> str:
    """What changes in an article of a feed, in one line."""
    told = [word for word in ("title", "text") if getattr(difference, word)]
    if difference.text:
        gone, come = (sum(line.sign == sign for line in paragraphs(*difference.text)) for sign in "-+")
        told[-1] = f"text -{gone} +{come} paragraphs"
    for name in ("cuts", "links", "tags"):
        gone, come = map(len, getattr(difference, name))
        told += [f"{name} -{gone} +{come}"] if gone or come else []
    return f"{named(feed, difference, 60)} · {', '.join([*told, *difference.fields])}"


def lines(feed: str, difference: Difference) -> Iterator[Line]:
    """What changes in an article of a feed line by line, under its number and headline."""
    yield Line("", named(feed, difference, LONGEST))
    if difference.title:
        yield Line("", "  title")
        yield from replaced(difference.title[:1], difference.title[1:])
    if difference.text:
        yield Line("", "  text")
        yield from paragraphs(*difference.text)
    for name in ("cuts", "links", "tags"):
        gone, come = getattr(difference, name)
        if gone or come:
            yield Line("", f"  {name}")
            yield from (Line("-", clipped(text)) for text in gone)
            yield from (Line("+", clipped(text)) for text in come)
    if difference.fields:
        yield Line("", f"  also: {', '.join(difference.fields)}")


def named(feed: str, difference: Difference, most: int) -> str:
    """Which article it is."""
    return f"{difference.article_id:>6}  {feed} · {clipped(difference.headline, most)}"


def paragraphs(before: str, after: str) -> Iterator[Line]:
    """A unified diff of two texts by paragraphs, with one unchanged paragraph around each change."""
    old, new = before.split("\n\n") if before else [], after.split("\n\n") if after else []
    start = alike(old, new)
    end = alike(old[start:][::-1], new[start:][::-1])
    yield from (Line(" ", clipped(text)) for text in old[max(0, start - 1) : start])
    yield from middle(old[start : len(old) - end], new[start : len(new) - end])
    yield from (Line(" ", clipped(text)) for text in old[len(old) - end :][:1])


def middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """The paragraphs between the first difference and the last. Beyond `MOST`, no likeness among them is looked for."""
    if max(len(old), len(new)) > MOST:
        yield from replaced(old, new)
        return
    for word, start, stop, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            yield from (Line(" ", clipped(old[at])) for at in sorted({start, stop - 1}))
        else:
            yield from replaced(old[start:stop], new[begin:end])


def replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Lines that go and lines that come in their place."""
    if len(old) == len(new) == 1:
        old, new = focused(old[0], new[0])
    yield from (Line("-", clipped(text)) for text in old)
    yield from (Line("+", clipped(text)) for text in new)


def focused(old: str, new: str) -> tuple[list[str], list[str]]:
    """Two texts from shortly before the place where they part."""
    same = alike(old, new)
    if same <= LONGEST // 2:
        return [old], [new]
    return [f"…{old[same - LEAD :]}"], [f"…{new[same - LEAD :]}"]


def alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many members two sequences have in common at their start."""
    return sum(takewhile(bool, map(eq, old, new)))


def clipped(text: str, most: int = LONGEST) -> str:
    """Text on one line, safe to print, of so many characters at the most."""
    line = flat(text[: 4 * most])
    return line if len(line) <= most else f"{line[: most - 1]}…"
