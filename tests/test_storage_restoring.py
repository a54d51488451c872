"""What was computed of two articles stands again when no link leads from the one to the other any more."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Link
from storage.terms import mark
from tests.test_storage_links import NOW, Mill, article, mill

__all__ = ["mill"]

LINE = "Quarterly figures of the Norvik works"
WORDS = [f"kw{number}" for number in range(14)]
NAMES = [f"Name{letter}{letter} Corp" for letter in "abcdef"]
PASSAGE = " ".join(f"{word}{number}" for number in range(14) for word in ("harbour", "keel", "tide"))


def telling(guid: str, hours: int, *links: Link, more: str = "", own: bool = False) -> Article:
    """An article of one event, told in words of its own, or of an event of its own; so many hours before now."""
    dice = random.Random(guid)
    words = [f"{word}{guid if own else ''}" for word in WORDS]
    body = [
        f"{' '.join(dice.sample(words, 10))} said {guid if own else ''}{NAMES[at]} and {' '.join(f'fill{guid}{at}{n}' for n in range(3))}."
        for at in range(6)
    ]
    title, text = " ".join((*words[:3], guid)), "\n".join((*body, more))
    one = replace(article(guid, title, *links), text=text, published=NOW - timedelta(hours=hours))
    return replace(one, terms=terms(title, text), fingerprint=fingerprint(text))


def line(title: str = LINE) -> Link:
    return Link(kind="see_also", title=title, url=None, label="See also")


def rows(mill: Mill) -> list[tuple[object, ...]]:
    mill.store.relate()
    query = "SELECT article_id, related_id, rank, score, kind, method, reason FROM see_also ORDER BY 1, 2"
    return mill.store.connection.execute(query).fetchall()


COMPUTED = {
    "what goes with it": ("related", telling("e", 90), telling("l", 5, line())),
    "the same story": ("same_story", telling("e", 9), telling("l", 5, line())),
    "a passage": ("quotes", telling("e", 9, more=PASSAGE, own=True), telling("l", 5, line(), more=PASSAGE, own=True)),
}


@pytest.mark.parametrize(("kind", "first", "linking"), COMPUTED.values(), ids=COMPUTED)
def test_what_a_link_stood_in_front_of_comes_again(kind: str, first: Article, linking: Article, mill: Mill) -> None:
    mill.keep(first, feed="post")
    mill.keep(linking)
    before = rows(mill)
    assert [row[4] for row in before] == [kind]
    mill.keep(replace(first, title=LINE), feed="post")
    assert [row[4] for row in rows(mill)] == ["see_also"]
    mill.keep(first, feed="post")
    assert [row[:3] + row[4:] for row in rows(mill)] == [row[:3] + row[4:] for row in before]
    assert rows(mill)[0][3] == pytest.approx(before[0][3], abs=0.2)


def test_a_link_that_was_there_before_the_story_leaves_it_the_row_that_it_would_have_had(mill: Mill) -> None:
    first = telling("e", 9)
    mill.keep(replace(first, title=LINE), feed="post")
    mill.keep(telling("l", 5, line()))
    assert [row[4] for row in rows(mill)] == ["see_also"]
    mill.keep(first, feed="post")
    assert [row[:2] + row[4:6] for row in rows(mill)] == [(2, 1, "same_story", "terms")]


def test_a_story_that_is_tied_without_the_link_gets_no_row_more(mill: Mill) -> None:
    mill.keep(telling("e", 9), feed="post")
    mill.keep(telling("f", 8))
    mill.keep(telling("l", 5, line()), feed="post")
    before = rows(mill)
    assert [row[4] for row in before] == ["same_story", "same_story"]
    (free,) = {(2, 1), (3, 1), (3, 2)} - {row[:2] for row in before}
    other = {1: telling("e", 9), 2: telling("f", 8)}[free[1]]
    assert free[0] == 3
    mill.keep(replace(other, title=LINE), feed="post" if free[1] == 1 else "ledger")
    assert len(rows(mill)) == 3
    mill.keep(other, feed="post" if free[1] == 1 else "ledger")
    assert rows(mill) == before


def test_what_somebody_put_together_stays_so(mill: Mill) -> None:
    first = telling("e", 9, own=True)
    mill.keep(replace(first, title=LINE), feed="post")
    mill.keep(telling("l", 5, line(), own=True))
    mill.store.relate()
    mill.store.groups.unite(1, 2, NOW)
    mill.keep(first, feed="post")
    assert [row[:2] + row[3:6] for row in rows(mill)] == [(2, 1, 1.0, "same_story", "chosen")]


def test_an_article_that_is_new_is_left_to_the_next_run(mill: Mill) -> None:
    first = telling("e", 9)
    mill.keep(replace(first, title=LINE), feed="post")
    mill.keep(telling("l", 5, line()))
    mill.store.relate()
    mark(mill.store.connection, [2], "new")
    mill.keep(first, feed="post")
    assert mill.store.connection.execute("SELECT count(*) FROM see_also").fetchone() == (0,)
