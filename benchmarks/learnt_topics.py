"""Score learnt models on labelled news: `python -m benchmarks.learnt_topics [CORPUS] [--only NAME]`.

For each set, a part is held out: the newest third of headlines that have dates, else every fourth text, by a hash of
its id. Prints accuracy, macro-F1 over the labels of the part held out, micro-F1, seconds of CPU for training, kilobytes
of the model's JSON and microseconds of CPU to score a text; for exclusive labels also what share of texts scores .8 or
more and how many of those are right. CORPUS is the folder `corpus` of data that does not ship; without it only time is
taken.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.tags import PARAGRAPH, SHARED, Row, rows
from config.taxonomy import load_taxonomy
from extractors.features import features
from extractors.fitting import Example, fit
from extractors.linear import Model, choose, dump, score
from extractors.tagging import Tagger

SETS = {"agnews": True, "bbc": True, "techcrunch2025": True, "reuters21578": False}  # name → are labels exclusive?
OLDER = 0.65  # of headlines with dates are trained on
SURE = 0.8
ROUNDS = 100


def examples(tagger: Tagger, part: Sequence[Row]) -> list[Example]:
    """Rows as examples, with what the rules find in them."""
    return [Example(features=seen(tagger, row), labels=frozenset(row["labels"])) for row in part]


def seen(tagger: Tagger, row: Row) -> dict[str, float]:
    """The features of a row."""
    reading = tagger.vocabulary.read(row["title"], row["text"])
    return features(reading, tagger.tag(row["title"], row["text"]))


def halve(every: list[Row]) -> tuple[list[Row], list[Row]]:
    """What to train on, and what to hold out."""
    if all(row.get("date") for row in every):
        dated = sorted(every, key=lambda row: (row["date"], row["id"]))
        return dated[: int(OLDER * len(dated))], dated[int(OLDER * len(dated)) :]
    out = {row["id"] for row in every if zlib.crc32(row["id"].encode()) % 4 == 0}
    return [row for row in every if row["id"] not in out], [row for row in every if row["id"] in out]


def rate(gold: Sequence[frozenset[str]], given: Sequence[frozenset[str]]) -> tuple[float, float, float]:
    """Share of texts all right, mean F1 of labels that occur, F1 over all labels given."""
    both = list(zip(gold, given, strict=True))
    occur = sorted(frozenset().union(*gold))
    f1 = [2 * sum(x in a & b for a, b in both) / sum((x in a) + (x in b) for a, b in both) for x in occur]
    micro = 2 * sum(len(a & b) for a, b in both) / max(1, sum(len(a) + len(b) for a, b in both))
    return sum(a == b for a, b in both) / len(both), sum(f1) / len(f1), micro


def score_set(tagger: Tagger, path: Path, name: str) -> None:
    """Train on one part of a set, and score the other."""
    old, new = (examples(tagger, part) for part in halve(list(rows(path))))
    start = time.process_time()
    model = fit(old, exclusive=SETS[name])
    trained = time.process_time()
    scores = [score(model, one.features) for one in new]
    each = (time.process_time() - trained) / len(new)
    given = [frozenset(choose(model, one)) for one in scores]
    accuracy, macro, micro = rate([one.labels for one in new], given)
    print(f"{name:16} accuracy {accuracy:.4f}  macro {macro:.4f}  micro {micro:.4f}", end="  ")
    print(f"train {trained - start:.1f} s  model {len(dump(model)) / 1000:.0f} kB  score {each * 1e6:.0f} µs")
    if model.exclusive:
        sure = [
            true.labels == got for true, got, one in zip(new, given, scores, strict=True) if max(one.values()) >= SURE
        ]
        print(f"{'':16} from {SURE} on: {len(sure) / len(new):.3f} of texts, {sum(sure) / max(1, len(sure)):.4f} right")


def time_it(tagger: Tagger) -> None:
    """Milliseconds of CPU for one article of 5 kB, its features included: the best of five rounds."""
    text = "\n\n".join([PARAGRAPH] * (5000 // len(PARAGRAPH) + 1))[:5000]
    row = {
        "title": "Microsoft sells OpenAI models abroad",
        "text": " ".join(f"{w} w{i}" for i, w in enumerate(text.split())),
    }
    reading = tagger.vocabulary.read(row["title"], row["text"][:5000])
    tagging = tagger.tag(row["title"], text)
    words = list(features(reading, tagging))
    weights = {word: tuple((place, 0.5) for place in range(4)) for word in words}
    model = Model(labels=tuple("abcd"), biases=(0.0,) * 4, slopes=(1.0,) * 4, offsets=(0.0,) * 4, weights=weights)
    best = 1.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(ROUNDS):
            score(model, features(reading, tagging))
        best = min(best, (time.process_time() - start) / ROUNDS)
    print(f"features and 4 labels of 5 kB    {best * 1000:.2f} ms ({len(words)} features, all known)")


def main() -> None:
    """Run what can be run here."""
    words = sys.argv[1:]
    only = words[words.index("--only") + 1] if "--only" in words else ""
    paths = [Path(word) for word in words if not word.startswith("-") and word != only]
    corpus = (paths[0] if paths else SHARED / "corpus") / "topics"
    tagger = Tagger(load_taxonomy())
    time_it(tagger)
    for name in SETS if corpus.is_dir() else ():
        if only in name:
            score_set(tagger, corpus / f"{name}_dev.jsonl.gz", name)


if __name__ == "__main__":
    main()
