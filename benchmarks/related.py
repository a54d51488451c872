"""How well "what to read next" finds articles on the same subject, and at what cost, beside full-text search.

    python -m benchmarks.related [CORPUS]

CORPUS is the folder `corpus` of data that does not ship: Reuters-21578 with its topic codes, one half of it, filled up
to 10,000 texts by headlines of another decade. 250 texts are asked that have a topic which 3 to 120 texts have; right
is what shares such a topic ("rare"), or any ("any"), the commonest being in every third text.

*All texts* is how the research compared methods: no time, no tags, copies and all. *In the store* is what `fanmill run`
writes: earlier articles only, of 41 days, no copies, five at most and none when none is good. There precision is told
of five, missing ones counted as wrong, and of the rows given. The constants were chosen on one half of all texts that
can be asked; "kept apart" is the other. Strangers are the headlines: a row from one to a Reuters text is wrong for
certain. Milliseconds are CPU, the medians of one run over the 250, each asked of every method in turn, three times.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.load import load
from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article
from extractors.tagging import Tagger
from storage.intents import Arrival, Harvest, Poll
from storage.kin import LEAST, LOOKED, REACH, Desk, best_of
from storage.store import Store
from storage.terms import compare, nearest

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
STORE, QUERIES, RARE = 10_000, 250, (3, 120)
FIRST, DAYS = datetime(2026, 2, 26, tzinfo=UTC), 41  # that the Reuters texts, numbered in order of time, took in 1987
NOW = FIRST + timedelta(days=DAYS + 1)
BATCH, TIMES = 250, 3
MATCH = 12  # best terms for full-text search: more and fewer found less
FULL_TEXT = """SELECT a.id FROM articles_fts AS f JOIN articles AS a ON a.id = f.rowid
    WHERE articles_fts MATCH ? AND a.id <> ? AND (NOT ? OR a.duplicate_of IS NULL AND a.published_at < ?)
    ORDER BY bm25(articles_fts, 1.0, 1.0, 1.0) LIMIT 5"""
BINS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.01)

Row = dict[str, Any]
Answer = Callable[[int], Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Topic codes by article; `rare` are those that 3 to 120 texts have, `asked` the articles that have one."""

    codes: Mapping[int, frozenset[str]]
    rare: frozenset[str]
    asked: Sequence[int]

    def shares(self, one: int, other: int, *, rare: bool) -> bool:
        """Whether two articles share a topic."""
        both = self.codes[one] & self.codes[other]
        return bool(both & self.rare if rare else both)


def read(path: Path) -> list[Row]:
    """Rows of a set, [] where it is not there."""
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def texts(folder: Path) -> list[Row]:
    """Reuters in order, strangers spread among them."""
    news, strangers = read(folder / "reuters21578_dev.jsonl.gz"), read(folder / "agnews_dev.jsonl.gz")
    dice = random.Random(1)
    for row in dice.sample(strangers, min(len(strangers), max(0, STORE - len(news)))):
        news.insert(dice.randrange(len(news) + 1), row | {"labels": []})
    return news


def fill(store: Store, rows: Sequence[Row]) -> None:
    """Keep all texts as one feed's, tagged as the mill tags them."""
    tagger = Tagger(load().taxonomy)
    store.sync_feeds([Feed(slug="wire", url="https://wire.example/feed")], NOW)
    run, state = store.start_run("bench", "0", NOW), store.due(NOW)[0]
    for start in range(0, len(rows), BATCH):
        arrivals = tuple(
            Arrival(entry_hash=row["id"], article=article(row, place / len(rows), tagger), raw=b"")
            for place, row in enumerate(rows[start : start + BATCH], start)
        )
        poll = Poll(started_at=NOW, outcome="new", next_poll_at=NOW)
        store.keep(Harvest(run_id=run, feed=state, poll=poll, arrivals=arrivals))


def article(row: Row, when: float, tagger: Tagger) -> Article:
    """A row as an article, published so far (0-1) through the days."""
    title, text = row["title"] or row["text"][:80], row["text"]
    return Article(
        guid=row["id"], url="", canonical_url="", title=title, text=text, published=FIRST + timedelta(days=when * DAYS),
        tagging=tagger.tag(title, text), fingerprint=fingerprint(text), terms=terms(title, text),
    )  # fmt: skip


def truth_of(db: sqlite3.Connection, rows: Sequence[Row]) -> Truth:
    """What belongs together."""
    ids = dict(db.execute("SELECT guid, id FROM articles"))
    codes = {ids[row["id"]]: frozenset(row["labels"]) for row in rows}
    counts = Counter(code for each in codes.values() for code in each)
    rare = frozenset(code for code, count in counts.items() if RARE[0] <= count <= RARE[1])
    return Truth(codes=codes, rare=rare, asked=[each for each in sorted(codes) if codes[each] & rare])


def methods(db: sqlite3.Connection, dice: random.Random) -> dict[str, Answer]:
    """The ways to find five texts that go with one."""
    desk = Desk(db)

    def full_text(one: int, *, earlier: bool = False) -> list[int]:
        best = db.execute("SELECT term FROM term_weights WHERE article_id = ? ORDER BY weight DESC, term", (one,))
        words = " OR ".join(f'"{row[0]}"' for row in best.fetchmany(MATCH))
        when = db.execute("SELECT published_at FROM articles WHERE id = ?", (one,)).fetchone()[0]
        return [row[0] for row in db.execute(FULL_TEXT, (words, one, earlier, when))] if words else []

    def read_again(one: int) -> list[int]:
        likes = compare(db, one, list(nearest(db, one, LEAST, reach=REACH))[:LOOKED], desk.articles)
        return sorted(likes, key=lambda other: -likes[other])[:5]

    return {
        "all texts: at random": lambda _: dice.sample(range(1, desk.articles + 1), 5),
        f"all texts: FTS5 bm25, {MATCH} best terms": full_text,
        "all texts: cosine of 20 terms": lambda one: list(nearest(db, one, LEAST))[:5],
        "all texts: the nearest read again": read_again,
        "earlier: FTS5 bm25": lambda one: full_text(one, earlier=True),
        "in the store: what is named": lambda one: [each.article_id for each, _ in best_of(desk, one, 0)],
    }


