"""The sites of a newsroom and the stories they print, read from `sites.toml` and `stories/*.md`.

A copy names its original (`copy_of`) and takes its text, tags, summary and links from there. A lightly edited copy
(`edited_copy_of`) does the same and tells its edits in `[change]`: they are made at once, whatever the edition.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from flows.newsroom.story import SeeAlso, Story, read_story

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A feed address that gives no feed: the status it answers with and what it sends."""

    slug: str
    path: str
    status: int
    type: str = "text/plain; charset=utf-8"
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One outlet: its name, where its feed and pages stand, how they look, and the words of its chrome.

    `feed` and `page` name families of templates; "json" is the one feed that is no template. `host` is the name
    that stands in identifiers, so that a GUID does not change with the port. `credits` is the outlet a copy
    names at its end; `padding` is the number of characters of scripts and menus added to a page. `house` are lines
    that the site prints into every article and that no shipped rule knows, `{}` in them a number that changes from
    one to the next.
    """

    slug: str
    name: str
    host: str
    tagline: str = ""
    feed: str = "wordpress"
    page: str = "wordpress"
    feed_path: str = "/feed/"
    page_path: str = "/news/{slug}/"
    owner: str = ""
    expo: str = ""
    places: str = ""
    see_also_label: str = "See also"
    see_also_after: int = 0
    link_suffix: str = ""
    max_age: int = 0
    padding: int = 0
    house: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Sites by slug and all their stories, those of later editions too, newest first."""

    sites: dict[str, Site]
    stories: tuple[Story, ...]

    def at(self, edition: int) -> tuple[Story, ...]:
        """The stories that are out in an edition, as they read then."""
        return tuple(story.at(edition) for story in self.stories if story.edition <= edition)


@cache
def shipped_sites() -> dict[str, Site]:
    """The sites that come with fanmill, by slug."""
    tables = tomllib.loads((HERE / "sites.toml").read_text(encoding="utf-8"))
    return {slug: _site(slug, table) for slug, table in tables.items()}


@cache
def shipped() -> Press:
    """The newsroom that comes with fanmill. Raises `ValueError` when a story names one that does not exist."""
    found = [read_story(path) for path in sorted((HERE / "stories").glob("*.md"))]
    originals = {story.slug: story for story in found}
    stories = [_linked(_copied(story, originals), originals) for story in found]
    return Press(sites=shipped_sites(), stories=tuple(sorted(stories, key=lambda story: (story.hours, story.slug))))


def _site(slug: str, table: dict[str, Any]) -> Site:
    faults = tuple(Fault(**row) for row in table.get("faults", ()))
    return Site(**{**table, "slug": slug, "house": tuple(table.get("house", ())), "faults": faults})


def _copied(story: Story, originals: dict[str, Story]) -> Story:
    """A copy filled with what it takes from its original; any other story as it is."""
    slug = story.copy_of or story.edited_copy_of
    if slug is None:
        return replace(story, origin=story.origin or story.site)
    if slug not in originals:
        raise ValueError(f"{story.slug} is a copy of {slug}, which is no story")
    first = originals[slug]
    filled = replace(
        story,
        author=story.author or first.author,
        tags=story.tags or first.tags,
        summary=story.summary or first.summary,
        see_also=story.see_also or first.see_also,
        blocks=first.blocks,
        origin=first.site,
    )
    return replace(filled.at(2), change=None, updated=None)


def _linked(story: Story, originals: dict[str, Story]) -> Story:
    """The story with its see-also titles filled in from the stories they point to."""
    for line in story.see_also:
        if line.slug is not None and line.slug not in originals:
            raise ValueError(f"{story.slug} points to {line.slug}, which is no story")
    return replace(story, see_also=tuple(_titled(line, originals) for line in story.see_also))


def _titled(line: SeeAlso, originals: dict[str, Story]) -> SeeAlso:
    return replace(line, title=originals[line.slug].title) if line.slug and not line.title else line
