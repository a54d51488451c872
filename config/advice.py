"""What is no fault of a taxonomy and yet not meant, as far as can be told: rules that nothing can bring to life.

for remark in remarks(taxonomy, found): print(remark.where, remark.text)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.tables import Source, shown
from config.taxonomy import Taxonomy, owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A remark on a table of a file: `where` is "file:line: section.name"."""

    where: str
    text: str


OURS_AND_OWN = 2  # files, when the operator has one
Note = tuple[str, str, str, str]  # section, name, key, what is to be said


def replaced(found: list[Source]) -> list[str]:
    """The shipped tables that the operator's own take the place of, or switch off, as "tags.ai"."""
    if len(found) < OURS_AND_OWN or found[1].tables.get("replace") is True:
        return []
    shipped, own = found[0].tables, found[1].tables
    return [
        shown(f"{section}.{name}")
        for section, tables in own.items()
        if isinstance(tables, dict)
        for name in tables
        if name in shipped.get(section, {})
    ]


def remarks(taxonomy: Taxonomy, found: list[Source]) -> list[Remark]:
    """Remarks on the tables of the operator's own file; without one, there are none."""
    every: list[Remark] = []
    if len(found) < OURS_AND_OWN:
        return every
    for section, name, key, text in notes(taxonomy):
        source = owner(found, section, name)
        if source is found[-1]:
            where = f"{source.path}:{source.line(section, name, key)}: {section}.{shown(name)}"
            every.append(Remark(where=where, text=text))
    return every


def notes(taxonomy: Taxonomy) -> Iterator[Note]:
    """All there is to remark, section by section in file order."""
    yield from silent(taxonomy)
    yield from doubled(taxonomy)
    for rule in taxonomy.entities.values():
        for other, weight in rule.implies.items():
            if not weight:
                yield "entities", rule.id, "implies", f"implies {other} with weight 0, which says nothing"
    seen: dict[str, str] = {}
    for name in taxonomy.categories:
        if (folded := name.strip().casefold()) in seen:
            yield "categories", name, "", f"is {shown(seen[folded])!r} in other letters; the later one counts"
        seen[folded] = name


def silent(taxonomy: Taxonomy) -> Iterator[Note]:
    """Tags that no article can get, and groups that no rule asks for."""
    given = {other for rule in taxonomy.entities.values() for other in rule.implies}
    given |= {rule.tag for rule in taxonomy.categories.values()}
    given |= {parent for tag in taxonomy.tags.values() for parent in tag.parents}
    asked = {one for tag in taxonomy.tags.values() for names in tag.together for one in names}
    for tag in taxonomy.tags.values():
        if tag.kind == "group" and tag.id not in asked:
            yield "tags", tag.id, "", "is a group, and no tag has it in `together`"
        if not (tag.strong or tag.weak or tag.together or tag.id in given):
            yield "tags", tag.id, "", "has no cue, and no other tag, entity or category leads to it"


def doubled(taxonomy: Taxonomy) -> Iterator[Note]:
    """Cues that are also names: an entity had better imply the tag, which also looks at capitals and context."""
    names = {name.lower() for rule in taxonomy.entities.values() for name in rule.names()}
    for tag in taxonomy.tags.values():
        for key in ("strong", "weak"):
            if both := [word for word in getattr(tag, key) if word.lower() in names]:
                text = f"the entities of these names had better imply the tag: {', '.join(both)}"
                yield "tags", tag.id, key, text
