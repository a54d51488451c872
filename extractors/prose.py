"""Tell sentences that tell something from headings, list items, bylines, captions, datelines and bare quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractors.fingerprints import SPACELESS
from extractors.sentences import paragraphs, within

SHORTEST, LONGEST = 30, 600  # characters of a sentence; scripts without spaces need a third of them
WORDS = 5  # words of the shortest sentence
UNSTOPPED = 120  # characters from which a paragraph without a stop is prose, as in Thai; shorter ones are headings
UNSPACED = re.compile(f"[{SPACELESS}]")
TAIL = 6  # characters in which a sentence's stop must be found
QUOTES = '"“”„«»「」'
QUOTED = re.compile('["“„«»「][^"“”«»「」]{0,600}["“”«»」]')
STOPPED = re.compile("[.!\u2026\u3002\uff01\u0964\u06d4\uff61][\"'“”’»)\\]」』]{0,4}$")
ASKING = re.compile("[:?\uff1f\u061f][\"'“”’»)\\]」』]{0,4}$")
ITEM = re.compile(r"[-–—*•▪●◦·►>#|]\s|\d{1,3}[.)]\s|[a-z][.)]\s")
CREDIT = re.compile(
    r"(?:by|von|par|por|di|door)\s(?-i:[A-Z]).{0,60}$"
    r"|(?:photo|photograph|image|picture|video|credit|source|foto|bild|quelle|caption|illustration)s?"
    r"(?:\s(?:by|credit|courtesy|von|via)\b|\s?[:/©|])"
    r"|(?:updated?|published|posted|reporting by|editing by|correction|read more|see also|related|copyright"
    r"|(?:follow|like|join|find|contact|support) us|sign up|subscribe|click (?:here|on)|welcome to|get the latest"
    r"|this (?:article|story|post) (?:was|is|has|first|originally|appeared))\b|©",
    re.IGNORECASE,
)
CAPTION = ("(photo", "(image", "(foto", "(picture", "(ap photo", "(file", "getty images", "all rights reserved", "©")
# "LONDON, May 3 (Reuters) - ", "PARIS — The"; but "NASA – the agency – " begins its sentence.
DATELINE = re.compile(
    r"[A-ZÀ-Þ][A-ZÀ-Þ.,'’ /-]{2,40}"
    r"(?:[^\n()!?–—]{0,30}\([^()\n]{2,30}\)\s?[-–—]{1,2}\s?|[^\n()!?–—]{0,20}\s[-–—]{1,2}\s(?=[A-ZÀ-Þ]))"
)


class Place(NamedTuple):
    """Where a sentence stands, with the beginning of its paragraph."""

    start: int
    end: int
    begin: int


def places(text: str) -> Iterator[Place]:
    """All sentences of a text."""
    for begin, end in paragraphs(text):
        for start, stop in within(text, begin, end):
            yield Place(start, stop, begin)


def is_told(text: str, place: Place) -> bool:
    """Whether this is a sentence that tells something: no heading, item, byline, caption, question, bare quotation."""
    start, end, begin = place
    if end - start > LONGEST:
        return False
    said = text[start:end]
    if len(said) * 3 < SHORTEST or (
        not is_spaceless(said[0]) and (len(said) < SHORTEST or said.count(" ") < WORDS - 1)
    ):
        return False
    tail, lowered = said[-TAIL:], said.lower()
    if not (STOPPED.search(tail) or (start > begin and tail[-1].isalnum()) or len(said) >= UNSTOPPED) or said.isupper():
        return False
    if ASKING.search(tail) or ITEM.match(said) or CREDIT.match(said) or any(mark in lowered for mark in CAPTION):
        return False
    quoted = sum(map(len, QUOTED.findall(said))) if quotes(said) else 0
    return quotes(text[begin:start]) % 2 == quotes(said) % 2 == 0 and 2 * quoted <= len(said)


def quotes(said: str) -> int:
    """The quotation marks. An odd number is one half of a longer quotation, in which a sentence has no speaker."""
    return sum([said.count(mark) for mark in QUOTES])


def after_dateline(text: str, place: Place) -> int:
    """Where a sentence begins after its dateline."""
    line = DATELINE.match(text, place.start, place.end)
    return line.end() if line and place.end - line.end() >= SHORTEST else place.start


def is_spaceless(char: str) -> bool:
    """Whether a character belongs to a script written without spaces."""
    return char > "\u0dff" and UNSPACED.match(char) is not None
