"""What `fanmill train` made: models by name, and thresholds of tags, kept beside the corrections they came from."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from extractors.linear import dump, load
from extractors.subject import Named
from extractors.trained import Trained, Training
from storage import verdicts
from storage.connection import StoreError
from storage.rows import iso, scrub

MODELS = "SELECT name, tags, model FROM tag_models ORDER BY name"
THRESHOLDS = "SELECT tag_id, threshold FROM tag_thresholds ORDER BY tag_id"
KEEP = """INSERT INTO tag_models(name, trained_at, examples, f1_before, f1_after, tags, model)
VALUES (:name, :now, :examples, :before, :after, :tags, :model)
ON CONFLICT(name) DO UPDATE SET trained_at = :now, examples = :examples, f1_before = :before, f1_after = :after,
    tags = :tags, model = :model"""
FORGET = "DELETE FROM tag_models WHERE name = ?"
LEAST = """INSERT INTO tag_thresholds(tag_id, threshold, trained_at, verdicts, f1_before, f1_after)
VALUES (?, ?, ?, ?, ?, ?)"""
NO_LEAST = "DELETE FROM tag_thresholds WHERE tag_id = ?"
CORRECTIONS = """SELECT article_id, tag_id, holds FROM tag_corrections WHERE corrected_at >= ?
ORDER BY article_id, tag_id"""
TRAINED = """SELECT max(trained_at) FROM (SELECT trained_at FROM tag_models WHERE name = :name
    UNION ALL SELECT trained_at FROM tag_thresholds WHERE tag_id = :tag)"""
STANDING = "SELECT f1_after FROM tag_models WHERE name = ?"
OTHERS = """SELECT a.id FROM articles AS a WHERE a.duplicate_of IS NULL
    AND NOT EXISTS (SELECT 1 FROM tag_corrections AS c WHERE c.article_id = a.id) ORDER BY a.id DESC LIMIT ?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A model as it is kept: what it learnt from, and its F1 before and after, None where that was not measured."""

    trained: Trained
    examples: int
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """The least score of a tag as so many `verdicts` taught it, with F1 on them before and after."""

    threshold: float
    verdicts: int
    before: float
    after: float


def training(connection: sqlite3.Connection) -> Training:
    """All that is in force. Raises `StoreError` for a model that this fanmill cannot read."""
    models = []
    for name, tags, model in connection.execute(MODELS):
        try:
            models.append(read_trained(name, tags, model))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError(f"the model {name!r} cannot be read ({error}); fanmill train --forget {name}") from None
    return Training(models=tuple(models), thresholds=dict(connection.execute(THRESHOLDS).fetchall()))


def read_trained(name: str, tags: str, model: str) -> Trained:
    """A model as it is kept. Raises `ValueError` for one that is none, `KeyError` for a label without a tag."""
    own, meant = load(model), named(tags)
    return Trained(name=name, model=own, tags={label: meant[label] for label in own.labels})


def named(text: str) -> dict[str, Named]:
    """Label → tag, as it is kept."""
    return {label: Named(id=tag, name=name, kind=kind) for label, (tag, name, kind) in json.loads(text).items()}


def keep(connection: sqlite3.Connection, lesson: Lesson, now: datetime) -> None:
    """Keep a model in place of one of the same name. Raises `StoreError` for one that could not be read again."""
    trained = lesson.trained
    try:
        load(dump(trained.model))
    except ValueError as error:
        raise StoreError(f"the model {trained.name!r} cannot be kept: {error}") from None
    tags = {label: (tag.id, tag.name, tag.kind) for label, tag in sorted(trained.tags.items())}
    row = {
        "name": scrub(trained.name), "now": iso(now), "examples": lesson.examples, "before": lesson.before,
        "after": lesson.after, "tags": json.dumps(tags), "model": dump(trained.model),
    }  # fmt: skip
    connection.execute(KEEP, row)
    verdicts.introduce(connection, list(trained.tags.values()))


def forget(connection: sqlite3.Connection, name: str) -> bool:
    """Forget a model. False when there is none of that name."""
    return connection.execute(FORGET, (scrub(name),)).rowcount > 0


def set_least(connection: sqlite3.Connection, tag: str, least: Least | None, now: datetime) -> None:
    """Keep another threshold of a tag; None for that of the taxonomy."""
    connection.execute(NO_LEAST, (scrub(tag),))
    if least:
        row = (tag, least.threshold, iso(now), least.verdicts, least.before, least.after)
        connection.execute(LEAST, row)


def trained_at(connection: sqlite3.Connection, name: str, tag: str) -> str | None:
    """When a model of this name or the threshold of this tag was learnt, whichever is later; None for neither."""
    when: str | None = connection.execute(TRAINED, {"name": scrub(name), "tag": scrub(tag)}).fetchone()[0]
    return when


def standing(connection: sqlite3.Connection, name: str) -> float | None:
    """The F1 that a model reached when it was trained; None when there is none of that name."""
    row = connection.execute(STANDING, (scrub(name),)).fetchone()
    return row[0] if row else None


def corrections(connection: sqlite3.Connection, since: str) -> dict[int, dict[str, bool]]:
    """The verdicts from some time on: article → tag → whether it holds."""
    found: dict[int, dict[str, bool]] = {}
    for article, tag, holds in connection.execute(CORRECTIONS, (since,)):
        found.setdefault(article, {})[tag] = bool(holds)
    return found


def uncorrected(connection: sqlite3.Connection, most: int) -> list[int]:
    """The latest articles that nobody corrected, copies left out."""
    return [row[0] for row in connection.execute(OTHERS, (most,))]
