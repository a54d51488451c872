"""How well copies are found, and at what cost: the labelled corpus in the order of time and in three random ones.

    python -m benchmarks.duplicates [ARTICLES.jsonl.gz]

Rows carry `id`, `group`, `variant`, `title`, `text`, `url`, `published`. What is printed of each method and order:

    P R F1      of all pairs of articles put together those that belong together, and the other way round
    ARI         the adjusted Rand index of the groups
    B3          F1 of B-cubed: precision and recall of the group each article finds itself in, on average
    rewr ocr    % of rewrites by the wire and of texts with 3 % of their letters damaged, put with their original
    roundup …   % of articles that only look alike, put with another's

Random order is harder: excerpts and roundups come before their articles, footers before anyone can know them for
footers. `fanmill regroup` mends some of it. MinHash of datasketch and of rensa stands beside ours where they are
installed (`pip install -e '.[bench]'`). Times are CPU of one process, hashing and index included; ours is on disk,
theirs in memory.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.util
import json
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extractors.addresses import canonical
from extractors.fingerprints import SHINGLE, fingerprint, title_key, words
from flows.dedupe import dedupe
from storage.sameness import TABLES, Document, Sameness

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
CORPUS = SHARED / "corpus" / "duplicates" / "articles.jsonl.gz"
REWRITTEN = {"wire_rewrite": "rewr", "ocr3": "ocr"}
ALIKE = {"neg_roundup": "roundup", "neg_quote": "quote", "neg_template": "form", "neg_boiler": "stub"}
HEAD = "".join(f"{name:>8}" for name in ("P", "R", "F1", "ARI", "B3", *REWRITTEN.values(), *ALIKE.values(), "ms each"))
PERMUTATIONS = 128
BANDS = 16  # of 8 rows each: even odds to meet at Jaccard .7
NEAR = 0.7  # Jaccard, as estimated, from which the peers join
Row = dict[str, Any]
Method = Callable[[list[Row]], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Groups found beside groups true, all 0–1."""

    precision: float
    recall: float
    f1: float
    rand: float
    cubed: float


def main() -> None:
    """Print one line for each method and order, then the variants that fare worst."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("articles", nargs="?", type=Path, default=CORPUS)
    rows = read(options.parse_args().articles)
    by_date = sorted(rows, key=lambda row: (row["published"], row["id"]))
    print(f"{len(rows)} articles\n{'method':30}{HEAD}")
    found = report("fanmill, by date", by_date, ours)
    for seed in (1, 2, 3):
        order = random.Random(seed).sample(rows, len(rows))
        report(f"fanmill, random order {seed}", order, ours)
        report(f"  regrouped at night {seed}", order, regrouped)
    report("fanmill, by date, no titles", [{**row, "title": ""} for row in by_date], ours)
    report("the same words", by_date, by_words)
    for name, method in PEERS.items():
        if importlib.util.find_spec(name):
            report(f"{name} {PERMUTATIONS}, J >= {NEAR}", by_date, method)
    print("\nby date, articles in a group with another story's, or apart from all of their own:")
    for variant, (count, mixed, apart) in sorted(faults(rows, found).items()):
        print(f"  {variant:20}{count:6}{mixed:6}{apart:6}")


def read(path: Path) -> list[Row]:
    """The corpus' rows."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def report(name: str, rows: list[Row], method: Method) -> dict[str, str]:
    """Time and score one method on rows in one order; gives the group of each id."""
    start = time.process_time()
    found = method(rows)
    each = (time.process_time() - start) / len(rows) * 1000
    scores = score(rows, found)
    figures = (scores.precision, scores.recall, scores.f1, scores.rand, scores.cubed)
    joined, mixed = with_original(rows, found), faults(rows, found)
    shares = [joined.get(kind, 0.0) for kind in REWRITTEN]
    shares += [mixed[kind][1] / mixed[kind][0] if kind in mixed else 0.0 for kind in ALIKE]
    said = "".join(f"{figure:8.4f}" for figure in figures) + "".join(f"{100 * share:8.1f}" for share in shares)
    print(f"{name:30}{said}{each:8.2f}", flush=True)
    return found


def ours(rows: list[Row]) -> dict[str, str]:
    """The filter behind `fanmill dedupe`."""
    return {answer["id"]: answer["group"] for answer in dedupe(iter(rows))}


def regrouped(rows: list[Row]) -> dict[str, str]:
    """The index in the order given, then every article placed again in the order of time, as `fanmill regroup` does."""
    with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "index.db")) as database:
        database.isolation_level = None
        for statement in TABLES:
            database.execute(statement)
        database.execute("BEGIN IMMEDIATE")
        sameness = Sameness(database)
        for number, row in enumerate(rows):
            prints, title, url = fingerprint(row["text"]), title_key(row["title"]), canonical(row["url"])
            sameness.place(
                Document(
                    article_id=number, title_key=title, url_key=url, fingerprint=prints, published=row["published"]
                )
            )
        for number in sorted(range(len(rows)), key=lambda number: (rows[number]["published"], rows[number]["id"])):
            sameness.place_again(number)
        return {row["id"]: str(sameness.group_of(number)) for number, row in enumerate(rows)}


