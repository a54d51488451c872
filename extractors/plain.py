"""Plain text, as copied from a reader or aggregator, as blocks; and the headline in it.

Each line is a block. Text that was wrapped at a fixed width is put together again first: there, most lines inside a
paragraph are of one length and end in the middle of a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from extractors.blocks import Block, is_sentence, squeeze

BULLET = re.compile(r"^(?:[•·▪◦‣*-])\s+(?=\S)")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
WRAPPED = range(45, 101)  # characters of a line that was wrapped
APPEARED = re.compile(r"(?:the )?post (.{8,300}?) (?:appeared first|first appeared) on .{2,80}", re.IGNORECASE)
TOP = 16  # lines in which a headline is looked for
FOUR = 4  # words of a headline, and lines by which wrapping is told
TITLE = 200  # characters of a headline
MOST_LINES = 40_000


def split(text: str) -> tuple[Block, ...]:
    """The blocks of a text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    lines = text.split("\n")[:MOST_LINES]
    if is_wrapped(lines):
        lines = [paragraph.replace("\n", " ") for paragraph in re.split(r"\n[^\S\n]*\n", text)]
    blocks = []
    for line in lines:
        found = squeeze(CONTROLS.sub("", line))
        bare = BULLET.sub("", found)
        if bare:
            blocks.append(Block(bare, "list" if bare != found else "paragraph"))
    return tuple(blocks)


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether the text was wrapped at a fixed width."""
    inner = [
        line.rstrip()
        for line, after in pairwise(lines)
        if line.strip() and after.strip() and not BULLET.match(after.strip())
    ]
    cut = [line for line in inner if len(line) in WRAPPED and not is_sentence(line)]
    return len(inner) >= FOUR and len(cut) >= 0.6 * len(inner)


def find_title(blocks: Sequence[Block]) -> str:
    """The headline: named by "The post ... appeared first on", or said twice at the top, or a first short line."""
    for block in reversed(blocks[-40:]):
        if match := APPEARED.fullmatch(block.text.rstrip(".") if len(block.text) < 2 * TITLE else ""):
            return match[1]
    top = [block.text for block in blocks[:TOP]]
    twice = [
        text for text, count in Counter(top).items() if count > 1 and len(text.split()) >= FOUR and len(text) <= TITLE
    ]
    if twice:
        return max(twice, key=len)
    for text, after in zip(top[:4], [*top[1:5], ""], strict=False):
        if (
            len(text.split()) >= FOUR
            and len(text) <= TITLE
            and len(after) > len(text)
            and not text.endswith((".", ":", ","))
        ):
            return text
    return ""
