"""How well copies are found, and at what cost: the labelled corpus in the order of time and in three random ones.

    python -m benchmarks.duplicates [ARTICLES.jsonl.gz]

Rows carry `id`, `group`, `variant`, `title`, `text`, `url`, `published`. Pair P, R and F1: of all pairs of articles put
together, those that belong together, and the other way round. Random order is harder: excerpts and roundups come before
their articles, footers before anyone can know them for footers. datasketch's MinHash stands beside ours when it is
installed. Times are CPU of one process, hashing and index included.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.util
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from extractors.fingerprints import SHINGLE, words
from flows.dedupe import dedupe

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
CORPUS = SHARED / "corpus" / "duplicates" / "articles.jsonl.gz"
Row = dict[str, Any]


def main() -> None:
    """Print one line for each method and order, then the variants that fare worst."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("articles", nargs="?", type=Path, default=CORPUS)
    rows = read(options.parse_args().articles)
    by_date = sorted(rows, key=lambda row: (row["published"], row["id"]))
    print(f"{len(rows)} articles\n{'method':32}{'P':>8}{'R':>8}{'F1':>8}{'ms each':>9}")
    found = report("fanmill, by date", by_date, ours)
    for seed in (1, 2, 3):
        report(f"fanmill, random order {seed}", random.Random(seed).sample(rows, len(rows)), ours)
    report("fanmill, by date, no titles", [{**row, "title": ""} for row in by_date], ours)
    report("the same words", by_date, by_words)
    if importlib.util.find_spec("datasketch"):
        report("datasketch MinHash 128, J >= .7", by_date, by_minhash)
    print("\nby date, articles in a group with another story's, or apart from all of their own:")
    for variant, (count, mixed, apart) in sorted(faults(rows, found).items()):
        print(f"  {variant:20}{count:6}{mixed:6}{apart:6}")


def read(path: Path) -> list[Row]:
    """The corpus' rows."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def report(name: str, rows: list[Row], method: Callable[[list[Row]], dict[str, str]]) -> dict[str, str]:
    """Time and score one method on rows in one order; gives the group of each id."""
    start = time.process_time()
    found = method(rows)
    each = (time.process_time() - start) / len(rows) * 1000
    precision, recall = pair_scores(rows, found)
    print(
        f"{name:32}{precision:8.4f}{recall:8.4f}{2 * precision * recall / (precision + recall):8.4f}{each:9.2f}",
        flush=True,
    )
    return found


def ours(rows: list[Row]) -> dict[str, str]:
    """The filter behind `fanmill dedupe`."""
    return {answer["id"]: answer["group"] for answer in dedupe(iter(rows))}


def by_words(rows: list[Row]) -> dict[str, str]:
    """Word for word the same text."""
    first: dict[str, str] = {}
    return {row["id"]: first.setdefault(" ".join(words(row["text"])), row["id"]) for row in rows}


def by_minhash(rows: list[Row]) -> dict[str, str]:
    """datasketch: 128 permutations over three-word shingles, joined to the first one found at Jaccard .7."""
    datasketch = importlib.import_module("datasketch")
    index = datasketch.MinHashLSH(threshold=0.7, num_perm=128)
    found: dict[str, str] = {}
    for row in rows:
        said = words(row["text"])
        print_ = datasketch.MinHash(num_perm=128)
        print_.update_batch(
            {" ".join(said[place : place + SHINGLE]).encode() for place in range(len(said) - SHINGLE + 1)}
        )
        near = sorted(found[other] for other in index.query(print_))
        found[row["id"]] = near[0] if near else row["id"]
        index.insert(row["id"], print_)
    return found


def pair_scores(rows: list[Row], found: dict[str, str]) -> tuple[float, float]:
    """Precision and recall over pairs of articles."""
    both = pairs(Counter((row["group"], found[row["id"]]) for row in rows).values())
    said, true = pairs(Counter(found.values()).values()), pairs(Counter(row["group"] for row in rows).values())
    return both / max(1, said), both / max(1, true)


def pairs(counts: Iterable[int]) -> int:
    """How many pairs groups of these sizes hold."""
    return sum(count * (count - 1) // 2 for count in counts)


def faults(rows: list[Row], found: dict[str, str]) -> dict[str, tuple[int, int, int]]:
    """For each variant: rows, those put together with another group's, those apart from all others of their own."""
    together = Counter((row["group"], found[row["id"]]) for row in rows)
    groups, sizes = Counter(row["group"] for row in rows), Counter(found.values())
    counts, mixed, apart = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        own = together[row["group"], found[row["id"]]]
        counts[row["variant"]] += 1
        mixed[row["variant"]] += sizes[found[row["id"]]] > own
        apart[row["variant"]] += own == 1 and groups[row["group"]] > 1
    return {variant: (counts[variant], mixed[variant], apart[variant]) for variant in counts}


if __name__ == "__main__":
    main()
