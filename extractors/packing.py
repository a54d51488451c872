"""The raw form of an article: its entry and page as one run of bytes, so that it can be refined again later.

One line of JSON (the entry, the page's address and charset), a newline, the page's body untouched.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from extractors.model import Entry, Page

TIMES = ("published", "updated")


def pack(entry: Entry, page: Page | None = None) -> bytes:
    """Entry and page as bytes; `unpack` gives them back equal."""
    fields: dict[str, Any] = asdict(entry)
    for name in TIMES:
        fields[name] = fields[name] and fields[name].isoformat()
    head = {"entry": fields, "page": page and {"url": page.url, "charset": page.charset}}
    return json.dumps(head).encode() + b"\n" + (page.body if page else b"")


def unpack(raw: bytes) -> tuple[Entry, Page | None]:
    """What `pack` was given. Raises `ValueError` on other bytes."""
    line, _, body = raw.partition(b"\n")
    head = json.loads(line)
    fields = head["entry"]
    for name in TIMES:
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    entry = Entry(**fields | {"categories": tuple(fields["categories"])})
    return entry, Page(body=body, **head["page"]) if head["page"] else None
