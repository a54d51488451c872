"""What `Store.relate` names to read next, and why; asked through the store and its views."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Link
from extractors.subject import Tag, Tagging
from storage.connection import write_tx
from storage.intents import Arrival, Harvest, Poll
from storage.purging import Selection
from storage.reasons import ELSE
from storage.store import Store
from storage.terms import Reach, compare, in_common, nearest, recall

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = ("ledger", "mirror")
CHIPS = """Nvidia asked Washington for licences to ship its accelerators. Export controls keep the accelerators of Nvidia
from buyers in Shenzhen, and foundries wait for licences. Export controls on accelerators were tightened by the ministry
after Kimmo Rantala warned of gaps. Export controls, Kimmo Rantala said, work only with licences."""
LICENCES = """Foundries in Shenzhen count their accelerators. Since export controls were tightened Nvidia ships no
accelerators without licences, and export controls are what the foundries talk about. Only Kimmo Rantala expects that
Nvidia gets licences by spring. The foundries hold accelerators for a quarter."""
CROPS = """Drought withers maize across Zambia. Farmers sell cattle as granaries of maize empty and the drought lasts. The
harvest of maize will be half of the usual, traders in Lusaka say, and the drought may last until March."""
FILL = [
    f"{name} mends {thing} in {place}. The {thing} of {place} were mended before, and {name} will mend {thing} again."
    for name, thing, place in (
        ("Ada", "bridges", "Loxley"), ("Ben", "organs", "Ferrenby"), ("Cleo", "sails", "Leith"), ("Dag", "clocks", "Ulm"),
        ("Eva", "boats", "Skerry"), ("Finn", "lamps", "Harrow"), ("Gus", "roofs", "Aarhus"), ("Hal", "kilns", "Delft"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An article for the store: so many days old, in the feed, with tags as (name, kind)."""

    name: str
    text: str
    days: float = 5.0
    title: str = "Morning edition"
    feed: str = "ledger"
    tags: Sequence[tuple[str, str]] = ()
    links: Sequence[Link] = ()


class Room:
    """A store with two feeds and a few articles that have nothing to do with each other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        self.run = store.start_run("cli", "1", NOW)
        self.keep(*(News(name=text.split()[0], text=text, title=text.split(".")[0], days=9) for text in FILL))

    def keep(self, *news: News) -> None:
        """Keep articles, and relate what is new."""
        for slug in FEEDS:
            arrivals = tuple(
                Arrival(entry_hash=one.name, article=article(one), raw=b"") for one in news if one.feed == slug
            )
            state = next(one for one in self.store.due(NOW, (slug,), force=True))
            poll = Poll(started_at=NOW, outcome="new", status=200)
            self.store.keep(Harvest(run_id=self.run, feed=state, poll=poll, arrivals=arrivals))
        self.store.relate()

    def rows(self, name: str, kind: str = "related", direction: str = "to") -> list[tuple[str, str]]:
        """What an article goes with, as the other's name and the reason; best first."""
        query = """SELECT b.guid, k.evidence FROM v_kin AS k JOIN articles AS a ON a.id = k.article_id
            JOIN articles AS b ON b.id = k.other_id WHERE a.guid = ? AND k.kind = ? AND k.direction = ?
            ORDER BY k.similarity DESC, b.guid"""
        return [(row[0], row[1]) for row in self.store.connection.execute(query, (name, kind, direction))]

    def names(self, name: str, kind: str = "related", direction: str = "to") -> list[str]:
        """The others' names."""
        return [other for other, _ in self.rows(name, kind, direction)]

    def reason(self, one: str, other: str) -> list[str]:
        """The parts of the reason."""
        return dict(self.rows(one))[other].split(", ")

    def id_of(self, name: str) -> int:
        """An article's number."""
        return int(self.store.connection.execute("SELECT id FROM articles WHERE guid = ?", (name,)).fetchone()[0])


