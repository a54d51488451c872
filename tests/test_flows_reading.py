"""An article beside others, as `show`, `why` and `story` tell it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.settings import Feed
from extractors.model import Article
from extractors.subject import Entity, Tag, Tagging
from flows.cli import app
from flows.options import USAGE, CommandError
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FEEDS = ("ledger", "mirror", "other")
NAMES = ("bridge", "flood", "ferry", "copy", "rival", "alone", "\x1b[31mred")  # 1 to 7

# 2, 3 and 5 tell one story, 4 is a copy of 2; 5 quotes 2, links to 3; 1 is related to 2.
ROWS = """
INSERT INTO stories(id, lead_article_id, first_seen_at, size) VALUES (8, 2, '2026-11-18T09:00:00Z', 3);
UPDATE articles SET story_id = 8 WHERE id IN (2, 3, 4, 5);
UPDATE articles SET duplicate_of = 2 WHERE id = 4;
DELETE FROM duplicates;
INSERT INTO duplicates(article_id, original_id, kind, method, similarity, evidence)
    VALUES (4, 2, 'excerpt', 'near', 0.62, '41 of 48 sentences');
DELETE FROM see_also;
INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason) VALUES
    (5, 1, 1, 0.4, 'related', 'terms', 'Torsby, lake'),
    (5, 3, 2, 1.0, 'see_also', 'address', 'Read also'),
    (5, 2, 3, 0.5, 'quotes', 'near', '30 words in a row'),
    (3, 2, 1, 0.7, 'same_story', 'terms', 'Torsby, ferry'),
    (7, 1, 1, 0.3, 'related', 'terms', 'lake');
INSERT INTO pair_choices(article_id, other_id, about, together, chosen_at) VALUES
    (1, 2, 'story', 0, '2026-11-19T10:00:00Z'), (2, 6, 'copy', 1, '2026-11-19T11:00:00Z');
