"""The tables, as the SQL that makes them.

Comments inside the statements are kept by SQLite: `.schema articles` in the sqlite3 shell shows them, and
`docs/schema.md` is made from them. A table's first line says what one row is, a column's says what it holds.

Habits: plural names, `id` INTEGER PRIMARY KEY, `<thing>_id` for references, `_at` for times (UTC ISO-8601 text with Z,
to the second), STRICT everywhere, pure join tables WITHOUT ROWID. The text of articles stands in a table of its own,
so that lists and counts read a tenth of the pages.
"""

from __future__ import annotations

from storage.journal import JOURNAL
from storage.lessons import LEARNING
from storage.subjects import BRIEFS, TAGS

ARTICLES = (
    """CREATE TABLE stories( -- one event as several outlets tell it
    id INTEGER PRIMARY KEY,
    lead_article_id INTEGER REFERENCES articles(id) ON DELETE SET NULL,
    first_seen_at TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 1 -- articles, copies not counted
) STRICT""",
    "CREATE INDEX idx_stories_lead ON stories(lead_article_id)",
    """CREATE TABLE articles( -- an article as we stand behind it; its text is in article_texts
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of arrival
    uid TEXT NOT NULL UNIQUE, -- 32 hex digits from feed and guid: the same in every database
    feed_id INTEGER NOT NULL REFERENCES feeds(id),
    guid TEXT NOT NULL, -- the feed's own key, unique within the feed only
    url TEXT NOT NULL, -- to show and follow; '' when the feed gave none
    canonical_url TEXT NOT NULL, -- to compare: without tracking, https, sorted parameters
    title TEXT NOT NULL,
    title_key TEXT NOT NULL, -- the title in one spelling, to compare
    author TEXT NOT NULL DEFAULT '',
    language TEXT,
    published_at TEXT NOT NULL, -- never later than a day after first_seen_at
    published_source TEXT NOT NULL DEFAULT 'feed', -- first_seen when undated or absurd
    updated_at TEXT, -- what the feed says
    first_seen_at TEXT NOT NULL, -- never changes
    changed_at TEXT, -- when the current revision replaced another
    revision INTEGER NOT NULL DEFAULT 1,
    entry_hash TEXT NOT NULL, -- of what the feed said; again-1, again-2: its page is still to be had
    content_hash TEXT NOT NULL, -- of title and text: another one makes a revision, unless only trivia differ
    saved_hash TEXT NOT NULL, -- of all that is stored but for what it is about: the same one writes nothing
    tagged_hash TEXT NOT NULL DEFAULT '', -- of what it is about: tags, entities, brief
    raw_hash TEXT, -- of the raw input: another text from the same input is our doing, and no revision
    word_count INTEGER NOT NULL,
    section TEXT, -- name of the section, as readers see it: Big Tech
    topic TEXT, -- slug of the section: big-tech
    topic_score REAL, -- 0 to 1
    labels TEXT NOT NULL DEFAULT '', -- the few tags a reader sees: Big Tech, AI Policy, China, Microsoft
    story_id INTEGER REFERENCES stories(id) ON DELETE SET NULL,
    duplicate_of INTEGER REFERENCES articles(id) ON DELETE SET NULL, -- the earliest copy, which has NULL here
    extractor TEXT NOT NULL, -- what the text was taken from: feed, site, json-ld, container, fast, trafilatura, text
    container TEXT, -- host and path of the element it was found in by earlier pages; NULL when it was found anew
    confidence REAL NOT NULL DEFAULT 1, -- 0 to 1, in the text being whole and clean
    doubt TEXT NOT NULL DEFAULT '', -- why confidence is low, one word; '' when it is not
    page_error TEXT, -- why its page was not read: robots, http_403, timeout ...; NULL when it was or was not wanted
    run_id INTEGER REFERENCES runs(id) ON DELETE SET NULL, -- that brought it
    image_url TEXT,
    summary TEXT NOT NULL DEFAULT '',
    UNIQUE(feed_id, guid)
) STRICT""",
    "CREATE INDEX idx_articles_feed ON articles(feed_id)",  # with the id, to go through a feed's articles in order
    "CREATE INDEX idx_articles_published ON articles(published_at)",
    "CREATE INDEX idx_articles_feed_published ON articles(feed_id, published_at)",
    "CREATE INDEX idx_articles_topic_published ON articles(topic, published_at)",
    "CREATE INDEX idx_articles_title_key ON articles(title_key)",
    "CREATE INDEX idx_articles_run ON articles(run_id)",
    "CREATE INDEX idx_articles_story ON articles(story_id) WHERE story_id IS NOT NULL",
    "CREATE INDEX idx_articles_duplicate ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL",
    """CREATE INDEX idx_articles_again ON articles(feed_id)
WHERE entry_hash >= 'again-' AND entry_hash < 'again.'""",
    "CREATE INDEX idx_articles_changed ON articles(changed_at) WHERE changed_at IS NOT NULL",
    """CREATE TABLE article_texts( -- the words of an article: what full-text search reads
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    text TEXT NOT NULL -- clean plain text, paragraphs apart by line breaks
) STRICT""",
    """CREATE TABLE revisions( -- an earlier form of an article; the current one is in articles
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    seen_at TEXT NOT NULL, -- from
    replaced_at TEXT NOT NULL, -- until
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    change TEXT NOT NULL, -- what the next form changed: title, text, or title and text
    PRIMARY KEY(article_id, revision)
) STRICT""",
    """CREATE TABLE addresses( -- an address an article is or was known by: its own, its page's, what that calls its own
    url_key TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    PRIMARY KEY(url_key, article_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_addresses_article ON addresses(article_id)",
    """CREATE TABLE cuts( -- a block that was blown off an article
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, -- character offset into the clean text where it stood
    rule TEXT NOT NULL, -- the rule that cut it
    text TEXT NOT NULL
) STRICT""",
    "CREATE INDEX idx_cuts_article ON cuts(article_id)",
    "CREATE INDEX idx_cuts_rule ON cuts(rule)",
)

GRAPH = (
    """CREATE TABLE duplicates( -- an article is a copy of another
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    original_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, -- mostly the earliest published of all
    kind TEXT NOT NULL, -- duplicate, excerpt: one is a part of the other, revision: another edition of it
    method TEXT NOT NULL, -- what gave it away: address, text, near, title; chosen when somebody said so
    similarity REAL NOT NULL, -- share of both texts, of the shorter one for an excerpt, 0 to 1
    evidence TEXT NOT NULL DEFAULT '', -- in words
    run_id INTEGER REFERENCES runs(id) ON DELETE SET NULL, -- that found it
    CHECK(article_id <> original_id)
) STRICT""",
    "CREATE INDEX idx_duplicates_original ON duplicates(original_id, article_id)",
    "CREATE INDEX idx_duplicates_run ON duplicates(run_id)",
    """CREATE TABLE links( -- a link in an article, whether or not we hold what it leads to
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK(kind IN ('see_also', 'related', 'source', 'outbound')),
    position INTEGER NOT NULL, -- character offset into the clean text where it stood
    label TEXT NOT NULL DEFAULT '', -- the words that introduced it: See also
    title TEXT NOT NULL, -- its own words
    url TEXT, -- NULL when the line gave only a title
    domain TEXT,
    url_key TEXT, -- canonical form of url, to compare
    title_key TEXT, -- title in one spelling, without label and site, only for see_also and related
    target_id INTEGER REFERENCES articles(id) ON DELETE SET NULL -- the article it leads to, once we hold it
) STRICT""",
    "CREATE INDEX idx_links_article ON links(article_id)",
    "CREATE INDEX idx_links_domain ON links(domain, article_id)",
    "CREATE INDEX idx_links_url_key ON links(url_key) WHERE url_key IS NOT NULL",
    "CREATE INDEX idx_links_title_key ON links(title_key) WHERE title_key IS NOT NULL",
    "CREATE INDEX idx_links_target ON links(target_id) WHERE target_id IS NOT NULL",
    """CREATE TABLE see_also( -- from one article to another worth reading with it
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    related_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    rank INTEGER NOT NULL, -- from 1; what the article itself links to comes first
    score REAL NOT NULL, -- 0 to 1; 1 for what the article itself links to
    -- see_also: its own link; quotes: a passage of it; same_story: told alike; related: much the same subject, earlier
    kind TEXT NOT NULL CHECK(kind IN ('see_also', 'quotes', 'same_story', 'related')),
    method TEXT NOT NULL DEFAULT '', -- how it was found: address or title of the link, near (words), terms, chosen
    reason TEXT NOT NULL, -- in words
    PRIMARY KEY(article_id, related_id),
    CHECK(article_id <> related_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_see_also_related ON see_also(related_id, article_id)",
    """CREATE TABLE pair_choices( -- what somebody decided about two articles; the mill keeps to it
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    about TEXT NOT NULL CHECK(about IN ('copy', 'story')), -- whether they are one article, or tell one story
    together INTEGER NOT NULL CHECK(together IN (0, 1)), -- 1: one article, or one story; 0: never
    chosen_at TEXT NOT NULL,
    PRIMARY KEY(article_id, other_id, about),
    CHECK(article_id < other_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_pair_choices_other ON pair_choices(other_id, about)",
)

SEARCH = (
    """CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, summary, text,
    content='article_texts', content_rowid='article_id', tokenize='porter unicode61 remove_diacritics 2'
)""",
    "INSERT INTO articles_fts(articles_fts, rank) VALUES('rank', 'bm25(8.0, 3.0, 1.0)')",
    """CREATE TRIGGER article_texts_ai AFTER INSERT ON article_texts BEGIN
    INSERT INTO articles_fts(rowid, title, summary, text) VALUES(new.article_id, new.title, new.summary, new.text);
END""",
    """CREATE TRIGGER article_texts_ad AFTER DELETE ON article_texts BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, summary, text)
        VALUES('delete', old.article_id, old.title, old.summary, old.text);
END""",
    # An update trigger without WHEN would index the whole text again whenever anything is touched.
    """CREATE TRIGGER article_texts_au AFTER UPDATE ON article_texts
WHEN old.title IS NOT new.title OR old.summary IS NOT new.summary OR old.text IS NOT new.text BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, summary, text)
        VALUES('delete', old.article_id, old.title, old.summary, old.text);
    INSERT INTO articles_fts(rowid, title, summary, text) VALUES(new.article_id, new.title, new.summary, new.text);
END""",
)

TABLES = (*JOURNAL, *ARTICLES, *TAGS, *BRIEFS, *GRAPH, *LEARNING, *SEARCH)
