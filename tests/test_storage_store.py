"""What the store keeps of a harvest: new, changed and unchanged articles, copies, links, what was dropped."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.fingerprints import fingerprint, terms
from extractors.model import AGAIN, Article, Cut, Dropped, Entry, Link
from extractors.subject import Evidence, Tag, Tagging
from storage.articles import ADDRESSES
from storage.intents import Arrival, Drop, Harvest, Kept, KnownEntry, Poll
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
FEEDS = ("ledger", "mirror", "other")


def words(seed: str, count: int = 120) -> str:
    return " ".join(f"{seed}{number * 7919 % 1000}" for number in range(count))


def article(guid: str, text: str = "", **facts: object) -> Article:
    text = text or words(guid)
    title = str(facts.get("title", f"The headline of article {guid}"))
    url = f"https://site.example/2026/{guid}"
    whole = Article(
        guid=guid, url=url, canonical_url=url, title=title, text=text, published=NOW, summary=text[:60],
        fingerprint=fingerprint(text), terms=terms(title, text),
        tagging=Tagging(section="Big Tech", labels=("Big Tech", "China"), tags=(
            Tag(id="big-tech", name="Big Tech", kind="section", score=0.8, evidence=(
                Evidence(source="parent", field="", start=0, end=0, detail="chips"),
                Evidence(source="rule", field="text", start=0, end=4, detail=text[:4]))),)),
        cuts=(Cut(rule="banner", text="Come to our fair", position=3),),
    )  # fmt: skip
    return replace(whole, **facts)  # type: ignore[arg-type]


class Mill:
    """A store with three feeds and a run, and one call to keep articles."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in FEEDS], NOW)
        self.run = store.start_run("cli", "1", NOW)

    def keep(self, *articles: Article, feed: str = "ledger", at: datetime = NOW, **how: object) -> Kept:
        arrivals = tuple(
            Arrival(
                entry_hash=str(how.get("hashed", one.title + one.text[:9])),
                article=one,
                raw=how.get("raw"),  # type: ignore[arg-type]
                page_error=how.get("page_error"),  # type: ignore[arg-type]
            )
            for one in articles
        )
        drops = how.get("drops", ())
        state = next(one for one in self.store.due(NOW, (feed,), force=True))
        poll = Poll(started_at=at, outcome="new", status=200, etag='"v1"', body_hash="h")
        harvest = Harvest(run_id=self.run, feed=state, poll=poll, arrivals=arrivals, drops=drops)  # type: ignore[arg-type]
        return self.store.keep(harvest)

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.store.connection.execute(sql, values).fetchall()

    def known(self, *guids: str) -> dict[str, KnownEntry]:
        return self.store.known(1, [Entry(guid=guid) for guid in guids])

    def one(self, sql: str, *values: object) -> object:
        [[value]] = self.rows(sql, *values)
        return value


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    with Store.open(tmp_path / "news.db") as store:
        yield Mill(store)


def content(connection: sqlite3.Connection) -> list[str]:
    """All that is stored, but for what every poll notes of itself."""
    return [
        line for line in connection.iterdump() if not line.startswith(('INSERT INTO "feeds"', 'INSERT INTO "polls"'))
    ]


def test_an_article_is_kept_with_all_that_hangs_on_it(mill: Mill) -> None:
    link = Link(kind="outbound", title="the paper", url="https://www.papers.example/a?utm_source=x", position=5)
    kept = mill.keep(article("a", links=(link,)))
    assert (kept.new, kept.changed, kept.duplicates, kept.dropped) == (1, 0, 0, 0)
    assert mill.rows("SELECT id FROM articles") == [(1,)]
    assert mill.rows("SELECT feed, section, topic, labels, tags, published_at, revision FROM v_articles") == [
        ("ledger", "Big Tech", "big-tech", "Big Tech, China", "Big Tech", "2026-11-20T12:00:00Z", 1)
    ]
    assert mill.rows("SELECT tag, source, evidence FROM v_article_tags") == [("big-tech", "rule", "text: a0 a; chips")]
    assert mill.rows("SELECT position, rule, text FROM cuts") == [(3, "banner", "Come to our fair")]
    assert mill.rows("SELECT kind, domain, url_key, title_key FROM links") == [
        ("outbound", "papers.example", "https://papers.example/a", None)
    ]


