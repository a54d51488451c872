"""What a "See also" line calls another article, and how far that is what the article is called, or was called.

    read("Exclusive: Acme opens a lab in Oslo - AI News")
        label "exclusive", core "acme opens a lab in oslo", site "ai news"

exact    word for word the same, but for case, quotes and dashes
core     the same without what sites put around a title: a label in front, their name at the end; both may not have
         another one, for "Quarterly figures | Acme" and "Quarterly figures | Globex" are two articles
former   one of these, with a title that the article had before
cut      the line ends in "…", and the title begins like it, and goes on in more than a date
edited   one word is another, is missing or was put in, and not a number, a name or a "not"

All functions take any text and never raise.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Literal

from extractors.fingerprints import title_key
from extractors.stopwords import STOPWORDS
from extractors.turns import stem, turns

Agreement = Literal["exact", "core", "former", "cut", "edited"]
BEST: tuple[Agreement, ...] = ("exact", "core", "former", "cut", "edited")

LONGEST = 600  # characters of a title that are read
WORDS = 3  # of a title, before it may name an article
TELLING = 4  # words left of a title without its label and site, or before its ellipsis
BEGINNING = 20  # characters left before an ellipsis
EDITED = 6  # words of a title of which one may be another
SITE = 4  # words of the name of a site
LABEL = 3  # words of a label

LABELS = frozenset(
    {
        *("alert", "also read", "analysis", "audio", "breaking", "breaking news", "corrected", "correction"),
        *(
            "deep dive",
            "exclusive",
            "explained",
            "explainer",
            "feature",
            "fact check",
            "first look",
            "gallery",
            "in depth",
        ),
        *("guide", "in pictures", "interview", "just in", "listen", "long read", "must read"),
        *("news", "news analysis", "paid content", "photos", "pictures", "podcast", "press release", "q a"),
        *("read", "read more", "report", "review", "see also", "slideshow", "special report", "sponsored", "study"),
        *("update", "updated", "video", "watch", "watch now"),
    }
)
# Titles of a column that comes back: which one is meant, the words before a date do not say.
SERIES = frozenset(
    {
        *("brief", "briefing", "briefs", "bulletin", "calendar", "crossword", "daily", "digest", "edition", "episode"),
        *("horoscope", "issue", "links", "liveblog", "monthly", "newsletter", "outlook", "podcast", "recap", "results"),
        *("roundup", "scores", "weekly", "wrap"),
    }
)
NUMBERS = frozenset(
    {
        *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen"),
        *("hundred", "thousand", "million", "billion", "first", "second", "third", "fourth", "fifth", "sixth"),
        *("seventh", "eighth", "ninth", "tenth", "last", "next", "half", "double", "triple", "quarter"),
        *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow"),
        *("yesterday", "tonight", "morning", "noon", "afternoon", "evening", "night", "spring", "summer", "autumn"),
        *("winter", "week", "weekend", "month", "year"),
    }
)
WORD = re.compile(r"[^\W_]+")
CUT = re.compile(r"\s*[\[(]?(?:…|\.{3,})[\])]?[\s\"'”’»]*$")
IN_FRONT = re.compile(r"\s*(?:[\[(]([^\[\]()]{2,30})[\])]\s*[:|–—-]?|([^\[\]():|–—]{2,30}?)\s*(?::|\||\s[–—-])\s)\s*")
BEHIND = re.compile(r"(?:\s*([|·•»«]|::)\s*|\s+([-–—])\s+)((?:(?!\s-\s)[^|·•»«–—:]){2,50}?)\s*$")
LINKING = frozenset({"of", "the", "and", "for", "in", "on", "de", "la", "le", "der", "die", "das", "und", "&"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title taken apart: `key` is all of it in one spelling, `core` what is left without label and site.

    `text` is the core as it is written. `cut` tells of an ellipsis at the end.
    """

    text: str
    key: str
    core: str
    label: str = ""
    site: str = ""
    cut: bool = False


def read(title: str) -> Title:
    """Take a title apart. Nothing is taken off that would leave fewer than `TELLING` words."""
    # Hundreds of blanks in front would be tried one by one as what stands before a label.
    whole = _unescaped(title.strip()[:LONGEST]).strip()
    text = CUT.sub("", whole)
    cut, key = text != whole, title_key(text)
    label, text = _front(text)
    site, text = ("", text) if cut else _end(text)
    return Title(text=text, key=key, core=title_key(text), label=label, site=site, cut=cut)


def spelt(key: str) -> Title:
    """The title of which only the core is known, in one spelling."""
    return Title(text=key, key=key, core=key)


