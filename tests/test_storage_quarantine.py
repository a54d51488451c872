"""Entries that became no article: how often each was tried, when it is tried again, and from what."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint
from extractors.model import AGAIN, Article, Dropped, Entry, Page
from extractors.packing import pack
from storage.intents import Arrival, Drop, Harvest, Kept, Poll, Waiting
from storage.raw import WAIT
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = Page(url="https://site.example/x", body=b"\xff<p>page", charset="koi8-r")


def entry(guid: str) -> Entry:
    return Entry(guid=guid, url="https://site.example/x", title="A title", published=NOW, categories=("a", "b"))


def drop(guid: str = "x", **facts: object) -> Drop:
    facts = {"reason": "empty", "hashed": "1" * 32, "retry_at": NOW + HOUR, "tries": 1, **facts}
    facts.setdefault("raw", pack(entry(guid), PAGE))
    dropped = Dropped(guid=guid, url="https://site.example/x", reason=str(facts["reason"]), evidence="no text")
    return Drop(
        entry_hash=str(facts["hashed"]), dropped=dropped, raw=facts["raw"],  # type: ignore[arg-type]
        retry_at=facts["retry_at"], tries=facts["tries"],  # type: ignore[arg-type]
    )  # fmt: skip


def article(guid: str = "x", text: str = "some words") -> Article:
    return Article(guid=guid, url="", canonical_url="", title="A title", text=text, fingerprint=fingerprint(text))


class Mill:
    """A store with two feeds and one call to keep what came of a poll."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in ("ledger", "mirror")], NOW)
        self.run = store.start_run("cli", "1", NOW)

    def keep(
        self,
        *gathered: Drop | Article,
        feed: str = "ledger",
        at: datetime = NOW,
        raw: bytes | None = b"raw",
        hashed: str = "1" * 32,
        **more: tuple[Any, ...],
    ) -> Kept:
        state = next(one for one in self.store.due(NOW, (feed,), force=True))
        arrivals = [Arrival(entry_hash=hashed, article=one, raw=raw) for one in gathered if isinstance(one, Article)]
        drops = [one for one in gathered if isinstance(one, Drop)]
        poll = Poll(started_at=at, outcome="new", status=200)
        return self.store.keep(
            Harvest(
                run_id=self.run,
                feed=state,
                poll=poll,
                arrivals=tuple(arrivals),
                drops=tuple(drops),
                **more,
            )
        )

    def due(self, at: datetime = NOW + HOUR, **how: int) -> list[str]:
        return [found.guid for found in self.store.quarantined(1, at, **how)]

    def rows(self, what: str) -> list[tuple[object, ...]]:
        return self.store.connection.execute(f"SELECT {what} FROM quarantine ORDER BY id").fetchall()


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    with Store.open(tmp_path / "news.db") as store:
        yield Mill(store)


@dataclass(frozen=True, kw_only=True)
class Course:
    """What became of one entry, poll by poll: how often it was counted, and how its row ends."""

    polls: Sequence[Drop | Article]
    tries: int
    counted: int
    reason: str = "empty"
    resolved: bool = False
    retry_at: datetime | None = field(default=NOW + HOUR)


