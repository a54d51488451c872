"""A made-up newsroom: outlets that do not exist, articles written for this project, served on loopback.

`fanmill demo` runs against it, and so do the tests and the benchmarks, because it holds what real feeds hold: full
feeds and summaries, pages full of chrome, copies under other names, an event told three times, articles that change,
"See also" lines that point ahead, house lines that only repetition gives away, a login wall, markup that attacks, and
feeds that are broken.

| module      | holds |
|---|---|
| `story`     | one article as a value, and the form of its file |
| `press`     | sites and stories, read from `sites.toml` and `stories/` |
| `desk`      | a site at an address and a moment: URLs, GUIDs, dates |
| `render`    | any story at any desk as a feed, a page or pasted text |
| `room`      | `Newsroom`: the sites over HTTP, editions, truth |
| `server`    | the HTTP beneath it |
| `generator` | a press of any size, for benchmarks |

`python -m flows.newsroom` serves it until interrupted and prints a `feeds.toml`.
"""

from __future__ import annotations

from flows.newsroom.desk import NOW, Desk, desk
from flows.newsroom.generator import generate
from flows.newsroom.press import Press, Site, shipped
from flows.newsroom.room import FeedAddress, Newsroom, Truth
from flows.newsroom.server import Reply, Request
from flows.newsroom.story import Block, Change, SeeAlso, Story, blocks

__all__ = [
    "NOW",
    "Block",
    "Change",
    "Desk",
    "FeedAddress",
    "Newsroom",
    "Press",
    "Reply",
    "Request",
    "SeeAlso",
    "Site",
    "Story",
    "Truth",
    "blocks",
    "desk",
    "generate",
    "shipped",
]
