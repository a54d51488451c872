"""What `Store.purge` deletes, what stays, and that nothing anywhere still speaks of what is gone."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import load
from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Cut, Dropped, Link
from extractors.subject import Entity, Evidence, Tag, Tagging
from flows.newsroom import Newsroom
from flows.pipeline import Options
from flows.pipeline import run as run_mill
from storage import links, purging
from storage import terms as kin_terms
from storage.connection import StoreError, write_tx
from storage.intents import Arrival, Drop, Harvest, Kept, Poll
from storage.purging import Purged, Selection
from storage.shingles import LEARNT, unpack
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
FEEDS = ("ledger", "mirror", "other")
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"]


def words(seed: str, count: int = 120) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)) + "."


def article(guid: str, days: float, text: str = "", **facts: object) -> Article:
    """An article published so many days ago."""
    text = text or words(guid)
    title = str(facts.get("title", f"The headline of article {guid}"))
    url = f"https://site.example/2026/{guid}"
    whole = Article(
        guid=guid, url=url, canonical_url=url, title=title, text=text, published=NOW - timedelta(days=days),
        fingerprint=fingerprint(text), terms=terms(title, text), cuts=(Cut(rule="banner", text="Fair", position=3),),
        tagging=Tagging(
            section="Big Tech", labels=("Big Tech",),
            tags=(Tag(id="big-tech", name="Big Tech", kind="section", score=0.8, evidence=(
                Evidence(source="rule", field="text", start=0, end=4, detail=text[:4]),)),),
            entities=(Entity(id="microsoft", name="Microsoft", type="company", salience=0.5, mentions=2, in_title=False),),
        ),
    )  # fmt: skip
    return replace(whole, **facts)  # type: ignore[arg-type]


class Mill:
    """A store with three feeds, one call to keep articles and one to purge."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        self.run = store.start_run("cli", "1", NOW)

    def keep(self, *articles: Article, feed: str = "ledger", at: datetime = NOW, drops: Sequence[Drop] = ()) -> Kept:
        arrivals = tuple(Arrival(entry_hash=one.title, article=one, raw=one.text.encode()) for one in articles)
        state = next(one for one in self.store.due(NOW, (feed,), force=True))
        poll = Poll(started_at=at, outcome="new", status=200)
        harvest = Harvest(run_id=self.run, feed=state, poll=poll, arrivals=arrivals, drops=tuple(drops))
        return self.store.keep(harvest)

    def purge(self, age: timedelta = YEAR, *, dry_run: bool = False, vacuum: bool = False, **asked: object) -> Purged:
        selection = Selection(before=NOW - age, **asked)  # type: ignore[arg-type]
        return self.store.purge(selection, NOW, dry_run=dry_run, vacuum=vacuum)

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.store.connection.execute(sql, values).fetchall()

    def guids(self) -> str:
        return " ".join(str(row[0]) for row in self.rows("SELECT guid FROM articles ORDER BY guid"))

    def raw(self) -> set[str]:
        """The entries that the raw file holds."""
        assert self.store.raw
        uids = {str(row[0]) for row in self.rows("SELECT uid FROM articles UNION SELECT uid FROM quarantine")}
        return {uid for uid in uids if self.store.raw.load(uid)}


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    with Store.open(tmp_path / "news.db") as store:
        yield Mill(store)
        audit(store)


# What a column refers to, by its name. One that is not here fails the audit: a new column has to be thought of.
HOLDS = {
    **dict.fromkeys(("article_id", "original_id", "target_id", "related_id", "lead_article_id", "duplicate_of", "other_id"), "articles"),
    "feed_id": "feeds", "run_id": "runs", "story_id": "stories", "tag_id": "tags",
}  # fmt: skip
OUTSIDE = {"entity_id", "flow_run_id"}  # names that are no rows of ours


def audit(store: Store) -> None:
    """Nothing in the database or beside it speaks of an article that is not there, and all indexes agree with it."""
    db = store.connection
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    with write_tx(db):
        db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES('integrity-check', 1)")
    assert orphans(db) == {}
    assert_indexes_agree(db)
    assert_groups_agree(db)
    assert store.raw is None or not raw_orphans(store)


