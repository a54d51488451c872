"""Search takes what people type; the raw file may be lost without harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint
from extractors.model import Article, Dropped
from extractors.subject import Tag, Tagging
from storage.connection import StoreError
from storage.intents import Arrival, Drop, Harvest, Kept, Poll
from storage.queries import dropped, find
from storage.raw import raw_path
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARTICLES = {
    "chips": ("Chips for China", "The export of chips was restricted, said the ministry. " * 3, ("policy",)),
    "cafe": ("Café owners don't pay", "Owners of a café said R&D on C++ and AI-native tills costs 100% more. " * 3, ()),
    "china": ("Harbour news", "A ship from China brought chips of wood. " * 3, ("policy", "china")),
}
COPY = ("mirror", "chips")


def keep(store: Store, feed: str = "ledger", **how: object) -> Kept:
    state = next(one for one in store.due(NOW, (feed,), force=True))
    arrivals = []
    for day, (guid, (title, text, tags)) in enumerate(ARTICLES.items()):
        url = f"https://site.example/2026/{guid}?page={feed}"
        tagging = Tagging(tags=tuple(Tag(id=tag, name=tag.title(), kind="topic", score=0.5) for tag in tags))
        article = Article(
            guid=guid,
            url=url,
            canonical_url=url,
            title=title,
            text=text,
            published=NOW - timedelta(days=day),
            tagging=tagging,
            fingerprint=fingerprint(text * 10),
        )
        arrivals.append(Arrival(entry_hash="h", article=article, raw=how.get("raw", text.encode())))  # type: ignore[arg-type]
    drops = (
        Drop(
            entry_hash="d",
            dropped=Dropped(guid="gone", url="https://site.example/gone", reason="wall", evidence="log in"),
        ),
    )
    poll = Poll(started_at=NOW, outcome="new", status=200)
    return store.keep(Harvest(run_id=1, feed=state, poll=poll, arrivals=tuple(arrivals), drops=drops))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as opened:
        opened.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in ("ledger", "mirror")], NOW)
        opened.start_run("cli", "1", NOW)
        keep(opened)
        yield opened


FOUND = {
    "all words, in any form": ("chip exports", ["chips"]),
    "newest first": ("chips", ["chips", "china"]),
    "accents and case do not count": ("CAFE", ["cafe"]),
    "a phrase": ('"chips of wood"', ["china"]),
    "either": ("ministry OR owners", ["chips", "cafe"]),
    "one without the other": ("chips NOT wood", ["chips"]),
    "the beginning of a word": ("minist*", ["chips"]),
    "in the title only": ("title:harbour", ["china"]),
    "an apostrophe": ("don't", ["cafe"]),
    "a hyphen": ("AI-native", ["cafe"]),
    "a colon that names no column": ("said:ministry", []),
    "a percent sign": ("100%", ["cafe"]),
    "plus signs": ("C++", ["cafe"]),
    "an ampersand": ("R&D", ["cafe"]),
    "a quotation mark too few": ('"chips wood', ["china"]),
    "a bracket too few": ("(chips", ["chips", "china"]),
    "an operator alone is a word": ("AND", ["cafe"]),
    "an operator at the end": ("wood NOT", []),
    "a NUL": ("chips\x00wood", ["china"]),
    "half a character": ("chips \ud800", ["chips", "china"]),
    "an at sign": ("@chips", ["chips", "china"]),
    "NEAR with nothing near": ("NEAR(", []),
    "a star alone": ("*", []),
    "punctuation": ("!? -- ;", []),
    "a blank": (" \t ", []),
    "nothing": ("", []),
    "a whole book": ("chips " * 50_000, ["chips", "china"]),
    "brackets without end": ("(" * 5000, []),
}


@pytest.mark.parametrize("by", ["new", "best"])
@pytest.mark.parametrize(("words", "guids"), FOUND.values(), ids=FOUND)
def test_what_people_type_never_raises_and_finds(store: Store, words: str, guids: list[str], by: str) -> None:
    titles = [hit.title for hit in store.search(words, by=by)]  # type: ignore[arg-type]
    assert sorted(titles) == sorted(ARTICLES[guid][0] for guid in guids)
    if by == "new":
        assert titles == [ARTICLES[guid][0] for guid in guids]


def test_best_puts_a_word_of_the_title_before_one_of_the_text(store: Store) -> None:
    assert [hit.title for hit in store.search("china", by="best")] == ["Chips for China", "Harbour news"]


def test_a_hit_shows_where_it_was_found(store: Store) -> None:
    [hit] = store.search("wood")
    assert "[wood]" in hit.snippet
    assert (hit.feed, hit.url) == ("ledger", "https://site.example/2026/china?page=ledger")


FILTERS = {
    "a tag by its slug": ({"tag": "china"}, ["china"]),
    "a tag by its name in any case": ({"tag": "CHINA"}, ["china"]),
    "a sign that is a wildcard elsewhere": ({"tag": "%"}, []),
    "a feed": ({"feed": "mirror"}, []),
    "a time": ({"since": NOW - timedelta(days=1)}, ["chips"]),
    "a limit": ({"limit": 1}, ["chips"]),
    "no limit at all is none": ({"limit": -1}, []),
}


@pytest.mark.parametrize("by", ["new", "best"])
@pytest.mark.parametrize(("asked", "guids"), FILTERS.values(), ids=FILTERS)
def test_a_search_may_be_narrowed(store: Store, asked: dict[str, object], guids: list[str], by: str) -> None:
    assert [hit.title for hit in store.search("chips", by=by, **asked)] == [ARTICLES[guid][0] for guid in guids]  # type: ignore[arg-type]


def test_a_copy_is_found_where_its_original_has_not_the_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    teaser = (
        "A harbour pilot strike begins on Monday, and the port expects long queues of ships off the coast for days. "
    )
    whole = (
        teaser * 3 + "Compensation is the matter of it, said the pilots' speaker, who wants a new roster as well. " * 3
    )
    title = "Harbour pilots to strike on Monday"
    monkeypatch.setitem(globals(), "ARTICLES", {**ARTICLES, "pilots": (title, teaser * 3, ())})  # three days ago
    keep(store)
    monkeypatch.setitem(globals(), "ARTICLES", {"pilots": (title, whole, ())})  # today
    keep(store, "mirror")
    [(copy, original)] = store.connection.execute(
        "SELECT id, duplicate_of FROM articles WHERE guid = 'pilots' AND duplicate_of IS NOT NULL"
    ).fetchall()
    for by in ("new", "best"):
        [hit] = store.search("compensation", by=by)  # type: ignore[arg-type]
        assert (hit.id, hit.duplicate_of) == (copy, original)
        assert [hit.id for hit in store.search("pilot strike", by=by)] == [original]  # type: ignore[arg-type]


def test_a_copy_is_not_found_twice(store: Store) -> None:
    assert keep(store, "mirror").duplicates == 3
    assert len(store.search("chips")) == 2
    assert store.connection.execute("SELECT count(*) FROM v_unique_articles").fetchone() == (3,)


MEANT = {
    "its id": ("3", 3),
    "its address with tracking": ("http://www.site.example/2026/china/?utm_source=x&page=ledger", 3),
    "a number too large": ("9" * 30, None),
    "another address": ("https://site.example/none", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "meant"), MEANT.values(), ids=MEANT)
def test_an_article_is_meant_by(store: Store, text: str, meant: int | None) -> None:
    assert find(store.connection, text) == meant


def test_an_article_is_meant_by_its_uid(store: Store) -> None:
    shown = store.article(2)
    assert shown
    assert find(store.connection, shown.article.uid) == 2


def test_what_was_dropped_is_found_by_its_address(store: Store) -> None:
    [entry] = dropped(store.connection, "https://site.example/gone")
    assert (entry.feed, entry.reason, entry.detail) == ("ledger", "wall", "log in")
    assert dropped(store.connection) == [entry]
    assert dropped(store.connection, "https://site.example/2026/china") == []


def raw_of(store: Store, article: int) -> bytes | None:
    shown = store.article(article)
    assert shown
    assert store.raw
    return store.raw.load(shown.article.uid)


def test_raw_input_is_kept_beside_the_database(store: Store) -> None:
    assert raw_path(Path("a/news.db")) == Path("a/news.raw.db")
    assert raw_of(store, 1) == ARTICLES["chips"][1].encode()


def test_a_lost_raw_file_costs_only_what_was_in_it(store: Store) -> None:
    assert store.raw
    store.raw.close()
    for path in store.path.parent.glob("news.raw.db*"):
        path.unlink()
    assert raw_of(store, 1) is None
    assert keep(store, "mirror").raw_fault is None
    assert raw_of(store, 4) == ARTICLES["chips"][1].encode()


def other(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE mine(x)")


@pytest.mark.parametrize(
    "spoil", [lambda path: path.write_text("no database at all"), other, Path.mkdir], ids=["text", "foreign", "folder"]
)
def test_a_spoilt_raw_file_is_told_of_and_articles_are_kept(tmp_path: Path, spoil: object) -> None:
    spoil(tmp_path / "news.raw.db")  # type: ignore[operator]
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds([Feed(slug="ledger", url="https://ledger.example/feed")], NOW)
        store.start_run("cli", "1", NOW)
        kept = keep(store)
        assert kept.new == 3
        assert "news.raw.db" in (kept.raw_fault or "")
        with pytest.raises(StoreError):
            raw_of(store, 1)
    assert (tmp_path / "news.raw.db").exists()


def test_without_raw_input_no_raw_file_is_made(tmp_path: Path) -> None:
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds([Feed(slug="ledger", url="https://ledger.example/feed")], NOW)
        store.start_run("cli", "1", NOW)
        keep(store, raw=None)
    assert not (tmp_path / "news.raw.db").exists()


def test_a_store_can_live_in_memory(tmp_path: Path) -> None:
    with Store.open(Path(":memory:")) as store:
        store.sync_feeds([Feed(slug="ledger", url="https://ledger.example/feed")], NOW)
        store.start_run("cli", "1", NOW)
        assert keep(store).new == 3
        store.optimize()
