"""The table `[mill.brief]`: off as shipped, and wrong in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_settings
from config.settings import Brief, Settings
from config.tables import ConfigError


def settings(folder: Path, text: str) -> Settings:
    (folder / "fanmill.toml").write_text(text)
    return load_settings(folder)


def test_no_model_writes_briefs_as_shipped() -> None:
    assert load_settings().brief == Brief()
    assert Brief().url == ""


def test_a_service_is_read_and_the_rest_keeps_its_value(tmp_path: Path) -> None:
    text = '[mill]\nworkers = 2\n[mill.brief]\nurl = "http://127.0.0.1:11434/v1/"\nmodel = "small"\ntimeout = "2m"\n'
    read = settings(tmp_path, text)
    assert read.workers == 2
    assert read.brief == Brief(url="http://127.0.0.1:11434/v1", model="small", timeout=120)


def test_the_other_settings_keep_the_table_out_of_their_way(tmp_path: Path) -> None:
    assert settings(tmp_path, "[mill]\nworkers = 2\n").brief == Brief()


FAULTS = {
    "a misspelt key": ('modle = "x"', "no such key"),
    "a key that is in the file": ('key = "sk-1"', "no such key"),
    "an address without its model": ('url = "http://127.0.0.1/v1"', "url is set, and model is not"),
    "a login": ('url = "http://me:pw@127.0.0.1/v1"\nmodel = "x"', "no login"),
    "a query": ('url = "http://127.0.0.1/v1?key=1"\nmodel = "x"', "no login, query"),
    "no http": ('url = "file:///etc/passwd"\nmodel = "x"', "must begin with http"),
    "no host": ('url = "http:///v1"\nmodel = "x"', "no host"),
    "a key in place of the variable's name": ('key_env = "sk-secret-1"', "should match"),
    "a number for a duration": ("timeout = 60", "duration"),
    "no articles": ("most = 0", "greater than or equal to 1"),
    "next to no text": ("input = 3", "greater than or equal to 200"),
    "a model on two lines": ('model = "a\\nb"', "should match"),
}


@pytest.mark.parametrize(("lines", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_it_is_one_line_that_names_the_table(lines: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        settings(tmp_path, f"[mill.brief]\n{lines}\n")
    said = str(error.value)
    assert said.startswith(f"{tmp_path / 'fanmill.toml'}:")
    assert "mill.brief" in said
    assert fault in said
    assert "\n" not in said
    assert "sk-secret" not in said


def test_a_misspelt_key_of_an_inline_table_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"fanmill\.toml:3: mill\.brief"):
        settings(tmp_path, '[mill]\nworkers = 2\nbrief = { modle = "x" }\n')
