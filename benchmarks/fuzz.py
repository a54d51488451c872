"""Try to break the reading of feeds, for some minutes: `python -m benchmarks.fuzz --minutes 10`.

    --engine atheris     mutates by coverage, where atheris is installed; the usual one then
    --engine mutation    rolls documents by the grammar, and damages recorded feeds where the corpus is on this machine
    --engine pump        repeats short pieces, and looks for what takes longer than its length warrants

Whatever breaks an oath of `benchmarks.invariants`, or takes more than a second for 100 kB, is written to `--out`, one
file a fault, and named at the end; the exit code is then 1. A fault is mended, and its smallest form becomes a row in
`tests/test_extractors_fuzz.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from benchmarks.generators import document, pumped
from benchmarks.pieces import PREFIXES, PROLOGS, TEXTS

CORPUS = Path(os.environ.get("FANMILL_SHARED", Path(__file__).parents[2] / "shared")) / "corpus" / "feeds"
SLOW = 1.0  # seconds for 100 kB
GRACE = 0.1  # seconds any document may take
LONGEST = 8_000  # bytes of a document that atheris makes
PUMPED = 30_000  # characters of a pumped document
LARGEST = 100_000  # bytes of a recorded feed that is damaged


@dataclass
class Tally:
    """What has been tried, and what broke."""

    out: Path
    oaths: ModuleType
    tries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, int] = field(default_factory=dict)
    slowest: list[tuple[float, int]] = field(default_factory=list)

    def attempt(self, body: bytes, content_type: str | None = None) -> None:
        """Hold one document against all oaths."""
        self.tries += 1
        begun = time.process_time()
        try:
            outcome = self.oaths.examine(body, content_type)
            taken = (time.process_time() - begun) / 2  # it reads twice
            self.outcomes[outcome] += 1
            if self.tries % 4 == 0:
                self.oaths.examine_again(body, content_type)
                self.outcomes[self.oaths.examine_list(body)] += 1
            if taken > GRACE + SLOW * len(body) / 100_000:
                self.note(f"slow, {taken:.1f} s", body)
        except Exception as error:  # noqa: BLE001 — any that escapes is what we look for
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.note(f"{type(error).__name__} in {place.name}: {str(error)[:40]!r}", body)
            return
        self.slowest = sorted([*self.slowest, (taken, len(body))])[-5:]

    def note(self, fault: str, body: bytes) -> None:
        """Keep the shortest document of a fault."""
        if len(body) < self.faults.get(fault, sys.maxsize):
            self.faults[fault] = len(body)
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / hashlib.sha256(fault.encode()).hexdigest()[:12]).write_bytes(body)
            print(f"{fault} ({len(body)} bytes)", flush=True)

    def tell(self) -> int:
        """Print what came of it; the exit code."""
        print(f"{self.tries} documents: {dict(self.outcomes.most_common())}")
        print("slowest: " + ", ".join(f"{taken:.3f} s for {size} bytes" for taken, size in reversed(self.slowest)))
        for fault, size in self.faults.items():
            print(f"FAULT {fault} ({size} bytes)")
        return 1 if self.faults else 0


def mutate(tally: Tally, seconds: float, dice: random.Random) -> None:
    """Documents by the grammar, and recorded ones damaged."""
    recorded = [path for path in sorted(CORPUS.glob("*.xml")) if path.stat().st_size < LARGEST]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if recorded and dice.random() < 0.3:
            body = dice.choice(recorded).read_bytes()
            other = dice.choice(recorded).read_bytes() if dice.random() < 0.2 else b""
            tally.attempt(damaged(body, other, dice))
        else:
            tally.attempt(*document(dice.randbytes(dice.choice((8, 30, 100, 300, 600)))))


def damaged(body: bytes, other: bytes, dice: random.Random) -> bytes:
    """A recorded document with pieces doubled, dropped or replaced by hostile ones, or spliced with another."""
    for _ in range(dice.randint(1, 6)):
        start, length = dice.randint(0, len(body)), dice.choice((0, 1, 3, 20, 200))
        piece = dice.choice(
            (b"", dice.randbytes(2), dice.choice(TEXTS).encode("utf-8", "replace"), dice.choice(PROLOGS).encode(),
             b"<" + dice.choice(PREFIXES).encode(), body[dice.randint(0, len(body)) :][:length] * dice.randint(1, 9))
        )  # fmt: skip
        body = body[:start] + piece + body[start + length :]
    return body[: dice.randint(0, len(body))] + other[dice.randint(0, len(other)) :] if dice.random() < 0.3 else body


def pump(tally: Tally, seconds: float, dice: random.Random) -> None:
    """Documents that repeat one short piece; read in processes that are killed, for some would never end."""
    from flows.workers import WorkerError, Workers

    limit = 10.0  # as long as a run of the mill would wait
    end = time.monotonic() + seconds
    with Workers(1) as workers:
        while time.monotonic() < end:
            bodies = [pumped(dice.randbytes(dice.choice((12, 20, 30))), PUMPED) for _ in range(20)]
            tasks = [(body, workers.submit(timed, body, timeout=limit)) for body in bodies]
            for body, task in tasks:
                tally.tries += 1
                try:
                    taken = task.result()
                except WorkerError:
                    taken = limit
                tally.slowest = sorted([*tally.slowest, (taken, len(body))])[-5:]
                if taken > GRACE + SLOW * len(body) / 100_000:
                    tally.note(f"slow, {body[-120:]!r}", body)


def timed(body: bytes) -> float:
    """Seconds of this process that one reading takes."""
    from extractors.feed import FeedError, parse

    begun = time.process_time()
    with contextlib.suppress(FeedError):
        parse(body, "https://news.example/feed")
    return time.process_time() - begun


def guided(tally: Tally, seconds: float, dice: random.Random) -> None:
    """Documents mutated by coverage. The first byte says whether the others are dice or the document itself."""
    import atheris

    end = time.monotonic() + seconds

    def one(data: bytes) -> None:
        if time.monotonic() > end:
            code = tally.tell()
            sys.stdout.flush()
            os._exit(code)  # libFuzzer ends a process in no other way without a trace
        if data[:1] < b"\x40":
            tally.attempt(*document(data[1:]))
        else:
            tally.attempt(data[1:])

    seeds = tally.out / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(sown(dice)):
        (seeds / str(number)).write_bytes(body)
    words = tally.out / "words"
    words.write_text("".join(f'"{escaped(word)}"\n' for word in {*TEXTS, *PROLOGS, *PREFIXES} if word))
    atheris.Setup(["fuzz", str(seeds), f"-max_len={LONGEST}", f"-dict={words}", "-print_final_stats=1"], one)
    atheris.Fuzz()


def sown(dice: random.Random) -> Iterator[bytes]:
    """Where coverage begins: a hundred documents by the grammar, as dice and as they are."""
    for _ in range(100):
        data = dice.randbytes(dice.choice((30, 100, 300)))
        yield b"\x00" + data
        yield b"\x80" + document(data)[0]


def escaped(word: str) -> str:
    """A word as libFuzzer's dictionaries want it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "replace"))


ENGINES: dict[str, Callable[[Tally, float, random.Random], None]] = {
    "atheris": guided,
    "mutation": mutate,
    "pump": pump,
}


def load(*, instrumented: bool) -> ModuleType:
    """The oaths, and with them all that is tried, which atheris must see while it is imported."""
    if not instrumented:
        return importlib.import_module("benchmarks.invariants")
    import atheris

    with atheris.instrument_imports(include=["extractors", "feedparser", "feedparser_sgmllib"]):
        return importlib.import_module("benchmarks.invariants")


def main() -> int:
    """Run one engine for its time; 1 when something broke."""
    usual = "atheris" if importlib.util.find_spec("atheris") else "mutation"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--engine", choices=ENGINES, default=usual)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("var/fuzz"))
    options = parser.parse_args()
    tally = Tally(out=options.out, oaths=load(instrumented=options.engine == "atheris"))
    ENGINES[options.engine](tally, 60 * options.minutes, random.Random(options.seed))
    return tally.tell()


if __name__ == "__main__":
    sys.exit(main())
