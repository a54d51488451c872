from __future__ import annotations

from dataclasses import replace

import pytest

from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_page, compile_rules
from extractors.containers import find
from extractors.model import Cleaned, Container, Learnt, Page
from extractors.page import parse

HOST = "news.example"
FACTS = [
    ("cranes", "The cranes of Veldhaven pause for gusts that have not come yet, since their masts have learnt to see them far away."),
    ("sheep", "The sheep of Brakel graze beyond the mill until the spring, and nobody on the council can say whose sheep they are."),
    ("trams", "The trams of Lindholm share their lanes with six buses from December, and the drivers will keep the right of way there."),
    ("masts", "The masts at Dry Head were set up in a week of calm, which was the only one that the island had in all that year."),
]  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def page_of(number: int, *, pieces: int = 8, wrap: str = "class='post__body col-{n}' id=p{n}") -> Page:
    slug, line = FACTS[number % len(FACTS)]
    body = "".join(f"<p>{n}. {line}</p>" + ("<h2>And then</h2>" if n == 3 else "") for n in range(pieces))
    cards = "".join(
        f"<div class=card><a href='/{n}'>Another headline of the day, number {n}</a></div>" for n in range(60)
    )
    html = f"""<html><head><title>{slug}</title></head><body class='post-{number} category-{slug}'><nav>{cards}</nav>
    <main><article class='post-{number} category-{slug} entry'><h1>{slug}</h1><div {wrap.format(n=number)}>{body}
    <div class=share><a href=/s>Share</a></div></div></article><div class=more>{cards}</div></main></body></html>"""
    return Page(url=f"https://{HOST}/2026/{slug}-{number}", body=html.encode())


def learn(cleaned: Cleaned) -> Learnt:
    assert cleaned.container is not None
    return Learnt(containers=(cleaned.container,))


def test_a_body_tells_its_container(rules: CleanRules) -> None:
    won = [clean_page(page_of(number), rules, None, Learnt()).container for number in range(4)]
    assert {(one.host, one.path) for one in won if one} == {(HOST, "div.post__body")}
    assert all(one and 800 < one.prose < 1200 for one in won)


def test_a_learnt_container_gives_the_same_text(rules: CleanRules) -> None:
    learnt = learn(clean_page(page_of(0), rules, None, Learnt()))
    for number in range(1, 12):
        page = page_of(number, pieces=4 + number)
        plain, quick = clean_page(page, rules, None, Learnt()), clean_page(page, rules, None, learnt)
        assert (plain.source, quick.source) == ("fast", "container")
        assert quick.text == plain.text
        assert quick.container == plain.container


HOST_ONLY = replace(Container(host=HOST, path="div.post__body", prose=900))
PASSED_OVER = {
    "one that holds far less than usual": replace(HOST_ONLY, prose=9000),
    "one of another host": replace(HOST_ONLY, host="other.example"),
    "one that is not there": replace(HOST_ONLY, path="div.gone"),
    "one that is there twice and more": replace(HOST_ONLY, path="div.card"),
    "one that is not understood": replace(HOST_ONLY, path="div[1] or //p"),
    "an empty path": replace(HOST_ONLY, path=""),
}


@pytest.mark.parametrize("container", PASSED_OVER.values(), ids=PASSED_OVER)
def test_a_container_is_passed_over(container: Container, rules: CleanRules) -> None:
    cleaned = clean_page(page_of(1), rules, None, Learnt(containers=(container,)))
    assert cleaned.source == "fast"
    assert cleaned.text == clean_page(page_of(1), rules).text


def test_a_container_is_passed_over_when_the_article_begins_above_it(rules: CleanRules) -> None:
    page = page_of(1)
    lead = f"</h1><p>{FACTS[2][1]}</p>"
    other = replace(page, body=page.body.replace(b"</h1>", lead.encode()))
    cleaned = clean_page(other, rules, None, Learnt(containers=(HOST_ONLY,)))
    assert (cleaned.source, cleaned.text.split("\n\n")[0]) == ("fast", FACTS[2][1])


def test_a_container_is_passed_over_when_the_article_is_elsewhere(rules: CleanRules) -> None:
    page = page_of(1)
    text = "".join(f"<p>{n}. {FACTS[2][1]}</p>" for n in range(12))
    other = replace(page, body=page.body.replace(b"<main>", f"<section><h1>trams</h1>{text}</section><main>".encode()))
    assert clean_page(other, rules, None, Learnt(containers=(HOST_ONLY,))).source == "fast"


def test_a_container_gives_way_when_json_ld_says_much_more(rules: CleanRules) -> None:
    page = page_of(1)
    story = " ".join(f"{n}. {FACTS[1][1]}" for n in range(20))
    script = f'<script type="application/ld+json">{{"@type": "Article", "articleBody": "{story}"}}</script></head>'
    other = replace(page, body=page.body.replace(b"</head>", script.encode()))
    assert clean_page(other, rules, None, Learnt(containers=(HOST_ONLY,))).source == "json-ld"


NAMELESS = {
    "the page's only names are of this page": ("class='cranes post-17 sc-fobYxZ' id='entry-99'", "article.entry>div"),
    "names that sort the article": ("class='category-ports tag-wind text'", "div.text"),
    "an id": ("id=story-text", "div#story-text"),
    "no name at all": ("", "article.entry>div"),
}


@pytest.mark.parametrize(("wrap", "path"), NAMELESS.values(), ids=NAMELESS)
def test_a_path_has_only_names_that_other_pages_share(wrap: str, path: str, rules: CleanRules) -> None:
    container = clean_page(page_of(0, pieces=10, wrap=wrap), rules, None, Learnt()).container
    assert container is not None
    assert container.path == path


def test_a_path_leads_to_one_element_or_none() -> None:
    tree = parse("<main id=a><div class='x y'><p>One</p></div></main><div class=x><p>Two</p></div>")
    assert find(tree, "main#a>div.x") is not None
    assert find(tree, "div.x.y") is not None
    assert find(tree, "div.x") is None
    assert find(tree, "main#b>div.x") is None


def test_nothing_is_learnt_from_a_page_in_doubt(rules: CleanRules) -> None:
    assert clean_page(page_of(0, pieces=2), rules, None, Learnt()).container is None
    assert clean_page(replace(page_of(0), url=""), rules, None, Learnt()).container is None
