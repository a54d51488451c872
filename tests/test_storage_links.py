"""Links find their articles: by address, by title, in both directions, and never a wrong one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Feed
from extractors.addresses import canonical
from extractors.fingerprints import fingerprint
from extractors.model import Article, Link
from storage.connection import write_tx
from storage.intents import Arrival, Harvest, Poll
from storage.links import keys_of, recommend, resolve
from storage.purging import remove
from storage.store import Store

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SITE = "https://site.example/2026"
Keep = Callable[[Article, Sequence[Article]], None]

TITLE = "Norvik opens a quiet data centre in Tarmo for patient neighbours"


def article(guid: str, title: str = "", *links: Link, **facts: object) -> Article:
    words = " ".join(f"{guid}{number * 7919 % 1000}" for number in range(40))
    url = f"{SITE}/{guid}"
    whole = Article(guid=guid, url=url, canonical_url=canonical(str(facts.get("canonical_url", url))), title=title or f"All there is to say of {guid}",
                    text=f"It may be loud or quiet. {words}", published=NOW, links=links)  # fmt: skip
    whole = replace(whole, **{key: value for key, value in facts.items() if key != "canonical_url"})  # type: ignore[arg-type]
    return replace(whole, fingerprint=fingerprint(whole.text))


def see(title: str = "More", url: str | None = None) -> Link:
    return Link(kind="see_also", title=title, url=url, label="See also")


class Mill:
    """A store with two feeds, and one call to keep articles."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.sync_feeds([Feed(slug=slug, url=f"https://{slug}.example/feed") for slug in ("ledger", "post")], NOW)
        self.run = store.start_run("cli", "1", NOW)
        self.polls = 0

    def keep(self, *articles: Article, feed: str = "ledger") -> None:
        self.polls += 1
        at = NOW + timedelta(hours=self.polls)
        arrivals = tuple(Arrival(article=one, entry_hash=f"{one.title} {self.polls}") for one in articles)
        state = self.store.due(NOW, (feed,), force=True)[0]
        self.store.keep(
            Harvest(run_id=self.run, feed=state, poll=Poll(started_at=at, outcome="new", status=200), arrivals=arrivals)
        )

    def leads(self) -> dict[str, tuple[str, str]]:
        """The article of each see-also line with what it leads to, and how that was found."""
        query = """SELECT a.guid, b.guid, s.method FROM see_also AS s JOIN articles AS a ON a.id = s.article_id
            JOIN articles AS b ON b.id = s.related_id WHERE s.kind = 'see_also' ORDER BY 1, s.rank"""
        return {row[0]: (row[1], row[2]) for row in self.store.connection.execute(query)}


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    with Store.open(tmp_path / "news.db") as store:
        yield Mill(store)


@pytest.fixture(params=["line first", "target first"])
def keep(request: pytest.FixtureRequest, mill: Mill) -> Keep:
    """Keep an article with a line, and others, in one order or another."""

    def kept(line: Article, others: Sequence[Article]) -> None:
        for some in ([line], others) if request.param == "line first" else (others, [line]):
            mill.keep(*some)

    return kept


