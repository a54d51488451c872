"""The pipeline as a Prefect flow: shards as tasks, failed feeds as red tasks, a run as three artifacts.

    prefect deployment run ingest/default -p feeds='["ai-news"]' -p force=true

A shard of about ten feeds is one task, since a task costs the server some 30 ms and 31 kB: one an article would cost
more than the work itself. Parameters are checked by the server against the flow's signature; configuration is read from
`FANMILL_CONFIG` and `FANMILL_DB`, as the command line does.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from config.load import find_folder, load
from config.settings import Slug
from flows.endings import told_by
from flows.lock import LockedError
from flows.outcome import Outcome, Report, Silent, Watcher
from flows.pipeline import Options, Shard, run

onlooker: ContextVar[Watcher | None] = ContextVar("onlooker", default=None)

RED = 25  # failed feeds that get a task of their own; the table names all of them


class Log(Silent):
    """Tells the run's log of each feed that failed, or that should worry somebody."""

    def __init__(self) -> None:
        self._logger = get_run_logger()

    def started(self, feeds: int) -> None:
        """Say how many feeds are due."""
        self._logger.info("%d feeds are due", feeds)

    def finished(self, outcome: Outcome) -> None:
        """Say why a feed failed, or what is alarming about it."""
        if outcome.failed:
            self._logger.warning("%s failed: %s", outcome.feed, outcome.trouble)
        elif outcome.alarm:
            self._logger.warning("%s: %s", outcome.feed, outcome.alarm)


@flow(name="ingest", persist_result=False)
def ingest(feeds: list[Slug] = [], force: bool = False, dry_run: bool = False) -> State:  # noqa: B006 - Prefect reads it
    """Poll the feeds that are due, clean, tag and link what is new, and write it to the database.

    Args:
        feeds: Slugs of the feeds to poll now, such as ai-news; none means all that are due.
        force: Poll and refine even what is not due or has not changed.
        dry_run: Do all the work, keep nothing.

    """
    options = Options(
        feeds=tuple(feeds),
        force=force,
        dry_run=dry_run,
        trigger=trigger(),
        flow_run_id=runtime.flow_run.id,
    )
    try:
        report = run(load(find_folder()), options, mapper=tasks, watcher=onlooker.get() or Log())
    except LockedError as error:
        return Completed(name="Skipped", message=str(error))
    publish(report)
    return state(report)


def trigger() -> str:
    """What started this run: the schedule, somebody at the server, or the command line, which has no deployment."""
    if "auto-scheduled" in (runtime.flow_run.tags or ()):
        return "schedule"
    return "manual" if runtime.deployment.id else "cli"


def tasks(work: object, shards: Sequence[Shard]) -> list[list[Outcome]]:
    """Map shards as Prefect tasks. The shard stays in a closure: Prefect walks through all of a parameter."""

    @task(cache_policy=NO_CACHE, persist_result=False)
    def poll_shard(number: int) -> list[Outcome]:
        """Poll the feeds of one shard."""
        return work(shards[number])  # type: ignore[operator, no-any-return]

    names = [f"shard-{number}" for number in range(len(shards))]
    futures = [poll_shard.with_options(task_run_name=name).submit(number) for number, name in enumerate(names)]
    return [future.result() for future in futures]


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="feed-{feed}")
def report_failed_feed(feed: str, error: str) -> State:
    """Fail in the feed's name, so that it shows red."""
    return Failed(message=f"{feed}: {error}")


def publish(report: Report) -> None:
    """Red tasks for failed feeds, and the run's artifacts. Their keys never change, so that they have a history."""
    for outcome in report.failures[:RED]:
        report_failed_feed(outcome.feed, outcome.trouble, return_state=True)
    create_markdown_artifact(key="ingest-summary", markdown=f"**{report.state}** — {report.headline()}")
    if report.outcomes:
        create_table_artifact(key="ingest-feeds", table=[row(outcome) for outcome in report.outcomes])
    create_table_artifact(key="ingest-failures", table=[row(outcome) for outcome in report.failures])


def row(outcome: Outcome) -> dict[str, object]:
    """One line of a table artifact."""
    columns = ("feed", "outcome", "status", "new", "changed", "duplicates", "dropped", "ms", "trouble")
    return {name: getattr(outcome, name) for name in columns}


def state(report: Report) -> State:
    """Completed, completed as "Degraded" when some feed failed, failed when every feed did."""
    if report.state == "failed":
        return Failed(message=report.headline(), data=report)
    return Completed(name="Degraded" if report.failures else None, message=report.headline(), data=report)


def run_as_flow(options: Options, watcher: Watcher) -> Report:
    """Run the flow in this process and give its report; for the command line.

    Raises what the pipeline raises. Without a server in reach Prefect starts one for the time of the run.
    """
    token = onlooker.set(watcher)
    try:
        final = ingest(list(options.feeds), options.force, options.dry_run, return_state=True)
    finally:
        onlooker.reset(token)
    return told_by(final, Report)
