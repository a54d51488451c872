"""Every stored article tagged again by the taxonomy and the models of today: `fanmill retag` below Prefect.

    store.tags.texts ─▶ worker processes ─▶ store.tags.retag        a chunk at a time, in order, one transaction each

Texts stay as they are, so that no raw input is needed and a thousand articles take some seconds. What people said of
an article's tags stays in force. It takes the lock of a run. An article that breaks its worker stays as it was and is
counted. Feeds that are configured no more are passed over: the tags that they gave are not known.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self

from config.load import Config
from config.settings import Feed
from extractors.tagging import Publisher, tags_of
from flows import refining
from flows.lock import hold
from flows.refining import Text
from flows.reprocessing import check
from flows.workers import WorkerError, Workers, worker_count
from flows.writer import Writer
from storage.connection import StoreError
from storage.retagging import Change, Retagged, StoredText

CHUNK = 64  # articles a worker tags at a time, and a transaction writes
UNDER_WAY = 2  # chunks, for each worker
EACH, START = 2.0, 10.0  # seconds an article may take, and a task before it

Shard = Sequence[str]  # slugs of feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller may ask. No `feeds` means all; `dry_run` changes nothing."""

    feeds: tuple[str, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How one tag fared: to how many articles it came, from how many it went."""

    tag: str
    came: int = 0
    went: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that was looked at. `gone` changed or vanished meanwhile, those that `failed` stayed as they were."""

    changed: int = 0
    same: int = 0
    gone: int = 0
    failed: int = 0
    tags: tuple[Turn, ...] = ()
    passed_over: tuple[str, ...] = ()
    seconds: float = 0.0
    dry: bool = False

    def headline(self) -> str:
        """All of it in one line."""
        looked_at = self.changed + self.same + self.gone + self.failed
        rest = [f"{count} {word}" for word, count in (("gone meanwhile", self.gone), ("failed", self.failed)) if count]
        told = [f"{self.changed} {'would change' if self.dry else 'changed'}", f"{self.same} same", *rest]
        return f"{looked_at} articles looked at: {', '.join(told)} in {self.seconds:.1f} s"


class Onlooker(Protocol):
    """Whoever wants to know how far it is."""

    def retagged(self, articles: int) -> None:
        """So many more articles were looked at."""


class Idle:
    """An onlooker that does not look."""

    def retagged(self, articles: int) -> None:
        """Nothing."""


Mapper = Callable[[Callable[[Shard], Account], Sequence[Shard]], list[Account]]


def at_once(work: Callable[[Shard], Account], shards: Sequence[Shard]) -> list[Account]:
    """Map without Prefect: all shards as one, so that the workers have no pause between two."""
    return [work([slug for shard in shards for slug in shard])]


def retag(config: Config, wish: Wish, mapper: Mapper = at_once, onlooker: Onlooker | None = None) -> Account:
    """Tag stored articles again, and write what differs.

    Raises `ConfigError` for a feed nobody has heard of, `LockedError` when a run is on, `StoreError` when there is no
    database or it cannot be used.
    """
    clock, path = time.monotonic(), Path(config.settings.database)
    check(config, wish.feeds)
    if not path.exists():
        raise StoreError(f"{path} does not exist yet; `fanmill run` makes it")
    with hold(path), Writer(path, write=not wish.dry_run) as writer:
        stored = writer.do(lambda store: [source.slug for source in store.sources()])
        slugs = [slug for slug in stored if slug in (wish.feeds or config.feeds)]
        gone = tuple(slug for slug in stored if slug not in config.feeds) if not wish.feeds else ()
        if not wish.dry_run:
            writer.do(lambda store: store.tags.name(tags_of(config.taxonomy)))
        with Retagger(config, writer, dry=wish.dry_run, onlooker=onlooker or Idle()) as retagger:
            parts = mapper(retagger.go, list(shards(slugs, config.settings.shard_size)))
        if not wish.dry_run:
            writer.do(lambda store: store.optimize())
    return replace(total(parts), passed_over=gone, seconds=time.monotonic() - clock, dry=wish.dry_run)


class Retagger:
    """Tags stored articles of some feeds again, with worker processes of its own. A context manager."""

    def __init__(self, config: Config, writer: Writer, *, dry: bool, onlooker: Onlooker) -> None:
        self._feeds = config.feeds
        self._writer = writer
        self._dry = dry
        self._onlooker = onlooker
        self._count = worker_count(config.settings.workers)
        training = writer.do(lambda store: store.tags.training())
        self._workers = Workers(
            self._count, refining.prepare, (config.chrome, config.taxonomy, training, config.tracking)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close()

    def go(self, slugs: Shard) -> Account:
        """Tag the articles of these feeds again, and count what became of them. Raises `StoreError`."""
        flying: deque[tuple[list[StoredText], Future[list[refining.Tagged]]]] = deque()
        parts = [Account()]
        for chunk in self._chunks(slugs) if slugs else ():
            flying.append((chunk, self._submit(chunk)))
            if len(flying) > UNDER_WAY * self._count:
                parts.append(self._land(*flying.popleft()))
        parts += [self._land(*one) for one in flying]
        return total(parts)

    def _chunks(self, slugs: Shard) -> Iterator[list[StoredText]]:
        """The stored articles of these feeds, oldest first."""
        chunk = self._read(slugs, 0)
        while chunk:
            yield chunk
            chunk = self._read(slugs, chunk[-1].id)

    def _read(self, slugs: Shard, after: int) -> list[StoredText]:
        return self._writer.do(lambda store: store.tags.texts(after, CHUNK, slugs))

    def _submit(self, chunk: Sequence[StoredText]) -> Future[list[refining.Tagged]]:
        texts = [as_text(one, self._feeds[one.feed]) for one in chunk]
        return self._workers.submit(refining.retag, texts, timeout=START + EACH * len(texts))

    def _land(self, chunk: Sequence[StoredText], future: Future[list[refining.Tagged]]) -> Account:
        """Write a chunk; tag its articles one by one when the worker broke, so that only the guilty one is lost."""
        try:
            found = future.result()
        except WorkerError:
            if len(chunk) == 1:
                self._onlooker.retagged(1)
                return Account(failed=1)
            return total([self._land([one], self._submit([one])) for one in chunk])
        pairs = zip(chunk, found, strict=True)
        retagged = [
            Retagged(article_id=one.id, content_hash=one.content_hash, tagging=tagging, brief=brief)
            for one, (tagging, brief) in pairs
        ]
        told = self._writer.do(lambda store: store.tags.retag(retagged, dry=self._dry))
        self._onlooker.retagged(len(chunk))
        return counted(told)


def as_text(stored: StoredText, feed: Feed | None) -> Text:
    """A stored article as a worker wants it. A feed that is configured no more is known by what the store has of it."""
    name = (feed.title if feed else "") or stored.feed_title
    publisher = Publisher(name=name, trust=stored.trust, tags=feed.tags if feed else stored.told)
    return Text(
        title=stored.title,
        text=stored.text,
        categories=stored.calls,
        language=stored.language,
        publisher=publisher,
    )


def counted(change: Change) -> Account:
    """What became of one chunk."""
    came, went = dict(change.came), dict(change.went)
    turns = tuple(Turn(tag=tag, came=came.get(tag, 0), went=went.get(tag, 0)) for tag in sorted(came.keys() | went))
    return Account(changed=change.changed, same=change.same, gone=change.gone, tags=turns)


def total(parts: Sequence[Account]) -> Account:
    """All parts in one; the tags that moved most come first."""
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for turn in (turn for part in parts for turn in part.tags):
        came[turn.tag] += turn.came
        went[turn.tag] += turn.went
    turns = [Turn(tag=tag, came=came[tag], went=went[tag]) for tag in came]
    return Account(
        changed=sum(part.changed for part in parts),
        same=sum(part.same for part in parts),
        gone=sum(part.gone for part in parts),
        failed=sum(part.failed for part in parts),
        tags=tuple(sorted(turns, key=lambda turn: (-turn.came - turn.went, turn.tag))),
    )


def shards(slugs: Sequence[str], size: int) -> Iterator[Shard]:
    """The feeds, `size` at a time."""
    return (slugs[start : start + size] for start in range(0, len(slugs), size))
