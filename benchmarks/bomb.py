"""Bodies that are too much: 10 GB of spaces packed small, and a feed of 10,000 articles.

    python -m benchmarks.bomb [--articles N]

Each bomb is fetched in a process of its own; the whole mill takes the feed, beside the limit it has to keep.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import peak_mb
from benchmarks.pipeline import FANMILL, measured
from benchmarks.server import HERE, PACKED, server


async def defuse(url: str) -> dict[str, object]:
    """Fetch a bomb: what the fetcher says, seconds, and the peak memory of this process in MB."""
    from config.settings import Settings
    from flows.fetch import Fetcher, FetchError, Question

    begun = time.monotonic()
    async with Fetcher(Settings()) as fetcher:
        try:
            said = str((await fetcher.get(Question(url=url, private=True))).status)
        except FetchError as error:
            said = error.kind
    return {"said": said, "seconds": time.monotonic() - begun, "peak_mb": peak_mb()}


def swallow(articles: int, url: str, folder: Path) -> None:
    """Take a long feed through the whole mill and print what it used."""
    feed = f'replace = true\n[feeds.long]\nurl = "{url}"\nallow_private = true\npages = "never"\n'
    (folder / "feeds.toml").write_text(feed)
    (folder / "fanmill.toml").write_text(f"[mill]\nmax_entries = {articles}\n")
    database = folder / "news.db"
    used = measured(
        [*FANMILL, "run", "--no-prefect", "--db", str(database)], {**os.environ, "FANMILL_CONFIG": str(folder)}
    )
    with sqlite3.connect(database) as held:
        [kept] = held.execute("SELECT count(*) FROM articles").fetchone()
    took = f"{used['wall']:.1f} s, {used['peak_mb']:.0f} MB"
    print(f"a feed of {articles:,} articles: {kept:,} kept in {took} (limits: 30 s, 500 MB)")


def main() -> None:
    """Measure and print; with an address, fetch it and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--articles", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.url:
        print(json.dumps(asyncio.run(defuse(asked.url))))
        return
    with server() as served, tempfile.TemporaryDirectory() as folder:
        base = f"http://127.0.1.1:{served.port}"
        for encoding in PACKED:
            command = [sys.executable, "-m", "benchmarks.bomb", f"{base}/bomb/{encoding}"]
            done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
            found = json.loads(done.stdout)
            took = f"{found['seconds']:.2f} s, {found['peak_mb']:.0f} MB"
            print(f"10 GB in {encoding}: {found['said']} after {took} (limits: 2 s, 150 MB)")
        swallow(asked.articles, f"{base}/long/{asked.articles}", Path(folder))


if __name__ == "__main__":
    main()
