"""Whatever comes in, a feed comes out with every field clean and bounded, or an error of its kind; and in time.

The oaths are in `benchmarks.invariants`. Here hypothesis tries them on a few hundred documents, always the same ones;
`python -m benchmarks.fuzz` does for as long as one likes. What fuzzing has found stays here as a row.
"""

from __future__ import annotations

import os
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from benchmarks.generators import Dice, document, outlines
from benchmarks.invariants import URL, check_line, examine, examine_again, examine_list
from benchmarks.pieces import SPACES
from extractors.feed import FeedError, parse
from extractors.safe import plain

set_hypothesis_home_dir(os.devnull)  # without a database it still leaves a folder behind, unless it cannot
PLAN = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
DICE = st.binary(max_size=400)
PIECES = (
    *(
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&lt;",
        "&amp;",
        "&gt;",
        "&#60;",
        "script",
        "img",
        "b",
        "T",
    ),
    *(
        " onerror=x",
        " src='<'",
        "='",
        '="',
        "'",
        '"',
        " ",
        "\u200b",
        "\u00ad",
        "\x1b[0m",
        "\x00",
        "\ufeff",
        "svg",
        "style",
    ),
)
WORDS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
LETTERS = st.lists(st.integers(0, sys.maxunicode).map(chr), max_size=60).map("".join)  # `st.text` takes 5 s to begin


@PLAN
@given(DICE)
def test_a_document_by_the_grammar_is_a_feed_or_an_error(data: bytes) -> None:
    examine(*document(data))


@PLAN
@given(DICE)
def test_what_was_prepared_once_is_read_the_same_when_prepared_again(data: bytes) -> None:
    examine_again(*document(data))


@PLAN
@given(
    st.binary(max_size=200),
    st.sampled_from((b"", b"<rss><channel><item><title>", b"<feed><entry>", b'{"version": "jsonfeed.org/version/1", ')),
)
def test_any_bytes_are_a_feed_or_an_error(data: bytes, start: bytes) -> None:
    examine(start + data)


@PLAN
@given(DICE)
def test_any_list_is_read_or_refused(data: bytes) -> None:
    examine_list(outlines(Dice(data)).encode("utf-8", "replace"))
    examine_list(b"<opml><body><outline text='x' xmlUrl='https://news.example/'>" + document(data)[0])


@PLAN
@given(WORDS | LETTERS)
def test_any_text_becomes_a_line_that_no_browser_takes_for_markup(text: str) -> None:
    check_line(plain(text), 500)


def rss(inner: str, channel: str = "") -> bytes:
    return f"<rss version='2.0' {SPACES}><channel>{channel}<item>{inner}</item>{GOOD}</channel></rss>".encode()


GOOD = "<item><guid>last</guid><title>Good</title></item>"
FOUND = {
    "a bracket in an attribute of a tag in a title": rss("<title><![CDATA[T <img src='<' onerror=x>]]></title>"),
    "a tag in a tag in a tag, five deep": rss("<title><![CDATA[<i<b<b<b<b<b>>>>>mg src=x>]]></title>"),
    "a soft hyphen that hides a tag": rss("<title>&lt;\u00adscript&gt;alert(1)&lt;/script&gt;</title>"),
    "a comment that never ends, in a title": rss("<title>T &lt;!-- x</title>"),
    "an author in two halves of a tag": rss("<author>&lt;img</author><author>src=x onerror=x&gt;</author>"),
    "line separators in an address": rss("<link>https://news.example/a\u2028b</link>"),
    "a version of JSON Feed with control characters": b'{"version": "jsonfeed.org/version/\\u0000<b>"}',
    "a byte-order mark at the start of a body": rss("<description>\ufeff&lt;b&gt;x&lt;/b&gt;</description>"),
    "a byte-order mark behind an empty tag": rss("<description>&lt;x&gt;&lt;/x&gt;\ufeff\ufeff&lt;b&gt;x&lt;/b&gt;</description>"),
    "a feed in CDATA": b"&;<![CDATA[<rss version='2.0'><channel><item><title>R&D &; <</title></item></channel></rss>",
    "a channel as the root, cut off": b"<channel><item><title>A</title><guid>1</guid></item><item><ti",
    "a page behind a word": "ü<html>".encode(),
    "nothing but a declaration": b"<?xml version='1.0'?>",
    "an empty name of a root": b"<rss:><channel/>",
}  # fmt: skip


