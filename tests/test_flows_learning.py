"""A run learns what each site repeats, and cleans what is stored of it: in the same run, or whenever it is able to."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from config.load import Config, load
from flows.choosing import Asked, Shipped, Told, decide
from flows.newsroom import Newsroom
from flows.options import CommandError
from flows.outcome import Report
from flows.pipeline import Options, run
from storage.intents import Harvest, Kept
from storage.store import Store

TEXTS = """SELECT f.slug, a.guid, t.text FROM articles a JOIN feeds f ON f.id = a.feed_id
JOIN article_texts t ON t.article_id = a.id ORDER BY 1, 2"""
CUTS = (
    """SELECT a.uid, c.position, c.rule, c.text FROM cuts c JOIN articles a ON a.id = c.article_id ORDER BY 1, 2, 3"""
)
LINKS = """SELECT a.uid, l.kind, l.position, l.title, l.url FROM links l JOIN articles a ON a.id = l.article_id
ORDER BY 1, 2, 3, 4"""
RULES = """SELECT f.slug, r.rules, r.cleaned_by FROM feed_rules r JOIN feeds f ON f.id = r.feed_id
WHERE r.rules <> '' OR r.cleaned_by <> '' ORDER BY 1"""
RUNS = "SELECT * FROM runs"
LEARNT = "SELECT count(DISTINCT article_id) FROM cuts WHERE rule LIKE 'learnt.%'"


@dataclass
class Demo:
    """A newsroom, and a mill pointed at it."""

    newsroom: Newsroom
    folder: Path

    @property
    def config(self) -> Config:
        return load(self.folder)

    def run(self, **options: object) -> Report:
        return run(self.config, Options(**{"feeds": tuple(self.config.feeds), **options}))  # type: ignore[arg-type]

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(sql, values).fetchall()

    def rule(self) -> str:
        """A learnt rule."""
        return str(self.rows("SELECT rule FROM cuts WHERE rule LIKE 'learnt.%' ORDER BY rule LIMIT 1")[0][0])

    def cuts(self, rule: str) -> int:
        return len(self.rows("SELECT 1 FROM cuts WHERE rule = ?", rule))

    def choose(self, choice: Literal["keep", "forget"], rule: str) -> None:
        with Store.open(self.folder / "news.db") as store:
            assert store.choose([rule], choice, None, datetime.now(UTC)) == []

    def all(self) -> dict[str, list[tuple[object, ...]]]:
        return {sql: self.rows(sql) for sql in (TEXTS, CUTS, LINKS, RULES)}

    def printed(self) -> set[tuple[object, object]]:
        """The articles that have a line their site prints into all of its articles, and no rule that ships knows."""
        truth = self.newsroom.truth()
        texts = self.rows(TEXTS)
        return {(slug, guid) for slug, guid, text in texts if any(x in str(text) for x in truth[slug, guid].house)}  # type: ignore[index]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Report]]:
    """The first edition, polled once. Not to be touched."""
    folder = tmp_path_factory.mktemp("first")
    with Newsroom() as newsroom, pytest.MonkeyPatch.context() as patch:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        patch.setenv("FANMILL_DB", str(folder / "news.db"))
        demo = Demo(newsroom, folder)
        yield demo, demo.run()


@pytest.fixture
def copied(first: tuple[Demo, Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Demo]:
    """The same, to work on."""
    for file in first[0].folder.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    yield Demo(first[0].newsroom, tmp_path)
    first[0].newsroom.edition = 1


def test_what_a_site_repeats_is_cut_from_what_is_stored_in_the_very_run_that_brought_it(
    first: tuple[Demo, Report],
) -> None:
    demo, report = first
    assert any(entry.house for entry in demo.newsroom.truth().values())
    assert demo.printed() == set()
    assert report.learnt >= 1
    assert [(report.recleaned,)] == demo.rows(LEARNT)
    assert (report.faded, report.unclean) == (0, 0)
    assert f"; {report.learnt} learnt as chrome, {report.recleaned} cleaned again in " in report.headline()
    assert demo.rows("SELECT count(*) FROM revisions") == [(0,)]


def test_what_was_learnt_is_cut_from_new_articles_at_once(copied: Demo) -> None:
    copied.newsroom.edition = 2
    report = copied.run()
    assert report.total("new") >= 3
    assert copied.printed() == set()
    assert (report.learnt, report.recleaned, "learnt" in report.headline()) == (0, 0, False)


def test_what_an_operator_decides_is_done_by_the_next_run_whatever_it_polls(copied: Demo) -> None:
    rule, before = copied.rule(), copied.all()
    count = copied.cuts(rule)
    copied.choose("keep", rule)
    report = copied.run(feeds=("attic-page",))
    assert (report.recleaned, report.unclean, copied.cuts(rule)) == (count, 0, 0)
    assert copied.run(feeds=("attic-page",)).recleaned == 0
    copied.choose("forget", rule)
    assert copied.run(feeds=("attic-page",)).recleaned == count
    assert copied.all() == before


def test_articles_of_a_feed_that_is_configured_no_more_stay_as_they_are(copied: Demo) -> None:
    rule = copied.rule()
    count = copied.cuts(rule)
    copied.choose("keep", rule)
    (copied.folder / "feeds.toml").write_text("replace = true\n")
    assert (copied.run().recleaned, copied.cuts(rule)) == (0, count)
    shutil.copy(copied.folder / "feeds.toml", copied.folder / "none.toml")
    (copied.folder / "feeds.toml").write_text("replace = true\n" + copied.newsroom.feeds_toml())
    assert (copied.run(feeds=("attic-page",)).recleaned, copied.cuts(rule)) == (count, 0)


def counts(report: Report) -> list[object]:
    return [
        getattr(report, name) for name in ("state", "learnt", "faded", "recleaned", "unclean", "stories", "related")
    ]


def test_a_dry_run_foretells_what_is_cleaned_again_and_writes_nothing(copied: Demo) -> None:
    rule = copied.rule()
    count = copied.cuts(rule)
    copied.choose("keep", rule)
    copied.newsroom.edition = 2
    before, raw = copied.all() | {RUNS: copied.rows(RUNS)}, (copied.folder / "news.raw.db").read_bytes()
    told = copied.run(dry_run=True)
    assert (told.recleaned, told.unclean) == (count, 0)
    assert copied.all() | {RUNS: copied.rows(RUNS)} == before
    assert (copied.folder / "news.raw.db").read_bytes() == raw
    assert counts(copied.run()) == counts(told)


def test_a_dry_run_foretells_a_first_run(first: tuple[Demo, Report], tmp_path: Path) -> None:
    demo, report = first
    config = replace(demo.config, settings=replace(demo.config.settings, database=str(tmp_path / "news.db")))
    told = run(config, Options(feeds=tuple(config.feeds), dry_run=True))
    assert counts(told) == counts(report)
    assert list(tmp_path.glob("*.db")) == []


def test_a_raw_file_that_cannot_be_read_costs_no_poll_and_is_made_good_once_it_can(copied: Demo) -> None:
    rule = copied.rule()
    count = copied.cuts(rule)
    copied.choose("keep", rule)
    raw = copied.folder / "news.raw.db"
    whole = raw.read_bytes()
    raw.write_text("garbage " * 100)
    report = copied.run(feeds=("lantern",))
    assert (report.state, report.recleaned, report.unclean) == ("completed", 0, count)
    [(error,)] = copied.rows("SELECT error FROM runs ORDER BY id DESC LIMIT 1")
    assert str(error) == f"{raw} is not a SQLite database; name another file, this one was left as it is"
    raw.write_bytes(whole)
    assert copied.run(feeds=("lantern",)).recleaned == count


def test_a_choice_that_is_made_while_a_run_polls_holds_for_what_it_brings(
    copied: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, real = copied.rule(), Store.keep
    chosen: list[Told] = []

    def late(store: Store, harvest: Harvest) -> Kept:
        if harvest.arrivals and not chosen:
            chosen.append(
                decide(
                    store,
                    Shipped(free=frozenset(), every=frozenset()),
                    Asked(names={"keep": (rule,), "cut": (), "forget": ()}),
                    datetime.now(UTC),
                )
            )
        return real(store, harvest)

    copied.newsroom.edition = 2
    monkeypatch.setattr(Store, "keep", late)
    copied.run()
    assert len(chosen) == 1
    assert copied.cuts(rule) == 0
    assert copied.rows("SELECT 1 FROM feed_rules WHERE rules <> cleaned_by") == []


def test_a_choice_is_taken_back_where_it_was_made(copied: Demo) -> None:
    rule, none = copied.rule(), Shipped(free=frozenset(), every=frozenset())
    [(slug,)] = copied.rows(
        """SELECT f.slug FROM cuts c JOIN articles a ON a.id = c.article_id JOIN feeds f ON f.id = a.feed_id
        WHERE c.rule = ? LIMIT 1""",
        rule,
    )
    feed = str(slug)
    with Store.open(copied.folder / "news.db") as store:

        def forget(where: str | None) -> tuple[str, ...]:
            asked = Asked(names={"keep": (), "cut": (), "forget": (rule,)}, feed=where)
            return decide(store, none, asked, datetime.now(UTC)).chosen[0].still

        store.choose([rule], "keep", None, datetime.now(UTC))
        with pytest.raises(CommandError, match=f"nothing was chosen of {rule} in {feed} itself, but for all feeds"):
            forget(feed)
        store.choose([rule], "keep", feed, datetime.now(UTC))
        assert store.choices() == {rule: ("", feed)}
        assert forget(feed) == ("",)
        store.choose([rule], "keep", feed, datetime.now(UTC))
        assert forget(None) == (feed,)
        assert forget(feed) == ()
        with pytest.raises(CommandError, match=f"nothing was chosen of {rule}; "):
            forget(None)
        with pytest.raises(CommandError, match="no feed is called 'nobody'"):
            forget("nobody")


class BrokenOffError(BaseException):
    """The run is killed here."""


MOMENTS = {
    "before anything is learnt": ("learn", 0),
    "before anything is cleaned again": ("unclean", 0),
    "before the first is written": ("reclean", 0),
    "between two feeds": ("reclean", 1),
    "before the first feed is settled": ("settled", 0),
    "before the second feed is settled": ("settled", 1),
    "before all is brought together": ("relate", 0),
}


@pytest.mark.parametrize(("method", "after"), MOMENTS.values(), ids=MOMENTS)
def test_a_run_that_is_broken_off_while_it_learns_is_made_good_by_the_next(
    method: str, after: int, first: tuple[Demo, Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = first
    broken = Demo(whole.newsroom, tmp_path)
    shutil.copy(whole.folder / "feeds.toml", tmp_path)
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    calls, real = itertools.count(), getattr(Store, method)

    def kill(*words: object, **more: object) -> object:
        if next(calls) >= after:
            raise BrokenOffError
        return real(*words, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, method, kill)
        with pytest.raises(BrokenOffError):
            broken.run()
    broken.run()
    assert broken.all() == whole.all()
