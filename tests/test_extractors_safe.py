"""Foreign text made one clean line."""

from __future__ import annotations

import time

import pytest

from extractors.safe import is_markup, plain

LINES = {
    "text stays": ("Rain & sun", "Rain & sun"),
    "entities are resolved": ("Rain &amp; sun &#8212; &eacute;", "Rain & sun — é"),
    "even those escaped twice": ("Rain &amp;amp; sun", "Rain & sun"),
    "tags go": ("A <b>bold</b> <a href='x'>move</a>", "A bold move"),
    "tags escaped once go": ("A &lt;b&gt;bold&lt;/b&gt; move", "A bold move"),
    "blocks leave a blank": ("<p>One</p><p>Two</p>three<br>four", "One Two three four"),
    "a script goes with what it says": ("T<script type=x>alert(1)</script>", "T"),
    "a style as well": ("T<STYLE>a{}</STYLE >", "T"),
    "an element of which one writes is a word": ("The <details> element", "The details element"),
    "a type parameter is text": ("Map<Key, Value> and Vec<T>", "Map and Vec<T>"),
    "a comparison is text": ("1 < 2 > 0", "1 < 2 > 0"),
    "an unknown element with attributes goes": ("<x onclick=alert(1)>T</x>", "T"),
    "an image goes": ("<img src=x onerror=alert(1)>T", "T"),
    "comments go": ("A<!-- x --><![CDATA[B]]>", "AB"),
    "blanks are one": (" a\u00a0\u2003b\r\n\tc\u2028d ", "a b c d"),
    "overrides of direction go": ("a\u202eb\u2066c\u200fd", "abcd"),
    "hidden letters go": ("a\u200b\u00ad\ufeffb\U000e0041", "ab"),
    "joiners stay": ("👩\u200d🚀 x\u200cy", "👩\u200d🚀 x\u200cy"),
    "terminal codes go": ("a\x1b[1;31mb\x07c\x9bd", "ab c d"),
    "lone surrogates go": ("a\ud800b", "ab"),
    "bad references are U+FFFD": ("&#xD800;&#x110000;", "\ufffd\ufffd"),
}


@pytest.mark.parametrize(("raw", "line"), LINES.values(), ids=LINES)
def test_plain(raw: str, line: str) -> None:
    assert plain(raw) == line


def test_a_long_line_is_cut_at_a_word() -> None:
    cut = plain("word " * 1000)
    assert len(cut) <= 500
    assert cut.endswith("word…")
    assert len(plain("x" * 1000, 20)) == 20


HOSTILE = ["<", "<script>", "<!--", "&", "&lt;", "<a ", "</", "<a b='", "<b>", "<style>x", "&amp;" * 3]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_line_takes_long(piece: str) -> None:
    began = time.process_time()
    assert len(plain(piece * 200_000)) <= 500
    assert time.process_time() - began < 1


MARKUP = {"<p>x": True, "x<br/>y": True, "<b>x</b>": True, "a < b": False, "Vec<T>": False, "x</T>": False, "": False}


@pytest.mark.parametrize(("text", "markup"), MARKUP.items())
def test_is_markup(text: str, markup: bool) -> None:
    assert is_markup(text) is markup
