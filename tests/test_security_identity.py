"""What an article's page may do to it: replace a summary by the whole story. It may not make it another article.

Two real sites with feeds, pages and robots.txt; three polls. Pages that claim to be others, walls, pages that are not
there, pages that robots may not read: the feed's own word stands.
"""

from __future__ import annotations

import html
import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.load import load
from flows.pipeline import Options, run

Reply = tuple[int, str, str]  # status, where to or what type, body
WORDS = [
    "barley",
    "carts",
    "drove",
    "early",
    "eastward",
    "farmers",
    "gathered",
    "green",
    "harvest",
    "hurried",
    "inside",
    "jokes",
    "kettles",
    "later",
    "lifted",
    "loudly",
    "market",
    "meadow",
    "millers",
    "morning",
    "nobody",
    "oats",
    "orchard",
    "paid",
    "quietly",
    "rain",
    "river",
    "rye",
    "sacks",
    "sang",
    "seldom",
    "shepherds",
    "sold",
    "spring",
    "stayed",
    "stones",
    "sunday",
    "talked",
    "thunder",
    "twice",
    "under",
    "until",
    "valley",
    "waited",
    "walked",
    "weighed",
    "wheat",
    "windows",
    "winter",
]


def story(about: str, head: str = "") -> str:
    dice = random.Random(about)  # stories that resemble each other would be taken for copies, and rightly so
    words = "".join(f"<p>{about} was the talk of the day: {' '.join(dice.choices(WORDS, k=30))}.</p>" for _ in range(6))
    return (
        f"<html><head><title>{about}</title>{head}</head><body><article><h1>{about}</h1>{words}</article></body></html>"
    )


def canonical(url: str) -> str:
    return f"<link rel=canonical href='{url}'><meta property='og:url' content='{url}'>"


def short(about: str) -> str:
    return f"{about} opened on Monday, and the mayor spoke for an hour about what had been promised and what was done."


def page(body: str, status: int = 200) -> Reply:
    return status, "text/html", body


WALL = (
    "<html><body><h1>Subscribe</h1><p>Log in to continue reading.</p><p>Already a subscriber? Sign in</p></body></html>"
)
GONE = "<html><head><title>Page not found</title></head><body><h1>404</h1><p>Sorry, we could not find that page.</p></body></html>"
PROXY = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before you go on.</p></body></html>"

# By site: the entries of its feed by path, each with the headline and what its page answers.
ENTRIES: dict[str, dict[str, tuple[str, Reply]]] = {
    "mill": {
        "/bridge": ("The bridge", page(story("The bridge", canonical("{tower}/clock")))),
        "/inn": ("The inn", page(story("The inn", canonical("{mill}/smithy")))),
        "/smithy": ("The smithy", page(story("The smithy", canonical("{mill}/smithy")))),
        "/well": ("The well", page(story("The well", canonical("{mill}/")))),
        "/fair": ("The fair", page(story("The fair", canonical("{mill}/")))),
        "/oven": ("The oven", page(story("The oven", canonical("javascript:alert(1)")))),
        "/wall": ("The wall", page(WALL)),
        "/login": ("The login", (302, "/account?next=/login", "")),
        "/gone": ("The orchard", page(GONE)),
        "/proxy": ("The ferry", page(PROXY)),
        "/bare": ("The granary", page("<html><body></body></html>")),
        "/private/tax": ("The tax", page(story("The tax"))),
        "/loft": ("The loft", page(story("The loft"))),
    },
    "tower": {
        "/clock": ("The clock", page(story("The clock", canonical("{tower}/clock")))),
        "/bell": ("The bell", page(story("The bell", canonical("{mill}/bridge")))),
    },
}
KEPT = ("/wall", "/login", "/gone", "/proxy", "/bare")
ROBOTS = "User-agent: *\nDisallow: /private/\nDisallow: /feed\n"


@dataclass
class Valley:
    """Two sites, a mill, and what was asked of whom."""

    folder: Path
    bases: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    edition: int = 1
    outcomes: list[dict[str, str]] = field(default_factory=list)

    def answer(self, site: str, path: str) -> Reply:
        self.asked.append(site + path)
        if path == "/robots.txt":
            return 200, "text/plain", ROBOTS
        if path == "/feed":
            return 200, "application/rss+xml", self.feed(site)
        status, kind, body = ENTRIES[site].get(path, ("", page(WALL)))[1]
        return status, kind, body.replace("{mill}", self.bases["mill"]).replace("{tower}", self.bases["tower"])

    def feed(self, site: str) -> str:
        items = [(path, title, short(title)) for path, (title, _) in ENTRIES[site].items()]
        if site == "mill":
            items.append(("/news", *EDITIONS[self.edition]))
        rows = "".join(
            f"<item><title>{html.escape(title)}</title><link>{self.bases[site]}{path}</link><description>{html.escape(text)}</description></item>"
            for path, title, text in items
        )
        return f"<rss version='2.0'><channel><title>{site}</title>{rows}</channel></rss>"

    def poll(self) -> None:
        self.outcomes.append(
            {o.feed: o.outcome for o in run(load(self.folder), Options(feeds=("mill", "tower"))).outcomes}
        )

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(sql, values).fetchall()

    def article(self, columns: str, path: str, site: str = "mill") -> tuple[object, ...]:
        sql = f"SELECT {columns} FROM articles a JOIN article_texts t ON t.article_id = a.id WHERE a.url = ?"
        [row] = self.rows(sql, self.bases[site] + path)
        return row


