"""`fanmill chrome` as an operator at a terminal uses it, on a database that a run made."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest

from flows import cli
from flows.choosing import FIXED, SHAPES, Shipped, Told, find
from flows.curating import next_steps, split
from flows.newsroom import Newsroom, Press, Reply, Site, shipped
from flows.options import CommandError

APPEAL = "The barn needs {} new tiles before winter. If you put one on it, you are named on a list beside the door."
LANTERNS = "Lanterns are lent for {} days; trim your wick before you bring one back, says the sign in our hall."
HINT = "The next walk along the old line starts at the mill on a Sunday; bring boots and something to eat."
POLICE = "\x1b[31mWe hold that \u202ewhat stands here in every single article steers no terminal whatever.\x1b[0m"
FEED = '<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
ITEM = "<item><guid>{slug}</guid><title>{title}</title><description>{body}</description></item>"
SITES = {slug: Site(slug=slug, name=slug, host=f"{slug}.example") for slug in ("barn", "hall", "quiet")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Fanmill = Callable[..., Done]


def feed(title: str, lines: Callable[[int], list[str]], first: int, count: int) -> bytes:
    """A feed of some of our stories, each with the lines that the outlet puts below its second paragraph."""
    stories = [s for s in shipped().stories if not (s.wall or s.hostile or s.copy_of or s.edited_copy_of)]
    items = []
    for number, story in enumerate(stories[first : first + count]):
        parts = [block.plain for block in story.blocks]
        texts = [*parts[:2], *lines(number), *parts[2:]]
        body = escape("".join(f"<p>{escape(text)}</p>" for text in texts).replace("\x1b", "&#x9b;"))
        items.append(ITEM.format(slug=story.slug, title=escape(story.title), body=body))
    return FEED.format(title=title, items="".join(items)).encode()


FEEDS = {
    "barn": feed("Barn", lambda n: [APPEAL.format(n + 3), *([HINT] if n < 2 else [])], 0, 6),
    "hall": feed("Hall", lambda n: [APPEAL.format(n + 9), LANTERNS.format(n), POLICE], 6, 4),
    "quiet": feed("Quiet", lambda n: [LANTERNS.format(5)] if n == 1 else [], 10, 4),
}


def call(*words: str) -> int:
    sys.argv = ["fanmill", *words]
    try:
        cli.main()
    except SystemExit as error:
        return int(error.code or 0)
    return 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a database of three feeds, two of which print lines of their own into every article."""
    folder = tmp_path_factory.mktemp("made")
    with Newsroom(Press(sites=SITES, stories=())) as room, pytest.MonkeyPatch.context() as patch:
        for slug, body in FEEDS.items():
            room.put(slug, "/feed/", Reply(body=body, type="application/rss+xml; charset=utf-8"))
        tables = "".join(
            f'[feeds.{slug}]\nurl = "{room.base(slug)}/feed/"\nallow_private = true\n' for slug in SITES
        )  # fmt: skip
        (folder / "feeds.toml").write_text("replace = true\n" + tables)
        patch.setenv("FANMILL_CONFIG", str(folder))
        patch.setenv("FANMILL_DB", str(folder / "news.db"))
        patch.setattr(sys, "argv", [])
        assert call("run", "--no-prefect") == 0
        yield folder


