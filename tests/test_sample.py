"""One article, whichever way it comes in: pasted from an aggregator, in a feed, or as a page. Same text, same tags.

The sample does not ship; a story of our own goes the same ways, so that this is tested everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from config.chrome import load_chrome
from config.taxonomy import load_taxonomy
from extractors.article import Rules
from extractors.clean import clean_feed, clean_page, clean_text
from extractors.feed import parse
from extractors.model import Cleaned, Page
from extractors.subject import Tagging
from flows.newsroom import Block, SeeAlso, Story, desk, render, shipped

SEE_ALSO = "China’s DeepSeek V3.2 AI model achieves frontier performance on a fraction of the computing budget"
HEADING = "Why OpenAI models in China run through Microsoft alone"
CHROME = (
    "Intelligence Insights", "The Big Picture", "Why It Matters", "Deepen your understanding", "Banner for", "Want to learn more",
    "is powered by", "appeared first on", "Intelligence Exchange", "Log in", "Sign In", "Syncing", "Finding Related", "See also",
    "Big Tech AI Policy China Microsoft", "3 days ago", "Select an AI action",
)  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.compile(load_chrome(), load_taxonomy())


def through_feed(story: Story, rules: Rules) -> Cleaned:
    at = desk("ai-courier")
    [entry] = parse(render.wordpress_feed([story], at), "https://courier.example/feed/").entries
    return clean_feed(entry, rules.clean, "https://courier.example/feed/")


def as_page(draw: Callable[..., bytes], site: str) -> Callable[[Story, Rules], Cleaned]:
    def through(story: Story, rules: Rules) -> Cleaned:
        return clean_page(Page(url="https://courier.example/news/story/", body=draw(story, desk(site))), rules.clean)

    return through


def through_text(story: Story, rules: Rules) -> Cleaned:
    return clean_text(render.aggregator_text(story, desk("lantern")), rules.clean)


WAYS: dict[str, Callable[[Story, Rules], Cleaned]] = {
    "pasted text": through_text,
    "a feed item": through_feed,
    "a WordPress page": as_page(render.wordpress_page, "ai-courier"),
    "an aggregator's page": as_page(render.aggregator_page, "lantern"),
    "an Atom site's page": as_page(render.atom_page, "signal-herald"),
}


def tagged(cleaned: Cleaned, title: str, rules: Rules) -> Tagging:
    return rules.tagger.tag(title, cleaned.text)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample as it was pasted, cleaned, and as a story that the newsroom can print."""

    cleaned: Cleaned
    story: Story


@pytest.fixture(scope="module")
def sample(seed: str, rules: Rules) -> Sample:
    cleaned = clean_text(seed, rules.clean)
    blocks = tuple(
        Block(kind="heading" if part == HEADING else "paragraph", source=part) for part in cleaned.text.split("\n\n")
    )
    story = Story(
        slug="sample", site="ai-courier", title=cleaned.title, author="A. Reporter", tags=("Big Tech", "AI Policy", "China", "Microsoft"),
        summary=blocks[0].source[:150], blocks=blocks, see_also=(SeeAlso(title=SEE_ALSO),),
    )  # fmt: skip
    return Sample(cleaned, story)


def test_the_sample_comes_out_clean(sample: Sample) -> None:
    text = sample.cleaned.text
    assert text.startswith("Microsoft has quietly become")
    assert text.endswith("being paid by both sides.")
    assert HEADING in text.split("\n\n")
    assert [words for words in CHROME if words in text] == []
    assert [(link.kind, link.title, link.url) for link in sample.cleaned.links] == [("see_also", SEE_ALSO, None)]


def test_the_sample_gets_exactly_its_labels_each_with_evidence_that_holds(sample: Sample, rules: Rules) -> None:
    title, text = sample.cleaned.title, sample.cleaned.text
    tagging = tagged(sample.cleaned, title, rules)
    assert tagging.labels == ("Big Tech", "AI Policy", "China", "Microsoft")
    assert tagging.section == "Big Tech"
    fields = {"title": title, "text": text}
    places = [(e, fields[e.field]) for tag in tagging.tags for e in tag.evidence if e.field in fields]
    assert all(tag.evidence for tag in tagging.tags)
    assert places
    assert [e for e, field in places if field[e.start : e.end] != e.detail] == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_sample_is_the_same_text_and_tags_by_every_way(
    way: Callable[[Story, Rules], Cleaned], sample: Sample, rules: Rules
) -> None:
    cleaned = way(sample.story, rules)
    assert cleaned.text == sample.cleaned.text
    assert tagged(cleaned, sample.story.title, rules) == tagged(sample.cleaned, sample.story.title, rules)
    assert [link.title for link in cleaned.links if link.kind in {"see_also", "related"}] == [SEE_ALSO]


PRINTABLE = [
    story
    for story in shipped().stories
    if not (story.hostile or story.plain_feed or story.wall) and len(story.blocks) > 3
]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_our_own_stories_are_the_same_text_by_every_way(way: Callable[[Story, Rules], Cleaned], rules: Rules) -> None:
    assert len(PRINTABLE) > 20
    wrong = {story.slug: way(story, rules).text for story in PRINTABLE}
    assert {
        slug: text for slug, text in wrong.items() if text != next(s.text for s in PRINTABLE if s.slug == slug)
    } == {}
