from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.faults import faults
from config.tables import ConfigError
from config.taxonomy import ancestors, load_taxonomy

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


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a byte that is no UTF-8": (b'[tags.a]\nname = "\xff"', ":2: not UTF-8: byte 0xff"),
    "another encoding": ('[tags.a]\nname = "A"'.encode("utf-16"), ":1: not UTF-8: byte 0xff"),
    "NUL": (b'[tags.a]\nname = "\0"', ":2: not TOML: Illegal character"),
    "a name that steers a terminal": (b'[tags.a]\nname = "\\u001b[2J"', ":2: tags.a.name: must be a name on one line"),
    "a name of two lines": (b'[tags.a]\nname = "a\\nb"', ":2: tags.a.name: must be a name on one line"),
    "no name": (b'[tags.a]\nname = ""', ":2: tags.a.name: string should have at least 1"),
    "a name without end": (b'[tags.a]\nname = "' + b"x" * 900_000 + b'"', ":2: tags.a.name: string should have at most 120"),
    "a line without end": (b'[tags.a]\nname = "' + b"x" * 1_000_001 + b'"', ":2: a line of more than 1000000"),
    "a file without end": (b"# x\n" * 4_200_000, ":1: larger than 16 MB"),
    "an id without end": (b"[tags." + b"x" * 50_000 + b"]\nname = 'A'", ":1: tags.xxx"),
    "a key without end": (b"[tags.a]\nname = 'A'\n" + b"x" * 50_000 + b" = 1", ":3: tags.a.xxx"),
    "a cue without end": (b'[tags.a]\nname = "A"\nstrong = ["' + b"x " * 50_000 + b'x"]', ":3: tags.a.strong: 'x x "),
    "lists in lists": (b"[tags.a]\nname = 'A'\nstrong = " + b"[" * 9000 + b"]" * 9000, ":3: not TOML: lists or tables lie too deep"),
    "tables in tables": (b"[tags]\na = " + b"{ a = " * 9000 + b"1" + b"}" * 9000, ":2: not TOML: lists or tables lie too deep"),
    "a number without end": (b"[tags.a]\nname = 'A'\ndistinct = " + b"9" * 5000, ":3: not TOML: a number is too long"),
    "a key twice": (b"[tags.a]\nname = 'A'\nname = 'B'", ":3: not TOML: Cannot overwrite"),
    "a table twice": (b"[tags.a]\nname = 'A'\n[tags.a]\nname = 'B'", ":3: not TOML: Cannot declare"),
    "an id besides the header": (b"[tags.a]\nid = 'b'\nname = 'A'", ":2: tags.a.id: no such key"),
    "a text for a list": (b"[tags.a]\nname = 'A'\nstrong = 'abc'", ":3: tags.a.strong: input should be a list"),
    "a list for a table": (b"[[tags]]\nname = 'A'", ":1: tags: must hold tables"),
    "no number": (b"[tags.a]\nname = 'A'\nthreshold = nan", ":3: tags.a.threshold: input should be less than"),
    "a tag that yields to itself": (b"[tags.a]\nname = 'A'\nyields = ['a']", ":3: tags.a.yields: names the tag itself"),
    "a tag of itself": (b"[tags.a]\nname = 'A'\ntogether = [['a']]", ":3: tags.a.together: names the tag itself"),
    "a tag of nothing": (b"[tags.a]\nname = 'A'\ntogether = [[]]", ":3: tags.a.together: a list of it is empty"),
    "an entity that implies itself": (b"[entities]\na = { type = 'place', name = 'Aa', implies = { a = 1 } }", ":2: entities.a.implies: the entity implies itself"),
    "entities that imply one another": (b"[entities]\na = { type = 'place', name = 'Aa', implies = { b = 1 } }\nb = { type = 'place', name = 'Bb', implies = { a = 1 } }", ":2: entities.a.implies: the entity implies itself"),
    "a category ignored and not": (b"[tags.a]\nname = 'A'\n[categories]\nX = { tag = 'a', ignore = true }", ":4: categories.X.ignore: a category is ignored or has a tag"),
    "a category that breaks the line": (b'[categories]\n"a\\nb" = { tag = "q" }', ":1: categories.a\ufffdb.tag: there is no tag"),
    "a word list that no matcher could use": (b"[words.w]\nlist = ['', '*']\n[entities]\na = { type = 'place', name = 'Aa', context = ['@w'] }", ":2: words.w.list: '' must begin and end"),
    "a pattern that blows up": (b"[tags.a]\nname = 'A'\npatterns = ['(a|aa){0,}']", ":3: tags.a.patterns: '(a|aa){0,}' may run away"),
    "a pattern without end": (b"[tags.a]\nname = 'A'\npatterns = ['" + b"(" * 50_000 + b"']", ":3: tags.a.patterns: '(((("),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_file_holds_the_fault_is_one_short_line(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_taxonomy(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"{path}{message}")
    assert said.isprintable()
    assert len(said) < len(str(path)) + 300
    assert path.read_bytes() == data


WELCOME = {
    "a byte order mark": b"\xef\xbb\xbf",
    "line ends of another system": b"# x\r\n",
}


@pytest.mark.parametrize("head", WELCOME.values(), ids=WELCOME)
def test_what_editors_of_other_systems_leave_is_read_over(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "taxonomy.toml").write_bytes(head + b"[tags.kites]\r\nname = 'Kites'\r\n")
    assert load_taxonomy(tmp_path).tags["kites"].name == "Kites"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.mkdir()
    with pytest.raises(ConfigError, match=":1: cannot be read: it is no file"):
        load_taxonomy(tmp_path)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match=":1: cannot be read: it is no file"):
        load_taxonomy(tmp_path)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match=":1: cannot be read: No such file"):
        load_taxonomy(tmp_path)


