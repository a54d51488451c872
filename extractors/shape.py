"""Rules of shape: for the body of a page, what stands outside the lane in which the prose runs.

    shape.edge     short lines above the first and below the last block of prose, outside the main lane
    shape.lane     a block that is no prose, in elements that hold no prose
    shape.links    blocks in a row that are all link: headlines of other articles

They serve pages only: a feed's or an aggregator's text has no lanes. Headings inside the text, lists, quotations
and tables in the lane stay.

For every text, `is_byline` tells the line of date and author at its head, "18 November 2026 | Ann Lee", by its shape
and by what feed and page say of author and date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.blocks import Block, is_sentence
from extractors.body import Body, Lane, weigh

LANE = 0.1  # the share of the prose that a lane must hold
LINKED = 0.65  # the link share of a headline of another article
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


def shape(body: Body) -> list[str]:
    """The body's reasons, with those of shape added."""
    blocks, reasons, lanes = body.blocks, list(body.reasons), body.lanes
    votes = [0 if why else weigh(block) for block, why in zip(blocks, reasons, strict=True)]
    held: Counter[Lane] = Counter()
    for place, vote in zip(lanes, votes, strict=True):
        held[place] += vote
    good = {place for place, vote in held.items() if vote >= body.prose * LANE}
    for number, block in enumerate(blocks):
        if reasons[number] or votes[number] or lanes[number] in good:
            continue
        following = number + 1
        leads = block.kind == "heading" and block.share < LINKED and following < len(blocks) and votes[following] > 0
        if not (leads and lanes[following] in good):
            reasons[number] = "shape.lane"
    trailing(lanes, votes, good, reasons)
    main = max(held, key=lambda place: held[place], default=None)
    edges(blocks, votes, [place == main for place in lanes], reasons)
    runs(blocks, reasons)
    return reasons


def trailing(lanes: Sequence[Lane], votes: Sequence[int], good: Collection[Lane], reasons: list[str]) -> None:
    """Cut prose outside the lanes that follows the last of the prose in them: boxes, notes on the author."""
    last = max((number for number, vote in enumerate(votes) if vote and lanes[number] in good), default=len(votes))
    for number in range(last + 1, len(votes)):
        if lanes[number] not in good:
            reasons[number] = reasons[number] or "shape.edge"


def edges(blocks: Sequence[Block], votes: Sequence[int], inlane: Sequence[bool], reasons: list[str]) -> None:
    """Cut what stands above the first and below the last prose, unless it is sound and in the main lane."""
    prose = [number for number, vote in enumerate(votes) if vote]
    if not prose:
        return
    for number in (*range(prose[0]), *range(prose[-1] + 1, len(blocks))):
        block = blocks[number]
        sound = block.share < LINKED and (block.kind != "heading" or number < prose[0])
        if not reasons[number] and not (sound and inlane[number]):
            reasons[number] = "shape.edge"


def runs(blocks: Sequence[Block], reasons: list[str]) -> None:
    """Cut two and more blocks in a row that are nearly all link and no sentence."""
    run: list[int] = []
    for number, block in enumerate(blocks):
        if reasons[number]:
            continue
        if block.share > LINKED and not is_sentence(block.text):
            run.append(number)
            continue
        cut(run, reasons)
        run = []
    cut(run, reasons)


def cut(run: Sequence[int], reasons: list[str]) -> None:
    """Mark a run of two or more."""
    if len(run) > 1:
        for number in run:
            reasons[number] = "shape.links"
