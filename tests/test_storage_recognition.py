"""Who is who in the database: an entry is one article, whatever the publisher makes of its id and address."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.addresses import canonical
from extractors.article import entry_hash
from extractors.feed import parse
from extractors.fingerprints import fingerprint
from extractors.model import Article, Dropped, Entry
from storage.intents import Arrival, Drop, Harvest, KnownEntry, Poll
from storage.purging import Selection
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SITE = "https://ledger.example"


def entry(number: int, **facts: object) -> Entry:
    whole = Entry(
        guid=f"id-{number}",
        url=f"{SITE}/2026/{number}",
        title=f"Headline number {number}",
        content=f"<p>Text {number}</p>",
        published=NOW - number * HOUR,
    )
    return replace(whole, **facts)  # type: ignore[arg-type]


def article(entry: Entry) -> Article:
    """What refining makes of it, without the work."""
    text = f"{entry.title} {entry.content}"
    return Article(
        guid=entry.guid,
        url=entry.url or "",
        canonical_url=canonical(entry.url or ""),
        title=entry.title or text[:50],
        text=text,
        published=entry.published,
        fingerprint=fingerprint(text),
    )


class Ledger:
    """A store with two feeds, and polls of the first as the mill makes them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in ("ledger", "mirror")], NOW)
        self.run = store.start_run("cli", "1", NOW)
        self.polls = 0
        self.identity = "guid"

    def poll(self, *entries: Entry, drop: bool = False, feed: str = "ledger") -> dict[str, KnownEntry]:
        """Keep what is new or different; all of it as dropped when `drop`."""
        [state] = self.store.due(NOW, (feed,), force=True)
        met = self.store.known(state.id, entries, self.identity)
        kept = [one for one in met.values() if not one.buried]
        assert len({one.guid for one in kept}) == len(kept)
        arrivals: list[Arrival] = []
        drops: list[Drop] = []
        for one in entries:
            before = met.get(one.guid)
            if before and (before.buried or before.entry_hash == entry_hash(one)):
                continue
            named = replace(one, guid=before.guid) if before else one
            if drop:
                dropped = Dropped(guid=named.guid, url=named.url, reason="empty")
                drops.append(Drop(entry_hash=entry_hash(one), dropped=dropped))
            else:
                arrivals.append(Arrival(entry_hash=entry_hash(one), article=article(named)))
        poll = Poll(started_at=NOW + self.polls * HOUR, outcome="new", status=200)
        harvest = Harvest(run_id=self.run, feed=state, poll=poll, arrivals=tuple(arrivals), drops=tuple(drops))
        self.store.keep(harvest)
        self.polls += 1
        return met

    def count(self, table: str = "articles") -> int:
        return int(self.store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def titles(self) -> list[str]:
        return [row[0] for row in self.store.connection.execute("SELECT title FROM articles ORDER BY id")]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store.open(tmp_path / "news.db") as store:
        yield Ledger(store)


TEN = tuple(entry(number) for number in range(10))


def changed(number: int, one: Entry, **how: str) -> Entry:
    facts = {name: spelling.format(number=number, guid=one.guid, url=one.url) for name, spelling in how.items()}
    return replace(one, **facts)  # type: ignore[arg-type]


THREE_POLLS: dict[str, list[dict[str, str]]] = {
    "the same ids": [{}, {}, {}],
    "new ids at each poll": [{"guid": "a-{guid}"}, {"guid": "b-{guid}"}, {"guid": "c-{guid}"}],
    "ids that swap http and https": [{"guid": "{url}"}, {"guid": "http://ledger.example/2026/{number}"}, {"guid": "{url}"}],
    "ids in other case": [{"guid": "{guid}"}, {"guid": "ID-{number}"}, {"guid": "Id-{number}"}],
    "a new campaign in id and link at each poll": [
        {"guid": f"{{url}}?utm_campaign={word}", "url": f"{{url}}?utm_campaign={word}"} for word in ("a", "b", "c")
    ],
    "links with http, with a last slash, with www": [
        {"guid": "{url}"},
        {"guid": "http://ledger.example/2026/{number}", "url": "http://ledger.example/2026/{number}"},
        {"guid": "https://www.ledger.example/2026/{number}/", "url": "https://www.ledger.example/2026/{number}/"},
    ],
    "a link as id that turns to http while the headline changes": [
        {"guid": "{url}"}, {"guid": "http://ledger.example/2026/{number}", "title": "Other {number}"}, {"guid": "{url}/"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("polls", THREE_POLLS.values(), ids=THREE_POLLS)
@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_ten_entries_are_ten_articles_after_three_polls(
    ledger: Ledger, polls: list[dict[str, str]], *, dated: bool
) -> None:
    for how in polls:
        entries = [changed(number, one, **how) for number, one in enumerate(TEN)]
        ledger.poll(*(one if dated else replace(one, published=None) for one in entries))
    assert ledger.count() == 10


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_an_id_with_the_headline_in_it_may_change_with_the_headline(ledger: Ledger, *, dated: bool) -> None:
    for word in ("First", "Better", "Best"):
        renamed = [replace(one, guid=f"{word}-{one.guid}", title=f"{word} {one.title}") for one in TEN]
        ledger.poll(*(one if dated else replace(one, published=None) for one in renamed))
    assert ledger.titles() == [f"Best {one.title}" for one in TEN]


def test_undated_entries_that_lead_to_the_site_itself_are_not_taken_for_one(ledger: Ledger) -> None:
    for number in range(3):
        ledger.poll(entry(number, url=SITE + "/", published=None))
    assert ledger.count() == 3


def test_an_entry_keeps_the_guid_it_was_first_stored_under(ledger: Ledger) -> None:
    ledger.poll(entry(1))
    for guid in ("x", "y"):
        met = ledger.poll(entry(1, guid=guid))
        assert met == {guid: KnownEntry(article_id=1, entry_hash=entry_hash(entry(1)), guid="id-1")}


def test_entries_without_title_and_date_are_known_by_their_address(ledger: Ledger) -> None:
    bare = [entry(number, title="", published=None) for number in range(5)]
    for word in "abc":
        ledger.poll(*(replace(one, guid=word + one.guid) for one in bare))
    assert ledger.count() == 5


def test_a_post_of_a_live_blog_is_an_entry_of_its_own(ledger: Ledger) -> None:
    posts = [entry(number, url=f"{SITE}/live", title=f"At {number} o'clock") for number in range(12)]
    for window in ((10, 11), (8, 9, 10), (0, 1, 2, 3, 8, 9), (4, 5, 6, 7)):
        ledger.poll(*(posts[number] for number in window))
    assert ledger.count() == 12


@pytest.mark.parametrize("dates", [NOW, None], ids=["dated", "undated"])
def test_posts_of_one_address_are_known_when_their_ids_change(ledger: Ledger, dates: datetime | None) -> None:
    posts = [entry(n, url=SITE, title=f"At {n} o'clock", published=dates and dates - n * HOUR) for n in range(6)]
    for word in "abc":
        ledger.poll(*(replace(one, guid=word + one.guid) for one in posts))
    assert ledger.count() == 6


def test_entries_without_address_are_known_by_title_and_second_when_their_ids_change(ledger: Ledger) -> None:
    for word in "abc":
        ledger.poll(*(replace(one, guid=word + one.guid, url=None) for one in TEN))
    assert ledger.count() == 10
    ledger.poll(entry(3, guid="later", url=None, published=NOW))
    assert ledger.count() == 11


def test_the_same_address_with_another_title_on_another_day_is_another_entry(ledger: Ledger) -> None:
    for day in range(3):
        thread = entry(day, url=f"{SITE}/open-thread", title=f"Open thread {day}", published=NOW - day * DAY)
        ledger.poll(thread)
    assert ledger.count() == 3


def test_two_new_entries_of_one_address_are_never_taken_for_one(ledger: Ledger) -> None:
    ledger.poll(entry(1))
    ledger.poll(entry(2, url=entry(1).url), entry(3, url=entry(1).url))
    assert ledger.count() == 3


def test_an_article_whose_own_id_is_still_there_is_spoken_for(ledger: Ledger) -> None:
    ledger.poll(entry(1))
    ledger.poll(entry(1, guid="new"), entry(1))
    assert ledger.count() == 2


def test_an_address_that_only_a_page_names_needs_the_title_as_well(ledger: Ledger) -> None:
    hub = replace(article(entry(1)), canonical_url=f"{SITE}/hub")
    [state] = ledger.store.due(NOW, ("ledger",), force=True)
    poll = Poll(started_at=NOW, outcome="new", status=200)
    arrivals = (Arrival(entry_hash="h", article=hub),)
    ledger.store.keep(Harvest(run_id=ledger.run, feed=state, poll=poll, arrivals=arrivals))
    ledger.poll(entry(2, url=f"{SITE}/hub", published=NOW - HOUR))
    assert ledger.count() == 2


def test_another_feed_has_its_own_entries(ledger: Ledger) -> None:
    ledger.poll(*TEN)
    ledger.poll(*TEN, feed="mirror")
    assert ledger.count() == 20


def test_entries_that_leave_the_document_stay(ledger: Ledger) -> None:
    for start in range(0, 10, 3):
        ledger.poll(*(entry(number, guid=f"{start}-{number}") for number in range(start, start + 10)))
    assert ledger.count() == 19


def items(numbers: Sequence[int], guid: str) -> bytes:
    rows = "".join(
        f"<item><title>T {n}</title><link>{SITE}/{n}</link><guid isPermaLink='false'>{guid.format(n=n)}</guid></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Ledger</title>{rows}</channel></rss>".encode()


TRUE_FEEDS = {
    "one id for all": ("G", "G", "G"),
    "good ids that turn into one for all": ("id-{n}", "G", "G"),
    "one id for all that is replaced by another": ("G", "H", "I"),
    "good ids that are new at each poll": ("a-{n}", "b-{n}", "c-{n}"),
}


@pytest.mark.parametrize("spellings", TRUE_FEEDS.values(), ids=TRUE_FEEDS)
def test_a_feed_falls_back_from_its_ids_without_importing_anything_again(
    ledger: Ledger, spellings: tuple[str, ...]
) -> None:
    for start, guid in enumerate(spellings):
        feed = parse(items(range(start, start + 10), guid), SITE, identity=ledger.identity)
        ledger.identity = feed.identity
        ledger.poll(*feed.entries)
    assert sorted(ledger.titles()) == sorted(f"T {number}" for number in range(12))


def test_two_entries_of_one_id_are_told_apart_also_when_only_one_of_them_is_left(ledger: Ledger) -> None:
    def poll(*numbers: int) -> None:
        rest = items(range(100, 140), "id-{n}").removesuffix(b"</channel></rss>")
        body = rest + items(numbers, "G").partition(b"</title>")[2]
        feed = parse(body, SITE, identity=ledger.identity)
        assert feed.identity == "guid"
        ledger.poll(*feed.entries)

    for numbers in ((1,), (1, 2), (2,), (2, 3), (3,), (1,)):
        poll(*numbers)
    assert sorted(ledger.titles())[:3] == ["T 1", "T 100", "T 101"]
    assert ledger.count() == 43


def test_on_levels_with_a_date_another_date_is_another_entry(ledger: Ledger) -> None:
    ledger.identity = "link_date"
    thread = entry(1, guid=f"{SITE}/thread|monday", url=f"{SITE}/thread", title="Open thread")
    ledger.poll(thread)
    ledger.poll(replace(thread, guid=f"{SITE}/thread|tuesday", published=NOW))
    assert ledger.count() == 2
    ledger.poll(replace(thread, guid=f"{SITE}/thread|otherwise", published=NOW))
    assert ledger.count() == 2


def test_a_dropped_entry_is_known_with_its_tries(ledger: Ledger) -> None:
    ledger.poll(entry(1), drop=True)
    met = ledger.store.known(1, [entry(1), entry(2)])
    assert met == {"id-1": KnownEntry(article_id=None, entry_hash=entry_hash(entry(1)), guid="id-1", tries=1)}


def test_a_dropped_entry_with_a_new_id_is_not_dropped_twice(ledger: Ledger) -> None:
    for word in "abc":
        ledger.poll(*(replace(one, guid=word + one.guid) for one in TEN), drop=True)
    assert ledger.count("quarantine") == 10
    ledger.poll(*(replace(one, guid="d" + one.guid, content="<p>Better</p>") for one in TEN))
    assert (ledger.count(), ledger.count("quarantine WHERE resolved_at IS NULL")) == (10, 0)


def test_an_article_whose_last_form_was_dropped_is_known_by_that_form(ledger: Ledger) -> None:
    later = entry(1, content="")
    ledger.poll(entry(1))
    ledger.poll(later, drop=True)
    for guid in ("id-1", "other"):
        met = ledger.store.known(1, [replace(later, guid=guid)])
        assert met == {guid: KnownEntry(article_id=1, entry_hash=entry_hash(later), guid="id-1", tries=1)}


def purged(ledger: Ledger, *entries: Entry) -> None:
    ledger.poll(*entries)
    ledger.store.purge(Selection(before=NOW + DAY), NOW)
    assert (ledger.count(), ledger.count("tombstones")) == (0, len(entries))


PURGED_AGAIN = {
    "with its id": ({}, 0),
    "with another id": ({"guid": "new-{guid}"}, 0),
    "with another id and headline": ({"guid": "new-{guid}", "title": "Other {number}"}, 0),
    "with another id and campaign": ({"guid": "new-{guid}", "url": "{url}?utm_source=x"}, 0),
    "with its id and another headline": ({"title": "Other {number}"}, 0),
    "with another id and address": ({"guid": "new-{guid}", "url": "{url}/x"}, 10),
}


@pytest.mark.parametrize(("how", "rows"), PURGED_AGAIN.values(), ids=PURGED_AGAIN)
def test_what_was_purged_does_not_come_back(ledger: Ledger, how: dict[str, str], rows: int) -> None:
    purged(ledger, *TEN)
    ledger.poll(*(changed(number, one, **how) for number, one in enumerate(TEN)))
    assert ledger.count() == rows


def test_an_id_of_a_purged_entry_on_another_address_day_and_title_is_a_new_entry(ledger: Ledger) -> None:
    purged(ledger, entry(1))
    ledger.poll(entry(2, guid="id-1", published=NOW + 2 * DAY))
    assert ledger.titles() == ["Headline number 2"]


def test_what_sqlite_cannot_hold_is_known_by_what_it_holds(ledger: Ledger) -> None:
    ledger.poll(entry(1, guid="g\x00", title="T\ud800"))
    assert ledger.store.known(1, [entry(1, guid="g\x00")])["g\x00"].guid == "g\ufffd"


def test_five_hundred_known_entries_are_known_in_ten_milliseconds(ledger: Ledger) -> None:
    entries = [entry(number) for number in range(500)]
    ledger.poll(*entries)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(ledger.store.known(1, entries)) == 500
        times.append(time.perf_counter() - began)
    assert min(times) < 0.010


def test_a_few_statements_are_enough_however_many_entries_there_are(ledger: Ledger) -> None:
    ledger.poll(*TEN)
    asked: list[str] = []
    ledger.store.connection.set_trace_callback(asked.append)
    ledger.store.known(1, [entry(number % 20, guid=f"new-{number}") for number in range(200)])
    assert len(asked) <= 6
