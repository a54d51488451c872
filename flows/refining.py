"""What a worker process does: parse a document, sift entries, refine entries with their pages, tag texts again.

Each worker compiles the rules once (`prepare`, its initializer). The functions take and give plain values, so that
they travel between processes, and return a faulty item as `Dropped` instead of raising.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.chrome import ChromeConfig
from config.clearurls import Provider
from config.taxonomy import Taxonomy
from extractors import article, feed, tracking
from extractors.article import Origin, Rules
from extractors.brief import brief
from extractors.model import Article, Dropped, Entry, Page, ParsedFeed
from extractors.subject import Sentence, Tagging
from extractors.tagging import Publisher, Tagger
from extractors.trained import Training

Refined = Article | Dropped | None
Tagged = tuple[Tagging, tuple[Sentence, ...]]

_rules: list[Rules] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A stored article to be tagged again, with all that is known of it besides its text."""

    title: str
    text: str
    categories: tuple[str, ...]
    language: str | None
    publisher: Publisher


def prepare(
    chrome: ChromeConfig,
    taxonomy: Taxonomy,
    training: Training | None = None,
    providers: Sequence[Provider] = (),
) -> None:
    """Compile the rules of this process, and take over what was learnt from corrections."""
    tracking.use(providers)
    _rules[:] = [Rules.compile(chrome, taxonomy, training)]


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


def retag(texts: Sequence[Text]) -> list[Tagged]:
    """What each text is about, and its brief."""
    return [tagged(_rules[0].tagger, one) for one in texts]


def tagged(tagger: Tagger, one: Text) -> Tagged:
    """What one text is about, and its brief."""
    tagging = tagger.tag(one.title, one.text, one.categories, one.language, one.publisher)
    return tagging, brief(one.title, one.text)
