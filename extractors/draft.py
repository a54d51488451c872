"""A text while it is being swept: its blocks, what cuts each of them, and what was found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.blocks import Block, is_sentence
from extractors.credits import Credit
from extractors.links import MOST
from extractors.model import Learnt, LinkKind

PROSE = 80  # characters of a block that is surely text
UNKNOWN = Credit()
NOTHING = Learnt()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A link found in block number `block`, before its place in the clean text is known."""

    block: int
    kind: LinkKind
    label: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a text besides its blocks: title, address, author and time, and its source's own chrome.

    `marked`: its blocks are to be marked, so that its source can be learnt from. `flash`: it may be nothing but its
    headline, as a feed's short message is, and then that is the text.
    """

    title: str = ""
    base: str = ""
    known: Credit = UNKNOWN
    learnt: Learnt = NOTHING
    marked: bool = False
    flash: bool = False


@dataclass(slots=True)
class Draft:
    """One text being swept. `reasons` says for each block the rule that cuts it, or an empty string.

    `prose` says which of them are surely text, `before` counts the characters that stay before each block and `total`
    all of them, as of the last `measure`.
    `doubt` is a word for why the outcome is not sure, `wall` the name of a wall whose phrase was met.
    """

    blocks: Sequence[Block]
    reasons: list[str]
    about: About
    pointers: list[Pointer] = field(default_factory=list)
    summary: str = ""
    wall: str = ""
    doubt: str = ""
    before: list[int] = field(default_factory=list)
    total: int = 0
    prose: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.prose = [len(block.text) >= PROSE and is_sentence(block.text) for block in self.blocks]

    def live(self) -> list[int]:
        """The numbers of the blocks that no rule cuts."""
        return [number for number, why in enumerate(self.reasons) if not why]

    def measure(self) -> None:
        """Count the characters that stay, before each block and in all."""
        self.before, self.total = [], 0
        for block, why in zip(self.blocks, self.reasons, strict=True):
            self.before.append(self.total)
            self.total += 0 if why else len(block.text)

    def is_prose(self, number: int) -> bool:
        """Whether a block is surely text."""
        return self.prose[number]

    def remember(self, numbers: Sequence[int]) -> None:
        """Keep the first piece of prose above the article as its summary."""
        if not self.summary:
            self.summary = next((self.blocks[number].text for number in numbers if self.is_prose(number)), "")

    def point(self, pointer: Pointer) -> None:
        """Note a link, unless there are too many."""
        if len(self.pointers) < MOST:
            self.pointers.append(pointer)
