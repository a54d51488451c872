"""Selectors, compiled, and a page that is asked them.

XPath's time grows with the square of a page's elements for each element that a step such as `//div//p` or
`//p/following-sibling::*` starts from, and pages may be hostile: a selector that starts from too many elements is
passed over, and so is every selector on a page larger than any article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement

from config.selectors import xpath

LARGEST = 12_000  # elements of a page that selectors are asked of; of 367 pages of news the largest has 9,893
COSTLIEST = 4e9  # starts of a step times the square of the page's elements; about a second
WIDE = re.compile(r"/(?:/|(?:ancestor|descendant|following|preceding)[a-z-]*::)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A compiled selector. `starts` count the elements that each of its costly steps starts from."""

    path: etree.XPath
    starts: tuple[etree.XPath, ...] = ()


Paths = tuple[Selector, ...]


def compiled(selectors: Iterable[str]) -> Paths:
    """Compile selectors."""
    return tuple(select(xpath(selector)) for selector in selectors)


def select(path: str) -> Selector:
    """Compile one path, and a count of the elements that each costly step in it starts from."""
    starts = tuple(etree.XPath(f"count({start})") for start in starts_of(path))
    return Selector(path=etree.XPath(path, smart_strings=False), starts=starts)


def starts_of(path: str) -> list[str]:
    """The beginnings of a path up to each costly step: of `//div/p//a | //b` only `//div/p`, `//b` being the first.

    Steps inside conditions are not looked at: they start from one element at a time.
    """
    found: list[str] = []
    first = depth = 0
    quote = ""
    for place, sign in enumerate(path):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "[(":
            if sign == "(" and not path[first:place].strip():
                found += starts_of(path[place + 1 : closing(path, place)])
            depth += 1
        elif sign in "])":
            depth -= 1
        elif sign == "|" and not depth:
            first = place + 1
        elif sign == "/" and not depth and path[first:place].strip(" ./") and WIDE.match(path, place):
            found.append(path[first:place].strip())
    return found


def closing(path: str, opening: int) -> int:
    """The place of the bracket that closes the one at `opening`; the end when none does."""
    depth, quote = 0, ""
    for place in range(opening, len(path)):
        sign = path[place]
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if not depth:
                return place
    return len(path)


class Asked:
    """A page that is being asked. Lives for one call."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self.size = sum(1 for _ in islice(tree.iter(), LARGEST + 1))

    def every(self, paths: Paths) -> list[Any]:
        """All that these selectors find: elements and texts, each selector's in document order."""
        return [item for path in paths for item in self.ask(path)]

    def first(self, paths: Paths) -> list[Any]:
        """What the first of these selectors finds that finds something."""
        return next((found for path in paths if (found := self.ask(path))), [])

    def ask(self, selector: Selector) -> list[Any]:
        """What one selector finds; a text of its own making counts as one text."""
        if self.size > LARGEST:
            return []
        try:
            if any(cast("float", start(self.tree)) * self.size**2 > COSTLIEST for start in selector.starts):
                return []
            found = selector.path(self.tree)
        except etree.XPathError:
            return []
        if isinstance(found, str):
            return [found] if found.strip() else []
        return found if isinstance(found, list) else []
