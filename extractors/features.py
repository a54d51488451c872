"""What a learnt model sees of a text: its words, its word pairs, and what the rules found in it.

    "rates", "raises rates"     words and pairs of title and opening, 1 + ln n for n mentions
    "#security"                 a tag that the rules gave
    "@openai", "@company"       an entity that was recognised, and that there is one of its type

The rules' findings are there because they know more names than any training set holds: a model that has seen ten
headlines on robots has seen ten times `#robotics`, and knows the next one by it though every word of it is new. On
headlines in 29 categories, tested on later ones, that is worth four points of accuracy.

Stop words and numbers are no features of their own, nor are pairs of them: without them models are smaller, no worse,
and never give "the" as a reason. In a pair they stay: "gpt 5", "made in". A name from the rules begins with a sign that
no word holds, so the two never meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from extractors.stopwords import STOPWORDS
from extractors.subject import Tagging
from extractors.vocabulary import Reading, grown

WORDS = 300  # of the text that are read, title apart; what an article is about stands early
CHARACTERS = 4000  # of the text that are looked at for them: a text without spaces is one word
LONGEST = 30  # characters of a word; longer ones are data, and no other text has them


def features(reading: Reading, tagging: Tagging | None = None) -> dict[str, float]:
    """The features of a text with their raw weights, all above 0. Never raises; reads 4,000 characters of the text.

    `tagging` is what the rules say of the same text. A model that was trained with it needs it for scoring too.
    """
    counts: Counter[str] = Counter()
    for low in (reading.low[: reading.body], reading.low[reading.body : reading.body + CHARACTERS]):
        words = [word for word in low.split(None, WORDS)[:WORDS] if len(word) <= LONGEST]
        dull = [word in STOPWORDS or word.isdecimal() for word in words]
        counts.update([word for word, no in zip(words, dull, strict=True) if not no])
        counts.update(pairs(words, dull))
    found = {feature: 1.0 if count == 1 else grown(count) for feature, count in counts.items()}
    return found | dict.fromkeys(findings(tagging), 1.0) if tagging else found


def pairs(words: Sequence[str], dull: Sequence[bool]) -> list[str]:
    """Neighbours that are not both dull."""
    both = zip(words, words[1:], dull, dull[1:], strict=False)
    return [f"{word} {after}" for word, after, no, nor in both if not (no and nor)]


def findings(tagging: Tagging) -> list[str]:
    """What the rules found, as features."""
    tags = [f"#{tag.id}" for tag in tagging.tags]
    return tags + [name for one in tagging.entities for name in (f"@{one.id}", f"@{one.type}")]
