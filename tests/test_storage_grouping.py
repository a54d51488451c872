"""What is done to groups of copies after the fact: people's word, the nightly repair, the window of the index."""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from extractors.model import Article, Link
from extractors.passages import common
from storage import regrouping
from storage.connection import write_tx
from storage.pairs import Chosen, of
from storage.purging import remove
from storage.regrouping import DAYS, Regrouped
from storage.store import Store
from tests.test_storage_purging import audit
from tests.test_storage_store import NOW, Mill, article

HOUR = timedelta(hours=1)
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"]


def story(seed: int, sentences: int = 20) -> list[str]:
    """Sentences of made-up words; another seed gives a text that shares no three words in a row."""
    chance = random.Random(seed)
    return [
        " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(12)).capitalize() + "."
        for _ in range(sentences)
    ]


def told(guid: str, sentences: list[str], hours: float = 0, **facts: object) -> Article:
    return article(guid, " ".join(sentences), published=NOW + hours * HOUR, **facts)


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    with Store.open(tmp_path / "news.db") as store:
        yield Mill(store)
        audit(store)


def pointing(mill: Mill) -> dict[str, str | None]:
    """Each article with its original, by guid."""
    query = "SELECT a.guid, o.guid FROM articles AS a LEFT JOIN articles AS o ON o.id = a.duplicate_of"
    return dict(mill.rows(query))  # type: ignore[arg-type]


def number(mill: Mill, guid: str) -> int:
    return int(str(mill.one("SELECT id FROM articles WHERE guid = ?", guid)))


def same(mill: Mill, text: list[str] | None = None) -> None:
    """Three copies of one text: a, b, c, and d, which is another."""
    for hours, (guid, feed) in enumerate(zip("abc", ("ledger", "mirror", "other"), strict=True)):
        mill.keep(told(guid, text or story(1), hours, title="The same headline for all of them"), feed=feed)
    mill.keep(told("d", story(2), 4), feed="other")
    assert pointing(mill) == {"a": None, "b": "a", "c": "a", "d": None}


def test_a_copy_says_what_gave_it_away(mill: Mill) -> None:
    edited = [*story(1)[:18], *story(3)[:2]]
    mill.keep(told("a", story(1), title="A headline of several plain words"))
    mill.keep(
        told("b", story(1), 1, title="Another one"),
        told("c", edited, 2, title="A headline of several words"),
        feed="mirror",
    )
    rows = mill.rows("SELECT kind, method, evidence FROM v_duplicates ORDER BY article_id")
    assert rows[0] == ("duplicate", "text", "the same 240 words")
    kind, method, evidence = rows[1]
    assert (kind, method) == ("duplicate", "near")
    assert str(evidence).endswith("rare phrases, headlines that agree")
    shared, of_all = (int(part) for part in str(evidence).split(" rare")[0].split(" of "))
    assert 20 < shared <= of_all


def test_an_article_split_from_its_copies_never_comes_back(mill: Mill) -> None:
    same(mill)
    b = number(mill, "b")
    assert mill.store.groups.split(b, NOW) == (number(mill, "a"), number(mill, "c"))
    apart = {"a": None, "b": None, "c": "a", "d": None}
    assert pointing(mill) == apart
    assert mill.store.groups.regroup(NOW - HOUR) == Regrouped(looked_at=4, moved=0)
    assert pointing(mill) == apart
    mill.keep(told("b", [*story(1)[:19], "Words."], 1), feed="mirror", hashed="2")  # changed, so placed anew
    assert pointing(mill) == apart
    assert of(mill.store.connection, b, "copy") == Chosen(apart=(number(mill, "a"), number(mill, "c")))
    mill.keep(told("e", story(1), 5), feed="mirror")
    assert pointing(mill)["e"] in {"a", "b"}  # a new copy joins one of the two groups, and does not make them one
    assert pointing(mill)["b"] is None


def test_an_original_can_be_split_off_too(mill: Mill) -> None:
    same(mill)
    assert len(mill.store.groups.split(number(mill, "a"), NOW)) == 2
    assert pointing(mill) == {"a": None, "b": None, "c": "b", "d": None}