def compare_all(db: sqlite3.Connection, truth: Truth) -> None:
    """Precision and time of every method."""
    dice = random.Random(1)
    copies = {row[0] for row in db.execute("SELECT id FROM articles WHERE duplicate_of IS NOT NULL")}
    asked = sorted(dice.sample(truth.asked, min(QUERIES, len(truth.asked))))
    found: defaultdict[str, list[tuple[int, Sequence[int]]]] = defaultdict(list)
    spent: defaultdict[str, list[float]] = defaultdict(list)
    ways = methods(db, dice)
    for one in asked:
        for name, answer in ways.items():
            if one in copies and not name.startswith("all"):
                continue
            others, took = clock(answer, one)
            spent[name].append(took)
            found[name].append((one, others))
    print(f"{'':38}{'P@5 rare':>9}{'any':>7}{'of rows':>9}{'any':>7}{'rows':>6}{'ms':>8}{'p95':>7}")
    for name, rows in found.items():
        times = sorted(spent[name])
        p95 = times[int(0.95 * len(times))]
        print(f"{name:38}{precisions(truth, rows)}{statistics.median(times):8.2f}{p95:7.2f}")


def clock(answer: Answer, one: int) -> tuple[Sequence[int], float]:
    """An answer with the milliseconds it took, the least of `TIMES`: other work on the machine only ever adds."""
    took = []
    for _ in range(TIMES):
        begun = time.process_time()
        others = answer(one)
        took.append((time.process_time() - begun) * 1000)
    return others, min(took)


def precisions(truth: Truth, found: Sequence[tuple[int, Sequence[int]]]) -> str:
    """Of five, missing ones counted as wrong, and of the rows given, each by rare topics and by any; rows a text."""
    given = max(1, sum(len(others) for _, others in found))
    right = [
        sum(truth.shares(one, other, rare=rare) for one, others in found for other in others) for rare in (True, False)
    ]
    of_five, of_rows = ([count / total for count in right] for total in (5 * len(found), given))
    return f"{of_five[0]:9.3f}{of_five[1]:7.3f}{of_rows[0]:9.3f}{of_rows[1]:7.3f}{given / len(found):6.2f}"


def halves(db: sqlite3.Connection, truth: Truth) -> None:
    """The same for all texts that can be asked: the half the constants were chosen on, and the one kept apart."""
    for half, name in enumerate(("chosen on", "kept apart")):
        guids = db.execute("SELECT id, guid FROM articles WHERE duplicate_of IS NULL").fetchall()
        own = {row[0] for row in guids if zlib.crc32(row[1].encode()) % 2 == half}
        asked = [one for one in truth.asked if one in own]
        for method, answer in list(methods(db, random.Random(1)).items())[2:]:
            if not method.startswith("earlier"):
                print(f"{method + ', ' + name:38.60}{precisions(truth, [(one, answer(one)) for one in asked])}")


def by_score(db: sqlite3.Connection, truth: Truth) -> None:
    """How the rows that are written fare by their scores, for all texts with a topic; and the strangers."""
    rows = db.execute("SELECT article_id, related_id, score FROM see_also WHERE kind = 'related'").fetchall()
    print(f"\n{'score':14}{'rows':>7}{'right':>8}{'from strangers to Reuters':>28}")
    strange = {one for one, guid in db.execute("SELECT id, guid FROM articles") if not guid.startswith("reut")}
    for low, high in pairwise(BINS):
        here = [(one, other) for one, other, score in rows if low <= score < high]
        told = [pair for pair in here if truth.codes[pair[0]] and truth.codes[pair[1]]]
        right = sum(truth.shares(*pair, rare=False) for pair in told) / max(1, len(told))
        wrong = sum(one in strange and other not in strange for one, other in here)
        print(f"{low:.2f} to {min(1, high):.2f}  {len(told):7}{right:8.3f}{wrong:28}")
    fooled = len({one for one, other, _ in rows if one in strange and other not in strange})
    print(f"{fooled} of {len(strange)} strangers were given a Reuters text")


def main() -> None:
    """Fill a store, relate it, and ask it."""
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "corpus") / "topics"
    rows = texts(folder)
    with tempfile.TemporaryDirectory() as place, Store.open(Path(place) / "news.db") as store:
        fill(store, rows)
        begun = time.process_time()
        kin = store.relate()
        each = (time.process_time() - begun) / len(rows) * 1000
        db = store.connection
        truth = truth_of(db, rows)
        copies = db.execute("SELECT count(duplicate_of) FROM articles").fetchone()[0]
        print(f"{len(rows)} texts, {copies} of them copies; {len(truth.asked)} can be asked; {len(truth.rare)} topics")
        print(f"the whole of `relate`, keyphrases included: {each:.2f} ms a text; {kin.related} were given any\n")
        compare_all(db, truth)
        print("\nall that can be asked:")
        halves(db, truth)
        by_score(db, truth)


if __name__ == "__main__":
    main()
