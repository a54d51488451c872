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
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.settings import STRICT, Slug
from config.tables import Source, read_tables, sources

Share = Annotated[float, Field(ge=0, le=1)]
Words = tuple[str, ...]

# A word we can find begins and ends in a letter or digit; the matcher turns all else into single spaces.
FINDABLE = re.compile(r"[^\W_](?:(?:[^\W_]|[^\w\s]| (?! ))*[^\W_])?[.!*]?")
# Scripts that write no spaces between words are spaces to the matcher, so that "在Microsoft的" holds a name.
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Outside a character class: a quantifier without an upper bound, or any repeated group but an optional one.
CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
UNBOUNDED = re.compile(r"[*+]|\{\d*,\}|\)\{")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """One tag and the evidence that speaks for it.

    `strong` and `weak` are cues, in any case; `patterns` are regular expressions tried in title and lead when one
    of the tag's cues is there. Each of `together` names tags that must all be there: the weakest of them counts.
    The tag stays silent while one of `yields` scores higher, or with fewer than `distinct` cues and none in the
    title. Kind "group" is for rules only and is never given to an article.
    """

    id: Slug
    name: str
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


Fault = tuple[str, str, str, str]  # section, name, key, what is wrong


def load_taxonomy(folder: Path | None = None) -> Taxonomy:
    """The shipped taxonomy with the operator's `folder/taxonomy.toml` laid over it.

    Raises `ConfigError` (file:line: key: fault) for the first table that is malformed or names what is not there.
    """
    found = sources("taxonomy.toml", folder)
    taxonomy = Taxonomy(
        tags=read_tables(TagRule, "tags", found),
        entities=read_tables(EntityRule, "entities", found),
        categories=read_tables(CategoryRule, "categories", found),
        words=read_tables(WordList, "words", found),
        version=hashlib.sha256("\0".join(source.text for source in found).encode()).hexdigest()[:12],
    )
    for section, name, key, fault in faults(taxonomy):
        raise owner(found, section, name).fault(fault, section, name, key)
    return taxonomy


def owner(found: list[Source], section: str, name: str) -> Source:
    """The source whose table `[section.name]` is in force: the last that has it."""
    return next(source for source in reversed(found) if name in source.tables.get(section, {}))


def faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """What single tables cannot know: names that lead nowhere, words and patterns that cannot match."""
    yield from tag_faults(taxonomy)
    yield from entity_faults(taxonomy)
    yield from alias_faults(taxonomy)
    known = taxonomy.tags.keys() | taxonomy.entities.keys()
    for rule in taxonomy.categories.values():
        if not rule.ignore and rule.tag not in known:
            yield "categories", rule.name, "tag", f"there is no tag or entity {rule.tag!r}"


def tag_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """Faults of the tags."""
    for tag in taxonomy.tags.values():
        if tag.id in taxonomy.entities:
            yield "tags", tag.id, "", "an entity has this id too"
        named = {
            "parents": tag.parents,
            "yields": tag.yields,
            "together": [one for all_ in tag.together for one in all_],
        }
        for key, ids in named.items():
            for other in ids:
                if other not in taxonomy.tags:
                    yield "tags", tag.id, key, f"there is no tag {other!r}"
        if tag.id in ancestors(taxonomy, tag.id):
            yield "tags", tag.id, "parents", "the tag is its own ancestor"
        for key in ("strong", "weak", "exclude"):
            yield from unfindable("tags", tag.id, key, getattr(tag, key))
        for pattern in tag.patterns:
            if fault := bad_pattern(pattern):
                yield "tags", tag.id, "patterns", f"{pattern!r} {fault}"


def entity_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """Faults of single entities."""
    known = taxonomy.tags.keys() | taxonomy.entities.keys()
    for rule in taxonomy.entities.values():
        for other in rule.implies:
            if other not in known:
                yield "entities", rule.id, "implies", f"there is no tag or entity {other!r}"
        for word in rule.context:
            if word.startswith("@") and word[1:] not in taxonomy.words:
                yield "entities", rule.id, "context", f"there is no word list {word[1:]!r}"
        plain = tuple(word for word in rule.context if not word.startswith("@"))
        for key, words in (("aliases", rule.names()), ("exclude", rule.exclude), ("context", plain)):
            yield from unfindable("entities", rule.id, key, words)


def alias_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """One spelling may name one entity only: which of two was meant nobody could say."""
    seen: dict[str, str] = {}
    for rule in taxonomy.entities.values():
        for name in dict.fromkeys(word.lower() for word in rule.names()):
            if name in seen:
                yield "entities", rule.id, "aliases", f"{name!r} already names {seen[name]!r}"
            seen[name] = rule.id


def unfindable(section: str, name: str, key: str, words: Words) -> Iterator[Fault]:
    """Words that the matcher could never find."""
    for word in words:
        if not FINDABLE.fullmatch(word) or len(word) > 120:  # noqa: PLR2004 - no name or phrase is longer
            yield section, name, key, f"{word!r} must begin and end in a letter or digit, with single spaces"
        elif UNSPACED.search(word):
            yield section, name, key, f"{word!r} is in a script without word spaces, which cannot be matched"


def bad_pattern(pattern: str) -> str:
    """What is wrong with a regular expression, or "". Patterns meet hostile text, so every repeat is bounded."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is no regular expression: {error}"
    if UNBOUNDED.search(CLASS.sub("x", pattern)):
        return "may run away: write {0,40} for * and +, and repeat no group"
    return ""


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
