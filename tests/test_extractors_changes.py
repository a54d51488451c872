"""What changes by itself in an article, and what somebody changed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from extractors.changes import PART, essence, is_passing, is_trivial

PROSE = "The bridge at Torsby has been closed to lorries since Monday.\n\nThe council says that it will take a year."
TITLE = "Bridge at Torsby closed to lorries"

Form = tuple[str, str]  # title, text


def below(line: str) -> Form:
    return TITLE, f"{PROSE}\n\n{line}"


def above(line: str) -> Form:
    return TITLE, f"{line}\n\n{PROSE}"


TRIVIA: dict[str, tuple[Form, Form]] = {
    "time that goes by": (above("Updated 3 minutes ago"), above("Updated 2 hours ago")),
    "time that goes by, by itself": (above("3 minutes ago"), above("an hour ago")),
    "just now": (above("Just now"), above("5 mins ago")),
    "a stamp with a label": (below("Last updated: 12:41 GMT"), below("Last updated: 14:02 GMT")),
    "a stamp in full": (below("Updated on 18 November 2026 at 12:41 GMT"), below("Updated on 19 November 2026 at 9:05 GMT")),
    "a stamp in a sentence of its own": (
        below("This article was last updated on Wednesday, Nov. 18, 2026, 9:30 a.m. ET."),
        below("This article was last updated on Thursday, Nov. 19, 2026, 1:10 p.m. ET."),
    ),
    "a stamp in ISO": (below("Modified: 2026-11-18T12:41Z"), below("Modified: 2026-11-18T13:00Z")),
    "a stamp that comes": ((TITLE, PROSE), below("Updated 12:41 GMT")),
    "a stamp in brackets behind a sentence": (below("It rained. (Updated 12:41 GMT)"), below("It rained. (Updated 13:55 GMT)")),
    "a stamp beside a name": (above("By Ann Lee | Updated 12:41 GMT"), above("By Ann Lee | Updated 13:55 GMT")),
    "a stamp behind a name and a comma": (above("Ann Lee, updated 12:41 GMT"), above("Ann Lee, updated 13:55 GMT")),
    "a German stamp": (above("Stand: 18.11.2026, 12:41 Uhr"), above("Stand: 18.11.2026, 13:05 Uhr")),
    "a German stamp in words": (above("Zuletzt aktualisiert vor 3 Minuten"), above("Zuletzt aktualisiert vor einer Stunde")),
    "a French stamp": (above("Mis à jour le 18 novembre 2026 à 12h41"), above("Mis à jour le 18 novembre 2026 à 13h05")),
    "a Spanish stamp": (above("Actualizado hace 3 minutos"), above("Actualizado hace 2 horas")),
    "an Italian stamp": (above("Aggiornato il 18 novembre 2026 alle 12:41"), above("Aggiornato il 19 novembre 2026 alle 8:00")),
    "a Japanese stamp": (above("更新 2026年11月18日 12:41"), above("更新 2026年11月19日 08:00")),
    "time to read": (above("5 min read"), above("6 min read")),
    "time to read in words": (above("Reading time: 5 minutes"), above("Reading time: 4 minutes")),
    "time to read in German": (above("Lesezeit: 5 Min."), above("Lesezeit: 6 Min.")),
    "views": (below("1,234 views"), below("1,301 views")),
    "views by the thousand": (below("1.2K views"), below("3K views")),
    "the first comment": (below("No comments"), below("1 comment")),
    "comments": (below("12 comments"), below("31 comments")),
    "comments in brackets": (below("Comments (12)"), below("Comments (31)")),
    "comments in German": (below("4 Kommentare"), below("11 Kommentare")),
    "comments in Russian": (below("4 комментария"), below("11 комментариев")),
    "a button that counts": (below("Share 45"), below("Share 46")),
    "counters in a row": (below("12 comments, 45 shares"), below("13 comments, 51 shares")),
    "stamps and counters between bars": (
        above("18 Nov 2026 | 5 min read | 12 comments"), above("18 Nov 2026 | 6 min read | 14 comments")),
    "counters between dots": (below("1,234 views · 12 likes"), below("1,240 views · 15 likes")),
    "who is watching": (below("12 people watching"), below("13 people watching")),
    "who is reading": (below("12 people reading now"), below("13 people reading now")),
    "shares and followers between counters": (below("1,234 views · 45 shares"), below("1,301 views · 51 shares")),
    "no shares yet beside a counter": (below("12 comments, no shares"), below("13 comments, 1 share")),
    "a stamp in brackets before a sentence": (below("(Updated 12:41 GMT) It rained."), below("(Updated 13:55 GMT) It rained.")),
    "a day in brackets behind a sentence": (below("It rained. (Updated on Monday)"), below("It rained. (Updated on Tuesday)")),
    "time to read in brackets": (below("Ann Lee (5 min read)"), below("Ann Lee (6 min read)")),
    "views in brackets": (below("Ann Lee [1,234 views]"), below("Ann Lee [1,301 views]")),
    "a button with its network": (below("Share on Facebook"), below("Share via WhatsApp, X and email")),
    "an advertisement comes": ((TITLE, PROSE), (TITLE, PROSE.replace("\n\n", "\n\nAdvertisement\n\n"))),
    "a button goes": (below("Share this article"), (TITLE, PROSE)),
    "case of the headline": ((TITLE, PROSE), (TITLE.upper(), PROSE)),
    "an edition's word before the headline": (("LIVE: " + TITLE, PROSE), (TITLE, PROSE)),
    "the number of an edition": (("UPDATE 1-" + TITLE, PROSE), ("UPDATE 2-" + TITLE, PROSE)),
    "blanks": ((TITLE, PROSE), (f" {TITLE}  ", PROSE.replace(" ", " \xa0 "))),
    "where lines end": ((TITLE, PROSE), (TITLE, PROSE.replace("\n\n", "\r\n"))),
    "a paragraph is set in two": ((TITLE, PROSE), (TITLE, PROSE.replace("\n\n", " "))),
    "quotation marks": ((TITLE, PROSE + ' "It\'s old," she said.'), (TITLE, PROSE + " “It’s old,” she said.")),
    "German quotation marks": ((TITLE, PROSE + ' "Alt," sagt sie.'), (TITLE, PROSE + " „Alt,“ sagt sie.")),
    "dashes": ((TITLE, PROSE + " Cars - not lorries - pass."), (TITLE, PROSE + " Cars—not lorries—pass.")),
    "a range": ((TITLE, PROSE + " It has 5-6 lanes."), (TITLE, PROSE + " It has 5–6 lanes.")),
    "three dots": ((TITLE, PROSE + " So..."), (TITLE, PROSE + " So…")),
    "a blank before a mark": ((TITLE, PROSE + " Vraiment !"), (TITLE, PROSE + " Vraiment\u202f!")),
    "hyphens nobody sees": ((TITLE, PROSE), (TITLE, PROSE.replace("council", "coun\xadcil").replace("year", "ye\u200bar"))),
    "an accent as a letter of its own": ((TITLE, PROSE + " Café."), (TITLE, PROSE + " Cafe\u0301.")),
    "nothing": ((TITLE, PROSE), (TITLE, PROSE)),
}  # fmt: skip

REVISIONS: dict[str, tuple[Form, Form]] = {
    "a number in a sentence": ((TITLE, PROSE + " It killed 12."), (TITLE, PROSE + " It killed 14.")),
    "a number in the headline": (("Flood kills 12", PROSE), ("Flood kills 14", PROSE)),
    "a price": (below("The toll is $4.50."), below("The toll is $4.75.")),
    "a price on a line of its own": (below("Oil: $71.20"), below("Oil: $72.00")),
    "a sign": (below("Sales: -5%"), below("Sales: +5%")),
    "a letter": ((TITLE, PROSE), (TITLE, PROSE.replace("Torsby", "Thorsby"))),
    "an accent": (below("The café is open."), below("The cafe is open.")),
    "a letter of the headline": ((TITLE, PROSE), (TITLE.replace("Torsby", "Thorsby"), PROSE)),
    "a word": ((TITLE, PROSE), (TITLE, PROSE.replace("a year", "two years"))),
    "a not": (below("He was guilty."), below("He was not guilty.")),
    "a comma": (below("Let us eat, grandma."), below("Let us eat grandma.")),
    "a capital in the text": (below("The president spoke."), below("The President spoke.")),
    "a blank that makes two words": (below("They are everyday tools."), below("They are every day tools.")),
    "a question of the headline": ((TITLE, PROSE), (TITLE + "?", PROSE)),
    "a paragraph comes": ((TITLE, PROSE), below("A ferry will run from Friday.")),
    "a paragraph goes": ((TITLE, PROSE), (TITLE, PROSE.split("\n\n", maxsplit=1)[0])),
    "paragraphs change places": ((TITLE, PROSE), (TITLE, "\n\n".join(PROSE.split("\n\n")[::-1]))),
    "an update that says something": (below("Updated 12:41 GMT"), below("Updated 12:41 GMT to add a comment from the mayor.")),
    "an update of the dead": (below("Update: 12 dead"), below("Update: 14 dead")),
    "a correction above the headline": ((TITLE, PROSE), ("Correction: " + TITLE, PROSE)),
    "a day on which something happens": (below("The bridge opens on 12 March."), below("The bridge opens on 13 March.")),
    "when a concert is": (below("When: Friday, 20 November, 9 am"), below("When: Friday, 20 November, 10 am")),
    "views in a sentence": (below("The clip had 1,234 views by noon."), below("The clip had 9,999 views by noon.")),
    "minutes in a sentence": (below("The train left 3 minutes ago, he said."), below("The train left 4 minutes ago, he said.")),
    "the name beside a stamp": (above("By Ann Lee | Updated 12:41 GMT"), above("By Ann Lea | Updated 12:41 GMT")),
    "votes": (below("Ann Lee: 1,204 votes"), below("Ann Lee: 1,304 votes")),
    "brackets": (below("It has four lanes (two for lorries)."), below("It has four lanes (one for lorries).")),
    "feet and inches": (below("It is 5' wide."), below('It is 5" wide.')),
    "a change beside a stamp": (
        (TITLE, f"Updated 12:41 GMT\n\n{PROSE} It killed 12."), (TITLE, f"Updated 13:55 GMT\n\n{PROSE} It killed 14.")),
    "a button's word that begins a sentence": (
        below("Share via bonds rose to 30 percent"), below("Share via bonds fell to 20 percent")),
    "what a share was on a day": (below("Share on Monday was 3"), below("Share on Monday was 4")),
    "this, behind a button's word": (below("Share this year rose"), below("Share this year fell")),
    "us, behind a button's word": (below("Follow us to Oslo"), below("Follow us to Rome")),
    "shares in brackets in a sentence": (below("Acme sold (10m shares) to Globex"), below("Acme sold (20m shares) to Globex")),
    "followers in brackets at the end": (below("Acme left X (1.2m followers)"), below("Acme left X (9.9m followers)")),
    "years in brackets in a sentence": (below("It was founded (12 years ago) in Oslo."), below("It was founded (15 years ago) in Oslo.")),
    "days in brackets at the end": (below("He died (3 days ago)"), below("He died (5 days ago)")),
    "views in brackets in a sentence": (below("Her clip (12 views) is short."), below("Her clip (90 views) is short.")),
    "a stamp in brackets in a sentence": (
        below("The order (updated 12:41 GMT) stands."), below("The order (updated 13:55 GMT) stands.")),
    "the year of a book": (below("Smith (published 2019)"), below("Smith (published 2021)")),
    "the day of a book": (below("Her last book (published 12 May 2019)"), below("Her last book (published 13 May 2019)")),
    "a year on a line": (below("Published 2019"), below("Published 2021")),
    "a level on a line": (below("Stand 12"), below("Stand 14")),
    "a day behind a comma": (below("It asked 1,200 people, published on Monday"), below("It asked 1,200 people, published on Tuesday")),
    "a year behind a comma": (
        below("The law was passed in Oslo, first published 1999."), below("The law was passed in Oslo, first published 2001.")),
    "points behind a comma": (below("She has a big lead, posted 12"), below("She has a big lead, posted 14")),
    "subscribers": (below("Subscribers: 301.6m"), below("Subscribers: 302.6m")),
    "shares": (below("1,000 shares"), below("2,000 shares")),
    "shares in a list": (below("* 12 shares"), below("* 14 shares")),
    "followers": (below("Followers: 1,200"), below("Followers: 9,200")),
    "viewers": (below("Viewers: 4.1m"), below("Viewers: 5.1m")),
    "followers beside subscribers": (below("12 followers, 3 subscribers"), below("14 followers, 3 subscribers")),
    "no comment": (below("No comment."), below("12 comments.")),
    "a view": (below("A view"), below("One view")),
    "years that went by": (below("30 years ago"), below("50 years ago")),
    "goals": (below("Leeds 2 - 2 Reading"), below("Leeds 2 - 3 Reading")),
    "brackets in the headline": (("Acme lays off (5 days ago)", PROSE), ("Acme lays off (6 days ago)", PROSE)),
    "counters in the headline": (("Film of the year (2 views)", PROSE), ("Film of the year (3 views)", PROSE)),
    "all of the text": ((TITLE, PROSE), (TITLE, "")),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TRIVIA.values(), ids=TRIVIA)
def test_what_changes_by_itself_is_trivial(one: Form, other: Form) -> None:
    assert is_trivial(*one, *other)
    assert is_trivial(*other, *one)
    assert essence(*one) == essence(*other)


@pytest.mark.parametrize(("one", "other"), REVISIONS.values(), ids=REVISIONS)
def test_what_somebody_changed_is_not(one: Form, other: Form) -> None:
    assert not is_trivial(*one, *other)
    assert not is_trivial(*other, *one)
    assert essence(*one) != essence(*other)


def test_a_block_that_was_cut_from_one_form_is_no_change_where_it_stayed() -> None:
    line = "Torsby Post is printed in Karlstad, by night and for those who rise early."
    assert is_trivial(*below(line), TITLE, PROSE, [f"  {line} "])
    assert not is_trivial(*below(line), TITLE, PROSE, ["Another line"])
    assert not is_trivial(*below(line), TITLE, PROSE.replace("a year", "two years"), [line])


HOSTILE: dict[str, Callable[[int], str]] = {
    "one word": lambda n: "a" * n,
    "letters": lambda n: "a " * (n // 2),
    "lines of a letter": lambda n: "a\n" * (n // 2),
    "brackets": lambda n: "(" * n,
    "brackets that hold a number": lambda n: "(1 " * (n // 3) + ")",
    "dashes": lambda n: "- " * (n // 2),
    "a heap of accents": lambda n: "\u0301\u0327" * (n // 2),
    "surrogates and NUL": lambda n: "\ud800\x00" * (n // 2),
    "counters without end": lambda n: "1 view, " * (n // 8),
    "lines of counters": lambda n: "12 345 views, 1 comment; 3 likes x\n" * (n // 34),
    "lines of stamps": lambda n: "Updated 12:41 GMT\n" * (n // 18),
    "numbers": lambda n: "1 111 111 " * (n // 10),
    "bars": lambda n: "| " * (n // 2),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_any_text_will_do(make: Callable[[int], str]) -> None:
    text = make(400_000)
    assert not is_trivial(TITLE, text + " old.", TITLE, text + " new.")
    assert not is_trivial(text[:500], "", text[:500] + "x", "")


PIECES = (
    "read 1, ", "read 1 ;", "read 1m ", "like 1,;", "like 1, ", "like 1 ", "1 like ", "1 like,;& ", "views 1 111 111 ",
    "1 111 ", "no like, ", "1 share, ", "share 1 ;", "1 m read,", "a w ago, ", "just now,", "vor 1 h ", "(1 view", "1,,..",
    "like (1) ", "Updated 1:1 ", ", updated ", ", updated 1:11", "first ", "share on x, x and x ", "| - ", "1 view | ", "((1)",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_line_takes_long(piece: str, pace: float) -> None:
    line = (piece * PART)[: PART - 2] + "!x"
    start = time.process_time()
    assert not is_passing(line)
    assert not is_trivial("", f"{line} old", "", f"{line} new")
    assert time.process_time() - start < 0.05 * pace


@pytest.mark.parametrize("piece", ["read 1, ", "like 1,;", "views 1 111 111 "])
def test_many_such_lines_take_no_longer_each(piece: str, pace: float) -> None:
    text = "\n".join([(piece * PART)[: PART - 2] + "!x"] * 20_000)
    start = time.process_time()
    assert not is_trivial("", f"0\n{text}\nold", "", f"1 like\n0\n{text}\nnew")
    assert time.process_time() - start < 5 * pace