def orphans(db: sqlite3.Connection) -> dict[str, int]:
    """Values of columns that name rows which do not exist."""
    found = {}
    query = "SELECT m.name, p.name FROM sqlite_master AS m, pragma_table_info(m.name) AS p WHERE m.type = 'table'"
    for table, column in db.execute(query).fetchall():
        refers = (column.endswith("_id") or column == "duplicate_of") and not table.startswith(
            ("articles_fts", "sqlite")
        )
        if not refers or column in OUTSIDE or column == "group_id":
            continue
        lost = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {HOLDS[column]})"
        if count := db.execute(lost).fetchone()[0]:
            found[f"{table}.{column}"] = count
    return found


def raw_orphans(store: Store) -> set[str]:
    """What the raw file holds for nobody."""
    assert store.raw
    if not store.raw.path.exists():
        return set()
    with sqlite3.connect(store.raw.path) as file:
        held = {row[0] for row in file.execute("SELECT uid FROM raw")}
    file.close()
    known = store.connection.execute("SELECT uid FROM articles UNION SELECT uid FROM quarantine")
    return held - {row[0] for row in known}


def assert_indexes_agree(db: sqlite3.Connection) -> None:
    """Search, copies and kin know the very articles there are; the words are counted as they occur."""
    ids = {row[0] for row in db.execute("SELECT id FROM articles")}
    for table in ("article_texts", "signatures", "article_terms"):
        assert {row[0] for row in db.execute(f"SELECT article_id FROM {table}")} == ids, table
    said = db.execute("SELECT terms FROM article_terms WHERE state <> 'new'")
    counts = Counter(term for (terms,) in said for term in json.loads(terms))
    assert dict(db.execute("SELECT term, articles FROM term_counts")) == counts
    ranks = defaultdict(list)
    for source, rank in db.execute("SELECT article_id, rank FROM see_also ORDER BY article_id, rank"):
        ranks[source].append(rank)
    assert all(each == list(range(1, len(each) + 1)) for each in ranks.values())
    for story, lead, size in db.execute("SELECT id, lead_article_id, size FROM stories"):
        query = "SELECT id FROM articles WHERE story_id = ? AND duplicate_of IS NULL ORDER BY published_at, uid"
        own = [row[0] for row in db.execute(query, (story,))]
        assert (lead, size) == (own[0], len(own))
        assert size > 1


def assert_groups_agree(db: sqlite3.Connection) -> None:
    """Copies point at one original, named alike in all three places; no shingle belongs to a group that is gone."""
    prints: dict[int, set[int]] = defaultdict(set)
    members = defaultdict(list)
    for each, group, hashes in db.execute("SELECT article_id, group_id, hashes FROM signatures"):
        prints[group] |= set(unpack(hashes))
        members[group].append(each)
    assert all(group in own for group, own in members.items())
    for each, group in db.execute("SELECT hash, group_id FROM shingles WHERE group_id <> ?", (LEARNT,)):
        assert each in prints[group]
    pointing = dict(db.execute("SELECT id, duplicate_of FROM articles"))
    assert pointing == {**dict.fromkeys(pointing), **dict(db.execute("SELECT article_id, original_id FROM duplicates"))}
    for own in members.values():
        originals = [each for each in own if pointing[each] is None]
        assert len(originals) == 1
        assert {pointing[each] for each in own} == {None, *(originals if len(own) > 1 else [])}


SEE = Link(kind="see_also", title="The headline of article old", url="https://site.example/2026/old", label="See also")


