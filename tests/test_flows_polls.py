"""One feed over several polls, against a server that says what a test wants: what is asked, kept and told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.load import load
from flows.outcome import Outcome
from flows.pipeline import Options, run

NOW = datetime.now(UTC).replace(microsecond=0)
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A server with one answer for each path, and what it was asked."""

    base: str = ""
    answers: dict[str, Callable[[Message], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)

    def say(self, body: str, status: int = 200, path: str = "/feed", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda _: (status, named, body.encode())

    def last(self) -> Message:
        return self.asked[-1][1]


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers))
            status, headers, body = found.answers.get(self.path, lambda _: (404, {}, b""))(self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if status != 304 else b"")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        found.base = f"http://127.0.0.1:{server.server_address[1]}"
        yield found
        server.shutdown()


@dataclass
class House:
    """A configuration folder with one feed, and its database."""

    folder: Path
    site: Site

    def poll(self, *, due: bool = False, force: bool = False, url: str = "", **keys: str) -> Outcome | None:
        """Poll the feed, due or not; None when `due` is asked for and it is not."""
        table = {"url": f'"{url or self.site.base + "/feed"}"', "allow_private": "true", "pages": '"never"', **keys}
        rows = "".join(f"{name} = {value}\n" for name, value in table.items())
        (self.folder / "feeds.toml").write_text(f"replace = true\n[feeds.town]\n{rows}")
        report = run(load(self.folder), Options(feeds=() if due else ("town",), force=force))
        return report.outcomes[0] if report.outcomes else None

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(sql).fetchall()

    def value(self, column: str) -> object:
        return self.ask(f"SELECT {column} FROM feeds")[0][0]

    def wait(self) -> float:
        """Seconds from the last answer to the next poll."""
        answered = "(SELECT julianday(max(started_at)) + duration_ms / 86400000.0 FROM polls)"
        seconds = self.ask(f"SELECT (julianday(next_poll_at) - {answered}) * 86400 FROM feeds")[0][0]
        assert isinstance(seconds, float)
        return seconds


