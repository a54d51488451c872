"""Stories of headlines, and what somebody decided of stories."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.fingerprints import is_name
from storage import candidates, stories
from storage.connection import connect, write_tx
from storage.kin import remember
from tests.test_storage_kin import CHIPS, FILL, News, keep, run, see_also
from tests.test_storage_kin import stories as told

AT = datetime(2026, 11, 20, tzinfo=UTC)

# Invented: two events in headlines alone, each by outlets that share a few words, and headlines on neither.
FERRY = (
    "Ferry Gannet runs aground off Skerry Point",
    "Gannet ferry aground at Skerry Point, 140 rescued",
    "Lifeboat takes 140 off the ferry Gannet",
    "Skerry Point: ferry Gannet rescued at high water",
    "Rudder jammed before Gannet hit Skerry Point",
)
BURST = (
    "Water main bursts under Ferrenby, cellars flooded",
    "Ferrenby cellars flooded as water main bursts",
    "Burst water main leaves Ferrenby households dry",
    "Ferrenby mayor asks Calderwell about burst main",
)
OTHERS = (
    "Butter falls at the market of Loxley",
    "Aldous bank closes its last branch",
    "Ferry fares to rise in spring",
    "Zambia maize withers in drought",
)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = connect(Path(":memory:"))
    yield connection
    connection.close()


def headlines(name: str, titles: tuple[str, ...], day: float = 10.0) -> list[News]:
    """Articles that are but a headline, an hour and an outlet apart."""
    return [
        News(name=f"{name}-{n}", text="", title=title, day=day + n / 24, feed=f"outlet{n}")
        for n, title in enumerate(titles)
    ]


NEWS = [*headlines("ferry", FERRY), *headlines("burst", BURST, 10.02), *headlines("other", OTHERS, 10.03)]
FOUND = {frozenset(f"ferry-{n}" for n in range(5)), frozenset(f"burst-{n}" for n in range(4))}


def number(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute("SELECT id FROM articles WHERE uid = ?", (name,)).fetchone()[0])


def part(db: sqlite3.Connection, name: str) -> tuple[int, ...]:
    with write_tx(db):
        return stories.part(db, number(db, name), AT)


def unite(db: sqlite3.Connection, one: str, other: str) -> bool:
    with write_tx(db):
        return stories.unite(db, number(db, one), number(db, other), AT)


def choices(db: sqlite3.Connection) -> set[tuple[frozenset[str], int]]:
    query = """SELECT a.uid, b.uid, c.together FROM pair_choices AS c JOIN articles AS a ON a.id = c.article_id
        JOIN articles AS b ON b.id = c.other_id WHERE c.about = 'story'"""
    return {(frozenset((one, other)), together) for one, other, together in db.execute(query)}


def anew(db: sqlite3.Connection, *names: str) -> None:
    """Have articles related as if they came now, in no story."""
    with write_tx(db):
        for name in names:
            article = number(db, name)
            db.execute("UPDATE articles SET story_id = NULL WHERE id = ?", (article,))
            said = db.execute("SELECT terms FROM article_terms WHERE article_id = ?", (article,)).fetchone()[0]
            remember(db, article, json.loads(said).items())
        for (story,) in db.execute("SELECT id FROM stories").fetchall():
            stories.settle(db, story)


def test_headlines_on_one_event_make_a_story_and_others_none(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    assert run(db).stories == 2
    assert told(db) == FOUND


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_headlines_arrive_changes_nothing(db: sqlite3.Connection, seed: int) -> None:
    keep(db, random.Random(seed).sample(NEWS, len(NEWS)))
    run(db)
    assert told(db) == FOUND


def test_headlines_related_one_by_one_make_the_same_stories(db: sqlite3.Connection) -> None:
    for each in sorted(NEWS, key=lambda one: one.day):
        keep(db, [each])
        run(db)
    assert told(db) == FOUND


def test_a_headline_on_two_events_does_not_glue_them(db: sqlite3.Connection) -> None:
    week = News(
        name="week",
        text="",
        title="The week: ferry Gannet aground off Skerry Point, water main bursts under Ferrenby",
        day=10.5,
        feed="g",
    )
    keep(db, [*NEWS, week])
    run(db)
    assert {story - {"week"} for story in told(db)} == FOUND


def test_a_headline_like_two_stories_of_one_event_makes_them_one(db: sqlite3.Connection) -> None:
    one = ("Gannet aground at Skerry", "Gannet lies aground at Skerry")
    other = ("Lifeboat rescues Gannet passengers", "Lifeboat crew rescues Gannet passengers")
    keep(db, FILL + headlines("one", one) + headlines("other", other, 10.1))
    run(db)
    assert len(told(db)) == 2
    both = "Lifeboat rescues passengers as Gannet lies aground at Skerry"
    keep(db, [News(name="both", text="", title=both, day=10.5, feed="both")])
    run(db)
    assert told(db) == {frozenset({"one-0", "one-1", "other-0", "other-1", "both"})}
    assert db.execute("SELECT count(*) FROM stories").fetchone() == (1,)
    assert len(see_also(db, "same_story")["both"]) == 2


NO_STORY = {
    "one feed": ({"feed": "one"}, {"feed": "one"}),
    "four days": ({}, {"day": 14.1}),
    "one word in common": ({"title": "Ferrenby"}, {"title": "Ferrenby votes"}),
    "no words": ({"title": "12:30"}, {"title": "12:30"}),
}


@pytest.mark.parametrize("changes", NO_STORY.values(), ids=NO_STORY)
def test_what_makes_no_story_of_two_headlines(db: sqlite3.Connection, changes: tuple[dict[str, Any], ...]) -> None:
    pair = headlines("burst", BURST[:2])
    keep(db, FILL + [replace(one, **change) for one, change in zip(pair, changes, strict=True)])
    run(db)
    assert told(db) == set()


@pytest.mark.parametrize(
    ("title", "text", "bare"),
    [
        ("Gannet aground", "", True),
        ("Gannet aground", "read on for more", True),
        ("Gannet aground", "In Stornhaven, Iain Muirhead spoke.", False),
        ("Boats", "they went to Öland by boat last summer and liked it there", False),
        ("Gannet aground", "of " + " ".join(f"w{chr(97 + n)}rd" for n in range(26)), False),
        ("Gannet aground", "and 140 passengers", False),
    ],
)
def test_an_article_is_bare_when_it_says_no_more_than_a_headline(
    db: sqlite3.Connection, title: str, text: str, bare: bool
) -> None:
    keep(db, [News(name="a", title=title, text=text)])
    assert candidates.is_bare(db, 1) == bare


def test_same_story_rows_say_how_they_were_found(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    unite(db, "ferry-0", "other-0")
    query = "SELECT DISTINCT method FROM see_also WHERE kind = 'same_story' ORDER BY 1"
    assert [row[0] for row in db.execute(query)] == ["chosen", "terms"]


def test_an_article_that_was_parted_stays_out_whatever_comes(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    rest = part(db, "ferry-1")
    assert list(rest) == [number(db, f"ferry-{n}") for n in (0, 2, 3, 4)]
    assert told(db) == {story - {"ferry-1"} for story in FOUND}
    assert choices(db) == {(frozenset({"ferry-1", f"ferry-{n}"}), 0) for n in (0, 2, 3, 4)}
    notes = see_also(db, "same_story")
    assert "ferry-1" not in notes
    assert "ferry-1" not in {other for others in notes.values() for other in others}
    anew(db, "ferry-1")
    run(db)
    assert told(db) == {story - {"ferry-1"} for story in FOUND}
    keep(db, [News(name="late", text="", title=FERRY[1] + " safely", day=10.4, feed="late")])
    run(db)
    together = [story for story in told(db) if "late" in story]
    assert together
    assert not any("ferry-1" in story and "ferry-0" in story for story in together)


def test_a_story_of_two_is_dissolved_when_they_are_parted(db: sqlite3.Connection) -> None:
    keep(db, FILL + headlines("burst", BURST[:2]))
    run(db)
    assert part(db, "burst-0") == (number(db, "burst-1"),)
    assert told(db) == set()
    assert db.execute("SELECT count(*) FROM stories").fetchone() == (0,)
    assert part(db, "burst-0") == ()


def test_a_copy_that_is_parted_takes_its_original_along(db: sqlite3.Connection) -> None:
    copy = News(name="copy", text="", title=FERRY[1], day=10.3, feed="copier", copy_of="ferry-1")
    keep(db, [*NEWS, copy])
    run(db)
    assert any({"copy", "ferry-1"} <= story for story in told(db))
    part(db, "copy")
    assert told(db) == {story - {"ferry-1"} for story in FOUND}


def test_united_articles_are_one_story_and_come_together_again(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    assert unite(db, "other-0", "other-1")
    assert frozenset({"other-0", "other-1"}) in told(db)
    assert choices(db) == {(frozenset({"other-0", "other-1"}), 1)}
    anew(db, "other-0", "other-1")
    assert told(db) == FOUND
    run(db)
    assert told(db) == {*FOUND, frozenset({"other-0", "other-1"})}


def test_two_stories_are_united_whole(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    assert unite(db, "burst-3", "ferry-2")
    assert told(db) == {frozenset().union(*FOUND)}
    assert db.execute("SELECT size FROM stories").fetchall() == [(9,)]
    lead = db.execute("SELECT a.uid FROM stories AS s JOIN articles AS a ON a.id = s.lead_article_id").fetchone()
    assert lead == ("ferry-0",)


def test_the_later_of_two_decisions_holds(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    part(db, "ferry-1")
    unite(db, "ferry-1", "ferry-3")
    assert told(db) == FOUND
    assert choices(db) == {(frozenset({"ferry-1", "ferry-3"}), 1)}
    part(db, "ferry-1")
    assert told(db) == {story - {"ferry-1"} for story in FOUND}
    assert {together for _, together in choices(db)} == {0}


def test_an_article_and_its_copy_are_no_two_to_unite(db: sqlite3.Connection) -> None:
    keep(db, [*NEWS, News(name="copy", text="", title=FERRY[1], day=10.3, feed="copier", copy_of="ferry-1")])
    run(db)
    assert not unite(db, "copy", "ferry-1")
    assert choices(db) == set()


def test_stories_kept_apart_are_not_made_one_by_a_headline_like_both(db: sqlite3.Connection) -> None:
    one = ("Gannet aground at Skerry", "Gannet lies aground at Skerry")
    other = ("Lifeboat rescues Gannet passengers", "Lifeboat crew rescues Gannet passengers")
    keep(db, FILL + headlines("one", one) + headlines("other", other, 10.1))
    run(db)
    with write_tx(db):
        pair = sorted((number(db, "one-0"), number(db, "other-1")))
        db.execute("INSERT INTO pair_choices VALUES (?, ?, 'story', 0, '2026-11-20T00:00:00Z')", pair)
    both = "Lifeboat rescues passengers as Gannet lies aground at Skerry"
    keep(db, [News(name="both", text="", title=both, day=10.5, feed="both")])
    run(db)
    assert len(told(db)) == 2


def test_texts_heed_what_was_decided_too(db: sqlite3.Connection) -> None:
    pair = [News(name=f"c{n}", text=CHIPS, title="Microsoft halts chips exports", feed=f"f{n}") for n in range(2)]
    keep(db, FILL + pair)
    with write_tx(db):
        ids = sorted((number(db, "c0"), number(db, "c1")))
        db.execute("INSERT INTO pair_choices VALUES (?, ?, 'story', 0, '2026-11-20T00:00:00Z')", ids)
    run(db)
    assert told(db) == set()


def copied(db: sqlite3.Connection, copy: str, original: str) -> None:
    with write_tx(db):
        db.execute("UPDATE articles SET duplicate_of = ? WHERE id = ?", (number(db, original), number(db, copy)))
    run(db)


def test_an_article_that_turns_out_to_be_a_copy_goes_to_the_story_of_its_original(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    copied(db, "burst-3", "ferry-0")
    ferry, burst = sorted(FOUND, key=len, reverse=True)
    assert told(db) == {ferry | {"burst-3"}, burst - {"burst-3"}}
    assert sorted(row[0] for row in db.execute("SELECT size FROM stories")) == [3, 5]
    assert "burst-3" not in see_also(db, "same_story")


def test_an_original_that_is_kept_apart_from_a_story_inherits_nothing(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    part(db, "ferry-1")
    copied(db, "ferry-2", "ferry-1")
    assert told(db) == {story - {"ferry-1", "ferry-2"} for story in FOUND}


GANNET = {
    "one": ("Gannet aground Skerry", "Gannet lies aground Skerry"),
    "two": ("Lifeboat rescues Gannet", "Lifeboat rescues Gannet passengers"),
    "three": ("Rudder jammed Gannet", "Rudder jammed Gannet captain"),
}
LIKE_ALL = News(name="all", text="", title="Rudder jammed Gannet aground Skerry lifeboat rescues", day=10.5, feed="all")


def three(db: sqlite3.Connection) -> None:
    """Three stories of headlines on one event, which one headline would make one."""
    days = dict(zip(GANNET, (10.0, 10.1, 10.2), strict=True))
    keep(db, FILL + [each for name, titles in GANNET.items() for each in headlines(name, titles, days[name])])
    run(db)
    assert len(told(db)) == 3


def keep_apart(db: sqlite3.Connection, one: str, other: str) -> None:
    with write_tx(db):
        pair = sorted((number(db, one), number(db, other)))
        db.execute("INSERT INTO pair_choices VALUES (?, ?, 'story', 0, '2026-11-20T00:00:00Z')", pair)


def test_a_headline_makes_three_stories_one(db: sqlite3.Connection) -> None:
    three(db)
    keep(db, [LIKE_ALL])
    run(db)
    assert len(told(db)) == 1


@pytest.mark.parametrize("pair", [("one-0", "two-1"), ("two-0", "three-1"), ("one-0", "three-1")])
def test_of_three_stories_no_two_come_together_that_are_kept_apart(
    db: sqlite3.Connection, pair: tuple[str, str]
) -> None:
    three(db)
    keep_apart(db, *pair)
    keep(db, [LIKE_ALL])
    run(db)
    assert not [story for story in told(db) if {*pair} <= story]
    assert max(map(len, told(db))) == 5


def test_a_copy_that_is_kept_apart_keeps_its_originals_story_apart(db: sqlite3.Connection) -> None:
    three(db)
    keep(db, [News(name="copy", text="", title=GANNET["two"][0], day=10.3, feed="copier", copy_of="two-0")])
    run(db)
    keep_apart(db, "copy", "three-1")
    keep(db, [LIKE_ALL])
    run(db)
    assert not [story for story in told(db) if {"two-0", "three-1"} <= story]


def test_what_is_always_with_two_that_are_kept_apart_joins_one_of_them(db: sqlite3.Connection) -> None:
    keep(db, NEWS)
    run(db)
    part(db, "ferry-1")
    with write_tx(db):
        for other in ("ferry-0", "ferry-1"):
            pair = sorted((number(db, "other-0"), number(db, other)))
            db.execute("INSERT INTO pair_choices VALUES (?, ?, 'story', 1, '2026-11-21T00:00:00Z')", pair)
    anew(db, "other-0")
    run(db)
    assert any("other-0" in story for story in told(db))
    assert not [story for story in told(db) if {"ferry-0", "ferry-1"} <= story]


@pytest.mark.parametrize(
    "text",
    ["noc w mieście Łódź minęła spokojnie", "hasiči firmy Škoda zasahovali v noci", "gece boyunca İzmir yine dediler",
     "ось там Їжакевич жив довго", "в селе горел дом, там был Ёлкин"],
)  # fmt: skip
def test_a_text_with_a_name_in_any_script_says_more_than_a_headline(db: sqlite3.Connection, text: str) -> None:
    keep(db, [News(name="a", title="x", text=text)])
    said = json.loads(db.execute("SELECT terms FROM article_terms").fetchone()[0])
    assert candidates.is_bare(db, 1) is not any(map(is_name, said))


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("{}", True),
        (None, False),
        ('{"łódź": 1}', True),
        ('{"łódź": 1, "Škoda": 2}', False),
        ('{"x": 1, "1,4 %": 2}', False),
    ],
)
def test_one_look_tells_a_headline(said: str | None, *, bare: bool) -> None:
    assert candidates.is_headline(said) is bare
