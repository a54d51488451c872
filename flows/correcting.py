"""`fanmill tag ID +ai-policy -funding`: what somebody says of an article's tags, for good and at once in force.

    +TAG    the article has it          -TAG    it has not          --forget TAG    say nothing of it any more

A tag is named by its id or name. The article is tagged again from its text, so that its section and labels follow, and
so does what it was given only because of a tag that it has not. All later runs heed what was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Protocol

from config.load import Config
from config.taxonomy import Taxonomy
from extractors.subject import Named
from extractors.tagging import Tagger, tags_of
from flows.options import CommandError
from flows.refining import tagged
from flows.retagging import as_text
from storage.queries import find
from storage.retagging import Retagged
from storage.showing import Shown
from storage.store import Store

SIGNS = {"+": True, "-": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The article as it is now, and what was said of its tags: id → has it, has it not, or None for forgotten."""

    shown: Shown
    said: Mapping[str, bool | None]


class Known(Protocol):
    """Whoever knows tags besides the taxonomy."""

    def known(self, words: Sequence[str]) -> dict[str, Named]:
        """The tags that these words name by id or name, by id."""


def correct(store: Store, config: Config, article: str, words: Mapping[str, bool | None], now: datetime) -> Told:
    """Record what is said of an article's tags, `words` by id or name, and tag the article anew.

    Raises `CommandError` for an article or a tag that is not there; then nothing is recorded.
    """
    number = find(store.connection, article)
    if number is None:
        raise CommandError(f"there is no article {article}; `fanmill search` shows the numbers")
    tags: dict[Named, bool | None] = {}
    for word, holds in words.items():
        tag = resolve(word, config.taxonomy, store.tags)
        if tags.setdefault(tag, holds) is not holds:
            raise CommandError(f"{tag.name!r} is both given and taken; say one of them")
    store.tags.name(tags_of(config.taxonomy))
    said = {tag.id: holds for tag, holds in tags.items()}
    store.tags.correct(number, said, now)
    tag_anew(store, config, number)
    shown = store.article(number)
    assert shown
    return Told(shown=shown, said=said)


def tag_anew(store: Store, config: Config, number: int) -> None:
    """Tag one article by all that is known now."""
    tagger = Tagger(config.taxonomy, store.tags.training())
    for stored in store.tags.texts_of([number]):
        tagging, brief = tagged(tagger, as_text(stored, config.feeds.get(stored.feed)))
        one = Retagged(article_id=stored.id, content_hash=stored.content_hash, tagging=tagging, brief=brief)
        store.tags.retag([one])


def resolve(word: str, taxonomy: Taxonomy, known: Known) -> Named:
    """The tag that a word names by its id or name, of the taxonomy or of some article. Raises `CommandError`."""
    wanted = " ".join(word.split()).casefold()
    known_here = [tag for tag, _, _ in tags_of(taxonomy)]
    for tag in known_here:
        if wanted in {tag.id.casefold(), tag.name.casefold()}:
            return tag
    stored = known.known([word, wanted])
    if stored:
        return next(iter(stored.values()))
    ids = sorted(word for tag in known_here for word in (tag.id, tag.name.casefold()))
    near = get_close_matches(wanted, ids, n=1)
    cure = f"did you mean {near[0]!r}?" if near else "taxonomy.toml may define it, see docs/add-a-tag.md"
    raise CommandError(f"there is no tag {word!r}; {cure}")


def read_words(words: Sequence[str], forget: Sequence[str]) -> dict[str, bool | None]:
    """What "+ai-policy -funding" says, by tag. Raises `CommandError` for words without a sign or with both."""
    said: dict[str, bool | None] = {}
    for word in words:
        if word[:1] not in SIGNS or not word[1:].strip():
            raise CommandError(f"{word!r} begins with neither + nor -; write for example +ai-policy or -funding")
        put(said, word[1:].strip(), SIGNS[word[0]])
    for word in forget:
        put(said, word.strip(), None)
    return said


def put(said: dict[str, bool | None], tag: str, holds: bool | None) -> None:  # noqa: FBT001 - it is what is said
    """Add what is said of one tag. Raises `CommandError` when something else was said before."""
    if said.setdefault(tag, holds) is not holds:
        raise CommandError(f"{tag!r} is both given and taken; say one of them")
