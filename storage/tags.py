"""The store's desk for tags: what people say of them, what was learnt from that, articles tagged again, briefs.

    store.tags.correct(7, {"ai-policy": True, "funding": False}, now)

Each method is one transaction and raises `StoreError` when the database cannot be used, as those of `Store`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.subject import Named
from storage import briefs, retagging, usage, verdicts
from storage.connection import speaking, write_tx
from storage.usage import Category

if TYPE_CHECKING:  # what has to do with learning takes time to import; a search should not wait for it
    from extractors.trained import Training
    from storage.training import Least, Lesson


class Tags:
    """The tags of an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def name(self, tags: Sequence[tuple[Named, Sequence[str], str]]) -> None:
        """Take over what the taxonomy says of tags; see `storage.verdicts.name`."""
        with speaking(self.path), write_tx(self.connection):
            verdicts.name(self.connection, tags)

    def known(self, words: Sequence[str]) -> dict[str, Named]:
        """The tags that these words name by id or name, by id."""
        with speaking(self.path):
            return verdicts.known(self.connection, words)

    def correct(self, article: int, said: Mapping[str, bool | None], now: datetime) -> None:
        """Record what somebody says of an article's tags; see `storage.verdicts.say`. `retag` puts it in force."""
        with speaking(self.path), write_tx(self.connection):
            verdicts.say(self.connection, article, said, now)

    def corrections(self, since: str = "") -> dict[int, dict[str, bool]]:
        """Every verdict, or those from `since` on (ISO 8601): article → tag → whether it holds."""
        from storage import training

        with speaking(self.path):
            return training.corrections(self.connection, since)

    def uncorrected(self, most: int) -> list[int]:
        """The latest articles that nobody corrected, by id."""
        from storage import training

        with speaking(self.path):
            return training.uncorrected(self.connection, most)

    def texts(self, after: int = 0, limit: int = 64, feeds: Sequence[str] = ()) -> list[retagging.StoredText]:
        """Articles as the tagger wants them; see `storage.retagging.texts`."""
        with speaking(self.path):
            return retagging.texts(self.connection, after, limit, feeds)

    def texts_of(self, ids: Sequence[int]) -> list[retagging.StoredText]:
        """These articles as the tagger wants them, ascending by id."""
        with speaking(self.path):
            return retagging.texts_of(self.connection, ids)

    def retag(self, retagged: Sequence[retagging.Retagged], *, dry: bool = False) -> retagging.Change:
        """Write what comes out differently, or count it; see `storage.retagging.retag`."""
        with speaking(self.path):
            return retagging.retag(self.connection, retagged, dry=dry)

    def trained_at(self, name: str, tag: str) -> str | None:
        """When a model of this name or the threshold of this tag was learnt (ISO 8601); None for neither."""
        from storage import training

        with speaking(self.path):
            return training.trained_at(self.connection, name, tag)

    def standing(self, name: str) -> float | None:
        """The F1 that a model reached when it was trained; None when there is none of that name."""
        from storage import training

        with speaking(self.path):
            return training.standing(self.connection, name)

    def training(self) -> Training:
        """The models and thresholds in force; see `storage.training`."""
        from storage import training

        with speaking(self.path):
            return training.training(self.connection)

    def keep_model(self, lesson: Lesson, now: datetime) -> None:
        """Keep a model in place of one of the same name."""
        from storage import training

        with speaking(self.path), write_tx(self.connection):
            training.keep(self.connection, lesson, now)

    def forget_model(self, name: str) -> bool:
        """Forget a model. False when there is none of that name."""
        from storage import training

        with speaking(self.path), write_tx(self.connection):
            return training.forget(self.connection, name)

    def set_least(self, tag: str, least: Least | None, now: datetime) -> None:
        """Keep another threshold of a tag; None for that of the taxonomy."""
        from storage import training

        with speaking(self.path), write_tx(self.connection):
            training.set_least(self.connection, tag, least, now)

    def usage(self) -> dict[str, int]:
        """In how many articles each tag and each entity was found, by id."""
        with speaking(self.path):
            return usage.tags(self.connection)

    def categories(self, limit: int = 1000) -> list[Category]:
        """What feeds call their articles, the commonest first; see `storage.usage`."""
        with speaking(self.path):
            return usage.categories(self.connection, limit)

    def without_brief(self, run_id: int, most: int) -> list[retagging.StoredText]:
        """Articles that want a brief by a model, the latest first; see `storage.briefs.wanting`."""
        with speaking(self.path):
            return briefs.wanting(self.connection, run_id, most)

    def keep_brief(self, article: retagging.StoredText, written: briefs.Written, now: datetime) -> None:
        """Keep a brief that a model wrote of an article."""
        with speaking(self.path), write_tx(self.connection):
            briefs.keep(self.connection, article, written, now)
