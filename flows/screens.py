"""How articles and reasons look on a terminal; `flows.health` shows feeds.

Whatever came from the network loses its control characters here: an escape sequence in a headline must not reach the
terminal, nor a direction mark turn a line around. Nor is any of it markup: a server may well answer "[/x]".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from storage.gists import CategoryRow, Gist, SaidRow
from storage.queries import Hit
from storage.showing import ArticleRow, EvidenceRow, Reasons, SeeAlsoRow, Shown

UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
WIDTH = 92  # columns a text is set in
TABLE = 130  # columns a table may take
CONTEXT = 30  # characters shown on either side of evidence


def safe(text: str | None) -> str:
    """Text without anything that steers a terminal; line feeds stay."""
    return UNPRINTABLE.sub("", text or "")


def flat(text: str | None) -> str:
    """Safe text on one line."""
    return safe(text).replace("\n", " ")


def line(*parts: str | None, style: str = "") -> Text:
    """The parts that say something, with dots between."""
    return Text(" · ".join(safe(part) for part in parts if part), style=style)


def clipped(*parts: str | None) -> Text:
    """A line that ends where the screen does."""
    text = line(*parts)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def search_table(hits: Sequence[Hit]) -> RenderableType:
    """Search results, one after the other: number, date, feed, title, labels, where the words stand."""
    blocks: list[RenderableType] = []
    for hit in hits:
        blocks.append(Text.assemble((f"{hit.id:>5}  ", "cyan"), (safe(hit.title), "bold")))
        about = [line(hit.published_at[:10], hit.feed_title or hit.feed, hit.labels, style="dim")]
        about += [Text(flat(hit.snippet))] if hit.snippet else []
        blocks.append(Padding(Group(*about), (0, 0, 0, 7)))
    return Group(*blocks)


def article_screen(shown: Shown) -> RenderableType:
    """An article as a reader sees it: head, text, what to read next, who else has it."""
    article = shown.article
    parts: list[RenderableType] = [*head(article), *brief(shown.gist), Text(), Text(safe(article.text))]
    parts += listed("Keyphrases", [line(*(row.phrase for row in shown.gist.phrases))] if shown.gist.phrases else [])
    parts += see_also(shown.see_also)
    loose = [link for link in shown.links if link.kind == "see_also" and link.target_id is None]
    parts += listed("Named, not held", [line(link.title, link.url) for link in loose])
    parts += listed("Same story", [line(str(row.id), row.feed, row.title) for row in shown.story])
    parts += listed("Copies", [line(str(row.id), row.feed, row.title, row.kind) for row in shown.copies])
    return Group(*parts)


def head(article: ArticleRow) -> list[RenderableType]:
    """Title, source and labels."""
    return [
        Text(safe(article.title), style="bold"),
        line(
            article.published_at[:16].replace("T", " "), article.feed_title or article.feed, article.author, style="dim"
        ),
        Text(safe(article.labels), style="green"),
        Text(safe(article.url), style="dim"),
    ]


def brief(gist: Gist) -> list[RenderableType]:
    """An article in short, with whose words they are."""
    if gist.brief is None:
        return []
    told = (("The big picture", gist.brief.big_picture), ("Why it matters", gist.brief.why_it_matters))
    whose = "extract" if gist.brief.source == "extract" else f"written by {gist.brief.source}"
    lines = [Text.assemble((f"{name}  ", "bold"), flat(words)) for name, words in told if words]
    return [Text(), *(Padding(one, (0, 0, 0, 2)) for one in lines), Padding(Text(safe(whose), "dim"), (0, 0, 0, 2))]


def tags_screen(shown: Shown, said: Mapping[str, bool | None]) -> RenderableType:
    """An article's tags, and what was said of them just now and before."""
    parts: list[RenderableType] = head(shown.article)
    rows = [line(row.name, row.kind, f"{row.score:.2f}", row.source) for row in shown.tags]
    parts += listed("Tags", rows)
    parts += listed("Corrected", [verdict(row) for row in shown.gist.said])
    parts += listed("Left to the mill again", [line(tag) for tag, holds in said.items() if holds is None])
    return Group(*parts)


def verdict(row: SaidRow) -> Text:
    """What somebody said of a tag."""
    return line(f"{'+' if row.holds else '-'}{row.tag}", row.name, row.corrected_at[:10])


def see_also(rows: Sequence[SeeAlsoRow]) -> list[RenderableType]:
    """What to read next, each with the reason."""
    reasons = [None if row.kind == "see_also" else f"({row.reason})" for row in rows]
    return listed("See also", [line(str(row.id), row.title, why) for row, why in zip(rows, reasons, strict=True)])


