"""Foreign text made safe to store and show, as one clean line.

`plain` is for titles, names and categories. They are text, whatever the feed put into them: tags go (a script with
what it says), entities are resolved, even those escaped twice, and with them go the characters that steer a terminal,
reverse the reading order or hide. `Vec<T>` and `a < b` stay: a word in angle brackets is markup only if HTML knows it
or it carries attributes. What could still begin an element in a browser gets a blank after its bracket.
"""

from __future__ import annotations

import html
import re

LIMIT = 500  # characters of a line, unless told
SLACK = 8  # markup may make a title this many times longer than its text
ROUNDS = 2  # times that entities are resolved: once for HTML, once more for feeds that escape twice

KNOWN = frozenset(
    """a abbr acronym address applet area article aside audio b base bdi bdo big blink blockquote body br button canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img
    input ins kbd label legend li link main map mark marquee math menu meta meter nav nobr noembed noframes noscript
    object ol optgroup option output p param picture plaintext pre progress q rp rt ruby s samp script section select
    slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time
    title tr track tt u ul var video wbr xmp""".split()  # noqa: SIM905 — as a list of strings it would take 130 lines
)
INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr""".split()  # noqa: SIM905 — as above
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905 — same
# Elements one writes about: `The <details> element`. Alone, without attributes and end tag, they are a word.
NAMED = KNOWN - INLINE - VOID - frozenset("center div h1 h2 h3 h4 h5 h6 li p td th tr".split())  # noqa: SIM905 — same

SILENT = re.compile(r"<(script|style|template|noscript)\b[^<>]*+>.*?</\1\s*+>", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|<[!?][A-Za-z][^<>]*+>", re.DOTALL)
TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*+)(?P<rest>[^<>]*+)>")
# What is left when all tags are gone: one that was in pieces inside each other, or with a "<" in a value.
LEFT = re.compile(r"<(?=[A-Za-z/!?])(?:(?=(?P<name>[A-Za-z][^\s/<>]*+)[<>]))?")
TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
BLANK = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Soft hyphen, zero-width blanks, marks and overrides of direction, the byte-order mark, non-characters, surrogates,
# tag characters. Joiners (200C, 200D) stay: Persian and emoji need them.
HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def plain(value: str, limit: int = LIMIT) -> str:
    """One line of plain text of at most `limit` characters, ending in "…" when cut. `value` is HTML or text."""
    text = value[: limit * SLACK]
    for _ in range(ROUNDS):
        text = html.unescape(stripped(text))
    text = line(text)  # before the last look for tags: a soft hyphen may stand between "<" and "script>"
    for _ in range(ROUNDS):
        text = stripped(text)
    return cut(line(LEFT.sub(apart, text)), limit)


def line(text: str) -> str:
    """Text on one line: runs of blanks and controls are one space, hidden characters and terminal codes go."""
    return BLANK.sub(" ", HIDDEN.sub("", TERMINAL.sub("", text))).strip()


def cut(text: str, limit: int) -> str:
    """Text of at most `limit` characters, at a word's end where one is near."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    words = short.rpartition(" ")[0]
    return (words if len(words) > limit * 3 // 4 else short).rstrip() + "…"


def stripped(text: str) -> str:
    """Text without comments, scripts and HTML tags. A block's tags leave a blank, an inline one's nothing."""
    if "<" not in text:
        return text
    text = COMMENT.sub("", SILENT.sub("", text))
    closed = {match["name"].lower() for match in TAG.finditer(text) if match["end"]}

    def spell(match: re.Match[str]) -> str:
        name, rest = match["name"].lower(), match["rest"].strip(" /")
        if name in NAMED and not rest and name not in closed:
            return match["name"]
        if name in INLINE:
            return ""
        return " " if name in KNOWN or rest or match["end"] else match[0]

    return TAG.sub(spell, text)


def apart(match: re.Match[str]) -> str:
    """A bracket, and a blank after it where a browser would begin an element it knows, attributes, or a comment."""
    return "<" if match["name"] and match["name"].lower() not in KNOWN else "< "


def is_markup(text: str) -> bool:
    """Whether a text holds HTML: an end tag, a break, an image. Looks at its first 20,000 characters."""
    return any(
        match["name"].lower() in KNOWN and (match["end"] or match["name"].lower() in {"br", "img", "hr", "p"})
        for match in TAG.finditer(text[:20_000])
    )
