"""The newsroom: made-up sites served over real HTTP on loopback, with the truth about what they print.

    with Newsroom() as room:
        room.feeds_toml()     # what an operator would write into feeds.toml
        room.requests         # who asked for what, with which validators
        room.edition = 2      # stories change, new ones appear
        room.truth()          # (feed slug, guid) -> what cleaning should leave

The same `now` and the same ports give the same bytes. Nothing here waits on a clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from flows.newsroom import render
from flows.newsroom.desk import NOW, Desk
from flows.newsroom.press import Fault, Press, Site, shipped
from flows.newsroom.server import Hall, Reply, Request
from flows.newsroom.story import Story

CACHED = 400  # replies kept in memory; a benchmark's pages are 80 kB each
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
}
TABLE = "[feeds.{slug}]\nurl = {url}\ntitle = {title}\nallow_private = true\n"
RSS = "application/rss+xml; charset=utf-8"
MISSING = Reply(status=404, body=b"<!DOCTYPE html><title>Not found</title><h1>Not found</h1>")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """A feed that the newsroom offers. `status` is what its address answers."""

    slug: str
    url: str
    title: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of one feed entry. Slugs name stories; `see_also` holds (title, address or None).

    Behind a wall the clean text is the summary, since nothing else can be had. `wire` names the event that
    several outlets tell in their own words; `changes` says that the second edition has another text. `house` are lines
    that its outlet prints into every article: no part of `text`, and known to no rule that ships.
    """

    slug: str
    title: str
    url: str
    text: str
    see_also: tuple[tuple[str, str | None], ...] = ()
    copy_of: str | None = None
    edited_copy_of: str | None = None
    wire: str | None = None
    wall: bool = False
    changes: bool = False
    hostile: bool = False
    house: tuple[str, ...] = ()


class Newsroom:
    """The sites of a press on loopback. `first_port` fixes the ports (one a site, counting up); 0 takes free ones."""

    def __init__(self, press: Press | None = None, *, now: datetime = NOW, first_port: int = 0) -> None:
        self.press = press or shipped()
        self.now = now
        self._edition = 1
        self._put: dict[tuple[str, str], Reply] = {}
        self._replies: dict[tuple[str, str], Reply] = {}
        self._hall = Hall(list(self.press.sites), self.answer, first_port)
        self._set_edition(1)

    def __enter__(self) -> Self:
        self._hall.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop all sites and free their ports."""
        self._hall.close()

    @property
    def requests(self) -> list[Request]:
        """Every request answered so far, oldest first. Clear it as you like."""
        return self._hall.requests

    @property
    def edition(self) -> int:
        """Which edition is out: 1, or 2 with changed and new stories."""
        return self._edition

    @edition.setter
    def edition(self, edition: int) -> None:
        self._set_edition(edition)

    @property
    def stories(self) -> tuple[Story, ...]:
        """The stories that are out, as they read now, newest first."""
        return self._stories

    @property
    def feeds(self) -> list[FeedAddress]:
        """Every feed, those that fail too, in the order of the sites."""
        rows = []
        for site in self.press.sites.values():
            if site.slug in self._desks:
                rows.append(FeedAddress(slug=site.slug, url=self.base(site.slug) + site.feed_path, title=site.name))
            rows += [self._fault(site, fault) for fault in site.faults]
        return rows

    def base(self, site: str) -> str:
        """The address of a site, without a slash at its end. Raises `KeyError` when there is no such site."""
        return self._hall.base(site)

    def desk(self, site: str) -> Desk:
        """The desk that prints a site now. Raises `KeyError` when the site prints nothing."""
        return self._desks[site]

    def address(self, slug: str) -> str | None:
        """Where a story stands or will stand; None when there is no such story."""
        site = self._home.get(slug)
        return self._desks[site.site].url(site) if site else None

    def feeds_toml(self, *, faults: bool = True) -> str:
        """The feeds as TOML tables for an operator's `feeds.toml`; without `faults` only those that work."""
        broken = {fault.slug for site in self.press.sites.values() for fault in site.faults}
        tables = [
            TABLE.format(slug=feed.slug, url=json.dumps(feed.url), title=json.dumps(feed.title))
            for feed in self.feeds
            if faults or feed.slug not in broken
        ]
        return "\n".join(tables)

    def put(self, site: str, path: str, reply: Reply | None) -> None:
        """Let a path answer otherwise, whatever the edition; None takes that back."""
        if reply is None:
            self._put.pop((site, path), None)
        else:
            self._put[site, path] = reply

    def truth(self) -> dict[tuple[str, str], Truth]:
        """By (feed slug, guid), what each entry that is out now should become."""
        return {(story.site, self._desks[story.site].guid(story)): self._truth(story) for story in self._stories}

    def answer(self, site: str, path: str) -> Reply:
        """What a site answers at a path (without query), as it would over HTTP."""
        key, replies = (site, path), self._replies  # a new edition brings a new dict: an old reply cannot get into it
        if key in self._put:
            return self._put[key]
        found = replies.get(key)
        if found is None:
            found = self._reply(self.press.sites[site], path)
            if len(replies) >= CACHED:
                replies.clear()
            replies[key] = found
        return found

    def _set_edition(self, edition: int) -> None:
        self._edition = edition
        self._stories = self.press.at(edition)
        self._home = {story.slug: story for story in self.press.stories}
        printed = {slug: tuple(s for s in self._stories if s.site == slug) for slug in self.press.sites}
        self._desks = {slug: self._desk(self.press.sites[slug], own) for slug, own in printed.items() if own}
        self._pages = {(s.site, self._desks[s.site].path(s)): s for s in self._stories}
        self._replies = {}

    def _desk(self, site: Site, own: tuple[Story, ...]) -> Desk:
        base, sites = self._hall.base(site.slug), self.press.sites
        return Desk(site=site, base=base, now=self.now, origins=sites, address=self.address, neighbours=own)

    def _truth(self, story: Story) -> Truth:
        facts = {name: getattr(story, name) for name in ("slug", "title", "copy_of", "edited_copy_of", "wire")}
        return Truth(
            **facts,
            url=self._desks[story.site].url(story),
            text=story.summary if story.wall else story.text,
            see_also=tuple((line.title, self.address(line.slug) if line.slug else None) for line in story.see_also),
            wall=story.wall,
            changes=story.change is not None,
            hostile=story.hostile,
            house=self._desks[story.site].house(story),
        )

    def _fault(self, site: Site, fault: Fault) -> FeedAddress:
        url = self.base(site.slug) + fault.path
        return FeedAddress(slug=fault.slug, url=url, title=f"{site.name} {fault.path}", status=fault.status)

    def _reply(self, site: Site, path: str) -> Reply:
        for fault in site.faults:
            if fault.path == path:
                return Reply(status=fault.status, body=fault.body.encode(), type=fault.type)
        desk = self._desks.get(site.slug)
        story = self._pages.get((site.slug, path))
        if desk and path == site.feed_path:
            return self._feed(desk)
        if desk and story:
            return Reply(body=render.page(story, desk), modified=desk.updated(story))
        return MISSING

    def _feed(self, desk: Desk) -> Reply:
        caching = (("Cache-Control", f"max-age={desk.site.max_age}"),) if desk.site.max_age else ()
        return Reply(
            body=render.feed(desk.neighbours, desk),
            type=TYPES.get(desk.site.feed, RSS),
            modified=max(desk.updated(story) for story in desk.neighbours),
            headers=caching,
        )
