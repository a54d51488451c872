"""Compare what a page says of itself, as we read it and as trafilatura does: title, author, date; and the time of it.

    python -m benchmarks.metadata CORPUS/articles [--prefix fun-] [--wrong]

CORPUS/articles holds NAME.html.gz and NAME.json with "title", "author" (names apart by "; "), "date" and "url". One
rule for both: a title is right when it is the true one, letters and digits only, or when one holds the other and is at
most a quarter longer; an author when one of the true names stands in what is said; a date when its day is the true one
as written or in UTC. trafilatura is asked by `extract_metadata` for a tree, as we are: no parsing is timed. `--wrong`
lists what we have wrong or not at all.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.page import decode, describe, parse

SETS = ("fun-", "wcx-", "rdb-", "np4-")
NEARLY = 0.8  # the share of the longer title that the shorter must be
FACTS = ("title", "author", "date")
Said = dict[str, str]


@dataclass(slots=True)
class Row:
    """One reader on one set: right answers by fact, answers given, answers wanted, and milliseconds a page."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FACTS, 0))
    given: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FACTS, 0))
    wanted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FACTS, 0))
    times: list[float] = field(default_factory=list)


def fold(text: str) -> str:
    """Letters and digits only, in small letters, without the accents of compatibility forms."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def same_title(want: str, got: str) -> bool:
    """Whether two titles are one, but for a few words at an end."""
    short, long = sorted((fold(want), fold(got)), key=len)
    return bool(short) and short in long and len(short) >= NEARLY * len(long)


def same_author(want: str, got: str) -> bool:
    """Whether one of the true names is said."""
    return any(fold(name) in fold(got) for name in want.split("; ") if fold(name))


def same_day(want: str, got: str) -> bool:
    """Whether the day is the true one, by its own clock or in UTC."""
    true = datetime.fromisoformat(want)
    days = {true.date().isoformat(), true.astimezone(UTC).date().isoformat() if true.tzinfo else want[:10]}
    return got[:10] in days


CHECKS: dict[str, Callable[[str, str], bool]] = {"title": same_title, "author": same_author, "date": same_day}


def ours(tree: Any, url: str) -> Said:
    """What our reader says."""
    facts = describe(tree, url)
    day = facts.published.date().isoformat() if facts.published else ""
    return {"title": facts.title, "author": facts.author, "date": day}


def theirs(tree: Any, url: str) -> Said:
    """What trafilatura's says."""
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, default_url=url)
    return {"title": found.title or "", "author": found.author or "", "date": found.date or ""}


def pages(folder: Path, prefix: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, text and truth of each page of a set."""
    for path in sorted(folder.glob(f"{prefix}*.json")):
        text = decode(gzip.decompress(path.with_suffix(".html.gz").read_bytes()))
        yield path.stem, text, json.loads(path.read_text(encoding="utf-8"))


def judge(row: Row, said: Said, truth: dict[str, Any]) -> Iterator[str]:
    """Count one page's answers; gives a line for each that is wrong."""
    for fact in FACTS:
        if not truth.get(fact):
            continue
        row.wanted[fact] += 1
        row.given[fact] += bool(said[fact])
        if CHECKS[fact](truth[fact], said[fact]):
            row.right[fact] += 1
        else:
            yield f"{fact:6} {truth[fact]!r} read as {said[fact]!r}"


def compare(folder: Path, prefix: str, *, wrong: bool = False) -> dict[str, Row]:
    """One set through both readers, which take turns at going first."""
    readers = {"ours": ours, "trafilatura": theirs}
    rows = {name: Row() for name in readers}
    for number, (page, text, truth) in enumerate(pages(folder, prefix)):
        for name in sorted(readers, reverse=bool(number % 2)):
            tree = parse(text)
            start = time.process_time()
            said = readers[name](tree, truth.get("url") or "")
            rows[name].times.append((time.process_time() - start) * 1000)
            for line in judge(rows[name], said, truth):
                if wrong and name == "ours":
                    print(f"  {page}: {line}")
    return rows


def main() -> None:
    """Print a table, two rows a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", action="append")
    parser.add_argument("--wrong", action="store_true")
    given = parser.parse_args()
    sample = parse("<title>Warm up</title><p>Imports and patterns are not what is measured here.</p>")
    ours(sample, ""), theirs(sample, "")
    print(f"{'set':5}{'reader':12}" + "".join(f"{fact:>18}" for fact in FACTS) + f"{'ms median':>11}{'mean':>7}")
    for prefix in given.prefix or SETS:
        for name, row in compare(given.folder, prefix, wrong=given.wrong).items():
            shares = "".join(
                f"{f'{row.right[fact]}/{row.wanted[fact]} (said {row.given[fact]})':>18}" for fact in FACTS
            )
            print(f"{prefix:5}{name:12}{shares}{statistics.median(row.times):11.2f}{statistics.mean(row.times):7.2f}")


if __name__ == "__main__":
    main()
