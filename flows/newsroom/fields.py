"""What a template may ask for: tables from name to the function that gives it for a story, a site, or both.

Values are plain text unless they are `Html`. A `Sheet` computes only what the template names.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime

from flows.newsroom.desk import Desk, number
from flows.newsroom.markup import Html, anchor, body, cdata, escaped, fill, join
from flows.newsroom.story import Story

Field = Callable[[Story, Desk], str]
DAY = 24


class Sheet(Mapping[str, str]):
    """The fields of one story at one desk, computed when asked for. `extra` adds to them or stands before them."""

    def __init__(self, story: Story, desk: Desk, extra: Mapping[str, str] | None = None) -> None:
        self._story, self._desk, self._extra = story, desk, extra or {}

    def __getitem__(self, key: str) -> str:
        if key in self._extra:
            return self._extra[key]
        if key in OF_STORY:
            return OF_STORY[key](self._story)
        return OF_SITE[key](self._desk) if key in OF_SITE else PRINTED[key](self._story, self._desk)

    def __iter__(self) -> Iterator[str]:
        return iter({**OF_STORY, **OF_SITE, **PRINTED, **self._extra})

    def __len__(self) -> int:
        return len(list(iter(self)))


def iso(moment: datetime) -> str:
    """A moment as Atom and JSON Feed write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(story: Story) -> str:
    """How long ago the story came out, as an aggregator says it."""
    count, unit = (round(story.hours / DAY), "day") if story.hours >= DAY else (max(1, round(story.hours)), "hour")
    return f"{count} {unit}{'s' if count > 1 else ''} ago"


def see_also(story: Story, desk: Desk) -> Html:
    """The lines that point to other articles, each a paragraph with the site's label."""
    lines = [
        f"<p><strong>{desk.site.see_also_label}:</strong> {anchor(_address(line.slug, desk), line.title)}</p>"
        for line in story.see_also
    ]
    return join(lines)


def see_also_text(story: Story, desk: Desk) -> str:
    """The same lines as plain text, each with its address, if it has one, below, and followed by an empty line."""
    lines = ((f"{desk.site.see_also_label}: {line.title}", _address(line.slug, desk)) for line in story.see_also)
    return "".join("\n".join(filter(None, line)) + "\n\n" for line in lines)


def _address(slug: str | None, desk: Desk) -> str | None:
    return desk.address(slug) if slug else None


def _tail(name: str) -> Field:
    """What the outlet that wrote the story puts under it: expo banner, promotion, owner's line."""

    def tail(story: Story, desk: Desk) -> str:
        origin = desk.origin(story)
        if not origin.expo:
            return Html("")
        words = {"expo": origin.expo, "places": origin.places, "owner": origin.owner, "name": origin.name}
        return fill(name, {**words, "slug": origin.expo.lower().replace(" ", "-").replace("&", "and")})

    return tail


def _items(story: Story, desk: Desk) -> Html:
    others = [other for other in desk.neighbours if other.slug != story.slug][:6]
    return join(f"<li>{anchor(desk.url(other), other.title)}</li>" for other in others)


def _tag_links(story: Story, desk: Desk) -> Html:
    paths = [f"{desk.base}/tag/{tag.lower().replace(' ', '-')}/" for tag in story.tags]
    return join(
        f'<a href="{escaped(path)}" rel="tag">{escaped(tag)}</a>' for path, tag in zip(paths, story.tags, strict=True)
    )


def _canonical(story: Story, desk: Desk) -> str:
    first = desk.address(story.copy_of) if story.canonical and story.copy_of else None
    return first or desk.url(story)


def _json_ld(story: Story, desk: Desk) -> Html:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": iso(desk.published(story)),
        "dateModified": iso(desk.updated(story)),
        "author": [{"@type": "Person", "name": story.author}],
        "publisher": {"@type": "Organization", "name": desk.site.name},
        "mainEntityOfPage": desk.url(story),
        "description": story.summary,
        "keywords": list(story.tags),
        "isAccessibleForFree": not story.wall,
    }
    return Html(json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/"))


def _padding(story: Story, desk: Desk) -> Html:
    """A script with a page's state in it, and a menu: half of `padding` characters each, the same for a slug."""
    if not desk.site.padding:
        return Html("")
    dice = random.Random(number(story.slug))  # noqa: S311 - filler, not a secret
    half = desk.site.padding // 2
    state = json.dumps([dice.getrandbits(64) for _ in range(half // 22)])
    menu = [
        f'<li class="mega__item"><a href="/topic/{at}/">Section {dice.getrandbits(24)}</a></li>'
        for at in range(half // 67)
    ]
    return Html(f'<script>window.__STATE__={state}</script>\n<ul class="mega">{"".join(menu)}</ul>')


OF_STORY: dict[str, Callable[[Story], str]] = {
    "ago": ago,
    "atom_categories": lambda story: join(f'<category term="{escaped(tag)}"/>' for tag in story.tags),
    "author": lambda story: story.author or "Staff",
    "author_slug": lambda story: story.author.lower().replace(" ", "-") or "staff",
    "big_picture": lambda story: story.big_picture or story.summary,
    "categories": lambda story: join(f"<category>{cdata(tag)}</category>" for tag in story.tags),
    "number": lambda story: str(number(story.slug)),
    "raw_summary": lambda story: Html(story.summary),
    "raw_title": lambda story: Html(story.title),
    "section": lambda story: story.section,
    "summary": lambda story: story.summary,
    "tag_line": lambda story: " ".join(story.tags),
    "text": lambda story: story.text,
    "title": lambda story: story.title,
    "why_it_matters": lambda story: story.why_it_matters or story.summary,
}
OF_SITE: dict[str, Callable[[Desk], str]] = {
    "base": lambda desk: desk.base,
    "feed_url": lambda desk: desk.base + desk.site.feed_path,
    "owner": lambda desk: desk.site.owner,
    "site_host": lambda desk: desk.site.host,
    "site_name": lambda desk: desk.site.name,
    "tagline": lambda desk: desk.site.tagline,
}
PRINTED: dict[str, Field] = {
    "body": body,
    "body_see_also": lambda story, desk: body(story, desk, see_also(story, desk)),
    "body_cdata": lambda story, desk: cdata(fill("wordpress_content.html", Sheet(story, desk))),
    "canonical": _canonical,
    "guid": lambda story, desk: desk.guid(story),
    "json_ld": _json_ld,
    "link": lambda story, desk: desk.url(story) + desk.site.link_suffix,
    "month": lambda story, desk: f"{desk.published(story):%d %B %Y}",
    "origin": lambda story, desk: desk.origin(story).name,
    "origin_url": lambda story, desk: desk.address(story.copy_of or story.edited_copy_of or "") or desk.url(story),
    "padding": _padding,
    "published": lambda story, desk: iso(desk.published(story)),
    "published_rfc": lambda story, desk: format_datetime(desk.published(story)),
    "related_items": _items,
    "see_also": see_also,
    "see_also_text": see_also_text,
    "tag_links": _tag_links,
    "tail": _tail("expo_tail.html"),
    "tail_text": _tail("expo_tail.txt"),
    "updated": lambda story, desk: iso(desk.updated(story)),
    "url": lambda story, desk: desk.url(story),
}
