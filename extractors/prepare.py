"""Feed bytes made fit to parse: what feedparser would trip over is mended, what would stall it is refused.

feedparser reads almost anything, but one bad character reference makes it raise, one bare `&` sends it to its slow
parser that escapes once too often, a 63 kB document with one entity unfolds to 100 million characters, and lists of
attributes or categories cost it time in the square. So, in linear time and in this order:

    decode · drop control characters · drop comments and instructions, escape stray `<` and `&`, replace bad
    references · cut all that stands before the feed, DOCTYPE and all · count, refuse, and trim both ends (census)

What was well-formed stays so, and keeps its meaning; much of what was not becomes so.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html.entities import html5

from extractors.census import finish
from extractors.decode import decode
from extractors.sniff import is_html, refuse_bytes, refuse_page

JUNK = 200_000  # characters before the feed in which a DTD or a server's warnings may stand
DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
NETSCAPE = "<!DOCTYPE netscape>\n"  # how feedparser knows RSS 0.91 of Netscape from Userland's

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2
FEED_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
ANY_ROOT = re.compile(r"<[A-Za-z_]")
OPENING = re.compile(r"<!\[CDATA\[|<!--|<\?")
CLOSING = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}

# What needs mending between tags: an ampersand that begins neither an XML entity nor a plainly good reference
# (the commonest are skipped here, for speed), and a "<" that begins no tag.
STRAY = re.compile(
    r"""&(?!(?:lt|gt|amp|quot|apos);|\#(?:3[2-9]|[4-9]\d|[1-9]\d{2,3});|\#x[1-9a-cA-C][0-9a-fA-F]{3};)
        (?:\#(?:[xX](?P<hex>[0-9a-fA-F]++)|(?P<dec>[0-9]++));?+|(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))?+
      | <(?!/?+[A-Za-z_][^<>]*+>)""",
    re.VERBOSE,
)
REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]++)|(?P<dec>[0-9]++));?+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document ready for the parser, and what had to be done to it. `text` begins with its XML declaration."""

    text: str
    warnings: tuple[str, ...] = ()


def prepare(body: bytes, content_type: str | None = None) -> Prepared:
    """Mend one XML feed document. Raises `FeedError` for empty bodies, web pages, binary data, hostile structure."""
    refuse_bytes(body)
    text, doubt = decode(body, content_type)
    return prepare_text(text, doubt)


def prepare_text(text: str, doubt: str | None = None) -> Prepared:
    """The same for a text that is decoded already; `doubt` is the warning of whoever decoded it."""
    text = CONTROLS.sub("", text.lstrip("\ufeff"))
    if is_html(text):
        raise refuse_page(text)
    head, text = cut_prolog(mend(text))
    if is_html(text):
        raise refuse_page(text)
    if head.rfind("<![CDATA[") > head.rfind("]]>"):
        text = mend(text)  # the root stood in CDATA, where nothing was mended yet
    text, flaw = finish(text)
    netscape = "netscape" in head.lower() and text[:4].lower() == "<rss"
    start = DECLARATION + (NETSCAPE if netscape else "")
    return Prepared(text=start + text, warnings=tuple(warning for warning in (doubt, flaw) if warning))


def cut_prolog(text: str) -> tuple[str, str]:
    """What stands before the root element, and the rest.

    Before the root there may be a blank line, a server's warnings in HTML, a DTD. Without its declarations no entity
    can unfold and no external one be asked for.
    """
    root = FEED_ROOT.search(text, 0, JUNK) or ANY_ROOT.search(text)
    start = root.start() if root else 0
    return text[:start], text[start:].lstrip()


def mend(text: str) -> str:
    """Drop comments and instructions, close what a cut left open, and mend all between tags.

    Text in CDATA is kept, but for references to characters that do not exist.
    """
    pieces: list[str] = []
    missing: set[str] = set()  # closers known not to come: 200,000 openings must not each search to the end
    at = 0
    while opening := OPENING.search(text, at):
        pieces.append(STRAY.sub(mended, text[at : opening.start()]))
        closer = CLOSING[opening[0]]
        end = -1 if closer in missing else text.find(closer, opening.end())
        if opening[0] == "<![CDATA[":
            inner = text[opening.end() : end if end >= 0 else len(text)]
            pieces += (opening[0], REFERENCE.sub(sound, inner), closer)
            at = end + len(closer) if end >= 0 else len(text)
        elif end >= 0:
            at = end + len(closer)
        else:
            missing.add(closer)
            at = opening.end()
    pieces.append(STRAY.sub(mended, text[at:]))
    return "".join(pieces)


def mended(match: re.Match[str]) -> str:
    """A stray sign escaped; an HTML entity, which XML does not know, as references; a number checked."""
    if match["hex"] or match["dec"]:
        return sound(match)
    if match["name"]:
        known = html5.get(match["name"])
        return "".join(f"&#{ord(letter)};" for letter in known) if known else "&amp;" + match["name"]
    return "&lt;" if match[0] == "<" else "&amp;"


def sound(match: re.Match[str]) -> str:
    """A character reference, closed; U+FFFD for a character XML does not have (NUL, surrogates, beyond U+10FFFF)."""
    digits = (match["hex"] or match["dec"]).lstrip("0") or "0"
    code = int(digits, 16 if match["hex"] else 10) if len(digits) <= len("1114111") else sys.maxunicode + 1
    good = code <= sys.maxunicode and CHARACTER.match(chr(code))
    return match[0].removesuffix(";") + ";" if good else "\ufffd"
