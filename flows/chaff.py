"""How rules of chrome look on a terminal: one line each, with a bounded piece of the block that went.

A sample is a stranger's words: it loses its control characters, and is clipped to the line.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from flows.choosing import PREFIX
from flows.health import NONE, folded
from flows.screens import flat
from storage.intents import ChromeRow

DIGITS = 8  # of a learnt rule's sixteen that are shown; any beginning that only one rule has names it
SAMPLE = 200  # characters; the terminal clips further
STYLES = {"candidate": "dim", "faded": "dim"}
CHOSEN = {"keep": "kept", "cut": "cut"}


def rules_table(rows: Iterable[ChromeRow]) -> Table:
    """Rules at a glance: whose they are, in how many articles the block was met, how often it was cut, its words."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), expand=True)
    for name in ("feed", "rule", "state", "seen", "cuts"):
        table.add_column(name, justify="right" if name in {"seen", "cuts"} else "left", no_wrap=True)
    table.add_column("sample", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        cells = (
            folded(row.feed) or NONE,
            brief(flat(row.rule)),
            state(row),
            f"{row.seen} of {row.of}" if row.of else NONE,
            f"{row.cuts:,}" if row.cuts else NONE,
            said(row.sample, SAMPLE),
        )
        table.add_row(*(Text(cell) for cell in cells), style=STYLES.get(row.state, ""))
    return table


def state(row: ChromeRow) -> str:
    """Where a rule comes from, and what was decided of it: "learnt, kept"."""
    return ", ".join(word for word in (row.state, CHOSEN.get(row.choice, "")) if word and word != "chosen")


def brief(rule: str) -> str:
    """A rule's id as it is shown: of a learnt one the first digits."""
    return rule[: len(PREFIX) + DIGITS] if rule.startswith(PREFIX) else rule


def said(sample: str, most: int) -> str:
    """A block on one line, clipped."""
    text = " ".join(flat(sample[: 2 * most]).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