def test_what_has_no_copies_cannot_be_split(mill: Mill) -> None:
    same(mill)
    assert mill.store.groups.split(number(mill, "d"), NOW) == ()
    assert mill.rows("SELECT * FROM pair_choices") == []


def test_two_articles_joined_are_one_for_good_with_all_their_copies(mill: Mill) -> None:
    same(mill)
    mill.keep(told("e", story(2), 5), feed="mirror")
    assert pointing(mill)["e"] == "d"
    assert mill.store.groups.join(number(mill, "e"), number(mill, "b"), NOW)
    joined = {"a": None, "b": "a", "c": "a", "d": "a", "e": "a"}
    assert pointing(mill) == joined
    rows = mill.rows("SELECT method, evidence FROM v_duplicates WHERE article_id = ?", number(mill, "d"))
    assert rows == [("chosen", "somebody said so")]
    assert not mill.store.groups.join(number(mill, "d"), number(mill, "a"), NOW)
    assert mill.store.groups.regroup(NOW - HOUR).moved == 0
    mill.keep(told("e", story(5), 5), feed="mirror", hashed="2")  # quite another text: the word holds all the same
    assert pointing(mill) == joined


def test_joining_takes_a_split_back_and_the_other_way_round(mill: Mill) -> None:
    same(mill)
    a, b = number(mill, "a"), number(mill, "b")
    for _ in range(2):
        mill.store.groups.split(b, NOW)
        assert pointing(mill)["b"] is None
        assert mill.store.groups.join(b, a, NOW)
        assert pointing(mill) == {"a": None, "b": "a", "c": "a", "d": None}
        assert of(mill.store.connection, b, "copy") == Chosen(beside=(a,))


def test_what_is_one_already_can_be_said_to_be_one_for_good(mill: Mill) -> None:
    same(mill)
    a, b = number(mill, "a"), number(mill, "b")
    assert not mill.store.groups.join(a, b, NOW)
    mill.keep(told("b", story(5), 1), feed="mirror", hashed="2")  # quite another text
    assert pointing(mill)["b"] == "a"


def test_a_word_on_two_follows_through_others_when_all_are_cleaned_at_once(mill: Mill) -> None:
    mill.keep(*[told(guid, story(seed), seed, title=f"Matter {guid}") for seed, guid in enumerate("abc")])
    mill.store.groups.join(number(mill, "a"), number(mill, "c"), NOW)
    mill.store.groups.join(number(mill, "b"), number(mill, "c"), NOW)
    one = {"a": None, "b": "a", "c": "a"}
    assert pointing(mill) == one
    mill.keep(
        *[told(guid, story(20 + seed), seed, title=f"Matter {guid}") for seed, guid in enumerate("abc")], hashed="2"
    )
    assert pointing(mill) == one


def test_no_two_that_were_split_meet_through_a_third_when_all_are_cleaned_at_once(mill: Mill) -> None:
    mill.keep(told("c", story(1), 0), told("a", story(1), 1))
    mill.store.groups.split(number(mill, "a"), NOW)
    mill.keep(told("b", story(3), 2), feed="mirror")
    mill.store.groups.join(number(mill, "b"), number(mill, "c"), NOW)
    mill.keep(told("b", story(1)[1:], 2), feed="mirror", hashed="2")
    mill.keep(told("c", story(1)[:19], 0), told("a", story(1)[:19], 1), hashed="2")
    assert pointing(mill) == {"a": None, "b": "c", "c": None}


def test_a_word_on_an_article_outlives_it_in_its_copies(mill: Mill) -> None:
    same(mill)
    mill.store.groups.join(number(mill, "a"), number(mill, "d"), NOW)
    with write_tx(mill.store.connection):
        remove(mill.store.connection, [number(mill, "a")])
    mill.keep(told("d", story(7), 4), feed="other", hashed="2")
    assert pointing(mill) == {"b": None, "c": "b", "d": "b"}


