"""What a line calls an article, and how far that is its title."""

from __future__ import annotations

import time

import pytest

from extractors.titles import agree, edited, halves, has_half, is_serial, keys, read, stands_in, starts

TITLE = "Norvik opens a quiet data centre in Tarmo after a dry summer"
AGREED = {
    "word for word": (TITLE, TITLE, "exact"),
    "in other case, quotes and dashes": (TITLE.upper().replace(" IN ", " – IN "), f"“{TITLE}”", "exact"),
    "escaped once too often": ("Norvik&#8217;s data centre &amp; its neighbours", "Norvik's data centre & its neighbours", "exact"),
    "escaped twice too often": ("Norvik&amp;#8217;s data centre is too loud", "Norvik’s data centre is too loud", "exact"),
    "with a site at its end": (f"{TITLE} - AI News", TITLE, "core"),
    "with a site behind a bar": (f"{TITLE} | the site", TITLE, "core"),
    "with an address at its end": (f"{TITLE} - site.example", TITLE, "core"),
    "with a site at the article's end": (TITLE, f"{TITLE} – The Tarmo Ledger", "core"),
    "with a label in front": (f"Report: {TITLE}", TITLE, "core"),
    "with a label in brackets": (f"[Video] {TITLE}", TITLE, "core"),
    "with a label in front of the article's": (TITLE, f"EXCLUSIVE: {TITLE}", "core"),
    "with label and site": (f"Watch: {TITLE} - AI News", f"Exclusive: {TITLE}", None),
    "with one label on both sides": (f"WATCH: {TITLE} - AI News", f"Watch: {TITLE}", "core"),
    "with two sites": (f"{TITLE} | Acme", f"{TITLE} | Globex", None),
    "with words after a dash that are none of a site": (f"{TITLE} - nobody knows why", TITLE, None),
    "with a number after a dash": (f"{TITLE} - Part 2", TITLE, None),
    "cut within a word": (TITLE[:43] + "…", TITLE, "cut"),
    "cut between words": ("Norvik opens a quiet data ...", TITLE, "cut"),
    "cut with brackets": ("Norvik opens a quiet data [...]", TITLE, "cut"),
    "cut after three words": ("Norvik opens a…", TITLE, None),
    "cut before a date": ("Market report for the week of …", "Market report for the week of 12 May", None),
    "cut, of a column": ("The weekly digest of everything…", "The weekly digest of everything that floats", None),
    "cut, of another": ("Norvik opens a loud data…", TITLE, None),
    "an ellipsis that is the title's": ("Wait until you see this…", "Wait until you see this", "core"),
    "a number is another": ("Norvik cuts 120 of its jobs", "Norvik cuts 130 of its jobs", None),
    "nothing": ("", TITLE, None),
}  # fmt: skip


@pytest.mark.parametrize(("said", "known", "how"), AGREED.values(), ids=AGREED)
def test_a_line_agrees_with_a_title(said: str, known: str, how: str | None) -> None:
    assert agree(read(said), read(known)) == how


@pytest.mark.parametrize(("said", "known", "how"), AGREED.values(), ids=AGREED)
def test_what_agrees_is_found_from_both_sides_by_what_is_stored(said: str, known: str, how: str | None) -> None:
    if how:
        line, title = read(said), read(known)
        begun = {key[:size] for key in keys(known) for size in range(len(key) + 1)}
        assert line.core in begun
        assert any(title.key.startswith(start) for start in starts(line))


EDITED = {
    "another word": ("Norvik opens a quiet data centre in Tarmo", ("loud", "quiet")),
    "a word less": ("Norvik opens a data centre in Tarmo", ("quiet",)),
    "a word more": ("Norvik opens a very quiet data centre in Tarmo", None),
    "two words": ("Norvik opens a calm data centre near Tarmo", None),
    "the first word": ("Helmo opens a loud data centre in Tarmo", None),
    "a number": ("Norvik opens a 9th data centre in Tarmo", None),
    "the opposite": ("Norvik closes a loud data centre in Tarmo", None),
    "a column": ("Norvik opens a weekly data centre in Tarmo", None),
    "the same": ("Norvik opens a loud data centre in Tarmo", None),
    "too few words": ("Norvik opens a quiet data", None),
}


@pytest.mark.parametrize(("known", "words"), EDITED.values(), ids=EDITED)
def test_one_word_may_be_edited(known: str, words: tuple[str, ...] | None) -> None:
    said = (
        "Norvik opens a loud data centre in Tarmo"
        if words != ("quiet",)
        else "Norvik opens a quiet data centre in Tarmo"
    )
    assert edited(read(said), read(known)) == words
    if words:
        assert has_half(read(said), read(known))


TURNED = [
    "backs opposes", "clears convicts", "sues settles", "wins loses", "approves blocks", "confirms denies", "hires fires", "buys sells",
    "approved blocked", "confirmed denied", "arrests frees", "uphold overturn", "praises attacks", "killed survived", "raises cuts",
    "plans cancels", "denies unveils", "legal illegal", "profit loss", "soars plunges", "bought sold", "banned allowed", "lifting imposing",
]  # fmt: skip


@pytest.mark.parametrize("pair", TURNED)
def test_what_turns_the_news_round_is_no_edit(pair: str) -> None:
    one, other = (read(f"Court of Oslo {word} the plan of the senator") for word in pair.split())
    assert edited(one, other) is None


@pytest.mark.parametrize("pair", ["quiet loud", "harbour port", "probe inquiry"])
def test_what_says_the_same_may_be_edited(pair: str) -> None:
    one, other = (read(f"Court of Oslo hears the {word} case of the senator") for word in pair.split())
    assert edited(one, other) == tuple(pair.split())


def test_a_word_stands_in_a_text_that_has_it_in_small_letters_with_any_ending() -> None:
    assert stands_in(("plans", "quiet"), "They were planning for quiet.")
    assert not stands_in(("norvik",), "The town of Norvik.")
    assert not stands_in(("plan", "quiet"), "An airplane is not quite it.")


def test_what_bears_dates_or_the_name_of_a_column_is_serial() -> None:
    assert is_serial(read("The morning edition"))
    assert is_serial(read("All that was said on 12 May"))
    assert not is_serial(read("Norvik opens a quiet data centre"))


def test_halves_have_no_words_that_an_index_may_spell_otherwise() -> None:
    assert halves(read("Norvik's café isn't open to patient neighbours of Tarmo")) == (
        ("norvik", "isn", "open"), ("patient", "neighbours", "tarmo"),
    )  # fmt: skip
    assert halves(read("")) == ()


HOSTILE = ["\ud800" * 3, "\x00", "…", " | ", "- - - -", ":" * 9, "&#0;&#x110000;&amp;amp;", "[[[[[Video]", "a" * 500_000, "&amp;" * 90_000,
           "- " * 200_000, " " * 600, " " * 500 + "a" + " " * 99, "(" * 200_000, "report: " * 100_000, "a … " * 100_000, "人工知能が作る新しい街…", "\u0301" * 200_000]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: title[:12].encode("unicode_escape").decode())
def test_any_title_is_read_in_no_time(title: str, pace: float) -> None:
    started = time.process_time()
    one = read(title)
    agree(one, read(TITLE)), edited(one, one), halves(one), starts(one), keys(title)
    assert time.process_time() - started < 0.5 * pace


def test_blanks_in_front_cost_nothing(pace: float) -> None:
    started = time.process_time()
    for _ in range(50):
        assert read(" " * 580 + "Video: four plain words here").label == "video"
    assert time.process_time() - started < 0.5 * pace
