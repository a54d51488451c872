"""Links that an article gives to others: lifted out before their line is cut.

    See also: T            one line, with or without an address            kind see_also
    Read more: T           the weaker labels                               kind related
    See also               a label alone, and lines of links below it
    ... as [T] reported    a link inside the text                          kind outbound

A label counts at the start of a block only, and only when a colon, a dash, a link or nothing follows it: "See also the
work of ..." is a sentence and stays. The address is absolute http or https, of a link or written out in the line or
in a line of its own below; a line that has none keeps its title, a line whose address is of another kind
(`javascript:`) makes no link at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from urllib.parse import urlsplit

from extractors.blocks import Anchor, Block, is_sentence
from extractors.model import Link, LinkKind
from extractors.page import web
from extractors.rules import CleanRules

LONGEST = 220  # characters of a title after a label
LINE = 280  # characters of a line with a label that has no link, or little
MOST = 100  # links of one kind in one article
COVERED = 0.5  # the share of a label's line that must be link for its links to be taken
TELLING = 12  # characters that tell whether a link begins where the title does
LISTED = 0.8  # the link share of a line of tags
LINKED = 0.6  # the link share of a line below a label
HEADLINE = 3  # words of a headline in a box of teasers
BYTES = 24
LABEL = 60  # characters of a label that stands alone, and of those in which one ends
SOME = 0.25
MARK = re.compile(r"[:\uff1a|»>→]|[–—-]\s")
SEPARATOR = re.compile(r"\s*(?:[:\uff1a|»>→]+|[–—-]\s)\s*")
OPENED = re.compile(r"^[\s(\[*•▶→»>-]+|[\s*»→>]+$")
BRACKETS = {")": "(", "]": "["}
WRITTEN = re.compile(r"[<(\[]?\s?(https?://[^\s<>\"()\[\]]{3,2000})\s?[>)\]]?", re.IGNORECASE)
ASKING = re.compile(r"/?(?:[^/]*\.(?:php|aspx?|cgi|jsp))?$")  # a path whose query tells the article
SLUG = re.compile(r"/[^/]*-[^/]*-[^/]*-[^/]*$")
CAMPAIGN = ("utm_", "fbclid", "gclid")
SELF_SERVING = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|linkedin|pinterest|reddit|whatsapp|t|telegram|tumblr|getpocket|flipboard|instapaper|vk)\."
    r"(?:com|me|net)$"
)
SHARING = re.compile(
    r"/(?:shar(?:e|er|ing|eArticle)|intent|submit|send|dialog|pin/create)\b|[?&](?:url|u)=http|[?&]action=edit",
    re.IGNORECASE,
)
LISTING = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|schlagwort|thema)(?:/[^/]*){0,3}$"
    r"|/(?:authors?|profile|people|by|login|sign-?in|register|subscribe|newsletters?|events?|expo|webinars?|search|feed"
    r"|rss|wp-login\.php)(?:/|$|\?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line that is a pointer to other articles: the label, its kind, and (title, address) pairs.

    `lone`: the label stands alone, and what it points to may be below it; `href` is the label's own link, if any.
    """

    kind: LinkKind
    label: str
    lone: bool = False
    href: str = ""
    targets: tuple[tuple[str, str | None], ...] = ()


