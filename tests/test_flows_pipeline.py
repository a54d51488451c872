"""The whole mill on the made-up newsroom: real HTTP, real processes, a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.load import Config, load
from config.tables import ConfigError
from flows.newsroom import Newsroom, Reply, Truth
from flows.outcome import Outcome, Report, Silent
from flows.pipeline import Options, run, spread
from storage.intents import FeedState
from storage.store import Store

DUMPED = (
    "articles",
    "article_texts",
    "article_tags",
    "tag_evidence",
    "links",
    "cuts",
    "see_also",
    "duplicates",
    "revisions",
)


@dataclass
class Demo:
    """A newsroom, and a mill pointed at it."""

    newsroom: Newsroom
    config: Config
    path: Path

    def run(self, **options: object) -> Report:
        return run(self.config, Options(**{"feeds": tuple(self.config.feeds), **options}))  # type: ignore[arg-type]

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.path) as database:
            return database.execute(sql, values).fetchall()

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in DUMPED}

    def texts(self) -> dict[tuple[str, str], str]:
        sql = "SELECT f.slug, a.guid, t.text FROM articles a JOIN feeds f ON f.id = a.feed_id JOIN article_texts t ON t.article_id = a.id"
        return {(slug, guid): text for slug, guid, text in self.rows(sql)}


def begin(folder: Path, newsroom: Newsroom, patch: pytest.MonkeyPatch) -> Demo:
    (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
    patch.setenv("FANMILL_DB", str(folder / "news.db"))
    return Demo(newsroom, load(folder), folder / "news.db")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Report]]:
    with Newsroom() as newsroom, pytest.MonkeyPatch.context() as patch:
        demo = begin(tmp_path_factory.mktemp("first"), newsroom, patch)
        yield demo, demo.run()


@pytest.fixture(scope="module")
def second(first: tuple[Demo, Report]) -> tuple[Demo, Report]:
    demo, _ = first
    demo.newsroom.edition = 2
    return demo, demo.run()


def test_every_entry_of_the_newsroom_is_a_row_with_exactly_its_text(first: tuple[Demo, Report]) -> None:
    demo, report = first
    truth = {key: entry.text for key, entry in demo.newsroom.truth().items()}
    texts = demo.texts()
    assert texts.keys() == truth.keys()
    assert {key: texts[key] for key in truth if texts[key] != truth[key]} == {}
    assert report.total("new") == len(truth)


def test_summaries_are_as_clean_as_texts(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    summaries = [str(summary) for (summary,) in demo.rows("SELECT summary FROM articles")]
    assert sum(map(bool, summaries)) > 30
    assert [s for s in summaries if "appeared first on" in s or "is powered by" in s or "<" in s] == []


def test_see_also_lines_are_links_with_title_and_address(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    sql = """SELECT f.slug, a.guid, l.title, l.url FROM links l JOIN articles a ON a.id = l.article_id
             JOIN feeds f ON f.id = a.feed_id WHERE l.kind IN ('see_also', 'related')"""
    found = {((slug, guid), title, url) for slug, guid, title, url in demo.rows(sql)}
    wanted = {(key, title, url) for key, entry in demo.newsroom.truth().items() for title, url in entry.see_also}
    assert wanted
    assert wanted - found == set()


def test_feeds_that_fail_cost_only_themselves_and_are_named(first: tuple[Demo, Report]) -> None:
    _, report = first
    kinds = {outcome.feed: outcome.kind for outcome in report.failures}
    assert report.state == "degraded"
    assert kinds == {
        "attic-error": "http_500",
        "attic-gone": "http_410",
        "attic-missing": "http_404",
        "attic-page": "html",
    }


def test_a_second_run_sends_conditional_requests_and_writes_no_article_row(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    before = demo.dump()
    demo.newsroom.requests.clear()
    report = demo.run()
    assert demo.dump() == before
    assert report.total("new") == report.total("changed") == 0
    healthy = [request for request in demo.newsroom.requests if request.site != "attic"]
    assert {request.site for request in healthy} == {
        feed.slug for feed in demo.newsroom.feeds if feed.status == 200
    } - {"attic-page"}
    assert all(request.status == 304 and "if-none-match" in request.headers for request in healthy)
    outcomes = {outcome.feed: outcome.outcome for outcome in report.outcomes if not outcome.failed}
    assert set(outcomes.values()) == {"not_modified"}


def pointers(demo: Demo) -> dict[str, bool]:
    """Titles of See-also lines, and whether their target is known."""
    rows = demo.rows(
        "SELECT title, max(target_id IS NOT NULL) FROM links WHERE kind IN ('see_also', 'related') GROUP BY title"
    )
    return {str(title): bool(found) for title, found in rows}


def test_a_see_also_line_waits_for_a_target_that_is_not_there_yet(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    later = {story.title for story in demo.newsroom.press.stories if story.edition == 2}
    waiting = later & pointers(demo).keys()
    assert len(waiting) >= 2
    assert not any(pointers(demo)[title] for title in waiting)


def copies(truth: dict[tuple[str, str], Truth]) -> dict[str, str]:
    return {t.slug: str(t.copy_of or t.edited_copy_of) for t in truth.values() if t.copy_of or t.edited_copy_of}


def test_copies_are_rows_that_point_at_their_original(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    sql = """SELECT f.slug, a.guid, g.slug, b.guid FROM articles a JOIN articles b ON b.id = a.duplicate_of
             JOIN feeds f ON f.id = a.feed_id JOIN feeds g ON g.id = b.feed_id"""
    truth = demo.newsroom.truth()
    groups: dict[str, set[str]] = {}
    for copy, original in copies(truth).items():
        groups.setdefault(original, {original}).add(copy)
    found: dict[str, set[str]] = {}
    for feed, guid, original_feed, original_guid in demo.rows(sql):
        original = truth[str(original_feed), str(original_guid)].slug
        found.setdefault(original, {original}).add(truth[str(feed), str(guid)].slug)
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, groups.values()))


def test_an_event_told_by_several_sites_is_one_story_and_nothing_else_is_in_it(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    events: dict[str, set[object]] = {}
    held = {
        (slug, guid): number
        for number, slug, guid in demo.rows(
            "SELECT a.id, f.slug, a.guid FROM articles a JOIN feeds f ON f.id = a.feed_id"
        )
    }
    for key, entry in demo.newsroom.truth().items():
        if entry.wire:
            events.setdefault(entry.wire, set()).add(held[key])
    stories: dict[object, set[object]] = {}
    for story, number in demo.rows(
        "SELECT story_id, id FROM articles WHERE story_id IS NOT NULL AND duplicate_of IS NULL"
    ):
        stories.setdefault(story, set()).add(number)
    assert sorted(map(sorted, stories.values())) == sorted(map(sorted, events.values()))


def test_every_tag_has_evidence_whose_offsets_hold(first: tuple[Demo, Report]) -> None:
    demo, _ = first
    bare = demo.rows(
        "SELECT * FROM article_tags x WHERE NOT EXISTS (SELECT 1 FROM tag_evidence e WHERE e.article_id = x.article_id AND e.tag_id = x.tag_id)"
    )
    sql = """SELECT e.field, e.start, e."end", e.detail, t.title, t.text FROM tag_evidence e
             JOIN article_texts t ON t.article_id = e.article_id WHERE e.field IN ('title', 'text')"""
    rows = demo.rows(sql)
    assert not bare
    assert len(rows) > 100
    assert [row for row in rows if {"title": row[4], "text": row[5]}[row[0]][row[1] : row[2]] != row[3]] == []


def test_a_changed_article_keeps_what_it_was(second: tuple[Demo, Report]) -> None:
    demo, report = second
    changed = {guid for (_, guid), entry in demo.newsroom.truth().items() if entry.changes}
    sql = "SELECT a.guid, r.text, t.text FROM revisions r JOIN articles a ON a.id = r.article_id JOIN article_texts t ON t.article_id = a.id"
    rows = demo.rows(sql)
    assert {row[0] for row in rows} == changed
    assert all(before != after for _, before, after in rows)
    assert report.total("changed") == len(changed)
    assert report.total("new") == 3


def test_a_see_also_line_finds_its_target_when_that_arrives(second: tuple[Demo, Report]) -> None:
    demo, _ = second
    titles = {entry.title for entry in demo.newsroom.truth().values()}
    found = pointers(demo)
    assert titles & found.keys()
    assert [title for title in titles & found.keys() if not found[title]] == []


def test_a_dry_run_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Newsroom() as newsroom:
        demo = begin(tmp_path, newsroom, monkeypatch)
        report = demo.run(feeds=("ai-courier",), dry_run=True)
    assert report.total("new") > 5
    assert list(tmp_path.glob("**/*.db*")) == [tmp_path / "news.db.lock"]


def test_only_the_named_feeds_are_polled_and_a_name_nobody_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Newsroom() as newsroom:
        demo = begin(tmp_path, newsroom, monkeypatch)
        assert [outcome.feed for outcome in demo.run(feeds=("lantern",)).outcomes] == ["lantern"]
        assert {request.site for request in newsroom.requests} == {"lantern"}
        with pytest.raises(ConfigError, match="no feed is called 'nobody'"):
            demo.run(feeds=("nobody",))


def states(*urls: str) -> list[FeedState]:
    return [FeedState(id=number, slug=f"feed-{number}", url=url) for number, url in enumerate(urls)]


SPREAD: dict[str, tuple[list[str], list[int]]] = {
    "feeds of different domains stay as they are": (["https://b.example/", "https://a.example/"], [0, 1]),
    "the second of a domain waits until the first of all have begun": (
        [
            "https://a.example/1",
            "https://a.example/2",
            "https://a.example/3",
            "https://b.example/",
            "https://c.example/",
        ],
        [0, 3, 4, 1, 2],
    ),
    "hosts of one domain are told apart by nothing": (
        ["https://one.blogs.co.uk/", "https://two.blogs.co.uk/", "https://other.co.uk/"],
        [0, 2, 1],
    ),
    "an address nobody can read is one of its own": (
        ["http://[", "http://a.example:x/", "http://a.example/"],
        [0, 1, 2],
    ),
}


@pytest.mark.parametrize(("urls", "order"), SPREAD.values(), ids=SPREAD)
def test_feeds_of_one_domain_lie_far_apart(urls: list[str], order: list[int]) -> None:
    assert [state.id for state in spread(states(*urls))] == order


def test_a_feed_that_has_moved_counts_where_it_is() -> None:
    moved = [FeedState(id=n, slug=str(n), url=f"https://{n}.example/", moved_to="https://new.example/") for n in (0, 1)]
    assert [state.id for state in spread([*moved, *states("https://a.example/", "https://b.example/")[:1]])] == [
        0,
        0,
        1,
    ]


def hosts(demo: Demo) -> list[tuple[object, ...]]:
    return demo.rows("SELECT host, status FROM pauses")


def busy(newsroom: Newsroom) -> None:
    """Let one feed of the newsroom ask for a pause."""
    address = next(feed.url for feed in newsroom.feeds if feed.slug == "lantern")
    newsroom.put("lantern", urlsplit(address).path, Reply(status=503, headers=(("Retry-After", "600"),)))


class Impatient(Silent):
    """Ends the run as soon as a feed is done."""

    def finished(self, outcome: Outcome) -> None:
        raise InterruptedError(outcome.feed)


def test_a_pause_that_a_host_asks_for_holds_in_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.turns.is_internal", lambda _: False)  # all tests have is a host of our own
    with Newsroom() as newsroom:
        demo = begin(tmp_path, newsroom, monkeypatch)
        busy(newsroom)
        assert demo.run(feeds=("lantern",), dry_run=True).failures[0].kind == "http_503"
        assert not demo.path.exists()
        demo.run(feeds=("lantern",))
        assert hosts(demo) == [("127.0.0.1", 503)]
        newsroom.requests.clear()
        assert [outcome.outcome for outcome in demo.run(feeds=("lantern", "ai-courier")).outcomes] == ["paused"] * 2
        assert newsroom.requests == []


def test_a_pause_is_remembered_by_a_run_that_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.turns.is_internal", lambda _: False)
    with Newsroom() as newsroom:
        demo = begin(tmp_path, newsroom, monkeypatch)
        busy(newsroom)
        with pytest.raises(InterruptedError):
            run(demo.config, Options(feeds=("lantern",)), watcher=Impatient())
        assert hosts(demo) == [("127.0.0.1", 503)]
    assert demo.rows("SELECT state FROM runs") == [("crashed",)]


def test_feeds_that_failed_while_we_had_no_network_are_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Newsroom() as newsroom:
        demo = begin(tmp_path, newsroom, monkeypatch)
        before = datetime.now(UTC) - timedelta(hours=1)
        with Store.open(demo.path) as store:
            store.sync_feeds(list(demo.config.feeds.values()), before)
            store.finish_run(store.start_run("cli", "0", before), "failed", before)
            late = "UPDATE feeds SET failures = 4, failing_since = :at, last_polled_at = :at, error_kind = 'dns', next_poll_at = '2199-01-01T00:00:00Z' WHERE slug = 'ai-courier'"
            store.connection.execute(late, {"at": before.isoformat()[:19] + "Z"})
        demo.run(feeds=("lantern",))
    assert demo.rows("SELECT failures, next_poll_at < '2100' FROM feeds WHERE slug = 'ai-courier'") == [(0, 1)]
