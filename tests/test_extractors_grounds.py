from __future__ import annotations

from contextlib import suppress

import pytest

from extractors.grounds import GroundlessError, check_note, read_source

TITLE = "Brightwater buys the harbour of Port Alder"
TEXT = (
    "Brightwater bought the harbour of Port Alder, in Norland, for US$40m on Tuesday, its third purchase of 2025. "
    "European owners of 1,500 ships and AX-9 cranes, most from the U.S., must pay 12.5 per cent more from 3 May. "
    "“We sell power to ships,” said Ann O’Neil of C3.ai. Regulation in China is slow; two of four lawmakers object."
)
GERMAN = (
    "Die Firma Hellwasser kaufte am Dienstag den Hafen der Stadt Alderburg für 40 Millionen Euro. Die Gebühren für "
    "Schiffe, sagte Anna Kran, sollen im Herbst um 12,5 Prozent steigen, weil der Betrieb der Anlage teuer ist."
)
SOURCE = read_source(TITLE, TEXT)

STANDS = {
    "sentences of the text": "Brightwater bought the harbour of Port Alder. European owners must pay more.",
    "the same sum in other words": "Brightwater pays $40 million for the harbour.",
    "the same share in other words": "Ship owners pay 12.5% more for the harbour.",
    "the same number in other digits": "The harbour serves 1500 ships and their owners.",
    "a number spelt as a word": "The harbour is the 3rd purchase, and 2 lawmakers object.",
    "a country without its stops": "Ships from the US pay more at the harbour.",
    "a country with its stops": "Ships from the U.S. pay more at the harbour.",
    "who lives there": "The harbour pleases Norlanders less than the Chinese, whose ships pay.",
    "a possessive": "Brightwater’s harbour is China's harbour, owners object.",
    "words that begin a sentence": "Meanwhile owners pay. Selling power pays. Regulators object. The ships pay.",
    "a name with a sign": "Ann O'Neil of C3.ai sells power to AX-9 ships.",
    "white space around and within": "  Brightwater bought\n\nthe harbour.\t ",
}


@pytest.mark.parametrize("note", STANDS.values(), ids=STANDS)
def test_what_stands_on_its_text(note: str) -> None:
    assert check_note(note, SOURCE) == " ".join(note.split())


FALLS = {
    "a name": ("The harbour pleases Tom Hanks, its owner.", "names Tom"),
    "a name at the beginning": ("Microsoft bought the harbour of Port Alder.", "names Microsoft"),
    "a name that begins like a word of the text": ("Brig bought the harbour. Powell pays for power.", "names Brig"),
    "an acronym": ("The harbour of Port Alder is in the EU.", "names EU"),
    "a name in mixed case": ("The harbour has an iPhone for its owners.", "names iPhone"),
    "a number": ("Brightwater owns 41 harbour cranes.", "says 41"),
    "a number in another size": ("Brightwater pays $40 billion for the harbour.", "says 40 billion"),
    "another decimal": ("Owners of ships pay 125% more.", "says 125"),
    "a number as a word": ("Brightwater bought seven harbour cranes.", "says seven"),
    "a large number as a word": ("Brightwater bought thirty harbour cranes.", "says thirty"),
    "another model": ("The harbour has AX-8 cranes.", "says 8"),
    "another subject": ("Tomatoes should be watered in the evening, when leaves are cool.", "not about"),
    "an apology": ("I am sorry, but I am not able to do that.", "not about"),
    "nothing": (" \n ", "is empty"),
    "much": ("Brightwater bought the harbour. " * 40, "is too long"),
    "an element": ("<img src=x> Brightwater bought the harbour.", "markup"),
    "the end of an element": ("Brightwater bought the harbour.</p>", "markup"),
    "a reference": ("Brightwater &amp; the harbour.", "markup"),
    "bold": ("**Brightwater** bought the harbour.", "markup"),
    "a heading": ("# Brightwater bought the harbour", "markup"),
    "a link in words": ("[Brightwater](x) bought the harbour.", "markup"),
    "an address": ("Brightwater bought the harbour: HTTPS://x.example", "link"),
    "an address without scheme": ("Brightwater bought the harbour, see www.harbour", "link"),
    "a host": ("Brightwater bought the harbour, see evil.example", "link"),
    "a mailbox": ("Brightwater bought the harbour, ask harbour@power", "link"),
    "a control character": ("Brightwater bought\x07 the harbour.", "control"),
    "a turn of direction": ("Brightwater bought \u202ethe harbour.", "control"),
    "a hidden space": ("Bright\u200bwater bought the harbour.", "control"),
    "half a character": ("Brightwater bought the harbour \udc00.", "control"),
}


@pytest.mark.parametrize(("note", "fault"), FALLS.values(), ids=FALLS)
def test_what_does_not(note: str, fault: str) -> None:
    with pytest.raises(GroundlessError) as error:
        check_note(note, SOURCE)
    assert fault in str(error.value)


def test_where_all_nouns_have_capitals_only_runs_and_acronyms_are_names() -> None:
    source = read_source("Hellwasser kauft den Hafen", GERMAN)
    assert check_note("Der Kauf der Anlage trifft laut Anna Kran die Schiffe im Hafen.", source)
    for note in ("Der Hafen der Stadt gehört nun Angela Merkel.", "Der Hafen der Stadt gehört der NATO."):
        with pytest.raises(GroundlessError, match=r"names (Angela|NATO)"):
            check_note(note, source)


def test_scripts_without_spaces_hide_no_names_and_no_numbers() -> None:
    source = read_source("会社が港を買収", "会社は火曜日にOpenAIの港を40億円で買収したと発表した。")
    assert check_note("会社はOpenAIの港を40億円で買収した。", source)
    with pytest.raises(GroundlessError, match="names Google"):
        check_note("会社はGoogleの港を買収したと発表した。", source)
    with pytest.raises(GroundlessError, match="says 50"):
        check_note("会社は港を50億円で買収したと発表した。", source)


HOSTILE = {
    "one word": "x" * 500_000,
    "digits": "1" * 500_000,
    "digits and commas": "1,234" * 100_000,
    "capitals": "ABC " * 100_000,
    "capitals and stops": "A." * 200_000,
    "stops": "." * 500_000,
    "angles": "<" * 500_000,
    "combining marks": "a" + "\u0315\u0300" * 200_000,
    "half characters": "\ud800 Port " * 50_000,
    "digits of other scripts": "٣٤ ३४ ²³ ① " * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_can_be_held_against_any_note(text: str) -> None:
    source = read_source(text, text)
    for note in (text, text[:1000]):
        with suppress(GroundlessError):
            assert check_note(note, source) == " ".join(note.split())