def read_label(block: Block, rules: CleanRules, base: str) -> Found | None:
    """What a block points to, when it begins with a label; without targets when the label stands alone."""
    if not may_point(block) or not rules.label.match(block.text.lower()):
        return None
    match = rules.see_also.match(block.text)
    kind: LinkKind = "see_also" if match else "related"
    match = match or rules.related.match(block.text)
    if not match:
        return None
    label, rest = match["label"], block.text[match.end() :]
    separator = SEPARATOR.match(rest)
    title = trim(rest[separator.end() :] if separator else rest)
    if not title:
        lone = all(is_lone(anchor, label) for anchor in block.anchors) and len(block.text) <= 2 * LONGEST
        href = block.anchors[0].href if block.anchors else ""
        return Found(kind=kind, label=label, lone=True, href=href) if lone else None
    anchors = [anchor for anchor in block.anchors if is_titled(anchor) and not is_lone(anchor, label)]
    covered = sum(len(anchor.title) for anchor in anchors) >= len(title) * COVERED
    phrase = kind == "related" and title[0].islower()
    if anchors and covered and (separator or (starts_with(title, anchors[0], label) and not phrase)):
        return Found(kind=kind, label=label, targets=tuple(take(anchors, label, base)))
    name, address = written(title)
    address = address or alone(block, base)
    if separator and len(name) <= LONGEST and (address or not anchors) and (address or is_named(kind, name)):
        return Found(kind=kind, label=label, targets=((name, address),))
    return None


def may_point(block: Block) -> bool:
    """Whether a block has the shape of a pointer: it is short, or a good part of it is link, or a mark ends a label."""
    length = len(block.text)
    if length <= LABEL:
        return True
    if length > (3 * LONGEST if block.linked >= COVERED * length else LINE):
        return False
    return block.linked >= SOME * length or MARK.search(block.text, 0, LABEL) is not None


def is_named(kind: LinkKind, title: str) -> bool:
    """Whether a title without an address is one: a sentence is not behind a weak label, nor if it begins small."""
    return not is_sentence(title) or (kind == "see_also" and not title[0].islower())


def written(title: str) -> tuple[str, str | None]:
    """A title without the address that is written out in it, and the address."""
    match = WRITTEN.search(title)
    if not match:
        return title, None
    address = match[1].rstrip(".,;:!?'")
    name = trim(f"{title[: match.start()]} {title[match.end() :]}".strip(" :|,;–—-."))
    return " ".join(name.split()) or address, web(None, address)


def trim(title: str) -> str:
    """A title without the marks around it, and without a closing bracket that was opened before it."""
    title = OPENED.sub("", title)
    while (opener := BRACKETS.get(title[-1:])) and title.count(opener) < title.count(title[-1]):
        title = OPENED.sub("", title[:-1])
    return title


def is_address(text: str) -> bool:
    """Whether a line is an address and nothing more."""
    return WRITTEN.fullmatch(text) is not None


def stated(blocks: Sequence[Block]) -> str | None:
    """The address that the first of the blocks writes out, when it does nothing else."""
    return written(blocks[0].text)[1] if blocks and is_address(blocks[0].text) else None


def is_titled(anchor: Anchor) -> bool:
    """Whether a link's text is a title, and neither a mark nor the address again."""
    return bool(anchor.title.strip(" :»→>")) and not is_address(anchor.title)


def is_lone(anchor: Anchor, label: str) -> bool:
    """Whether a link's text is the label and nothing more."""
    return trim(anchor.title).rstrip(" :").casefold() == label.casefold()


def alone(block: Block, base: str) -> str | None:
    """The address of a line whose label is the only link."""
    return web(base, block.anchors[0].href) if len(block.anchors) == 1 else None


def starts_with(title: str, anchor: Anchor, label: str) -> bool:
    """Whether the link begins right after the label, or holds it."""
    return anchor.title.startswith(title[:TELLING]) or label.casefold() in anchor.title[: len(label) + 6].casefold()


def take(anchors: Sequence[Anchor], label: str, base: str) -> Iterator[tuple[str, str | None]]:
    """Titles and addresses of a line's links; a link that holds the label loses it."""
    for anchor in anchors:
        title = anchor.title
        if label.casefold() in title[: len(label) + 6].casefold():
            title = title[title.casefold().find(label.casefold()) + len(label) :]
            title = SEPARATOR.sub("", title, count=1) if SEPARATOR.match(title) else title
        title = trim(title)
        bare = anchor.href.strip() in ("", "#")
        address = None if bare else web(base, anchor.href)
        if title and (address or bare):
            yield title, address


