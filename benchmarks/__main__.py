"""Run every benchmark: `make bench`. Those that need a corpus are passed over where it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CORPUS = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared")) / "corpus"
PARTS = {
    "text": (CORPUS / "articles", ["benchmarks.text", str(CORPUS / "articles")]),
    "metadata": (CORPUS / "articles", ["benchmarks.metadata", str(CORPUS / "articles")]),
    "chrome": (CORPUS / "articles", ["benchmarks.chrome", str(CORPUS / "articles")]),
    "links": (CORPUS / "articles", ["benchmarks.links", str(CORPUS / "articles")]),
    "what a source repeats": (CORPUS / "articles", ["benchmarks.learning", str(CORPUS / "articles")]),
    "tags": (None, ["benchmarks.tags"]),
    "what labelled news teaches": (CORPUS / "topics", ["benchmarks.learnt_topics"]),
    "what corrections are worth": (CORPUS / "topics", ["benchmarks.corrections"]),
    "keyphrases": (CORPUS / "articles", ["benchmarks.keyphrases"]),
    "duplicates": (CORPUS / "duplicates", ["benchmarks.duplicates"]),
    "stories": (None, ["benchmarks.stories"]),
    "duplicates among very many": (None, ["benchmarks.scale"]),
    "see-also lines": (None, ["benchmarks.resolving"]),
    "what to read next": (CORPUS / "topics", ["benchmarks.related", str(CORPUS)]),
    "the whole mill": (None, ["benchmarks.pipeline"]),
    "polls that bring nothing": (None, ["benchmarks.polls"]),
    "bodies that are too much": (None, ["benchmarks.bomb"]),
}


def main() -> int:
    """Run all parts, one after the other; gives the worst exit code."""
    worst = 0
    for name, (needed, words) in PARTS.items():
        print(f"\n== {name}\n", flush=True)
        if needed and not needed.is_dir():
            print(f"passed over: {needed} is not on this machine")
            continue
        worst = max(worst, subprocess.run([sys.executable, "-m", *words], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
