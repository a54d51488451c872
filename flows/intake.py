"""Which entries of a document are taken: recognised ones under the guid they are kept by, and so many new ones.

    take(parsed, met, terms) ─▶ Intake(entries, known, passed, left)

A first import takes the newest `most` entries; the others are passed over for good, since an archive is not news. Later
the oldest `most` of what is new are taken, and what is left waits for the next poll: nothing is lost to a busy day. Of
the entries taken, `fresh` are those to be refined. Entries that were purged stay away, and so do those that were too
old for the operator when first met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from extractors.article import entry_hash
from extractors.model import Entry, ParsedFeed
from storage.intents import KnownEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an operator wants of new entries: at most `most`, none before `since`. `first` marks a first import."""

    most: int
    since: datetime | None = None
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The entries to look at, and what was known of them before, by guid; how many wait for the next poll."""

    entries: tuple[Entry, ...] = ()
    known: Mapping[str, KnownEntry] = field(default_factory=dict)
    passed: tuple[Entry, ...] = ()
    left: int = 0

    @property
    def warning(self) -> str | None:
        """What was not taken, in words."""
        if self.passed:
            return f"passed over {len(self.passed)} older entries at the first import"
        return f"{self.left} new entries wait for the next poll" if self.left else None


def take(parsed: ParsedFeed, met: Mapping[str, KnownEntry], terms: Terms) -> Intake:
    """Choose from a document. `met` holds what the store knows of its entries, by the guids they have there."""
    known = {entry.guid: entry for entry in met.values()}
    named = [replace(entry, guid=met[entry.guid].guid) if entry.guid in met else entry for entry in parsed.entries]
    wanted = [entry for entry in named if not stays_away(entry, known.get(entry.guid), terms.since)]
    strange = [entry for entry in wanted if is_new(known.get(entry.guid))]
    chosen = newest(strange, terms.most) if terms.first else oldest(strange, terms.most)
    out = {entry.guid for entry in strange} - {entry.guid for entry in chosen}
    return Intake(
        entries=tuple(entry for entry in wanted if entry.guid not in out),
        known=known,
        passed=tuple(entry for entry in wanted if terms.first and entry.guid in out),
        left=0 if terms.first else len(out),
    )


def is_new(known: KnownEntry | None) -> bool:
    """Whether nothing is kept of an entry yet."""
    return known is None or (known.article_id is None and not known.entry_hash)


def stays_away(entry: Entry, known: KnownEntry | None, since: datetime | None) -> bool:
    """Whether an entry was purged, or is older than wanted and was never met."""
    if known and known.buried:
        return True
    return bool(since and entry.published and entry.published < since and is_new(known))


def newest(entries: Sequence[Entry], most: int) -> list[Entry]:
    """The `most` newest entries; those without a date count as new, in the order of the document."""
    return sorted(entries, key=lambda entry: (entry.published is None, entry.published), reverse=True)[:most]


def oldest(entries: Sequence[Entry], most: int) -> list[Entry]:
    """The `most` oldest entries; those without a date come last."""
    return sorted(entries, key=lambda entry: (entry.published is None, entry.published))[:most]


def fresh(entries: Sequence[Entry], known: Mapping[str, KnownEntry], *, force: bool = False) -> list[Entry]:
    """The entries that are new or say something new, oldest first: what was told first is kept first."""
    told = [e for e in entries if force or e.guid not in known or known[e.guid].entry_hash != entry_hash(e)]
    return sorted(told, key=lambda entry: (entry.published is None, entry.published))
