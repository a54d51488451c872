"""What the documents say is done here: every `sh` block is run, every other command is known to be run elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from flows.cli import app
from flows.newsroom import Newsroom

HOUSE = Path(__file__).parents[1]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]
GUIDES = ["README.md", "docs/add-a-feed.md", "docs/add-a-site-rule.md", "docs/add-a-tag.md"]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
ELSEWHERE = {
    "make demo": "Makefile and the gate",
    "make test": "the gate itself",
    "fanmill run": "test_flows_crash.py and the guides",
    "fanmill up": "test_flows_engine.py",
    "prefect deployment run": "test_flows_engine.py",
}


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        yield newsroom


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDES)
def test_every_command_of_a_guide_runs(page: str, newsroom: Newsroom, tmp_path: Path) -> None:
    script = "".join(BLOCK.findall((HOUSE / page).read_text()))
    assert script
    if page != "README.md":  # a guide supposes a database; the README makes one
        script = "fanmill demo --no-prefect > demo.out\nexport FANMILL_DB=demo/newsroom.db\n" + script
    script = script.replace("fanmill demo\n", "fanmill demo --no-prefect\n")
    address = newsroom.feeds[0].url
    script = script.replace('url = "https://quantum.example/feed.xml"', f'url = "{address}"\nallow_private = true')
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_outside_the_blocks_are_run_elsewhere() -> None:
    shown = re.findall(
        r"^    ((?:fanmill|prefect|make|sqlite-utils)\b.*)$", (HOUSE / "README.md").read_text(), re.MULTILINE
    )
    assert shown
    assert [command for command in shown if not command.startswith(tuple(ELSEWHERE))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_command_of_the_mill_is_in_the_readme_and_the_changelog() -> None:
    commands = typer.main.get_command(app).commands.keys()  # type: ignore[attr-defined]
    readme, changelog = (HOUSE / "README.md").read_text(), (HOUSE / "CHANGELOG.md").read_text()
    assert [name for name in commands if f"fanmill {name}" not in readme] == []
    assert [name for name in commands if f"`{name}`" not in changelog and f"fanmill {name}" not in changelog] == []