def listed(heading: str, rows: Sequence[RenderableType]) -> list[RenderableType]:
    """A heading with indented rows, or nothing when there are none."""
    return [Text(), Text(heading, style="bold"), *(Padding(row, (0, 0, 0, 2)) for row in rows)] if rows else []


def reasons_screen(reasons: Reasons) -> RenderableType:
    """Every judgement about an article: tags with their evidence, cuts with their rules, links with their reasons."""
    article, grounds = reasons.article, defaultdict(list)
    for row in reasons.evidence:
        grounds[row.tag].append(row)
    parts: list[RenderableType] = [*head(article)]
    for tag in reasons.tags:
        title = Text.assemble((safe(tag.name), "green"), f"  {tag.kind}, {tag.score:.2f}")
        parts += [Text(), title, *(Padding(evidence(row, article), (0, 0, 0, 2)) for row in grounds[tag.tag])]
    gist = reasons.gist
    parts += listed("Corrected", [verdict(row) for row in gist.said])
    parts += listed("Brief", [clipped(f"{r.role:<5}{r.start:>6}", flat(r.sentence)) for r in gist.sentences])
    parts += listed("Keyphrases", [line(f"{row.phrase}  {row.score:.2f}") for row in gist.phrases])
    parts += listed("Its feed calls it", [category(row) for row in gist.categories])
    parts += listed("Cut", [clipped(cut.rule, flat(cut.text[:200])) for cut in reasons.cuts])
    parts += see_also(reasons.see_also)
    parts += listed(
        "Copies", [line(str(r.id), r.feed, f"{r.kind} by {r.method}, {r.similarity:.2f}") for r in reasons.copies]
    )
    parts += listed("Changes", [line(f"revision {r.revision}", r.replaced_at, r.change) for r in reasons.changes])
    doubt = f", in doubt: {safe(article.doubt)}" if article.doubt else ""
    source = f"taken from: {article.extractor}, confidence {article.confidence:.2f}{doubt}"
    return Group(*parts, Text(), Text(source, style="dim"))


def category(row: CategoryRow) -> Text:
    """What the feed calls an article, and what came of it."""
    if row.tag is None:
        return line(row.category, "means nothing to the taxonomy")
    found = "the text says so too" if row.borne_out else "the text does not say so"
    return line(row.category, f"means {row.tag}", found)


def marked_screen(reasons: Reasons) -> RenderableType:
    """Title and text with every piece of evidence marked, and the tags it speaks for."""
    marks: dict[str, dict[tuple[int, int], list[str]]] = {"title": {}, "text": {}}
    for row in reasons.evidence:
        if row.field in marks:
            marks[row.field].setdefault((row.start, row.end), []).append(row.tag)
    article = reasons.article
    return Group(marked(article.title, marks["title"]), Text(), marked(article.text, marks["text"]))


def marked(text: str, marks: Mapping[tuple[int, int], Sequence[str]]) -> Text:
    """A text with its marks: "asked [lawmakers](ai-policy, policy) to". Of two that overlap, the first is marked."""
    shown, reached = Text(), 0
    for (start, end), tags in sorted(marks.items()):
        if start >= reached:
            shown.append(safe(text[reached:start]))
            shown.append(f"[{safe(text[start:end])}]", "bold")
            shown.append(f"({', '.join(safe(tag) for tag in dict.fromkeys(tags))})", "green")
            reached = end
    return shown.append(safe(text[reached:]))


def evidence(row: EvidenceRow, article: ArticleRow) -> Text:
    """One ground for a tag: its source, and the words in their place."""
    if row.field not in {"title", "text"}:
        return Text.assemble((f"{row.source:<7}", "dim"), safe(row.detail))
    text = article.title if row.field == "title" else article.text
    before, after = text[max(0, row.start - CONTEXT) : row.start], text[row.end : row.end + CONTEXT]
    words = (flat(before), (f"[{flat(row.detail)}]", "bold"), flat(after))
    place = (f"{row.source:<7}{row.field:<6}{row.start:>6}  ", "dim")
    return Text.assemble(place, *words, no_wrap=True, overflow="ellipsis")


def console(most: int = WIDTH) -> Console:
    """A console as wide as the terminal, but no wider than `most` columns; just so wide when there is no terminal."""
    screen = Console()
    width = min(screen.width, most) if screen.is_terminal else most
    return Console(highlight=False, markup=False, emoji=False, width=width)
