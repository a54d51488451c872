"""What single tables of a taxonomy cannot know: names that lead nowhere or in a circle, words that cannot be found.

    for section, name, key, fault in faults(taxonomy): ...

Faults come in a fixed order, those of tags first. `config.taxonomy` makes an error of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from config.patterns import fault as bad_pattern
from config.tables import shown

if TYPE_CHECKING:
    from config.taxonomy import TagRule, Taxonomy

LONGEST = 120  # characters of a name, cue or phrase
# A word we can find begins and ends in a letter or digit; the matcher turns all else into single spaces.
FINDABLE = re.compile(r"[^\W_](?:(?:[^\W_]|[^\w\s]| (?! ))*[^\W_])?[.!*]?")
# Scripts that write no spaces between words are spaces to the matcher, so that "在Microsoft的" holds a name.
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Fault = tuple[str, str, str, str]  # section, name, key, what is wrong


def faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """What single tables cannot know: names that lead nowhere or in a circle, words and patterns that cannot match."""
    yield from tag_faults(taxonomy)
    yield from circles("tags", "parents", {tag.id: tag.parents for tag in taxonomy.tags.values()})
    yield from entity_faults(taxonomy)
    implied = {rule.id: rule.implies.keys() & taxonomy.entities.keys() for rule in taxonomy.entities.values()}
    yield from circles("entities", "implies", {rule: others for rule, others in implied.items() if others})
    yield from alias_faults(taxonomy)
    known = taxonomy.tags.keys() | taxonomy.entities.keys()
    for rule in taxonomy.categories.values():
        if rule.ignore and rule.tag:
            yield "categories", rule.name, "ignore", "a category is ignored or has a tag, not both"
        if not rule.ignore and rule.tag not in known:
            yield "categories", rule.name, "tag", f"there is no tag or entity {shown(rule.tag)!r}"


def tag_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """Faults of single tags."""
    for tag in taxonomy.tags.values():
        if tag.id in taxonomy.entities:
            yield "tags", tag.id, "", "an entity has this id too"
        if not tag.name.strip() or not tag.name.isprintable():
            yield "tags", tag.id, "name", "must be a name on one line"
        yield from link_faults(taxonomy, tag)
        for key in ("strong", "weak", "exclude"):
            yield from unfindable("tags", tag.id, key, getattr(tag, key))
        for pattern in tag.patterns:
            if fault := bad_pattern(pattern):
                yield "tags", tag.id, "patterns", f"{shown(pattern)!r} {fault}"


def link_faults(taxonomy: Taxonomy, tag: TagRule) -> Iterator[Fault]:
    """Faults in what a tag says of other tags."""
    named = {"parents": tag.parents, "yields": tag.yields, "together": [one for all_ in tag.together for one in all_]}
    for key, ids in named.items():
        for other in ids:
            if other not in taxonomy.tags:
                yield "tags", tag.id, key, f"there is no tag {shown(other)!r}"
        if tag.id in ids and key != "parents":
            yield "tags", tag.id, key, "names the tag itself"
    if () in tag.together:
        yield "tags", tag.id, "together", "a list of it is empty"


def circles(section: str, key: str, links: Mapping[str, Iterable[str]]) -> Iterator[Fault]:
    """The first table, in file order, of one circle in which tables name one another, if there is any."""
    try:
        TopologicalSorter(links).prepare()
    except CycleError as error:
        order = {name: place for place, name in enumerate(links)}
        fault = "the tag is its own ancestor" if key == "parents" else "the entity implies itself, or what implies it"
        yield section, min(error.args[1], key=order.__getitem__), key, fault


def entity_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """Faults of single entities."""
    known = taxonomy.tags.keys() | taxonomy.entities.keys()
    asked: set[str] = set()  # lists of words that stand near a name: the matcher must find them
    for rule in taxonomy.entities.values():
        for other in rule.implies:
            if other not in known:
                yield "entities", rule.id, "implies", f"there is no tag or entity {shown(other)!r}"
        near = [word for word in rule.context if not word.startswith("@")]
        lists = [word[1:] for word in rule.context if word.startswith("@")]
        for name in lists:
            if name not in taxonomy.words:
                yield "entities", rule.id, "context", f"there is no word list {shown(name)!r}"
        asked.update(lists)
        for key, words in (("aliases", rule.names()), ("exclude", rule.exclude), ("context", near)):
            yield from unfindable("entities", rule.id, key, words)
    for each in taxonomy.words.values():
        if each.id in asked:
            yield from unfindable("words", each.id, "list", each.list)


def alias_faults(taxonomy: Taxonomy) -> Iterator[Fault]:
    """One spelling may name one entity only: which of two was meant nobody could say."""
    seen: dict[str, str] = {}
    for rule in taxonomy.entities.values():
        for name in dict.fromkeys(word.lower() for word in rule.names()):
            if name in seen:
                yield "entities", rule.id, "aliases", f"{name!r} already names {seen[name]!r}"
            seen[name] = rule.id


def unfindable(section: str, name: str, key: str, words: Iterable[str]) -> Iterator[Fault]:
    """Words that the matcher could never find."""
    for word in words:
        if word.isalnum() and word.isascii() and len(word) <= LONGEST:  # as most are: spares the expressions
            continue
        if len(word) > LONGEST or not FINDABLE.fullmatch(word) or not word.isprintable():
            yield section, name, key, f"{shown(word)!r} must begin and end in a letter or digit, with single spaces"
        elif not word.isascii() and UNSPACED.search(word):
            yield section, name, key, f"{word!r} is in a script without word spaces, which cannot be matched"