RIGHT = {
    "the very address": (see(url=f"{SITE}/b?utm_source=x#top"), article("b"), "address"),
    "the page for phones": (see(url="https://m.site.example/2026/b"), article("b"), "address"),
    "the AMP page": (see(url=f"{SITE}/b/amp/?utm_source=x"), article("b"), "address"),
    "the AMP page for phones": (see(url="https://m.site.example/2026/b/amp?outputType=amp"), article("b"), "address"),
    "the page for phones, asked for in AMP": (see(url="https://m.site.example/2026/b?amp=1"), article("b"), "address"),
    "the AMP page, asked for in AMP": (see(url=f"{SITE}/b/amp?amp=true"), article("b"), "address"),
    "the AMP page in a cache": (see(url="https://www.google.com/amp/s/amp.site.example/2026/b"), article("b"), "address"),
    "what the page calls itself": (see(url=f"{SITE}/fine-name"), article("b", canonical_url=f"{SITE}/fine-name"), "address"),
    "another address of it": (see(url=f"{SITE}/other"), article("b", addresses=(f"{SITE}/other",)), "address"),
    "a section's page that an article has": (see(url="https://site.example/b"), article("b", url="https://site.example/b"), "address"),
    "the title": (see(TITLE.upper()), article("b", TITLE), "title"),
    "the title, with an address nobody knows": (see(TITLE, "https://else.example/x/y"), article("b", TITLE), "title"),
    "the title with a site at its end": (see(f"{TITLE} - AI News"), article("b", TITLE), "title"),
    "the title with a label": (see(f"Report: {TITLE}"), article("b", TITLE), "title"),
    "the title without the article's label and site": (see(TITLE), article("b", f"[Video] {TITLE} | Site"), "title"),
    "the title without the article's site, with an address": (see(TITLE, "https://else.example/x/y"), article("b", f"{TITLE} | Site"), "title"),
    "the title with an ellipsis": (see(TITLE[:45] + "…"), article("b", TITLE), "title"),
    "the title with another word": (see(TITLE.replace("quiet", "loud")), article("b", TITLE), "title"),
    "the title with escapes": (see("Norvik&#8217;s data centre &amp; its neighbours"), article("b", "Norvik's data centre & its neighbours"), "title"),
}  # fmt: skip


@pytest.mark.parametrize(("link", "target", "method"), RIGHT.values(), ids=RIGHT)
def test_a_line_leads_to_its_article_whichever_comes_first(
    link: Link, target: Article, method: str, mill: Mill, keep: Keep
) -> None:
    keep(article("a", "", link), [article("c"), target, article("d", "Helmo closes its reading room for a week")])
    assert mill.leads() == {"a": ("b", method)}


WRONG = {
    "the day is another": (see("Norvik daily brief for 13 May"), [article("b", "Norvik daily brief for 12 May")]),
    "the quarter is another": (see(f"{TITLE} in Q2"), [article("b", f"{TITLE} in Q1")]),
    "the number is another": (see(f"{TITLE} for 130 people"), [article("b", f"{TITLE} for 120 people")]),
    "the company is another": (see(TITLE.replace("Norvik", "Helmo")), [article("b", TITLE)]),
    "the place is another": (see(TITLE.replace("Tarmo", "Helmo")), [article("b", TITLE)]),
    "it is the opposite": (see(TITLE.replace("opens", "closes")), [article("b", TITLE, text="It opens and closes.")]),
    "two have the title": (see(TITLE), [article("b", TITLE), article("c", TITLE)]),
    "two begin so": (see(TITLE[:40] + "…"), [article("b", TITLE), article("c", TITLE + " of Helmo")]),
    "two are like it": (see(TITLE.replace("quiet", "loud")), [article("b", TITLE), article("c", TITLE.replace("quiet", "patient"), text="It may be loud, quiet or patient.")]),
    "sixty-six begin so": (see("Norvik opens a quiet data…"), [article(f"x{n}", TITLE + f" {n}") for n in range(66)]),
    "the label is another": (see(f"Watch: {TITLE[:45]}..."), [article("b", f"Exclusive: {TITLE}")]),
    "it has two words": (see("Norvik opens"), [article("b", "Norvik opens")]),
    "it is cut after three words": (see("Norvik opens a…"), [article("b", TITLE)]),
    "it is cut before a date": (see("Market report for the week of …"), [article("b", "Market report for the week of 12 May")]),
    "two have the address": (see(url=f"{SITE}/b"), [article("b"), article("c", addresses=(f"{SITE}/b",))]),
    "two have the address, and a third the title": (see(TITLE, f"{SITE}/b"), [article("b"), article("c", addresses=(f"{SITE}/b",)), article("d", TITLE)]),
    "it leads to the site itself": (see(url="https://site.example/"), [article("b", url="https://site.example/")]),
    "it leads to a section": (see(url="https://site.example/news/"), [article("b")]),
    "it leads to the article itself": (see(url=f"{SITE}/a"), [article("b")]),
    "it names the article itself": (see("All there is to say of a"), [article("b")]),
    "its address is that of another of the series": (see("Norvik weekly digest of harbours", f"{SITE}/digest-2"), [article("b", "Norvik weekly digest of harbours")]),
    "it has an address, and a title that is cut": (see(TITLE[:40] + "…", f"{SITE}/x"), [article("b", TITLE)]),
    "a year and more lies between": (see(TITLE[:40] + "…"), [article("b", TITLE, published=NOW - timedelta(days=800))]),
}  # fmt: skip


