"""From an arrival to what would be stored of it, and how that differs from what is stored already.

new        never met
changed    the publisher changed title or text: a revision
rewritten  the same input cleaned, tagged or dated otherwise, its page read at last, or its publisher changed nothing
           but trivia (see `extractors.changes`): no revision
same       nothing to write
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Literal

from extractors import tracking
from extractors.addresses import canonical
from extractors.corrections import Verdict, correct
from extractors.fingerprints import title_key
from extractors.model import AGAIN, Article
from storage import verdicts
from storage.intents import Arrival
from storage.rows import digest, iso, moment, read, scrub
from storage.tagged import tagged_hash

Change = Literal["new", "changed", "rewritten", "same"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # Go writes year 1 for "no date", others 1970
AHEAD = timedelta(days=1)  # a clock may be wrong by a time zone

STORED = """SELECT id, guid, uid, title, title_key, canonical_url, published_at, published_source, first_seen_at,
    changed_at, revision, entry_hash, content_hash, saved_hash, tagged_hash, raw_hash, page_error
FROM articles WHERE feed_id = :feed AND guid IN (SELECT value FROM json_each(:guids))"""
FORMER = "SELECT title, text FROM article_texts WHERE article_id = ?"
CUT = "SELECT text FROM cuts WHERE article_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Articles of one feed that are written together.

    `recleaned`: they come of the raw input that is stored, so that what differs is our doing, whatever it is. `rules`
    are the feed's own that they were cleaned by, see `storage.rulebook`; None for those of now.
    """

    feed_id: int
    slug: str
    now: datetime
    run_id: int | None = None
    arrivals: Sequence[Arrival] = ()
    recleaned: bool = False
    rules: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database holds of an article, without its text."""

    id: int
    guid: str
    uid: str
    title: str
    title_key: str
    canonical_url: str
    published_at: str
    published_source: str
    first_seen_at: str
    changed_at: str | None
    revision: int
    entry_hash: str
    content_hash: str
    saved_hash: str
    tagged_hash: str
    raw_hash: str | None
    page_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An arrival in the form it would be stored in. `stored` is what is there already.

    `trivial`: what differs of title and text is nothing that a reader would call a change.
    """

    article: Article
    entry_hash: str
    raw: bytes | None
    uid: str
    title: str
    title_key: str
    url_key: str
    addresses: tuple[str, ...]
    published_at: str
    published_source: str
    content_hash: str
    saved_hash: str
    tagged_hash: str
    raw_hash: str | None
    page_error: str | None
    stored: Stored | None
    recleaned: bool = False
    trivial: bool = False

    @property
    def change(self) -> Change:
        """How it differs from what is stored."""
        if self.stored is None:
            return "new"
        if self.content_hash != self.stored.content_hash:
            same_input = self.raw_hash is not None and self.raw_hash == self.stored.raw_hash
            ours = self.recleaned or same_input or self.completed
            return "rewritten" if ours or self.trivial else "changed"
        hashes = (self.saved_hash, self.tagged_hash)
        return "same" if hashes == (self.stored.saved_hash, self.stored.tagged_hash) else "rewritten"

    @property
    def completed(self) -> bool:
        """Whether the feed's text has stood in for a page that is there now."""
        before = self.stored.entry_hash if self.stored else ""
        return before.startswith(AGAIN) and self.page_error is None

    @property
    def moved(self) -> bool:
        """Whether anything changed by which copies are found."""
        old = self.stored
        return old is None or (self.content_hash, self.url_key, self.published_at) != (
            old.content_hash,
            old.canonical_url,
            old.published_at,
        )


def read_drafts(connection: sqlite3.Connection, batch: Batch) -> list[Draft]:
    """The arrivals as drafts, in order; of two with one guid the last.

    Of articles cleaned again those that are stored no longer are left out.
    """
    if not batch.arrivals:
        return []
    last = {scrub(arrival.article.guid): arrival for arrival in batch.arrivals}
    values = {"feed": batch.feed_id, "guids": json.dumps(list(last))}
    stored = {row.guid: row for row in read(connection, Stored, STORED, values)}
    said = verdicts.of(connection, [row.id for row in stored.values()])
    arrived = [(corrected(arrival, said, stored.get(guid)), stored.get(guid)) for guid, arrival in last.items()]
    if batch.recleaned:
        return [again(batch, arrival, before) for arrival, before in arrived if before]
    return [weighed(connection, draft(batch, arrival, before)) for arrival, before in arrived]


