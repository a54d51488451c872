"""Every question people ask is answered by one statement, on data that came through the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.marks import hash_of
from extractors.model import Article, Cut, Dropped, Link, Mark
from extractors.subject import Claim, Entity, Evidence, Named, Sentence, Tag, Tagging
from storage.describe import describe
from storage.intents import Arrival, Drop, FeedState, Harvest, Poll
from storage.questions import QUESTIONS
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[1] / "docs"

DEAL = """Microsoft sells language models to large firms in China through its cloud, while two smaller American laboratories
keep theirs out of that market. People who know the contracts say that one customer alone will spend a billion dollars this
year. Lawmakers in Washington asked for an account of the sales, and the company answered that automated checks watch for
misuse. Analysts called the arrangement odd but profitable, since nobody else may offer those models there at present."""
RIVAL = """Customers in China turn to the cloud of Microsoft for language models that American laboratories keep from the market.
The billion dollar contracts worry lawmakers in Washington, who demanded an account of the sales, the chips deal among them.
The company points to automated checks that watch for misuse, and says that a customer may spend a billion dollars this year.
Analysts called the arrangement of Microsoft odd but profitable. In Beijing, officials kept silent about the models."""
SEARCH = """A laboratory in Hangzhou published a search model that reads whole books at once and needs a fraction of the usual
hardware. Reviewers found it slower than promised on long tables, yet cheaper by half than anything they had tried before."""
GARDEN = """Tomatoes planted after the last frost ripen two weeks sooner under glass, a trial on forty plots has shown. Growers
in the north may harvest in June, provided that they water sparingly and keep the vents open on warm afternoons in May."""

NOTES = [
    " ".join(f"{word}{n}" for word in ("harbour", "bridge", "council", "ferry", "museum", "library") * 4)
    for n in range(12)
]
KINDS = ("section", "company", "place")
SIGNED = "Get the Harbour Letter by mail every morning"


def tagged(*names: str, score: float = 0.9) -> Tagging:
    tags = tuple(
        Tag(
            id=name.lower().replace(" ", "-"), name=name, kind=KINDS[place], score=score,
            evidence=(Evidence(source="rule", field="text", start=0, end=9, detail="Microsoft"), Evidence(source="feed", field="", start=0, end=0, detail=name)),
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    entities = (Entity(id="microsoft", name="Microsoft", type="company", salience=0.7, mentions=2, in_title=True),)
    return Tagging(section=names[0] if names else None, tags=tags, labels=names, entities=entities if names else ())


def arrival(  # noqa: PLR0917 - a table of articles reads best so
    guid: str, title: str, text: str, hours: float, tagging: Tagging | None = None, links: tuple[Link, ...] = ()
) -> Arrival:
    url = f"https://site.example/2026/{guid}"
    article = Article(
        guid=guid, url=url, canonical_url=url, title=title, text=text, published=NOW + timedelta(hours=hours), links=links,
        cuts=(Cut(rule="banner", text="Come to our fair", position=len(text)),), tagging=tagging or Tagging(),
        fingerprint=fingerprint(text), terms=terms(title, text), summary=text[:80],
        brief=(Sentence(role="lead", start=0, end=40, text=text[:40]),),
    )  # fmt: skip
    return Arrival(entry_hash=guid + title, article=article, raw=text.encode())


def signed(one: Arrival) -> Arrival:
    """The same with the line that its feed has below every article, and the marks of both blocks."""
    said = (one.article.text, SIGNED)
    marks = tuple(
        Mark(hash=hash_of(text), words=len(text.split()), call=place == 1, top=place, end=1 - place)
        for place, text in enumerate(said)
    )
    return replace(one, article=replace(one.article, text="\n\n".join(said), marks=marks))


def keep(store: Store, run: int, feed: FeedState, *arrivals: Arrival, at: datetime = NOW, **poll: object) -> None:
    facts = {"started_at": at, "outcome": "new", "status": 200, "bytes": 900, "duration_ms": 40} | poll
    drops = (
        (Drop(entry_hash="d", dropped=Dropped(guid="gone", url=None, reason="empty", evidence="no text")),)
        if arrivals
        else ()
    )
    store.keep(Harvest(run_id=run, feed=feed, poll=Poll(**facts), arrivals=arrivals, drops=drops))  # type: ignore[arg-type]


def fill(store: Store) -> None:
    """Two weeks of three feeds: copies, a story, links both ways, revisions, failures."""
    names = ("ledger", "mirror", "other", "quiet")
    store.sync_feeds([Feed(slug=name, url=f"https://{name}.example/feed") for name in names], NOW - timedelta(days=200))
    ledger, mirror, other, _ = sorted(store.due(NOW), key=lambda feed: feed.slug)
    policy = tagged("AI Policy", "Microsoft", "China")
    see = (
        Link(kind="see_also", title="A search model that reads whole books", label="See also"),
        Link(kind="see_also", title="An article nobody holds so far", url="https://else.example/a/b", label="See also"),
        Link(kind="outbound", title="the contracts", url="https://papers.example/contracts"),
    )
    run = store.start_run("cli", "1", NOW - timedelta(days=2))
    old = arrival("deal", "Microsoft sells models in China", DEAL, -49, policy, see)
    keep(store, run, ledger, old, at=NOW - timedelta(days=2))
    store.finish_run(run, "completed", NOW - timedelta(days=2))
    run = store.start_run("cli", "1", NOW)
    back = Link(
        kind="related", title="Microsoft sells models in China", url="https://site.example/2026/deal", label="Related"
    )
    keep(
        store,
        run,
        ledger,
        arrival("deal", "Microsoft sells models to China's firms", DEAL + " It rose.", -49, policy, see),
    )
    garden = arrival("garden", "Tomatoes ripen sooner under glass", GARDEN, -2)
    called = Tagging(claims=(Claim(category="Gardening"),))
    keep(
        store,
        run,
        other,
        replace(garden, article=replace(garden.article, doubt="short", confidence=0.4, tagging=called)),
    )
    keep(
        store,
        run,
        ledger,
        arrival(
            "search", "A search model that reads whole books", SEARCH, -200, tagged("AI Policy", score=0.4), (back,)
        ),
    )
    keep(store, run, mirror, arrival("copy", "Microsoft sells models in China", DEAL, -20, policy))
    keep(store, run, other, arrival("rival", "China's customers turn to Microsoft for models", RIVAL, -12, policy))
    keep(
        store,
        run,
        other,
        *(signed(arrival(f"note{n}", f"Note number {n}", note, -300, tagged("Notes"))) for n, note in enumerate(NOTES)),
    )
    keep(store, run, ledger, outcome="not_modified", status=304, bytes=0)
    keep(store, run, mirror, outcome="error", status=404, error_kind="http_404", error="the server answered 404")
    store.tags.name([(Named(id="security", name="Security", kind="section"), (), "medtop:20000086")])
    store.tags.correct(3, {"security": False}, NOW)
    store.learn(NOW)
    store.relate()
    store.connection.execute(
        "INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason) "
        "VALUES (2, 3, 9, 0.4, 'quotes', 'near', '9 words in a row')"
    )
    store.connection.commit()
    store.finish_run(run, "degraded", NOW, "mirror: http_404")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with Store.open(tmp_path_factory.mktemp("questions") / "news.db") as store:
        fill(store)
        yield store.connection


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_of_the_schema_page_is_answered_by_one_statement(
    database: sqlite3.Connection, question: str
) -> None:
    sql = QUESTIONS[question].replace("'now'", "'2026-11-22'")
    assert database.execute(sql).fetchall()


ANSWERS = {
    "This week's articles of a section that speak of two things": [
        "China's customers turn to Microsoft for models",
        "Microsoft sells models to China's firms",
    ],
    "Articles that are about two things, by their tags": [1, 4, 5],
    "Who quotes an article, and whom it quotes": ["9 words in a row"],
    "Every version of an article, and how long it was": [1, 2],
    "Feeds that fail": ["mirror"],
    "What people corrected": ["has it not"],
    "What feeds call their articles that means nothing to the taxonomy": ["Gardening"],
    "Tags with the Media Topics of IPTC that mean the same": ["medtop:20000086"],
    "What became no article, and why": ["empty"],
    "Articles whose section is in doubt": [3],
    "Articles without a tag": [2],
    "Articles whose text is in doubt, and why": ["short"],
    "What each feed repeats from article to article": [SIGNED],
    "The sites that are linked to most": ["else.example", "papers.example", "site.example"],
}


@pytest.mark.parametrize(("question", "first"), ANSWERS.items(), ids=ANSWERS)
def test_the_answer_is_the_right_one(database: sqlite3.Connection, question: str, first: list[object]) -> None:
    rows = database.execute(QUESTIONS[question].replace("'now'", "'2026-11-22'")).fetchall()
    found = {value for row in rows for value in row}
    assert set(first) <= found
    assert len(rows) == len(first)


def test_the_article_as_it_was_has_its_old_headline(database: sqlite3.Connection) -> None:
    [(title, text)] = database.execute(
        QUESTIONS["An article as it was on a date"].replace("-11-21", "-11-19")
    ).fetchall()
    assert (title, text) == ("Microsoft sells models in China", DEAL)


def test_the_story_has_both_outlets_and_the_copy_of_one(database: sqlite3.Connection) -> None:
    assert [row[0] for row in database.execute(QUESTIONS["Everyone who told a story"])] == ["ledger", "mirror", "other"]


def test_the_agreed_questions_are_answered_by_one_statement_each(database: sqlite3.Connection, corpus: Path) -> None:
    lines = (corpus.parent / "design" / "questions.txt").read_text(encoding="utf-8").splitlines()
    empty = [line.split("|")[0] for line in lines if not database.execute(line.split("|", 1)[1]).fetchall()]
    assert len(lines) == 32
    assert not empty


def test_the_schema_page_is_what_the_schema_says() -> None:
    assert (DOCS / "schema.md").read_text(encoding="utf-8") == describe()
