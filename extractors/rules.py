"""The chrome configuration, compiled: made once in each process, shared by every page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, cast

from lxml import etree
from lxml.html import HtmlElement

from config.chrome import ChromeConfig, ChromeRule, Labels, Panel, SiteRule
from config.selectors import xpath
from extractors.elements import ElementJudge

Regex = re.Pattern[str]
Path = Callable[[HtmlElement], list[HtmlElement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRule:
    """A block rule with its patterns as one each. Meaning of the fields: `config.chrome.ChromeRule`."""

    id: str
    whole: Regex | None
    starts: Regex | None
    has: Regex | None
    where: Literal["any", "head", "tail"]
    max: int
    min_link: float
    ends: bool
    wall: str
    source: bool
    topic: Regex | None

    def holds(self, text: str, share: float) -> bool:
        """Whether a block's words and link share are those of the rule. Place and topic are the caller's to judge."""
        if len(text) > self.max or share < self.min_link:
            return False
        if self.whole and self.whole.fullmatch(text):
            return True
        if not (self.starts or self.has):
            return False
        return (not self.starts or self.starts.match(text) is not None) and (
            not self.has or self.has.search(text) is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRule:
    """The lines that open, label and close an aggregator's panel; each is matched whole."""

    id: str
    opens: Regex
    labels: Regex | None
    closes: Regex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is known of one host, its selectors as XPath."""

    host: str
    body: tuple[Path, ...]
    cut: tuple[Path, ...]
    keep: tuple[Path, ...]
    wall: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRules:
    """All rules that cleaning needs. `see_also` and `related` match a label at the start of a block."""

    elements: ElementJudge
    blocks: tuple[BlockRule, ...]
    panels: tuple[PanelRule, ...]
    see_also: Regex
    related: Regex
    sites: dict[str, Site]

    def site(self, host: str) -> Site | None:
        """The rule of a host or of the nearest host above it."""
        while host and host not in self.sites:
            host = host.partition(".")[2]
        return self.sites.get(host)


def compile_rules(config: ChromeConfig) -> CleanRules:
    """Compile checked configuration."""
    return CleanRules(
        elements=ElementJudge(config.elements.values()),
        blocks=tuple(compile_block(rule) for rule in sorted(config.blocks.values(), key=lambda rule: not rule.wall)),
        panels=tuple(compile_panel(panel) for panel in config.panels.values()),
        see_also=compile_labels(config.labels.values(), "see_also"),
        related=compile_labels(config.labels.values(), "related"),
        sites={site.host: compile_site(site) for site in config.sites.values()},
    )


def either(patterns: Iterable[str]) -> Regex | None:
    """One pattern for several; None for none."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined, re.IGNORECASE | re.DOTALL) if joined else None


def compile_block(rule: ChromeRule) -> BlockRule:
    """Compile one block rule."""
    return BlockRule(
        id=rule.id,
        whole=either(rule.whole),
        starts=either(rule.starts),
        has=either(rule.has),
        where=rule.where,
        max=rule.max,
        min_link=rule.min_link,
        ends=rule.ends,
        wall=rule.wall,
        source=rule.source,
        topic=either([rule.topic]) if rule.topic else None,
    )


def compile_panel(panel: Panel) -> PanelRule:
    """Compile one panel."""
    opens = either(panel.opens) or re.compile(r"(?!)")
    return PanelRule(id=panel.id, opens=opens, labels=either(panel.labels), closes=either(panel.closes))


def compile_labels(labels: Iterable[Labels], kind: Literal["see_also", "related"]) -> Regex:
    """One pattern for the labels of a kind in all languages, longest match first within a language."""
    words = [word for label in labels for word in getattr(label, kind)]
    return re.compile(
        r"[\W_]{0,4}(?P<label>" + ("|".join(f"(?:{word})" for word in words) or "(?!)") + r")(?!\w)", re.IGNORECASE
    )


def compile_site(site: SiteRule) -> Site:
    """Compile one site rule."""

    def paths(selectors: Iterable[str]) -> tuple[Path, ...]:
        return tuple(cast("Path", etree.XPath(xpath(selector))) for selector in selectors)

    return Site(
        host=site.host,
        body=paths(site.body),
        cut=paths(site.cut),
        keep=paths(site.keep),
        wall=tuple(phrase.casefold() for phrase in site.wall),
    )
