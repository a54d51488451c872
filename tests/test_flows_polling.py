"""Troubled feeds and pages: what they cost, and that it is never more than themselves."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import flows.mill
from config.load import load
from flows.fetch import Answer, Fetcher, Question
from flows.newsroom import Newsroom, Reply
from flows.outcome import Outcome
from flows.pipeline import Options, run
from flows.reprocessing import Wish, reprocess
from storage.intents import Source
from storage.store import Store

WORDS = "The harbour was full of boats that morning, and nobody on the quay could say where they had come from"
ITEM = "<item><guid isPermaLink='false'>{n}</guid><title>Item {n}</title><pubDate>{n:02} Nov 2026 10:00:00 GMT</pubDate></item>"


@dataclass
class Mill:
    """A mill pointed at a newsroom whose answers a test may change."""

    newsroom: Newsroom
    folder: Path

    def run(self, *slugs: str, settings: str = "") -> dict[str, Outcome]:
        (self.folder / "fanmill.toml").write_text(f"[mill]\n{settings}\n")
        (self.folder / "feeds.toml").write_text("replace = true\n" + self.newsroom.feeds_toml(faults=False))
        return {outcome.feed: outcome for outcome in run(load(self.folder), Options(feeds=slugs)).outcomes}

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(sql).fetchall()

    def feed_path(self, slug: str) -> str:
        return urlsplit(next(feed.url for feed in self.newsroom.feeds if feed.slug == slug)).path


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mill]:
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    with Newsroom() as newsroom:
        yield Mill(newsroom, tmp_path)


def test_an_error_nobody_foresaw_costs_one_feed(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    class Faulty(Fetcher):
        async def get(self, question: Question) -> Answer:
            if question.url.endswith(mill.feed_path("lantern")):
                raise ZeroDivisionError("secret")
            return await super().get(question)

    monkeypatch.setattr(flows.mill, "Fetcher", Faulty)
    outcomes = mill.run("lantern", "ai-courier")
    assert (outcomes["lantern"].kind, outcomes["lantern"].new) == ("internal", 0)
    assert "secret" not in str(outcomes["lantern"].error)
    assert outcomes["ai-courier"].new > 5
    assert mill.rows("SELECT next_poll_at IS NOT NULL FROM feeds WHERE slug = 'lantern'") == [(1,)]


def test_an_empty_answer_is_an_error_and_its_validators_are_not_kept(mill: Mill) -> None:
    mill.newsroom.put("lantern", mill.feed_path("lantern"), Reply(body=b""))
    assert mill.run("lantern")["lantern"].kind == "empty"
    assert mill.rows("SELECT etag, last_modified FROM feeds WHERE slug = 'lantern'") == [(None, None)]
    mill.newsroom.put("lantern", mill.feed_path("lantern"), None)
    assert mill.run("lantern")["lantern"].new > 5


def test_of_a_long_document_the_newest_entries_are_kept_wherever_they_stand(mill: Mill) -> None:
    items = "".join(ITEM.format(n=n) for n in range(1, 11))
    body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    mill.newsroom.put("lantern", mill.feed_path("lantern"), Reply(body=body))
    mill.run("lantern", settings="max_entries = 4")
    assert sorted(title for (title,) in mill.rows("SELECT title FROM articles")) == [
        "Item 10",
        "Item 7",
        "Item 8",
        "Item 9",
    ]


def test_a_page_that_fails_in_passing_is_tried_three_times_and_the_feed_left_in_peace_then(mill: Mill) -> None:
    truth = next(
        t for (slug, _), t in mill.newsroom.truth().items() if slug == "signal-herald" and not (t.wall or t.wire)
    )
    path = urlsplit(truth.url).path
    mill.newsroom.put("signal-herald", path, Reply(status=503))
    told = []
    for _ in range(4):
        mill.newsroom.requests.clear()
        outcome = mill.run("signal-herald")["signal-herald"].outcome
        told.append((outcome, sum(request.path == path for request in mill.newsroom.requests)))
    assert told == [("partial", 1), ("not_modified", 1), ("not_modified", 1), ("not_modified", 0)]


def test_a_host_whose_pages_hang_is_not_waited_for_once_for_each(mill: Mill) -> None:
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>Item {n}</title><link>{{base}}/{n}</link></item>"
        for n in range(40)
    )
    with socket.create_server(("127.0.0.1", 0), backlog=64) as mute:
        base = f"http://127.0.0.1:{mute.getsockname()[1]}"
        body = f"<rss version='2.0'><channel><title>T</title>{items.format(base=base)}</channel></rss>".encode()
        mill.newsroom.put("lantern", mill.feed_path("lantern"), Reply(body=body))
        outcome = mill.run("lantern", settings="deadline = 0.5\nper_host = 2")["lantern"]
    assert (outcome.outcome, outcome.new) == ("partial", 40)
    assert outcome.ms < 40 / 2 * 500 / 2
    marks = dict(mill.rows("SELECT entry_hash, count(*) FROM articles GROUP BY 1"))
    assert marks.keys() == {"again-0", "again-1"}


def test_a_page_that_comes_back_replaces_the_summary(mill: Mill) -> None:
    key, truth = next((k, t) for k, t in mill.newsroom.truth().items() if k[0] == "signal-herald" and not t.wall)
    path = urlsplit(truth.url).path
    sql = f"SELECT t.text FROM articles a JOIN article_texts t ON t.article_id = a.id WHERE a.guid = '{key[1]}'"
    mill.newsroom.put("signal-herald", path, Reply(status=503))
    mill.run("signal-herald")
    assert mill.rows(sql) != [(truth.text,)]
    mill.newsroom.put("signal-herald", path, None)
    mill.run("signal-herald")
    assert mill.rows(sql) == [(truth.text,)]


ODD_PAGES = {
    "a charset that refuses everything": Reply(body=b"<p>caf\xe9</p>", type="text/html; charset=undefined"),
    "a charset nobody knows": Reply(body=b"<p>x</p>", type="text/html; charset=klingon"),
    "a picture": Reply(body=bytes(range(256)) * 40, type="image/png"),
    "nothing": Reply(body=b"", type="text/html"),
    "half a tag": Reply(body=b"<html><body><p", type="text/html"),
}


@pytest.mark.parametrize("page", ODD_PAGES.values(), ids=ODD_PAGES)
def test_an_odd_page_leaves_the_words_of_the_feed(page: Reply, mill: Mill) -> None:
    key, truth = next((k, t) for k, t in mill.newsroom.truth().items() if k[0] == "signal-herald" and not t.wall)
    mill.newsroom.put("signal-herald", urlsplit(truth.url).path, page)
    assert mill.run("signal-herald")["signal-herald"].outcome == "new"
    [(text,)] = mill.rows(
        f"SELECT t.text FROM articles a JOIN article_texts t ON t.article_id = a.id WHERE a.guid = '{key[1]}'"
    )
    assert len(str(text)) > 40


def test_without_keep_raw_no_raw_input_is_kept(mill: Mill) -> None:
    mill.run("lantern", settings="keep_raw = false")
    with sqlite3.connect(mill.folder / "news.raw.db") as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert all(raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,) for table in tables)


def test_what_is_known_of_a_feed_is_asked_once_and_only_when_there_is_something_to_refine(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    real = Store.sources

    def counted(store: Store, slugs: tuple[str, ...] = ()) -> tuple[Source, ...]:
        asked.append(slugs)
        return real(store, slugs)

    monkeypatch.setattr(Store, "sources", counted)
    assert mill.run("lantern")["lantern"].new > 5
    assert asked == [("lantern",)]
    assert mill.run("lantern")["lantern"].outcome == "not_modified"
    assert asked == [("lantern",)]


ANYWHERE = """<rss version='2.0'><channel><title>Havsbladet</title><language>sv</language><item><title>Item</title>
<link>{base}page</link><guid isPermaLink='false'>1</guid></item></channel></rss>"""


def test_an_article_whose_page_comes_late_is_told_of_its_feed_as_any_other(mill: Mill) -> None:
    path = mill.feed_path("lantern")
    base = next(feed.url for feed in mill.newsroom.feeds if feed.slug == "lantern").removesuffix(path) + "/"
    mill.newsroom.put("lantern", path, Reply(body=ANYWHERE.format(base=base).encode()))
    mill.newsroom.put("lantern", "/page", Reply(status=503))
    mill.run("lantern")
    sql = "SELECT a.language, a.extractor, f.language FROM articles a JOIN feeds f ON f.id = a.feed_id"
    assert mill.rows(sql) == [("sv", "feed", "sv")]
    body = "".join(f"<p>{WORDS} {n}.</p>" for n in range(9))
    mill.newsroom.put(
        "lantern", "/page", Reply(body=f"<article><h1>Item</h1>{body}</article>".encode(), type="text/html")
    )
    assert mill.run("lantern")["lantern"].outcome == "not_modified"
    assert mill.rows(sql) == [("sv", "fast", "sv")]
    config = load(mill.folder)
    assert reprocess(config, Wish(feeds=("lantern",))).headline().startswith("1 articles looked at: 0 changed, 1 same")
