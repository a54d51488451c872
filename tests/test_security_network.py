"""A hostile internet: names that lie, redirects that lead inside, servers that stall, bodies that explode.

The mill runs as a command, with its real resolver, sockets and TLS; only the internet is ours (see `INTERNET`): every
name resolves to what a table says, and a connection to the one public address of that internet ends at a server of
this test. So every feed is a public one, nothing is allowed that would not be allowed outside, and each name that is
looked up and each socket that is opened is on record. All hostile feeds are polled in one run.
"""

from __future__ import annotations

import gzip
import html
import json
import os
import random
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HOUSE = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
# A command between us and the run: what it tells of its children is told of the run's processes and of no others.
SCALE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(done.returncode)
"""
PUBLIC = "93.184.216.34"  # where every host of this internet is, unless the table of names says otherwise
DEADLINE = 3.5  # seconds: enough for a good feed on a machine that has other things to do
MAX_BYTES = 6_000_000
HOPS = 10
CONTACT = "https://operator.example/bot"
PATIENCE = 20.0  # seconds after which a stalled server lets go by itself

# Imported by every Python process of a run before anything else. Nothing it refuses reaches a real network.
INTERNET = f"""
import asyncio.selector_events, json, os, socket, sys, threading
net = json.loads(os.environ["INTERNET"])
real, lock, asked = socket.getaddrinfo, threading.Lock(), {{}}
def note(*words):
    with lock, open(net["log"], "a") as log:
        log.write(" ".join(map(str, words)) + "\\n")
def getaddrinfo(host, port, *args, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if not name.endswith(".example"):
        return real(host, port, 0, socket.SOCK_STREAM, 0, 0 if name == "localhost" else socket.AI_NUMERICHOST)
    note("lookup", name)
    answers = net["names"].get(name, [["{PUBLIC}"]])
    if not answers:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    found = answers[min(asked.get(name, 0), len(answers) - 1)]
    asked[name] = asked.get(name, 0) + 1
    kind = lambda ip: socket.AF_INET6 if ":" in ip else socket.AF_INET
    tail = lambda ip: (0, 0) if ":" in ip else ()
    return [(kind(ip), socket.SOCK_STREAM, 6, "", (ip, int(port or 0), *tail(ip))) for ip in found]
connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
async def sock_connect(loop, sock, address):
    note("connect", address[0], address[1])
    if address[0] != "{PUBLIC}" or str(address[1]) not in net["ports"]:
        raise ConnectionRefusedError(111, "this internet ends here")
    await connect(loop, sock, ("127.0.0.1", net["ports"][str(address[1])]))
sys.addaudithook(lambda event, args: note("open", args[0]) if event == "open" and "passwd" in str(args[0]) else None)
socket.getaddrinfo = getaddrinfo
asyncio.selector_events.BaseSelectorEventLoop.sock_connect = sock_connect
"""

Visit = BaseHTTPRequestHandler
Respond = Callable[[Visit], None]
ITEMS = "".join(
    f"<item><guid isPermaLink='false'>{n}</guid><title>Item {n} of the harvest</title>"
    f"<description>Farmers in the valley brought in lot {n} before the rain.</description></item>"
    for n in range(1, 6)
)
GOOD = f"<rss version='2.0'><channel><title>Good</title>{ITEMS}</channel></rss>".encode()


def reply(body: bytes = GOOD, status: int = 200, **headers: str) -> Respond:
    """An answer; the names of headers with "_" for "-"."""

    def respond(visit: Visit) -> None:
        sent = {"Content_Type": "application/rss+xml", "Content_Length": str(len(body)), "ETag": '"v"'} | headers
        visit.send_response(status)
        for name, value in sent.items():
            if value:
                visit.send_header(name.replace("_", "-"), value)
        visit.end_headers()
        visit.wfile.write(body)

    return respond


def to(*targets: str, status: int = 302, **headers: str) -> Respond:
    """A redirect: to the first target from the feed's address, from there to the second, and so on."""

    def respond(visit: Visit) -> None:
        step = int(urlsplit(visit.path).query or 0)
        target = targets[min(step, len(targets) - 1)].format(step=step + 1)
        reply(b"", status, Location=target.encode().decode("latin-1"), **headers)(visit)

    return respond


def stall(head: bytes) -> Respond:
    """Some bytes, and then silence until the client gives up."""

    def respond(visit: Visit) -> None:
        visit.wfile.write(head)
        visit.wfile.flush()
        visit.connection.settimeout(PATIENCE)
        visit.connection.recv(1)

    return respond


def drip(visit: Visit) -> None:
    visit.send_response(200)
    visit.end_headers()
    for _ in range(int(PATIENCE / 0.1)):
        visit.wfile.write(b" ")
        visit.wfile.flush()
        time.sleep(0.1)  # this is the attack


def cut(body: bytes, at: int, head: bytes = b"") -> Respond:
    """A body of which only the first `at` bytes come, whatever `head` promises."""

    def respond(visit: Visit) -> None:
        visit.wfile.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body[:at])

    return respond


