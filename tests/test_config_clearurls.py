"""The operator's own tracking rules: read from a file in the form of ClearURLs, or refused in one line."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from config.clearurls import LONGEST, read_providers, runs_away
from config.load import load, load_settings, load_tracking
from config.tables import ConfigError
from extractors import tracking

FILE = {
    "providers": {
        "shop": {"urlPattern": "shop", "rules": ["ref_?"]},
        "all": {"urlPattern": ".*", "completeProvider": True},
    }
}


def folder(path: Path, rules: object = FILE, setting: str = "rules.json") -> Path:
    (path / "fanmill.toml").write_text(f'[mill]\ntracking_rules = "{setting}"\n')
    (path / "rules.json").write_text(rules if isinstance(rules, str) else json.dumps(rules, indent=1))
    return path


def test_none_are_shipped(tmp_path: Path) -> None:
    assert load_tracking() == ()
    assert load_settings().tracking_rules == ""
    assert load(folder(tmp_path, setting="")).tracking == ()


def test_a_file_is_named_by_its_path_from_the_configuration_folder_and_counts_as_configuration(tmp_path: Path) -> None:
    read = load(folder(tmp_path))
    assert [(one.name, len(one.names)) for one in read.tracking] == [("shop", 1), ("all", 0)]
    assert load_tracking(tmp_path) == read.tracking
    assert pickle.loads(pickle.dumps(read.tracking)) == read.tracking  # as it goes to the workers
    (tmp_path / "rules.json").write_text(json.dumps(FILE))
    assert load(tmp_path).digest != read.digest
    absolute = str(tmp_path / "rules.json")
    assert load(folder(tmp_path, setting=absolute)).tracking == read.tracking


FAULTS = {
    "no JSON": ("{\n,}", "2: not JSON"),
    "no object": ("[]", "1: no rules of ClearURLs"),
    "no providers": ({"rules": []}, "1: no rules of ClearURLs"),
    "a provider that is a word": ({"providers": {"a": "b"}}, 'providers.a: must be a table with an "urlPattern"'),
    "a provider without a pattern": ({"providers": {"a": {}, "b": {}}}, "3: providers.a: must be"),
    "a list that is none": ({"providers": {"a": {"urlPattern": "a", "rules": "b"}}}, "providers.a: rules must be a list"),
    "a list of numbers": ({"providers": {"a": {"urlPattern": "a", "rawRules": [1]}}}, "rawRules must be a list"),
    "no pattern": ({"providers": {"a": {"urlPattern": "("}}}, "(: no regular expression"),
    "a pattern that runs away": ({"providers": {"a": {"urlPattern": "(a+)+$"}}}, "(a+)+$: may run away"),
    "a redirection to nowhere": ({"providers": {"a": {"urlPattern": "a", "redirections": ["b"]}}}, "needs a group"),
    "lists in lists": ("[" * 100_000, "1: not JSON: it lies too deep"),
    "a name that steers a terminal": ({"providers": {"\x1b[2J": {}}}, "providers.\ufffd[2J: must be"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_a_file_is_one_line(rules: object, fault: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(folder(tmp_path, rules))
    said = str(error.value)
    assert said.startswith(f"{tmp_path / 'rules.json'}:")
    assert fault in said
    assert said.isprintable()


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.json:1: cannot be read: No such file"):
        load(folder(tmp_path, setting="nothing.json"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_providers(tmp_path)


SAFE = [
    ".*", "", "ref_?", r"^https?:\/\/(?:[a-z0-9-]+\.)*?shop(?:\.[a-z]{2,}){1,}\/.*?u=([^&]+)", r"([a-z0-9-\.])*(chat|drive)\.example",
    "(?:%3F)?vn(?:_[a-z]*)+", r"(?:[a-z]+,)*", "(?:a{2}b){9}", r"[+*]+\)+", "(a|b)?", r"(?:[a-z]{1,9}\.){1,9}x",
    r"^https?:\/\/(?:[a-z0-9-]+\.)*?shop\.example.*\/track\?.*(https?:\/\/.*)", r"^https?:\/\/[^/]+/[^/]+/[^/]+\/-[^?]*\?.*?&?ref_?=.",
    r"^https?:\/\/shop(lab)?\.[^/]*\/[^?]+\?.*?&?ref_?=[^/?&]*", r"^https?:\/\/(?:[a-z0-9-]+\.)*?shop(?:\.[a-z]{2,}){1,}\/s\?tbm=map.*?gs_[a-z]*=.",
    "^.*.*.*x", "a{0,20}b",
]  # fmt: skip
AWAY = [
    "(a+)+", "(?:[a-z]+)*x", "(a|aa)+", "((a+)b?)*", "(?:(?:a+))+", "(?:a?a)*b", "(?:a*){2,}", "((?:a|b)*c?)*", "(?:x?,*)*", "(?:a+){50}",
    ".*.*.*.*.*.*.*x", ".*.*.*x", "^.*.*.*.*x", "^a|.*.*.*x", "(a{1,20}){1,20}b", "(?:a{1,19}a{1,19}){1,19}b", "(?:a?){20}b", "^(.*,){3}x",
    "(?:a.*)?(?:a.*)?(?:a.*)?x", "a?" * 30 + "a" * 30, "a{0,20}" * 7 + "x", "(.*|b)(.*|b)(.*|b)x",
    r"a*[ab]{2,}(?:[a-z]+\.){3}=", r".{2,}[^&]{1,20}a(?:[a-z]+\.){1,20}=",
]  # fmt: skip


@pytest.mark.parametrize("pattern", SAFE)
def test_a_pattern_of_one_way_is_taken(pattern: str) -> None:
    assert not runs_away(pattern)


@pytest.mark.parametrize("pattern", AWAY)
def test_a_pattern_of_ever_more_ways_is_refused(pattern: str) -> None:
    assert runs_away(pattern)


def test_a_name_is_matched_as_a_whole_so_that_its_last_repeat_counts_and_its_beginning_does_not() -> None:
    assert runs_away("[a-z]*" * 4, whole=True)
    assert not runs_away("[a-z]*" * 3, whole=True)
    assert not runs_away("^" + "[a-z]*" * 4)


def test_patterns_are_measured_by_the_length_of_the_addresses_that_they_meet() -> None:
    assert LONGEST == tracking.LONGEST
