"""`fanmill prune` as a person meets it: what it says, what it leaves, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from config.settings import Feed
from extractors.fingerprints import fingerprint
from extractors.model import Article
from flows.lock import hold
from flows.options import CommandError
from flows.pruning import before, prune
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

NOW = datetime.now(UTC)
Prune = Callable[..., tuple[int, str, str]]


def article(guid: str, days: float, text: str) -> Arrival:
    url = f"https://site.example/2026/{guid}"
    one = Article(
        guid=guid, url=url, canonical_url=url, title=f"The headline of {guid}", text=text,
        published=NOW - timedelta(days=days), fingerprint=fingerprint(text),
    )  # fmt: skip
    return Arrival(entry_hash="h", article=one, raw=text.encode())


def filled(path: Path) -> Path:
    """Two feeds: an old article, an older one with its copy, two young ones; a run and two polls of long ago."""
    alike = " ".join(f"word{number}" for number in range(99))
    entries = {
        "ledger": [article("old", 366, "old"), article("copy", 400, alike), article("young", 1, "young")],
        "mirror": [article("original", 401, alike), article("other", 30, "other")],
    }
    with Store.open(path) as store:
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in entries], NOW)
        run = store.start_run("cli", "1", NOW)
        for state in store.due(NOW):
            poll = Poll(started_at=NOW, outcome="new", status=200)
            store.keep(Harvest(run_id=run, feed=state, poll=poll, arrivals=tuple(entries[state.slug])))
        store.finish_run(run, "completed", NOW)
        store.connection.execute("UPDATE runs SET started_at = '2020-01-01T00:00:00Z'")
        store.connection.execute("UPDATE polls SET started_at = '2020-01-01T00:00:00Z'")
    return path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("FANMILL_CONFIG", raising=False)
    monkeypatch.setenv("FANMILL_DB", str(tmp_path / "news.db"))
    monkeypatch.chdir(tmp_path)
    return filled(tmp_path / "news.db")


@pytest.fixture
def call(database: Path, capsys: pytest.CaptureFixture[str]) -> Prune:
    """Run the command: exit code, what it printed, what it said on stderr."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(prune)

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = app(list(words), standalone_mode=False) or 0
        except CommandError as error:
            return error.code, capsys.readouterr().out, str(error)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def guids(path: Path) -> list[str]:
    with Store.open(path, write=False) as store:
        return [row[0] for row in store.connection.execute("SELECT guid FROM articles ORDER BY guid")]


YOUNG = ["other", "young"]
ALL = ["copy", "old", "original", *YOUNG]


def test_one_line_says_what_was_deleted(call: Prune, database: Path) -> None:
    code, said, errors = call("--older", "365d")
    assert (code, errors) == (0, "")
    assert said.startswith("deleted 3 articles (1 copy); ")
    assert "--vacuum" in said
    assert said.count("\n") == 1
    assert guids(database) == YOUNG


DONE = {
    "of one feed": (["--older", "365d", "--feed", "mirror"], "deleted 1 article; ", ["copy", "old", *YOUNG]),
    "copies": (["--older", "365d", "--duplicates"], "deleted 1 article (1 copy); ", ["old", "original", *YOUNG]),
    "with the journal": (["--older", "390d", "--journal"], "deleted 2 articles (1 copy), 2 polls, 1 run; ", ["old", *YOUNG]),
    "in another unit": (["--older", "9480h"], "deleted 2 articles (1 copy); ", ["old", *YOUNG]),
    "nothing": (["--older", "3650d"], "deleted 0 articles; ", ALL),
    "only counted": (["--older", "365d", "--dry-run", "--journal"], "dry run: would delete 3 articles (1 copy), 2 polls, 1 run\n", ALL),
}  # fmt: skip


@pytest.mark.parametrize(("words", "start", "left"), DONE.values(), ids=DONE)
def test_prune(call: Prune, database: Path, words: list[str], start: str, left: list[str]) -> None:
    code, said, errors = call(*words)
    assert (code, errors) == (0, "")
    assert said.startswith(start)
    assert guids(database) == sorted(left)


def test_a_dry_run_writes_nothing(call: Prune, database: Path) -> None:
    before = database.read_bytes()
    call("--older", "365d", "--dry-run", "--vacuum")
    assert database.read_bytes() == before


def test_what_was_pruned_is_told_as_json(call: Prune) -> None:
    _, said, _ = call("--older", "365d", "--json")
    told = json.loads(said)
    assert (told["articles"], told["copies"], told["raw_fault"]) == (3, 1, None)


def test_vacuum_gives_the_space_back(call: Prune, database: Path) -> None:
    with Store.open(database) as store:
        store.connection.execute("CREATE TABLE ballast AS SELECT randomblob(3000000) AS x")
        store.connection.execute("DROP TABLE ballast")
    code, said, _ = call("--older", "365d", "--vacuum")
    assert code == 0
    assert said.startswith("deleted 3 articles (1 copy); 3.")
    assert said.endswith(" MB went back to the disk\n")
    assert database.stat().st_size < 1_000_000


def test_another_database_may_be_named(call: Prune, database: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other.db")
    call("--older", "365d", "--db", str(other))
    assert guids(other) == YOUNG
    assert guids(database) == ALL


def test_a_run_that_is_on_is_left_alone(call: Prune, database: Path) -> None:
    with hold(database):
        code, said, error = call("--older", "365d")
    assert (code, said) == (3, "")
    assert "another run holds" in error
    assert guids(database) == ALL


def test_raw_input_that_cannot_be_deleted_is_told_of(call: Prune, database: Path) -> None:
    for path in database.parent.glob("news.raw.db*"):
        path.unlink()
    (database.parent / "news.raw.db").write_text("no database")
    code, said, error = call("--older", "365d")
    assert code == 1
    assert said.startswith("deleted 3 articles")
    assert "news.raw.db" in error
    assert error.count("\n") == 1
    assert guids(database) == YOUNG


WRONG = {
    "an age without a unit": (["--older", "365"], "'365' is no duration; write for example"),
    "no age at all": (["--older", "0d"], "write for example 365d"),
    "an age before all calendars": (["--older", "999999d"], "name a shorter time"),
    "an age that no number holds": (["--older", "9" * 20 + "d"], "name a shorter time"),
    "an age too long to count": (["--older", "9" * 5000 + "d"], "--older"),
    "a negative age": (["--older=-5d"], "is no duration"),
    "a feed that is not there": (["--older", "365d", "--feed", "nowhere"], "there is no feed 'nowhere'"),
    "a database that is not there": (["--older", "365d", "--db", "nowhere.db"], "does not exist yet"),
    "no database": (["--older", "365d", "--db", "text.db"], "is not a SQLite database"),
}


@pytest.mark.parametrize(("words", "fault"), WRONG.values(), ids=WRONG)
def test_one_line_says_what_is_wrong_with(call: Prune, database: Path, words: list[str], fault: str) -> None:
    Path("text.db").write_text("dear diary " * 99)
    code, said, error = call(*words)
    assert (code, said) == (2, "")
    assert fault in error
    assert "\n" not in error
    assert guids(database) == ALL


def test_an_age_is_counted_from_now() -> None:
    assert before("36h", datetime(2026, 3, 2, 12, tzinfo=UTC)) == datetime(2026, 3, 1, tzinfo=UTC)
