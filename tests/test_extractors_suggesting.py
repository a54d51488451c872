from __future__ import annotations

import pytest

from config.taxonomy import CategoryRule, EntityRule, TagRule, Taxonomy
from extractors.suggesting import Guesser, names, suggest, terms

BEES = TagRule(id="beekeeping", name="Beekeeping", strong=("beehive*",), weak=("honey",))
ACME = EntityRule(id="acme", type="company", name="Acme Hives", aliases=("Acme",))
TAXONOMY = Taxonomy(
    tags={"beekeeping": BEES, "talk": TagRule(id="talk", name="Talk", kind="group", weak=("chat",))},
    entities={"acme": ACME},
    categories={},
    words={},
)


def group(*texts: str) -> list[frozenset[str]]:
    return [terms("", text) for text in texts]


HAVING = group("The queen excluder and honey.", "A queen excluder, again.", "Queen excluder; Acme beehives.")


def cues(having: list[frozenset[str]], lacking: list[frozenset[str]]) -> list[str]:
    return [cue.word for cue in suggest(BEES, having, lacking, names(TAXONOMY))]


TERMS = {
    "words and pairs within a sentence": ("", "Nectar flows. Bees drink", {"nectar", "flows", "nectar flows", "bees", "drink", "bees drink"}),
    "no pair over a comma": ("", "nectar, flows", {"nectar", "flows"}),
    "no word of function, figure or letter": ("", "the 2026 x of", set()),
    "no pair over a word of function": ("", "queen of bees", {"queen", "bees"}),
    "the title apart from the text": ("Queen", "bees", {"queen", "bees"}),
    "half a character and nothing": ("\ud800", "\0\n", set()),
}  # fmt: skip


@pytest.mark.parametrize(("title", "text", "found"), TERMS.values(), ids=TERMS)
def test_terms_of_an_article(title: str, text: str, found: set[str]) -> None:
    assert terms(title, text) == found


def test_a_long_word_is_no_term_and_a_long_text_is_not_read() -> None:
    assert terms("", "x" * 1_000_000) == frozenset()
    assert "late" not in terms("", "early " * 1000 + "late")


def test_what_the_tagged_say_and_no_other_is_suggested_once() -> None:
    assert cues(HAVING, group("A tractor.", "The harvest.")) == ["queen excluder"]


def test_what_others_say_as_often_is_not() -> None:
    assert cues(HAVING, group(*["The queen excluder."] * 3)) == []


def test_a_word_of_one_article_is_not() -> None:
    assert "nectar" not in cues([*HAVING, *group("nectar")], [])


def test_a_name_or_a_cue_that_is_there_is_not() -> None:
    having = group(*["Acme honey beehives smoke."] * 3)
    assert cues(having, group("A tractor.")) == ["smoke"]


def test_a_cue_that_others_never_say_is_strong() -> None:
    [cue] = suggest(BEES, HAVING, group("A tractor.", "The harvest."), frozenset())
    assert (cue.word, cue.having, cue.lacking, cue.strong) == ("queen excluder", 3, 0, True)
    [cue] = suggest(BEES, HAVING, group("Queen excluder.", *["A tractor."] * 20), frozenset())
    assert (cue.lacking, cue.strong) == (1, False)


GUESSES = {
    "a tag's name in other letters": ("BEEKEEPING", CategoryRule(name="BEEKEEPING", tag="beekeeping")),
    "with a slip": ("Beekeping", CategoryRule(name="Beekeping", tag="beekeeping")),
    "a cue": ("Beehives", CategoryRule(name="Beehives", tag="beekeeping")),
    "an alias": ("acme", CategoryRule(name="acme", tag="acme")),
    "a shelf": ("Featured", CategoryRule(name="Featured", ignore=True)),
    "a shelf in the plural": ("Top Stories", CategoryRule(name="Top Stories", ignore=True)),
    "the feed's own name": ("The Ledger", CategoryRule(name="The Ledger", ignore=True)),
    "a group is never given": ("Talk", None),
    "a word we do not know": ("Basketry", None),
    "a script we cannot read": ("人工智能", None),
    "nothing": ("", None),
    "half a character": ("\ud800", None),
}


@pytest.mark.parametrize(("category", "rule"), GUESSES.values(), ids=GUESSES)
def test_what_a_category_may_mean(category: str, rule: CategoryRule | None) -> None:
    assert Guesser(TAXONOMY, ["The Ledger"]).guess(category) == rule
