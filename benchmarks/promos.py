"""Promos of an invented newspaper, planted in pages: worded so that no shipped rule knows them.

`{title}`, `{date}` and `{n}` change from article to article; `<a>` marks what is linked. Each with a `{n}`
speaks to its reader: other counters are not learnt (`extractors.masking`), so that a promo of that kind would count as
missed always. News are sentences that come again and again with new numbers, `{few}` of them from 1 to 5: true text,
which is not to be learnt.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lxml import html as lxml_html
from lxml.html import HtmlElement

from extractors.blocks import squeeze
from extractors.page import parse

DATES = {
    "en": ("3 March 2026", "12 April 2026", "30 May 2026", "7 June 2026", "21 September 2026", "1 December 2026"),
    "de": ("3. März 2026", "12. April 2026", "30. Mai 2026", "7. Juni 2026", "21. September 2026", "1. Dezember 2026"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The markup of a promo in one language."""

    language: str
    markup: str
    is_news: bool = False

    def fill(self, title: str, date: str, number: int) -> str:
        """The promo as one article has it."""
        linked = self.markup.replace("<a>", f'<a href="https://ledger.example/go/{number}">')
        return (
            linked.replace("{title}", escape(title))
            .replace("{date}", date)
            .replace("{n}", str(number))
            .replace("{few}", str(number % 5 + 1))
        )


ENGLISH = (
    "<p>Our readers' choice this month is <a>the field guide to quiet cities</a>, now in its second printing.</p>",
    "<p>{n} people are reading the Ledger with you at this moment, most of them on the train.</p>",
    "<p>The Ledger's autumn lecture takes place on {date}. Seats cost nothing, coffee does.</p>",
    "<p><a>Ledger Plus: the tables and maps behind our stories</a></p>",
    "<div>This story belongs to “How we live now”, the Ledger's series on towns that shrink and towns that grow.</div>",
    "<p>Have a look at <a>our crossword</a>, which is open to all until {date}.</p>",
    "<p>If you hold the printed paper, you find the tables on page {n}.</p>",
    "<p>With material from the Ledger's desks in 12 cities</p>",
    "<p>Photographs sent in by readers can be seen in the town hall until {date}, daily except at weekends.</p>",
    "<p><strong>Members of the Ledger meet the writers every other Thursday.</strong></p>",
    "<p><a>The Ledger in your language</a></p>",
    "<div><p>The Ledger keeps a register of the interests of its writers. Gifts go to the hospital.</p></div>",
    "<p>What did you make of “{title}”? The desk answers the telephone from nine to five.</p>",
    "<p>“{title}” can be heard as well, read by its author, wherever you find the Ledger's voices.</p>",
    "<p>For every tree that our paper needs the Ledger plants two. So far you have paid for {n}.</p>",
    "<p><em>Our thanks go to the Hartley Foundation, which pays for this desk and has no say in it.</em></p>",
)
GERMAN = (
    "<p>Unsere Leser wählten <a>den Führer durch die stillen Städte</a> zum Buch des Monats.</p>",
    "<p>{n} Menschen lesen gerade mit dir den Boten, die meisten von ihnen in der Bahn.</p>",
    "<p>Der Herbstvortrag des Boten findet am {date} statt. Der Eintritt ist frei, der Kaffee nicht.</p>",
    "<p><a>Bote Plus: die Tabellen und Karten zu unseren Geschichten</a></p>",
    "<div>Dieser Text gehört zu „Wie wir leben“, der Reihe des Boten über kleine und große Orte.</div>",
    "<p>Bilder unserer Leser hängen bis zum {date} im Rathaus, täglich außer am Wochenende.</p>",
    "<p>Mit Material der Redaktionen in 12 Städten</p>",
    "<p>Was halten Sie von „{title}“? Die Redaktion ist von neun bis fünf am Telefon.</p>",
)
NEWS = {
    "en": (
        "<p>Copper rose {few}.{n}% to ${n} a tonne.</p>",
        "<p>The ministry put the number of the missing at {n}.</p>",
        "<p>As of {date}, {n} cases had been confirmed.</p>",
        "<p>Attendance at the stadium: {n}</p>",
        "<p>Our rating: {few} stars out of five</p>",
        "<p>The jackpot now stands at {few} million euros.</p>",
    ),
    "de": (
        "<p>Kupfer stieg um {few} Prozent auf {n} Dollar je Tonne.</p>",
        "<p>Das Ministerium spricht von {n} Vermissten.</p>",
        "<p>Bis zum {date} waren {n} Fälle bestätigt.</p>",
        "<p>Zuschauer im Stadion: {n}</p>",
    ),
}
FORMS = {
    "en": [Form(language="en", markup=markup) for markup in ENGLISH],
    "de": [Form(language="de", markup=markup) for markup in GERMAN],
}
NEWS_FORMS = {
    language: [Form(language=language, markup=markup, is_news=True) for markup in every]
    for language, every in NEWS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A page of the corpus: its markup, address, headline, language, and the places of its true paragraphs."""

    markup: str
    url: str
    title: str
    language: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promo:
    """A promo of a source. `place` is top, middle or end, `rate` the share of its articles that have it."""

    form: Form
    place: str
    rate: float


def plant(
    sample: Sample, promos: Sequence[Promo], rng: random.Random, *, edit: bool
) -> tuple[str, frozenset[str], str]:
    """The page with its promos, their texts, and the headline. `edit` makes a near copy of it."""
    tree = parse(sample.markup)
    every = list(tree.iter("p"))
    true = [every[place] for place in sample.places]
    title = f"{sample.title} – {rng.choice(('update', 'what we know', 'in full'))}" if edit else sample.title
    if edit:
        retouch(true, rng)
    planted = set()
    for promo in promos:
        if rng.random() >= promo.rate:
            continue
        shown = promo.form.fill(title, rng.choice(DATES[promo.form.language]), rng.randint(2, 9999))
        element: HtmlElement = lxml_html.fragment_fromstring(shown)
        after = {"top": true[0], "end": true[-1], "middle": rng.choice(true[1:-1])}[promo.place]
        after.addnext(element)
        if not promo.form.is_news:
            planted.add(squeeze(str(element.text_content())))
    return lxml_html.tostring(tree, encoding="unicode"), frozenset(planted), title


def retouch(paragraphs: Sequence[HtmlElement], rng: random.Random) -> None:
    """Edit some paragraphs as an editor does: a word more, a word less, a paragraph less."""
    for paragraph in paragraphs[1:-1]:
        luck = rng.random()
        words = (paragraph.text or "").split(" ")
        if luck < 0.08:
            paragraph.text = ""
            for child in list(paragraph):
                paragraph.remove(child)
        elif luck < 0.3 and len(words) > 6:
            words.insert(rng.randrange(2, len(words) - 2), rng.choice(("also", "now", "again", "still")))
            paragraph.text = " ".join(words)
        elif luck < 0.4 and len(words) > 6:
            del words[rng.randrange(2, len(words) - 2)]
            paragraph.text = " ".join(words)
