from __future__ import annotations

import gzip
import json
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from extractors.fingerprints import fingerprint, title_key
from extractors.sameness import compare_titles, elect, identifies, is_composite
from flows.dedupe import dedupe
from storage.sameness import TABLES, Document, Sameness, Verdict
from storage.shingles import LEARNT

SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"]


def story(seed: int, sentences: int = 20) -> list[str]:
    """Sentences of made-up words; another seed gives a text that shares no three words in a row."""
    chance = random.Random(seed)

    def word() -> str:
        return "".join(chance.choices(SYLLABLES, k=3))

    return [" ".join(word() for _ in range(12)).capitalize() + "." for _ in range(sentences)]


def text(seed: int, sentences: int = 20) -> str:
    return " ".join(story(seed, sentences))


FURNITURE = text(999, 6)


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as made:
        yield made


class Index:
    """A `Sameness` in memory that numbers what it is given."""

    def __init__(self, path: str = ":memory:") -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        for statement in TABLES:
            self.db.execute(statement)
        self.sameness = Sameness(self.db)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def place(self, text: str, title: str = "", url: str = "", published: str = "2026-11-23T08:00:00Z") -> Verdict:
        self.count += 1
        return self.sameness.place(document(self.count, text, title, url, published))

    def rows(self) -> list[Any]:
        tables = ("shingles", "signatures")
        return [self.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


def document(number: int, text: str, title: str = "", url: str = "", published: str = "") -> Document:
    return Document(
        article_id=number, fingerprint=fingerprint(text), title_key=title_key(title), url_key=url, published=published
    )


TITLE = "Microsoft opens a research office in China"
OTHER = "Shipping rates fall for a third week"
# what comes first · its headline · what comes then · its headline · kind · method
PAIRS = {
    "the same words are a duplicate": (text(1), TITLE, text(1), OTHER, "duplicate", "text"),
    "upper case and dashes change nothing": (text(1), "", text(1).upper().replace(".", " --"), "", "duplicate", "text"),
    "a copy with a summary above and a footer below is a duplicate": (
        text(1), TITLE, f"{text(7, 3)} {text(1)} {FURNITURE}", "Report: " + TITLE, "duplicate", "near",
    ),
    "a copy with every tenth sentence changed is a duplicate under any headline": (
        text(1), TITLE, " ".join(s if n % 10 else t for n, (s, t) in enumerate(zip(story(1), story(2), strict=True))), OTHER, "duplicate", "near",
    ),
    "the same under a headline that says it corrects is a revision": (text(1), TITLE, text(1) + " And one more word.", "UPDATE 2-" + TITLE, "revision", "near"),
    "the part of it that an update opens with is an excerpt": (text(1), TITLE, " ".join(story(1)[:8]), "Corrected: " + TITLE, "excerpt", "near"),
    "paragraphs in another order are a duplicate": (text(1), "", " ".join(story(1)[10:] + story(1)[:10]), "", "duplicate", "near"),
    "the first half is an excerpt": (text(1), TITLE, " ".join(story(1)[:8]), TITLE, "excerpt", "near"),
    "the whole after its teaser is joined to it": (" ".join(story(1)[:8]), TITLE, text(1), TITLE, "excerpt", "near"),
    "a rewrite that kept two sentences in five and the headline is joined": (
        text(1), TITLE, " ".join(s if n % 5 < 2 else t for n, (s, t) in enumerate(zip(story(1), story(2), strict=True))), TITLE, "excerpt", "near",
    ),
    "another story is new": (text(1), TITLE, text(2), OTHER, "new", None),
    "another story under the same headline is new": (text(1), TITLE, text(2), TITLE, "new", None),
    "a story that quotes two sentences is none": (text(1), TITLE, " ".join(story(2) + story(1)[8:11]), OTHER, "quotes", "near"),
    "a sentence from the middle is a quotation, not an excerpt": (text(1), TITLE, " ".join(story(1)[9:13] + story(3)[:2]), OTHER, "quotes", "near"),
    "short texts under one long headline are the same": ("In brief.", TITLE, "Just in.", TITLE, "duplicate", "title"),
    "short texts under another headline are not": ("In brief.", TITLE, "In brief.", OTHER, "new", None),
    "a short headline proves nothing": ("In brief.", "Daily brief", "Just in.", "Daily brief", "new", None),
    "nothing at all is new": ("", "", "", "", "new", None),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_two_articles(index: Index, pair: tuple[str, str, str, str, str, str | None]) -> None:
    first, title, then, headline, kind, method = pair
    assert index.place(first, title) == Verdict(group=1)
    verdict = index.place(then, headline)
    assert bool(verdict.evidence) == (kind != "new")
    assert (verdict.kind, verdict.method) == (kind, method)
    joined = kind not in {"new", "quotes"}
    assert verdict.group == (1 if joined else 2)
    assert index.sameness.members(verdict.group) == ((1, 2) if joined else (2,))
    assert verdict.of == (None if kind == "new" else 1)
    assert (verdict.similarity > 0) == (kind != "new")


ADDRESS = "https://site.example/news/a-b-c"


def test_one_address_with_another_text_is_a_revision(index: Index) -> None:
    index.place(text(1), url=ADDRESS)
    verdict = index.place(text(1, 12) + text(2, 8), url=ADDRESS)
    assert (verdict.kind, verdict.method, verdict.of) == ("revision", "address", 1)
    assert 0 < verdict.similarity < 1


def test_an_address_that_shows_ever_other_texts_proves_nothing(index: Index) -> None:
    groups = [index.place(text(seed), url=ADDRESS).group for seed in range(5)]
    assert groups == [1, 1, 1, 4, 5]


def test_a_home_page_is_nobodys_address(index: Index) -> None:
    assert [index.place(text(seed), url="https://site.example").group for seed in (1, 2)] == [1, 2]


def test_what_many_stories_share_joins_none_of_them(index: Index) -> None:
    groups = [index.place(f"{text(seed)} {FURNITURE * 3}").group for seed in range(1, 30)]
    assert groups == list(range(1, 30))
    assert index.place(f"{text(50, 4)} {FURNITURE * 3}").kind == "new"


def test_furniture_takes_no_further_rows(index: Index) -> None:
    for seed in range(20):
        index.place(f"{text(seed, 4)} {FURNITURE}")
    furniture = set(fingerprint(FURNITURE).hashes)
    rows = [row for row in index.db.execute("SELECT hash, group_id FROM shingles") if row[0] in furniture]
    assert sorted(rows) == [(each, LEARNT) for each in sorted(furniture)]


def test_a_roundup_joins_none_of_its_stories_and_they_do_not_join_it(index: Index) -> None:
    roundup = " ".join(" ".join(story(seed)[:3]) for seed in (2, 3, 4, 5, 6))
    before = [index.place(text(seed, 6), f"Headline of story {seed}").group for seed in (2, 3, 4, 5)]
    assert index.place(roundup, "Morning briefing: headline of story 2 and more").group == 5
    assert index.place(text(6, 6), "Headline of story 6").group == 6
    assert index.place(" ".join(story(3)[:3]), "Headline of story 3").group == before[1]


def test_a_daily_headline_joins_nothing(index: Index) -> None:
    shared = story(100)[:4]
    days = [f"2026-11-{day:02}T06:00:00Z" for day in range(1, 9)]
    verdicts = [
        index.place(" ".join(story(day, 8) + shared), "The daily news brief", published=when)
        for day, when in enumerate(days)
    ]
    assert {verdict.kind for verdict in verdicts} <= {"new", "quotes"}


def test_a_form_with_other_numbers_is_another_report(index: Index) -> None:
    form = "Acme {} said net profit was {} mln against {} mln. Sales rose to {} mln. A dividend of {} cents was declared for holders"
    reports = [form.format(n, n * 13 + 7, n * 17 + 3, n * 29 + 1, n * 7 + 5) for n in range(1, 9)]
    groups = [index.place(report, f"Acme {n} first quarter net").group for n, report in enumerate(reports, 1)]
    assert len(set(groups)) == len(groups)


def test_texts_in_thai_and_chinese_are_compared(index: Index) -> None:
    chance = random.Random(5)
    chinese = "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(400))
    index.place(chinese)
    assert index.place(chinese[:380] + chinese[:20]).kind == "duplicate"


def test_prints_of_another_algorithm_are_never_compared(index: Index) -> None:
    index.place(text(1))
    index.db.execute("UPDATE signatures SET algorithm = 0")
    assert index.place(text(1)).kind == "new"


def test_forgetting_leaves_nothing_behind(index: Index) -> None:
    index.place(text(1))
    before = index.rows()
    index.place(text(1) + text(2))
    index.sameness.forget(2)
    assert index.rows() == before
    index.sameness.forget(1)
    index.sameness.forget(1)
    assert index.rows() == [[], []]


def test_a_group_outlives_the_member_it_was_named_by(index: Index) -> None:
    for _ in range(3):
        index.place(text(1))
    index.sameness.forget(1)
    assert index.sameness.members(2) == (2, 3)
    assert index.sameness.place(document(1, text(8))).group == 1
    assert index.sameness.members(index.place(text(1, 19)).group) == (2, 3, 4)


def test_an_article_is_placed_once(index: Index) -> None:
    index.place(text(1))
    with pytest.raises(sqlite3.IntegrityError):
        index.sameness.place(document(1, text(1)))


def test_two_writers_at_once_agree_on_one_original(tmp_path: Path) -> None:
    path = str(tmp_path / "index.db")
    with Index(path) as index:
        index.db.execute("PRAGMA journal_mode = WAL")
    verdicts: list[Verdict] = []

    def write(numbers: Iterable[int]) -> None:
        db = sqlite3.connect(path, isolation_level=None, timeout=30)
        for number in numbers:
            db.execute("BEGIN IMMEDIATE")
            verdicts.append(Sameness(db).place(document(number, text(number // 2))))
            db.execute("COMMIT")
        db.close()

    threads = [threading.Thread(target=write, args=(range(first, 40, 2),)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(verdict.kind for verdict in verdicts) == {"new": 20, "duplicate": 20}


def test_a_reopened_index_decides_like_one_that_stayed_open(tmp_path: Path) -> None:
    texts = [text(seed % 7, 20 - seed // 7) for seed in range(28)]
    with Index() as one:
        whole = [one.place(each) for each in texts]
    path = str(tmp_path / "index.db")
    with Index(path) as first:
        halves = [first.place(each) for each in texts[:14]]
    db = sqlite3.connect(path)
    halves += [Sameness(db).place(document(number, each)) for number, each in enumerate(texts[14:], 15)]
    db.close()
    assert [(v.group, v.of, v.kind) for v in halves] == [(v.group, v.of, v.kind) for v in whole]


def test_every_look_up_uses_an_index(index: Index) -> None:
    seen: list[str] = []
    index.db.set_trace_callback(seen.append)
    index.place(text(1), TITLE, ADDRESS)
    index.place("Just in.", TITLE, ADDRESS + "-2")
    index.place(text(1) + text(2), TITLE, ADDRESS + "-3")
    index.db.set_trace_callback(None)
    asked = [statement for statement in seen if statement.lstrip().startswith("SELECT")]
    plans = [row[3] for statement in asked for row in index.db.execute("EXPLAIN QUERY PLAN " + statement)]
    assert asked
    assert not [plan for plan in plans if plan.startswith("SCAN s")]


TITLES = {
    "equal headlines are the same": ("chips run short", "chips run short", "same"),
    "an edition's word around it changes nothing": ("update 2 chips run short", "chips run short", "same"),
    "half of the words is like": ("chips run short worldwide", "chips run out at foundries", "like"),
    "other words are another": ("chips run short", "rates fall again", "other"),
    "other numbers are another report": ("acme 1 net profit", "acme 2 net profit", "other"),
    "no headline is silent": ("", "chips run short", "silent"),
    "only small words are silent": ("what we know", "chips run short", "silent"),
}


@pytest.mark.parametrize(("one", "other", "said"), TITLES.values(), ids=TITLES)
def test_headlines(one: str, other: str, said: str) -> None:
    assert compare_titles(one, other) == said
    assert compare_titles(other, one) == said


ADDRESSES = {
    "an article under its section": ("https://s.example/news/chips", True),
    "a slug at the root": ("https://s.example/chips-run-short-again", True),
    "a number": ("https://s.example/12345", True),
    "a query": ("https://s.example?p=12", True),
    "a section": ("https://s.example/news", False),
    "a home page": ("https://s.example", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("address", "does"), ADDRESSES.values(), ids=ADDRESSES)
def test_which_addresses_identify_an_article(address: str, does: bool) -> None:
    assert identifies(address) == does


def test_a_text_under_one_group_is_no_roundup_even_when_others_quote_it() -> None:
    assert is_composite({1: range(4), 2: range(10, 14), 3: range(20, 24)}, 25)
    assert not is_composite({1: range(4), 2: range(10, 14), 3: range(20, 24), 4: range(25)}, 25)
    assert not is_composite({1: range(4), 2: range(10, 14), 3: range(20, 24)}, 100)
    assert not is_composite({}, 0)


def test_the_earliest_stands_for_the_group_then_the_named_source_then_the_longest() -> None:
    early, late = "2026-11-01", "2026-11-02"
    assert elect([(1, "", True, 900), (2, late, True, 10), (3, early, False, 10), (4, early, False, 20)]) == 4
    assert elect([(1, early, False, 900), (2, early, True, 10), (3, late, True, 990)]) == 2
    assert elect([(7, "", False, 5), (6, "", False, 5)]) == 6


def test_the_filter_answers_each_row_as_it_comes() -> None:
    asked: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for name, seed in (("a", 1), ("b", 2), ("c", 1)):
            asked.append(name)
            yield {"id": name, "text": text(seed)}

    answers = dedupe(rows())
    assert next(answers) == {"id": "a", "group": "a", "of": None, "method": None, "kind": "new", "similarity": 0.0}
    assert asked == ["a"]
    assert list(answers) == [
        {"id": "b", "group": "b", "of": None, "method": None, "kind": "new", "similarity": 0.0},
        {"id": "c", "group": "a", "of": "a", "method": "text", "kind": "duplicate", "similarity": 1.0},
    ]


def test_the_filter_takes_any_id_and_any_text() -> None:
    rows: list[dict[str, Any]] = [
        {"id": None},
        {"id": 7, "title": "\ud800", "text": "\ud800" * 50, "url": "http://[", "published": "yesterday"},
    ]
    assert [answer["id"] for answer in dedupe(iter(rows))] == [None, 7]


@pytest.mark.corpus
def test_copies_of_the_corpus_are_found_in_any_order(corpus: Path) -> None:
    with gzip.open(corpus / "duplicates" / "articles.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    by_date = sorted(rows, key=lambda row: (row["published"], row["id"]))
    shuffled = random.Random(1).sample(rows, len(rows))
    assert pair_f1(by_date) > 0.97
    assert pair_f1(shuffled) > 0.95


def pair_f1(rows: list[dict[str, Any]]) -> float:
    def pairs(counts: Iterable[int]) -> int:
        return sum(count * (count - 1) // 2 for count in counts)

    found = {answer["id"]: answer["group"] for answer in dedupe(iter(rows))}
    both = pairs(Counter((row["group"], found[row["id"]]) for row in rows).values())
    either = pairs(Counter(row["group"] for row in rows).values()) + pairs(Counter(found.values()).values())
    return 2 * both / either
