"""Find the feeds of a site, or see that an address is one, with as few requests as that takes.

    async with Fetcher(settings) as fetcher:
        finding = await Seeker(fetcher, workers).seek("https://example.org/")

The address itself is asked once. When its body is no feed, the same body is looked through for links to feeds, and
each is asked and read, one after the other, until one is good. Only when a page names none are the places tried where
feeds usually are, ten at most. A host that refuses (403), wants a pause (429, 503) or does not answer is tried no
further.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from extractors import discover, feed
from extractors.addresses import canonical
from extractors.discover import Candidate, Source
from extractors.feed import FeedError
from extractors.model import ParsedFeed
from flows.address import host_of, with_login_of
from flows.fetch import Answer, Fetcher, FetchError, Question
from flows.workers import WorkerError, Workers

UNAUTHORIZED = 401
FIRST, ALL = 10, 25  # candidates of a page asked until the first good one, and for all of them
REFUSALS = {403, 429, 503}
DEAD = {"paused", "timeout", "connection", "dns", "tls"}  # the host, not one address of it
PAGES = {"html", "not_a_feed"}  # what may name a feed


class NoFeedError(Exception):
    """Nothing to add. `kind` is one word (that of the fetch or of the document), the text one line for a person."""

    def __init__(self, kind: str, fault: str) -> None:
        super().__init__(fault)
        self.kind = kind


class _RefusedError(Exception):
    """The host wants no more requests. The text says how it said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that was asked and read. `url` is where to poll it, permanent redirects followed."""

    url: str
    source: Source
    parsed: ParsedFeed

    @property
    def ids(self) -> frozenset[str]:
        """What its entries are known by, to tell the RSS and the Atom of one site from two feeds."""
        return frozenset(canonical(entry.url or "") or entry.guid for entry in self.parsed.entries)


@dataclass(slots=True, kw_only=True)
class Finding:
    """What a search gave: the good feeds, in the order of the page, and candidates that were not asked or not taken."""

    found: list[Found] = field(default_factory=list)
    others: list[Candidate] = field(default_factory=list)


class Seeker:
    """Looks for feeds, with the fetcher and workers it is given. `private` lets it ask private addresses."""

    def __init__(self, fetcher: Fetcher, workers: Workers, *, private: bool = False) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._private = private
        self._home = ""

    async def seek(self, address: str, *, every: bool = False) -> Finding:
        """The feed at an address, or the first good one its page leads to; with `every` all of them.

        Raises `NoFeedError`.
        """
        try:
            answer = await self._fetcher.get(Question(url=address, private=self._private))
        except FetchError as error:
            raise NoFeedError(error.kind, str(error).partition(": ")[2]) from None
        if answer.status != HTTPStatus.OK:
            raise NoFeedError(f"http_{answer.status}", refusal(answer))
        try:
            return Finding(found=[await self._read(answer, address, "address")])
        except FeedError as error:
            if error.kind not in PAGES:
                raise NoFeedError(error.kind, f"{host_of(address)}: {error.message}") from None
        except WorkerError as error:
            raise NoFeedError("unreadable", f"the document cannot be read: {error}") from None
        return await self._discover(answer, address, every=every)

    async def _discover(self, page: Answer, address: str, *, every: bool) -> Finding:
        named = await self._named(page)
        self._home = host_of(page.url)
        try:
            finding = await self._try(named, address, ALL if every else FIRST, every=every)
            if not finding.found:
                places = discover.known_paths(page.url)
                finding = await self._try(places, address, len(places), every=False)
        except _RefusedError as error:
            raise NoFeedError("refused", f"{host_of(page.url)} names no feed that can be read, and {error}") from None
        if not finding.found:
            raise NoFeedError("no_feed", f"{host_of(page.url)} names no feed, and none is where feeds usually are")
        taken = {one.url for one in finding.found}
        finding.others = [one for one in named if one.url not in taken]
        return finding

    async def _try(self, candidates: Iterable[Candidate], address: str, most: int, *, every: bool) -> Finding:
        """Ask candidates one after the other. An empty feed is taken only when no other is there.

        Raises `_RefusedError` when the host wants no more requests before a feed was found.
        """
        good: list[Found] = []
        empty: list[Found] = []
        for candidate in list(candidates)[:most]:
            try:
                one = await self._verify(candidate, address)
            except _RefusedError:
                if good or empty:
                    break
                raise
            if one and one.parsed.entries and all(one.ids != other.ids for other in good):
                good.append(one)
                if not every:
                    break
            elif one and not one.parsed.entries:
                empty.append(one)
        return Finding(found=good or empty[:1])

    async def _verify(self, candidate: Candidate, address: str) -> Found | None:
        """The feed at a candidate's address, or None. Raises `_RefusedError`."""
        url = with_login_of(address, candidate.url)
        try:
            answer = await self._fetcher.get(Question(url=url, private=self._private))
        except FetchError as error:
            if error.kind in DEAD and host_of(url) == self._home:
                raise _RefusedError(str(error).partition(": ")[2]) from None
            return None
        if answer.status in REFUSALS and host_of(answer.url) == self._home:
            raise _RefusedError(f"it answers {answer.status}, so no more was tried")
        if answer.status != HTTPStatus.OK or (candidate.source == "path" and is_home(answer.url)):
            return None
        try:
            return await self._read(answer, url, candidate.source)
        except (FeedError, WorkerError):
            return None

    async def _named(self, page: Answer) -> list[Candidate]:
        try:
            work = self._workers.submit(discover.candidates, page.body, page.url, page.charset)
            return await asyncio.wrap_future(work)
        except WorkerError:
            return []  # a page that cannot be read may have its feed where feeds usually are

    async def _read(self, answer: Answer, url: str, source: Source) -> Found:
        """The feed in an answer. Raises `FeedError` and `WorkerError`."""
        work = self._workers.submit(feed.parse, answer.body, answer.url, answer.headers.get("content-type"))
        parsed = await asyncio.wrap_future(work)
        moved = with_login_of(url, answer.moved) if answer.moved else url
        return Found(url=moved, source=source, parsed=parsed)


def refusal(answer: Answer) -> str:
    """What an answer that is not 200 means, with the cure where there is one."""
    cure = "; write the address as https://USER:PASSWORD@HOST/…" if answer.status == UNAUTHORIZED else ""
    return f"{host_of(answer.url)} answers {answer.status}{cure}"


def is_home(url: str) -> bool:
    """Whether an address is a site's own front page, to which many sites lead whatever they do not know."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
