"""Learn one tag from what people said of it: a model of its other words, and a threshold, where they judge better.

    verdicts ─┬─▶ which untagged articles look like those that should have had the tag? They are no examples of its lack
    the rest ─┘         ─▶ five-fold trial of a model ─▶ sound and better? ─▶ five-fold trial of thresholds ─▶ Lesson

People correct what is wrong, so verdicts alone would teach to turn every rule about. Articles nobody corrected are
heard too, as the rules tagged them. But where the rules miss a tag they miss it in many articles, and to call those
examples of its lack would teach the model to miss it as well: of the untagged, those that a first model ranks above
half of the known misses are left out (the spies of Liu et al., "Partially Supervised Classification", 2002).

A model is sound when the rules are right about most of what they tag, since it learns from that, and when either much
of what is untagged looks like the misses, or it finds two in five of the misses that it has not seen. Measured on 14
tags of labelled news, all others lose as much as they gain.

What the rules say of the tag itself is hidden from its model, which would else repeat it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.fitting import Example, fit
from extractors.linear import Model, score
from extractors.tagging import MODEL

FOLDS = 5
FEWEST = 5  # verdicts that a tag is there, before anything is learnt of it; of either kind, for a threshold
TELLING = 3.0  # what a verdict weighs with the model, against 1 of an article that nobody corrected
SILENT = 0.5  # what such an article weighs in F1, against 1 of a verdict: rules are right, mostly
STEPS = tuple(step / 20 for step in range(6, 19))  # thresholds that are tried, .3 to .9
GAIN = 0.02  # of F1 that a threshold must bring
RIGHT = 0.6  # share of what the rules tag that must be right, for their tags to teach a model
PRIOR = (2.0, 2.5)  # right and all, as if seen before any verdict
FOUND = 0.4  # share of the known misses that a model must find, unless the misses are many


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One article, in the eyes of one tag.

    `own` is the tag's score by rules and feed (0–1), whether or not it is enough; `given` tells whether it was, or
    that another tag `brought` it along. `said` is what somebody said; None for nothing.
    """

    features: Mapping[str, float]
    own: float
    given: bool
    brought: bool = False
    said: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether the article has the tag, as far as is known."""
        return self.given if self.said is None else self.said

    @property
    def missed(self) -> bool:
        """Whether somebody said that it has the tag, and the rules did not."""
        return self.said is True and not self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learnt of a tag: a model, a threshold, both or neither.

    `before` and `after` are F1 on the verdicts, of the rules alone and of what was learnt from the others of them;
    `judged` tells so of each case.
    """

    tag: str
    verdicts: int
    before: float
    after: float
    judged: tuple[bool, ...]
    model: Model | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What stands: a threshold, and a model or none."""

    tag: str
    threshold: float
    model: Model | None = None

    def gives(self, case: Case) -> bool:
        """Whether a case is given the tag."""
        return said_by(case, spoken(self.model, self.tag, case) if self.model else 0.0, self.threshold)


Chances = Sequence[float]  # what a model that has not seen it says of each case, 0–1


def teach(tag: str, cases: Sequence[Case], threshold: float) -> Lesson | None:
    """What the cases teach of a tag whose threshold is the taxonomy's `threshold`; None when they are too few to tell.

    The same cases in the same order give the same lesson.
    """
    verdicts = [place for place, case in enumerate(cases) if case.said is not None]
    if sum(cases[place].holds for place in verdicts) < FEWEST:
        return None
    silent = [0.0] * len(cases)
    left_out = suspects(tag, cases)
    chances = unseen(tag, cases, left_out)
    judged = [said_by(case, chance, threshold) for case, chance in zip(cases, chances, strict=True)]
    rules = [case.given for case in cases]
    heard = f1(cases, judged, verdicts) > f1(cases, rules, verdicts) and is_sound(cases, judged, len(left_out))
    least, by_least = another_threshold(cases, chances if heard else silent, threshold)
    final = by_least if least is not None else judged if heard else rules
    return Lesson(
        tag=tag,
        verdicts=len(verdicts),
        before=round(f1(cases, rules, verdicts), 4),
        after=round(f1(cases, final, verdicts), 4),
        judged=tuple(final),
        model=train(tag, without(cases, left_out)) if heard else None,
        threshold=least,
    )


def suspects(tag: str, cases: Sequence[Case]) -> frozenset[int]:
    """The places of untagged articles that look so much like known misses that they may well be misses too."""
    missed = [place for place, case in enumerate(cases) if case.missed]
    if len(missed) < FEWEST:
        return frozenset()
    first = unseen(tag, cases, cuts=False)
    bar = sorted(first[place] for place in missed)[len(missed) // 2]
    return frozenset(
        place for place, case in enumerate(cases) if not case.holds and case.said is None and first[place] >= bar
    )


def is_sound(cases: Sequence[Case], judged: Sequence[bool], suspected: int) -> bool:
    """Whether a model can be trusted with articles that nobody looked at."""
    looked_at = [case.holds for case in cases if case.given and case.said is not None]
    right = (sum(looked_at) + PRIOR[0]) / (len(looked_at) + PRIOR[1])
    misses = [found for case, found in zip(cases, judged, strict=True) if case.missed]
    many = suspected >= sum(case.given for case in cases)
    return right >= RIGHT and len(misses) >= FEWEST and (many or sum(misses) >= FOUND * len(misses))


def another_threshold(cases: Sequence[Case], chances: Chances, threshold: float) -> tuple[float | None, Sequence[bool]]:
    """A threshold that serves better than the taxonomy's, None when none does; and how such ones judged the cases.

    Each fold is judged by a threshold picked on the others. It must serve the verdicts better, and verdicts and other
    articles together.
    """
    places = range(len(cases))
    verdicts = [place for place in places if cases[place].said is not None]
    kinds = [cases[place].holds for place in verdicts]
    if min(kinds.count(True), kinds.count(False)) < FEWEST:
        return None, ()
    folds, judged = deal(cases), [False] * len(cases)
    for fold in range(FOLDS):
        least = pick(cases, chances, [place for place in places if folds[place] != fold])
        for place in places:
            if folds[place] == fold:
                judged[place] = said_by(cases[place], chances[place], least)
    usual = [said_by(case, chance, threshold) for case, chance in zip(cases, chances, strict=True)]
    better = [f1(cases, judged, some) - f1(cases, usual, some) for some in (verdicts, places)]
    return (pick(cases, chances, places) if min(better) >= GAIN else None), judged


def pick(cases: Sequence[Case], chances: Chances, places: Collection[int]) -> float:
    """The threshold that serves these cases best; the middle one of equals."""
    reached = {}
    for step in STEPS:
        judged = [said_by(case, chance, step) for case, chance in zip(cases, chances, strict=True)]
        reached[step] = f1(cases, judged, places)
    best = [step for step in STEPS if reached[step] == max(reached.values())]
    return best[len(best) // 2]


def said_by(case: Case, chance: float, threshold: float) -> bool:
    """Whether a case is given the tag, with a model's word as `extractors.tagging` adds it."""
    return case.brought or 1 - (1 - case.own) * (1 - MODEL * chance) >= threshold


