"""A run that has a language model write briefs: a real service on loopback, the made-up newsroom, a real database."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from config.load import load
from flows.newsroom import Newsroom
from flows.outcome import Report
from flows.pipeline import Options, run

Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


class Service:
    """Answers JSON with JSON on loopback. `answer` gives status and body for what was asked; `asked` is all of that."""

    def __init__(self, answer: Answer) -> None:
        asked = self.asked = list[dict[str, Any]]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked.append(question)
                status, body = answer(question)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


SENTENCE = re.compile(r"[^.\n<>]{40,300}\.")


def good(asked: dict[str, Any]) -> tuple[int, bytes]:
    """Answer with sentences of the article itself, as an honest model would."""
    told = SENTENCE.findall(asked["messages"][1]["content"].replace("&lt;", "").partition("</title>")[2])
    notes = {"big_picture": told[0].strip(), "why_it_matters": told[-1].strip()}
    return 200, json.dumps({"choices": [{"message": {"content": json.dumps(notes)}}]}).encode()


def broken(asked: dict[str, Any]) -> tuple[int, bytes]:
    return 500, b"out of order"


def invented(asked: dict[str, Any]) -> tuple[int, bytes]:
    notes = {"big_picture": "Atlantis Corp bought Mu for $77 billion.", "why_it_matters": "Lemuria is next in 1999."}
    return 200, json.dumps({"choices": [{"message": {"content": json.dumps(notes)}}]}).encode()


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        yield newsroom


def ran(newsroom: Newsroom, folder: Path, address: str, **options: object) -> Report:
    feeds = newsroom.feeds_toml()
    (folder / "feeds.toml").write_text("replace = true\n" + feeds)
    (folder / "fanmill.toml").write_text(f'[mill.brief]\nurl = "{address}"\nmodel = "small-1"\nmost = 5\n')
    config = load(folder)
    return run(config, Options(feeds=("plain-bytes",), **options))  # type: ignore[arg-type]


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "news.db") as database:
        found = database.execute(sql).fetchall()
    database.close()
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    return tmp_path


def test_what_came_in_gets_a_brief_under_the_models_name(newsroom: Newsroom, folder: Path) -> None:
    with Service(good) as service:
        report = ran(newsroom, folder, service.url)
    assert (report.briefs, report.unbriefed) == (5, 0)
    written = rows(folder, "SELECT big_picture, why_it_matters, source FROM v_briefs WHERE source <> 'extract'")
    assert len(written) == 5
    assert {source for _, _, source in written} == {"small-1"}
    assert "5 briefs written" in report.headline()


def test_a_service_that_is_down_costs_no_article_and_is_asked_three_times_only(
    newsroom: Newsroom, folder: Path
) -> None:
    with Service(broken) as service:
        report = ran(newsroom, folder, service.url)
        asked = len(service.asked)
    assert report.state == "completed"
    assert 3 <= report.unbriefed == asked <= 4  # two are under way at once
    assert {source for (source,) in rows(folder, "SELECT source FROM v_briefs")} == {"extract"}
    assert rows(folder, "SELECT error FROM runs") == [("briefs: the service answers with status 500",)]


def test_what_the_text_does_not_say_is_not_kept(newsroom: Newsroom, folder: Path) -> None:
    with Service(invented) as service:
        report = ran(newsroom, folder, service.url)
    assert report.briefs == 0
    assert rows(folder, "SELECT count(*) FROM written_briefs") == [(0,)]


def test_answers_that_are_refused_do_not_end_the_briefs_of_a_run(newsroom: Newsroom, folder: Path) -> None:
    def first_four_invented(asked: dict[str, Any]) -> tuple[int, bytes]:
        return invented(asked) if len(service.asked) <= 4 else good(asked)

    with Service(first_four_invented) as service:
        report = ran(newsroom, folder, service.url)
    assert (report.briefs, report.unbriefed) == (1, 4)


def test_nothing_is_asked_in_a_dry_run(newsroom: Newsroom, folder: Path) -> None:
    with Service(good) as service:
        ran(newsroom, folder, service.url, dry_run=True)
        assert service.asked == []


def test_a_brief_that_is_there_is_not_asked_for_again(newsroom: Newsroom, folder: Path) -> None:
    with Service(good) as service:
        ran(newsroom, folder, service.url)
        before = len(service.asked)
        ran(newsroom, folder, service.url, force=True)
        assert len(service.asked) == before


def test_a_brief_is_out_of_date_when_its_article_changes(newsroom: Newsroom, folder: Path) -> None:
    with Service(good) as service:
        ran(newsroom, folder, service.url)
    with sqlite3.connect(folder / "news.db") as database:
        database.execute(
            "UPDATE articles SET content_hash = 'other' WHERE id = (SELECT min(article_id) FROM written_briefs)"
        )
    database.close()
    assert rows(folder, "SELECT count(*) FROM v_briefs WHERE source = 'small-1'") == [(4,)]
