"""Whether a page is that of its feed's entry: by the words of title and summary.

An address may lead to the front page, to another article or to a request for consent, with a status of 200 and much
text. Such a page says hardly any of the words of the entry's title and summary.
"""

from __future__ import annotations

import re

from extractors.model import Cleaned, Entry

WORDS = re.compile(r"[^\W\d_]{4,}")
PAIRS = re.compile(r"(?=([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}))")  # of scripts that set no blanks
MARKUP = re.compile(r"<[^<>]{0,2000}>")
LONGEST = 4000  # characters of a summary that are looked at
PATH = 3  # the part of an address, apart at three slashes, that is its path and query
LITTLE = 300  # characters of a text that can be told to be another
FEWEST = 3  # words that can be compared
TITLE = 0.34  # the share of a title's words that the page must say
SUMMARY = 0.4  # the share of a summary's


def words_of(text: str) -> set[str]:
    """The telling words of a text: those of four letters and more, and pairs of letters where words are not apart."""
    folded = text.casefold()
    return {*WORDS.findall(folded), *PAIRS.findall(folded)}


def is_of(entry: Entry | None, url: str, page: Cleaned) -> bool:
    """Whether the page at `url`, after redirects, is the entry's; True where that cannot be told."""
    if entry is None or len(page.text) < LITTLE:
        return True
    return not is_front(entry.url or "", url) and agrees(entry, f"{page.title} {page.text}")


def is_front(asked: str, got: str) -> bool:
    """Whether the way led from an article's address to a front page."""
    return bool(asked and way(asked)) and not way(got)


def way(url: str) -> str:
    """The path and query of an address; nothing for a front page."""
    return "/".join(url.split("#", maxsplit=1)[0].split("/", PATH)[PATH:]).strip("/")


def agrees(entry: Entry, said: str) -> bool:
    """Whether a text says enough of the words of an entry; True where the entry has too few."""
    summary = MARKUP.sub(" ", (entry.summary or entry.content)[:LONGEST])
    claims = [(words_of(entry.title), TITLE), (words_of(summary), SUMMARY)]
    told = [(words, share) for words, share in claims if len(words) >= FEWEST]
    known, title = words_of(said), " ".join(entry.title.casefold().split())
    # Of "The inn" no word tells: then all of them must stand there.
    if title and len(claims[0][0]) < FEWEST and title in said.casefold():
        return True
    return not told or any(len(words & known) >= share * len(words) for words, share in told)
