"""One article of the newsroom as a value, and how it is read from a file.

A story file is TOML between two lines of `+++`, then the text: blocks parted by empty lines.
A block that starts with `## ` is a sub-heading, one with `> ` a quotation, all others are paragraphs.
`[words](https://…)` inside a block is a link; `[words](slug:other-story)` links to another story.

What a reader should get in the end is `Story.text`: the blocks without markup, joined by an empty line.
Everything that a site prints around it (banners, prompts, "See also" lines) is no part of the story.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

BlockKind = Literal["paragraph", "heading", "quote"]
MARKS: dict[str, BlockKind] = {"## ": "heading", "> ": "quote"}
INLINE_LINK = re.compile(r"\[([^\]\n]{1,200})\]\(([^\s()]{1,300})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading or quotation. `source` may hold links, `plain` is what a reader sees."""

    kind: BlockKind = "paragraph"
    source: str

    @property
    def plain(self) -> str:
        """The words alone."""
        return INLINE_LINK.sub(r"\1", self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAlso:
    """A line that points to another article. Without a `slug` it has a title and no address."""

    title: str
    slug: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the second edition makes of a story. `swap` holds (old words, new words); `hours` is when, before now."""

    title: str | None = None
    swap: tuple[tuple[str, str], ...] = ()
    add: tuple[Block, ...] = ()
    hours: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article as its author wrote it. `hours` and `updated` count back from the newsroom's now."""

    slug: str
    site: str
    title: str
    author: str = ""
    hours: float = 24.0
    updated: float | None = None
    tags: tuple[str, ...] = ()
    summary: str = ""
    blocks: tuple[Block, ...] = ()
    see_also: tuple[SeeAlso, ...] = ()
    edition: int = 1
    change: Change | None = None
    copy_of: str | None = None
    edited_copy_of: str | None = None
    wire: str | None = None
    origin: str = ""
    canonical: bool = False
    wall: bool = False
    hostile: bool = False
    plain_feed: bool = False
    big_picture: str = ""
    why_it_matters: str = ""

    @property
    def text(self) -> str:
        """The clean text: what should be left when all chrome is gone."""
        return "\n\n".join(block.plain for block in self.blocks)

    @property
    def section(self) -> str:
        """The label above the headline: the first tag."""
        return self.tags[0] if self.tags else "News"

    def at(self, edition: int) -> Story:
        """The story as it reads in an edition."""
        if self.change is None or edition < 2:  # noqa: PLR2004 - there are two editions
            return self
        change = self.change
        blocks = tuple(replace(block, source=_swapped(block.source, change.swap)) for block in self.blocks)
        return replace(self, title=change.title or self.title, blocks=blocks + change.add, updated=change.hours)


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text in the form told above; single line ends within a block become spaces."""
    return tuple(_block(" ".join(part.split())) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def read_story(path: Path) -> Story:
    """Read one story file; its name without suffix is the slug. Raises `ValueError` when it has not the form told."""
    try:
        _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        facts: dict[str, Any] = tomllib.loads(head)
        return Story(slug=path.stem, blocks=blocks(body), **{key: _value(key, fact) for key, fact in facts.items()})
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _block(text: str) -> Block:
    for mark, kind in MARKS.items():
        if text.startswith(mark):
            return Block(kind=kind, source=text[len(mark) :])
    return Block(source=text)


def _swapped(text: str, swap: tuple[tuple[str, str], ...]) -> str:
    for old, new in swap:
        text = text.replace(old, new)
    return text


def _value(key: str, fact: Any) -> Any:
    """A front-matter value in the type its field has. See-also titles are filled in when all are read."""
    if key == "see_also":
        return tuple(SeeAlso(title=row.get("title", ""), slug=row.get("slug")) for row in fact)
    if key == "change":
        pairs = tuple((old, new) for old, new in fact.get("swap", ()))
        return Change(**{**fact, "swap": pairs, "add": blocks("\n\n".join(fact.get("add", ())))})
    return tuple(fact) if isinstance(fact, list) else fact
