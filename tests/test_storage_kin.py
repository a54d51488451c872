from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from extractors.fingerprints import terms
from flows.newsroom import NOW, Newsroom
from storage import kin
from storage.connection import connect, write_tx
from storage.kin import Kin, forget, relate, remember

CHIPS = "Microsoft halts chips exports as Beijing tightens licences; foundries in Shenzhen idle while licences are renewed. "
PORT = "Dockers in Rotterdam strike over wages; containers wait at the harbour while dockers and the port bargain over wages. "
CROPS = "Drought withers maize across Zambia; farmers sell cattle as maize granaries empty and the drought lasts. "


@dataclass(frozen=True)
class News:
    """A row for the store: `day` counts from the first of November, with a fraction for the hour."""

    name: str
    text: str
    title: str
    day: float = 1.0
    feed: str = "one"
    tags: tuple[str, ...] = ()
    copy_of: str = ""


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = connect(Path(":memory:"))
    yield connection
    connection.close()


def iso(day: float) -> str:
    minutes = round(day * 24 * 60)
    return f"2026-11-{minutes // 1440:02}T{minutes // 60 % 24:02}:{minutes % 60:02}:00Z"


def keep(db: sqlite3.Connection, news: Iterable[News]) -> None:
    with write_tx(db):
        for each in news:
            keep_one(db, each)


def keep_one(db: sqlite3.Connection, news: News) -> None:
    db.execute(
        "INSERT OR IGNORE INTO feeds(slug, url, added_at) VALUES (?, ?, '2026-11-01T00:00:00Z')", (news.feed, news.feed)
    )
    feed = db.execute("SELECT id FROM feeds WHERE slug = ?", (news.feed,)).fetchone()[0]
    original = db.execute("SELECT id FROM articles WHERE uid = ?", (news.copy_of,)).fetchone()
    empty = ("canonical_url", "title_key", "entry_hash", "content_hash", "saved_hash", "extractor", "url")
    row = dict.fromkeys(empty, "") | {
        "uid": news.name,
        "guid": news.name,
        "feed_id": feed,
        "title": news.title,
        "word_count": 1,
        "published_at": iso(news.day),
        "first_seen_at": iso(news.day),
        "duplicate_of": original and original[0],
    }
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    article = db.execute(f"INSERT INTO articles({columns}) VALUES ({marks})", row).lastrowid
    assert article
    for tag in news.tags:
        kind = "company" if tag[0].isupper() else "topic"
        db.execute("INSERT OR IGNORE INTO tags(id, name, kind) VALUES (lower(?), ?, ?)", (tag, tag, kind))
        db.execute(
            "INSERT INTO article_tags(article_id, tag_id, score, source) VALUES (?, lower(?), 1, 'rule')",
            (article, tag),
        )
    remember(db, article, terms(news.title, news.text))


def run(db: sqlite3.Connection, until: str | None = None) -> Kin:
    with write_tx(db):
        return relate(db, until=until)


def run_and_die(db: sqlite3.Connection) -> None:
    with write_tx(db):
        relate(db)
        raise KeyboardInterrupt


def see_also(db: sqlite3.Connection, kind: str = "related") -> dict[str, list[str]]:
    query = """SELECT a.uid, b.uid FROM see_also AS s JOIN articles AS a ON a.id = s.article_id
        JOIN articles AS b ON b.id = s.related_id WHERE s.kind = ? ORDER BY a.uid, s.rank"""
    found: dict[str, list[str]] = {}
    for one, other in db.execute(query, (kind,)):
        found.setdefault(one, []).append(other)
    return found


def stories(db: sqlite3.Connection) -> set[frozenset[str]]:
    query = "SELECT group_concat(uid, ' ') FROM articles WHERE story_id IS NOT NULL GROUP BY story_id"
    return {frozenset(row[0].split()) for row in db.execute(query)}


def everything(db: sqlite3.Connection) -> list[Any]:
    """All that `relate` wrote, by the names of the articles."""
    queries = (
        """SELECT a.uid, b.uid, s.rank, s.score, s.kind, s.reason FROM see_also AS s JOIN articles AS a ON a.id = s.article_id
        JOIN articles AS b ON b.id = s.related_id ORDER BY 1, 3""",
        """SELECT a.uid, l.uid, s.size, s.first_seen_at FROM articles AS a JOIN stories AS s ON s.id = a.story_id
        JOIN articles AS l ON l.id = s.lead_article_id ORDER BY 1""",
        "SELECT term, articles FROM term_counts ORDER BY 1",
        "SELECT w.term, a.uid, w.weight FROM term_weights AS w JOIN articles AS a ON a.id = w.article_id ORDER BY 1, 2",
    )
    return [db.execute(query).fetchall() for query in queries]


