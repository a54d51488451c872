"""What a feed claims about its entries, made fit to keep: the part that RSS, Atom and JSON Feed share.

A parser fills a `Draft` with raw strings; `draw` makes an `Entry` of it, whose guid is the feed's own id or "".
Whether that is any good depends on its neighbours: see `extractors.identity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.addresses import absolute
from extractors.identity import INVISIBLE, guid
from extractors.model import Entry
from extractors.safe import plain

BODY = 2_000_000  # characters of a content that are kept
CATEGORIES = 50
CATEGORY = 100  # characters
NAME = 200  # characters of an author line

LOGIN = re.compile(r"^([A-Za-z]{4,5}://)[^/?#]*@")
LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{1,8}){0,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry as its document has it. `links` and `images` are candidates, best first, resolved against `base`.

    `bodies` is HTML: the contents first, then the summary. `categories` holds one string a tag.
    """

    id: str = ""
    links: tuple[str, ...] = ()
    base: str = ""
    title: str = ""
    bodies: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    images: tuple[str, ...] = ()


def draw(draft: Draft) -> Entry:
    """One entry. `content` is the longest body, `summary` the shortest other one."""
    bodies = sorted({body[:BODY] for body in draft.bodies if body.strip()}, key=lambda body: (-len(body), body))
    return Entry(
        guid=guid(draft.id),
        url=web_address(draft.links, draft.base),
        title=plain(draft.title),
        content=bodies[0] if bodies else "",
        summary=bodies[-1] if len(bodies) > 1 else "",
        author=plain(", ".join(unique(plain(name, NAME) for name in draft.authors[:20])), NAME),
        published=draft.published,
        updated=draft.updated,
        categories=categories(draft.categories),
        language=language(draft.language),
        image=web_address(draft.images, draft.base),
    )


def web_address(candidates: Iterable[str], base: str) -> str | None:
    """The first candidate that is, or resolves against `base` to, an http(s) address; without a login."""
    found = (absolute(base, INVISIBLE.sub("", link)) for link in candidates if link.strip())
    return next((LOGIN.sub(r"\1", address) for address in found if address), None)


def categories(tags: Sequence[str]) -> tuple[str, ...]:
    """Plain, distinct but for case, at most 50. A single tag with commas is a list; one of several is a name."""
    terms = tags[0].split(",") if len(tags) == 1 else tags
    short = (plain(term, CATEGORY) for term in terms[: CATEGORIES * 4])
    return tuple(unique(term for term in short if not term.startswith(("http://", "https://"))))[:CATEGORIES]


def unique(words: Iterable[str]) -> list[str]:
    """Words in their order, without blanks and repetitions in other case."""
    kept: dict[str, str] = {}
    for word in words:
        if word:
            kept.setdefault(word.casefold(), word)
    return list(kept.values())


def language(code: str | None) -> str | None:
    """A language tag as BCP 47 writes it ("en", "pt-BR" as "pt-br"), in lower case; None for anything else."""
    found = LANGUAGE.fullmatch((code or "").strip())
    return found[0].replace("_", "-").lower() if found else None
