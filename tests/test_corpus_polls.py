"""Real sequences of polls, replayed over HTTP: what was ever in a feed is held, and a second pass adds nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import feedparser
import pytest

from config.load import load
from flows.pipeline import Options, run

pytestmark = pytest.mark.corpus
TABLE = '[feeds.{slug}]\nurl = "{base}/{name}"\npages = "never"\nallow_private = true\n'


@contextmanager
def serving(bodies: dict[str, bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies[self.path[1:]]
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_each_sequence_ends_with_the_union_of_its_ids_and_a_second_pass_adds_no_row(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = corpus / "feeds" / "polls"
    polls: dict[str, list[Path]] = defaultdict(list)
    wanted: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        slug = row["feed"].replace("_", "-")
        polls[slug].append(folder / row["feed"] / Path(row["file"]).name)
        ids = {entry.get("id") or entry["link"] for entry in feedparser.parse(polls[slug][-1].read_bytes()).entries}
        assert len(ids) == row["ids"]
        wanted[slug] |= ids
    bodies: dict[str, bytes] = {}
    with serving(bodies) as base:
        tables = [TABLE.format(slug=slug, base=base, name=slug) for slug in polls]
        (tmp_path / "feeds.toml").write_text("replace = true\n" + "".join(tables))
        monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
        config = load(tmp_path)

        def replay() -> int:
            new = 0
            for number in range(max(map(len, polls.values()))):
                bodies.update(
                    {slug: sorted(files)[min(number, len(files) - 1)].read_bytes() for slug, files in polls.items()}
                )
                report = run(config, Options(feeds=tuple(polls)))
                assert report.failures == ()
                new += report.total("new")
            return new

        assert replay() == sum(map(len, wanted.values()))
        with sqlite3.connect(tmp_path / "news.db") as database:
            held = database.execute("SELECT f.slug, a.guid FROM articles a JOIN feeds f ON f.id = a.feed_id").fetchall()
        assert {slug: {guid for own, guid in held if own == slug} for slug in wanted} == wanted
        assert replay() == 0
