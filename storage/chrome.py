"""The rules of chrome as they are listed: how often each has cut, a sample, and what was chosen.

shipped      rules of the configuration that have cut something, or that somebody chose
learnt       blocks that a feed repeats; faded: that it had once
candidate    blocks that it repeats, but not enough
chosen       blocks that are cut or kept for no other reason than that somebody said so
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from extractors.learning import judge
from extractors.marks import PREFIX, name, read_name
from storage.choices import MARKED, find
from storage.intents import ChromeRow
from storage.teaching import KNOWN, remembered, samples

CUTS = f"""SELECT rule, count(*), max(id) FROM cuts WHERE NOT (rule >= '{PREFIX}' AND rule < '{PREFIX[:-1]}/')
GROUP BY rule"""  # noqa: S608 - a word of ours
CUTS_OF_FEED = f"""SELECT c.rule, count(*), max(c.id)
FROM articles AS a INDEXED BY idx_articles_feed CROSS JOIN cuts AS c INDEXED BY idx_cuts_article ON c.article_id = a.id
WHERE a.feed_id = :feed AND NOT (c.rule >= '{PREFIX}' AND c.rule < '{PREFIX[:-1]}/') GROUP BY c.rule"""  # noqa: S608 - a word of ours
LEARNT_CUTS = f"""SELECT a.feed_id, c.rule, count(*) FROM cuts AS c JOIN articles AS a ON a.id = c.article_id
WHERE c.rule >= '{PREFIX}' AND c.rule < '{PREFIX[:-1]}/' AND (:feed IS NULL OR a.feed_id = :feed)
GROUP BY a.feed_id, c.rule"""  # noqa: S608 - a word of ours
ONE_CUT = "SELECT text FROM cuts WHERE id = ?"
FEEDS = "SELECT id, slug FROM feeds WHERE :feed IS NULL OR id = :feed ORDER BY slug"
LEARNT = """SELECT feed_id, hash, state, seen, looked_at, sample FROM learnt
WHERE :feed IS NULL OR feed_id = :feed ORDER BY feed_id, hash"""
CHOICES = """SELECT feed_id, rule, choice, sample FROM chrome_choices
WHERE :feed IS NULL OR feed_id IS NULL OR feed_id = :feed ORDER BY feed_id IS NOT NULL, id"""
LONGEST = 300  # characters of a sample

Key = tuple[str, str]  # rule, slug of a feed or ""


@dataclass(slots=True)
class Listing:
    """What is being listed. `chosen` holds choices by rule and feed, each with its sample."""

    connection: sqlite3.Connection
    feed: int | None
    slugs: dict[int, str]
    chosen: dict[Key, tuple[str, str]]
    cuts: dict[Key, int]
    rows: dict[Key, ChromeRow] = field(default_factory=dict)

    def add(self, row: ChromeRow) -> None:
        """List a row with its choice: that of its feed, else that for all. One that is listed already stays."""
        choice, _ = self.chosen.get((row.rule, row.feed)) or self.chosen.get((row.rule, "")) or ("", "")
        cuts = row.cuts or self.cuts.get((row.rule, row.feed), 0)
        self.rows.setdefault((row.rule, row.feed), replace(row, cuts=cuts, choice=choice))


def chrome(connection: sqlite3.Connection, slug: str = "") -> list[ChromeRow]:
    """The rules of one feed or of all, by feed and rule. Raises `StoreError` when there is no such feed."""
    feed = find(connection, slug or None)
    values = {"feed": feed}
    slugs: dict[int, str] = dict(connection.execute(FEEDS, values).fetchall())
    listing = Listing(
        connection=connection,
        feed=feed,
        slugs=slugs,
        chosen={
            (rule, slugs.get(one, "")): (choice, sample)
            for one, rule, choice, sample in connection.execute(CHOICES, values)
        },
        cuts={(rule, slugs[one]): count for one, rule, count in connection.execute(LEARNT_CUTS, values)},
    )
    for row in (*shipped(listing), *learnt(listing), *candidates(listing), *chosen(listing)):
        listing.add(row)
    return sorted(listing.rows.values(), key=lambda row: (row.feed, row.rule))


def shipped(listing: Listing) -> Iterator[ChromeRow]:
    """The shipped rules that have cut."""
    query = CUTS if listing.feed is None else CUTS_OF_FEED
    for rule, count, last in listing.connection.execute(query, {"feed": listing.feed}).fetchall():
        [sample] = listing.connection.execute(ONE_CUT, (last,)).fetchone()
        yield ChromeRow(rule=rule, state="shipped", cuts=count, sample=sample[:LONGEST])


def learnt(listing: Listing) -> Iterator[ChromeRow]:
    """What feeds repeat or have repeated."""
    for feed, block, state, seen, of, sample in listing.connection.execute(LEARNT, {"feed": listing.feed}):
        yield ChromeRow(rule=name(block), state=state, feed=listing.slugs[feed], seen=seen, of=of, sample=sample)


def candidates(listing: Listing) -> Iterator[ChromeRow]:
    """What feeds repeat, but not enough; without what the shipped rules cut wherever it stands."""
    for (feed,) in listing.connection.execute(MARKED, {"feed": listing.feed}).fetchall():
        articles = remembered(listing.connection, feed)
        known: dict[int, int] = dict(listing.connection.execute(KNOWN, (feed,)).fetchall())
        found = judge([one.marks for one in articles], known, [one.group for one in articles]).candidates
        said = samples(listing.connection, found, articles)
        stays = {mark.hash for one in articles for mark in one.marks if mark.words}
        slug = listing.slugs[feed]
        for block in found.keys() & stays:
            count = found[block]
            rule = name(block)
            state = "chosen" if {(rule, slug), (rule, "")} & listing.chosen.keys() else "candidate"
            sample = said.get(block, "")
            yield ChromeRow(rule=rule, state=state, feed=slug, seen=count.seen, of=count.looked_at, sample=sample)


def chosen(listing: Listing) -> Iterator[ChromeRow]:
    """Choices on what is not listed otherwise."""
    listed = {rule for rule, _ in listing.rows}
    for (rule, slug), (_, sample) in listing.chosen.items():
        is_block = read_name(rule) is not None
        if slug or not (is_block and rule in listed):
            yield ChromeRow(rule=rule, state="chosen" if is_block else "shipped", feed=slug, sample=sample)
