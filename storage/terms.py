"""The words articles are about, weighed, so that one query finds the articles most like another.

`remember` keeps what an article says; `weigh` turns it into twenty weighted terms once the store has counted in how
many articles each occurs. The cosine of two articles is then a self-join (`nearest`), and as good as that of the full
tf-idf. `compare` reads again what the nearest say, all forty words of it, and orders them better. See
`benchmarks/related.py` for both, beside full-text search.

    weight = (1 + ln count) · ln((articles + 50) / (articles with the term + ½)), scaled so that the squares sum to 1

The fifty are there for a young store: among three articles on one event its words would count as common as "company".
Names are kept and counted beside the words, for `storage.stories`, but not weighed: they tell events of one kind apart.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.fingerprints import is_name
from storage.reasons import in_common

__all__ = [
    "PRIOR", "TABLES", "Reach", "articles_with", "compare", "forget", "in_common", "mark", "nearest", "oldest",
    "recall", "remember", "said_by", "weigh",
]  # fmt: skip

TABLES = (
    """CREATE TABLE article_terms( -- what an article says, for finding its kin
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    terms TEXT NOT NULL CHECK(json_valid(terms)), -- its words with their counts, most used first, then its names
    state TEXT NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'weighed', 'placed', 'copy')) -- copies have no kin
) STRICT""",
    "CREATE INDEX idx_article_terms_state ON article_terms(state) WHERE state <> 'placed'",
    """CREATE TABLE term_weights( -- a word that an article is about
    term TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    weight REAL NOT NULL, -- 0 to 1, as it was when the article was related
    PRIMARY KEY(term, article_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idx_term_weights_article ON term_weights(article_id, term, weight)",
    """CREATE TABLE term_counts( -- in how many articles a word or name occurs
    term TEXT PRIMARY KEY,
    articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
)

# Of `articles`, which SQLite counts by a small index; to count `article_terms` it would read every word of the store.
KNOWN = """SELECT (SELECT count(*) FROM articles) -
    (SELECT count(*) FROM article_terms WHERE state = 'new' AND state <> 'placed')"""  # <> leads to the partial index

SAID = """
    SELECT t.article_id, t.terms, a.title_key
    FROM json_each(?) AS j CROSS JOIN article_terms AS t ON t.article_id = j.value
        JOIN articles AS a ON a.id = t.article_id"""

RARE = 0.8  # power of a word's rarity; of what the news is about, much is what it was about yesterday
HEADLINE = 1.3  # what standing in the headline multiplies by
LOUD = 0.7  # power of a word's count; 1 lets one word stand for an article, the logarithm makes too little of its third
LOUDNESS = tuple(count**LOUD for count in range(64))
BEST = 20  # terms of an article that are weighed; 25 and 12 do no better
PRIOR = 50  # articles that a store is taken to hold besides its own
MANY = 400  # articles most like one that are looked at further
LOOKED = 20_000  # times a term of an article is met in others: some 10 ms
FEW = 500  # articles that may share a term in a store of any size


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How much is looked at: terms of an article up to so many meetings in others, what adds so much to a cosine."""

    looked: int = LOOKED
    each: float = 0.0


WHOLE = Reach()


def remember(connection: sqlite3.Connection, article_id: int, terms: Iterable[tuple[str, int]]) -> None:
    """Keep an article's term counts in place of earlier ones. It counts as new until `kin.relate` has seen it."""
    forget(connection, article_id)
    connection.execute(
        "INSERT INTO article_terms(article_id, terms) VALUES (?, ?)",
        (article_id, json.dumps(dict(terms), ensure_ascii=False)),
    )


def forget(connection: sqlite3.Connection, *articles: int) -> None:
    """Take articles' terms out, and out of the counts when they were counted; a term that is in no article goes."""
    ids = (json.dumps(articles),)
    query = "SELECT terms, state FROM article_terms WHERE article_id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(query, ids).fetchall()
    if not rows:
        return
    counts = Counter(term for terms, state in rows if state != "new" for term in json.loads(terms))
    lower = "UPDATE term_counts SET articles = articles - ? WHERE term = ?"
    connection.executemany(lower, [(count, term) for term, count in sorted(counts.items())])
    nobody = "DELETE FROM term_counts WHERE term = ? AND articles < 1"
    connection.executemany(nobody, [(term,) for term in sorted(counts)])
    connection.execute("DELETE FROM term_weights WHERE article_id IN (SELECT value FROM json_each(?))", ids)
    connection.execute("DELETE FROM article_terms WHERE article_id IN (SELECT value FROM json_each(?))", ids)


def weigh(connection: sqlite3.Connection, articles: Sequence[int]) -> None:
    """Count the terms of new articles, all of them first, then weigh them: the order of `articles` changes nothing."""
    said = {article: said_by(connection, article) for article in articles}
    counts = Counter(term for terms in said.values() for term in terms)
    add = """INSERT INTO term_counts(term, articles) VALUES (?, ?)
        ON CONFLICT(term) DO UPDATE SET articles = articles + excluded.articles"""
    connection.executemany(add, sorted(counts.items()))
    known = connection.execute(KNOWN).fetchone()[0] + len(articles)
    spread = articles_with(connection, counts)
    for article, terms in said.items():
        words = {term: count for term, count in terms.items() if not is_name(term)}
        rows = [(term, article, weight) for term, weight in weights(words, spread, known)]
        connection.executemany("INSERT INTO term_weights(term, article_id, weight) VALUES (?, ?, ?)", rows)
    mark(connection, articles, "weighed")


def weights(counts: dict[str, int], spread: dict[str, int], articles: int) -> list[tuple[str, float]]:
    """The `BEST` terms with their weights, best first. `spread`: in how many of `articles` each term occurs."""
    raw = {term: (1 + math.log(count)) * rarity(spread[term], articles) for term, count in counts.items()}
    best = sorted(raw.items(), key=lambda pair: (-pair[1], pair[0]))[:BEST]
    length = math.sqrt(sum(weight * weight for _, weight in best)) or 1.0
    return [(term, weight / length) for term, weight in best]


def rarity(spread: int, articles: int) -> float:
    """What a term is worth that so many of all articles have: 0 and more."""
    return math.log((articles + PRIOR) / (min(spread, articles) + 0.5))


def oldest(connection: sqlite3.Connection, articles: Sequence[int], days: float) -> int:
    """The least id of the articles that were published at most `days` before the earliest of `articles`.

    Below it `nearest` need not look: what it would find is too old. Keeps the search from growing with the store.
    """
    query = """SELECT min(id) FROM articles WHERE published_at >= (
        SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(published_at), ?) FROM articles
        WHERE id IN (SELECT value FROM json_each(?)))"""
    row = connection.execute(query, (f"-{days} days", json.dumps(list(articles)))).fetchone()
    return int(row[0] or 0)


def nearest(
    connection: sqlite3.Connection, article: int, least: float, since: int = 0, reach: Reach = WHOLE
) -> dict[int, float]:
    """The articles whose terms are like an article's, with the cosine, 0–1: `least` or more, best first.

    Only ids from `since` on are looked at; see `oldest`. Of words that too many articles share, the commonest are left
    out: a feed that says the same twenty words in thousands of entries must not make every run longer than the last.
    """
    # A query for each term, and the sums here: to group by article, SQLite builds a tree of them, which takes longer.
    query = "SELECT article_id, weight FROM term_weights WHERE term = ? AND article_id >= ? AND weight >= ?"
    sums: dict[int, float] = {}
    for term, mine in telling(connection, article, reach.looked).items():
        for other, theirs in connection.execute(query, (term, since, reach.each / mine)).fetchall():
            sums[other] = sums.get(other, 0.0) + mine * theirs
    sums.pop(article, None)
    found = sorted((-round(cosine, 6), other) for other, cosine in sums.items() if cosine >= least)
    return {other: -cosine for cosine, other in found[:MANY]}


def telling(connection: sqlite3.Connection, article: int, most: int = LOOKED) -> dict[str, float]:
    """An article's terms with their weights, rarest first, as long as no more than `most` articles have one of them.

    Of a store of some size, a term that a fifth of the articles has tells none of them apart. The last id stands for
    their number, which would take longer to count than the rest does.
    """
    query = """SELECT term, weight, sum(articles) OVER (ORDER BY articles, term) AS looked
        FROM term_weights JOIN term_counts USING (term)
        WHERE article_id = ? AND articles <= max(?, (SELECT max(id) FROM articles) / 5)"""
    rows = connection.execute(query, (article, FEW)).fetchall()
    return {term: weight for term, weight, looked in rows if looked <= most}


def compare(connection: sqlite3.Connection, article: int, others: Sequence[int], articles: int) -> dict[int, float]:
    """How like an article others are in all the words that are kept of them, 0–1, in the order of `others`.

    `articles` is how many there are. A cosine in which only the words of the article itself are weighed by how rare
    they are: no more has to be counted than its own, and it finds more than the cosine of twenty that `nearest` gives.
    Those tell what to look at.
    """
    rows = connection.execute(SAID, (json.dumps([article, *others]),)).fetchall()
    said = {row[0]: loudness(json.loads(row[1]), row[2]) for row in rows}
    mine = said.get(article, {})
    spread = articles_with(connection, mine)
    mine = {word: loud * rarity(spread.get(word, 0), articles) ** RARE for word, loud in mine.items()}
    length = _length(mine)
    found: dict[int, float] = {}
    for other in others:
        theirs = said.get(other, {})
        both = math.fsum([weight * theirs[word] for word, weight in mine.items() if word in theirs])
        found[other] = min(1.0, both / (length * _length(theirs)))
    return found


def loudness(terms: Mapping[str, int], title: str) -> dict[str, float]:
    """How much a text makes of each of its words, names left out; `title` in the spelling of `title_key`."""
    heading = set(title.split())
    words: dict[str, float] = {}
    for word, count in terms.items():
        if is_name(word):  # names come after all words
            break
        loud = LOUDNESS[count] if count < len(LOUDNESS) else count**LOUD
        words[word] = loud * HEADLINE if word in heading else loud
    return words


def _length(weights: Mapping[str, float]) -> float:
    return math.hypot(*weights.values()) or 1.0


def mark(connection: sqlite3.Connection, articles: Iterable[int], state: str) -> None:
    """Note how far articles have come: new, weighed, placed among their kin; or a copy, which has none of its own."""
    connection.executemany(
        "UPDATE article_terms SET state = ? WHERE article_id = ?", [(state, each) for each in articles]
    )


def recall(connection: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Let articles that are placed be related again, such as those that have lost one of theirs."""
    query = "UPDATE article_terms SET state = 'weighed' WHERE state = 'placed' AND article_id = ?"
    connection.executemany(query, [(each,) for each in articles])


def said_by(connection: sqlite3.Connection, article_id: int) -> dict[str, int]:
    """An article's words and names with their counts."""
    row = connection.execute("SELECT terms FROM article_terms WHERE article_id = ?", (article_id,)).fetchone()
    terms: dict[str, int] = json.loads(row[0]) if row else {}
    return terms


def articles_with(connection: sqlite3.Connection, terms: Iterable[str]) -> dict[str, int]:
    """In how many articles each of some terms occurs; those in none are left out."""
    query = "SELECT term, articles FROM term_counts WHERE term IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(query, (json.dumps(sorted(terms), ensure_ascii=False),)).fetchall())
