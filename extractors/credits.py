"""Who wrote an article and when, and the line at its head that says so: "18 November 2026 | Ann Lee".

The line is known by its shape and by what feed and page say of author and date. It serves every text, of a page or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.blocks import is_sentence

BYLINE = 110  # characters of a line of date and author
LAST = 9999  # the year in which a day more is too much
BESIDES = 2  # words such as a weekday that may stand beside a known author and a date
DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|\.|º)?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s(?:de\s)?\d{4}"
    r"|[^\W\d]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}"
    r"|\d{4}\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}日?|\d{1,2}[-./]\d{1,2}[-./]\d{4}",
    re.IGNORECASE,
)
NAME = re.compile(r"(?:[^\W\d_][\w'’.-]{0,30}\s?){1,5}")
APART = re.compile(r"[,;&|()/]|\b(?:and|und|et|y|e|en|och|og)\b", re.IGNORECASE)
FILLER = re.compile(
    r"\b(?:by|von|par|por|di|da|de|door|av|af|written|posted|published|updated|on|at|the|um|uhr|and|und|et|y|e|en|och"
    r"|og|[ap]m|gmt|utc|c?e[sd]?t)\b|[\d:+]|[^\w\s'’.-]|(?<!\w)[-.–—]+(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who is said to have written an article, and when, by its feed and its page; UTC."""

    authors: tuple[str, ...] = ()
    times: tuple[datetime, ...] = ()


def credit(*said: tuple[str, datetime | None]) -> Credit:
    """The credit of pairs of author and time."""
    names = {name.strip() for author, _ in said for name in APART.split(author[:BYLINE]) if len(name.strip()) > 1}
    return Credit(
        authors=tuple(sorted(names, key=lambda name: (-len(name), name))), times=tuple(t for _, t in said if t)
    )


def is_byline(text: str, known: Credit, *, above: bool) -> bool:
    """Whether a line is date and author, or a known author alone. `above`: it stands above all prose.

    Where neither author nor date is known, the shape alone must do, and only above the prose.
    """
    if len(text) > BYLINE or is_sentence(text):
        return False
    date = DATE.search(text)
    rest = DATE.sub(" ", text)
    names = [name for name in known.authors if name.casefold() in rest.casefold()]
    for name in names:
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
    rest = " ".join(FILLER.sub(" ", rest).split())
    if names:
        return len(rest.split()) <= (BESIDES if date else 0)
    agrees = date is not None and (is_day(date[0], known.times) if known.times else above and not known.authors)
    words = rest.split()
    return agrees and NAME.fullmatch(rest) is not None and not (words[0][0].islower() or words[-1][0].islower())


def is_day(date: str, times: Sequence[datetime]) -> bool:
    """Whether a written date is the day of one of the times, or next to it: the reader's zone is not known."""
    said = {int(number) for number in re.findall(r"\d+", date)}
    days = (time + timedelta(days=more) for time in times if 1 < time.year < LAST for more in (-1, 0, 1))
    return any({day.year, day.day} <= said for day in days)
