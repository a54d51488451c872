"""What is written down, and who is told: no login, no token, no line of a stranger's making, nothing off the machine."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

HOUSE = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
USER, WORD, TOKEN = "miller", "Zq7%2FpwPw9", "tOkEn0123456789sEcReT"
LOGIN = base64.b64encode(f"{USER}:Zq7/pwPw9".encode()).decode()
SECRETS = (WORD, "Zq7/pwPw9", TOKEN, LOGIN, LOGIN[:20])

LINKS = ("/a", "b", "?", "?p=2", "", "#x", "//", "./?")
ITEMS = "".join(
    f"<item><title>Lot {n} of the harvest</title><link>{link}</link><description>&lt;p&gt;Farmers brought in lot {n} before"
    f" the rain came down the valley.&lt;/p&gt;&lt;p&gt;See also: &lt;a href='{link}'&gt;The lot before {n}&lt;/a&gt;&lt;/p&gt;</description></item>"
    for n, link in enumerate(LINKS, 1)
)
GOOD = f"<rss version='2.0'><channel><title>Valley</title>{ITEMS}</channel></rss>".encode()
ODD = b"<rss version='2.0'><channel><title>a\r\nERROR forged line\x1b[31m</title><item><title>b\r\nERROR forged line\x1b[2J&#10;&#27;[0m</title></channel></rss"


class Handler(BaseHTTPRequestHandler):
    """Wants the login and the token, then does what the path says."""

    seen: list[tuple[str, str | None, dict[str, str]]]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.seen.append((parts.path, self.headers["Authorization"], dict(self.headers.items())))
        known = self.headers["Authorization"] == f"Basic {LOGIN}" and parse_qs(parts.query).get("token") == [TOKEN]
        name = parts.path.strip("/")
        if name.startswith("odd"):
            return self.answer(
                200, ODD if name == "odd" else b"x", Content_Encoding="" if name == "odd" else "gz\x1b[31mip"
            )
        if not known:
            return self.answer(401, b"who are you?")
        if name == "reset":
            self.close_connection = True
            return None
        hops = {"loop": "/loop", "moved": "/new", "away": "file:///x", "scheme": "gopher://x/"}
        if name in hops:
            return self.answer(301, b"", Location=f"{hops[name]}?token={TOKEN}")
        pages = {"new": GOOD, "good": GOOD, "html": b"<html><body>hello</body></html>", "broken": b"<rss"}
        return self.answer(
            200 if name in pages else 404, pages.get(name, f"{USER} {WORD} {TOKEN}".encode()), ETag='"v"'
        )

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[str, list[tuple[str, str | None, dict[str, str]]]]]:
    seen_requests: list[tuple[str, str | None, dict[str, str]]] = []

    class Own(Handler):
        seen = seen_requests

    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", seen_requests
        server.shutdown()


def fanmill(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env |= {
        "FANMILL_CONFIG": str(folder),
        "FANMILL_DB": str(folder / "news.db"),
        "PYTHONPATH": str(HOUSE),
        "COLUMNS": "200",
    }
    return subprocess.run([*COMMAND, *words], cwd=folder, env=env | more, capture_output=True, text=True, timeout=300)


def configure(folder: Path, urls: dict[str, str], more: str = "allow_private = true") -> None:
    tables = "".join(f'[feeds.{slug}]\nurl = "{url}"\npages = "never"\n{more}\n' for slug, url in urls.items())
    (folder / "feeds.toml").write_text("replace = true\n" + tables)
    (folder / "fanmill.toml").write_text("[mill]\ndeadline = 3.0\nworkers = 1\n")


FAULTS = ("404", "loop", "away", "scheme", "reset", "html", "broken", "moved", "good")


def secret_feeds(host: str) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    login, query = f"http://{USER}:{WORD}@", f"?token={TOKEN}"
    return {
        **{f"feed-{path}": f"{login}{host}/{path}{query}" for path in FAULTS},
        "feed-refused": f"{login}127.0.0.1:{closed}/{query}",
    }


def leaks(folder: Path, *said: str) -> list[str]:
    """Where a secret stands: in a file of the folder but the configuration itself, or in what was said."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "feeds.toml"]
    found = [path.name for path in files if any(secret.encode() in path.read_bytes() for secret in SECRETS)]
    found += [words for words in said if any(secret in words for secret in SECRETS)]
    return found


