"""The tables of what articles are about: tags with their evidence, named things, what feeds say, briefs, keyphrases.

And of what people say of tags, and what was learnt from that. See `storage.tables` for how they are written.
"""

from __future__ import annotations

TAGS = (
    """CREATE TABLE tags( -- a tag of the taxonomy, or one that some article has or had
    id TEXT PRIMARY KEY, -- slug: ai-policy
    name TEXT NOT NULL COLLATE NOCASE, -- as readers see it: AI Policy
    kind TEXT NOT NULL DEFAULT 'topic', -- section, topic, company, person, place, product
    parents TEXT NOT NULL DEFAULT '[]' CHECK(json_valid(parents)), -- ids of all tags above it
    iptc TEXT -- the Media Topic of IPTC that means the same: medtop:20000418
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE article_tags( -- an article has a tag
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    tag_id TEXT NOT NULL REFERENCES tags(id),
    score REAL NOT NULL, -- 0 to 1
    source TEXT NOT NULL, -- of the strongest evidence: user, rule, entity, model, feed, parent
    PRIMARY KEY(article_id, tag_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_article_tags_tag ON article_tags(tag_id, article_id)",
    """CREATE TABLE tag_evidence( -- why an article has a tag: one row for each place or cause
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
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE article_entities( -- a named thing that an article speaks of
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    entity_id TEXT NOT NULL, -- slug: microsoft
    name TEXT NOT NULL,
    type TEXT NOT NULL, -- company, person, place, product
    salience REAL NOT NULL, -- 0 to 1: how much the article is about it
    mentions INTEGER NOT NULL,
    in_title INTEGER NOT NULL CHECK(in_title IN (0, 1)),
    PRIMARY KEY(article_id, entity_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_article_entities_entity ON article_entities(entity_id, article_id)",
    """CREATE TABLE article_categories( -- what its feed calls an article, word for word
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    tag_id TEXT, -- the tag it was taken for; NULL when it means nothing to the taxonomy
    borne_out INTEGER NOT NULL DEFAULT 0 CHECK(borne_out IN (0, 1)), -- something in the text speaks for that tag too
    PRIMARY KEY(article_id, category)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_article_categories_category ON article_categories(category, article_id)",
    """CREATE TABLE tag_corrections( -- somebody said that an article has a tag, or has not; it holds for good
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    tag_id TEXT NOT NULL REFERENCES tags(id),
    holds INTEGER NOT NULL CHECK(holds IN (0, 1)), -- 1: it has the tag
    corrected_at TEXT NOT NULL,
    PRIMARY KEY(article_id, tag_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_tag_corrections_tag ON tag_corrections(tag_id, article_id)",
    """CREATE TABLE tag_models( -- what `fanmill train` made
    name TEXT PRIMARY KEY, -- corrections, or that of the file it learnt from
    trained_at TEXT NOT NULL,
    examples INTEGER NOT NULL, -- articles it learnt from
    f1_before REAL, -- over all its tags, cross-validated: without it, or with the one it took the place of
    f1_after REAL, -- with it
    tags TEXT NOT NULL CHECK(json_valid(tags)), -- label → id, name and kind of the tag it stands for
    model TEXT NOT NULL CHECK(json_valid(model)) -- its weights, see extractors.linear
) STRICT""",
    """CREATE TABLE tag_thresholds( -- the least score of a tag, as corrections taught it, in place of the taxonomy's
    tag_id TEXT PRIMARY KEY REFERENCES tags(id),
    threshold REAL NOT NULL, -- 0 to 1
    trained_at TEXT NOT NULL,
    verdicts INTEGER NOT NULL, -- corrections it was learnt from
    f1_before REAL NOT NULL, -- on them, cross-validated
    f1_after REAL NOT NULL
) STRICT, WITHOUT ROWID""",
)

BRIEFS = (
    """CREATE TABLE article_briefs( -- a sentence of an article's brief, taken from it word for word
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- from 1
    role TEXT NOT NULL CHECK(role IN ('lead', 'why')), -- lead: what is new; why: why it matters
    start INTEGER NOT NULL, -- character offsets: sentence = substr(text, start + 1, end - start)
    end INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY(article_id, number)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE written_briefs( -- a brief that a language model wrote, where one is configured
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    model TEXT NOT NULL, -- by its own name
    big_picture TEXT NOT NULL,
    why_it_matters TEXT NOT NULL,
    content_hash TEXT NOT NULL, -- of the article it was written of: another one makes it out of date
    written_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE article_phrases( -- a keyphrase: what sets an article apart from the others in this database
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    rank INTEGER NOT NULL, -- from 1
    phrase TEXT NOT NULL, -- as it stands in the article
    score REAL NOT NULL, -- 0 to 1, as it was when the article came
    PRIMARY KEY(article_id, rank)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_article_phrases_phrase ON article_phrases(phrase, article_id)",
)
