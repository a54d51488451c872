"""What a worker process does: parse a document, sift entries, refine entries with their pages.

Each worker compiles the rules once (`prepare`, its initializer). The functions take and give plain values, so that
they travel between processes, and return a faulty item as `Dropped` instead of raising.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.chrome import ChromeConfig
from config.taxonomy import Taxonomy
from extractors import article, feed
from extractors.article import Origin, Rules
from extractors.model import Article, Dropped, Entry, Page, ParsedFeed

Refined = Article | Dropped | None

_rules: list[Rules] = []


def prepare(chrome: ChromeConfig, taxonomy: Taxonomy) -> None:
    """Compile the rules of this process."""
    _rules[:] = [Rules.compile(chrome, taxonomy)]


def parse(
    body: bytes,
    url: str,
    content_type: str | None,
    identity: str = "guid",
    forced: bool = False,  # noqa: FBT001, FBT002 - a worker is handed its arguments by position
) -> ParsedFeed:
    """A feed document read; see `extractors.feed.parse`. Raises `extractors.feed.FeedError`."""
    return feed.parse(body, url, content_type, identity, forced=forced)


def sift(entries: Sequence[Entry], origin: Origin) -> list[Refined]:
    """Each entry as an article from the feed's text alone; None where the page is wanted."""
    return [article.sift(entry, origin, _rules[0]) for entry in entries]


def refine(pairs: Sequence[tuple[Entry, Page | None]], origin: Origin) -> list[Refined]:
    """Each entry and its page as an article."""
    return [article.refine(entry, page, origin, _rules[0]) for entry, page in pairs]
