"""What a feed's articles teach the store: its chrome, where its pages hold their body; and what somebody chose of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.learning import WINDOW
from extractors.marks import hash_of, name, unpack_marks
from extractors.model import Article, Container, Cut, Learnt, Mark
from storage import traces
from storage.connection import StoreError
from storage.intents import Arrival, ChromeRow, Harvest, Kept, Lesson, Poll
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = ("ledger", "mirror", "other")
PROMO = "Get the Harbour Letter by mail every morning"
PANEL = "Share your views with our panel of readers today"
RULE, BLOCK = name(hash_of(PROMO)), hash_of(PROMO)
GAP = "\n\n"
HOST = "site.example"


def prose(seed: str, count: int = 40) -> str:
    return " ".join(f"{seed}{number * 7919 % 1000}x" for number in range(count)) + " and so it went on."


def article(guid: str, paragraphs: Sequence[str], **facts: object) -> Article:
    text = GAP.join(paragraphs)
    url = f"https://{HOST}/{guid}"
    marks = tuple(
        Mark(
            hash=hash_of(said), words=len(said.split()), call=len(said) < 80, top=place, end=len(paragraphs) - 1 - place
        )
        for place, said in enumerate(paragraphs)
    )
    whole = Article(
        guid=guid, url=url, canonical_url=url, title=f"Headline {guid}", text=text, published=NOW, marks=marks,
        fingerprint=fingerprint(text), terms=terms("", text),
        cuts=(Cut(rule="advert", text="Advertisement for a shop", position=0),),
    )  # fmt: skip
    return replace(whole, **facts)  # type: ignore[arg-type]


class Paper:
    """A store, and feeds that publish articles of prose and of the paragraphs they are told to put below it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        self.run = store.start_run("cli", "1", NOW)
        self.count = 0

    def publish(self, *below: str, feed: str = "ledger", count: int = 1, day: int = 0, **facts: object) -> Kept:
        named = range(self.count + 1, self.count + 1 + count)
        self.count += count
        return self.keep(*(article(f"n{n}", (prose(f"n{n}q"), *below), **facts) for n in named), feed=feed, day=day)

    def keep(self, *articles: Article, feed: str = "ledger", day: int = 0) -> Kept:
        state = next(one for one in self.store.due(NOW, (feed,), force=True))
        arrivals = tuple(Arrival(entry_hash=one.text[:9], article=one) for one in articles)
        poll = Poll(started_at=NOW + timedelta(days=day), outcome="new", status=200)
        return self.store.keep(Harvest(run_id=self.run, feed=state, poll=poll, arrivals=arrivals))

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.store.connection.execute(sql, values).fetchall()

    def blocks(self, feed: int = 1) -> frozenset[int]:
        return self.store.sources()[feed - 1].learnt.blocks


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with Store.open(tmp_path / "news.db") as store:
        yield Paper(store)