def test_the_same_articles_again_write_nothing_but_the_poll(mill: Mill) -> None:
    mill.keep(article("a"), article("b"))
    before = content(mill.store.connection)
    assert mill.keep(article("a"), article("b"), at=NOW + timedelta(hours=1)) == Kept()
    assert content(mill.store.connection) == before
    assert mill.one("SELECT count(*) FROM polls") == 2


def test_a_changed_text_makes_a_revision_and_replaces_what_hung_on_the_old_one(mill: Mill) -> None:
    link = Link(kind="outbound", title="x", url="https://papers.example/a")
    mill.keep(article("a", links=(link,)))
    later = NOW + timedelta(hours=1)
    kept = mill.keep(article("a", words("new"), links=(link,), title="Another headline over it"), at=later)
    assert (kept.new, kept.changed, kept.rewritten) == (0, 1, 0)
    assert mill.rows("SELECT revision, title, changed_at FROM articles") == [
        (2, "Another headline over it", "2026-11-20T13:00:00Z")
    ]
    assert mill.rows("SELECT revision, seen_at, replaced_at, title, change FROM revisions") == [
        (1, "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", "The headline of article a", "title and text")
    ]
    assert mill.rows(
        "SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM tag_evidence), (SELECT count(*) FROM cuts)"
    ) == [(1, 2, 1)]
    assert [hit.id for hit in mill.store.search("new0")] == [1]
    assert not mill.store.search("a0")


@pytest.mark.parametrize(
    ("fresh", "change"), [(article("a", title="Rewritten headline"), "title"), (article("a", words("b")), "text")]
)
def test_a_revision_says_what_it_changed(mill: Mill, fresh: Article, change: str) -> None:
    mill.keep(article("a"))
    mill.keep(fresh)
    assert mill.one("SELECT change FROM revisions") == change


def test_other_tags_on_the_same_text_are_no_revision(mill: Mill) -> None:
    mill.keep(article("a"))
    kept = mill.keep(article("a", tagging=Tagging(labels=("Other",))))
    assert (kept.changed, kept.rewritten) == (0, 1)
    assert mill.rows("SELECT revision, labels, topic FROM articles") == [(1, "Other", None)]
    assert not mill.rows("SELECT * FROM article_tags")


def test_another_text_from_the_same_raw_input_is_our_doing_and_no_revision(mill: Mill) -> None:
    mill.keep(article("a"), raw=b"page")
    kept = mill.keep(article("a", words("cleaner")), raw=b"page")
    assert (kept.changed, kept.rewritten) == (0, 1)
    assert not mill.rows("SELECT * FROM revisions")
    assert mill.keep(article("a", words("edited")), raw=b"other page").changed == 1


def test_the_page_that_comes_at_last_is_no_revision_of_the_feeds_own_text(mill: Mill) -> None:
    stopgap, whole = article("a", words("teaser")), article("a", words("whole"))
    mill.keep(stopgap, hashed=AGAIN + "1", raw=b"entry", page_error="timeout")
    assert mill.one("SELECT page_error FROM v_articles") == "timeout"
    kept = mill.keep(whole, raw=b"entry and page")
    assert (kept.changed, kept.rewritten) == (0, 1)
    assert mill.rows("SELECT revision, changed_at, page_error FROM articles") == [(1, None, None)]
    assert not mill.rows("SELECT * FROM revisions")
    assert [hit.id for hit in mill.store.search("whole0")] == [1]
    assert mill.keep(article("a", words("edited")), raw=b"edited page").changed == 1


def test_a_feeds_text_that_changes_while_its_page_cannot_be_had_is_revised(mill: Mill) -> None:
    for tries, seed in enumerate(("first", "second", "third"), 1):
        mill.keep(article("a", words(seed)), hashed=f"{AGAIN}{tries}", raw=seed.encode(), page_error="timeout")
    assert mill.one("SELECT revision FROM articles") == 3
    assert [str(row[0])[:6] for row in mill.rows("SELECT text FROM revisions ORDER BY revision")] == [
        "first0",
        "second",
    ]


