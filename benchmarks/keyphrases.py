"""Time and score keyphrases and briefs: `python -m benchmarks.keyphrases [CORPUS]`.

Milliseconds of CPU for a text of 5 kB, beside yake of the same run where it is installed (`pip install yake`; fanmill
does not need it). Where CORPUS, the folder `corpus` of data that does not ship, has articles: how many of the keywords
that their publishers gave, as far as text or title has them, are among eight phrases. Keywords are compared folded and
whole. The store is made of the other articles of the set. Publishers also file by section, so most of their keywords
can be found by nobody: read the figures beside each other.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.brief import brief
from extractors.fingerprints import is_name, terms, title_key, words
from extractors.language import guess
from extractors.phrases import BEST, candidates, rank

SHARED = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared"))
SIZE = 5000  # characters of the text that is timed
MOST = 60  # texts that are timed
TITLE = "Brightwater sells harbour cranes in Norland"
PARAGRAPH = (
    "Brightwater sells harbour cranes to ports in Norland, the company said on Tuesday, while lawmakers in Alder "
    "asked its rivals to explain their prices. The cranes cost $3 million each, because “steel is dear,” said Ann Lowe "
    "of the yard. Owners of ships fear that fees could rise by 12 percent as a result. Nobody at the Norland "
    "Gazette had expected the move, which is the first since 2019. "
)

Extract = Callable[[str, str], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An article with the keywords of its publisher, and the words by which the store knows it."""

    title: str
    text: str
    keywords: frozenset[str]
    words: frozenset[str]


def texts(folder: Path) -> list[Text]:
    """The articles of a folder."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [read(row) for row in rows if row.get("text")]


def read(row: dict[str, Any]) -> Text:
    """One article. Keywords that neither title nor text has cannot be extracted, and do not count."""
    title, text = row.get("title") or "", row["text"]
    said = f" {' '.join(words(f'{title} . {text}'))} "
    keywords = {title_key(word) for word in row.get("topics") or () if isinstance(word, str)}
    known = frozenset(word for word, _ in terms(title, text) if not is_name(word))
    return Text(title=title, text=text, keywords=frozenset(k for k in keywords if k and f" {k} " in said), words=known)


def ours(store: Counter[str], articles: int) -> Callable[[Text], list[str]]:
    """Our phrases, with the store as it is without the article itself."""

    def call(one: Text) -> list[str]:
        spread = {word: store[word] - (word in one.words) for word in store}
        return [each.phrase for each, _ in rank(candidates(one.title, one.text), spread, articles - 1)]

    return call


def score(found: Iterable[tuple[frozenset[str], list[str]]]) -> tuple[float, float, float]:
    """Micro precision, recall and F1 of phrases against keywords."""
    right = given = true = 0
    for keywords, phrases in found:
        right += len(keywords & {title_key(phrase) for phrase in phrases})
        given, true = given + len(phrases), true + len(keywords)
    return right / max(1, given), right / max(1, true), 2 * right / max(1, given + true)


def yake(language: str) -> Extract | None:
    """Eight phrases of up to three words by yake; None where it is not installed."""
    if importlib.util.find_spec("yake") is None:
        return None
    extractor = importlib.import_module("yake").KeywordExtractor(lan=language, n=3, top=BEST)
    return lambda title, text: [phrase for phrase, _ in extractor.extract_keywords(f"{title}.\n\n{text}")]


def clock(call: Callable[[str, str], object], samples: list[tuple[str, str]]) -> float:
    """Milliseconds of CPU for one text, each read once: the median, so that no text is known from a call before."""
    times = []
    for title, text in samples:
        start = time.process_time()
        call(title, text)
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def time_all(samples: list[tuple[str, str]]) -> None:
    """The medians over samples, each next to the others of the same run."""
    spread = {"company": 400, "cranes": 2}
    calls: dict[str, Callable[[str, str], object] | None] = {
        "brief": brief,
        "candidates": candidates,
        "candidates and rank": lambda title, text: rank(candidates(title, text), spread, 1000),
        "fingerprints.terms": terms,
        "yake": yake("en"),
    }
    for name, call in calls.items():
        told = f"{clock(call, samples):8.2f} ms" if call else " not installed (pip install yake)"
        print(f"{name + f', {SIZE} characters':40}{told}")


def score_all(found: list[Text]) -> None:
    """Quality against the keywords of publishers."""
    judged = [one for one in found if one.keywords]
    store = Counter(word for one in found for word in one.words)
    known, empty = ours(store, len(found)), ours(Counter(), 1)
    peers: dict[str, Extract | None] = {}
    rows = {"fanmill, with a store": known, "fanmill, empty store": empty}
    if yake("en"):

        def other(one: Text) -> list[str]:
            language = guess(one.text) or "en"
            peers.setdefault(language, yake(language))
            extract = peers[language]
            return extract(one.title, one.text) if extract else []

        rows["yake"] = other
    for name, call in rows.items():
        precision, recall, f1 = score((one.keywords, call(one)) for one in judged)
        print(f"{name:24} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}   {len(judged)} articles")


def main() -> None:
    """Run what can be run here."""
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "corpus") / "articles"
    found = texts(folder) if folder.is_dir() else []
    long = [(one.title, one.text[:SIZE]) for one in found if len(one.text) >= SIZE and guess(one.text) == "en"][:MOST]
    time_all(long or [(TITLE, "\n\n".join([PARAGRAPH] * (SIZE // len(PARAGRAPH) + 1))[:SIZE])] * MOST)
    if found:
        score_all(found)
    else:
        print("no corpus here: quality is not scored")


if __name__ == "__main__":
    main()
