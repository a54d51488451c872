"""What articles name, and how surely two texts tell one event: names, figures, tags, words in both headlines.

    evidence = names in common + half of the figures + tags and entities not named yet + words in both headlines
    overlap  = cosine of the two lists of names: one company's two affairs share its name, boss and town, and no more
    likeness = cosine of the terms + overlap + evidence / 10

Each thing in common is worth the more the fewer articles use it: 1 - ln(its articles) / ln(all articles + 50).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extractors.fingerprints import is_name
from extractors.fingerprints import terms as terms_of
from storage.terms import PRIOR, articles_with, said_by

NAME = 0.65  # what a tag or entity in common brings

NAMES_OF = """
    SELECT lower(t.name) FROM article_tags AS x JOIN tags AS t ON t.id = x.tag_id
    WHERE x.article_id = :article AND t.kind IN ('company', 'person', 'place', 'product')
    UNION SELECT lower(name) FROM article_entities WHERE article_id = :article"""
CHOSEN = "SELECT EXISTS (SELECT 1 FROM pair_choices WHERE about = 'story')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an article names: in its text, in its headline (words), and by its tags and entities, which may be known."""

    names: frozenset[str]
    figures: frozenset[str]
    headline: frozenset[str]
    tags: frozenset[str]


class Desk:
    """Reads each article and counts each term once while some articles are put into stories.

    `chosen`: whether anybody ever decided about two articles' story.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.articles: int = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        self.chosen: bool = bool(connection.execute(CHOSEN).fetchone()[0])
        self.accounts: dict[int, Account] = {}
        self.rarity: dict[str, float] = {}

    def account(self, article: int) -> Account:
        """What an article names."""
        if article not in self.accounts:
            title = self.connection.execute("SELECT title FROM articles WHERE id = ?", (article,)).fetchone()[0]
            named = frozenset(filter(is_name, said_by(self.connection, article)))
            figures = frozenset(name for name in named if name[0].isdigit())
            headline = frozenset(word for word, _ in terms_of(title, ""))
            tags = frozenset(row[0] for row in self.connection.execute(NAMES_OF, {"article": article}))
            self.count(named | headline)
            self.accounts[article] = Account(names=named - figures, figures=figures, headline=headline, tags=tags)
        return self.accounts[article]

    def count(self, terms: Iterable[str]) -> None:
        """Find out how rare terms are, 0–1: those of every earnings report are worth little."""
        unknown = [term for term in terms if term not in self.rarity]
        spread, every = articles_with(self.connection, unknown), math.log(self.articles + PRIOR)
        self.rarity |= {term: 1 - math.log(max(1, spread.get(term, 1))) / every for term in unknown}


def likeness(cosine: float, one: Account, other: Account, rarity: Mapping[str, float]) -> float:
    """How surely two texts tell one event, from the cosine of their terms and what both name: 0 to about 3."""
    return cosine + overlap(one.names, other.names, rarity) + evidence(one, other, rarity) / 10


def evidence(one: Account, other: Account, rarity: Mapping[str, float]) -> float:
    """What two articles name in common, each thing once: names, half of the figures, tags, words of both headlines."""
    both = in_both(one.names, other.names)
    said = " ".join(both).casefold()
    tags = [tag for tag in sorted(one.tags & other.tags) if tag not in said]
    said = " ".join((said, *tags))
    words = [word for word in sorted(one.headline & other.headline) if word not in said]
    names = sum(min(rarity[name], rarity[pair]) for name, pair in both.items())
    figures = sum(rarity[figure] for figure in sorted(one.figures & other.figures)) / 2
    return names + figures + NAME * len(tags) + sum(rarity[word] for word in words)


def overlap(one: frozenset[str], other: frozenset[str], rarity: Mapping[str, float]) -> float:
    """The cosine of two lists of names, each as heavy as it is rare: 0–1."""
    both = sum(min(rarity[name], rarity[pair]) ** 2 for name, pair in in_both(one, other).items())
    length = math.sqrt(math.fsum(rarity[name] ** 2 for name in one) * math.fsum(rarity[name] ** 2 for name in other))
    return both / length if length else 0.0


def in_both(one: frozenset[str], other: frozenset[str]) -> dict[str, str]:
    """The names of one list with their like in another: the same, or a longer or shorter form of it.

    "Rantala" and "Kimmo Rantala" are one, so are "Nvidia" and "Nvidia Corp", but not "New York" and "New Delhi".
    """
    both = {name: name for name in sorted(one & other)}
    for name in sorted(one - other):
        for pair in sorted(other - one):
            if pair not in both.values() and _is_form(name, pair):
                both[name] = pair
                break
    return both


def _is_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short + " ") or long.endswith(" " + short)
