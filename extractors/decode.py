"""Feed bytes to text: which encoding, when four places name four of them.

The order is by evidence, not by RFC 3023: what the bytes prove (a byte-order mark, the shape of the first bytes,
valid UTF-8) stands above what the document says, and that above what the server says; servers are wrong most often.
One bad byte must cost one U+FFFD and not the document, so an encoding that fits more than 99 % is kept and mended.
Never fails: the last resort is windows-1252, which most undeclared western feeds are.
"""

from __future__ import annotations

import codecs
import re

TOLERANCE = 0.01  # share of the bytes that may be bad before an encoding is given up
ENOUGH = 10  # non-ASCII bytes from which valid UTF-8 is no accident, even beside a declared east-asian encoding

BOMS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\xfe\xff": "utf-16-be",
    b"\xff\xfe": "utf-16-le",
}
SHAPES = {  # how "<", "<?" or "{" begins; XML 1.0 appendix F
    b"\x00\x00\x00<": "utf-32-be",
    b"<\x00\x00\x00": "utf-32-le",
    b"\x00<\x00": "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00{\x00": "utf-16-be",
    b"{\x00": "utf-16-le",
    b"\x4c\x6f\xa7\x94": "cp037",
}
WIDER = {  # supersets that real documents use under the narrower name
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "ascii": "utf-8",
    "tis-620": "cp874",
}
NEVER = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined", "mbcs", "oem"}
STATEFUL = ("iso2022", "hz")  # seven-bit: their bytes are valid UTF-8 and mean something else
EAST_ASIAN = ("gb", "big5", "cp9", "euc", "shift", "johab", "cp1361")

DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._:-]{1,40})[\"']")
CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
ASCII = bytes(range(128))
# Lone bytes as a windows-1252 author leaves them in a document that claims UTF-8: don<92>t, caf<e9>.
WESTERN = re.compile(
    rb"(?<![\x80-\xff])[\x80\x85\x91-\x97\x99\xa0\xa3\xa7\xa9\xab\xae\xb0\xb4\xb7\xbb\xbf-\xfc](?![\x80-\xff])"
)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str | None]:
    """The text of a document and, when bytes had to be replaced or a declaration overruled, a warning.

    `content_type` is the header of that name. The text has no byte-order mark. Never raises.
    """
    for table in (BOMS, SHAPES):
        for start, name in table.items():
            if body.startswith(start):
                return with_start(body[len(start) :] if table is BOMS else body, name)
    return by_evidence(body, codec(declared(body)), codec(header_charset(content_type)))


def declared(body: bytes) -> str | None:
    """The encoding named in the XML declaration, wherever in the first kilobytes it stands."""
    found = DECLARED.search(body[:4096])
    return found[1].decode("ascii") if found else None


def header_charset(content_type: str | None) -> str | None:
    """The charset parameter of a content-type header."""
    found = CHARSET.search(content_type or "")
    return found[1] if found else None


def codec(name: str | None) -> str | None:
    """Python's name for a text encoding, or None for an unknown or an unsuitable one."""
    try:
        found = codecs.lookup(name or "").name
        "".encode(found)  # raises for codecs that are no text encodings, such as zlib
    except (LookupError, ValueError):
        return None
    return None if found in NEVER else WIDER.get(found, found)


def with_start(body: bytes, name: str) -> tuple[str, str | None]:
    """Decode what begins with a mark or a shape; an odd byte at the end is cut, bad ones are replaced."""
    text = body.decode(name, "replace")
    bad = text.count("\ufffd")
    if bad > max(1, len(text) * TOLERANCE):
        return by_evidence(body, None, None)
    return text, f"{bad} characters were not {name}" if bad else None


def by_evidence(body: bytes, document: str | None, header: str | None) -> tuple[str, str | None]:
    """Decode bytes whose beginning proves nothing; `document` and `header` are codecs claimed for them."""
    high = len(body.translate(None, ASCII))
    claims = [name for name in (document, header) if name and name != "utf-8"]
    first = claims[:1] if claims and trusted(claims[0], high) else []
    for name in [*first, "utf-8", *claims]:
        try:
            text = body.decode(name)
        except (UnicodeError, LookupError):
            continue
        return text, None if name in (document, None) or document is None else f"declared {document}, read as {name}"
    return mended(body, high, claims)


def trusted(name: str, high: int) -> bool:
    """Whether a claim may be tried before UTF-8: only where valid UTF-8 could be an accident."""
    return name.startswith(STATEFUL) or (name.startswith(EAST_ASIAN) and high < ENOUGH)


def mended(body: bytes, high: int, claims: list[str]) -> tuple[str, str | None]:
    """Decode bytes that fit no claim wholly: the first that fits nearly, else windows-1252."""
    for name in ["utf-8", *claims]:
        text = body.decode(name, "replace")
        bad = text.count("\ufffd")
        sound = len(text) - (len(body) - high) - bad if high else 0  # characters beyond ASCII that came out right
        if bad > max(1, len(body) * TOLERANCE) and not (name == "utf-8" and bad <= sound):
            continue
        if name == "utf-8" and not sound and len(WESTERN.findall(body)) == bad:
            break
        return text, f"{bad} bytes were not {name}"
    return body.decode("cp1252", "replace"), "read as windows-1252"