COURSES = {
    "the first time is a try": Course(polls=[drop()], tries=1, counted=1),
    "the same entry again tells nothing new": Course(polls=[drop(), drop(tries=2), drop(tries=3)], tries=3, counted=1),
    "it takes the new reason": Course(polls=[drop(), drop(reason="wall", tries=2)], tries=2, counted=2, reason="wall"),
    "it waits for the new time": Course(polls=[drop(), drop(retry_at=NOW, tries=2)], tries=2, counted=1, retry_at=NOW),
    "it may be given up": Course(polls=[drop(), drop(retry_at=None, tries=6)], tries=6, counted=1, retry_at=None),
    "a changed entry begins anew": Course(polls=[drop(), drop(), drop(hashed="2" * 32)], tries=1, counted=2),
    "a mark is no change": Course(
        polls=[drop(hashed=AGAIN + "1"), drop(hashed=AGAIN + "2"), drop(tries=3)], tries=3, counted=1
    ),
    "one that became an article is resolved": Course(
        polls=[drop(), article()], tries=1, counted=1, resolved=True, retry_at=None
    ),
    "one that was an article and is again": Course(
        polls=[article(), drop(), article()], tries=1, counted=1, resolved=True, retry_at=None
    ),
    "one that is another article now": Course(
        polls=[article(), drop(), article(text="others")], tries=1, counted=1, resolved=True, retry_at=None
    ),
    "one that is dropped after all that begins anew": Course(
        polls=[drop(), drop(), article(), drop()], tries=1, counted=2
    ),
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_row_tells_how_often_an_entry_was_tried_and_when_it_is_again(mill: Mill, course: Course) -> None:
    counted = sum(mill.keep(poll).dropped for poll in course.polls)
    retry_at = course.retry_at and course.retry_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    resolved_at = "2026-11-20T12:00:00Z" if course.resolved else None
    assert mill.rows("tries, reason, resolved_at, retry_at") == [(course.tries, course.reason, resolved_at, retry_at)]
    assert counted == course.counted


def test_of_two_drops_with_one_guid_the_last_counts(mill: Mill) -> None:
    assert mill.keep(drop(), drop(reason="wall")).dropped == 1
    assert mill.rows("tries, reason") == [(1, "wall")]


def test_an_entry_is_due_from_its_time_on_with_its_page(mill: Mill) -> None:
    mill.keep(drop(), drop("bare", raw=pack(entry("bare"))))
    assert mill.due(NOW + HOUR - timedelta(seconds=1)) == []
    assert mill.store.quarantined(1, NOW + HOUR) == [
        Waiting(guid="x", entry=entry("x"), page=PAGE),
        Waiting(guid="bare", entry=entry("bare")),
    ]


def test_asking_changes_nothing(mill: Mill) -> None:
    mill.keep(drop())
    before = mill.rows("*")
    assert mill.due() == mill.due() == ["x"]
    assert mill.rows("*") == before


NEVER: dict[str, list[Drop | Article]] = {
    "it has become an article": [drop(), article()],
    "it was given up": [drop(retry_at=None)],
    "its time has not come": [drop(retry_at=NOW + 2 * HOUR)],
}


@pytest.mark.parametrize("polls", NEVER.values(), ids=NEVER)
def test_an_entry_is_not_due_when(mill: Mill, polls: Sequence[Drop | Article]) -> None:
    for poll in polls:
        mill.keep(poll)
    assert mill.due() == []


def test_a_feed_is_given_its_own_entries_only(mill: Mill) -> None:
    mill.keep(drop("theirs"), feed="mirror")
    mill.keep(drop("ours"))
    assert mill.due() == ["ours"]


def test_those_longest_due_come_first_and_only_so_many(mill: Mill) -> None:
    mill.keep(*(drop(str(number), retry_at=NOW - number % 7 * HOUR) for number in range(30)))
    assert len(mill.due()) == 20
    assert mill.due(limit=6) == ["6", "13", "20", "27", "5", "12"]


def test_an_entry_bears_the_guid_it_is_kept_under(mill: Mill) -> None:
    mill.keep(drop("kept", raw=pack(entry("as the publisher calls it now"))))
    assert mill.due() == ["kept"]


def test_what_was_dropped_last_is_tried(mill: Mill) -> None:
    mill.keep(drop())
    mill.keep(drop(raw=pack(replace(entry("x"), title="Changed")), hashed="2" * 32))
    assert [found.entry and found.entry.title for found in mill.store.quarantined(1, NOW + HOUR)] == ["Changed"]


RUBBISH = {
    "were never kept": None,
    "are empty": b"",
    "are no JSON": b"entry",
    "are no text": b"\xff\xfe\n",
    "are another thing": b'{"page": null}\n',
    "are a list": b"[1, 2]\npage",
    "are of an entry with other fields": b'{"entry": {"published": null, "updated": null, "categories": [], "x": 1}}\n',
    "hold no date where one should be": b'{"entry": {"published": 5, "updated": null, "categories": []}, "page": null}\n',
}


@pytest.mark.parametrize("raw", RUBBISH.values(), ids=RUBBISH)
def test_an_entry_comes_without_them_when_its_raw_bytes(mill: Mill, raw: bytes | None) -> None:
    mill.keep(drop(raw=raw), drop("good"))
    assert [(one.guid, one.entry is None) for one in mill.store.quarantined(1, NOW + HOUR)] == [
        ("x", True),
        ("good", False),
    ]


def test_an_entry_that_was_given_up_is_not_due_and_says_so(mill: Mill) -> None:
    mill.keep(drop(), drop("good"))
    mill.keep(given_up=("x",))
    assert mill.due() == ["good"]
    assert mill.rows("guid, retry_at, resolved_at, tries") == [
        ("x", None, None, 1),
        ("good", "2026-11-20T13:00:00Z", None, 1),
    ]


def test_an_entry_dropped_at_a_time_that_is_yet_to_come_is_due(mill: Mill) -> None:
    mill.keep(drop(retry_at=NOW + 9_000 * HOUR), at=NOW + 8_999 * HOUR)
    assert mill.due() == ["x"]


def test_an_entry_that_was_given_up_is_tried_again_once_it_is_dropped_anew(mill: Mill) -> None:
    mill.keep(drop())
    mill.keep(given_up=("x",))
    assert mill.due() == []
    mill.keep(drop())
    assert mill.due() == ["x"]


def raw_file(mill: Mill) -> Path:
    assert mill.store.raw
    mill.store.raw.close()
    return mill.store.raw.path


def damage(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("UPDATE raw SET body = x'00112233'")
    file.close()


def emptied(path: Path) -> None:
    path.unlink()
    path.touch()


SPOILT: dict[str, Callable[[Path], object]] = {
    "was deleted": Path.unlink,
    "is no database": lambda path: path.write_bytes(b"no database at all" * 99),
    "is cut short": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "is empty": emptied,
    "holds damaged bytes": damage,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_no_error_but_no_entry_when_the_raw_file(mill: Mill, spoil: Callable[[Path], object]) -> None:
    mill.keep(drop())
    path = raw_file(mill)
    for log in path.parent.glob("news.raw.db-*"):
        log.unlink()
    spoil(path)
    assert mill.store.quarantined(1, NOW + HOUR) == [Waiting(guid="x")]


def test_a_raw_file_that_is_locked_is_waited_for_until_another_time(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.raw.WAIT", 0.1)
    assert WAIT > 1
    mill.keep(*(drop(str(number)) for number in range(30)))
    other = sqlite3.connect(raw_file(mill), isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    assert mill.due() == []
    other.close()
    assert len(mill.due()) == 20


def test_a_store_in_memory_has_no_raw_input() -> None:
    with Store.open(Path(":memory:")) as store:
        mill = Mill(store)
        mill.keep(drop())
        assert store.quarantined(1, NOW + HOUR) == [Waiting(guid="x")]


def test_an_article_whose_page_is_still_to_be_had_is_pending_with_what_came_in(mill: Mill) -> None:
    mill.keep(article("done"))
    mill.keep(article("x"), raw=pack(entry("x")), hashed=AGAIN + "1")
    assert mill.store.pending(1) == [Waiting(guid="x", entry=entry("x"))]
    mill.keep(article("x"), raw=pack(entry("x"), PAGE))
    assert mill.store.pending(1) == []


def test_entries_passed_over_are_buried(mill: Mill) -> None:
    mill.keep(passed=(entry("x"),))
    known = mill.store.known(1, [entry("x"), entry("y")])
    assert known["x"].buried


def raw_hashes(mill: Mill) -> list[object]:
    return [row[0] for row in mill.store.connection.execute("SELECT raw_hash FROM articles ORDER BY id")]


def test_an_article_whose_raw_input_could_not_be_kept_has_no_hash_of_it(mill: Mill) -> None:
    mill.keep(article("before"), raw=b"one")
    before = raw_hashes(mill)
    path = raw_file(mill)
    content = path.read_bytes()
    path.write_bytes(b"spoilt" * 200)
    assert mill.keep(article("x"), article("before", "other words"), raw=b"two").raw_fault
    assert raw_hashes(mill) == [None, None]
    path.write_bytes(content)
    assert mill.keep(article("x"), article("before", "other words"), raw=b"two").raw_fault is None
    assert all(raw_hashes(mill))
    assert raw_hashes(mill) != [before[0]] * 2
    assert mill.store.raw
    uids = mill.store.connection.execute("SELECT uid FROM articles").fetchall()
    assert [mill.store.raw.load(uid) for (uid,) in uids] == [b"two", b"two"]


def test_an_article_that_stayed_the_same_keeps_the_hash_of_what_is_still_there(mill: Mill) -> None:
    mill.keep(article("x"), raw=b"one")
    before = raw_hashes(mill)
    path = raw_file(mill)
    content = path.read_bytes()
    path.write_bytes(b"spoilt" * 200)
    assert mill.keep(article("x"), raw=b"two").raw_fault
    assert raw_hashes(mill) == before
    path.write_bytes(content)
    mill.keep(article("x"), raw=b"two")
    assert raw_hashes(mill) != before


def test_without_raw_input_nothing_is_said_of_it(mill: Mill) -> None:
    mill.keep(article("x"), raw=None)
    assert raw_hashes(mill) == [None]
