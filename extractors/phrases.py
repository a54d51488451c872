"""The phrases an article is about, weighed against what the user's own store usually says.

`candidates` reads one article and needs nothing else; `rank` weighs them by how rare their words are in the store.

    z = √rarity · (1 + ln count) · length · place    rarity: mean of ln((articles + 50) / (articles with the word + ½)),
    score = 1 - exp(-z / 4)                          as a share of what a word has that is in no article

The root is there because what the news is about is often what it was about yesterday: on texts with keywords of their
editors, plain rarity finds fewer of those than none at all.

Phrases are one to three words that follow each other without a sign between them, with no word of function at the ends;
inside there may be "of" and its like. A longer phrase stands for its parts where four in ten of their mentions are in
it: "OpenAI models" for "OpenAI". The fifty articles are there for a young store (see `storage.terms`).

Japanese gives runs of katakana and of Han characters. Scripts without spaces and without such a change of script,
Chinese and Thai, give little more than the names in Latin letters.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from extractors.fingerprints import RUN, TERM, TITLE
from extractors.grams import END, LINKS, Token, grams, key_of, read

READ = 40_000  # characters of a text that are read
BEST = 8  # phrases that are kept
PRIOR = 50  # articles that a store is taken to hold besides its own
LENGTHS = (1.0, 1.35, 1.4)  # what one, two and three words are worth
IN_TITLE, NAMED = 1.5, 1.6  # what standing in the headline, and a capital, multiply by
ONCE = 0.55  # what a phrase of several words is worth that the text does not repeat
SCALE = 0.25
STEM = 4  # letters that forms of one name share at least
SHARE = 0.4  # of a word's mentions that are in a longer phrase, so that the phrase stands for it
REPEATED = 3  # mentions of such a phrase
SPARE = 15  # more phrases than wanted that are looked at closely
SPELT = 50  # mentions that are looked at for the commonest spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A phrase an article may be about.

    `phrase` is its commonest spelling in the text, else that of the headline; `key` is for comparing; `count` are the
    mentions in text and headline. `start` is the offset of the first mention in that spelling, so that
    `text[start : start + len(phrase)] == phrase`, or -1 when only the headline has it. `words` are spelt as
    `fingerprints.terms` spells them, without those that are never counted, such as "ai".
    """

    phrase: str
    key: str
    count: int
    in_title: bool
    start: int
    words: tuple[str, ...]


Found = tuple[int, str, list[int]]  # words of a phrase, its key, the places of its first words


def candidates(title: str, text: str, most: int = 40) -> tuple[Candidate, ...]:
    """The phrases of an article that may be its subject, the likeliest first. Any text will do."""
    head = text[:READ]
    tokens = [*read(head), END]
    border = len(tokens)
    tokens += read(title[:TITLE])
    found = [(size, key, places) for size, named in enumerate(grams(tokens), 1) for key, places in named.items()]
    likely = [one for one in found if len(one[2]) > 1 or is_likely(tokens, one, border)]
    if len(likely) < most:
        likely += [one for one in found if not is_likely(tokens, one, border)]
    likely.sort(key=lambda one: (-(one[0] + 1) * (len(one[2]) + (one[2][-1] >= border)), one[2][0]))
    chosen = [describe(head, tokens, one, border) for one in likely[: most + SPARE]]
    ordered = sorted(chosen, key=lambda one: (-loudness(one), one.start, one.key))
    return tuple({one.key: one for one in reversed(ordered)}.values())[::-1][:most]


def is_likely(tokens: Sequence[Token], found: Found, border: int) -> bool:
    """Whether a phrase is repeated, in the headline, or a name, and not merely the first word of a sentence."""
    size, _, places = found
    first = places[0]
    if len(places) > 1 or (first >= border and size == 1):
        return True
    opens = size == 1 and (first == 0 or tokens[first - 1].cut > 1)
    return tokens[first].said[0].isupper() and tokens[first + size - 1].said[0].isupper() and not opens


