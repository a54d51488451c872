from __future__ import annotations

import pytest

from config.chrome import load_chrome
from extractors.clean import CleanRules, choose, clean_feed, compile_rules, is_whole
from extractors.compare import doubted
from extractors.model import Cleaned, Entry

LINE = "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet. "
LONG = "".join(f"<p>{n}. {LINE * 2}</p>" for n in range(5))


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


WHOLE = {
    "long content": (Entry(guid="1", content=LONG, summary="Short."), True),
    "a long summary in a feed without content": (Entry(guid="1", summary=LONG * 2), True),
    "a short summary": (Entry(guid="1", summary=f"<p>{LINE}</p>"), False),
    "content that is the summary again": (Entry(guid="1", content=f"<p>{LINE}</p>", summary=f"<p>{LINE}</p>"), False),
    "content cut off with an ellipsis": (Entry(guid="1", content=LONG + "<p>The drivers […]</p>"), False),
    "content cut off in the last paragraph": (Entry(guid="1", content=LONG[:-5] + "...</p>"), False),
    "content that ends in Continue reading": (
        Entry(guid="1", content=LONG + '<p><a href="/x">Continue reading</a></p>'),
        False,
    ),
    "nothing": (Entry(guid="1"), False),
}


@pytest.mark.parametrize(("entry", "whole"), WHOLE.values(), ids=WHOLE)
def test_a_whole_article_is_told_from_an_excerpt(entry: Entry, whole: bool, rules: CleanRules) -> None:
    assert is_whole(entry, clean_feed(entry, rules)) is whole


FEED = Cleaned(text="feed " * 20, source="feed", author="Odd")
CHOICES = {
    "a fuller page wins": (FEED, Cleaned(text="page " * 90, source="fast"), "fast"),
    "a page that gives less loses": (FEED, Cleaned(text="page", source="fast"), "feed"),
    "a login wall loses": (FEED, Cleaned(text="page " * 90, source="fast", wall="login"), "feed"),
    "a page in doubt loses": (FEED, Cleaned(text="page " * 90, source="fast", confidence=0.1), "feed"),
    "a page of something else loses": (
        FEED,
        Cleaned(text="page " * 90, source="fast", doubt="other", confidence=0.2),
        "feed",
    ),
    "any page wins over nothing": (Cleaned(source="feed"), Cleaned(text="page", source="fast"), "fast"),
    "an empty page loses": (FEED, Cleaned(source="fast"), "feed"),
}


@pytest.mark.parametrize(("feed", "page", "source"), CHOICES.values(), ids=CHOICES)
def test_the_better_text_is_kept(feed: Cleaned, page: Cleaned, source: str) -> None:
    assert choose(feed, page).source == source


def test_gaps_are_filled_from_the_other() -> None:
    assert choose(FEED, Cleaned(text="page " * 90, source="fast")).author == "Odd"
    assert choose(FEED, Cleaned(image="https://a.example/i.png")).image == "https://a.example/i.png"
    assert choose(FEED, Cleaned(wall="login", confidence=0.2)).wall == "login"


def test_a_feeds_text_whose_page_was_of_no_use_is_in_doubt() -> None:
    for doubt in ("wall", "other", "empty"):
        kept = choose(FEED, Cleaned(doubt=doubt, confidence=0.2, author="Else", image="https://a.example/i.png"))
        assert (kept.source, kept.doubt, kept.confidence < FEED.confidence) == ("feed", doubt, True)
        assert (kept.image is None) == (doubt == "other")
    assert choose(FEED, Cleaned(text="page", doubt="short", confidence=0.4)).doubt == ""


def test_a_feeds_text_that_breaks_off_is_in_doubt() -> None:
    cut = doubted(Cleaned(text=LINE + "The mayor replied that […]", confidence=0.95))
    assert (cut.doubt, cut.confidence) == ("short", 0.6)
    assert doubted(FEED) is FEED
