"""What people ask of the database, each with the one statement that answers it; docs/schema.md shows them."""

from __future__ import annotations

READING = {
    "The newest articles, each once however many feeds carry it": """
SELECT published_at, feed, labels, title FROM v_unique_articles ORDER BY published_at DESC LIMIT 20""",
    "Full-text search, best first": """
SELECT a.title, snippet(articles_fts, -1, '[', ']', '…', 20) AS found
FROM articles_fts JOIN v_unique_articles AS a ON a.id = articles_fts.rowid
WHERE articles_fts MATCH 'models AND china' ORDER BY articles_fts.rank LIMIT 20""",
    "This week's articles of a section that speak of two things": """
SELECT published_at, title, url FROM v_unique_articles
WHERE id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'microsoft AND china')
    AND topic = 'ai-policy' AND published_at >= date('now', '-7 days')
ORDER BY published_at DESC""",
    "Articles that are about two things, by their tags": """
SELECT article_id, title FROM v_article_tags WHERE tag IN ('microsoft', 'china')
GROUP BY article_id HAVING count(*) = 2""",
    "What the last run brought": """
SELECT title FROM articles WHERE run_id = (SELECT max(id) FROM runs)""",
    "The latest articles of a tag, each in three sentences": """
SELECT b.title, b.big_picture, b.why_it_matters, b.source FROM v_briefs AS b JOIN article_tags AS t USING (article_id)
WHERE t.tag_id = 'ai-policy' ORDER BY b.published_at DESC LIMIT 10""",
    "The longest reads of each section": """
SELECT section, title, word_count FROM v_unique_articles
WHERE section IS NOT NULL ORDER BY section, word_count DESC LIMIT 50""",
    "A section as an Atom feed": """
SELECT v.* FROM v_atom AS v JOIN articles AS a ON v.atom_id = 'urn:newsarticle:' || a.uid
WHERE a.topic = 'ai-policy' ORDER BY atom_updated DESC LIMIT 50""",
}

GRAPH = {
    "What to read with an article": """
SELECT rank, kind, related_title, reason FROM v_see_also WHERE article_id = 1 ORDER BY rank""",
    "What points at an article": """
SELECT article_id, title, kind FROM v_see_also WHERE related_id = 3""",
    "All that an article has to do with others, in both directions": """
SELECT direction, kind, other_id, other_title, similarity, evidence FROM v_kin
WHERE article_id = 1 ORDER BY direction DESC, kind, similarity DESC""",
    "Who quotes an article, and whom it quotes": """
SELECT direction, other_id, other_feed, other_title, evidence FROM v_kin
WHERE article_id = 3 AND kind = 'quotes' ORDER BY direction DESC, other_published_at""",
    "The articles that others quote most": """
SELECT other_id, other_title, count(*) AS quoted FROM v_kin
WHERE kind = 'quotes' AND direction = 'to' GROUP BY other_id ORDER BY quoted DESC, other_id LIMIT 20""",
    "What lies within two steps": """
WITH RECURSIVE near(id, steps) AS (
    SELECT 1, 0
    UNION SELECT s.related_id, steps + 1 FROM near JOIN see_also AS s ON s.article_id = near.id WHERE steps < 2)
SELECT id, min(steps) AS steps FROM near GROUP BY id""",
    "Links whose articles we do not hold yet": """
SELECT article_id, link_title, link_url FROM v_links WHERE kind = 'see_also' AND target_id IS NULL""",
    "Who else ran it": """
SELECT feed, published_at, kind, method, similarity FROM v_duplicates WHERE original_id = 1""",
    "The stories most outlets told this week": """
SELECT title, feeds, articles FROM v_stories
WHERE last_published >= date('now', '-7 days') ORDER BY feeds DESC LIMIT 10""",
    "Everyone who told a story": """
SELECT feed, published_at, title FROM v_articles WHERE story_id = 1 ORDER BY published_at""",
    "The sites that are linked to most": """
SELECT domain, count(*) AS links FROM links WHERE domain IS NOT NULL GROUP BY domain ORDER BY links DESC LIMIT 20""",
}

