"""Masking what changes in a block of chrome from article to article, though not the numbers that are news.

    dates      "until 12 March 2026", "at 9 am": days, months, years, hours, where they stand as such
    numbers    where the block speaks to its reader ("Join 12,345 readers", "3 comments"): there a number is a counter.
               A full sentence of three or more such numbers keeps them, and its dates

Any other number may be what is new: "Brent crude rose 1.2 % to $71.20 a barrel." stands in every report of the market.
A promo with a counter that does not speak to its reader is not learnt for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MASK = b"\x00"  # in place of what is masked: no word has it
DIGITS = b"0123456789"
NUMBERS = 3  # masks that a full sentence may not have
YEARS, DAYS_OF_MONTH, MINUTES = range(1900, 2100), range(1, 32), range(60)
NUMBER = re.compile(rb"[0-9]+(?:st|nd|rd|th|am|pm|[apkm]|h|uhr)?")
ORDINAL = re.compile(rb"([0-9]{1,4})(?:st|nd|rd|th)?")
HOUR = re.compile(rb"[0-9]{1,2}(?:am|pm|uhr)")

MONTHS = """jan feb apr may jun jul aug sep sept oct nov dec january february march april june july august september
october november december januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet
août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho
julho setembro outubro novembro dezembro januari februari maart mei augustus"""
DAYS = """mon tue tues wed thu thur thurs fri monday tuesday wednesday thursday friday saturday sunday montag dienstag
mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles
jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta
sexta maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"""
WORDS = {"m": MONTHS, "w": DAYS, "h": "am pm uhr", "z": "utc gmt bst cet cest est edt pst pdt", "a": "a p", "b": "m"}

# The class of a word is a letter: "d" may be the day of a month, "n" minutes, "y" a year, "t" an hour such as 9am, "."
# any other word. "a" and "b" are what is left of "9 a.m."; "may" and "march" are months beside a day or a year alone.
ACCENTS = bytes(range(128, 256))
CLASSES = {word: letter for letter, words in WORDS.items() for word in words.encode().translate(None, ACCENTS).split()}
DATE = re.compile("w?(?:dmy?|mdy?|my|ddy|ydd)|w?(?:[dn]{1,2}(?:h|ab)|t)z?|[dn]{1,2}z")

# Words to a reader, and of what readers do. Left out is what is another word in another language: "du", "je", "te".
READER = frozenset(
    """you your yours dich dir dein deine deinen deinem euch euer eure vous votre vos usted ustedes voi vostro
    vostra voce voces jij jouw jullie uw вы вас вам ваш ваша ваше ваши readers leser lecteurs lectores lettori
    leitores lezers newsletter newsletters infolettre podcast subscribers subscription subscribe abonnieren
    abonniere abonnez suivez rejoignez soutenez suscribete iscriviti abbonati assine comment comments kommentar
    kommentare commentaire commentaires comentario comentarios commenti reacties комментариев""".encode().split()
)
ASKS = frozenset((b"join", b"donate", b"download", b"follow"))  # as the first word of a block


def mask(words: Sequence[bytes], *, is_sentence: bool) -> list[bytes]:
    """The words, with `MASK` for each date, and for each run of numbers where they are counters."""
    dated = mask_dates(words)
    if not is_to_reader(words):
        return dated
    masked: list[bytes] = []
    for word in dated:
        is_number = word == MASK or (word[:1].isdigit() and NUMBER.fullmatch(word) is not None)
        if not is_number or masked[-1:] != [MASK]:
            masked.append(MASK if is_number else word)
    return list(words) if is_sentence and masked.count(MASK) >= NUMBERS else masked


def mask_dates(words: Sequence[bytes]) -> list[bytes]:
    """The words, with `MASK` for each date and each hour of a clock."""
    masked: list[bytes] = []
    end = 0
    for date in DATE.finditer("".join(classify(word) for word in words)):
        masked += [*words[end : date.start()], MASK]
        end = date.end()
    return [*masked, *words[end:]]


def classify(word: bytes) -> str:
    """The class of a word as a part of a date."""
    if not word[:1].isdigit():
        return CLASSES.get(word, ".")
    if HOUR.fullmatch(word):
        return "t"
    number = ORDINAL.fullmatch(word)
    if number is None:
        return "."
    value = int(number[1])
    kinds = {"d": DAYS_OF_MONTH, "n": MINUTES} if len(number[1]) <= len("31") else {"y": YEARS}
    return next((kind for kind, values in kinds.items() if value in values), ".")


def is_to_reader(words: Sequence[bytes]) -> bool:
    """Whether a block speaks to its reader, or says what readers do."""
    return words[0] in ASKS or not READER.isdisjoint(words) if words else False
