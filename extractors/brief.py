"""The brief of an article: its two lead sentences, and the later one that best says why it matters. An extract.

Nothing is written here, only chosen: each sentence stands in the text, letter for letter, at the place it comes with.
The first two true sentences are the news, as a reporter has put it; on news, no ranking of sentences does better. The
later one is that in which most speaks of consequences, sums and the subject of the headline (`extractors.cues`). Where
no sentence has enough of it, there is none.
"""

from __future__ import annotations

from extractors.cues import PAIR, Headline, read_headline, weigh
from extractors.prose import Place, after_dateline, is_spaceless, is_told, places
from extractors.stopwords import STOPWORDS
from extractors.subject import Sentence
from extractors.vocabulary import flatten, lower

READ = 20_000  # characters of a text that are read
LEADS = 2
READABLE = (60, 330)  # characters of a sentence that can stand alone; scripts without spaces need a third of them
NEW = 3  # words that a sentence must have besides those of the headline
ENOUGH = 1.6  # score of a sentence that says why
LATE = 0.4  # what the end of the text is worth less than its beginning


def brief(title: str, text: str) -> tuple[Sentence, ...]:
    """The brief of a clean text: at most two lead sentences, then at most one that says why. Any text will do."""
    head = text[:READ]
    flat = lower(flatten(head))
    headline = read_headline(title)
    chosen: list[Sentence] = []
    scored: list[tuple[float, Place]] = []
    for place in places(head):
        start, end, _ = place
        words = flat[start:end].split()
        if end == READ < len(text):
            break  # it may go on
        if len(chosen) == LEADS:
            if score := weigh(head[start:end], words or [""], headline):
                scored.append((LATE * start / len(head) - score, place))
        elif is_told(head, place) and not repeats(head[start:end], words, headline):
            start = after_dateline(head, place)
            chosen.append(Sentence(role="lead", start=start, end=end, text=head[start:end]))
    best = next((place for score, place in sorted(scored) if -score >= ENOUGH and is_why(head, place, headline)), None)
    why = [Sentence(role="why", start=best.start, end=best.end, text=head[best.start : best.end])] if best else []
    return (*chosen, *why)


def is_why(text: str, place: Place, headline: Headline) -> bool:
    """Whether a sentence tells something and has a length at which it can stand alone."""
    (shortest, longest), said = READABLE, text[place.start : place.end]
    long_enough = len(said) >= shortest or (len(said) * 3 >= shortest and is_spaceless(said[0]))
    if len(said) > longest or not long_enough or not is_told(text, place):
        return False
    return not repeats(said, lower(flatten(said)).split(), headline)


def repeats(said: str, words: list[str], headline: Headline) -> bool:
    """Whether a sentence has next to no word, or pair of characters, that the headline lacks."""
    if is_spaceless(said[0]):
        return len(set(PAIR.findall(said)).difference(headline.pairs)) < NEW
    return len(set(words) - headline.words - STOPWORDS) < NEW