LENGTH = f"Content-Length: {len(GOOD)}\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(GOOD), GOOD)
PACKED = gzip.compress(GOOD)
BOMB = gzip.compress(bytes(60_000_000), 1)
ENTITIES = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 11))
LAUGHS = f"<!DOCTYPE rss [<!ENTITY e0 'ha'>{ENTITIES}]><rss version='2.0'><channel><item><title>&e10;</title></item></channel></rss>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of the hostile internet: what its server does, the `kind` of error it must end as, None for none."""

    kind: str | None
    respond: Respond = field(default_factory=reply)
    url: str = ""  # http://SLUG.example/ unless told
    names: tuple[Sequence[str], ...] | None = None  # what its name resolves to, lookup after lookup
    more: str = 'pages = "never"'  # further lines of its table in feeds.toml


TWELVE = {
    "gzip-bomb": Feed(kind="too_large", respond=reply(BOMB, Content_Encoding="gzip")),
    "slow-drip": Feed(kind="timeout", respond=drip),
    "stalled": Feed(kind="timeout", respond=stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss>")),
    "html": Feed(kind="html", respond=reply(b"<!doctype html><html><body><p>Welcome!</p></body></html>")),
    "empty": Feed(kind="empty", respond=reply(b"")),
    "json": Feed(kind="json", respond=reply(b'{"error": "no such thing"}', Content_Type="application/json")),
    "pdf": Feed(kind="binary", respond=reply(b"%PDF-1.7\n" + bytes(range(256)))),
    "redirect-loop": Feed(kind="redirects", respond=to("/")),
    "private-redirect": Feed(kind="blocked_address", respond=to("http://169.254.169.254/latest/meta-data/")),
    "truncated": Feed(kind="truncated", respond=cut(GOOD, 200, LENGTH)),
    "server-error": Feed(kind="http_500", respond=reply(b"oops", 500)),
    "not-http-redirect": Feed(kind="bad_scheme", respond=to("file:///etc/passwd")),
}
INSIDE = {  # every spelling of an address that is none of a stranger's business
    "loopback": "127.0.0.1",
    "loopback-name": "localhost",
    "metadata": "169.254.169.254",
    "class-a": "10.0.0.1",
    "class-b": "172.16.0.1",
    "class-c": "192.168.1.1",
    "ipv6-loopback": "[::1]",
    "unique-local": "[fd00::1]",
    "link-local": "[fe80::1]",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "hexadecimal": "0x7f000001",
    "short": "127.1",
    "mapped": "[::ffff:127.0.0.1]",
    "nat64": "[64:ff9b::10.0.0.1]",
    "zero": "0.0.0.0",
    "full-width": "127。0。0。1",
}
SCHEMES = ("ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "data:application/rss+xml,<rss/>", "javascript:alert(1)")


def cookie(visit: Visit) -> None:
    """A redirect that sets a cookie, and goes on until the cookie comes back."""
    (reply() if visit.headers["Cookie"] == "key=0123" else to("/?1", Set_Cookie="key=0123; Path=/"))(visit)


def document(item: str, head: str = "") -> Respond:
    """A feed with an item that asks for what lies elsewhere, and a good one. {here} is a server that would tell."""

    def respond(visit: Visit) -> None:
        here = f"http://127.0.0.1:{visit.connection.getsockname()[1]}/canary"
        body = f"{head}<rss version='2.0'><channel>{item}{LAST}</channel></rss>"
        reply(body.replace("{here}", here).encode())(visit)

    return respond


LAST = "<item><guid isPermaLink='false'>last</guid><title>The last item is a good one</title></item>"
XI = "xmlns:xi='http://www.w3.org/2001/XInclude'"
ELSEWHERE = {
    "entity-file": document(
        "<item><title>a &x; b</title></item>", "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    ),
    "entity-web": document("<item><title>a &x; b</title></item>", "<!DOCTYPE rss [<!ENTITY x SYSTEM '{here}'>]>"),
    "entity-parameter": document(
        "<item><title>a &x; b</title></item>", "<!DOCTYPE rss [<!ENTITY % p SYSTEM '{here}'> %p;]>"
    ),
    "entity-dtd": document("<item><title>a &x; b</title></item>", "<!DOCTYPE rss SYSTEM '{here}'>"),
    "include-file": document(
        f"<item><title>a <xi:include {XI} href='file:///etc/passwd' parse='text'/> b</title></item>"
    ),
    "include-web": document(f"<item><title>a <xi:include {XI} href='{{here}}'/> b</title></item>"),
    "style-sheet": document("<item><title>a b</title></item>", "<?xml-stylesheet type='text/xsl' href='{here}'?>"),
}
PROSE = "Farmers brought in the barley before the rain came down the valley and nobody said a word about it. "
SHAPES = {  # an item of each, and the kind of error it ends as
    "deep": ("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>", "too_complex"),
    "wide": ("<item " + " ".join(f"a{n}='1'" for n in range(50_000)) + "><title>T</title></item>", "too_complex"),
    "many-categories": ("<item><title>T</title>" + "<category>c</category>" * 20_000 + "</item>", "too_complex"),
    "long-item": (f"<item><title>T</title><description>{PROSE * 50_000}</description></item>", None),
    "many-brackets": (f"<item><title>{'<' * 200_000}</title></item>", None),
    "deep-html": (f"<item><title>T</title><description>{html.escape('<div>' * 50_000)}</description></item>", None),
}
OTHERS = {
    "entity-bomb": Feed(kind=None, respond=reply(LAUGHS.encode())),
    "stalled-head": Feed(kind="timeout", respond=stall(b"HTTP/1.1 200 OK\r\nX-Slow")),
    "mute": Feed(kind="timeout", respond=stall(b"")),
    "huge": Feed(kind="too_large", respond=reply(GOOD + b" " * MAX_BYTES)),
    "huge-by-word": Feed(kind="too_large", respond=cut(GOOD, 10, b"Content-Length: 10000000000000\r\n")),
    "length-is-no-number": Feed(kind="bad_http", respond=cut(GOOD, 999, b"Content-Length: banana\r\n")),
    "cut-chunk": Feed(kind="truncated", respond=cut(CHUNK, 300, CHUNKED)),
    "cut-gzip": Feed(kind="truncated", respond=reply(PACKED[:-12], Content_Encoding="gzip")),
    "no-feed-in-xml": Feed(kind="not_a_feed", respond=reply(b"<opml version='2.0'><body/></opml>")),
    "bot-check": Feed(kind="challenge", respond=reply(b"<!doctype html><html><title>Just a moment...</title></html>")),
    "self-signed": Feed(kind="tls", url="https://self-signed.example/"),
    "two-loop": Feed(kind="redirects", respond=to("/?1", "/")),
    "ever-new": Feed(kind="redirects", respond=to("/?{step}")),
    "rebinding": Feed(kind=None, names=([PUBLIC], ["127.0.0.1"])),
    "mixed-names": Feed(kind="blocked_address", names=([PUBLIC, "10.0.0.1"],)),
    "mixed-names-6": Feed(kind="blocked_address", names=([PUBLIC, "fd00::1"],)),
    "inside-by-name": Feed(kind="blocked_address", names=(["127.0.0.1"],)),
    "redirect-inside-by-name": Feed(kind="blocked_address", respond=to("http://inside-by-name.example/")),
    "cookie": Feed(kind=None, respond=cookie),
    "cookie-away": Feed(kind=None, respond=to("http://good.example/cookie", Set_Cookie="key=0123; Domain=example")),
    "no-such-address": Feed(kind="dns", names=()),
    **{
        f"redirect-{name}": Feed(kind="blocked_address", respond=to(f"http://{host}/")) for name, host in INSIDE.items()
    },
    **{f"feed-{name}": Feed(kind="blocked_address", url=f"http://{host}/feed") for name, host in INSIDE.items()},
    **{name: Feed(kind=None, respond=respond) for name, respond in ELSEWHERE.items()},
    **{name: Feed(kind=kind, respond=document(item)) for name, (item, kind) in SHAPES.items()},
    **{f"scheme-{url.partition(':')[0]}": Feed(kind="bad_scheme", respond=to(url)) for url in SCHEMES},
}
GOOD_ONE = {"good": Feed(kind=None)}
WORLD = TWELVE | OTHERS | GOOD_ONE


@dataclass
class Mill:
    """A hostile internet, and the mill as a command in it."""

    folder: Path
    feeds: dict[str, Feed]
    ports: dict[str, int]
    visits: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def run(self, *words: str, database: str = "news.db", settings: str = "") -> subprocess.CompletedProcess[str]:
        """`fanmill run` on every feed, or with the words given."""
        self.write(settings)
        return self.call("run", "--no-prefect", "--db", str(self.folder / database), *words)

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Any command in this internet."""
        names = {f"{slug}.example": feed.names for slug, feed in self.feeds.items() if feed.names is not None}
        net = {"names": names, "ports": self.ports, "log": str(self.folder / "net.log")}
        env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
        env |= {"INTERNET": json.dumps(net), "PYTHONPATH": f"{self.folder / 'internet'}:{HOUSE}", "COLUMNS": "200"}
        env |= {"FANMILL_CONFIG": str(self.folder), "FANMILL_DB": str(self.folder / "news.db")}
        weighed = [sys.executable, "-S", "-c", SCALE, str(self.folder / "peak"), *COMMAND, *words]
        return subprocess.run(weighed, env=env, capture_output=True, text=True, timeout=240)

    def peak(self) -> int:
        """The most memory that one process of the last run held, in kilobytes on Linux."""
        return int((self.folder / "peak").read_text())

    def write(self, settings: str) -> None:
        (self.folder / "internet").mkdir(exist_ok=True)
        (self.folder / "internet/sitecustomize.py").write_text(INTERNET)
        lines = f'deadline = {DEADLINE}\nmax_bytes = {MAX_BYTES}\nmax_redirects = {HOPS}\nworkers = 2\ncontact = "{CONTACT}"\n'
        (self.folder / "fanmill.toml").write_text(f"[mill]\n{settings or 'delay = 0.0'}\n{lines}")
        tables = [
            f'[feeds.{slug}]\nurl = "{feed.url or "http://" + slug + ".example/"}"\n{feed.more}\n'
            for slug, feed in self.feeds.items()
        ]
        (self.folder / "feeds.toml").write_text("replace = true\n" + "\n".join(tables))

    def log(self, word: str) -> list[list[str]]:
        path = self.folder / "net.log"
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [rest for first, *rest in lines if first == word]

    def rows(self, sql: str, database: str = "news.db") -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / database) as connection:
            return connection.execute(sql).fetchall()

    def paths(self, slug: str) -> list[str]:
        return [path for host, path, _ in self.visits if host == f"{slug}.example"]


@contextmanager
def internet(folder: Path, feeds: dict[str, Feed], certificate: Path | None = None) -> Iterator[Mill]:
    mill = Mill(folder, feeds, {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            host = (self.headers["Host"] or "").partition(":")[0]
            mill.visits.append((host, self.path, {name.lower(): value for name, value in self.headers.items()}))
            feed = mill.feeds.get(host.removeprefix("www.").removesuffix(".example"))
            with suppress(OSError):  # the client hangs up, as it should
                (feed.respond if feed else reply(b"", 404))(self)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads, request_queue_size = True, 128

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that refuses our certificate

    servers = {"80": Server(("127.0.0.1", 0), Handler)}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        servers["443"] = Server(("127.0.0.1", 0), Handler)
        servers["443"].socket = context.wrap_socket(
            servers["443"].socket, server_side=True, do_handshake_on_connect=False
        )
    for port, server in servers.items():
        mill.ports[port] = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield mill
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()


def certified(folder: Path) -> Path:
    """A key with a certificate that it signed itself."""
    path = folder / "self-signed.pem"
    subject = ["-subj", "/CN=self-signed.example", "-addext", "subjectAltName=DNS:self-signed.example"]
    keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-", "-out", "-"]
    made = subprocess.run(["openssl", "req", "-x509", *keys, *subject], capture_output=True, check=True)
    path.write_bytes(made.stdout)
    return path


@dataclass(frozen=True)
class Told:
    """What came of one run: its process, and the outcome of each feed."""

    done: subprocess.CompletedProcess[str]
    outcomes: dict[str, dict[str, object]]
    seconds: float


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mill, Told]]:
    folder = tmp_path_factory.mktemp("world")
    with internet(folder, WORLD, certified(folder)) as mill:
        begun = time.monotonic()
        done = mill.run("--json")
        seconds = time.monotonic() - begun
        assert done.stdout, done.stderr
        outcomes = {row["feed"]: row for row in json.loads(done.stdout)["outcomes"]}
        yield mill, Told(done, outcomes, seconds)


@pytest.mark.parametrize("slug", WORLD)
def test_a_hostile_feed_ends_as_an_error_of_its_kind(slug: str, world: tuple[Mill, Told]) -> None:
    outcome = world[1].outcomes[slug]
    assert (outcome["kind"], outcome["error"] is None) == (WORLD[slug].kind, WORLD[slug].kind is None)
    assert int(str(outcome["ms"])) < 10_000


def test_the_good_feed_is_kept_whole_beside_all_of_them(world: tuple[Mill, Told]) -> None:
    mill, told = world
    assert (told.done.returncode, told.done.stderr) == (1, "")
    assert told.outcomes["good"]["new"] == 5
    assert mill.rows("SELECT error_kind, etag FROM feeds WHERE slug = 'good'") == [(None, '"v"')]


def test_a_feed_that_failed_left_no_article_and_no_validator(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    failed = ", ".join(f"'{slug}'" for slug, feed in WORLD.items() if feed.kind)
    sql = f"""SELECT slug, etag, last_modified, body_hash, (SELECT count(*) FROM articles WHERE feed_id = feeds.id)
        FROM feeds WHERE slug IN ({failed})"""
    assert {row[1:] for row in mill.rows(sql)} == {(None, None, None, 0)}


def test_silent_and_dripping_servers_cost_the_run_one_deadline(world: tuple[Mill, Told]) -> None:
    _, told = world
    slow = [slug for slug, feed in WORLD.items() if feed.kind == "timeout"]
    assert len(slow) >= 4
    assert all(DEADLINE * 900 <= int(str(told.outcomes[slug]["ms"])) < (DEADLINE + 3) * 1000 for slug in slow)
    assert told.seconds < PATIENCE - 2


def test_no_socket_was_opened_but_to_public_addresses_that_were_judged(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert {(address, port) for address, port in mill.log("connect")} == {(PUBLIC, "80"), (PUBLIC, "443")}


def test_no_file_was_opened_that_a_redirect_named(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert mill.log("open") == []


def test_a_name_that_turns_to_loopback_is_looked_up_once_and_reached_where_it_was_judged(
    world: tuple[Mill, Told],
) -> None:
    mill, told = world
    assert told.outcomes["rebinding"]["new"] == 5
    assert mill.log("lookup").count(["rebinding.example"]) == 1
    [headers] = [headers for host, _, headers in mill.visits if host == "rebinding.example"]
    assert headers["host"] == "rebinding.example"


def test_a_name_with_one_private_address_is_not_reached_at_all(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert not [slug for slug in ("mixed-names", "mixed-names-6", "inside-by-name") if mill.paths(slug)]


@pytest.mark.parametrize("slug", [slug for slug, feed in WORLD.items() if feed.kind == "redirects"])
def test_a_chain_of_redirects_ends_after_ten(slug: str, world: tuple[Mill, Told]) -> None:
    mill, told = world
    assert len(mill.paths(slug)) == HOPS + 1
    assert int(str(told.outcomes[slug]["ms"])) < DEADLINE * 1000


def test_a_cookie_lives_within_one_chain_of_redirects_and_on_its_own_host(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    mill.run("--feed", "cookie", "--force")
    sent = [headers.get("cookie") for host, _, headers in mill.visits if host == "cookie.example"]
    assert sent == [None, "key=0123", None, "key=0123"]
    assert [headers.get("cookie") for _, path, headers in mill.visits if path == "/cookie"] == [None]


def test_every_request_says_who_asks(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert {headers["user-agent"] for *_, headers in mill.visits} == {f"fanmill/{version('fanmill')} (+{CONTACT})"}


def test_an_error_names_the_host_and_never_what_the_server_said(world: tuple[Mill, Told]) -> None:
    _, told = world
    assert "meta-data" not in told.done.stdout
    assert "passwd" not in told.done.stdout
    assert "oops" not in told.done.stdout


def test_a_certificate_nobody_vouches_for_is_refused_and_http_is_not_tried(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert mill.paths("self-signed") == []


def test_an_entity_bomb_becomes_a_title_without_a_laugh(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    titles = mill.rows("SELECT a.title FROM articles a JOIN feeds f ON f.id = a.feed_id WHERE f.slug = 'entity-bomb'")
    assert [title for (title,) in titles if "haha" in str(title) or len(str(title)) > 10_000] == []


def test_no_document_makes_the_mill_fetch_or_read_what_it_names(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    assert not [path for _, path, _ in mill.visits if "canary" in path]
    assert not [row for row in mill.rows("SELECT title, summary, text FROM article_texts") if "root:" in str(row)]


@pytest.mark.parametrize("slug", [*ELSEWHERE, *(slug for slug, (_, kind) in SHAPES.items() if not kind)])
def test_the_good_entry_after_a_hostile_one_is_kept(slug: str, world: tuple[Mill, Told]) -> None:
    sql = f"SELECT count(*) FROM articles a JOIN feeds f ON f.id = a.feed_id WHERE f.slug = '{slug}' AND guid = 'last'"
    assert world[0].rows(sql) == [(1,)]


def test_a_text_of_five_megabytes_is_cut_and_the_poll_says_so(world: tuple[Mill, Told]) -> None:
    sql = """SELECT max(length(t.text)), p.warning FROM article_texts t JOIN articles a ON a.id = t.article_id
        JOIN feeds f ON f.id = a.feed_id JOIN polls p ON p.feed_id = f.id WHERE f.slug = 'long-item'"""
    [(length, warning)] = world[0].rows(sql)
    assert (int(str(length)) <= 2_000_000, warning) == (True, "of a text the first 2000000 characters were kept")


def test_of_one_good_and_twelve_hostile_feeds_the_summary_names_each_by_kind(world: tuple[Mill, Told]) -> None:
    mill, _ = world
    words = [word for slug in [*TWELVE, "good"] for word in ("--feed", slug)]
    done = mill.run(*words, database="thirteen.db")
    assert (done.returncode, done.stderr) == (1, "")
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    kinds = {slug: str(feed.kind) for slug, feed in TWELVE.items()}
    assert {slug: kind for slug, kind in kinds.items() if kind not in lines[slug].split(slug, 1)[1]} == {}
    assert "new" in lines["good"]
    assert done.stdout.splitlines()[-1].startswith("13 feeds asked, 12 failed: 5 new")
    assert mill.rows("SELECT count(*) FROM articles", "thirteen.db") == [(5,)]


GAP = 0.05  # seconds between two requests to a domain
PAGES = 20


@dataclass
class Desk:
    """A server that looks at the clock: when each request came, and how many were under way with it."""

    came: list[float] = field(default_factory=list)
    open: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, visit: Visit) -> None:
        with self.lock:
            self.came.append(time.monotonic())
            self.open += 1
            self.most = max(self.most, self.open)
        time.sleep(GAP / 2)  # a page takes its time, and others could come meanwhile
        with self.lock:
            self.open -= 1
        page = visit.path.startswith("/page")
        reply(STORY.encode(), Content_Type="text/html")(visit) if page else reply(MANY.encode())(visit)


STORY = (
    "<html><body><article>"
    + "<p>Farmers in the valley brought in the lots before the rain came.</p>" * 9
    + "</article></body></html>"
)
MANY = "<rss version='2.0'><channel><title>Busy</title>{}</channel></rss>".format(
    "".join(
        f"<item><title>Page {n} of the harvest</title><link>http://{('www.', '')[n % 2]}busy.example/page/{n}</link></item>"
        for n in range(PAGES)
    )
)


def test_the_pages_of_one_domain_are_asked_for_one_at_a_time_and_with_a_pause(tmp_path: Path) -> None:
    desk = Desk()
    with internet(tmp_path, {"busy": Feed(kind=None, respond=desk.respond, more="")}) as mill:
        done = mill.run("--json", settings=f"delay = {GAP}")
        [outcome] = json.loads(done.stdout)["outcomes"]
    assert (outcome["new"], desk.most) == (PAGES, 1)
    pages = [path for _, path, _ in mill.visits if path.startswith("/page")]
    assert sorted(pages) == sorted(f"/page/{n}" for n in range(PAGES))
    gaps = [later - before for before, later in zip(desk.came, desk.came[1:], strict=False)]
    assert min(gaps) >= GAP - 0.02


def test_a_feed_may_go_by_another_name(tmp_path: Path) -> None:
    more = 'pages = "never"\nuser_agent = "Valley Reader/2 (+https://valley.example)"'
    with internet(tmp_path, {"named": Feed(kind=None, more=more), "plain": Feed(kind=None)}) as mill:
        assert mill.run().returncode == 0
        names = {host: headers["user-agent"] for host, _, headers in mill.visits}
    assert names["named.example"] == "Valley Reader/2 (+https://valley.example)"
    assert names["plain.example"].startswith("fanmill/")


CURES = {
    "a site without https": (
        "web-only.example",
        "web-only.example does not answer; write http://… if it has no https\n",
    ),
    "a site without https that was asked for by it": ("https://web-only.example", "web-only.example does not answer\n"),
    "a site whose certificate proves nothing": ("self-signed.example", "has no valid certificate\n"),
    "a name that is none": ("nowhere.example", "nowhere.example has no address; check the spelling\n"),
    "a word": (
        "newsfeed",
        "newsfeed has no address; check the spelling: an address is wanted, such as news.example.org\n",
    ),
}


@pytest.mark.parametrize(("site", "words"), CURES.values(), ids=CURES)
def test_a_site_that_cannot_be_added_is_told_with_its_cure_which_is_never_less_safety(
    site: str, words: str, tmp_path: Path
) -> None:
    certificate = certified(tmp_path) if "self-signed" in site else None
    nowhere = Feed(kind=None, names=(), url="http://elsewhere.example/")
    with internet(tmp_path, {"nowhere": nowhere}, certificate) as mill:
        mill.write("")
        done = mill.call("add", site)
    assert (done.returncode, done.stdout, done.stderr[-len(words) :]) == (2, "", words)


def test_a_pause_that_a_site_wants_when_it_is_added_is_told_and_remembered(tmp_path: Path) -> None:
    busy = Feed(kind=None, respond=reply(b"", 429, Retry_After="7200"), url="http://elsewhere.example/")
    with internet(tmp_path, {"busy": busy, "good": Feed(kind=None)}) as mill:
        mill.write("")
        first = mill.call("add", "http://busy.example/")
        assert "busy.example answers 429; it wants to be left alone until 2" in first.stderr
        assert not (tmp_path / "news.db").exists()
        assert mill.run("--feed", "good").returncode == 0
        mill.call("add", "http://busy.example/new", "--dry-run")
        assert mill.rows("SELECT host FROM pauses") == []
        mill.call("add", "http://busy.example/new")
        assert mill.rows("SELECT host, status FROM pauses") == [("busy.example", 429)]
        asked = len(mill.paths("busy"))
        assert "asked to be left alone until 2" in mill.call("add", "http://busy.example/newer").stderr
        assert len(mill.paths("busy")) == asked


THOUSANDS = 10_000


def many(count: int) -> Respond:
    """A feed of so many entries, all different, in a language of thirty thousand words."""
    dice = random.Random(20261123)
    syllables = [first + last for first in "bcdfglmnprst" for last in "aeiou"]
    words = ["".join(dice.choices(syllables, k=4)) for _ in range(30_000)]
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>{' '.join(dice.choices(words, k=6))}</title>"
        f"<description>{' '.join(dice.choices(words, k=12))}</description></item>"
        for n in range(count)
    )
    return reply(f"<rss version='2.0'><channel>{items}</channel></rss>".encode())


@pytest.mark.slow
def test_a_feed_of_ten_thousand_entries_is_kept_in_bounded_time_and_space(tmp_path: Path) -> None:
    with internet(tmp_path, {"large": Feed(kind=None, respond=many(THOUSANDS))}) as mill:
        done = mill.run("--json", settings=f"max_entries = {THOUSANDS}")
        [outcome] = json.loads(done.stdout)["outcomes"]
    assert (outcome["new"], mill.rows("SELECT count(*) FROM articles")) == (THOUSANDS, [(THOUSANDS,)])
    assert outcome["ms"] < 60_000
    if sys.platform == "linux":  # elsewhere ru_maxrss has another unit
        assert mill.peak() < 500_000
