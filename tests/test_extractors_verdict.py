from __future__ import annotations

from dataclasses import replace

import pytest

from config.chrome import load_chrome
from extractors.agreement import is_of
from extractors.blocks import Block
from extractors.clean import CleanRules, choose, clean_feed, clean_page, compile_rules
from extractors.model import Cleaned, Entry, Page
from extractors.verdict import is_tabular

URL = "https://sub.news.example/ports/veldhaven-cranes"
NAMES = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
LINES = [
    f"{name} crane at Veldhaven carries a small mast with two wind cups, and its mast reports four times a second to a cabinet at the foot of the quay."
    for name in NAMES
]
TEXT = "\n\n".join(LINES)
ESCAPED = TEXT.replace("\n", "\\n")
ELSE = [
    "The council of Brakel has bought a field beyond the mill, and will let its sheep graze there until the spring.",
    "Nobody on the council could say what the field is for, and the mayor was on holiday when the question was put.",
    "The farmer who sold it has kept the gate, since the gate was not in the contract and had been his father's.",
]
ENTRY = Entry(
    guid="1",
    url=URL,
    title="Cranes of Veldhaven learn to wait for the wind",
    summary="<p>Nine cranes carry masts with wind cups, and report to a cabinet at the quay four times a second.</p>",
)


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def read(body: str, rules: CleanRules, entry: Entry | None = None, title: str = "Cranes", url: str = URL) -> Cleaned:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return clean_page(Page(url=url, body=html.encode()), rules, entry)