def by_words(rows: list[Row]) -> dict[str, str]:
    """Word for word the same text."""
    first: dict[str, str] = {}
    return {row["id"]: first.setdefault(" ".join(words(row["text"])), row["id"]) for row in rows}


def by_datasketch(rows: list[Row]) -> dict[str, str]:
    """datasketch: MinHash and its LSH, joined to the nearest one found."""
    datasketch = importlib.import_module("datasketch")
    index = datasketch.MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))

    def sketch(row: Row) -> Any:
        made = datasketch.MinHash(num_perm=PERMUTATIONS)
        made.update_batch([shingle.encode() for shingle in shingles(row)])
        return made

    return nearest(rows, index, sketch)


def by_rensa(rows: list[Row]) -> dict[str, str]:
    """rensa: its RMinHash and LSH, in Rust, joined to the nearest one found."""
    rensa = importlib.import_module("rensa")
    index = rensa.RMinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS, num_bands=BANDS)

    def sketch(row: Row) -> Any:
        made = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
        made.update(shingles(row))
        return made

    return nearest(rows, index, sketch)


PEERS: dict[str, Method] = {"datasketch": by_datasketch, "rensa": by_rensa}


def shingles(row: Row) -> list[str]:
    """A text's runs of three words, each once."""
    said = words(row["text"])
    return sorted({" ".join(said[place : place + SHINGLE]) for place in range(len(said) - SHINGLE + 1)})


def nearest(rows: list[Row], index: Any, sketch: Callable[[Row], Any]) -> dict[str, str]:
    """Put each row to the nearest of those before it that an LSH index finds, if it is near enough."""
    sketches: list[Any] = []
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        made = sketch(row)
        likely = [(made.jaccard(sketches[other]), -other) for other in index.query(made)]
        likeness, other = max(likely, default=(0.0, 0))
        found[row["id"]] = found[rows[-other]["id"]] if likeness >= NEAR else row["id"]
        index.insert(number, made)
        sketches.append(made)
    return found


def score(rows: Sequence[Row], found: Mapping[str, str]) -> Scores:
    """How the groups found agree with the true ones. The adjusted Rand index is Hubert and Arabie's, of 1985."""
    both = Counter((row["group"], found[row["id"]]) for row in rows)
    true, said = Counter(row["group"] for row in rows), Counter(found[row["id"]] for row in rows)
    right, truly, put = pairs(both.values()), pairs(true.values()), pairs(said.values())
    precision, recall = right / max(1, put), right / max(1, truly)
    chance, most = truly * put / max(1, pairs([len(rows)])), (truly + put) / 2
    cubed_precision = sum(count * count / said[group] for (_, group), count in both.items()) / len(rows)
    cubed_recall = sum(count * count / true[group] for (group, _), count in both.items()) / len(rows)
    return Scores(
        precision=precision,
        recall=recall,
        f1=harmonic(precision, recall),
        rand=(right - chance) / (most - chance) if most != chance else 1.0,
        cubed=harmonic(cubed_precision, cubed_recall),
    )


def pairs(counts: Iterable[int]) -> int:
    """How many pairs groups of these sizes hold."""
    return sum(count * (count - 1) // 2 for count in counts)


def harmonic(one: float, other: float) -> float:
    """The harmonic mean of two shares."""
    return 2 * one * other / (one + other) if one + other else 0.0


def with_original(rows: Sequence[Row], found: Mapping[str, str]) -> dict[str, float]:
    """For each variant the share that is in the group of its original, 0–1; of those that have one."""
    original = {row["group"]: found[row["id"]] for row in rows if row["variant"] == "original"}
    apart = [row for row in rows if row["variant"] != "original" and row["group"] in original]
    counts = Counter(row["variant"] for row in apart)
    joined = Counter(row["variant"] for row in apart if original[row["group"]] == found[row["id"]])
    return {variant: joined[variant] / count for variant, count in counts.items()}


def faults(rows: Sequence[Row], found: Mapping[str, str]) -> dict[str, tuple[int, int, int]]:
    """For each variant: rows, those put together with another group's, those apart from all others of their own."""
    together = Counter((row["group"], found[row["id"]]) for row in rows)
    groups, sizes = Counter(row["group"] for row in rows), Counter(found[row["id"]] for row in rows)
    counts, mixed, apart = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        own = together[row["group"], found[row["id"]]]
        counts[row["variant"]] += 1
        mixed[row["variant"]] += sizes[found[row["id"]]] > own
        apart[row["variant"]] += own == 1 and groups[row["group"]] > 1
    return {variant: (counts[variant], mixed[variant], apart[variant]) for variant in counts}


if __name__ == "__main__":
    main()
