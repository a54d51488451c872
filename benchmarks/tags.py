"""Score the tagger on hand-labelled news and time it: `python -m benchmarks.tags [CORPUS]`.

Prints micro-F1 over the 24 tags of the hand-labelled set, micro-F1 over (type, name) of entities in title and first
600 characters, precision and recall of some tags against an editor's one category a headline, and milliseconds of
CPU for one article of 5 kB. CORPUS is the folder `corpus` of data that does not ship; without it only time is taken.
`--misses` lists what was missed and what was wrongly given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from config.taxonomy import load_taxonomy
from extractors.subject import Tagging
from extractors.tagging import Tagger

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
WINDOW = 600  # characters of the text whose entities were labelled
EDITORS = {
    "Security": "Security",
    "Robotics": "Robotics",
    "Climate": "Energy & Climate",
    "Biotech & Health": "Health",
    "Fundraising": "Funding",
    "Space": "Space",
    "Crypto": "Crypto",
    "Gaming": "Gaming",
    "Fintech": "Fintech",
    "AI": "Artificial Intelligence",
    "Transportation": "Transportation",
    "Social": "Social Media",
    "Government & Policy": "Policy",
}
PARAGRAPH = (
    "Microsoft said on Tuesday that it will sell models made by OpenAI to companies in Germany and Japan, while "
    "lawmakers in Washington asked Nvidia and other chipmakers to explain their exports. Researchers at Stanford "
    "University found that robots trained on synthetic data made fewer mistakes. “We raised $20 million in a Series A "
    "round,” said Maria Lopez, chief executive of Brightwater, a start-up that runs its software in the cloud. "
)

Row = dict[str, Any]


def rows(path: Path) -> Iterator[Row]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def plain(name: str) -> str:
    """A name as names are compared: ASCII, lower case, no possessive, no legal form."""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", " ", re.sub(r"'s$", "", text)).strip()
    return re.sub(r"\b(inc|corp|corporation|ltd|llc|plc|co|gmbh|ag|sa)$", "", text).strip()


def measure(pairs: Iterable[tuple[set[Any], set[Any]]]) -> tuple[float, float, float]:
    """Micro precision, recall and F1 over pairs of (true, given)."""
    right = given = true = 0
    for gold, found in pairs:
        right, given, true = right + len(gold & found), given + len(found), true + len(gold)
    precision, recall = right / max(1, given), right / max(1, true)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def names(tagging: Tagging) -> set[str]:
    """The names of all tags given."""
    return {tag.name for tag in tagging.tags}


def report(title: str, figures: tuple[float, float, float]) -> None:
    """One line of figures."""
    print(f"{title:34} P {figures[0]:.3f}  R {figures[1]:.3f}  F1 {figures[2]:.3f}")


def score_hand(tagger: Tagger, path: Path, *, misses: bool) -> None:
    """Tags and entities of the hand-labelled set."""
    gold = list(rows(path))
    wanted = {label for row in gold for label in row["labels"]}
    pairs = [(set(row["labels"]), names(tagger.tag(row["title"], row["text"])) & wanted) for row in gold]
    things = [(typed(row), found(tagger.tag(row["title"], row["text"][:WINDOW]))) for row in gold]
    report("hand-labelled: tags", measure(pairs))
    report("hand-labelled: entities", measure(things))
    if misses:
        show(gold, pairs, str)
        show(gold, things, " ".join)
        per_label(pairs)


def score_spacy(path: Path, python: str) -> None:
    """Entities of the hand-labelled set as spaCy's small model finds them, and its CPU for an article of 5 kB."""
    gold = list(rows(path))
    texts = [f"{row['title']}. {row['text'][:WINDOW]}" for row in gold] + [article()] * 5
    lines = "".join(f"{json.dumps({'text': text})}\n" for text in texts)
    peer = [python, str(Path(__file__).with_name("spacy_ner.py"))]
    done = subprocess.run(peer, input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{'spaCy small':34} not installed for {python}")
        return
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    named = [{(kind, plain(name)) for kind, name in answer["entities"]} for answer in answers]
    report("spaCy small: entities", measure(zip(map(typed, gold), named, strict=False)))
    print(f"{'spaCy small: CPU for 5 kB':34} {min(answer['ms'] for answer in answers[len(gold) :]):.2f} ms")


def typed(row: Row) -> set[tuple[str, str]]:
    """The labelled entities of a row."""
    return {(kind, plain(name)) for kind, all_ in (row.get("entities") or {}).items() for name in all_}


def found(tagging: Tagging) -> set[tuple[str, str]]:
    """The entities of a tagging."""
    return {(one.type, plain(one.name)) for one in tagging.entities}


def show(gold: list[Row], pairs: list[tuple[set[Any], set[Any]]], write: Callable[[Any], str]) -> None:
    """What was missed (-) and what was given in error (+)."""
    for row, (true, given) in zip(gold, pairs, strict=True):
        if true != given:
            print(" ", row["title"][:60], *(f"-{write(x)}" for x in sorted(true - given)), end=" ")
            print(*(f"+{write(x)}" for x in sorted(given - true)), sep=" ")


def per_label(pairs: list[tuple[set[str], set[str]]]) -> None:
    """Hits, misses and errors of each label."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for true, given in pairs:
        for label in true | given:
            counts[label]["hit" if label in true & given else "miss" if label in true else "error"] += 1
    for label in sorted(counts):
        print(f"  {label:22} {dict(counts[label])}")


def score_editors(tagger: Tagger, path: Path) -> None:
    """Headlines against the one category an editor gave: precision is understated, for one is all they have."""
    heads = [(row["labels"][0], names(tagger.tag(row["title"], row["text"]))) for row in rows(path)]
    for category, tag in EDITORS.items():
        report(f"{category} ({tag})", measure((({tag} & {EDITORS.get(c, "")}), given & {tag}) for c, given in heads))


def time_it(tagger: Tagger) -> None:
    """Milliseconds of CPU for one article of 5 kB: the best of five rounds."""
    text = article()
    best = min(clock(tagger, text) for _ in range(5))
    print(f"{'CPU for one article of 5 kB':34} {best * 1000:.2f} ms")


def article() -> str:
    """5,000 characters of news."""
    return "\n\n".join([PARAGRAPH] * (5000 // len(PARAGRAPH) + 1))[:5000]


def clock(tagger: Tagger, text: str, rounds: int = 60) -> float:
    """Seconds of CPU for one call."""
    start = time.process_time()
    for _ in range(rounds):
        tagger.tag("Microsoft sells OpenAI models abroad", text)
    return (time.process_time() - start) / rounds


def main() -> None:
    """Run what can be run here."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("corpus", nargs="?", type=Path, default=SHARED / "corpus")
    asked.add_argument("--misses", action="store_true")
    asked.add_argument("--spacy", metavar="PYTHON", default=sys.executable, help="an interpreter that has spaCy")
    words = asked.parse_args()
    corpus = words.corpus / "topics"
    start = time.process_time()
    taxonomy = load_taxonomy()
    loaded = time.process_time()
    tagger = Tagger(taxonomy)
    print(f"{'read and check, compile':34} {loaded - start:.3f} s, {time.process_time() - loaded:.3f} s")
    if corpus.is_dir():
        score_hand(tagger, corpus / "hand_ai_tech_dev.jsonl.gz", misses=words.misses)
        score_spacy(corpus / "hand_ai_tech_dev.jsonl.gz", words.spacy)
        score_editors(tagger, corpus / "techcrunch2025_dev.jsonl.gz")
    time_it(tagger)


if __name__ == "__main__":
    main()