def unseen(tag: str, cases: Sequence[Case], left_out: Collection[int] = (), *, cuts: bool = True) -> list[float]:
    """What a model says of each case that it has not seen; with `cuts` 0 where it is not sure enough to speak."""
    chances, folds = [0.0] * len(cases), deal(cases)
    for fold in range(FOLDS):
        seen = [case for place, case in enumerate(cases) if folds[place] != fold and place not in left_out]
        model = train(tag, seen)
        for place, case in enumerate(cases):
            if folds[place] == fold:
                chances[place] = spoken(model, tag, case, cuts=cuts)
    return chances


def spoken(model: Model, tag: str, case: Case, *, cuts: bool = True) -> float:
    """A model's chance of a tag; with `cuts` 0 where it is not sure enough to speak."""
    chance = score(model, case.features).get(tag, 0.0)
    return chance if not cuts or chance >= model.cuts.get(tag, 1.0) else 0.0


def train(tag: str, cases: Iterable[Case]) -> Model:
    """A model of one tag, by the other words of its articles."""
    about = frozenset((tag,))
    examples = [
        Example(
            features=case.features,
            labels=about if case.holds else frozenset(),
            about=about,
            weight=1.0 if case.said is None else TELLING,
        )
        for case in cases
    ]
    return fit(examples, exclusive=False)


def without(cases: Sequence[Case], left_out: Collection[int]) -> list[Case]:
    """The cases but for those at some places."""
    return [case for place, case in enumerate(cases) if place not in left_out]


def deal(cases: Sequence[Case]) -> list[int]:
    """The fold of each case: cases of one kind go round."""
    seen: dict[tuple[bool | None, bool], int] = {}
    folds = []
    for case in cases:
        kind = (case.said, case.given)
        folds.append(seen.get(kind, 0) % FOLDS)
        seen[kind] = seen.get(kind, 0) + 1
    return folds


def f1(cases: Sequence[Case], judged: Sequence[bool], places: Iterable[int]) -> float:
    """The weighted F1 of a judgement over the cases at some places."""
    right = wrong = 0.0
    for place in places:
        weight = SILENT if cases[place].said is None else 1.0
        right += weight * (judged[place] and cases[place].holds)
        wrong += weight * (judged[place] != cases[place].holds)
    return 2 * right / (2 * right + wrong) if right else 0.0
