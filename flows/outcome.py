"""What came of a run, feed by feed: the values that tables, artifacts and exit codes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One feed's part in a run. `outcome` is new, unchanged, not_modified, partial, paused or error; `ms` is wall time.

    `alarm` is a line on what should worry somebody although the feed did not fail.
    """

    feed: str
    outcome: str
    status: int | None = None
    new: int = 0
    changed: int = 0
    duplicates: int = 0
    dropped: int = 0
    ms: int = 0
    kind: str | None = None
    error: str | None = None
    alarm: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the feed gave nothing."""
        return self.outcome == "error"

    @property
    def trouble(self) -> str:
        """What is wrong in one line, its kind first; "" when nothing is."""
        fault = self.error or self.alarm or ""
        return f"{self.kind}: {fault}" if self.kind and not fault.startswith(self.kind) else fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run. `state` is completed, degraded (some feed failed) or failed (each did).

    `learnt` counts the blocks that were found to be chrome of their feeds, `faded` those that are no more; `recleaned`
    stored articles that came out differently since, `unclean` those that could not be cleaned again: there is no raw
    input of them, or they broke. `briefs` were written by a language model, `unbriefed` articles keep their extract.
    """

    run_id: int
    state: str
    outcomes: tuple[Outcome, ...]
    seconds: float = 0.0
    stories: int = 0
    related: int = 0
    learnt: int = 0
    faded: int = 0
    recleaned: int = 0
    unclean: int = 0
    briefs: int = 0
    unbriefed: int = 0
    dry: bool = False

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The feeds that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)

    def total(self, name: str) -> int:
        """The sum of one count over all feeds."""
        return sum(getattr(outcome, name) for outcome in self.outcomes)

    def headline(self) -> str:
        """The run in one line."""
        paused = sum(outcome.outcome == "paused" for outcome in self.outcomes)
        feeds = f"{len(self.outcomes) - paused} feeds asked, {len(self.failures)} failed"
        waiting = f", {paused} waiting for their host" if paused else ""
        counts = ", ".join(f"{self.total(name)} {name}" for name in ("new", "changed", "duplicates", "dropped"))
        return f"{feeds}{waiting}: {counts}{self._lessons()} in {self.seconds:.1f} s"

    def _lessons(self) -> str:
        """What was learnt, where anything was."""
        told = (
            (f"{self.learnt} learnt as chrome", self.learnt),
            (f"{self.faded} chrome no more", self.faded),
            (f"{self.recleaned} cleaned again", self.recleaned),
            (f"{self.unclean} could not be cleaned again", self.unclean),
            (f"{self.briefs} briefs written", self.briefs),
            (f"{self.unbriefed} briefs failed", self.unbriefed),
        )
        words = ", ".join(text for text, count in told if count)
        return f"; {words}" if words else ""


class Watcher(Protocol):
    """Whoever looks on while a run goes: a progress bar, a log."""

    def started(self, feeds: int) -> None:
        """The run has found how many feeds are due."""

    def finished(self, outcome: Outcome) -> None:
        """One feed is done."""


class Silent:
    """A watcher that does not look."""

    def started(self, feeds: int) -> None:
        """Nothing."""

    def finished(self, outcome: Outcome) -> None:
        """Nothing."""


def state_of(outcomes: Sequence[Outcome]) -> str:
    """The state of a run from its feeds' outcomes; a run with nothing due is complete."""
    failed = sum(outcome.failed for outcome in outcomes)
    if not failed:
        return "completed"
    return "failed" if failed == len(outcomes) else "degraded"
