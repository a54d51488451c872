"""Feeds added, imported, exported and marked, as a person at a terminal does it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lxml import etree

from config.load import load_feeds
from flows import cli
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVIL = 'T"\n[feeds.evil]\nurl = "http://evil.example/"\n#&#x1b;[31m&#x202e;'
PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/b"><link rel="alternate" type="application/rss+xml" href="/a"></head></html>'


def rss(title: str, entries: int = 2) -> bytes:
    items = "".join(f"<item><guid>{title}{n}</guid><title>{n}</title></item>" for n in range(entries))
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


@pytest.fixture
def site() -> Iterator[str]:
    pages = {"/": PAGE, "/a": rss("Feed A", 1), "/b": rss("Feed B"), "/evil": rss(EVIL), "/none": b"<html></html>"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Fanmill = Callable[..., Done]


@pytest.fixture
def fanmill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Fanmill:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANMILL_CONFIG", str(tmp_path))
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    (tmp_path / "feeds.toml").write_text("# mine\nreplace = true\n")

    def call(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fanmill", *words])
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capfd.readouterr()
        return Done(code=code, out=out, err=err)

    return call


def test_a_site_is_added_by_its_first_feed_and_can_be_run(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    done = fanmill("add", site, "--private")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "added feed-b: Feed B",
        f"  {site}/b, 2 entries",
        f"  the page also names {site}/a",
        "next: fanmill run --feed feed-b",
    ]
    text = (tmp_path / "feeds.toml").read_text()
    assert (
        text == f'# mine\nreplace = true\n\n[feeds.feed-b]\nurl = "{site}/b"\ntitle = "Feed B"\nallow_private = true\n'
    )
    assert fanmill("run", "--no-prefect", "--feed", "feed-b").code == 0


def test_what_is_said_on_the_command_line_is_written(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    done = fanmill("add", f"{site}/a", "--private", "--slug", "mine", "--title", 'My "A"', "--every", "6h", "--json")
    assert json.loads(done.out) == {
        "added": [
            {
                "slug": "mine",
                "url": f"{site}/a",
                "title": 'My "A"',
                "entries": 1,
                "found_by": "address",
                "allow_private": True,
            }
        ],
        "others": [],
        "dry_run": False,
    }
    feed = load_feeds(tmp_path)["mine"]
    assert (feed.title, feed.every, feed.allow_private) == ('My "A"', 6 * 3600, True)


def test_all_feeds_of_a_site(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    done = fanmill("add", site, "--private", "--all")
    assert done.out.splitlines()[-1] == "next: fanmill run --feed feed-b --feed feed-a"
    assert list(load_feeds(tmp_path)) == ["feed-b", "feed-a"]


def test_a_dry_run_asks_and_writes_nothing(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    assert fanmill("add", site, "--private", "--dry-run").out.startswith("would add feed-b: Feed B\n")
    assert (tmp_path / "feeds.toml").read_text() == "# mine\nreplace = true\n"
    assert [path.name for path in tmp_path.iterdir()] == ["feeds.toml"]


def test_a_title_that_attacks_is_a_title(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    done = fanmill("add", f"{site}/evil", "--private")
    assert done.code == 0
    assert not {"\x1b", "\u202e"} & set(done.out)
    assert list(tomllib.loads((tmp_path / "feeds.toml").read_text())["feeds"]) == list(load_feeds(tmp_path))
    assert "evil" not in load_feeds(tmp_path)


def test_a_login_is_written_and_not_printed(fanmill: Fanmill, site: str, tmp_path: Path) -> None:
    address = site.replace("//", "//me:s3cret@") + "/a"
    for more in (["--dry-run", "--json"], []):
        done = fanmill("add", address, "--private", *more)
        assert done.code == 0
        assert "s3cret" not in done.out + done.err
    assert load_feeds(tmp_path)["feed-a"].url == address


FAULTS = {
    "a private address without leave": (
        ["{site}/a"],
        "is not a public address; add --private when it is one of your own",
    ),
    "a page without feeds": (["{site}/none", "--private"], "names no feed, and none is where feeds usually are"),
    "an address that is not there": (["{site}/zz", "--private"], "answers 404"),
    "nothing": ([""], "an address is wanted, such as news.example.org"),
    "blanks": (["  "], "an address is wanted, such as news.example.org"),
    "a path": (["/etc/passwd"], "/etc/passwd is an address without a readable host"),
    "a file": (["file:///etc/passwd"], "is no web address"),
    "a script": (["javascript:alert(1)"], "is no web address"),
    "a name that is none": (["x.example", "--slug", "No Name"], "--slug: "),
    "a name that is taken": (["x.example", "--slug", "old"], "there is a feed called old already"),
    "a duration that is none": (["x.example", "--every", "soon"], "--every: 'soon' is no duration"),
    "no time at all": (["x.example", "--every", "0s"], "--every: "),
    "one name for all": (["x.example", "--slug", "x", "--all"], "leave --all out"),
    "a feed that is there": (["http://www.old.example/feed/?utm_source=x"], "in your configuration already, as old"),
    "a feed that is there and switched off": (["off.example/f"], "as off; it is switched off there"),
}


@pytest.mark.parametrize(("words", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_and_changes_nothing(
    words: list[str], fault: str, fanmill: Fanmill, site: str, tmp_path: Path
) -> None:
    before = 'replace = true\n[feeds.old]\nurl = "https://old.example/feed"\n[feeds.off]\nurl = "https://off.example/f"\nenabled = false\n'
    (tmp_path / "feeds.toml").write_text(before)
    done = fanmill("add", *(word.format(site=site) for word in words))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert fault in done.err
    assert (tmp_path / "feeds.toml").read_text() == before


def test_without_a_folder_of_ones_own_nothing_is_added(fanmill: Fanmill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANMILL_CONFIG")
    for words in (["add", "x.example"], ["import", "x.opml"]):
        done = fanmill(*words)
        assert (done.code, "`fanmill init mill`" in done.err) == (2, True)


@pytest.mark.parametrize("word", ["pause", "retire"])
def test_a_feed_that_rests_is_not_added_again_but_resumed(
    word: str, fanmill: Fanmill, site: str, tmp_path: Path
) -> None:
    assert fanmill("add", f"{site}/a", "--private").code == 0
    assert fanmill(word, "feed-a").code == 0
    done = fanmill("add", f"{site}/a", "--private")
    assert done.code == 2
    assert "`fanmill resume feed-a`" in done.err
    (tmp_path / "feeds.toml").write_text("replace = true\n")
    done = fanmill("add", f"{site}/a", "--private")  # gone from the file, and known by its old name
    assert "added feed-a" in done.out
    assert "next: fanmill resume feed-a" in done.out
    assert fanmill("resume", "feed-a").code == 0
    assert fanmill("run", "--no-prefect").out.startswith("feed ")


def test_a_feed_that_moved_is_not_added_under_its_new_address(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.a]\nurl = "https://a.example/old"\n')
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds(list(load_feeds(tmp_path).values()), NOW)
        store.connection.execute("UPDATE feeds SET redirected_to = 'https://a.example/new'")
    assert "already, as a" in fanmill("add", "https://a.example/new").err


def state(folder: Path) -> list[tuple[str, bool, bool]]:
    with sqlite3.connect(folder / "news.db") as database:
        sql = "SELECT slug, paused_at IS NOT NULL, retired_at IS NOT NULL FROM feeds ORDER BY slug"
        rows = database.execute(sql).fetchall()
    database.close()
    return [(slug, bool(paused), bool(retired)) for slug, paused, retired in rows]


def test_feeds_are_marked_before_the_first_run_and_after(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(
        'replace = true\n[feeds.a]\nurl = "https://a.example/"\n[feeds.b]\nurl = "https://b.example/"\n'
    )
    assert fanmill("pause", "a", "b").out.splitlines()[0] == "a is paused; `fanmill resume a` has it polled again"
    assert state(tmp_path) == [("a", True, False), ("b", True, False)]
    assert fanmill("resume", "b").code == 0
    assert fanmill("retire", "b").code == 0
    assert state(tmp_path) == [("a", True, False), ("b", False, True)]
    assert fanmill("resume", "a", "b").code == 0
    assert state(tmp_path) == [("a", False, False), ("b", False, False)]
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.a]\nurl = "https://a.example/"\nenabled = false\n')
    assert "switched off" in fanmill("resume", "a").out
    assert "in no feeds.toml any more" in fanmill("resume", "b").out


@pytest.mark.parametrize("word", ["pause", "resume", "retire"])
def test_of_unknown_feeds_none_is_marked(word: str, fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.a]\nurl = "https://a.example/"\n')
    done = fanmill(word, "a", "nobody")
    assert (done.code, done.out) == (2, "")
    assert done.err == "fanmill: no feed is called 'nobody'; `fanmill feeds` lists them\n"
    assert not (tmp_path / "news.db").exists()


@pytest.mark.parametrize(
    "url", ["/etc/passwd", "file:///etc/passwd", "feed:https://a.example/f", "javascript:x", "ftp://a/"]
)
def test_a_file_of_feeds_that_names_no_web_address_is_refused_by_its_line(
    url: str, fanmill: Fanmill, tmp_path: Path
) -> None:
    (tmp_path / "feeds.toml").write_text(f'replace = true\n\n[feeds.x]\nurl = "{url}"\n')
    for words in (["run", "--no-prefect"], ["add", "a.example"], ["pause", "x"], ["export"]):
        done = fanmill(*words)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"fanmill: {tmp_path / 'feeds.toml'}:4: feeds.x.url: ")
    assert not (tmp_path / "news.db").exists()


LIST = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<opml version="2.0"><body>
<outline text="AI Policy"><outline text="One &amp; only" xmlUrl="https://one.example/feed" category="ai,/Cooking/Soup"/></outline>
<outline text="Script" xmlUrl="javascript:alert(1)"/>
<outline text="File &#x1b;[31m" xmlUrl="file:///etc/passwd"/>
<outline text="&x;" xmlUrl="&x;"/>
<outline text="Old" xmlUrl="http://old.example/feed/"/>
<outline text="Again" xmlUrl="http://www.one.example/feed"/>
<outline text="One, only" xmlUrl="https://two.example/feed"/>
<outline xmlUrl="https://three.example/feed"/>
</body></opml>"""


