"""An aggregator's own layer above an article: a labelled panel such as "Insights - The big picture - Why it matters".

True articles have sections named so too. A panel is known by a label with text below it, and an opening or a closing
line of its own besides, three such lines in all. Where a closing line was met, the few short lines of interface below
it belong to the panel, up to the first paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.rules import PanelRule, Regex

LINE = 140  # characters of an opening or closing line
TEXT = 40  # characters that what stands below a label has at least
INTERFACE = 90  # characters of a line of interface below the closing line
EVIDENCE = 3  # lines of the panel's own that are met
FEW = 3  # lines of interface
LEAST = 240  # characters of article that must be left


def find_panel(texts: Sequence[str], total: int, panel: PanelRule) -> tuple[int, int] | None:
    """First and last place of the panel among the top blocks of a text of `total` characters; None without one."""
    opened = places(texts, panel.opens)
    closed = places(texts, panel.closes)
    labels = [place for place in places(texts, panel.labels) if place not in opened[:1] and place + 1 < len(texts)]
    if not any(len(texts[place + 1]) >= TEXT for place in labels) or not (opened or closed):
        return None
    if len(opened) + len(labels) + len(closed) < EVIDENCE:
        return None
    first = min(opened + labels)
    last = max([label + 1 for label in labels] + [place for place in opened + closed if place > first])
    while closed and last + 1 < len(texts) and last - max(closed) < FEW and is_interface(texts[last + 1 :]):
        last += 1
    inside = sum(len(text) for text in texts[: last + 1])
    return (first, last) if total - inside >= min(inside, LEAST) else None


def is_interface(rest: Sequence[str]) -> bool:
    """Whether the first of the lines is a short one with a paragraph not far below it."""
    return len(rest[0]) <= INTERFACE and any(len(text) > LINE for text in rest[1 : FEW + 1])


def places(texts: Sequence[str], words: Regex | None) -> list[int]:
    """Where lines stand that are wholly of the words."""
    return [place for place, text in enumerate(texts) if words and len(text) <= LINE and words.fullmatch(text)]
