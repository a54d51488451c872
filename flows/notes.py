"""What a poll writes down of itself: the answer, the document, the time of the next poll, and what is alarming.

    noted ─▶ described ─▶ timed ─▶ settled          an answer that could be read
    noted ─▶ failed    ─▶ timed                     one that could not, or none

Plain functions from what was met to the `Poll` that is stored. The dice for the next poll are thrown here.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from config.settings import Feed
from extractors.addresses import public
from extractors.model import AGAIN, ParsedFeed
from flows.exchange import Answer
from flows.gathering import Kept as Gathered
from flows.intake import Intake, is_new
from flows.schedule import Past, next_poll, pace, silent_for
from storage.intents import Arrival, Drop, FeedState, Harvest, Kept, KnownEntry, Poll

MISSED = "gap: every entry is new, and newer than any before; some may have been missed"


def noted(now: datetime, state: FeedState, answer: Answer | None) -> Poll:
    """A poll with what its answer says. `now` is the run's time."""
    if answer is None:
        return Poll(started_at=now, outcome="unchanged")
    whole = answer.status == HTTPStatus.OK
    kept = state.body_hash if answer.status == HTTPStatus.NOT_MODIFIED else None
    return Poll(
        started_at=now,
        status=answer.status,
        outcome="not_modified" if answer.status == HTTPStatus.NOT_MODIFIED else "unchanged",
        bytes=len(answer.body),
        etag=answer.headers.get("etag"),
        last_modified=answer.headers.get("last-modified"),
        moved=answer.moved,
        warning=f"moved for good to {public(answer.moved)}" if answer.moved else None,
        body_hash=hashlib.sha256(answer.body).hexdigest() if whole else kept,
        full=whole,
    )


def described(poll: Poll, parsed: ParsedFeed, intake: Intake, answer: Answer, *, auto: bool) -> Poll:
    """The poll with what the document says of itself. `auto`: its level of identity was found, not forced."""
    dates = [entry.published for entry in parsed.entries]
    past = [date for date in dates if date and date <= poll.started_at]
    warnings = [MISSED if poll.gap else None, poll.warning, intake.warning, parsed.warning]
    if intake.left or (answer.endless and "truncated:" in (parsed.warning or "")):
        # Nothing but the missing end tag tells that the connection broke. A document whose length was told came
        # whole: its end tag is missing at every poll, and without validators it would be fetched anew each time.
        poll = replace(poll, etag=None, last_modified=None, body_hash=None, full=False)
    return replace(
        poll, entries=len(parsed.entries), warning="; ".join(filter(None, warnings)) or None,
        title=parsed.title, site_url=parsed.site_url, language=parsed.language,
        hints=parsed.hints, identity=parsed.identity if auto else None,
        entry_gap_s=pace(dates, poll.started_at), newest_entry_at=max(past, default=None),
    )  # fmt: skip


def failed(poll: Poll, state: FeedState, kind: str, fault: str) -> Poll:
    """The poll as a failure: it says why, and leaves the validators as they were."""
    return replace(
        poll, outcome="error", error_kind=kind, error=fault, full=False,
        etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash,
    )  # fmt: skip


def timed(poll: Poll, state: FeedState, feed: Feed, answer: Answer | None) -> Poll:
    """The poll with the time of the next one, by what is known of the feed now."""
    newest = [date for date in (poll.newest_entry_at, state.newest_entry_at) if date]
    past = Past(
        every=feed.every,
        adaptive=feed.adaptive,
        heed=feed.hints,
        gap=poll.entry_gap_s or state.entry_gap_s,
        newest=max(newest, default=state.last_new_at),
        failures=state.failures + 1 if poll.outcome == "error" else 0,
        hints=poll.hints or state.hints,
    )
    luck = random.random()  # noqa: S311 - spreads polls; nobody gains by guessing it
    headers = answer.headers if answer else {}
    return replace(poll, next_poll_at=next_poll(poll.started_at, datetime.now(UTC), past, headers, luck))


def settled(harvest: Harvest, kept: Sequence[Gathered], *, keep_raw: bool) -> Harvest:
    """The harvest with what was gathered; partial when some of it is to be tried again at the next poll.

    That goes by the raw input; where none is kept, the feed itself has to be read again, and loses its validators.
    """
    again = any(item.entry_hash.startswith(AGAIN) for item in kept)
    poll = harvest.poll
    if kept and poll.entries:
        poll = replace(poll, outcome="partial" if again else "new")
    if again and not keep_raw:
        poll = replace(poll, etag=None, last_modified=None, body_hash=None)
    return replace(
        harvest,
        poll=poll,
        arrivals=tuple(item for item in kept if isinstance(item, Arrival)),
        drops=tuple(item for item in kept if isinstance(item, Drop)),
    )


def missed(state: FeedState, parsed: ParsedFeed, known: Mapping[str, KnownEntry]) -> bool:
    """Whether entries may have been missed: nothing is left of the last document, and all is newer than it was."""
    dates = [entry.published for entry in parsed.entries if entry.published]
    met = any(one.buried or not is_new(one) for one in known.values())
    if met or not dates or state.newest_entry_at is None:
        return False
    return min(dates) > state.newest_entry_at


def alarm(harvest: Harvest, kept: Kept) -> str | None:
    """What should worry somebody about a feed that answers: a gap, or that it has nothing new any more."""
    poll, state = harvest.poll, harvest.feed
    if poll.gap:
        return MISSED
    if kept.new or poll.outcome == "error":
        return None
    days = silent_for(poll.started_at, state.last_new_at or state.added_at, poll.entry_gap_s or state.entry_gap_s)
    return f"silent: it answers, but nothing was new for {days} days" if days else None
