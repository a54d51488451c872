"""`fanmill up`: one command for scheduled running.

Finds a Prefect server, or starts one on loopback; marks runs that died with their machine as crashed; then serves the
`ingest/default` deployment on its interval until it is stopped. A server that was running before keeps running after.
"""

from __future__ import annotations

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
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

from flows.lock import LockedError, hold

START_LIMIT = 180.0  # seconds; a first start migrates the server's database


class ServerError(RuntimeError):
    """No Prefect server answers and none could be started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to serve. `every` is seconds; `port` is where a server of our own listens."""

    every: int
    database: Path
    port: int = 4200


def serve(service: Service) -> None:
    """Serve until interrupted or terminated. Raises `ServerError`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that a server of our own never outlives us
    with server(service.port) as url:
        os.environ["PREFECT_API_URL"] = url
        from prefect import serve as prefect_serve
        from prefect.types.entrypoint import EntrypointType

        from flows.ingest import ingest

        bury_dead_runs(service.database)
        deployment = ingest.to_deployment(
            name="default",
            interval=service.every,
            description="Poll the feeds that are due",
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        prefect_serve(cast("RunnerDeployment", deployment), pause_on_shutdown=False, limit=2)


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
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter, fixed words
    try:
        await_health(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


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
    except (OSError, ValueError):
        return False


def bury_dead_runs(database: Path) -> None:
    """Mark runs that the server still believes to be running as crashed, unless one really is.

    A runner that is stopped in mid-run leaves its run "Running" for ever (Prefect 3.8).
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterState
    from prefect.client.schemas.filters import FlowRunFilterStateType as OfType
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    running = FlowRunFilter(state=FlowRunFilterState(type=OfType(any_=[StateType.RUNNING])))
    try:
        with hold(database), get_client(sync_client=True) as client:
            ours = FlowFilter(name=FlowFilterName(any_=["ingest"]))
            for run in client.read_flow_runs(flow_filter=ours, flow_run_filter=running):
                client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)
    except LockedError:
        return
