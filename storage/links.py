"""Links find their articles, in both directions: those of an article that arrives, and those that waited for it.

    by address   an article is known under the very address, else under that of the plain page where the link is to one
                 for phones or in AMP; a home page is no article's address
    by title     a "See also" line, since it may have lost its address or name the copy of another site; how,
                 says `storage.naming`

Either has to be unambiguous: all articles it fits are copies of one, whose original is the target. Where several have
the address, the title may choose among them. What is resolved here follows from the rows alone, never from the order in
which they came: whatever arrives, all links are looked at again whose target it may be, or was. Of the copies of what
arrives, only the links are that lead to one which is no original any more: what else fits them fits them as before.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractors import titles
from extractors.phones import mobile, plain
from storage.copies import fellows
from storage.naming import Line, named
from storage.ranks import rank
from storage.restoring import restore

KEYS = """SELECT url_key, NULL FROM addresses WHERE article_id IN (SELECT value FROM json_each(:ids))
UNION SELECT NULL, title FROM articles WHERE id IN (SELECT value FROM json_each(:ids)) AND title <> ''
UNION SELECT NULL, title FROM revisions WHERE article_id IN (SELECT value FROM json_each(:ids)) AND title <> ''"""
LED = "SELECT id FROM links WHERE target_id IN (SELECT value FROM json_each(:ids))"
CONCERNED = """SELECT id FROM links
    WHERE article_id IN (SELECT value FROM json_each(:ids)) AND coalesce(url_key, title_key) IS NOT NULL
UNION SELECT id FROM links WHERE url_key IN (SELECT value FROM json_each(:urls))
UNION SELECT id FROM links WHERE title_key IN (SELECT value FROM json_each(:titles))
UNION SELECT l.id FROM json_each(:group) AS j CROSS JOIN articles AS a ON a.id = j.value AND a.duplicate_of IS NOT NULL
    JOIN links AS l ON l.target_id = a.id"""
# Lines that begin with the same word, and go on with the same one, or end with the same one.
ALIKE = """SELECT id, title_key FROM links
WHERE title_key >= :first || ' ' AND title_key < :first || '!' AND (substr(title_key, 1, length(:two)) = :two
    OR substr(title_key, -length(:last)) = :last) AND url_key IS NULL"""
ORIGINAL = "coalesce(a.duplicate_of, a.id)"
LOOK = f"""SELECT l.id, l.article_id, l.kind, l.url_key, l.title_key IS NOT NULL, l.title, l.target_id,
    coalesce(s.duplicate_of, s.id), s.published_at, min({ORIGINAL}), max({ORIGINAL})
FROM json_each(:links) AS j JOIN links AS l ON l.id = j.value JOIN articles AS s ON s.id = l.article_id
    LEFT JOIN addresses AS d ON d.url_key = l.url_key LEFT JOIN articles AS a ON a.id = d.article_id
GROUP BY l.id"""  # noqa: S608 - our own expression
HOLDERS = f"""SELECT DISTINCT {ORIGINAL} FROM addresses AS d JOIN articles AS a ON a.id = d.article_id
WHERE d.url_key = ?"""  # noqa: S608 - our own expression
POINT = "UPDATE links SET target_id = ? WHERE id = ?"
OFFERED = """SELECT article_id, related_id, rank, method, reason FROM see_also
WHERE kind = 'see_also' AND article_id IN (SELECT value FROM json_each(:ids))"""
WITHDRAW = "DELETE FROM see_also WHERE kind = 'see_also' AND article_id = ? AND related_id = ?"
POINTED = """SELECT article_id, target_id, url_key,
    iif(label <> '', label, iif(kind = 'related', 'Related', 'See also'))
FROM links
WHERE article_id IN (SELECT value FROM json_each(:ids)) AND kind IN ('see_also', 'related') AND target_id IS NOT NULL
ORDER BY article_id, id"""
OFFER = """INSERT INTO see_also(article_id, related_id, rank, score, kind, method, reason)
VALUES (?, ?, ?, 1.0, 'see_also', ?, ?)
ON CONFLICT(article_id, related_id) DO UPDATE SET rank = excluded.rank, score = excluded.score,
    kind = excluded.kind, method = excluded.method, reason = excluded.reason"""

POINTERS = ("see_also", "related")


@dataclass(frozen=True, slots=True)
class Keys:
    """What articles are, or were, known by: addresses in canonical form, titles, and the links that led to them.

    `group` are the articles with all copies of the same.
    """

    urls: frozenset[str]
    titles: frozenset[str]
    links: frozenset[int]
    group: frozenset[int]

    def __or__(self, other: Keys) -> Keys:
        """Both together."""
        links, group = self.links | other.links, self.group | other.group
        return Keys(self.urls | other.urls, self.titles | other.titles, links, group)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be resolved. `low` and `high` are the least and greatest original that has its very address."""

    id: int
    article_id: int
    kind: str
    url_key: str | None
    titled: int
    title: str
    target: int | None
    own: int
    published_at: str
    low: int | None
    high: int | None


