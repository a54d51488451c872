"""Stored articles cleaned again: what is read, refined and written, in which order, and what a faulty one costs."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import Config, load
from extractors.article import Origin, Rules, entry_hash, refine
from extractors.model import Article, Container, Entry, Learnt, Page
from extractors.packing import pack
from flows import recleaning, refining
from flows.recleaning import CHUNK, UNDER_WAY, Idle, Job, Manner, Recleaner, origins
from flows.refining import Refined, prepare
from flows.workers import Workers
from flows.writer import Writer
from storage.intents import Arrival, Difference, Harvest, Poll, Recleaned, Source, StoredEntry
from storage.raw import raw_path
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORKERS = 2
FEED = '[feeds.f]\nurl = "https://f.example/feed"\n[feeds.g]\nurl = "https://g.example/feed"\n'
RULE = '[chrome.almanac]\nstarts = ["From the almanac"]\nmax = 200\n'
ADVERT = "<p>From the almanac of the harbour master's office.</p>"
WORDS = "The harbour was full of boats on morning {n}, and nobody on the quay could say where they had come from."


def entry(number: int) -> Entry:
    """A story of five paragraphs; every third has the line that is to be cut."""
    body = [f"<p>{WORDS.format(n=100 * number + n)}</p>" for n in range(5)]
    content = "".join([*body[:3], ADVERT if number % 3 == 0 else "", *body[3:]])
    date = NOW - timedelta(days=200 - number)
    url = f"https://f.example/{number}"
    return Entry(guid=f"g{number}", url=url, title=f"Story {number}", content=content, published=date)


@dataclass
class Shelf:
    """A store with articles that were cleaned before there was a rule for the almanac."""

    path: Path
    config: Config

    def keep(self, slug: str, entries: Sequence[Entry]) -> None:
        rules = Rules.compile(self.config.chrome, self.config.taxonomy)
        with Store.open(self.path) as store:
            store.sync_feeds(list(self.config.feeds.values()), NOW)
            run = store.start_run("cli", "0", NOW)
            state = next(one for one in store.due(NOW, (slug,), force=True))
            arrivals = []
            for one in entries:
                article = refine(one, None, Origin(url=state.url), rules)
                assert isinstance(article, Article)
                arrivals.append(Arrival(entry_hash=entry_hash(one), article=article, raw=pack(one)))
            store.keep(
                Harvest(run_id=run, feed=state, poll=Poll(started_at=NOW, outcome="new"), arrivals=tuple(arrivals))
            )
            store.finish_run(run, "completed", NOW)

    def clean(self, *, own: Path | None = None, ids: tuple[int, ...] | None = None, **manner: bool) -> Seen:
        config, seen = load(own or self.path.parent), Seen()
        with (
            Writer(self.path, write=not manner.get("dry")) as writer,
            Workers(WORKERS, prepare, (config.chrome, config.taxonomy)) as workers,
        ):
            sources = writer.do(lambda store: store.sources())
            jobs = [Job(source=source, feed=config.feeds[source.slug], ids=ids) for source in sources]
            how = Manner(now=NOW, onlooker=seen, **manner)
            seen.counts = asyncio.run(Recleaner(workers, WORKERS, writer, how).go(jobs))
        return seen

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.path) as database:
            return database.execute(sql).fetchall()


@dataclass
class Seen(Idle):
    """What an onlooker is told."""

    counts: dict[str, Recleaned] = field(default_factory=dict)
    chunks: list[tuple[str, int]] = field(default_factory=list)
    found: list[tuple[str, Difference]] = field(default_factory=list)

    def differs(self, feed: str, differences: Sequence[Difference]) -> None:
        self.found += [(feed, one) for one in differences]

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        self.chunks.append((feed, counts.changed + counts.same + counts.missing + counts.failed))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "feeds.toml").write_text("replace = true\n" + FEED)
    shelf = Shelf(tmp_path / "news.db", load(tmp_path))
    shelf.keep("f", [entry(number) for number in range(40)])
    return shelf


@pytest.fixture
def own(shelf: Shelf) -> Path:
    """The operator's folder, with a rule for the almanac in it."""
    (shelf.path.parent / "chrome.toml").write_text(RULE)
    return shelf.path.parent


