"""From an entry, and its page where one was fetched, to the article we stand behind.

    clean the feed's text ─┐
                           ├─ choose ─▶ title, date, author ─▶ tags ─▶ fingerprint ─▶ Article
    clean the page ────────┘

`sift` looks at the feed's text alone and says None when the page is wanted; `refine` takes both. Neither raises on
anything a stranger can put into a feed or page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from config.chrome import ChromeConfig
from config.taxonomy import Taxonomy
from extractors.addresses import PHONES, canonical
from extractors.brief import brief
from extractors.clean import CleanRules, choose, clean_feed, clean_page, compile_rules, is_whole
from extractors.compare import doubted
from extractors.fingerprints import fingerprint, terms
from extractors.model import Article, Cleaned, Dropped, Entry, Learnt, Page
from extractors.sameness import identifies
from extractors.tagging import TRUST, Publisher, Tagger
from extractors.trained import Training

SUMMARY = 400  # characters of the stored summary
HEADLINE = 120  # characters of a title made from the text
ID = re.compile(r"https?://[^|#]+", re.IGNORECASE)  # of an entry, which is an address; we put "|" into some ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of the feed an entry came from. `pages` is the feed's setting: auto, always or never.

    `learnt` is what its earlier articles taught, `trust` (0–1) how often its categories have been right.
    """

    url: str
    title: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    pages: str = "auto"
    learnt: Learnt = field(default_factory=Learnt)
    trust: float = TRUST

    @property
    def publisher(self) -> Publisher:
        """The feed as the tagger knows it."""
        return Publisher(name=self.title, trust=self.trust, tags=self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules, compiled: made once in each process."""

    clean: CleanRules
    tagger: Tagger

    @classmethod
    def compile(cls, chrome: ChromeConfig, taxonomy: Taxonomy, training: Training | None = None) -> Rules:
        """Compile checked configuration, and what was learnt from corrections."""
        return cls(clean=compile_rules(chrome), tagger=Tagger(taxonomy, training))


def sift(entry: Entry, origin: Origin, rules: Rules) -> Article | Dropped | None:
    """The article from the feed's text alone; None when its page should be fetched first."""
    cleaned = doubted(clean_feed(entry, rules.clean, origin.url, origin.learnt))
    wanted = origin.pages == "always" or (origin.pages == "auto" and not is_whole(entry, cleaned))
    return None if wanted and entry.url else settle(entry, cleaned, origin, rules)


def refine(entry: Entry, page: Page | None, origin: Origin, rules: Rules) -> Article | Dropped:
    """The article from the feed's text and, when there is one, the page: whichever gives more of it."""
    cleaned = doubted(clean_feed(entry, rules.clean, origin.url, origin.learnt))
    if page:
        cleaned = choose(cleaned, clean_page(page, rules.clean, entry, origin.learnt))
    return settle(entry, cleaned, origin, rules)


def settle(entry: Entry, cleaned: Cleaned, origin: Origin, rules: Rules) -> Article | Dropped:
    """Join what the feed claims with what was cleaned, and tag it. The feed's word goes before the page's."""
    title = entry.title or cleaned.title or headline(cleaned.text)
    if not title:
        return Dropped(guid=entry.guid, url=entry.url, reason="empty", evidence="neither a title nor any text")
    language = entry.language or cleaned.language or origin.language
    return Article(
        guid=entry.guid,
        url=entry.url or "",
        canonical_url=canonical(own_canonical(entry, cleaned)),
        addresses=known_as(entry, cleaned),
        title=title,
        text=cleaned.text,
        author=entry.author or cleaned.author,
        language=language,
        published=entry.published or cleaned.published,
        updated=entry.updated,
        image=entry.image or cleaned.image,
        summary=summarise(entry, cleaned, rules),
        source=cleaned.source,
        confidence=cleaned.confidence,
        doubt=cleaned.doubt,
        links=cleaned.links,
        cuts=cleaned.cuts,
        categories=entry.categories,
        tagging=rules.tagger.tag(title, cleaned.text, entry.categories, language, origin.publisher),
        brief=brief(title, cleaned.text),
        fingerprint=fingerprint(cleaned.text),
        terms=terms(title, cleaned.text),
        marks=cleaned.marks,
        container=cleaned.container,
    )


def own_canonical(entry: Entry, cleaned: Cleaned) -> str:
    """The page's canonical address when it lies on the entry's own host, else the entry's address.

    A page may name any other article as its canonical one, and two articles would be taken for one. Careless pages
    name the site itself, or a section. A host "m." or "amp." is the one that the page says it is.
    """
    own, named = canonical(entry.url or ""), canonical(cleaned.canonical_url or "")
    return named if identifies(named) and site(named) == site(own) else entry.url or ""


def known_as(entry: Entry, cleaned: Cleaned) -> tuple[str, ...]:
    """The keys of the addresses under which others may name the article, sorted.

    Those are the entry's own, its id where that is one, where the redirects ended, and what the page calls its own on
    the hosts of these. None of a site itself or a section: a page that is gone leads there.
    """
    ends = cleaned.addresses[:1] if cleaned.doubt != "other" else ()  # the page's, after redirects
    own = [canonical(entry.url or ""), *map(canonical, ends)]
    hosts = {site(key) for key in own if key}
    guid = canonical(entry.guid) if ID.fullmatch(entry.guid) else ""
    said = (guid, *map(canonical, cleaned.addresses[1:] if ends else ()))
    return tuple(sorted({key for key in (*own, *(one for one in said if site(one) in hosts)) if identifies(key)}))


def site(key: str) -> str:
    """The host of a canonical address, without what it has in front for phones."""
    host = key.removeprefix("https://").partition("/")[0].partition("?")[0]
    return next((host.removeprefix(phone) for phone in PHONES if host.startswith(phone)), host)


def summarise(entry: Entry, cleaned: Cleaned, rules: Rules) -> str:
    """What the feed says in short, as clean as the text; else the page's description, else the start of the text."""
    short = clean_feed(replace(entry, content=""), rules.clean, entry.url).text if entry.summary else ""
    words = " ".join((short or cleaned.summary or cleaned.text).split())
    return words if len(words) <= SUMMARY else words[:SUMMARY].rsplit(" ", 1)[0] + "…"


def headline(text: str) -> str:
    """The start of the text, cut at a word, for an entry without a title."""
    start = text.split("\n", 1)[0]
    return start if len(start) <= HEADLINE else start[:HEADLINE].rsplit(" ", 1)[0] + "…"


def entry_hash(entry: Entry) -> str:
    """Sixteen bytes in hex over what the feed says of an entry, so that a change is seen without its page.

    The date of an update counts, since it may be all that a feed of summaries says about a page that changed; that of
    publication does not, since some feeds put the present there at every poll; nor does a new campaign in the address.
    """
    updated = entry.updated.isoformat() if entry.updated and entry.updated != entry.published else ""
    address = canonical(entry.url or "") or entry.url or ""
    parts = (address, entry.title, entry.content, entry.summary, entry.author, updated)
    return digest((*parts, *entry.categories))


def digest(parts: Iterable[str]) -> str:
    """Sixteen bytes in hex over strings; the boundaries between them count."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()
