"""The store's desk for groups of articles: copies, stories, and what people say of either.

    store.groups.split(7, now)         store.groups.join(7, 12, now)         store.groups.regroup(since)

Each method but `regroup` is one transaction, and raises `StoreError` when the database cannot be used, as those of
`Store`. Afterwards `store.relate` finds the kin of what has become an article of its own, or none any more.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from storage import regrouping, stories
from storage.connection import speaking, write_tx
from storage.regrouping import Regrouped


class Groups:
    """The groups of an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def split(self, article: int, at: datetime) -> tuple[int, ...]:
        """Take an article out of its group of copies for good; see `storage.regrouping.split`."""
        with speaking(self.path), write_tx(self.connection):
            return regrouping.split(self.connection, article, at)

    def join(self, one: int, other: int, at: datetime) -> bool:
        """Make two articles copies of one for good; see `storage.regrouping.join`."""
        with speaking(self.path), write_tx(self.connection):
            return regrouping.join(self.connection, one, other, at)

    def part(self, article: int, at: datetime) -> tuple[int, ...]:
        """Take an article out of its story for good; see `storage.stories.part`."""
        with speaking(self.path), write_tx(self.connection):
            return stories.part(self.connection, article, at)

    def unite(self, one: int, other: int, at: datetime) -> bool:
        """Put two articles into one story for good; see `storage.stories.unite`."""
        with speaking(self.path), write_tx(self.connection):
            return stories.unite(self.connection, one, other, at)

    def regroup(self, since: datetime) -> Regrouped:
        """Place articles again that came since a time, in many transactions; see `storage.regrouping.regroup`."""
        with speaking(self.path):
            return regrouping.regroup(self.connection, since)

    def bound(self, now: datetime) -> int:
        """Take what is too old to be copied out of the index; see `storage.regrouping.bound`."""
        with speaking(self.path), write_tx(self.connection):
            return regrouping.bound(self.connection, now)