TEXTS = "SELECT a.guid, t.text FROM articles a JOIN article_texts t ON t.article_id = a.id ORDER BY a.id"
MARKED = {f"g{number}" for number in range(0, 40, 3)}


def test_without_a_change_of_rules_nothing_is_written(shelf: Shelf) -> None:
    before = shelf.rows("SELECT * FROM articles ORDER BY id")
    assert shelf.clean().counts == {"f": Recleaned(same=40), "g": Recleaned()}
    assert shelf.rows("SELECT * FROM articles ORDER BY id") == before


def test_only_what_comes_out_differently_is_written(shelf: Shelf, own: Path) -> None:
    before = dict(shelf.rows(TEXTS))
    assert shelf.clean(own=own).counts["f"] == Recleaned(changed=len(MARKED), same=40 - len(MARKED))
    after = dict(shelf.rows(TEXTS))
    assert {guid for guid in before if before[guid] != after[guid]} == MARKED
    assert not [text for text in after.values() if "almanac" in str(text)]
    assert shelf.rows("SELECT count(*), max(revision) FROM articles") == [(40, 1)]
    assert shelf.clean(own=own).counts["f"] == Recleaned(same=40)


def test_a_dry_run_tells_what_changes_and_changes_nothing(shelf: Shelf, own: Path) -> None:
    before = shelf.rows("SELECT * FROM articles ORDER BY id")
    seen = shelf.clean(own=own, dry=True)
    assert seen.counts["f"] == Recleaned(changed=len(MARKED), same=40 - len(MARKED))
    assert shelf.rows("SELECT * FROM articles ORDER BY id") == before
    assert [feed for feed, _ in seen.found] == ["f"] * len(MARKED)
    assert all(one.text and "almanac" in one.text[0] and "almanac" not in one.text[1] for _, one in seen.found)


def test_what_is_written_can_be_told_too(shelf: Shelf, own: Path) -> None:
    assert len(shelf.clean(own=own, compare=True).found) == len(MARKED)
    assert shelf.clean(own=own, compare=True).found == []


def test_some_may_be_chosen(shelf: Shelf, own: Path) -> None:
    assert shelf.clean(own=own, ids=(1, 2, 4)).counts["f"] == Recleaned(changed=2, same=1)