def weighed(connection: sqlite3.Connection, made: Draft) -> Draft:
    """A draft that knows whether its publisher changed nothing but trivia.

    A block that was cut from one form and stands in the other says only that the cleaner has learnt, or unlearnt, it.
    """
    if made.change != "changed":
        return made
    from extractors.changes import is_trivial  # its patterns take 25 ms; a search should not wait for them

    assert made.stored
    title, text = connection.execute(FORMER, (made.stored.id,)).fetchone()
    chrome = [scrub(cut.text) for cut in made.article.cuts]
    chrome += [row[0] for row in connection.execute(CUT, (made.stored.id,))]
    return replace(made, trivial=is_trivial(title, text, made.title, scrub(made.article.text), chrome))


def corrected(arrival: Arrival, said: Mapping[int, Sequence[Verdict]], stored: Stored | None) -> Arrival:
    """An arrival with what people said of the article's tags in force."""
    ours = said.get(stored.id, ()) if stored else ()
    if not ours:
        return arrival
    article = arrival.article
    return replace(arrival, article=replace(article, tagging=correct(article.tagging, ours)))


def draft(batch: Batch, arrival: Arrival, stored: Stored | None) -> Draft:
    """One arrival as a draft."""
    article = arrival.article
    title = scrub(article.title)
    own = canonical(scrub(article.url))
    url_key = canonical(scrub(article.canonical_url)) or own
    published_at, published_source = dated(article.published, batch.now, stored)
    return Draft(
        article=article,
        entry_hash=scrub(arrival.entry_hash),
        raw=arrival.raw,
        uid=stored.uid if stored else uid(batch.slug, article.guid),
        title=title,
        title_key=title_key(title),
        url_key=url_key,
        addresses=tuple(sorted({key for key in (own, url_key, *map(scrub, article.addresses)) if key})),
        published_at=published_at,
        published_source=published_source,
        content_hash=digest(article.title, article.text),
        saved_hash=saved_hash(article),
        tagged_hash=tagged_hash(article.tagging, article.brief),
        raw_hash=blake2b(arrival.raw, digest_size=16).hexdigest() if arrival.raw is not None else None,
        page_error=arrival.page_error,
        stored=stored,
    )


def again(batch: Batch, arrival: Arrival, stored: Stored) -> Draft:
    """An article cleaned again as a draft: all that is known of its entry, its page and its raw input stays."""
    made = draft(batch, replace(arrival, raw=None), stored)
    known = {"entry_hash": stored.entry_hash, "raw_hash": stored.raw_hash, "page_error": stored.page_error}
    return replace(made, **known, recleaned=True)  # type: ignore[arg-type]


def dated(published: datetime | None, now: datetime, stored: Stored | None) -> tuple[str, str]:
    """When an article was published, and who says so.

    A missing or absurd date becomes the time at which the article was first seen. A feed that dates an article anew
    with every edit does not make it younger, nor does one that dates it at last.
    """
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    if published and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    if published is None or published <= EPOCH or published > now + AHEAD:
        return (stored.published_at, stored.published_source) if stored else (iso(now), "first_seen")
    if stored and stored.published_source == "feed":
        return min(iso(published), stored.published_at), "feed"
    seen = moment(stored.first_seen_at) if stored else None
    if stored and seen and iso(published) > iso(seen + AHEAD):  # both to the second
        return stored.published_at, stored.published_source
    return iso(published), "feed"


def uid(slug: str, guid: str) -> str:
    """Names an entry in every database alike: 32 hex digits from its feed's slug and its guid."""
    return digest(slug, guid)


def saved_hash(article: Article) -> str:
    """Over all that is stored of an article but what it is about, for which see `storage.tagged`.

    Terms and shingles follow from its text, but for their algorithm.
    """
    parts = (
        article.url, article.canonical_url, article.title, article.text, article.author, article.language,
        article.published, article.updated, article.image, article.summary, article.source, article.confidence,
        [(link.kind, link.title, link.url, link.position, link.label) for link in article.links],
        [(cut.rule, cut.text, cut.position) for cut in article.cuts],
        article.fingerprint.algorithm,
    )  # fmt: skip
    others = " ".join(sorted({*article.addresses} - {canonical(article.url), article.canonical_url}))
    rest = (part for part in (article.doubt, container_of(article), others, tracking.name()) if part)  # most have none
    return digest(repr(parts), *rest)


def container_of(article: Article) -> str | None:
    """Host and path of the element that the text was found in for having won on earlier pages; None for all others.

    Without it an article could not be cleaned again as it was once its site has another design.
    """
    found = article.container if article.source == "container" else None
    return f"{found.host} {found.path}" if found else None


def chosen(drafts: Sequence[Draft], *changes: Change) -> list[Draft]:
    """The drafts with one of these changes."""
    return [draft for draft in drafts if draft.change in changes]
