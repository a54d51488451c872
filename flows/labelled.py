"""`fanmill train --from FILE.jsonl`: learn the labels of articles that somebody has labelled.

    {"id": 1, "title": "Trams return", "text": "The council …", "labels": ["Transport"]}

A label that names a tag of the taxonomy, by id, name or as a feed's category, speaks for that tag; any other becomes a
tag of its own. Where each row has exactly one label, the model gives each article the likeliest. A model is kept in the
database under its name, or written to a file for the filter `fanmill tag --model`.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from config.taxonomy import Taxonomy
from extractors.features import features
from extractors.fitting import Example, Trial, study
from extractors.linear import dump, load
from extractors.subject import Named
from extractors.tagging import Tagger
from extractors.trained import LABEL, Trained
from flows.filters import RowError, lines, read_row, text_of
from flows.options import CommandError

MOST = 100  # characters of a label
FEWEST = 10  # rows
COMPACT = (",", ":")  # of JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One article with its labels."""

    title: str
    text: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A model learnt from a file: its micro-F1 on rows that its machines had not seen, and that of the rules.

    `rules` is None where no label names a tag of the taxonomy.
    """

    trained: Trained
    rows: int
    exclusive: bool
    f1: float
    rules: float | None


def read_labelled(path: Path) -> list[Labelled]:
    """The rows of a file, `.gz` or not. Raises `CommandError` that names file and line of what cannot be used."""
    found: list[Labelled] = []
    try:
        with opened(path) as stream:
            for number, line in enumerate(lines(stream), 1):
                if line.strip():
                    found.append(labelled(path, number, line))
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(f"{path} cannot be read: {error}") from None
    if len(found) < FEWEST or len({one.labels for one in found}) < 2:  # noqa: PLR2004 - one kind cannot be told apart
        raise CommandError(f"{path} has {len(found)} rows; {FEWEST} of at least two kinds are needed to learn anything")
    return found


def opened(path: Path) -> IO[bytes]:
    """The file as bytes."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def labelled(path: Path, number: int, line: str) -> Labelled:
    """One row."""
    try:
        row = read_row(line)
        title, text, labels = text_of(row, "title"), text_of(row, "text"), row.get("labels")
        if not isinstance(labels, list) or not all(isinstance(one, str) and one.strip() for one in labels):
            raise RowError('needs "labels", a list of strings')
        if any(len(one) > MOST for one in labels):
            raise RowError(f"has a label of more than {MOST} characters")
        if not all(one.replace("\n", " ").isprintable() for one in labels):
            raise RowError("has a label with characters that cannot be printed")
        if not title and not text:
            raise RowError('needs "title" or "text"')
    except RowError as error:
        raise CommandError(f"{path}:{number}: {error}") from None
    return Labelled(title=title, text=text, labels=frozenset(" ".join(one.split()) for one in labels))


def learn(name: str, articles: Sequence[Labelled], taxonomy: Taxonomy) -> Learnt:
    """A model of the labels of these articles, judged on those it has not seen. Raises `CommandError`."""
    tagger = Tagger(taxonomy)
    tags = {label: meant(label, tagger) for label in sorted({label for one in articles for label in one.labels})}
    exclusive = all(len(one.labels) == 1 for one in articles)
    examples, given = [], []
    for one in articles:
        tagging = tagger.tag(one.title, one.text)
        seen = features(tagger.vocabulary.read(one.title, one.text), tagging)
        examples.append(Example(features=seen, labels=one.labels))
        given.append(frozenset(tag.id for tag in tagging.tags))
    model, trials = study(examples, exclusive=exclusive)
    if not model.labels:
        raise CommandError(f"{name}: every row has the same labels; there is nothing to tell apart")
    ours = {label: tag.id for label, tag in tags.items() if tag.id in taxonomy.tags}
    return Learnt(
        trained=Trained(name=name, model=model, tags={label: tags[label] for label in model.labels}),
        rows=len(articles),
        exclusive=exclusive,
        f1=round(micro(examples, trials), 4),
        rules=round(by_rules(articles, given, ours), 4) if ours else None,
    )


def meant(label: str, tagger: Tagger) -> Named:
    """The tag that a label stands for."""
    rule = tagger.taxonomy.tags.get(tagger.meaning(label) or "")
    if rule and rule.kind != "group":
        return Named(id=rule.id, name=rule.name, kind=rule.kind)
    return Named(id=LABEL + slug_of(label), name=label, kind="topic")


def slug_of(label: str) -> str:
    """A label as part of an id. What has signs that are lost gets a few digits: "C", "C++" and "C#" are three."""
    folded = re.sub(r"[\s_-]+", "-", label.casefold())
    slug = re.sub(r"[\W_]+", "-", folded).strip("-")
    return slug if slug == folded else f"{slug}-{sha256(label.encode()).hexdigest()[:6]}".strip("-")


def micro(examples: Sequence[Example], trials: Sequence[Trial]) -> float:
    """Micro-F1 of what was judged unseen; where each has one label, that is accuracy."""
    pairs = [(example.labels, frozenset(trial.labels)) for example, trial in zip(examples, trials, strict=True)]
    return f1(pairs)


def by_rules(articles: Sequence[Labelled], given: Sequence[frozenset[str]], ours: dict[str, str]) -> float:
    """Micro-F1 of the rules alone, over the labels that name tags of the taxonomy."""
    known = frozenset(ours.values())
    wanted = [frozenset(ours[label] for label in one.labels if label in ours) for one in articles]
    return f1([(want, has & known) for want, has in zip(wanted, given, strict=True)])


def f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    """Micro-F1 over (true, given)."""
    right = sum(len(true & given) for true, given in pairs)
    every = sum(len(true) + len(given) for true, given in pairs)
    return 2 * right / every if every else 0.0


def write_model(trained: Trained, path: Path) -> None:
    """Write a model to a file. Raises `CommandError`."""
    tags = {label: [tag.id, tag.name, tag.kind] for label, tag in sorted(trained.tags.items())}
    try:
        fields = {"name": trained.name, "tags": tags, "model": json.loads(dump(trained.model))}
        path.write_text(json.dumps(fields, separators=COMPACT))
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def read_model(path: Path) -> Trained:
    """A model from a file that `write_model` wrote; its text may come from anywhere. Raises `CommandError`."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        model = load(json.dumps(fields["model"], separators=COMPACT))
        tags = {label: Named(id=tag, name=name, kind=kind) for label, (tag, name, kind) in entries(fields["tags"])}
        return Trained(name=str(fields["name"]), model=model, tags={label: tags[label] for label in model.labels})
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CommandError(f"{path} is no model of `fanmill train --out`: {type(error).__name__}") from None


def entries(tags: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Labels with what each stands for. Raises `ValueError` for anything but three strings."""
    for label, parts in tags.items():
        if not (isinstance(parts, list) and len(parts) == 3 and all(isinstance(one, str) for one in parts)):  # noqa: PLR2004 - id, name, kind
            raise ValueError(label)
        yield label, parts
