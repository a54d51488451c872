"""What an article shares with the members of a group of copies, and which match is the best."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from extractors.sameness import (
    QUOTED,
    Kind,
    Overlap,
    Side,
    closeness,
    compare,
    compare_titles,
    is_composite,
    is_same,
    kind_of,
    measure,
    strength,
)
from storage import shingles
from storage.signatures import Member

Method = Literal["chosen", "address", "text", "near", "title"]
Match = tuple[Member, Overlap]

STRONGEST = 3.0  # what is known by its address or words fits nowhere better


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A match, before it is written. `similarity` is 0–1, `evidence` in words; `strength` compares places, 0–3."""

    member: Member
    kind: Kind
    method: Method
    similarity: float = 1.0
    evidence: str = ""
    strength: float = STRONGEST


def match(connection: sqlite3.Connection, side: Side, members: list[Member], *, serial: bool = False) -> Match | None:
    """The one of a group's members that is most like an article, and what they share.

    `serial` tells that the headline stands over several groups, and proves nothing.
    """
    mine = set(side.hashes)
    near = max(members, key=lambda member: closeness(mine, member.hashes), default=None)
    if near is None:
        return None
    scarce = shingles.rare(shingles.look_up(connection, near.hashes))
    others = shingles.places({each: among - {near.group} for each, among in scarce.items()})
    other = Side(hashes=tuple(scarce), title=near.title, composite=is_composite(others, len(scarce)))
    headline = compare_titles(side.title, other.title)
    overlap = compare(side, other, "other" if serial and headline != "silent" else headline)
    return (near, overlap) if overlap else None


def best(matches: list[Match]) -> Found | None:
    """The strongest of the matches that are the same article; else the longest quotation."""
    same = max((match for match in matches if is_same(match[1])), key=lambda match: strength(match[1]), default=None)
    if same:
        kind = kind_of(same[1])
        return _found(same, kind, same[1].containment if kind == "excerpt" else same[1].jaccard)
    quoted = max(matches, key=lambda match: match[1].shared, default=None)
    if quoted is None or quoted[1].shared < QUOTED:
        return None
    return _found(quoted, "quotes", quoted[1].containment)


def _found(match: Match, kind: Kind, similarity: float) -> Found:
    member, overlap = match
    return Found(
        member=member,
        kind=kind,
        method="near",
        similarity=similarity,
        evidence=measure(overlap),
        strength=strength(overlap),
    )
