"""The commands that help to edit a taxonomy, as a person at a terminal uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Feed
from config.taxonomy import load_taxonomy
from extractors.model import Article
from extractors.subject import Claim
from extractors.tagging import Tagger, tags_of
from flows import cli
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OWN = """replace = true

[tags.beekeeping]
name = "Beekeeping"
strong = ["beehive*"]
weak = ["honey"]
threshold = 0.6

[tags.farming]
name = "Farming"
strong = ["tractor*", "harvest"]

[tags.sailing]
name = "Sailing"
strong = ["regatta*"]

[entities]
ada = { type = "person", name = "Ada Quill" }
acme = { type = "company", name = "Acme Hives" }

[categories]
"Bees" = { tag = "beekeeping" }
"""
BEES = [
    ("Swarms move in", "A queen excluder keeps the brood apart, said Ada Quill. The nectar flow began in spring."),
    ("Quiet spring", "Ada Quill lifted the queen excluder and saw brood frames. The nectar flow was weak."),
    ("New frames", "Without a queen excluder the brood frames fill up. Ada Quill waits for rain."),
]
OTHERS = [
    (f"Tractor show {n}", "The harvest was good. A tractor pulled the plough through wet soil.") for n in range(5)
]
HOSTILE = ['"] = 1\n[tags.x]\n#', 'a\\"b', "tab\there", "esc\x1b[31m", "half\ud800", "ünïcode", "[x.y]", "'''"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Fanmill = Callable[..., Done]


@pytest.fixture
def fanmill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Fanmill:
    (tmp_path / "mill").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANMILL_CONFIG", "mill")
    monkeypatch.setenv("FANMILL_DB", "news.db")
    Path("mill/taxonomy.toml").write_text(OWN)

    def call(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fanmill", "taxonomy", *words])
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capfd.readouterr()
        return Done(code=code, out=out, err=err)

    return call


def bring(texts: list[tuple[str, str]], categories: list[str], said: dict[int, dict[str, bool | None]]) -> None:
    """Articles of one feed, each with these categories, tagged by the taxonomy as it is; then what people say of them."""
    known = load_taxonomy(Path("mill"))
    tagger = Tagger(known)
    with Store.open(Path("news.db")) as store:
        store.sync_feeds([Feed(slug="ledger", url="https://ledger.example/feed", title="The Ledger")], NOW)
        store.tags.name(tags_of(known))
        [feed] = store.due(NOW, force=True)
        arrivals = []
        for number, (title, text) in enumerate(texts):
            claims = tuple(Claim(category=category) for category in categories)
            tagging = tagger.tag(title, text)
            address = f"https://ledger.example/{number}"
            article = Article(guid=str(number), url=address, canonical_url=address, title=title, text=text, language="en",
                              tagging=type(tagging)(tags=tagging.tags, entities=tagging.entities, claims=claims, own=tagging.own))  # fmt: skip
            arrivals.append(Arrival(entry_hash=str(number), article=article))
        run = store.start_run("cli", "1.0", NOW)
        poll = Poll(started_at=NOW, outcome="new", status=200)
        store.keep(Harvest(run_id=run, feed=feed, poll=poll, arrivals=tuple(arrivals)))
        for article_id, words in said.items():
            store.tags.correct(article_id, words, NOW)


def append(text: str) -> None:
    with Path("mill/taxonomy.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_taxonomy_in_order_is_counted(fanmill: Fanmill) -> None:
    done = fanmill("check")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("3 tags, 2 entities with 2 spellings, 1 categories; version ")
    assert len(done.out.splitlines()) == 1


REMARKS = {
    "a tag that nothing leads to": ('[tags.lost]\nname = "Lost"\n', ":23: tags.lost: has no cue"),
    "a group that no rule asks for": ('[tags.talk]\nname = "T"\nkind = "group"\nweak = ["x1"]\n', ":23: tags.talk: is a group"),
    "a cue that is a name": ('[tags.art]\nname = "Art"\nweak = ["ada quill"]\n', ":25: tags.art: the entities of these names"),
    "a category in other letters": ('[categories."bees "]\ntag = "farming"\n', ":23: categories.bees : is 'Bees' in other letters"),
    "a weight of nothing": ('[entities.kite]\ntype = "company"\nname = "Kite"\nimplies = { sailing = 0 }\n', ":26: entities.kite: implies sailing with weight 0"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "remark"), REMARKS.values(), ids=REMARKS)
def test_what_is_no_fault_and_not_meant_is_remarked_on(fanmill: Fanmill, text: str, remark: str) -> None:
    append(text)
    done = fanmill("check")
    assert (done.code, done.err) == (0, "")
    assert f"mill/taxonomy.toml{remark}" in done.out


def test_own_tables_that_replace_ours_are_named(fanmill: Fanmill) -> None:
    Path("mill/taxonomy.toml").write_text(
        '[tags.funding]\nname = "Money"\nstrong = ["money"]\n[categories]\n"Uncategorized" = { off = true }\n'
    )
    assert "mill/taxonomy.toml replaces tags.funding, categories.Uncategorized\n" in fanmill("check").out


@pytest.mark.parametrize("command", ["check", "unused", "unmapped", "suggest"])
def test_a_fault_is_one_line_and_a_usage_error(fanmill: Fanmill, command: str) -> None:
    append('[tags.bad]\nname = "Bad"\npatterns = ["(a|aa){0,}"]\n')
    done = fanmill(command)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("fanmill: mill/taxonomy.toml:25: tags.bad.patterns: '(a|aa){0,}' may run away")
    assert done.err.count("\n") == 1


def test_tags_that_no_article_has_are_listed(fanmill: Fanmill) -> None:
    bring(OTHERS, [], {1: {"beekeeping": True}})
    done = fanmill("unused", "--json")
    rows = json.loads(done.out)
    assert rows["articles"] == 5
    assert [row["id"] for row in rows["unused"]] == ["beekeeping", "sailing"]
    assert "sailing  Sailing, topic\n" in fanmill("unused").out
    assert "2 unused; looked at 5 articles" in fanmill("unused").out


def test_entities_of_ones_own_file_that_no_article_has_are_listed(fanmill: Fanmill) -> None:
    bring(BEES, [], {})
    assert [row["id"] for row in json.loads(fanmill("unused", "--entities", "--json").out)["unused"]] == ["acme"]


def test_without_a_database_there_is_one_line(fanmill: Fanmill) -> None:
    done = fanmill("unused")
    assert (done.code, done.err) == (2, "fanmill: news.db does not exist yet; `fanmill run` makes it\n")


def test_categories_that_mean_nothing_are_listed(fanmill: Fanmill) -> None:
    bring(BEES, ["Bees", "Farming", "Apiary"], {})
    [row] = json.loads(fanmill("unmapped", "--json").out)
    assert (row["category"], row["articles"], row["feeds"], row["feed"]) == ("Apiary", 3, 1, "ledger")
    assert "Apiary" in fanmill("unmapped").out


@pytest.mark.parametrize(
    "section", [True, False], ids=["beside a [categories] of one's own", "as the first [categories]"]
)
def test_the_patch_for_categories_loads_and_holds(fanmill: Fanmill, section: bool) -> None:
    if not section:
        Path("mill/taxonomy.toml").write_text(OWN[: OWN.index("[categories]")])
    bring(BEES, ["Apiary", "Sailings", "Bee-keeping", "Ledger", "Featured", "Top Stories", "Tractors", *HOSTILE], {})
    patch = fanmill("unmapped", "--patch").out
    append(patch)
    found = load_taxonomy(Path("mill")).categories
    assert {name: rule.tag for name, rule in found.items() if rule.tag and name != "Bees"} == {
        "Sailings": "sailing", "Bee-keeping": "beekeeping", "Tractors": "farming",
    }  # fmt: skip
    assert {name for name, rule in found.items() if rule.ignore} == {"Ledger", "Featured", "Top Stories"}
    assert '"Apiary"' in patch
    assert "\x1b" not in patch
    rest = [row["category"] for row in json.loads(fanmill("unmapped", "--json").out)]
    assert "Apiary" in rest
    assert not {"Sailings", "Ledger", "Featured"} & set(rest)


SAID: dict[int, dict[str, bool | None]] = {
    1: {"beekeeping": True},
    2: {"beekeeping": True},
    3: {"beekeeping": True},
    4: {"beekeeping": False},
}


def test_corrections_suggest_cues_that_find_what_was_missed(fanmill: Fanmill) -> None:
    bring([*BEES, *OTHERS], [], SAID)
    missed = ("A queen excluder from the shed", "It was old.")
    assert "beekeeping" not in {tag.id for tag in Tagger(load_taxonomy(Path("mill"))).tag(*missed).tags}
    kept = OWN.replace(OWN[OWN.index("[tags.beekeeping]") : OWN.index("[tags.farming]")], "")
    patch = fanmill("suggest").out
    assert "# put this in place of [tags.beekeeping] in line 3 of taxonomy.toml\n" in patch
    Path("mill/taxonomy.toml").write_text(kept.replace("[categories]", "[categories]\n#") + patch)
    rules = load_taxonomy(Path("mill"))
    bees = rules.tags["beekeeping"]
    assert bees.threshold == 0.6
    assert bees.strong[0] == "beehive*"
    assert "queen excluder" in bees.strong
    assert "beekeeping" in {tag.id for tag in Tagger(rules).tag(*missed).tags}


def test_what_is_suggested_is_no_name_no_word_of_function_and_nothing_that_others_say(fanmill: Fanmill) -> None:
    bring([*BEES, *OTHERS], [], SAID)
    words = {row["word"] for row in json.loads(fanmill("suggest", "--json").out)}
    assert "queen excluder" in words
    assert not {word for word in words if {"ada", "quill", "the", "tractor", "harvest"} & set(word.split())}


def test_two_corrections_suggest_nothing(fanmill: Fanmill) -> None:
    bring([*BEES, *OTHERS], [], {1: {"beekeeping": True}, 2: {"beekeeping": True}})
    assert fanmill("suggest").out.startswith("# nothing to suggest")


COMMANDS = (["check"], ["unused"], ["unused", "--entities"], ["unmapped"], ["unmapped", "--patch"], ["suggest"])


def test_nothing_is_written(fanmill: Fanmill) -> None:
    bring([*BEES, *OTHERS], ["Apiary"], SAID)
    before = {path: path.read_bytes() for path in [Path("news.db"), Path("mill/taxonomy.toml")]}
    assert [fanmill(*words).code for words in COMMANDS] == [0] * len(COMMANDS)
    assert {path: path.read_bytes() for path in before} == before


def test_no_command_imports_prefect(fanmill: Fanmill) -> None:
    bring([*BEES, *OTHERS], ["Apiary"], SAID)
    code = f"""
import sys
from flows import cli
for words in {COMMANDS!r}:
    sys.argv = ["fanmill", "taxonomy", *words]
    try:
        cli.main()
    except SystemExit as left:
        assert not left.code
print("prefect" in sys.modules, file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stderr) == (0, "False\n")
