"""Made-up news without end, for measuring at sizes that no labelled corpus has: the same seed gives the same articles.

    for article in newswire(seed): ...  →  {"id", "title", "text", "url", "published"}

No language model: English words of function; content words and names made of syllables. What an index of copies minds
is how often three words in a row come back, so that was fitted to 1,400 real articles, by `repetition`. Words follow
Zipf's law; a topic has words of its own, a story its cast; phrases that all papers use come whole, and may be those of
real articles (`said_often`); each source ends its articles with lines of its own. One article in seven is an edited
copy or an excerpt of an earlier one, as wire copy is.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count
from typing import Any

from extractors.fingerprints import fingerprint, words

FUNCTION = """the of to and a in said for on that it is by with at from was as be its will has an he have which would
not are were this or been had but they their more also one about than up after year last new two some other who his we
there when no could may into over if all out under first can because while against between through before three our
since only so such any during what most these them she her did until both"""
STARTS = "ba bel bri cor da del dor fen gal gri hol jan kel lam lin lor mar men mir nor per pol quin ra ren ros stra ty"
ENDS = (
    "al ber cant den ders er est ing ion ish ity le lin man ment mond nes on or sal ser sol ter tin tor val ven vor zan"
)
PHRASE = 0.22  # of what comes next in a sentence is a phrase that all papers use
PLAIN = 0.62  # of the words before which a word of function stands
TOPIC, CAST, FIGURE = 0.38, 0.12, 0.07  # of the words that carry meaning; the rest is everybody's
SOURCES = 400
COPIES = 0.15
EXCERPTS = 0.3  # of the copies
EDITED = (0.0, 0.1, 0.2, 0.3)  # shares of a copy's sentences that are written anew
SIGNED = 0.25  # of the articles end with the lines of their source
REMEMBERED = 3_000  # of the last articles can be copied
LONGEST = 6  # words of a phrase
STRAY = 60  # one run of four words in so many goes for a phrase, though nobody else may say it
COMMON = 6  # texts with a shingle, from which it is furniture to the index
Row = dict[str, Any]


class Urn:
    """Things drawn by Zipf's law: the nth weighs 1 / (n + shift) ** steepness."""

    def __init__(self, things: Sequence[str], steepness: float = 1.0, shift: float = 2.0) -> None:
        self.things = things
        self.weights = list(accumulate((n + shift) ** -steepness for n in range(len(things))))

    def draw(self, chance: random.Random) -> str:
        """One of them, thrown back."""
        return chance.choices(self.things, cum_weights=self.weights)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all articles draw from."""

    function: Urn
    content: Urn
    names: Urn
    phrases: Urn
    topics: tuple[Urn, ...]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the sentences of one article have in common."""

    topic: Urn
    cast: tuple[str, ...]


def newswire(seed: int = 1, phrases: Sequence[str] = (), copies: float = COPIES) -> Iterator[Row]:
    """Articles as they come, `copies` the share of copies among them. Dates are the reader's: "published" is empty.

    `phrases` stand for those that are coined otherwise.
    """
    chance = random.Random(seed)
    world = make_world(chance, phrases)
    past: list[tuple[str, list[str]]] = []
    for number in count(1):
        copy = bool(past) and chance.random() < copies
        title, body = copied(chance, world, chance.choice(past)) if copy else written(chance, world)
        if not copy:
            past.append((title, body))
            del past[:-REMEMBERED]
        yield laid_out(chance, world, (number, title, body))


def make_world(chance: random.Random, phrases: Sequence[str]) -> World:
    """A vocabulary, its topics and phrases, and the lines with which sources end their articles."""
    function = Urn(FUNCTION.split(), 1.0, 1.5)
    coined = coin(chance, 12_000)
    content = Urn(coined, 0.95, 8.0)
    made = [" ".join(phrase(chance, function, content)) for _ in range(0 if phrases else 30_000)]
    world = World(
        function=function,
        content=content,
        names=Urn([word.capitalize() for word in coin(chance, 40_000)], 0.8, 10.0),
        phrases=Urn(phrases, 0.0) if phrases else Urn(made, 1.0, 150.0),
        topics=tuple(Urn(chance.sample(coined, 600), 0.9, 6.0) for _ in range(150)),
        endings=(),
    )
    plain = Story(topic=content, cast=tuple(world.names.things[:50]))
    lines = [" ".join(sentence(chance, world, plain) for _ in range(chance.randint(1, 3))) for _ in range(SOURCES)]
    return replace(world, endings=tuple(lines))


