"""The article that a page describes in JSON-LD: headline, body, author, date, image.

Blocks of JSON-LD are read as data and nothing more; a block that is no JSON is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from extractors.blocks import squeeze

LARGEST = 600_000  # characters of a script that is read
DEEPEST = 6
ARTICLE = re.compile(r"(?:Article|NewsArticle|BlogPosting|Posting|Report|Story|Review|WebPage)$")
Node = dict[str, Any]
DECODER = json.JSONDecoder(strict=False)
WRAPPING = re.compile(r"\s*(?:(?:/[/*]\s{0,9})?(?:<!\[CDATA\[|<!--)(?:\s{0,9}\*/)?\s*)?")
MARKUP = re.compile(r"<[^<>]{1,300}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What JSON-LD says of the page's article; `body` is plain text, its paragraphs not always apart."""

    title: str = ""
    body: str = ""
    author: str = ""
    published: str = ""
    modified: str = ""
    image: str = ""
    summary: str = ""
    free: bool = True


def find_story(tree: HtmlElement) -> Story:
    """The richest article of the page's JSON-LD; an empty story when there is none."""
    found = [story for element in tree.iter("script") if is_data(element) for story in read(element.text or "")]
    return max(found, key=weight, default=Story())


def is_data(element: HtmlElement) -> bool:
    """Whether a script holds JSON-LD."""
    return "ld+json" in (element.get("type") or "")


def weight(story: Story) -> tuple[bool, int, bool, bool]:
    """What makes one story richer than another."""
    return bool(story.published), len(story.body), bool(story.title), bool(story.author)


def read(script: str) -> Iterator[Story]:
    """The stories of one script."""
    if len(script) > LARGEST:
        return
    try:
        wrapping = WRAPPING.match(script)
        data, _ = DECODER.raw_decode(script, wrapping.end() if wrapping else 0)
    except (ValueError, RecursionError):
        return
    found = list(nodes(data, 0))
    known = {node["@id"]: node for node in found if isinstance(node.get("@id"), str) and node.get("name")}
    for node in found:
        kind = node.get("@type")
        names = kind if isinstance(kind, list) else [kind]
        if any(isinstance(name, str) and ARTICLE.search(name) for name in names):
            yield story(node, known, is_page="WebPage" in names)


def nodes(data: Any, depth: int) -> Iterator[Node]:
    """Every object of the data that may be an article."""
    if depth > DEEPEST:
        return
    if isinstance(data, list):
        for item in data[:200]:
            yield from nodes(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from nodes(data.get(key), depth + 1)


def story(node: Node, known: dict[str, Node], *, is_page: bool) -> Story:
    """One object as a story; a page's own description gives its dates only. `known`: named objects by their "@id"."""
    published = text(node.get("datePublished")) or text(node.get("dateCreated"))
    if is_page:
        return Story(published=published, modified=text(node.get("dateModified")), free=is_free(node))
    return Story(
        title=text(node.get("headline")) or text(node.get("name")),
        body=paragraphs(node.get("articleBody")),
        author="; ".join(dict.fromkeys(names(node.get("author"), known))),
        published=published,
        modified=text(node.get("dateModified")),
        image=address(node.get("image")),
        summary=text(node.get("description")),
        free=is_free(node),
    )


def is_free(node: Node) -> bool:
    """Whether the whole text is open to anybody."""
    return str(node.get("isAccessibleForFree", "true")).lower() != "false"


def text(value: Any, longest: int = 2000) -> str:
    """Plain text of a string value."""
    return squeeze(html.unescape(MARKUP.sub(" ", value[:longest]))) if isinstance(value, str) else ""


def paragraphs(value: Any) -> str:
    """The lines of an article body, whether it is HTML or plain text."""
    if not isinstance(value, str):
        return ""
    lines = re.split(r"\n+|</p>|<br ?/?>", value[:200_000])
    return "\n\n".join(line for line in (text(line, len(line)) for line in lines) if line)


def names(value: Any, known: dict[str, Node]) -> Iterator[str]:
    """The names of an author value: a string, an object, a reference to one, or a list of these."""
    for item in (value if isinstance(value, list) else [value])[:20]:
        name = item
        if isinstance(item, dict):
            name = item.get("name") or known.get(str(item.get("@id")), {}).get("name")
        for one in name if isinstance(name, list) else [name]:
            if (found := text(one, 200)) and "://" not in found:
                yield found


def address(value: Any) -> str:
    """The first address of an image value."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or ""
    return value if isinstance(value, str) else ""
