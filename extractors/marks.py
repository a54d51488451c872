"""Marks: the blocks of a text as a source is remembered by them, so that what it repeats can be told from what it says.

A block is known by a hash of its letters and digits, whatever stands between them. Masked are

    the title     "The post T appeared first on S" is one block however often T changes
    dates         "until 12 March 2026", "at 9 am"; other numbers only where the block speaks to its reader
                  ("Join 12,345 readers"), for elsewhere they may be the news: see `extractors.masking`

`hash_of` depends on a block's text and the article's title alone, so that a stored text, split at its empty lines,
gives the hashes it had when it came, by feed or by page. Every article is marked when it is cleaned: `bytes.translate`
does most of the work, in a tenth of the time that regular expressions would take.

Packed, a mark takes 12 bytes: 8 of hash, 2 of words (12 bits) and flags, 1 each of the places; one byte before all
says the form.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from extractors.blocks import Block, is_sentence
from extractors.masking import DIGITS, MASK, mask
from extractors.model import Mark

TITLE = 12  # bytes of a title that is worth masking
FARTHEST = 255  # places are counted up to this
CALL = 0.5  # the link share of a block that calls to action
SHORT = 5  # words; a shorter block is a call to action by its link alone: "Pros" and "LONDON (Reuters)" end in no stop
NUMBERED = 300  # letters; a longer block keeps its numbers
PREFIX = "learnt."
UNTOLD = "element.", "head.", "panel."  # rules that cut what is no block of the text
FORM = b"\x01"
ROW = struct.Struct(">qHBB")
MOST = 400  # marks remembered of an article: half of them its first, half its last, for chrome stands there
WORDS = (1 << 12) - 1  # words that are counted of a block
COUNTS, HEADING, CALLS, CUT = 1 << 12, 1 << 13, 1 << 14, 1 << 15

# Bytes of UTF-8: what stands between words (quotes, dashes and blanks beyond ASCII begin with C2 or E2), and the rest
# beyond ASCII, which a Latin script can do without: no two blocks of a source differ in their accents alone.
BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum()) + b"\xc2\xe2"
ACCENTS = bytes(code for code in range(128, 256) if code not in BETWEEN)
SMALL = bytes(32 if code in BETWEEN else code for code in range(256)).lower()
BARE = BETWEEN + ACCENTS
LATIN = 0.5  # the share of a block's bytes that are ASCII letters and digits, from which they stand for it
ODD = re.compile(r"[\W_]+")
FOREIGN = re.compile(r"[^\D0-9]")  # digits beyond ASCII


def hash_of(text: str, title: str = "") -> int:
    """The 64-bit signed hash of a block's words, dates and the title masked; 0 for a block without other words."""
    return digest(read_letters(text, read_title(title), is_sentence=is_sentence(text)))


class Title:
    """A title as it is looked for in blocks: as written, and its words as in a Latin and in another script."""

    def __init__(self, title: str) -> None:
        self.written = title if len(title.encode("utf-8", "replace")) >= TITLE else ""
        data = title.encode("utf-8", "replace")
        self.words = split(data, is_latin=False), split(data, is_latin=True)
        self.letters = tuple(b"".join(words) for words in self.words)


@lru_cache(maxsize=8)
def read_title(title: str) -> Title:
    """A title, read once for the blocks of its article."""
    return Title(title)


def split(data: bytes, *, is_latin: bool) -> list[bytes]:
    """The words of a text in UTF-8 as they are compared."""
    if is_latin:
        return data.translate(SMALL, ACCENTS).split()
    return FOREIGN.sub(to_ascii, ODD.sub(" ", data.decode().casefold())).encode().split()


def to_ascii(digit: re.Match[str]) -> str:
    """A digit of another script as one of ASCII."""
    return str(int(digit[0]))


def digest(letters: bytes) -> int:
    """The hash of a block's letters."""
    if not letters:
        return 0
    said = blake2b(letters.replace(MASK, b"0"), digest_size=8).digest()
    return int.from_bytes(said, "big", signed=True)


