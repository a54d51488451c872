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
from extractors.identity import identify
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


def test_five_hundred_known_entries_are_known_in_ten_milliseconds(ledger: Ledger, pace: float) -> None:
    entries = [entry(number) for number in range(500)]
    ledger.poll(*entries)
    times = []
    for _ in range(5):
        began = time.process_time()
        assert len(ledger.store.known(1, entries)) == 500
        times.append(time.process_time() - began)
    assert min(times) < 0.010 * pace


def test_a_few_statements_are_enough_however_many_entries_there_are(ledger: Ledger) -> None:
    ledger.poll(*TEN)
    asked: list[str] = []
    ledger.store.connection.set_trace_callback(asked.append)
    ledger.store.known(1, [entry(number % 20, guid=f"new-{number}") for number in range(200)])
    assert len(asked) <= 6


def revisions(ledger: Ledger) -> int:
    return ledger.count("revisions")


def window(top: int, **facts: object) -> list[Entry]:
    """Ten entries whose ids count from the top; the higher the number the later."""
    return [entry(n, guid=f"item-{at}", published=NOW - (50 - n) * DAY, **facts) for at, n in places(top)]


def places(top: int) -> Iterator[tuple[int, int]]:
    return enumerate(range(top, top - 10, -1), 1)


POSITIONS: dict[str, dict[str, object]] = {
    "with titles and addresses of their own": {},
    "with one title": {"title": "The news of today"},
    "with one short title": {"title": "News"},
    "without titles": {"title": ""},
    "at one address": {"url": f"{SITE}/live"},
}


@pytest.mark.parametrize("facts", POSITIONS.values(), ids=POSITIONS)
def test_ids_that_count_positions_make_one_row_an_article_and_no_revision(
    ledger: Ledger, facts: dict[str, object]
) -> None:
    for top in (10, 11, 13, 13, 15, 14):
        ledger.poll(*window(top, **facts))
        assert revisions(ledger) == 0
    assert ledger.count() == 15


def test_ids_that_count_positions_make_no_revision_without_dates(ledger: Ledger) -> None:
    for top in (10, 11, 13, 13):
        ledger.poll(*(replace(one, published=None) for one in window(top)))
    assert (ledger.count(), revisions(ledger)) == (13, 0)


def test_an_edit_among_ids_that_count_positions_is_a_revision_of_its_own_article(ledger: Ledger) -> None:
    ledger.poll(*window(10))
    ledger.poll(*window(11))
    ledger.poll(*(replace(one, title="Mended") if one.url == entry(11).url else one for one in window(12)))
    assert (ledger.count(), revisions(ledger)) == (12, 1)
    assert ledger.titles()[-2:] == ["Mended", "Headline number 12"]


def test_what_was_purged_does_not_come_back_at_another_position(ledger: Ledger) -> None:
    purged(ledger, *window(10))
    ledger.poll(*window(11))
    assert ledger.titles() == ["Headline number 11"]


def test_a_dropped_entry_is_not_dropped_twice_at_another_position(ledger: Ledger) -> None:
    ledger.poll(*window(10))
    for _ in range(2):
        ledger.poll(window(11)[0], drop=True)
    assert ledger.count("quarantine") == 1


@pytest.mark.parametrize("title", ["Headline number {n}", "The very same title"])
def test_two_entries_that_swap_their_ids_stay_as_they_are(ledger: Ledger, title: str) -> None:
    one, other = (entry(n, title=title.format(n=n)) for n in (1, 30))
    ledger.poll(one, other)
    ledger.poll(replace(one, guid=other.guid), replace(other, guid=one.guid))
    assert (ledger.count(), revisions(ledger)) == (2, 0)


