from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_feed, clean_page, clean_text, compile_rules
from extractors.model import Cleaned, Entry, Page

SITE = "https://news.example/2026/05/harbour-cranes-learn-to-wait/"
TARGET = "https://news.example/2026/04/tide-tables-go-digital/"
TITLE = "Harbour cranes learn to wait. Their drivers won’t."
LEAD = "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet, using a forecast model the size of a paperback."
BODY = [
    LEAD,
    "Each crane carries a small mast with two wind cups, and every mast reports four times a second to a cabinet at the foot of the quay. The cabinet compares what it hears with the last ten thousand gusts it has heard.",
    "“We used to stop when the flags stood straight,” said dock master Ilse Brandt, who has run the night shift since 2011. “Now the crane stops before the flag has heard about it.”",
    "## Why the night shift objects",
    "Drivers are paid by the container, and a crane that waits is a crane that does not lift. The union counted 412 pauses in March and says that 61 of them were followed by no gust at all.",
    "A driver who asked not to be named keeps a notebook in the cab. On most nights, the notebook says, the crane stops twice, the coffee cools once, and the gust comes through the gap between the silos as it always has.",
    "The model itself came from a student project at the maritime school, where it was meant to steady a toy crane on a fan-blown table. It fits on a board that costs less than a pair of work gloves and has not been updated since August.",
    "Other ports watch closely. Two of them have ordered masts of their own, and a third has asked whether the cabinet can be taught about fog, which moves slowly, gives no warning and stops everything on the quay for hours.",
    "The port answers that the remaining 351 would have been near misses. It has offered to pay for pauses by the minute, and both sides meet again on Thursday to argue about the rate.",
]
NEXT = "Tide tables go digital, and the harbour pilots keep the paper"
EXPECTED = "\n\n".join(line.removeprefix("## ") for line in BODY)
PROMO = "Want to learn more about port technology from industry leaders? Check out Quay & Cargo Expo taking place in Rotterdam and Oslo. The event is co-located with other leading events, click {}here{} for more information."
POWERED = "Harbour News is powered by Mooring Media. Explore other upcoming maritime events and webinars {}here{}."


@pytest.fixture(scope="session")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def inner(body: Sequence[str]) -> str:
    return "\n".join(
        f"<h2>{html.escape(line[3:])}</h2>" if line.startswith("## ") else f"<p>{html.escape(line)}</p>"
        for line in body
    )


def feed_html(title: str, body: Sequence[str], see_also: str) -> str:
    link = '<a href="https://expo.example/">'
    return f"""{inner(body)}
<p><strong>See also: <a href="{TARGET}">{html.escape(see_also)}</a></strong></p>
<figure class="wp-block-image"><a href="https://expo.example/"><img src="https://cdn.example/b.png" alt="Banner for Quay &amp; Cargo Expo by Pier events."/></a>
<figcaption>Banner for Quay &amp; Cargo Expo by Pier events.</figcaption></figure>
<p><strong>{PROMO.format(link, "</a>")}</strong></p>
<p>{POWERED.format(link, "</a>")}</p>
<p>The post <a href="{SITE}">{html.escape(title)}</a> appeared first on <a href="https://news.example">Harbour News</a>.</p>"""