def read_letters(text: str, title: Title, *, is_sentence: bool) -> bytes:
    """The letters and digits that a block of the article of a title is known by, without blanks."""
    if title.written and title.written in text:
        text = text.replace(title.written, " ")
    data = text.encode("utf-8", "replace")
    letters = data.translate(SMALL, BARE)
    is_latin = len(letters) >= LATIN * len(data)
    if not is_latin:
        letters = b"".join(split(data, is_latin=False))
    wanted = title.letters[is_latin]
    has_title = len(wanted) >= TITLE and wanted in letters
    if has_title or (len(letters) <= NUMBERED and len(letters.translate(None, DIGITS)) < len(letters)):
        words = split(data, is_latin=is_latin)
        if has_title:
            words = b" ".join(words).replace(b" ".join(title.words[is_latin]), b"").split()
        letters = b"".join(mask(words, is_sentence=is_sentence))
    return letters


def name(block_hash: int) -> str:
    """The id of the learnt rule for a block: "learnt." and 16 hex digits."""
    return f"{PREFIX}{block_hash & (1 << 64) - 1:016x}"


def read_name(rule: str) -> int | None:
    """The hash in the id of a learnt rule; None for any other id."""
    digits = rule.removeprefix(PREFIX)
    if digits == rule or not re.fullmatch(r"[0-9a-f]{16}", digits):
        return None
    value = int(digits, 16)
    return value - (1 << 64) if value >> 63 else value


def mark(blocks: Sequence[Block], reasons: Sequence[str], title: str) -> tuple[Mark, ...]:
    """The marks of a text's blocks, in order; of very many, the outer ones.

    A block that a shipped rule cuts for its words, links or place has a mark of no words, and no place of its own: the
    rule may pass over it in the next article, and then it is known that it is chrome elsewhere.
    """
    told, marks, top = read_title(title), [], 0
    last = sum(1 for why in reasons if not why or why.startswith(PREFIX)) - 1
    for block, why in zip(blocks, reasons, strict=True):
        if why.startswith(UNTOLD):
            continue
        text, ends, stays = block.text, is_sentence(block.text), not why or why.startswith(PREFIX)
        words, letters = text.count(" ") + 1, read_letters(text, told, is_sentence=ends)
        marks.append(
            Mark(
                hash=digest(letters),
                words=words * stays,
                heading=block.kind == "heading",
                call=(words >= SHORT and not ends) or block.linked >= CALL * len(text),
                cut=bool(why),
                counts=len(letters.translate(None, DIGITS)) < len(letters),
                top=min(top, FARTHEST),
                end=min(max(last - top, 0), FARTHEST),
            )
        )
        top += stays
    return tuple(marks if len(marks) <= MOST else marks[: MOST // 2] + marks[-MOST // 2 :])


def pack_marks(marks: Sequence[Mark]) -> bytes:
    """Marks as bytes, 12 each, at most `MOST`; words and places beyond the limits of the form are lowered to them."""
    return FORM + b"".join(
        ROW.pack(
            mark.hash,
            min(mark.words, WORDS) | COUNTS * mark.counts | HEADING * mark.heading | CALLS * mark.call | CUT * mark.cut,
            min(mark.top, FARTHEST),
            min(mark.end, FARTHEST),
        )
        for mark in marks[:MOST]
    )


def unpack_marks(data: bytes) -> tuple[Mark, ...]:
    """What `pack_marks` was given. Raises `ValueError` on other bytes."""
    if data[:1] != FORM or (len(data) - 1) % ROW.size:
        raise ValueError("these bytes are no packed marks")
    return tuple(
        Mark(
            hash=block,
            words=said & WORDS,
            heading=bool(said & HEADING),
            call=bool(said & CALLS),
            cut=bool(said & CUT),
            counts=bool(said & COUNTS),
            top=top,
            end=end,
        )
        for block, said, top, end in ROW.iter_unpack(data[1:])
    )
