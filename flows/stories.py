"""How a story looks on a terminal: who told it, in which order, and what their articles have in common."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from flows.screens import flat, line, listed, minute, safe
from storage.telling import ReasonRow, SourceRow, Told, ToldRow


def story_screen(told: Told) -> RenderableType:
    """A story in full: its lead, its feeds, its articles in the order of publication with their copies, the reasons."""
    head, held = told.story, {row.id for row in told.articles}
    parts: list[RenderableType] = [
        Text(flat(head.title) or f"story {head.id}", style="bold"),
        line(
            f"story {head.id}",
            f"{counted(head.size, head.articles - head.size)}, {head.feeds} feeds",
            f"{minute(head.first_published)} to {minute(head.last_published)}",
            style="dim",
        ),
    ]
    parts += listed("Feeds", [source(row) for row in told.sources])
    parts += listed("Articles", [article(row, is_under=row.duplicate_of in held) for row in told.articles])
    parts += listed(
        "In common", [line(*(f"{row.name} ({row.articles})" for row in told.shared))] if told.shared else []
    )
    parts += listed("Joined", [reason(row) for row in told.reasons])
    return Group(*parts)


def counted(articles: int, copies: int) -> str:
    """How many articles, and how many copies besides: "3 articles, 1 copy"."""
    words = ((articles, "article", "articles"), (copies, "copy", "copies"))
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in words if number)


def source(row: SourceRow) -> Text:
    """A feed with how often it told the story, and when."""
    last = f" to {minute(row.last_published)}" if row.last_published != row.first_published else ""
    return line(
        row.feed_title or row.feed,
        counted(row.articles - row.copies, row.copies),
        f"{minute(row.first_published)}{last}",
    )


def article(row: ToldRow, *, is_under: bool) -> Text:
    """An article of the story; a copy stands below its original, further in."""
    number = (f"{'  ' * is_under}{row.id:>5}  ", "cyan")
    about = f"{minute(row.published_at)}  {safe(row.feed_title or row.feed)} · {flat(row.title)}"
    return Text.assemble(number, flat(about), (f" · {flat(row.kind)}" if row.kind else "", "dim"))


def reason(row: ReasonRow) -> Text:
    """By which other article one came into the story."""
    return line(f"{row.article_id} came in by {row.related_id}", f"{row.likeness:.2f}", flat(row.reason))
