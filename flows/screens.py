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
from storage.relations import ChoiceRow, PointerRow, StoryHead, TieRow
from storage.showing import ArticleRow, CopyRow, EvidenceRow, Reasons, SeeAlsoRow, Shown

UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
WIDTH = 92  # columns a text is set in
TABLE = 130  # columns a table may take
CONTEXT = 30  # characters shown on either side of evidence

NEXT = {"see_also": "linked here", "quotes": "quoted here", "same_story": "same story", "related": "related"}
FROM = {"see_also": "links here", "quotes": "quotes this", "related": "related"}
METHODS = {
    "address": "the same address",
    "text": "the same words",
    "near": "words in common",
    "title": "the same headline",
    "terms": "terms in common",
    "chosen": "somebody's word",
}
CHOICES = {
    ("copy", 1): "the same article as",
    ("copy", 0): "never the same article as",
    ("story", 1): "in one story with",
    ("story", 0): "never in one story with",
}


def safe(text: str | None) -> str:
    """Text without anything that steers a terminal; line feeds stay."""
    return UNPRINTABLE.sub("", text or "")


def flat(text: str | None) -> str:
    """Safe text on one line."""
    return safe(text).replace("\n", " ")


def minute(time: str) -> str:
    """A time to the minute."""
    return time[:16].replace("T", " ")


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
        copy = f"copy of {hit.duplicate_of}, which has not these words" if hit.duplicate_of else None
        about = [line(hit.published_at[:10], hit.feed_title or hit.feed, hit.labels, copy, style="dim")]
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
    parts += listed("Read from", [pointer(row) for row in shown.read_from])
    parts += listed(same_story(shown.story_head), [line(str(row.id), row.feed, row.title) for row in shown.story])
    others = [row for row in shown.copies if row.id != article.id]
    for heading, rows in (("Copy of", [shown.original] if shown.original else []), ("Copies", others)):
        parts += listed(heading, [line(str(row.id), row.feed, row.title, row.kind) for row in rows])
    return Group(*parts)


def head(article: ArticleRow) -> list[RenderableType]:
    """Title, source and labels."""
    return [
        Text(safe(article.title), style="bold"),
        line(minute(article.published_at), article.feed_title or article.feed, article.author, style="dim"),
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
    return listed("See also", [line(str(row.id), row.title, grounds(NEXT, row.kind, row.reason)) for row in rows])


def pointer(row: PointerRow) -> Text:
    """An article that points to this one."""
    return line(str(row.id), row.feed, row.title, grounds(FROM, row.kind, row.reason))


def grounds(words: Mapping[str, str], kind: str, reason: str) -> str:
    """A kind in words, with the reason where that says more: the label of a link does not."""
    told = words.get(kind, kind)
    return told if kind == "see_also" or not reason else f"{told}: {reason}"


def same_story(head: StoryHead | None) -> str:
    """The heading over others' articles on the same event."""
    return f"Same story ({head.size} articles, {head.feeds} feeds)" if head else "Same story"


def copy(row: CopyRow) -> Text:
    """A copy, or the original of one, with what gave it away."""
    by = f"{row.kind} by {METHODS.get(row.method, row.method)}, {row.similarity:.2f}"
    return line(str(row.id), row.feed, by, flat(row.evidence) if row.method != "chosen" else None)


def tie(row: TieRow, to: str, back: str) -> Text:
    """A tie to another article, in the words for its direction."""
    said = to if row.direction == "to" else back
    by = METHODS.get(row.method, row.method)
    return line(f"{said} {row.id}", row.title, f"{row.likeness:.2f}", by, flat(row.reason))


def story(head: StoryHead | None, told_with: Sequence[TieRow]) -> list[RenderableType]:
    """The story an article is in, and those by which it came into it."""
    if head is None:
        return []
    size = f"{head.size} articles, {head.feeds} feeds"
    about = line(f"story {head.id}", size, f"since {minute(head.first_published)}")
    lead = [line(f"led by {head.lead_id}", head.title)] if head.lead_id else []
    return listed("Story", [about, *lead, *(tie(row, "came in by", "brought in") for row in told_with)])


def choice(row: ChoiceRow) -> Text:
    """What somebody decided of this article and another."""
    return line(f"{CHOICES[row.about, row.together]} {row.id}", row.title, row.chosen_at[:10])


def listed(heading: str, rows: Sequence[RenderableType]) -> list[RenderableType]:
    """A heading with indented rows, or nothing when there are none."""
    return [Text(), Text(heading, style="bold"), *(Padding(row, (0, 0, 0, 2)) for row in rows)] if rows else []


def reasons_screen(reasons: Reasons) -> RenderableType:
    """Every judgement about an article: tags with their evidence, cuts with their rules, links with their reasons."""
    article, spoke = reasons.article, defaultdict(list)
    for row in reasons.evidence:
        spoke[row.tag].append(row)
    parts: list[RenderableType] = [*head(article)]
    for tag in reasons.tags:
        title = Text.assemble((safe(tag.name), "green"), f"  {tag.kind}, {tag.score:.2f}")
        parts += [Text(), title, *(Padding(evidence(row, article), (0, 0, 0, 2)) for row in spoke[tag.tag])]
    gist = reasons.gist
    parts += listed("Corrected", [verdict(row) for row in gist.said])
    parts += listed("Brief", [clipped(f"{r.role:<5}{r.start:>6}", flat(r.sentence)) for r in gist.sentences])
    parts += listed("Keyphrases", [line(f"{row.phrase}  {row.score:.2f}") for row in gist.phrases])
    parts += listed("Its feed calls it", [category(row) for row in gist.categories])
    parts += listed("Cut", [clipped(cut.rule, flat(cut.text[:200])) for cut in reasons.cuts])
    parts += see_also(reasons.see_also)
    parts += listed("Copy of", [copy(reasons.original)] if reasons.original else [])
    parts += listed("Copies", [copy(row) for row in reasons.copies if row.id != article.id])
    parts += listed("Quotations", [tie(row, "quotes", "quoted by") for row in reasons.quotes])
    parts += story(reasons.story_head, reasons.told_with)
    parts += listed("Decided", [choice(row) for row in reasons.choices])
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
