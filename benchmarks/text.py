"""Score `clean_page` beside trafilatura on pages with known text: quality, and processor time in the same run.

    python -m benchmarks.text CORPUS/articles [--prefix aeb-] [--limit N]

CORPUS/articles holds NAME.html.gz and NAME.json with "text" and "url". Quality is the F1 of four-word shingles, counted
with repetition: the harmonic mean of mean precision and mean recall over the pages, as in
scrapinghub/article-extraction-benchmark. trafilatura is asked in three ways: by its default, without comments (then its
text is better), and with metadata, which ours always reads. All take turns at going first on a page. A page counts as
better or worse when its own F1 differs by more than .01 from trafilatura's without comments.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_page, compile_rules
from extractors.model import Page

SETS = ("aeb-", "fun-", "wcx-", "rdb-", "np4-")
SIZE = 4  # words of a shingle
NEAR = 0.01  # a difference of F1 on one page that says nothing
WAYS: dict[str, dict[str, bool]] = {
    "default": {},
    "bare": {"include_comments": False},
    "metadata": {"with_metadata": True},
}
WORD = re.compile(r"\w+")

Call = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One set: its pages, the F1 (0–1), pages that are better and worse, empty texts, and times as shares.

    `theirs`, `better`, `worse` and `empty` are of trafilatura without comments; `median` and `mean` our time as a share
    of its default's, `full` the median as a share of that with metadata.
    """

    pages: int
    ours: float
    theirs: float
    default: float
    better: int
    worse: int
    empty: tuple[int, int]
    median: float
    mean: float
    full: float


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The shingles of a text, with their number."""
    words = WORD.findall(text)
    return (
        Counter(zip(*(words[start:] for start in range(SIZE)), strict=False))
        if len(words) > SIZE
        else Counter([tuple(words)])
    )


def overlap(want: str, got: str) -> tuple[float, float]:
    """Precision and recall."""
    wanted, given = shingles(want), shingles(got)
    both = (wanted & given).total()
    return both / max(1, given.total()), both / max(1, wanted.total())


def pages(folder: Path, prefix: str, limit: int) -> Iterator[tuple[str, str, str]]:
    """Page, address and true text of each page of a set."""
    for path in sorted(folder.glob(f"{prefix}*.json"))[: limit or None]:
        record = json.loads(path.read_text(encoding="utf-8"))
        page = gzip.decompress(path.with_suffix(".html.gz").read_bytes()).decode("utf-8", "replace")
        yield page, record.get("url") or "", record["text"]


def timed(call: Call, page: str, url: str) -> tuple[str, float]:
    """What an extractor gives, and the processor seconds it took."""
    start = time.process_time()
    text = call(page, url) or ""
    return text, time.process_time() - start


def harmonic(precision: float, recall: float) -> float:
    """The F1 of the two."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1(scores: list[tuple[float, float]]) -> float:
    """The harmonic mean of mean precision and mean recall."""
    precision, recall = (statistics.mean(column) for column in zip(*scores, strict=True))
    return harmonic(precision, recall)


def score(folder: Path, prefix: str, calls: dict[str, Call], limit: int) -> Row:
    """One set through all extractors."""
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    times: dict[str, list[float]] = {name: [] for name in calls}
    empty: Counter[str] = Counter()
    names = list(calls)
    for number, (page, url, want) in enumerate(pages(folder, prefix, limit)):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            text, seconds = timed(calls[name], page, url)
            scores[name].append(overlap(want, text))
            times[name].append(seconds)
            empty[name] += not text.strip()
    gains = [harmonic(*ours) - harmonic(*theirs) for ours, theirs in zip(scores["ours"], scores["bare"], strict=True)]
    return Row(
        pages=len(gains),
        ours=f1(scores["ours"]),
        theirs=f1(scores["bare"]),
        default=f1(scores["default"]),
        better=sum(gain > NEAR for gain in gains),
        worse=sum(gain < -NEAR for gain in gains),
        empty=(empty["ours"], empty["bare"]),
        median=statistics.median(times["ours"]) / statistics.median(times["default"]),
        mean=statistics.mean(times["ours"]) / statistics.mean(times["default"]),
        full=statistics.median(times["ours"]) / statistics.median(times["metadata"]),
    )


def peer(options: dict[str, bool]) -> Call:
    """trafilatura, asked in one way."""
    import trafilatura

    def call(page: str, url: str) -> str | None:
        found: str | None = trafilatura.extract(page, url=url, **options)
        return found

    return call


def compare(folder: Path, rules: CleanRules, sets: tuple[str, ...] = SETS, limit: int = 0) -> dict[str, Row]:
    """All sets through all extractors."""

    def ours(page: str, url: str) -> str:
        return clean_page(Page(url=url, body=page.encode()), rules).text

    calls: dict[str, Call] = {"ours": ours} | {name: peer(options) for name, options in WAYS.items()}
    sample = "<html><body><p>Warm up: imports and patterns are not what is measured here.</p></body></html>"
    for call in calls.values():
        call(sample, "")
    return {prefix: score(folder, prefix, calls, limit) for prefix in sets if any(folder.glob(f"{prefix}*.json"))}


def main() -> None:
    """Print a table, one row a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", action="append")
    parser.add_argument("--limit", type=int, default=0)
    given = parser.parse_args()
    rows = compare(given.folder, compile_rules(load_chrome()), tuple(given.prefix or SETS), given.limit)
    print("F1: fanmill, trafilatura without comments, by default; time: share of its default's, and with metadata\n")
    print("| pages | fanmill | trafilatura | default | better/worse | empty | median | mean | with metadata |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        print(
            f"| {name.strip('-')}, {row.pages} | {row.ours:.3f} | {row.theirs:.3f} | {row.default:.3f} "
            f"| {row.better}/{row.worse} | {row.empty[0]}/{row.empty[1]} "
            f"| {row.median:.2f}× | {row.mean:.2f}× | {row.full:.2f}× |"
        )


if __name__ == "__main__":
    main()
