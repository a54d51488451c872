"""What site rules know of a page: where its body is, what in it goes, its title, author and date, whether it is walled.

    site = rules.site("blog.example.org")      # compiled when a page of the host is first met, then remembered
    said = told(tree, site)                    # before anything is cut: title, author, date; is it walled?
    top = narrow(tree, site)                   # cut, and the body's element, or None
    body = entire(outline(top, …), …)          # all in it that is no chrome

Selectors find nothing on pages of another layout, and the general rules judge alone there. Some find texts and not
elements; where those are of no use they are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import Element, HtmlElement

from config.chrome import SiteRule
from config.selectors import of_wall
from extractors.blocks import BOXES, Outline, squeeze
from extractors.body import Body, tally, weigh
from extractors.dates import read_date
from extractors.facts import byline
from extractors.page import Facts
from extractors.paths import LARGEST, Asked, Paths, compiled, select
from extractors.setaside import judge

MARK = "cut-by-rule-of-site"  # the class by which `elements.site` of chrome.toml knows what a site's rule cuts
ROOTS = frozenset(("html", "body"))  # what a cut never takes
TITLE, AUTHOR, DATE = 500, 200, 80  # characters
MOST = 20  # authors
COLUMN = ("", "site")
TRAITS = ("class", "id", "role", "style", "hidden", "aria-hidden")  # by which rules know chrome


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site rule, compiled. Meaning of the fields: `config.chrome.SiteRule`; `signs` are the selectors of a wall."""

    host: str
    body: Paths = ()
    cut: Paths = ()
    names: re.Pattern[str] | None = None
    keep: Paths = ()
    wall: tuple[str, ...] = ()
    signs: Paths = ()
    title: Paths = ()
    author: Paths = ()
    date: Paths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What a site's rule read from a page; empty where it found nothing. `date` is as the page writes it."""

    title: str = ""
    author: str = ""
    date: str = ""
    walled: bool = False


UNTOLD = SiteFacts()


class Sites:
    """The site rules by host; each is compiled when it is first asked for, since a run meets few of thousands."""

    def __init__(self, rules: Mapping[str, SiteRule]) -> None:
        self.rules = rules
        self.compiled: dict[str, Site] = {}

    def find(self, host: str) -> Site | None:
        """The rule of a host or of the nearest host above it that speaks for those below."""
        host = host.lower().removeprefix("www.")
        name = next((name for name in names_of(host) if name in self.rules and self.holds(name, host)), None)
        if name is None:
            return None
        if name not in self.compiled:
            self.compiled[name] = compile_site(self.rules[name])
        return self.compiled[name]

    def holds(self, name: str, host: str) -> bool:
        """Whether the rule of a name speaks for a host."""
        return name.startswith(".") or name.removeprefix("www.") == host or self.rules[name].below


def names_of(host: str) -> Iterable[str]:
    """The names under which a host's rule may stand, the nearest first: a.b.c, www.a.b.c, .b.c, b.c, .c, c."""
    yield host
    yield f"www.{host}"
    while "." in host:
        host = host.partition(".")[2]
        yield f".{host}"
        yield host


def compile_site(rule: SiteRule) -> Site:
    """Compile one site rule. Never raises for a rule that was read from the configuration."""
    return Site(
        host=rule.host,
        body=compiled(rule.body),
        cut=compiled(rule.cut),
        names=re.compile("|".join(re.escape(name) for name in rule.cut_names)) if rule.cut_names else None,
        keep=compiled(rule.keep),
        wall=tuple(phrase.casefold() for phrase in rule.wall),
        signs=tuple(select(path) for entry in rule.wall if (path := of_wall(entry))),
        title=compiled(rule.title),
        author=compiled(rule.author),
        date=compiled(rule.date),
    )


def told(tree: HtmlElement, site: Site | None) -> SiteFacts:
    """What a site's rule reads from a page that is still whole; nothing when there is no rule."""
    if site is None:
        return UNTOLD
    page = Asked(tree)
    authors = [byline(text) for text in texts(page, site.author, AUTHOR)]
    return SiteFacts(
        title=next(iter(texts(page, site.title, TITLE)), ""),
        author="; ".join(dict.fromkeys(name for name in authors[:MOST] if name))[:AUTHOR],
        date=next(iter(texts(page, site.date, DATE)), ""),
        walled=is_walled(tree, site),
    )