def describe(text: str, tokens: Sequence[Token], found: Found, border: int) -> Candidate:
    """A phrase as a candidate."""
    size, key, places = found
    body = [place for place in places[:SPELT] if place < border] or places[:1]
    spelt = [" ".join([one.said for one in tokens[place : place + size]]) for place in body]
    phrase = spelt[0] if len(set(spelt)) == 1 else Counter(spelt).most_common(1)[0][0]
    return Candidate(
        phrase=phrase,
        key=key,
        count=len(places),
        in_title=places[-1] >= border,
        start=find(text, phrase) if places[0] < border else -1,
        words=tuple([word for word in RUN.findall(key) if len(word) >= TERM or not word.isascii()]),
    )


def find(text: str, phrase: str) -> int:
    """Where a phrase first stands in a text as words of its own; -1 where other spaces than " " part its words."""
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        joined = text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()
        if not joined or phrase[0] > "\u2fff":
            return start
        start = text.find(phrase, start + 1)
    return -1


def rank(
    found: Sequence[Candidate], spread: Mapping[str, int], articles: int, taken: Collection[str] = ()
) -> tuple[tuple[Candidate, float], ...]:
    """The `BEST` candidates with their scores (0-1), best first.

    `spread` tells in how many of `articles` stored articles a word occurs, `taken` the names that are shown already,
    folded. What is one of those, part of one, or overlaps with a better phrase is left out: each must bring as many
    words of its own as it repeats.
    """
    loud = {one.key: loudness(one) * rarity(one, spread, articles) for one in found if one.words}
    scored = [(loudest(one, found, loud), one) for one in found if one.words]
    shown = {word for name in taken for part in name.split() for word in key_of(part).split()}
    covered: set[str] = set()
    chosen: list[tuple[Candidate, float]] = []
    for most, one in sorted(scored, key=lambda pair: (-pair[0], -len(pair[1].key), pair[1].key)):
        said = set(one.key.split()) - LINKS
        named = one.phrase[0].isupper()
        known = sum([word in covered or any(is_kin(word, other, named=named) for other in shown) for word in said])
        if 2 * known > len(said) or any(holds(one.key, other.key) for other, _ in chosen):
            continue
        covered |= said
        chosen.append((one, round(1 - math.exp(-SCALE * most), 4)))
        if len(chosen) == BEST:
            break
    return tuple(chosen)


def loudest(one: Candidate, found: Sequence[Candidate], loud: Mapping[str, float]) -> float:
    """What a phrase weighs: at least as much as each part of it that the text rarely has elsewhere."""
    if one.count < REPEATED or " " not in one.key:
        return loud[one.key]
    parts = [each.key for each in found if each.words and one.count >= SHARE * each.count and holds(each.key, one.key)]
    return max(loud[key] for key in parts if len(key) <= len(one.key))


def loudness(one: Candidate) -> float:
    """How much an article speaks of a phrase, whatever its words."""
    size = len(one.phrase.split(" "))
    loud = (1 + math.log(one.count)) * LENGTHS[min(size, len(LENGTHS)) - 1]
    loud *= (IN_TITLE if one.in_title else 1.0) * (NAMED if one.phrase[0].isupper() else 1.0)
    return loud * (ONCE if size > 1 and one.count == 1 else 1.0)


def rarity(one: Candidate, spread: Mapping[str, int], articles: int) -> float:
    """The root of how rare a phrase's words are in the store, 0-1. A plural is as common as its word."""
    least = math.log((articles + PRIOR) / 0.5)
    known = [min(articles, max(spread.get(word, 0), spread.get(word.removesuffix("s"), 0))) for word in one.words]
    return math.sqrt(sum([math.log((articles + PRIOR) / (count + 0.5)) for count in known]) / (len(known) * least))


def is_kin(one: str, other: str, *, named: bool) -> bool:
    """Whether two words are the same, or forms of one name: China and Chinese."""
    same = max(STEM, min(len(one), len(other)) - 2)
    return one == other or (named and one[:same] == other[:same] and len(one) >= same <= len(other))


def holds(one: str, other: str) -> bool:
    """Whether one phrase is part of the other."""
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "
