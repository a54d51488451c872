"""A block is known again by its words, whatever number, date or title it holds, and goes into twelve bytes."""

from __future__ import annotations

import pytest

from config.chrome import load_chrome
from extractors.blocks import Anchor, Block
from extractors.clean import clean_feed, clean_page, compile_rules
from extractors.marks import MOST, hash_of, mark, name, pack_marks, read_name, unpack_marks
from extractors.model import Entry, Learnt, Mark, Page

TITLE = "Cranes learn to wait for wind"
OTHER = "Tide tables go digital"
CHINESE, JAPANESE = "港口起重机学会等待大风", "港のクレーンは風を待つ"

SAME = {
    "numbers change": ("3 comments", "", "1,245 comments", ""),
    "a date changes, with the month in words": ("Open until 3 March 2026.", "", "Open until 21 September 2026.", ""),
    "a date changes, month first": ("The fair opens on March 3, 2026.", "", "The fair opens on May 21st, 2026.", ""),
    "a German date changes": ("Der Vortrag ist am 3. März 2026.", "", "Der Vortrag ist am 12. Juli 2026.", ""),
    "an hour changes": ("Tune in on Monday at 9 am.", "", "Tune in on Monday at 10:30 pm.", ""),
    "the title changes": (f"The post {TITLE} appeared on S", TITLE, f"The post {OTHER} appeared on S", OTHER),
    "the title has numbers": (f"More on 5 {TITLE} here", f"5 {TITLE}", f"More on {OTHER} here", OTHER),
    "the title is quoted in another case": (f"“{TITLE.upper()}” aloud", TITLE, f"“{OTHER}” aloud", OTHER),
    "the title has other quotes than the block": ("On ‘Don’t wait for me’ and us", "'Don't wait for me'", f"On ‘{OTHER}’ and us", OTHER),
    "the title is of another script": (f"“{CHINESE}” can be heard", CHINESE, f"“{OTHER}” can be heard", OTHER),
    "the whole is of another script": (f"本文“{CHINESE}”首发于某报。转载请注明", CHINESE, f"本文“{JAPANESE}”首发于某报。转载请注明", JAPANESE),
    "digits are of another script": ("شارك هذا الخبر مع ٣٤ قارئا", "", "شارك هذا الخبر مع 34 قارئا", ""),
    "a counter speaks to its reader": ("Join 12,345 readers of the Ledger.", "", "Join 9,001 readers of the Ledger.", ""),
    "a counter speaks to its reader below": ("So far 12 trees. You paid them.", "", "So far 9,001 trees. You paid them.", ""),
    "a counter speaks to its reader in German": ("12 Menschen lesen mit dir.", "", "9.001 Menschen lesen mit dir.", ""),
    "a date is in figures": ("Updated 12/03/2026", "", "Updated 2026-11-30", ""),
    "an hour has points": ("Tune in at 9 a.m. GMT", "", "Tune in at 10.30 p.m. GMT", ""),
    "an hour is German": ("Sendung um 20 Uhr", "", "Sendung um 9.15 Uhr", ""),
    "quotes and dashes are of another make": ("Don't go – stay", "", "Don’t go — stay", ""),
    "white space differs": ("Go on\nreading", "", "Go  on reading", ""),
}  # fmt: skip
APART = {
    "words differ": ("Write to the desk", "", "Call the desk", ""),
    "a month stands without a number": ("See you in March", "", "See you in April", ""),
    "a full sentence gives a number": ("Brent crude rose 1.2% to $71.20 a barrel.", "", "Brent crude rose 1.3% to $70.90 a barrel.", ""),
    "a full sentence gives a whole number": ("The vote was 5 to 4.", "", "The vote was 9 to 0.", ""),
    "a line gives a number": ("Attendance at the stadium: 20,089", "", "Attendance at the stadium: 20,123", ""),
    "a number stands by a date": ("As of 3 November, 20 cases had been confirmed.", "", "As of 4 November, 25 cases had been confirmed.", ""),
    "a number stands by a month first": ("On November 3, 20 people fell ill.", "", "On November 4, 25 people fell ill.", ""),
    "a number stands by an hour": ("By 9 am 20 people were ill.", "", "By 10 am 25 people were ill.", ""),
    "a verb is called as a month": ("Costs rise 3 may be fatal", "", "Costs rise 12 be fatal", ""),
    "digits of another script give a number": ("بلغ عدد القتلى ٣٤ شخصا.", "", "بلغ عدد القتلى ٧٨ شخصا.", ""),
    "a sentence to a reader gives many numbers": ("You won 3 of 5 sets in 90 minutes.", "", "You won 2 of 4 sets in 80 minutes.", ""),
    "a title too short to mask": ("The post War appeared", "War", "The post Peace appeared", "Peace"),
    "accents in a script that is not Latin": ("Он ел йод", "", "Он ел еду", ""),
}  # fmt: skip


@pytest.mark.parametrize(("one", "its", "two", "others"), SAME.values(), ids=SAME)
def test_a_block_is_known_again_when(one: str, its: str, two: str, others: str) -> None:
    assert hash_of(one, its) == hash_of(two, others) != 0


