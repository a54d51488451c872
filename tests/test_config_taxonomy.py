from __future__ import annotations

from pathlib import Path

import pytest

from config.tables import ConfigError
from config.taxonomy import ancestors, bad_pattern, load_taxonomy

FAULTS = {
    "an unknown key is named with its line": ('[tags.a]\nname = "A"\nstrng = ["x"]', ":3: tags.a.strng: no such key"),
    "a parent must exist": ('[tags.a]\nname = "A"\nparents = ["nowhere"]', ":3: tags.a.parents: there is no tag 'nowhere'"),
    "a tag is not its own ancestor": ('[tags.a]\nname = "A"\nparents = ["b"]\n[tags.b]\nname = "B"\nparents = ["a"]', ":3: tags.a.parents: the tag is its own ancestor"),
    "a tag of a co-occurrence must exist": ('[tags.a]\nname = "A"\ntogether = [["a", "zz"]]', ":3: tags.a.together: there is no tag 'zz'"),
    "a regular expression must compile": ("[tags.a]\nname = 'A'\npatterns = ['(']", ":3: tags.a.patterns: '(' is no regular expression"),
    "a regular expression must not run away": ("[tags.a]\nname = 'A'\npatterns = ['(a+)+b']", ":3: tags.a.patterns: '(a+)+b' may run away"),
    "a cue must be findable": ('[tags.a]\nname = "A"\nstrong = ["C++"]', ":3: tags.a.strong: 'C++' must begin and end"),
    "two spaces in a cue can never match": ('[tags.a]\nname = "A"\nstrong = ["a  b"]', ":3: tags.a.strong: 'a  b' must begin and end"),
    "a script without word spaces is refused": ('[tags.a]\nname = "A"\nweak = ["微软"]', ":3: tags.a.weak: '微软' is in a script"),
    "two entities cannot share an alias": ('[entities.a]\ntype = "company"\nname = "Foo"\n[entities.b]\ntype = "place"\nname = "Bar"\naliases = ["foo"]', ":7: entities.b.aliases: 'foo' already names 'a'"),
    "an entity on one line is found by line": ('[entities]\na = { type = "company", name = "A" }\nb = { type = "firm", name = "B" }', ":3: entities.b.type: input should be"),
    "an implied tag must exist": ('[entities]\na = { type = "company", name = "A", implies = { zz = 1 } }', ":2: entities.a.implies: there is no tag or entity 'zz'"),
    "a weight lies between 0 and 1": ('[tags.t]\nname = "T"\n[entities]\na = { type = "company", name = "A", implies = { t = 7 } }', ":4: entities.a.implies: input should be less"),
    "a word list must exist": ('[entities]\na = { type = "company", name = "A", context = ["@zz"] }', ":2: entities.a.context: there is no word list 'zz'"),
    "a category must lead somewhere": ('[categories]\n"Foo" = { tag = "zz" }', ":2: categories.Foo.tag: there is no tag or entity 'zz'"),
    "a tag and an entity cannot share an id": ('[tags.a]\nname = "A"\n[entities]\na = { type = "company", name = "B" }', ":1: tags.a: an entity has this id too"),
    "broken TOML is named with its line": ("[tags.a]\nname = \n", ":2: not TOML"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_bad_taxonomy_is_refused_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(f"replace = true\n{text}", encoding="utf-8")
    line, rest = message[1:].split(":", 1)
    with pytest.raises(ConfigError) as caught:
        load_taxonomy(tmp_path)
    assert str(caught.value).startswith(f"{path}:{int(line) + 1}:{rest}")
    assert "\n" not in str(caught.value)


PATTERNS = {
    "bounded repeats are welcome": (r"\braises?\b.{0,40}\$\d{1,4}", True),
    "an optional group is": (r"(?:really )?big", True),
    "a star in a class is a letter": (r"[*+]x", True),
    "an escaped star is a letter": (r"\*x\+", True),
    "a star is not": (r"a*", False),
    "an open count is not": (r"a{2,}", False),
    "a repeated group is not": (r"(?:a{1,9}){1,9}", False),
}


@pytest.mark.parametrize(("pattern", "good"), PATTERNS.values(), ids=PATTERNS)
def test_patterns_that_could_hang_are_refused(pattern: str, good: bool) -> None:
    assert (bad_pattern(pattern) == "") is good


def test_the_shipped_taxonomy_covers_what_it_promises() -> None:
    taxonomy = load_taxonomy()
    named = {tag.name for tag in taxonomy.tags.values() if tag.kind != "group"}
    assert {"Big Tech", "AI Policy", "Funding", "M&A", "Energy & Climate", "Generative AI"} <= named
    kinds = [entity.type for entity in taxonomy.entities.values()]
    assert min(kinds.count(kind) for kind in ("company", "person", "place", "product")) > 150
    demonyms = [entity for entity in taxonomy.entities.values() if entity.demonyms]
    assert len(demonyms) > 160


def test_an_operator_adds_a_tag_and_silences_another(tmp_path: Path) -> None:
    text = '[tags.beekeeping]\nname = "Beekeeping"\nstrong = ["beehive*"]\n[categories]\n"Uncategorized" = { off = true }\n'
    (tmp_path / "taxonomy.toml").write_text(text, encoding="utf-8")
    ours, theirs = load_taxonomy(), load_taxonomy(tmp_path)
    assert theirs.tags["beekeeping"].strong == ("beehive*",)
    assert theirs.tags.keys() - ours.tags.keys() == {"beekeeping"}
    assert ours.categories.keys() - theirs.categories.keys() == {"Uncategorized"}
    assert ours.version != theirs.version


def test_ancestors_reach_all_the_way_up() -> None:
    assert ancestors(load_taxonomy(), "ai-policy") == {"ai", "policy"}
