from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from extractors.dating import guess_date
from extractors.page import parse

URL = "https://news.example/ports/cranes"
PAGES = {
    "a line anywhere": ('<body><h1>Cranes</h1><div class="story-date">05/14/2026</div>', datetime(2026, 5, 14, tzinfo=UTC)),
    "the day in an address": ('<body><link rel="canonical" href="https://news.example/2026/05/14/cranes">', None),
    "a year in a footer is no date": ("<body><p>Cranes wait.</p><footer>© 2019 Harbour Post</footer>", None),
    "before the web": ('<body><div class="date">05/14/1954</div>', None),
    "nothing": ("<body><p>Cranes wait.", None),
    "an empty page": ("", None),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "day"), PAGES.values(), ids=PAGES)
def test_a_date_is_guessed(markup: str, day: datetime | None) -> None:
    assert guess_date(parse(markup), URL) == day


def test_the_tree_stays_as_it_is() -> None:
    tree = parse("<h1>Cranes</h1><script>x</script><p class=date>05/14/2026</p>")
    before = [(element.tag, element.text) for element in tree.iter()]
    guess_date(tree, URL)
    assert [(element.tag, element.text) for element in tree.iter()] == before


HOSTILE = {
    "elements": "<i>2026</i>" * 100_000,
    "digits": "<p>" + "2026-" * 200_000,
    "slashes": "<p>" + "12/12/" * 160_000,
    "dates in a script": '<script type="application/ld+json">' + '"datePublished":' * 60_000 + "</script>",
    "dates in an attribute": f'<time datetime="{"2026-1-" * 50_000}">x</time>',
    "a long title": f"<title>{'2026 1 ' * 100_000}</title>",
    "nesting": "<div>" * 5000 + "2026-",
    "an odd address": "<p>x",
}


@pytest.mark.parametrize(("name", "markup"), HOSTILE.items(), ids=HOSTILE)
def test_guessing_neither_raises_nor_stalls(name: str, markup: str, pace: float) -> None:
    tree = parse(markup)
    guess_date(parse("<p>x"), URL)  # the first call imports it
    start = time.process_time()
    guess_date(tree, "http://[" if name == "an odd address" else URL)
    assert time.process_time() - start < 1 * pace
