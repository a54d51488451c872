"""Tombstones: entries that do not come back while their feed still has them.

An article that was purged leaves one (see `storage.purging`), and so does each entry that a first import leaves out,
because it would be taken for a new one at the next poll. They are kept for ever: a row has some 150 bytes.
"""

from __future__ import annotations

import sqlite3

from extractors.addresses import canonical
from extractors.fingerprints import title_key
from storage.intents import Harvest
from storage.rows import iso, scrub, scrubbed

BURY = """INSERT INTO tombstones(feed_id, guid, url_key, title_key, published_at, purged_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(feed_id, guid) DO UPDATE SET url_key = excluded.url_key, title_key = excluded.title_key,
    published_at = excluded.published_at, purged_at = excluded.purged_at"""


def pass_over(connection: sqlite3.Connection, harvest: Harvest) -> None:
    """Bury the entries that a first import leaves out."""
    now = harvest.poll.started_at
    rows = [
        (harvest.feed.id, entry.guid, canonical(scrub(entry.url or "")), title_key(scrub(entry.title)),
         iso(entry.published or now), iso(now))
        for entry in harvest.passed
    ]  # fmt: skip
    connection.executemany(BURY, [scrubbed(row) for row in rows])
