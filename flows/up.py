"""`fanmill up`: one command for scheduled running.

Finds a Prefect server, or starts one on loopback; marks runs that died with their machine as crashed; then serves the
deployments `ingest/default`, on its interval, `regroup/default`, every night, `reprocess/default` and `retag/default`,
for when they are asked for, until it is stopped.
A server that was running before keeps running after; one of our own ends with us, also when we are killed.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

from flows.lock import LockedError, hold
from flows.options import CommandError
from storage.connection import check_file

START_LIMIT = 180.0  # seconds; a first start migrates the server's database
STOP_LIMIT = 30.0
FLOWS = ["ingest", "regroup", "reprocess", "retag"]
POLLING, CLEANING = "Poll the feeds that are due", "Clean stored articles again by the rules of today"
TAGGING = "Tag stored articles again by the taxonomy and the models of today"
GROUPING, NIGHTLY = "Find copies anew among the articles of the last days", "15 3 * * *"
NO_STRANGERS = {401, 403}  # the answers of a server that wants to know who asks

# Linux ends the server when its parent, whose id is the first word, is gone; then the rest is run in this very process.
LEASHED = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


HINTS = """To start a run by hand, in another terminal:

    export PREFECT_API_URL={url} DO_NOT_TRACK=1
    prefect deployment run ingest/default
"""


class ServerError(CommandError):
    """No Prefect server answers and none could be started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to serve. `every` is seconds; `port` is where a server of our own listens."""

    every: int
    database: Path
    port: int = 4200


def serve(service: Service) -> None:
    """Serve until interrupted or terminated. Raises `ServerError`, or `StoreError` for a database that cannot be."""
    check_file(service.database, write=True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # `nohup` ignores SIGHUP for us
            signal.signal(number, lambda *_: sys.exit(0))  # so that the server of our own is stopped in good order
    with server(service.port) as url:
        os.environ["PREFECT_API_URL"] = url
        print(HINTS.format(url=url), flush=True)  # noqa: T201 - the terminal is this room's
        from prefect import serve as prefect_serve

        bury_dead_runs(service.database)
        prefect_serve(*deployments(service), pause_on_shutdown=False, limit=2)


def deployments(service: Service) -> list[RunnerDeployment]:
    """What is served: polling on its interval, grouping every night, cleaning and tagging when somebody asks for it."""
    from prefect.types.entrypoint import EntrypointType

    from flows.ingest import ingest
    from flows.regroup import regroup
    from flows.reprocess import reprocess
    from flows.retag import retag

    wanted = (
        (ingest, service.every, None, POLLING),
        (regroup, None, NIGHTLY, GROUPING),
        (reprocess, None, None, CLEANING),
        (retag, None, None, TAGGING),
    )
    made = [
        flow.to_deployment(
            name="default",
            interval=every,
            cron=cron,
            description=described,
            tags=[mark(service.database)],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for flow, every, cron, described in wanted
    ]
    return cast("list[RunnerDeployment]", made)


@contextmanager
def server(port: int) -> Iterator[str]:
    """The API address of a server that answers; one is started, and stopped at the end, when there is none."""
    url = os.environ.get("PREFECT_API_URL") or f"http://127.0.0.1:{port}/api"
    if healthy(url):
        yield url
        return
    if os.environ.get("PREFECT_API_URL"):
        raise ServerError(f"no Prefect server answers at {url}; start it, or unset PREFECT_API_URL")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    leashed = [sys.executable, "-c", LEASHED, str(os.getpid()), *command]
    process = subprocess.Popen(leashed, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter, fixed words
    try:
        await_health(url, process)
        yield url
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process: kindly first, then by force."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_health(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers. Raises `ServerError` when it dies or takes too long."""
    until = time.monotonic() + START_LIMIT
    while not healthy(url):
        if process.poll() is not None or time.monotonic() > until:
            raise ServerError(f"the Prefect server did not start (exit code {process.poll()}); its own words are above")
        time.sleep(0.3)


def healthy(url: str) -> bool:
    """Whether a Prefect API answers at an address."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=3) as response:  # noqa: S310 - the operator's own server
            return bool(response.status == 200)  # noqa: PLR2004
    except urllib.error.HTTPError as error:
        return error.code in NO_STRANGERS
    except (OSError, ValueError, HTTPException):
        return False


def mark(database: Path) -> str:
    """The tag that a database's runs bear on a server, which may well serve several mills."""
    return f"fanmill:{hashlib.sha256(str(database.resolve()).encode()).hexdigest()[:12]}"


def bury_dead_runs(database: Path) -> None:
    """Mark runs on this database that the server still believes to be running as crashed, unless one really is.

    A runner that is stopped in mid-run leaves its run "Running" for ever (Prefect 3.8).
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    named, default = (
        filters.FlowFilterName(any_=FLOWS),
        filters.DeploymentFilterName(any_=["default"]),
    )
    running = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=[StateType.RUNNING]))
    ours = filters.FlowRunFilter(state=running, tags=filters.FlowRunFilterTags(all_=[mark(database)]))
    try:
        with hold(database), get_client(sync_client=True) as client:
            for run in client.read_flow_runs(
                flow_filter=filters.FlowFilter(name=named),
                deployment_filter=filters.DeploymentFilter(name=default),
                flow_run_filter=ours,
            ):
                client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)
    except LockedError:
        return
