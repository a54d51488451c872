"""The chrome configuration, compiled: made once in each process, shared by every page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from config.chrome import ChromeConfig, ChromeRule, Labels, Panel, Where
from extractors.elements import ElementJudge
from extractors.sites import Site, Sites

Regex = re.Pattern[str]
LETTER = re.compile(r"\\.|[A-Z]", re.DOTALL)
MARKS = r"[\s(\[*•▶►→»>|#–—-]{0,4}"  # what may stand before the words a block starts with; no quotation marks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # told apart by identity, so that hashing one costs nothing
class BlockRule:
    """A block rule with its patterns as one each. Meaning of the fields: `config.chrome.ChromeRule`."""

    id: str
    whole: Regex | None
    starts: Regex | None
    has: Regex | None
    ending: Regex | None
    where: Where
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
        if not (self.starts or self.has or self.ending):
            return False
        return (
            (not self.starts or self.starts.match(text) is not None)
            and (not self.has or self.has.search(text) is not None)
            and (not self.ending or self.ending.search(text) is not None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRule:
    """The lines that open, label and close an aggregator's panel; each is matched whole."""

    id: str
    opens: Regex
    labels: Regex | None
    closes: Regex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRules:
    """All rules that cleaning needs.

    `see_also` and `related` match a label at the start of a block, `label` that of either in a block in small letters.
    """

    elements: ElementJudge
    blocks: tuple[BlockRule, ...]
    panels: tuple[PanelRule, ...]
    see_also: Regex
    related: Regex
    label: Regex
    sites: Sites

    def site(self, host: str) -> Site | None:
        """The rule of a host or of the nearest host above it that speaks for those below."""
        return self.sites.find(host)


def compile_rules(config: ChromeConfig) -> CleanRules:
    """Compile checked configuration."""
    see_also = compile_labels(config.labels.values(), "see_also")
    related = compile_labels(config.labels.values(), "related")
    return CleanRules(
        elements=ElementJudge(config.elements.values()),
        blocks=tuple(compile_block(rule) for rule in sorted(config.blocks.values(), key=lambda rule: not rule.wall)),
        panels=tuple(compile_panel(panel) for panel in config.panels.values()),
        see_also=see_also,
        related=related,
        label=re.compile(small(f"{see_also.pattern}|{related.pattern}".replace("?P<label>", "?:"))),
        sites=Sites(config.sites),
    )


def either(patterns: Iterable[str], before: str = "", after: str = "") -> Regex | None:
    """One pattern for several, between `before` and `after`; None for none."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(f"{before}(?:{joined}){after}", re.IGNORECASE | re.DOTALL) if joined else None


def small(pattern: str) -> str:
    """A pattern for texts in small letters: without regard to case, matching takes two to three times as long."""
    return LETTER.sub(lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), pattern)


def compile_block(rule: ChromeRule) -> BlockRule:
    """Compile one block rule."""
    return BlockRule(
        id=rule.id,
        whole=either(rule.whole),
        starts=either(rule.starts, MARKS),
        has=either(rule.has),
        ending=either(rule.ending, after=r"\Z"),
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
