from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from lxml import html as lxml_html

from flows.newsroom import (
    Block,
    SeeAlso,
    Story,
    blocks,
    desk,
    generate,
    render,
    shipped,
)
from flows.newsroom.fields import Sheet
from flows.newsroom.markup import TEMPLATES, template
from flows.newsroom.story import read_story

STORY = Story(
    slug="a-story",
    site="ai-courier",
    title='Rats & "mice"',
    author="A. Writer",
    tags=("Chips", "EU"),
    summary="A <short> summary.",
    blocks=blocks(
        "One [linked](https://other.example/x) & true.\n\n## A heading\n\n> Quoted words.\n\nThe end ]]> of it."
    ),
    see_also=(SeeAlso(title="Elsewhere", slug="elsewhere"), SeeAlso(title="Nowhere")),
    big_picture="The big one.",
    why_it_matters="It matters.",
)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def words_of(page: bytes) -> str:
    tree = lxml_html.document_fromstring(page)
    for node in [*tree.iter("script"), *tree.iter("style")]:
        node.text = ""
    return " ".join("".join(str(text) for text in tree.itertext()).split())


def test_there_are_five_sites_and_forty_stories_at_least() -> None:
    press = shipped()
    assert len({story.site for story in press.stories}) >= 5
    assert len(press.stories) >= 40
    assert len({story.slug for story in press.stories}) == len(press.stories)
    assert {story.site for story in press.stories} <= set(press.sites)


def test_articles_have_the_length_of_news_and_the_facts_of_a_feed_entry() -> None:
    for story in shipped().stories:
        assert story.wall or 250 <= len(story.text.split()) <= 600, story.slug
        assert story.title, story.slug
        assert story.author, story.slug
        assert story.summary, story.slug
        assert len(story.tags) >= 2, story.slug
        assert story.hours > 0, story.slug


def test_own_articles_share_hardly_any_phrase_with_each_other() -> None:
    own = [story for story in shipped().stories if not (story.copy_of or story.edited_copy_of)]
    prints = {story.slug: shingles(story.text) for story in own}
    for one, other in itertools.combinations(own, 2):
        left, right = prints[one.slug], prints[other.slug]
        assert len(left & right) / len(left | right) < 0.05, (one.slug, other.slug)


def test_every_copy_see_also_line_and_change_speaks_of_something_that_exists() -> None:
    press = shipped()
    known = {story.slug: story for story in press.stories}
    for story in press.stories:
        for slug in [story.copy_of, story.edited_copy_of, *(line.slug for line in story.see_also)]:
            assert slug is None or slug in known, story.slug
        for old, _ in story.change.swap if story.change else ():
            assert old in story.text, (story.slug, old)
    assert sum(bool(story.copy_of) for story in press.stories) >= 3
    assert all(known[story.copy_of].text == story.text for story in press.stories if story.copy_of)


def test_a_lightly_edited_copy_differs_a_little() -> None:
    known = {story.slug: story for story in shipped().stories}
    edited = [story for story in known.values() if story.edited_copy_of]
    assert edited
    for story in edited:
        left, right = shingles(story.text), shingles(known[story.edited_copy_of or ""].text)
        assert 0.8 < len(left & right) / len(left | right) < 1.0


def test_a_wire_story_is_told_by_three_sites_in_other_words_with_the_same_names() -> None:
    told = [story for story in shipped().stories if story.wire == "kajaani"]
    assert len({story.site for story in told}) == 3
    for name in ("Kajaani", "Rantala", "Oulujoki", "420", "2028", "EuroHPC", "CSC", "Loiste"):
        assert all(name in story.text for story in told), name


def test_see_also_lines_point_ahead_and_some_have_no_address() -> None:
    press = shipped()
    later = {story.slug for story in press.stories if story.edition == 2}
    titles = {story.title for story in press.stories if story.edition == 2}
    early = [line for story in press.stories if story.edition == 1 for line in story.see_also]
    assert any(line.slug in later for line in early)
    assert any(line.slug is None and line.title in titles for line in early)
    assert any(line.slug is None and line.title not in titles for line in early)


