"""Why two articles go together, in words: "Microsoft, China, export controls".

    shared tags ─▶ shared keyphrases ─▶ shared terms        three of them, none that says again what another says

Words are kept case folded, and read badly so: "nvidia" is spelt as the names of both texts spell it, and stands for the
whole name where both texts have that. A word that is in no keyphrase of either, such as "ask", is no subject. Of tags,
one above another says nothing new. A third tag says less than a phrase of two words, which takes its place.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable

from extractors.fingerprints import SPACELESS, is_name, title_key
from extractors.phrases import is_kin

TAGS = """
    SELECT t.id, t.name, t.parents FROM article_tags AS x JOIN article_tags AS y USING (tag_id)
        JOIN tags AS t ON t.id = x.tag_id
    WHERE x.article_id = ? AND y.article_id = ? AND t.kind <> 'section' ORDER BY x.score + y.score DESC, t.name"""
PHRASES = "SELECT phrase FROM article_phrases WHERE article_id = ? ORDER BY rank"
TERMS = """
    SELECT term FROM term_weights AS x JOIN term_weights AS y USING (term)
    WHERE x.article_id = ? AND y.article_id = ? ORDER BY x.weight * y.weight DESC, term"""
NAMES = "SELECT terms FROM article_terms WHERE article_id = ?"

MOST = 3  # tags, phrases and terms that say why
SECOND = 2  # tags that come before a phrase
ELSE = "like words"  # what is said of texts in scripts without spaces, whose terms are pairs of characters

HALF = re.compile(f"[{SPACELESS}]{{1,2}}")


def in_common(connection: sqlite3.Connection, one: int, other: int) -> str:
    """What two articles have in common, in words: shared tags first, then phrases and terms. Never empty."""
    tags = _shared_tags(connection, one, other)
    phrases = [[row[0] for row in connection.execute(PHRASES, (each,))] for each in (one, other)]
    names = [_names(connection, each) for each in (one, other)]
    terms = [_spelt(term, *names) for term in _shared_terms(connection, one, other)]
    subjects = {word for phrase in (*phrases[0], *phrases[1]) for word in _singular(phrase).split()}
    good = [term for term in terms if not subjects or subjects.intersection(_singular(term).split())]
    words = [*(_named(phrase, *names) for phrase in _shared_phrases(*phrases)), *good]
    first = tags[:SECOND] if _new(tags[:SECOND], [word for word in words if " " in word]) else tags
    said = _new([], (*first, *words, *tags[SECOND:])) or _new([], terms)
    return ", ".join(said[:MOST]) or ELSE


def _new(said: Iterable[str], more: Iterable[str]) -> list[str]:
    """Of `more` what says something new: at least half of its words are in none that is said or comes before."""
    known = [word for each in said for word in title_key(each).split()]
    new: list[str] = []
    for each in more:
        words = title_key(each).split()
        if 2 * sum(any(is_kin(word, other, named=True) for other in known) for word in words) < len(words):
            new.append(each)
            known += words
    return new


def _shared_tags(connection: sqlite3.Connection, one: int, other: int) -> list[str]:
    """Names of the tags that both have, surest first, without those above another."""
    rows = connection.execute(TAGS, (one, other)).fetchall()
    above = {parent for row in rows for parent in json.loads(row[2])}
    return [row[1] for row in rows if row[0] not in above]


def _shared_phrases(mine: list[str], theirs: list[str]) -> list[str]:
    """Keyphrases of one that are, or are in, a keyphrase of the other, in their own spelling; longer ones first."""
    both = [each for each in mine if _is_in(each, theirs)] + [each for each in theirs if _is_in(each, mine)]
    return sorted(both, key=lambda each: " " not in each)


def _is_in(phrase: str, others: Iterable[str]) -> bool:
    key = f" {_singular(phrase)} "
    return any(key in f" {_singular(other)} " for other in others)


def _singular(phrase: str) -> str:
    """A phrase to compare: its words without an s at their ends."""
    return " ".join(word.removesuffix("s") for word in title_key(phrase).split())


def _shared_terms(connection: sqlite3.Connection, one: int, other: int) -> list[str]:
    """The terms that both are about, but for pairs of characters."""
    return [row[0] for row in connection.execute(TERMS, (one, other)) if not HALF.fullmatch(row[0])]


def _names(connection: sqlite3.Connection, article: int) -> list[str]:
    """The names of a text, most used first."""
    row = connection.execute(NAMES, (article,)).fetchone()
    return [term for term in json.loads(row[0]) if is_name(term) and not term[0].isdigit()] if row else []


def _named(phrase: str, mine: list[str], theirs: list[str]) -> str:
    """A phrase of one word as the name that both texts have it in: "Soviet" stands for "Soviet Union"."""
    key = phrase.casefold()
    spelt = key if " " in phrase else _spelt(key, mine, theirs)
    return phrase if spelt == key else spelt


def _spelt(term: str, mine: list[str], theirs: list[str]) -> str:
    """A term as a name: the one that both texts have it in, or the word as both write it; else as it is.

    "britains" is what is left of "Britain's".
    """
    for key in (term, term.removesuffix("s")):
        one, other = (
            {name: word for name in names for word in name.split() if word.casefold() == key}
            for names in (mine, theirs)
        )
        both = [name for name in one if name in other]
        if both or (one and other):
            return both[0] if both else next(iter(one.values()))
    return term