def test_what_came_along_in_a_join_goes_back_when_it_is_split(mill: Mill) -> None:
    same(mill)
    mill.keep(told("e", story(2), 5), feed="mirror")
    mill.store.groups.join(number(mill, "e"), number(mill, "b"), NOW)
    mill.store.groups.split(number(mill, "e"), NOW)
    assert {guid: original for guid, original in pointing(mill).items() if guid in "abc"} == {
        "a": None,
        "b": "a",
        "c": "a",
    }
    assert pointing(mill)["d"] is None


def test_an_unrelated_split_makes_no_article_leave_its_copies(mill: Mill) -> None:
    title = "Harbour cranes learn to wait for the gust"
    mill.keep(told("x", story(1)[:7], 0, title=title))
    for seed in range(8):
        mill.keep(told(f"g{seed}", [*story(1), *story(50 + seed)[:2]], seed + 1, title=title), feed="mirror")
    mill.keep(told("u", story(9), 20), feed="other")
    before = pointing(mill)
    assert before["x"] is None
    assert set(before.values()) == {None, "x"}
    mill.store.groups.join(number(mill, "x"), number(mill, "u"), NOW)
    mill.store.groups.split(number(mill, "u"), NOW)
    mill.store.groups.regroup(NOW - HOUR)
    assert pointing(mill) == before


def test_an_original_says_why_it_is_a_copy_when_the_election_falls_otherwise(mill: Mill) -> None:
    at_ledger = {"canonical_url": "https://ledger.example/2026/a", "url": "https://ledger.example/2026/a"}
    named = Link(kind="source", title="Ledger", url="https://ledger.example/", position=5)
    mill.keep(told("a", story(1)[:19], **at_ledger))
    mill.keep(told("b", story(1)), feed="mirror")
    mill.keep(told("c", story(1)[:18], links=(named,)), feed="other")
    assert pointing(mill) == {"a": None, "b": "a", "c": "a"}
    mill.store.groups.split(number(mill, "c"), NOW)
    assert pointing(mill) == {"a": "b", "b": None, "c": None}
    assert mill.rows("SELECT kind, method FROM v_duplicates") == [("duplicate", "near")]


def test_a_source_that_is_named_later_is_heeded_all_the_same(mill: Mill) -> None:
    at_ledger = {"canonical_url": "https://ledger.example/2026/a", "url": "https://ledger.example/2026/a"}
    named = Link(kind="source", title="Ledger", url="https://ledger.example/", position=5)
    mill.keep(told("a", story(1)[:19], **at_ledger))
    mill.keep(told("b", story(1)), feed="mirror")
    mill.keep(told("c", story(1)[:18]), feed="other")
    assert pointing(mill)["a"] == "b"  # the longest of three of one second
    mill.keep(told("c", story(1)[:18], links=(named,)), feed="other", hashed="2")
    assert pointing(mill) == {"a": None, "b": "a", "c": "a"}


def test_an_article_is_not_its_own_partner_in_a_story(mill: Mill) -> None:
    mill.keep(told("a", story(1), 1))
    mill.keep(told("b", story(2), 1), feed="mirror")
    mill.store.relate()
    mill.store.groups.unite(number(mill, "a"), number(mill, "b"), NOW)
    mill.keep(told("b", story(1), 1), feed="mirror", hashed="2")
    mill.store.relate()
    assert sorted(filter(None, pointing(mill).values())) != []
    assert mill.rows("SELECT kind FROM see_also") == []


def test_what_was_decided_goes_with_its_articles(mill: Mill) -> None:
    same(mill)
    mill.store.groups.split(number(mill, "b"), NOW)
    with write_tx(mill.store.connection):
        remove(mill.store.connection, [number(mill, "b")])
    assert mill.rows("SELECT * FROM pair_choices") == []


def test_links_to_a_copy_follow_it_when_it_is_split_and_joined(mill: Mill) -> None:
    same(mill)
    link = Link(kind="see_also", title="The same", url="https://site.example/2026/b", position=5)
    mill.keep(told("l", story(9), 6, links=(link,)), feed="other")
    target = "SELECT t.guid FROM links AS l JOIN articles AS t ON t.id = l.target_id"
    assert mill.one(target) == "a"
    mill.store.groups.split(number(mill, "b"), NOW)
    assert mill.one(target) == "b"
    mill.store.groups.join(number(mill, "b"), number(mill, "a"), NOW)
    assert mill.one(target) == "a"