def test_a_list_is_imported_row_by_row(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('replace = true\n\n[feeds.old]\nurl = "https://old.example/feed"\n')
    (tmp_path / "x.opml").write_text(LIST)
    dry = fanmill("import", "x.opml", "--dry-run")
    assert (dry.code, dry.out.splitlines()[-1], list(load_feeds(tmp_path))) == (1, "would add 3, refused 5", ["old"])
    done = fanmill("import", "x.opml")
    assert done.code == 1
    assert done.out.splitlines() == [
        "one-only  https://one.example/feed",
        "one-only-2  https://two.example/feed",
        "three-example  https://three.example/feed",
        "added 3, refused 5",
    ]
    assert done.err.splitlines() == [
        "fanmill: row 3 (Script) is no web address; only http and https are asked",
        "fanmill: row 4 (File \ufffd[31m) is no web address; only http and https are asked",
        "fanmill: row 5 (&x;) is no web address; only http and https are asked",
        "fanmill: row 6 (Old) is there already, as old",
        "fanmill: row 7 (Again) has the same address as row 2",
    ]
    feeds = load_feeds(tmp_path)
    assert (feeds["one-only"].title, feeds["one-only"].tags) == ("One & only", ("ai-policy", "ai"))
    assert [feed.allow_private for feed in feeds.values()] == [False] * 4


def test_a_good_list_leaves_nothing_to_say(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_text('<opml><body><outline text="A" xmlUrl="https://a.example/f"/></body></opml>')
    done = fanmill("import", "x.opml", "--json")
    assert (done.code, done.err) == (0, "")
    added = [{"slug": "a-example", "url": "https://a.example/f", "title": "A", "tags": []}]
    assert json.loads(done.out) == {"added": added, "refused": [], "dry_run": False}


@pytest.mark.parametrize("text", ["", "<html><body>", "# feeds\n", "<rss version='2.0'/>"])
def test_what_is_no_list_is_not_imported(text: str, fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_text(text)
    done = fanmill("import", "x.opml")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert (tmp_path / "feeds.toml").read_text() == "# mine\nreplace = true\n"


def test_a_list_that_cannot_be_opened_is_one_line(fanmill: Fanmill) -> None:
    for name in ("nowhere.opml", "."):
        done = fanmill("import", name)
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_an_import_uses_no_network(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text("replace = true\n")
    (tmp_path / "x.opml").write_text(LIST)
    code = (
        "import sys\n"
        "def hook(event, args):\n"
        "    assert not event.startswith('socket.'), event\n"
        "    assert event != 'open' or 'passwd' not in str(args[0])\n"
        "sys.addaudithook(hook)\n"
        f"sys.argv = ['fanmill', 'import', 'x.opml', '--config', {str(tmp_path)!r}]\n"
        "from flows.cli import main\nmain()"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "added 4, refused 4"), done.stderr


FEEDS = """replace = true
[feeds.mit-ai]
url = "https://mit.example/rss?a=1&b=2"
title = "MIT: <Artificial> \\"intelligence\\""
tags = ["ai", "ai-policy"]
[feeds.untitled]
url = "https://untitled.example/f"
[feeds.paid]
url = "https://me:s3cret@paid.example/f?token=0123"
[feeds.off]
url = "https://off.example/f"
enabled = false
"""


LISTED = """replace = true
[feeds.a]
url = "https://me:s3cret@a.example/f"
title = "A"
[feeds.b]
url = "https://b.example/f"
enabled = false
"""


def states(done: Done) -> dict[str, str]:
    assert (done.code, done.err) == (0, "")
    return {row["slug"]: row["state"] for row in json.loads(done.out)}


def test_feeds_are_listed_before_the_first_run(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(LISTED)
    assert states(fanmill("feeds", "--json")) == {"a": "new", "b": "off"}
    done = fanmill("feeds")
    assert [line.split()[:2] for line in done.out.splitlines()[1:]] == [["a", "new"], ["b", "off"]]
    [row] = json.loads(fanmill("feeds", "--feed", "a", "--json").out)
    assert (row["url"], row["title"], row["added_at"], row["articles"]) == ("https://a.example/f", "A", None, 0)
    assert states(fanmill("feeds", "--failing", "--json")) == {}
    assert fanmill("feeds", "--feed", "c").err == "fanmill: no feed is called 'c'; `fanmill feeds` lists them\n"
    assert fanmill("feeds", "--quarantine").err == "nothing in quarantine\n"
    assert not (tmp_path / "news.db").exists()


def test_a_feed_that_was_just_added_is_listed_among_those_that_were_polled(
    fanmill: Fanmill, site: str, tmp_path: Path
) -> None:
    fanmill("add", f"{site}/b", "--private")
    assert fanmill("run", "--no-prefect").code == 0
    fanmill("add", f"{site}/a", "--private")
    assert states(fanmill("feeds", "--json")) == {"feed-a": "new", "feed-b": "ok"}
    assert states(fanmill("feeds", "--feed", "feed-a", "--json")) == {"feed-a": "new"}
    assert fanmill("feeds", "--failing").err == "no feed fails\n"
    assert fanmill("feeds", "--failing", "--silent").err == "no feed fails or is silent\n"
    assert fanmill("feeds", "--silent", "--feed", "feed-b").err == "no feed called feed-b is silent\n"


def test_shipped_feeds_are_not_listed_beside_a_database_of_others(
    fanmill: Fanmill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FANMILL_CONFIG")
    assert "ai-news" in states(fanmill("feeds", "--json"))
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.a]\nurl = "https://a.example/"\n')
    assert fanmill("pause", "a", "--config", str(tmp_path)).code == 0
    assert states(fanmill("feeds", "--json")) == {"a": "paused"}
    assert states(fanmill("feeds", "--feed", "ai-news", "--json")) == {"ai-news": "new"}


def test_without_any_feed_it_is_said_how_to_get_one(fanmill: Fanmill) -> None:
    done = fanmill("feeds")
    assert (done.code, done.out, done.err) == (0, "", "no feed so far; `fanmill add` brings one\n")


def test_a_feed_that_rests_does_not_fail(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.a]\nurl = "https://a.example/"\n')
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds(list(load_feeds(tmp_path).values()), NOW)
        store.connection.execute("UPDATE feeds SET failures = 3, last_error = 'http_500'")
    assert states(fanmill("feeds", "--failing", "--json")) == {"a": "failing"}
    assert fanmill("pause", "a").code == 0
    assert states(fanmill("feeds", "--failing", "--json")) == {}
    assert fanmill("feeds", "--failing").err == "no feed fails\n"


def test_what_is_exported_comes_back_the_same(fanmill: Fanmill, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    with Store.open(tmp_path / "news.db") as store:
        store.sync_feeds(list(load_feeds(tmp_path).values()), NOW)
        store.connection.execute("UPDATE feeds SET site_url = 'https://mit.example/' WHERE slug = 'mit-ai'")
        store.connection.execute("UPDATE feeds SET title = 'What it says' WHERE slug = 'untitled'")
    done = fanmill("export")
    assert done.code == 0
    assert done.err.splitlines() == [
        "fanmill: paid: the login in its address was left out",
        "fanmill: paid: its address holds a secret, and so does the list",
    ]
    assert "s3cret" not in done.out
    assert etree.fromstring(done.out.encode()).xpath("body/outline/@htmlUrl") == ["https://mit.example/"]
    assert fanmill("export", "mine.opml").out == ""
    assert (tmp_path / "mine.opml").read_text() == done.out

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "feeds.toml").write_text("replace = true\n")
    with suppress(FileNotFoundError):
        (tmp_path / "news.db").unlink()
    assert fanmill("import", "mine.opml", "--config", "new").code == 0
    there = {slug: (feed.url, feed.title, feed.tags) for slug, feed in load_feeds(tmp_path / "new").items()}
    here = load_feeds(tmp_path)
    assert there == {
        "mit-ai": (here["mit-ai"].url, here["mit-ai"].title, ("ai", "ai-policy")),
        "untitled": (here["untitled"].url, "What it says", ()),
        "paid": ("https://paid.example/f?token=0123", "", ()),
    }


def test_an_export_overwrites_a_list_and_nothing_else(fanmill: Fanmill, tmp_path: Path) -> None:
    for _ in range(2):
        assert fanmill("export", "mine.opml").code == 0
    before = (tmp_path / "feeds.toml").read_text()
    done = fanmill("export", "feeds.toml")
    assert (done.code, done.err.count("\n"), (tmp_path / "feeds.toml").read_text()) == (2, 1, before)
    for name in ("nowhere/mine.opml", ".", "/dev/null"):
        done = fanmill("export", name)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_these_commands_import_no_prefect() -> None:
    code = "import sys, flows.cli, flows.subscribing, flows.health; print('prefect' in sys.modules)"
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
