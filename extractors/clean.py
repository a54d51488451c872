"""The door to cleaning: a page, a feed's HTML or plain text in, exactly the article out.

    clean_page   page bytes       ─┐                      ┌─ text, title, author, date
    clean_feed   an entry's HTML  ─┼─ blocks ─ sweep ─────┼─ links
    clean_text   copied text      ─┘                      └─ cuts, each with its rule

The three give the same bytes for the same article: blocks apart by one empty line, white space inside a block as one
blank. Nothing here raises on anything a stranger can send; the worst answer is an empty text of low confidence.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from extractors.agreement import is_of
from extractors.assemble import assemble
from extractors.blocks import Block, outline, squeeze
from extractors.chrome import NOTHING, About, Sweep
from extractors.compare import choose, is_whole
from extractors.credits import credit
from extractors.links import plain as host_and_path
from extractors.model import Cleaned, Entry, Learnt, Page
from extractors.page import describe, load, parse, rebase
from extractors.plain import find_title, split
from extractors.rules import CleanRules, compile_rules
from extractors.sites import amend, told
from extractors.verdict import Case, settle_body
from extractors.walls import find_wall

__all__ = ["CleanRules", "choose", "clean_feed", "clean_page", "clean_text", "compile_rules", "is_whole"]

UNLIKELY = 0.2  # the highest confidence in a text that is a wall's or another article's
LONGEST = 6_000_000  # characters of a document that are looked at
MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]{0,2000})?/?>")


def clean_page(page: Page, rules: CleanRules, entry: Entry | None = None, learnt: Learnt | None = None) -> Cleaned:
    """The article of a fetched page. `entry` is what the feed said of it; its title helps to find the headline.

    `learnt` is what its source has taught; without it, neither marks nor container are made known.
    """
    tree = load(page.body[:LONGEST], page.charset)
    rebase(tree, page.url)
    site = rules.site(host_and_path(page.url)[0])
    own = told(tree, site)  # before anything is cut
    facts = amend(describe(tree, page.url, wanted_date=not (own.date or (entry and entry.published))), own)
    short = plain(entry.summary, rules) if entry else ""
    verdict = settle_body(tree, rules, Case(facts=facts, url=page.url, learnt=learnt, summary=short))
    title = (entry.title if entry else "") or facts.title
    said = credit((facts.author, facts.published), (entry.author, entry.published) if entry else ("", None))
    about = About(title=title, base=page.url, known=said, learnt=learnt or NOTHING, marked=learnt is not None)
    sweep = Sweep(verdict.blocks, verdict.reasons, about).run(rules)
    cleaned = replace(
        assemble(sweep, verdict.source, verdict.confidence),
        title=facts.title,
        author=facts.author,
        published=facts.published,
        language=facts.language,
        canonical_url=facts.canonical_url,
        addresses=(page.url, *facts.addresses),
        image=facts.image,
        summary=sweep.summary or facts.summary,
        container=verdict.container if verdict.source == "container" else None,  # whatever is left of it
    )
    met = find_wall(cleaned, sweep, facts, site, own)
    doubt = "wall" if met else "" if is_of(entry, page.url, cleaned) else "other"
    if doubt:
        return replace(cleaned, wall=met, doubt=doubt, confidence=min(cleaned.confidence, UNLIKELY))
    doubt = cleaned.doubt or verdict.doubt if cleaned.text else "empty"
    return replace(cleaned, doubt=doubt, container=cleaned.container if doubt else verdict.container)


def clean_feed(entry: Entry, rules: CleanRules, base_url: str | None = None, learnt: Learnt | None = None) -> Cleaned:
    """The article as the feed carries it: its content, or its summary when it has none.

    Addresses are made absolute by the entry's own address, else by `base_url`.
    """
    source = (entry.content if entry.content.strip() else entry.summary)[:LONGEST]
    base = entry.url or base_url or ""
    if MARKUP.search(source):
        blocks = outline(parse(source), rules.elements)
        found, reasons = tuple(blocks.blocks), enclosing(blocks.blocks, blocks.reasons)
    else:
        found = split(html.unescape(source))
        reasons = ("",) * len(found)
    said = credit((entry.author, entry.published))
    about = About(
        title=entry.title, base=base, known=said, learnt=learnt or NOTHING, marked=learnt is not None, flash=True
    )
    sweep = Sweep(found, reasons, about).run(rules)
    facts = {"title": entry.title, "author": entry.author, "published": entry.published, "language": entry.language}
    return replace(assemble(sweep, "feed", 0.95), image=entry.image, summary=plain(entry.summary, rules), **facts)  # type: ignore[arg-type]


def enclosing(blocks: list[Block], reasons: dict[int, str]) -> tuple[str, ...]:
    """For each block of a feed's HTML the chrome element around it."""
    return tuple(f"element.{reasons[block.chrome]}" if block.chrome >= 0 else "" for block in blocks)


def plain(markup: str, rules: CleanRules) -> str:
    """A summary's HTML as one line of the text that a reader sees."""
    if not MARKUP.search(markup):
        return squeeze(html.unescape(markup[:20_000]))
    seen = outline(parse(markup[:20_000]), rules.elements)
    return " ".join(block.text for block in seen.blocks if seen.reasons.get(block.chrome) != "hidden")


def clean_text(text: str, rules: CleanRules, title: str = "") -> Cleaned:
    """The article in text that was copied from a reader or aggregator. A title that is not given is looked for."""
    blocks = split(text[:LONGEST])
    title = squeeze(title) or find_title(blocks)
    sweep = Sweep(blocks, ("",) * len(blocks), About(title=title)).run(rules)
    return replace(assemble(sweep, "text", 0.9), title=title, summary=sweep.summary)