def coin(chance: random.Random, number: int) -> list[str]:
    """So many different words."""
    coined: dict[str, None] = {}
    starts, ends = STARTS.split(), ENDS.split()
    while len(coined) < number:
        parts = chance.choices(starts, k=chance.choice((1, 1, 2))) + chance.choices(ends, k=chance.choice((1, 2, 2)))
        coined["".join(parts)] = None
    return list(coined)


def phrase(chance: random.Random, function: Urn, content: Urn) -> list[str]:
    """Three to six words that stand together in many articles."""
    return [
        (function if chance.random() < 0.5 else content).draw(chance) for _ in range(chance.choice((3, 3, 4, 4, 5, 6)))
    ]


def written(chance: random.Random, world: World) -> tuple[str, list[str]]:
    """A story of its own: its headline and its sentences."""
    cast = tuple(world.names.draw(chance) for _ in range(chance.randint(3, 7)))
    story = Story(topic=chance.choice(world.topics), cast=cast)
    left = min(500, max(55, int(chance.lognormvariate(5.0, 0.6))))
    body = []
    while left > 0:
        body.append(sentence(chance, world, story))
        left -= body[-1].count(" ") + 1
    title = " ".join((cast[0], *(meaning(chance, world, story) for _ in range(chance.randint(4, 7)))))
    return title, body


def sentence(chance: random.Random, world: World, story: Story) -> str:
    """Eight to thirty words."""
    said: list[str] = []
    length = chance.randint(8, 26)
    while len(said) < length:
        if chance.random() < PHRASE:
            said.append(world.phrases.draw(chance))
            length -= said[-1].count(" ")
            continue
        if chance.random() < PLAIN:
            said.append(world.function.draw(chance))
        said.append(meaning(chance, world, story))
    text = " ".join(said)
    return text[0].upper() + text[1:] + "."


def meaning(chance: random.Random, world: World, story: Story) -> str:
    """A word that carries meaning."""
    kind = chance.random()
    if kind < TOPIC:
        return story.topic.draw(chance)
    if kind < TOPIC + CAST:
        return chance.choice(story.cast)
    if kind < TOPIC + CAST + FIGURE:
        return str(chance.choice((chance.randint(1, 31), chance.randint(1, 1_000), chance.randint(2020, 2026))))
    return world.content.draw(chance)


def copied(chance: random.Random, world: World, source: tuple[str, list[str]]) -> tuple[str, list[str]]:
    """An earlier article again: its beginning only, or with some sentences written anew."""
    title, body = source
    if chance.random() < EXCERPTS:
        return title, body[: max(2, int(len(body) * chance.uniform(0.3, 0.6)))]
    share = chance.choice(EDITED)
    story = Story(topic=chance.choice(world.topics), cast=(title.split(" ")[0],))
    return title, [sentence(chance, world, story) if chance.random() < share else each for each in body]


def laid_out(chance: random.Random, world: World, article: tuple[int, str, list[str]]) -> Row:
    """An article as a source sends it, in paragraphs and perhaps with the source's own lines at its end."""
    number, title, body = article
    source = chance.randrange(len(world.endings))
    parts = [" ".join(body[at : at + 2]) for at in range(0, len(body), 2)]
    if chance.random() < SIGNED:
        parts.append(world.endings[source])
    slug = "-".join(title.lower().split())
    url = f"https://paper{source}.example/news/{slug}-{number}"
    return {"id": f"made-{number}", "title": title, "text": "\n\n".join(parts), "url": url, "published": ""}


def said_often(texts: Iterable[str]) -> list[str]:
    """The phrases of three to six words that texts share, as often as they stand in them; and a few they do not share.

    Articles made of these share with real ones what real ones share with each other.
    """
    said = [words(text) for text in texts]
    spread = Counter(each for text in said for each in set(zip(text, text[1:], text[2:], strict=False)))
    found = []
    for text in said:
        begin = 0
        for at in range(len(text) - 2):
            shared = spread[text[at], text[at + 1], text[at + 2]] > 1
            if not shared or at - begin == LONGEST - 2:
                found += [" ".join(text[begin : at + 2])] if at - begin >= 1 else []
                begin = at if shared else at + 1
            if at % STRAY == 0:
                found.append(" ".join(text[at : at + 4]))
    return found


def repetition(texts: Iterable[str]) -> tuple[float, float, float]:
    """Kept shingles a text, the share of them that stand in no other text, and of those that are furniture, 0–1."""
    prints = [fingerprint(text).hashes for text in texts]
    spread = Counter(each for hashes in prints for each in hashes)
    total = spread.total()
    alone = sum(texts for texts in spread.values() if texts == 1)
    common = sum(texts for texts in spread.values() if texts >= COMMON)
    return total / len(prints), alone / total, common / total
