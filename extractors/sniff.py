"""What kind of thing came down the wire, when it was not a feed.

A server answers 200 with a login page, a bot check, a PDF or nothing at all, and a feed reader must tell them
apart: "the feed is broken" and "the site blocks robots" have different cures. `refuse` looks at the text of a
document that no parser could make a feed of, and says which it is. `FeedError` is the one error of the feed door.
"""

from __future__ import annotations

import re
from typing import Literal

FeedErrorKind = Literal["empty", "html", "challenge", "json", "binary", "not_a_feed", "too_complex", "broken"]

LOOK = 50_000  # characters of a page that are searched for the marks of a bot check

MAGIC = {
    b"%PDF-": "a PDF document",
    b"\x1f\x8b": "gzip data that was not unpacked",
    b"\x28\xb5\x2f\xfd": "zstd data that was not unpacked",
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"RIFF": "a media file",
    b"OggS": "a media file",
    b"ID3": "a media file",
    b"\x7fELF": "a program",
}

# Each is a machine name from the script or the address of the check, or the whole title of its page: a news page
# that writes about Cloudflare has none of them.
CHALLENGES = {
    "Cloudflare": ("/cdn-cgi/challenge-platform/", "cf-chl-", "__cf_chl_", "cf-browser-verification",
                   "<title>just a moment...</title>", "<title>attention required! | cloudflare</title>"),
    "DataDome": ("captcha-delivery.com",),
    "Imperva": ("_incapsula_resource",),
    "PerimeterX": ("px-captcha",),
    "AWS": ("awswaf.com", "aws-waf-token"),
    "Sucuri": ("sucuri_cloudproxy_js",),
    "DDoS-Guard": ("/.well-known/ddos-guard/",),
    "Anubis": ("/.within.website/x/cmd/anubis/",),
}  # fmt: skip

HTML_START = re.compile(
    r"\s*+(?:<!--(?:(?!-->).){0,5000}-->\s*+|<\?xml[^>]{0,200}\?>\s*+){0,5}<(?:!doctype\s++html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
HTML_LATER = re.compile(r"<(?:!doctype\s{1,9})?html[\s>]", re.IGNORECASE)
NOISE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
NOISY = 0.02  # share of such characters from which a document is no text
ROOT = re.compile(r"<([A-Za-z_][\w:.-]{0,60})")


class FeedError(ValueError):
    """A document that is no feed we can read. `kind` is a fixed word, the message one line for a person."""

    def __init__(self, kind: FeedErrorKind, message: str) -> None:
        super().__init__(kind, message)
        self.kind: FeedErrorKind = kind
        self.message = message

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def refuse_bytes(body: bytes) -> None:
    """Raise `FeedError` for an empty body and for bytes that are no text. Returns when they may be text."""
    head = body[:4096]
    if not body.strip():
        raise FeedError("empty", "the body is empty")
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            raise FeedError("binary", f"this is {name}")


def is_html(text: str) -> bool:
    """Whether the document starts as a web page does."""
    return HTML_START.match(text) is not None


def refuse_page(text: str) -> FeedError:
    """The error for a web page: a bot check when it bears the marks of one, else plain html."""
    low = text[:LOOK].lower()
    for name, marks in CHALLENGES.items():
        if any(mark in low for mark in marks):
            return FeedError("challenge", f"a bot check by {name} stands before the feed")
    return FeedError("html", "this is a web page, not a feed")


def refuse(text: str) -> FeedError:
    """The error for a text that gave neither a feed version nor an entry. `text` is the decoded document."""
    if not text.strip():
        return FeedError("empty", "the body is blank")
    if is_html(text) or HTML_LATER.search(text[:LOOK]):
        return refuse_page(text)
    root = ROOT.search(text[:LOOK])
    if root and text.lstrip().startswith("<"):
        return FeedError("not_a_feed", f"the document is <{root[1]}>, not RSS, Atom or RDF")
    if len(NOISE.findall(text[:LOOK])) > NOISY * len(text[:LOOK]):
        return FeedError("binary", "these bytes are no text")
    return FeedError("not_a_feed", "this is plain text, not a feed")
