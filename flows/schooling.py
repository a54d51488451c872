"""`fanmill train` below the terminal: learn tags from what people said of them.

Each tag that was corrected is learnt for itself: a model (`corrections/ai-policy`), a threshold, both or neither. What
is kept judges better than the rules alone, on verdicts that it has not seen, and better than what stands, on verdicts
that came after that was learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.load import Config
from config.taxonomy import Taxonomy
from extractors.casework import Reader, Seen
from extractors.schooling import FEWEST, Case, Judge, Lesson, f1, teach
from extractors.subject import Named
from extractors.tagging import tags_of
from extractors.trained import Trained, Training
from flows.options import CommandError
from flows.retagging import as_text
from storage import training
from storage.store import Store

OWN = "corrections/"  # names of models that corrections taught begin so
UNCORRECTED = 600  # articles that are heard as the rules tagged them: five to ten seconds a tag
TOGETHER = 200  # articles that are read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one tag. `learnt` tells what, in words; F1 on its verdicts is None where they were too few."""

    tag: str
    verdicts: int
    learnt: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """One tag with its cases. `standing` is what was learnt of it before, `later` the verdicts that came after that."""

    tag: Named
    threshold: float
    cases: Sequence[Case]
    standing: Judge | None = None
    later: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """All that is known when tags are learnt: the articles as seen, by id, what was said of them, what stands."""

    store: Store
    reader: Reader
    seen: Mapping[int, Seen]
    said: Mapping[int, Mapping[str, bool]]
    standing: Training

    def pupil(self, tag: str) -> Pupil:
        """A tag with its cases, and with what was learnt of it before."""
        rule = self.reader.tagger.taxonomy.tags[tag]
        cases = [self.reader.case(one, tag, self.said.get(article, {}).get(tag)) for article, one in self.seen.items()]
        pupil = Pupil(tag=Named(id=tag, name=rule.name, kind=rule.kind), threshold=rule.threshold, cases=cases)
        when = self.store.tags.trained_at(OWN + tag, tag)
        if when is None:
            return pupil
        fresh = self.store.tags.corrections(when)
        model = next((one.model for one in self.standing.models if one.name == OWN + tag), None)
        judge = Judge(tag=tag, threshold=self.standing.thresholds.get(tag, rule.threshold), model=model)
        later = [place for place, article in enumerate(self.seen) if tag in fresh.get(article, ())]
        return replace(pupil, standing=judge, later=later)


def train(store: Store, config: Config, now: datetime) -> list[Outcome]:
    """Learn every topic that was corrected, and keep what is better. Raises `CommandError` when none was."""
    said = store.tags.corrections()
    topics = corrected(config.taxonomy, said)
    if not topics:
        raise CommandError("nobody has corrected a topic so far; write for example: fanmill tag 7 +ai-policy -funding")
    store.tags.name(tags_of(config.taxonomy))
    reader = Reader(config.taxonomy)
    seen = read(store, config, reader, [*said, *store.tags.uncorrected(UNCORRECTED)])
    school = School(store=store, reader=reader, seen=seen, said=said, standing=store.tags.training())
    outcomes = []
    for tag in topics:
        pupil = school.pupil(tag)
        outcomes.append(settle(store, pupil, teach(tag, pupil.cases, pupil.threshold), now))
    return outcomes


def corrected(taxonomy: Taxonomy, said: Mapping[int, Mapping[str, bool]]) -> list[str]:
    """The topics that somebody spoke about, in order. A company or person is known by its names, not by other words."""
    named = {tag for verdicts in said.values() for tag in verdicts}
    return sorted(tag for tag in named if tag in taxonomy.tags and taxonomy.tags[tag].kind != "group")


def read(store: Store, config: Config, reader: Reader, ids: Sequence[int]) -> dict[int, Seen]:
    """What there is to know of these articles, ascending by id."""
    found: dict[int, Seen] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), TOGETHER):
        for stored in store.tags.texts_of(ordered[start : start + TOGETHER]):
            one = as_text(stored, config.feeds.get(stored.feed))
            found[stored.id] = reader.read(one.title, one.text, one.categories, one.language, one.publisher)
    return found


def settle(store: Store, pupil: Pupil, lesson: Lesson | None, now: datetime) -> Outcome:
    """Keep what was learnt of a tag, unless what stands is better."""
    tag = pupil.tag.id
    if lesson is None:
        count = sum(case.said is not None for case in pupil.cases)
        return Outcome(tag=tag, verdicts=count, learnt=f"nothing yet: {FEWEST} articles that have it are needed")
    told = Outcome(tag=tag, verdicts=lesson.verdicts, learnt=said_of(lesson), before=lesson.before, after=lesson.after)
    if pupil.standing and len(pupil.later) >= FEWEST:
        stands = f1(pupil.cases, [pupil.standing.gives(case) for case in pupil.cases], pupil.later)
        comes = f1(pupil.cases, lesson.judged, pupil.later)
        if stands > comes:
            why = f"nothing: what stands is better on the {len(pupil.later)} verdicts since ({stands:.2f}, {comes:.2f})"
            return Outcome(tag=tag, verdicts=lesson.verdicts, learnt=why, before=lesson.before, after=lesson.before)
    keep(store, pupil.tag, lesson, now)
    return told


def keep(store: Store, tag: Named, lesson: Lesson, now: datetime) -> None:
    """Put what was learnt in place of what was."""
    figures = {"before": lesson.before, "after": lesson.after}
    if lesson.model:
        trained = Trained(name=OWN + tag.id, model=lesson.model, tags={tag.id: tag})
        store.tags.keep_model(training.Lesson(trained=trained, examples=lesson.verdicts, **figures), now)
    else:
        store.tags.forget_model(OWN + tag.id)
    threshold = lesson.threshold
    least = training.Least(threshold=threshold, verdicts=lesson.verdicts, **figures) if threshold is not None else None
    store.tags.set_least(tag.id, least, now)


def said_of(lesson: Lesson) -> str:
    """What was learnt, in words."""
    parts = ["a model"] if lesson.model else []
    parts += [f"a threshold of {lesson.threshold:.2f}"] if lesson.threshold is not None else []
    return " and ".join(parts) or "nothing: the rules judge as well"
