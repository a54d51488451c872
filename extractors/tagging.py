"""The one door to tagging: a title and a text in, a section, tags, display labels and entities out.

    read once ─▶ known things ─┐
             └─▶ unknown names ┴▶ topics ─▶ feed categories ─▶ parents ─▶ section, labels

Every tag carries the evidence it rests on, and every piece of evidence its place. The same input gives the same bytes.
Text that is not English is spared the keyword rules; its entities and its feed's categories still tag it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from config.taxonomy import EntityRule, TagRule, Taxonomy, ancestors
from extractors.entities import Found, Gazetteer, entity_words, salience
from extractors.labels import Judged, choose_labels, choose_section, choose_topics
from extractors.language import guess
from extractors.model import Evidence, Tag, Tagging
from extractors.names import NameFinder
from extractors.topics import Ledger, Rules, chance, topic_words
from extractors.vocabulary import Reading, Span, Vocabulary, flatten

FEED = 0.81  # how sure a feed's own category is: .9 that it is meant so, .9 that it is right
PARENT = 0.9  # of a tag's score goes to its parents
UNKNOWN = 0.75  # of the weight of a listed name is given to one found by its surroundings
SUBJECT = 0.5  # score from which an entity is what the article is about
HEAD_START = 1.25  # of the more special of two tags that yield to one another: AI policy is technology policy too

Ledgers = dict[str, Ledger]


class Tagger:
    """A compiled taxonomy. Made once in a process; `tag` keeps no state between calls."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.vocabulary = Vocabulary([*topic_words(taxonomy), *entity_words(taxonomy)])
        self.gazetteer = Gazetteer(taxonomy, self.vocabulary)
        self.names = NameFinder(taxonomy)
        self.rules = Rules(taxonomy, self.vocabulary)
        self.order = {tag: place for place, tag in enumerate(taxonomy.tags)}
        self.above = {tag: ancestors(taxonomy, tag) for tag in taxonomy.tags}
        self.meanings = category_meanings(taxonomy)

    def tag(
        self,
        title: str,
        text: str,
        categories: Sequence[str] = (),
        language: str | None = None,
        publisher: str = "",
    ) -> Tagging:
        """Tag one article. Never raises; reads 1,000 characters of the title and 100,000 of the text.

        `text` is clean: boilerplate tags what it names. `categories` are the feed's, `language` is what it declares,
        `publisher` the feed's title, whose name in the text counts for nothing.
        """
        reading = self.vocabulary.read(title, text)
        english = guess(text or title, language) in (None, "en")
        subjects = self.subjects(reading, publisher, english=english)
        ledgers = self.rules.score(reading, subjects, name_spans(reading, publisher), english=english)
        topics = self.topics(reading, ledgers, categories)
        things = self.things(reading, subjects, ledgers)
        shown = choose_topics(topics, self.above)
        return Tagging(
            section=choose_section(topics, shown, self.above),
            tags=(*(one.tag for one in topics), *things),
            labels=choose_labels(shown, things, salience(reading, subjects)),
            entities=tuple(salience(reading, [one for one in subjects if one.named])),
        )

    def subjects(self, reading: Reading, publisher: str, *, english: bool) -> list[Found]:
        """Everything named in the text but those who report: a source is a subject only in the title of another."""
        known = self.gazetteer.find(reading)
        own = publisher.casefold()
        subjects = []
        for one in [*known, *(self.names.find(reading, known) if english else ())]:
            names = self.taxonomy.entities[one.id].names() if one.known else (one.name,)
            ours = (one.source or not one.known) and own in {name.casefold() for name in names}
            if not ours and (not one.source or reading.in_title(one.spans[0])):
                subjects.append(one)
        return subjects

    def topics(self, reading: Reading, ledgers: Ledgers, categories: Sequence[str]) -> list[Judged]:
        """Topic tags over their thresholds, best first, with those above them; ties stand in file order."""
        named = self.named(categories)
        judged: dict[str, Judged] = {}
        for rule in self.taxonomy.tags.values():
            silent = any(self.outdoes(ledgers, rival, rule.id) for rival in rule.yields)
            if rule.kind != "group" and not silent and (rule.id in ledgers or rule.id in named):
                one = judge(rule, reading, ledgers.get(rule.id), named.get(rule.id, ()))
                if one.tag.score >= rule.threshold:
                    judged[rule.id] = one
        self.add_parents(judged)
        return sorted(judged.values(), key=lambda one: (-one.tag.score, self.order[one.tag.id]))

    def outdoes(self, ledgers: Ledgers, rival: str, tag: str) -> bool:
        """Whether a rival speaks louder than a tag; whichever stands first in the file is heard a quarter louder."""
        theirs = ledgers[rival].z if rival in ledgers else 0.0
        ours = ledgers[tag].z if tag in ledgers else 0.0
        return theirs * HEAD_START >= ours > 0 if self.order[rival] < self.order[tag] else theirs > ours * HEAD_START

    def add_parents(self, judged: dict[str, Judged]) -> None:
        """Give each tag's ancestors nine tenths of its score, where they have less of their own."""
        for child in sorted(judged.values(), key=lambda one: (-one.tag.score, self.order[one.tag.id])):
            for parent in sorted(self.above[child.tag.id]):
                rule, score = self.taxonomy.tags[parent], round(PARENT * child.tag.score, 4)
                old = judged.get(parent)
                if rule.kind == "group" or (old and old.tag.score >= score):
                    continue
                why = Evidence(source="parent", field="", start=0, end=0, detail=child.tag.id)
                tag = old.tag if old else Tag(id=parent, name=rule.name, kind=rule.kind, score=score)
                tag = replace(tag, score=score, evidence=(*tag.evidence, why))
                judged[parent] = Judged(tag, max(old.alone if old else 0.0, PARENT * child.alone))

    def named(self, categories: Sequence[str]) -> dict[str, tuple[Evidence, ...]]:
        """Tag ids that a feed's categories name, each with its evidence."""
        named: dict[str, tuple[Evidence, ...]] = {}
        for category in dict.fromkeys(categories):
            if tag := self.meanings.get(category.strip().casefold()):
                why = Evidence(source="feed", field="", start=0, end=0, detail=category)
                named[tag] = (*named.get(tag, ()), why)
        return named

    def things(self, reading: Reading, subjects: Sequence[Found], ledgers: Ledgers) -> list[Tag]:
        """Tags of what the article is about, and of what that implies (Europe, by Paris and Berlin), best first."""
        listed, seen = self.taxonomy.entities, {one.id for one in subjects}
        implied = [listed[name] for name in ledgers if name in listed and name not in seen]
        every: list[Found | EntityRule] = [*subjects, *implied]
        tags = []
        for one in every:
            ledger = ledgers[one.id]
            score = round(chance(ledger.z * (1 if one.id in listed else UNKNOWN)), 4)
            if score >= SUBJECT:
                evidence = ledger.evidence(reading)
                tags.append(Tag(id=one.id, name=one.name, kind=one.type, score=score, evidence=evidence))
        return sorted(tags, key=lambda tag: -tag.score)


