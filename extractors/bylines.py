"""Author and date as a page shows them around its headline, for pages whose head does not tell.

    author  rel or itemprop of an element, or its class · "By Ann Lee" in a line near the headline
    date    itemprop, `time` · a date in a line near the headline; where it is said to be that of a change, apart

Elements after the headline are asked before those above it, and near ones before far ones. What stands in a list of
other articles, among comments or in the page's margins is not asked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice, takewhile

from lxml.html import HtmlElement

from extractors.blocks import squeeze
from extractors.credits import DATE
from extractors.facts import APART, BY, byline, moment

LINE = 120  # characters of a line of author or date
BESIDES = 30  # characters beside the date in a line that is one of a date
WORDS = 5  # of a name
PIECES = 12  # of text in an element that are looked at
NEAR = (80, 40)  # elements after the headline and above it that are near,
FAR = (600, 400)  # and those that are too far to be asked
TRAIT = 400  # characters of a class or id that are looked at
AROUND = 6  # elements around one that say where it stands
BROTHERS = 10  # authors of one article
NAMED = re.compile(r"author|by-?line|writer|contributor|autor|auteur|journalist|redakt|submitted|vcard", re.IGNORECASE)
UNNAMED = re.compile(
    r"avatar|image|img|photo|picture|(?<![a-z])bio|about|desc|comment|social|share|follow|date|time|title|role|job|count"
    r"|topic|icon|e-?mail|twitter|authori[sz]",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"updat|modif|chang|edit|revis|review|aktualisi|geändert|mis à jour|actualiz|aggiorn|bijgewerkt|uppdater",
    re.IGNORECASE,
)
ASIDE = re.compile(
    r"comment|respond|related|side-?bar|recommend|teaser|widget|promo|trending|popular|(?<![a-z])(?:most|more)-|carousel"
    r"|menu|latest|footer",
    re.IGNORECASE,
)
ASKED = (
    "a", "abbr", "address", "b", "cite", "date", "dd", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "header", "i",
    "li", "meta", "p", "section", "small", "span", "strong", "td", "time", "ul",
)  # fmt: skip
AUTHORS = re.compile(r"/(?:authors?|autore?n?|auteurs?|contributors?)/\w")
MARGINS = frozenset(("aside", "footer", "nav"))
PUBLISHED = ("datePublished", "dateCreated")
CENTURIES = ("20", "19")  # a line without either holds no year
SIGNS = re.compile(r"[^\W\d_](?:[^\W_]|[ '’.·-]){0,60}(?<![.:?!])")
OTHERS = frozenset(
    ("updated", "published", "veröffentlicht", "aktualisiert", "close", "news", "share", "follow", "more")
)
ENDING = re.compile(r"\s+[|•·⋅–—-]+(?:\s|$)|[|•·⋅(@\d]|\s(?:on|in|for|at|am|le|el)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The elements near a headline and those farther off, each in the order in which they are asked.

    `lines` are those whose text may be the line of author and date: none where the page has no headline.
    """

    near: Sequence[HtmlElement]
    far: Sequence[HtmlElement]
    lines: Sequence[HtmlElement]


def look_around(tree: HtmlElement, head: HtmlElement | None) -> Surroundings:
    """The surroundings of a page's headline, or of its beginning."""
    every = tree.iter(*ASKED)
    above: deque[HtmlElement] = deque(maxlen=FAR[1])
    if head is not None:
        above.extend(takewhile(lambda element: element is not head, every))
    before, below = list(above), list(islice(every, FAR[0]))
    near = below[: NEAR[0]] + before[-NEAR[1] :]
    far = below[NEAR[0] :] + before[: -NEAR[1]]
    return Surroundings(near=near, far=far, lines=near if head is not None else ())


def find_author(spots: Surroundings) -> str:
    """The author that is shown, or several with "; " between; an empty string when none is."""
    return signed(spots.near) or spoken(spots.lines) or signed(spots.far)


def signed(elements: Sequence[HtmlElement]) -> str:
    """The author by what elements are: those that say so by rel or itemprop first; brothers are several authors."""
    sure, named = [], []
    for element in elements:
        if element.get("rel") == "author" or "author" in (element.get("itemprop") or "").split():
            sure.append(element)
        elif is_named(element):
            named.append(element)
    for element in sure:
        if not is_aside(element) and (name := person(element)):
            return "; ".join(dict.fromkeys([name, *filter(None, map(person, brothers(element, sure)))]))
    names = (person(element) for element in named if not is_aside(element))
    return next((name for name in names if name and not name[0].islower()), "")


def is_named(element: HtmlElement) -> bool:
    """Whether an element's class or address says that it holds an author's name."""
    if element.tag == "a" and AUTHORS.search(element.get("href") or ""):
        return True
    kind = element.get("class")
    return bool(kind) and names_author(kind[:TRAIT])


@lru_cache(maxsize=4096)
def names_author(kind: str) -> bool:
    """Whether a class is that of an author's name."""
    return NAMED.search(kind) is not None and not UNNAMED.search(kind)