def agree(said: Title, known: Title) -> Agreement | None:
    """How a line's title agrees with an article's: exact, core, cut, or not."""
    if said.key == known.key and not said.cut:
        return "exact"
    for one, other in ((said.label, known.label), (said.site, known.site)):
        if one and other and one != other:
            return None
    if said.core == known.core:
        return "core"
    return "cut" if said.cut and _goes_on(said.core, known.core) else None


def edited(said: Title, known: Title) -> tuple[str, ...] | None:
    """The words in which two titles differ when that is one word at one place, and one that may be edited.

    The first word stays, for that is how it is looked for.
    """
    one, other = said.core.split(), known.core.split()
    if min(len(one), len(other)) < EDITED or one[0] != other[0] or said.cut or SERIES & {*one, *other}:
        return None
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[same:], other[same:]
    while left and right and left[-1] == right[-1]:
        del left[-1], right[-1]
    words = (*left, *right)
    fit = max(len(left), len(right)) == 1 and not any(turns(word) or _counts(word) for word in words)
    return words if fit else None


def stands_in(words: tuple[str, ...], text: str) -> bool:
    """Whether words stand in a text in small letters, with any ending: it speaks of them, and they are no names."""
    return all(re.search(rf"(?<!\w){re.escape(stem)}\w{{0,4}}(?!\w)", text) for stem in map(stem, words))


def is_serial(title: Title) -> bool:
    """Whether others may bear the same title: it speaks of dates and numbers, or is that of a column."""
    words = title.key.split()
    return any(map(_counts, words)) or not SERIES.isdisjoint(words)


def halves(title: Title) -> tuple[tuple[str, ...], ...]:
    """The words by which to look for a title of which one word may be another: one half of them stays as it is.

    Each half has two words or more that every index spells alike: plain letters and digits, no words of function.
    """
    found = dict.fromkeys(word for word in _plain(title.text) if len(word) > 2 and word not in STOPWORDS)  # noqa: PLR2004
    words = tuple(found)[: -1 if title.cut else None]
    middle = (len(words) + 1) // 2
    return tuple(half for half in (words[:middle], words[middle:]) if len(half) > 1)


def has_half(title: Title, known: Title) -> bool:
    """Whether a title has all words of one of the halves of another."""
    words = set(_plain(known.text))
    return any(words.issuperset(half) for half in halves(title))


def starts(title: Title) -> list[str]:
    """What the key of an article may begin with that a line's title names: its own words, behind a label or none."""
    labelled = [f"{label} {title.core}" for label in sorted(LABELS)]
    return list(dict.fromkeys((title.core, title.key, *labelled)))


def keys(title: str) -> set[str]:
    """The keys under which lines that name an article of this title may be stored: the core of theirs is one."""
    known = read(title)
    behind = {known.key.removeprefix(label + " ") for label in LABELS if known.key.startswith(label + " ")}
    return {known.key, known.core, *behind} - {""}


def _unescaped(title: str) -> str:
    """A title without the entities that a feed escaped once or twice too often."""
    for _ in range(2):
        title = html.unescape(title) if "&" in title else title
    return title


def _front(text: str) -> tuple[str, str]:
    """The label in front of a title, as a key, and the rest."""
    found = IN_FRONT.match(text)
    label = title_key(found[1] or found[2]) if found else ""
    if not found or label not in LABELS or len(title_key(text[found.end() :]).split()) < TELLING:
        return "", text
    return label, text[found.end() :]


def _end(text: str) -> tuple[str, str]:
    """The name of the site at the end of a title, as a key, and the rest."""
    found = BEHIND.search(text, max(0, len(text) - 80))
    if not found or len(title_key(text[: found.start()]).split()) < TELLING:
        return "", text
    named = found[3].split()
    if len(named) > SITE or any(letter.isdigit() for letter in found[3]):
        return "", text
    if found[2] and not all(word[0].isupper() or word.casefold() in LINKING or "." in word for word in named):
        return "", text
    return title_key(found[3]), text[: found.start()]


def _goes_on(core: str, known: str) -> bool:
    """Whether a title goes on after what was cut off, in more than dates and numbers, and is none of a series."""
    words = core.split()
    if len(words) < TELLING or len(core) < BEGINNING or not known.startswith(core):
        return False
    rest = known.split()[len(words) - 1 :]
    more = [word for word in rest[1:] or rest if word not in STOPWORDS or _counts(word)]
    dated = bool(more) and all(map(_counts, more))
    return SERIES.isdisjoint((*words, *rest)) and not dated


def _counts(word: str) -> bool:
    """Whether a word tells one of several apart by number or date."""
    return word in NUMBERS or any(letter.isdigit() for letter in word)


def _plain(text: str) -> list[str]:
    """The words of a text that have no letters but those of ASCII, in small letters."""
    return [word for word in WORD.findall(text.casefold()) if word.isascii()]
