"""The index of copies among very many articles: whether it is as right, as quick and as small as among a few.

    python -m benchmarks.scale [--documents 100000] [--seed 1]

The labelled corpus is spread evenly over made-up news (`benchmarks.newswire`), all in the order of time, and its own
articles are scored by themselves, among 4,328 and among all. How alike the two are is printed first: shingles a text,
those found in one text alone, those in six and more. What is then asked of the file, a process of its own asks, since
the first look-up after a restart is one of the questions; the system has the file in memory, as after a short break.

A look-up is `Sameness.place` on a connection that may not write, up to its first write; `place` is all of it, in one
transaction. The print of an article is made before. Connections are as the store's, with a cache of 16 MB.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.duplicates import CORPUS, Scores, read, score
from benchmarks.newswire import newswire, repetition, said_often
from extractors.addresses import canonical
from extractors.fingerprints import fingerprint, title_key
from storage.connection import use_wal
from storage.sameness import TABLES, Document, Sameness

CACHE_KIB = 16_384
BATCH = 200  # articles a transaction
ASKED = 1_000  # look-ups that are timed: the articles that would come next
SAMPLE = 1_400  # texts that are compared with as many of the corpus
Row = dict[str, Any]


def main() -> None:
    """Build the index twice, score it, measure the large one."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--documents", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.ask:
        return ask(asked.ask)
    corpus = sorted(read(CORPUS), key=lambda row: (row["published"], row["id"])) if CORPUS.exists() else []
    stories = [row["text"] for row in corpus if row["variant"] in {"original", "singleton"}]
    phrases = said_often(stories)
    compare(stories, islice(newswire(asked.seed, phrases, copies=0), SAMPLE))
    with TemporaryDirectory(prefix="fanmill-scale-") as folder:
        if corpus:
            told("the corpus alone", score(corpus, build(Path(folder) / "alone.db", iter(corpus), len(corpus))))
        path = Path(folder) / "many.db"
        wire = newswire(asked.seed, phrases)
        found = build(path, mixed(corpus, wire, asked.documents), asked.documents)
        if corpus:
            told(f"among {asked.documents}", score(corpus, {row["id"]: found[row["id"]] for row in corpus}))
        question(path, wire, asked.documents)
        weigh(path, asked.documents)
    return None


def compare(stories: Sequence[str], wire: Iterable[Row]) -> None:
    """How often shingles come back, in the corpus' stories and in as many made-up ones."""
    real, made = random.Random(1).sample(stories, len(stories)), [row["text"] for row in wire]
    print(f"{'texts':18}{'shingles':>10}{'alone':>8}{'common':>8}")
    for name, texts in (("corpus", real), ("made up", made)):
        for size in (200, 500, SAMPLE):
            if len(texts) >= size:
                each, alone, common = repetition(texts[:size])
                print(f"{name:10}{size:8}{each:10.1f}{alone:8.3f}{common:8.3f}")


def mixed(corpus: Sequence[Row], wire: Iterator[Row], documents: int) -> Iterator[Row]:
    """So many articles, those of the corpus at even distances; made-up ones are of the same time as those before."""
    taken = 0
    published = corpus[0]["published"] if corpus else "2026-01-01T00:00:00"
    for place in range(documents):
        if taken < len(corpus) and place * len(corpus) // documents >= taken:
            published = corpus[taken]["published"]
            yield corpus[taken]
            taken += 1
        else:
            yield {**next(wire), "published": published}


def build(path: Path, rows: Iterator[Row], documents: int) -> dict[str, str]:
    """Place all rows in a new index; gives the group of each id. Tells how far it is."""
    begun = time.process_time()
    groups: dict[int, str] = {}
    found: dict[str, str] = {}
    with closing(connect(path)) as database:
        for statement in TABLES:
            database.execute(statement)
        sameness = Sameness(database)
        for number, row in enumerate(rows, 1):
            if number % BATCH == 1:
                database.execute("BEGIN IMMEDIATE")
            verdict = sameness.place(document(number, row))
            found[row["id"]] = groups.setdefault(verdict.group, row["id"])
            if number % BATCH == 0 or number == documents:
                database.execute("COMMIT")
            if number % 10_000 == 0:
                print(f"{number} placed, {time.process_time() - begun:.0f} s", file=sys.stderr, flush=True)
    return found


