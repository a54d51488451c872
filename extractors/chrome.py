"""Block rules applied: which blocks of a text are chrome, and what they point to.

The same sweep serves page HTML, feed HTML and plain text, so that three entrances give one article. In order:

    panel    an aggregator's labelled panel, and what stands above it
    title    the headline repeated at the top, and what stands above its last repetition; the line of date and author
    labels   "See also: T" and its kin, lifted as links
    words    the rules of `chrome.toml`, from the last block to the first
    tail     short lines below a cut at the end, and headings with nothing below them
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.blocks import Block, is_sentence
from extractors.body import LINKY
from extractors.links import MOST, Found, below, is_article, is_listing, plain, read_label, stated, title_below
from extractors.model import LinkKind
from extractors.page import web
from extractors.panels import find_panel
from extractors.rules import BlockRule, CleanRules, PanelRule
from extractors.shape import Credit, is_byline

PROSE = 80  # characters of a block that is surely text
FRAGMENT = 140  # characters of a line without a full stop that goes below a cut
TOP = 16  # blocks in which a headline or panel is looked for
HEAD = (0.2, 400)  # the head reaches to this share of the characters, or so many of them
TAIL = (0.25, 700)
DEK = 600  # characters of a summary between a headline and its repetition
MOST_ABOVE = 0.4  # the share of the characters that may stand above a repeated headline or panel
MOST_BELOW = 0.4  # the share that may go below an end mark
LIFTED = frozenset(
    ("element.related", "element.advert", "element.sidebar", "element.panel", "shape.edge", "shape.lane")
)
UNKNOWN = Credit()
HEADLINE = 4  # words of a link that is a headline
LETTERS = re.compile(r"\W+")
REPORTS = re.compile(r"\b(?:said|says|told|found|according to|reported|wrote|argues?|asked)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A link found in block number `block`, before its place in the clean text is known."""

    block: int
    kind: LinkKind
    label: str
    title: str
    url: str | None


def fold(text: str) -> str:
    """Letters and digits only, in small letters: headlines are compared so."""
    return LETTERS.sub("", text).casefold()


