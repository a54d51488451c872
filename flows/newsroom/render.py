"""Stories as bytes: any story, at any desk, as a feed, a page, or the text a reader copies from a page.

    page = render.wordpress_page(story, desk("ai-courier"))
    pasted = render.aggregator_text(story, desk("lantern"))

`feed` and `page` choose the templates by the desk's site; the named functions fix them whatever the site is, so that
one story can be seen through several.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flows.newsroom.desk import Desk
from flows.newsroom.fields import Sheet, iso, see_also_text
from flows.newsroom.markup import fill, join, placed
from flows.newsroom.story import Story


def feed(stories: Sequence[Story], desk: Desk) -> bytes:
    """The site's feed with these stories, newest first. Raises `ValueError` when there are none."""
    if not stories:
        raise ValueError(f"{desk.site.slug} has no stories")
    if desk.site.feed == "json":
        return json_feed(stories, desk)
    return _feed(desk.site.feed, stories, desk)


def page(story: Story, desk: Desk) -> bytes:
    """The story's page at the site; a login wall when the story is behind one."""
    return _page("wall" if story.wall else desk.site.page, story, desk)


def wordpress_item(story: Story, desk: Desk) -> str:
    """One RSS item with its whole content and the chrome that WordPress and its plug-ins add."""
    return fill("wordpress_item.xml", Sheet(story, desk))


def wordpress_content(story: Story, desk: Desk) -> str:
    """The HTML of that item's content:encoded."""
    return fill("wordpress_content.html", Sheet(story, desk))


def wordpress_feed(stories: Sequence[Story], desk: Desk) -> bytes:
    """An RSS 2.0 feed with full content."""
    return _feed("wordpress", stories, desk)


def wordpress_page(story: Story, desk: Desk) -> bytes:
    """The page of a WordPress site."""
    return _page("wordpress", story, desk)


def atom_feed(stories: Sequence[Story], desk: Desk) -> bytes:
    """An Atom feed with summaries only."""
    return _feed("atom", stories, desk)


def atom_page(story: Story, desk: Desk) -> bytes:
    """The page of the site whose feed is Atom: JSON-LD, text blocks, a "Related:" line inside the text."""
    return _page("herald", story, desk)


def aggregator_page(story: Story, desk: Desk) -> bytes:
    """The page of an aggregator: labels, an insight panel, the text with its outlet's chrome, an exchange."""
    return _page("lantern", story, desk)


def aggregator_text(story: Story, desk: Desk) -> str:
    """That page as a reader's clipboard holds it."""
    return str(fill("lantern_text.txt", Sheet(story, desk)))


def json_feed(stories: Sequence[Story], desk: Desk) -> bytes:
    """A JSON Feed 1.1; an item has content_html, or content_text when the story asks for a plain feed."""
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": desk.site.name,
        "home_page_url": f"{desk.base}/",
        "feed_url": desk.base + desk.site.feed_path,
        "description": desk.site.tagline,
        "language": "en",
    }
    data = {**head, "items": [_json_item(story, desk) for story in stories]}
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _json_item(story: Story, desk: Desk) -> dict[str, Any]:
    sheet = Sheet(story, desk)
    head = {
        "id": sheet["guid"],
        "url": sheet["link"],
        "title": story.title,
        "summary": story.summary,
        "date_published": sheet["published"],
        "date_modified": iso(desk.updated(story)),
        "authors": [{"name": sheet["author"]}],
        "tags": list(story.tags),
    }
    if story.plain_feed:
        text = "\n\n".join(placed([block.plain for block in story.blocks], [*desk.house(story)]))
        return {**head, "content_text": f"{text}\n\n{see_also_text(story, desk)}".strip()}
    return {**head, "content_html": sheet["body_see_also"]}


def _feed(family: str, stories: Sequence[Story], desk: Desk) -> bytes:
    desk = replace(desk, site=replace(desk.site, feed=family))
    newest = min(stories, key=lambda story: story.hours if story.updated is None else story.updated)
    extra = {
        "items": join(fill(f"{family}_item.xml", Sheet(story, desk)) for story in stories),
        "item_list": join(f'<rdf:li rdf:resource="{desk.url(story)}"/>' for story in stories),
    }
    return fill(f"{family}_feed.xml", Sheet(newest, desk, extra)).encode()


def _page(family: str, story: Story, desk: Desk) -> bytes:
    return fill(f"{family}_page.html", Sheet(story, desk)).encode()
