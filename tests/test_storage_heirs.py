"""What becomes of stories, of what is noted in them and of what was decided when articles become copies, or stop to be."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article
from extractors.subject import Tagging
from storage.connection import write_tx
from storage.store import Store
from storage.terms import recall
from tests.test_storage_store import NOW, Mill
from tests.test_storage_store import article as plain

FEEDS = tuple(f"outlet{n}" for n in range(6))
LATER = NOW + timedelta(hours=1)


def told(name: str, event: str, telling: int, hours: float, **facts: str) -> Article:
    """One of many tellings of an invented event: the same names and words in another order, so many hours ago."""
    order = random.Random(f"{event} {telling}")
    words = [f"{event}{chr(97 + n)}" for n in range(14)]
    lines = [
        f"{' '.join(order.sample(words, 10))} said {event.title()}{letter * 2} Corp and "
        + " ".join(f"fill{event}{telling}x{number}y{n}" for n in range(8))
        + "."
        for number, letter in enumerate("abcdef")
    ]
    title, text = f"{' '.join(words[:3])} variant{telling}", "\n".join(lines)
    return shaped(plain(name, text, title=title, published=NOW - timedelta(hours=hours), tagging=Tagging()), **facts)


def shaped(one: Article, **facts: str) -> Article:
    """An article with other words, and what follows from them."""
    one = replace(one, **facts)  # type: ignore[arg-type]
    return replace(one, terms=terms(one.title, one.text), fingerprint=fingerprint(one.text))


def copy(one: Article, name: str, hours: float) -> Article:
    """The same under another guid and address."""
    url = f"https://mirror.example/{name}"
    return replace(one, guid=name, url=url, canonical_url=url, published=NOW - timedelta(hours=hours))


A, B, D = (told(name, "strike", telling, hours) for name, telling, hours in (("a", 1, 10), ("b", 2, 8), ("d", 5, 6)))
X, Y = told("x", "flood", 1, 30), told("y", "flood", 2, 28)
Z = told("z", "opera", 1, 9)


class Press:
    """A store with six outlets; articles and what is asked of them go by their names."""

    def __init__(self, store: Store) -> None:
        self.mill, self.store = Mill(store), store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)

    def keep(self, *articles: Article, first: int = 0, relate: bool = True) -> None:
        """Keep articles, each in an outlet of its own from `first` on."""
        for number, one in enumerate(articles, first):
            self.mill.keep(one, feed=FEEDS[number], hashed=f"{one.text} {one.published}")
        if relate:
            self.store.relate()

    def id(self, name: str) -> int:
        return int(str(self.mill.one("SELECT id FROM articles WHERE guid = ?", name)))

    def decide(self, verb: str, *names: str, at: timedelta = timedelta()) -> None:
        getattr(self.store.groups, verb)(*map(self.id, names), NOW + at)

    def stories(self) -> set[frozenset[str]]:
        """The articles of each story, copies with them."""
        rows = self.mill.rows("SELECT story_id, guid FROM articles WHERE story_id IS NOT NULL")
        return {frozenset(str(name) for one, name in rows if one == story) for story, _ in rows}

    def sized(self) -> set[tuple[str, int]]:
        """The lead and the size of each story."""
        query = "SELECT a.guid, s.size FROM stories AS s LEFT JOIN articles AS a ON a.id = s.lead_article_id"
        return {(str(lead), int(str(size))) for lead, size in self.mill.rows(query)}

    def notes(self, *kinds: str) -> list[tuple[str, ...]]:
        """Who names whom as what, by rank."""
        query = """SELECT a.guid, b.guid, s.kind, s.rank FROM see_also AS s JOIN articles AS a ON a.id = s.article_id
            JOIN articles AS b ON b.id = s.related_id ORDER BY 1, s.rank"""
        rows = [tuple(map(str, row)) for row in self.mill.rows(query)]
        return [row[:2] if len(kinds) == 1 else row for row in rows if not kinds or row[2] in kinds]

    def choices(self) -> set[tuple[str, str, int]]:
        query = """SELECT min(a.guid, b.guid), max(a.guid, b.guid), c.together FROM pair_choices AS c
            JOIN articles AS a ON a.id = c.article_id JOIN articles AS b ON b.id = c.other_id WHERE about = 'story'"""
        return {(str(one), str(other), int(str(together))) for one, other, together in self.mill.rows(query)}


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    with Store.open(tmp_path / "news.db") as store:
        yield Press(store)


def ranks(press: Press) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in press.notes():
        found.setdefault(row[0], []).append(int(row[3]))
    return found


def in_order(press: Press) -> bool:
    """Whether all ranks run from 1, own links first, related ones last."""
    place = {"see_also": 1, "quotes": 2, "same_story": 3, "related": 4}
    kinds = {one: [place[row[2]] for row in press.notes() if row[0] == one] for one in ranks(press)}
    return all(
        ranks(press)[one] == list(range(1, len(said) + 1)) and said == sorted(said) for one, said in kinds.items()
    )


def test_an_article_edited_into_a_copy_loses_its_kin_and_is_counted(press: Press) -> None:
    press.keep(A, B, D, X)
    press.keep(shaped(B, title=X.title, text=X.text), first=1)
    assert press.sized() == {("a", 2)}
    assert press.stories() == {frozenset({"a", "d"})}
    assert not [row for row in press.notes() if "b" in row[:2]]
    said = Counter(press.mill.rows("SELECT j.key FROM article_terms, json_each(terms) AS j"))
    assert {(term,): count for term, count in press.mill.rows("SELECT term, articles FROM term_counts")} == said


def test_a_copy_that_is_split_off_is_judged_anew_and_counted(press: Press) -> None:
    press.keep(A, B, copy(A, "c", 6))
    press.decide("split", "c")
    press.store.relate()
    assert press.sized() == {("a", 3)}


def test_an_original_that_is_split_from_an_earlier_copy_is_counted(press: Press) -> None:
    press.keep(A, B)
    press.keep(copy(A, "c", 20), first=2)
    assert press.sized() == {("c", 2)}
    press.decide("split", "a")
    press.store.relate()
    assert press.sized() == {("c", 3)}


def test_a_copy_with_another_text_leaves_the_story_of_its_original(press: Press) -> None:
    press.keep(A, B, copy(A, "c", 6))
    press.keep(shaped(copy(A, "c", 6), title=Z.title, text=Z.text), first=2)
    assert press.stories() == {frozenset({"a", "b"})}
    assert press.sized() == {("a", 2)}


def test_a_copy_that_is_now_the_original_takes_its_place(press: Press) -> None:
    press.keep(A, B, copy(A, "c", 6))
    press.keep(copy(A, "c", 20), first=2)
    assert press.mill.rows("SELECT guid FROM articles WHERE duplicate_of IS NOT NULL") == [("a",)]
    assert press.sized() == {("c", 2)}
    assert press.notes("same_story") == [("b", "c")]


def test_what_was_noted_of_a_copy_is_its_originals(press: Press) -> None:
    press.keep(A, B)
    assert press.notes("same_story") == [("b", "a")]
    press.keep(copy(A, "c", 20), first=2)
    assert press.notes("same_story") == [("b", "c")]
    assert press.stories() == {frozenset({"a", "b", "c"})}


def test_two_of_a_story_that_are_copies_are_no_story(press: Press) -> None:
    press.keep(A, B)
    press.decide("join", "a", "b")
    press.store.relate()
    assert press.notes() == []
    assert press.stories() == set()


def test_a_copy_that_comes_late_is_in_the_story(press: Press) -> None:
    press.keep(A, B)
    press.keep(copy(A, "c", 6), first=2)
    assert press.stories() == {frozenset({"a", "b", "c"})}
    assert press.mill.rows("SELECT articles, sources FROM v_stories") == [(3, "outlet0, outlet1, outlet2")]


def test_copies_go_along_to_the_story_of_another_original(press: Press) -> None:
    press.keep(A, B, D, X, Y, copy(A, "c", 6))
    press.decide("join", "a", "x")
    press.store.relate()
    assert press.stories() == {frozenset({"a", "c", "x", "y"}), frozenset({"b", "d"})}
    assert press.sized() == {("x", 2), ("b", 2)}
    assert ("y", "x") in press.notes("same_story")
    assert not [row for row in press.notes("same_story") if {"a", "c"} & {*row}]


def test_copies_are_in_no_story_when_their_original_is_in_none(press: Press) -> None:
    press.keep(A, B, X, copy(A, "c", 6))
    press.decide("part", "a")
    press.decide("join", "c", "x")
    press.store.relate()
    assert press.stories() == set()


def test_uniting_by_a_copy_overrules_what_kept_its_original_apart(press: Press) -> None:
    press.keep(A, B)
    press.decide("part", "a")
    press.keep(copy(A, "c", 20), first=2)
    press.decide("unite", "c", "b", at=timedelta(hours=1))
    assert press.choices() == {("b", "c", 1)}


def test_parting_by_a_copy_overrules_what_put_its_original_there(press: Press) -> None:
    press.keep(A, B)
    press.decide("unite", "a", "b")
    press.keep(copy(A, "c", 20), first=2)
    press.decide("part", "c", at=timedelta(hours=1))
    press.store.relate()
    assert press.choices() == {("b", "c", 0)}
    edited = copy(A, "c", 20)
    press.keep(shaped(edited, text=edited.text + "\nOne more sentence on the same event."), first=2)
    assert press.stories() == set()


def test_what_was_united_with_a_copy_comes_to_the_story_of_its_original(press: Press) -> None:
    press.keep(A, Z, X, Y)
    press.decide("unite", "a", "z")
    press.decide("join", "a", "x")
    press.store.relate()
    assert press.stories() == {frozenset({"a", "x", "y", "z"})}


def test_an_original_leaves_a_story_that_its_copy_is_kept_from(press: Press) -> None:
    press.keep(A, B, D)
    press.decide("part", "a")
    press.decide("join", "a", "d")
    press.store.relate()
    assert press.stories() == set()


def test_of_a_copys_decision_and_its_originals_the_later_holds(press: Press) -> None:
    press.keep(A, B, D)
    press.decide("part", "a")
    press.decide("unite", "d", "b", at=timedelta(hours=1))
    press.decide("join", "a", "d")
    press.store.relate()
    assert press.stories() == {frozenset({"a", "b", "d"})}


def test_what_two_copies_of_one_decided_about_each_other_is_nothing(press: Press) -> None:
    press.keep(A, Z)
    press.decide("unite", "a", "z")
    press.decide("join", "a", "z")
    press.store.relate()
    press.keep(shaped(Z, text=Z.text + "\nOne more sentence on the same event."), first=1)
    assert press.stories() == set()


@pytest.mark.parametrize("verb", ["part", "unite"])
def test_ranks_have_no_gaps_whatever_is_decided(press: Press, verb: str) -> None:
    press.keep(told("o", "strike", 3, 90), told("p", "strike", 4, 89), told("q", "flood", 4, 89))
    press.keep(A, B, first=3)
    press.decide(verb, *("a", "p")[: 1 + (verb == "unite")])
    assert in_order(press)
    press.store.relate()
    assert in_order(press)


def test_parted_articles_are_related_and_united_ones_no_longer(press: Press) -> None:
    press.keep(A, B)
    press.decide("part", "b")
    press.store.relate()
    assert press.notes("related") == [("b", "a")]
    press.decide("unite", "a", "b")
    press.store.relate()
    assert press.notes("related") == []
    assert press.notes("same_story") == [("b", "a")]


def test_a_story_has_another_lead_when_a_date_moves(press: Press) -> None:
    press.keep(A, B)
    press.keep(replace(B, published=NOW - timedelta(hours=20)), first=1)
    assert press.sized() == {("b", 2)}


def test_relating_again_changes_nothing_after_all_that(press: Press) -> None:
    press.keep(A, B, D, X, Y, copy(A, "c", 20))
    press.decide("join", "a", "x")
    press.decide("part", "d")
    press.store.relate()
    before = press.notes(), press.stories(), press.sized()
    with write_tx(press.store.connection):
        recall(press.store.connection, [press.id(name) for name in "bdxy"])
    press.store.relate()
    assert (press.notes(), press.stories(), press.sized()) == before
