"""What the documents say is done here: every `sh` block is run, every other command is known to be run elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import typer.main

from flows import up
from flows.cli import app
from flows.newsroom import FeedAddress, Newsroom, Reply

HOUSE = Path(__file__).parents[1]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]
GUIDES = [
    "README.md", "docs/addresses.md", "docs/add-a-feed.md", "docs/add-a-site-rule.md", "docs/add-a-tag.md", "docs/briefs.md", "docs/follow-a-story.md",
    "docs/keep-it-clean.md", "docs/teach-it.md",
]  # fmt: skip
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
ELSEWHERE = {
    "make demo": "Makefile and the gate",
    "make test": "the gate itself",
    "fanmill run": "test_flows_crash.py and the guides",
    "fanmill up": "test_flows_engine.py",
    "fanmill add": "docs/add-a-feed.md",
    "fanmill import": "docs/add-a-feed.md",
    "fanmill feeds": "docs/add-a-feed.md",
    "fanmill pause": "docs/add-a-feed.md",
    "fanmill chrome": "docs/keep-it-clean.md",
    "fanmill reprocess": "docs/keep-it-clean.md",
    "fanmill story": "docs/follow-a-story.md",
    "fanmill show": "docs/follow-a-story.md",
    "fanmill split": "docs/follow-a-story.md",
    "fanmill join": "docs/follow-a-story.md",
    "fanmill regroup": "docs/follow-a-story.md",
    "fanmill tag": "docs/teach-it.md",
    "fanmill train": "docs/teach-it.md",
    "fanmill retag": "docs/teach-it.md and test_flows_engine.py",
    "fanmill taxonomy": "docs/add-a-tag.md",
    "prefect deployment run": "test_flows_engine.py",
}


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        yield newsroom


def home(newsroom: Newsroom, feed: FeedAddress) -> str:
    """The address of a site's front page, which names its feed."""
    link = f'<link rel="alternate" type="application/atom+xml" href="{feed.url}">'
    newsroom.put(feed.slug, "/", Reply(body=f"<!doctype html><html><head>{link}</head></html>".encode()))
    return urljoin(feed.url, "/")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `fanmill demo` leaves, and beside it what it said; every guide begins with it."""
    folder = tmp_path_factory.mktemp("demo")
    done = bash("fanmill demo --no-prefect 'a demo' > said", folder)
    assert done.returncode == 0, done.stderr
    return folder / "a demo"


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDES)
def test_every_command_of_a_guide_runs(page: str, newsroom: Newsroom, demo: Path, tmp_path: Path) -> None:
    script = "".join(BLOCK.findall((HOUSE / page).read_text()))
    assert script
    if "fanmill demo\n" not in script:  # a guide supposes a database
        script = "fanmill demo\nexport FANMILL_DB=demo/newsroom.db\n" + script
    script = script.replace("fanmill demo\n", f"cp -r '{demo}' demo\n")
    by_hand, by_site = newsroom.feeds[0], newsroom.feeds[1]
    script = script.replace('url = "https://quantum.example/feed.xml"', f'url = "{by_hand.url}"\nallow_private = true')
    script = script.replace("add quantum.example ", f"add --private {home(newsroom, by_site)} ")
    done = bash(script, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_what_the_demonstration_and_chrome_say_to_do_next_can_be_done(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo, tmp_path / demo.name)
    look = (demo.parent / "said").read_text().partition("Now look around:\n")[2]
    assert "export FANMILL_CONFIG='a demo" in look
    [rule] = set(re.findall(r"learnt\.[0-9a-f]{8}", (HOUSE / "README.md").read_text()))
    told = bash(f"{look}\nfanmill chrome --keep {rule} > told\ncat told", tmp_path)
    assert told.returncode == 0, told.stderr
    command = told.stdout.rpartition("to do so now: ")[2].strip()
    assert command == "fanmill reprocess --feed plain-bytes"
    [export] = re.findall(r"^ *(export .*)$", look, re.MULTILINE)
    done = bash(f"{export}\n{command} --no-prefect", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert " changed, " in done.stdout


def bash(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader would, in an environment of no settings."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FANMILL_", "PREFECT_"))}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, text=True
    )


def test_commands_outside_the_blocks_are_run_elsewhere() -> None:
    shown = re.findall(
        r"^    ((?:fanmill|prefect|make|sqlite-utils)\b.*)$", (HOUSE / "README.md").read_text(), re.MULTILINE
    )
    assert shown
    assert [command for command in shown if not command.startswith(tuple(ELSEWHERE))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_command_of_the_mill_is_in_a_guide_and_the_changelog() -> None:
    commands = typer.main.get_command(app).commands.keys()  # type: ignore[attr-defined]
    guides = "".join((HOUSE / page).read_text() for page in GUIDES)
    changelog = (HOUSE / "CHANGELOG.md").read_text()
    assert [name for name in commands if f"fanmill {name}" not in guides] == []
    assert [name for name in commands if f"`{name}`" not in changelog and f"fanmill {name}" not in changelog] == []


def test_a_run_by_hand_is_told_where_the_server_is_in_the_words_of_up() -> None:
    export, run = up.HINTS.format(url="http://127.0.0.1:4200/api").split("\n\n")[1].splitlines()
    assert f"{export}\n{run}" in (HOUSE / "README.md").read_text()


def test_the_crontab_line_runs_where_nothing_is_set(tmp_path: Path) -> None:
    [line] = re.findall(r"^    \*/30 \* \* \* \* (.+)$", (HOUSE / "README.md").read_text(), re.MULTILINE)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "mill").mkdir()
    (tmp_path / "mill/feeds.toml").write_text("replace = true\n")
    command = line.replace("/path/to/fanmill", str(tmp_path))
    done = subprocess.run(["sh", "-c", command], cwd="/", env={"HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "news.db").exists()


@pytest.mark.parametrize("page", ["docs/add-a-site-rule.md", "docs/add-a-tag.md"])
def test_a_guide_to_rules_says_how_stored_articles_get_them(page: str) -> None:
    assert "`fanmill reprocess --feed SLUG`" in (HOUSE / page).read_text()


def test_a_worker_needs_no_copy_of_the_house() -> None:
    deployment = (HOUSE / "prefect.yaml").read_text()
    assert "pull:" not in deployment
    assert "FANMILL_CONFIG" in deployment
    assert "FANMILL_DB" in deployment