def test_why_a_page_was_not_read_is_kept_when_nothing_else_changed(mill: Mill) -> None:
    for error in ("timeout", "http_403", None, "robots"):
        mill.keep(article("a"), page_error=error)
        assert mill.one("SELECT page_error FROM articles") == error
    mill.keep(article("a", words("edited")), page_error="http_404")
    assert mill.rows("SELECT page_error, revision FROM v_articles") == [("http_404", 2)]


def test_a_clock_that_is_set_back_changes_no_first_seen_and_makes_no_form_end_before_it_began(mill: Mill) -> None:
    mill.keep(article("a"))
    for days in (1, 2):
        mill.keep(article("a", words(f"edited {days}")), at=NOW - timedelta(days=days))
    at = "2026-11-20T12:00:00Z"
    assert mill.rows("SELECT first_seen_at, changed_at, revision FROM articles") == [(at, at, 3)]
    assert mill.rows("SELECT seen_at, replaced_at FROM v_versions ORDER BY revision") == [
        (at, at),
        (at, at),
        (at, None),
    ]


def test_of_two_entries_with_one_guid_the_last_is_kept(mill: Mill) -> None:
    assert mill.keep(article("a"), article("a", title="The later of the two")).new == 1
    assert mill.one("SELECT title FROM articles") == "The later of the two"


