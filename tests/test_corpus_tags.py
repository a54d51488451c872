"""What holds for tags on real news: evidence in its place, the same bytes each time, and floors on a hand-labelled set."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.tags import WINDOW, found, measure, names, rows, typed
from config.taxonomy import load_taxonomy
from extractors.subject import Tagging
from extractors.tagging import Tagger

pytestmark = pytest.mark.corpus
EACH = 60  # texts of each file
TAGS, ENTITIES = 0.92, 0.75  # micro-F1


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_taxonomy())


@pytest.fixture(scope="module")
def texts(corpus: Path) -> list[tuple[str, str]]:
    files = sorted((corpus / "topics").glob("*_dev.jsonl.gz"))
    return [text for path in files for text in first(path)]


def first(path: Path) -> list[tuple[str, str]]:
    """Titles and texts of the first rows of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        some = [json.loads(line) for _, line in zip(range(EACH), lines, strict=False)]
    return [(row.get("title") or "", row.get("text") or "") for row in some]


def astray(title: str, text: str, tagging: Tagging) -> list[Any]:
    """Tags without evidence, and evidence that is not where it says."""
    fields = {"title": title, "text": text}
    bare = [tag.id for tag in tagging.tags if not tag.evidence]
    every = [(tag.id, one) for tag in tagging.tags for one in tag.evidence if one.field in fields]
    return bare + [pair for pair in every if fields[pair[1].field][pair[1].start : pair[1].end] != pair[1].detail]


def test_every_tag_has_evidence_and_every_span_holds_its_words(tagger: Tagger, texts: list[tuple[str, str]]) -> None:
    taggings = [(title, text, tagger.tag(title, text)) for title, text in texts]
    assert len(taggings) > 300
    assert sum(len(tagging.tags) for _, _, tagging in taggings) > len(taggings)
    assert [wrong for title, text, tagging in taggings for wrong in astray(title, text, tagging)] == []


def test_a_second_tagger_finds_the_same_to_the_byte(tagger: Tagger, texts: list[tuple[str, str]]) -> None:
    other = Tagger(load_taxonomy())
    assert [text for text in texts if repr(tagger.tag(*text)) != repr(other.tag(*text))] == []


def test_tags_and_entities_of_the_hand_labelled_set_keep_their_floors(corpus: Path, tagger: Tagger) -> None:
    gold = list(rows(corpus / "topics" / "hand_ai_tech_dev.jsonl.gz"))
    wanted = {label for row in gold for label in row["labels"]}
    tags = [(set(row["labels"]), names(tagger.tag(row["title"], row["text"])) & wanted) for row in gold]
    things = [(typed(row), found(tagger.tag(row["title"], row["text"][:WINDOW]))) for row in gold]
    assert measure(tags)[2] >= TAGS
    assert measure(things)[2] >= ENTITIES
