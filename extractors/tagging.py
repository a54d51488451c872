"""The one door to tagging: a title and a text in, a section, tags, display labels and entities out.

    read once ─▶ known things ─┐                ┌─ feed's categories
             └─▶ unknown names ┴▶ topics by rule ┼─ trained models     ─▶ tags above them ─▶ section, labels

Every tag carries the evidence it rests on, and every piece of evidence its place. The same input gives the same bytes.
Text that is not English is spared the keyword rules; its entities and its feed's categories still tag it.

Rules, feed and models are independent witnesses: p = 1 - (1 - rules) · (1 - feed) · (1 - model). So a model only ever
adds; and since its word counts .7 at most, it takes one that is sure of itself to give a tag on its word alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from config.taxonomy import EntityRule, TagRule, Taxonomy, ancestors
from extractors.entities import Found, Gazetteer, entity_words, salience
from extractors.labels import Parents, settle
from extractors.language import guess
from extractors.names import NameFinder
from extractors.subject import Claim, Evidence, Named, Tag, Tagging
from extractors.topics import Ledger, Rules, chance, topic_words
from extractors.trained import LABEL, Training, Voice, voices
from extractors.vocabulary import Reading, Span, Vocabulary, flatten

MEANT = 0.9  # how sure it is that a feed's category means the tag it is mapped to
TRUST = 0.9  # how often a feed's categories are right, as long as it has not shown otherwise
BORNE_OUT = 0.15  # score on the text alone from which it bears a category out: some word of the topic is there
MODEL = 0.7  # of a model's word counts
UNKNOWN = 0.75  # of the weight of a listed name is given to one found by its surroundings
SUBJECT = 0.5  # score from which an entity is what the article is about
HEAD_START = 1.25  # of the more special of two tags that yield to one another: AI policy is technology policy too

Ledgers = dict[str, Ledger]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes an article: the feed's name, how far its categories can be trusted (0–1), and the operator's tags.

    The name in a text counts for nothing. `tags` are given to every article of the feed.
    """

    name: str = ""
    trust: float = TRUST
    tags: tuple[str, ...] = ()


NOBODY = Publisher()


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """What speaks for topics besides the rules: what the feed says, and how much that is worth, and the models."""

    said: dict[str, list[Evidence]] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)


class Tagger:
    """A compiled taxonomy, and what was learnt from corrections. Made once in a process; `tag` keeps no state."""

    def __init__(self, taxonomy: Taxonomy, training: Training | None = None) -> None:
        self.taxonomy = taxonomy
        self.training = training or Training()
        self.vocabulary = Vocabulary([*topic_words(taxonomy), *entity_words(taxonomy)])
        self.gazetteer = Gazetteer(taxonomy, self.vocabulary)
        self.names = NameFinder(taxonomy)
        self.rules = Rules(taxonomy, self.vocabulary)
        self.order = {tag: place for place, tag in enumerate(taxonomy.tags)}
        self.above = parents_of(taxonomy)
        self.below = children_of(self.above)
        self.meanings = category_meanings(taxonomy)

    def tag(
        self,
        title: str,
        text: str,
        categories: Sequence[str] = (),
        language: str | None = None,
        publisher: Publisher = NOBODY,
    ) -> Tagging:
        """Tag one article. Never raises; reads 1,000 characters of the title and 100,000 of the text.

        `text` is clean: boilerplate tags what it names. `categories` are the feed's, `language` is what it declares.
        """
        reading = self.vocabulary.read(title, text)
        english = guess(text or title, language) in (None, "en")
        subjects = self.subjects(reading, publisher.name, english=english)
        ledgers = self.rules.score(reading, subjects, name_spans(reading, publisher.name), english=english)
        testimony = self.hear(categories, publisher)
        things = self.things(reading, subjects, ledgers)
        entities = salience(reading, [one for one in subjects if one.named])
        claims = self.claims(categories, ledgers)
        tagging = settle([*self.topics(reading, ledgers, testimony), *things], self.above, entities, claims)
        heard = voices(self.training, reading, tagging)
        if not heard:
            return tagging
        testimony.voices.update(heard)
        topics = [*self.topics(reading, ledgers, testimony), *self.others(heard)]
        return settle([*topics, *things], self.above, entities, claims)

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

    def topics(self, reading: Reading, ledgers: Ledgers, testimony: Testimony) -> list[Tag]:
        """Topic tags over their thresholds, in file order."""
        judged = []
        for rule in self.taxonomy.tags.values():
            silent = any(self.outdoes(ledgers, rival, rule.id) for rival in rule.yields)
            heard = rule.id in ledgers or rule.id in testimony.said or rule.id in testimony.voices
            if rule.kind != "group" and not silent and heard:
                least = self.training.thresholds.get(rule.id, rule.threshold)
                judged.append(judge(rule, reading, ledgers.get(rule.id), testimony, least))
        return [tag for tag in judged if tag]

    def outdoes(self, ledgers: Ledgers, rival: str, tag: str) -> bool:
        """Whether a rival speaks louder than a tag; whichever stands first in the file is heard a quarter louder."""
        theirs = ledgers[rival].z if rival in ledgers else 0.0
        ours = ledgers[tag].z if tag in ledgers else 0.0
        return theirs * HEAD_START >= ours > 0 if self.order[rival] < self.order[tag] else theirs > ours * HEAD_START

    def hear(self, categories: Sequence[str], publisher: Publisher) -> Testimony:
        """What the operator's tags and the feed's categories say, the operator's word first."""
        heard = Testimony()
        for words, worth in ((publisher.tags, MEANT * TRUST), (categories, MEANT * publisher.trust)):
            for word in sorted(set(words)):
                if tag := self.meaning(word):
                    why = Evidence(source="feed", field="", start=0, end=0, detail=word)
                    heard.said.setdefault(tag, []).append(why)
                    heard.worth.setdefault(tag, worth)
        return heard

    def claims(self, categories: Sequence[str], ledgers: Ledgers) -> list[Claim]:
        """What the feed's categories claim, each once, and whether the text bears it out."""
        every = [(word, self.meaning(word)) for word in sorted(set(categories))]
        return [Claim(category=word, tag=tag, borne_out=self.bears_out(ledgers, tag)) for word, tag in every]

    def bears_out(self, ledgers: Ledgers, tag: str | None) -> bool:
        """Whether anything in the text speaks for a tag, or for one below it."""
        family = [one for one in (tag, *self.below.get(tag or "", ())) if one in ledgers]
        return any(chance(ledgers[one].z) >= BORNE_OUT for one in family)

    def meaning(self, category: str) -> str | None:
        """The tag that a feed's category stands for; None for one that means nothing, or is to be ignored."""
        return self.meanings.get(category.strip().casefold()) or None

    def others(self, heard: dict[str, Voice]) -> list[Tag]:
        """Tags of labels that are no rule's, but were learnt from labelled data; a model is all that speaks for them.

        A tag that was the taxonomy's when a model was trained, and is no more, is not given.
        """
        found = [voice for tag, voice in heard.items() if tag.startswith(LABEL)]
        return [
            Tag(
                id=one.tag.id,
                name=one.tag.name,
                kind=one.tag.kind,
                score=round(MODEL * one.chance, 4),
                alone=round(MODEL * one.chance, 4),
                evidence=one.evidence,
            )
            for one in found
        ]

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
        return tags


