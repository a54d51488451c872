"""One run at a time on one database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.lock import LockedError, hold
from storage.connection import StoreError


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path / "news.db"):  # noqa: SIM117 - the second must fail inside the first
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), hold(tmp_path / "news.db"):
            pass


def test_the_lock_is_free_after_the_run_and_other_databases_have_their_own(tmp_path: Path) -> None:
    with hold(tmp_path / "news.db"), hold(tmp_path / "other.db"):
        pass
    with hold(tmp_path / "news.db"):
        pass


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    code = "import sys, os, signal; from pathlib import Path; from flows.lock import hold\nwith hold(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "news.db")], cwd=Path(__file__).parents[1])
    assert done.returncode == -9
    with hold(tmp_path / "news.db"):
        pass


@pytest.mark.parametrize("folder", ["/dev/null", "/proc/none", "new"])
def test_a_folder_that_is_none_is_told_and_not_made(folder: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a folder"), hold(tmp_path / folder / "news.db"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "news.db.lock").mkdir()
    with pytest.raises(StoreError, match="cannot be written"), hold(tmp_path / "news.db"):
        pass
