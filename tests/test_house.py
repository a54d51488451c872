"""The rules of the house, so that no reviewer has to keep them in mind."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROOMS = ("config", "extractors", "storage", "flows")
SOURCES = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 5
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
TRACKED_TEXT = ("*.py", "*.md", "*.toml", "*.txt", "*.yaml", "Makefile", ".ci/run")


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = ast.get_docstring(function, clean=False)
    return (function.end_lineno or 0) - function.lineno + 1 - (doc.count("\n") + 1 if doc else 0)


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_imported_from_this_house(room: str) -> None:
    assert Path(importlib.import_module(room).__file__ or "").is_relative_to(HOUSE)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_file_is_short_enough_to_know_your_way_around(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_functions_are_short_and_take_few_parameters(path: Path) -> None:
    long = [f.name for f in functions(path) if length(f) > LONGEST_FUNCTION]
    assert not long
    commands = named(path) in {"flows/cli.py", "flows/reading.py"}  # there each parameter is an option
    wide = [
        f.name
        for f in functions(path)
        if len([a for a in f.args.args if a.arg not in {"self", "cls"}]) > MOST_PARAMETERS
    ]
    assert commands or not wide


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [named(path) for path in SOURCES if path.stem in VAGUE]


def test_no_file_in_flows_shadows_a_room_a_dependency_or_the_standard_library() -> None:
    # Prefect puts the folder of a flow at the front of sys.path: flows/queue.py would become everyone's `queue`.
    taken = set(ROOMS) | set(sys.stdlib_module_names) | set(packages_distributions())
    assert not [path.name for path in (HOUSE / "flows").glob("*.py") if path.stem in taken - {"__init__"}]


def test_the_pipeline_below_prefect_never_imports_it() -> None:
    code = "import sys, flows.pipeline, flows.reading, flows.filters; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_nothing_names_a_machine_path_or_the_host_of_a_registry() -> None:
    hosts = ("py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "/wo" + "rk/", "/ro" + "ot/")
    found = [
        f"{named(path)}: {host}"
        for pattern in TRACKED_TEXT
        for path in HOUSE.rglob(pattern)
        if not {".venv", "node_modules", ".git"} & set(path.parts)
        for host in hosts
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found


def test_constraints_hold_names_and_versions_only() -> None:
    lines = (HOUSE / "constraints.txt").read_text().splitlines()
    odd = [
        line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"[\w.\-]+==[\w.+!]+", line)
    ]
    assert not odd
