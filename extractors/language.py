"""Say which language a text is in, from its commonest little words.

Enough to keep English keyword rules off German text; nothing more is asked of it. A text too short to judge is in the
language its feed declares, if it declares one.
"""

from __future__ import annotations

from collections import Counter

SAMPLE = 1500  # characters looked at
ENOUGH = 12  # words below which a text is too short to judge
SHARE = 0.12  # of a text's words that must be little words of its language: English prose has 0.35-0.5
MARGIN = 1.25  # how far the best language must lead the declared one to overrule it

STOP_WORDS = {
    "da": "og er det en at af til på som den ikke med for har de et var han jeg vi sig også kan men om så",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus hat",
    "en": "the of and to in a is that for it with as was on be by this from at are an have has not which its will but",
    "es": "de la que el en y los se del las un por con no una su para es al lo como más sus pero le este ha",
    "fr": "de la le et les des en un du une que est pour qui dans par sur au pas plus ce ne se sont aux avec il",
    "it": "di che e il la per un in del è non una con sono da le si della al come più gli dei ma nel anche ha",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er die om ook als maar bij door naar wordt",
    "pl": "w i na z do się że nie jest to o jak po za od przez ale dla oraz są co jego przy może tym",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao das foi são",
    "sv": "och att det i en som på är av för med till den har de inte om ett men var så kan från ska",
    "tr": "ve bir bu da de için ile olarak olan daha gibi çok en kadar ise sonra ancak göre var ne",
}
LANGUAGES: dict[str, tuple[str, ...]] = {}
for code, words in STOP_WORDS.items():
    for word in words.split():
        LANGUAGES[word] = (*LANGUAGES.get(word, ()), code)

# Scripts that tell the language, or at least that it is not English.
SCRIPTS = (
    ("ja", 0x3040, 0x30FF),
    ("ko", 0xAC00, 0xD7AF),
    ("zh", 0x4E00, 0x9FFF),
    ("ru", 0x0400, 0x04FF),
    ("ar", 0x0600, 0x06FF),
    ("he", 0x0590, 0x05FF),
    ("el", 0x0370, 0x03FF),
    ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F),
)


def guess(text: str, declared: str | None = None) -> str | None:
    """The language of a text as a two-letter code, or None when neither the text nor `declared` tells.

    `declared` is what the feed says ("en-US"); it stands unless the text clearly speaks otherwise.
    """
    claim = (declared or "").strip().lower().replace("_", "-").split("-")[0] or None
    sample = text[:SAMPLE]
    if script := by_script(sample):
        return script
    spoken = sample.lower().split()
    counts = Counter(code for word in spoken for code in LANGUAGES.get(word, ()))
    if len(spoken) < ENOUGH or not counts:
        return claim
    best = max(sorted(counts), key=counts.__getitem__)
    if counts[best] < SHARE * len(spoken) or counts[best] < MARGIN * counts.get(claim or "", 0):
        return claim
    return best


def by_script(sample: str) -> str | None:
    """The language whose script fills a fifth or more of the letters, kana before the Han signs they stand among."""
    if sample.isascii():
        return None
    foreign = [ord(char) for char in sample if char >= "\u0370" and char.isalpha()]
    if len(foreign) * 5 < sum(map(str.isalpha, sample)) or not foreign:
        return None
    return next(
        (code for code, low, high in SCRIPTS if sum(low <= c <= high for c in foreign) * 10 >= len(foreign)), None
    )
