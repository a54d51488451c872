"""Run a command to its end and tell what it and all its descendants used, as one line of JSON on stdout.

    python -m benchmarks.measure COMMAND [ARGUMENT ...]

Workers outlive the process that made them by a moment and would be counted nowhere: this process adopts them (Linux's
child subreaper), waits for each, and reads the sum. `peak_mb` is that of the largest single process.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def measure(command: list[str]) -> dict[str, float]:
    """Wall seconds, CPU seconds, peak memory in MB and exit code of a command with all its descendants."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.monotonic()
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    wall = time.monotonic() - begun
    try:
        while True:
            os.wait()
    except ChildProcessError:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024, "code": code}


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb() -> float:
    """Peak memory of this process. `ru_maxrss` would also tell of the process it came from."""
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1]) / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:])))