def keys_of(connection: sqlite3.Connection, articles: Iterable[int]) -> Keys:
    """What articles are known by now."""
    ids = sorted(articles)
    values = {"ids": json.dumps(ids)}
    rows = connection.execute(KEYS, values).fetchall()
    return Keys(
        urls=frozenset(row[0] for row in rows if row[0]),
        titles=frozenset(row[1] for row in rows if row[1]),
        links=frozenset(row[0] for row in connection.execute(LED, values)),
        group=frozenset(fellows(connection, ids)),
    )


def resolve(connection: sqlite3.Connection, articles: Iterable[int], keys: Keys) -> None:
    """Find the targets of these articles' links, and of all links that may lead to what is known under the keys."""
    links = json.dumps(_concerned(connection, articles, keys))
    rows = [Link(*row) for row in connection.execute(LOOK, {"links": links}).fetchall()]
    found = [(_target(connection, link), link) for link in rows]
    changed = [(target, link) for target, link in found if target != link.target]
    connection.executemany(POINT, [(target, link.id) for target, link in changed])
    sources = {link.article_id for _, link in changed if link.kind in POINTERS}
    recommend(connection, sorted({*sources, *articles}))


def recommend(connection: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Bring the see-also rows of articles up to date with their own links, which come before all that was computed.

    A row that goes makes room for what was computed of the two, or would have been; see `storage.restoring`.
    """
    ids = sorted(articles)
    rows = connection.execute(OFFERED, {"ids": json.dumps(ids)}).fetchall()
    former = {(article, target): said for article, target, *said in rows}
    offered = _offered(connection, ids)
    gone = sorted(former.keys() - offered.keys())
    changed = [(*pair, *said) for pair, said in offered.items() if said != former.get(pair)]
    connection.executemany(WITHDRAW, gone)
    connection.executemany(OFFER, changed)
    restore(connection, gone)
    rank(connection, ids)


def _offered(connection: sqlite3.Connection, articles: list[int]) -> dict[tuple[int, int], list[object]]:
    """What articles' own links lead to: article and target with rank, method and reason."""
    rows = connection.execute(POINTED, {"ids": json.dumps(articles)}).fetchall()
    first: dict[tuple[int, int], str] = {}
    by_address: set[tuple[int, int]] = set()
    for article, target, key, reason in rows:
        first.setdefault((article, target), reason)
        if key and target in _holders(connection, key):
            by_address.add((article, target))
    ranks: Counter[int] = Counter()
    found: dict[tuple[int, int], list[object]] = {}
    for pair, reason in first.items():
        ranks[pair[0]] += 1
        found[pair] = [ranks[pair[0]], "address" if pair in by_address else "title", reason]
    return found


def _concerned(connection: sqlite3.Connection, articles: Iterable[int], keys: Keys) -> list[int]:
    """The links of these articles, and those that may lead to what is known under the keys."""
    spelled = {key for title in keys.titles for key in titles.keys(title)}
    begun = {key[:size] for key in spelled for size in range(2 * titles.WORDS - 1, len(key) + 1)}
    urls = {each for key in keys.urls for each in (key, *mobile(key))}
    values = {
        "ids": json.dumps(sorted(articles)),
        "urls": json.dumps(sorted(urls)),
        "titles": json.dumps(sorted(begun)),
        "group": json.dumps(sorted(keys.group)),
    }
    found = {row[0] for row in connection.execute(CONCERNED, values)}
    return sorted(found.union(keys.links, *(_alike(connection, key) for key in spelled)))


def _alike(connection: sqlite3.Connection, key: str) -> Iterator[int]:
    """The lines whose title may be this one with another word in it."""
    words = key.split()
    if len(words) >= titles.EDITED:
        asked = {"first": words[0], "two": f"{words[0]} {words[1]} ", "last": f" {words[-1]}"}
        for link, other in connection.execute(ALIKE, asked):
            if titles.edited(titles.spelt(other), titles.spelt(key)):
                yield link


def _target(connection: sqlite3.Connection, link: Link) -> int | None:
    """The original that a link leads to; None for none, or several, or its own article."""
    known, among = link.low is not None and not _is_home(link.url_key), None
    target = link.low if known and link.low == link.high else None
    if link.url_key and target is None:
        among = _holders(connection, link.url_key) if known or plain(link.url_key) != link.url_key else set()
        target = next(iter(among)) if len(among) == 1 else None
    if target is None and link.titled:
        line = Line(title=link.title, url_key=link.url_key, published_at=link.published_at)
        target = named(connection, line, among or None)
    return None if target == link.own else target


def _holders(connection: sqlite3.Connection, key: str) -> set[int]:
    """The originals of the articles that have an address, else of those that have that of its plain page."""
    for each in dict.fromkeys((key, plain(key))):
        found = {row[0] for row in connection.execute(HOLDERS, (each,))}
        if found and not _is_home(each):
            return found
    return set()


def _is_home(key: str | None) -> bool:
    """Whether a canonical address is that of a site itself."""
    return "/" not in (key or "").removeprefix("https://") and "?" not in (key or "")