def judge(rule: TagRule, reading: Reading, ledger: Ledger | None, testimony: Testimony, least: float) -> Tag | None:
    """A topic with its score: what the text, the feed and the models say, as independent witnesses. None under `least`.

    Evidence is gathered for what is given only: of twenty topics that a long text touches it is about three.
    """
    voice = testimony.voices.get(rule.id)
    alone = 1 - (1 - (chance(ledger.z) if ledger else 0.0)) * (1 - (MODEL * voice.chance if voice else 0.0))
    score = round(1 - (1 - alone) * (1 - testimony.worth.get(rule.id, 0.0)), 4)
    if score < least:
        return None
    heard = (
        *(ledger.evidence(reading) if ledger else ()),
        *(voice.evidence if voice else ()),
        *testimony.said.get(rule.id, ()),
    )
    clear = round(alone, 4) if alone >= least else 0.0
    return Tag(id=rule.id, name=rule.name, kind=rule.kind, score=score, alone=clear, evidence=heard)


def parents_of(taxonomy: Taxonomy) -> Parents:
    """All tags above each tag, in file order; groups are never given and left out."""
    order = {tag: place for place, tag in enumerate(taxonomy.tags)}
    return {
        tag: [
            Named(id=rule.id, name=rule.name, kind=rule.kind)
            for rule in map(taxonomy.tags.__getitem__, sorted(ancestors(taxonomy, tag), key=order.__getitem__))
            if rule.kind != "group"
        ]
        for tag in taxonomy.tags
    }


def tags_of(taxonomy: Taxonomy) -> list[tuple[Named, list[str], str]]:
    """Every tag that may be given, topics first: with the ids of all above it, and its IPTC Media Topic or ""."""
    above = parents_of(taxonomy)
    given = (rule for rule in taxonomy.tags.values() if rule.kind != "group")
    topics = [
        (Named(id=rule.id, name=rule.name, kind=rule.kind), [one.id for one in above[rule.id]], rule.iptc)
        for rule in given
    ]
    things = (Named(id=rule.id, name=rule.name, kind=rule.type) for rule in taxonomy.entities.values())
    return [*topics, *((thing, [], "") for thing in things)]


def reporters(taxonomy: Taxonomy) -> frozenset[str]:
    """The names, case folded, of those who report and are no subject themselves."""
    return frozenset(name.casefold() for rule in taxonomy.entities.values() if rule.source for name in rule.names())


def children_of(parents: Parents) -> dict[str, list[str]]:
    """All tags below each tag."""
    below: dict[str, list[str]] = {}
    for child, above in parents.items():
        for parent in above:
            below.setdefault(parent.id, []).append(child)
    return below


def category_meanings(taxonomy: Taxonomy) -> dict[str, str]:
    """Category, in lower case → tag id: the taxonomy's own map, then names and ids of tags, then names of things."""
    meanings = {rule.name.casefold(): rule.id for rule in taxonomy.entities.values()}
    meanings |= {tag.id: tag.id for tag in taxonomy.tags.values()}
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