def wordpress_page(title: str, body: Sequence[str], see_also: str) -> str:
    teaser = "".join(f'<li><a href="/2026/03/{n}/">Another story of the harbour, number {n}</a></li>' for n in "abcde")
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{html.escape(title)} - Harbour News</title>
<meta property="og:title" content="{html.escape(title)}"><link rel="canonical" href="{SITE}"><meta name="author" content="Odd Larsen">
<meta property="article:published_time" content="2026-05-04T08:30:00+02:00"><meta property="og:image" content="/crane.jpg"></head>
<body class="post-template-default single has-sidebar"><div id="cookie-notice" class="cookie-notice"><p>We use cookies to make this site better for you. By continuing you accept our privacy policy.</p><button>OK</button></div>
<header class="site-header"><a class="skip-link" href="#content">Skip to content</a><nav class="main-navigation"><ul><li><a href="/">Home</a></li><li><a href="/category/ports/">Ports</a></li></ul></nav></header>
<main id="content"><article class="post type-post"><header class="entry-header"><span class="cat-links"><a href="/category/ports/">Ports</a></span><h1 class="entry-title">{html.escape(title)}</h1>
<div class="entry-meta">By <a href="/author/odd/">Odd Larsen</a> <time datetime="2026-05-04">May 4, 2026</time> 3 min read</div></header>
<div class="share-buttons"><a href="https://facebook.com/sharer?u=x">Share on Facebook</a> <a href="https://x.com/intent/tweet">Tweet</a></div>
<div class="entry-content">{feed_html(title, body, see_also)}
<div class="newsletter-signup"><h3>Get the harbour in your inbox</h3><form><input type="email"><button>Subscribe</button></form></div>
<p>Log in to participate in the discussion.</p><p><a href="/wp-login.php">Sign In</a></p>
<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="https://facebook.com/sharer?u=y">Facebook</a></li><li><a href="https://x.com/intent">X</a></li></ul></div></div>
<footer class="entry-footer"><span class="tags-links">Tagged <a href="/tag/cranes/">cranes</a>, <a href="/tag/wind/">wind</a></span></footer></article>
<section class="related-posts"><h3>Related articles</h3><ul>{teaser}</ul></section>
<div id="comments" class="comments-area"><h2>2 comments</h2><ol class="comment-list"><li><p>I drove crane six for eleven years and the flags were always right, thank you very much.</p></li>
<li><p>The masts on the east quay have been out of order since February and nobody seems to care.</p></li></ol></div></main>
<aside class="sidebar"><h3>Most read</h3><ul>{teaser}</ul></aside><footer class="site-footer"><p>© 2026 Mooring Media. All rights reserved.</p></footer></body></html>"""


def aggregator_page(title: str, body: Sequence[str], see_also: str) -> str:
    link = '<a href="https://expo.example/">'
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)} | Signal Deck</title></head><body><div id="app">
<div class="x1"><a href="/">Signal Deck</a><a href="/login">Sign In</a></div>
<div class="x2"><div class="x3"><span>Ports</span><div>Harbour News<span>3 days ago</span></div><div>1</div>
<h1>{html.escape(title)}</h1><div>AI</div><p>Cranes at Veldhaven now pause before a gust arrives. Drivers, who are paid by the container, want the pauses paid as well.</p>
<h2>{html.escape(title)}</h2><div class="x4"><h3>Intelligence Insights</h3><p>Context + impact, normalized for DockCulture.</p>
<h4>The Big Picture</h4><p>Veldhaven has put wind masts on nine cranes and trained a small model on ten thousand gusts, so that the cranes stop ahead of time and not after the flags have moved.</p>
<h4>Why It Matters</h4><p>Pay by the container sets safety against wages, and the talks on Thursday may become a pattern for other ports along the coast.</p>
<h4>Deepen your understanding</h4><p>Use our AI to break down complex signals.</p><p>Select an AI action to generate more depth.</p></div>
<div class="x5">{inner(body)}<p>See also: <a href="{TARGET}">{html.escape(see_also)}</a></p>
<p>Banner for Quay &amp; Cargo Expo by Pier events.</p><p>{PROMO.format(link, "</a>")}</p><p>{POWERED.format("", "")}</p>
<p>The post {html.escape(title)} appeared first on Harbour News.</p></div>
<div class="x6"><span>Ports</span> <span>Labour</span> <span>Weather</span></div>
<div class="x7"><h3>Intelligence Exchange</h3><div>0</div><p>Log in to participate in the exchange.</p><a href="/login">Sign In</a><p>Syncing Discussions...</p></div>
<div class="x8">Finding Related Intelligence...</div></div></div></body></html>"""


def copied(title: str, body: Sequence[str], see_also: str) -> str:
    above = f"Ports\nHarbour News3 days ago\n1\n\n{title}\n\nAI\n\nCranes at Veldhaven now pause before a gust arrives. Drivers want the pauses paid as well.\n\n{title}\n\nIntelligence Insights\n\nContext + impact, normalized for DockCulture.\n\nThe Big Picture\nVeldhaven has put wind masts on nine cranes and trained a small model on ten thousand gusts of the last winter.\nWhy It Matters\nPay by the container sets safety against wages, and the talks may become a pattern for other ports.\n\nDeepen your understanding\n\nUse our AI to break down complex signals.\n\nSelect an AI action to generate more depth.\n\n"
    below = f"\n\nSee also: {see_also}\n\nBanner for Quay & Cargo Expo by Pier events.\nBanner for Quay & Cargo Expo by Pier events.\n\n{PROMO.format('', '')}\n\n{POWERED.format('', '')}\n\nThe post {title} appeared first on Harbour News.\n\nPorts Labour Weather\n\nIntelligence Exchange\n\n0\n\nLog in to participate in the exchange.\n\nSign In\n\nSyncing Discussions...\n\nFinding Related Intelligence..."
    return above + "\n\n".join(line.removeprefix("## ") for line in body) + below