def test_an_old_article_goes_with_all_that_hangs_on_it(mill: Mill) -> None:
    mill.keep(article("old", 400, links=(replace(SEE, url="https://elsewhere.example/x"),)))
    mill.keep(article("old", 400, words("changed")))
    mill.store.relate()
    assert mill.purge().articles == 1
    kept = {"feeds", "feed_rules", "runs", "polls", "tags", "tombstones", "_sqlite_migrations", "sqlite_sequence"}
    tables = [str(row[0]) for row in mill.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    full = [
        name for name in tables if not name.startswith("articles_fts") and mill.rows(f"SELECT 1 FROM {name} LIMIT 1")
    ]
    assert set(full) == kept
    assert mill.store.search("headline") == []
    assert mill.raw() == set()


def test_what_is_younger_stays_as_it_was(mill: Mill) -> None:
    mill.keep(article("a", 364.9), article("b", 365.1))
    assert mill.purge().articles == 1
    assert mill.guids() == "a"
    assert len(mill.raw()) == 1


def test_an_undated_article_is_as_old_as_when_it_was_first_seen(mill: Mill) -> None:
    mill.keep(article("a", 0, published=None), at=NOW - timedelta(days=400))
    mill.keep(article("b", 0, published=None))
    mill.purge()
    assert mill.guids() == "b"


def test_each_article_leaves_a_tombstone_by_which_its_entry_is_known(mill: Mill) -> None:
    own, named = "https://site.example/2026/old?utm_source=rss", "https://site.example/archive/old"
    mill.keep(article("old", 400, url=own, canonical_url=named), article("bare", 500, url="", canonical_url=""))
    mill.purge()
    assert mill.rows("SELECT guid, feed_id, url_key, title_key, published_at, purged_at FROM tombstones") == [
        ("bare", 1, "", "the headline of article bare", "2025-07-08T12:00:00Z", "2026-11-20T12:00:00Z"),
        ("old", 1, "https://site.example/2026/old", "the headline of article old", "2025-10-16T12:00:00Z", "2026-11-20T12:00:00Z"),
    ]  # fmt: skip


def test_one_purged_twice_has_one_tombstone(mill: Mill) -> None:
    for title in ("First", "Second"):
        mill.keep(article("old", 400, title=title))
        mill.purge()
    assert mill.rows("SELECT title_key FROM tombstones") == [("second",)]


def test_one_feed_only_when_it_is_named(mill: Mill) -> None:
    mill.keep(article("a", 400))
    mill.keep(article("b", 400), feed="mirror")
    assert mill.purge(feed="mirror").articles == 1
    assert mill.guids() == "a"
    with pytest.raises(StoreError, match="there is no feed 'nowhere'"):
        mill.purge(feed="nowhere")


def three(mill: Mill, *days: float) -> None:
    """One text in three feeds, published so many days ago."""
    for feed, ago in zip(FEEDS, days, strict=True):
        mill.keep(article(f"{feed}-1", ago, words("same")), feed=feed)


def test_copies_of_a_purged_original_elect_the_next_earliest(mill: Mill) -> None:
    three(mill, 400, 300, 200)
    assert replace(mill.purge(), free_bytes=0) == Purged(articles=1)
    assert mill.rows("SELECT feed, original_feed FROM v_duplicates") == [("other", "mirror")]
    assert mill.rows("SELECT id, duplicate_of FROM articles ORDER BY id") == [(2, None), (3, 2)]


def test_the_last_of_a_group_is_a_copy_of_nothing(mill: Mill) -> None:
    three(mill, 400, 390, 200)
    assert mill.purge().copies == 1
    assert mill.rows("SELECT feed, duplicate_of FROM v_articles") == [("other", None)]
    assert mill.rows("SELECT * FROM duplicates") == []


def test_a_purged_copy_leaves_the_others_as_they_are(mill: Mill) -> None:
    three(mill, 200, 400, 300)  # the original has lost its date, so that a copy is older
    mill.purge(timedelta(days=350))
    assert mill.rows("SELECT feed, original_feed FROM v_duplicates") == [("ledger", "other")]


def test_copies_alone_go_and_their_originals_stay(mill: Mill) -> None:
    three(mill, 400, 390, 200)
    mill.keep(article("alone", 400))
    mill.keep(drops=(drop("alone"),), at=NOW - timedelta(days=500))
    mill.keep(article("alone", 400), at=NOW - timedelta(days=500))
    purged = mill.purge(duplicates=True)
    assert (purged.articles, purged.copies, purged.quarantined) == (1, 1, 0)
    assert mill.guids() == "alone ledger-1 other-1"


def test_a_promoted_copy_finds_its_kin_at_the_next_relate(mill: Mill) -> None:
    both = words("both", 60)
    mill.keep(article("early", 210, both + words("e", 40)))
    three(mill, 400, 200, 190)
    same = article("mirror-1", 200, both + words("m", 40))
    mill.keep(replace(same, guid="ledger-2", published=NOW - timedelta(days=399)))
    mill.keep(same, feed="mirror")
    mill.store.relate()
    assert mill.rows("SELECT 1 FROM see_also WHERE article_id = 3") == []
    mill.purge()
    mill.store.relate()
    assert mill.rows("SELECT related_id, kind FROM see_also WHERE article_id = 3") == [(1, "related")]


def told(mill: Mill, **days: float) -> None:
    """One event in several words, each by another feed."""
    event = "Microsoft halts chips exports as Beijing tightens licences; Satya Nadella tells Reuters of 4,200 jobs at Contoso. "
    for feed, ago in days.items():
        mill.keep(article(feed, ago, event + words(feed, 25), title=f"Microsoft halts chips exports {feed}"), feed=feed)
    mill.store.relate()


def test_a_story_shrinks_and_gets_another_lead(mill: Mill) -> None:
    told(mill, ledger=366, mirror=364.5, other=364)
    assert mill.rows("SELECT size, lead_article_id FROM stories") == [(3, 1)]
    mill.purge()
    assert mill.rows("SELECT size, lead_article_id FROM stories") == [(2, 2)]


def test_a_story_of_one_is_dissolved(mill: Mill) -> None:
    told(mill, ledger=367, mirror=366, other=364.5)
    mill.purge()
    assert mill.rows("SELECT count(*) FROM stories") == [(0,)]
    assert mill.rows("SELECT story_id FROM articles") == [(None,)]


def test_a_story_goes_with_its_articles(mill: Mill) -> None:
    told(mill, ledger=368, mirror=367, other=366)
    assert mill.purge().articles == 3
    assert mill.rows("SELECT count(*) FROM stories") == [(0,)]


def test_a_copy_takes_the_place_of_its_original_in_a_story(mill: Mill) -> None:
    told(mill, ledger=366, mirror=364.5)
    text = str(mill.rows("SELECT text FROM article_texts WHERE article_id = 1")[0][0])
    mill.keep(article("again", 364, text, title="Microsoft halts chips exports again"), feed="other")
    mill.store.relate()
    assert mill.rows("SELECT story_id FROM articles") == [(1,), (1,), (1,)]
    mill.purge()
    assert mill.rows("SELECT id, size, lead_article_id FROM stories") == [(1, 2, 2)]
    mill.store.relate()
    assert mill.rows("SELECT id, size, lead_article_id FROM stories") == [(1, 2, 2)]


def test_links_to_what_was_purged_stay_and_lead_nowhere(mill: Mill) -> None:
    mill.keep(article("old", 400))
    mill.keep(article("new", 1, links=(SEE,)))
    assert mill.rows("SELECT rank FROM see_also") == [(1,)]
    mill.purge()
    assert mill.rows("SELECT title, url, target_id FROM links") == [(SEE.title, SEE.url, None)]
    assert mill.rows("SELECT * FROM see_also") == []


def test_a_link_leads_to_the_copy_that_stays(mill: Mill) -> None:
    mill.keep(article("old", 400, words("same")))
    mill.keep(article("new", 1, links=(SEE,)))
    mill.keep(article("copy", 300, words("same"), title=SEE.title), feed="mirror")
    mill.purge()
    assert mill.rows("SELECT related_id, rank, kind FROM see_also") == [(3, 1, "see_also")]


def test_a_link_that_fitted_two_articles_leads_to_the_one_that_is_left(mill: Mill) -> None:
    mill.keep(article("old", 400), article("young", 300, title=SEE.title))
    mill.keep(article("new", 1, links=(replace(SEE, url=None),)))
    assert mill.rows("SELECT target_id FROM links") == [(None,)]
    mill.purge()
    assert mill.rows("SELECT a.guid FROM links AS l JOIN articles AS a ON a.id = l.target_id") == [("young",)]


def test_what_stays_to_be_read_next_is_counted_from_one_again(mill: Mill) -> None:
    young = replace(SEE, title="The headline of article young", url="https://site.example/2026/young")
    mill.keep(article("old", 400), article("young", 300))
    mill.keep(article("new", 1, links=(SEE, young)))
    mill.purge()
    assert mill.rows("SELECT related_title, rank FROM v_see_also") == [("The headline of article young", 1)]


def test_a_copy_of_a_purged_article_arrives_as_an_original(mill: Mill) -> None:
    three(mill, 400, 390, 380)
    mill.purge()
    assert mill.keep(article("fresh", 1, words("same")), feed="mirror").duplicates == 0
    assert mill.keep(article("fresh", 0, words("same")), feed="other").duplicates == 1


def test_a_footer_that_was_learnt_is_not_taken_for_news_once_its_teachers_are_gone(mill: Mill) -> None:
    footer = words("footer", 200)
    mill.keep(*(article(f"old{number}", 400, words(f"old{number}", 400) + " " + footer) for number in range(8)))
    assert mill.rows("SELECT * FROM duplicates") == []
    assert mill.purge().articles == 8
    for number in range(8):
        one = article(f"new{number}", number, words(f"new{number}", 40) + " " + footer)
        assert mill.keep(one).duplicates == 0, number
    assert mill.rows("SELECT count(*) FROM duplicates") == [(0,)]


def test_without_a_lesson_the_same_footer_makes_copies_of_strangers(mill: Mill) -> None:
    footer = words("footer", 200)
    kept = [mill.keep(article(f"new{number}", number, words(f"new{number}", 40) + " " + footer)) for number in range(8)]
    assert sum(one.duplicates for one in kept) > 0


def drop(guid: str, **facts: object) -> Drop:
    dropped = Dropped(guid=guid, url=None, reason="empty", evidence="no text")
    return replace(Drop(entry_hash="d", dropped=dropped, raw=b"entry"), **facts)  # type: ignore[arg-type]


def test_a_purged_article_is_not_tried_again_from_quarantine(mill: Mill) -> None:
    mill.keep(article("old", 400))
    mill.keep(drops=(drop("old", retry_at=NOW), drop("other", retry_at=NOW)))
    mill.purge()
    assert mill.rows("SELECT guid FROM quarantine") == [("other",)]


LONG_AGO = NOW - timedelta(days=400)


def test_resolved_rows_of_the_quarantine_go_when_they_are_as_old(mill: Mill) -> None:
    for guid, at in {"then": LONG_AGO, "now": NOW}.items():
        mill.keep(drops=(drop(guid),), at=LONG_AGO)
        mill.keep(article(guid, 399.5), at=at)
    mill.keep(drops=(drop("never"),), at=LONG_AGO)
    purged = mill.purge(timedelta(days=399.8))
    assert (purged.articles, purged.quarantined) == (0, 1)
    assert mill.rows("SELECT guid FROM quarantine ORDER BY guid") == [("never",), ("now",)]
    assert len(mill.raw()) == 3  # that of the article stays


def test_the_raw_bytes_of_a_row_without_an_article_go_with_it(mill: Mill) -> None:
    mill.keep(drops=(drop("x"),), at=LONG_AGO)
    mill.store.connection.execute("UPDATE quarantine SET resolved_at = seen_at")
    assert mill.purge(feed="mirror").quarantined == 0
    assert mill.purge().quarantined == 1
    assert mill.raw() == set()


def test_polls_and_runs_stay_unless_the_journal_is_named(mill: Mill) -> None:
    mill.keep(at=LONG_AGO)
    mill.store.connection.execute("UPDATE runs SET started_at = '2025-01-01T00:00:00Z', state = 'completed'")
    mill.run = mill.store.start_run("cli", "1", LONG_AGO)
    mill.keep(article("a", 1), at=LONG_AGO)
    mill.keep()
    assert mill.purge().polls == 0
    assert mill.purge(journal=True, feed="mirror", dry_run=True).polls == 0
    purged = mill.purge(journal=True)
    assert (purged.articles, purged.polls, purged.runs) == (0, 2, 1)
    assert mill.rows("SELECT count(*) FROM polls") == [(1,)]
    assert mill.rows("SELECT id FROM runs") == [(mill.run,)]  # it is old too, but not all of its polls are


def test_a_run_that_is_on_stays(mill: Mill) -> None:
    mill.store.connection.execute("UPDATE runs SET started_at = '2025-01-01T00:00:00Z'")
    assert mill.purge(journal=True).runs == 0


def test_articles_stay_when_their_run_is_forgotten(mill: Mill) -> None:
    mill.keep(article("a", 1))
    mill.store.connection.execute("UPDATE runs SET started_at = '2025-01-01T00:00:00Z', state = 'completed'")
    mill.store.connection.execute("UPDATE polls SET started_at = '2025-01-01T00:00:00Z'")
    assert mill.purge(journal=True, feed="ledger").runs == 0  # those of one feed are not all of a run's
    assert mill.purge(journal=True).runs == 1
    assert mill.rows("SELECT guid, run_id FROM articles") == [("a", None)]


def test_a_dry_run_counts_the_same_and_deletes_nothing(mill: Mill) -> None:
    three(mill, 400, 390, 200)
    mill.keep(article("a", 1), drops=(drop("x"),))
    before = list(mill.store.connection.iterdump())
    counted = mill.purge(dry_run=True, journal=True)
    assert list(mill.store.connection.iterdump()) == before
    assert len(mill.raw()) == 5
    assert replace(mill.purge(journal=True), free_bytes=0) == counted == Purged(articles=2, copies=1)


def test_batches_are_transactions_of_their_own(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    three(mill, 400, 390, 380)
    mill.keep(*(article(f"n{number}", 500 - number) for number in range(4)))
    bury, calls = purging.bury, []

    def dying(*values: object) -> str | None:
        calls.append(values)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return bury(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(purging, "bury", dying)
    with pytest.raises(KeyboardInterrupt):
        mill.purge()
    assert mill.guids() == "ledger-1 mirror-1 other-1"
    audit(mill.store)
    monkeypatch.undo()
    assert mill.purge().articles == 3


def test_nothing_is_half_deleted_when_it_fails(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    mill.keep(article("old", 400))
    monkeypatch.setattr(links, "recommend", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mill.purge()
    assert mill.guids() == "old"
    assert mill.rows("SELECT * FROM tombstones") == []
    assert len(mill.raw()) == 1  # it is forgotten last


SPOILT: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_text("no database at all"),
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_raw_file_is_told_of_and_articles_are_purged(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    spoil(tmp_path / "news.raw.db")
    with Store.open(tmp_path / "news.db") as store:
        mill = Mill(store)
        mill.keep(article("old", 400))
        purged = mill.purge(vacuum=True)
        assert purged.articles == 1
        assert "news.raw.db" in (purged.raw_fault or "")
        assert mill.guids() == ""


def test_a_raw_file_that_failed_is_not_waited_for_again(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def locked(uids: Iterable[str]) -> str:
        asked.append(list(uids))
        return "locked"

    monkeypatch.setattr(purging, "BATCH", 1)
    monkeypatch.setattr(mill.store.raw, "drop", locked)
    mill.keep(*(article(guid, 400) for guid in "abc"))
    assert mill.purge().raw_fault == "locked"
    assert len(asked) == 1
    monkeypatch.undo()
    assert mill.store.raw
    mill.store.raw.drop(raw_orphans(mill.store))


def test_without_a_raw_file_none_is_made(mill: Mill) -> None:
    assert mill.store.raw
    mill.keep(article("old", 400))
    mill.store.raw.close()
    for path in mill.store.path.parent.glob("news.raw.db*"):
        path.unlink()
    assert mill.purge(vacuum=True).raw_fault is None
    assert not mill.store.raw.path.exists()


def test_a_store_in_memory_is_purged_too() -> None:
    with Store.open(Path(":memory:")) as store:
        mill = Mill(store)
        mill.keep(article("old", 400))
        assert mill.purge(vacuum=True).articles == 1


def test_space_is_told_and_given_back(mill: Mill) -> None:
    mill.store.optimize()
    empty = on_disk(mill)
    mill.keep(*(article(f"old{number}", 400, words(f"old{number}", 2000)) for number in range(60)))
    assert mill.purge().free_bytes > 500_000
    size = on_disk(mill)
    purged = mill.purge(vacuum=True)
    mill.store.optimize()
    assert (purged.articles, purged.free_bytes) == (0, 0)
    assert size - on_disk(mill) >= purged.returned_bytes > 1_000_000
    assert on_disk(mill) < empty + 50_000  # tombstones


def on_disk(mill: Mill) -> int:
    """Bytes of both files and their logs."""
    return sum(path.stat().st_size for path in mill.store.path.parent.glob("news*") if not path.name.endswith("-shm"))


def test_readers_go_on_reading_and_see_whole_batches(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    mill.keep(*(article(f"old{number}", 400) for number in range(6)))
    seen = []
    forget = kin_terms.forget

    def watched(connection: sqlite3.Connection, *ids: int) -> None:
        with Store.open(mill.store.path, write=False) as reader:
            seen.append(reader.connection.execute("SELECT count(*) FROM articles").fetchone()[0])
            assert len(reader.search("headline")) == seen[-1]
        forget(connection, *ids)

    monkeypatch.setattr(kin_terms, "forget", watched)
    mill.purge()
    assert seen == [6, 4, 2]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_speaks_of_what_is_gone_after_random_purges(mill: Mill, seed: int) -> None:
    """Two hundred articles with copies, links and common events, purged bit by bit."""
    chance = random.Random(seed)
    texts = [words(f"{seed}-{number}", 100) for number in range(60)]
    for number in range(200):
        see = tuple(
            replace(SEE, title=f"The headline of article {other}", url=f"https://site.example/2026/{other}")
            for other in chance.sample(range(200), 3)
        )
        one = article(str(number), chance.uniform(1, 400), chance.choice(texts), links=see)
        mill.keep(one, feed=chance.choice(FEEDS))
        if number % 50 == 49:
            mill.store.relate()
    for days in (380, 250, 100):
        assert mill.purge(timedelta(days=days), duplicates=days == 250).articles > 5
        audit(mill.store)
        mill.store.relate()
        audit(mill.store)
    for number in range(40):
        mill.keep(article(f"again-{number}", 0, chance.choice(texts)), feed=chance.choice(FEEDS))
    assert len(mill.rows("SELECT * FROM tombstones")) + len(mill.rows("SELECT * FROM articles")) == 240


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Store]]:
    """The made-up newsroom, and a call that polls all of it and gives the store."""
    folder = tmp_path_factory.mktemp("newsroom")
    with Newsroom() as newsroom, pytest.MonkeyPatch.context() as patch:
        (folder / "feeds.toml").write_text("replace = true\n" + newsroom.feeds_toml())
        patch.setenv("FANMILL_DB", str(folder / "news.db"))
        config = load(folder)

        def poll(edition: int = 1, **how: bool) -> Store:
            newsroom.edition = edition
            run_mill(config, Options(feeds=tuple(config.feeds), **how))  # type: ignore[arg-type]
            return Store.open(folder / "news.db")

        yield poll


def test_half_of_the_newsroom_is_purged_and_never_comes_back(newsroom: Callable[..., Store]) -> None:
    with newsroom() as store:
        before = {row[0] for row in store.connection.execute("SELECT uid FROM articles")}
        chosen = random.Random(5).sample(sorted(before), len(before) // 2)
        marks = json.dumps(chosen)
        with write_tx(store.connection):  # age alone would take the earliest
            store.connection.execute(
                "UPDATE articles SET published_at = '2020-01-01T00:00:00Z' WHERE uid IN (SELECT value FROM json_each(?))",
                (marks,),
            )
        purged = store.purge(Selection(before=datetime(2021, 1, 1, tzinfo=UTC)), NOW)
        assert purged.articles == len(chosen)
        audit(store)
    for edition, force in ((1, False), (1, True), (2, False), (2, True)):
        with newsroom(edition, force=force) as store:
            uids = {row[0] for row in store.connection.execute("SELECT uid FROM articles")}
            assert not uids & set(chosen), (edition, force)
            assert before - set(chosen) <= uids
            audit(store)
