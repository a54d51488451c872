"""Whether what somebody wrote about a text stands on it: plain words, and no name or number that the text lacks.

A language model may invent, and an article may hold instructions for it. So each capitalised word, each number and each
address of a note must be in the title or the text, and a good part of its other words. That is strict: a model that
writes "IP" for "intellectual property" is refused as well. What is refused costs a note, what is let through trust.

Names are looked for by their spelling. The first word of a sentence is taken for a name unless it is a word of
function, in `OPENERS`, or a form of a word of the text. Where all nouns have capitals, as in German, only acronyms and
runs of capitalised words are names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from extractors.fingerprints import NOUNS, PILE, SCALES, SPACELESS, UPPER, words
from extractors.sentences import sentences
from extractors.stopwords import STOPWORDS

READ = 100_000  # characters of a text that are read
LONGEST = 1200  # characters of a note
ABOUT = 0.35  # share of a note's words, those of function left out, that must be in the text in some form
STEM = 4  # letters that forms of one name share at least
FORMS = 6  # letters by which a word is known in another form
KEPT = "\u200c\u200d"  # joiners, without which Persian and Hindi are misspelt
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
MARKUP = re.compile(r"</?[a-z!]|\]\(|```|\*\*|__|^#|&(?:#\w+|lt|gt|amp|quot|nbsp|apos);", re.IGNORECASE)
LINK = re.compile(r"\w+://|www\.|mailto:|\w@\w", re.IGNORECASE)
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}\b", re.IGNORECASE)
NAME = re.compile(rf"(?<!\w)[^\W\d_]*[{UPPER}][^\W_]*(?:\.[{UPPER}](?![^\W_]))*")
INSIDE = re.compile(rf"(?<=[\w,] )[{UPPER}][^\W\d_]")  # a capital within a sentence
RUN = re.compile(rf" [{UPPER}]")
DEMONYM = re.compile(r"(?:ese|ish|ians?|ans?|ers?|i|s)$")
FORM = re.compile(r"(?:ing|ed|e?s|ions?|ments?|[eo]rs?|ly)$")
PERCENT = re.compile(r"\b(?:per cent|pour cent|por ciento|prozent)\b", re.IGNORECASE)
UNSPACED = re.compile(f"[{SPACELESS}]+")
DOTTED = re.compile(rf"(?<!\w)((?:[{UPPER}]\.)+[{UPPER}])\.?(?!\w)")
PART = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"(\d+(?:[.,\u2019\u00a0]\d+)*)\s?-?(%|[^\W\d_]{1,20})?")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,\u2019\u00a0]\d{3})+")
SIZES = SCALES | {"b": "billion", "tn": "trillion", "%": "percent", "k": "thousand", "mrd": "billion", "mio": "million"}
SIZES |= {size: size for size in ("thousand", "million", "billion", "trillion", "percent")}
COUNTS = "two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
MANY = """thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
    ninety hundred dozen""".split()  # noqa: SIM905
FIGURES = {word: str(number) for number, word in enumerate(COUNTS, 2)} | dict.fromkeys(MANY, "")
OPENERS = frozenset(
    """additionally although amid analysts beyond consequently critics critically currently despite experts finally
    furthermore given however importantly indeed instead investors meanwhile moreover nevertheless nonetheless notably
    observers overall potentially previously recently regulators separately similarly since specifically thereby
    therefore thus ultimately unlike unless whereas yet""".split()  # noqa: SIM905
)


class GroundlessError(ValueError):
    """A note that does not stand on its text. The message says in a few words what is wrong, quoting at most a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A title and a text, read to hold notes against.

    `said` are all words, folded; `stems` the first `FORMS` letters of longer ones; `numbers` the numbers with the size
    that follows each ("1.5", "billion"), and without it ("1.5", ""). `nouns` says that all nouns have capitals.
    """

    said: frozenset[str]
    stems: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    nouns: bool


def read_source(title: str, text: str) -> Source:
    """Read a title and a text."""
    text = text[:READ]
    whole = f"{title[:READ]}\n\n{text}"
    said = {*words(whole), *words(undotted(whole).replace("\u2019", " ").replace("'", " "))}
    said |= {word.removesuffix("s") for word in said}  # "China’s" is folded to "chinas"
    numbers = {(FIGURES[word], "") for word in said & FIGURES.keys()}
    for number, size in measures(whole):
        numbers |= {(number, size), (number, "")}
    capitals = len(INSIDE.findall(text))
    return Source(
        said=frozenset(said),
        stems=frozenset([word[:FORMS] for word in said if len(word) >= FORMS]),
        numbers=frozenset(numbers),
        nouns=capitals > NOUNS * max(1, text.count(" ")),
    )


def check_note(note: str, source: Source) -> str:
    """The note on one line. Raises `GroundlessError` when it is empty, too long, no plain text, or not of its text."""
    plain = " ".join(unicodedata.normalize("NFC", PILE.sub(" ", note[: 4 * LONGEST])).split())
    if not plain or len(plain) > LONGEST:
        raise GroundlessError("is too long" if plain else "is empty")
    if any(unicodedata.category(char) in UNSEEN for char in plain if char not in KEPT):
        raise GroundlessError("holds control characters")
    if MARKUP.search(plain) or LINK.search(plain):
        raise GroundlessError("holds markup or a link")
    check_words(plain, source)
    check_numbers(plain, source)
    check_names(plain, source)
    return plain


def check_words(plain: str, source: Source) -> None:
    """Raise `GroundlessError` when a note has too few words of its text."""
    own = [word for word in words(plain) if word not in STOPWORDS]
    known = [word for word in own if word in source.said or word[:FORMS] in source.stems]
    if len(known) < ABOUT * len(own) or not own:
        raise GroundlessError("is not about the text")


def check_numbers(plain: str, source: Source) -> None:
    """Raise `GroundlessError` for a number, in digits or words, that the text lacks or gives in another size."""
    for number, size in measures(plain):
        if (number, size) not in source.numbers:
            raise GroundlessError(f"says {number} {size}".rstrip() + ", which the text does not")
    for word in words(plain):
        if word in FIGURES and word not in source.said and (FIGURES[word], "") not in source.numbers:
            raise GroundlessError(f"says {word}, which the text does not")


def measures(plain: str) -> list[tuple[str, str]]:
    """The numbers of a text with the sizes that follow them, each in one spelling: "1,500", "1.5 bn", "40%"."""
    found = []
    for match in NUMBER.finditer(PERCENT.sub("percent", plain)):
        digits = re.sub(r"\D", "", match[1]) if THOUSANDS.fullmatch(match[1]) else match[1].replace(",", ".")
        whole, _, part = unicodedata.normalize("NFKC", digits).partition(".")
        number = f"{whole.lstrip('0') or '0'}.{part}".rstrip("0").rstrip(".") if part else whole.lstrip("0") or "0"
        found.append((number, SIZES.get((match[2] or "").casefold().removesuffix("s"), "")))
    return found


def check_names(plain: str, source: Source) -> None:
    """Raise `GroundlessError` for a name or an address that the text lacks."""
    text = undotted(plain)
    for start, end in sentences(text):
        after = start  # where the name before this one ended
        for match in NAME.finditer(text, start, end):
            first, run = match.start() == start, after > start and text[after : match.start()] == " "
            run = run or (not first and RUN.match(text, match.end()) is not None)
            after = start if first else match.end()  # a first word has its capital from its place
            for part in PART.findall(match[0]):
                free = (first and opens(part, source)) or (source.nouns and not run and part[1:].islower())
                if not free and not is_known(part, source):
                    raise GroundlessError(f"names {part[:40]}, which the text does not")
    for host in HOST.findall(plain):
        if not source.said.issuperset(words(host)):
            raise GroundlessError("holds markup or a link")


def is_known(name: str, source: Source) -> bool:
    """Whether the text has a name, or the one it is made from: "Europeans" of Europe, "Chinese" of China."""
    folded = "".join(words(name))
    root = DEMONYM.sub("", folded)
    near = len(root) >= STEM and root != folded
    return (
        folded in source.said
        or folded.removesuffix("s") in source.said
        or (near and any(word.startswith(root) and len(word) <= len(root) + 3 for word in source.said))
    )


def opens(word: str, source: Source) -> bool:
    """Whether a word may begin a sentence and be no name: of function, or a form of a word that the text has."""
    folded = "".join(words(word))
    root = FORM.sub("", folded)
    form = len(root) >= STEM and root != folded and any(known.startswith(root) for known in source.said)
    return folded in STOPWORDS or folded in OPENERS or (form and word[1:].islower())


def undotted(text: str) -> str:
    """A text with "U.S." as "US", and without the characters that would join a name to its neighbours."""
    spaced = UNSPACED.sub(" ", text)
    return DOTTED.sub(lambda match: match[1].replace(".", ""), spaced)
