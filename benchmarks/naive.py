"""The peer: the script many people start with. Feeds with feedparser, pages with trafilatura, one INSERT a row.

python -m benchmarks.naive FEEDS.toml DATABASE
"""

from __future__ import annotations

import sqlite3
import sys
import tomllib
import urllib.request
from pathlib import Path

import feedparser
import trafilatura

WHOLE = 2000  # characters of feed HTML taken for a whole article


def fetch(url: str) -> bytes:
    """One address, whole."""
    with urllib.request.urlopen(url, timeout=20) as response:
        return bytes(response.read())


def main(feeds: Path, database: Path) -> None:
    """Read all feeds, one after the other, into one table."""
    held = sqlite3.connect(database)
    held.execute("CREATE TABLE articles(id TEXT PRIMARY KEY, title TEXT, url TEXT, text TEXT)")
    held.execute("CREATE VIRTUAL TABLE found USING fts5(title, text)")
    for feed in tomllib.loads(feeds.read_text())["feeds"].values():
        for entry in feedparser.parse(fetch(feed["url"])).entries:
            html = entry.content[0].value if entry.get("content") else entry.get("summary", "")
            html = html if len(html) > WHOLE else fetch(entry.link).decode()
            text = trafilatura.extract(
                f"<html><body><article>{html}</article></body></html>" if "<html" not in html else html
            )
            held.execute(
                "INSERT OR IGNORE INTO articles VALUES (?, ?, ?, ?)", (entry.id, entry.title, entry.link, text)
            )
            held.execute("INSERT INTO found VALUES (?, ?)", (entry.title, text))
            held.commit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
