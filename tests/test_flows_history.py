"""An article over several polls of a served feed: what is a change, what is none, and how changes are shown."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.load import load
from extractors.redline import compare_words, redline
from flows.cli import app
from flows.history import CHANGES, LONGEST, PASSAGES, Change, History, around, history_screen, is_coloured
from flows.outcome import Outcome
from flows.pipeline import Options, run
from storage.versions import SubjectRow

FLOOD = (
    "The flood killed 12 people in Torsby, the mayor said on Monday evening after divers had searched the old mill and "
    "the houses by the river for a third day."
)
FERRY = (
    "A ferry will take lorries across the lake until the bridge can bear them again, which may be in spring if the ice "
    "goes early."
)
RAIN = (
    "More rain is expected from Thursday on, and the lake is already as high as it was in the summer of 1958, when "
    "half of the town had to be rebuilt."
)
TITLE = "Flood kills 12 people in Torsby"


@dataclass
class Town:
    """A feed of one article that says what a test wants, polled into a database of its own."""

    folder: Path
    base: str = ""
    body: bytes = b""
    asked: list[str] = field(default_factory=list)

    def poll(self, title: str, *paragraphs: str) -> Outcome:
        content = escape("".join(f"<p>{escape(text)}</p>" for text in paragraphs))
        self.body = (
            "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Town</title>"
            f"<item><title>{escape(title)}</title><guid>one</guid><link>https://town.example/flood</link>"
            f"<pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate><content:encoded>{content}</content:encoded></item>"
            "</channel></rss>"
        ).encode()
        [outcome] = run(load(self.folder), Options(feeds=("town",))).outcomes
        assert outcome.error is None
        return outcome

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(sql).fetchall()

    def mill(self, *words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--db", str(self.folder / "news.db")])
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    found = Town(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *args: object) -> None:
            pass

    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        found.base = f"http://127.0.0.1:{server.server_address[1]}"
        (tmp_path / "fanmill.toml").write_text("[mill]\nworkers = 1\n")
        table = f'url = "{found.base}/feed"\nallow_private = true\npages = "never"\n'
        (tmp_path / "feeds.toml").write_text(f"replace = true\n[feeds.town]\n{table}")
        yield found
        server.shutdown()


REVISION = "SELECT revision, changed_at IS NULL, (SELECT count(*) FROM revisions) FROM articles"


def test_what_changes_by_itself_is_kept_up_to_date_and_is_no_revision(town: Town) -> None:
    town.poll(TITLE, FLOOD, FERRY, "Of 1,204 people asked, most will stay.", RAIN)
    assert town.poll(TITLE, FLOOD, f"{FERRY} (Updated 3 minutes ago)", RAIN).changed == 1  # a sentence went
    again = FERRY.replace("may", "\u00a0may")
    assert town.poll(TITLE.upper(), FLOOD, f"{again} (Updated 2 hours ago)", "5 min read", RAIN).changed == 0
    assert town.poll(TITLE, FLOOD, f"{FERRY} (Updated 2 hours ago)", "12 comments", RAIN).changed == 0
    assert town.ask(REVISION) == [(2, 0, 1)]
    [(title, text)] = town.ask("SELECT title, text FROM article_texts")
    assert title == TITLE
    assert "2 hours ago" in str(text)
    assert town.ask("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'hours'") == [(1,)]


def test_a_number_in_a_sentence_is_a_revision_and_so_is_a_letter(town: Town) -> None:
    town.poll(TITLE, FLOOD, FERRY, RAIN)
    assert town.poll(TITLE, FLOOD.replace("12", "14"), FERRY, RAIN).changed == 1
    assert town.poll(TITLE, FLOOD.replace("12", "14").replace("Torsby", "Thorsby"), FERRY, RAIN).changed == 1
    assert town.poll(TITLE.replace("12", "14"), FLOOD.replace("12", "14"), FERRY, RAIN).changed == 1
    assert town.ask("SELECT revision, change FROM revisions ORDER BY 1") == [
        (1, "text"),
        (2, "text"),
        (3, "title and text"),
    ]


def test_a_brief_that_a_model_wrote_holds_until_something_new_is_said(town: Town) -> None:
    town.poll(TITLE, FLOOD, FERRY, RAIN)
    town.ask(
        "INSERT INTO written_briefs SELECT id, 'small', 'Flood.', 'Rain.', content_hash, first_seen_at FROM articles"
    )
    source = "SELECT source FROM v_briefs"
    town.poll(TITLE.upper(), FLOOD, FERRY, RAIN)
    assert town.ask(source) == [("small",)]
    town.poll(TITLE, FLOOD.replace("12", "14"), FERRY, RAIN)
    assert town.ask(source) == [("extract",)]


def test_show_tells_changes_from_version_to_version(town: Town) -> None:
    town.poll(TITLE, FLOOD, FERRY, RAIN)
    assert town.mill("show", "1", "--changes").startswith("article 1 has not changed since it was first seen, 20")
    assert json.loads(town.mill("show", "1", "--changes", "--json"))["changes"] == []
    town.poll(TITLE, FLOOD.replace("12", "14"), FERRY, RAIN)
    town.poll(TITLE.replace("12", "14"), FLOOD.replace("12", "14"), RAIN)
    shown = town.mill("show", "https://town.example/flood", "--changes").splitlines()
    assert shown[:2] == [TITLE.replace("12", "14"), "Town · 3 versions, the oldest first"]
    assert [line[:18] for line in shown if line.startswith("version")] == [f"version {n}, seen 20" for n in (1, 2, 3)]
    assert any(line.startswith("~ The flood killed [-12-]{+14+} people in Torsby, the mayor said") for line in shown)
    assert "~ headline: Flood kills [-12-]{+14+} people in Torsby" in shown
    assert f"- {FERRY}" in shown
    assert sum(line.startswith("~") for line in shown) == 2
    assert "\x1b" not in "".join(shown)
    told = json.loads(town.mill("show", "1", "--changes", "--json"))
    assert [one["revision"] for one in told["changes"]] == [2, 3]
    assert {"fate": "gone", "text": " 12"} in told["changes"][0]["passages"][0]["runs"]
    assert told["changes"][1]["from_at"] == told["changes"][0]["seen_at"]


ARTICLE = SubjectRow(
    id=1, title="T", url="u", feed="f", feed_title="", first_seen_at="2026-11-18T09:00:00Z", revision=2
)


def shown(old: str, new: str, *, terminal: bool = False, titles: tuple[str, str] = ("T", "T")) -> str:
    """The lines of one change as they are printed."""
    title = compare_words(*titles) if titles[0] != titles[1] else ()
    one = Change(
        revision=2,
        from_at="2026-11-18T09:00:00Z",
        seen_at="2026-11-19T10:30:00Z",
        title=title,
        passages=redline(old, new),
    )
    told = History(article=ARTICLE, changes=(one,), left_out=0)
    out = io.StringIO()
    screen = Console(file=out, force_terminal=terminal, color_system="standard" if terminal else None, width=80)
    screen.print(history_screen(told, coloured=is_coloured(screen)), soft_wrap=not terminal)
    return out.getvalue().partition("version 2, seen 2026-11-19 10:30")[2].lstrip("\n")


def test_on_a_terminal_words_that_went_are_red_and_those_that_came_green() -> None:
    text = shown(FLOOD, FLOOD.replace("12", "14"), terminal=True)
    assert "\x1b[31m12\x1b[0m" in text
    assert "\x1b[32m14\x1b[0m" in text
    assert "[-" not in text


def test_what_steers_a_terminal_is_not_printed() -> None:
    bad = "\x1b[2J\x07\u202e\x9b5n"
    text = shown(
        f"One {bad}word.\n\nGone {bad}.", f"Two {bad}word.\n\nCome {bad}[red]x[/x].", titles=(f"A{bad}", f"B{bad}")
    )
    assert not set(bad) - set("[2J5n") & set(text)
    assert "[red]x[/x]" in text


def test_long_unchanged_stretches_are_left_out() -> None:
    long = " ".join(f"word{n}" for n in range(200))
    text = shown(f"{long} old {long} end.\n\na\n\nb\n\nc", f"{long} new {long} fin.\n\na\n\nb\n\nc")
    edited, *rest = text.splitlines()
    assert edited.startswith("~ …")
    assert "[-old-]{+new+} word0 word1" in edited
    assert len(edited) < 300
    assert [line.strip() for line in rest] == ["a", "… 2 unchanged paragraphs"]


def test_what_came_is_shortened_and_says_by_how_much() -> None:
    text = shown("", "x" * 5_000)
    assert text.strip() == f"+ {'x' * LONGEST}… (4,400 characters more)"
    text = shown("", "\n".join(f"paragraph {n}" for n in range(PASSAGES + 7)))
    assert text.count("+ paragraph") == PASSAGES
    assert "… and 7 more paragraphs; --json has them" in text


def test_words_that_came_or_went_alone_have_their_blank_outside_the_marks() -> None:
    assert shown("He was guilty then.", "He was not guilty then.").strip() == "~ He was {+not+} guilty then."
    assert shown("He was not guilty then.", "He was guilty then.").strip() == "~ He was [-not-] guilty then."


def test_versions_that_differ_in_blanks_alone_say_so() -> None:
    assert shown("One  word.", "One word.\n").strip() == "only blanks"


def test_a_short_stretch_that_stayed_is_shown_whole() -> None:
    assert around("a few words", is_first=False, is_last=False) == "a few words"


def test_of_many_changes_the_latest_are_told_and_the_others_counted(town: Town) -> None:
    town.poll(TITLE, FLOOD, FERRY, RAIN)
    town.ask(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) INSERT INTO revisions "
        "SELECT 1, i, first_seen_at, first_seen_at, 'h', 'Flood ' || i, 'Text ' || i, 'title and text' FROM n, articles"
    )
    town.ask("UPDATE articles SET revision = 31")
    told = json.loads(town.mill("show", "1", "--changes", "--json"))
    assert (len(told["changes"]), told["left_out"]) == (CHANGES, 30 - CHANGES)
    assert [one["revision"] for one in told["changes"]] == list(range(32 - CHANGES, 32))
    assert f"{30 - CHANGES} earlier changes are left out" in town.mill("show", "1", "--changes")
