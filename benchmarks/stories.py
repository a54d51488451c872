"""How well the outlets that tell one event are put together, from headlines alone and from whole texts.

    python -m benchmarks.stories [HEADLINES.jsonl.gz]

Rows carry `id`, `group` (the event), `title`, `url`, `source`, `published`, and no text. B-cubed P, R and F1: for each
article, the share of its story that belongs with it, and the share of its event that is there, averaged over articles;
pairs as in `benchmarks.duplicates`. The rows go through the filter one by one in the order of time. `as told` takes
the story of each answer; `in the end` heeds what later answers say of earlier stories, as the store does.

Beside all rows stand the two halves of the events, every second one in each, as streams of their own. Below, the
made-up newsroom's articles with their texts: wire stories found whole, and articles in a story they do not belong to.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.duplicates import SHARED, Row, read, score
from flows.dedupe import dedupe
from flows.newsroom import shipped

CORPUS = SHARED / "corpus" / "duplicates" / "stories_headlines.jsonl.gz"
MEASURES = ("B3 P", "R", "F1", "pair P", "R", "F1")


def main() -> None:
    """Print a line for each set of headlines and way of reading the answers, then what became of the newsroom."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("headlines", nargs="?", type=Path, default=CORPUS)
    path = options.parse_args().headlines
    if path.is_file():
        headlines(read(path))
    else:
        print(f"headlines passed over: {path} is not on this machine")
    found, whole, mixed = newsroom()
    print(f"\nthe newsroom's wire stories: {found} of {whole} found whole; articles in a wrong story: {mixed}")


def headlines(rows: list[Row]) -> None:
    """Score all rows, and each half of their events."""
    rows = sorted(rows, key=lambda row: (row["published"], row["id"]))
    events = sorted({row["group"] for row in rows})
    halves = {"all": events, "one half": events[::2], "other half": events[1::2]}
    print(f"{len(rows)} headlines, {len(events)} events")
    print(f"{'':28}{''.join(f'{name:>8}' for name in MEASURES)}{'ms each':>9}")
    for name, some in halves.items():
        part = [row for row in rows if row["group"] in set(some)]
        start = time.process_time()
        answers = list(dedupe(iter(part), stories=True))
        each = (time.process_time() - start) / len(part) * 1000
        for way, found in (("as told", as_told(answers)), ("in the end", in_the_end(answers))):
            both = score(part, found)
            shares = (*b_cubed(part, found), both.cubed, both.precision, both.recall, both.f1)
            print(f"{f'{name}, {way}':28}{''.join(f'{share:8.3f}' for share in shares)}{each:9.2f}", flush=True)


def as_told(answers: list[Row]) -> dict[str, str]:
    """The story of each row by its own answer."""
    return {answer["id"]: answer["story"] for answer in answers}


def in_the_end(answers: list[Row]) -> dict[str, str]:
    """The story of each row, when stories that later answers say are the same count as one."""
    into: dict[str, str] = {}
    for answer in answers:
        for other in answer.get("same", ()):
            one, two = sorted((last(into, answer["story"]), last(into, other)))
            if one != two:
                into[two] = one
    return {answer["id"]: last(into, answer["story"]) for answer in answers}


def last(into: dict[str, str], story: str) -> str:
    """What a story has become a part of."""
    while story in into:
        story = into[story]
    return story


def b_cubed(rows: list[Row], found: dict[str, str]) -> tuple[float, float]:
    """B-cubed precision and recall."""
    together = Counter((row["group"], found[row["id"]]) for row in rows)
    events, stories = Counter(row["group"] for row in rows), Counter(found.values())
    precision = sum(count * count / stories[story] for (_, story), count in together.items()) / len(rows)
    return precision, sum(count * count / events[event] for (event, _), count in together.items()) / len(rows)


def newsroom() -> tuple[int, int, int]:
    """Wire stories of the newsroom found whole, how many there are, and articles in a story that is not theirs."""
    press = sorted(shipped().stories, key=lambda one: (-one.hours, one.slug))
    rows: list[Row] = [
        {"id": one.slug, "title": one.title, "text": one.text, "source": one.site, "published": hours(one.hours)}
        for one in press
    ]
    answers = list(dedupe(iter(rows), stories=True))
    copies = {answer["id"]: answer["of"] for answer in answers if answer["of"]}
    told = in_the_end(answers)
    wires: defaultdict[str, set[str]] = defaultdict(set)
    stories: defaultdict[str, set[str]] = defaultdict(set)
    for one in press:
        if one.slug not in copies:
            wires[one.wire or one.slug].add(one.slug)
            stories[told[one.slug]].add(one.slug)
    several = [slugs for slugs in wires.values() if len(slugs) > 1]
    mixed = sum(len(story) for story in stories.values() if not any(story <= wire for wire in wires.values()))
    return sum(slugs in stories.values() for slugs in several), len(several), mixed


def hours(before: float) -> str:
    """A time so many hours before a fixed one."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_764_000_000 - before * 3600))


if __name__ == "__main__":
    main()
