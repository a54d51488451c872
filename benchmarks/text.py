"""Score `clean_page` beside trafilatura on pages with known text: quality, and processor time in the same run.

    python -m benchmarks.text CORPUS/articles [--prefix aeb-] [--limit N]

CORPUS/articles holds NAME.html.gz and NAME.json with "text" and "url". Quality is the F1 of four-word shingles, counted
with repetition: the harmonic mean of mean precision and mean recall over the pages, as in
scrapinghub/article-extraction-benchmark. The two extractors take turns at going first on a page.
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

SETS = ("aeb-", "fun-", "wcx-")
SIZE = 4  # words of a shingle
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One set: its pages, the two F1 (0–1), and our time as a share of trafilatura's."""

    pages: int
    ours: float
    theirs: float
    median: float
    mean: float


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


def timed(call: Callable[[str, str], str | None], page: str, url: str) -> tuple[str, float]:
    """What an extractor gives, and the processor seconds it took."""
    start = time.process_time()
    text = call(page, url) or ""
    return text, time.process_time() - start


def f1(scores: list[tuple[float, float]]) -> float:
    """The harmonic mean of mean precision and mean recall."""
    precision, recall = (statistics.mean(column) for column in zip(*scores, strict=True))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(folder: Path, prefix: str, calls: list[Callable[[str, str], str | None]], limit: int) -> Row:
    """One set through both extractors."""
    scores: list[list[tuple[float, float]]] = [[], []]
    times: list[list[float]] = [[], []]
    for number, (page, url, want) in enumerate(pages(folder, prefix, limit)):
        for which in (0, 1) if number % 2 else (1, 0):
            text, seconds = timed(calls[which], page, url)
            scores[which].append(overlap(want, text))
            times[which].append(seconds)
    return Row(
        pages=len(scores[0]),
        ours=f1(scores[0]),
        theirs=f1(scores[1]),
        median=statistics.median(times[0]) / statistics.median(times[1]),
        mean=statistics.mean(times[0]) / statistics.mean(times[1]),
    )


def compare(folder: Path, rules: CleanRules, sets: tuple[str, ...] = SETS, limit: int = 0) -> dict[str, Row]:
    """All sets through both extractors."""
    import trafilatura

    def ours(page: str, url: str) -> str:
        return clean_page(Page(url=url, body=page.encode()), rules).text

    def theirs(page: str, url: str) -> str | None:
        found: str | None = trafilatura.extract(page, url=url, include_comments=False)
        return found

    sample = "<html><body><p>Warm up: imports and patterns are not what is measured here.</p></body></html>"
    theirs(sample, ""), ours(sample, "")
    return {
        prefix: score(folder, prefix, [ours, theirs], limit) for prefix in sets if any(folder.glob(f"{prefix}*.json"))
    }


def main() -> None:
    """Print a table, one row a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", action="append")
    parser.add_argument("--limit", type=int, default=0)
    given = parser.parse_args()
    print(f"{'set':8} {'pages':>5} {'F1':>6} {'trafilatura':>11} {'median':>7} {'mean':>6}")
    for name, row in compare(
        given.folder, compile_rules(load_chrome()), tuple(given.prefix or SETS), given.limit
    ).items():
        print(f"{name:8} {row.pages:5d} {row.ours:6.3f} {row.theirs:11.3f} {row.median:6.2f}x {row.mean:5.2f}x")


if __name__ == "__main__":
    main()
