"""The whole mill on a made-up newsroom of 60 feeds with 25 articles each, beside a script that does the least.

    python -m benchmarks.pipeline [--feeds N] [--articles N]

Half of the feeds hold their articles whole, half have summaries, so that pages of some 80 kB are fetched. The newsroom
runs in a process of its own. The peer is the script many people start with: feedparser, trafilatura, one INSERT a row,
one after the other; it does not tag, compare or link. The figures to quote are ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import stages
from benchmarks.measure import cpu_of
from flows.up import server

HERE = Path(__file__).parents[1]
FANMILL = [sys.executable, "-c", "from flows.cli import main; main()"]


@contextmanager
def newsroom(feeds: int, articles: int) -> Iterator[str]:
    """A generated newsroom in a process of its own; gives its feeds.toml."""
    command = [sys.executable, "-m", "flows.newsroom", "--feeds", str(feeds), "--articles", str(articles)]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout
    lines: list[str] = []
    while sum(line.startswith("allow_private") for line in lines) < feeds:  # the last key of each table
        lines.append(process.stdout.readline())
    try:
        yield "".join(lines)
    finally:
        process.terminate()
        process.wait()


def measured(command: list[str], env: dict[str, str]) -> dict[str, float]:
    """What a command used, descendants included."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", *command],
        cwd=HERE,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def row(name: str, used: dict[str, float], articles: int) -> None:
    """Print one line of the table."""
    speed, each = articles / used["wall"], 1000 * used["cpu"] / max(articles, 1)
    print(f"{name:34} {used['wall']:7.2f} {speed:8.0f} {used['cpu']:7.2f} {each:8.2f} {used['peak_mb']:7.0f}")


def children() -> dict[int, str]:
    """The command lines of this process' children."""
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in mine}


def compare(feeds: int, articles: int, toml: str, folder: Path) -> None:
    """Run the peer, the plain mill twice and the mill under Prefect, and print what each used."""
    (folder / "feeds.toml").write_text("replace = true\n" + toml)
    env = {**os.environ, "FANMILL_CONFIG": str(folder), "PREFECT_HOME": str(folder / "home"), "DO_NOT_TRACK": "1"}
    total = feeds * articles
    print(f"{'':34} {'wall s':>7} {'per s':>8} {'CPU s':>7} {'ms each':>8} {'peak MB':>7}")
    naive = measured(
        [sys.executable, "-m", "benchmarks.naive", str(folder / "feeds.toml"), str(folder / "naive.db")], env
    )
    row("the least a script does", naive, total)
    plain = [*FANMILL, "run", "--no-prefect", "--db", str(folder / "plain.db")]
    cold = measured(plain, env)
    row("fanmill run --no-prefect, all new", cold, total)
    every = [word for line in toml.splitlines() if line.startswith("[feeds.") for word in ("--feed", line[7:-1])]
    row("  again, nothing has changed", measured([*plain, *every], env), feeds)
    with server(4299) as url:
        [pid] = [pid for pid, command in children().items() if "prefect" in command]
        before = cpu_of(pid)
        flow = measured([*FANMILL, "run", "--db", str(folder / "flow.db")], env | {"PREFECT_API_URL": url})
        time.sleep(3)  # states reach the server's database after the client has left
        served = cpu_of(pid) - before
    row("fanmill run, as a flow, all new", flow, total)
    whole = flow["cpu"] + served
    print(f"\nPrefect's share of the CPU: {(whole - cold['cpu']) / whole:.0%} (server {served:.2f} s of it)")
    print(f"fanmill / script: {cold['wall'] / naive['wall']:.2f} x wall, {cold['cpu'] / naive['cpu']:.2f} x CPU")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--articles", type=int, default=25)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, newsroom(asked.feeds, asked.articles) as toml:
        compare(asked.feeds, asked.articles, toml, Path(folder))
    stages.main()


if __name__ == "__main__":
    main()