def test_a_first_copy_that_comes_late_brings_its_parts_together_at_night(mill: Mill) -> None:
    whole = story(1, 30)
    title = "Harbour cranes learn to wait for the gust"
    mill.keep(told("begin", whole[:12], 2, title=title), feed="mirror")
    mill.keep(told("end", whole[16:], 3, title=title), feed="other")
    mill.keep(told("whole", whole, 0, title=title))
    before = pointing(mill)
    assert sum(original is None for original in before.values()) == 2  # it could join but one of them
    assert mill.store.groups.regroup(NOW - HOUR) == Regrouped(looked_at=3, moved=1)
    assert pointing(mill) == {"begin": "whole", "end": "whole", "whole": None}
    assert mill.store.groups.regroup(NOW - HOUR) == Regrouped(looked_at=3, moved=0)


def test_a_footer_learnt_since_parts_at_night_what_it_had_joined(mill: Mill) -> None:
    footer = story(99, 8)
    mill.keep(told("a", [*story(1, 2), *footer], 0, title="One thing"))
    mill.keep(told("b", [*story(2, 2), *footer], 1, title="Second matter"))
    assert pointing(mill)["b"] == "a"
    for seed in range(3, 12):
        mill.keep(told(str(seed), [*story(seed, 30), *footer], seed, title=f"Matter {seed}"), feed="mirror")
    mill.store.groups.regroup(NOW - HOUR)
    assert set(pointing(mill).values()) == {None}


def test_what_is_older_than_the_hours_named_stays_as_it_is(mill: Mill) -> None:
    same(mill)
    assert mill.store.groups.regroup(NOW + 100 * HOUR) == Regrouped()


def test_an_order_that_parted_copies_is_mended_whatever_it_was(tmp_path: Path) -> None:
    whole, title = story(1, 24), "Harbour cranes learn to wait for the gust"
    parts = {"whole": (whole, 0), "begin": (whole[:10], 1), "end": (whole[13:], 2), "other": (story(2), 3)}
    ends = set()
    for turn, order in enumerate(itertools.permutations(parts)):
        with Store.open(tmp_path / f"{turn}.db") as store:
            mill = Mill(store)
            for guid in order:
                sentences, hours = parts[guid]
                mill.keep(told(guid, sentences, hours, title=title if guid != "other" else "Else"), feed="ledger")
            store.groups.regroup(NOW - HOUR)
            ends.add(tuple(sorted(pointing(mill).items(), key=str)))
    assert ends == {(("begin", "whole"), ("end", "whole"), ("other", None), ("whole", None))}


def quotations(mill: Mill) -> list[tuple[object, ...]]:
    mill.store.relate()
    return mill.rows(
        """SELECT a.guid, b.guid, s.method, s.reason FROM see_also AS s JOIN articles AS a ON a.id = article_id
        JOIN articles AS b ON b.id = related_id WHERE s.kind = 'quotes' ORDER BY 1, 2"""
    )


BRIDGE, TOLLS = "The mayor speaks of bridges", "What to make of tolls"


@pytest.mark.parametrize("between", [False, True], ids=["in one run", "in two runs"])
@pytest.mark.parametrize("order", [("o", "q"), ("q", "o")], ids="".join)
def test_the_later_of_two_quotes_the_earlier_whatever_came_first(
    mill: Mill, order: tuple[str, ...], between: bool
) -> None:
    quoted = story(1)[8:11]
    made = {
        "o": told("o", story(1), 0, title=BRIDGE),
        "q": told("q", [*story(2), *quoted], 5, title=TOLLS),
    }
    for guid in order:
        mill.keep(made[guid], feed="ledger" if guid == "o" else "mirror")
        if between:
            mill.store.relate()
    [(later, earlier, method, reason)] = quotations(mill)
    assert (later, earlier, method) == ("q", "o", "near")
    assert str(reason).startswith(f"“{quoted[0]}")
    both = mill.rows("SELECT direction, kind, other_id FROM v_kin WHERE article_id = ?", number(mill, "o"))
    assert ("from", "quotes", number(mill, "q")) in both


