"""Page bytes to text: in which encoding a web page is written.

What the bytes prove stands above what is said of them: a byte-order mark, then valid UTF-8; then header, meta element
or XML declaration; then, for scripts that are not Latin, a guess. Never fails: the last resort is windows-1252. Feeds
have rules of their own, see `extractors.decode`.
"""

from __future__ import annotations

import re
from itertools import islice

from extractors.decode import codec

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
START = 60_000  # bytes that are shown to the detector of encodings, which reads a twentieth of them for meta elements
EXOTIC = 0.2  # the share of letters beyond ASCII in a page whose script is not Latin
SEVEN_BITS = bytes(range(128))
NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
TAGS = re.compile(rb"<[^<>]{0,2000}>")
ALIASES = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc-jp"}
LATIN = ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252")


def decode(body: bytes, charset: str | None = None) -> str:
    """The page's text: by its BOM, else as UTF-8 when it is that, else as header or meta element say.

    A bad byte in a page that is UTF-8 otherwise costs one U+FFFD and not the page.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    text = as_utf8(body, charset)
    if text is None and not is_other(body, charset):
        text = body.decode("utf-8", "replace")
        bad, beyond = text.count("\ufffd"), len(text) - len(body) + len(body.translate(None, SEVEN_BITS))
        text = text if 2 * bad <= beyond else None  # of what is beyond ASCII, half and more makes sense
    return body.decode(foreign(body, charset), "replace") if text is None else text


def is_other(body: bytes, charset: str | None) -> bool:
    """Whether bytes that are valid UTF-8 may be something else: seven-bit Japanese, or UTF-16 without a mark."""
    return body.find(b"\x1b$", 0, 20_000) >= 0 or (charset or "").lower().startswith("utf-16")


def as_utf8(body: bytes, charset: str | None) -> str | None:
    """The text of bytes that are UTF-8 throughout, else None."""
    try:
        return None if is_other(body, charset) else body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def foreign(body: bytes, charset: str | None) -> str:
    """The encoding of bytes that are no UTF-8: what header or document say; a guess when neither does.

    What a document can say of itself in plain bytes is not UTF-16. There is no guessing where few letters are beyond
    ASCII, which would find Baltic in German umlauts: those are windows-1252.
    """
    from bs4.dammit import EncodingDetector

    said = EncodingDetector.find_declared_encoding(body[:START], is_html=True) or ""
    claims = [(charset or "").lower(), "" if said.startswith("utf-16") else said]
    guesses = EncodingDetector(body[:START]).encodings if not any(map(codec, claims)) and is_exotic(body) else ()
    for name in (*claims, *islice(guesses, 1)):
        known = "cp1252" if name in LATIN else codec(ALIASES.get(name, name))
        if known and known != "utf-8":
            return known
    return "cp1252"


def is_exotic(body: bytes) -> bool:
    """Whether a good part of a page's letters is beyond ASCII, as in scripts that are not Latin."""
    text = TAGS.sub(b"", body[:START])
    high = len(text.translate(None, SEVEN_BITS))
    return high > EXOTIC * len(text.translate(None, NO_LETTERS))
