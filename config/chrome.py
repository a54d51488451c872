"""What counts as chrome: block rules, elements, link labels, panels (`chrome.toml`) and site rules (`sites.toml`).

Chrome is everything on a page or in a feed's text that is not the article: banners, prompts, teasers, tag lists.
A block rule names a shape and words, never words alone: "newsletter" also stands in true sentences, so a rule says how
long the line may be, and where it stands or how much of it is link. All words are regular expressions, matched without
regard to case; `whole` against all of the block, `starts` from its first character, `has` anywhere in it, `ending` up
to its last. A rule holds when `whole` does, or when `starts`, `has` and `ending` do, each where it is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from config.selectors import gives_elements, of_wall, xpath
from config.tables import read_tables, sources

STRICT = {"extra": "forbid"}
LONGEST = 700  # characters: no rule looks at a longer block, which also bounds what a bad pattern can cost


def pattern(value: str) -> str:
    """A pattern that compiles. Raises `ValueError`."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return value


def selector(value: str) -> str:
    """A selector of elements that is understood. Raises `ValueError`."""
    if not gives_elements(xpath(value)):
        raise ValueError(f"{value!r} gives texts or a number, and elements are wanted")
    return value


def finding(value: str) -> str:
    """A selector of elements, attributes or a text that is understood. Raises `ValueError`."""
    xpath(value)
    return value


def sign_of_wall(value: str) -> str:
    """A phrase, or a selector that is understood. Raises `ValueError`."""
    of_wall(value)
    return value


Patterns = tuple[Annotated[str, AfterValidator(pattern)], ...]
Selectors = tuple[Annotated[str, AfterValidator(selector)], ...]
Findings = tuple[Annotated[str, AfterValidator(finding)], ...]
Names = tuple[Annotated[str, Field(min_length=2, max_length=200)], ...]
Share = Annotated[float, Field(ge=0, le=1)]
Where = Literal["any", "head", "tail", "edge", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromeRule:
    """A block that goes. `max` in characters, `min_link` the least share of its characters that is link text.

    `where`: in the first fifth of the text (`head`), in its last quarter (`tail`), above the first or below the last
    paragraph (`edge`), below the last (`end`).

    `ends`: whatever follows the block goes too. `wall`: a short text with this block is a login or pay wall of that
    name. `source`: the block's link, when it leads to another host, is where the article came from. `topic`: when the
    title speaks of it, or two paragraphs that are no such chrome, the rule cuts at the end only.
    """

    id: str
    starts: Patterns = ()
    whole: Patterns = ()
    has: Patterns = ()
    ending: Patterns = ()
    where: Where = "any"
    max: Annotated[int, Field(ge=1, le=LONGEST)] = 260
    min_link: Share = 0.0
    ends: bool = False
    source: bool = False
    wall: str = ""
    topic: Annotated[str, AfterValidator(pattern)] = ""

    __pydantic_config__ = STRICT

    @model_validator(mode="after")
    def shaped(self) -> Any:
        """Refuse a rule that has no words, or words and no shape."""
        if not (self.starts or self.whole or self.has or self.ending):
            raise ValueError("needs words: `starts`, `whole`, `has` or `ending`")
        if self.has and not (self.starts or self.ending) and self.where == "any" and not self.min_link:
            raise ValueError("`has` alone also needs `where` or `min_link`: true sentences hold the same words")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Elements that are chrome by their tag, their role, or a word of their class or id.

    `always`: even when most of the page's prose lies inside. Without it such an element is taken for the article's own.
    `silent`: what is inside is not read at all, and so leaves no record of a cut.
    """

    id: str
    always: bool = False
    silent: bool = False
    tags: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    names: Patterns = ()

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Words of one language that introduce a link to another article."""

    language: str
    see_also: Patterns = ()
    related: Patterns = ()

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A labelled panel that an aggregator lays above the article: an opening line, labels, a closing line."""

    id: str
    opens: Patterns
    labels: Patterns = ()
    closes: Patterns = ()

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRule:
    """What is known of one host, and of the hosts below it unless `below` is false; `.example.org` of those only.

    Selectors are CSS or XPath, see `config.selectors`; of several, the first that finds something counts, save for
    `cut`, `keep` and `wall`, where all do. What one `body` selector finds is the body, all of it together. `cut` are
    elements that go, also those whose class or id holds one of `cut_names`, as it is written; `keep` are elements that
    stay. `title`, `author` and `date` find elements, attributes or texts. `wall` marks a page as a login or pay wall: a
    phrase that stands in its text, or a selector of what only a walled page has.
    """

    host: Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", max_length=253)]
    below: bool = True
    body: Selectors = ()
    cut: Selectors = ()
    cut_names: Names = ()
    keep: Selectors = ()
    wall: tuple[Annotated[str, Field(min_length=1), AfterValidator(sign_of_wall)], ...] = ()
    title: Findings = ()
    author: Findings = ()
    date: Findings = ()

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromeConfig:
    """All of it, each kind by name."""

    blocks: dict[str, ChromeRule] = field(default_factory=dict)
    elements: dict[str, Elements] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    sites: dict[str, SiteRule] = field(default_factory=dict)


def load_chrome(folder: Path | None = None) -> ChromeConfig:
    """Read `chrome.toml` and `sites.toml`, ours and the operator's. Raises `ConfigError` for the first fault."""
    chrome = sources("chrome.toml", folder)
    return ChromeConfig(
        blocks=read_tables(ChromeRule, "chrome", chrome),
        elements=read_tables(Elements, "elements", chrome),
        labels=read_tables(Labels, "labels", chrome),
        panels=read_tables(Panel, "panels", chrome),
        sites=load_sites(folder),
    )


def load_sites(folder: Path | None = None) -> dict[str, SiteRule]:
    """The site rules by host, ours and the operator's. Raises `ConfigError` for the first fault."""
    return read_tables(SiteRule, "sites", sources("sites.toml", folder))
