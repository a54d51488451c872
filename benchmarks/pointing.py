"""Made-up articles, and the lines that name them, for `benchmarks.resolving`: what a line says, and whom it means.

Names are made of syllables, titles and texts of a few lists of words, so that every title has many that are like it. A
`Case` is a target, or two, and a line in another article; `means` is the key of the target, None where nobody can say.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

SYLLABLES = (
    *("nor", "vik", "hel", "tar", "mo", "lun", "bry", "sta", "gre"),
    *("dol", "fen", "kar", "os", "ril", "tha", "wen"),
)
VERBS = (
    *("opens", "plans", "tests", "builds", "shows", "backs", "delays", "rents", "shares"),
    *("doubles", "moves", "paints"),
)
SORTS = (
    *("small", "quiet", "modular", "cheap", "floating", "northern", "shared", "public", "solar"),
    *("hidden", "wooden"),
)
THINGS = (
    *("data centre", "battery plant", "weather model", "tram line", "seed bank", "robot school", "chip lab"),
    *("reading room", "ice factory", "tide meter"),
)
TAILS = (
    *("after a dry summer", "despite a shortage of copper", "as harbours run out of room", "with help from rivals"),
    *("to please patient neighbours", "while regulators look on", "because nobody would", "for a city of gardeners"),
)
FILLING = (
    "The people who know the matter spoke about it at length and asked for a little more time than they were given."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article to be kept. `former` is a title it had before, `others` further addresses it is known under."""

    key: str
    url: str
    title: str
    text: str
    canonical: str = ""
    others: tuple[str, ...] = ()
    former: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A line in an article that names another: by `url`, by `title`, or both. `targets` are held."""

    form: str
    targets: tuple[Piece, ...]
    title: str
    url: str | None
    means: str | None


Form = Callable[[random.Random, Piece], Case]


def name(dice: random.Random, parts: int = 3) -> str:
    """A name that nobody has."""
    return "".join(dice.choice(SYLLABLES) for _ in range(parts)).capitalize()


def piece(dice: random.Random, number: int) -> Piece:
    """An article like many others. Its text speaks of what its title does, and of two more sorts."""
    who, where, verb, sort, thing = name(dice), name(dice), dice.choice(VERBS), dice.choice(SORTS), dice.choice(THINGS)
    title = f"{who} {verb} {sort} {thing} in {where} {dice.choice(TAILS)}"
    others = " or ".join(SORTS)
    said = " ".join(f"{dice.choice(SYLLABLES)}{dice.choice(SYLLABLES)}{dice.randrange(10**6)}" for _ in range(60))
    text = f"In {where}, {who} {verb} a {thing}. Should it be {others}? {FILLING} {title}. {said}."
    slug = "-".join(title.lower().split())[:60]
    return Piece(
        key=f"a{number}", url=f"https://site{number % 40}.example/2026/{number}/{slug}", title=title, text=text
    )


def swapped(dice: random.Random, title: str) -> str:
    """A title with one word of a sort for another."""
    words = title.split()
    at = next(place for place, word in enumerate(words) if word in SORTS)
    words[at] = dice.choice([sort for sort in SORTS if sort != words[at]])
    return " ".join(words)


ADDRESSES: dict[str, Callable[[str], str]] = {
    "as it is": lambda url: url,
    "tracking parameters": lambda url: url + "?utm_source=rss&utm_medium=feed&fbclid=0123abc",
    "a campaign's ref": lambda url: url + "?ref=newsletter&source=hackernews.example",
    "http": lambda url: url.replace("https", "http"),
    "www.": lambda url: url.replace("https://", "https://www."),
    "m.": lambda url: url.replace("https://", "https://m."),
    "amp.": lambda url: url.replace("https://", "https://amp."),
    "/amp at the end": lambda url: url + "/amp/",
    "?amp=1": lambda url: url + "?amp=1",
    "a slash at the end": lambda url: url + "/",
    "a fragment": lambda url: url + "#comments",
    "upper case": lambda url: url.replace("https://site", "HTTPS://SITE"),
    "the usual port": lambda url: url.replace(".example/", ".example:443/"),
    "needless escapes": lambda url: url.replace("-in-", "%2Din%2D"),
    "double slashes": lambda url: url.replace("/2026/", "//2026//"),
    "a redirector": lambda url: f"https://www.google.com/url?sa=t&url={quote(url, safe='')}&usg=0",
    "an AMP cache": lambda url: f"https://www.google.com/amp/s/{url.removeprefix('https://')}/amp",
}
LABELS = ("Report: ", "Exclusive: ", "[Video] ", "WATCH: ", "Breaking news: ")
SITES = (" - AI News", " | Site", " – The Norvik Ledger", " :: heise online", " · Tarn")
TITLES: dict[str, Callable[[random.Random, str], str]] = {
    "as it is": lambda _, title: title,
    "in capitals": lambda _, title: title.upper(),
    "in quotes": lambda _, title: f"“{title}”",
    "other dashes and quotes": lambda _, title: title.replace(" a ", " 'a' ").replace(" in ", " – in "),
    "a site at its end": lambda dice, title: title + dice.choice(SITES),
    "a label in front": lambda dice, title: dice.choice(LABELS) + title,
    "label and site": lambda dice, title: dice.choice(LABELS) + title + dice.choice(SITES),
    "cut, with an ellipsis": lambda dice, title: title[: dice.randrange(34, len(title) - 8)].rstrip() + "…",
    "cut, with dots": lambda dice, title: " ".join(title.split()[: dice.randrange(5, 8)]) + " ...",
    "entities": lambda _, title: html.escape(title.replace(" a ", " ‘a’ "), quote=True).replace("‘", "&#8216;"),
}


def by_address(form: str) -> Form:
    """A line with an address, and words that are no title."""
    spelled = ADDRESSES[form]
    return lambda _, one: Case(
        form=form, targets=(one,), title="Read the story here", url=spelled(one.url), means=one.key
    )


def by_title(form: str) -> Form:
    """A line without an address."""
    spelled = TITLES[form]
    return lambda dice, one: Case(form=form, targets=(one,), title=spelled(dice, one.title), url=None, means=one.key)


def by_canonical(_: random.Random, one: Piece) -> Case:
    """The feed links to a page that calls itself otherwise, and the line says what the page says."""
    site = site_of(one.url)
    held = replace(one, url=f"{site}/?p={one.key[1:]}", canonical=one.url)
    return Case(form="the page's canonical address", targets=(held,), title="More", url=one.url + "/", means=one.key)


def by_redirect(_: random.Random, one: Piece) -> Case:
    """The feed links to a counter that leads to the page."""
    held = replace(one, url=f"https://counter.example/r/{one.key}", others=(one.url,))
    return Case(form="where redirects end", targets=(held,), title="More", url=one.url, means=one.key)


def by_former(dice: random.Random, one: Piece) -> Case:
    """The headline was changed after the line was written, or before; we have seen both."""
    held = replace(one, former=swapped(dice, one.title))
    return Case(form="the headline before", targets=(held,), title=held.former, url=None, means=one.key)


def by_edited(dice: random.Random, one: Piece) -> Case:
    """The headline was changed before we saw it; its text still has the word."""
    return Case(form="one word edited", targets=(one,), title=swapped(dice, one.title), url=None, means=one.key)


def with_label(dice: random.Random, one: Piece) -> Case:
    """The article has label and site, the line neither."""
    held = replace(one, title=dice.choice(LABELS) + one.title + dice.choice(SITES))
    return Case(form="the article has label and site", targets=(held,), title=one.title, url=None, means=one.key)


def wrong(form: str, said: Callable[[str], str], held: Callable[[str], str] = str) -> Form:
    """A line that is like the title of an article, and means another one, which is not held."""

    def made(_: random.Random, one: Piece) -> Case:
        there = replace(one, title=held(one.title))
        return Case(form=form, targets=(there,), title=said(one.title), url=None, means=None)

    return made


def twice(form: str, said: Callable[[str], str]) -> Form:
    """A line that fits two articles."""

    def made(dice: random.Random, one: Piece) -> Case:
        second = replace(piece(dice, int(one.key[1:])), key=one.key + "b", title=one.title, url=one.url + "-2")
        return Case(form=form, targets=(one, second), title=said(one.title), url=None, means=None)

    return made


def elsewhere(form: str, title: str, url: Callable[[str], str]) -> Form:
    """A line with an address that is no article's."""
    return lambda _, one: Case(form=form, targets=(one,), title=title, url=url(one.url), means=None)