@pytest.mark.parametrize(("link", "others"), WRONG.values(), ids=WRONG)
def test_a_line_leads_nowhere_when(link: Link, others: list[Article], mill: Mill, keep: Keep) -> None:
    keep(article("a", "", link), others)
    assert mill.leads() == {}


def test_of_two_that_have_the_address_the_title_chooses_one(mill: Mill) -> None:
    mill.keep(article("b", TITLE), article("c", addresses=(f"{SITE}/b",)), article("a", "", see(TITLE, f"{SITE}/b")))
    assert mill.leads() == {"a": ("b", "address")}


FORMER = {
    "one word of it": TITLE.replace("opens", "closes"),
    "half of it": "Tarmo has the data centre that Norvik opens after a long wait of patient neighbours",
}


@pytest.mark.parametrize("now", FORMER.values(), ids=FORMER)
@pytest.mark.parametrize("order", ["line first", "line between", "line last"])
def test_a_line_leads_to_an_article_by_the_title_it_had_before(now: str, order: str, mill: Mill) -> None:
    polls = [article("b", TITLE), article("b", now, text="It says something else by now, and says so at length.")]
    polls.insert(("line first", "line between", "line last").index(order), article("a", "", see(TITLE)))
    for one in polls:
        mill.keep(one)
    assert mill.leads() == {"a": ("b", "title")}


def test_a_line_loses_its_target_to_one_that_fits_better_and_gets_it_back(mill: Mill) -> None:
    mill.keep(article("a", "", see(TITLE[:45] + "…"), see(TITLE.replace("quiet", "loud"))), article("b", TITLE))
    assert mill.leads() == {"a": ("b", "title")}
    mill.keep(article("c", TITLE[:45]), article("d", TITLE.replace("quiet", "loud")))
    rows = mill.store.connection.execute("SELECT target_id FROM links ORDER BY id").fetchall()
    assert [row[0] for row in rows] == [3, 4]
    mill.keep(article("c", "Something else it is"), article("d", "And this is another"))
    assert mill.leads() == {"a": ("b", "title")}


def test_the_first_line_gives_the_reason_and_an_address_goes_before_a_title(mill: Mill) -> None:
    lines = (
        see(TITLE),
        replace(see(url=f"{SITE}/b"), label="Read also"),
        replace(see(url=f"{SITE}/c"), kind="related", label=""),
    )
    mill.keep(article("a", "", *lines), article("b", TITLE), article("c"))
    rows = mill.store.connection.execute(
        "SELECT related_id, rank, method, reason FROM see_also ORDER BY rank"
    ).fetchall()
    assert rows == [(2, 1, "address", "See also"), (3, 2, "address", "Related")]


