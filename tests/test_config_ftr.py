"""Site config files of Full-Text RSS become site rules, and nothing that stands in one is lost."""

from __future__ import annotations

import time

import pytest

from config.ftr import BYTES, read_config, read_host

FILE = """\
# By hand, for the harbour news.
title: //h1[@class='headline']
title: //meta[@property="og:title"]/@content
body: //div[@id = 'story'] | //div[@class='extra']
body : //article
author: substring-after(//p[@class='by'], 'By ')
author: //a[@rel='author']
date: //time/@datetime
strip: //aside
strip: //aside
strip: //p[contains(., "Don't miss")]
strip: (//ul)[last()]
strip: id('poll')
strip_id_or_class: newsletter
strip_id_or_class: 'more-from'
strip_id_or_class: "share bar"

prune: no
tidy: no
test_url: http://harbour.example/1
http_header(user-agent): Mozilla/5.0 (compatible: x)
find_string: <noscript
replace_string: <foo
replace_string(<a href="x:y">): <b>
single_page_link: //a[.='Print']
if_page_contains: //a[.='Print']
an odd line
"""


def test_a_file_becomes_a_rule() -> None:
    reading = read_config("harbour.example.txt", FILE.encode())
    rule = reading.rule
    assert rule is not None
    assert (rule.host, rule.below) == ("harbour.example", False)
    assert rule.title == ("//h1[@class='headline']", '//meta[@property="og:title"]/@content')
    assert rule.body == ("//div[@id = 'story'] | //div[@class='extra']", "//article")
    assert rule.author == ("xpath:substring-after(//p[@class='by'], 'By ')", "//a[@rel='author']")
    assert rule.date == ("//time/@datetime",)
    assert rule.cut == ("//aside", '//p[contains(., "Don\'t miss")]', "(//ul)[last()]", "xpath:id('poll')")
    assert rule.cut_names == ("newsletter", "more-from", "share bar")
    assert (rule.keep, rule.wall) == ((), ())
    assert reading.mapped == 15


def test_what_has_no_counterpart_is_counted_and_noted() -> None:
    reading = read_config("harbour.example.txt", FILE.encode())
    assert dict(reading.left) == {
        "find_string": 1, "http_header": 1, "if_page_contains": 1, "other": 1, "replace_string": 2, "single_page_link": 1,
    }  # fmt: skip
    assert (reading.needless, reading.refused) == (3, ())
    assert reading.notes[0] == "from harbour.example.txt, a site config file"
    assert reading.notes[1:] == tuple(
        line
        for line in FILE.splitlines()
        if line
        and not line.replace(" ", "").startswith(
            ("title:", "body:", "author:", "date:", "strip:", "strip_id_or_class:")
        )
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_mark_of_unicode_do_not_matter(end: str) -> None:
    found = read_config("harbour.example.txt", b"\xef\xbb\xbf" + FILE.replace("\n", end).encode())
    assert found == read_config("harbour.example.txt", FILE.encode())


REFUSED = {
    "a bracket left open": ("strip: //div[@class='x'", "no XPath"),
    "a function of XPath 2": ("body: //div[matches(@class, 'x')]", "knows no function"),
    "a function of PHP": ("title: php:function('x')", "knows no function"),
    "a comment behind it": ("body: //div # the body", "no XPath"),
    "attributes to strip": ("strip: //a/@href", "elements are wanted"),
    "texts to strip": ("strip: //p/text()[contains(., 'x')]", "elements are wanted"),
    "a number for a body": ("body: count(//p)", "elements are wanted"),
    "a name of one letter": ("strip_id_or_class: 'a'", "a name must have at least 2 characters"),
    "an endless name": (f"strip_id_or_class: {'a' * 201}", "a name may have 200 characters"),
    "CSS, which as XPath compares": ("strip: div.promo > p", "elements are wanted"),
    "an endless line": ("strip: //div[" + "@x or " * 1000 + "@y]", "characters"),
}


@pytest.mark.parametrize(("line", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_cannot_work_is_refused_and_the_rest_is_kept(line: str, fault: str) -> None:
    reading = read_config("harbour.example.txt", f"body: //article\n\n{line}\nstrip: //nav\n".encode())
    assert reading.rule is not None
    assert (reading.rule.body, reading.rule.cut, reading.mapped) == (("//article",), ("//nav",), 2)
    [refused] = reading.refused
    assert (refused.line, refused.text) == (3, line[:400])
    assert fault in refused.fault
    assert "\n" not in refused.fault
    assert line[:400] in reading.notes


def test_a_line_that_holds_on_a_condition_is_not_taken_without_it() -> None:
    reading = read_config("a.example.txt", b"body: //article\nstrip: //main\nif_page_contains: //video\n")
    assert reading.rule is not None
    assert (reading.rule.body, reading.rule.cut) == (("//article",), ())
    assert dict(reading.left) == {"if_page_contains": 1, "strip": 1}


USELESS: dict[str, tuple[bytes, dict[str, int]]] = {
    "an empty file": (b"", {}),
    "a file of blank lines": (b"\xef\xbb\xbf\r\n \n\n", {}),
    "a file of what has no counterpart": (
        b"# nothing\nbody:\nhttp_header(Cookie): a=b\n",
        {"body": 1, "http_header": 1},
    ),
}


@pytest.mark.parametrize(("data", "left"), USELESS.values(), ids=USELESS)
def test_a_file_of_which_nothing_can_be_used_gives_no_rule(data: bytes, left: dict[str, int]) -> None:
    reading = read_config("a.example.txt", data)
    assert (reading.rule, reading.refused, dict(reading.left)) == (None, (), left)


HOSTS = {
    "example.org.txt": "example.org",
    "WWW.Example.org.txt": "example.org",
    "www.com.txt": "www.com",
    ".example.org.txt": ".example.org",
    "a.b.example.co.uk.txt": "a.b.example.co.uk",
    "übersee.example.txt": "xn--bersee-2ya.example",
}


@pytest.mark.parametrize(("name", "host"), HOSTS.items())
def test_a_file_is_named_after_its_host(name: str, host: str) -> None:
    assert read_host(name) == host


NO_HOSTS = (
    "LICENSE.txt", "global.txt", "README.md", "example.org", ".txt", "..txt", "a..b.txt", "-a.example.txt", "a b.example.txt", "a_b.example.txt",
    "example.org\n.txt", "../example.org.txt", 'a".example.txt', "fingerprint.wordpress.com.txt", "x" * 250 + ".example.txt",
    "ü" * 90 + ".example.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", NO_HOSTS)
def test_other_names_are_no_hosts(name: str) -> None:
    with pytest.raises(ValueError, match=r"named after no host|fingerprint"):
        read_config(name, b"body: //article\n")


def test_rules_for_the_hosts_below_hold_there() -> None:
    reading = read_config(".example.org.txt", b"body: //article\n")
    assert reading.rule is not None
    assert (reading.rule.host, reading.rule.below) == (".example.org", True)


HOSTILE = {
    "too large": b"#" * (BYTES + 1),
    "too many lines": b"body: //a\n" * 2001,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_file_no_hand_has_written_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"larger|lines"):
        read_config("a.example.txt", data)


@pytest.mark.parametrize(
    "data", [b"\x00\xff\xfe" * 80_000, b"body" + b"(" * 250_000, b"strip: " + b"(" * 250_000, b"a(" + b")" * 250_000]
)
def test_noise_costs_no_time(data: bytes, pace: float) -> None:
    start = time.process_time()
    assert read_config("a.example.txt", data).rule is None
    assert time.process_time() - start < 1 * pace
