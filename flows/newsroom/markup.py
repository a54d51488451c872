"""Small things for printing: templates, escaping, and a story's blocks as HTML.

Templates are `string.Template` files in `templates/`. In `.html` and `.xml` every value is escaped unless it is
`Html` already; in `.txt` nothing is. A mapping that computes its values on demand will do, so a template asks for
just what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from itertools import zip_longest
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from flows.newsroom.story import INLINE_LINK, Block, Story

if TYPE_CHECKING:
    from flows.newsroom.desk import Desk

TEMPLATES = Path(__file__).parent / "templates"
DEPTH = 150  # of the nesting in a hostile story: deeper than any real page, not so deep that parsers cut it off
INSIDE = 2  # blocks above the first house line
ELEMENTS = {"paragraph": "<p>{}</p>", "heading": "<h2>{}</h2>", "quote": "<blockquote><p>{}</p></blockquote>"}


class Html(str):
    """Text that is markup already and goes in as it stands."""

    __slots__ = ()


class _Escaped:
    """A view of a mapping that escapes what is not markup."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> str:
        return escaped(self._values[key])


@cache
def template(name: str) -> Template:
    """The template of that file name."""
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))


def fill(name: str, values: Mapping[str, str]) -> Html:
    """A template with its values filled in. Raises `KeyError` on a name that the mapping does not know."""
    if name.endswith(".txt"):
        return Html(template(name).substitute(values))
    return Html(template(name).substitute(_Escaped(values)))  # type: ignore[arg-type]


def escaped(value: str) -> str:
    """The value as markup."""
    return value if isinstance(value, Html) else escape(value)


def join(parts: Iterable[str], between: str = "\n") -> Html:
    """Pieces of markup as one."""
    return Html(between.join(parts))


def anchor(url: str | None, title: str) -> Html:
    """A link, or the bare title when there is no address."""
    return Html(f'<a href="{escape(url)}">{escape(title)}</a>' if url else escape(title))


def cdata(markup: str) -> Html:
    """Markup in a CDATA section."""
    return Html(f"<![CDATA[{markup.replace(']]>', ']]]]><![CDATA[>')}]]>")


def body(story: Story, desk: Desk, inset: str = "") -> Html:
    """The story's blocks and the site's house lines; `inset` stands after the block that it asks for, or at the end."""
    parts = [ELEMENTS[block.kind].format(inline(block, desk)) for block in story.blocks]
    if story.hostile:
        parts = _hostile(parts)
    parts = placed(parts, [f"<p>{escape(line)}</p>" for line in desk.house(story)])
    at = desk.site.see_also_after or len(parts)
    return join([*parts[:at], *([inset] if inset else []), *parts[at:]])


def placed(parts: list[str], house: list[str]) -> list[str]:
    """A story's pieces with the house lines among them: the first in the text, the others below it."""
    return [*parts[:INSIDE], *house[:1], *parts[INSIDE:], *house[1:]]


def inline(block: Block, desk: Desk) -> str:
    """One block's words with its links made real."""
    out, done = [], 0
    for match in INLINE_LINK.finditer(block.source):
        target = match[2]
        url = desk.address(target.removeprefix("slug:")) if target.startswith("slug:") else target
        out += [escape(block.source[done : match.start()]), anchor(url, match[1])]
        done = match.end()
    return "".join([*out, escape(block.source[done:])])


def _hostile(parts: list[str]) -> list[str]:
    """The blocks with attacks between them: one block buried deep, a script link in the last."""
    attacks = [Html(line.strip()) for line in template("hostile.txt").template.split("\n\n")]
    if parts:
        parts = [
            *parts[:-1],
            parts[-1].replace("<p>", '<p><a href="javascript:alert(3)">', 1).replace(". ", ".</a> ", 1),
        ]
        middle = len(parts) // 2
        parts[middle] = "<div>" * DEPTH + parts[middle] + "</div>" * DEPTH
    pairs = zip_longest(parts, attacks, fillvalue="")
    return [piece for pair in pairs for piece in pair if piece]
