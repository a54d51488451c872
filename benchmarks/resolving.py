"""Score the resolving of "See also" lines: articles of our own making that name one another in forms seen in the wild.

    python -m benchmarks.resolving [--articles 10000] [--targets 2000] [--list]

The targets lie among other articles that are like them; half of the lines come before what they name, half after. All
is kept by `Store.keep` in polls of 20, and once more in another order.

    found    lines that lead to the article they mean; by address all should, by title 95 in 100
    wrong    lines that lead to another one, or anywhere when they mean nobody; none should
    order    lines that lead elsewhere when all comes in the other order; none should
    ms       CPU for looking at one article again: its own lines, and all lines of others that may name it
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.pointing import Case, Piece, cases, piece
from config.settings import Feed
from extractors.addresses import canonical
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Link
from storage import links
from storage.intents import Arrival, Harvest, Poll
from storage.store import Store

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEEDS = 20
POLL = 20  # articles in one
TIMED = 400  # articles that are looked at again

Found = dict[str, tuple[str | None, str]]  # the key of a pointing article: what its line leads to, and by what


def article(one: Piece, line: Link | None = None) -> Article:
    """A piece as the extractors would give it."""
    return Article(
        guid=one.key,
        url=one.url,
        canonical_url=canonical(one.canonical or one.url),
        addresses=tuple(map(canonical, one.others)),
        title=one.title,
        text=one.text,
        published=NOW - timedelta(hours=sum(map(ord, one.key)) % 500),
        fingerprint=fingerprint(one.text),
        terms=terms(one.title, one.text),
        links=(line,) if line else (),
    )


def arrivals(dice: random.Random, many: int, targets: int) -> tuple[list[Article], dict[str, tuple[str, Case]]]:
    """All articles in some order, and the cases by the key of the article whose line it is."""
    found: list[Article] = []
    told: dict[str, tuple[str, Case]] = {}
    for number, (kind, case) in enumerate(cases(dice, targets)):
        pointer = replace(piece(dice, 10_000_000 + number), key=f"p{number}")
        line = Link(kind="see_also", title=case.title, url=case.url, label="See also")
        told[pointer.key] = kind, case
        found += (article(pointer, line), *(article(one) for one in case.targets))
    found += (article(piece(dice, 1_000_000 + number)) for number in range(max(0, many - len(found))))
    dice.shuffle(found)
    return found, told


def keep(store: Store, some: Sequence[Article], former: dict[str, str]) -> None:
    """Keep articles in polls. One that had another title had it at its first poll."""
    store.sync_feeds([Feed(slug=f"feed-{n}", url=f"https://feed{n}.example/rss") for n in range(FEEDS)], NOW)
    run, states = store.start_run("cli", "1", NOW), store.due(NOW, force=True)
    for start in range(0, len(some), POLL):
        state = states[start // POLL % FEEDS]
        batch = some[start : start + POLL]
        early = [replace(one, title=former[one.guid]) for one in batch if one.guid in former]
        for at, part in ((NOW, early), (NOW + timedelta(hours=1), batch)):
            came = tuple(Arrival(article=one, entry_hash=one.title) for one in part)
            poll = Poll(started_at=at, outcome="new", status=200)
            if came:
                store.keep(Harvest(run_id=run, feed=state, poll=poll, arrivals=came))


def read(store: Store) -> Found:
    """Where each line leads."""
    rows = store.connection.execute(
        """SELECT a.guid, b.guid, coalesce(s.method, '') FROM links AS l JOIN articles AS a ON a.id = l.article_id
        LEFT JOIN articles AS b ON b.id = l.target_id
        LEFT JOIN see_also AS s ON s.article_id = a.id AND s.related_id = b.id WHERE l.kind = 'see_also'"""
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def timed(store: Store, dice: random.Random) -> list[float]:
    """Milliseconds of CPU for looking at each of some articles again."""
    ids = [row[0] for row in store.connection.execute("SELECT id FROM articles ORDER BY id")]
    spent = []
    for one in dice.sample(ids, min(TIMED, len(ids))):
        start = time.process_time()
        links.resolve(store.connection, [one], links.keys_of(store.connection, [one]))
        spent.append(1000 * (time.process_time() - start))
    return spent


def show(found: Found, told: dict[str, tuple[str, Case]], *, wordy: bool) -> None:
    """Print what became of the lines, by form."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    faults: defaultdict[str, list[str]] = defaultdict(list)
    for key, (kind, case) in told.items():
        target, method = found[key]
        fits = target == case.means and (target is None or method == kind)
        for name in (f"by {kind}", f"  {kind}: {case.form}"):
            all_of[name] += 1
            right[name] += fits
            wrong[name] += target not in {None, case.means}
        if not fits:
            faults[f"  {kind}: {case.form}"].append(f"{case.title!r} {case.url or ''} → {target} {method}")
    print(f"{'':46} {'lines':>6} {'found':>6} {'wrong':>6}")
    for name in sorted(all_of, key=lambda name: (name.split()[-1] if name.startswith("by") else name.split()[0], name)):
        print(f"{name:46} {all_of[name]:6d} {right[name] / all_of[name]:6.3f} {wrong[name]:6d}")
        for fault in faults[name] if wordy else ():
            print(f"      {fault}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--targets", type=int, default=2_000)
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    some, told = arrivals(random.Random(7), given.articles, given.targets)
    former = {one.key: one.former for _, case in told.values() for one in case.targets if one.former}
    ends: list[Found] = []
    spent: list[float] = []
    for order in (some, some[::-1]):
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "news.db") as store:
            start = time.process_time()
            keep(store, order, former)
            print(f"{len(some)} articles kept in {time.process_time() - start:.0f} s of CPU", flush=True)
            ends.append(read(store))
            spent = spent or timed(store, random.Random(7))
    show(ends[0], told, wordy=given.list)
    print(f"order: {sum(ends[0][key] != ends[1][key] for key in told)} lines lead elsewhere")
    print(f"ms an article: median {statistics.median(spent):.2f}, p95 {sorted(spent)[len(spent) * 95 // 100]:.2f}")


if __name__ == "__main__":
    main()