TIME = {
    "The tags of each week": """
SELECT week, tag, articles FROM v_tags_by_week ORDER BY week DESC, articles DESC""",
    "Tags on the rise": """
SELECT tag, sum(iif(week >= date('now', '-7 days'), articles, 0)) AS now,
    sum(iif(week < date('now', '-7 days'), articles, 0)) AS before
FROM v_tags_by_week WHERE week >= date('now', '-14 days') GROUP BY tag ORDER BY now - before DESC""",
    "Phrases that came up lately and never before": """
SELECT phrase, count(*) AS articles FROM article_phrases JOIN articles ON articles.id = article_id
GROUP BY phrase HAVING min(published_at) >= date('now', '-7 days') ORDER BY articles DESC, phrase LIMIT 20""",
    "Tags that go together": """
SELECT x.tag, y.tag AS other, count(*) AS articles
FROM v_article_tags AS x JOIN v_article_tags AS y ON x.article_id = y.article_id AND x.tag < y.tag
GROUP BY 1, 2 ORDER BY articles DESC""",
    "At which hours of the week articles appear": """
SELECT strftime('%w', published_at) AS weekday, strftime('%H', published_at) AS hour, count(*) AS articles
FROM articles GROUP BY 1, 2""",
    "Articles a day by feed": """
SELECT date(published_at) AS day, feed, count(*) AS articles FROM v_articles GROUP BY 1, 2""",
    "Headlines that were rewritten": """
SELECT replaced_at, old_title, title FROM v_changes WHERE change <> 'text' ORDER BY replaced_at DESC""",
    "Articles that were changed after they came out": """
SELECT article_id, revision, replaced_at, change FROM v_changes ORDER BY replaced_at DESC""",
    "Every version of an article, and how long it was": """
SELECT revision, seen_at, replaced_at, title, length(text) AS characters FROM v_versions
WHERE article_id = 1 ORDER BY revision""",
    "The feeds that change most of their articles": """
SELECT feed, count(*) AS articles, sum(revision > 1) AS changed FROM v_articles
GROUP BY feed ORDER BY 1.0 * changed / articles DESC, feed""",
    "An article as it was on a date": """
SELECT title, text FROM v_versions
WHERE article_id = 1 AND seen_at <= '2026-11-21' ORDER BY revision DESC LIMIT 1""",
}

GROUNDS = {
    "Why an article has its tags": """
SELECT tag, score, source, evidence FROM v_article_tags WHERE article_id = 1 ORDER BY score DESC""",
    "What people corrected": """
SELECT corrected_at, title, tag_name, iif(holds, 'has it', 'has it not') AS said FROM v_corrections
ORDER BY corrected_at DESC""",
    "What feeds call their articles that means nothing to the taxonomy": """
SELECT category, count(*) AS articles FROM article_categories WHERE tag_id IS NULL
GROUP BY category ORDER BY articles DESC""",
    "Tags with the Media Topics of IPTC that mean the same": """
SELECT id, name, iptc FROM tags WHERE iptc IS NOT NULL""",
    "What was cut from an article, and by which rule": """
SELECT rule, position, text FROM cuts WHERE article_id = 1 ORDER BY id""",
    "The rules that cut most": """
SELECT rule, count(*) AS cuts, count(DISTINCT article_id) AS articles FROM cuts GROUP BY rule ORDER BY cuts DESC""",
    "What each feed repeats from article to article": """
SELECT feed, rule, seen, looked_at, cuts, sample FROM v_chrome WHERE state = 'learnt' ORDER BY feed, seen DESC""",
    "Articles whose text is in doubt, and why": """
SELECT id, title, doubt, confidence, extractor FROM v_articles WHERE doubt <> '' ORDER BY confidence""",
    "Articles without a tag": """
SELECT id, title FROM v_unique_articles WHERE tags IS NULL""",
    "Articles whose section is in doubt": """
SELECT id, title, section, topic_score FROM articles WHERE topic_score < 0.5 ORDER BY topic_score""",
    "What became no article, and why": """
SELECT reason, count(*) AS entries FROM quarantine WHERE resolved_at IS NULL GROUP BY reason""",
}

HEALTH = {
    "Feeds that fail": """
SELECT slug, failures, error_kind, last_error FROM v_feed_health WHERE failures > 0 ORDER BY failures DESC""",
    "Feeds gone silent": """
SELECT slug, days_silent FROM v_feed_health WHERE enabled AND days_silent > 14 ORDER BY days_silent DESC""",
    "Feeds that mostly repeat others": """
SELECT slug, round(1.0 * duplicates / articles, 2) AS share FROM v_feed_health
WHERE articles > 0 ORDER BY share DESC""",
    "The slowest feeds": """
SELECT f.slug, round(avg(p.duration_ms)) AS ms FROM polls AS p JOIN feeds AS f ON f.id = p.feed_id
GROUP BY f.id ORDER BY ms DESC""",
    "How often nothing had to be downloaded": """
SELECT outcome, count(*) AS polls, sum(bytes) AS bytes FROM polls GROUP BY outcome""",
    "The last runs": """
SELECT id, started_at, state, feeds, failed, new_articles, duplicates, error FROM runs ORDER BY id DESC LIMIT 20""",
}

QUESTIONS = READING | GRAPH | TIME | GROUNDS | HEALTH
