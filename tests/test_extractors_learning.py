"""What a source repeats is learnt from distinct articles, and forgotten when the source does; true text is not learnt.

An article is a word a block: "p" a paragraph of its own, any other word a block that is the same wherever it stands.
Its first letter gives the shape: S is short, H a heading, C calls to action, N holds numbers, all else is prose of 20
words.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import count

import pytest

from extractors.learning import SURE, WINDOW, judge
from extractors.model import Mark

FRESH = count()
WORDS = {"S": 3, "C": 8, "c": 3}


def h(said: str) -> int:
    return int.from_bytes(blake2b(said.encode(), digest_size=7).digest(), "big")


def article(said: str) -> tuple[Mark, ...]:
    words = said.split()
    return tuple(
        Mark(
            hash=h(f"{next(FRESH)}" if word == "p" else word),
            words=WORDS.get(word[0], 20),
            heading=word[0] == "H",
            call=word[0] in "Cc",
            counts=word[0] == "N",
            top=top,
            end=len(words) - 1 - top,
        )
        for top, word in enumerate(words)
    )


def source(*said: str) -> list[tuple[Mark, ...]]:
    return [article(each) for each in said]


def learnt(articles: list[tuple[Mark, ...]], *names: str) -> list[str]:
    found = judge(articles).learnt
    return [name for name in names if h(name) in found]


OWN = "p p p p p p p p"
EDITED = [
    "a b c d e f g h",
    "a b c d e p g h",
    "a p c d e f g h",
    "a b c p e f g",
    "a b c d e f g h p",
    "b c d e f g h",
]
TAUGHT = {
    "three of three articles end in it": [f"{OWN} X"] * 3,
    "three of five articles end in it": [f"{OWN} X"] * 3 + [OWN] * 2,
    "all of four articles have it, each in another place": ["p p p X p p p p p p p", f"{OWN} X p", "p X p p p p p p p p p", f"{OWN} p p p p X p"],
    "a third of fifty articles have it": [f"{OWN} X", OWN, OWN] * 17,
    "every piece of a series opens with it": [f"X {OWN}"] * 6,
    "all articles have three such blocks": [f"{OWN} X Y Z"] * 3,
    "copies of one article are among those that have it": [f"{OWN} X", "a b c d e f g h X", "a b c p e f g h X", f"{OWN} X"],
    "weather reports stand between the articles that have it": [f"{OWN} X", "w1 w2 w3 w4 p", f"{OWN} X", "w1 w2 w3 w4 p", f"{OWN} X"],
}  # fmt: skip
UNTAUGHT = {
    "two articles have it": [f"{OWN} X"] * 2,
    "a tenth of fifty articles has it": [f"{OWN} X", *[OWN] * 9] * 5,
    "three of five articles quote it in their midst": ["p p p X p p p p p p", "p p p p p p X p p p p p p p p", "p p p p X p p p p p p p p p", OWN, OWN],
    "it makes up most of each article": ["p X"] * 9,
    "three copies of one article have it": [f"{OWN} X", "a b c d e f g h X", "a b c d p f g h X", "a b c d e f p h X"],
}  # fmt: skip


@pytest.mark.parametrize("said", TAUGHT.values(), ids=TAUGHT)
def test_a_block_is_learnt_when(said: list[str]) -> None:
    assert learnt(source(*said), "X") == ["X"]


@pytest.mark.parametrize("said", UNTAUGHT.values(), ids=UNTAUGHT)
def test_a_block_is_not_learnt_when(said: list[str]) -> None:
    assert learnt(source(*said), "X") == []


SHAPES = {
    "a heading never": (["Hx p p p p p p p p", "p p p p Hx p p p p", f"{OWN} Hx"] * 2, "Hx", False),
    "a short block that ends the text": ([f"{OWN} Sx"] * 3, "Sx", True),
    "a short block next to the end": ([f"{OWN} Sx p", f"{OWN} Sx", f"{OWN} Sx p"] * 2, "Sx", True),
    "no short block at the top": ([f"Sx {OWN}"] * 9, "Sx", False),
    "no short block in the midst": (["p p p p Sx p p p p p p p p p", "p p p Sx p p p p p p p"] * 5, "Sx", False),
    "a short link in the midst": (["p p p p cx p p p p p p p p p", "p p p cx p p p p p p p"] * 3, "cx", True),
    "a call in three of six articles, anywhere": (["p p p p Cx p p p p p p p p p", "p p Cx p p p p p p p p", OWN, f"Cx {OWN}", OWN, OWN], "Cx", True),
    "a block with numbers in all of five articles": ([f"{OWN} Nx"] * 5, "Nx", True),
    "no block with numbers in four of four articles": ([f"{OWN} Nx"] * 4, "Nx", False),
    "no block with numbers in seven of twelve articles": ([f"{OWN} Nx"] * 7 + [OWN] * 5, "Nx", False),
    "a block without numbers in five of twelve articles": ([f"{OWN} X"] * 5 + [OWN] * 7, "X", True),
}  # fmt: skip


@pytest.mark.parametrize(("said", "name", "is_chrome"), SHAPES.values(), ids=SHAPES)
def test_shape_decides_what_may_be_chrome(said: list[str], name: str, is_chrome: bool) -> None:
    assert (learnt(source(*said), name) == [name]) is is_chrome


def test_an_article_filed_again_and_again_teaches_nothing() -> None:
    told = source(*EDITED, OWN, OWN)
    assert not judge(told).learnt
    assert not judge(source(*EDITED * 2)).learnt


def test_copies_that_only_the_store_knows_count_once() -> None:
    told = source("X p p p p p p", "p p p p p p X", "p p X p p p p", "p p p p p X p p p p")
    assert h("X") in judge(told).learnt
    assert h("X") not in judge(told, groups=[1, 1, 1, 4]).learnt


def test_template_articles_teach_nothing_even_when_they_are_most_of_a_source() -> None:
    told = source(*["w1 w2 p w3 w4 w5 p"] * 30, *[f"{OWN} X"] * 10)
    assert learnt(told, "X", "w1", "w2", "w3", "w4", "w5") == ["X"]


def test_a_block_that_shipped_rules_cut_in_other_articles_is_learnt_where_they_pass_it_over() -> None:
    def cut(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        return (*marks, Mark(hash=h("X"), words=0, cut=True))

    passed = [cut(article(OWN)), cut(article(OWN)), article(f"{OWN} X"), cut(article(OWN))]
    assert h("X") in judge(passed).learnt
    assert h("X") not in judge([cut(article(OWN)) for _ in range(9)]).learnt


def test_counts_say_in_how_many_distinct_articles_a_block_was_seen() -> None:
    verdict = judge(source(*[f"{OWN} X"] * 4, f"{OWN} Y", f"{OWN} Y"))
    assert [(c.seen, c.looked_at) for c in verdict.learnt.values()] == [(4, 6)]
    assert {block: (c.seen, c.looked_at) for block, c in verdict.candidates.items()} == {h("Y"): (2, 6)}


def test_only_the_last_articles_count() -> None:
    told = source(*[f"{OWN} X"] * 9, *[OWN] * WINDOW)
    assert judge(told) == judge(told[-WINDOW:])
    assert not judge(told).learnt


def test_a_rule_stays_through_a_time_in_which_its_block_is_rare() -> None:
    told = source(*[f"{OWN} X", *[OWN] * 9] * 5)
    assert not judge(told).learnt
    verdict = judge(told, known={h("X"): SURE})
    assert (list(verdict.learnt), verdict.faded, verdict.withdrawn) == ([h("X")], (), ())


def test_a_rule_fades_some_time_after_a_redesign_and_not_before() -> None:
    told = source(*[f"{OWN} X"] * 50, *[f"{OWN} Y"] * 50)
    known: dict[int, int] = {}
    for end in range(1, len(told) + 1):
        verdict = judge(told[:end], known)
        if verdict.faded:
            break
        known = {block: max(count.seen, known.get(block, 0)) for block, count in verdict.learnt.items()}
        assert (h("X") in known) is (end > 2)
    assert (end, verdict.faded, list(verdict.learnt)) == (96, (h("X"),), [h("Y")])


def test_a_rule_that_a_few_early_articles_taught_is_withdrawn_when_others_belie_it() -> None:
    told = source("X p p p p p p", "p p p X p p p p p p p", "p p p p p X p p p p p p p", *[OWN] * 9)
    assert h("X") in judge(told[:3]).learnt
    assert h("X") in judge(told[:10], {h("X"): 3}).learnt
    verdict = judge(told[:11], {h("X"): 3})
    assert (verdict.learnt, verdict.faded, verdict.withdrawn) == ({}, (), (h("X"),))


@pytest.mark.parametrize(("most", "withdrawn"), [(SURE - 1, True), (SURE, False)])
def test_a_rule_that_many_articles_taught_outlives_the_articles_that_are_pruned(most: int, withdrawn: bool) -> None:
    verdict = judge(source(f"{OWN} X", f"{OWN} X", *[OWN] * 15), {h("X"): most})
    assert (verdict.withdrawn == (h("X"),), h("X") in verdict.learnt) == (withdrawn, not withdrawn)


@pytest.mark.parametrize(
    "articles", [[], [()] * 3, source(*[OWN] * 19)], ids=["no article", "empty articles", "nineteen articles"]
)
def test_no_rule_fades_before_there_are_articles_to_tell(articles: list[tuple[Mark, ...]]) -> None:
    verdict = judge(articles, {7: 3})
    assert (list(verdict.learnt), verdict.faded, verdict.withdrawn, verdict.candidates) == ([7], (), (), {})
    assert not judge(articles).learnt


def test_the_order_of_what_is_known_does_not_matter() -> None:
    told = source(*[f"{OWN} X Y Z"] * 5)
    assert judge(told, {h("Z"): 5, h("X"): 5}) == judge(told, {h("X"): 5, h("Z"): 5})
    assert list(judge(told).learnt) == sorted(judge(told).learnt)


def test_groups_must_be_as_many_as_articles() -> None:
    with pytest.raises(ValueError, match="differ in number"):
        judge(source(OWN), groups=[])