def story(text: str, **more: str) -> str:
    said = "".join(f', "{key}": "{value}"' for key, value in more.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Cranes", "articleBody": "{text}"{said}}}</script>'


CARDS = "".join(
    f"<div class=card><h3><a href='/{n}'>Headline of the day, number {n}</a></h3><p>{line}</p></div>"
    for n, line in enumerate(ELSE)
)
SOURCES = {
    "much prose in an element that says it is the body": (
        f"<div class=article-body>{paragraphs(*LINES)}</div>",
        ("fast", ""),
    ),
    "little prose, but all there is": (f"<main><h1>Cranes</h1>{paragraphs(*LINES[:3])}</main>", ("fast", "short")),
    "next to nothing": ("<main><p>One moment.</p></main>", ("trafilatura", "short")),
    "an articleBody that the page does not show": (story(ESCAPED) + "<p>Loading</p>", ("json-ld", "")),
    "an articleBody that the page shows in many boxes": (
        story(ESCAPED.replace("\\n\\n", " "))
        + f"<div class=article-body>{paragraphs(*LINES[:6])}</div>"
        + "".join(f"<section class=s{line[:3]}><div class=x{line[:4]}>{line}</div></section>" for line in LINES[6:]),
        ("json-ld", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), SOURCES.values(), ids=SOURCES)
def test_the_cheapest_source_beyond_doubt_is_taken(body: str, expected: tuple[str, str], rules: CleanRules) -> None:
    cleaned = read(body, rules)
    assert (cleaned.source, cleaned.doubt) == expected
    assert (cleaned.confidence >= 0.8) == (expected[1] == "")


def test_an_article_body_that_the_page_shows_keeps_the_pages_blocks(rules: CleanRules) -> None:
    body, _ = SOURCES["an articleBody that the page shows in many boxes"]
    assert read(body, rules).text == TEXT


def test_what_stands_below_the_end_of_the_article_body_goes(rules: CleanRules) -> None:
    body = f"{story(ESCAPED)}<div class=article-body>{paragraphs(*LINES, ELSE[0])}</div>"
    assert read(body, rules).text == TEXT


def test_an_article_body_that_is_a_teaser_cuts_nothing(rules: CleanRules) -> None:
    body = f"{story(ESCAPED[: ESCAPED.index('Fourth')])}<div class=article-body>{paragraphs(*LINES)}</div>"
    assert read(body, rules).text == TEXT


FOREIGN = {
    "alone": story(" ".join(ELSE * 4)).replace("Cranes", "Brakel buys a field"),
    "beside the page's own": story(LINES[0]) + story(" ".join(ELSE * 4)).replace("Cranes", "Brakel buys a field"),
}  # fmt: skip


@pytest.mark.parametrize("said", FOREIGN.values(), ids=FOREIGN)
def test_the_article_body_of_another_story_is_passed_over(said: str, rules: CleanRules) -> None:
    cleaned = read(f"{said}<main><h1>Cranes</h1>{paragraphs(*LINES[:6])}</main>", rules)
    assert (cleaned.text, cleaned.title) == ("\n\n".join(LINES[:6]), "Cranes")


def test_an_article_body_that_is_much_more_than_the_page_shows_is_in_doubt(rules: CleanRules) -> None:
    cleaned = read(f"{story(ESCAPED)}<main><h1>Cranes</h1>{paragraphs(*LINES[:4])}</main>", rules)
    assert (cleaned.text, cleaned.source, cleaned.doubt) == (TEXT, "json-ld", "choice")


def test_a_short_text_that_is_all_of_a_priced_article_body_is_no_wall(rules: CleanRules) -> None:
    said = story(" ".join(LINES[:6]), isAccessibleForFree="False")
    assert read(f"{said}<main><h1>Cranes</h1>{paragraphs(*LINES[:6])}</main>", rules).wall is None


def test_a_body_beside_as_much_prose_is_taken_with_less_confidence(rules: CleanRules) -> None:
    rest = f"<div class=more><div>{paragraphs(*LINES[5:])}</div></div>"
    cleaned = read(f"<h1>Cranes</h1><div class=article-body>{paragraphs(*LINES[:5])}</div>{rest}", rules)
    assert (cleaned.source, cleaned.confidence, cleaned.doubt) == ("fast", 0.65, "thin")


def test_half_a_character_in_json_ld_is_replaced(rules: CleanRules) -> None:
    assert "\ufffd" in read(f"{story(chr(92) + 'ud800 ' + ESCAPED)}<p>Loading</p>", rules).text


def test_rows_of_a_table_are_no_article() -> None:
    rows = [Block("| Cranes | 9 | 412 pauses since March |"), Block("Harbour | Ports | Wind")]
    assert is_tabular(rows)
    assert not is_tabular([*rows, Block(LINES[0])])


PARTS = {
    "headings in wrappers of their own": f"{''.join(f'<div class=h{n}><h2>Crane {n}</h2></div><p>{line}</p>' for n, line in enumerate(LINES))}",
    "a recipe's list in a card": f"{paragraphs(*LINES)}<div class=card><h3>What you need</h3><ul><li>Nine cranes</li><li>One cabinet</li><li>Some wind</li></ul></div><p>{LINES[0]}</p>",
    "questions and answers": f"{paragraphs(*LINES)}<div class=faq><h3>How many?</h3><div>{ELSE[0]}</div><h3>Since when?</h3><div>{ELSE[1]}</div></div>",
    "links that the text announces": f"{paragraphs(*LINES[:5])}<p>These three harbours have built the same masts:</p><ul><li><a href='/a'>Harlingen</a></li><li><a href='/b'>Delfzijl</a></li><li><a href='/c'>Den Helder</a></li></ul>{paragraphs(*LINES[5:])}",
    "a heading that bears the name of a widget": f"<h2 class=widget-title>What the cups tell</h2>{paragraphs(*LINES)}",
    "boxes whose classes differ in a number only": "".join(f"<div class='block block-{n}'><p>{line}</p></div>" for n, line in enumerate([*LINES, LINES[0] * 2, *ELSE])),
    "boxes of a page builder, called widgets": "".join(f"<div class='elementor-widget elementor-element-{n}f elementor-widget-text'><div class=elementor-widget-container>{paragraphs(*LINES[n : n + 3])}</div></div>" for n in range(0, 9, 3)),
    "a section whose id is the one word of its heading": f"{paragraphs(*LINES[:5])}<section id=discussion><h2>Discussion</h2>{paragraphs(*ELSE)}</section>{paragraphs(*LINES[5:])}",
    "the part behind a gate": f"{paragraphs(*LINES)}<div class=paywall>{paragraphs(*ELSE)}</div>",
    "who said a quotation": f"{paragraphs(*LINES)}<blockquote><p>{ELSE[0]}</p><footer>The mayor</footer></blockquote><p>{ELSE[1]}</p>",
    "questions that fold": f"{paragraphs(*LINES)}<details><summary>How many?</summary>{paragraphs(ELSE[0])}</details><details><summary>Since when?</summary>{paragraphs(ELSE[1])}</details>",
    "a section whose id is its heading": f"{paragraphs(*LINES[:5])}<section id='sharing-cranes-with-others'><h2>Sharing cranes with others</h2>{paragraphs(*ELSE)}</section>{paragraphs(*LINES[5:])}",
}  # fmt: skip


@pytest.mark.parametrize("body", PARTS.values(), ids=PARTS)
def test_parts_in_wrappers_of_their_own_stay(body: str, rules: CleanRules) -> None:
    cleaned = read(f"<article><div class=text>{body}</div></article>", rules)
    assert [cut.text for cut in cleaned.cuts] == []


STRAYS = {
    "cards of other articles": f"<section class=more>{CARDS}</section>",
    "a note on the author below": f"<div class=bio-box><h4>Odd Larsen</h4><p>{ELSE[0]}</p></div>",
    "the notes of scripts": f"<div class=m1><p>{ELSE[0]}</p></div><div class=m1><p>{ELSE[0]}</p></div>",
    "prose beyond many links": "".join(f"<div class=l><a href='/{n}'>Ports {n}</a></div>" for n in range(9))
    + f"<div class=box>{paragraphs(*ELSE[:2])}</div>",
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
def test_prose_that_is_another_texts_goes(stray: str, rules: CleanRules) -> None:
    assert read(f"<div class=page><div class=text>{paragraphs(*LINES)}</div>{stray}</div>", rules).text == TEXT


def test_paragraphs_between_headline_and_body_are_the_articles_and_its_summary_is_not(rules: CleanRules) -> None:
    top = f"<h1>Cranes</h1><p>{LINES[0]}</p><div class=ad>Advertisement</div>"
    body = f"<div class=article-body>{paragraphs(*LINES[1:])}</div>"
    assert read(f"<header>{top}</header>{body}", rules).text == TEXT
    meta = f'<meta name="description" content="{LINES[0]}">'
    assert read(f"{meta}<header>{top}</header>{body}", rules).text == "\n\n".join(LINES[1:])


def test_of_several_articles_that_with_the_headline_is_taken(rules: CleanRules) -> None:
    others = "".join(f"<article><h2>Post {n}</h2>{paragraphs(*ELSE)}</article>" for n in range(3))
    html = f"<main><article><h1>Cranes</h1>{paragraphs(*LINES[:5])}</article>{others}</main>"
    assert read(html, rules).text == "\n\n".join(LINES[:5])


CONSENT = paragraphs(
    "We value your privacy",
    "We and our 812 partners store cookies on your device, with your consent, to measure what you read and for how long.",
    "You can withdraw your consent at any time in our cookie policy or our privacy policy, which every page links to.",
)
PAGES = {
    "the article": (paragraphs(*LINES), URL, "fast", ""),
    "a request for consent": (CONSENT, URL, "feed", "wall"),
    "a page that is gone, with a status of 200": (
        paragraphs("Page not found", "Perhaps one of these is what you wanted."),
        URL,
        "feed",
        "wall",
    ),
    "a teaser shorter than the feed's text": (paragraphs("Nine cranes carry masts."), URL, "feed", ""),
    "another article": (paragraphs(*ELSE, *(line.upper() for line in ELSE)), URL, "feed", "other"),
    "the front page": (paragraphs(*LINES), "https://sub.news.example/", "feed", "other"),
    "nothing": ("", URL, "feed", "empty"),
}


@pytest.mark.parametrize(("body", "url", "source", "doubt"), PAGES.values(), ids=PAGES)
def test_the_feeds_text_stays_unless_the_page_is_the_article(
    body: str, url: str, source: str, doubt: str, rules: CleanRules
) -> None:
    page = read(f"<main>{body}</main>", rules, ENTRY, title="", url=url)
    chosen = choose(clean_feed(ENTRY, rules), page)
    assert (chosen.source, chosen.doubt) == (source, doubt)
    assert (chosen.confidence > 0.6) == (doubt == "")


def test_another_articles_author_is_not_taken_over(rules: CleanRules) -> None:
    page = replace(read(paragraphs(*ELSE), rules, ENTRY), author="Somebody Else")
    assert choose(clean_feed(ENTRY, rules), page).author == ""


SAME = {
    "an entry without words": (Entry(guid="1", title="AI"), Cleaned(text=TEXT), True),
    "a title in other words, a summary in the same": (
        replace(ENTRY, title="Patience pays along windy harbours"),
        Cleaned(text=TEXT),
        True,
    ),
    "neither": (replace(ENTRY, summary=""), Cleaned(title="Brakel buys a field", text=" ".join(ELSE)), False),
    "a script without blanks": (Entry(guid="1", title="港のクレーンは風を待つ"), Cleaned(text="港のクレーンは、風を待つことを学んだ。" * 20), True),
    "another text in it": (Entry(guid="1", title="港のクレーンは風を待つ"), Cleaned(text="村議会は風の日に牧草地を買った。" * 20), False),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "page", "same"), SAME.values(), ids=SAME)
def test_a_page_is_told_from_another_by_its_words(entry: Entry, page: Cleaned, same: bool) -> None:
    assert is_of(entry, URL, page) is same
