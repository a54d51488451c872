"""Which cues people's corrections suggest, and the tables that would have them: the work of `fanmill taxonomy suggest`.

A tag of which somebody said at least three times that an article has it is compared with the articles of which somebody
said that they have it not, and with the latest that nobody corrected and the rules do not give it. See
`extractors.suggesting` for how words are weighed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.patches import tag_table
from config.tables import Source
from config.taxonomy import TagRule, Taxonomy
from config.writing import comment
from extractors.language import guess
from extractors.suggesting import Cue, names, suggest, terms
from extractors.tagging import Tagger
from storage.retagging import StoredText
from storage.store import Store

LEAST = 3  # articles that somebody said have the tag
OTHERS = 500  # articles that nobody corrected, the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Cues for one tag, the best first, from so many articles that have it."""

    rule: TagRule
    cues: tuple[Cue, ...]
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article as it is compared: its terms, the tags that the rules give it, and what somebody said of tags."""

    terms: frozenset[str]
    tags: frozenset[str]
    said: dict[str, bool]


def advice(store: Store, taxonomy: Taxonomy) -> list[Advice]:
    """What the corrections suggest, tag by tag in the order of the taxonomy."""
    said = store.tags.corrections()
    ids = [*said, *store.tags.uncorrected(OTHERS)]
    texts = [text for text in store.tags.texts_of(ids) if guess(text.text or text.title, text.language) in (None, "en")]
    tagger = Tagger(taxonomy)
    taggings = [tagger.tag(text.title, text.text, (), text.language) for text in texts]
    given = [frozenset(tag.id for tag in tagging.tags) for tagging in taggings]
    every = [known(text, tags, said.get(text.id, {})) for text, tags in zip(texts, given, strict=True)]
    barred = names(taxonomy, taggings)
    found = [advise(rule, every, barred) for rule in taxonomy.tags.values() if rule.kind != "group"]
    return [one for one in found if one.cues]


def known(text: StoredText, tags: frozenset[str], said: dict[str, bool]) -> Known:
    """An article as it is compared."""
    return Known(terms=terms(text.title, text.text), tags=tags, said=said)


def advise(rule: TagRule, every: Sequence[Known], barred: frozenset[str]) -> Advice:
    """Cues for one tag; none for one that too few articles were said to have."""
    having = [one.terms for one in every if one.said.get(rule.id)]
    lacking = [one.terms for one in every if one.said.get(rule.id) is False or lacks(rule, one)]
    cues = suggest(rule, having, lacking, barred) if len(having) >= LEAST else []
    return Advice(rule=rule, cues=tuple(cues), articles=len(having))


def lacks(rule: TagRule, one: Known) -> bool:
    """Whether nobody said anything of an article, and the rules do not give it the tag."""
    return not one.said and rule.id not in one.tags


def patched(found: Sequence[Advice], sources: Sequence[Source]) -> str:
    """The advice as TOML: each tag's whole table with the new cues, since an own table takes the place of ours."""
    if not found:
        return comment(f"nothing to suggest: no tag was given {LEAST} times by hand with words in common") + "\n"
    return "\n".join(["", *(table(one, sources) for one in found)])


def table(one: Advice, sources: Sequence[Source]) -> str:
    """One tag's table under what speaks for its new cues, and a word of warning when the operator's file has it."""
    strong = tuple(cue.word for cue in one.cues if cue.strong)
    weak = tuple(cue.word for cue in one.cues if not cue.strong)
    rule = replace(one.rule, strong=one.rule.strong + strong, weak=one.rule.weak + weak)
    lines = [
        comment(f"{cue.word}: in {cue.having} of {one.articles} that have it, in {cue.lacking} others")
        for cue in one.cues
    ]
    own = sources[-1] if len(sources) > 1 else None
    if own and rule.id in own.tables.get("tags", {}):
        place = own.line("tags", rule.id)
        lines.insert(0, comment(f"put this in place of [tags.{rule.id}] in line {place} of {own.path.name}"))
    return "\n".join([*lines, tag_table(rule)])
