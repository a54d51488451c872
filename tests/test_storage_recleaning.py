"""Stored articles cleaned again: which are concerned, what is written of them, and what never is."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.marks import hash_of, name
from extractors.model import AGAIN, Article, Container, Cut, Entry, Learnt, Link, Mark
from extractors.packing import pack
from storage import recleaning, teaching
from storage.connection import StoreError, copy
from storage.drafts import saved_hash
from storage.intents import Arrival, Concern, Difference, Drop, Harvest, Lesson, Poll, Recleaned, Source
from storage.raw import RawError
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = ("ledger", "mirror", "other")
PROMO = "Get the Harbour Letter by mail every morning"
PANEL = "Share your views with our panel of readers today"
GAP = "\n\n"


def prose(seed: str, count: int = 40) -> str:
    return " ".join(f"{seed}{number * 7919 % 1000}x" for number in range(count)) + " and so it went on."


def is_shipped(text: str) -> bool:
    """Whether the one shipped rule, `advert`, cuts a paragraph."""
    return text.startswith("Advertisement")


def clean(entry: Entry, learnt: Learnt = Learnt()) -> Article:  # noqa: B008 - frozen
    """An entry cleaned, as the extractors do it, but of plain paragraphs: a shipped rule, learnt ones, links."""
    left: list[str] = []
    marks: list[tuple[str, bool]] = []
    cuts: list[Cut] = []
    links: list[Link] = []
    for text in entry.content.split(GAP):
        place = sum(map(len, left)) + 2 * len(left)
        if text.startswith("See also: "):
            links.append(Link(kind="see_also", title=text.removeprefix("See also: "), label="See also", position=place))
        elif is_shipped(text) and "advert" not in learnt.kept:
            cuts.append(Cut(rule="advert", text=text, position=place))
        elif hash_of(text, entry.title) in learnt.blocks:
            cuts.append(Cut(rule=name(hash_of(text, entry.title)), text=text, position=place))
            marks.append((text, True))
        else:
            left.append(text)
            marks.append((text, False))
    whole = GAP.join(left)
    return Article(
        guid=entry.guid, url=entry.url or "", canonical_url=entry.url or "", title=entry.title, text=whole,
        published=entry.published, summary=whole[:60], links=tuple(links), cuts=tuple(cuts),
        fingerprint=fingerprint(whole), terms=terms(entry.title, whole),
        marks=tuple(
            Mark(hash=hash_of(text, entry.title), words=len(text.split()), cut=cut, call=len(text) < 80,
                 top=place, end=len(marks) - 1 - place)
            for place, (text, cut) in enumerate(marks)
        ),
    )  # fmt: skip


class Paper:
    """A store, and feeds that publish articles of the paragraphs they are told to."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        self.run = store.start_run("cli", "1", NOW)
        self.count = 0

    def publish(self, *below: str, feed: str = "ledger", count: int = 1, first: str = "", day: int = 0) -> None:
        """Keep so many articles, each with prose of its own and these paragraphs below; cleaned by today's rules."""
        self.store.keep(self.poll(*below, feed=feed, count=count, first=first, day=day))

    def poll(self, *below: str, feed: str = "ledger", count: int = 1, first: str = "", day: int = 0) -> Harvest:
        """So many articles, cleaned and yet to be kept."""
        state = next(one for one in self.store.due(NOW, (feed,), force=True))
        at, source = NOW + timedelta(days=day), self.source(feed)
        arrivals = []
        for _ in range(count):
            self.count += 1
            guid = f"{feed}-{self.count}"
            body = GAP.join(text for text in (first or prose(f"{feed[0]}{self.count}q"), *below))
            entry = Entry(
                guid=guid, url=f"https://{feed}.example/{guid}", title=f"Headline {guid}", content=body, published=at
            )
            arrivals.append(Arrival(entry_hash="h" + guid, article=clean(entry, source.learnt), raw=pack(entry)))
        poll = Poll(started_at=at, outcome="new", status=200)
        return Harvest(run_id=self.run, feed=state, poll=poll, arrivals=tuple(arrivals), rules=source.rules)

    def source(self, feed: str = "ledger") -> Source:
        [source] = self.store.sources((feed,))
        return source

    def arrivals(self, source: Source, ids: tuple[int, ...] | None = None) -> list[Arrival]:
        """Stored articles cleaned again by the rules of a source."""
        return [
            Arrival(
                entry_hash=one.entry_hash, article=clean(one.entry, source.learnt_for(one.first_seen_at)), raw=one.raw
            )
            for one in self.store.entries(source, limit=10_000, ids=ids)
            if one.entry
        ]

    def settle(self, *, learn: bool = True) -> dict[str, tuple[int, ...]]:
        """What the pipeline does after the polls; gives the articles concerned by feed."""
        if learn:
            self.store.learn(NOW)
        found = self.store.unclean()
        for source, ids in found:
            self.store.reclean(source, self.arrivals(source, ids), NOW)
            self.store.settled(source)
        return {source.slug: ids for source, ids in found}

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.store.connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> object:
        [[value]] = self.rows(sql, *values)
        return value


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with Store.open(tmp_path / "news.db") as store:
        yield Paper(store)