class Sweep:
    """One text being swept. `reasons` says for each block the rule that cuts it, or an empty string."""

    def __init__(
        self, blocks: Sequence[Block], reasons: Sequence[str], title: str, base: str, known: Credit = UNKNOWN
    ) -> None:
        self.blocks, self.reasons = blocks, list(reasons)
        self.title, self.base, self.known = title, base, known
        self.pointers: list[Pointer] = []
        self.summary = ""
        self.wall = ""
        self.before: list[int] = []
        self.total = 0
        self.measure()

    def run(self, rules: CleanRules) -> Sweep:
        """Apply all rules in order."""
        for panel in rules.panels:
            self.cut_panel(panel)
        self.cut_title()
        self.measure()
        self.cut_byline()
        self.lift(rules)
        self.measure()
        self.cut_words(rules.blocks)
        self.cut_tail()
        return self

    def live(self) -> list[int]:
        """The numbers of the blocks that no rule cuts."""
        return [number for number, why in enumerate(self.reasons) if not why]

    def measure(self) -> None:
        """Count the characters that stay, before each block and in all."""
        self.before, self.total = [], 0
        for block, why in zip(self.blocks, self.reasons, strict=True):
            self.before.append(self.total)
            self.total += 0 if why else len(block.text)

    def cut_panel(self, panel: PanelRule) -> None:
        """Cut a panel, and when it stands at the top all above it as well."""
        live = self.live()[: 2 * TOP]
        found = find_panel([self.blocks[number].text for number in live], self.total, panel)
        if not found:
            return
        first, last = found
        if first < TOP:
            self.remember(live[:first])
        for number in live[0 if first < TOP else first : last + 1]:
            self.reasons[number] = f"panel.{panel.id}"

    def cut_title(self) -> None:
        """Cut the headline at the top and what stands above it: with text there, only above a repeated headline."""
        wanted = fold(self.title)
        live = self.live()[:TOP]
        found = [number for number in live if wanted and fold(self.blocks[number].text) == wanted]
        if not found or sum(len(self.blocks[n].text) for n in live if n < found[-1]) > self.total * MOST_ABOVE:
            return
        above = [number for number in live if number < found[-1] and number not in found]
        for number in found:
            self.reasons[number] = "head.title"
        prose = [number for number in above if self.is_prose(number)]
        longest = max((len(self.blocks[number].text) for number in above), default=0)
        if len(prose) <= (len(found) > 1) and longest <= (DEK if prose else FRAGMENT // 2):
            self.remember(above)
            for number in above:
                self.reasons[number] = "head.above-title"

    def cut_byline(self) -> None:
        """Cut the line of date and author in the head."""
        above = True
        for number in self.live()[:TOP]:
            if self.before[number] > HEAD[1]:
                break
            if is_byline(self.blocks[number].text, self.known, above=above):
                self.reasons[number] = "head.byline"
            above = above and not self.is_prose(number)

    def remember(self, numbers: Sequence[int]) -> None:
        """Keep the first piece of prose above the article as its summary."""
        prose = [self.blocks[number].text for number in numbers if self.is_prose(number)]
        self.summary = self.summary or (prose[0] if prose else "")

    def is_prose(self, number: int) -> bool:
        """Whether a block is surely text."""
        text = self.blocks[number].text
        return len(text) >= PROSE and is_sentence(text)

    def lift(self, rules: CleanRules) -> None:
        """Lift the links of labelled lines, then cut the lines."""
        for number, block in enumerate(self.blocks):
            why = self.reasons[number]
            if why and why not in LIFTED:
                continue
            found = read_label(block, rules, self.base)
            is_told = found is not None and found.kind == "see_also"
            if not why and not is_told and is_listing(block, self.base):
                self.reasons[number] = "link.listing"
                continue
            if found is None or (why and not is_told):
                continue
            if found.lone:
                self.lift_below(number, found)
            else:
                self.point_line(number, found)
        for number, block in enumerate(self.blocks):
            if self.reasons[number] == "shape.links":
                self.point_run(number, block)

    def lift_below(self, number: int, found: Found) -> None:
        """Lift the links of the lines below a label that stands alone."""
        following = range(number + 1, min(number + 12, len(self.blocks)))
        candidates = [self.blocks[place] for place in following]
        targets = below(candidates, found, self.base)
        if not targets and not self.reasons[number] and self.blocks[number].text.rstrip().endswith(":"):
            targets = title_below(candidates)
        if not targets:
            return
        self.point(number, replace(found, targets=targets))
        told = {fold(said) for target in targets for said in target if said}
        for place in following:
            if fold(self.blocks[place].text) not in told:
                break
            self.reasons[place] = self.reasons[number]

    def point_line(self, number: int, found: Found) -> None:
        """Note the targets of a labelled line, with the address that stands alone in the line below, if one does."""
        title, url = found.targets[0] if len(found.targets) == 1 else ("", "")
        address = stated(self.blocks[number + 1 : number + 2]) if url is None else None
        self.point(number, replace(found, targets=((title, address),)) if address else found)
        if address:
            self.reasons[number + 1] = self.reasons[number]

    def point(self, number: int, found: Found) -> None:
        """Note the targets of a line, and cut it."""
        self.reasons[number] = "link." + found.kind.replace("_", "-")
        for title, url in found.targets:
            if len(self.pointers) < MOST and (url is None or is_article(url, self.base, told=found.kind == "see_also")):
                self.pointers.append(Pointer(block=number, kind=found.kind, label=found.label, title=title, url=url))

    def point_run(self, number: int, block: Block) -> None:
        """Note the headlines of a run of links."""
        for anchor in block.anchors:
            url = web(self.base, anchor.href)
            if (
                url
                and len(anchor.title.split()) >= HEADLINE
                and is_article(url, self.base)
                and len(self.pointers) < MOST
            ):
                self.pointers.append(Pointer(block=number, kind="related", label="", title=anchor.title, url=url))

    def cut_words(self, rules: Sequence[BlockRule]) -> None:
        """Apply the worded rules from the last block to the first, so that a rule knows what is left below it."""
        below_prose = True
        head = max(HEAD[0] * self.total, HEAD[1])
        tail = max(TAIL[0] * self.total, TAIL[1])
        for number in reversed(self.live()):
            block = self.blocks[number]
            after = self.total - self.before[number] - len(block.text)
            places = {"any", "head" if self.before[number] <= head else "any", "tail" if after <= tail else "any"}
            rule = self.first(rules, block, places, below=below_prose)
            if rule:
                self.apply(rule, number, after)
            elif self.is_prose(number):
                below_prose = False

    def first(self, rules: Sequence[BlockRule], block: Block, places: set[str], *, below: bool) -> BlockRule | None:
        """The first rule that cuts a block. With text below it, a sentence that reports what somebody said stays."""
        text, share = block.text, block.share
        for rule in rules:
            if len(text) <= rule.max and rule.where in places and rule.holds(text, share):
                if not below and (REPORTS.search(text) or (rule.topic and rule.topic.search(self.title))):
                    continue
                return rule
        return None

    def apply(self, rule: BlockRule, number: int, after: int) -> None:
        """Cut a block by a worded rule, with what the rule says besides."""
        self.reasons[number] = rule.id
        self.wall = self.wall or rule.wall
        if rule.source:
            self.point_source(number)
        if rule.ends and after <= self.total * MOST_BELOW and self.before[number] >= self.total * (1 - MOST_BELOW):
            for place in range(number + 1, len(self.blocks)):
                if not self.is_prose(place) or self.blocks[place].share > LINKY:
                    self.reasons[place] = self.reasons[place] or f"after.{rule.id}"

    def point_source(self, number: int) -> None:
        """Note the other host that an article came from."""
        own = plain(self.base)[0]
        for anchor in reversed(self.blocks[number].anchors):
            url = web(self.base, anchor.href)
            if url and own and plain(url)[0] != own:
                self.pointers.append(Pointer(block=number, kind="source", label="", title=anchor.title, url=url))
                return

    def cut_tail(self) -> None:
        """Cut fragments below the first cut after the last prose, and headings with nothing below them."""
        live = self.live()
        last = max((number for number in live if self.is_prose(number)), default=-1)
        worded = [
            n
            for n in range(last + 1, len(self.blocks))
            if self.reasons[n] and not self.reasons[n].startswith(("shape.", "element."))
        ]
        for number in live:
            text = self.blocks[number].text
            if (
                worded
                and last >= 0
                and number > worded[0]
                and self.blocks[number].kind != "list"
                and len(text) <= FRAGMENT
                and not is_sentence(text)
            ):
                self.reasons[number] = "tail.fragment"
        for number in reversed(self.live()):
            if self.blocks[number].kind != "heading" or last < 0:
                break
            self.reasons[number] = "tail.heading"
