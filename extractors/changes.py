"""Does another form of an article say anything new? What changes by itself is no change.

    stamps      "Updated 3 minutes ago", "Last updated: 12:41 GMT", "5 min read"
    counters    "1,234 views", "12 comments", "Share 45", "4 Kommentare"
    chrome      a line that the cleaner cut from the other form, and a few that stand on every page
    type        blanks, line breaks, quotation marks, dashes, hyphens that nobody sees; case and "LIVE:" in a headline

Stamps and counters are whole lines, parts of a line between bars, or stand in brackets: in a sentence a number is the
news. "Killed 12" that becomes 14 says something new, and so does a price, a letter, a comma, a capital in the text.

Two forms are read word by word, side by side, up to the first that differs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import zip_longest

from extractors.masking import DAYS, MONTHS

LINE = 160  # characters of a line that may hold stamps and counters
PART = 90  # characters of a stamp or a row of counters
LINES = 20_000  # lines of a text that are looked at so; what comes after them stays as it is

# Python sorts a run of combining marks in quadratic time: 400,000 of them take minutes.
PILE = re.compile(r"[^\w\s]{32,}")
TYPE = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u00b4`\u2032\u2039\u203a"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"), None),
    **dict(zip(map(ord, "\u2026\ufb00\ufb01\ufb02\ufb03\ufb04"), ("...", "ff", "fi", "fl", "ffi", "ffl"), strict=True)),
}
BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
DASH = re.compile(r" ?-+ ?")
BEFORE = re.compile(r" (?=[!?;:,.)%])")  # "Vraiment !", "5 %"
BRACKETS = re.compile(rf" ?[(\[]([^()\[\]]{{1,{PART}}})[)\]]")
APART = re.compile(r" ?[|·•‧∙●] ?| - |, (?=(?:last |first )?(?:updated|published|modified|posted)\b)", re.IGNORECASE)
EDITION = re.compile(
    r"(?:upd(?:ate)?[ -]?\d+ ?[-:|]|(?:updated?|live|breaking(?: news)?|just in|eilmeldung)(?: ?[:|]| - )) ?",
    re.IGNORECASE,
)

NUMBER = r"(?:\d[\d.,']{0,14}(?: \d{3}){0,3} ?(?:[km]|mio|mil|tsd)?\.?\+?|no|one|an?|keine?|aucun|sin|nessun|geen|inga)"
UNIT = (
    r"(?:s|secs?|seconds?|sekunden?|m|mins?|minutes?|minuten|minut[io]|minutos?|minuter|minutter|minut\w?|h|hrs?|hours?"
    r"|stunden?|heures?|horas?|or[ae]|uur|uren|timm[ae]r?|timer|d|days?|tag(?:en?)?|jours?|d[ií]as?|giorn[io]"
    r"|dag(?:en|ar|er)?|w|weeks?|wochen?|semaines?|semanas?|settiman[ae]|we[e]?k(?:en)?|veckor|uker"
    r"|months?|monat(?:en?)?|mois|mes(?:es)?|mes[ei]|years?|jahr(?:en?)?|ans?|años?|ann[io]|jaar|år)"
)
COUNTED = (
    r"(?:(?:page ?)?views?|reads?|comments?|replies|reply|shares?|likes?|retweets?|reposts?|reactions?|claps?"
    r"|followers?|subscribers?|watching|viewers?|(?:people )?reading(?: now)?|kommentare?|aufrufe?|reaktionen"
    r"|commentaires?|vues?|partages?|comentarios?|vistas?|visualizaciones|compartid[oa]s?|comment[io]|visualizzazion[ei]|condivision[ei]"
    r"|comentários?|visualizações|reacties?|kommentar(?:er)?|visningar|komentarz[ey]?|komentarzy|комментари\w{1,2}"
    r"|просмотр\w{0,2}|コメント|(?:条)?评论|阅读)"
)
LABEL = (
    r"(?:th(?:is|e) (?:article|story|post|page|piece|report) (?:was|has been) )?(?:first |last |originally |zuletzt )?"
    r"(?:updated?|published|modified|posted|edited|as of|aktualisiert|veröffentlicht|stand|erschienen|mise? à jour"
    r"|dernière mise à jour|publié|actualizado|última actualización|publicado|aggiornato|ultimo aggiornamento"
    r"|pubblicato|atualizado|última atualização|bijgewerkt|laatst bijgewerkt|gepubliceerd|uppdaterad|publicerad"
    r"|opdateret|oppdatert|publisert|zaktualizowano|aktualizacja|обновлено|опубликовано|更新|公開|发布)"
)
READING = (
    r"(?:(?:estimated )?read(?:ing)?(?: time)?|time to read|lese(?:zeit|dauer)|temps de lecture|tiempo de lectura"
    r"|lectura de|tempo (?:de leitura|di lettura)|leestijd|lästid|læsetid|lesetid|czas czytania)"
)
READ = (
    rf"(?:about |ca\.? |<|less than )?{NUMBER}[ -]?{UNIT}\.? (?:of )?(?:read(?:ing(?: time)?)?|listen|watch|lesezeit"
    r"|de lecture|de lectura|de leitura|di lettura|leestijd|lästid|lesetid)"
)
PIECE = "|".join(
    (
        rf"{NUMBER} (?:new |total )?{COUNTED}",
        rf"{COUNTED} ?:? ?\(?{NUMBER}\)?",
        READ,
        rf"{READING} ?:? ?(?:about |ca\.? |<)?{NUMBER} ?{UNIT}\.?",
        rf"(?:about |almost |over )?{NUMBER} ?{UNIT} (?:ago|fa|geleden|sedan|siden|temu|atrás)",
        rf"(?:vor|il y a|hace|há) (?:einer |einem )?(?:{NUMBER} )?{UNIT}",
        "just now|gerade eben",
    )
)
COUNTERS = re.compile(rf"(?:{PIECE})(?:[ ,;&]{{1,3}}(?:{PIECE}))*")
STAMP = re.compile(rf"{LABEL}\b[ :]*(.*)", re.DOTALL)
WHEN = frozenset(
    f"""{MONTHS} {DAYS} utc gmt bst cet cest est edt et pst pdt pt ist jst aest msk am pm a p m h o clock uhr at on um
    the of de del di da le la el il à alle los às om kl klo den ago just now today yesterday heute gestern aujourd hui
    hier hoy ayer oggi ieri hoje ontem vandaag gisteren idag igår vor einer einem y hace há fa geleden sedan siden temu
    about""".split()
)
MOMENT = re.compile(rf"[\d年月日時时分秒]+(?:st|nd|rd|th|[ap]m|er|[ht]\d*|uhr|z)?|{UNIT}")
FURNITURE = re.compile(
    r"(?:advert(?:isement|s)?|sponsored|anzeige|werbung|publicité|publicidad|pubblicità|reklam|read more|show more|more"
    r"|continue reading|share|share (?:this|on|via)\b.{0,30}|tweet|print|e-?mail|save|copy link|comments?"
    r"|(?:leave|add) a comment|follow us\b.{0,30}|subscribe(?: now)?|sign up for (?:our|the) .{0,30}newsletters?"
    r"|listen to this article)"
)


def is_trivial(old_title: str, old_text: str, new_title: str, new_text: str, chrome: Collection[str] = ()) -> bool:
    """Whether nothing that a reader would call a change lies between two forms of an article.

    Texts are clean, `chrome` are blocks that were cut from either form. Any text will do; takes time in proportion.
    """
    if essence(old_title, "") != essence(new_title, ""):
        return False
    cut = frozenset(folded for block in chrome for folded in map(typeset, lines(block)) if folded)
    old, new = lines(old_text), lines(new_text)
    start = next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    pairs = zip_longest(words(old[start:], cut), words(new[start:], cut))
    return all(one == other for one, other in pairs)


def essence(title: str, text: str) -> str:
    """What an article says, in one spelling: two forms with the same one differ in nothing but trivia."""
    heading = EDITION.sub("", within(spelt(title)), count=1)
    return "\n".join((typeset(heading).casefold(), " ".join(words(lines(text)))))


def lines(text: str) -> list[str]:
    """The lines of a text, quotation marks and dashes in one spelling, each blank a single one; empty ones left out."""
    return [line for line in (" ".join(each.split()) for each in BREAK.split(spelt(text))) if line]


def words(told: list[str], chrome: Collection[str] = ()) -> Iterator[str]:
    """The words of lines but for stamps, counters and chrome."""
    for number, each in enumerate(told):
        line = each if number >= LINES else within(each)
        if number < LINES and len(line) <= LINE:
            parts = APART.split(line)
            stay = [part for part in parts if not is_passing(part)]
            line = line if len(stay) == len(parts) else " | ".join(stay)
        line = typeset(line)
        if line not in chrome:
            yield from line.split()


def is_passing(part: str) -> bool:
    """Whether a line or a part of one is a stamp, a row of counters or furniture."""
    if not part or len(part) > PART:
        return not part
    part = part.casefold().strip(" .,:;*-()[]")
    stamp = STAMP.fullmatch(part)
    if stamp and all(word in WHEN or MOMENT.fullmatch(word) for word in re.findall(r"\w+", stamp[1])):
        return True
    return COUNTERS.fullmatch(part) is not None or FURNITURE.fullmatch(part) is not None


def within(line: str) -> str:
    """A line without stamps and counters in brackets: "It rained. (Updated 12:41 GMT)"."""
    return (
        BRACKETS.sub(lambda found: "" if is_passing(found[1]) else found[0], line)
        if ")" in line or "]" in line
        else line
    )


def spelt(text: str) -> str:
    """A text with each letter, quotation mark and dash in one spelling."""
    return text if text.isascii() else unicodedata.normalize("NFC", PILE.sub(" ", text)).translate(TYPE)


def typeset(line: str) -> str:
    """A line without what typesetters differ in around dashes and stops."""
    return BEFORE.sub("", DASH.sub("-", " ".join(line.split())))
