"""`docs/security.md` is a table of threats; each of its rows names tests that exist, or says why there are none."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
PAGE = HOUSE / "docs/security.md"
THREATS = 66
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
REASON = "no test: "
WORDS = 8  # that a reason has at least


def rows() -> list[tuple[int, str, str, str]]:
    lines = [line for line in PAGE.read_text().splitlines() if re.match(r"\| *\d+ *\|", line)]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
    assert {len(row) for row in cells} == {4}
    return [(int(number), threat, deed, proof) for number, threat, deed, proof in cells]


def defined(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_threat_is_there_once_and_in_order() -> None:
    assert [number for number, *_ in rows()] == list(range(1, THREATS + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]} {row[1]}")
def test_a_threat_names_tests_that_exist_or_says_why_there_are_none(row: tuple[int, str, str, str]) -> None:
    _, threat, deed, proof = row
    assert threat
    assert deed
    named = NAMED.findall(proof)
    assert [f"{file}::{name}" for file, name in named if name not in defined(HOUSE / file)] == []
    assert all(name.startswith("test_") for _, name in named)
    assert named or proof.startswith(REASON)
    if REASON in proof:
        assert len(proof.partition(REASON)[2].split()) >= WORDS


def test_every_test_of_this_kind_is_in_the_table() -> None:
    named = {f"{file}::{name}" for *_, proof in rows() for file, name in NAMED.findall(proof)}
    ours = {
        f"tests/{path.name}::{name}"
        for path in (HOUSE / "tests").glob("test_security_*.py")
        if path.name != Path(__file__).name
        for name in defined(path)
        if name.startswith("test_")
    }
    assert sorted(ours - named) == []


def test_nothing_in_the_table_is_left_to_do() -> None:
    assert not re.findall(r"\b(?:TODO|TBD|FIXME|\?\?)", PAGE.read_text())