@pytest.fixture
def fanmill(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Fanmill:
    """The command line in a copy of that folder."""
    for path in made.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANMILL_CONFIG", str(tmp_path))
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    monkeypatch.setattr(sys, "argv", [])

    def command(*words: str) -> Done:
        capfd.readouterr()
        code = call(*words)
        out, err = capfd.readouterr()
        return Done(code=code, out=out, err=err)

    return command


def listed(fanmill: Fanmill, *words: str) -> list[dict[str, object]]:
    done = fanmill("chrome", "--json", *words)
    assert (done.code, done.err) == (0, "")
    rows: list[dict[str, object]] = json.loads(done.out)
    return rows


def rule(fanmill: Fanmill, beginning: str, feed: str) -> str:
    [found] = [r for r in listed(fanmill, "--feed", feed) if str(r["sample"]).startswith(beginning)]
    return str(found["rule"])


def texts(slug: str, words: str) -> int:
    """The stored texts of a feed that hold these words."""
    sql = """SELECT count(*) FROM article_texts t JOIN articles a ON a.id = t.article_id
    JOIN feeds f ON f.id = a.feed_id WHERE f.slug = ? AND instr(t.text, ?)"""
    with sqlite3.connect("news.db") as database:
        return int(database.execute(sql, (slug, words)).fetchone()[0])


def choices() -> list[tuple[object, ...]]:
    sql = """SELECT f.slug, c.rule, c.choice FROM chrome_choices c LEFT JOIN feeds f ON f.id = c.feed_id
    ORDER BY c.rule, f.slug"""
    with sqlite3.connect("news.db") as database:
        return database.execute(sql).fetchall()


def test_what_was_learnt_is_listed_with_counts_and_a_sample(fanmill: Fanmill) -> None:
    rows = {(r["feed"], str(r["sample"])[:9]): r for r in listed(fanmill)}
    barn, hall = rows["barn", "The barn "], rows["hall", "The barn "]
    assert (barn["state"], barn["seen"], barn["of"], barn["cuts"]) == ("learnt", 6, 6, 6)
    assert (hall["state"], hall["seen"], hall["of"], hall["cuts"]) == ("learnt", 4, 4, 4)
    assert barn["rule"] == hall["rule"]
    hint = rows["barn", "The next "]
    assert (hint["state"], hint["seen"], hint["of"], hint["cuts"]) == ("candidate", 2, 6, 0)
    assert not [row for row in rows.values() if row["feed"] == "quiet"]
    assert texts("barn", "new tiles") == texts("hall", "new tiles") == 0
    assert texts("barn", HINT) == 2


def test_what_one_feed_repeats_is_cut_from_no_other(fanmill: Fanmill) -> None:
    assert (texts("hall", "Lanterns are lent"), texts("quiet", "Lanterns are lent")) == (0, 1)
    assert fanmill("reprocess", "--no-prefect").code == 0
    assert (texts("hall", "Lanterns are lent"), texts("quiet", "Lanterns are lent")) == (0, 1)


def test_the_list_of_one_feed_holds_nothing_of_another(fanmill: Fanmill) -> None:
    assert {row["feed"] for row in listed(fanmill, "--feed", "barn")} <= {"barn", ""}
    assert "Lanterns" not in fanmill("chrome", "--feed", "barn").out
    done = fanmill("chrome", "--feed", "quiet")
    assert (done.code, done.out, done.err) == (0, "", "nothing is cut so far\n")


def test_a_table_has_one_line_for_each_rule_and_steers_no_terminal(fanmill: Fanmill) -> None:
    done = fanmill("chrome")
    lines = done.out.splitlines()
    assert lines[0].split() == ["feed", "rule", "state", "seen", "cuts", "sample"]
    assert len(lines) == 1 + len(listed(fanmill))
    assert max(map(len, lines)) <= 130
    assert not {"\x1b", "\x9b", "\u202e"} & set(done.out)
    [line] = [line for line in lines if line.startswith("barn") and "The barn needs" in line]
    assert line.split()[1:7] == [rule(fanmill, "The barn", "barn")[: len("learnt.") + 8], "learnt", "6", "of", "6", "6"]


def test_with_all_the_shipped_rules_are_listed_that_have_cut_nothing(fanmill: Fanmill) -> None:
    names = {str(row["rule"]): row for row in listed(fanmill, "--all")}
    assert {"newsletter", "element.related", "panel.insights", *SHAPES, *FIXED} <= names.keys()
    assert names["newsletter"]["state"] == "shipped"
    assert names["newsletter"]["cuts"] == 0
    assert "newsletter" not in {row["rule"] for row in listed(fanmill)}


def test_a_rule_that_is_kept_gives_back_what_it_cut(fanmill: Fanmill) -> None:
    learnt = rule(fanmill, "The barn", "barn")
    short = learnt.removeprefix("learnt.")[:6]
    done = fanmill("chrome", "--keep", short, "--feed", "barn")
    assert (done.code, done.err) == (0, "")
    said, then = done.out.splitlines()
    assert said.startswith(f"{learnt[:15]} stays in the text from now on, in barn only: The barn needs ")
    assert then == "the next run cleans 6 stored articles of barn again; to do so now: fanmill reprocess --feed barn"
    assert choices() == [("barn", learnt, "keep")]
    assert fanmill("reprocess", "--feed", "barn", "--no-prefect").code == 0
    assert (texts("barn", "new tiles"), texts("hall", "new tiles")) == (6, 0)
    row = next(r for r in listed(fanmill, "--feed", "barn") if r["rule"] == learnt)
    assert (row["choice"], row["cuts"]) == ("keep", 0)
    assert "kept" in fanmill("chrome", "--feed", "barn").out


def test_a_choice_for_all_feeds_holds_in_all(fanmill: Fanmill) -> None:
    learnt = rule(fanmill, "The barn", "barn")
    done = fanmill("chrome", "--keep", learnt)
    assert "of barn, hall again; to do so now: fanmill reprocess --feed barn --feed hall" in done.out
    assert choices() == [(None, learnt, "keep")]
    assert fanmill("reprocess", "--no-prefect").code == 0
    assert (texts("barn", "new tiles"), texts("hall", "new tiles")) == (6, 4)


def test_a_candidate_is_cut_when_it_is_chosen_and_forgotten_again(fanmill: Fanmill) -> None:
    hint = rule(fanmill, "The next walk", "barn")
    told = json.loads(fanmill("chrome", "--cut", hint, "--feed", "barn", "--json").out)
    assert told["chosen"] == [{"rule": hint, "choice": "cut", "feed": "barn", "sample": HINT, "still": []}]
    assert told["concerned"] == {"barn": 2}
    assert fanmill("reprocess", "--feed", "barn", "--no-prefect").code == 0
    assert texts("barn", HINT) == 0
    assert "cut" in next(str(r["choice"]) for r in listed(fanmill, "--feed", "barn") if r["rule"] == hint)
    done = fanmill("chrome", "--forget", hint[:12], "--feed", "barn")
    assert done.code == 0
    assert choices() == []
    assert fanmill("reprocess", "--feed", "barn", "--no-prefect").code == 0
    assert texts("barn", HINT) == 2


def test_a_feed_that_is_configured_no_more_is_promised_nothing(fanmill: Fanmill) -> None:
    feeds = Path("feeds.toml").read_text()
    Path("feeds.toml").write_text(feeds.replace("[feeds.hall]", "[feeds.elsewhere]"))
    learnt = rule(fanmill, "The barn", "barn")
    _, then, rest = fanmill("chrome", "--keep", learnt).out.splitlines()
    assert then == "the next run cleans 6 stored articles of barn again; to do so now: fanmill reprocess --feed barn"
    assert rest == "hall is configured no more: its articles stay as they are"
    told = json.loads(fanmill("chrome", "--keep", learnt, "--json").out)
    assert (told["concerned"], told["not_configured"]) == ({"barn": 6}, {"hall": 4})
    done = fanmill(*then.partition("to do so now: fanmill ")[2].split(), "--no-prefect")
    assert (done.code, texts("barn", "new tiles"), texts("hall", "new tiles")) == (0, 6, 0)
    _, rest = fanmill("chrome", "--keep", learnt).out.splitlines()
    assert rest.startswith("hall is configured no more")


def test_the_command_that_is_printed_can_be_pasted_into_a_shell() -> None:
    told = Told(chosen=(), concerned={"barn": 1})
    [step] = next_steps(split(told, {"barn"}), Path("my mill"), Path("$(x).db"))
    command = "fanmill reprocess --config 'my mill' --db '$(x).db' --feed barn"
    assert step == f"the next run cleans 1 stored article of barn again; to do so now: {command}"


def test_articles_without_raw_input_are_promised_nothing(fanmill: Fanmill) -> None:
    for path in Path().glob("news.raw.db*"):
        path.unlink()
    done = fanmill("chrome", "--keep", rule(fanmill, "The barn", "barn"), "--feed", "barn")
    assert done.out.splitlines()[1:] == ["6 stored articles of barn have no raw input, and stay as they are"]


def test_the_next_run_applies_a_choice(fanmill: Fanmill) -> None:
    assert fanmill("chrome", "--keep", rule(fanmill, "Lanterns", "hall")).code == 0
    assert fanmill("run", "--no-prefect", "--feed", "quiet").code == 0
    assert texts("hall", "Lanterns are lent") == 4


def test_a_shipped_rule_can_be_chosen_before_it_has_cut_anything(fanmill: Fanmill) -> None:
    done = fanmill("chrome", "--keep", "newsletter", "--keep", "element.related", "--feed", "barn")
    assert (done.code, done.out.splitlines()[-1]) == (0, "no stored article is concerned")
    assert choices() == [("barn", "element.related", "keep"), ("barn", "newsletter", "keep")]
    assert {r["rule"] for r in listed(fanmill, "--feed", "barn") if r["choice"]} == {"newsletter", "element.related"}


def test_a_choice_is_taken_back_where_it_was_made(fanmill: Fanmill) -> None:
    fanmill("chrome", "--keep", "newsletter", "--feed", "barn")
    done = fanmill("chrome", "--forget", "newsletter")
    assert done.out.splitlines()[0] == "newsletter is still chosen for barn; --forget takes that back with --feed"
    fanmill("chrome", "--keep", "cookie")
    done = fanmill("chrome", "--forget", "cookie", "--feed", "hall")
    assert (done.code, done.err) == (2, "fanmill: nothing was chosen of cookie in hall itself, but for all feeds\n")
    fanmill("chrome", "--keep", "cookie", "--feed", "hall")
    done = fanmill("chrome", "--forget", "cookie", "--feed", "hall")
    assert done.out.splitlines()[0] == "cookie is still chosen for all feeds; --forget takes that back without --feed"
    assert choices() == [(None, "cookie", "keep"), ("barn", "newsletter", "keep")]


WRONG = {
    "a name that is none": (["--keep", "nonsense"], "no rule is called 'nonsense'; `fanmill chrome --all` lists them"),
    "digits that no rule begins with": (["--cut", "learnt.0000000"], "no rule is called 'learnt.0000000'; "),
    "all learnt rules at once": (["--keep", "learnt."], "no rule is called 'learnt.'; "),
    "a rule of another feed": (["--keep", "{lanterns}", "--feed", "barn"], "no rule is called '{lanterns}' in barn; "),
    "a rule whose cut is no loss": (["--keep", "head.title"], "head.title cannot be chosen; rules of blocks, "),
    "a part of the page that is not read": (["--keep", "element.navigation"], "element.navigation cannot be chosen; "),
    "one rule both ways": (["--keep", "newsletter", "--cut", "newsletter"], "newsletter cannot have both, --keep and "),
    "one bad name among good ones": (["--keep", "newsletter", "--cut", "nonsense"], "no rule is called 'nonsense'; "),
    "a choice that was never made": (["--forget", "newsletter"], "nothing was chosen of newsletter; "),
    "a feed nobody knows": (["--keep", "newsletter", "--feed", "nobody"], "no feed is called 'nobody', or no run has "),
    "a list of a feed nobody knows": (["--feed", "nobody"], "no feed is called 'nobody', or no run has met it so far"),
}


@pytest.mark.parametrize(("words", "fault"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_one_line_and_nothing_is_chosen(words: list[str], fault: str, fanmill: Fanmill) -> None:
    lanterns = rule(fanmill, "Lanterns", "hall")
    done = fanmill("chrome", *[word.format(lanterns=lanterns) for word in words])
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("fanmill: " + fault.format(lanterns=lanterns))
    assert choices() == []


def test_a_beginning_that_several_rules_have_names_none() -> None:
    rules = [f"learnt.{digits:0<16}" for digits in ("abcd1", "abcd2", "ef01")]
    none = Shipped(free=frozenset(), every=frozenset())
    assert find("ef01", rules, none, None) == find("learnt.e", rules, none, None) == rules[2]
    with pytest.raises(CommandError, match="abcd is how 2 rules begin"):
        find("abcd", rules, none, None)
    with pytest.raises(CommandError, match="no rule is called 'ef0'"):
        find("ef0", rules, none, None)


@pytest.mark.parametrize("words", [[], ["--keep", "newsletter"]])
def test_without_a_database_it_is_said_how_to_get_one(words: list[str], fanmill: Fanmill, tmp_path: Path) -> None:
    done = fanmill("chrome", *words, "--db", str(tmp_path / "other.db"))
    assert (done.code, done.out) == (2, "")
    assert done.err == f"fanmill: {tmp_path / 'other.db'} does not exist yet; `fanmill run` makes it\n"
    assert not (tmp_path / "other.db").exists()


def test_the_rules_of_the_code_are_those_that_are_told() -> None:
    sources = "".join(path.read_text() for path in Path(cli.__file__).parents[1].glob("extractors/*.py"))
    spelled = set(re.findall(r'"((?:head|link|shape|tail)\.[a-z-]+)"', sources))
    assert {*SHAPES, *FIXED} - spelled == {"link.related", "link.see-also"}  # these are made of the kind of a link
    assert spelled <= {*SHAPES, *FIXED}
