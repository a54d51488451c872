from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from extractors.bylines import find_author, find_times, look_around
from extractors.facts import byline, headline, in_address, moment, trim, untag
from extractors.page import describe, parse

URL = "https://www.harbourpost.example/ports/cranes"
MAY = datetime(2026, 5, 4, tzinfo=UTC)

TITLES = {
    "the site's name behind a bar": ("Cranes learn to wait | Harbour Post", "Harbour Post", "Cranes learn to wait"),
    "department and site": ("Cranes learn to wait | Ports | Harbour Post", "Ports & Harbour Post", "Cranes learn to wait"),
    "the site by its host": ("Cranes learn to wait – Harbourpost.example", "", "Cranes learn to wait"),
    "a part of the site's name": ("Cranes learn to wait - Harbour Post Online", "Harbour Post", "Cranes learn to wait"),
    "the site in front": ("Harbour Post | Cranes learn to wait", "Harbour Post", "Cranes learn to wait"),
    "a bar in a headline": ("Cranes - and what they wait for - in Veldhaven | Harbour Post", "Harbour Post", "Cranes - and what they wait for - in Veldhaven"),
    "a title that is the site's name": ("Harbour Post", "Harbour Post", "Harbour Post"),
    "a headline that ends in another name": ("Cranes learn to wait – Veldhaven", "Harbour Post", "Cranes learn to wait – Veldhaven"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "site", "trimmed"), TITLES.values(), ids=TITLES)
def test_a_title_loses_the_site_s_name(title: str, site: str, trimmed: str) -> None:
    assert trim(title, site, URL) == trimmed


def test_a_short_last_part_is_taken_for_an_unknown_site() -> None:
    assert (
        untag("Cranes learn to wait in the port of Veldhaven – Some Site")
        == "Cranes learn to wait in the port of Veldhaven"
    )
    assert (
        untag("Cranes – what the port of Veldhaven learnt from them")
        == "Cranes – what the port of Veldhaven learnt from them"
    )


HEADS = {
    "the headline on the page": ("<h1>Cranes learn how to wait</h1>", "Cranes learn to wait", "Cranes learn how to wait"),
    "the site's name in an h1": ("<h1>Harbour Post</h1><h1>Cranes learn to wait</h1>", "Cranes learn to wait", "Cranes learn to wait"),
    "an h1 about something else": ("<h1>Ports and ships</h1>", "Cranes learn to wait", "Cranes learn to wait"),
    "a lone h1 where no title is known": ("<h1>Cranes</h1>", "", "Cranes"),
    "an empty h1": ("<h1> <img></h1>", "Cranes", "Cranes"),
    "a script without blanks": ("<h1>港のクレーンは待つ</h1>", "港のクレーンは待つ、三日間", "港のクレーンは待つ"),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "said", "found"), HEADS.values(), ids=HEADS)
def test_a_headline_is_one_that_the_title_confirms(markup: str, said: str, found: str) -> None:
    assert headline(parse(markup), said, "Harbour Post")[0] == found


NAMES = {
    "By Ilse Brandt": "Ilse Brandt",
    "Von Ilse Brandt": "Ilse Brandt",
    "written by: Ilse Brandt": "Ilse Brandt",
    "Byron Larsen": "Byron Larsen",
    "Ilse Brandt, Odd Larsen and Ann Lee": "Ilse Brandt; Odd Larsen; Ann Lee",
    "Ilse Brandt, MD": "Ilse Brandt, MD",
    "https://www.facebook.com/harbourpost": "",
    "@harbourpost": "",
    "admin": "",
    "105092": "",
    "牛镛": "牛镛",
}


@pytest.mark.parametrize(("value", "name"), NAMES.items())
def test_an_author_is_a_name(value: str, name: str) -> None:
    assert byline(value) == name


