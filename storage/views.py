"""The views: the same facts in the words of those who ask. Start here with `SELECT * FROM v_articles`."""

from __future__ import annotations

from storage.feeds import AGREED
from storage.intents import SILENT_DAYS, SILENT_GAPS

VIEWS = (
    """CREATE VIEW v_articles AS -- articles with the name of their feed and their tags as text
SELECT a.id, a.uid, a.published_at, a.title, f.slug AS feed, f.title AS feed_title, a.section, a.topic, a.labels,
    (SELECT group_concat(name, ', ') FROM (SELECT t.name FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
        WHERE x.article_id = a.id ORDER BY x.score DESC, t.id)) AS tags,
    a.author, a.url, a.summary, a.word_count, a.language, a.story_id, a.duplicate_of, a.revision, a.changed_at,
    a.first_seen_at, a.extractor, a.confidence, a.doubt, a.page_error
FROM articles AS a JOIN feeds AS f ON f.id = a.feed_id""",
    """CREATE VIEW v_unique_articles AS -- the same, each article once however many feeds carry it
SELECT * FROM v_articles WHERE duplicate_of IS NULL""",
    """CREATE VIEW v_article_tags AS -- a row for each tag of each article, with its evidence as text
SELECT x.article_id, x.tag_id AS tag, t.name AS tag_name, t.kind, x.score, x.source,
    (SELECT group_concat(iif(field = '', '', field || ': ') || detail, '; ') FROM (
        SELECT DISTINCT e.field, e.detail FROM tag_evidence AS e
        WHERE e.article_id = x.article_id AND e.tag_id = x.tag_id ORDER BY e.number)) AS evidence,
    a.published_at, a.title, a.url
FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id JOIN articles AS a ON a.id = x.article_id""",
    """CREATE VIEW v_briefs AS -- an article in three sentences: its own words, or those of the model that source names
SELECT a.id AS article_id, a.published_at, a.title,
    coalesce(w.big_picture, (SELECT group_concat(sentence, ' ') FROM (SELECT sentence FROM article_briefs AS b
        WHERE b.article_id = a.id AND b.role = 'lead' ORDER BY b.number))) AS big_picture,
    coalesce(w.why_it_matters, (SELECT sentence FROM article_briefs AS b
        WHERE b.article_id = a.id AND b.role = 'why' ORDER BY b.number LIMIT 1)) AS why_it_matters,
    coalesce(w.model, 'extract') AS source, a.url
FROM articles AS a LEFT JOIN written_briefs AS w ON w.article_id = a.id AND w.content_hash = a.content_hash""",
    """CREATE VIEW v_corrections AS -- what people said of articles' tags
SELECT c.article_id, a.title, c.tag_id AS tag, t.name AS tag_name, t.kind, c.holds, c.corrected_at, f.slug AS feed
FROM tag_corrections AS c JOIN tags AS t ON t.id = c.tag_id JOIN articles AS a ON a.id = c.article_id
    JOIN feeds AS f ON f.id = a.feed_id""",
    """CREATE VIEW v_see_also AS -- what to read with an article, its own links first
SELECT s.article_id, a.title, s.rank, s.score, s.kind, s.method, s.reason, s.related_id, b.title AS related_title,
    b.url AS related_url, b.published_at AS related_published_at, f.slug AS related_feed
FROM see_also AS s JOIN articles AS a ON a.id = s.article_id JOIN articles AS b ON b.id = s.related_id
    JOIN feeds AS f ON f.id = b.feed_id""",
    """CREATE VIEW v_links AS -- all links of all articles; target columns are NULL until we hold what they lead to
SELECT l.article_id, a.title, l.kind, l.position, l.label, l.title AS link_title, l.url AS link_url, l.domain,
    l.target_id, b.title AS target_title
FROM links AS l JOIN articles AS a ON a.id = l.article_id LEFT JOIN articles AS b ON b.id = l.target_id""",
    """CREATE VIEW v_duplicates AS -- copies, with the original of each
SELECT d.article_id, a.title, fa.slug AS feed, a.published_at, a.url, d.original_id, b.title AS original_title,
    fb.slug AS original_feed, d.kind, d.method, d.similarity, d.evidence
FROM duplicates AS d JOIN articles AS a ON a.id = d.article_id JOIN feeds AS fa ON fa.id = a.feed_id
    JOIN articles AS b ON b.id = d.original_id JOIN feeds AS fb ON fb.id = b.feed_id""",
    """CREATE VIEW v_stories AS -- events told by several outlets
SELECT s.id, l.title, s.size, count(DISTINCT a.feed_id) AS feeds, count(a.id) AS articles,
    (SELECT group_concat(slug, ', ') FROM (SELECT DISTINCT f.slug FROM articles AS b JOIN feeds AS f ON f.id = b.feed_id
        WHERE b.story_id = s.id ORDER BY f.slug)) AS sources,
    min(a.published_at) AS first_published, max(a.published_at) AS last_published, s.lead_article_id
FROM stories AS s JOIN articles AS a ON a.story_id = s.id LEFT JOIN articles AS l ON l.id = s.lead_article_id
GROUP BY s.id""",
    """CREATE VIEW v_kin AS -- all that two articles have to do with each other, from both sides
WITH pairs AS NOT MATERIALIZED (
    SELECT article_id AS one, original_id AS other, kind, method, similarity, evidence FROM duplicates
    UNION ALL SELECT article_id, related_id, kind, method, score, reason FROM see_also)
SELECT p.one AS article_id, p.other AS other_id, 'to' AS direction, p.kind, p.method, p.similarity, p.evidence,
    b.title AS other_title, f.slug AS other_feed, b.published_at AS other_published_at, b.url AS other_url
FROM pairs AS p JOIN articles AS b ON b.id = p.other JOIN feeds AS f ON f.id = b.feed_id
UNION ALL
SELECT p.other, p.one, 'from', p.kind, p.method, p.similarity, p.evidence, b.title, f.slug, b.published_at, b.url
FROM pairs AS p JOIN articles AS b ON b.id = p.one JOIN feeds AS f ON f.id = b.feed_id""",
    """CREATE VIEW v_choices AS -- what somebody decided about two articles
SELECT c.article_id, a.title, c.other_id, b.title AS other_title, c.about, c.together, c.chosen_at
FROM pair_choices AS c JOIN articles AS a ON a.id = c.article_id JOIN articles AS b ON b.id = c.other_id""",
    """CREATE VIEW v_changes AS -- every change of an article after it was first seen
SELECT r.article_id, a.title, r.revision, r.seen_at, r.replaced_at, r.title AS old_title, r.change, a.url
FROM revisions AS r JOIN articles AS a ON a.id = r.article_id""",
    """CREATE VIEW v_versions AS -- every form of an article, the current one with replaced_at NULL
SELECT article_id, revision, seen_at, replaced_at, title, text FROM revisions
UNION ALL SELECT a.id, a.revision, coalesce(a.changed_at, a.first_seen_at), NULL, t.title, t.text
FROM articles AS a JOIN article_texts AS t ON t.article_id = a.id""",
    """CREATE VIEW v_chrome AS -- blocks that a feed repeats from article to article, which are cut as its chrome
SELECT f.slug AS feed, l.rule, l.state, l.seen, l.looked_at, l.learnt_at, l.last_seen_at,
    (SELECT count(*) FROM cuts AS c JOIN articles AS a ON a.id = c.article_id
        WHERE c.rule = l.rule AND a.feed_id = l.feed_id) AS cuts,
    (SELECT d.choice FROM chrome_choices AS d WHERE d.rule = l.rule AND (d.feed_id = l.feed_id OR d.feed_id IS NULL)
        ORDER BY d.feed_id IS NULL LIMIT 1) AS choice,
    l.sample
FROM (SELECT *, printf('learnt.%016x', hash) AS rule FROM learnt) AS l JOIN feeds AS f ON f.id = l.feed_id""",
    f"""CREATE VIEW v_feed_health AS -- how each feed fares; silent: it answers, but has long had nothing new
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
        AND t.days > max({SILENT_DAYS}, {SILENT_GAPS} * coalesce(f.entry_gap_s, 0) / 86400.0) AS silent
    FROM feeds AS f JOIN timed AS t ON t.id = f.id),
asked AS (
    SELECT id, replace(replace(replace(substr(url, instr(url, '://') + 3), '?', '/'), '#', '/'), ':', '/') || '/'
        AS place
    FROM (SELECT id, iif(redirects >= {AGREED}, redirected_to, url) AS url FROM feeds)),
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
    LEFT JOIN held AS h ON h.id = j.id""",  # noqa: S608 - numbers of ours
    """CREATE VIEW v_tags_by_week AS -- articles a tag had in the week that begins on that Monday, copies not counted
SELECT date(a.published_at, 'weekday 0', '-6 days') AS week, x.tag_id AS tag, t.name AS tag_name, t.kind,
    count(*) AS articles
FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id JOIN articles AS a ON a.id = x.article_id
WHERE a.duplicate_of IS NULL GROUP BY 1, 2""",
    """CREATE VIEW v_atom AS -- articles in the columns that datasette-atom wants
SELECT 'urn:newsarticle:' || uid AS atom_id, title AS atom_title, coalesce(changed_at, published_at) AS atom_updated,
    url AS atom_link, summary AS atom_content
FROM articles WHERE duplicate_of IS NULL""",
)
