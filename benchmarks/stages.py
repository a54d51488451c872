"""CPU an article by stage, in one process: parse, clean a feed's text, clean a page, tag, fingerprint, keep.

python -m benchmarks.stages
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from config.load import load
from config.settings import Feed
from extractors import feed as feeds
from extractors.article import Origin, Rules, entry_hash, settle
from extractors.clean import clean_feed, clean_page, is_whole
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Entry, Page
from extractors.packing import pack
from flows.newsroom import Newsroom, generate
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

T = TypeVar("T")
FEEDS, ARTICLES = 12, 25


class Clock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.times: defaultdict[str, int] = defaultdict(int)

    def time(self, stage: str, work: Callable[[], T], times: int = 1) -> T:
        """Do the work and note what it took."""
        begun = time.process_time()
        result = work()
        self.spent[stage] += time.process_time() - begun
        self.times[stage] += times
        return result


def refine(entry: Entry, room: Newsroom, site: str, rules: Rules, clock: Clock) -> Article:
    """One article through its stages, each timed."""
    cleaned = clock.time("clean feed text", lambda: clean_feed(entry, rules.clean, entry.url))
    path = "/" + (entry.url or "").split("/", 3)[3]
    if not is_whole(entry, cleaned):
        page = Page(url=entry.url or "", body=room.answer(site, path).body)
        cleaned = clock.time("clean page", lambda: clean_page(page, rules.clean, entry))
    clock.time("tag", lambda: rules.tagger.tag(entry.title, cleaned.text, entry.categories))
    clock.time("fingerprint", lambda: (fingerprint(cleaned.text), terms(entry.title, cleaned.text)))
    article = settle(entry, cleaned, Origin(url=entry.url or ""), rules)
    assert isinstance(article, Article)
    return article


def main() -> None:
    """Measure and print."""
    config, clock = load(), Clock()
    rules = clock.time("(compile the rules, once a process)", lambda: Rules.compile(config.chrome, config.taxonomy))
    now = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        Newsroom(generate(feeds=FEEDS, articles=ARTICLES)) as room,
        Store.open(Path(folder) / "news.db") as store,
    ):
        store.sync_feeds([Feed(slug=feed.slug, url=feed.url) for feed in room.feeds], now)
        states = {state.slug: state for state in store.due(now)}
        run = store.start_run("bench", "0", now)
        for feed in room.feeds:
            body = room.answer(feed.slug, "/" + feed.url.split("/", 3)[3]).body
            parsed = clock.time("parse", lambda: feeds.parse(body, feed.url), ARTICLES)  # noqa: B023
            articles = [(entry, refine(entry, room, feed.slug, rules, clock)) for entry in parsed.entries]
            arrivals = tuple(Arrival(entry_hash=entry_hash(e), article=a, raw=pack(e)) for e, a in articles)
            poll = Poll(started_at=now, outcome="new", next_poll_at=now)
            harvest = Harvest(run_id=run, feed=states[feed.slug], poll=replace(poll), arrivals=arrivals)
            clock.time("keep", lambda: store.keep(harvest), len(arrivals))  # noqa: B023
        clock.time("relate", store.relate, FEEDS * ARTICLES)
    print(f"\n{'stage':36} {'ms each':>8} {'times':>6}")
    for stage, seconds in clock.spent.items():
        print(f"{stage:36} {1000 * seconds / clock.times[stage]:8.2f} {clock.times[stage]:6}")


if __name__ == "__main__":
    main()
