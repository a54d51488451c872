"""The words of a text as phrases are made of them: where each stands, and where no phrase may go on.

Words are what stands between spaces, without the signs around them; signs within belong to them ("DeepSeek-V4", "AT&T",
"C3.ai"). A sign between two words ends a phrase there, and so does a possessive: "China’s east" is no phrase.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from extractors.fingerprints import SPACELESS, TERM, title_key
from extractors.stopwords import STOPWORDS

LINKS = frozenset("of in for de du des da do di del della von der van la le für à al".split())  # noqa: SIM905
LONGEST = 40  # characters of a word; a longer one is an address
WIDEST = 60  # the same, with the signs around it
SIGNS = "\"'“”‘’„«»‹›()[]{}<>.,:;!?¡¿…*#|/\\–—-·•=~^_`´،؛，、。！？・「」『』（）"  # noqa: RUF001 - signs of all scripts
POSSESSIVE = ("’s", "'s")
UNFIT = frozenset("$€£¥%@/\\=_{}")  # sums and addresses
ACRONYMS = ("US", "IT", "WHO")  # which in lower case are words of function
DOTTED = re.compile(r"(?:\w\.)+\w")
SCRIPT = re.compile(rf"([\u30a0-\u30ff]{{2,12}}|[\u3400-\u4dbf\u4e00-\u9fff]{{2,}})|[{SPACELESS}]+")
HAN = 6  # characters of the longest run that is taken for a word
NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})?")


class Token(NamedTuple):
    """What stands between two spaces. `kind` is "word", "link", "number", or "" for what is in no phrase.

    `cut` says where no phrase goes on: before it (1), after it (2), both (3).
    """

    said: str
    key: str
    kind: str
    cut: int


END = Token("", "", "", 3)
INNER = ("word", "link")
Places = dict[str, list[int]]


def read(text: str) -> list[Token]:
    """The tokens of a text. A line's end cuts, and so does a change of script where no spaces are written."""
    try:
        text.encode("cp1252")  # as most text with spaces can be, at a tenth of the cost of looking for other scripts
    except UnicodeEncodeError:
        text = SCRIPT.sub(apart, text)
    return [token(raw) if len(raw) <= WIDEST else END for raw in text.replace("\n", " | ").split()]


def apart(run: re.Match[str]) -> str:
    """A run of one script, set apart from its neighbours; nothing of it when it is no word."""
    word = run[1] or ""
    return f" |{word}| " if word and (word[0] < "\u3400" or len(word) <= HAN) else " | "


@lru_cache(maxsize=16_384)  # some 4 MB; most words of an article were in the ones before
def token(raw: str) -> Token:
    """One token."""
    if raw.isalpha() and len(raw) <= LONGEST:
        return plain(raw, 0)
    said = raw.strip(SIGNS)
    if not said or len(said) > LONGEST or not UNFIT.isdisjoint(said):
        return END
    cut = (raw[0] != said[0]) + 2 * (raw[-1] != said[-1])
    if said[-2:] in POSSESSIVE:
        said, cut = said[:-2], cut | 2
    return plain(said, cut)


def plain(said: str, cut: int) -> Token:
    """The token of a word without signs at its ends."""
    bare = said.replace(".", "") if DOTTED.fullmatch(said) else said
    key = bare.lower() if bare.isascii() and bare.isalnum() else key_of(bare)
    if not key or (key in STOPWORDS and bare not in ACRONYMS):
        return Token(said, key, "link" if key in LINKS else "", cut)
    if len(said) > 1 and said.isalpha():
        return Token(said, key, "word", cut)
    if NUMBER.fullmatch(said) or (len(said) == 1 and said.isupper()):
        return Token(said, key, "number", cut)
    return Token(said, key, "word" if any(map(str.isalpha, key)) else "", cut)


def key_of(said: str) -> str:
    """A word or name in one spelling: `fingerprints.title_key`, but a word written without spaces stays one."""
    key = title_key(said)
    return key.replace(" ", "") if key[:1] > "\u2fff" else key


def grams(tokens: Sequence[Token]) -> tuple[Places, Places, Places]:
    """The phrases of one, two and three words with the places of their first words."""
    known = set(map(itemgetter(1), tokens))  # the keys
    singular = {key: key[:-1] for key in known if key[-1:] == "s" and len(key) > TERM and key[:-1] in known}
    found: tuple[Places, Places, Places] = (defaultdict(list), defaultdict(list), defaultdict(list))
    ones, twos, threes = found
    before = last = END  # the two tokens before this one, as far as a phrase may begin there
    one = two = ""  # and their keys
    for place, now in enumerate(tokens):
        _, key, kind, cut = now
        if not kind:
            before = last = END
            continue
        if cut & 1:
            before = last = END
        if kind == "word":
            key = singular.get(key, key)
            ones[key].append(place)
        if kind == "word" or (kind == "number" and last.said[:1].isupper()):
            if last.kind == "word":
                twos[f"{two} {key}"].append(place - 1)
            if before.kind == "word" and last.kind in INNER:
                threes[f"{one} {two} {key}"].append(place - 2)
        before, last, one, two = (END, END, "", "") if cut & 2 else (last, now, two, key)
    return found
