"""Two processes that keep articles in one database at once come to what one process would have, and lose nothing.

python tests/test_storage_writers.py NEWS.DB 0      # one of the two: says "ready", waits for a line, keeps its half
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = ("ledger", "mirror")
STORIES, BLOCK = 250, 10  # stories of four rows each; so many in a block, of which either process has half the rows
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"]
SAME_URL = "revision"
KINDS = ("copy", "excerpt", SAME_URL, "update")

COMMITS = "SELECT f.slug, p.started_at FROM polls p JOIN feeds f ON f.id = p.feed_id ORDER BY p.id"
COUNTS = "SELECT count(*), count(DISTINCT feed_id || ' ' || guid), count(DISTINCT uid) FROM articles"
GROUPS = """SELECT a.uid, b.uid, o.uid, d.kind, d.method, d.similarity FROM articles a
    JOIN signatures s ON s.article_id = a.id JOIN articles b ON b.id = s.group_id
    LEFT JOIN articles o ON o.id = a.duplicate_of LEFT JOIN duplicates d ON d.article_id = a.id ORDER BY a.uid"""
# Of these every poll writes.
POLLED = ('INSERT INTO "feeds"', 'INSERT INTO "polls"', 'INSERT INTO "sqlite_sequence"')

Row = tuple[int, str, str, int]  # whose it is, its feed, what is made of which story
Batch = tuple[str, datetime]  # its feed and when it was polled: no two are alike


def sentences(seed: str, count: int) -> list[str]:
    """Sentences of made-up words; another seed gives others."""
    chance = random.Random(seed)
    return [" ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(10)) + "." for _ in range(count)]


def version(kind: str, story: int) -> str:
    """A story's text as it is, or as another paper has it."""
    whole, other = sentences(str(story), 15), sentences(f"{story} {kind}", 15)
    texts = {
        "original": whole,
        "copy": [*whole[:13], *other[13:]],
        "excerpt": whole[:7],
        SAME_URL: [*other[:2], *whole[2:]],
        "update": [*whole, *other[:3]],
    }
    return " ".join(texts[kind])


@cache
def article(kind: str, story: int) -> Article:
    text = version(kind, story)
    title = " ".join(sentences(f"headline {story}", 1)[0].split()[:6])
    place = f"{story}" if kind in {"original", SAME_URL} else f"{story}-{kind}"
    url = f"https://site.example/2026/story-{place}"
    return Article(
        guid=f"{kind}-{story}", url=url, canonical_url=url, title=title, text=text,
        published=NOW - timedelta(minutes=story % 60), fingerprint=fingerprint(text), terms=terms(title, text),
    )  # fmt: skip


def rows() -> Iterator[Row]:
    """A thousand: each story, what two others make of it, and its first entry once more, dealt out in turns."""
    for story in range(STORIES):
        own, feed = story // 2 % 2, story % 2
        first, second = KINDS[story % 4], KINDS[(story + 1) % 4]
        yield own, FEEDS[feed], "original", story
        yield 1 - own, FEEDS[1 - feed], first, story
        yield own, FEEDS[story // 4 % 2], second, story
        yield 1 - own, FEEDS[feed], "original", story


def batches(worker: int) -> dict[Batch, list[tuple[str, int]]]:
    """What one of the two keeps, in its order: of every ten stories its rows, feed by feed."""
    found: dict[Batch, list[tuple[str, int]]] = {}
    for number, (whose, feed, kind, story) in enumerate(rows()):
        if whose == worker:
            polled = NOW + timedelta(minutes=2 * (number // (4 * BLOCK)) + worker)
            found.setdefault((feed, polled), []).append((kind, story))
    return found


def keep(store: Store, batch: Batch, told: list[tuple[str, int]]) -> int:
    """Read a batch and keep it as one poll of its feed; gives how many articles were new."""
    articles = [article(kind, story) for kind, story in told]
    [feed] = store.due(NOW, (batch[0],), force=True)
    arrivals = tuple(Arrival(entry_hash=one.guid, article=one) for one in articles)
    poll = Poll(started_at=batch[1], outcome="new", status=200, body_hash="h")
    return store.keep(Harvest(run_id=1, feed=feed, poll=poll, arrivals=arrivals)).new


def prepare(path: Path) -> Path:
    with Store.open(path) as store:
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        assert store.start_run("cli", "1", NOW) == 1
    return path


def work(path: Path, worker: int) -> None:
    """Be one of the two."""
    mine = batches(worker)
    with Store.open(path) as store:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        sys.stdout.write(str(sum(keep(store, batch, told) for batch, told in mine.items())))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The database of the two, and how many articles they say were new."""
    path = prepare(tmp_path_factory.mktemp("writers") / "together.db")
    words = [sys.executable, __file__, str(path)]
    pipe = subprocess.PIPE
    two = [subprocess.Popen([*words, str(worker)], stdin=pipe, stdout=pipe, text=True) for worker in (0, 1)]
    for each in two:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in two:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=120)[0] for each in two]
    assert [each.returncode for each in two] == [0, 0]
    return path, sum(map(int, said))


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        return database.execute(sql).fetchall()


def commits(path: Path) -> list[Batch]:
    """The batches in the order in which they were written."""
    return [(str(feed), datetime.fromisoformat(str(polled))) for feed, polled in ask(path, COMMITS)]


def test_the_two_take_turns_at_the_same_stories(together: tuple[Path, int]) -> None:
    order = [polled.minute % 2 for _, polled in commits(together[0])]
    assert sorted(commits(together[0])) == sorted([*batches(0), *batches(1)])
    assert sum(one != next_ for one, next_ in pairwise(order)) >= 10


def test_nothing_is_lost_and_nothing_is_there_twice(together: tuple[Path, int]) -> None:
    path, new = together
    told = list(rows())
    assert len(told) == 1000
    keys = {(feed, f"{kind}-{story}") for _, feed, kind, story in told}
    assert new == len(keys)
    assert ask(path, COUNTS) == [(len(keys),) * 3]
    assert set(ask(path, "SELECT f.slug, a.guid FROM articles a JOIN feeds f ON f.id = a.feed_id")) == keys
    assert ask(path, "SELECT count(*) FROM signatures") == [(len(keys),)]
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_every_story_has_one_original(together: tuple[Path, int]) -> None:
    leads = "SELECT count(*) FROM articles WHERE duplicate_of IS NULL"
    assert ask(together[0], leads) == [(STORIES,)]


def test_one_process_that_keeps_the_same_in_the_same_order_makes_the_same_groups(
    together: tuple[Path, int], tmp_path: Path
) -> None:
    alone = prepare(tmp_path / "alone.db")
    given = batches(0) | batches(1)
    with Store.open(alone) as store:
        for batch in commits(together[0]):
            keep(store, batch, given[batch])
    assert ask(alone, GROUPS) == ask(together[0], GROUPS)


def test_all_of_it_once_more_adds_no_row(together: tuple[Path, int]) -> None:
    def content() -> list[str]:
        with sqlite3.connect(together[0]) as database:
            return [line for line in database.iterdump() if not line.startswith(POLLED)]

    before = content()
    with Store.open(together[0]) as store:
        again = [keep(store, batch, told) for worker in (0, 1) for batch, told in batches(worker).items()]
    assert sum(again) == 0
    assert content() == before


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
