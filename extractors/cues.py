"""The words and figures by which a sentence says why something matters.

    cues (because, could, means, risk ...) + figures, money first + words of the headline - what leans on its context

`CUES` is a table by language; all are looked for at once, since no word of one is common in another (French `car` is
left out for that). Text in another language goes by figures and headline alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extractors.fingerprints import SPACELESS, TERM, TITLE
from extractors.stopwords import STOPWORDS
from extractors.vocabulary import flatten, lower

CUES = {
    "en": {
        1.2: "because mean means meaning consequence consequences implication implications impact matters underscores",
        1.0: "could risk risks risky threat threatens threaten therefore affect affects potentially reshape",
        0.8: "would might thus hence likely significant crucial biggest largest highest lowest signals threatened",
        0.5: "first record result move shift future only than allows enables raises raise forces decision despite "
        "expected warned lead leads leaves concern concerns important critical change changes cost costs",
    },
    "de": {
        1.2: "weil bedeutet bedeuten bedeutung folgen folge auswirkungen auswirkung deshalb daher",
        1.0: "könnte könnten risiko risiken droht drohen gefahr gefährdet wichtig dadurch",
        0.8: "würde würden damit wahrscheinlich größte größten höchste entscheidend",
        0.5: "erste ersten erstmals rekord zukunft künftig trotz entscheidung kosten mehr schritt ermöglicht",
    },
    "fr": {
        1.2: "parce signifie signifient conséquence conséquences impact enjeu enjeux",
        1.0: "pourrait pourraient risque risques menace menacent donc",
        0.8: "ainsi permettrait serait devrait devraient probablement majeur principal",
        0.5: "premier première record avenir malgré décision coût permet grâce plus",
    },
    "es": {
        1.2: "porque significa significan consecuencia consecuencias impacto implica",
        1.0: "podría podrían riesgo riesgos amenaza amenazan",
        0.8: "sería deberá debería probablemente mayor principal ello",
        0.5: "primer primera récord futuro pese decisión costo permite medida más",
    },
}
CUE = {word: weight for table in CUES.values() for weight, said in table.items() for word in said.split()}
CUED = frozenset(CUE)
LEANING = frozenset("he she it they this that these those but and so er sie es il elle ils elles ella".split())  # noqa: SIM905
SPEAKING = frozenset("i you your we our us my click subscribe newsletter ich wir nous vous".split())  # noqa: SIM905
LEAN, SPEAK, QUOTE = 0.4, 0.8, 0.5  # what each costs: leaning on the sentence before, a speaker, a quotation
MOST_CUES, MOST_FIGURES, MOST_KEYS = 3.0, 1.3, 4  # what cues and figures add at most; words of the headline that count
KEY, MONEY, AMOUNT, NUMBER = 0.35, 0.9, 0.6, 0.2

PAIR = re.compile(f"[{SPACELESS}]{{2}}")
FIGURE = re.compile(
    r"[0-9][0-9.,]{0,20}(?:\s?(%|percent\b|per cent|prozent|pour cent|por ciento|million|billion"
    r"|trillion|mio|mrd|milliard|bn\b|euro|dollar|[万亿億兆円元]))?"
)
CURRENCY = "$€£¥₹"


class Headline(NamedTuple):
    """The words of a headline: all, those that tell its subject, and pairs of characters written without spaces."""

    words: frozenset[str]
    keys: frozenset[str]
    pairs: tuple[str, ...]


def read_headline(title: str) -> Headline:
    """The words of a headline. A pair of characters may begin at either of two places."""
    said = lower(flatten(title[:TITLE]))
    words = frozenset(said.split())
    keys = frozenset([word for word in words if len(word) >= TERM and word not in STOPWORDS])
    return Headline(words, keys, tuple(sorted({*PAIR.findall(title[:TITLE]), *PAIR.findall(title[:TITLE], 1)})))


def weigh(said: str, words: list[str], headline: Headline) -> float:
    """How much a sentence speaks of consequences, sums and the subject of the headline; 0 without cue and figure.

    `words` are its own in lower case, at least one, in order, without punctuation: "microsoft", "s", "cloud".
    """
    has_figures = min(words) < ":"  # the sign after 9: figures come before letters
    if not has_figures and CUED.isdisjoint(words):
        return 0.0
    found = set(words)
    cues = min(MOST_CUES, sum([CUE[word] for word in found & CUED]))
    keys = min(MOST_KEYS, len(found & headline.keys) + sum([pair in said for pair in headline.pairs]))
    costs = SPEAK * (not found.isdisjoint(SPEAKING)) + QUOTE * is_quoting(said) + LEAN * (words[0] in LEANING)
    return cues + KEY * keys + (figures(said) if has_figures else 0.0) - costs


def figures(said: str) -> float:
    """What the figures of a sentence say: sums of money most, bare numbers least."""
    total = sum([AMOUNT if one[1] else NUMBER for one in FIGURE.finditer(said.lower())])
    return min(MOST_FIGURES, total + MONEY * any(sign in said for sign in CURRENCY))


def is_quoting(said: str) -> bool:
    """Whether there is a quotation mark in a sentence."""
    return "“" in said or '"' in said or "„" in said or "»" in said
