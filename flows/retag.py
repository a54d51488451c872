"""Tagging again as a Prefect flow: shards of feeds as tasks, one after the other, and two artifacts.

    prefect deployment run retag/default -p dry_run=true

The deployment has no schedule: a taxonomy changes when somebody changes it, a model when somebody trains it. A shard
is one task for the reason given in `flows.ingest`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.load import find_folder, load
from config.settings import Slug
from flows.endings import told_by
from flows.lock import LockedError
from flows.retagging import Account, Idle, Onlooker, Shard, Wish
from flows.retagging import retag as tag_again

looking: ContextVar[Onlooker | None] = ContextVar("looking", default=None)


@flow(name="retag", persist_result=False)
def retag(feeds: list[Slug] = [], dry_run: bool = False) -> State:  # noqa: B006, FBT001, FBT002 - Prefect reads it
    """Tag stored articles again by the taxonomy and the models of today; corrections stay in force.

    Args:
        feeds: Slugs of the feeds whose articles to tag, such as ai-news; none means all.
        dry_run: Only count what would change.

    """
    wish = Wish(feeds=tuple(feeds), dry_run=dry_run)
    try:
        account = tag_again(load(find_folder()), wish, mapper=tasks, onlooker=looking.get() or Idle())
    except LockedError as error:
        return Completed(name="Skipped", message=str(error))
    publish(account)
    return Completed(name="Degraded" if account.failed else None, message=account.headline(), data=account)


def tasks(work: Callable[[Shard], Account], shards: Sequence[Shard]) -> list[Account]:
    """Map shards as Prefect tasks, one after the other. The shard stays in a closure, as in `flows.ingest`."""

    @task(cache_policy=NO_CACHE, persist_result=False)
    def tag_shard(number: int) -> Account:
        """Tag the stored articles of one shard of feeds again."""
        return work(shards[number])

    return [tag_shard.with_options(task_run_name=f"shard-{number}")(number) for number in range(len(shards))]


def publish(account: Account) -> None:
    """The run's artifacts. Their keys never change, so that they have a history."""
    words = f"**{'dry run' if account.dry else 'done'}** — {account.headline()}"
    if account.passed_over:
        words += f"\n\nPassed over, since no feeds.toml has them any more: {', '.join(account.passed_over)}"
    create_markdown_artifact(key="retag-summary", markdown=words)
    if account.tags:
        create_table_artifact(key="retag-tags", table=[asdict(turn) for turn in account.tags])


def run_as_flow(wish: Wish, onlooker: Onlooker) -> Account:
    """Run the flow in this process and give its account; for the command line.

    Raises what `flows.retagging.retag` raises. Without a server in reach Prefect starts one for the time.
    """
    token = looking.set(onlooker)
    try:
        final = retag(list(wish.feeds), wish.dry_run, return_state=True)
    finally:
        looking.reset(token)
    return told_by(final, Account)
