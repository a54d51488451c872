"""Score the rules for chrome: what they leave of it, and what they take of the text.

python -m benchmarks.chrome CORPUS/articles [--prefix aeb-] [--list]

lost       sentences of the true text, of five words and more, that stand in a cut made by a rule of words, labels,
head or tail and not in our text, as a share of all sentences; cuts by elements and by shape are not
counted here
survivors  must-not-have snippets of the corpus that are in the text, ours and trafilatura's
probes     lines of `benchmarks.probes` planted in bare text, where no element helps: those that are gone
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.probes import PROBES, planted
from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_page, clean_text, compile_rules
from extractors.model import Cleaned, Page

SETS = ("aeb-", "fun-", "rdb-", "wcx-", "np4-")
WORDS = 5  # of a sentence that counts
BYTES = 24  # of one in a script without blanks
END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=\S)|(?<=[\u3002\uff01\uff1f])")


@dataclass(slots=True)
class Score:
    """Counts of one set of pages."""

    pages: int = 0
    sentences: int = 0
    lost: list[tuple[str, str, str]] = field(default_factory=list)
    snippets: int = 0
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)


def flat(text: str) -> str:
    """A text with its white space as single blanks."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text that are long enough to count."""
    found = [flat(part) for line in text.split("\n") for part in END.split(line)]
    return [s for s in found if len(s.split()) >= WORDS or (not s.isascii() and len(s.encode()) >= BYTES)]


def is_worded(rule: str) -> bool:
    """Whether a rule goes by words or place, and not by the element or its lane."""
    return not rule.startswith(("element.", "shape."))


def losses(truth: str, cleaned: Cleaned) -> tuple[int, list[tuple[str, str]]]:
    """The number of true sentences, and those lost: the rule and the sentence."""
    ours = flat(cleaned.text)
    cuts = [(cut.rule, flat(cut.text)) for cut in cleaned.cuts if is_worded(cut.rule)]
    said = sentences(truth)
    return len(said), [(r, s) for s in said if s not in ours for r in [next((r for r, c in cuts if s in c), "")] if r]


def measure(paths: list[Path], rules: CleanRules) -> Score:
    """One set."""
    import trafilatura

    score = Score()
    for path in paths:
        record = json.loads(path.read_text(encoding="utf-8"))
        page = gzip.decompress(path.with_suffix(".html.gz").read_bytes())
        url = record.get("url") or ""
        cleaned = clean_page(Page(url=url, body=page, charset="utf-8"), rules)
        number, lost = losses(record["text"], cleaned)
        score.pages += 1
        score.sentences += number
        score.lost += [(path.stem, *pair) for pair in lost]
        unwanted = [flat(snippet) for snippet in record.get("must_not_have") or ()]
        score.snippets += len(unwanted)
        if unwanted:
            other = trafilatura.extract(page.decode("utf-8", "replace"), url=url, include_comments=False) or ""
            score.ours += [f"{path.stem} {snippet!r}" for snippet in unwanted if snippet in flat(cleaned.text)]
            score.theirs += [f"{path.stem} {snippet!r}" for snippet in unwanted if snippet in flat(other)]
    return score


def show(name: str, score: Score, *, wordy: bool) -> None:
    """Print one set."""
    share = len(score.lost) / max(1, score.sentences)
    print(f"{name:8} {score.pages:5d} {score.sentences:9d} {len(score.lost):5d} {share:7.3%}", end=" ")
    print(f"{score.snippets:8d} {len(score.ours):5d} {len(score.theirs):11d}")
    if wordy:
        print(*(f"    lost {page} [{rule}] {text[:160]}" for page, rule, text in score.lost), sep="\n")
        print(*(f"    ours {line}" for line in score.ours), sep="\n")


def show_probes(rules: CleanRules) -> None:
    """Print the classes of probe lines with those of them that survive."""
    alive: dict[str, list[str]] = {}
    for kind, line, place in PROBES:
        cleaned = clean_text(planted(line, place), rules)
        alive.setdefault(kind, [])
        if line in cleaned.text.split("\n\n"):
            alive[kind].append(line)
    total = Counter(kind for kind, _, _ in PROBES)
    print(f"\n{'probes in bare text':24} {'lines':>5} {'gone':>5}")
    for kind, lines in alive.items():
        print(f"{kind:24} {total[kind]:5d} {total[kind] - len(lines):5d}", *(f"\n    {line}" for line in lines))
    print(f"{'all':24} {len(PROBES):5d} {len(PROBES) - sum(map(len, alive.values())):5d}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", action="append")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    rules = compile_rules(load_chrome())
    print(
        f"{'set':8} {'pages':>5} {'sentences':>9} {'lost':>5} {'share':>7} {'snippets':>8} "
        f"{'ours':>5} {'trafilatura':>11}"
    )
    every = Score()
    for prefix in given.prefix or SETS:
        score = measure(sorted(given.folder.glob(f"{prefix}*.json")), rules)
        show(prefix, score, wordy=given.list)
        for name in ("pages", "sentences", "lost", "snippets", "ours", "theirs"):
            setattr(every, name, getattr(every, name) + getattr(score, name))
    show("all", every, wordy=False)
    show_probes(rules)


if __name__ == "__main__":
    main()
