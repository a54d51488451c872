"""Feeds of which nothing is new: fanmill beside lemon24/reader, both asking the same server.

    python -m benchmarks.polls [--feeds N] [--slow-feeds N] [--rounds N] [--reader PYTHON]

The server runs in a process of its own, on 250 loopback addresses; it answers 304 to its own validator, at once and
then 50 ms late. Both sides have met every feed before; they take turns, each round in a fresh process. CPU is the
whole process', with its start and with reading the configuration. `PYTHON` is an interpreter that has reader
(`pip install reader`), when this one has not; without it only our own figures are printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measure import cpu_of
from benchmarks.pollers import CONNECTIONS, WORKERS
from benchmarks.server import HERE, Served, server

PROBE = "import reader; reader.make_reader(':memory:').add_feed('http://news.example/'); print(reader.__version__)"
Used = dict[str, float]


def child(python: str, *words: str, said: str = "") -> str:
    """What a process of `benchmarks.pollers` prints."""
    command = [python, "-m", "benchmarks.pollers", *words]
    return subprocess.run(command, cwd=HERE, input=said, stdout=subprocess.PIPE, text=True, check=True).stdout


def once(python: str, who: str, folder: Path, served: Served) -> Used:
    """One round of one side; the server's CPU with it."""
    before = cpu_of(served.pid)
    used = json.loads(child(python, "run", who, str(folder)))
    ends = used.pop("ends")
    feeds = sum(ends.values())
    assert set(ends) == {"not_modified"}, ends
    speed = feeds / used["wall"]
    each = {
        name: 1000 * spent / feeds for name, spent in (("cpu", used["cpu"]), ("server", cpu_of(served.pid) - before))
    }
    return {"speed": speed, "peak_mb": used["peak_mb"], **each}


def compare(sides: dict[str, str], feeds: int, delay: float, rounds: int) -> None:
    """Fill both sides, let them take turns, print a row for each and the ratios. `sides` gives interpreters by name."""
    with server(delay) as served, tempfile.TemporaryDirectory() as folder:
        for who, python in sides.items():
            child(python, "fill", who, folder, said="\n".join(served.urls(feeds)))
        took: dict[str, list[Used]] = {who: [] for who in sides}
        for _ in range(rounds):
            for who, python in sides.items():
                took[who].append(once(python, who, Path(folder), served))
    show(f"{feeds:,} feeds, all 304, {1000 * delay:.0f} ms late", took)


def show(title: str, took: dict[str, list[Used]]) -> None:
    """Print a row of medians for each side, and the ratios."""
    print(f"\n{title:40} {'feeds/s':>8} {'CPU ms':>7} {'MB':>5} {'server':>7}")
    for who, runs in took.items():
        row = {name: median(run[name] for run in runs) for name in runs[0]}
        print(f"{NAMES[who]:40} {row['speed']:8.0f} {row['cpu']:7.3f} {row['peak_mb']:5.0f} {row['server']:7.3f}")
    if len(took) > 1:
        pairs = list(zip(took["fanmill"], took["reader"], strict=True))
        ratios = {name: [ours[name] / theirs[name] for ours, theirs in pairs] for name in ("speed", "cpu")}
        told = [
            f"{median(found):.2f} x {name} ({min(found):.2f} to {max(found):.2f})" for name, found in ratios.items()
        ]
        print("fanmill / reader, pair by pair: " + ", ".join(told))


NAMES = {"fanmill": f"fanmill, {CONNECTIONS} connections", "reader": f"reader, {WORKERS} workers"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--slow-feeds", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reader", default=sys.executable)
    asked = parser.parse_args()
    found = subprocess.run([asked.reader, "-c", PROBE], capture_output=True, text=True, check=False)
    sides = {"fanmill": sys.executable} | ({"reader": asked.reader} if found.returncode == 0 else {})
    print(f"lemon24/reader: {found.stdout.strip() or 'not installed'}")
    compare(sides, asked.feeds, 0.0, asked.rounds)
    compare(sides, asked.slow_feeds, 0.05, asked.rounds)


if __name__ == "__main__":
    main()
