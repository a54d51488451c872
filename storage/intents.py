"""What the store is asked to do and what it answers: plain frozen values, so that nobody above has to know SQL.

    Harvest = one poll of one feed with all that came of it  ──Store.keep──▶  Kept = what became of it

Times are aware UTC; the database holds them to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from extractors.model import Article, Container, Dropped, Entry, Hints, Learnt, Page

SILENT_DAYS = 30  # without anything new, after which a feed that answers counts as silent,
SILENT_GAPS = 8  # unless its usual gap is so long that this many of them are more

PollOutcome = Literal["new", "unchanged", "not_modified", "partial", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A feed as it was left by its last poll. `url` is its address from the configuration without what is secret in it.

    `moved_to` is the address it moved to for good, once that is settled. Validators come back byte for byte as they
    were saved. `failures` those in a row, `failing_since` the first of them while the
    mill kept asking. `retries` counts quarantined entries whose time has come, `pending` articles whose page is still
    to be had. `entry_gap_s` is the mean number of seconds between entries, `newest_entry_at` the latest date among
    them; `last_full_at` when the whole document last came (status 200).
    """

    id: int
    slug: str
    url: str
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    retired_at: datetime | None = None
    failing_since: datetime | None = None
    last_full_at: datetime | None = None
    added_at: datetime | None = None
    newest_entry_at: datetime | None = None
    moved_to: str | None = None
    failures: int = 0
    retries: int = 0
    pending: int = 0
    entry_gap_s: int | None = None
    hints: Hints = field(default_factory=Hints)
    identity: str = "guid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How one poll went. `bytes` after decompression, `duration_ms` wall time, `entries` those in the document.

    Validators (`etag`, `last_modified`, `body_hash`) are saved as they are here, None for a feed that is to be read
    anew; a 304 adds to the old ones, and an "error" leaves them. A "partial" poll left something to be tried again.
    `moved` is the address that a chain of permanent redirects led to. Status 410 retires the feed, and so do 30 days of
    nothing but errors.

    What a document that was read says of itself: `title` to `newest_entry_at`; all None or empty when none was read,
    and then what is stored stays. `full` tells that the whole document came (status 200); `gap` that nothing in it is
    known and all of it is newer than what is, so that entries may have been missed.
    """

    started_at: datetime
    outcome: PollOutcome
    status: int | None = None
    bytes: int = 0
    duration_ms: int = 0
    entries: int = 0
    error_kind: str | None = None
    error: str | None = None
    warning: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_poll_at: datetime | None = None
    title: str = ""
    site_url: str | None = None
    language: str | None = None
    moved: str | None = None
    hints: Hints | None = None
    identity: str | None = None
    entry_gap_s: int | None = None
    newest_entry_at: datetime | None = None
    full: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An article to keep. `entry_hash` is that of the entry, or a mark that never equals one: it is tried again.

    `page_error` says in one word why its page was not read: robots, http_403, timeout; None when it was, or was not
    wanted.
    """

    entry_hash: str
    article: Article
    raw: bytes | None = None
    page_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """An entry that became no article; kept with its reason, so that "why is it not here?" has an answer.

    It is tried again from `retry_at` on, from its raw input when the feed no longer has it; never again when None.
    `tries` counts how often it was tried, this time included.
    """

    entry_hash: str
    dropped: Dropped
    raw: bytes | None = None
    retry_at: datetime | None = None
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry to be tried again, under the guid it is kept by; `entry` is None when its raw input is not to be had."""

    guid: str
    entry: Entry | None = None
    page: Page | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """One poll of one feed and all that came of it: what `Store.keep` writes in one transaction.

    `passed` are entries that a first import leaves out for good, `given_up` the guids of quarantined ones of which
    nothing is left that could be tried. `rules` are those that the arrivals were cleaned by, as `Source.rules` spells
    them; None for those of now.
    """

    run_id: int
    feed: FeedState
    poll: Poll
    arrivals: tuple[Arrival, ...] = ()
    drops: tuple[Drop, ...] = ()
    passed: tuple[Entry, ...] = ()
    given_up: tuple[str, ...] = ()
    rules: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a harvest. `changed` counts revisions, `rewritten` those cleaned or tagged otherwise.

    `duplicates` counts those among all of them that are copies of another article, `dropped` entries newly set aside.
    `raw_fault` says why the raw input could not be kept beside the database; the articles were kept all the same.
    """

    new: int = 0
    changed: int = 0
    rewritten: int = 0
    duplicates: int = 0
    dropped: int = 0
    raw_fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """An entry met before. `article_id` is None when it was dropped; `entry_hash` is of the form last seen.

    `guid` is the one it is kept under: the publisher may have changed its own since. `tries` counts how often it was
    dropped. One that is `buried` was purged, and does not come back. One that is not, and has neither article nor hash,
    was not met at all: it bears the guid of another entry, and is to be kept under this one.
    """

    article_id: int | None
    entry_hash: str
    guid: str = ""
    tries: int = 0
    buried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed as its stored articles are cleaned again: what `Origin` wants to know, as the store knows it.

    `learnt` are the rules for a new article; `past` blocks of rules that have faded since, each with the time (ISO
    8601) of the last article that had it: for an article first seen until then they hold as well. `rules` spells out
    all of them, see `storage.rulebook`. `trust` (0–1) is how often the feed's own categories have been right.
    """

    id: int
    slug: str
    url: str
    title: str = ""
    language: str | None = None
    trust: float = 0.9
    learnt: Learnt = field(default_factory=Learnt)
    past: tuple[tuple[int, str], ...] = ()
    rules: str = ""

    def learnt_for(self, first_seen_at: str) -> Learnt:
        """What an article first seen then (ISO 8601) is cleaned by: the rules of now, and those that held then."""
        then = {block for block, last in self.past if last >= first_seen_at}
        return replace(self.learnt, blocks=self.learnt.blocks | then) if then else self.learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """A stored article as it came in. `entry` is None when its raw input is not to be had, `page` when it had none.

    `container` is the element that its text was found in for having won on earlier pages.
    """

    id: int
    guid: str
    first_seen_at: str
    entry_hash: str
    container: Container | None = None
    page_error: str | None = None
    entry: Entry | None = None
    page: Page | None = None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one feed taught in a run: how many blocks were learnt as its chrome, how many it no longer has.

    `withdrawn` are those that were learnt too soon: they are not cut any more, in stored articles neither.
    """

    feed: str
    learnt: int = 0
    faded: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """How many stored articles of a feed a change of its rules concerns; `lost` have no raw input, and stay."""

    feed: str
    articles: int
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What cleaning a stored article again changes. Empty fields are the same before and after.

    `title`, `text` are (before, after); the others hold lines that go and lines that come.
    """

    article_id: int
    headline: str
    title: tuple[str, str] | None = None
    text: tuple[str, str] | None = None
    cuts: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    links: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    tags: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recleaned:
    """What became of articles that were cleaned again; `missing` are those without raw input."""

    changed: int = 0
    same: int = 0
    missing: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromeRow:
    """A rule of chrome as `fanmill chrome` lists it.

    `state` is shipped, learnt, faded, candidate (repeated, but not enough) or chosen. `feed` is "" for all feeds.
    `cuts` counts the cuts stored now, `seen` of the last `of` articles had the block. `choice` is keep, cut or "".
    """

    rule: str
    state: str
    feed: str = ""
    cuts: int = 0
    seen: int = 0
    of: int = 0
    sample: str = ""
    choice: str = ""
