"""The values that say what an article is about: tags and the evidence for them, named things, the brief.

They are part of `extractors.model.Article`, and frozen as all of it. Scores lie in 0–1; positions are character offsets
into the field they speak of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EvidenceSource = Literal["feed", "rule", "entity", "parent", "model", "user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a tag was given. For field "title" or "text", `detail == field[start:end]` always holds.

    Evidence that has no place in the text (a feed category, a parent, a correction) has start = end = 0
    and names its cause in `detail`.
    """

    source: EvidenceSource
    field: str
    start: int
    end: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag with its kind (section, topic, company, person, place, product) and the evidence for it.

    `alone` is a topic's score on the text alone, without what the feed says; 0 when that would not have been enough.
    """

    id: str
    name: str
    kind: str
    score: float
    alone: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tag without any article: its id, its name as readers see it, its kind."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a feed's own category says of an article: the tag it stands for, None for none.

    `borne_out` tells whether anything in the text speaks for that tag too.
    """

    category: str
    tag: str | None = None
    borne_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A named thing in the text. `salience` says how much the article is about it."""

    id: str
    name: str
    type: str
    salience: float
    mentions: int
    in_title: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """All that tagging says about one article. `labels` are the few display names a reader sees.

    `own` are the tags as they were before those above them had their share: what a correction starts from.
    """

    section: str | None = None
    tags: tuple[Tag, ...] = ()
    labels: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    claims: tuple[Claim, ...] = ()
    own: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a brief, word for word: `text == body[start:end]`. "lead" tells the news, "why" why it matters."""

    role: Literal["lead", "why"]
    start: int
    end: int
    text: str
