"""Which pages a site asks robots not to fetch: RFC 9309, for article pages only.

    robots.txt ─▶ read_rules: the rules of our group ─▶ Protego: which rule fits an address

A robots.txt is asked for once for each origin. One that does not exist, cannot be reached by redirects or is no
robots.txt at all (HTML, say) allows everything; while a server is in trouble (5xx, a timeout, no answer) nothing is
fetched from it. A page of whoever has no address or no valid certificate fails as its robots.txt did.

The file is a stranger's: half a megabyte of rules that are all wildcards would make every address cost seconds. Of
such rules only what is cheap is kept, in favour of the site: a Disallow is shortened, so that it covers more; an Allow
is dropped.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from protego import Protego

from flows.address import host_of, read_address
from flows.exchange import Answer, FetchError, Question
from flows.guard import detached
from flows.turns import held

MOST_BYTES = 500 * 1024  # read of a robots.txt: what RFC 9309 §2.5 wants to be understood at the least
MOST_HELD = 4_000_000  # characters of rules kept at once, of all sites
LONGEST_LINE = 1_000
LONGEST_ADDRESS = 2_000
MOST_STARS = 10  # in one rule
MOST_STARRED = 50_000  # characters of rules with a wildcard
SERVER_ERROR = 500
NO_FILE = {"redirects", "bad_scheme", "bad_address", "downgrade", "blocked_address", "encoding"}
NO_HOST = {"dns", "tls"}  # said as it is, and kept for the run like rules
NOT_NOW = {"paused", "unasked"}  # said as it is, and of this moment only
ABREAST = 2  # files read at once
LINE = re.compile(
    r"(?:(?P<agent>user(?:-|\s)?agent)|(?P<no>diss?all?[ao]w|diasllow)|(?P<yes>allow)|(?P<delay>crawl(?:-|\s)delay))"
    r"(?:\s*:\s*|\s+|$)(?P<value>.*)",
    re.IGNORECASE,
)
Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a site allows us. `parser` is None where all is allowed, `size` counts characters, `delay` is seconds.

    `fault` is why there is no asking the site at all: a kind of `FetchError` and its text.
    """

    parser: Protego | None = None
    size: int = 0
    delay: float = 0.0
    reachable: bool = True
    fault: tuple[str, str] | None = None

    def allows(self, url: str) -> bool:
        """Whether a page may be fetched; one with an address of absurd length may not where there are rules."""
        return self.parser is None or (len(url) <= LONGEST_ADDRESS and self.parser.can_fetch(url, "*"))


class Robots:
    """The robots.txt of all sites, each asked for once. `ask` is how."""

    def __init__(self, ask: Callable[[Question], Awaitable[Answer]], agent: str) -> None:
        self._ask = ask
        self._agent = agent
        self._rules: dict[Key, Rules] = {}
        self._held = 0
        self._asking: defaultdict[Key, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(1))
        self._reading = asyncio.Semaphore(ABREAST)

    async def check(self, question: Question) -> float:
        """The seconds that a site wants between two requests, 0 when it does not say.

        Raises `FetchError`: "robots" when it does not want the page fetched, "robots_unreachable" when it cannot say,
        and whatever keeps us from asking it: "dns", "tls", "paused", "unasked".
        """
        rules = await self._find(question)
        if rules.fault:
            raise FetchError(*rules.fault)
        if not rules.reachable:
            raise FetchError("robots_unreachable", f"{host_of(question.url)} does not give its robots.txt")
        if not rules.allows(str(read_address(question.url))):
            raise FetchError("robots", f"{host_of(question.url)} asks robots not to fetch this page")
        return rules.delay

    async def _find(self, question: Question) -> Rules:
        url = read_address(question.url).origin().with_path("/robots.txt")
        key = str(url), question.agent, question.private
        async with held(self._asking[key], url, question.until):
            if key not in self._rules:
                self._keep(key, await self._fetch(str(url), question))
            return self._rules[key]

    async def _fetch(self, url: str, page: Question) -> Rules:
        try:
            answer = await self._ask(
                Question(url=url, private=page.private, agent=page.agent, head=MOST_BYTES, until=page.until)
            )
        except FetchError as error:
            if error.kind in NOT_NOW:
                raise
            if error.kind in NO_HOST:
                return Rules(fault=(error.kind, str(error).partition(": ")[2]))
            return Rules(reachable=error.kind in NO_FILE)
        if answer.status >= SERVER_ERROR:
            return Rules(reachable=False)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the range of success
            return Rules()
        async with self._reading:
            return await detached(read_rules, answer.body, product_of(page.agent or self._agent))

    def _keep(self, key: Key, rules: Rules) -> None:
        self._rules[key] = rules
        self._held += rules.size
        while self._held > MOST_HELD:
            self._held -= self._rules.pop(next(iter(self._rules))).size


def product_of(agent: str) -> str:
    """The name by which a robots.txt knows a User-Agent: its first word, without a version, in lower case."""
    match = re.search(r"[\w-]+", agent)
    return match[0].lower() if match else agent.strip()


def read_rules(body: bytes, product: str) -> Rules:
    """The rules for one product, or those for all when it has none of its own. Never raises."""
    text = body.decode("utf-8-sig", "replace")
    if len(body) >= MOST_BYTES:
        text = text[: max(text.rfind("\n"), text.rfind("\r"))]  # half a rule may say the opposite
    if text.lstrip()[:1] in {"", "<"}:
        return Rules()
    groups = grouped(text, {product, "*"})
    lines = list(bounded(groups.get(product, groups.get("*", []))))
    if not lines:
        return Rules()
    kept = "\n".join(["user-agent: *", *lines])
    parser = Protego.parse(kept)
    return Rules(parser=parser, size=len(kept), delay=parser.crawl_delay("*") or 0.0)


def grouped(text: str, wanted: set[str]) -> dict[str, list[re.Match[str]]]:
    """The lines of rules by product, those of a product's several groups together. Unknown lines count for nothing.

    Only the `wanted` products: with all of them, rules times products would be more than any memory holds.
    """
    groups: dict[str, list[re.Match[str]]] = {}
    current: set[str] = set()
    heading = False
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        match = LINE.match(line[:LONGEST_LINE])
        if not match or (match["yes"] and len(line) > LONGEST_LINE):
            continue
        if match["agent"]:
            current = current if heading else set()
            current |= {product_of(match["value"])} & wanted
            groups |= {name: groups.get(name, []) for name in current}
        for name in current if not match["agent"] else ():
            groups[name].append(match)
        heading = bool(match["agent"])
    return groups


def bounded(rules: list[re.Match[str]]) -> Iterator[str]:
    """The rules as lines, each cheap to match and all of them together."""
    left = MOST_STARRED
    for rule in rules:
        if rule["delay"]:
            yield f"crawl-delay: {rule['value']}"
            continue
        pattern = re.sub(r"\*+", "*", rule["value"])
        stars = pattern.count("*")
        left -= len(pattern) if stars else 0
        most = MOST_STARS if left > 0 else 0
        if stars <= most:
            yield f"{'allow' if rule['yes'] else 'disallow'}: {pattern}"
        elif rule["no"]:
            yield f"disallow: {'*'.join(pattern.split('*')[: most + 1]) or '/'}"
