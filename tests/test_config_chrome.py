from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from lxml.html import document_fromstring

from config.chrome import load_chrome
from config.selectors import of_wall, xpath
from config.tables import ConfigError

TREE = document_fromstring("""
<main class="page wide"><h2 id=a>A</h2><p id=b class="lead promo">B</p><p id=c>C <a id=d href="/tag/x">D</a></p>
<aside id=e data-ad=1><p id=f class=promotion>F</p></aside><nav id=g>G</nav></main>
""")
SELECTORS = {
    "a tag": ("aside", "e"),
    "a class, whole": (".promo", "b"),
    "an id below a tag": ("main #d", "d"),
    "directly below": ("main > p", "bc"),
    "an attribute": ("[data-ad]", "e"),
    "an attribute's start": ("a[href^='/tag/']", "d"),
    "an attribute's part": ("p[class*=promo]", "bf"),
    "alternatives, in the page's order": ("nav, aside", "eg"),
    "the first child": ("p:first-child", "f"),
    "one without": ("main > p:not(.lead)", "c"),
    "one that holds another": ("p:has(> a)", "c"),
    "the next one": ("h2 + p", "b"),
    "XPath from the root": ("//p[a]", "c"),
    "XPath in brackets": ("(//p)[last()]", "f"),
    "XPath from here": ("./body/main/nav", "g"),
    "XPath that begins otherwise": ("xpath:id('b')", "b"),
    "a word in quotes that looks like a call": ("//a[.='ends-with(x)' or @href='/tag/x']", "d"),
}


@pytest.mark.parametrize(("selector", "ids"), SELECTORS.values(), ids=SELECTORS)
def test_a_selector_finds_what_it_says(selector: str, ids: str) -> None:
    assert "".join(element.get("id") for element in etree.XPath(xpath(selector))(TREE)) == ids


REFUSED = {
    "nothing": "",
    "a pseudo-element": "div::before",
    "a step from nowhere": "> p",
    "a step to nowhere": "div >",
    "a bracket left open": "a[",
    "an alternative left out": "div,,p",
    "what only a mouse knows": "p:hover",
    "what only a form knows": "p, input:focus",
    "XPath left open": "//div[",
    "a function of XPath 2": "//div[ends-with(@class, 'x')]",
    "a function of PHP": "//div[php:functionString('x', @class)]",
    "a prefix": "//svg:path",
    "a variable": "//div[@id=$x]",
    "a zero byte": "//div[@id='\x00']",
    "more than anyone would write": "//div" * 1000,
    "brackets without end": ":not(" * 300,
}


@pytest.mark.parametrize("selector", REFUSED.values(), ids=REFUSED)
def test_a_selector_that_cannot_work_is_refused(selector: str) -> None:
    with pytest.raises(ValueError, match=r"selector|XPath"):
        xpath(selector)


WALLS = {
    "a phrase": ("Create a free account to read on", False),
    "a phrase with a host": ("Readers of example.org only!", False),
    "a phrase in brackets": ("(Subscribers only)", False),
    "a phrase with a number": ("#1 in town, for subscribers", False),
    "a class": (".gate", True),
    "an id": ("#gate", True),
    "a tag with a class": ("div.gate > p", True),
    "XPath": ("//div[@id='gate']", True),
}


@pytest.mark.parametrize(("entry", "is_selector"), WALLS.values(), ids=WALLS)
def test_a_sign_of_a_wall_is_a_phrase_or_a_selector(entry: str, is_selector: bool) -> None:
    assert bool(of_wall(entry)) is is_selector


def test_the_shipped_rules_load() -> None:
    chrome = load_chrome()
    assert chrome.blocks
    assert chrome.elements
    assert chrome.panels
    assert len(chrome.labels) >= 8


FAULTS = {
    "words anywhere and no shape": ("chrome.toml", '[chrome.bad]\nhas = ["newsletter"]\n', "true sentences"),
    "no words at all": ("chrome.toml", "[chrome.bad]\nmax = 20\n", "needs words"),
    "a broken pattern": ("chrome.toml", '[chrome.bad]\nwhole = ["(("]\n', "no regular expression"),
    "a rule for any length": ("chrome.toml", '[chrome.bad]\nwhole = ["ad"]\nmax = 100000\n', "less than or equal"),
    "a misspelled key": ("chrome.toml", '[chrome.bad]\nwhole = ["ad"]\nlenght = 3\n', "no such key"),
    "a number where elements are wanted": (
        "sites.toml",
        '[sites."a.example"]\nbody = ["xpath:count(//p)"]\n',
        "elements are wanted",
    ),
    "texts where elements are wanted": (
        "sites.toml",
        '[sites."a.example"]\ncut = ["//p/@class | //p/text()[1]"]\n',
        "elements are wanted",
    ),
    "a title that is no XPath": (
        "sites.toml",
        '[sites."a.example"]\ntitle = ["//h1["]\n',
        "a.example.title: '//h1\\['",
    ),
    "a wall that begins as a selector": ("sites.toml", '[sites."a.example"]\nwall = [".gate >"]\n', "no selector"),
    "a name that is in every class": ("sites.toml", '[sites."a.example"]\ncut_names = ["a"]\n', "at least 2"),
    "an unknown selector": ("sites.toml", '[sites."a.example"]\ncut = ["p:hover"]\n', "no selector"),
    "a host that is an address": ("sites.toml", '[sites."https://a.example/"]\ncut = ["p"]\n', "match"),
}


@pytest.mark.parametrize(("file", "text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_bad_rule_fails_with_its_line(tmp_path: Path, file: str, text: str, fault: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=fault) as error:
        load_chrome(tmp_path)
    assert f"{file}:" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_operator_may_add_and_remove_rules(tmp_path: Path) -> None:
    (tmp_path / "chrome.toml").write_text(
        '[chrome.tip-jar]\nwhole = ["buy me a coffee"]\n\n[chrome.cookie]\noff = true\n', encoding="utf-8"
    )
    chrome = load_chrome(tmp_path)
    assert chrome.blocks["tip-jar"].whole == ("buy me a coffee",)
    assert "cookie" not in chrome.blocks
    assert "newsletter" in chrome.blocks
