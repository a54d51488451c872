"""The article that a page describes in JSON-LD: headline, body, author, date, image.

Blocks of JSON-LD are read as data and nothing more; a block that is no JSON is passed over. Some pages carry the next
story's too: of several the one with the page's headline or address is taken, and one that has neither, and a body that
the page does not show, is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from extractors.blocks import fold, squeeze
from extractors.facts import is_alike

LARGEST = 600_000  # characters of a script that is read
DEEPEST = 6
TITLE = 500  # characters of a headline or an address
HEADS = 6  # headlines that are looked at
TELLING = 12  # letters of a headline that may be a part of another
START = 40  # letters by which a body is found on the page
SAYING = 500  # letters of a page that shows a text
LONE = re.compile("[\ud800-\udfff]")  # half a character, which JSON can spell and UTF-8 cannot
ARTICLE = re.compile(r"(?:Article|NewsArticle|BlogPosting|Posting|Report|Story|Review|WebPage)$")
Node = dict[str, Any]
DECODER = json.JSONDecoder(strict=False)
WRAPPING = re.compile(r"\s*(?:(?:/[/*]\s{0,9})?(?:<!\[CDATA\[|<!--)(?:\s{0,9}\*/)?\s*)?")
MARKUP = re.compile(r"<[^<>]{1,300}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What JSON-LD says of the page's article; `body` is plain text, its paragraphs not always apart.

    `matched`: its headline or address is the page's own.
    """

    title: str = ""
    body: str = ""
    author: str = ""
    published: str = ""
    modified: str = ""
    image: str = ""
    summary: str = ""
    url: str = ""
    free: bool = True
    matched: bool = False


def find_story(tree: HtmlElement) -> Story:
    """The page's own article in its JSON-LD, the richest when in doubt; an empty story when there is none."""
    found = [story for element in tree.iter("script") if is_data(element) for story in read(element.text or "")]
    if not found:
        return Story()
    own = Own(tree)
    titled = [story for story in found if story.title]
    if any(map(own.is_own, titled)):
        found = [story for story in found if not story.title or own.is_own(story)]
    best = max(found, key=weight)
    if own.is_own(best):
        return replace(best, matched=True)
    return Story() if own.is_foreign(best, tree) else best


class Own:
    """What a page shows of itself: its headlines and its address."""

    def __init__(self, tree: HtmlElement) -> None:
        heads = [(head.tag, squeeze("".join(islice(head.itertext(), 50)))) for head in tree.iter("h1", "title")]
        self.titles = [text[:TITLE] for _, text in heads[:HEADS]]
        self.is_headed = any(tag == "h1" and text for tag, text in heads)
        links = (link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical")
        self.address = bare(next(links, None) or "")

    def is_own(self, story: Story) -> bool:
        """Whether a story's headline or address is the page's."""
        title = fold(story.title[:TITLE])
        if title and any(
            title == one or (min(len(title), len(one)) >= TELLING and (title in one or one in title))
            for one in map(fold, self.titles)
        ):
            return True
        return bool(story.url and self.address) and bare(story.url) == self.address

    def is_foreign(self, story: Story, tree: HtmlElement) -> bool:
        """Whether a story that is not the page's is another's for sure: the page does not show its body either."""
        start = fold(story.body[: 2 * START])[:START]
        if not (story.title and self.is_headed and len(start) == START):
            return False
        if any(one and is_alike(story.title, one) for one in self.titles):
            return False
        shown = fold("".join(tree.xpath("//text()[not(parent::script or parent::style)]"))[:LARGEST])
        return len(shown) >= SAYING and start not in shown


def bare(url: str) -> str:
    """An address without what may differ for one page."""
    return re.sub(r"^https?:/{0,2}(?:www\.)?|[?#].*$|/$", "", url[:TITLE].strip(), flags=re.DOTALL)


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
        url=of_page(node.get("mainEntityOfPage")) or text(node.get("url")),
        free=is_free(node),
    )


def is_free(node: Node) -> bool:
    """Whether the whole text is open to anybody."""
    return str(node.get("isAccessibleForFree", "true")).lower() != "false"


def text(value: Any, longest: int = 2000) -> str:
    """Plain text of a string value."""
    if not isinstance(value, str):
        return ""
    return squeeze(html.unescape(MARKUP.sub(" ", LONE.sub("\ufffd", value[:longest]))))


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


def of_page(value: Any) -> str:
    """The address of the page that an article is the main thing of."""
    value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
    return value if isinstance(value, str) and "://" in value else ""


def address(value: Any) -> str:
    """The first address of an image value."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or ""
    return value if isinstance(value, str) else ""