@pytest.mark.parametrize(("one", "its", "two", "others"), APART.values(), ids=APART)
def test_blocks_are_told_apart_when(one: str, its: str, two: str, others: str) -> None:
    assert hash_of(one, its) != hash_of(two, others)


@pytest.mark.parametrize("text", ["", " ", "— … —", "\n\n", TITLE], ids=repr)
def test_a_block_without_words_of_its_own_has_no_hash(text: str) -> None:
    assert hash_of(text, TITLE) == 0


def test_a_hash_is_the_same_on_every_machine() -> None:
    assert hash_of("Write to the desk") == -6071809715674143196


@pytest.mark.parametrize("text", ["\ud800 lone half", "0" * 100_000, "a " * 100_000, "\uff11\uff12" * 50, "\x00\x0b"], ids=lambda text: ascii(text[:8]))  # fmt: skip
def test_any_text_has_a_hash(text: str) -> None:
    assert -(1 << 63) <= hash_of(text, text[:20]) < 1 << 63


@pytest.mark.parametrize("number", [0, 1, -1, (1 << 63) - 1, -(1 << 63)])
def test_the_name_of_a_rule_tells_its_hash(number: int) -> None:
    assert read_name(name(number)) == number


@pytest.mark.parametrize(
    "rule", ["newsletter", "learnt.", "learnt.12", "learnt.00000000000000zz", "element.0000000000000000"]
)
def test_other_rules_name_no_hash(rule: str) -> None:
    assert read_name(rule) is None


LINK = (Anchor("Our crossword", "/x"),)
BLOCKS = (
    Block("Portrait of a crane", "heading"),
    Block("The cranes wait for the wind, said the dock master."),
    Block("Our crossword", anchors=LINK, linked=13),
    Block("For members"),
    Block("With material from our desks in 12 cities"),
)


def test_a_mark_tells_words_and_place_and_shape() -> None:
    marks = mark(BLOCKS, ("",) * 5, TITLE)
    assert [(m.words, m.heading, m.call, m.cut, m.top, m.end) for m in marks] == [
        (4, True, False, False, 0, 4),
        (10, False, False, False, 1, 3),
        (2, False, True, False, 2, 2),
        (2, False, False, False, 3, 1),
        (8, False, True, False, 4, 0),
    ]


def test_cut_blocks_are_marked_by_the_rule_that_cut_them() -> None:
    marks = mark(BLOCKS, ("head.title", "", "shape.links", "element.advert", name(7)), TITLE)
    assert [(m.words, m.cut, m.top, m.end) for m in marks] == [(10, False, 0, 1), (0, True, 1, 0), (8, True, 1, 0)]


def test_a_mark_tells_whether_its_hash_holds_numbers() -> None:
    said = ("Our rating: 4 stars", "Open until 12 March 2026", "Join 12 readers", "Ours since 1951", "No number")
    marks = mark([Block(text) for text in said], [""] * len(said), "")
    assert [m.counts for m in marks] == [True, False, False, True, False]
    assert unpack_marks(pack_marks(marks)) == marks


def test_of_very_many_blocks_the_outer_ones_are_marked() -> None:
    many = [Block(f"The {'very ' * number}last word") for number in range(1000)]
    marks = mark(many, [""] * 1000, "")
    assert (len(marks), marks[0].top, marks[-1].end, marks[-1].hash) == (MOST, 0, 0, hash_of(many[-1].text))
    assert unpack_marks(pack_marks(marks)) == marks


def test_marks_take_twelve_bytes_and_come_back_equal() -> None:
    marks = mark(BLOCKS, ("", "", "", "", name(7)), TITLE)
    packed = pack_marks(marks)
    assert unpack_marks(packed) == marks
    assert len(packed) == 1 + 12 * len(marks)
    assert unpack_marks(pack_marks(())) == ()


def test_what_is_beyond_the_form_is_lowered() -> None:
    [got] = unpack_marks(pack_marks([Mark(hash=-1, words=100_000, top=300, end=999)]))
    assert got == Mark(hash=-1, words=4095, top=255, end=255)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x02", b"\x01abc", b"\x01" + b"x" * 13], ids=repr)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no packed marks"):
        unpack_marks(data)


PROSE = "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet."


def test_feed_page_and_stored_text_give_the_same_hashes() -> None:
    rules = compile_rules(load_chrome())
    body = (
        "".join(f"<p>{PROSE} So said {who}.</p>" for who in ("Ada", "Bob", "Cleo", "Dan", "Eve"))
        + f"<p>Read “{TITLE}” aloud to 12 friends.</p>"
    )
    page = Page(
        url="https://a.example/1",
        body=f"<html><title>Page</title><body><nav>x</nav><article><h1>{TITLE}</h1>{body}</article>".encode(),
    )
    entry = Entry(guid="1", url="https://a.example/1", title=TITLE, content=body)
    by_feed, by_page = clean_feed(entry, rules, learnt=Learnt()), clean_page(page, rules, entry, Learnt())
    told = [m.hash for m in by_feed.marks]
    assert told == [m.hash for m in by_page.marks]
    assert told == [hash_of(block, TITLE) for block in by_feed.text.split("\n\n")]
