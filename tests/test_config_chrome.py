from __future__ import annotations

from pathlib import Path

import pytest

from config.chrome import load_chrome
from config.selectors import xpath
from config.tables import ConfigError

SELECTORS = {
    "a tag": ("aside", "//aside"),
    "a class": (".promo", "//*[contains(concat(' ',normalize-space(@class),' '),' promo ')]"),
    "an id below a tag": ("main #login", "//main//*[@id='login']"),
    "directly below": ("div > p", "//div/p"),
    "an attribute": ("div[data-ad]", "//div[@data-ad]"),
    "an attribute's start": ("a[href^='/tag/']", "//a[starts-with(@href,'/tag/')]"),
    "an attribute's part": ("p[class*=promo]", "//p[contains(@class,'promo')]"),
    "alternatives": ("nav, aside", "//nav | //aside"),
}


@pytest.mark.parametrize(("selector", "path"), SELECTORS.values(), ids=SELECTORS)
def test_a_selector_becomes_a_path(selector: str, path: str) -> None:
    assert xpath(selector) == path


@pytest.mark.parametrize("selector", ["", "div::before", "> p", "div >", "p:first-child", "a[", "div,,p"])
def test_an_unknown_selector_is_refused(selector: str) -> None:
    with pytest.raises(ValueError, match="selector"):
        xpath(selector)


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
