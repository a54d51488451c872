"""The tables of the mill's own doings: feeds, runs, polls, and entries that became no article.

See `storage.tables` for how they are written, and for the rest.
"""

from __future__ import annotations

JOURNAL = (
    """CREATE TABLE feeds( -- a feed we poll, or once polled
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE, -- its name in commands, logs and configuration; never changes
    url TEXT NOT NULL, -- address from the configuration, without logins and tokens
    title TEXT NOT NULL DEFAULT '', -- from the configuration, else what the feed calls itself
    site_url TEXT, -- the site the feed belongs to
    language TEXT, -- what the feed declares
    category_trust REAL NOT NULL DEFAULT 0.9, -- 0 to 1: how often its own categories have been right of late
    enabled INTEGER NOT NULL DEFAULT 1 CHECK(enabled IN (0, 1)), -- 0 when switched off or gone from the configuration
    etag TEXT, -- validator, byte for byte, saved together with the articles it stands for
    last_modified TEXT, -- the other validator
    body_hash TEXT, -- of the last document read whole: the same bytes are not parsed again
    added_at TEXT NOT NULL,
    last_polled_at TEXT, -- last request, whatever came of it
    last_success_at TEXT, -- last poll without an error
    last_new_at TEXT, -- last poll that brought a new article
    next_poll_at TEXT, -- not to be asked before
    poll_interval_s INTEGER NOT NULL DEFAULT 1800, -- seconds, from the configuration
    failures INTEGER NOT NULL DEFAULT 0, -- errors in a row
    failing_since TEXT, -- the first of them, without time in which nobody asked
    error_kind TEXT, -- of the last poll, one word: timeout, http_404, not_a_feed ...
    last_error TEXT, -- of the last poll, one line
    redirected_to TEXT, -- where permanent redirects lead; asked directly once several polls agreed
    redirects INTEGER NOT NULL DEFAULT 0, -- polls in a row that agreed on it, or beyond 3, that it moved on
    last_full_at TEXT, -- last answer with the whole document (200), whether or not it had changed
    entry_gap_s INTEGER, -- mean seconds between its entries; NULL when there are too few dates
    newest_entry_at TEXT, -- latest date among its entries
    asked_wait_s INTEGER NOT NULL DEFAULT 0, -- seconds between polls that its document asks for
    skip_hours TEXT NOT NULL DEFAULT '', -- hours of UTC in which it asks to be left alone: 0,1,2
    skip_days TEXT NOT NULL DEFAULT '', -- days of the week, from Monday: 5,6
    identity TEXT NOT NULL DEFAULT 'guid', -- what tells entries apart: guid, link, link_date(_title); only moves on
    gap_at TEXT, -- last poll in which entries may have been missed: all were new, and newer than all before
    paused_at TEXT, -- by `fanmill pause`; not asked until `fanmill resume`
    retired_at TEXT, -- not asked any more until `fanmill resume`, or an answer when asked by name
    retired_why TEXT -- gone (410), failing (30 days), user: by hand
) STRICT""",
    """CREATE TABLE pauses( -- a public host that asked for a pause with 429 or 503
    host TEXT PRIMARY KEY,
    status INTEGER NOT NULL,
    set_at TEXT NOT NULL,
    until_at TEXT NOT NULL -- nothing on it is asked before
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tombstones( -- an entry that was purged: it does not come back while its feed still has it
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    url_key TEXT NOT NULL, -- address in canonical form, '' when it had none
    title_key TEXT NOT NULL, -- title in one spelling
    published_at TEXT NOT NULL,
    purged_at TEXT NOT NULL,
    PRIMARY KEY(feed_id, guid)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_tombstones_url ON tombstones(feed_id, url_key)",
    """CREATE TABLE runs( -- one run of the mill
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    flow_run_id TEXT, -- Prefect's id of it
    trigger TEXT NOT NULL, -- schedule, manual, cli
    version TEXT NOT NULL, -- of fanmill
    sqlite_version TEXT NOT NULL,
    config_hash TEXT NOT NULL DEFAULT '', -- equal hashes, equal configuration files
    started_at TEXT NOT NULL,
    finished_at TEXT,
    state TEXT NOT NULL DEFAULT 'running', -- running, completed, degraded, failed, crashed
    feeds INTEGER NOT NULL DEFAULT 0, -- polled
    failed INTEGER NOT NULL DEFAULT 0, -- of them, those that gave nothing
    new_articles INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0, -- among the new and changed
    quarantined INTEGER NOT NULL DEFAULT 0, -- entries that became no article
    error TEXT
) STRICT""",
    """CREATE TABLE polls( -- one request to one feed
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    started_at TEXT NOT NULL,
    status INTEGER, -- HTTP status, NULL when there was no answer
    outcome TEXT NOT NULL CHECK(outcome IN ('new', 'unchanged', 'not_modified', 'partial', 'error')),
    bytes INTEGER NOT NULL DEFAULT 0, -- after decompression
    duration_ms INTEGER NOT NULL DEFAULT 0, -- wall time
    entries INTEGER NOT NULL DEFAULT 0, -- in the document
    new_articles INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    error_kind TEXT, -- one word
    error TEXT, -- one line
    warning TEXT -- what was wrong with a document that could be read all the same
) STRICT""",
    "CREATE INDEX idx_polls_feed ON polls(feed_id, started_at)",
    "CREATE INDEX idx_polls_run ON polls(run_id)",
    """CREATE TABLE quarantine( -- an entry that became no article, and why
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE, -- names the entry and its raw bytes in the .raw.db file beside this one
    run_id INTEGER REFERENCES runs(id) ON DELETE SET NULL,
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    url TEXT,
    reason TEXT NOT NULL, -- one word: empty, wall, hostile ...
    detail TEXT NOT NULL DEFAULT '', -- the evidence
    entry_hash TEXT NOT NULL, -- the same entry is not tried again until it changes
    seen_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 1,
    retry_at TEXT, -- tried again from then on; NULL for never
    resolved_at TEXT, -- when it became an article after all
    UNIQUE(feed_id, guid)
) STRICT""",
    """CREATE INDEX idx_quarantine_retry ON quarantine(feed_id, retry_at)
WHERE resolved_at IS NULL AND retry_at IS NOT NULL""",
    "CREATE INDEX idx_quarantine_run ON quarantine(run_id)",
)
