"""Serve the newsroom until interrupted: `python -m flows.newsroom [--port N] [--feeds N --articles N] [--edition 1|2]`.

A `feeds.toml` for it goes to standard output first. With `--feeds` the sites are generated instead of the shipped
ones: half of them with full content in the feed, half with pages of about 80 kB. Each line read from standard input
that is a number sets the edition.
"""

from __future__ import annotations

import argparse
import sys
import threading

from flows.newsroom.generator import generate
from flows.newsroom.room import Newsroom


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, serve, and return 0 at the interrupt."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.newsroom", description="Serve made-up news sites on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="first port, one for each site; 0 takes free ones")
    parser.add_argument("--feeds", type=int, default=0, help="generate this many sites instead of the shipped ones")
    parser.add_argument("--articles", type=int, default=25, help="articles for each generated site")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other articles")
    parser.add_argument("--edition", type=int, choices=(1, 2), default=1)
    given = parser.parse_args(arguments)
    press = generate(feeds=given.feeds, articles=given.articles, seed=given.seed) if given.feeds else None
    with Newsroom(press, first_port=given.port) as room:
        room.edition = given.edition
        sys.stdout.write(room.feeds_toml())
        sys.stdout.flush()
        try:
            _listen(room)
        except KeyboardInterrupt:
            return 0
    return 0


def _listen(room: Newsroom) -> None:
    """Take editions from standard input; when it ends, as for a server in the background, wait for the interrupt."""
    for line in sys.stdin:
        if line.strip().isdigit():
            room.edition = int(line)
    threading.Event().wait()


if __name__ == "__main__":
    raise SystemExit(main())