def article(news: News) -> Article:
    tags = tuple(Tag(id=name.lower(), name=name, kind=kind, score=0.9) for name, kind in news.tags)
    url = f"https://{news.feed}.example/2026/11/{news.name.lower()}-said"
    return Article(
        guid=news.name, url=url, canonical_url=url, title=news.title, text=news.text,
        published=NOW - timedelta(days=news.days), tagging=Tagging(tags=tags), links=tuple(news.links),
        fingerprint=fingerprint(news.text), terms=terms(news.title, news.text),
    )  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Store.open(tmp_path / "news.db") as store:
        yield Room(store)


def about(seed: int, words: str = CHIPS) -> str:
    """The same words in another order: as like as can be, and no copy."""
    said = words.replace(".", "").split() * 2
    return " ".join(random.Random(seed).sample(said, len(said))) + "."


OLD = News(name="old", text=CHIPS, days=6, title="Ministry tightens rules")
LATE = News(name="late", text=LICENCES, days=1, title="Foundries wait")


def test_an_earlier_article_on_the_same_subject_is_named_with_method_and_score(room: Room) -> None:
    room.keep(OLD, LATE)
    query = """SELECT kind, method, rank, related_title, score BETWEEN 0.2 AND 1 FROM v_see_also WHERE article_id = ?"""
    rows = room.store.connection.execute(query, (room.id_of("late"),)).fetchall()
    assert rows == [("related", "terms", 1, "Ministry tightens rules", 1)]


def test_both_directions_can_be_asked(room: Room) -> None:
    room.keep(OLD, LATE)
    assert room.names("late") == ["old"]
    assert room.names("old") == []
    assert room.names("old", direction="from") == ["late"]


def test_texts_on_nothing_in_common_get_nothing(room: Room) -> None:
    room.keep(OLD, News(name="crops", text=CROPS, days=1, title="Maize withers"))
    assert room.names("crops") == []


SPELT = {
    "tags come first, then a phrase of both": (
        [("Trade", "topic")],
        ["Trade", "export controls"],
    ),
    "of two tags and a third, a phrase takes the third place": (
        [("Chips", "topic"), ("Trade", "topic"), ("Washington", "place")],
        ["Chips", "Trade", "export controls"],
    ),
    "what a tag says is not said again": ([("Nvidia", "company"), ("Export", "topic")], ["Export", "Nvidia"]),
}


@pytest.mark.parametrize(("tags", "first"), SPELT.values(), ids=SPELT)
def test_reasons(room: Room, tags: list[tuple[str, str]], first: list[str]) -> None:
    room.keep(
        News(name="old", text=CHIPS, days=6, title="Ministry tightens rules", tags=tags),
        News(name="late", text=LICENCES, days=1, title="Foundries wait", tags=tags),
    )
    said = room.reason("late", "old")
    assert said[: len(first)] == first
    assert len(said) == 3
    assert len({word.casefold() for part in said for word in part.split()}) == sum(len(part.split()) for part in said)


def test_names_are_spelt_as_names_and_whole(room: Room) -> None:
    room.keep(OLD, LATE)
    room.store.connection.execute("DELETE FROM article_phrases")
    query = "SELECT article_id, related_id FROM see_also WHERE kind = 'related'"
    one, other = room.store.connection.execute(query).fetchone()
    room.store.connection.execute(
        "DELETE FROM term_weights WHERE term NOT IN ('nvidia', 'rantala', 'kimmo', 'licences', 'licence')"
    )
    assert set(in_common(room.store.connection, one, other).split(", ")) == {"Nvidia", "Kimmo Rantala", "licences"}


def test_a_tag_above_another_is_no_reason(room: Room) -> None:
    tags = [("Hardware", "topic"), ("Chips", "topic")]
    room.keep(replace(OLD, tags=tags))
    with write_tx(room.store.connection):
        room.store.connection.execute("UPDATE tags SET parents = '[\"hardware\"]' WHERE id = 'chips'")
    room.keep(replace(LATE, tags=tags))
    said = room.reason("late", "old")
    assert said[0] == "Chips"
    assert "Hardware" not in said