def connect(path: Path) -> sqlite3.Connection:
    """A connection like the store's."""
    database = sqlite3.connect(path, isolation_level=None)
    use_wal(database)
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return database


def document(number: int, row: Row) -> Document:
    """A row as the index sees it."""
    return Document(
        article_id=number,
        title_key=title_key(row["title"]),
        url_key=canonical(row["url"]),
        fingerprint=fingerprint(row["text"]),
        published=row["published"],
    )


def told(name: str, scores: Scores) -> None:
    """One line of scores."""
    print(f"\n{name}: P {scores.precision:.4f}  R {scores.recall:.4f}  F1 {scores.f1:.4f}", flush=True)


def weigh(path: Path, documents: int) -> None:
    """The size of the file as it grew and after VACUUM, and what each table has of it."""
    grown = path.stat().st_size
    with closing(connect(path)) as database:
        rows = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").fetchall()
        }
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 1").fetchall()
    print(f"\nbytes a document: {grown / documents:.0f}, after VACUUM {path.stat().st_size / documents:.0f}")
    for name, size in pages:
        count = f"{rows[name] / documents:9.2f} rows a document" if name in rows else ""
        print(f"  {name:28}{size / documents:8.0f}{count}")


def question(path: Path, wire: Iterator[Row], documents: int) -> None:
    """Let a new process ask for articles that come next, and tell what it says."""
    rows = list(islice(wire, ASKED))
    lines = "".join(json.dumps({**row, "number": documents + at}) + "\n" for at, row in enumerate(rows, 1))
    words = [sys.executable, "-m", "benchmarks.scale", "--ask", str(path)]
    print(subprocess.run(words, input=lines, capture_output=True, text=True, check=True).stdout, end="", flush=True)


def ask(path: Path) -> None:
    """The process that was started anew: open, look up, place, and take it all back."""
    documents = [document(row["number"], row) for row in map(json.loads, sys.stdin)]
    before = resident()
    begun = time.perf_counter()
    with closing(connect(path)) as database:
        sameness = Sameness(database)
        look_up(database, sameness, documents[0])
        print(f"\nopen the file and look one up, in a new process: {(time.perf_counter() - begun) * 1000:.1f} ms")
        spread("look-up", [look_up(database, sameness, each) for each in documents[1:]])
        database.execute("BEGIN IMMEDIATE")
        spread("place", [clocked(sameness, each) for each in documents])
        database.execute("ROLLBACK")
        print(f"memory of that process: {resident():.0f} MB, {resident() - before:.0f} MB more than without the index")


def resident() -> float:
    """The memory this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def look_up(database: sqlite3.Connection, sameness: Sameness, document: Document) -> tuple[float, float]:
    """Seconds of wall and CPU that pass until an article would be written."""
    database.execute("PRAGMA query_only = ON")
    try:
        return clocked(sameness, document)
    finally:
        database.execute("PRAGMA query_only = OFF")


def clocked(sameness: Sameness, document: Document) -> tuple[float, float]:
    """Seconds of wall and CPU that placing an article takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        sameness.place(document)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY:
            raise
    return time.perf_counter() - wall, time.process_time() - cpu


def spread(name: str, times: Sequence[tuple[float, float]]) -> None:
    """Median and 95th percentile in milliseconds."""
    said = []
    for each in zip(*times, strict=True):
        twentieths = statistics.quantiles(each, n=20)
        said.append(f"{statistics.median(each) * 1000:.2f} / {twentieths[18] * 1000:.2f} ms")
    print(f"{name}, median / p95: {said[0]} wall, {said[1]} CPU")


if __name__ == "__main__":
    main()