def brothers(element: HtmlElement, others: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    """The others that stand beside an element, at most one wrapper around each."""
    places = [*islice(element.iterancestors(), 2)]
    found = (other for other in others if other is not element and set(islice(other.iterancestors(), 2)) & set(places))
    return islice(found, BROTHERS)


def person(element: HtmlElement) -> str:
    """The name that an element holds, or an empty string."""
    inner = next((one for one in element.iter("*") if "name" in (one.get("itemprop") or "").split()), element)
    if said := inner.get("content"):
        return name_in(said)
    pieces = [text for text in map(squeeze, islice(inner.itertext(), PIECES)) if text]
    tries = (" ".join(pieces), *pieces[:3])
    return next((name for text in tries if (name := name_in(text))), "")


def name_in(text: str) -> str:
    """The name at the start of a line, after "By"; an empty string when what stands there is none."""
    text = BY.sub("", squeeze(text[: 4 * LINE]), count=1)
    text = text[: date.start()] if (date := DATE.search(text[:LINE])) else text
    end = ENDING.search(text)
    name = byline(text[: end.start()] if end else text)
    return name if all(map(is_name, APART.split(name))) else ""


def is_name(text: str) -> bool:
    """Whether a text may be a name: few words, no sentence, and no common word at its end."""
    words = text.split()
    if (
        not SIGNS.fullmatch(text)
        or len(words) > WORDS
        or is_initials(text)
        or OTHERS & {word.lower() for word in words}
    ):
        return False
    return len(words) == 1 or not (words[0][0].islower() or words[-1][0].islower())


def is_initials(text: str) -> bool:
    """Whether a text is what stands in a circle where there is no portrait: "CM"."""
    return len(text) < len("Ann") and text.isascii()


def spoken(elements: Sequence[HtmlElement]) -> str:
    """The author in a line that begins with "By": behind it, or in the next piece of text."""
    for element in elements:
        for text, around in ((element.text, element), (element.tail, element.getparent())):
            if not text or len(text) > LINE or around is None or not (said := BY.match(text)):
                continue
            name = name_in(text[said.end() :] or following(around, text))
            if name and (not name[0].islower() or " " not in name):
                return name
    return ""


def following(element: HtmlElement, text: str) -> str:
    """The piece of text after one that an element holds, or that stands next to it."""
    for around in (element, element.getparent()):
        pieces = list(islice(around.itertext(), PIECES)) if around is not None else []
        place = pieces.index(text) if text in pieces else len(pieces)
        found = next((piece for piece in pieces[place + 1 :] if piece.strip()), "")
        if found:
            return found
    return ""


def find_times(spots: Surroundings) -> tuple[datetime | None, datetime | None]:
    """When the page was published, and when changed, as it shows them."""
    published, changed = stamped(spots.near)
    for search, elements in ((told, spots.lines), (stamped, spots.far)):
        if not published:
            published, other = search(elements)
            changed = changed or other
    return published, changed


def stamped(elements: Sequence[HtmlElement]) -> tuple[datetime | None, datetime | None]:
    """The first date of an element that is one, and the first of those before it that are of a change."""
    changed = None
    for element in elements:
        is_first = element.get("itemprop") in PUBLISHED
        if not is_first and element.tag != "time":
            continue
        stamp = element.get("datetime") or element.get("content") or ""
        time = moment(stamp) or written(stamp) or written(" ".join(islice(element.itertext(), PIECES)))
        if not time or is_aside(element):
            continue
        if is_first or not is_change(element):
            return time, changed
        changed = changed or time
    return None, changed


def told(elements: Sequence[HtmlElement]) -> tuple[datetime | None, datetime | None]:
    """The same of dates in lines of text."""
    changed = None
    for element in elements:
        for text in (element.text, element.tail):
            if not text or not (time := written(text, BESIDES)):
                continue
            if not is_change(element):
                return time, changed
            changed = changed or time
    return None, changed


def written(text: str, besides: int = LINE) -> datetime | None:
    """The date in a line that holds at most so many characters more."""
    if len(text) > 2 * LINE or not any(century in text for century in CENTURIES):
        return None
    line = squeeze(text)
    found = DATE.search(line)
    return moment(found[0]) if found and len(line) - len(found[0]) <= besides else None


def is_change(element: HtmlElement) -> bool:
    """Whether an element, or the line around it, speaks of a change."""
    parent = element.getparent()
    said = (element.get("class"), element.get("itemprop"), element.text, parent.text if parent is not None else "")
    return any(CHANGED.search(text[:LINE]) for text in said if text)


def is_aside(element: HtmlElement) -> bool:
    """Whether an element stands in the margins, among comments or in a list of other articles."""
    around = [one for one in islice(element.iterancestors(), AROUND) if one.tag not in ("body", "html")]
    return any(
        one.tag in MARGINS or ASIDE.search(f"{one.get('class', '')[:TRAIT]} {one.get('id', '')[:TRAIT]}")
        for one in around
    )
