"""What the store suggests to the editor of a taxonomy: cues, from what people said of tags, and meanings of categories.

    score(word) = ln (a + ½) / (A - a + ½)  -  ln (b + ½) / (B - b + ½)        smoothed log-odds

`a` of the `A` articles that have a tag hold the word, `b` of the `B` that have it not. Words and word pairs are looked
at, within one sentence and between two signs; no words of function, figures, or names: for a name there are entities.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from config.taxonomy import CategoryRule, TagRule, Taxonomy
from extractors.stopwords import STOPWORDS
from extractors.subject import Tagging
from extractors.vocabulary import flatten, key, lower

READ = 4000  # characters of a text that are read
TERM = 3  # characters that a word has at least
LONGEST = 30  # characters that it has at most
SEEN = 2  # articles with the tag that must hold a cue
SURE = 3  # articles from which a word that no other article holds may carry the tag alone
LEAST = 2.0  # log-odds: in e² times as many of the articles that have the tag
BEST = 8  # cues suggested for one tag
CLOSE = 0.86  # how like a name a category must be (0-1, difflib's ratio) to be taken for it
SLIPS = 2  # characters that it may have more or less
SHORTEST = 7  # characters from which likeness says anything
SIGNS = re.compile(r"[.,;:!?()\[\]{}\"“”„«»—–|/\n]+")
SHELVES = frozenset(  # what says where a text stands, not what it is about
    [
        *("all", "archive", "article", "blog", "default", "exclusive", "feature", "featured", "general", "headline"),
        *("highlight", "home", "homepage", "latest", "main", "misc", "miscellaneous", "newsletter", "new", "opinion"),
        *("other", "podcast", "popular", "post", "recent", "sponsored", "spotlight", "storie", "story", "today"),
        *("trending", "uncategorised", "uncategorized", "update", "video", "breaking new", "editor pick", "front page"),
        *("editor s pick", "latest new", "most popular", "press release", "top new", "top storie", "top story"),
    ]
)  # as `plain` leaves them: "news" is "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A word or word pair that speaks for a tag: `score` in log-odds, found in `having` and `lacking` articles."""

    word: str
    score: float
    having: int
    lacking: int

    @property
    def strong(self) -> bool:
        """Whether it may carry the tag alone."""
        return not self.lacking and self.having >= SURE


def terms(title: str, text: str) -> frozenset[str]:
    """The words and word pairs of an article that might be cues. Never raises; reads 4,000 characters of the text."""
    found: set[str] = set()
    for clause in SIGNS.split(f"{title[:READ]}\n{text[:READ]}"):
        words = lower(flatten(clause)).split()
        good = [is_telling(word) for word in words]
        found.update(word for word, telling in zip(words, good, strict=True) if telling)
        pairs = zip(words, words[1:], good, good[1:], strict=False)
        found.update(f"{one} {other}" for one, other, first, second in pairs if first and second)
    return frozenset(found)


def is_telling(word: str) -> bool:
    """Whether a word may say what a text is about."""
    return TERM <= len(word) <= LONGEST and word not in STOPWORDS and word.isalpha()


def names(taxonomy: Taxonomy, taggings: Iterable[Tagging] = ()) -> frozenset[str]:
    """All that is somebody's or something's name, and each word of the names met in these taggings."""
    listed = {lower(flatten(name)).strip() for rule in taxonomy.entities.values() for name in rule.names()}
    met = {word for tagging in taggings for one in tagging.entities for word in lower(flatten(one.name)).split()}
    return frozenset(listed | met)


def suggest(
    rule: TagRule, having: Sequence[frozenset[str]], lacking: Sequence[frozenset[str]], barred: frozenset[str]
) -> list[Cue]:
    """The best cues that a tag has not, the best first. `barred` are words that are names."""
    inside, outside = (Counter(term for terms in group for term in terms) for group in (having, lacking))
    every = [
        Cue(word=term, score=round(odds(count, len(having)) - odds(outside[term], len(lacking)), 4), having=count,
            lacking=outside[term])
        for term, count in inside.items()
        if count >= SEEN and barred.isdisjoint((term, *term.split()))
    ]  # fmt: skip
    chosen: list[Cue] = []
    known = [key(word) for word in (*rule.strong, *rule.weak, *rule.exclude)]
    for cue in sorted(every, key=lambda one: (-one.score, -one.word.count(" "), one.word)):
        if cue.score < LEAST or len(chosen) == BEST:
            break
        if not any(old in f" {cue.word} " for old in (*known, *(key(one.word) for one in chosen))) and not any(
            f" {cue.word} " in f" {one.word} " and cue.having == one.having for one in chosen
        ):
            chosen.append(cue)
    return chosen


def odds(count: int, of: int) -> float:
    """The logarithm of the smoothed odds of `count` in `of`."""
    return math.log((count + 0.5) / (of - count + 0.5))


class Guesser:
    """What a feed's category may mean, by its name alone."""

    def __init__(self, taxonomy: Taxonomy, feeds: Iterable[str] = ()) -> None:
        self.shelves = SHELVES | {plain(name) for name in feeds}
        self.meanings: dict[str, str] = {}
        self.alike: dict[str, list[str]] = {}
        for tag in taxonomy.tags.values():
            if tag.kind != "group":
                for word in (tag.name, tag.id, *tag.strong):
                    self.meanings.setdefault(plain(word), tag.id)
        for entity in taxonomy.entities.values():
            for word in entity.names():
                self.meanings.setdefault(plain(word), entity.id)
        for name in self.meanings:
            self.alike.setdefault(name[:1], []).append(name)

    def guess(self, category: str) -> CategoryRule | None:
        """The rule for a category, or None when its name is like none we know. Never raises."""
        name = plain(category[:200])
        if name in self.shelves:
            return CategoryRule(name=category, ignore=True)
        found = self.meanings.get(name) or self.meanings.get(self.nearest(name))
        return CategoryRule(name=category, tag=found) if found else None

    def nearest(self, name: str) -> str:
        """The name that is most like this one, if any is enough so; the first letter must be right."""
        others = self.alike.get(name[:1], []) if len(name) >= SHORTEST else []
        near = [other for other in others if abs(len(other) - len(name)) <= SLIPS]
        return next(iter(get_close_matches(name, near, n=1, cutoff=CLOSE)), "")


def plain(name: str) -> str:
    """A name as names are compared here: no signs, small letters, no plural."""
    words = lower(flatten(name.removesuffix("*"))).split()
    return " ".join(word.removesuffix("s") if len(word) > TERM else word for word in words if word != "and")
