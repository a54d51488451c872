"""Worker processes: a task that hangs or dies takes nothing with it. The tasks are functions anybody can import."""

from __future__ import annotations

import ctypes
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from extractors.feed import FeedError, parse
from flows.workers import TaskDiedError, TaskTimeoutError, WorkerError, Workers

ROOT = Path(__file__).parents[1]
FOREVER = 10**15


COUNT = """
import os
from pathlib import Path
from flows.workers import Workers

def children():
    return sum(len((thread / "children").read_text().split()) for thread in Path("/proc/self/task").iterdir())

if __name__ == "__main__":
    with Workers(2) as workers:
        print(children())
        workers.submit(os.getpid).result(20)
        print(children() > 0)
"""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2) as found:
        yield found


def is_sound(workers: Workers) -> bool:
    return workers.submit(operator.add, 2, 2).result(20) == 4


def test_a_task_runs_in_another_process(workers: Workers) -> None:
    assert workers.submit(os.getpid).result(20) != os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_process_starts_before_the_first_task(tmp_path: Path) -> None:
    (tmp_path / "count.py").write_text(COUNT)
    command, env = [sys.executable, str(tmp_path / "count.py")], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["0", "True"], done.stderr


HANGING: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "sleeping": (time.sleep, (FOREVER // 10**9,)),
    "counting in C, deaf to signals": (sum, (range(FOREVER),)),
}


@pytest.mark.parametrize(("function", "args"), HANGING.values(), ids=HANGING)
def test_a_task_over_its_limit_is_killed_and_the_next_works(
    workers: Workers, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    assert is_sound(workers)
    began = time.perf_counter()
    hung = workers.submit(function, *args, timeout=0.5)
    beside = workers.submit(operator.add, 1, 2)
    assert beside.result(20) == 3
    with pytest.raises(TaskTimeoutError, match=r"limit 0\.5 s"):
        hung.result(20)
    assert time.perf_counter() - began < 5
    assert is_sound(workers)


DYING: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "by leaving": (os._exit, (3,)),
    "by a crash": (ctypes.string_at, (0,)),
    "by a signal": (signal.raise_signal, (signal.SIGKILL,)),
}


@pytest.mark.parametrize(("function", "args"), DYING.values(), ids=DYING)
def test_a_process_that_dies_fails_its_task_alone(
    workers: Workers, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    beside = [workers.submit(time.sleep, 0.2) for _ in range(3)]
    died = workers.submit(function, *args)
    with pytest.raises(TaskDiedError, match="died with code"):
        died.result(20)
    assert [future.result(20) for future in beside] == [None] * 3
    assert is_sound(workers)


def test_what_a_task_raises_arrives_as_raised(workers: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        workers.submit(operator.floordiv, 1, 0).result(20)
    with pytest.raises(TimeoutError) as caught:
        workers.submit(throw, TimeoutError, "its own").result(20)
    assert not isinstance(caught.value, WorkerError)
    with pytest.raises(FeedError) as refused:
        workers.submit(parse, b"", "https://news.example/").result(20)
    assert refused.value.kind == "empty"


def throw(kind: type[Exception], message: str) -> None:
    raise kind(message)


def test_a_result_that_cannot_travel_is_an_error_of_its_task(workers: Workers) -> None:
    with pytest.raises((TypeError, AttributeError)):
        workers.submit(threading.Lock).result(20)
    assert is_sound(workers)


def test_a_large_result_travels(workers: Workers) -> None:
    assert len(workers.submit(operator.mul, b"x", 20_000_000).result(20)) == 20_000_000


def test_a_cancelled_task_is_killed(workers: Workers) -> None:
    pid = workers.submit(os.getpid)
    pid.result(20)
    hung = workers.submit(time.sleep, 1000, timeout=1000)
    time.sleep(0.3)
    assert hung.cancel()
    assert is_sound(workers)


def test_an_idle_process_killed_from_outside_is_replaced() -> None:
    with Workers(1) as workers:
        os.kill(workers.submit(os.getpid).result(20), signal.SIGKILL)
        time.sleep(0.5)
        assert is_sound(workers)


def test_workers_are_deaf_to_ctrl_c(workers: Workers) -> None:
    assert workers.submit(signal.getsignal, signal.SIGINT).result(20) == signal.SIG_IGN


def test_the_initializer_runs_in_each_process() -> None:
    with Workers(1, os.putenv, ("FANMILL_TEST", "set")) as workers:
        assert workers.submit(subprocess.check_output, ["printenv", "FANMILL_TEST"]).result(20) == b"set\n"


def test_an_initializer_that_fails_is_told_of() -> None:
    with Workers(1, int, ("x",)) as workers, pytest.raises(TaskDiedError):
        workers.submit(os.getpid).result(20)


def test_any_thread_may_use_them_and_end_before_they_do(workers: Workers) -> None:
    futures: list[Future[int]] = []
    own = Workers(1)
    for pool in (workers, own):
        thread = threading.Thread(target=lambda pool=pool: futures.append(pool.submit(operator.add, 1, 1)))  # type: ignore[misc]
        thread.start()
        thread.join()
    time.sleep(0.3)
    assert [future.result(20) for future in futures] == [2, 2]
    assert is_sound(own)
    own.close()


def test_closing_cancels_what_is_left_and_refuses_more() -> None:
    workers = Workers(1)
    hung = workers.submit(sum, range(FOREVER), timeout=1000)
    began = time.perf_counter()
    workers.close()
    workers.close()
    assert time.perf_counter() - began < 5
    assert hung.cancelled()
    with pytest.raises(WorkerError, match="closed"):
        workers.submit(os.getpid)


def test_closing_before_the_first_task_starts_nothing() -> None:
    Workers(2).close()


SCRIPT = f"""
import os, sys
from flows.workers import Workers
workers = Workers(2)
pids = {{workers.submit(os.getpid).result(20)}}
futures = [workers.submit(sum, range({FOREVER}), timeout=1000) for _ in range(2)]
print(*pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere C code outlives the run until it returns")
def test_busy_workers_die_with_a_run_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as run:
        assert run.stdout
        (pid,) = map(int, run.stdout.readline().split())
        assert is_running(pid)
        time.sleep(0.5)
        run.kill()
    until = time.perf_counter() + 10
    while is_running(pid) and time.perf_counter() < until:
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie has died; whoever adopted it has yet to notice
