"""What `benchmarks.polls` runs in processes of their own: fanmill and lemon24/reader, each filled and then timed.

    python -m benchmarks.pollers fill fanmill|reader FOLDER < ADDRESSES
    python -m benchmarks.pollers run fanmill|reader FOLDER

`run` polls every feed once and prints one line of JSON: wall seconds of the polling, CPU seconds of the process since
it began, peak memory, and how many polls ended how.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import peak_mb
from benchmarks.server import ETAG

CONNECTIONS = 64
WORKERS = 8


def fill_fanmill(folder: Path, urls: list[str]) -> None:
    """Name the feeds in a configuration, and put each into the database as if it had been polled a minute ago."""
    from config.load import load
    from storage.intents import Harvest, Poll
    from storage.store import Store

    tables = (f'[feeds.feed-{n:05}]\nurl = "{url}"\nallow_private = true\n' for n, url in enumerate(urls))
    (folder / "feeds.toml").write_text("replace = true\n" + "".join(tables))
    (folder / "fanmill.toml").write_text(f"[mill]\nconnections = {CONNECTIONS}\n")
    now = datetime.now(UTC)
    before = now - timedelta(minutes=1)
    poll = Poll(started_at=before, outcome="unchanged", status=200, etag=ETAG, body_hash="0", full=True)
    with Store.open(folder / "fanmill.db") as store:
        store.sync_feeds(list(load(folder).feeds.values()), now)
        run = store.start_run("bench", "0", before)
        for state in store.due(now):
            store.keep(Harvest(run_id=run, feed=state, poll=poll))
        store.finish_run(run, "completed", before)


def run_fanmill(folder: Path) -> tuple[float, Iterable[str]]:
    """One run without Prefect."""
    from dataclasses import replace

    from config.load import load
    from flows.pipeline import Options, run

    config = load(folder)
    config = replace(config, settings=replace(config.settings, database=str(folder / "fanmill.db")))
    begun = time.monotonic()
    report = run(config, Options(feeds=tuple(config.feeds)))
    return time.monotonic() - begun, [outcome.outcome for outcome in report.outcomes]


def fill_reader(folder: Path, urls: list[str]) -> None:
    """Add the feeds and poll each once."""
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    for url in urls:
        reader.add_feed(url)
    reader.update_feeds(workers=WORKERS)


def run_reader(folder: Path) -> tuple[float, Iterable[str]]:
    """One update of all feeds."""
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    begun = time.monotonic()
    ends = [result.value for result in reader.update_feeds_iter(workers=WORKERS, scheduled=False)]
    return time.monotonic() - begun, ["not_modified" if end is None else type(end).__name__ for end in ends]


FILL = {"fanmill": fill_fanmill, "reader": fill_reader}
RUN = {"fanmill": run_fanmill, "reader": run_reader}


def main() -> None:
    """Do as the arguments say."""
    task, who, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if task == "fill":
        FILL[who](folder, sys.stdin.read().split())
        return
    wall, ends = RUN[who](folder)
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak_mb(), "ends": Counter(ends)}))


if __name__ == "__main__":
    main()
