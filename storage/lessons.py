"""The tables of what earlier articles of a feed taught: its chrome, and where its pages hold their body.

See `storage.tables` for how they are written, `storage.teaching` and `storage.rulebook` for what is done with them.
"""

from __future__ import annotations

LEARNING = (
    """CREATE TABLE article_marks( -- the blocks of an article, for the last 50 of each feed
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    marks BLOB NOT NULL -- 12 bytes a block, see extractors.marks
) STRICT""",
    "CREATE INDEX idx_article_marks_feed ON article_marks(feed_id, article_id)",
    """CREATE TABLE learnt( -- a block that a feed repeats from article to article, and that is cut therefore
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    hash INTEGER NOT NULL, -- of its words; the rule is called learnt. and the hash in hex
    state TEXT NOT NULL CHECK(state IN ('learnt', 'faded')), -- faded: not met any more, cuts no new article
    sample TEXT NOT NULL, -- the block as it was when it was learnt
    seen INTEGER NOT NULL, -- distinct articles that had it
    most INTEGER NOT NULL, -- as seen, when it was most: from 6 on the rule may fade, but is not withdrawn
    looked_at INTEGER NOT NULL, -- of so many of the last 50
    learnt_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL, -- when the last article that had it was first seen
    PRIMARY KEY(feed_id, hash)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE chrome_choices( -- what somebody decided of a rule of chrome; it holds for good
    id INTEGER PRIMARY KEY,
    feed_id INTEGER REFERENCES feeds(id) ON DELETE CASCADE, -- NULL for all feeds
    rule TEXT NOT NULL,
    choice TEXT NOT NULL CHECK(choice IN ('keep', 'cut')), -- keep: it does not cut; cut: it does, learnt or not
    sample TEXT NOT NULL DEFAULT '', -- the block, when the rule is one of a block
    chosen_at TEXT NOT NULL
) STRICT""",
    "CREATE UNIQUE INDEX idx_chrome_choices_rule ON chrome_choices(rule, coalesce(feed_id, 0))",
    "CREATE INDEX idx_chrome_choices_feed ON chrome_choices(feed_id)",
    """CREATE TABLE feed_rules( -- by which rules of its own a feed's articles are cleaned
    feed_id INTEGER PRIMARY KEY REFERENCES feeds(id) ON DELETE CASCADE,
    rules TEXT NOT NULL DEFAULT '', -- those of now, one a line: learnt blocks, faded ones, what is kept
    cleaned_by TEXT NOT NULL DEFAULT '', -- those by which all its stored articles were cleaned
    fresh INTEGER NOT NULL DEFAULT 0 CHECK(fresh IN (0, 1)) -- articles came since it was last looked what it repeats
) STRICT""",
    "CREATE INDEX idx_feed_rules_fresh ON feed_rules(feed_id) WHERE fresh",
    "CREATE INDEX idx_feed_rules_unclean ON feed_rules(feed_id) WHERE rules <> cleaned_by",
    """CREATE TABLE containers( -- the element that held the body in pages of a host
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    path TEXT NOT NULL, -- its tags and classes
    wins INTEGER NOT NULL, -- pages in which it was the body, up to 20, less those since in which another one was
    prose INTEGER NOT NULL, -- bytes of prose in it, the mean of its pages
    last_at TEXT NOT NULL,
    PRIMARY KEY(feed_id, host, path)
) STRICT, WITHOUT ROWID""",
)