def test_texts_in_pairs_of_characters_have_a_reason_without_half_words(room: Room) -> None:
    one = "政府は半導体の輸出規制を強化した。半導体の規制は来春に始まる。輸出には許可が要る。"
    other = "輸出規制で半導体の工場は休む。許可のない輸出は止まり、半導体が余る。規制に政府は慎重だ。"
    room.keep(
        News(name="old", text=one, days=6, title="半導体"), News(name="late", text=other, days=1, title="輸出規制")
    )
    said = room.reason("late", "old")
    assert "半導体" in said
    assert not {"半導", "導体"} & set(said)
    room.store.connection.execute("DELETE FROM article_phrases")
    assert in_common(room.store.connection, room.id_of("late"), room.id_of("old")) == ELSE


LIFTS = {"a topic that few have lifts": ("Chips", "topic", True), "a place does not": ("Canada", "place", False)}


@pytest.mark.parametrize(("name", "kind", "lifts"), LIFTS.values(), ids=LIFTS)
def test_what_a_shared_tag_is_worth(room: Room, name: str, kind: str, *, lifts: bool) -> None:
    tags = [(name, kind)]
    room.keep(
        News(name="plain", text=about(1), days=6, title="Plain"),
        News(name="tagged", text=about(2), days=6, title="Tagged", tags=tags),
        News(name="late", text=about(3), days=1, title="Late", tags=tags),
    )
    query = """SELECT b.guid, s.score FROM see_also AS s JOIN articles AS b ON b.id = s.related_id
        WHERE s.article_id = ?"""
    scores = dict(room.store.connection.execute(query, (room.id_of("late"),)).fetchall())
    assert (scores["tagged"] > 1.1 * scores["plain"]) is lifts


def test_a_tag_that_all_have_lifts_nothing(room: Room) -> None:
    tags = [("Chips", "topic")]
    crowd = [News(name=f"n{n}", text=about(n, CROPS), days=8, title=f"Crowd {n}", tags=tags) for n in range(10)]
    late = News(name="late", text=about(3), days=1, title="Late", tags=tags)
    room.keep(*crowd, News(name="plain", text=about(1), days=6, title="Plain"), late)
    room.keep(News(name="tagged", text=about(2), days=6, title="Tagged", tags=tags))
    with write_tx(room.store.connection):
        recall(room.store.connection, [room.id_of("late")])
    room.store.relate()
    query = """SELECT b.guid, s.score FROM see_also AS s JOIN articles AS b ON b.id = s.related_id
        WHERE s.article_id = ?"""
    scores = dict(room.store.connection.execute(query, (room.id_of("late"),)).fetchall())
    assert scores["tagged"] < 1.1 * scores["plain"]


def test_what_the_article_links_to_is_not_named_again(room: Room) -> None:
    room.keep(OLD)
    link = Link(kind="see_also", title="Ministry tightens rules", url=article(OLD).url, position=0)
    room.keep(News(name="late", text=LICENCES, days=1, title="Foundries wait", links=(link,)))
    assert room.names("late", "see_also") == ["old"]
    assert room.names("late") == []


def test_five_at_most_after_the_articles_own_link(room: Room) -> None:
    link = Link(kind="see_also", title="Maize withers", url=article(News(name="crops", text="")).url, position=0)
    room.keep(News(name="crops", text=CROPS, days=7, title="Maize withers"))
    room.keep(*(News(name=f"n{n}", text=about(n), days=6 - n / 10, title=f"Angle {n}") for n in range(8)))
    room.keep(News(name="late", text=about(9), days=1, title="Late", links=(link,)))
    query = "SELECT rank, kind FROM see_also WHERE article_id = ? ORDER BY rank"
    rows = room.store.connection.execute(query, (room.id_of("late"),)).fetchall()
    assert rows == [(1, "see_also"), *((rank, "related") for rank in range(2, 7))]


