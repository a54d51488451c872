"""What an article is recognised by: its shingles, its headline in one spelling, its terms.

A shingle is three words that follow each other. Of all shingles a text has, one in four is kept, chosen by its hash
alone, so that two copies keep the same ones wherever they stand. Copies are found by the *rare* among them; see
`extractors.sameness` for what is made of that and `storage.sameness` for the index.

Words: NFKC, case folded, apostrophes dropped, so that ’ and ' and their absence are one; numbers are words, since
two earnings reports differ in nothing else. Scripts written without spaces give one word a character.

Measured on 4,328 labelled articles: three words beat four by .03–.05 F1, 1-in-4 loses nothing against 1-in-2.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from hashlib import blake2b

from extractors.model import Fingerprint
from extractors.stopwords import STOPWORDS

ALGORITHM = 1  # raise it when anything here changes a hash: prints of another number are never compared
SHINGLE = 3  # words
KEPT = 64  # of 256: the first byte of a hash decides, which leaves every kept one below 2**62
LONGEST = 400_000  # characters that are read of a text; a book is not a news article
MOST = 65_000  # words that are read of it: some single characters fold to four words
TITLE = 300  # characters of a headline that count
TITLE_WEIGHT = 2  # a word of the headline counts as so many in the text
TERM = 3  # letters of the shortest term, shorter ones being rarely what a story is about

# Python sorts a run of combining marks in quadratic time: 400,000 of them take minutes. No language stacks 32.
PILE = re.compile(r"[^\w\s]{32,}")
APOSTROPHES = dict.fromkeys(map(ord, "'`\u2018\u2019\u02bc\u00b4\u00ad"))  # and the soft hyphen
SPACELESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff"  # vowel signs belong to their word
WORD = re.compile(rf"[{SPACELESS}]|(?:[^\W_{SPACELESS}]|[{MARKS}])+")
RUN = re.compile(rf"[{SPACELESS}]{{2}}|(?:[^\W\d_{SPACELESS}]|[{MARKS}])+")


def words(text: str) -> list[str]:
    """The words of a text, in order and in one spelling. Reads `LONGEST` characters and `MOST` words."""
    return WORD.findall(_folded(text[:LONGEST]))[:MOST]


def fingerprint(text: str) -> Fingerprint:
    """The print of a clean text. `hashes` come in the order of the text, each once, all positive 64-bit integers.

    `text_hash` is BLAKE2b-128 over the words joined by one space; `words` their number.
    """
    said = [word.encode() for word in words(text)]
    hashes: dict[int, None] = {}
    for place in range(len(said) - SHINGLE + 1):
        digest = blake2b(b"\x1f".join(said[place : place + SHINGLE]), digest_size=8).digest()
        if digest[0] < KEPT:
            hashes[int.from_bytes(digest, "big")] = None
    whole = blake2b(b" ".join(said), digest_size=16).digest()
    return Fingerprint(hashes=tuple(hashes), text_hash=whole, words=len(said), algorithm=ALGORITHM)


def title_key(title: str) -> str:
    """A headline in one spelling: its words joined by one space, without case and punctuation."""
    return " ".join(words(title[:TITLE]))


def terms(title: str, text: str, limit: int = 40) -> tuple[tuple[str, int], ...]:
    """The words an article uses most, with their counts, most used first, then as they appear.

    Headline words count twice. Words of function and numbers are left out; a plural counts with its singular when both
    occur. Scripts written without spaces give pairs of characters.
    """
    counts = Counter(_terms(text[:LONGEST]))
    heading = Counter(_terms(title[:TITLE]))
    total = Counter({term: TITLE_WEIGHT * count for term, count in heading.items()})
    total.update(counts)
    for plural in [term for term in total if term.endswith("s") and term[:-1] in total]:
        total[plural[:-1]] += total.pop(plural)
    return tuple(total.most_common(limit))


def _terms(text: str) -> list[str]:
    """Words that can be terms."""
    return [
        run for run in RUN.findall(_folded(text)) if (len(run) >= TERM or not run.isascii()) and run not in STOPWORDS
    ]


def _folded(text: str) -> str:
    """NFKC, case folded, without apostrophes and soft hyphens."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    return unicodedata.normalize("NFKC", PILE.sub(" ", text)).casefold().translate(APOSTROPHES)