def texts(page: Asked, paths: Paths, most: int) -> list[str]:
    """The texts that the first of these selectors finds which finds a text. Of a `time` element, its date."""
    for path in paths:
        found = [squeeze(read(item)[: most * 4])[:most] for item in page.ask(path)[:MOST]]
        if any(found):
            return [text for text in found if text]
    return []


def read(item: Any) -> str:
    """The text of what a selector found."""
    if isinstance(item, str):
        return item
    if item.tag == "meta":
        return item.get("content") or ""
    stamp = item.get("datetime") if item.tag == "time" else ""
    return stamp or "".join(islice(item.itertext(), 200))


def amend(facts: Facts, said: SiteFacts) -> Facts:
    """The facts of a page with what its site's rule read from it in first place."""
    moment = read_date(said.date) if said.date else None
    return replace(
        facts,
        title=said.title or facts.title,
        author=said.author or facts.author,
        published=moment or facts.published,
    )


def is_walled(tree: HtmlElement, site: Site) -> bool:
    """Whether the page holds an element that the rule calls the sign of a wall."""
    return bool(site.signs) and bool(Asked(tree).every(site.signs))


def narrow(tree: HtmlElement, site: Site) -> HtmlElement | None:
    """Cut what the site's rule cuts, and give the element it calls the body, if the page has one.

    Several that one selector finds belong together: they are laid into one element, in the first's place.
    """
    page = Asked(tree)
    kept = [element for element in page.every(site.keep) if isinstance(element, HtmlElement)]
    spared = {element for item in kept for element in (item, *item.iterancestors())}
    for element in [*page.every(site.cut), *named(page, site)]:
        if isinstance(element, HtmlElement) and element not in spared and element.tag not in ROOTS:
            cut(element)
    for element in kept:
        blank(element)
    found = (element for element in page.first(site.body) if isinstance(element, HtmlElement))
    bodies = outermost([element for element in found if not is_cut(element)])
    for element in bodies:
        blank(element)
    return together(bodies)


def named(page: Asked, site: Site) -> list[HtmlElement]:
    """The elements whose class or id holds one of the names that are cut."""
    search = site.names.search if site.names and page.size <= LARGEST else None
    if search is None:
        return []
    return [
        element
        for element in page.tree.iter(etree.Element)
        if search(element.get("class") or "") or search(element.get("id") or "")
    ]


def cut(element: HtmlElement) -> None:
    """Make a block chrome, so that its text is kept on record as cut; take out at once what is part of a line."""
    if element.tag not in BOXES:
        drop(element)
        return
    element.attrib.clear()
    element.set("class", MARK)
    element.tag = "div"


def is_cut(element: HtmlElement) -> bool:
    """Whether an element, or one around it, was cut."""
    return any(item.get("class") == MARK for item in (element, *element.iterancestors()))


def drop(element: HtmlElement) -> None:
    """Take an element from the tree; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def blank(element: HtmlElement) -> None:
    """Take from an element all by which a rule could know it as chrome."""
    for trait in TRAITS:
        element.attrib.pop(trait, None)
    if element.tag in ("aside", "nav", "footer", "header", "figure", "form"):
        element.tag = "div"


def outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    """The elements that lie in none of the others, in their order."""
    among = set(elements)
    return [element for element in elements if among.isdisjoint(element.iterancestors())]


def together(elements: list[HtmlElement]) -> HtmlElement | None:
    """One element for several: the only one, or a new one in the first's place that holds them all."""
    if len(elements) < 2:  # noqa: PLR2004 - one needs no other around it
        return elements[0] if elements else None
    whole = Element("div")
    elements[0].addprevious(whole)
    for element in elements:
        drop(element)
        element.tail = None  # a copy of what stayed
        whole.append(element)
    return whole


def entire(whole: Outline, always: Collection[str] = ()) -> Body:
    """All that is in an element which a rule calls the body: one column, whatever its parts are called."""
    weights = [weigh(block) for block in whole.blocks]
    reasons = judge(whole, weights, always, lambda votes: tally(whole, votes))
    return Body(
        blocks=tuple(whole.blocks),
        reasons=tuple(reasons),
        lanes=(COLUMN,) * len(reasons),
        prose=sum(weight for weight, why in zip(weights, reasons, strict=True) if not why),
        share=1.0,
        named=True,
    )
