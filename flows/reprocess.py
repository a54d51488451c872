"""Cleaning again as a Prefect flow: shards of feeds as tasks, one after the other, and two artifacts.

    prefect deployment run reprocess/default -p feeds='["ai-news"]' -p dry_run=true

The deployment has no schedule: rules change when somebody changes them. A shard is one task for the reason given in
`flows.ingest`; one at a time keeps all workers busy, and memory within bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.load import find_folder, load
from config.settings import Slug
from flows.endings import told_by
from flows.lock import LockedError
from flows.recleaning import Idle, Onlooker
from flows.reprocessing import Account, Reworked, Shard, Wish
from flows.reprocessing import reprocess as rework
from storage.intents import Recleaned

Look = tuple[Onlooker, bool]
looking: ContextVar[Look | None] = ContextVar("looking", default=None)


class Log(Idle):
    """Tells the run's log of articles that failed."""

    def __init__(self) -> None:
        self._logger = get_run_logger()

    def recleaned(self, feed: str, counts: Recleaned) -> None:
        """Say that articles of a feed stayed as they were."""
        if counts.failed:
            self._logger.warning("%s: %d articles could not be cleaned again", feed, counts.failed)


@flow(name="reprocess", persist_result=False)
def reprocess(feeds: list[Slug] = [], dry_run: bool = False) -> State:  # noqa: B006, FBT001, FBT002 - Prefect reads it
    """Clean, tag and link stored articles again by the rules of today, and write those that come out differently.

    Args:
        feeds: Slugs of the feeds whose articles to clean, such as ai-news; none means all.
        dry_run: Only count what would change.

    """
    onlooker, compare = looking.get() or (Log(), False)
    wish = Wish(feeds=tuple(feeds), dry_run=dry_run, compare=compare)
    try:
        account = rework(load(find_folder()), wish, mapper=tasks, onlooker=onlooker)
    except LockedError as error:
        return Completed(name="Skipped", message=str(error))
    publish(account)
    name = "Degraded" if account.total("failed") else None
    return Completed(name=name, message=account.headline(), data=account)


def tasks(work: Callable[[Shard], list[Reworked]], shards: Sequence[Shard]) -> list[list[Reworked]]:
    """Map shards as Prefect tasks, one after the other. The shard stays in a closure, as in `flows.ingest`."""

    @task(cache_policy=NO_CACHE, persist_result=False)
    def clean_shard(number: int) -> list[Reworked]:
        """Clean the stored articles of one shard of feeds again."""
        return work(shards[number])

    return [clean_shard.with_options(task_run_name=f"shard-{number}")(number) for number in range(len(shards))]


def publish(account: Account) -> None:
    """The run's artifacts. Their keys never change, so that they have a history."""
    words = f"**{'dry run' if account.dry else 'done'}** — {account.headline()}"
    if account.passed_over:
        words += f"\n\nPassed over, since no feeds.toml has them any more: {', '.join(account.passed_over)}"
    create_markdown_artifact(key="reprocess-summary", markdown=words)
    if account.feeds:
        create_table_artifact(key="reprocess-feeds", table=[asdict(feed) for feed in account.feeds])


def run_as_flow(wish: Wish, onlooker: Onlooker) -> Account:
    """Run the flow in this process and give its account; for the command line.

    Raises what `flows.reprocessing.reprocess` raises. Without a server in reach Prefect starts one for the time.
    """
    token = looking.set((onlooker, wish.compare))
    try:
        final = reprocess(list(wish.feeds), wish.dry_run, return_state=True)
    finally:
        looking.reset(token)
    return told_by(final, Account)
