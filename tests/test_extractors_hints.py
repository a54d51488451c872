"""What a feed document asks for in the matter of polling."""

from __future__ import annotations

import pytest

from extractors.hints import read_hints
from extractors.model import Hints

SY = "<sy:updatePeriod>{}</sy:updatePeriod><sy:updateFrequency>{}</sy:updateFrequency>"
CASES = {
    "no wish": ("", Hints()),
    "ttl is minutes": ("<ttl>90</ttl>", Hints(wait=5_400)),
    "ttl in CDATA with blanks": ("<ttl> <![CDATA[ 60 ]]></ttl>", Hints(wait=3_600)),
    "ttl that is no number": ("<ttl>soon</ttl>", Hints()),
    "ttl beyond all": ("<ttl>99999999999999999999</ttl>", Hints()),
    "ttl below zero": ("<ttl>-5</ttl>", Hints()),
    "every hour": (SY.format("hourly", 1), Hints(wait=3_600)),
    "twice a day, as the syndication module says it": (SY.format("daily", 2), Hints(wait=43_200)),
    "with line breaks, as WordPress writes it": (SY.format("\n\thourly\t", "\n\t1\t"), Hints(wait=3_600)),
    "under another prefix": ("<syn:updatePeriod>weekly</syn:updatePeriod>", Hints(wait=604_800)),
    "a frequency alone is per day": ("<sy:updateFrequency>4</sy:updateFrequency>", Hints(wait=21_600)),
    "a frequency of nothing": (SY.format("hourly", 0), Hints(wait=3_600)),
    "a period nobody knows": (SY.format("fortnightly", 1), Hints()),
    "the longer of ttl and period": ("<ttl>30</ttl>" + SY.format("hourly", 1), Hints(wait=3_600)),
    "hours to be spared, 24 being midnight": (
        "<skipHours><hour>24</hour><hour>2</hour><hour>02</hour></skipHours>",
        Hints(skip_hours=(0, 2)),
    ),
    "hours no clock has": ("<skipHours><hour>25</hour><hour>x</hour></skipHours>", Hints()),
    "all hours are none": ("".join(f"<hour>{hour}</hour>" for hour in range(24)), Hints()),
    "days to be spared": ("<skipDays><day>Sunday</day><day>Saturday</day></skipDays>", Hints(skip_days=(5, 6))),
    "a day nobody knows": ("<skipDays><day>Someday</day></skipDays>", Hints()),
}


@pytest.mark.parametrize(("head", "hints"), CASES.values(), ids=CASES)
def test_what_stands_before_the_entries_counts(head: str, hints: Hints) -> None:
    assert read_hints(f"<rss><channel><title>T</title>{head}<item><title>A</title></item></channel></rss>") == hints


@pytest.mark.parametrize(("tail", "hints"), CASES.values(), ids=CASES)
def test_what_stands_after_them_counts_as_well(tail: str, hints: Hints) -> None:
    assert read_hints(f"<rss><channel><item><title>A</title></item>{tail}</channel></rss>") == hints


def test_what_an_entry_says_does_not_count() -> None:
    assert read_hints("<rss><channel><item><ttl>900</ttl></item><item/></channel></rss>") == Hints()


def test_a_document_without_entries_may_wish_too() -> None:
    assert read_hints("<rss><channel><ttl>60</ttl></channel></rss>") == Hints(wait=3_600)


def test_a_megabyte_of_openings_is_read_at_once() -> None:
    assert read_hints("<ttl" * 250_000) == Hints()
    assert read_hints("<item>" + "</item" * 250_000) == Hints()