COPIED = {
    "the earliest": [("ledger", 0, ""), ("mirror", -5, ""), ("other", -2, "")],
    "the longest of those published together": [
        ("ledger", 0, ""),
        ("mirror", 0, " and more words here"),
        ("other", 0, ""),
    ],
    "the one with a date": [("ledger", None, ""), ("mirror", 3, ""), ("other", 5, "")],
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("copies", COPIED.values(), ids=COPIED)
def test_the_original_of_copies_does_not_hang_on_the_order_of_arrival(
    mill: Mill, copies: Sequence[tuple[str, int | None, str]], order: Sequence[int]
) -> None:
    for place in order:
        feed, hours, more = copies[place]
        published = None if hours is None else NOW + timedelta(hours=hours)
        mill.keep(article(f"{feed}-1", words("same") + more, published=published), feed=feed)
    assert mill.rows("SELECT DISTINCT original_feed FROM v_duplicates") == [("mirror",)]
    assert mill.rows("SELECT feed FROM v_unique_articles") == [("mirror",)]
    assert mill.one("SELECT count(*) FROM duplicates") == 2


def test_copies_stay_rows_and_are_counted(mill: Mill) -> None:
    mill.keep(article("a", words("same")))
    assert mill.keep(article("b", words("same"), published=NOW + timedelta(hours=1)), feed="mirror").duplicates == 1
    assert mill.rows("SELECT article_id, original_id, kind, method, similarity, run_id FROM duplicates") == [
        (2, 1, "duplicate", "text", 1.0, 1)
    ]
    assert mill.one("SELECT count(*) FROM articles") == 2
    mill.store.finish_run(mill.run, "completed", NOW)
    assert mill.rows("SELECT new_articles, duplicates, feeds FROM runs") == [(2, 1, 2)]


def test_an_original_that_becomes_another_article_leaves_its_copies_to_the_next(mill: Mill) -> None:
    for hours, feed in enumerate(FEEDS):
        mill.keep(article(f"{feed}-1", words("same"), published=NOW + timedelta(hours=hours)), feed=feed)
    mill.keep(article("ledger-1", words("different")))
    assert mill.rows("SELECT id, duplicate_of FROM articles ORDER BY id") == [(1, None), (2, None), (3, 2)]
    assert mill.rows("SELECT article_id, original_id FROM duplicates") == [(3, 2)]


SEE = Link(
    kind="see_also",
    title="The headline of article b",
    url="https://www.site.example/2026/b/?utm_medium=rss",
    label="See also",
)
TITLE_ONLY = replace(SEE, url=None)
MOVED = replace(SEE, url="https://elsewhere.example/x/b")
POINTING = {"by address": SEE, "by title": TITLE_ONLY, "by title when the address is another": MOVED}


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("link", POINTING.values(), ids=POINTING)
def test_a_see_also_line_finds_its_article_whichever_comes_first(mill: Mill, link: Link, order: str) -> None:
    both = {"a": article("a", links=(link,)), "b": article("b")}
    for guid in order:
        mill.keep(both[guid])
    assert mill.rows("SELECT title, related_title, rank, score, kind, reason FROM v_see_also") == [
        ("The headline of article a", "The headline of article b", 1, 1.0, "see_also", "See also")
    ]


UNRESOLVED = {
    "nobody holds it": (SEE, []),
    "two articles have the title": (TITLE_ONLY, [article("b"), article("c", title="The headline of article b")]),
    "the title is a word or two": (replace(TITLE_ONLY, title="Read more"), [article("b", title="Read more")]),
    "it leads to the article itself": (replace(SEE, url="https://site.example/2026/a"), []),
    "an outbound link is not found by its words": (replace(TITLE_ONLY, kind="outbound"), [article("b")]),
}


@pytest.mark.parametrize(("link", "others"), UNRESOLVED.values(), ids=UNRESOLVED)
@pytest.mark.parametrize("first", [True, False], ids=["link first", "link last"])
def test_a_link_stays_open_when(mill: Mill, link: Link, others: list[Article], first: bool) -> None:
    source = article("a", links=(link,))
    for one in [source, *others] if first else [*others, source]:
        mill.keep(one)
    assert mill.rows("SELECT target_id FROM links") == [(None,)]
    assert not mill.rows("SELECT * FROM see_also")


@pytest.mark.parametrize("order", list(itertools.permutations("abc")), ids="".join)
def test_a_link_to_a_copy_leads_to_the_original_in_any_order(mill: Mill, order: Sequence[str]) -> None:
    three = {
        "a": (article("a", links=(SEE,)), "ledger"),
        "b": (article("b", words("same")), "mirror"),
        "c": (article("c", words("same"), published=NOW - timedelta(hours=1)), "other"),
    }
    for guid in order:
        mill.keep(three[guid][0], feed=three[guid][1])
    assert mill.rows("SELECT related_feed FROM v_see_also") == [("other",)]


def test_an_article_is_known_under_every_address_it_ever_had(mill: Mill) -> None:
    mill.keep(article("a", links=(replace(SEE, title="Another title of it"),)), article("b"))
    moved = "https://site.example/chips/b"
    mill.keep(article("b", words("new"), url=moved, canonical_url=moved))
    mill.keep(article("b", words("newer"), url=moved, canonical_url=moved))
    assert mill.rows("SELECT url_key FROM addresses WHERE article_id = 2 ORDER BY 1") == [
        ("https://site.example/2026/b",),
        (moved,),
    ]
    assert mill.rows("SELECT target_id FROM links") == [(2,)]
    mill.keep(article("c", words("c"), links=(replace(SEE, title="Another title of it"),)))
    assert mill.rows("SELECT target_id FROM links ORDER BY article_id") == [(2,), (2,)]


def test_an_address_that_is_another_every_time_is_no_name_to_be_kept(mill: Mill) -> None:
    for session in range(100):
        url = f"https://site.example/2026/b?session={session}"
        mill.keep(article("b", url=url, canonical_url=url))
    rows = mill.rows("SELECT url_key FROM addresses")
    assert len(rows) <= ADDRESSES
    assert (url,) in rows


def test_links_of_a_changed_article_are_found_anew(mill: Mill) -> None:
    mill.keep(article("a", links=(SEE,)), article("b"), article("c"))
    other = replace(SEE, url="https://site.example/2026/c", title="The headline of article c")
    mill.keep(article("a", words("new"), links=(other, SEE)))
    assert mill.rows("SELECT related_title, rank FROM v_see_also ORDER BY rank") == [
        ("The headline of article c", 1),
        ("The headline of article b", 2),
    ]
    mill.keep(article("a", words("newer")))
    assert not mill.rows("SELECT * FROM see_also")


def test_computed_kin_never_push_out_the_articles_own_links(mill: Mill) -> None:
    mill.keep(
        article("a", words("chips") + " trade", links=(TITLE_ONLY,)), article("c", words("chips", 60) + words("z", 70))
    )
    mill.keep(*(article(f"n{number}", words(f"n{number}")) for number in range(8)), feed="other")
    mill.store.relate()
    mill.keep(article("b"))
    rows = mill.rows("SELECT rank, kind FROM v_see_also WHERE article_id = 1 ORDER BY rank")
    assert rows[0] == (1, "see_also")
    assert [rank for rank, _ in rows] == list(range(1, len(rows) + 1))


def drop(guid: str, reason: str = "empty") -> Drop:
    return Drop(entry_hash="d", dropped=Dropped(guid=guid, url=None, reason=reason, evidence="no text"), raw=b"entry")


def test_a_dropped_entry_is_kept_with_its_reason_and_not_tried_again(mill: Mill) -> None:
    assert mill.keep(drops=(drop("x"),)).dropped == 1
    assert mill.known("x", "y") == {"x": KnownEntry(article_id=None, entry_hash="d", guid="x", tries=1)}
    assert mill.keep(drops=(drop("x"),)).dropped == 0
    assert mill.keep(drops=(drop("x", "wall"),)).dropped == 1
    [uid] = mill.rows("SELECT uid FROM quarantine WHERE reason = 'wall'")
    assert mill.store.raw
    assert mill.store.raw.load(str(uid[0])) == b"entry"


def test_a_dropped_entry_that_becomes_an_article_is_resolved(mill: Mill) -> None:
    mill.keep(drops=(drop("a"),))
    mill.keep(article("a"))
    assert mill.rows("SELECT resolved_at FROM quarantine") == [("2026-11-20T12:00:00Z",)]
    assert mill.known("a")["a"].article_id == 1


def test_an_article_whose_entry_is_dropped_later_stays(mill: Mill) -> None:
    mill.keep(article("a"))
    mill.keep(drops=(drop("a"),))
    assert mill.known("a") == {"a": KnownEntry(article_id=1, entry_hash="d", guid="a", tries=1)}
    assert mill.store.article(1)


HOSTILE = 'Robert\'); DROP TABLE articles;-- "quoted" `tick` [x] %'


def test_sql_in_every_field_is_stored_as_it_came_and_found(mill: Mill) -> None:
    tag = Tag(id=HOSTILE, name=HOSTILE, kind="topic", score=0.5)
    hostile = article(HOSTILE, title=HOSTILE, author=HOSTILE, tagging=Tagging(tags=(tag,), labels=(HOSTILE,)))
    mill.keep(hostile, drops=(drop("'; DELETE FROM feeds; --"),))
    assert mill.rows(
        "SELECT guid, title, author, labels, tags FROM v_articles JOIN articles USING (id, title, author, labels)"
    ) == [(HOSTILE,) * 5]
    assert [hit.title for hit in mill.store.search(HOSTILE)] == [HOSTILE]
    assert [hit.title for hit in mill.store.search("robert", tag=HOSTILE)] == [HOSTILE]


def test_what_sqlite_cannot_hold_is_replaced_one_for_one(mill: Mill) -> None:
    broken = article("g\x00", "Zero\x00 and \ud800 half " + words("x"), title="A\x00B \udfff", author="\ud83d")
    mill.keep(broken)
    assert mill.known("g\x00")["g\x00"].article_id == 1
    shown = mill.store.article(1)
    assert shown
    assert (shown.article.title, shown.article.author) == ("A\ufffdB \ufffd", "\ufffd")
    assert len(shown.article.text) == len(broken.text)
    assert mill.keep(broken) == Kept()


DATES = {
    "none": (None, "2026-11-20T12:00:00Z", "first_seen"),
    "year 1, as Go writes no date": (datetime(1, 1, 1, tzinfo=UTC), "2026-11-20T12:00:00Z", "first_seen"),
    "far in the future": (datetime(9999, 1, 1, tzinfo=UTC), "2026-11-20T12:00:00Z", "first_seen"),
    "a time zone ahead": (NOW + timedelta(hours=14), "2026-11-21T02:00:00Z", "feed"),
    "without a zone": (datetime(2026, 11, 1, 8), "2026-11-01T08:00:00Z", "feed"),  # noqa: DTZ001 - the case
}


@pytest.mark.parametrize(("published", "kept", "source"), DATES.values(), ids=DATES)
def test_a_date_that_cannot_be_becomes_the_time_it_was_first_seen(
    mill: Mill, published: datetime | None, kept: str, source: str
) -> None:
    mill.keep(article("a", published=published))
    assert mill.rows("SELECT published_at, published_source FROM articles") == [(kept, source)]


def test_a_feed_that_dates_an_edited_article_anew_does_not_make_it_younger(mill: Mill) -> None:
    mill.keep(article("a"))
    mill.keep(article("a", words("edited"), published=NOW + timedelta(hours=9)))
    assert mill.one("SELECT published_at FROM articles") == "2026-11-20T12:00:00Z"


LATE = {
    "earlier than it was seen": (-30.0, "2026-11-19T06:00:00Z", "feed"),
    "within a day after, as a clock may be wrong": (24.0, "2026-11-21T12:00:00Z", "feed"),
    "younger than it can be": (24.1, "2026-11-20T12:00:00Z", "first_seen"),
    "of today, as of an undated article that is edited": (90.0, "2026-11-20T12:00:00Z", "first_seen"),
}


@pytest.mark.parametrize(("hours", "kept", "source"), LATE.values(), ids=LATE)
def test_a_date_that_comes_at_last_does_not_make_an_article_younger_than_it_can_be(
    mill: Mill, hours: float, kept: str, source: str
) -> None:
    mill.keep(article("a", published=None))
    date = NOW + timedelta(hours=hours)
    mill.keep(article("a", words("edited"), published=date), at=NOW + timedelta(hours=90))
    assert mill.rows("SELECT published_at, published_source FROM articles") == [(kept, source)]
    mill.keep(article("a", words("edited again"), published=None))
    assert mill.rows("SELECT published_at, published_source FROM articles") == [(kept, source)]


def test_why_gives_the_grounds_of_every_judgement(mill: Mill) -> None:
    mill.keep(article("a", words("same"), links=(SEE,)), article("b"))
    mill.keep(article("c", words("same")), feed="mirror")
    why = mill.store.why(1)
    assert why
    assert [one.source for one in why.evidence] == ["rule", "parent"]
    assert [(one.id, one.method) for one in why.copies] == [(3, "text")]
    assert [cut.rule for cut in why.cuts] == ["banner"]
    assert [one.id for one in why.see_also] == [2]
    assert mill.store.why(99) is None


def test_the_end_state_does_not_hang_on_the_order_of_the_feeds(tmp_path: Path) -> None:
    ends = []
    sets = {
        "ledger": [article("a", words("same"), links=(SEE,)), article("b")],
        "mirror": [article("c", words("same") + " tail of it", published=NOW - timedelta(hours=1))],
        "other": [
            article("d", words("x", 60) + words("b", 60), links=(replace(TITLE_ONLY, kind="related"),)),
            article("e", words("b")),
        ],
    }
    for number, order in enumerate(itertools.permutations(sets)):
        with Store.open(tmp_path / f"{number}.db") as store:
            mill = Mill(store)
            for feed in order:
                mill.keep(*sets[feed], feed=feed)
            ends.append((
                mill.rows("SELECT a.guid, o.guid FROM articles AS a LEFT JOIN articles AS o ON o.id = a.duplicate_of ORDER BY 1"),
                mill.rows("SELECT a.guid, b.guid, rank, s.kind, reason FROM see_also AS s JOIN articles AS a ON a.id = article_id JOIN articles AS b ON b.id = related_id ORDER BY 1, 3"),
                mill.rows("SELECT a.guid, l.url, t.guid FROM links AS l JOIN articles AS a ON a.id = l.article_id LEFT JOIN articles AS t ON t.id = l.target_id ORDER BY 1, 2"),
            ))  # fmt: skip
    assert all(end == ends[0] for end in ends)