def test_a_roundup_quotes_all_it_is_made_of(mill: Mill) -> None:
    pieces = [story(seed) for seed in (1, 2, 3)]
    for hours, piece in enumerate(pieces):
        mill.keep(told(f"p{hours}", piece, hours, title=f"Matter number {hours} of the day"))
    mill.keep(told("r", [each for piece in pieces for each in piece[5:9]], 9, title="The day in brief"), feed="other")
    assert [row[:2] for row in quotations(mill)] == [("r", "p0"), ("r", "p1"), ("r", "p2")]


def test_a_quotation_of_a_copy_is_one_of_its_original(mill: Mill) -> None:
    mill.keep(told("late", story(1), 3, title=BRIDGE), feed="mirror")
    mill.keep(told("q", [*story(2), *story(1)[8:11]], 5, title=TOLLS), feed="other")
    assert [row[:2] for row in quotations(mill)] == [("q", "late")]
    mill.keep(told("early", story(1), 0, title=BRIDGE))
    assert pointing(mill)["late"] == "early"
    assert [row[:2] for row in quotations(mill)] == [("q", "early")]


@pytest.mark.parametrize("guid", ["o", "q"])
def test_a_quotation_goes_when_either_text_no_longer_has_it(mill: Mill, guid: str) -> None:
    quoted = story(1)[8:11]
    mill.keep(told("o", story(1), 0, title=BRIDGE))
    mill.keep(told("q", [*story(2), *quoted], 5, title=TOLLS), feed="other")
    assert len(quotations(mill)) == 1
    if guid == "q":
        mill.keep(told("q", story(2), 5, title=TOLLS), feed="other", hashed="2")
    else:
        mill.keep(told("o", story(1)[:8] + story(5)[:9], 0, title=BRIDGE), hashed="2")
    assert quotations(mill) == []


def test_an_articles_own_link_comes_before_what_it_quotes(mill: Mill) -> None:
    link = Link(kind="see_also", title=BRIDGE, url="https://site.example/2026/o", position=5, label="See also")
    mill.keep(told("o", story(1), 0, title=BRIDGE), told("p", story(4), 1, title="Another matter of the day"))
    mill.keep(told("q", [*story(2), *story(1)[8:11], *story(4)[3:6]], 5, title=TOLLS, links=(link,)), feed="other")
    mill.store.relate()
    rows = mill.rows("SELECT related_id, rank, kind FROM see_also WHERE article_id = ?", number(mill, "q"))
    assert rows == [(number(mill, "o"), 1, "see_also"), (number(mill, "p"), 2, "quotes")]


def test_copies_of_each_other_quote_nothing_of_each_other(mill: Mill) -> None:
    mill.keep(told("o", story(1), 0, title=BRIDGE))
    mill.keep(told("q", [*story(2), *story(1)[8:11]], 5, title=TOLLS), feed="other")
    assert len(quotations(mill)) == 1
    mill.store.groups.join(number(mill, "o"), number(mill, "q"), NOW)
    assert quotations(mill) == []


def test_an_earlier_copy_of_what_quotes_quotes_in_its_place(mill: Mill) -> None:
    quoting = [*story(2), *story(1)[8:11]]
    mill.keep(told("o", story(1), 0, title=BRIDGE))
    mill.keep(told("q", quoting, 5, title=TOLLS), feed="other")
    assert [row[:2] for row in quotations(mill)] == [("q", "o")]
    mill.keep(told("q0", quoting, 4, title=TOLLS), feed="mirror")
    assert [row[:2] for row in quotations(mill)] == [("q0", "o")]


def test_a_passage_is_shown_as_the_copy_has_it_that_shares_it(mill: Mill) -> None:
    more = story(8)[:5]
    mill.keep(told("short", story(1), 0, title=BRIDGE))
    mill.keep(told("long", [*story(1), *more], 1, title=BRIDGE), feed="mirror")
    mill.keep(told("q", [*story(2), *more], 5, title=TOLLS), feed="other")
    [(later, earlier, _, reason)] = quotations(mill)
    assert (later, earlier) == ("q", "short")
    assert str(reason).startswith(f"“{more[0]}")


