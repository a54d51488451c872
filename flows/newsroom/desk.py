"""Where a story is printed: a site at an address, at a moment, among other stories.

A desk turns a story's slug into addresses, identifiers and dates. Any story can be printed at any desk: that is what
a syndicated copy is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.newsroom.press import Site, shipped_sites
from flows.newsroom.story import Story

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOST = 37  # the number in a house line, from 2


def nowhere(slug: str) -> str | None:
    """The address book of a story printed alone: it knows nobody."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A site at `base` (scheme, host and port, no slash at the end). `address` finds other stories by slug."""

    site: Site
    base: str
    now: datetime = NOW
    origins: dict[str, Site]
    address: Callable[[str], str | None] = nowhere
    neighbours: tuple[Story, ...] = ()

    def url(self, story: Story) -> str:
        """The address of the story's page here."""
        return self.base + self.path(story)

    def path(self, story: Story) -> str:
        """The path of the story's page here."""
        day = self.published(story)
        return self.site.page_path.format(slug=story.slug, year=day.year, month=f"{day.month:02}")

    def guid(self, story: Story) -> str:
        """What the feed calls the story: a tag URI, a number, or the page's address, by the feed's family."""
        host = self.site.host
        forms = {
            "wordpress": f"https://{host}/?p={number(story.slug)}",
            "atom": f"tag:{host},2026:{story.slug}",
            "json": f"{host}/{story.slug}",
            "backyard": f"{host}-{number(story.slug)}",
        }
        return forms.get(self.site.feed, self.url(story))

    def published(self, story: Story) -> datetime:
        """When the story came out, in UTC."""
        return self.now - timedelta(hours=story.hours)

    def updated(self, story: Story) -> datetime:
        """When the story was last changed, in UTC."""
        return self.now - timedelta(hours=story.hours if story.updated is None else story.updated)

    def house(self, story: Story) -> tuple[str, ...]:
        """The lines of its own that the site prints into the story, with a number of the story's in them."""
        return tuple(line.format(2 + number(story.slug) % (MOST - 1)) for line in self.site.house)

    def origin(self, story: Story) -> Site:
        """The site the story was written for: this one unless it is a copy."""
        return self.origins.get(story.origin or story.site, self.site)


def desk(slug: str, *, base: str | None = None, now: datetime = NOW) -> Desk:
    """A desk at one of the shipped sites, for printing a story alone. Raises `KeyError` on an unknown site."""
    sites = shipped_sites()
    return Desk(site=sites[slug], base=base or f"https://{sites[slug].host}", now=now, origins=sites)


def number(slug: str) -> int:
    """A post number that stays the same for a slug: a checksum in 10 000–99 999."""
    total = 0
    for letter in slug:
        total = (total * 131 + ord(letter)) % 90_000
    return 10_000 + total
