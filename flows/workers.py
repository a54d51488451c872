"""Worker processes with a time limit on every task: what strangers send may hang or kill a worker, never the run.

    with Workers(2, prepare, (rules,)) as workers:
        future = workers.submit(parse, body, url, timeout=10.0)

A task over its limit is killed with its process, a fresh one takes its place, and only that task fails: with
`TaskTimeoutError`, or with `TaskDiedError` when its process died by itself. What a task raises arrives as raised.
Tasks are importable functions of plain values. Processes start at the first task and come from a fork server, so that
any thread may start them; they end with the run: they ignore Ctrl-C, which is the run's to handle, and die with it
even when it is killed. The pool inside is pebble's; only this module knows.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

LIMIT = 10.0  # seconds a task may take, unless told
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
PR_SET_PDEATHSIG = 1  # linux/prctl.h

T = TypeVar("T")


class WorkerError(RuntimeError):
    """A task has no outcome, through its own fault or its process'. The message says which task and why."""


class TaskTimeoutError(WorkerError):
    """The task took longer than its limit and was killed."""


class TaskDiedError(WorkerError):
    """The process died under the task: it exited, crashed, or was killed from outside."""


class Workers:
    """At most `count` worker processes. `initializer(*initargs)` runs once in each. May be used from any thread."""

    def __init__(
        self, count: int, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()
    ) -> None:
        self._count = count
        self._initializer = initializer
        self._initargs = initargs
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._closed = False
        self._open: set[Future[Any]] = set()

    def submit(self, function: Callable[..., T], *args: Any, timeout: float = LIMIT) -> Future[T]:
        """Have a worker call `function(*args)`, for at most `timeout` seconds from when it begins.

        The future raises what the function raised, or a `WorkerError`; cancelling it kills a running task.
        Raises `WorkerError` when the workers are closed.
        """
        outer: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise WorkerError("the workers are closed")
            inner = self._schedule(function, args, timeout)
            self._open.add(outer)
        name = getattr(function, "__name__", "task")
        inner.add_done_callback(lambda done: hand_over(done, outer, f"{name} (limit {timeout:g} s)"))
        outer.add_done_callback(lambda done: self._settled(done, inner))
        return outer

    def close(self) -> None:
        """Kill the processes. Tasks without an outcome are cancelled. May be called twice."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            left = list(self._open)
        for future in left:
            future.cancel()
        if pool:
            end(pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _schedule(self, function: Callable[..., T], args: tuple[Any, ...], timeout: float) -> Future[T]:
        """Queue a task; with a fresh pool when the old one broke (an idle process was killed from outside)."""
        if self._pool is not None and not self._pool.active:
            end(self._pool)
            self._pool = None
        if self._pool is None:
            self._pool = self._start()
        return self._pool.schedule(run, args=(function, *args), timeout=timeout)

    def _start(self) -> ProcessPool:
        context = multiprocessing.get_context(METHOD)
        if METHOD == "forkserver" and self._initializer:
            # A process that replaces a killed one then finds the heavy modules loaded. Works before the server starts.
            context.set_forkserver_preload(["__main__", self._initializer.__module__])
        return ProcessPool(
            self._count, initializer=begin, initargs=(self._initializer, self._initargs), context=context
        )  # fmt: skip

    def _settled(self, outer: Future[Any], inner: Future[Any]) -> None:
        self._open.discard(outer)
        if outer.cancelled():
            inner.cancel()


def worker_count(wanted: int) -> int:
    """As many workers as are wanted; 0 is one for each processor."""
    return wanted or os.cpu_count() or 1


def end(pool: ProcessPool) -> None:
    """Kill a pool's processes and wait for them."""
    pool.stop()  # type: ignore[no-untyped-call]  # pebble says nothing of what it returns: nothing
    pool.join()


def begin(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    """Make a process a worker: deaf to Ctrl-C, killable at once, bound to the life of the run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler waits for C code to return, which may hang
    die_with_parent()
    if initializer:
        initializer(*initargs)


def die_with_parent() -> None:
    """Ask for death when the run dies, even while busy in C code.

    Under Linux the kernel kills a child of the fork server as soon as that ends, and that ends as soon as nobody holds
    its lifeline: the run does, and so does every process it makes, unless that lets go. Everywhere a thread waits for
    the run's end as well, which C code can keep from running.
    """
    if sys.platform == "linux" and METHOD == "forkserver":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        server = forkserver._forkserver  # noqa: SLF001 — no public name; a test kills a run to see that this works
        lifeline = getattr(server, "_forkserver_alive_fd", None)
        if lifeline is not None:
            server._forkserver_alive_fd = None  # type: ignore[attr-defined]  # noqa: SLF001 — as above
            os.close(lifeline)
    threading.Thread(target=watch_parent, daemon=True, name="parent-watch").start()


def watch_parent() -> None:
    """Wait for the end of the run, and end with it."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def run(function: Callable[..., T], *args: Any) -> T:
    """Call a function in a worker. An error that would not survive the journey is replaced by one that tells of it."""
    try:
        return function(*args)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 — our own bytes
        except Exception:  # noqa: BLE001 — a foreign __reduce__ raises anything
            raise WorkerError(f"{type(error).__name__}: {error}") from None
        raise


def hand_over(inner: Future[T], outer: Future[T], task: str) -> None:
    """Give the outcome of pebble's future to ours, in our words."""
    if not outer.set_running_or_notify_cancel():
        return
    try:
        outer.set_result(inner.result())
    except BaseException as error:  # noqa: BLE001 — whatever it is, it belongs to whoever waits for the future
        outer.set_exception(translated(error, task))


def translated(error: BaseException, task: str) -> BaseException:
    """The pool's own errors as ours. A task's TimeoutError has its process' traceback as cause, the pool's none."""
    if isinstance(error, FutureTimeoutError) and error.__cause__ is None:
        return TaskTimeoutError(f"{task}: over its limit, killed")
    if isinstance(error, ProcessExpired):
        return TaskDiedError(f"{task}: its process died with code {error.exitcode}")
    if isinstance(error, BrokenProcessPool):
        return TaskDiedError(f"{task}: the worker processes died: {error}")
    return error