# Three events, each told by three outlets in other words on days 10 and 11, and a background article on days 2 to 4.
EVENTS = {
    "chips": (CHIPS, "Microsoft halts chips exports", ("minister", "banker", "teacher")),
    "port": (PORT, "Rotterdam dockers strike", ("mayor", "captain", "clerk")),
    "crops": (CROPS, "Zambia drought withers maize", ("grower", "miller", "priest")),
}
NEWSROOM = [
    News(
        name=f"{event}-{number}",
        text=f"{text} What a {witness} saw.",
        title=f"{title}, {witness} says",
        day=10 + number / 3,
        feed=f"outlet{number}",
    )
    for event, (text, title, witnesses) in EVENTS.items()
    for number, witness in enumerate(witnesses)
] + [
    News(name=f"{event}-old", text=text, title=event, day=2 + number, feed="outlet0")
    for number, (event, (text, _, _)) in enumerate(EVENTS.items())
]


def test_outlets_that_tell_one_event_make_a_story_and_nothing_else_does(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    counts = run(db)
    assert stories(db) == {frozenset(f"{event}-{n}" for n in range(3)) for event in EVENTS}
    assert counts.stories == 3
    leads = "SELECT a.uid, s.size, s.first_seen_at FROM stories AS s JOIN articles AS a ON a.id = s.lead_article_id"
    assert {row[0] for row in db.execute(leads)} == {"chips-0", "port-0", "crops-0"}
    assert {row[1:] for row in db.execute(leads)} == {(3, iso(10))}


def test_related_are_earlier_articles_of_another_story(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    assert run(db).related == 9
    assert see_also(db) == {f"{event}-{n}": [f"{event}-old"] for event in EVENTS for n in range(3)}
    assert see_also(db, "same_story").keys() == {f"{event}-{n}" for event in EVENTS for n in (1, 2)}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_changes_nothing(db: sqlite3.Connection, seed: int) -> None:
    keep(db, NEWSROOM)
    run(db)
    other = connect(Path(":memory:"))
    keep(other, random.Random(seed).sample(NEWSROOM, len(NEWSROOM)))
    run(other)
    assert everything(other) == everything(db)
    other.close()


def test_two_runs_before_relating_give_what_one_run_gives(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db)
    other = connect(Path(":memory:"))
    keep(other, NEWSROOM[6:])
    keep(other, NEWSROOM[:6])
    run(other)
    assert everything(other) == everything(db)
    other.close()


def test_a_run_killed_while_relating_leaves_nothing_and_the_next_does_it_whole(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    with pytest.raises(KeyboardInterrupt):
        run_and_die(db)
    assert everything(db) == [[], [], [], []]
    assert run(db) == Kin(stories=3, related=9)


def test_relating_again_writes_nothing(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db)
    before = db.total_changes
    assert run(db) == Kin()
    assert db.total_changes == before


def test_what_comes_later_joins_the_story_and_an_earlier_one_takes_the_lead(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM[1:3])
    run(db)
    keep(db, NEWSROOM[:1])
    run(db)
    assert stories(db) == {frozenset({"chips-0", "chips-1", "chips-2"})}
    lead = db.execute("SELECT a.uid FROM stories AS s JOIN articles AS a ON a.id = s.lead_article_id").fetchone()
    assert lead == ("chips-0",)


def printed(edition: int) -> tuple[list[News], set[frozenset[str]]]:
    """The made-up newsroom's articles as its authors wrote them, originals first, and the stories they make."""
    room = Newsroom()
    room.edition = edition
    room.close()
    day = NOW.day + NOW.hour / 24
    news = [
        News(
            name=one.slug,
            text=one.text,
            title=one.title,
            day=day - one.hours / 24,
            feed=one.site,
            copy_of=one.copy_of or one.edited_copy_of or "",
        )
        for one in sorted(room.stories, key=lambda one: bool(one.copy_of or one.edited_copy_of))
    ]
    told: dict[str, set[str]] = {}
    for one in room.stories:
        if one.wire:
            told.setdefault(one.wire, set()).add(one.slug)
    return news, {frozenset(slugs) for slugs in told.values()}


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_the_newsrooms_wire_stories_are_found_and_no_others(db: sqlite3.Connection, edition: int, seed: int) -> None:
    news, wires = printed(edition)
    dice = random.Random(seed)
    keep(db, sorted(dice.sample(news, len(news)), key=lambda one: bool(one.copy_of)))
    run(db)
    assert len(wires) == 2
    assert stories(db) == wires


def test_the_newsrooms_stories_are_the_same_when_feeds_are_related_one_by_one(db: sqlite3.Connection) -> None:
    news, wires = printed(1)
    for feed in random.Random(1).sample(sorted({one.feed for one in news}), 6):
        keep(db, [one for one in news if one.feed == feed and not one.copy_of])
        run(db)
    assert stories(db) == wires


# Invented: an event told twice, two more affairs of the same company, another event, and a roundup of all.
BURST = """A water main burst under the old town of Ferrenby on Monday and flooded the cellars of 60 houses. The utility
Calderwell said that the pipe, laid in 1911, gave way near Tanner Gate at 3am. "We had planned to replace it in May,"
said its director Odile Marchetti. The burst left 4,200 households without water until noon. The mayor, Piet Ransome,
asked Calderwell for a list of all pipes of that age in Ferrenby."""
FLOODED = """Residents along Tanner Gate were still pumping on Tuesday. Some 60 cellars stand under water since a main of
Calderwell from 1911 broke in the night to Monday. For Ferrenby it is the third burst pipe this winter. 4,200 households
had no water for hours. In the town hall Piet Ransome called the state of the network a scandal; for Calderwell, Odile
Marchetti promised that the pipe would be replaced before summer."""
TARIFF = """Calderwell wants to raise its price for drinking water by a tenth from July, the utility said on Tuesday. Its
director Odile Marchetti pointed to the cost of energy and of chemicals. The regulator Ofgrid has until June to object.
The consumer union Hearth called the rise unfounded, as Calderwell paid its owners 35 million euros in dividends last
year, most of it to the fund Brightholm. In Ferrenby a household would pay 40 euros more a year."""
PLANT = """Calderwell has begun to build a plant that takes phosphorus from sewage at Nether Sound. It is to cost 48
million euros and to start in two years, director Odile Marchetti said at the ground-breaking on Monday. The process
comes from the Danish firm Struvex and was tried for three years in Aarhus. Farmers of the Lowmarch union are to buy the
fertiliser. The minister Hanne Brook sent a message of greeting to Calderwell."""
FERRY = """The ferry Gannet ran aground off Skerry Point on Monday evening with 140 people on board. All were taken off
by the lifeboat from Port Ellish within two hours. The operator Northlink said that a rudder had jammed; the captain,
Iain Muirhead, had dropped both anchors. The coastguard in Stornhaven found no oil. A tug from Leith is to pull the
Gannet free at high water on Wednesday."""
GROUNDED = """Divers looked at the hull of the Gannet on Tuesday, which has lain on the rocks of Skerry Point since Monday.
They found a dent of two metres but no leak, Northlink said. A tug from Leith should arrive for the high water on
Wednesday. The 140 people who were on the ferry praised the crew of the Port Ellish lifeboat. Captain Iain Muirhead told
the coastguard in Stornhaven that the rudder had not answered."""
WEEK = """The week in short. Ferrenby: a water main of 1911 burst near Tanner Gate and flooded 60 cellars; Piet Ransome
wants answers from Calderwell and its director Odile Marchetti. At sea: the ferry Gannet ran aground off Skerry Point
with 140 people; the lifeboat from Port Ellish took them off, and Northlink blames a rudder. Captain Iain Muirhead is
being heard in Stornhaven. Money: the price of butter fell at the market of Loxley, and the Aldous bank closed its last
branch in Harrow Vale."""
DESK = {
    "burst": News(name="burst", text=BURST, title="Water main bursts under Ferrenby", day=10, feed="a"),
    "flooded": News(name="flooded", text=FLOODED, title="Sixty cellars and a pipe from 1911", day=11, feed="b"),
    "tariff": News(name="tariff", text=TARIFF, title="Calderwell asks for dearer water", day=11.1, feed="c"),
    "plant": News(name="plant", text=PLANT, title="Calderwell builds phosphorus plant", day=10.2, feed="d"),
    "ferry": News(name="ferry", text=FERRY, title="Ferry aground, all safe", day=10.1, feed="e"),
    "grounded": News(name="grounded", text=GROUNDED, title="Divers find dent in the Gannet", day=11.2, feed="f"),
    "week": News(name="week", text=WEEK, title="The week in short", day=11.5, feed="g"),
}
DESKS = {
    "an event of which no list knows a name is one story in two outlets' words": (
        ("burst", "flooded"),
        {frozenset({"burst", "flooded"})},
    ),
    "two affairs of one company are two stories": (("tariff", "plant"), set()),
    "an accident and a price of one company are two stories": (("burst", "tariff"), set()),
    "a third affair joins neither telling of the first": (
        ("burst", "flooded", "tariff", "plant"),
        {frozenset({"burst", "flooded"})},
    ),
    "events of one day are as many stories": (
        ("burst", "flooded", "ferry", "grounded", "plant", "tariff"),
        {frozenset({"burst", "flooded"}), frozenset({"ferry", "grounded"})},
    ),
}


@pytest.mark.parametrize(("names", "expected"), DESKS.values(), ids=DESKS)
def test_names_in_the_text_tell_events_apart(
    db: sqlite3.Connection, names: tuple[str, ...], expected: set[frozenset[str]]
) -> None:
    keep(db, FILL + [DESK[name] for name in names])
    run(db)
    assert stories(db) == expected


@pytest.mark.parametrize("day", [9.0, 10.05, 10.5, 11.05, 13.0])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_roundup_of_two_events_does_not_glue_them(db: sqlite3.Connection, day: float, at_once: bool) -> None:
    rows = [DESK["burst"], DESK["flooded"], DESK["ferry"], DESK["grounded"], replace(DESK["week"], day=day)]
    keep(db, FILL)
    for row in sorted(rows, key=lambda row: row.day):
        keep(db, [row])
        if not at_once:
            run(db)
    run(db)
    found = [story for story in stories(db) if {"burst", "flooded"} & story and {"ferry", "grounded"} & story]
    assert not found
    assert {frozenset({"burst", "flooded"}), frozenset({"ferry", "grounded"})} == {
        one - {"week"} for one in stories(db)
    }


APART = {
    "one feed does not make a story": [{}, {"feed": "one"}],
    "four days apart is another story": [{}, {"day": 5.1}],
    "other words are another story": [{}, {"text": PORT, "title": "Rotterdam dockers strike"}],
    "the same terms without a name in common are no story": [{"title": "Morning"}, {"title": "Evening"}],
}
FILL = [
    News(name=f"fill{n}", text="Dolor" + "abcdefghijkl"[n], title="Filler" + "abcdefghijkl"[n], feed=f"f{n}")
    for n in range(12)
]


@pytest.mark.parametrize("changes", APART.values(), ids=APART)
def test_what_makes_no_story(db: sqlite3.Connection, changes: list[dict[str, Any]]) -> None:
    base = {"text": CHIPS, "title": "Microsoft halts chips exports"}
    pair = [News(**{"name": str(n), "feed": ("one", "two")[n], **base, **change}) for n, change in enumerate(changes)]
    keep(db, FILL + pair)
    run(db)
    assert stories(db) == set()
    assert db.execute("SELECT count(*) FROM stories").fetchone() == (0,)


def test_two_tags_that_are_names_make_a_story_under_unlike_headlines(db: sqlite3.Connection) -> None:
    tags = ("Microsoft", "China")
    pair = [
        News(name=str(n), text=CHIPS, title=title, feed=str(n), tags=tags)
        for n, title in enumerate(("Morning", "Evening"))
    ]
    keep(db, FILL + pair)
    run(db)
    assert stories(db) == {frozenset({"0", "1"})}
    row = db.execute("SELECT kind, rank, reason FROM see_also").fetchone()
    assert row[:2] == ("same_story", 1)
    assert row[2].startswith("China, Microsoft, ")


def test_copies_follow_their_original_into_its_story_and_have_no_kin_of_their_own(db: sqlite3.Connection) -> None:
    copy = News(
        name="copy", text=CHIPS, title="Microsoft halts chips exports", day=11, feed="copier", copy_of="chips-0"
    )
    keep(db, [*NEWSROOM, copy])
    run(db)
    assert frozenset({"chips-0", "chips-1", "chips-2", "copy"}) in stories(db)
    assert "copy" not in see_also(db)
    assert "copy" not in {other for others in see_also(db).values() for other in others}
    assert db.execute("SELECT max(size) FROM stories").fetchone() == (3,)


def test_an_article_that_turns_out_to_be_a_copy_hands_over(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db)
    keep(db, [News(name="first", text=NEWSROOM[0].text, title=NEWSROOM[0].title, day=9.9, feed="first")])
    with write_tx(db):
        db.execute(
            "UPDATE articles SET duplicate_of = (SELECT id FROM articles WHERE uid = 'first') WHERE uid = 'chips-0'"
        )
        db.execute(
            "UPDATE articles SET duplicate_of = (SELECT id FROM articles WHERE uid = 'chips-1') WHERE uid = 'chips-old'"
        )
    run(db)
    assert frozenset({"first", "chips-0", "chips-1", "chips-2", "chips-old"}) in stories(db)
    lead = "SELECT l.uid, s.size FROM stories AS s JOIN articles AS l ON l.id = s.lead_article_id WHERE l.uid = 'first'"
    assert db.execute(lead).fetchall() == [("first", 3)]
    pointed = {other for others in see_also(db).values() for other in others}
    assert not {"chips-0", "chips-old"} & pointed
    assert "chips-0" not in see_also(db)


def test_at_most_five_and_one_of_a_story(db: sqlite3.Connection) -> None:
    background = [
        News(name=f"b{n}", text=CHIPS + f"Angle{n} sidelight{n}. ", title=f"Sidelight{n}", day=1 + n / 10)
        for n in range(8)
    ]
    keep(db, [*NEWSROOM, *background, News(name="late", text=CHIPS, title="Licences return to the foundries", day=20)])
    run(db)
    found = see_also(db)["late"]
    assert len(found) == 5
    assert len({"chips-0", "chips-1", "chips-2"} & set(found)) <= 1


def test_news_loses_interest_with_age_and_good_ones_come_first(db: sqlite3.Connection) -> None:
    keep(
        db,
        [*FILL, News(name="old", text=CHIPS, title="Old", day=1), News(name="near", text=CHIPS, title="Near", day=18)],
    )
    keep(db, [News(name="now", text=CHIPS, title="Now", day=24)])
    run(db)
    assert see_also(db)["now"] == ["near", "old"]
    scores = [row[0] for row in db.execute("SELECT score FROM see_also WHERE article_id = 15 ORDER BY rank")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_shared_tags_lift_an_article_and_are_named_first(db: sqlite3.Connection) -> None:
    tags = ("Microsoft", "export controls")
    keep(
        db,
        [
            *FILL,
            News(name="plain", text=CHIPS, title="Plain"),
            News(name="tagged", text=CHIPS, title="Tagged", tags=tags),
        ],
    )
    keep(db, [News(name="now", text=CHIPS, title="Now", day=20, tags=tags)])
    run(db)
    assert see_also(db)["now"] == ["tagged", "plain"]
    reason = db.execute("SELECT reason FROM see_also ORDER BY article_id DESC, rank LIMIT 1").fetchone()[0]
    assert reason.split(", ")[:2] == ["export controls", "Microsoft"]
    assert len(reason.split(", ")) == 3


def test_none_is_better_than_a_bad_one(db: sqlite3.Connection) -> None:
    keep(db, [*FILL, News(name="a", text=CHIPS, title="A"), News(name="b", text=PORT, title="B", day=2)])
    run(db)
    assert see_also(db) == {}


def test_the_articles_own_links_come_first_and_are_not_repeated(db: sqlite3.Connection) -> None:
    keep(db, [*FILL, News(name="a", text=CHIPS, title="A"), News(name="b", text=CHIPS, title="B", day=2)])
    keep(db, [News(name="c", text=CHIPS, title="C", day=3)])
    with write_tx(db):
        db.execute(
            """INSERT INTO see_also SELECT c.id, b.id, 1, 1, 'see_also', 'address', 'linked' FROM articles AS c JOIN articles AS b
            WHERE c.uid = 'c' AND b.uid = 'b'"""
        )
    run(db)
    rows = db.execute(
        "SELECT b.uid, s.rank, s.kind FROM see_also AS s JOIN articles AS b ON b.id = s.related_id WHERE s.article_id = 15"
    )
    assert sorted(rows, key=lambda row: row[1]) == [("b", 1, "see_also"), ("a", 2, "related")]


def test_until_leaves_later_articles_for_another_time(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db, until=iso(9))
    assert stories(db) == set()
    run(db)
    assert len(stories(db)) == 3


def test_a_changed_article_is_related_again(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db)
    with write_tx(db):
        article = db.execute("SELECT id FROM articles WHERE uid = 'port-2'").fetchone()[0]
        remember(db, article, terms("Zambia drought withers maize", CROPS))
    assert run(db).related == 1
    assert "crops-old" in see_also(db)["port-2"]


def test_forgetting_takes_an_article_out_of_the_counts(db: sqlite3.Connection) -> None:
    keep(db, NEWSROOM)
    run(db)
    with write_tx(db):
        for row in db.execute("SELECT id FROM articles").fetchall():
            forget(db, row[0])
    assert db.execute("SELECT (SELECT count(*) FROM term_counts), (SELECT count(*) FROM term_weights)").fetchone() == (
        0,
        0,
    )


def test_every_table_is_strict() -> None:
    assert all("STRICT" in statement for statement in kin.TABLES if statement.startswith("CREATE TABLE"))
