"""The feed's text beside the page's: which to keep, and whether the page is needed at all."""

from __future__ import annotations

import re
from dataclasses import replace

from extractors.model import Cleaned, Entry

WHOLE = 700  # characters of a feed's content that may be a whole article
WHOLE_SUMMARY = 1500  # characters of a feed's summary that may be one
LESS = 0.9  # a page with a smaller share of the feed's characters gives less
DOUBTFUL = 0.3  # a confidence below which a page's text does not displace the feed's
EXCERPT = 0.6  # the highest confidence in a feed's text whose page was wanted and is of no use
USELESS = ("wall", "other", "empty")  # what `doubt` says of such a page
CUT_OFF = re.compile(r"(?:\[\s*(?:…|\.{3})\s*\]|…|\.{3}|\[\+\d+ chars\])\W*$")
MORE = re.compile(
    r"(?:continue reading|read (?:more|on|the (?:full|rest))|keep reading|weiter ?lesen|lire la suite|"
    r"(?:leer|seguir|continuar) (?:más|leyendo)|continua a leggere|ler mais|lees (?:verder|meer)|läs mer|"
    r"full (?:story|article))",
    re.IGNORECASE,
)


def is_whole(entry: Entry, cleaned: Cleaned) -> bool:
    """Whether the feed's text looks like the whole article, so that no page need be fetched.

    It is long enough for content (or, in a feed without content, for a summary), it is not cut off with an ellipsis,
    and no "Continue reading" was taken from its end.
    """
    content = bool(entry.content.strip()) and entry.content.strip() != entry.summary.strip()
    return len(cleaned.text) >= (WHOLE if content else WHOLE_SUMMARY) and not cleaned.wall and not is_excerpt(cleaned)


def is_excerpt(cleaned: Cleaned) -> bool:
    """Whether a feed's text breaks off, or said where to go on reading."""
    cuts = (cut for cut in cleaned.cuts[-6:] if cut.rule.startswith("cta"))
    return CUT_OFF.search(cleaned.text[-40:]) is not None or any(MORE.search(cut.text[:80]) for cut in cuts)


def doubted(cleaned: Cleaned) -> Cleaned:
    """A feed's text; one that is an excerpt only is in doubt, should nothing better come."""
    if not cleaned.text or not is_excerpt(cleaned):
        return cleaned
    return replace(cleaned, confidence=min(cleaned.confidence, EXCERPT), doubt=cleaned.doubt or "short")


def choose(feed: Cleaned, page: Cleaned) -> Cleaned:
    """The better of the two texts; what only the other knows (author, date, image) is taken over.

    The feed's is kept when the page gives less, is a wall, or its text is in doubt.
    """
    poor = bool(page.wall) or page.confidence < DOUBTFUL or len(page.text) < LESS * len(feed.text)
    if feed.text and (poor or not page.text):
        useless = page.doubt in USELESS
        doubt, confidence = (page.doubt, min(feed.confidence, EXCERPT)) if useless else (feed.doubt, feed.confidence)
        return fill(
            replace(feed, wall=page.wall, doubt=doubt, confidence=confidence), page, useless=page.doubt == "other"
        )
    return fill(page, feed)


def fill(kept: Cleaned, other: Cleaned, *, useless: bool = False) -> Cleaned:
    """The kept one with its gaps filled from the other, unless that speaks of something else."""
    if useless:
        return kept
    return replace(
        kept,
        title=kept.title or other.title,
        author=kept.author or other.author,
        published=kept.published or other.published,
        language=kept.language or other.language,
        canonical_url=kept.canonical_url or other.canonical_url,
        addresses=kept.addresses or other.addresses,
        image=kept.image or other.image,
        summary=kept.summary or other.summary,
    )