def test_one_of_a_story_and_of_copies(room: Room) -> None:
    room.keep(
        News(name="first", text=CHIPS, days=6, title="Nvidia waits for licences"),
        News(name="copy", text=CHIPS, days=5.9, title="Nvidia waits for licences", feed="mirror"),
        News(name="other", text=about(5), days=5.8, title="Other"),
        News(name="another", text=about(6), days=5.7, title="Another"),
    )
    with write_tx(room.store.connection):
        room.store.connection.execute("INSERT INTO stories(id, first_seen_at, size) VALUES (77, '2026-11-14', 2)")
        room.store.connection.execute("UPDATE articles SET story_id = 77 WHERE guid IN ('other', 'another')")
    room.keep(LATE)
    named = room.names("late")
    assert "first" in named
    assert "copy" not in named
    assert len({"other", "another"} & set(named)) == 1


def test_a_reader_that_lost_one_to_a_purge_gets_another(room: Room) -> None:
    room.keep(*(News(name=f"x{n}", text=about(n), days=30 - n, title=f"T{n}") for n in range(7)))
    room.keep(News(name="late", text=CHIPS, days=20, title="Foundries wait"))
    before = room.names("late")
    oldest = max(before, key=lambda name: -int(name[1:]))
    cut = NOW - timedelta(days=30 - int(oldest[1:]) - 0.5)
    room.store.purge(Selection(before=cut), NOW)
    left = room.names("late")
    assert oldest not in left
    assert len(left) < len(before)
    related = room.store.relate().related
    after = room.names("late")
    assert related >= 1
    assert set(left) <= set(after)
    assert room.store.relate().related == 0


def test_reading_again_finds_the_better_of_two_that_share_words(room: Room) -> None:
    room.keep(OLD, LATE, News(name="crops", text=CROPS, days=3, title="Maize withers"))
    late, others = room.id_of("late"), [room.id_of("crops"), room.id_of("old"), 10_000]
    found = compare(room.store.connection, late, others, 11)
    assert list(found) == others
    assert found[others[1]] > 0.3 > found[others[0]] >= 0
    assert found[10_000] == 0
    assert compare(room.store.connection, 10_000, others, 11) == dict.fromkeys(others, 0.0)


def test_few_may_be_looked_at(room: Room) -> None:
    room.keep(OLD, LATE)
    late = room.id_of("late")
    assert room.id_of("old") in nearest(room.store.connection, late, 0.05)
    assert nearest(room.store.connection, late, 0.05, reach=Reach(looked=0)) == {}


@pytest.mark.parametrize("backwards", [False, True])
def test_of_many_that_are_as_like_the_latest_are_named_whatever_came_first(room: Room, *, backwards: bool) -> None:
    many = [News(name=f"n{n:02}", text=about(1), days=6 - n / 50, title="Morning") for n in range(40)]
    arriving = [replace(each, text=f"{each.text} {each.name}") for each in many]
    room.keep(*(reversed(arriving) if backwards else arriving))
    with write_tx(room.store.connection):
        room.store.connection.execute("UPDATE articles SET duplicate_of = NULL")
        weights = "SELECT term, weight FROM term_weights WHERE article_id = ?"
        same = room.store.connection.execute(weights, (room.id_of("n00"),)).fetchall()
        for each in many:
            article_id = room.id_of(each.name)
            room.store.connection.execute("DELETE FROM term_weights WHERE article_id = ?", (article_id,))
            rows = [(term, article_id, weight) for term, weight in same]
            room.store.connection.executemany("INSERT INTO term_weights VALUES (?, ?, ?)", rows)
    room.keep(News(name="late", text=about(2), days=1, title="Late"))
    assert set(room.names("late")) <= {f"n{n}" for n in range(24, 40)}
    assert len(room.names("late")) == 5