def test_articles_come_in_order_a_chunk_at_a_time_and_few_are_held(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.keep("f", [entry(number) for number in range(40, 40 + 10 * CHUNK)])
    held, most = [0], [0]

    def counted(method: Callable[..., object], change: Callable[[Sequence[object]], int]) -> Callable[..., object]:
        def call(store: Store, source: Source, *args: Sequence[object], **more: object) -> object:
            answer = method(store, source, *args, **more)
            held[0] += change(args[0] if args else answer)  # type: ignore[arg-type]
            most[0] = max(most[0], held[0])
            return answer

        return call

    monkeypatch.setattr(Store, "entries", counted(Store.entries, len))
    monkeypatch.setattr(Store, "reclean", counted(Store.reclean, lambda arrivals: -len(arrivals)))
    seen = shelf.clean()
    assert [size for feed, size in seen.chunks if feed == "f"][:-1] == [CHUNK] * 12
    assert held == [0]
    assert most[0] <= (UNDER_WAY * WORKERS + 3) * CHUNK


def test_an_article_without_raw_input_stays_and_is_told(shelf: Shelf, own: Path) -> None:
    for file in own.glob("news.raw.db*"):
        file.unlink()
    assert shelf.clean(own=own).counts["f"] == Recleaned(missing=40)
    assert any("almanac" in str(text) for _, text in shelf.rows(TEXTS))
    assert not raw_path(shelf.path).exists()


def faulty(pairs: Sequence[tuple[Entry, Page | None]], origin: Origin) -> list[Refined]:
    if any(one.guid == "g3" for one, _ in pairs):
        raise ZeroDivisionError
    return [article_of(one, origin) for one, _ in pairs]


def murderous(pairs: Sequence[tuple[Entry, Page | None]], origin: Origin) -> list[Refined]:
    if any(one.guid == "g3" for one, _ in pairs):
        os.kill(os.getpid(), signal.SIGKILL)
    return [article_of(one, origin) for one, _ in pairs]


def article_of(one: Entry, origin: Origin) -> Article:
    return Article(guid=one.guid, url=one.url or "", canonical_url=one.url or "", title=one.title, text="Short.")


@pytest.mark.parametrize("step", [faulty, murderous])
def test_an_article_that_breaks_its_worker_costs_itself_only(
    step: Callable[..., object], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refining, "refine", step)
    before = dict(shelf.rows(TEXTS))
    assert shelf.clean().counts["f"] == Recleaned(changed=39, failed=1)
    after = dict(shelf.rows(TEXTS))
    assert after == {guid: before[guid] if guid == "g3" else "Short." for guid in before}


def test_an_article_the_store_will_not_have_costs_itself_only(
    shelf: Shelf, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.reclean

    def picky(store: Store, source: Source, arrivals: Sequence[Arrival], now: datetime) -> Recleaned:
        if any(one.article.guid == "g3" for one in arrivals):
            raise sqlite3.IntegrityError("no")
        return real(store, source, arrivals, now)

    monkeypatch.setattr(Store, "reclean", picky)
    counts = shelf.clean(own=own).counts["f"]
    assert counts == Recleaned(changed=len(MARKED) - 1, same=40 - len(MARKED), failed=1)
    assert {guid for guid, text in shelf.rows(TEXTS) if "almanac" in str(text)} == {"g3"}


def test_what_is_no_article_any_more_stays_as_it_was(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refining, "refine", emptied)
    assert shelf.clean().counts["f"] == Recleaned(failed=40)
    assert len(shelf.rows(TEXTS)) == 40


def emptied(pairs: Sequence[tuple[Entry, Page | None]], origin: Origin) -> list[Refined]:
    return [None] * len(pairs)


def test_rules_that_have_faded_hold_for_articles_of_their_time() -> None:
    learnt = Learnt(blocks=frozenset({1}))
    source = Source(
        id=1, slug="f", url="https://f.example/", learnt=learnt,
        past=((2, "2026-01-02T00:00:00Z"), (3, "2026-01-04T00:00:00Z")),
    )  # fmt: skip
    config = load()
    feed = replace(next(iter(config.feeds.values())), tags=("AI",), title="")
    stored = [
        StoredEntry(id=n, guid=str(n), first_seen_at=f"2026-01-0{n}T00:00:00Z", entry_hash="h") for n in range(1, 7)
    ]
    told = [
        ([one.id for one in entries], sorted(origin.learnt.blocks))
        for origin, entries in origins(Job(source=source, feed=feed), stored)
    ]
    assert told == [([1, 2], [1, 2, 3]), ([3, 4], [1, 3]), ([5, 6], [1])]


def test_an_article_that_was_found_in_a_container_is_looked_for_in_that_one() -> None:
    old, new = (Container(host="f.example", path=f"html/body/div.{name}", prose=0) for name in ("old", "new"))
    source = Source(id=1, slug="f", url="https://f.example/", learnt=Learnt(containers=(replace(new, prose=900),)))
    stored = [
        StoredEntry(id=n, guid=str(n), first_seen_at="2026-01-01T00:00:00Z", entry_hash="h", container=container)
        for n, container in enumerate((None, old, None, new, old))
    ]
    feed = next(iter(load().feeds.values()))
    told = [
        ([one.id for one in found], origin.learnt.containers)
        for origin, found in origins(Job(source=source, feed=feed), stored)
    ]
    assert told == [([0, 2], ()), ([1, 4], (old,)), ([3], (new,))]


def test_counts_add_up() -> None:
    one, other = Recleaned(changed=1, same=2, missing=3, failed=4), Recleaned(changed=10, same=20)
    assert recleaning.total(one, other) == Recleaned(changed=11, same=22, missing=3, failed=4)
    assert recleaning.total() == Recleaned()
