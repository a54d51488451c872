"""What stands at the top of a configuration file and nobody would read is told, not passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from config.tables import ConfigError

FAULTS = {
    "one feed under a name in the singular": ("feeds.toml", '# mine\n[feed.mine]\nurl = "x"\n', "2: feed: nothing"),
    "the mill misspelt": ("fanmill.toml", '\n[mil]\nschedule = "2h"\n', "2: mil: nothing"),
    "one tag under a name in the singular": ("taxonomy.toml", '[tag.x]\nname = "X"\n', "1: tag: nothing"),
    "a table of another file": ("sites.toml", '[chrome.x]\nstarts = ["x"]\n', "1: chrome: nothing"),
    "rules under a name of their own": ("chrome.toml", '[blocks.x]\nstarts = ["x"]\n', "1: blocks: nothing"),
    "a key of a feed above all tables": ("feeds.toml", '\n"every" = "2h"\n', "2: every: nothing"),
    "a list of tables nobody reads": ("feeds.toml", '\n[[feed]]\nurl = "x"\n', "2: feed: nothing"),
    "a switch that is a word": ("feeds.toml", '# x\nreplace = "yes"\n', "2: replace: must be true or false"),
    "a mill with a bad value": (
        "fanmill.toml",
        "\n[mill]\ndelay = 1.0\nworkers = -3\n",
        "4: mill.workers: input should",
    ),
    "a mill with an unknown key": ("fanmill.toml", "[mill]\nspeed = 3\n", "2: mill.speed: no such key"),
    "a mill that is a number": ("fanmill.toml", "# x\nmill = 3\n", "2: mill: must be a table"),
    "a mill that is a list": ("fanmill.toml", "[[mill]]\n", "1: mill: must be a table"),
    "feeds that are a list": ("feeds.toml", "# x\n[[feeds]]\n", "2: feeds: must hold tables"),
    "a feed that is a number": ("feeds.toml", "# x\n[feeds]\na = 3\n", "2: feeds: must hold tables"),
}


@pytest.mark.parametrize(("file", "text", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_nobody_reads_is_told_with_file_and_line(file: str, text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / file}:{fault}")
    assert "\n" not in str(error.value)


def test_every_shipped_file_is_known_at_its_top() -> None:
    assert load().feeds