LONG = " The council met until midnight, heard forty speakers, and put the vote off for another week of counting." * 8
EDITIONS = {
    1: (
        "Nvidia plans a chip factory",
        f"<p>Nvidia will build a chip factory here, said Nvidia.</p><p>{LONG}</p><p>See also: <a href='https://else.example/one'>The first vote</a></p>",
    ),
    2: (
        "Samsung plans a museum",
        f"<p>Samsung will open a museum instead, said Samsung.</p><p>{LONG}</p><p>See also: <a href='https://else.example/two'>The second vote</a></p>",
    ),
}


@contextmanager
def site(valley: Valley, name: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = valley.answer(name, self.path)
            self.send_response(status)
            self.send_header("Location" if status == 302 else "Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    valley = Valley(tmp_path_factory.mktemp("valley"))
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        valley.bases |= {name: stack.enter_context(site(valley, name)) for name in ENTRIES}
        tables = [f'[feeds.{name}]\nurl = "{base}/feed"\nallow_private = true\n' for name, base in valley.bases.items()]
        (valley.folder / "feeds.toml").write_text("replace = true\n" + "\n".join(tables))
        (valley.folder / "fanmill.toml").write_text("[mill]\nworkers = 2\n")
        patch.setenv("FANMILL_DB", str(valley.folder / "news.db"))
        valley.poll()
        valley.edition = 2
        valley.poll()
        valley.poll()
        yield valley


WHOLE = [(site, path) for site in ENTRIES for path in ENTRIES[site] if path not in KEPT and "private" not in path]


@pytest.mark.parametrize(("site", "path"), WHOLE)
def test_every_entry_is_one_article_with_its_own_text_whatever_its_page_claims_to_be(
    site: str, path: str, valley: Valley
) -> None:
    title, duplicate, text = valley.article("a.title, a.duplicate_of, t.text", path, site)
    assert (title, duplicate) == (ENTRIES[site][path][0], None)
    assert str(text).count(f"{title} was the talk of the day") == 6


@pytest.mark.parametrize(("site", "path", "other"), [("mill", "/bridge", "tower"), ("tower", "/bell", "mill")])
def test_a_page_that_claims_another_hosts_address_keeps_its_own(
    site: str, path: str, other: str, valley: Valley
) -> None:
    [key] = valley.article("a.canonical_url", path, site)
    host = valley.bases[site].removeprefix("http://")
    assert key == f"https://{host}{path}"
    strange = f"https://{valley.bases[other].removeprefix('http://')}%"
    own = "SELECT 1 FROM addresses x JOIN articles a ON a.id = x.article_id WHERE a.url = ? AND x.url_key LIKE ?"
    assert valley.rows(own, valley.bases[site] + path, strange) == []


@pytest.mark.parametrize("path", KEPT)
def test_of_a_wall_or_a_page_that_is_not_there_nothing_is_taken(path: str, valley: Valley) -> None:
    [text] = valley.article("t.text", path)
    assert text == short(ENTRIES["mill"][path][0])


def test_a_page_that_robots_may_not_read_is_not_asked_for_and_the_reason_is_kept(valley: Valley) -> None:
    assert "mill/private/tax" not in valley.asked
    assert valley.article("t.text, a.page_error", "/private/tax") == (short("The tax"), "robots")


def test_robots_are_asked_once_a_run_and_feeds_are_not_subject_to_them(valley: Valley) -> None:
    assert valley.asked.count("mill/feed") == 3
    assert valley.asked.count("mill/robots.txt") <= 3
    first = valley.asked[: valley.asked.index("mill/feed", valley.asked.index("mill/feed") + 1)]
    assert first.count("mill/robots.txt") == 1


def test_a_page_is_asked_for_once(valley: Valley) -> None:
    assert [path for site in ENTRIES for path in ENTRIES[site] if valley.asked.count(site + path) > 1] == []


def test_an_updated_entry_is_one_row_with_one_revision_and_only_its_new_links_and_tags(valley: Valley) -> None:
    [uid, title, revision, changed] = valley.article("a.id, a.title, a.revision, a.changed_at IS NOT NULL", "/news")
    assert (title, revision, changed) == ("Samsung plans a museum", 2, 1)
    links = valley.rows("SELECT title, url FROM links WHERE article_id = ?", uid)
    assert links == [("The second vote", "https://else.example/two")]
    tags = {tag for (tag,) in valley.rows("SELECT tag_id FROM article_tags WHERE article_id = ?", uid)}
    assert "samsung" in tags
    assert "nvidia" not in tags
    assert valley.rows("SELECT title FROM revisions WHERE article_id = ?", uid) == [("Nvidia plans a chip factory",)]


def test_three_polls_make_no_row_twice(valley: Valley) -> None:
    assert valley.rows("SELECT count(*) FROM articles") == [(sum(map(len, ENTRIES.values())) + 1,)]
    assert valley.rows("SELECT count(*) FROM duplicates") == [(0,)]