def below(blocks: Sequence[Block], found: Found, base: str) -> tuple[tuple[str, str | None], ...]:
    """Targets of the lines below a label that stands alone: those that are all link, up to the first that is not.

    A label that is a link itself has a line below it only in the same link.
    """
    if found.href and not (blocks and blocks[0].anchors and blocks[0].anchors[0].href == found.href):
        return ()
    lines = takewhile(lambda block: block.share >= LINKED and len(block.text) <= 2 * LONGEST, blocks)
    return tuple(target for block in lines for target in take(block.anchors, "\0", base))


def boxed(blocks: Sequence[Block], base: str) -> tuple[tuple[str, str | None], ...]:
    """Targets of a box of teasers below a label: of each address the longest title, which is the headline."""
    best: dict[str, str] = {}
    for block in blocks:
        for title, address in take(block.anchors, "\0", base):
            if address and len(title) > len(best.get(address, "")):
                best[address] = title
    return tuple((title, address) for address, title in best.items() if is_headline(title))


def is_headline(title: str, words: int = HEADLINE) -> bool:
    """Whether a link's text is long enough for a headline: in words, or in bytes for scripts without blanks."""
    return len(title.split()) >= words or (not title.isascii() and len(title.encode("utf-8", "replace")) >= BYTES)


def title_below(blocks: Sequence[Block]) -> tuple[tuple[str, str | None], ...]:
    """The target of a label and a colon above lines without links: a title, and its address in the line after."""
    if not blocks or not is_title(blocks[0]):
        return ()
    name, address = written(blocks[0].text)
    return ((name, address or stated(blocks[1:])),)


def is_title(block: Block) -> bool:
    """Whether a line without links may be the title below a label."""
    return TELLING <= len(block.text) <= LONGEST and not block.anchors and not is_sentence(block.text)


def same_page(one: str, other: str) -> bool:
    """Whether two addresses are of one page, whatever their fragment; the query tells only where the path does not."""
    place = plain(one)
    return place == own_place(other) and not (ASKING.fullmatch(place[1]) and query(one) != query(other))


@lru_cache(maxsize=4)
def own_place(address: str) -> tuple[str, str]:
    """Host and path of the page whose links are judged."""
    return plain(address)


def query(address: str) -> list[str]:
    """What the query of an address asks for, without the marks of campaigns."""
    try:
        return sorted(part for part in urlsplit(address).query.split("&") if not part.startswith(CAMPAIGN))
    except ValueError:
        return []


def plain(address: str) -> tuple[str, str]:
    """Host and path of an address, without what does not tell pages apart."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    except ValueError:
        return "", ""


def is_article(address: str, own: str, *, told: bool = False) -> bool:
    """Whether an address may be another article: no share button, tag, author, event or login page, nor this page.

    `told`: an editor's "See also" points to it, so that a headline in the path counts for more than "/events/" above.
    """
    host, path = plain(address)
    if not host or (own and same_page(address, own)):
        return False
    return not (
        (LISTING.search(path + "/") and not (told and SLUG.search(path)))
        or SHARING.search(address)
        or (SELF_SERVING.search(host) and not path)
    )


def is_listing(block: Block, own: str) -> bool:
    """Whether a short line is nothing but links to tag, author, event or login pages."""
    if block.share < LISTED or len(block.text) > LONGEST:
        return False
    found = [web(own, anchor.href) for anchor in block.anchors]
    return bool(found) and all(address and LISTING.search(plain(address)[1] + "/") for address in found)


def outbound(block: Block, start: int, own: str) -> Iterator[Link]:
    """The links inside a block of the text that begins at offset `start`."""
    place = 0
    for anchor in block.anchors:
        address = web(own, anchor.href)
        found = block.text.find(anchor.title, place)
        place = found if found >= 0 else place
        if address and not anchor.href.startswith("#") and is_article(address, own):
            yield Link(kind="outbound", title=anchor.title, url=address, position=start + place)