def test_every_kind_of_trouble_is_there() -> None:
    stories = shipped().stories
    for trouble in ("wall", "hostile", "plain_feed", "canonical", "change"):
        assert any(getattr(story, trouble) for story in stories), trouble
    assert any("Sign up for our newsletter" in story.text for story in stories)
    assert any("Want to learn more" in story.text for story in stories)


@pytest.mark.parametrize(
    "site", ["ai-courier", "signal-herald", "plain-bytes", "lantern", "harbour-post", "backyard-robotics"]
)
@pytest.mark.parametrize(
    "story",
    {
        "a story with everything": STORY,
        "a story with nothing": Story(slug="x", site="nobody", title="T"),
        "a hostile story of one block": replace(STORY, blocks=(Block(source="One."),), hostile=True),
        "a hostile story without text": replace(STORY, blocks=(), hostile=True),
        "a story behind a wall": replace(STORY, wall=True),
    }.values(),
)
def test_any_story_can_be_printed_anywhere(site: str, story: Story) -> None:
    place = desk(site)
    for draw in (render.page, render.wordpress_page, render.aggregator_page, render.atom_page):
        text = words_of(draw(story, place))
        assert story.title in text
    for draw_feed in (render.feed, render.wordpress_feed, render.atom_feed, render.json_feed):
        assert draw_feed([story], place)
    assert story.title in render.aggregator_text(story, place)


def test_text_survives_each_way_of_printing() -> None:
    place = desk("ai-courier")
    parts = STORY.text.split("\n\n")
    pages = [draw(STORY, place) for draw in (render.wordpress_page, render.aggregator_page, render.atom_page)]
    item = feedparser.parse(render.wordpress_feed([STORY], place)).entries[0]
    pages.append(f"<html><body>{item.content[0].value}</body></html>".encode())
    for page in pages:
        assert all(part in words_of(page) for part in parts)
    assert STORY.text in render.aggregator_text(STORY, desk("lantern"))


def test_pasted_text_has_the_lines_of_an_aggregator() -> None:
    text = render.aggregator_text(STORY, desk("lantern"))
    lines = text.splitlines()
    assert lines[:3] == ["Chips", "AI Courier1 day ago", "1"]
    assert lines.count(STORY.title) == 2
    for line in (
        "Intelligence Insights",
        "See also: Elsewhere",
        "See also: Nowhere",
        "Chips EU",
        "Syncing Discussions...",
    ):
        assert line in lines
    assert lines.count("Banner for Applied AI & Robotics Expo by Northgate Media events.") == 2
    assert f"The post {STORY.title} appeared first on AI Courier." in lines


def test_a_feed_needs_a_story() -> None:
    with pytest.raises(ValueError, match="lantern has no stories"):
        render.feed([], desk("lantern"))


def test_every_template_names_only_fields_that_exist() -> None:
    known = {*Sheet(STORY, desk("lantern")), "items", "item_list", "expo", "places", "name", "slug"}
    for path in TEMPLATES.iterdir():
        assert template(path.name).is_valid(), path.name
        assert set(template(path.name).get_identifiers()) <= known, path.name


def test_a_story_file_that_is_none_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "bad.md"
    path.write_text("+++\nsite = 'x'\ntitle = 'y'\nnonsense = 1\n+++\n\nText.\n")
    with pytest.raises(ValueError, match=r"bad\.md.*nonsense"):
        read_story(path)


def test_generated_articles_are_long_different_and_the_same_each_time() -> None:
    press = generate(feeds=4, articles=10, seed=3)
    assert press == generate(feeds=4, articles=10, seed=3)
    assert press.stories != generate(feeds=4, articles=10, seed=4).stories
    assert len(press.stories) == 40
    assert all(4_500 < len(story.text) < 7_000 for story in press.stories)
    prints = [shingles(story.text) for story in press.stories]
    assert max(len(a & b) / len(a | b) for a, b in itertools.combinations(prints, 2)) < 0.3