"""


def arrival(number: int, name: str) -> Arrival:
    place = Tag(id="torsby", name="Torsby", kind="place", score=0.9)
    only = Tag(id=f"tag-{name}"[:8], name=f"Only {name}", kind="topic", score=0.9)
    lake = Entity(id="lake", name="Lake Fryken", type="place", salience=0.5, mentions=2, in_title=False)
    url = f"https://site.example/2026/{number}/the-{number}-story"
    article = Article(
        guid=name, url=url, canonical_url=url, title=f"Headline of the {name}", text=f"Words about the {name}.",
        published=NOW - timedelta(hours=60 - number),
        tagging=Tagging(tags=(place, only), entities=(lake,) if name != "rival" else ()),
    )  # fmt: skip
    return Arrival(entry_hash=name, article=article)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reading") / "news.db"
    with Store.open(path) as store:
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        run = store.start_run("cli", "1", NOW)
        feeds = sorted(store.due(NOW, force=True), key=lambda feed: feed.slug)
        poll = Poll(started_at=NOW, outcome="new", status=200)
        for number, name in enumerate(NAMES, 1):
            one = arrival(number, name)
            store.keep(Harvest(run_id=run, feed=feeds[number % 3], poll=poll, arrivals=(one,)))
        store.connection.executescript(ROWS)
    return path


def mill(database: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--db", str(database)])


def lines(database: Path, *words: str) -> list[str]:
    done = mill(database, *words)
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.output.splitlines()]


def told(database: Path, *words: str) -> Any:
    return json.loads(mill(database, *words, "--json").output)


def below(shown: list[str], heading: str) -> list[str]:
    """The lines of a section."""
    rest = shown[shown.index(heading) + 1 :]
    return rest[: rest.index("")] if "" in rest else rest


def test_what_to_read_next_comes_with_its_kind_in_words_own_links_first(database: Path) -> None:
    assert below(lines(database, "show", "5"), "See also") == [
        "3 · Headline of the ferry · linked here",
        "2 · Headline of the flood · quoted here: 30 words in a row",
        "1 · Headline of the bridge · related: Torsby, lake",
    ]
    rows = told(database, "show", "5")["see_also"]
    assert [(row["kind"], row["method"]) for row in rows] == [
        ("see_also", "address"),
        ("quotes", "near"),
        ("related", "terms"),
    ]


def test_show_names_what_leads_to_an_article(database: Path) -> None:
    assert below(lines(database, "show", "2"), "Read from") == [
        "5 · other · Headline of the rival · quotes this: 30 words in a row"
    ]
    assert below(lines(database, "show", "3"), "Read from") == ["5 · other · Headline of the rival · links here"]
    assert below(lines(database, "show", "1"), "Read from") == [
        "5 · other · Headline of the rival · related: Torsby, lake",
        "7 · mirror · Headline of the [31mred · related: lake",
    ]
    assert [row["id"] for row in told(database, "show", "1")["read_from"]] == [5, 7]


def test_show_names_copies_and_for_a_copy_its_original(database: Path) -> None:
    assert below(lines(database, "show", "2"), "Copies") == ["4 · mirror · Headline of the copy · excerpt"]
    shown = lines(database, "show", "4")
    assert below(shown, "Copy of") == ["2 · other · Headline of the flood · excerpt"]
    assert "Copies" not in shown
    assert told(database, "show", "4")["original"]["id"] == 2
    assert told(database, "show", "2")["original"] is None


def test_show_names_the_story(database: Path) -> None:
    assert below(lines(database, "show", "2"), "Same story (3 articles, 3 feeds)") == [
        "3 · ledger · Headline of the ferry",
        "5 · other · Headline of the rival",
    ]
    assert told(database, "show", "4")["story_head"]["lead_id"] == 2


def test_why_tells_what_speaks_for_copies_quotations_and_the_story(database: Path) -> None:
    shown = lines(database, "why", "2")
    assert below(shown, "Copies") == ["4 · mirror · excerpt by words in common, 0.62 · 41 of 48 sentences"]
    assert below(shown, "Quotations") == [
        "quoted by 5 · Headline of the rival · 0.50 · words in common · 30 words in a row"
    ]
    assert below(shown, "Story") == [
        "story 8 · 3 articles, 3 feeds · since 2026-11-18 02:00",
        "led by 2 · Headline of the flood",
        "brought in 3 · Headline of the ferry · 0.70 · terms in common · Torsby, ferry",
    ]
    assert "came in by 2 · Headline of the flood · 0.70 · terms in common · Torsby, ferry" in below(
        lines(database, "why", "3"), "Story"
    )
    assert below(lines(database, "why", "5"), "Quotations")[0].startswith("quotes 2 · ")
    assert below(lines(database, "why", "4"), "Copy of") == [
        "2 · other · excerpt by words in common, 0.62 · 41 of 48 sentences"
    ]


def test_why_tells_what_somebody_decided(database: Path) -> None:
    assert below(lines(database, "why", "2"), "Decided") == [
        "never in one story with 1 · Headline of the bridge · 2026-11-19",
        "the same article as 6 · Headline of the alone · 2026-11-19",
    ]
    assert [(row["id"], row["about"], row["together"]) for row in told(database, "why", "6")["choices"]] == [
        (2, "copy", 1)
    ]


@pytest.mark.parametrize("article", ["2", "3", "4", "https://site.example/2026/5/the-5-story"])
def test_a_story_goes_by_any_of_its_articles(database: Path, article: str) -> None:
    shown = lines(database, "story", article)
    assert shown[0] == "Headline of the flood"
    assert shown[1] == "story 8 · 3 articles, 1 copy, 3 feeds · 2026-11-18 02:00 to 2026-11-18 05:00"
    assert below(shown, "Feeds") == [
        "other · 2 articles · 2026-11-18 02:00 to 2026-11-18 05:00",
        "ledger · 1 article · 2026-11-18 03:00",
        "mirror · 1 copy · 2026-11-18 04:00",
    ]
    assert below(shown, "Articles") == [
        "2 2026-11-18 02:00 other · Headline of the flood",
        "4 2026-11-18 04:00 mirror · Headline of the copy · excerpt",
        "3 2026-11-18 03:00 ledger · Headline of the ferry",
        "5 2026-11-18 05:00 other · Headline of the rival",
    ]
    assert below(shown, "In common") == ["Torsby (3) · Lake Fryken (2)"]
    assert below(shown, "Joined") == ["3 came in by 2 · 0.70 · Torsby, ferry"]


def test_a_copy_stands_further_in_than_its_original(database: Path) -> None:
    rows = mill(database, "story", "2").output.splitlines()
    original, copied = (next(row for row in rows if row.split()[:1] == [number]) for number in "24")
    assert copied.index("4") == original.index("2") + 2


def test_a_story_as_data(database: Path) -> None:
    story = told(database, "story", "5")
    assert [row["id"] for row in story["articles"]] == [2, 4, 3, 5]
    assert story["articles"][1]["duplicate_of"] == 2
    assert [row["feed"] for row in story["sources"]] == ["other", "ledger", "mirror"]
    assert story["reasons"] == [
        {"article_id": 3, "related_id": 2, "method": "terms", "likeness": 0.7, "reason": "Torsby, ferry"}
    ]


def test_an_article_in_no_story_is_a_fault_in_one_line(database: Path) -> None:
    for article, fault in (("6", "there is no story with article 6; "), ("99", "there is no article 99; ")):
        error = mill(database, "story", article).exception
        assert isinstance(error, CommandError)
        assert (error.code, str(error).count("\n")) == (USAGE, 0)
        assert str(error).startswith(fault)


def test_no_control_character_of_a_headline_reaches_the_terminal(database: Path) -> None:
    for words in (["show", "1"], ["show", "7"], ["why", "7"]):
        assert "\x1b" not in mill(database, *words).output