POOL = [
    *(see(title) for title in (TITLE, f"{TITLE} - AI News", TITLE[:45] + "…", TITLE.replace("quiet", "loud"), f"Video: {TITLE}")),
    *(see(url=f"{SITE}/{name}") for name in ("t1", "t2/amp", "t3", "shared")),
    see("Norvik opens a quiet data …"), see(TITLE, f"{SITE}/shared"),
]  # fmt: skip
TARGETS = [
    article("t1", TITLE), article("t2", TITLE.replace("quiet", "patient")), article("t3", f"{TITLE} | Site", addresses=(f"{SITE}/shared",)),
    article("t4", TITLE.replace("quiet", "loud"), addresses=(f"{SITE}/shared",)), article("t5", "Norvik opens a quiet data store"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_where_lines_lead_does_not_hang_on_the_order_of_arrival(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    lines = [article(f"p{number}", "", link) for number, link in enumerate(POOL)]
    some = [*lines, *dice.sample(TARGETS, dice.randrange(1, len(TARGETS) + 1))]
    ends = []
    for turn in range(3):
        dice.shuffle(some)
        with Store.open(tmp_path / f"{turn}.db") as store:
            mill = Mill(store)
            at = 0
            while at < len(some):
                size = dice.randrange(1, 5)
                mill.keep(*some[at : at + size])
                at += size
            ends.append(mill.leads())
    assert ends[0] == ends[1] == ends[2]


def test_rows_that_stay_are_not_written_anew(mill: Mill) -> None:
    mill.keep(article("a", "", see(url=f"{SITE}/b"), see(url=f"{SITE}/c")), article("b"), article("c"))
    connection = mill.store.connection
    connection.execute("UPDATE see_also SET score = 0.5")
    recommend(connection, [1])
    assert connection.execute("SELECT score FROM see_also").fetchall() == [(0.5,), (0.5,)]


def test_a_copy_is_looked_for_by_its_own_names_and_not_by_those_of_all_its_group(mill: Mill) -> None:
    copies = [article(f"c{number}", f"{TITLE} {number}", text="A text that they share. " * 20) for number in range(9)]
    mill.keep(*copies)
    keys = keys_of(mill.store.connection, [9])
    assert sorted(keys.urls | keys.titles) == [f"{TITLE} 8", f"{SITE}/c8"]
    assert keys.group == set(range(1, 10))


SHARED = "A text that many have: " + " ".join(f"w{number * 7919 % 1009}" for number in range(60))


def moves(dice: random.Random, mill: Mill) -> Iterator[None]:
    """Copies come, change their title, their date or their text, are taken apart or put together, and are deleted."""
    names = [f"t{number}" for number in range(6)]
    titles = [
        TITLE,
        f"{TITLE} - AI News",
        TITLE.replace("quiet", "loud"),
        "Helmo closes its reading room for a week",
        "",
    ]
    lines = [see(title) for title in titles[:4]] + [see(TITLE[:45] + "…")]
    lines += [see(url=f"{SITE}/{name}{form}") for name in (*names, "shared") for form in ("", "/amp?amp=1")]
    mill.keep(*(article(f"p{number}", "", line) for number, line in enumerate(lines)))
    for _ in range(25):
        ids = [row[0] for row in mill.store.connection.execute("SELECT id FROM articles WHERE guid >= 't' ORDER BY id")]
        match dice.choice(["keep", "keep", "keep", "split", "join", "remove"]):
            case "split" if ids:
                mill.store.groups.split(dice.choice(ids), NOW)
            case "join" if len(ids) > 1:
                one, other = dice.sample(ids, 2)
                mill.store.groups.join(one, other, NOW)
            case "remove" if ids:
                with write_tx(mill.store.connection):
                    remove(mill.store.connection, [dice.choice(ids)])
            case _:
                text = SHARED if dice.random() < 0.7 else SHARED[::-1]
                known = (f"{SITE}/shared",) if dice.random() < 0.2 else ()
                at = NOW - timedelta(hours=dice.randrange(50))
                links = [dice.choice(lines)] if dice.random() < 0.4 else []
                mill.keep(
                    article(dice.choice(names), dice.choice(titles), *links, text=text, addresses=known, published=at)
                )
        yield


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_all_links_lead_to_where_they_would_if_all_were_looked_at_again(seed: int, mill: Mill) -> None:
    connection = mill.store.connection
    query = "SELECT id, target_id FROM links ORDER BY id"
    for _ in moves(random.Random(seed), mill):
        before = connection.execute(query).fetchall()
        everything = [row[0] for row in connection.execute("SELECT id FROM articles")]
        with write_tx(connection):
            resolve(connection, everything, keys_of(connection, everything))
        assert connection.execute(query).fetchall() == before


def test_lines_of_any_text_are_kept(mill: Mill) -> None:
    lines = [
        see(title, url)
        for title in ("\ud800\x00…", '" OR NEAR(', "* AND ( NOT …", "a" * 9_000, "")
        for url in (None, "http://[", f"{SITE}/\ud800")
    ]
    mill.keep(article("a", '"title : * AND (" OR NEAR( NOT of all that is held', *lines))
    mill.keep(article("b", "\x00\ud800 " * 90, *lines))
    assert mill.leads() == {}