@pytest.fixture
def house(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    (tmp_path / "fanmill.toml").write_text("[mill]\nworkers = 1\n")
    return House(tmp_path, site)


def item(number: int, *, days: float = 1, guid: str = "", link: str = "", title: str = "") -> str:
    date = format_datetime(NOW - timedelta(days=days))
    return (
        f"<item><title>{title or f'Item {number} of the town'}</title><guid>{guid or f'id-{number}'}</guid>"
        f"<link>{link or f'https://town.example/{number}'}</link><pubDate>{date}</pubDate>"
        f"<description>Words of item {number}.</description></item>"
    )


def rss(*items: str, head: str = "") -> str:
    return f"<rss version='2.0'><channel><title>Town</title>{head}{''.join(items)}</channel></rss>"


def iso(moment: datetime) -> str:
    return moment.isoformat()[:19] + "Z"


def test_the_next_request_carries_the_validators_and_asks_for_the_difference(house: House, site: Site) -> None:
    site.say(rss(item(1)), ETag='W/"a b"', Last_Modified="whenever")
    house.poll()
    assert site.last()["If-None-Match"] is None
    assert site.last()["A-IM"] is None
    house.poll()
    sent = site.last()
    assert (sent["If-None-Match"], sent["If-Modified-Since"], sent["A-IM"]) == ('W/"a b"', "whenever", "feed")


def test_after_twelve_hours_a_feed_is_read_whole_whatever_its_validators_say(house: House, site: Site) -> None:
    site.say(rss(item(1)), ETag='"1"')
    house.poll()
    site.answers["/feed"] = lambda asked: (
        (304, {}, b"") if asked["If-None-Match"] else (200, {"ETag": '"2"'}, rss(item(1), item(2)).encode())
    )
    stuck = house.poll()
    assert stuck
    assert stuck.outcome == "not_modified"
    house.ask(f"UPDATE feeds SET last_full_at = '{iso(NOW - timedelta(hours=13))}'")
    read = house.poll()
    assert read
    assert (read.outcome, read.new) == ("new", 1)
    assert house.value("etag") == '"2"'


def test_a_difference_is_added_to_what_is_there_and_is_no_gap(house: House, site: Site) -> None:
    site.say(rss(item(1, days=3)), ETag='"1"')
    house.poll()
    site.say(rss(item(2, days=1)), status=226, ETag='"2"', IM="feed")
    outcome = house.poll()
    assert outcome
    assert (outcome.status, outcome.new, outcome.alarm) == (226, 1, None)
    assert house.value("etag") == '"2"'
    assert len(house.ask("SELECT 1 FROM articles")) == 2


def test_a_304_to_a_question_without_validators_is_no_error(house: House, site: Site) -> None:
    site.say("", status=304)
    outcome = house.poll()
    assert outcome
    assert outcome.outcome == "not_modified"


def test_a_document_with_nothing_left_of_the_last_one_raises_the_alarm(house: House, site: Site) -> None:
    site.say(rss(item(1, days=5), item(2, days=4)))
    house.poll()
    site.say(rss(item(8, days=2), item(9, days=1)))
    outcome = house.poll()
    assert outcome
    assert outcome.new == 2
    assert outcome.alarm
    assert outcome.alarm.startswith("gap:")
    assert house.value("gap_at") is not None
    assert house.ask("SELECT warning FROM polls WHERE warning LIKE 'gap:%'")


OVERLAPS = {
    "one entry is left": [(2, 4.0), (9, 1.0)],
    "an old entry came in late": [(7, 6.0), (9, 1.0)],
}


@pytest.mark.parametrize("items", OVERLAPS.values(), ids=OVERLAPS)
def test_no_alarm_when(items: list[tuple[int, float]], house: House, site: Site) -> None:
    site.say(rss(item(1, days=5), item(2, days=4)))
    house.poll()
    site.say(rss(*(item(number, days=days) for number, days in items)))
    outcome = house.poll()
    assert outcome
    assert outcome.alarm is None


def test_a_feed_that_answers_and_has_had_nothing_new_for_months_raises_the_alarm(house: House, site: Site) -> None:
    site.say(rss(item(1)))
    house.poll()
    house.ask(f"UPDATE feeds SET last_new_at = '{iso(NOW - timedelta(days=100))}'")
    outcome = house.poll()
    assert outcome
    assert outcome.alarm == "silent: it answers, but nothing was new for 100 days"
    assert not outcome.failed


def test_what_the_document_asks_for_holds_for_later_304s_too(house: House, site: Site) -> None:
    site.say(rss(item(1), head="<ttl>300</ttl>"), ETag='"1"')
    house.poll()
    site.say("", status=304)
    house.poll()
    assert house.wait() == pytest.approx(300 * 60, abs=2)
    house.poll(hints="false")
    assert house.wait() == pytest.approx(0.94 * 1800, abs=0.04 * 1800 + 60)


def test_retry_after_on_a_503_holds(house: House, site: Site) -> None:
    site.say("", status=503, Retry_After="7200")
    outcome = house.poll()
    assert outcome
    assert (outcome.kind, outcome.status) == ("http_503", 503)
    assert house.poll(due=True) is None
    assert house.wait() == pytest.approx(7200, abs=2)


def test_a_feed_of_the_future_is_asked_when_the_clock_is_set_right(house: House, site: Site) -> None:
    site.say(rss(item(1)))
    house.poll()
    later = iso(NOW + timedelta(days=400))
    house.ask(f"UPDATE feeds SET last_polled_at = '{later}', next_poll_at = '{later}'")
    assert house.poll(due=True) is not None


def test_a_feed_that_is_gone_is_not_asked_again(house: House, site: Site) -> None:
    site.say(rss(item(1)))
    house.poll()
    site.say("", status=410)
    outcome = house.poll()
    assert outcome
    assert outcome.kind == "http_410"
    house.ask("UPDATE feeds SET next_poll_at = NULL")
    assert house.poll(due=True) is None
    assert len(house.ask("SELECT 1 FROM articles")) == 1


def test_guids_that_change_at_every_poll_make_no_second_row(house: House, site: Site) -> None:
    for poll in range(3):
        site.say(rss(*(item(number, guid=f"{poll}-{number}") for number in range(10))))
        house.poll()
    assert len(house.ask("SELECT 1 FROM articles")) == 10


def test_campaigns_and_schemes_that_change_at_every_poll_make_no_second_row(house: House, site: Site) -> None:
    for poll, scheme in enumerate(("http", "https", "https")):
        links = [f"{scheme}://town.example/{number}{'/' * (poll % 2)}?utm_campaign={poll}" for number in range(10)]
        site.say(rss(*(item(number, guid=link, link=link) for number, link in enumerate(links))))
        house.poll()
    assert len(house.ask("SELECT 1 FROM articles")) == 10


def test_one_guid_for_all_makes_the_feed_go_by_its_links_and_stay_with_them(house: House, site: Site) -> None:
    site.say(rss(*(item(number, guid="same") for number in range(10))))
    house.poll()
    assert len(house.ask("SELECT 1 FROM articles")) == 10
    assert house.value("identity") == "link"
    site.say(rss(item(9, guid="same")))
    house.poll()
    assert len(house.ask("SELECT 1 FROM articles")) == 10
    assert house.value("identity") == "link"


def test_entries_older_than_wanted_are_passed_over_unless_they_are_known(house: House, site: Site) -> None:
    site.say(rss(item(1, days=40), item(2, days=3)))
    house.poll(max_age='"30d"')
    assert house.ask("SELECT guid FROM articles") == [("id-2",)]
    house.ask(f"UPDATE articles SET published_at = '{iso(NOW - timedelta(days=50))}'")
    site.say(rss(item(2, days=50, title="Another title of the item")))
    house.poll(max_age='"30d"')
    assert house.ask("SELECT title, revision FROM articles") == [("Another title of the item", 2)]


def test_an_address_that_moved_for_good_is_asked_there_and_both_are_recorded(house: House, site: Site) -> None:
    site.say("", status=301, Location="/new")
    site.say(rss(item(1)), path="/new")
    for _ in range(4):
        house.poll(url=site.base.replace("//", "//user:open@") + "/feed")
    assert [path for path, _ in site.asked] == ["/feed", "/new"] * 3 + ["/new"]
    assert site.last()["Authorization"] == "Basic dXNlcjpvcGVu"
    assert house.ask("SELECT url, redirected_to FROM feeds") == [(site.base + "/feed", site.base + "/new")]
    assert house.ask("SELECT DISTINCT warning FROM polls") == [(f"moved for good to {site.base}/new",), (None,)]


def test_a_permanent_redirect_to_what_is_no_feed_never_moves_it(house: House, site: Site) -> None:
    site.say("", status=301, Location="/new")
    site.say("<html><body>We are closed for maintenance.</body></html>", path="/new")
    for _ in range(5):
        house.poll()
    assert house.value("redirected_to") is None


def test_an_entry_in_quarantine_is_tried_again_when_its_time_has_come(house: House, site: Site) -> None:
    site.say(rss(item(1), "<item><guid>bare</guid></item>"))
    house.poll()
    assert house.ask("SELECT guid, reason, tries, resolved_at FROM quarantine") == [("bare", "empty", 1, None)]
    site.say(rss(item(1), item(2)))
    house.poll()
    assert house.ask("SELECT tries FROM quarantine") == [(1,)]
    house.ask(f"UPDATE quarantine SET retry_at = '{iso(NOW - timedelta(hours=1))}'")
    house.poll()
    assert house.ask("SELECT tries, retry_at > seen_at FROM quarantine") == [(2, 1)]


def test_polling_by_force_uses_up_no_try(house: House, site: Site) -> None:
    site.say(rss("<item><guid>bare</guid></item>"))
    for _ in range(4):
        house.poll(force=True)
    assert house.ask("SELECT tries, retry_at > seen_at FROM quarantine") == [(1, 1)]


def test_a_name_of_its_own_goes_to_the_server(house: House, site: Site) -> None:
    site.say(rss(item(1)))
    house.poll(user_agent='"Town Reader/1 (+https://town.example/bot)"')
    assert site.last()["User-Agent"] == "Town Reader/1 (+https://town.example/bot)"


PAGE = f"<html><body><article><h1>T</h1>{'<p>The council met again last night and talked at length of trams.</p>' * 12}</article></body></html>"


def test_pages_that_were_not_to_be_had_are_fetched_later_without_reading_the_feed_again(
    house: House, site: Site
) -> None:
    items = [item(number, link=f"{site.base}/page/{number}") for number in range(3)]
    site.answers["/feed"] = lambda asked: (
        (304, {}, b"") if asked["If-None-Match"] else (200, {"ETag": '"1"'}, rss(*items).encode())
    )
    for number in range(3):
        site.say("", status=500, path=f"/page/{number}")
    first = house.poll(pages='"always"')
    assert first
    assert (first.outcome, first.new) == ("partial", 3)
    for number in range(3):
        site.say(PAGE.replace("trams", f"tram line {number}"), path=f"/page/{number}", Content_Type="text/html")
    second = house.poll(pages='"always"')
    assert second
    assert second.status == 304
    assert house.value("etag") == '"1"'
    rows = house.ask(
        "SELECT a.revision, a.page_error, t.text LIKE '%tram line%' FROM articles AS a, article_texts AS t WHERE t.article_id = a.id"
    )
    assert rows == [(1, None, 1)] * 3
    house.poll(pages='"always"')
    assert sum(path.startswith("/page") for path, _ in site.asked) == 6


def test_without_raw_input_the_feed_is_read_again_for_them(house: House, site: Site) -> None:
    site.say(rss(item(1, link=f"{site.base}/page")), ETag='"1"')
    site.say("", status=500, path="/page")
    (house.folder / "fanmill.toml").write_text("[mill]\nworkers = 1\nkeep_raw = false\n")
    house.poll(pages='"always"')
    assert house.value("etag") is None
    assert house.value("body_hash") is None


def test_a_first_import_takes_the_newest_and_the_rest_never_comes(house: House, site: Site) -> None:
    (house.folder / "fanmill.toml").write_text("[mill]\nworkers = 1\nmax_entries = 3\n")
    site.say(rss(*(item(number, days=number) for number in range(1, 6))))
    house.poll()
    house.poll(force=True)
    assert house.ask("SELECT guid FROM articles ORDER BY 1") == [("id-1",), ("id-2",), ("id-3",)]
    site.say(rss(*(item(number, days=number) for number in range(1, 6)), item(0, days=0.1)))
    house.poll()
    assert house.ask("SELECT count(*) FROM articles") == [(4,)]


def test_after_it_no_busy_day_loses_an_entry(house: House, site: Site) -> None:
    (house.folder / "fanmill.toml").write_text("[mill]\nworkers = 1\nmax_entries = 3\n")
    site.say(rss(item(1, days=30)), ETag='"1"')
    house.poll()
    site.say(rss(item(1, days=30), *(item(number, days=10 - number) for number in range(2, 9))), ETag='"2"')
    taken = [outcome.new for _ in range(4) if (outcome := house.poll())]
    assert taken == [3, 3, 1, 0]
    assert house.value("etag") == '"2"'
    assert ("4 new entries wait for the next poll",) in house.ask("SELECT warning FROM polls")


def test_a_dry_run_leaves_every_byte_as_it_was(house: House, site: Site, tmp_path: Path) -> None:
    site.say(rss(item(1)))
    house.poll()
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.db")}
    site.say(rss(item(1), item(2)))
    (tmp_path / "feeds.toml").write_text(
        f'replace = true\n[feeds.town]\nurl = "{site.base}/feed"\nallow_private = true\npages = "never"\n'
    )
    report = run(load(tmp_path), Options(feeds=("town",), dry_run=True))
    assert report.total("new") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.db")} == before


def test_an_identity_that_was_forced_is_not_remembered(house: House, site: Site) -> None:
    site.say(rss(item(1)))
    house.poll(identity='"link_date"')
    assert house.value("identity") == "guid"