PASSAGES = {
    "a sentence in common is found, as the text spells it": ("Well — “The bridge is open,” he said, at last.", "And then: the bridge is open, he said.", "“The bridge is open,” he said,"),
    "two words are no passage": ("one two", "one two", ""),
    "nothing in common gives nothing": ("one two three four", "five six seven eight", ""),
    "of two the longer is told": ("a b c x a b c d", "a b c d", "a b c d"),
    "an empty text has none": ("", "a b c", ""),
    "a long one is cut short": (" ".join(map(str, range(50))), " ".join(map(str, range(50))), " ".join(map(str, range(24))) + " …"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "other", "said"), PASSAGES.values(), ids=PASSAGES)
def test_the_words_two_texts_have_in_common(text: str, other: str, said: str) -> None:
    assert common(text, other) == said


def test_of_two_of_one_second_the_source_that_a_copy_names_is_the_original(mill: Mill) -> None:
    source = Link(kind="source", title="Other", url="https://other.example/", position=5)
    at_other = {"canonical_url": "https://other.example/2026/x", "url": "https://other.example/2026/x"}
    mill.keep(told("a", story(1), links=(source,)), feed="ledger")
    mill.keep(told("x", story(1)[:19], **at_other), feed="other")
    assert pointing(mill) == {"a": "x", "x": None}


def shingles(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM shingles").fetchone()[0])


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


def test_the_index_forgets_the_words_of_old_articles_and_keeps_their_keys(mill: Mill) -> None:
    same(mill)
    full = shingles(mill.store.connection)
    assert mill.store.groups.bound(later(DAYS - 1)) == 0
    mill.keep(told("young", story(7)), feed="mirror", at=later(DAYS))
    assert mill.store.groups.bound(later(DAYS + 1)) == 4
    assert mill.store.groups.bound(later(DAYS + 1)) == 0
    assert 0 < shingles(mill.store.connection) < full
    mill.keep(told("text", story(1), 1200), feed="mirror", at=later(DAYS + 2))
    mill.keep(told("near", [*story(2)[:15], *story(8)[:5]], 1200), feed="mirror", at=later(DAYS + 2))
    assert pointing(mill)["text"] == "a"  # word for word the same is known for ever
    assert pointing(mill)["near"] is None


def test_an_old_article_that_is_cleaned_again_stays_with_its_copies(mill: Mill) -> None:
    for guid, feed, hours in (("a", "ledger", 0), ("b", "mirror", 1)):
        mill.keep(told(guid, [*story(1)[: 20 - int(hours)], guid], hours), feed=feed)
    assert pointing(mill) == {"a": None, "b": "a"}
    mill.store.groups.bound(later(DAYS + 1))
    mill.keep(told("b", [*story(1)[:18], "b"], 1), feed="mirror", at=later(DAYS + 2), hashed="2")
    assert pointing(mill) == {"a": None, "b": "a"}


def test_an_index_is_bounded_in_steps(mill: Mill) -> None:
    same(mill)
    assert regrouping.bound(mill.store.connection, later(DAYS + 1), limit=3) == 3
    assert regrouping.bound(mill.store.connection, later(DAYS + 1), limit=3) == 1


def test_a_clock_that_was_ahead_once_stops_no_bounding(mill: Mill) -> None:
    mill.keep(told("ahead", story(3)), at=later(4000))
    for guid, feed in zip("abcd", ("ledger", "mirror", "other", "ledger"), strict=True):
        mill.keep(told(guid, story(ord(guid))), feed=feed)
    assert mill.store.groups.bound(later(DAYS + 1)) == 4


def test_a_page_that_is_posted_again_and_again_is_left_alone_at_night(mill: Mill) -> None:
    mill.keep(*[told(f"p{turn}", story(1), turn / 100, title="The same page") for turn in range(regrouping.LARGE + 1)])
    mill.keep(told("other", story(2)), feed="mirror")
    assert mill.store.groups.regroup(NOW - HOUR) == Regrouped(looked_at=1, moved=0)