def judge(rule: TagRule, reading: Reading, ledger: Ledger | None, words: tuple[Evidence, ...]) -> Judged:
    """A topic with its score: what the text says, and what the feed says, as independent witnesses."""
    alone = chance(ledger.z) if ledger else 0.0
    score = 1 - (1 - alone) * (1 - FEED) if words else alone
    heard = ledger.evidence(reading) if ledger else ()
    tag = Tag(id=rule.id, name=rule.name, kind=rule.kind, score=round(score, 4), evidence=(*heard, *words))
    return Judged(tag, alone if alone >= rule.threshold else 0.0)


def category_meanings(taxonomy: Taxonomy) -> dict[str, str]:
    """Category, in lower case → tag id: the taxonomy's own map, then the names and ids of its tags."""
    meanings = {tag.id: tag.id for tag in taxonomy.tags.values()}
    meanings |= {tag.name.casefold(): tag.id for tag in taxonomy.tags.values()}
    return meanings | {name.casefold(): rule.tag for name, rule in taxonomy.categories.items()}


def name_spans(reading: Reading, publisher: str) -> list[Span]:
    """Where the publisher's own name stands, if it has two words or more: "AI News" is not about AI.

    A name of one word ("Security") may be an ordinary word of the text.
    """
    name = " ".join(flatten(publisher).split())
    spans: list[Span] = []
    start = reading.plain.find(name) if " " in name else -1
    while start >= 0:
        spans.append((start, start + len(name)))
        start = reading.plain.find(name, start + len(name))
    return spans