def test_a_block_that_a_feed_repeats_becomes_a_rule_of_it_and_of_no_other(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.publish(PROMO, feed="mirror")
    assert paper.store.learn(NOW) == (Lesson(feed="ledger", learnt=1),)
    assert (paper.blocks(1), paper.blocks(2)) == ({BLOCK}, frozenset())
    columns = "state, sample, seen, looked_at, learnt_at, last_seen_at"
    at = "2026-11-20T12:00:00Z"
    assert paper.rows(f"SELECT {columns} FROM learnt") == [("learnt", PROMO, 4, 4, at, at)]


def test_feeds_without_new_articles_are_not_looked_at_again(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    changes = paper.store.connection.total_changes
    assert paper.store.learn(NOW) == ()
    assert paper.store.connection.total_changes == changes
    paper.keep(article("n1", (prose("n1q"), PROMO)))  # the same again
    assert paper.store.learn(NOW) == ()


def test_what_goes_on_being_repeated_is_counted_anew(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    paper.publish(PROMO, count=3, day=2)
    assert paper.store.learn(NOW + timedelta(days=2)) == ()
    assert paper.rows("SELECT seen, looked_at, learnt_at, last_seen_at FROM learnt") == [
        (7, 7, "2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z")
    ]


def test_copies_of_one_article_teach_nothing(paper: Paper) -> None:
    same = prose("same", 90)
    paper.keep(*(article(f"c{n}", (same, PROMO)) for n in range(6)))
    assert paper.store.learn(NOW) == ()


def test_marks_stay_of_the_last_articles_of_each_feed(paper: Paper) -> None:
    paper.publish(count=30)
    paper.publish(count=7, feed="mirror")
    paper.publish(count=45)
    kept = [row[0] for row in paper.rows("SELECT article_id FROM article_marks WHERE feed_id = 1 ORDER BY 1")]
    assert kept == [*range(26, 31), *range(38, 83)]
    assert len(kept) == WINDOW
    assert paper.rows("SELECT count(*) FROM article_marks WHERE feed_id = 2") == [(7,)]
    paper.publish(count=120)
    assert paper.rows("SELECT count(*), min(article_id) FROM article_marks WHERE feed_id = 1") == [(WINDOW, 153)]


def test_marks_follow_an_article_that_changes_and_leave_with_it(paper: Paper) -> None:
    paper.publish(count=2)
    paper.keep(article("n1", (prose("else"), PROMO)))
    [packed] = paper.rows("SELECT marks FROM article_marks WHERE article_id = 1")[0]
    assert isinstance(packed, bytes)
    assert [mark.hash for mark in unpack_marks(packed)] == [hash_of(prose("else")), BLOCK]
    paper.keep(article("n1", ("",), text="", marks=()))
    assert paper.rows("SELECT article_id FROM article_marks") == [(2,)]
    paper.store.connection.execute("DELETE FROM articles WHERE id = 2")
    assert paper.rows("SELECT article_id FROM article_marks") == []


def test_an_article_without_marks_of_ours_is_passed_over(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.connection.execute("UPDATE article_marks SET marks = x'ff00' WHERE article_id = 1")
    assert paper.store.learn(NOW) == (Lesson(feed="ledger", learnt=1),)


def test_a_rule_that_was_well_founded_outlives_its_articles(paper: Paper) -> None:
    paper.publish(PROMO, count=20)
    paper.store.learn(NOW)
    paper.store.connection.execute("DELETE FROM articles WHERE id > 2")
    for day in (1, 2):
        paper.publish(count=8, day=day)
        assert paper.store.learn(NOW + timedelta(days=day)) == ()
    assert paper.blocks() == {BLOCK}
    assert paper.rows("SELECT seen, most FROM learnt") == [(2, 20)]


def test_what_shipped_rules_cut_everywhere_is_no_candidate(paper: Paper) -> None:
    cut = Mark(hash=BLOCK, words=0, cut=True)
    for number in range(2):
        one = article(f"c{number}", (prose(f"c{number}q"),))
        paper.keep(replace(one, marks=(*one.marks, cut)))
    assert [row.state for row in paper.store.chrome()] == ["shipped"]


def test_a_sample_is_of_an_article_that_has_the_block_in_its_text(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    one = article("late", (prose("lateq"),))
    paper.keep(replace(one, marks=(*one.marks, Mark(hash=BLOCK, words=0, cut=True))))
    paper.store.learn(NOW)
    assert paper.rows("SELECT sample FROM learnt") == [(PROMO,)]


CHOSEN = {
    "kept in one feed, it is cut in others": (("keep", "ledger"), (frozenset(), {BLOCK})),
    "kept for all, it is cut nowhere": (("keep", None), (frozenset(), frozenset())),
    "cut for all, it is cut where it was not learnt too": (("cut", None), ({BLOCK}, {BLOCK})),
}


@pytest.mark.parametrize(("choice", "blocks"), CHOSEN.values(), ids=CHOSEN)
def test_a_choice_comes_before_what_was_learnt_and_holds_for_good(
    paper: Paper, choice: tuple[str, str | None], blocks: tuple[object, object]
) -> None:
    for feed in ("ledger", "mirror"):
        paper.publish(PROMO, feed=feed, count=4)
    paper.store.learn(NOW)
    assert paper.store.choose((RULE,), *choice, NOW) == []  # type: ignore[arg-type]
    assert (paper.blocks(1), paper.blocks(2)) == blocks
    for feed in ("ledger", "mirror"):
        paper.publish(PROMO, feed=feed, count=10, day=1)
    paper.store.learn(NOW)
    assert (paper.blocks(1), paper.blocks(2)) == blocks
    paper.store.choose((RULE,), "forget", choice[1], NOW)
    assert (paper.blocks(1), paper.blocks(2)) == ({BLOCK}, {BLOCK})


def test_a_choice_for_a_feed_comes_before_that_for_all(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.store.learn(NOW)
    paper.store.choose((RULE, "advert"), "keep", None, NOW)
    paper.store.choose((RULE, "advert"), "cut", "mirror", NOW)
    assert paper.store.sources(("ledger",))[0].learnt == Learnt(kept=frozenset({RULE, "advert"}))
    assert paper.store.sources(("mirror",))[0].learnt == Learnt(blocks=frozenset({BLOCK}))
    paper.store.choose((RULE, "advert"), "forget", None, NOW)
    assert paper.store.sources(("ledger",))[0].learnt == Learnt(blocks=frozenset({BLOCK}))


def test_a_candidate_that_is_cut_keeps_its_words(paper: Paper) -> None:
    paper.publish(PROMO, count=2)
    paper.store.learn(NOW)
    assert paper.blocks() == frozenset()
    assert paper.store.choose((RULE,), "cut", "ledger", NOW) == []
    assert paper.blocks() == {BLOCK}
    assert paper.rows("SELECT rule, choice, sample FROM chrome_choices") == [(RULE, "cut", PROMO)]


def test_a_shipped_rule_that_is_to_cut_only_loses_its_keep(paper: Paper) -> None:
    paper.publish()
    paper.store.choose(("advert",), "keep", None, NOW)
    paper.store.choose(("advert",), "cut", None, NOW)
    assert paper.rows("SELECT * FROM chrome_choices") == []


def test_rules_that_nobody_knows_are_told(paper: Paper) -> None:
    paper.publish(PROMO)
    unknown = name(7)
    asked = ("advert", "newsletter", RULE, unknown, "nonsense\x00")
    assert paper.store.choose(asked, "keep", None, NOW, shipped={"newsletter"}) == [unknown, "nonsense\ufffd"]
    assert paper.store.sources(("ledger",))[0].learnt.kept == {"advert", "newsletter", RULE}
    assert paper.store.choose((unknown,), "forget", None, NOW) == [unknown]
    assert paper.store.choose(("newsletter",), "forget", None, NOW) == []
    with pytest.raises(StoreError, match="there is no feed 'nobody'"):
        paper.store.choose(("advert",), "keep", "nobody", NOW)


def test_the_rules_of_a_feed_are_listed_with_counts_samples_and_choices(paper: Paper) -> None:
    paper.publish(PROMO, count=4)
    paper.publish(PROMO, PANEL, count=2)
    paper.publish(feed="mirror", cuts=(Cut(rule=RULE, text=PROMO), Cut(rule="advert", text="Fair", position=0)))
    paper.store.learn(NOW)
    paper.store.choose((RULE,), "keep", "ledger", NOW)
    paper.store.choose(("advert", "newsletter"), "keep", None, NOW, shipped=("newsletter",))
    panel = name(hash_of(PANEL))
    learnt = ChromeRow(rule=RULE, state="learnt", feed="ledger", seen=6, of=6, sample=PROMO, choice="keep")
    listed = [
        ChromeRow(rule="advert", state="shipped", cuts=7, sample="Fair", choice="keep"),
        ChromeRow(rule="newsletter", state="shipped", choice="keep"),
        learnt,
        ChromeRow(rule=panel, state="candidate", feed="ledger", seen=2, of=6, sample=PANEL),
    ]
    assert paper.store.chrome() == sorted(listed, key=lambda row: (row.feed, row.rule))
    own = [row for row in paper.store.chrome("ledger") if row.feed == "ledger"]
    assert own == sorted(listed[2:], key=lambda row: row.rule)
    assert [(row.rule, row.cuts, row.sample) for row in paper.store.chrome("mirror")] == [
        ("advert", 1, "Fair"),
        ("newsletter", 0, ""),
    ]
    with pytest.raises(StoreError, match="there is no feed 'nobody'"):
        paper.store.chrome("nobody")


def test_cuts_of_a_learnt_rule_are_counted_in_its_feed_alone(paper: Paper) -> None:
    cut = (Cut(rule=RULE, text=PROMO),)
    for feed in ("ledger", "mirror"):
        paper.publish(PROMO, feed=feed, count=4)
    paper.publish(feed="mirror", count=3, cuts=cut)
    paper.store.learn(NOW)
    paper.store.choose((RULE,), "cut", "other", NOW)
    assert [(row.feed, row.state, row.cuts, row.choice) for row in paper.store.chrome() if row.rule == RULE] == [
        ("ledger", "learnt", 0, ""),
        ("mirror", "learnt", 3, ""),
        ("other", "chosen", 0, "cut"),
    ]
    assert paper.rows("SELECT feed, rule, state, cuts, choice, sample FROM v_chrome ORDER BY feed") == [
        ("ledger", RULE, "learnt", 0, None, PROMO),
        ("mirror", RULE, "learnt", 3, None, PROMO),
    ]


def box(path: str, prose: int = 1000, host: str = HOST) -> dict[str, object]:
    return {"container": Container(host=host, path=path, prose=prose)}


def test_a_container_is_tried_first_once_it_won_three_times(paper: Paper) -> None:
    paper.publish(count=2, **box("div.story"))
    assert paper.store.sources(("ledger",))[0].learnt.containers == ()
    paper.publish(**box("div.story", 4000))
    assert paper.store.sources(("ledger",))[0].learnt.containers == (
        Container(host=HOST, path="div.story", prose=2000),
    )
    assert paper.store.sources(("mirror",))[0].learnt.containers == ()
    paper.keep(article("n1", (prose("n1q"),), **box("div.story")))  # the same again
    assert paper.rows("SELECT wins FROM containers") == [(3,)]


def test_the_container_of_a_new_design_overtakes_the_old_one(paper: Paper) -> None:
    paper.publish(count=200, **box("div.old"))
    paper.publish(count=9, **box("main.new"))
    assert [one.path for one in paper.store.sources(("ledger",))[0].learnt.containers] == ["div.old"]
    paper.publish(count=2, **box("main.new"))
    assert [one.path for one in paper.store.sources(("ledger",))[0].learnt.containers] == ["main.new"]
    paper.publish(count=20, **box("main.new"))
    assert paper.rows("SELECT path FROM containers") == [("main.new",)]


def test_a_container_for_each_host_and_no_more_hosts_than_are_worth_it(paper: Paper) -> None:
    for host in ("a.example", "b.example"):
        paper.publish(count=3, **box("div.story", host=host))
    assert [one.host for one in paper.store.sources(("ledger",))[0].learnt.containers] == ["a.example", "b.example"]
    for number in range(traces.HOSTS):
        paper.publish(day=1, **box("div.story", host=f"{number}.example"))
    assert paper.rows("SELECT count(*) FROM containers") == [(traces.HOSTS,)]
    assert paper.store.sources(("ledger",))[0].learnt.containers == ()
    paper.publish(**box("div." + "x" * 2000))
    assert paper.rows("SELECT count(*) FROM containers WHERE length(path) > 1000") == [(0,)]


def test_all_that_was_learnt_goes_with_its_feed(paper: Paper) -> None:
    paper.publish(PROMO, count=4, **box("div.story"))
    paper.store.learn(NOW)
    paper.store.choose((RULE,), "keep", "ledger", NOW)
    paper.store.connection.executescript("DELETE FROM articles; DELETE FROM feeds;")
    for table in ("article_marks", "learnt", "chrome_choices", "feed_rules", "containers"):
        assert paper.rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_doubt_is_kept_and_one_that_goes_is_a_difference(paper: Paper) -> None:
    paper.publish(doubt="short")
    assert paper.rows("SELECT doubt, revision FROM v_articles") == [("short", 1)]
    assert paper.keep(article("n1", (prose("n1q"),))) == Kept(rewritten=1)
    assert paper.rows("SELECT doubt, revision FROM v_articles") == [("", 1)]


def test_two_choices_of_one_rule_for_one_feed_are_impossible(paper: Paper) -> None:
    paper.publish()
    paper.store.choose(("advert",), "keep", None, NOW)
    with pytest.raises(sqlite3.IntegrityError):
        paper.rows("INSERT INTO chrome_choices(rule, choice, chosen_at) VALUES ('advert', 'cut', '2026')")