def test_a_long_line_of_ancestors_is_no_circle_and_a_circle_is_found_however_long(tmp_path: Path) -> None:
    tables = [f'[tags.t{n}]\nname = "T{n}"\nparents = ["t{n + 1}"]\n' for n in range(2000)]
    tables.insert(0, "replace = true\n")
    last = '[tags.t2000]\nname = "Last"\n'
    (tmp_path / "taxonomy.toml").write_text("".join(tables) + last)
    assert "t1999" in load_taxonomy(tmp_path).tags
    (tmp_path / "taxonomy.toml").write_text("".join(tables) + last + 'parents = ["t0"]\n')
    with pytest.raises(ConfigError, match=r":4: tags\.t0\.parents: the tag is its own ancestor"):
        load_taxonomy(tmp_path)


def test_many_entities_are_read(tmp_path: Path) -> None:
    lines = [f'e{n} = {{ type = "company", name = "Name {n}" }}\n' for n in range(20_000)]
    (tmp_path / "taxonomy.toml").write_text("replace = true\n[entities]\n" + "".join(lines))
    assert len(load_taxonomy(tmp_path).entities) == 20_000


def test_the_shipped_taxonomy_has_no_fault() -> None:
    assert list(faults(load_taxonomy())) == []  # loading it does not look


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


def test_a_tag_that_is_switched_off_leaves_nothing_that_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.toml").write_text("[tags.policy]\noff = true\n[tags.startups]\noff = true\n")
    ours, theirs = load_taxonomy(), load_taxonomy(tmp_path)
    assert ours.tags.keys() - theirs.tags.keys() == {"policy", "startups"}
    assert ours.entities.keys() == theirs.entities.keys()
    assert "startups" in ours.entities["y-combinator"].implies
    assert "startups" not in theirs.entities["y-combinator"].implies
    assert ancestors(theirs, "ai-policy") == {"ai"}
    assert {rule.tag for rule in theirs.categories.values()}.isdisjoint({"policy", "startups"})


def test_a_tag_of_ones_own_may_not_name_what_was_never_there(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.toml").write_text("[tags.startups]\noff = true\n[tags.a]\nname = 'A'\nparents = ['zz']\n")
    with pytest.raises(ConfigError, match="there is no tag 'zz'"):
        load_taxonomy(tmp_path)


def test_ancestors_reach_all_the_way_up() -> None:
    assert ancestors(load_taxonomy(), "ai-policy") == {"ai", "policy"}
