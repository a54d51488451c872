"""Tagging stored articles again writes what differs and nothing else, and what people said of tags holds for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Feed
from config.taxonomy import load_taxonomy
from extractors.model import Article
from extractors.subject import Claim, Evidence, Named, Sentence, Tag, Tagging
from extractors.tagging import tags_of
from storage.intents import Arrival, Harvest, Poll
from storage.retagging import Change, Retagged, StoredText
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = "Microsoft sells models. It said so on Tuesday.\n\nNobody else does."


def tag(tag_id: str, kind: str = "topic", score: float = 0.8, word: str = "Microsoft") -> Tag:
    why = Evidence(source="rule", field="text", start=0, end=len(word), detail=word)
    return Tag(id=tag_id, name=tag_id.replace("-", " ").title(), kind=kind, score=score, alone=score, evidence=(why,))


def tagging(*tags: Tag, section: str | None = None, labels: tuple[str, ...] = ()) -> Tagging:
    return Tagging(section=section, tags=tags, labels=labels, own=tags)


FIRST = tagging(tag("big-tech", "section"), tag("funding"), section="Big Tech", labels=("Big Tech", "Funding"))
LATER = tagging(tag("chips", score=0.7), labels=("Chips",))


class Desk:
    """A store with one feed, and the means to bring articles."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug="ledger", url="https://ledger.example/feed", title="The Ledger")], NOW)
        store.tags.name(tags_of(load_taxonomy()))
        self.run = store.start_run("cli", "1.0", NOW)

    def bring(self, *articles: Article, days: int = 0) -> None:
        [feed] = self.store.due(NOW + timedelta(days=days), force=True)
        poll = Poll(started_at=NOW + timedelta(days=days), outcome="new", status=200)
        arrivals = tuple(Arrival(entry_hash=f"{article.guid}{days}", article=article) for article in articles)
        self.store.keep(Harvest(run_id=self.run, feed=feed, poll=poll, arrivals=arrivals))

    def again(self, found: Tagging, *, dry: bool = False) -> Change:
        [stored] = self.store.tags.texts()
        one = Retagged(article_id=stored.id, content_hash=stored.content_hash, tagging=found)
        return self.store.tags.retag([one], dry=dry)

    def tags(self, number: int = 1) -> dict[str, tuple[float, str]]:
        rows = self.store.connection.execute(
            "SELECT tag_id, score, source FROM article_tags WHERE article_id = ? ORDER BY 1", (number,)
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def one(self, sql: str) -> Any:
        return self.store.connection.execute(sql).fetchone()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Store.open(tmp_path / "news.db") as store:
        yield Desk(store)


def article(guid: str = "a", text: str = TEXT, **fields: Any) -> Article:
    address = f"https://ledger.example/{guid}"
    known: dict[str, Any] = {
        "url": address,
        "canonical_url": address,
        "title": "Microsoft sells models",
        "tagging": FIRST,
    }
    return Article(guid=guid, text=text, **(known | fields))


def test_a_text_comes_back_as_the_tagger_wants_it(desk: Desk) -> None:
    claims = (Claim(category="Chips", tag="chips", borne_out=True), Claim(category="A B"))
    desk.bring(article(language="en", tagging=replace(FIRST, claims=claims)))
    [stored] = desk.store.tags.texts()
    assert isinstance(stored, StoredText)
    assert (stored.title, stored.text, stored.language) == ("Microsoft sells models", TEXT, "en")
    assert (stored.feed, stored.feed_title, stored.trust) == ("ledger", "The Ledger", 0.9)
    assert stored.calls == ("A B", "Chips")


def test_texts_come_in_order_a_few_at_a_time_and_of_some_feeds(desk: Desk) -> None:
    desk.bring(*(article(f"a{number}", f"{TEXT} {number}") for number in range(5)))
    tags = desk.store.tags
    assert [one.id for one in tags.texts(after=1, limit=3)] == [2, 3, 4]
    assert [one.id for one in tags.texts(feeds=("ledger",))] == [1, 2, 3, 4, 5]
    assert tags.texts(feeds=("other",)) == []
    assert [one.id for one in tags.texts_of([4, 99, 2])] == [2, 4]


def test_what_differs_is_written_and_counted(desk: Desk) -> None:
    desk.bring(article())
    told = desk.again(LATER)
    assert told == Change(changed=1, came=(("chips", 1),), went=(("big-tech", 1), ("funding", 1)))
    assert desk.tags() == {"chips": (0.7, "rule")}
    assert desk.one("SELECT section, topic, topic_score, labels FROM articles") == (None, None, None, "Chips")


def test_the_same_again_writes_nothing(desk: Desk) -> None:
    desk.bring(article())
    before = desk.store.connection.total_changes
    assert desk.again(FIRST) == Change(same=1)
    assert desk.store.connection.total_changes == before


def test_a_dry_run_counts_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.bring(article())
    before = desk.store.connection.total_changes
    dry = desk.again(LATER, dry=True)
    assert desk.store.connection.total_changes == before
    assert dry == desk.again(LATER)


def test_nothing_else_of_the_article_is_touched(desk: Desk) -> None:
    desk.bring(article())
    columns = "title, url, content_hash, saved_hash, entry_hash, revision, changed_at, first_seen_at, published_at"
    before = desk.one(f"SELECT {columns} FROM articles")
    desk.again(LATER)
    assert desk.one(f"SELECT {columns} FROM articles") == before
    assert desk.one("SELECT count(*) FROM revisions") == (0,)


def test_a_text_that_changed_meanwhile_is_left_to_the_next_time(desk: Desk) -> None:
    desk.bring(article())
    [stored] = desk.store.tags.texts()
    desk.bring(article(text="Another text altogether, about nothing."), days=1)
    late = Retagged(article_id=stored.id, content_hash=stored.content_hash, tagging=LATER)
    assert desk.store.tags.retag([late]) == Change(gone=1)
    assert "chips" not in desk.tags()


def test_an_article_that_was_deleted_meanwhile_is_gone(desk: Desk) -> None:
    assert desk.store.tags.retag([Retagged(article_id=7, content_hash="x", tagging=LATER)]) == Change(gone=1)


def test_verdicts_hold_over_every_tagging(desk: Desk) -> None:
    desk.bring(article())
    desk.store.tags.correct(1, {"robotics": True, "funding": False}, NOW)
    desk.again(FIRST)
    assert desk.tags() == {"big-tech": (0.8, "rule"), "hardware": (0.9, "parent"), "robotics": (1.0, "user")}
    desk.again(tagging(tag("funding"), tag("chips", score=0.6)))
    assert desk.tags() == {"chips": (0.6, "rule"), "hardware": (0.9, "parent"), "robotics": (1.0, "user")}


def test_verdicts_hold_when_the_publisher_changes_the_article(desk: Desk) -> None:
    desk.bring(article())
    desk.store.tags.correct(1, {"robotics": True, "funding": False}, NOW)
    desk.bring(article(text="Something else is said here now, of money and of chips."), days=1)
    assert desk.one("SELECT revision FROM articles") == (2,)
    assert desk.tags() == {"big-tech": (0.8, "rule"), "hardware": (0.9, "parent"), "robotics": (1.0, "user")}


def test_a_poll_that_brings_the_same_writes_nothing_though_there_are_verdicts(desk: Desk) -> None:
    desk.bring(article())
    desk.store.tags.correct(1, {"robotics": True}, NOW)
    desk.again(FIRST)
    before = desk.one("SELECT tagged_hash FROM articles")
    desk.bring(article(), days=1)
    assert desk.one("SELECT tagged_hash, revision FROM articles") == (*before, 1)
    assert "robotics" in desk.tags()


def test_a_verdict_that_is_taken_back_leaves_what_is_found(desk: Desk) -> None:
    desk.bring(article())
    desk.store.tags.correct(1, {"robotics": True, "funding": False}, NOW)
    desk.again(FIRST)
    desk.store.tags.correct(1, {"robotics": None, "funding": None}, NOW)
    desk.again(FIRST)
    assert desk.tags() == {"big-tech": (0.8, "rule"), "funding": (0.8, "rule")}


def test_a_verdict_can_be_turned_round(desk: Desk) -> None:
    desk.bring(article())
    for holds in (True, False):
        desk.store.tags.correct(1, {"funding": holds}, NOW)
    assert desk.store.tags.corrections() == {1: {"funding": False}}


def test_a_tag_that_only_an_article_has_can_be_corrected_too(desk: Desk) -> None:
    desk.bring(article(tagging=tagging(tag("company:retym", "company"))))
    desk.store.tags.correct(1, {"company:retym": False}, NOW)
    desk.again(tagging(tag("company:retym", "company")))
    assert desk.tags() == {}
    assert desk.store.tags.known(["company:retym"]) == {
        "company:retym": Named(id="company:retym", name="Company:Retym", kind="company")
    }


def test_verdicts_go_with_their_article_and_with_nothing_else(desk: Desk) -> None:
    desk.bring(article("a"), article("b", f"{TEXT} More of it, in other words."))
    for number in (1, 2):
        desk.store.tags.correct(number, {"robotics": True}, NOW)
    desk.store.connection.execute("DELETE FROM articles WHERE id = 1")
    assert desk.store.tags.corrections() == {2: {"robotics": True}}


def test_the_brief_and_what_the_feed_says_are_written_with_the_article_and_anew(desk: Desk) -> None:
    brief = (Sentence(role="lead", start=0, end=23, text=TEXT[:23]),)
    desk.bring(article(brief=brief, tagging=replace(FIRST, claims=(Claim(category="Deals", tag="funding"),))))
    rows = "SELECT role, start, end, sentence FROM article_briefs"
    assert desk.one(rows) == ("lead", 0, 23, "Microsoft sells models.")
    assert desk.one("SELECT category, tag_id, borne_out FROM article_categories") == ("Deals", "funding", 0)
    desk.again(replace(FIRST, claims=(Claim(category="Deals", tag="m-and-a", borne_out=True),)))
    assert desk.one(rows) is None
    assert desk.one("SELECT category, tag_id, borne_out FROM article_categories") == ("Deals", "m-and-a", 1)
    assert desk.one("SELECT big_picture, why_it_matters, source FROM v_briefs") == (None, None, "extract")


TRUST = {
    "categories that the text bears out": (35, 1.0, 0.9),
    "categories that a third of the texts does not name": (45, 0.66, 0.9),
    "categories of which half are wrong": (40, 0.5, 0.6),
    "categories that are never right": (40, 0.0, 0.2),
    "too few to tell": (29, 0.0, 0.9),
}


@pytest.mark.parametrize(("count", "share", "trust"), TRUST.values(), ids=TRUST)
def test_a_feed_is_trusted_as_far_as_its_texts_bear_it_out(desk: Desk, count: int, share: float, trust: float) -> None:
    desk.bring(*claiming(count, share))
    desk.store.learn(NOW)
    assert desk.one("SELECT category_trust FROM feeds") == (trust,)
    assert desk.store.sources(("ledger",))[0].trust == trust


def test_the_word_of_somebody_comes_before_that_of_the_text(desk: Desk) -> None:
    desk.bring(*claiming(30, 1.0))
    for number in range(1, 11):
        desk.store.tags.correct(number, {"funding": False}, NOW)
    desk.store.learn(NOW)
    assert desk.one("SELECT category_trust FROM feeds") == (0.5,)  # (20 + 9) / (20 + 3 · 10 + 10)


def claiming(count: int, share: float) -> list[Article]:
    """Articles that their feed calls Deals, of which a share speaks of deals."""
    return [
        article(
            f"a{number}",
            f"Number {number * 7919} of many, told in {number} ways. {TEXT}",
            tagging=replace(FIRST, claims=(Claim(category="Deals", tag="funding", borne_out=number < share * count),)),
        )
        for number in range(count)
    ]