def test_controls_in_an_address_of_a_list_are_escaped() -> None:
    for sign in "\x85\u2028":
        examine_list(
            f"<opml><body><outline xmlUrl='https://news.example/' htmlUrl='/a{sign}b'/></body></opml>".encode()
        )


@pytest.mark.parametrize("body", FOUND.values(), ids=FOUND)
def test_what_fuzzing_found_holds(body: bytes) -> None:
    examine(body)
    examine_again(body, None)


TITLES = {
    "T <img src='<' onerror=x>": "T < img src='<' onerror=x>",
    "<scr<b<b<b<b>>>>ipt>alert(1)": "< script>alert(1)",
    "<\u200bscript>alert(1)</\u200bscript>": "",
    "<s\u00adcript>alert(1)</s\u00adcript>": "alert(1)",
    "<\x1b[0mscript>alert(1)</script>": "scriptalert(1)",
    "5 <!-- x": "5 < !-- x",
    "Vec<Vec<T>> and a<b": "Vec<Vec<T>> and a< b",
    "I <3 you": "I <3 you",
}


@pytest.mark.parametrize(("raw", "title"), TITLES.items())
def test_no_piece_of_a_tag_is_left_that_makes_one(raw: str, title: str) -> None:
    assert plain(raw) == title


def test_a_page_that_names_netscape_is_no_feed_of_theirs() -> None:
    with pytest.raises(FeedError, match="not_a_feed"):
        parse(b"<!DOCTYPE netscape><p>Hello</p>", URL)


def outcome(body: bytes) -> str:
    """The guid of the last entry, or the kind of error."""
    try:
        return parse(body, URL).entries[-1].guid
    except FeedError as error:
        return error.kind


RUN = "a" * 1_990
HUGE = "b" * 900
# Each took from half a minute to for ever, or half a gigabyte, for half a megabyte or less.
COSTLY = {
    "an author's name in pieces of entities": rss(f"<author>{f'{RUN}&#97;' * 50}</author>"),
    "an author's name in pieces of CDATA": rss(f"<author>{f'<![CDATA[{RUN}]]>' * 50}</author>"),
    "an author of many long words": rss(f"<author>{f'{RUN} ' * 50}</author>"),
    "an author of many long addresses": rss(f"<author>{(RUN[:999] + '@' + 'a.' * 490 + ' ') * 50}</author>"),
    "end tags of a publisher that is long": rss(f"<webMaster>{RUN}</webMaster>" + "</webMaster>" * 8_000),
    "end tags of an owner that is long": rss(f"<itunes:owner><webMaster>{RUN}</webMaster>" + "</itunes:owner>" * 8_000),
    "many lists of keywords": rss("".join(f"<itunes:keywords>{','.join(f'{n}x{k}' for k in range(2_500))}</itunes:keywords>" for n in range(15))),
    "many elements called tags": rss("".join(f"<tags>c{n}</tags>" for n in range(20_000))),
    "many elements called keywords": rss("".join(f"<keywords>c{n}</keywords>" for n in range(20_000))),
    "categories of the channel, between its items": rss("</item>" + "".join(f"<item><guid>{n}</guid></item>" + "".join(f"<category>{n}.{k}</category>" for k in range(900)) for n in range(15)) + "<item><guid>x</guid>"),
    "bases that grow, never closed": rss(f"<a xml:base='{HUGE}/'>" * 500),
    "bases that grow, in every item": rss("<a xml:base='bbbbbbbb/'>" * 900, "<a xml:base='bbbbbbbb/'>" * 900),
    "a base in every item, never closed": rss("x</item>" + "".join(f"<item><guid>{n}</guid><a xml:base='bbbbbbbb/'></item>" for n in range(5_000)) + "<item>"),
    "a namespace for every element": rss("".join(f"<x xmlns:n{n}='u{n}'/>" for n in range(10_000)) + "<z:q xmlns:z='zzz'/>" * 10_000),
    "attributes behind a bracket in quotes": rss("<x a='>' " + " ".join(f"a{n}=''" for n in range(20_000)) + "/>"),
    "attributes without values": rss("<x " + " ".join(f"a{n}" for n in range(50_000)) + "/>"),
    "quotes without a pair": rss("<a \"'>" * 1_900 + "<a b='" * 20_000),
}  # fmt: skip


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY)
def test_time_and_space_are_bounded(body: bytes, pace: float) -> None:
    began = time.process_time()
    assert outcome(body) in {"last", "too_complex"}
    assert time.process_time() - began < 2 * pace