LATER: dict[str, tuple[dict[str, object], tuple[int, int]]] = {
    "its text edited": ({"content": "<p>Better</p>"}, (1, 1)),
    "its headline edited": ({"title": "Something else entirely"}, (1, 1)),
    "its headline edited and its date as well": ({"title": "Something else", "published": NOW + DAY}, (1, 1)),
    "its site moved": ({"url": "https://moved.example/1"}, (1, 0)),
    "its site moved and its date as well": ({"url": "https://moved.example/1", "published": NOW + DAY}, (1, 0)),
    "its headline edited and its address with it, at the same second": (
        {"title": "Headline number one", "url": f"{SITE}/headline-one"}, (1, 1),
    ),
    "nothing in common at the same second": ({"title": "Rain at last", "url": f"{SITE}/rain"}, (2, 0)),
    "nothing in common on the same day": (
        {"title": "Rain at last", "url": f"{SITE}/rain", "published": NOW - 2 * HOUR}, (2, 0),
    ),
    "a like headline and another address on the same day": (
        {"title": "Headline number 2", "url": f"{SITE}/2", "published": NOW - 2 * HOUR}, (2, 0),
    ),
    "nothing in common on another day": (
        {"title": "Rain at last", "url": f"{SITE}/rain", "published": NOW + DAY}, (2, 0),
    ),
    "nothing in common and no date": ({"title": "Rain at last", "url": f"{SITE}/rain", "published": None}, (2, 0)),
    "no title, and another address and day": ({"title": "", "url": f"{SITE}/x", "published": NOW + DAY}, (2, 0)),
    "no title, and another address": ({"title": "", "url": f"{SITE}/x"}, (1, 1)),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "rows"), LATER.values(), ids=LATER)
def test_an_id_that_comes_back_with(ledger: Ledger, facts: dict[str, object], rows: tuple[int, int]) -> None:
    ledger.poll(entry(1))
    for _ in range(3):
        ledger.poll(entry(1, **facts))
        assert (ledger.count(), revisions(ledger)) == rows


@pytest.mark.parametrize(("title", "rows"), [("Morning briefing", 3), ("The morning briefing", 1)])
def test_a_short_title_that_stays_says_nothing_of_another_address_and_day(
    ledger: Ledger, title: str, rows: int
) -> None:
    for day in range(3):
        ledger.poll(entry(1, title=title, url=f"{SITE}/briefing/{day}", published=NOW + day * DAY))
    assert ledger.count() == rows


def test_the_next_article_under_an_id_of_another_can_be_edited_and_move(ledger: Ledger) -> None:
    ledger.poll(entry(1))
    second = entry(1, title="Rain at last", url=f"{SITE}/rain", published=NOW + DAY)
    ledger.poll(second)
    ledger.poll(replace(second, title="Snow instead"))
    ledger.poll(replace(second, title="Rain at long last", published=NOW + 2 * DAY))
    ledger.poll(replace(second, title="Rain at long last", url="https://moved.example/rain"))
    assert ledger.titles() == ["Headline number 1", "Rain at long last"]
    assert [*ledger.store.connection.execute("SELECT guid FROM articles ORDER BY id")] == [
        ("id-1",), (f"id-1|{SITE}/rain",),
    ]  # fmt: skip


def test_a_new_entry_under_a_known_id_comes_with_the_guid_to_keep_it_under(ledger: Ledger) -> None:
    ledger.poll(entry(1))
    met = ledger.store.known(1, [entry(2, guid="id-1")])
    assert met == {"id-1": KnownEntry(article_id=None, entry_hash="", guid=f"id-1|{SITE}/2026/2")}


@pytest.mark.parametrize("title", ["Quite another thing", "Headline number 1"])
@pytest.mark.parametrize("date", [NOW - HOUR, NOW - 2 * HOUR, NOW - 3 * DAY])
def test_of_two_entries_with_one_id_neither_takes_the_place_of_the_other(
    ledger: Ledger, title: str, date: datetime
) -> None:
    one, other = entry(1), entry(2, title=title, published=date)
    rest = [entry(n) for n in range(50, 60)]

    def poll(*entries: Entry) -> None:
        _, named = identify([*(replace(one, guid="dup") for one in entries), *rest])
        ledger.poll(*named)

    for entries in ([one], [other, one], [other], [one], [other, one]):
        poll(*entries)
    assert (ledger.count(), revisions(ledger)) == (12, 0)
    held = ledger.store.connection.execute("SELECT url FROM articles WHERE guid LIKE 'dup%' ORDER BY id").fetchall()
    assert held == [(one.url,), (other.url,)]


MOVES = {
    "another slug, which is the id": "https://ledger.example/new/{n}",
    "another site, and ids made of it": "https://moved.example/2026/{n}",
}


@pytest.mark.parametrize("url", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("identity", ["guid", "link", "link_date"])
def test_entries_that_moved_with_their_ids_are_known_by_title_and_second(
    ledger: Ledger, url: str, identity: str
) -> None:
    ledger.identity = identity
    ledger.poll(*(replace(one, guid=one.url or "") for one in TEN))
    for _ in range(2):
        ledger.poll(*(replace(one, guid=url.format(n=n), url=url.format(n=n)) for n, one in enumerate(TEN)))
    assert (ledger.count(), revisions(ledger)) == (10, 0)


UNMOVED: dict[str, tuple[Entry, ...]] = {
    "another title": (entry(2, published=NOW - HOUR),),
    "another second": (entry(2, title=entry(1).title),),
    "the same twice": tuple(entry(n, title=entry(1).title, published=NOW - HOUR) for n in (2, 3)),
    "the old one beside it": (entry(1), entry(2, title=entry(1).title, published=NOW - HOUR)),
}


@pytest.mark.parametrize("entries", UNMOVED.values(), ids=UNMOVED)
def test_nothing_moved_when_there_is(ledger: Ledger, entries: tuple[Entry, ...]) -> None:
    ledger.poll(entry(1))
    ledger.poll(*entries)
    assert ledger.count() == 1 + len({one.guid for one in entries} - {"id-1"})


def test_nothing_moved_under_a_title_of_two_words_or_when_two_are_stored(ledger: Ledger) -> None:
    for n, title in ((1, "Morning briefing"), (2, "Morning briefing")):
        ledger.poll(entry(n, title=title, published=NOW))
    ledger.poll(*(entry(n, title="Three words long", published=NOW) for n in (3, 4)))
    ledger.poll(entry(5, title="Three words long", published=NOW))
    assert ledger.count() == 5


ADDRESS = "INSERT INTO addresses SELECT canonical_url, id FROM articles WHERE feed_id = 1 AND guid = ?"


@pytest.mark.parametrize("share", ["address", "second", "purged"])
def test_what_very_many_share_costs_little(ledger: Ledger, share: str, pace: float) -> None:
    row = """INSERT INTO articles(uid, feed_id, guid, url, canonical_url, title, title_key, published_at,
        published_source, first_seen_at, entry_hash, content_hash, saved_hash, word_count, extractor)
    VALUES (?1, 1, ?1, ?2, ?2, ?1, ?1, ?3, 'feed', ?3, 'h', 'c', 's', 1, 'feed')"""
    database = ledger.store.connection
    database.execute("BEGIN")
    for n in range(20_000):
        url = f"{SITE}/{n}" if share == "second" else SITE
        second = "2026-11-20T00:00:00Z" if share == "second" else f"2026-11-20T00:00:00.{n}Z"
        if share == "purged":
            database.execute("INSERT INTO tombstones VALUES (1, ?, ?, 'x', ?, ?)", (f"g{n}", url, second, second))
        else:
            database.execute(row, (f"g{n}", url, second))
            database.execute(ADDRESS, (f"g{n}",))
    database.execute("COMMIT")
    times = []
    for _ in range(5):
        began = time.process_time()
        assert ledger.store.known(1, [entry(1, url=SITE, published=datetime(2026, 11, 20, tzinfo=UTC))]) == {}
        times.append(time.process_time() - began)
    assert min(times) < 0.010 * pace


def test_a_document_of_one_address_is_known_however_long_when_its_ids_change(ledger: Ledger) -> None:
    for word in "ab":
        ledger.poll(*(entry(n, guid=f"{word}{n}", url=SITE, published=None) for n in range(300)))
    assert ledger.count() == 300
