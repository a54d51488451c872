"""What changed in an article from version to version, the oldest first, and how that looks.

On a terminal what went is red and what came is green. Where colours are not to be had, as in a file, the marks of
`git diff --word-diff` stand for them: [-words that went-] and {+words that came+}. Whatever a stranger wrote is safe to
print, and long paragraphs are shortened; as data they are whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from extractors.redline import Passage, Run, compare_words, redline
from flows.screens import console, flat, line, minute
from storage.versions import SubjectRow, Version, versions

CHANGES = 20  # the latest, that are told of an article
PASSAGES = 200  # shown of one change
LONGEST = 600  # characters shown of what came or went in one piece
AROUND = 40  # characters shown of what stayed, on either side of a change
SIGNS = {"same": " ", "gone": "-", "come": "+", "edited": "~", "left_out": " "}
STYLES = {"same": "", "gone": "red", "come": "green"}
BRACKETS = {"same": ("", ""), "gone": ("[-", "-]"), "come": ("{+", "+}")}

Line = tuple[str, Text]  # sign and words


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one version made of the one before, which was seen at `from_at`. `title` is empty when it stayed."""

    revision: int
    from_at: str
    seen_at: str
    title: tuple[Run, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The latest changes of an article, the oldest first. `left_out` counts those that came before them."""

    article: SubjectRow
    changes: tuple[Change, ...]
    left_out: int


def history(connection: sqlite3.Connection, article_id: int) -> History | None:
    """What changed in an article; None when there is none of that id."""
    found = versions(connection, article_id, CHANGES + 1)
    if found is None:
        return None
    article, forms = found
    changes = tuple(change(old, new) for old, new in pairwise(forms))
    return History(article=article, changes=changes, left_out=max(0, article.revision - 1 - len(changes)))


def change(old: Version, new: Version) -> Change:
    """What lies between two versions."""
    return Change(
        revision=new.revision,
        from_at=old.seen_at,
        seen_at=new.seen_at,
        title=compare_words(old.title, new.title) if old.title != new.title else (),
        passages=redline(old.text, new.text),
    )


def unchanged(article: SubjectRow) -> str:
    """What to say of an article that stayed as it is."""
    return f"article {article.id} has not changed since it was first seen, {minute(article.first_seen_at)}"


def show(told: History) -> None:
    """Print a history: in colour and set to the width of a terminal, else each paragraph on one line."""
    screen = console()
    coloured = is_coloured(screen)
    screen.print(history_screen(told, coloured=coloured), soft_wrap=not screen.is_terminal)


def is_coloured(screen: Console) -> bool:
    """Whether what came and went can be told by colour."""
    return screen.is_terminal and screen.color_system is not None and not screen.no_color


def history_screen(told: History, *, coloured: bool) -> RenderableType:
    """The changes of an article, each below the time at which it was seen."""
    article = told.article
    parts: list[RenderableType] = [
        Text(flat(article.title), style="bold"),
        line(article.feed_title or article.feed, f"{article.revision} versions, the oldest first", style="dim"),
        Text(flat(article.url), style="dim"),
        Text(),
    ]
    if told.left_out:
        parts.append(Text(f"{told.left_out} earlier changes are left out; the table `revisions` has them", style="dim"))
    for number, each in enumerate(told.changes):
        if number == 0:
            parts.append(Text(f"version {each.revision - 1}, seen {minute(each.from_at)}", style="cyan"))
        parts += [Text(f"version {each.revision}, seen {minute(each.seen_at)}", style="cyan")]
        parts += [*laid_out([*lines(each, coloured=coloured)], coloured=coloured), Text()]
    return Group(*parts[:-1])


def laid_out(rows: Sequence[Line], *, coloured: bool) -> Iterator[RenderableType]:
    """Signs and words, the words of a long paragraph below each other on a terminal."""
    if not coloured:
        yield from (Text.assemble(f"{sign} ", words) for sign, words in rows)
        return
    grid = Table.grid(padding=(0, 1))
    for sign, words in rows:
        grid.add_row(sign, words)
    yield grid


def lines(each: Change, *, coloured: bool) -> Iterator[Line]:
    """One change line by line: the headline, then the paragraphs."""
    if each.title:
        yield "~", Text.assemble("headline: ", marked(each.title, coloured=coloured))
    if not each.title and not each.passages:
        yield " ", Text("only blanks", style="dim")
    for passage in each.passages[:PASSAGES]:
        yield SIGNS[passage.fate], words(passage, coloured=coloured)
    if len(each.passages) > PASSAGES:
        rest = len(each.passages) - PASSAGES
        yield " ", Text(f"… and {rest} more paragraphs; --json has them", style="dim")


def words(passage: Passage, *, coloured: bool) -> Text:
    """A paragraph with what became of it. One that came or went as a whole needs no brackets: it has its sign."""
    if passage.fate == "left_out":
        return Text(f"… {passage.paragraphs} unchanged paragraph{'s' * (passage.paragraphs > 1)}", style="dim")
    if passage.fate == "edited":
        return marked(passage.runs, coloured=coloured)
    text = "".join(run.text for run in passage.runs)
    most = 2 * AROUND if passage.fate == "same" else LONGEST
    return Text(cut(text, most), style=STYLES[passage.fate] or "dim")


def marked(runs: Sequence[Run], *, coloured: bool) -> Text:
    """Runs one after the other, what stayed shortened to what stands around a change."""
    shown = Text()
    for place, run in enumerate(runs):
        if run.fate == "same":
            shown.append(around(run.text, is_first=place == 0, is_last=place == len(runs) - 1))
            continue
        start, end = ("", "") if coloured else BRACKETS[run.fate]
        said = cut(run.text.lstrip(), LONGEST)
        space = " " if run.text != run.text.lstrip() and (coloured or not shown.plain.endswith("-]")) else ""
        shown.append(space).append(f"{start}{said}{end}", STYLES[run.fate])
    return shown


def around(text: str, *, is_first: bool, is_last: bool) -> str:
    """What stayed, shortened to what stands beside a change: a little of it stays whole."""
    if len(text) <= 3 * AROUND:
        return flat(text)
    before = "" if is_first else text[:AROUND]
    after = "" if is_last else text[-AROUND:]
    return flat(f"{before}…{after}")


def cut(text: str, most: int) -> str:
    """Text on one line, and how much of it is left out."""
    if len(text) <= most + AROUND:
        return flat(text)
    return (
        f"{flat(text[:most])}… ({len(text) - most:,} characters more)" if most == LONGEST else f"{flat(text[:most])}…"
    )
