"""Presses of any size for benchmarks: the same numbers give the same articles.

Articles are about 5 kB, composed from `material.toml` with invented names and numbers, so that two of them share
phrases as articles of one trade do, and no more. Every other site prints full content in its feed; the rest print
summaries, and pages padded to about 80 kB.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

from flows.newsroom.press import HERE, Press, Site
from flows.newsroom.story import Block, Story

SLOT = re.compile(r"\{(\w+)(:new)?\}")
KEPT = ("firm", "person", "place", "product", "thing", "known", "season")
LETTERS = 5_000  # characters of text in an article
PARAGRAPH = 3  # sentences, give or take one
PADDING = 70_000
FULL = {"feed": "wordpress", "page": "wordpress", "feed_path": "/feed/", "page_path": "/news/{slug}/"}
PAGES = {"feed": "atom", "page": "herald", "feed_path": "/all.atom", "page_path": "/{year}/{month}/{slug}"}


def generate(*, feeds: int = 60, articles: int = 25, seed: int = 1) -> Press:
    """A press of `feeds` sites with `articles` stories each."""
    sites = {site.slug: site for site in (_site(at) for at in range(feeds))}
    stories = [_story(site.slug, at, seed) for site in sites.values() for at in range(articles)]
    return Press(sites=sites, stories=tuple(stories))


@cache
def material() -> dict[str, Any]:
    """The words to compose from."""
    return tomllib.loads((HERE / "material.toml").read_text(encoding="utf-8"))


class Writer:
    """Composes one article. Names drawn once stay: an article is about one firm, one person, one thing."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - composition, not a secret; a str seed is hashed stably
        self._kept: dict[str, str] = {}

    def write(self, form: str) -> str:
        """A form with its slots filled, beginning with a capital."""
        text = SLOT.sub(lambda slot: self._word(slot[1], fresh=bool(slot[2])), form)
        return text[:1].upper() + text[1:]

    def blocks(self) -> tuple[Block, ...]:
        """Paragraphs of shuffled forms up to the length of an article, with a sub-heading now and then."""
        forms: list[str] = []
        found: list[Block] = []
        while sum(len(block.source) for block in found) < LETTERS:
            if len(forms) <= PARAGRAPH:
                forms += self._dice.sample(material()["sentences"], len(material()["sentences"]))
            size = PARAGRAPH + self._dice.choice((-1, 0, 1))
            if len(found) % 5 == 4:  # noqa: PLR2004 - every fifth block
                found.append(Block(kind="heading", source=self.write(self._dice.choice(material()["headings"]))))
            found.append(Block(source=" ".join(self.write(forms.pop()) for _ in range(min(size, len(forms))))))
        return tuple(found)

    def choose(self, name: str, count: int) -> tuple[str, ...]:
        """Some of a list of the material, in its order."""
        words: list[str] = material()[name]
        return tuple(sorted(self._dice.sample(words, count), key=words.index))

    def _word(self, name: str, *, fresh: bool) -> str:
        if fresh or name not in KEPT:
            return self._draw(name)
        if name not in self._kept:
            self._kept[name] = self._draw(name)
        return self._kept[name]

    def _draw(self, name: str) -> str:
        makers: dict[str, Callable[[], str]] = {
            "number": lambda: str(self._dice.randint(2, 900)),
            "few": lambda: str(self._dice.randint(2, 40)),
            "person": lambda: f"{self._name(2)} {self._name(3)}",
            "place": lambda: self._name(2),
            "firm": lambda: self._name(2) + self._dice.choice(material()["endings"]),
            "product": lambda: f"{self._name(2)} {self._dice.randint(2, 99)}",
            "thing_up": lambda: self._word("thing", fresh=False),
            "known": lambda: str(self._dice.choice(material()["known"])),
        }
        return makers[name]() if name in makers else str(self._dice.choice(material()["pools"][name]))

    def _name(self, syllables: int) -> str:
        return "".join(self._dice.choice(material()["syllables"]) for _ in range(syllables)).capitalize()


def _site(at: int) -> Site:
    slug = f"site-{at:03}"
    look = PAGES if at % 2 else FULL
    return Site(slug=slug, name=f"Outlet {at}", host=f"{slug}.example", padding=PADDING if at % 2 else 0, **look)  # type: ignore[arg-type]


def _story(site: str, at: int, seed: int) -> Story:
    writer = Writer(f"{seed}/{site}/{at}")
    title = writer.write(writer.choose("titles", 1)[0])
    found = writer.blocks()
    return Story(
        slug=f"{site}-{at:04}",
        site=site,
        title=title,
        author=writer.write("{person:new}"),
        hours=1.0 + at,
        tags=writer.choose("tags", 3),
        summary=found[0].source,
        blocks=found,
        origin=site,
    )