def test_no_login_and_no_token_is_written_or_said_anywhere(tmp_path: Path) -> None:
    with serving() as (host, seen):
        feeds = secret_feeds(host)
        configure(tmp_path, feeds)
        words = [word for slug in feeds for word in ("--feed", slug)]
        with sqlite3.connect(tmp_path / "news.db"):  # held open, so that the last run leaves its write-ahead log behind
            runs = [fanmill(tmp_path, "run", "--no-prefect", *words, *more) for more in ([], ["--json"])]
            told = [fanmill(tmp_path, "feeds", *more) for more in ([], ["--json"])]
            said = [text for done in (*runs, *told) for text in (done.stdout, done.stderr)]
            assert [done.returncode for done in (*runs, *told)] == [1, 1, 0, 0]
            assert leaks(tmp_path, *said) == []
    outcomes = {row["feed"]: row for row in json.loads(runs[1].stdout)["outcomes"]}
    assert {slug for slug, row in outcomes.items() if not row["kind"]} == {"feed-good", "feed-moved"}
    assert {path: login for path, login, _ in seen if path in {"/good", "/new"}} == dict.fromkeys(
        ("/good", "/new"), f"Basic {LOGIN}"
    )
    with sqlite3.connect(tmp_path / "news.db") as database:
        assert database.execute("SELECT count(*) FROM articles").fetchone() == (2 * len(LINKS),)


@pytest.mark.engine
def test_no_login_and_no_token_reaches_prefect(tmp_path: Path) -> None:
    with serving() as (host, _):
        configure(tmp_path, secret_feeds(host))
        guard, log = internet_guard(tmp_path)
        done = fanmill(tmp_path, "run", PREFECT_HOME=str(tmp_path / "home"), PREFECT_LOGGING_LEVEL="DEBUG", **guard)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "home").exists()
    assert leaks(tmp_path, done.stdout, done.stderr) == []
    assert log.read_text() == ""


# Imported by every Python process of a run before anything else: any step beyond loopback is refused and written down.
GUARD = """
import os, sys
def judge(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    elif event == "socket.sendto" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    if not name.startswith("127.") and name not in ("::1", "localhost", "0.0.0.0", "::", "None", ""):
        log = os.open(os.environ["GUARD_LOG"], os.O_WRONLY | os.O_APPEND)
        os.write(log, f"{event} {name}\\n".encode())
        os.close(log)
        raise OSError(101, "no network")
sys.addaudithook(judge)
"""


def internet_guard(folder: Path) -> tuple[dict[str, str], Path]:
    """An environment in which no Python process reaches anything but loopback, and the list of what it tried."""
    (folder / "guard").mkdir()
    (folder / "guard/sitecustomize.py").write_text(GUARD)
    log = folder / "guard.log"
    log.touch()
    return {"PYTHONPATH": f"{folder / 'guard'}:{HOUSE}", "GUARD_LOG": str(log)}, log


def test_the_guard_itself_would_tell(tmp_path: Path) -> None:
    guard, log = internet_guard(tmp_path)
    code = "import socket; socket.create_connection(('93.184.216.34', 80), 1)"
    assert subprocess.run([sys.executable, "-c", code], env=guard, capture_output=True).returncode == 1
    assert log.read_text().startswith("socket.getaddrinfo 93.184.216.34")


def test_a_run_without_network_reaches_for_nothing_but_its_feeds(tmp_path: Path) -> None:
    with serving() as (host, _):
        configure(tmp_path, {"good": f"http://{USER}:{WORD}@{host}/good?token={TOKEN}"})
        guard, log = internet_guard(tmp_path)
        done = fanmill(tmp_path, "run", "--no-prefect", **guard)
        shown = [
            fanmill(tmp_path, *words, **guard) for words in (["feeds"], ["search", "lot"], ["show", "1"], ["why", "1"])
        ]
    assert (done.returncode, done.stderr, log.read_text()) == (0, "", "")
    assert [(show.returncode, show.stderr) for show in shown] == [(0, "")] * 4


CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def test_what_a_stranger_wrote_makes_no_line_of_its_own(tmp_path: Path) -> None:
    with serving() as (host, _):
        configure(tmp_path, {slug: f"http://{host}/{slug}" for slug in ("odd", "odd-encoding")})
        done = fanmill(tmp_path, "run", "--no-prefect")
        told = fanmill(tmp_path, "feeds")
        found = fanmill(tmp_path, "search", "forged")
    assert done.returncode == 1
    for text in (done.stdout, done.stderr, told.stdout, found.stdout):
        assert not CONTROLS.search(text)
        assert not re.search(r"^\s*ERROR", text, re.MULTILINE)
    with sqlite3.connect(tmp_path / "news.db") as database:
        lines = database.execute(
            "SELECT error FROM polls UNION SELECT warning FROM polls UNION SELECT last_error FROM feeds UNION SELECT error FROM runs "
            "UNION SELECT title FROM feeds UNION SELECT title FROM articles"
        )
        assert [line for (line,) in lines if line and (CONTROLS.search(line) or "\n" in line)] == []


def test_a_validator_with_line_breaks_in_it_is_not_sent(tmp_path: Path) -> None:
    with serving() as (host, seen):
        configure(tmp_path, {"good": f"http://{USER}:{WORD}@{host}/good?token={TOKEN}"})
        assert fanmill(tmp_path, "run", "--no-prefect").returncode == 0
        with sqlite3.connect(tmp_path / "news.db") as database:
            database.execute(
                "UPDATE feeds SET etag = ?, last_modified = ?", ('"x\r\nEvil: 1"', "now\r\n\r\nGET /evil HTTP/1.1")
            )
        database.close()
        done = fanmill(tmp_path, "run", "--no-prefect", "--feed", "good")
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path, *_ in seen] == ["/good", "/good"]
    assert not {"evil", "if-none-match", "if-modified-since"} & {name.lower() for name in seen[1][2]}


BROKEN = {
    "an address": 'url = "http://127.0.0.1:9/a\\r\\nEvil: 1"',
    "an address at its end": 'url = "http://127.0.0.1:9/a\\n"',
    "a name for a feed": 'url = "http://127.0.0.1:9/"\nuser_agent = "x\\r\\nEvil: 1"',
    "a name": 'url = "http://127.0.0.1:9/"\n[mill]\nuser_agent = "x\\r\\nEvil: 1"',
    "a contact": 'url = "http://127.0.0.1:9/"\n[mill]\ncontact = "x\\r\\nEvil: 1"',
}


def refused(folder: Path, table: str) -> str:
    """What a run says of a configuration that it refuses, before it makes or opens anything."""
    feed, _, mill = table.partition("\n[mill]\n")
    (folder / "feeds.toml").write_text(f"replace = true\n[feeds.broken]\n{feed}\n")
    (folder / "fanmill.toml").write_text(f"[mill]\n{mill}\n")
    done = fanmill(folder, "run", "--no-prefect")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not (folder / "news.db").exists()
    return done.stderr


@pytest.mark.parametrize("table", BROKEN.values(), ids=BROKEN)
def test_line_breaks_in_what_becomes_a_header_are_refused_by_name(table: str, tmp_path: Path) -> None:
    fault = refused(tmp_path, table)
    assert re.match(r"fanmill: \S+\.toml:\d+: (?:feeds\.broken|mill|mill\.mill)\.(?:url|user_agent|contact): ", fault)


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "feed:https://x.example/", "feed://x.example/"])
def test_what_is_no_web_address_is_refused_by_line_and_name(url: str, tmp_path: Path) -> None:
    assert "feeds.toml:3: feeds.broken.url: " in refused(tmp_path, f'url = "{url}"')