def shared(dice: random.Random, one: Piece) -> Case:
    """An address that two articles have."""
    second = replace(piece(dice, int(one.key[1:])), key=one.key + "b", url=one.url + "-2", others=(one.url,))
    return Case(form="an address of two", targets=(one, second), title="Read the story", url=one.url, means=None)


def first(title: str) -> str:
    """Its first word, the name."""
    return title.partition(" ")[0]


def site_of(url: str) -> str:
    """Scheme and host."""
    return url.partition("/2026/")[0]


SERIES = (  # what the line says, and what the title says, behind a name
    ("the day is another", "daily brief for 13 May", "daily brief for 12 May"),
    ("the quarter in words", "second quarter results beat forecasts", "first quarter results beat forecasts"),
    ("the opposite", "shares fall sharply on news of a merger", "shares rise sharply on news of a merger"),
    ("not", "will not pay for the old harbour", "will pay for the old harbour"),
    (
        "another site at its end",
        "figures and outlook for investors | Acme",
        "figures and outlook for investors | Globex",
    ),
    ("cut before the date", "market report for the week of …", "market report for the week of 12 May"),
)


def series(form: str, said: str, held: str) -> Form:
    """A line that names one of a series, of which another is held."""
    return wrong(form, lambda title: f"{first(title)} {said}", lambda title: f"{first(title)} {held}")


