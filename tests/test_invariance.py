"""What is not the article tags nothing: with chrome around it or without, an article's tags are the same to the digit.

The chrome is laid around stories of our own in each form in which articles come in, and goes through the real cleaner.
The sample, which does not ship, has each of its lines of chrome taken away, and many of them together.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from config.chrome import load_chrome
from config.taxonomy import load_taxonomy
from extractors.article import Rules
from extractors.clean import clean_feed, clean_page, clean_text
from extractors.feed import parse
from extractors.model import Page
from extractors.subject import Tagging
from flows.newsroom import Story, desk, render, shipped

HOME = "https://courier.example/news/story/"
LABELS = ("Big Tech", "AI Policy", "China", "Microsoft")
LINES = {
    "a banner of an expo": "Banner for AI & Big Data Expo by Northgate events.",
    "an invitation to an expo": "Want to learn more about AI and big data from industry leaders? Check out Northgate Expo, taking place in Amsterdam, California, and London. The event is part of Northgate Week and is co-located with other leading technology events. Click here for more information.",
    "whose it is": "AI Courier is powered by Northgate Media. Explore other upcoming enterprise technology events and webinars here.",
    "a prompt to log in": "Log in to participate in the exchange.",
    "a box for a newsletter": "Sign up for our newsletter on artificial intelligence",
    "where a post appeared": "The post {title} appeared first on AI Courier.",
    "a pointer": "See also: OpenAI raises $5 billion from SoftBank to build data centres in Texas",
    "a related headline": "Related: Nvidia buys a robotics start-up in Japan",
    "a line to share": "Share this story: Facebook, LinkedIn, WhatsApp",
    "a cookie notice": "We use cookies and similar technologies. By continuing you accept our cookie policy.",
}  # fmt: skip
ELEMENTS = (
    "//*[@id='cookie-law-bar']", "//header[contains(@class, 'site-header')]", "//*[contains(@class, 'share')]",
    "//*[contains(@class, 'author-box')]", "//*[contains(@class, 'newsletter')]", "//*[contains(@class, 'related-posts')]",
    "//*[@id='comments']", "//aside", "//footer", "//*[contains(@class, 'breadcrumbs')]", "//*[contains(@class, 'cat-links')]",
)  # fmt: skip
JOINED = {"Intelligence Insights": " depth.", "The post ": ""}  # how lines begin and end that go together
STORIES = [
    story
    for story in shipped().stories
    if not (story.hostile or story.plain_feed or story.wall) and len(story.blocks) > 3
]
Way = Callable[[Story, str, Rules], Tagging]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.compile(load_chrome(), load_taxonomy())


def gist(tagging: Tagging) -> Any:
    """What must not change."""
    return [(tag.id, tag.score) for tag in tagging.tags], tagging.labels, tagging.section


def pasted(story: Story, chrome: str, rules: Rules) -> Tagging:
    text = "\n\n".join(filter(None, [story.title, story.text, chrome]))
    return rules.tagger.tag(story.title, clean_text(text, rules.clean, story.title).text)


def fed(story: Story, chrome: str, rules: Rules) -> Tagging:
    page = render.wordpress_feed([story], desk("ai-courier")).decode()
    mark = "<p>The post "
    assert mark in page
    page = page.replace(mark, f"<p>{escape(chrome)}</p>\n{mark}" if chrome else mark)
    [entry] = parse(page.encode(), "https://courier.example/feed/").entries
    return rules.tagger.tag(story.title, clean_feed(entry, rules.clean, "https://courier.example/feed/").text)


def as_page(draw: Callable[..., bytes], site: str, last: str) -> Way:
    """A page with a paragraph of chrome right after the last block of the story."""

    def way(story: Story, chrome: str, rules: Rules) -> Tagging:
        tree = lxml.html.fromstring(draw(story, desk(site)))
        if chrome:
            [body] = tree.xpath(last)
            line = lxml.html.fragment_fromstring(escape(chrome), create_parent="p")
            body.append(line)
        page = Page(url=HOME, body=lxml.html.tostring(tree, encoding="utf-8"), charset="utf-8")
        return rules.tagger.tag(story.title, clean_page(page, rules.clean).text)

    return way


WAYS: dict[str, Way] = {
    "pasted": pasted,
    "in a feed": fed,
    "on a page": as_page(render.wordpress_page, "ai-courier", "//div[@class='entry-content']"),
}


def test_the_same_lines_left_in_would_change_tags(rules: Rules) -> None:
    every = "\n\n".join(LINES.values())
    tagger = rules.tagger
    same = [
        s for s in STORIES if gist(tagger.tag(s.title, f"{s.text}\n\n{every}")) == gist(tagger.tag(s.title, s.text))
    ]
    assert len(same) < len(STORIES) / 2


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_of_chrome_below_a_story_changes_no_tag(way: Way, line: str, rules: Rules) -> None:
    assert len(STORIES) > 20
    changed = [
        story.slug
        for story in STORIES
        if gist(way(story, line.format(title=story.title), rules)) != gist(way(story, "", rules))
    ]
    assert changed == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_all_of_the_chrome_together_changes_no_tag(way: Way, rules: Rules) -> None:
    changed = [
        story.slug
        for story in STORIES
        if gist(way(story, "", rules)) != gist(rules.tagger.tag(story.title, story.text))
    ]
    assert changed == []


def chrome_of(lines: list[str], kept: str) -> list[int]:
    """Which lines leave no words in a clean title and text."""
    kept = " ".join(kept.split())
    return [number for number, line in enumerate(lines) if line.strip() and " ".join(line.split()) not in kept]


def units(lines: list[str], chrome: list[int]) -> list[set[int]]:
    """Lines of chrome that an aggregator prints or leaves out together: most are one alone.

    Of a panel without its labels nobody could say that it is one: it is prose on the article's subject. And a row of
    tags is told from a last sentence by the line above it, which says where the post appeared.
    """
    found: list[set[int]] = []
    until: str | None = None
    for number in chrome:
        if until is None:
            found.append({number})
            until = next((end for first, end in JOINED.items() if lines[number].startswith(first)), None)
        else:
            found[-1].add(number)
            until = None if lines[number].endswith(until) else until
    return found


def without(lines: list[str], gone: set[int]) -> str:
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)


def test_the_chrome_of_an_aggregator_can_be_taken_away_line_by_line(rules: Rules) -> None:
    changed = [(story.slug, gone) for story in STORIES for gone in gone_and_missed(story, rules)]
    assert changed == []


def gone_and_missed(story: Story, rules: Rules) -> Iterator[list[str]]:
    """The lines of chrome without which a story has other tags."""
    lines = render.aggregator_text(story, desk("lantern")).split("\n")
    whole = gist(rules.tagger.tag(story.title, clean_text("\n".join(lines), rules.clean).text))
    for gone in units(lines, chrome_of(lines, f"{story.title} {story.text}")):
        cleaned = clean_text(without(lines, gone), rules.clean, story.title)
        if gist(rules.tagger.tag(story.title, cleaned.text)) != whole:
            yield [lines[number] for number in sorted(gone)]


@pytest.mark.parametrize("where", ELEMENTS)
def test_the_chrome_of_a_page_can_be_taken_away_piece_by_piece(where: str, rules: Rules) -> None:
    changed, found = [], 0
    for story in STORIES:
        page = render.wordpress_page(story, desk("ai-courier"))
        tree = lxml.html.fromstring(page)
        for element in tree.xpath(where):
            found += 1
            element.drop_tree()
        less = Page(url=HOME, body=lxml.html.tostring(tree, encoding="utf-8"), charset="utf-8")
        whole = clean_page(Page(url=HOME, body=page), rules.clean)
        if gist(rules.tagger.tag(story.title, clean_page(less, rules.clean).text)) != gist(
            rules.tagger.tag(story.title, whole.text)
        ):
            changed.append(story.slug)
    assert changed == []
    assert found >= len(STORIES)


@pytest.fixture(scope="module")
def sample(seed: str, rules: Rules) -> tuple[str, list[str], list[int]]:
    """The title of the sample, its lines, and which of them are chrome."""
    cleaned, lines = clean_text(seed, rules.clean), seed.split("\n")
    return cleaned.title, lines, chrome_of(lines, f"{cleaned.title} {cleaned.text}")


def test_the_sample_has_exactly_its_labels_a_hundred_times(seed: str, rules: Rules) -> None:
    cleaned = clean_text(seed, rules.clean)
    every = {repr(rules.tagger.tag(cleaned.title, cleaned.text)) for _ in range(100)}
    assert len(every) == 1
    assert rules.tagger.tag(cleaned.title, cleaned.text).labels == LABELS


def test_each_line_of_the_samples_chrome_can_go(
    sample: tuple[str, list[str], list[int]], seed: str, rules: Rules
) -> None:
    title, lines, chrome = sample
    whole = rules.tagger.tag(title, clean_text(seed, rules.clean).text)
    assert len(chrome) > 20
    changed = [
        lines[number]
        for number in chrome
        if rules.tagger.tag(title, clean_text(without(lines, {number}), rules.clean, title).text) != whole
    ]
    assert changed == []


def test_any_lines_of_the_samples_chrome_can_go_together(
    sample: tuple[str, list[str], list[int]], seed: str, rules: Rules
) -> None:
    title, lines, chrome = sample
    whole = rules.tagger.tag(title, clean_text(seed, rules.clean).text)
    dice = random.Random(7)
    changed = []
    for _ in range(300):
        gone = set().union(*(unit for unit in units(lines, chrome) if dice.random() < 0.5))
        if rules.tagger.tag(title, clean_text(without(lines, gone), rules.clean, title).text) != whole:
            changed.append(sorted(gone))
    assert changed == []


HASHED = """
import hashlib, sys
from config.taxonomy import load_taxonomy
from extractors.tagging import Tagger
from flows.newsroom import shipped
tagger = Tagger(load_taxonomy())
found = [repr(tagger.tag(story.title, story.text, story.tags)) for story in shipped().stories]
print(hashlib.sha256("".join(found).encode("utf-8", "replace")).hexdigest())
"""


def test_other_processes_with_other_hash_seeds_find_the_same_to_the_byte() -> None:
    root = Path(__file__).parents[1]
    runs = [
        subprocess.run(
            [sys.executable, "-c", HASHED], cwd=root, env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    ]  # fmt: skip
    assert len(set(runs)) == 1
    assert len(runs[0].strip()) == 64
