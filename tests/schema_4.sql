-- The schema of version 4, word for word: what a file looks like that is to be brought up to date.
CREATE TABLE feeds( -- a feed we poll, or once polled
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
) STRICT;
CREATE TABLE pauses( -- a public host that asked for a pause with 429 or 503
    host TEXT PRIMARY KEY,
    status INTEGER NOT NULL,
    set_at TEXT NOT NULL,
    until_at TEXT NOT NULL -- nothing on it is asked before
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstones( -- an entry that was purged: it does not come back while its feed still has it
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    url_key TEXT NOT NULL, -- address in canonical form, '' when it had none
    title_key TEXT NOT NULL, -- title in one spelling
    published_at TEXT NOT NULL,
    purged_at TEXT NOT NULL,
    PRIMARY KEY(feed_id, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_tombstones_url ON tombstones(feed_id, url_key);
CREATE TABLE runs( -- one run of the mill
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
) STRICT;
CREATE TABLE polls( -- one request to one feed
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
) STRICT;
CREATE INDEX idx_polls_feed ON polls(feed_id, started_at);
CREATE INDEX idx_polls_run ON polls(run_id);
CREATE TABLE quarantine( -- an entry that became no article, and why
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
) STRICT;
CREATE INDEX idx_quarantine_retry ON quarantine(feed_id, retry_at)
WHERE resolved_at IS NULL AND retry_at IS NOT NULL;
CREATE INDEX idx_quarantine_run ON quarantine(run_id);
CREATE TABLE stories( -- one event as several outlets tell it
    id INTEGER PRIMARY KEY,
    lead_article_id INTEGER REFERENCES articles(id) ON DELETE SET NULL,
    first_seen_at TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 1 -- articles, copies not counted
) STRICT;
CREATE INDEX idx_stories_lead ON stories(lead_article_id);
CREATE TABLE articles( -- an article as we stand behind it; its text is in article_texts
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
    content_hash TEXT NOT NULL, -- of title and text: another one makes a revision
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
) STRICT;
CREATE INDEX idx_articles_feed ON articles(feed_id);
CREATE INDEX idx_articles_published ON articles(published_at);
CREATE INDEX idx_articles_feed_published ON articles(feed_id, published_at);
CREATE INDEX idx_articles_topic_published ON articles(topic, published_at);
CREATE INDEX idx_articles_title_key ON articles(title_key);
CREATE INDEX idx_articles_run ON articles(run_id);
CREATE INDEX idx_articles_story ON articles(story_id) WHERE story_id IS NOT NULL;
CREATE INDEX idx_articles_duplicate ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX idx_articles_again ON articles(feed_id)
WHERE entry_hash >= 'again-' AND entry_hash < 'again.';
CREATE INDEX idx_articles_changed ON articles(changed_at) WHERE changed_at IS NOT NULL;
CREATE TABLE article_texts( -- the words of an article: what full-text search reads
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    text TEXT NOT NULL -- clean plain text, paragraphs apart by line breaks
) STRICT;
CREATE TABLE revisions( -- an earlier form of an article; the current one is in articles
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    seen_at TEXT NOT NULL, -- from
    replaced_at TEXT NOT NULL, -- until
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    change TEXT NOT NULL, -- what the next form changed: title, text, or title and text
    PRIMARY KEY(article_id, revision)
) STRICT;
CREATE TABLE addresses( -- an address under which an article is or was known, in canonical form
    url_key TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    PRIMARY KEY(url_key, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_addresses_article ON addresses(article_id);
CREATE TABLE cuts( -- a block that was blown off an article
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, -- character offset into the clean text where it stood
    rule TEXT NOT NULL, -- the rule that cut it
    text TEXT NOT NULL
) STRICT;
CREATE INDEX idx_cuts_article ON cuts(article_id);
CREATE INDEX idx_cuts_rule ON cuts(rule);
CREATE TABLE tags( -- a tag of the taxonomy, or one that some article has or had
    id TEXT PRIMARY KEY, -- slug: ai-policy
    name TEXT NOT NULL COLLATE NOCASE, -- as readers see it: AI Policy
    kind TEXT NOT NULL DEFAULT 'topic', -- section, topic, company, person, place, product
    parents TEXT NOT NULL DEFAULT '[]' CHECK(json_valid(parents)), -- ids of all tags above it
    iptc TEXT -- the Media Topic of IPTC that means the same: medtop:20000418
) STRICT, WITHOUT ROWID;
CREATE TABLE article_tags( -- an article has a tag
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    tag_id TEXT NOT NULL REFERENCES tags(id),
    score REAL NOT NULL, -- 0 to 1
    source TEXT NOT NULL, -- of the strongest evidence: user, rule, entity, model, feed, parent
    PRIMARY KEY(article_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_article_tags_tag ON article_tags(tag_id, article_id);
CREATE TABLE tag_evidence( -- why an article has a tag: one row for each place or cause
    article_id INTEGER NOT NULL,
    tag_id TEXT NOT NULL,
    number INTEGER NOT NULL, -- strongest first, from 1
    source TEXT NOT NULL, -- user, rule, entity, model, feed, parent
    field TEXT NOT NULL, -- title, text, or what else it was found in
    start INTEGER NOT NULL, -- character offsets: detail = substr(field, start + 1, end - start)
    end INTEGER NOT NULL, -- 0 when it has no place in the text
    detail TEXT NOT NULL, -- the words found, or the cause
    PRIMARY KEY(article_id, tag_id, number),
    FOREIGN KEY(article_id, tag_id) REFERENCES article_tags(article_id, tag_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE article_entities( -- a named thing that an article speaks of
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    entity_id TEXT NOT NULL, -- slug: microsoft
    name TEXT NOT NULL,
    type TEXT NOT NULL, -- company, person, place, product
    salience REAL NOT NULL, -- 0 to 1: how much the article is about it
    mentions INTEGER NOT NULL,
    in_title INTEGER NOT NULL CHECK(in_title IN (0, 1)),
    PRIMARY KEY(article_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_article_entities_entity ON article_entities(entity_id, article_id);
CREATE TABLE article_categories( -- what its feed calls an article, word for word
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    tag_id TEXT, -- the tag it was taken for; NULL when it means nothing to the taxonomy
    borne_out INTEGER NOT NULL DEFAULT 0 CHECK(borne_out IN (0, 1)), -- something in the text speaks for that tag too
    PRIMARY KEY(article_id, category)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_article_categories_category ON article_categories(category, article_id);
CREATE TABLE tag_corrections( -- somebody said that an article has a tag, or has not; it holds for good
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    tag_id TEXT NOT NULL REFERENCES tags(id),
    holds INTEGER NOT NULL CHECK(holds IN (0, 1)), -- 1: it has the tag
    corrected_at TEXT NOT NULL,
    PRIMARY KEY(article_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_tag_corrections_tag ON tag_corrections(tag_id, article_id);
CREATE TABLE tag_models( -- what `fanmill train` made
    name TEXT PRIMARY KEY, -- corrections, or that of the file it learnt from
    trained_at TEXT NOT NULL,
    examples INTEGER NOT NULL, -- articles it learnt from
    f1_before REAL, -- over all its tags, cross-validated: without it, or with the one it took the place of
    f1_after REAL, -- with it
    tags TEXT NOT NULL CHECK(json_valid(tags)), -- label → id, name and kind of the tag it stands for
    model TEXT NOT NULL CHECK(json_valid(model)) -- its weights, see extractors.linear
) STRICT;
CREATE TABLE tag_thresholds( -- the least score of a tag, as corrections taught it, in place of the taxonomy's
    tag_id TEXT PRIMARY KEY REFERENCES tags(id),
    threshold REAL NOT NULL, -- 0 to 1
    trained_at TEXT NOT NULL,
    verdicts INTEGER NOT NULL, -- corrections it was learnt from
    f1_before REAL NOT NULL, -- on them, cross-validated
    f1_after REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE article_briefs( -- a sentence of an article's brief, taken from it word for word
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- from 1
    role TEXT NOT NULL CHECK(role IN ('lead', 'why')), -- lead: what is new; why: why it matters
    start INTEGER NOT NULL, -- character offsets: sentence = substr(text, start + 1, end - start)
    end INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY(article_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE written_briefs( -- a brief that a language model wrote, where one is configured
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    model TEXT NOT NULL, -- by its own name
    big_picture TEXT NOT NULL,
    why_it_matters TEXT NOT NULL,
    content_hash TEXT NOT NULL, -- of the article it was written of: another one makes it out of date
    written_at TEXT NOT NULL
) STRICT;
CREATE TABLE article_phrases( -- a keyphrase: what sets an article apart from the others in this database
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    rank INTEGER NOT NULL, -- from 1
    phrase TEXT NOT NULL, -- as it stands in the article
    score REAL NOT NULL, -- 0 to 1, as it was when the article came
    PRIMARY KEY(article_id, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_article_phrases_phrase ON article_phrases(phrase, article_id);
CREATE TABLE duplicates( -- an article is a copy of another
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    original_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, -- the earliest published of all copies
    kind TEXT NOT NULL, -- duplicate, excerpt, revision
    method TEXT NOT NULL, -- what gave it away: address, text, near, title
    similarity REAL NOT NULL, -- 0 to 1
    run_id INTEGER REFERENCES runs(id) ON DELETE SET NULL, -- that found it
    CHECK(article_id <> original_id)
) STRICT;
CREATE INDEX idx_duplicates_original ON duplicates(original_id, article_id);
CREATE INDEX idx_duplicates_run ON duplicates(run_id);
CREATE TABLE links( -- a link in an article, whether or not we hold what it leads to
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK(kind IN ('see_also', 'related', 'source', 'outbound')),
    position INTEGER NOT NULL, -- character offset into the clean text where it stood
    label TEXT NOT NULL DEFAULT '', -- the words that introduced it: See also
    title TEXT NOT NULL, -- its own words
    url TEXT, -- NULL when the line gave only a title
    domain TEXT,
    url_key TEXT, -- canonical form of url, to compare
    title_key TEXT, -- title in one spelling, only for see_also and related
    target_id INTEGER REFERENCES articles(id) ON DELETE SET NULL -- the article it leads to, once we hold it
) STRICT;
CREATE INDEX idx_links_article ON links(article_id);
CREATE INDEX idx_links_domain ON links(domain, article_id);
CREATE INDEX idx_links_url_key ON links(url_key) WHERE url_key IS NOT NULL;
CREATE INDEX idx_links_title_key ON links(title_key) WHERE title_key IS NOT NULL;
CREATE INDEX idx_links_target ON links(target_id) WHERE target_id IS NOT NULL;
CREATE TABLE see_also( -- from one article to another worth reading with it
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    related_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    rank INTEGER NOT NULL, -- from 1; what the article itself links to comes first
    score REAL NOT NULL, -- 0 to 1; 1 for what the article itself links to
    kind TEXT NOT NULL CHECK(kind IN ('see_also', 'same_story', 'related')), -- see_also: the article's own link
    reason TEXT NOT NULL, -- in words
    PRIMARY KEY(article_id, related_id),
    CHECK(article_id <> related_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_see_also_related ON see_also(related_id, article_id);
CREATE TABLE article_marks( -- the blocks of an article, for the last 50 of each feed
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    marks BLOB NOT NULL -- 12 bytes a block, see extractors.marks
) STRICT;
CREATE INDEX idx_article_marks_feed ON article_marks(feed_id, article_id);
CREATE TABLE learnt( -- a block that a feed repeats from article to article, and that is cut therefore
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
) STRICT, WITHOUT ROWID;
CREATE TABLE chrome_choices( -- what somebody decided of a rule of chrome; it holds for good
    id INTEGER PRIMARY KEY,
    feed_id INTEGER REFERENCES feeds(id) ON DELETE CASCADE, -- NULL for all feeds
    rule TEXT NOT NULL,
    choice TEXT NOT NULL CHECK(choice IN ('keep', 'cut')), -- keep: it does not cut; cut: it does, learnt or not
    sample TEXT NOT NULL DEFAULT '', -- the block, when the rule is one of a block
    chosen_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX idx_chrome_choices_rule ON chrome_choices(rule, coalesce(feed_id, 0));
CREATE INDEX idx_chrome_choices_feed ON chrome_choices(feed_id);
CREATE TABLE feed_rules( -- by which rules of its own a feed's articles are cleaned
    feed_id INTEGER PRIMARY KEY REFERENCES feeds(id) ON DELETE CASCADE,
    rules TEXT NOT NULL DEFAULT '', -- those of now, one a line: learnt blocks, faded ones, what is kept
    cleaned_by TEXT NOT NULL DEFAULT '', -- those by which all its stored articles were cleaned
    fresh INTEGER NOT NULL DEFAULT 0 CHECK(fresh IN (0, 1)) -- articles came since it was last looked what it repeats
) STRICT;
CREATE INDEX idx_feed_rules_fresh ON feed_rules(feed_id) WHERE fresh;
CREATE INDEX idx_feed_rules_unclean ON feed_rules(feed_id) WHERE rules <> cleaned_by;
CREATE TABLE containers( -- the element that held the body in pages of a host
    feed_id INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    path TEXT NOT NULL, -- its tags and classes
    wins INTEGER NOT NULL, -- pages in which it was the body, up to 20, less those since in which another one was
    prose INTEGER NOT NULL, -- bytes of prose in it, the mean of its pages
    last_at TEXT NOT NULL,
    PRIMARY KEY(feed_id, host, path)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, summary, text,
    content='article_texts', content_rowid='article_id', tokenize='porter unicode61 remove_diacritics 2'
);
INSERT INTO articles_fts(articles_fts, rank) VALUES('rank', 'bm25(8.0, 3.0, 1.0)');
CREATE TRIGGER article_texts_ai AFTER INSERT ON article_texts BEGIN
    INSERT INTO articles_fts(rowid, title, summary, text) VALUES(new.article_id, new.title, new.summary, new.text);
END;
CREATE TRIGGER article_texts_ad AFTER DELETE ON article_texts BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, summary, text)
        VALUES('delete', old.article_id, old.title, old.summary, old.text);
END;
CREATE TRIGGER article_texts_au AFTER UPDATE ON article_texts
WHEN old.title IS NOT new.title OR old.summary IS NOT new.summary OR old.text IS NOT new.text BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, summary, text)
        VALUES('delete', old.article_id, old.title, old.summary, old.text);
    INSERT INTO articles_fts(rowid, title, summary, text) VALUES(new.article_id, new.title, new.summary, new.text);
END;
CREATE TABLE shingles( -- a run of three words, as its hash, occurs in a group of copies
    hash INTEGER NOT NULL,
    group_id INTEGER NOT NULL, -- the group's first article
    PRIMARY KEY(hash, group_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE signatures( -- an article as the index of copies knows it
    article_id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL, -- the first article of its group of copies
    address TEXT NOT NULL, -- canonical address, '' when there is none
    title TEXT NOT NULL, -- headline in one spelling
    published TEXT NOT NULL,
    words INTEGER NOT NULL,
    text_hash BLOB NOT NULL, -- 16 bytes over all its words
    algorithm INTEGER NOT NULL, -- that made the hashes; others are never compared with them
    hashes BLOB NOT NULL -- its sampled shingles in the order of the text, 8 bytes each
) STRICT;
CREATE INDEX idx_signatures_group ON signatures(group_id);
CREATE INDEX idx_signatures_address ON signatures(address) WHERE address <> '';
CREATE INDEX idx_signatures_title ON signatures(title) WHERE title <> '';
CREATE INDEX idx_signatures_text ON signatures(text_hash);
CREATE TABLE article_terms( -- what an article says, for finding its kin
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    terms TEXT NOT NULL CHECK(json_valid(terms)), -- its words with their counts, most used first, then its names
    state TEXT NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'weighed', 'placed', 'copy')) -- copies have no kin
) STRICT;
CREATE INDEX idx_article_terms_state ON article_terms(state) WHERE state <> 'placed';
CREATE TABLE term_weights( -- a word that an article is about
    term TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    weight REAL NOT NULL, -- 0 to 1, as it was when the article was related
    PRIMARY KEY(term, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_term_weights_article ON term_weights(article_id, term, weight);
CREATE TABLE term_counts( -- in how many articles a word or name occurs
    term TEXT PRIMARY KEY,
    articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIEW v_articles AS -- articles with the name of their feed and their tags as text
SELECT a.id, a.uid, a.published_at, a.title, f.slug AS feed, f.title AS feed_title, a.section, a.topic, a.labels,
    (SELECT group_concat(name, ', ') FROM (SELECT t.name FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
        WHERE x.article_id = a.id ORDER BY x.score DESC, t.id)) AS tags,
    a.author, a.url, a.summary, a.word_count, a.language, a.story_id, a.duplicate_of, a.revision, a.changed_at,
    a.first_seen_at, a.extractor, a.confidence, a.doubt, a.page_error
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id;
CREATE VIEW v_unique_articles AS -- the same, each article once however many feeds carry it
SELECT * FROM v_articles WHERE duplicate_of IS NULL;
CREATE VIEW v_article_tags AS -- a row for each tag of each article, with its evidence as text
SELECT x.article_id, x.tag_id AS tag, t.name AS tag_name, t.kind, x.score, x.source,
    (SELECT group_concat(field || ': ' || detail, '; ') FROM (SELECT DISTINCT e.field, e.detail FROM tag_evidence AS e
        WHERE e.article_id = x.article_id AND e.tag_id = x.tag_id ORDER BY e.number)) AS evidence,
    a.published_at, a.title, a.url
FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id JOIN articles AS a ON a.id = x.article_id;
CREATE VIEW v_briefs AS -- an article in three sentences: its own words, or those of the model that source names
SELECT a.id AS article_id, a.published_at, a.title,
    coalesce(w.big_picture, (SELECT group_concat(sentence, ' ') FROM (SELECT sentence FROM article_briefs AS b
        WHERE b.article_id = a.id AND b.role = 'lead' ORDER BY b.number))) AS big_picture,
    coalesce(w.why_it_matters, (SELECT sentence FROM article_briefs AS b
        WHERE b.article_id = a.id AND b.role = 'why' ORDER BY b.number LIMIT 1)) AS why_it_matters,
    coalesce(w.model, 'extract') AS source, a.url
FROM articles AS a LEFT JOIN written_briefs AS w ON w.article_id = a.id AND w.content_hash = a.content_hash;
CREATE VIEW v_corrections AS -- what people said of articles' tags
SELECT c.article_id, a.title, c.tag_id AS tag, t.name AS tag_name, t.kind, c.holds, c.corrected_at, f.slug AS feed
FROM tag_corrections AS c JOIN tags AS t ON t.id = c.tag_id JOIN articles AS a ON a.id = c.article_id
    JOIN feeds AS f ON f.id = a.feed_id;
CREATE VIEW v_see_also AS -- what to read with an article, its own links first
SELECT s.article_id, a.title, s.rank, s.score, s.kind, s.reason, s.related_id, b.title AS related_title,
    b.url AS related_url, b.published_at AS related_published_at, f.slug AS related_feed
FROM see_also AS s JOIN articles AS a ON a.id = s.article_id JOIN articles AS b ON b.id = s.related_id
    JOIN feeds AS f ON f.id = b.feed_id;
CREATE VIEW v_links AS -- all links of all articles; target columns are NULL until we hold what they lead to
SELECT l.article_id, a.title, l.kind, l.position, l.label, l.title AS link_title, l.url AS link_url, l.domain,
    l.target_id, b.title AS target_title
FROM links AS l JOIN articles AS a ON a.id = l.article_id LEFT JOIN articles AS b ON b.id = l.target_id;
CREATE VIEW v_duplicates AS -- copies, with the original of each
SELECT d.article_id, a.title, fa.slug AS feed, a.published_at, a.url, d.original_id, b.title AS original_title,
    fb.slug AS original_feed, d.kind, d.method, d.similarity
FROM duplicates AS d JOIN articles AS a ON a.id = d.article_id JOIN feeds AS fa ON fa.id = a.feed_id
    JOIN articles AS b ON b.id = d.original_id JOIN feeds AS fb ON fb.id = b.feed_id;
CREATE VIEW v_stories AS -- events told by several outlets
SELECT s.id, l.title, s.size, count(DISTINCT a.feed_id) AS feeds, count(a.id) AS articles,
    min(a.published_at) AS first_published, max(a.published_at) AS last_published, s.lead_article_id
FROM stories AS s JOIN articles AS a ON a.story_id = s.id LEFT JOIN articles AS l ON l.id = s.lead_article_id
GROUP BY s.id;
CREATE VIEW v_changes AS -- every change of an article after it was first seen
SELECT r.article_id, a.title, r.revision, r.seen_at, r.replaced_at, r.title AS old_title, r.change, a.url
FROM revisions AS r JOIN articles AS a ON a.id = r.article_id;
CREATE VIEW v_versions AS -- every form of an article, the current one with replaced_at NULL
SELECT article_id, revision, seen_at, replaced_at, title, text FROM revisions
UNION ALL SELECT a.id, a.revision, coalesce(a.changed_at, a.first_seen_at), NULL, t.title, t.text
FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id;
CREATE VIEW v_chrome AS -- blocks that a feed repeats from article to article, which are cut as its chrome
SELECT f.slug AS feed, l.rule, l.state, l.seen, l.looked_at, l.learnt_at, l.last_seen_at,
    (SELECT count(*) FROM cuts AS c JOIN articles AS a ON a.id = c.article_id
        WHERE c.rule = l.rule AND a.feed_id = l.feed_id) AS cuts,
    (SELECT d.choice FROM chrome_choices AS d WHERE d.rule = l.rule AND (d.feed_id = l.feed_id OR d.feed_id IS NULL)
        ORDER BY d.feed_id IS NULL LIMIT 1) AS choice,
    l.sample
FROM (SELECT *, printf('learnt.%016x', hash) AS rule FROM learnt) AS l JOIN feeds AS f ON f.id = l.feed_id;
CREATE VIEW v_feed_health AS -- how each feed fares; silent: it answers, but has long had nothing new
WITH counted AS (
    SELECT feed_id, count(*) AS articles, count(duplicate_of) AS duplicates,
        sum(first_seen_at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-28 days')) AS recent
    FROM articles NOT INDEXED GROUP BY feed_id),
waiting AS (SELECT feed_id, count(*) AS quarantined FROM quarantine WHERE resolved_at IS NULL GROUP BY feed_id),
timed AS (
    SELECT id, julianday('now') - julianday(coalesce(last_new_at, added_at)) AS days,
        max(1.0, min(4.0, (julianday('now') - julianday(added_at)) / 7)) AS weeks FROM feeds),
judged AS (
    SELECT f.*, t.days, t.weeks, f.enabled AND f.retired_at IS NULL AND f.paused_at IS NULL AND f.failures = 0
        AND f.last_success_at IS NOT NULL
        AND t.days > max(30, 8 * coalesce(f.entry_gap_s, 0) / 86400.0) AS silent
    FROM feeds AS f JOIN timed AS t ON t.id = f.id),
asked AS (
    SELECT id, replace(replace(replace(substr(url, instr(url, '://') + 3), '?', '/'), '#', '/'), ':', '/') || '/'
        AS place
    FROM (SELECT id, iif(redirects >= 3, redirected_to, url) AS url FROM feeds)),
held AS (
    SELECT a.id, p.until_at FROM asked AS a
    JOIN pauses AS p ON p.host = rtrim(lower(substr(a.place, 1, instr(a.place, '/') - 1)), '.')
    WHERE p.until_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
SELECT j.id, j.slug, j.title, j.url, j.redirected_to,
    CASE WHEN NOT j.enabled THEN 'off' WHEN j.retired_at IS NOT NULL THEN 'retired'
        WHEN j.paused_at IS NOT NULL THEN 'paused' WHEN j.failures > 0 THEN 'failing'
        WHEN j.last_success_at IS NULL THEN 'new' WHEN j.silent THEN 'silent' ELSE 'ok' END AS state,
    j.enabled, j.added_at, j.last_polled_at, j.last_success_at, j.last_new_at, j.next_poll_at,
    round(coalesce(c.recent, 0) / j.weeks, 1) AS new_per_week, round(j.days, 1) AS days_silent, j.silent,
    j.failures, iif(j.failures > 0, j.failing_since, NULL) AS failing_since, j.error_kind, j.last_error, j.gap_at,
    j.identity, j.paused_at, h.until_at AS paused_until, j.retired_at, j.retired_why,
    coalesce(w.quarantined, 0) AS quarantined,
    coalesce(c.articles, 0) AS articles, coalesce(c.duplicates, 0) AS duplicates
FROM judged AS j LEFT JOIN counted AS c ON c.feed_id = j.id LEFT JOIN waiting AS w ON w.feed_id = j.id
    LEFT JOIN held AS h ON h.id = j.id;
CREATE VIEW v_tags_by_week AS -- articles a tag had in the week that begins on that Monday, copies not counted
SELECT date(a.published_at, 'weekday 0', '-6 days') AS week, x.tag_id AS tag, t.name AS tag_name, t.kind,
    count(*) AS articles
FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id JOIN articles AS a ON a.id = x.article_id
WHERE a.duplicate_of IS NULL GROUP BY 1, 2;
CREATE VIEW v_atom AS -- articles in the columns that datasette-atom wants
SELECT 'urn:newsarticle:' || uid AS atom_id, title AS atom_title, coalesce(changed_at, published_at) AS atom_updated,
    url AS atom_link, summary AS atom_content
FROM articles WHERE duplicate_of IS NULL;
