"""Site rules on pages: those that ship, each on a page in the shape of its site's, and the keys one by one."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml.html import HtmlElement

from config.chrome import ChromeConfig, SiteRule, load_chrome
from extractors.clean import clean_page, compile_rules
from extractors.model import Page
from extractors.page import Facts, parse
from extractors.paths import LARGEST, starts_of
from extractors.rules import CleanRules
from extractors.sites import MARK, Sites, amend, compile_site, narrow, told

PAGES = Path(__file__).parent / "pages"
# host: path, title, author, date, first words, last words, what of the page is not the article
SHIPPED = {
    "arxiv.org": (
        "/abs/2403.01234", "Counting Cranes With Small Models", "Ngozi Okafor; Per Lindqvist", datetime(2024, 3, 2, tzinfo=UTC),
        "Harbours count their cranes by hand. We ask", "nobody in the port could name.",
        ("Abstract:", "Title:", "arXivLabs", "Submission history", "14 pages"),
    ),
    "github.com": (
        "/veldhaven/berth/releases/tag/v3.2.0", "3.2.0: turns for cranes", "", datetime(2024, 3, 6, 14, tzinfo=UTC),
        "Cranes now take turns on the bus.", "gate opened at three in the morning.",
        ("released this", "verified signature", "Contributors", "Assets", "reacted"),
    ),
    "lwn.net": (
        "/Articles/900200/", "A quieter scheduler for harbour cranes", "Marit Halvorsen", datetime(2024, 3, 4, tzinfo=UTC),
        "Cranes in a harbour share one bus,", "came up twice, comes up again.",
        ("By Marit", "consider subscribing", "Index entries", "to post comments", "nine cranes", "Copyright"),
    ),
    "news.ycombinator.com": (
        "/item?id=1", "Ask HN: How do you keep a small harbour running on one server?", "kittiwake", datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
        "We run the berths of a small harbour:", "would you do it again?",
        ("212 points", "84 comments", "oldsalt", "identical boxes", "Guidelines"),
    ),
}  # fmt: skip
SENTENCES = [
    "The council of Veldhaven has voted for the new line along the quay after a night that lasted until five.",
    "Seven members were against it, and one slept, which the rules of the house count as a vote for the old line.",
    "Building begins in spring, or in the spring after that, depending on what is found below the fish market.",
    "The trams will pass every nine minutes, and the council has asked them to pass without ringing their bells.",
]
URL = "https://news.example/a"


@pytest.fixture(scope="module")
def shipped() -> CleanRules:
    return compile_rules(load_chrome())


def test_every_rule_that_ships_has_a_page_and_every_page_a_rule() -> None:
    ours = set(load_chrome().sites)
    assert {page.stem for page in PAGES.glob("*.html")} == ours
    assert set(SHIPPED) == ours


@pytest.mark.parametrize("host", SHIPPED)
def test_a_rule_that_ships_finds_the_article(host: str, shipped: CleanRules) -> None:
    path, title, author, moment, first, last, chrome = SHIPPED[host]
    data = (PAGES / f"{host}.html").read_bytes()
    cleaned = clean_page(Page(url=f"https://{host}{path}", body=data), shipped)
    assert (cleaned.title, cleaned.author, cleaned.published) == (title, author, moment)
    assert cleaned.text.startswith(first)
    assert cleaned.text.endswith(last)
    assert [words for words in chrome if words in cleaned.text] == []
    assert [words for words in chrome if words.encode() not in data.replace(b"&copy;", b"")] in ([], ["By Marit"])
    assert cleaned.wall is None


def test_what_a_rule_cuts_is_on_record_at_its_place() -> None:
    own = SiteRule(host="a.example", body=("main",), cut=(".offer",))
    rules = compile_rules(replace(load_chrome(), sites={"a.example": own}))
    offer = "<div class=offer><p>Our partner has cranes for sale.</p></div>"
    html = f"<main><p>{SENTENCES[0]}</p>{offer}{''.join(f'<p>{line}</p>' for line in SENTENCES[1:])}</main>"
    cleaned = clean_page(Page(url="https://a.example/1", body=html.encode()), rules)
    assert cleaned.text == "\n\n".join(SENTENCES)
    [cut] = cleaned.cuts
    assert (cut.rule, cut.text) == ("element.site", "Our partner has cranes for sale.")
    assert cleaned.text[cut.position :].startswith(SENTENCES[1])


@pytest.mark.parametrize("host", SHIPPED)
def test_a_rule_that_ships_is_needed(host: str, shipped: CleanRules) -> None:
    page = Page(url=f"https://{host}/a", body=(PAGES / f"{host}.html").read_bytes())
    bare = clean_page(page, compile_rules(ChromeConfig(**{**fields(load_chrome()), "sites": {}})))
    own = clean_page(page, shipped)
    assert (bare.text, bare.title, bare.author, bare.published) != (own.text, own.title, own.author, own.published)


def fields(config: ChromeConfig) -> dict[str, dict[str, object]]:
    return {name: getattr(config, name) for name in ("blocks", "elements", "labels", "panels")}


def test_a_post_that_is_a_link_has_no_text_of_its_own(shipped: CleanRules) -> None:
    data = (PAGES / "news.ycombinator.com.html").read_text()
    start, end = data.index('<div class="toptext">'), data.index("</div></td></tr>\n<tr style")
    cleaned = clean_page(
        Page(url="https://news.ycombinator.com/item?id=1", body=(data[:start] + data[end:]).encode()), shipped
    )
    assert cleaned.text == ""


HOSTS = {
    "the host": ("a.example", "a.example"),
    "its www": ("www.a.example", "a.example"),
    "in capitals": ("A.Example", "a.example"),
    "a host below": ("x.y.a.example", "a.example"),
    "a host below one that speaks for itself only": ("x.b.example", None),
    "that one's www": ("www.b.example", "b.example"),
    "a host with a rule for those below": ("c.example", None),
    "one below it": ("x.c.example", ".c.example"),
    "one with a rule of its own": ("d.c.example", "d.c.example"),
    "below one with its own and one for those below": ("x.e.example", ".e.example"),
    "the one itself": ("e.example", "e.example"),
    "a rule written with www": ("f.example", "www.f.example"),
    "another host that ends alike": ("aa.example", None),
    "no host": ("", None),
}


@pytest.mark.parametrize(("host", "rule"), HOSTS.values(), ids=HOSTS)
def test_the_nearest_rule_that_speaks_for_a_host_is_its_rule(host: str, rule: str | None) -> None:
    below = {"b.example": False, "d.c.example": False}
    names = ("a.example", "b.example", ".c.example", "d.c.example", "e.example", ".e.example", "www.f.example")
    found = Sites({name: SiteRule(host=name, below=below.get(name, True)) for name in names}).find(host)
    assert (found.host if found else None) == rule


def test_a_rule_is_compiled_when_it_is_first_asked_for() -> None:
    sites = Sites({f"{n}.example": SiteRule(host=f"{n}.example", body=("article",)) for n in range(50)})
    assert sites.compiled == {}
    assert sites.find("7.example") is sites.find("x.7.example")
    assert list(sites.compiled) == ["7.example"]


def test_thousands_of_rules_cost_a_run_next_to_nothing(pace: float) -> None:
    rules = {
        f"{n}.example": SiteRule(host=f"{n}.example", body=(f"#b{n}",), cut=(f".c{n}", "//p[@x]")) for n in range(2000)
    }
    config = ChromeConfig(**{**fields(load_chrome()), "sites": rules})
    start = time.process_time()
    pickle.loads(pickle.dumps(config))
    Sites(config.sites)
    assert time.process_time() - start < 0.2 * pace


def page(body: str) -> HtmlElement:
    return parse(f"<html><head><title>T</title></head><body>{body}</body></html>")


def text(element: HtmlElement | None) -> str | None:
    """What is left of an element once what was cut is gone."""
    if element is None:
        return None
    for item in list(element.iter()):
        if item.get("class") == MARK and item.getparent() is not None:
            item.drop_tree()
    return " ".join("".join(element.itertext()).split())


NARROWED = {
    "the first selector that finds something": (
        {"body": (".no", "#x", "#y")}, "<p id=y>why</p><p id=x>this</p>", "this"),
    "all that one selector finds, in the page's order, without what lies between": (
        {"body": (".part, .lead",)}, "<p class=part>One,</p> between <div><p class=lead>two,</p> after</div><p class=part>three.</p>", "One,two,three."),
    "an element and one inside it": (
        {"body": ("div",)}, "<div>a <div>b</div> c</div>", "a b c"),
    "no body": ({"body": (".no",)}, "<p>this</p>", None),
    "no selector": ({"cut": ("p",)}, "<p>this</p>", None),
    "a text is no body": ({"body": ("//p/text() | //b",)}, "<p>this</p>", None),
    "what is cut goes, what follows it stays": (
        {"body": ("main",), "cut": (".ad", "//i")}, "<main>a <b class=ad>ad</b> b <i>c</i> d</main>", "a b d"),
    "all whose class or id holds a name": (
        {"body": ("main",), "cut_names": ("promo", "x[")}, "<main><p class=a-promo-b>1</p><p id=promo>2</p><p class=Promo>3</p><p id='x['>4</p></main>", "3"),
    "what is to be kept is kept": (
        {"body": ("main",), "cut": ("p", ".out"), "keep": ("#k",)}, "<main><p>1</p><div class=out>a<p id=k>2</p></div><div class=out>b</div></main>", "a2"),
    "the page itself is never cut": (
        {"body": ("main",), "cut": ("body", "html", "//@class"), "cut_names": ("all",)}, "<main class=x>this</main>", "this"),
    "a cut inside a cut": ({"body": ("main",), "cut": ("div",)}, "<main>a<div>b<div>c</div></div></main>", "a"),
    "a body that was cut": ({"body": ("main",), "cut": ("main",)}, "<main>a</main>", None),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "body", "found"), NARROWED.values(), ids=NARROWED)
def test_a_body_is(keys: dict[str, tuple[str, ...]], body: str, found: str | None) -> None:
    assert text(narrow(page(body), compile_site(SiteRule(host="a.example", **keys)))) == found  # type: ignore[arg-type]


def test_parts_of_a_body_stay_in_the_page() -> None:
    tree = page("<div id=a><p>One.</p></div> tail <div id=b><p>Two.</p></div><p>Three.</p>")
    top = narrow(tree, compile_site(SiteRule(host="a.example", body=("#a, #b",))))
    assert top is not None
    assert top.getroottree().getroot() is tree
    assert text(tree) == "TOne.Two. tail Three."


def test_what_a_rule_calls_the_body_or_keeps_is_no_chrome_by_its_name(tmp_path: Path) -> None:
    rule = '[sites."news.example"]\nbody = ["aside.sidebar"]\nkeep = [".newsletter"]\n'
    (tmp_path / "sites.toml").write_text(rule, encoding="utf-8")
    html = f"<article>{''.join(f'<p>{line}</p>' for line in SENTENCES[2:])}</article>"
    html += f"<aside class=sidebar role=complementary hidden><p>{SENTENCES[0]}</p><div class=newsletter><p>{SENTENCES[1]}</p></div></aside>"
    cleaned = clean_page(Page(url=URL, body=html.encode()), compile_rules(load_chrome(tmp_path)))
    assert (cleaned.text, cleaned.source) == ("\n\n".join(SENTENCES[:2]), "site")


def test_a_body_is_taken_whole_whatever_its_parts_are_called(tmp_path: Path) -> None:
    rule = '[sites."news.example"]\nbody = [".intro, .half"]\n'
    (tmp_path / "sites.toml").write_text(rule, encoding="utf-8")
    parts = f"<p class=intro>{SENTENCES[0]}</p><div>An advertisement</div>"
    parts += f"<div class=half><div class=article-body><p>{SENTENCES[1]}</p></div><h2>Then</h2></div>"
    parts += f"<div class=half><section><p>{SENTENCES[2]}</p></section><div class=x><p>{SENTENCES[3]}</p></div><div class=newsletter><p>Get news by post.</p></div></div>"
    cleaned = clean_page(Page(url=URL, body=parts.encode()), compile_rules(load_chrome(tmp_path)))
    assert cleaned.text == "\n\n".join((*SENTENCES[:2], "Then", *SENTENCES[2:]))


FACTS = {
    "an element": ({"title": (".no", "h2")}, "<h1>No</h1><h2> A  <i>title</i>\n</h2>", ("A title", "", "")),
    "an attribute": ({"date": ("//i/@data-at",)}, "<i data-at='2024-03-01'>today</i>", ("", "", "2024-03-01")),
    "a text of XPath's making": ({"author": ("xpath:substring-after(//p, 'Words: ')",)}, "<p>Words: Ada</p>", ("", "Ada", "")),
    "a text that is empty is none": ({"author": ("xpath:substring-after(//p, 'by ')", "b")}, "<p>x</p><b>By Bo</b>", ("", "Bo", "")),
    "several authors, each once": ({"author": (".a",)}, "<p class=a>Ada<p class=a>By Bo<p class=a>Ada<p class=a>", ("", "Ada; Bo", "")),
    "an address is no author": ({"author": ("//a/@href",)}, "<a href='https://x.example/'>x</a>", ("", "", "")),
    "the date of a time element": ({"date": ("time",)}, "<time datetime='2024-03-01T10:00Z'>yesterday</time>", ("", "", "2024-03-01T10:00Z")),
    "the content of a meta element": ({"date": ("meta[name=d]",)}, "<meta name=d content='1 March 2024'>", ("", "", "1 March 2024")),
    "a number is no title": ({"title": ("xpath:count(//p)",)}, "<p>x</p>", ("", "", "")),
    "nothing found": ({"title": ("h3",), "author": ("h3",), "date": ("h3",)}, "<p>x</p>", ("", "", "")),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "body", "facts"), FACTS.values(), ids=FACTS)
def test_title_author_and_date_are(keys: dict[str, tuple[str, ...]], body: str, facts: tuple[str, str, str]) -> None:
    said = told(page(body), compile_site(SiteRule(host="a.example", **keys)))  # type: ignore[arg-type]
    assert (said.title, said.author, said.date) == facts


def test_what_a_rule_reads_goes_before_what_the_page_says_of_itself() -> None:
    tree = page("<h1>Ours</h1><p class=d>some day in March</p><time>4 March 2024</time>")
    facts = Facts(title="Theirs", author="Ada", published=datetime(2020, 1, 1, tzinfo=UTC))
    site = compile_site(SiteRule(host="a.example", title=("h1",), date=("time",)))
    assert amend(facts, told(tree, site)) == Facts(
        title="Ours", author="Ada", published=datetime(2024, 3, 4, tzinfo=UTC)
    )
    odd = compile_site(SiteRule(host="a.example", date=(".d",)))
    assert amend(facts, told(tree, odd)) == facts
    assert amend(facts, told(tree, None)) == facts


def test_facts_are_read_before_their_elements_are_cut(tmp_path: Path) -> None:
    rule = '[sites."news.example"]\nbody = ["main"]\ncut = [".by"]\nauthor = [".by b"]\n'
    (tmp_path / "sites.toml").write_text(rule, encoding="utf-8")
    html = f"<main><p class=by>Written on the quay by <b>Ada Lund</b></p>{''.join(f'<p>{line}</p>' for line in SENTENCES)}</main>"
    cleaned = clean_page(Page(url=URL, body=html.encode()), compile_rules(load_chrome(tmp_path)))
    assert (cleaned.author, cleaned.text) == ("Ada Lund", "\n\n".join(SENTENCES))


WALLS = {
    "a phrase": ("Ahoy, landlubber", 2, "paywall"),
    "a selector": (".gate", 2, "paywall"),
    "a selector of what is cut": ("//div[@class='gate']", 2, "paywall"),
    "a selector that finds nothing": (".fence", 2, None),
    "a phrase of another page": ("Members only", 2, None),
    "a selector on a page with a long text": (".gate", 40, None),
}


@pytest.mark.parametrize(("entry", "times", "wall"), WALLS.values(), ids=WALLS)
def test_a_wall_is(entry: str, times: int, wall: str | None, tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(
        f'[sites."news.example"]\ncut = [".gate"]\nwall = ["{entry}"]\n', encoding="utf-8"
    )
    lines = "".join(f"<p>{n}. {line}</p>" for n, line in enumerate(SENTENCES * (times // 2)))
    html = f"<article>{lines}<p>Ahoy, landlubber: crew only beyond this line.</p></article><div class=gate>Come aboard</div>"
    if times > 2:
        html = html.replace("Ahoy", "Hello")
    assert clean_page(Page(url=URL, body=html.encode()), compile_rules(load_chrome(tmp_path))).wall == wall


STARTS = {
    "one step": ("//a", []),
    "a step from many": ("//div//p", ["//div"]),
    "steps from many": ("//div/p//a | //b//c", ["//div/p", "//b"]),
    "in brackets": ("(//div//p)[1]//x", ["//div", "(//div//p)[1]"]),
    "what CSS becomes": ("descendant-or-self::div/descendant::p", ["descendant-or-self::div"]),
    "brothers": ("//footer/self::footer | //footer/following-sibling::*", ["//footer"]),
    "in quotes": ("//a[@x='//b']//c", ["//a[@x='//b']"]),
    "in a condition": ("//a[b//c]", []),
    "from a call": ("id('x')//p", ["id('x')"]),
    "to one's parent": ("//p/..", []),
}


@pytest.mark.parametrize(("path", "starts"), STARTS.values(), ids=STARTS)
def test_a_costly_step_starts_from(path: str, starts: list[str]) -> None:
    assert starts_of(path) == starts


SELECTORS = (
    "div p", "div > p", "p + p", "p ~ p", "p:nth-child(3)", "//footer/following-sibling::*", "//p/preceding::p", "//div//div//p",
    "//p[count(preceding-sibling::*) = 3]", "(//div//p)[last()]/ancestor::div", "//*[contains(., 'zzz')]",
)  # fmt: skip
HOSTILE = {
    "brothers": "<footer>x</footer>" * 4000,
    "as many as are looked at": "<p>x</p>" * (LARGEST - 50),
    "more than are looked at": "<p>x</p>" * 300_000,
    "nested": "<div>" * 50_000 + "<p>x</p>",
    "nested with many inside": "<div>" * 200 + "<p>x</p>" * 6000,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_no_page_makes_a_rule_slow(html: str, pace: float) -> None:
    site = compile_site(
        SiteRule(host="a.example", body=(".no",), cut=SELECTORS, cut_names=("story", "teaser"), title=SELECTORS)
    )
    tree = parse(html)
    start = time.process_time()
    told(tree, site)
    narrow(tree, site)
    assert time.process_time() - start < 8 * pace  # eleven selectors that no rule has, twice