MOMENTS = {
    "2026-05-04T08:30:00+0200": datetime(2026, 5, 4, 6, 30, tzinfo=UTC),
    "May 4, 2026": MAY,
    "4. Mai 2026": MAY,
    "1970-01-01T00:00:00Z": None,
    "0001-01-01": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize(("value", "time"), MOMENTS.items())
def test_a_date_is_one_that_can_be_meant(value: str, time: datetime | None) -> None:
    assert moment(value) == time


def test_an_address_may_hold_the_day() -> None:
    assert in_address("https://n.example/2026/5/4/cranes") == MAY
    assert in_address("https://n.example/2026-05-04-cranes") == MAY
    assert in_address("https://n.example/2026/13/4/cranes") is None
    assert in_address("https://n.example/1026/05/04/") is None


AUTHORS = {
    "by rel": ('<h1>Cranes</h1><p>x <a rel="author" href="/i">Ilse Brandt</a>', "Ilse Brandt"),
    "brothers by rel": ('<h1>Cranes</h1><p><a rel="author">Ilse Brandt</a>, <a rel="author">Odd Larsen</a>', "Ilse Brandt; Odd Larsen"),
    "by itemprop": ('<h1>Cranes</h1><span itemprop="author"><span itemprop="name">Ilse Brandt</span> (Port)</span>', "Ilse Brandt"),
    "by class": ('<h1>Cranes</h1><div class="article-byline">By Ilse Brandt | Ports</div>', "Ilse Brandt"),
    "by class, with a portrait's letters": ('<h1>Cranes</h1><div class="author"><i>IB</i> <b>Ilse Brandt</b> Last updated</div>', "Ilse Brandt"),
    "by its address": ('<h1>Cranes</h1><a href="/authors/ilse-brandt">Ilse Brandt</a>', "Ilse Brandt"),
    "by a line": ("<h1>Cranes</h1><div>By Ilse Brandt</div>", "Ilse Brandt"),
    "by a line in pieces": ("<h1>Cranes</h1><div><span>By</span> <a href=/i>Ilse Brandt</a> · 4 May 2026</div>", "Ilse Brandt"),
    "with a date behind": ('<h1>Cranes</h1><p class="byline">Ilse Brandt May 4, 2026</p>', "Ilse Brandt"),
    "above the headline": ('<p class="author-name">Ilse Brandt</p><h1>Cranes</h1>', "Ilse Brandt"),
    "not an author's other traits": ('<h1>Cranes</h1><p class="author-bio">Ilse Brandt</p><p class="author-date">Monday</p>', ""),
    "not of a comment": ('<h1>Cranes</h1><div class="comments"><b class="comment-author">Odd</b><b rel="author">Odd</b></div>', ""),
    "not of another article": ('<h1>Cranes</h1><div class="related-posts"><span class="author">Odd Larsen</span></div>', ""),
    "not a sentence": ("<h1>Cranes</h1><p>By then the cranes had stood still for three days.</p>", ""),
    "not a common word": ("<h1>Cranes</h1><p>By the way</p>", ""),
    "not a widget's word": ('<h1>Cranes</h1><div class="byline">Share</div>', ""),
    "not a script": ('<h1>Cranes</h1><div class="author"><script>window._q.push(1)</script></div>', ""),
    "far from the headline by class": (f'<h1>Cranes</h1>{"<p>Waiting.</p>" * 200}<p class="author">Ilse Brandt</p>', "Ilse Brandt"),
    "not a line far from the headline": (f"<h1>Cranes</h1>{'<p>Waiting.</p>' * 200}<p>By Ilse Brandt</p>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "name"), AUTHORS.values(), ids=AUTHORS)
def test_the_author_is_found_around_the_headline(markup: str, name: str) -> None:
    tree = parse(markup)
    assert find_author(look_around(tree, headline(tree, "Cranes", "")[1])) == name


TIMES = {
    "a time element": ('<h1>Cranes</h1><time datetime="2026-05-04T08:00:00Z">today</time>', datetime(2026, 5, 4, 8, tzinfo=UTC), None),
    "its text": ("<h1>Cranes</h1><time>on Monday, 4 May 2026 at noon</time>", MAY, None),
    "above rather than far below": (f'<time datetime="2026-05-04">x</time><h1>Cranes</h1>{"<p>x</p>" * 99}<time datetime="2020-01-02">x</time>', MAY, None),
    "by itemprop": ('<h1>Cranes</h1><b itemprop="datePublished">May 4, 2026</b>', MAY, None),
    "a line": ("<h1>Cranes</h1><div>Published on 4 May 2026 · 5 min</div>", MAY, None),
    "a line of a change": ("<h1>Cranes</h1><div>Updated May 4, 2026</div>", None, MAY),
    "a change and a day": ('<h1>Cranes</h1><time class="updated" datetime="2026-05-06">x</time><time datetime="2026-05-04">x</time>', MAY, datetime(2026, 5, 6, tzinfo=UTC)),
    "not a date in a sentence": ("<h1>Cranes</h1><p>Taxes for the cranes are due on 4 May 2026, says the harbour's office.</p>", None, None),
    "not of another article": ('<h1>Cranes</h1><aside><time datetime="2026-05-04">x</time></aside>', None, None),
    "not a year alone": ("<h1>Cranes</h1><p>2026</p>", None, None),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "published", "changed"), TIMES.values(), ids=TIMES)
def test_the_date_is_found_around_the_headline(
    markup: str, published: datetime | None, changed: datetime | None
) -> None:
    tree = parse(markup)
    assert find_times(look_around(tree, headline(tree, "Cranes", "")[1])) == (published, changed)


HOSTILE = {
    "elements": '<i class="author" rel="author">x y</i>' * 100_000,
    "headlines": "<h1>x</h1>" * 100_000,
    "a headline of a million words": f"<h1>{'word ' * 200_000}</h1><title>{'word ' * 200_000}</title>",
    "metas": '<meta name="author" content="A B, C D, E F"><meta name="date" content="9 9 9999">' * 50_000,
    "a long author": f'<h1>x</h1><b rel="author">{"Ann Lee, " * 100_000}</b>',
    "lines": "<h1>x</h1>" + "<p>By</p>" * 100_000,
    "dates": "<h1>x</h1>" + "<time>99 May 20266</time>" * 50_000,
    "a long line of digits": f"<h1>x</h1><p>{'20' * 500_000}</p>",
    "bars": f"<title>{'| ' * 400_000}</title>",
    "nesting": "<div class=author>" * 5000 + "<time>20",
    "scripts": '<script type="application/ld+json">{"@type": "Article", "author": [{"@id": "#x"},' * 3000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_no_page_stalls_the_reading_of_its_facts(markup: str, pace: float) -> None:
    tree = parse(markup)
    start = time.process_time()
    describe(tree, "https://n.example/" + "2026/" * 10_000)
    assert time.process_time() - start < 1 * pace
