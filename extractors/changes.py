"""Does another form of an article say anything new? What changes by itself is no change.

    stamps      "Updated 3 minutes ago", "Last updated: 12:41 GMT", "5 min read"
    counters    "1,234 views", "12 comments", "Share 45", "4 Kommentare"
    chrome      a line that the cleaner cut from the other form, and a few that stand on every page
    type        blanks, line breaks, quotation marks, dashes, hyphens that nobody sees; case and "LIVE:" in a headline

Stamps and counters are whole lines, parts of a line between bars, or stand in brackets before or behind a line: in a
sentence and in a headline a number is the news. "Killed 12" that becomes 14 says something new, and so does a price, a
letter, a comma, a capital in the text. So may what a page counts: "Subscribers: 301.6m" is a figure of a company, and
shares, followers and viewers are passed over only beside another counter. In doubt a change is one, since the form that
went before is lost with what is called trivial.

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
BRACKETS = re.compile(rf"\A[(\[](?P<first>[^()\[\]]{{1,{PART}}})[)\]] ?| ?[(\[](?P<last>[^()\[\]]{{1,{PART}}})[)\]]\Z")
APART = re.compile(
    r" ?[|·•‧∙●] ?| - |, (?=(?:last |first )?(?:updated|published|modified)\b.*\d(?::\d\d|h\d\d| ?[ap]\.?m\b))",
    re.IGNORECASE,
)
EDITION = re.compile(
    r"(?:upd(?:ate)?[ -]?\d+ ?[-:|]|(?:updated?|live|breaking(?: news)?|just in|eilmeldung)(?: ?[:|]| - )) ?",
    re.IGNORECASE,
)

NUMBER = r"(?:\d(?:[\d.,']{0,13}\d)?(?: \d{3}){0,3} ?(?:[km]|mio|mil|tsd)?\.?\+?)"
ONE = r"(?:an?|one|eine[rm]?|une?|una|uma|een|en|ett)"
NONE = r"(?:no|one|an?|keine?|aucun|sin|nessun|geen|inga)"
MINUTES = (
    r"(?:s|secs?|seconds?|sekunden?|m|mins?|minutes?|minuten?|minut[io]|minutos?|minuter|minutter|minut\w?|h|hrs?|hours?"
    r"|stunden?|heures?|horas?|or[ae]|uur|uren|timm[ae]r?|timer)"
)
AGE = (
    rf"(?:{MINUTES}|d|days?|tag(?:en?)?|jours?|d[ií]as?|giorn[io]|dag(?:en|ar|er)?|w|weeks?|wochen?|semaines?|semanas?"
    r"|settiman[ae]|we[e]?k(?:en)?|veckor|uker)"
)
UNIT = rf"(?:{AGE}|months?|monat(?:en?)?|mois|mes(?:es)?|mes[ei]|years?|jahr(?:en?)?|ans?|años?|ann[io]|jaar|år)"
VIEWED = (
    r"(?:(?:page ?)?views?|comments?|kommentare?|aufrufe?|commentaires?|vues?|comentarios?|vistas?|visualizaciones"
    r"|comment[io]|visualizzazion[ei]|comentários?|visualizações|reacties?|kommentar(?:er)?|visningar|komentarz[ey]?"
    r"|komentarzy|комментари\w{1,2}|просмотр\w{0,2}|コメント|(?:条)?评论|阅读)"
)
COUNTED = rf"(?:{VIEWED}|reads|replies|reply|likes?|retweets?|reposts?|reactions?|claps?|reaktionen)"
# What companies and television report as well: "Subscribers: 301.6m", "1,000 shares".
REPORTED = r"(?:shares?|followers?|subscribers?|viewers?|partages?|compartid[oa]s?|condivision[ei])"
RENEWED = (
    r"(?:updated?|modified|aktualisiert|mise? à jour|dernière mise à jour|actualizado|última actualización|aggiornato"
    r"|ultimo aggiornamento|atualizado|última atualização|bijgewerkt|laatst bijgewerkt|uppdaterad|opdateret|oppdatert"
    r"|zaktualizowano|aktualizacja|обновлено|更新)"
)
LABEL = (
    r"(?:th(?:is|e) (?:article|story|post|page|piece|report) (?:was|has been) )?(?:first |last |originally |zuletzt )?"
    rf"(?:(?P<renewed>{RENEWED})|published|posted|edited|as of|veröffentlicht|stand|erschienen|publié|publicado"
    r"|pubblicato|gepubliceerd|publicerad|publisert|opublikowano|опубликовано|公開|发布)"
)
READING = (
    r"(?:(?:estimated )?read(?:ing)?(?: time)?|time to read|lese(?:zeit|dauer)|temps de lecture|tiempo de lectura"
    r"|lectura de|tempo (?:de leitura|di lettura)|leestijd|lästid|læsetid|lesetid|czas czytania)"
)
TO_READ = (
    rf"(?:about |ca\.? |<|less than )?{NUMBER}[ -]?{MINUTES}\.? (?:of )?(?:read(?:ing(?: time)?)?|listen|watch|lesezeit"
    r"|de lecture|de lectura|de leitura|di lettura|leestijd|lästid|lesetid)"
    rf"|{READING} ?:? ?(?:about |ca\.? |<)?{NUMBER} ?(?!m\b|s\b){MINUTES}\.?"
)
PIECE = "|".join(
    (
        rf"{NUMBER} (?:new |total )?{COUNTED}",
        rf"{COUNTED} ?:? ?\(?{NUMBER}\)?",
        rf"{NUMBER} (?:people (?:reading|watching)(?: now)?|(?:reading|watching) now|watching)",
        TO_READ,
        rf"(?:about |almost |over )?(?:{NUMBER}|{ONE}) ?{AGE} (?:ago|fa|geleden|sedan|siden|temu|atrás)",
        rf"(?:vor|il y a|hace|há) (?:{NUMBER}|{ONE}) ?{AGE}",
        "just now|gerade eben",
    )
)
BESIDE = rf"{NUMBER} {REPORTED}|{REPORTED} ?:? ?\(?{NUMBER}\)?|{NONE} (?:{COUNTED}|{REPORTED})"  # another counter
# What was read once is read no other way, and five are enough: "1 like, 1 like, ... !" must not take hours.
NEXT, END = "[ ,;&]{1,3}", r"(?=[ ,;&]|\Z)"
COUNTERS = re.compile(
    rf"(?:(?>(?:{BESIDE}){END}){NEXT})?(?>(?:{PIECE}){END})(?:{NEXT}(?>(?:{PIECE}|{BESIDE}){END})){{0,3}}"
)
ASIDE = re.compile(rf"{NUMBER} {VIEWED}|{VIEWED} ?:? ?{NUMBER}|{TO_READ}")
STAMP = re.compile(rf"{LABEL}\b[ :]*(?P<moment>.*)", re.DOTALL)
CLOCK = re.compile(r"\d(?::\d\d|h\d\d| ?[ap]\.? ?m\b| ?uhr\b|[時时])")
DATED = re.compile(
    rf"\d[-/.]\d{{1,2}}[-/.]\d|\d[年月日]|\d ?(?![dmsw]\b){AGE}\b|\b(?:{'|'.join(f'{MONTHS} {DAYS}'.split())}"
    r"|ago|just now|today|yesterday|heute|gestern|aujourd|hier|hoy|ayer|oggi|ieri|hoje|ontem|vandaag|gisteren|idag|igår"
    r"|vor|hace|há|fa|geleden|sedan|siden|temu)\b"
)
WHEN = frozenset(
    f"""{MONTHS} {DAYS} utc gmt bst cet cest est edt et pst pdt pt ist jst aest msk am pm a p m h o clock uhr at on um
    the of de del di da le la el il à alle los às om kl klo den ago just now today yesterday heute gestern aujourd hui
    hier hoy ayer oggi ieri hoje ontem vandaag gisteren idag igår vor einer einem y hace há fa geleden sedan siden temu
    about""".split()
)
MOMENT = re.compile(rf"[\d年月日時时分秒]+(?:st|nd|rd|th|[ap]m|er|[ht]\d*|uhr|z)?|{UNIT}")
NETWORK = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|reddit|telegram|pinterest|e-?mail|messenger|bluesky|mastodon|threads"
    r"|instagram|youtube|tiktok|tumblr|flipboard|pocket|xing|line|sms)"
)
ON = rf"(?: (?:on|via) {NETWORK}(?:(?:,| and|, and| or| &) {NETWORK}){{0,3}})"
FURNITURE = re.compile(
    r"(?:advert(?:isement|s)?|sponsored|anzeige|werbung|publicité|publicidad|pubblicità|reklam|read more|show more|more"
    rf"|continue reading|share(?: this(?: (?:article|story|post|page|video))?)?{ON}?|share \d{{1,6}}|tweet|print"
    r"|save|e-?mail|copy link|comments?|(?:no|keine) (?:comments|kommentare)(?: yet)?|(?:leave|add) a comment"
    rf"|follow us{ON}?|subscribe(?: now)?|sign up for (?:our|the) .{{0,30}}newsletters?|listen to this article)"
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
    heading = EDITION.sub("", spelt(title), count=1)
    return "\n".join((typeset(heading).casefold(), " ".join(words(lines(text)))))


def lines(text: str) -> list[str]:
    """The lines of a text, quotation marks and dashes in one spelling, each blank a single one; empty ones left out."""
    return [line for line in (" ".join(each.split()) for each in BREAK.split(spelt(text))) if line]


def words(told: list[str], chrome: Collection[str] = ()) -> Iterator[str]:
    """The words of lines but for stamps, counters and chrome."""
    for number, each in enumerate(told):
        line = each if number >= LINES else within(each)
        if number < LINES and len(line) <= LINE:
            line = lasting(line)
        line = typeset(line)
        if line not in chrome:
            yield from line.split()


def lasting(line: str) -> str:
    """A line without those of its parts that are passing; shares and followers are so in a row that counts more."""
    parts = APART.split(line)
    if len(parts) > 1 and len(line) <= PART and is_row(", ".join(parts)):
        return ""
    stay = [part for part in parts if not is_passing(part)]
    return line if len(stay) == len(parts) else " | ".join(stay)


def is_passing(part: str) -> bool:
    """Whether a line or a part of one is a stamp, a row of counters or furniture."""
    if not part or len(part) > PART:
        return not part
    return is_stamp(part) or is_row(part) or FURNITURE.fullmatch(bare(part)) is not None


def is_row(part: str) -> bool:
    """Whether a line is a row of counters, or says how long it takes to read or how long ago it was written."""
    return COUNTERS.fullmatch(bare(part)) is not None


def is_stamp(part: str, *, in_brackets: bool = False) -> bool:
    """Whether a line, or what it has in brackets, says when it was written; a number alone or a year is no time.

    In brackets "published" and the like need the time of day: "(published 12 May)" may be said of a book.
    """
    stamp = STAMP.fullmatch(bare(part))
    if not stamp or not all(word in WHEN or MOMENT.fullmatch(word) for word in re.findall(r"\w+", stamp["moment"])):
        return False
    if not stamp["moment"]:
        return not in_brackets
    return bool(
        CLOCK.search(stamp["moment"]) or ((stamp["renewed"] or not in_brackets) and DATED.search(stamp["moment"]))
    )


def is_aside(part: str) -> bool:
    """Whether brackets at an edge of a line hold a stamp, the time to read it, its views or its comments."""
    return is_stamp(part, in_brackets=True) or ASIDE.fullmatch(bare(part)) is not None


def bare(part: str) -> str:
    """A part of a line in small letters without the marks around it."""
    return part.casefold().strip(" .,:;*-()[]")


def within(line: str) -> str:
    """A line without stamps and counters in brackets before or behind it: "It rained. (Updated 12:41 GMT)"."""
    return (
        BRACKETS.sub(lambda found: "" if is_aside(found["first"] or found["last"]) else found[0], line)
        if line.startswith(("(", "[")) or line.endswith((")", "]"))
        else line
    )


def spelt(text: str) -> str:
    """A text with each letter, quotation mark and dash in one spelling."""
    return text if text.isascii() else unicodedata.normalize("NFC", PILE.sub(" ", text)).translate(TYPE)


def typeset(line: str) -> str:
    """A line without what typesetters differ in around dashes and stops."""
    return BEFORE.sub("", DASH.sub("-", " ".join(line.split())))
