"""Block rules applied: which blocks of a text are chrome, and what they point to.

The same sweep serves page HTML, feed HTML and plain text, so that three entrances give one article. In order:

    panel    an aggregator's labelled panel, and what stands above it
    title    the headline repeated at the top, and what stands above its last repetition; the line of date and author
    labels   "See also: T" and its kin, lifted as links; `extractors.lifting`
    words    the rules of `chrome.toml`, from the last block to the first; `extractors.wording`
    learnt   the blocks that the source repeats from article to article, of those left; `extractors.marks`. Where one
             goes, words are read once more, for it may have stood below others
    tail     short lines below a cut at the end, and headings with nothing below them
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.blocks import Block, fold, is_sentence
from extractors.credits import is_byline
from extractors.draft import NOTHING, About, Draft
from extractors.lifting import lift
from extractors.marks import PREFIX, hash_of, name
from extractors.panels import find_panel
from extractors.rules import CleanRules, PanelRule
from extractors.wording import HEAD, cut_words

__all__ = ["NOTHING", "About", "Sweep"]

FRAGMENT = 140  # characters of a line without a full stop that goes below a cut
MARKS = 20  # characters besides letters that a headline may have more when it is repeated
TOP = 16  # blocks in which a headline or panel is looked for
DEK = 600  # characters of a summary between a headline and its repetition
MOST_ABOVE = 0.4  # the share of the characters that may stand above a repeated headline or panel
NO_END = ("shape.", "element.", PREFIX)  # cuts that say nothing of where the article ends
LEARNT = 0.5  # the share of the characters that learnt rules may cut: beyond it, the article is of a kind of its own


class Sweep(Draft):
    """One text and the rules of its source."""

    def __init__(self, blocks: Sequence[Block], reasons: Sequence[str], about: About) -> None:
        super().__init__(blocks, ["" if why in about.learnt.kept else why for why in reasons], about)
        self.measure()

    def run(self, rules: CleanRules) -> Sweep:
        """Apply all rules in order."""
        for panel in rules.panels:
            self.cut_panel(panel)
        self.cut_title()
        self.measure()
        self.cut_byline()
        lift(self, rules)
        self.measure()
        kept = self.about.learnt.kept
        worded = tuple(rule for rule in rules.blocks if rule.id not in kept) if kept else rules.blocks
        cut_words(self, worded)
        if self.cut_learnt():  # after the words, so that a block they cut is not renamed when its source is learnt
            self.measure()
            cut_words(self, worded)
        self.cut_tail()
        if kept:
            self.reasons = ["" if why in kept else why for why in self.reasons]
        return self

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
        wanted = fold(self.about.title)
        live = self.live()[:TOP]
        most = 2 * len(self.about.title) + 2 * MARKS
        found = [n for n in live if wanted and len(self.blocks[n].text) <= most and fold(self.blocks[n].text) == wanted]
        if not found or sum(len(self.blocks[n].text) for n in live if n < found[-1]) > self.total * MOST_ABOVE:
            return
        if self.about.flash and len(found) == len(self.blocks):
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
            if is_byline(self.blocks[number].text, self.about.known, above=above):
                self.reasons[number] = "head.byline"
            above = above and not self.is_prose(number)

    def cut_learnt(self) -> bool:
        """Cut the blocks that the source repeats, unless they are much of the text. Whether any was cut."""
        learnt = self.about.learnt.blocks
        if not learnt:
            return False
        found = {
            number: block_hash
            for number in self.live()
            if self.blocks[number].kind != "heading"
            and (block_hash := hash_of(self.blocks[number].text, self.about.title)) in learnt
        }
        if sum(len(self.blocks[number].text) for number in found) > LEARNT * self.total:
            self.doubt = "cuts"
            return False
        for number, block_hash in found.items():
            self.reasons[number] = name(block_hash)
        return bool(found)

    def cut_tail(self) -> None:
        """Cut fragments below the first cut after the last prose, and what leads to nothing."""
        live = self.live()
        last = max((number for number in live if self.is_prose(number)), default=-1)
        worded = [
            n for n in range(last + 1, len(self.blocks)) if self.reasons[n] and not self.reasons[n].startswith(NO_END)
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
