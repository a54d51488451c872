"""Split a clean text into its sentences, as places in it.

A full stop, question mark, exclamation mark or ellipsis ends a sentence when a space or the paragraph's end follows,
closing quotes and brackets included. It does not before a lower-case word, after a shortened word ("Mr.", "Nov. 3"), or
after an initial. What may stand at an end as well ("Inc.", "U.S.") ends one only before a word of function: "in the
U.S. The" is two sentences, "the U.S. Senate" none. Scripts written without spaces need no space; their closing quotes
end nothing, for the speaker follows.

A blank line ends a sentence, whatever stands before it. Any text does, in time that grows with its length alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.stopwords import STOPWORDS

Span = tuple[int, int]

BLANK = re.compile(r"\n[ \t\r\u00a0]*\n")
ENDS = ".!?\u2026\u0964\u061f\u06d4"
SPACELESS = "\u3002\uff01\uff1f\uff61"
# One set comes first, for the engine then skips to its members. Only the first of several stops counts: a million of
# them without an end would else be tried at each.
STOP = re.compile(
    rf"([{ENDS}{SPACELESS}](?:(?<=[{SPACELESS}])(?![{SPACELESS}\u300d\u300f\u201d\u2019\uff09])"
    rf"|(?<=[{ENDS}])(?<![{ENDS}][{ENDS}])[{ENDS}]{{0,79}}[\"'\u201d\u2019\u201c\u00bb)\]]{{0,4}}(?=\s)))\s*"
)
LONGEST = 8  # characters of a shortened word, bracket and quotation mark included
LOOK = 24  # characters read on either side of a stop
OPENING = ".,:;!?)]}([{\"'\u201c\u2018\u201e\u00ab\u2019/\u2013\u2014-"
MIXED = re.compile(r"[a-z][A-Z]")  # "iPhone" and "eBay" may begin a sentence

# Shortened words by what a stop after them means.
KINDS = {
    "title": """mr mrs ms mx dr prof gen sen rep gov lt col capt sgt cmdr adm maj brig rev hon rt st ste mt ft supt insp
        messrs pres hr fr dipl ing mme mlle mgr sra srta sig dott avv dhr mevr""",  # a name follows
    "counted": """no nos nr n\u00ba num art arts ch sec vol vols p pp pg pt fig figs eq ver ca c approx abs kap bd s
        jan feb mar apr jun jul aug sep sept oct nov dec
        janv f\u00e9vr avr juil d\u00e9c okt dez ene abr ago dic""",  # a figure follows
    "within": "vs v cf eg ie e.g i.e z.b d.h u.a bzw bspw ggf inkl vgl p.ej par.ex",  # goes on whatever follows
    "either": """inc corp co cos ltd llc plc bros dept univ assn jr esq ave blvd rd etc usw mio mrd mill hq ph.d
        a.m p.m u.s u.k""",  # ends one or not
}
SHORT = {word: kind for kind, words in KINDS.items() for word in words.split()}
PAIRS = {"z.": "B", "d.": "h", "u.": "a", "p.": "ej", "i.": "d"}  # the same, written apart


def sentences(text: str) -> Iterator[Span]:
    """The places (start, end) of all sentences, in order, without white space at their ends."""
    for start, end in paragraphs(text):
        yield from within(text, start, end)


def paragraphs(text: str) -> Iterator[Span]:
    """The places of what blank lines set apart, without white space at their ends."""
    start = 0
    for gap in BLANK.finditer(text):
        yield from trimmed(text, start, gap.start())
        start = gap.end()
    yield from trimmed(text, start, len(text))


def within(text: str, start: int, end: int) -> Iterator[Span]:
    """The places of the sentences of one paragraph, which has no white space at its ends."""
    for match in STOP.finditer(text, start, end):
        if not text[start : match.start()].isdigit() and is_end(text, match, end):  # "1. The" begins an item
            yield start, match.end(1)
            start = match.end()
    if start < end:
        yield start, end


def trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The place without white space at its ends; nothing when there is nothing else."""
    part = text[start:end].lstrip()
    if part:
        yield end - len(part), end - len(part) + len(part.rstrip())


def is_end(text: str, stop: re.Match[str], end: int) -> bool:
    """Whether a stop ends its sentence."""
    said, place, after = stop[1], stop.start(), stop.end()
    if said[0] in SPACELESS:
        return True
    if text[after : after + 1].islower() and not MIXED.match(text, after):
        return False
    before = text[max(0, place - LOOK) : place].rsplit(None, 2)
    if said[0] != "." or said[:2] == ".." or not before or len(before[-1]) > LONGEST:
        return True
    if len(before) > 1 and PAIRS.get(before[-2]) == before[-1]:
        return False
    follower = text[after : min(end, after + LOOK)].split(None, 1)[:1]
    return ends_after(before[-1].lstrip(OPENING), follower[0].strip(OPENING) if follower else "")


def ends_after(last: str, word: str) -> bool:
    """Whether a full stop after `last` and before `word` ends a sentence."""
    kind = SHORT.get(last.casefold(), "")
    if kind == "within" or (kind == "title" and last[0].isupper()):
        return not word
    if kind == "counted" and word[:1].isdigit():
        return False
    # An initial, letters with stops between them, a German ordinal ("am 3. Oktober"), the number of an item.
    unsure = kind == "either" or len(last) == 1 or "." in last or (len(last) == 2 and last.isdigit())  # noqa: PLR2004
    return not unsure or not word or spelt(word) in STOPWORDS


def spelt(word: str) -> str:
    """A word as `STOPWORDS` spell it."""
    return word.casefold().replace("\u2019", "").replace("'", "")
