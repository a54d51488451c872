"""What an operator may say about tags: `taxonomy.toml`, read, checked and frozen.

    [tags.robotics]                     # one topic: the words that speak for it
    name = "Robotics"
    strong = ["robot*", "humanoid*"]    # each alone can carry the tag from a title; "*" takes any ending
    weak = ["gripper*"]                 # needs company
    exclude = ["robots.txt"]            # inside this phrase a cue says nothing

    [entities]                          # one thing a line: a company, person, place or product
    apple = { type = "company", name = "Apple", case = true, context = ["iphone"], implies = { big-tech = 1 } }

    [categories]                        # what a feed calls it, and what we do
    "Machine Learning" = { tag = "ai" }
    "Uncategorized" = { ignore = true }

    [words.given-names]                 # plain lists that the name finder reads
    list = ["Ada", "Alan"]

An operator's `taxonomy.toml` is laid over this one table by table (see `config.tables`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.faults import LONGEST, faults
from config.settings import STRICT, Slug
from config.tables import HERE, Source, read_tables, sources

SHIPPED = HERE / "taxonomy.toml"
KINDS = ("tags", "entities")  # sections whose tables others name
Share = Annotated[float, Field(ge=0, le=1)]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """One tag and the evidence that speaks for it.

    `strong` and `weak` are cues, in any case; `patterns` are regular expressions tried in title and lead when one
    of the tag's cues is there. Each of `together` names tags that must all be there: the weakest of them counts.
    The tag stays silent while one of `yields` scores higher, or with fewer than `distinct` cues and none in the
    title. Kind "group" is for rules only and is never given to an article.
    """

    id: Slug
    name: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    kind: Literal["section", "topic", "group"] = "topic"
    parents: Words = ()
    iptc: Annotated[str, Field(pattern=r"^(medtop:\d{8})?$")] = ""
    threshold: Share = 0.55
    strong: Words = ()
    weak: Words = ()
    exclude: Words = ()
    patterns: Words = ()
    together: tuple[Words, ...] = ()
    yields: Words = ()
    distinct: Annotated[int, Field(ge=1, le=9)] = 1

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRule:
    """One known thing. `implies` gives weights (0-1) to tags, or to other entities: a city to its country.

    With `case` the spelling must match exactly, or be all capitals. With `context` a name of one word counts only
    when one of these words stands within a sentence of it, or a longer name of the same thing anywhere.
    "@list" in `context` stands for `[words.list]`. A `source` is who reports, and no subject unless in the title.
    """

    id: Slug
    type: Literal["company", "person", "place", "product"]
    name: str
    aliases: Words = ()
    demonyms: Words = ()
    case: bool = False
    context: Words = ()
    exclude: Words = ()
    implies: dict[str, Share] = field(default_factory=dict)
    source: bool = False

    __pydantic_config__ = STRICT

    def names(self) -> Words:
        """Every spelling that is a mention, the display name first."""
        return (self.name, *self.aliases, *self.demonyms)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """What a feed's own category means: a tag or entity, or nothing at all."""

    name: str
    tag: str = ""
    ignore: bool = False

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """A plain list of words under a name."""

    id: Slug
    list: Words

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All rules, in file order. `version` changes when any byte of the files does."""

    tags: Mapping[str, TagRule]
    entities: Mapping[str, EntityRule]
    categories: Mapping[str, CategoryRule]
    words: Mapping[str, WordList]
    version: str = ""


def load_taxonomy(folder: Path | None = None) -> Taxonomy:
    """The shipped taxonomy with the operator's `folder/taxonomy.toml` laid over it.

    Raises `ConfigError` (file:line: key: fault) for the first table that is malformed or names what is not there.
    """
    return read_taxonomy(sources("taxonomy.toml", folder))


def read_taxonomy(found: list[Source]) -> Taxonomy:
    """The taxonomy of some sources, each laid over those before it. Raises `ConfigError`."""
    taxonomy = Taxonomy(
        tags=read_tables(TagRule, "tags", found),
        entities=read_tables(EntityRule, "entities", found),
        categories=read_tables(CategoryRule, "categories", found),
        words=read_tables(WordList, "words", found),
        version=hashlib.sha256("\0".join(source.text for source in found).encode()).hexdigest()[:12],
    )
    taxonomy = pruned(taxonomy, found)
    if [source.path for source in found] != [SHIPPED]:  # which is checked by a test, and half the time of loading it
        for section, name, key, fault in faults(taxonomy):
            raise owner(found, section, name).fault(fault, section, name, key)
    return taxonomy


def pruned(taxonomy: Taxonomy, found: list[Source]) -> Taxonomy:
    """The taxonomy without what leads to a tag or entity that is switched off: a dozen companies imply "startups"."""
    every = [table for one in found for kind in KINDS for table in one.tables.get(kind, {}).items()]
    off = {name for name, table in every if table == {"off": True}} - taxonomy.tags.keys() - taxonomy.entities.keys()
    if not off:
        return taxonomy
    tags = {tag.id: spared(tag, off) for tag in taxonomy.tags.values()}
    entities = {
        rule.id: replace(rule, implies={other: share for other, share in rule.implies.items() if other not in off})
        for rule in taxonomy.entities.values()
    }
    categories = {name: rule for name, rule in taxonomy.categories.items() if rule.tag not in off}
    return replace(taxonomy, tags=tags, entities=entities, categories=categories)


def spared(tag: TagRule, off: set[str]) -> TagRule:
    """A tag that says nothing of those that are switched off."""
    return replace(
        tag,
        parents=tuple(other for other in tag.parents if other not in off),
        yields=tuple(other for other in tag.yields if other not in off),
        together=tuple(names for names in tag.together if off.isdisjoint(names)),
    )


def owner(found: list[Source], section: str, name: str) -> Source:
    """The source whose table `[section.name]` is in force: the last that has it."""
    return next(source for source in reversed(found) if name in source.tables.get(section, {}))


def ancestors(taxonomy: Taxonomy, tag: str) -> set[str]:
    """Ids of all tags above one; holds `tag` itself when its parents run in a circle."""
    above: set[str] = set()
    waiting = list(taxonomy.tags[tag].parents) if tag in taxonomy.tags else []
    while waiting:
        parent = waiting.pop()
        if parent not in above:
            above.add(parent)
            waiting += taxonomy.tags[parent].parents if parent in taxonomy.tags else ()
    return above