WRONG: tuple[Form, ...] = (
    *(series(*one) for one in SERIES),
    wrong("the quarter is another", lambda t: f"{t} in Q2", lambda t: f"{t} in Q1"),
    wrong("a number is another", lambda t: f"{t} and hires 130", lambda t: f"{t} and hires 120"),
    wrong("another company", lambda t: " ".join(["Unheardof", *t.split()[1:]])),
    wrong("another place", lambda t: t.replace(t.split(" in ")[1].split()[0], "Nowheria")),
    wrong("two words", lambda t: f"{first(t)} opens"),
    wrong("cut after three words", lambda t: " ".join(t.split()[:3]) + "…"),
    twice("a title of two", str),
    twice("the beginning of two", lambda t: t[:40] + "…"),
    elsewhere("the site itself", "Home", lambda url: site_of(url) + "/"),
    elsewhere("a section", "All the news of the day", lambda url: site_of(url) + "/news/"),
    elsewhere("another article", "Read the story", lambda url: url + "-part-two"),
    shared,
)
BY_ADDRESS: tuple[Form, ...] = (*map(by_address, ADDRESSES), by_canonical, by_redirect)
BY_TITLE: tuple[Form, ...] = (*map(by_title, TITLES), by_former, by_edited, with_label)


def cases(dice: random.Random, count: int) -> Iterator[tuple[str, Case]]:
    """So many cases, of all forms in turn: two fifths by address, two fifths by title, one fifth that mean nobody."""
    kinds = (
        ("address", BY_ADDRESS),
        ("title", BY_TITLE),
        ("nobody", WRONG),
        ("address", BY_ADDRESS),
        ("title", BY_TITLE),
    )
    for number in range(count):
        kind, forms = kinds[number % len(kinds)]
        yield kind, forms[number // len(kinds) % len(forms)](dice, piece(dice, number))
