"""What a feed claims about its entries, made fit to keep: the part that RSS, Atom and JSON Feed share.

A parser fills a `Draft` with raw strings; `settle` makes `Entry` values of all drafts of a document at once, because
whether a guid is good depends on its neighbours.

The guid of an entry, by this rule (version 1; a change would import every entry again):
1. its id; else its address; else "hash:" and a hash of its title and the first 200 characters of its text.
2. When several entries of one document bear the same guid, every one of them gets `guid|address` instead, or, when
   its address is none or the guid itself, `guid|hash` with the hash of 1; where these are equal again, the hash is
   added. All of them and not only the later ones: which comes first changes from poll to poll.
3. Entries equal in all of that are copies: the second is numbered `…|2`, and so on.
A guid longer than 500 characters is kept by its first 400 and a hash of the whole.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.addresses import absolute
from extractors.model import Entry
from extractors.safe import plain

LONGEST_GUID = 500
KEPT_GUID = 400
OPENING = 200  # characters of the text that go into a hash
BODY = 2_000_000  # characters of a content that are kept
CATEGORIES = 50
CATEGORY = 100  # characters
NAME = 200  # characters of an author line

LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{1,8}){0,4})")
INVISIBLE = re.compile("[\x00-\x20\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


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


def settle(drafts: Iterable[Draft]) -> tuple[Entry, ...]:
    """The entries of one document, in its order, with guids that differ."""
    return distinct([draw(draft) for draft in drafts])


def draw(draft: Draft) -> Entry:
    """One entry. `content` is the longest body, `summary` the shortest other one."""
    bodies = sorted({body[:BODY] for body in draft.bodies if body.strip()}, key=lambda body: (-len(body), body))
    title = plain(draft.title)
    url = web_address(draft.links, draft.base)
    entry = Entry(
        guid=guid(draft.id) or guid(url or ""),
        url=url,
        title=title,
        content=bodies[0] if bodies else "",
        summary=bodies[-1] if len(bodies) > 1 else "",
        author=plain(", ".join(unique(plain(name, NAME) for name in draft.authors[:20])), NAME),
        published=draft.published,
        updated=draft.updated,
        categories=categories(draft.categories),
        language=language(draft.language),
        image=web_address(draft.images, draft.base),
    )
    return entry if entry.guid else replace(entry, guid=f"hash:{imprint(entry)}")


def distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same entries; where guids are equal, lengthened until they differ."""
    for suffix in (address_or_imprint, imprint):
        count = Counter(entry.guid for entry in entries)
        entries = [
            replace(entry, guid=guid(f"{entry.guid}|{suffix(entry)}")) if count[entry.guid] > 1 else entry
            for entry in entries
        ]
    return tuple(numbered(entries))


def address_or_imprint(entry: Entry) -> str:
    """What tells an entry from its namesakes."""
    return entry.url if entry.url and entry.url != entry.guid else imprint(entry)


def numbered(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Copies numbered from the second on."""
    seen: Counter[str] = Counter()
    for entry in entries:
        seen[entry.guid] += 1
        copy = seen[entry.guid]
        yield entry if copy == 1 else replace(entry, guid=f"{entry.guid}|{copy}")


def guid(text: str) -> str:
    """An id on one line without invisible characters, of bounded length; else as the feed wrote it."""
    text = INVISIBLE.sub(" ", text).strip()
    return text if len(text) <= LONGEST_GUID else f"{text[:KEPT_GUID]}…{digest(text)}"


def imprint(entry: Entry) -> str:
    """A hash of an entry's title and the beginning of its text."""
    body = plain(entry.content or entry.summary, OPENING)
    return digest(f"{entry.title}\n{body}")


def digest(text: str) -> str:
    """32 hexadecimal digits of SHA-256; characters that UTF-8 cannot hold count as "?"."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def web_address(candidates: Iterable[str], base: str) -> str | None:
    """The first candidate that is, or resolves against `base` to, an http(s) address."""
    found = (absolute(base, INVISIBLE.sub("", link)) for link in candidates if link.strip())
    return next((address for address in found if address), None)


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