def as_feed(title: str, body: Sequence[str], see_also: str, rules: CleanRules) -> Cleaned:
    return clean_feed(Entry(guid="1", url=SITE, title=title, content=feed_html(title, body, see_also)), rules)


def as_page(title: str, body: Sequence[str], see_also: str, rules: CleanRules) -> Cleaned:
    return clean_page(Page(url=SITE, body=wordpress_page(title, body, see_also).encode()), rules)


def as_aggregator(title: str, body: Sequence[str], see_also: str, rules: CleanRules) -> Cleaned:
    return clean_page(
        Page(url="https://deck.example/s/77", body=aggregator_page(title, body, see_also).encode()), rules
    )


def as_text(title: str, body: Sequence[str], see_also: str, rules: CleanRules) -> Cleaned:
    return clean_text(copied(title, body, see_also), rules)


DOORS: dict[str, Callable[[str, Sequence[str], str, CleanRules], Cleaned]] = {
    "as WordPress feed HTML": as_feed,
    "as a WordPress page": as_page,
    "as an aggregator's page": as_aggregator,
    "as text copied from an aggregator": as_text,
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_one_article_comes_out_the_same_by_every_door(door: Callable[..., Cleaned], rules: CleanRules) -> None:
    cleaned = door(TITLE, BODY, NEXT, rules)
    assert cleaned.text == EXPECTED
    assert [(link.kind, link.title) for link in cleaned.links] == [("see_also", NEXT)]
    assert cleaned.links[0].url == (None if door is as_text else TARGET)
    assert cleaned.links[0].position == len(cleaned.text)
    assert cleaned.title == TITLE
    assert cleaned.confidence > 0.5
    assert cleaned.wall is None


def test_a_page_tells_who_when_and_where(rules: CleanRules) -> None:
    cleaned = as_page(TITLE, BODY, NEXT, rules)
    assert cleaned.author == "Odd Larsen"
    assert cleaned.published is not None
    assert cleaned.published.isoformat() == "2026-05-04T06:30:00+00:00"
    assert (cleaned.language, cleaned.canonical_url, cleaned.image) == ("en", SITE, "https://news.example/crane.jpg")


def test_the_sample_comes_out_exactly(seed: str, rules: CleanRules) -> None:
    cleaned = clean_text(seed, rules)
    assert cleaned.title == "Microsoft sells OpenAI models in China. OpenAI and Anthropic won’t."
    assert cleaned.text.startswith("Microsoft has quietly become")
    assert cleaned.text.endswith("being paid by both sides.")
    assert "\n\nWhy OpenAI models in China run through Microsoft alone\n\n" in cleaned.text
    assert [(link.kind, link.url, link.label) for link in cleaned.links] == [("see_also", None, "See also")]
    assert cleaned.links[0].title.startswith("China’s DeepSeek V3.2 AI model achieves")
    lines = [line.strip() for line in seed.split("\n") if line.strip()]
    assert len(cleaned.text.split("\n\n")) + len(cleaned.cuts) == len(lines)


def test_the_sample_comes_out_the_same_by_every_door(seed: str, rules: CleanRules) -> None:
    sample = clean_text(seed, rules)
    body = [f"## {line}" if len(line) < 80 else line for line in sample.text.split("\n\n")]
    for door in DOORS.values():
        cleaned = door(sample.title, body, sample.links[0].title, rules)
        assert cleaned.text == sample.text
        assert [link.title for link in cleaned.links if link.kind == "see_also"] == [sample.links[0].title]


def test_cuts_name_their_rule_and_place(rules: CleanRules) -> None:
    cuts = {cut.text[:24]: cut for cut in as_text(TITLE, BODY, NEXT, rules).cuts}
    assert cuts["Want to learn more about"].rule == "event-promo"
    assert cuts["Want to learn more about"].position == len(EXPECTED)
    assert cuts["The Big Picture"].position == 0


STRAY = "The council met on Tuesday and agreed to look at the question again before the summer, members said."
TRUE = {
    "an article about newsletters": (
        "Newsletters are the new front page",
        ["Subscribe to enough newsletters and your inbox becomes the front page, the editors of three small papers found last year.", "Sign up rates doubled after the papers moved their best stories out of the site and into the daily e-mail.", STRAY],
    ),
    "an article about paywalls": (
        "The paywall that paid for a newsroom",
        ["To continue reading, subscribers of the Courier pay four euros a month, and 31,000 of them do.", "Already a subscriber to two papers, the average reader will not add a third, the study says. It asked 2,000 people.", STRAY],
    ),
    "an article about cookies": (
        "Browsers drop the last cookie",
        ["Cookies will go from the three largest browsers by the autumn, their makers said on Monday in a joint statement.", "By using a cookie, a site can tell one visitor from another; by autumn it will need a privacy policy and a reason as well.", STRAY],
    ),
    "an article about an expo": (
        "Robot expo opens in Graz",
        ["Register now was the word of the week at the Graz robot expo, where tickets ran out on Sunday.", "The event is part of a series of three, and the organisers expect 40,000 visitors at the conference next door.", STRAY],
    ),
    "see also in mid-sentence": (
        "A bridge too narrow",
        ["The report (see also the survey of 2019) counted 212 bridges that are too narrow for a fire engine to cross.", "See also the work of Hanna Weiss, who measured every bridge in the valley by hand and found nine more of them.", STRAY],
    ),
    "a section on why it matters": (
        "Sand is running short",
        ["Builders use more sand than water in some dry countries, and rivers no longer bring enough of it down.", "Why it matters", "Concrete needs sharp sand, and the desert has only round sand to give, which is why islands are vanishing.", STRAY],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("title", "body"), TRUE.values(), ids=TRUE)
def test_true_sentences_stay(title: str, body: list[str], rules: CleanRules) -> None:
    markup = "".join(f"<p>{html.escape(line)}</p>" for line in body)
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{markup}</article></body></html>"
    expected = "\n\n".join(body)
    assert clean_feed(Entry(guid="1", url=SITE, title=title, content=markup), rules).text == expected
    assert clean_page(Page(url=SITE, body=page.encode()), rules).text == expected
    assert clean_text(expected, rules, title).text == expected


WHEN = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
BYLINES = [
    "4 May 2026, Odd Larsen", "Odd Larsen | 4 May 2026", "May 4, 2026 - Odd Larsen", "Monday, 4 May 2026 by Odd Larsen",
    "By Odd Larsen on 2026-05-04 at 22:30 UTC", "5 May 2026 | O. van Larsen", "04.05.2026, 22:30 Uhr – Odd Larsen",
    "4 de mayo de 2026 · Odd Larsen", "Odd Larsen", "4. Mai 2026 / Odd Larsen und Ilse Brandt",
]  # fmt: skip


@pytest.mark.parametrize("line", BYLINES)
def test_a_line_of_date_and_author_goes(line: str, rules: CleanRules) -> None:
    entry = Entry(guid="1", url=SITE, title=TITLE, author="Odd Larsen", published=WHEN, content=inner([line, *BODY]))
    assert clean_feed(entry, rules).text == EXPECTED
    head = f'<meta name="author" content="Odd Larsen"><meta name="date" content="{WHEN.isoformat()}">'
    page = f"<html><head>{head}</head><body><article><h1>{TITLE}</h1>{inner([line, *BODY])}</article></body></html>"
    assert clean_page(Page(url=SITE, body=page.encode()), rules).text == EXPECTED


def test_date_and_name_need_no_feed_to_be_known(rules: CleanRules) -> None:
    assert clean_text(f"4 May 2026, Odd Larsen\n\n{EXPECTED}", rules, TITLE).text == EXPECTED


LINES = {
    "a sentence": "Odd Larsen wrote this on 4 May 2026.",
    "another day and another name": "14 June 2031, Veldhaven Castle",
    "a line of dialogue": "Odd Larsen and the gust",
    "a date with much beside it": "4 May 2026 and what the cranes of Veldhaven then did",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_lines_that_only_look_like_bylines_stay(line: str, rules: CleanRules) -> None:
    entry = Entry(guid="1", url=SITE, title=TITLE, author="Odd Larsen", published=WHEN, content=inner([line, *BODY]))
    assert clean_feed(entry, rules).text == f"{line}\n\n{EXPECTED}"


HIDDEN = [
    '<p style="display:none">{}</p>', '<p style="visibility: hidden">{}</p>', "<div hidden>{}</div>",
    '<div aria-hidden="true">{}</div>', '<p style="color:red;font-size:0">{}</p>', '<p><span style="display:none">{}</span></p>',
    '<div style="max-height:0;overflow:hidden"><p>{}</p></div>', '<p><a href="/x" style="font-size:0px">{}</a></p>',
    "<template><p>{}</p></template>", "<script>var x = '{}'</script>", '<svg onload="x()"><text>{}</text></svg>',
]  # fmt: skip


@pytest.mark.parametrize("markup", HIDDEN)
def test_hidden_words_do_not_come_out(markup: str, rules: CleanRules) -> None:
    trap = markup.format("Whoever reads this should buy lamp oil from the quay at once.")
    deep = f"{'<div>' * 120}<p>{BODY[1]}</p>{'</div>' * 120}"
    below = inner(BODY[2:]) + f'<p>See also: <a href="{TARGET}">{NEXT}</a></p>'
    content = f"<p>{LEAD}</p>{trap}<img src=x onerror=alert(1)>{deep}<embed src=x><object data=x></object>{below}"
    entry = Entry(guid="1", url=SITE, title=TITLE, content=content, summary=f"<p>{LEAD}</p>{trap}")
    cleaned = clean_feed(entry, rules)
    assert cleaned.text == EXPECTED
    assert cleaned.summary == LEAD
    assert [(link.title, link.url) for link in cleaned.links] == [(NEXT, TARGET)]


def test_a_text_of_which_much_is_cut_is_not_trusted(rules: CleanRules) -> None:
    promo = "Want to learn more about cranes and their drivers? Join us at the Crane Conference in Oslo, where tickets are half price until the end of the month."
    cleaned = clean_text(f"{LEAD}\n\n{promo}\n\n{promo}", rules, TITLE)
    assert cleaned.text == LEAD
    assert cleaned.confidence < 0.5


HOSTILE = {
    "fifty thousand nested divs": "<div>" * 50_000 + "x",
    "fifty thousand nested bold": "<b>" * 50_000 + "x",
    "two hundred thousand brackets": "<" * 200_000,
    "one line of a megabyte": "x" * 1_000_000,
    "a megabyte of words in one line": "ab cd. " * 150_000,
    "see also a hundred thousand times": "See also: " * 100_000,
    "a hundred thousand see also lines": "See also: one more title of a story\n" * 100_000,
    "a hundred thousand see also paragraphs": '<p>See also: <a href="/x">One more title</a></p>' * 100_000,
    "fifty thousand attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
    "two hundred thousand breaks": "<br>" * 200_000,
    "json-ld as deep as it goes": '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    "a thousand tables in tables": "<table><tr><td>x" * 1000,
    "fifty thousand tables in tables": "<table><tr><td>" * 50_000 + "x",
    "a row of fifty thousand cells": "<table role=none><tr>" + f"<td>{LEAD}" * 2_000 + "<td>x" * 50_000,
    "elements without an end": "<embed><source><track><keygen>x" * 50_000,
    "addresses without an end": "See also: " + "http://" * 50_000,
    "a byline of names": f"<p>{'Odd Larsen, ' * 9}4 May 2026</p>" * 10_000,
    "nulls": "\x00" * 100_000,
    "nothing": "",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_quick_and_raises_nothing(source: str, rules: CleanRules, pace: float) -> None:
    start = time.process_time()
    clean_page(Page(url=SITE, body=source.encode()), rules)
    clean_feed(Entry(guid="1", content=source), rules)
    clean_text(source, rules)
    assert time.process_time() - start < 6 * pace


def test_an_empty_page_is_empty_and_not_trusted(rules: CleanRules) -> None:
    cleaned = clean_page(Page(url=SITE, body=b"\xff\xfe"), rules)
    assert (cleaned.text, cleaned.confidence) == ("", 0.1)


def test_cleaning_twice_changes_nothing(rules: CleanRules) -> None:
    once = as_feed(TITLE, BODY, NEXT, rules)
    again = clean_text(once.text, rules, once.title)
    assert again.text == once.text
    assert again.cuts == ()


WALLS = {
    "a login wall": ("<p>Cranes at Veldhaven now pause before a gust arrives at the quay.</p><p>Log in to continue reading.</p>", "login"),
    "a pay wall": ("<p>Cranes at Veldhaven now pause before a gust arrives at the quay.</p><p>Subscribe to continue reading: members get all stories.</p>", "paywall"),
    "a page that is gone": ("<h1>Page not found</h1><p>The page you were looking for has moved or never was here.</p>", "not-found"),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "name"), WALLS.values(), ids=WALLS)
def test_walls_are_named(markup: str, name: str, rules: CleanRules) -> None:
    page = Page(url=SITE, body=f"<html><head><title>x</title></head><body><main>{markup}</main></body></html>".encode())
    cleaned = clean_page(page, rules)
    assert cleaned.wall == name
    assert cleaned.confidence <= 0.2