RULE = name(hash_of(PROMO))
LASTING = (
    "SELECT id, uid, guid, first_seen_at, changed_at, revision, entry_hash, raw_hash, page_error, run_id FROM articles"
)


def texts(paper: Paper) -> list[str]:
    return [str(row[0]) for row in paper.rows("SELECT text FROM article_texts ORDER BY article_id")]


def dump(paper: Paper) -> list[str]:
    return list(paper.store.connection.iterdump())


def test_a_block_that_is_learnt_is_cut_from_the_articles_that_taught_it(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.publish(count=2)
    before = paper.rows(LASTING)
    assert paper.settle() == {"ledger": (1, 2, 3, 4)}
    assert not any(PROMO in text for text in texts(paper))
    assert paper.rows("SELECT article_id, rule, text FROM cuts ORDER BY article_id") == [
        (article, RULE, PROMO) for article in (1, 2, 3, 4)
    ]
    assert paper.rows(LASTING) == before
    assert paper.rows("SELECT * FROM revisions") == []
    assert paper.settle() == {}


def test_an_article_that_comes_later_is_cleaned_at_once(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.settle()
    paper.publish(PROMO)
    assert not any(PROMO in text for text in texts(paper))
    assert paper.settle() == {}


def test_feeds_and_articles_that_are_not_concerned_are_left_alone(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.publish(count=3)
    paper.publish(PROMO, feed="mirror")
    paper.publish(PANEL, feed="mirror", count=2)
    paper.store.learn(NOW)
    assert [(source.slug, ids) for source, ids in paper.store.unclean()] == [("ledger", (1, 2, 3, 4))]


def test_a_run_that_is_killed_before_it_learns_leaves_that_to_the_next(paper: Paper, tmp_path: Path) -> None:
    paper.publish(PROMO, count=4)
    paper.store.close()
    with Store.open(tmp_path / "news.db") as store:
        assert store.learn(NOW) == (Lesson(feed="ledger", learnt=1),)


def test_a_run_that_is_killed_while_it_learns_keeps_what_whole_feeds_taught(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for feed in FEEDS:
        paper.publish(PROMO, feed=feed, count=4)
    teach = teaching.shift

    def stop(connection: sqlite3.Connection, feed_id: int, *rules: object) -> None:
        if feed_id == 2:
            raise KeyboardInterrupt
        teach(connection, feed_id, *rules)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(teaching, "shift", stop)
        with pytest.raises(KeyboardInterrupt):
            paper.store.learn(NOW)
    assert paper.rows("SELECT feed_id FROM learnt") == [(1,)]
    assert [lesson.feed for lesson in paper.store.learn(NOW)] == ["mirror", "other"]


def test_a_run_that_is_killed_before_it_cleans_leaves_that_to_the_next(paper: Paper, tmp_path: Path) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    paper.store.close()
    with Store.open(tmp_path / "news.db") as store:
        paper.store = store
        assert paper.settle() == {"ledger": (1, 2, 3, 4)}
        assert paper.settle() == {}


def test_a_run_that_is_killed_while_it_cleans_leaves_the_rest_to_the_next(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    source = paper.source()
    paper.store.reclean(source, paper.arrivals(source, (1, 2)), NOW)
    assert paper.settle() == {"ledger": (3, 4)}


def test_rules_that_change_while_articles_are_cleaned_leave_them_to_the_next_run(paper: Paper) -> None:
    paper.publish(PROMO, PANEL, count=4)
    paper.store.learn(NOW)
    [(source, ids)] = paper.store.unclean()
    paper.store.reclean(source, paper.arrivals(source, ids), NOW)
    paper.store.choose((RULE,), "keep", None, NOW)
    paper.store.settled(source)
    assert paper.settle() == {"ledger": ids}
    assert all(PROMO in text and PANEL not in text for text in texts(paper))


def test_nothing_is_written_when_nothing_differs(paper: Paper) -> None:
    paper.publish(PROMO, "Advertisement for a shop", "See also: Headline ledger-2", count=4)
    paper.settle()
    source = paper.source()
    before, changes = dump(paper), paper.store.connection.total_changes
    assert paper.store.reclean(source, paper.arrivals(source), NOW + timedelta(days=9)) == Recleaned(same=4)
    paper.store.settled(source)
    assert paper.store.connection.total_changes == changes
    assert dump(paper) == before


def test_only_what_differs_is_written(paper: Paper) -> None:
    paper.publish(count=3)
    source = paper.source()
    arrivals = paper.arrivals(source)
    arrivals[1] = replace(arrivals[1], article=replace(arrivals[1].article, author="Someone"))
    assert paper.store.reclean(source, arrivals, NOW) == Recleaned(changed=1, same=2)
    assert paper.rows("SELECT author FROM articles ORDER BY id") == [("",), ("Someone",), ("",)]


@pytest.mark.parametrize("column", ["raw_hash", "content_hash"])
def test_cleaning_again_is_never_a_revision(paper: Paper, column: str) -> None:
    paper.publish(count=2)
    paper.store.connection.execute(f"UPDATE articles SET {column} = {'NULL' if column == 'raw_hash' else repr('x')}")
    source = paper.source()
    found = [replace(clean(Entry(guid=f"ledger-{n}", title="Other", content=prose("new"))), author="A") for n in (1, 2)]
    arrivals = [Arrival(entry_hash="another", article=one, page_error="timeout", raw=b"else") for one in found]
    before = paper.rows(LASTING)
    assert paper.store.reclean(source, arrivals, NOW + timedelta(days=1)) == Recleaned(changed=2)
    assert paper.rows("SELECT DISTINCT title, author FROM articles") == [("Other", "A")]
    assert paper.rows(LASTING) == before
    assert paper.rows("SELECT * FROM revisions") == []


def test_an_article_that_waits_for_its_page_goes_on_waiting(paper: Paper) -> None:
    paper.publish()
    paper.store.connection.execute(f"UPDATE articles SET entry_hash = '{AGAIN}2', page_error = 'timeout'")
    source = paper.source()
    [arrival] = paper.arrivals(source)
    paper.store.reclean(source, [replace(arrival, article=replace(arrival.article, author="A"))], NOW)
    assert paper.rows("SELECT entry_hash, page_error, author FROM articles") == [(f"{AGAIN}2", "timeout", "A")]


def test_an_article_that_was_purged_meanwhile_does_not_come_back(paper: Paper) -> None:
    paper.publish(count=2)
    source = paper.source()
    arrivals = paper.arrivals(source)
    paper.store.connection.execute("DELETE FROM articles WHERE id = 1")
    assert paper.store.reclean(source, arrivals, NOW) == Recleaned(same=1, missing=1)
    assert paper.one("SELECT count(*) FROM articles") == 1


def test_links_and_what_to_read_next_follow_the_text(paper: Paper) -> None:
    paper.publish(count=2)
    paper.publish("See also: Headline ledger-1")
    source = paper.source()
    assert paper.rows("SELECT related_id, kind FROM see_also WHERE article_id = 3") == [(1, "see_also")]
    arrivals = paper.arrivals(source)
    link = Link(kind="see_also", title="Headline ledger-2", label="See also")
    arrivals[2] = replace(arrivals[2], article=replace(arrivals[2].article, links=(link,)))
    paper.store.reclean(source, arrivals, NOW)
    assert paper.rows("SELECT target_id FROM links") == [(2,)]
    assert paper.rows("SELECT related_id, kind FROM see_also WHERE article_id = 3") == [(2, "see_also")]


def test_a_title_that_changes_takes_the_links_to_it_along(paper: Paper) -> None:
    paper.publish("See also: The very headline that was sought")
    paper.publish()
    source = paper.source()
    arrivals = paper.arrivals(source)
    arrivals[1] = replace(arrivals[1], article=replace(arrivals[1].article, title="The very headline that was sought"))
    paper.store.reclean(source, arrivals, NOW)
    assert paper.rows("SELECT target_id FROM links") == [(2,)]
    assert [hit.id for hit in paper.store.search("sought")] == [2]


def test_copies_find_each_other_once_their_chrome_is_gone_and_part_when_it_is_back(paper: Paper) -> None:
    long = " ".join(f"panel{number} asked" for number in range(90)) + " for more."
    paper.publish(long, first=prose("same"))
    paper.publish(first=prose("same"), feed="mirror", day=1)
    assert paper.one("SELECT count(*) FROM duplicates") == 0
    rule = name(hash_of(long))
    assert paper.store.choose((rule,), "cut", "ledger", NOW) == []
    assert paper.settle() == {"ledger": (1,)}
    assert paper.rows("SELECT id, duplicate_of FROM articles") == [(1, None), (2, 1)]
    paper.store.choose((rule,), "forget", "ledger", NOW)
    assert paper.settle() == {"ledger": (1,)}
    assert paper.rows("SELECT id, duplicate_of FROM articles") == [(1, None), (2, None)]


def test_search_and_kin_follow(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.relate()
    assert len(paper.store.search("harbour")) == 4
    paper.settle()
    assert paper.store.search("harbour") == []
    assert paper.one("SELECT count(*) FROM article_terms WHERE state = 'new'") == 4
    paper.store.relate()
    assert paper.one("SELECT count(*) FROM article_terms WHERE state = 'new'") == 0


def test_what_was_cut_by_a_kept_rule_comes_back(paper: Paper) -> None:
    paper.publish(PROMO, PANEL, count=4)
    paper.settle()
    paper.publish(count=2)
    assert paper.store.choose((RULE,), "keep", "ledger", NOW) == []
    assert paper.settle() == {"ledger": (1, 2, 3, 4)}
    assert [PROMO in text for text in texts(paper)] == [True] * 4 + [False] * 2
    assert not any(PANEL in text for text in texts(paper))
    paper.store.choose((RULE,), "forget", "ledger", NOW)
    assert paper.settle() == {"ledger": (1, 2, 3, 4)}
    assert not any(PROMO in text for text in texts(paper))


def test_a_shipped_rule_that_is_kept_concerns_those_it_cut_and_once_it_is_not_all(paper: Paper) -> None:
    paper.publish("Advertisement for a shop", count=2)
    paper.publish(count=2)
    paper.publish("Advertisement for a fair", feed="mirror")
    assert paper.store.choose(("advert",), "keep", "ledger", NOW) == []
    assert paper.settle() == {"ledger": (1, 2)}
    assert paper.rows("SELECT article_id FROM cuts") == [(5,)]
    paper.store.choose(("advert",), "cut", "ledger", NOW)
    assert paper.settle() == {"ledger": (1, 2, 3, 4)}
    assert paper.one("SELECT count(*) FROM cuts") == 3


def test_a_choice_that_is_taken_back_at_once_concerns_nothing(paper: Paper) -> None:
    paper.publish("Advertisement for a shop", PROMO, count=4)
    paper.settle()
    for rule in ("advert", RULE):
        paper.store.choose((rule,), "keep", None, NOW)
        paper.store.choose((rule,), "forget", None, NOW)
    assert paper.store.unclean() == ()


def test_a_choice_that_was_at_work_for_a_while_is_remembered(paper: Paper) -> None:
    paper.publish("Advertisement for a shop", count=2)
    paper.store.choose(("advert",), "keep", None, NOW)
    paper.publish("Advertisement for a fair")  # while the others are not cleaned again so far
    paper.store.choose(("advert",), "forget", None, NOW)
    assert paper.settle() == {"ledger": (1, 2, 3)}
    assert paper.one("SELECT count(*) FROM cuts") == 3


def test_a_choice_that_half_of_the_articles_followed_is_remembered(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.settle()
    paper.store.choose((RULE,), "keep", None, NOW)
    source = paper.source()
    paper.store.reclean(source, paper.arrivals(source, (1, 2)), NOW)  # and the run is killed
    paper.store.choose((RULE,), "forget", None, NOW)
    assert paper.settle() == {"ledger": (1, 2)}
    assert not any(PROMO in text for text in texts(paper))


@pytest.mark.parametrize("rule", ["advert", RULE])
@pytest.mark.parametrize("asks", [False, True])
def test_what_is_chosen_while_articles_are_at_work_holds_for_them(paper: Paper, rule: str, asks: bool) -> None:
    below = (PROMO, "Advertisement for a shop")
    paper.publish(*below, feed="mirror")
    paper.store.choose((RULE,), "cut", None, NOW)
    paper.settle()
    harvest = paper.poll(*below)
    paper.store.choose((rule,), "keep", None, NOW)
    if asks:
        assert paper.store.concern() == (Concern(feed="mirror", articles=1),)
    paper.store.keep(harvest)
    assert paper.settle() == {"ledger": (2,), "mirror": (1,)}
    source = paper.source()
    assert paper.store.reclean(source, paper.arrivals(source), NOW) == Recleaned(same=1)
    assert {rule for (rule,) in paper.rows("SELECT rule FROM cuts")} == {RULE, "advert"} - {rule}


def test_articles_that_were_at_work_under_a_choice_that_is_taken_back_since_are_cleaned_again(paper: Paper) -> None:
    paper.publish("Advertisement for a shop")
    paper.store.choose(("advert",), "keep", None, NOW)
    harvest = paper.poll("Advertisement for a fair")
    paper.store.choose(("advert",), "forget", None, NOW)
    paper.store.keep(harvest)
    assert paper.settle() == {"ledger": (1, 2)}
    assert paper.one("SELECT count(*) FROM cuts") == 2


def test_to_ask_what_a_choice_concerns_settles_nothing(paper: Paper) -> None:
    paper.publish(PROMO, "Advertisement for a shop", count=4)
    paper.publish("Advertisement for a shop", count=3, feed="mirror")
    paper.store.connection.execute("UPDATE articles SET raw_hash = NULL WHERE id IN (2, 5, 6, 7)")
    paper.store.choose(("advert",), "keep", None, NOW)
    before = dump(paper)
    expected = (Concern(feed="ledger", articles=4, lost=1), Concern(feed="mirror", articles=3, lost=3))
    assert paper.store.concern() == expected
    assert dump(paper) == before
    assert paper.store.raw
    paper.store.raw.path.unlink()
    assert [one.lost for one in paper.store.concern()] == [4, 3]


def test_feeds_that_are_not_asked_for_are_not_looked_at(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    for feed in ("ledger", "mirror"):
        paper.publish("Advertisement for a shop", feed=feed)
    paper.store.choose(("advert",), "keep", None, NOW)
    looked, real = list[str](), recleaning.concerned

    def watched(connection: sqlite3.Connection, feed: Source, before: frozenset[str]) -> set[int]:
        looked.append(feed.slug)
        return real(connection, feed, before)

    monkeypatch.setattr(recleaning, "concerned", watched)
    assert [source.slug for source, _ in paper.store.unclean({"mirror"})] == ["mirror"]
    assert looked == ["mirror"]


def test_an_article_found_in_a_container_stays_in_that_one(paper: Paper) -> None:
    container = Container(host="ledger.example", path="body/div.old story", prose=900)
    harvest = paper.poll(count=3)
    sources = ("container", "fast", "feed")
    made = [
        replace(one, article=replace(one.article, source=source, container=container if source != "feed" else None))
        for one, source in zip(harvest.arrivals, sources, strict=True)
    ]
    paper.store.keep(replace(harvest, arrivals=tuple(made)))
    assert [one.container for one in paper.store.entries(paper.source())] == [replace(container, prose=0), None, None]
    hashes = [saved_hash(replace(one.article, container=None)) for one in made]
    saved = [row[0] for row in paper.rows("SELECT saved_hash FROM articles ORDER BY id")]
    assert [was == now for was, now in zip(saved, hashes, strict=True)] == [False, True, True]


def test_a_choice_for_all_holds_for_a_feed_that_comes_later(paper: Paper) -> None:
    paper.publish("Advertisement for a shop")
    paper.store.choose(("advert",), "keep", None, NOW)
    paper.settle()
    paper.store.sync_feeds([Feed(slug="late", url="https://late.example/feed")], NOW)
    paper.publish("Advertisement for a fair", feed="late")
    assert paper.settle() == {}
    assert paper.one("SELECT count(*) FROM cuts") == 0
    paper.store.choose(("advert",), "forget", None, NOW)
    assert paper.settle() == {"late": (2,), "ledger": (1,)}
    assert paper.one("SELECT count(*) FROM cuts") == 2


def test_a_block_that_fades_stays_cut_where_it_was_and_cuts_no_more(paper: Paper) -> None:
    paper.publish(PROMO, count=6)
    paper.settle()
    paper.publish(count=50, day=30)
    assert paper.settle() == {}
    assert paper.rows("SELECT state, last_seen_at FROM learnt") == [("faded", "2026-11-20T12:00:00Z")]
    source = paper.source()
    assert (source.learnt.blocks, source.past) == (frozenset(), ((hash_of(PROMO), "2026-11-20T12:00:00Z"),))
    assert source.learnt_for("2026-11-20T11:00:00Z").blocks == {hash_of(PROMO)}
    paper.publish(PROMO, day=31)
    assert paper.settle() == {}
    assert [PROMO in text for text in texts(paper)] == [False] * 56 + [True]
    assert paper.store.reclean(source, paper.arrivals(source), NOW) == Recleaned(same=57)


def test_a_faded_block_that_is_kept_comes_back_everywhere(paper: Paper) -> None:
    paper.publish(PROMO, count=6)
    paper.settle()
    paper.publish(count=50, day=30)
    paper.settle()
    paper.store.choose((RULE,), "keep", None, NOW)
    assert paper.settle() == {"ledger": (1, 2, 3, 4, 5, 6)}
    paper.store.choose((RULE,), "forget", None, NOW)
    assert paper.settle() == {"ledger": (1, 2, 3, 4, 5, 6)}
    assert not any(PROMO in text for text in texts(paper))


def test_a_block_that_is_learnt_again_is_cut_wherever_it_stands(paper: Paper) -> None:
    paper.publish(PROMO, count=6)
    paper.settle()
    paper.publish(count=50, day=30)
    paper.settle()
    paper.publish(PROMO, count=40, day=60)
    assert paper.settle() == {"ledger": tuple(range(57, 97))}
    assert not any(PROMO in text for text in texts(paper))


def test_cuts_of_a_block_that_was_learnt_too_soon_are_undone(paper: Paper) -> None:
    paper.publish(PROMO, count=3)
    paper.settle()
    assert not any(PROMO in text for text in texts(paper))
    paper.publish(count=20)
    assert paper.store.learn(NOW) == (Lesson(feed="ledger", withdrawn=1),)
    assert paper.settle() == {"ledger": (1, 2, 3)}
    assert [PROMO in text for text in texts(paper)] == [True] * 3 + [False] * 20


def test_the_title_and_numbers_of_a_block_may_differ(paper: Paper) -> None:
    for number in range(1, 5):
        paper.publish(f"The post Headline ledger-{number} first appeared in the Ledger, {number * 7} comments")
    assert paper.settle() == {"ledger": (1, 2, 3, 4)}
    assert not any("The post" in text for text in texts(paper))


def test_entries_come_in_order_page_by_page_as_they_came_in(paper: Paper) -> None:
    for feed in ("ledger", "mirror", "ledger"):
        paper.publish(feed=feed, count=5)
    source = paper.source()
    first = paper.store.entries(source, limit=4)
    rest = paper.store.entries(source, after=first[-1].id, limit=100)
    assert [one.id for one in (*first, *rest)] == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    assert paper.store.entries(source, after=15) == []
    one = rest[-1]
    assert (one.guid, one.first_seen_at, one.entry_hash) == ("ledger-15", "2026-11-20T12:00:00Z", "hledger-15")
    assert one.entry is not None
    assert (one.entry.title, one.page, one.raw) == ("Headline ledger-15", None, pack(one.entry))


def test_of_named_entries_those_that_are_gone_or_of_other_feeds_are_passed_over(paper: Paper) -> None:
    paper.publish(count=8)
    paper.publish(feed="mirror")
    paper.store.connection.execute("DELETE FROM articles WHERE id BETWEEN 2 AND 5")
    source, ids = paper.source(), (1, 2, 3, 4, 5, 7, 8, 9)
    assert [one.id for one in paper.store.entries(source, limit=2, ids=ids)] == [1]
    assert [one.id for one in paper.store.entries(source, after=1, limit=2, ids=ids)] == [7, 8]
    assert paper.store.entries(source, after=8, limit=2, ids=ids) == []


def raw(paper: Paper) -> sqlite3.Connection:
    assert paper.store.raw
    return sqlite3.connect(paper.store.raw.path, isolation_level=None)


LOST: dict[str, Callable[[sqlite3.Connection], object]] = {
    "it was deleted": lambda file: file.execute("DELETE FROM raw"),
    "its bytes are damaged": lambda file: file.execute("UPDATE raw SET body = x'00112233'"),
}
BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "it is another program's": (lambda path: alter(path, "PRAGMA application_id = 7"), "not a raw file of fanmill"),
    "it is no database": (lambda path: path.write_text("garbage " * 20), "not a SQLite database"),
    "it has no table": (lambda path: alter(path, "DROP TABLE raw"), "no such table"),
}


def alter(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(statement)


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_an_entry_without_its_raw_input_comes_all_the_same(
    paper: Paper, lose: Callable[[sqlite3.Connection], object], tmp_path: Path
) -> None:
    paper.publish()
    paper.store.close()
    file = raw(paper)
    lose(file)
    file.close()
    with Store.open(tmp_path / "news.db") as store:
        [one] = store.entries(store.sources(("ledger",))[0])
        assert (one.id, one.guid, one.entry, one.raw) == (1, "ledger-1", None, None)


@pytest.mark.parametrize(("ruin", "told"), BROKEN.values(), ids=BROKEN)
def test_a_raw_file_that_cannot_be_used_is_told_in_one_line(
    paper: Paper, ruin: Callable[[Path], object], told: str, tmp_path: Path
) -> None:
    paper.publish()
    paper.store.close()
    ruin(tmp_path / "news.raw.db")
    with Store.open(tmp_path / "news.db") as store, pytest.raises(RawError, match=told) as error:
        store.entries(store.sources(("ledger",))[0])
    assert "\n" not in str(error.value)


def test_a_copy_makes_do_with_the_raw_input_of_its_original_and_writes_none_into_it(
    paper: Paper, tmp_path: Path
) -> None:
    paper.publish(count=2)
    kept = paper.store.entries(paper.source())
    paper.store.close()
    before = (tmp_path / "news.raw.db").read_bytes()
    (tmp_path / "stage").mkdir()
    copy(tmp_path / "news.db", tmp_path / "stage" / "news.db")
    with Store.open(tmp_path / "stage" / "news.db", original=tmp_path / "news.db") as store:
        paper.store = store
        assert store.entries(paper.source()) == kept
        paper.publish()
        assert [one.entry is None for one in store.entries(paper.source())] == [False] * 3
        assert store.concern() == ()
    assert (tmp_path / "news.raw.db").read_bytes() == before


def test_raw_input_that_the_article_is_not_made_of_is_none(paper: Paper) -> None:
    paper.publish(count=2)
    paper.store.connection.execute("UPDATE articles SET raw_hash = NULL WHERE id = 1")
    paper.store.connection.execute("UPDATE articles SET raw_hash = 'another' WHERE id = 2")
    assert [one.entry for one in paper.store.entries(paper.source())] == [None, None]


def test_a_raw_file_that_is_locked_is_told_in_one_line(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.raw.WAIT", 0.01)
    paper.publish()
    assert paper.store.raw
    paper.store.raw.close()
    file = raw(paper)
    file.execute("PRAGMA journal_mode = DELETE")
    file.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked by another program") as error:
        paper.store.entries(paper.source())
    assert "\n" not in str(error.value)
    file.close()


def test_what_would_change_is_told_and_nothing_is_written(paper: Paper) -> None:
    paper.publish(PROMO, "See also: Headline ledger-9", count=4)
    paper.store.learn(NOW)
    source = paper.source()
    arrivals = paper.arrivals(source)
    arrivals[3] = replace(arrivals[3], article=replace(
        arrivals[3].article, title="Other", author="Someone", links=(Link(kind="outbound", title="t", url="https://x.example/"),)
    ))  # fmt: skip
    before = dump(paper)
    found = paper.store.compare(source, arrivals, NOW)
    assert dump(paper) == before
    assert [one.article_id for one in found] == [1, 2, 3, 4]
    text = texts(paper)[0]
    assert found[0] == Difference(
        article_id=1,
        headline="Headline ledger-1",
        text=(text, text.removesuffix(GAP + PROMO)),
        cuts=((), (f"{RULE}: {PROMO}",)),
    )
    assert found[3].title == ("Headline ledger-4", "Other")
    assert found[3].links == (("see_also: See also: Headline ledger-9",), ("outbound: t <https://x.example/>",))
    assert found[3].fields == ("author",)
    paper.store.reclean(source, arrivals, NOW)
    assert paper.store.compare(source, arrivals, NOW) == []


def test_a_reader_may_compare(paper: Paper, tmp_path: Path) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    with Store.open(tmp_path / "news.db", write=False) as store:
        [source] = store.sources(("ledger",))
        assert len(store.compare(source, paper.arrivals(source), NOW)) == 4


def test_articles_of_an_older_fanmill_get_their_marks_when_they_are_cleaned_again(paper: Paper) -> None:
    paper.publish(PROMO, count=60)
    marks = paper.rows("SELECT * FROM article_marks")
    paper.store.connection.execute("DELETE FROM article_marks")
    paper.store.connection.execute("DELETE FROM feed_rules")
    source = paper.source()
    for start in (0, 16, 32, 48):
        paper.store.reclean(source, paper.arrivals(source)[start : start + 16], NOW)
    assert paper.rows("SELECT * FROM article_marks") == marks
    changes = paper.store.connection.total_changes
    assert paper.store.reclean(source, paper.arrivals(source), NOW) == Recleaned(same=60)
    assert paper.store.connection.total_changes == changes
    assert paper.store.learn(NOW) == (Lesson(feed="ledger", learnt=1),)


def test_an_entry_that_is_dropped_later_does_not_make_its_article_another(paper: Paper) -> None:
    from extractors.model import Dropped

    paper.publish()
    state = next(one for one in paper.store.due(NOW, ("ledger",), force=True))
    wall = pack(Entry(guid="ledger-1", content="Log in to read on"))
    drop = Drop(entry_hash="d", dropped=Dropped(guid="ledger-1", url=None, reason="wall"), raw=wall)
    paper.store.keep(Harvest(run_id=paper.run, feed=state, poll=Poll(started_at=NOW, outcome="new"), drops=(drop,)))
    assert [one.entry for one in paper.store.entries(paper.source())] == [None]


def test_an_unknown_feed_is_told_in_one_line(paper: Paper) -> None:
    with pytest.raises(StoreError, match="there is no feed 'nobody'"):
        paper.store.sources(("ledger", "nobody"))
    assert [source.slug for source in paper.store.sources()] == ["ledger", "mirror", "other"]


def test_to_find_that_all_is_clean_takes_no_time(paper: Paper, pace: float) -> None:
    paper.store.connection.execute("""INSERT INTO feeds(slug, url, added_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        SELECT 'feed' || i, 'https://x.example/' || i, '2026' FROM n""")
    paper.store.connection.execute("""INSERT INTO feed_rules(feed_id, rules, cleaned_by)
        SELECT id, 'learnt.00112233445566' || id, 'learnt.00112233445566' || id FROM feeds""")
    begun = time.process_time()
    for _ in range(10):
        assert (paper.store.unclean(), paper.store.learn(NOW)) == ((), ())
    assert time.process_time() - begun < 0.05 * pace


def happen(paper: Paper, chance: random.Random, day: int) -> None:
    """One thing that may happen to a store: articles, a choice, a run that is killed, a run."""
    below = [text for text in (PROMO, PANEL, "Advertisement for a shop") if chance.random() < 0.5]
    rule = chance.choice((RULE, name(hash_of(PANEL)), "advert"))
    where = chance.choice((None, "ledger", "mirror"))
    match chance.choice(("publish", "publish", "late", "choose", "learn", "clean", "run")):
        case "late":
            harvest = paper.poll(*below, feed=chance.choice(FEEDS[:2]), count=chance.choice((1, 4)), day=day)
            for choice in chance.choices(("keep", "cut", "forget"), k=chance.choice((1, 2))):
                paper.store.choose((rule,), choice, where, NOW, shipped={"advert"})
            paper.store.concern()
            paper.store.keep(harvest)
        case "publish":
            paper.publish(*below, feed=chance.choice(FEEDS[:2]), count=chance.choice((1, 4, 25)), day=day)
        case "choose":
            paper.store.choose(
                (rule,), chance.choice(("keep", "cut", "forget", "forget")), where, NOW, shipped={"advert"}
            )
        case "learn":
            paper.store.learn(NOW)
        case "clean":
            for source, ids in paper.store.unclean():
                paper.store.reclean(source, paper.arrivals(source, ids[: len(ids) // 2]), NOW)
        case "run":
            paper.settle()


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happened_a_run_leaves_every_article_as_the_rules_of_now_clean_it(paper: Paper, seed: int) -> None:
    chance = random.Random(seed)
    for day in range(14):
        happen(paper, chance, day)
    paper.settle()
    for source in paper.store.sources():
        assert paper.store.reclean(source, paper.arrivals(source), NOW).changed == 0
    assert paper.store.unclean() == ()
    assert paper.rows("SELECT * FROM revisions") == []
