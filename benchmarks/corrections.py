"""What twenty corrections of one tag are worth on articles that nobody corrected: `python -m benchmarks.corrections`.

A store of labelled news stands for the user's own. Of one tag, the user looks at ten articles that have it and says of
each whether that is right, and names ten that lack it and should have it, in the order in which they come; the tag is
trained, and judged on later articles. CORPUS is the folder `corpus` of data that does not ship.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tags import EDITORS, Row, measure, rows
from config.taxonomy import load_taxonomy
from extractors.casework import Reader, Seen
from extractors.schooling import Lesson, teach
from extractors.subject import Named
from extractors.tagging import Tagger
from extractors.trained import Trained, Training

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
SETS = {
    "techcrunch2025_dev": EDITORS,
    "agnews_dev": {"World": "World", "Sports": "Sport", "Business": "Business"},
    "bbc_dev": {
        "business": "Business", "politics": "Policy", "sport": "Sport", "entertainment": "Media & Entertainment",
    },
    "huffpost_dev": {
        "POLITICS": "Policy", "SPORTS": "Sport", "BUSINESS": "Business", "WORLD NEWS": "World", "SCIENCE": "Science",
        "ENVIRONMENT": "Energy & Climate", "EDUCATION": "Education", "WELLNESS": "Health",
        "ENTERTAINMENT": "Media & Entertainment", "TECH": "Big Tech",
    },
    "reuters21578_dev": {
        "earn": "Earnings", "acq": "M&A", "crude": "Energy & Climate", "ship": "Transportation", "trade": "World",
        "jobs": "Jobs",
    },
}  # fmt: skip
STORE, LATER = 1000, 2000  # articles in the store, and of those judged on
UNDATED = {"bbc_dev"}  # which is sorted by label
LOOKED_AT = 10  # verdicts of either kind
FEWEST = 25  # articles of a label among those judged on


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """F1 on later articles, before and after, and how long the training took, in seconds of CPU."""

    tag: str
    before: float
    after: float
    lesson: Lesson | None
    seconds: float


def shuffled(data: Iterable[Row]) -> list[Row]:
    """Rows in an order that has nothing to do with their labels, the same each time."""
    return sorted(data, key=lambda row: hashlib.sha256(str(row["id"]).encode()).digest())


def verdicts(store: Sequence[Row], seen: Sequence[Seen], label: str, tag: str) -> dict[int, bool]:
    """What the user says of which articles of the store."""
    given = [place for place, one in enumerate(seen) if tag in one.given | one.brought]
    lacking = [place for place, row in enumerate(store) if label in row["labels"] and place not in set(given)]
    looked = [*given[:LOOKED_AT], *lacking[:LOOKED_AT]]
    return {place: label in store[place]["labels"] for place in looked}


def trials(name: str, data: Sequence[Row], labels: dict[str, str]) -> Iterator[Trial]:
    """A trial for each label of a set that there is enough of."""
    taxonomy = load_taxonomy()
    reader, ids = Reader(taxonomy), {rule.name: rule.id for rule in taxonomy.tags.values()}
    size = min(STORE, len(data) // 2)
    store, later = data[:size], data[size : size + LATER]
    seen = [reader.read(row["title"], row["text"]) for row in store]
    for label, wanted in labels.items():
        if sum(label in row["labels"] for row in later) < FEWEST or wanted not in ids:
            continue
        tag, start = ids[wanted], time.process_time()
        said = verdicts(store, seen, label, tag)
        cases = [reader.case(one, tag, said.get(place)) for place, one in enumerate(seen)]
        lesson = teach(tag, cases, taxonomy.tags[tag].threshold)
        seconds = time.process_time() - start
        before, after = (score(tagger, later, label, tag) for tagger in (Tagger(taxonomy), taught(lesson)))
        yield Trial(tag=f"{name}: {label} ({wanted})", before=before, after=after, lesson=lesson, seconds=seconds)


def taught(lesson: Lesson | None) -> Tagger:
    """A tagger that has learnt a lesson."""
    if lesson is None:
        return Tagger(load_taxonomy())
    name = Named(id=lesson.tag, name=lesson.tag, kind="topic")
    models = (Trained(name="benchmark", model=lesson.model, tags={lesson.tag: name}),) if lesson.model else ()
    thresholds = {lesson.tag: lesson.threshold} if lesson.threshold is not None else {}
    return Tagger(load_taxonomy(), Training(models=models, thresholds=thresholds))


def score(tagger: Tagger, data: Sequence[Row], label: str, tag: str) -> float:
    """F1 of a tag against a label."""
    pairs = (
        ({tag} if label in row["labels"] else set(),
         {tag} & {one.id for one in tagger.tag(row["title"], row["text"]).tags})
        for row in data
    )  # fmt: skip
    return measure(pairs)[2]


def main() -> None:
    """Run what can be run here."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    corpus = (Path(words[0]) if words else SHARED / "corpus") / "topics"
    if not corpus.is_dir():
        print(f"passed over: {corpus} is not on this machine")
        return
    gains = []
    print(f"{'tag':52} {'before':>7} {'after':>7}  learnt")
    for name, labels in SETS.items():
        data = list(rows(corpus / f"{name}.jsonl.gz"))
        for trial in trials(name.removesuffix("_dev"), shuffled(data) if name in UNDATED else data, labels):
            gains.append((trial.after - trial.before, trial.lesson))
            print(f"{trial.tag:52} {trial.before:7.3f} {trial.after:7.3f}  {told(trial)}")
    every = [gain for gain, _ in gains]
    learnt = [gain for gain, lesson in gains if lesson and (lesson.model or lesson.threshold is not None)]
    print(
        f"{len(learnt)} of {len(gains)} tags learnt something: median {points(statistics.median(learnt))}, mean "
        f"{points(statistics.mean(learnt))}, {sum(gain < 0 for gain in learnt)} worse, least {points(min(learnt))}"
    )
    print(f"over all tags: mean {points(statistics.mean(every))}")


def told(trial: Trial) -> str:
    """What was learnt, and what it promised."""
    lesson = trial.lesson
    if lesson is None:
        return "too few"
    what = [f"threshold {lesson.threshold:.2f}"] if lesson.threshold is not None else []
    what += ["model"] if lesson.model else []
    promised = f"({lesson.before:.3f} to {lesson.after:.3f} on its verdicts) {trial.seconds:.1f} s"
    return f"{' and '.join(what) or 'nothing'} {promised}"


def points(gain: float) -> str:
    """A gain in points of F1."""
    return f"{100 * gain:+.1f} points"


if __name__ == "__main__":
    main()
