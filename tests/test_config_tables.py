"""Configuration faults point at file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_feeds, load_settings
from config.starter import write_starter
from config.tables import ConfigError

FAULTS = {
    "a key that does not exist": (
        '[feeds.a]\nurl = "https://x.example/f"\nevry = "3m"\n',
        "3: feeds.a.evry: no such key",
    ),
    "a duration in no known unit": (
        '[feeds.a]\nurl = "https://x.example/f"\nevery = "3x"\n',
        "3: feeds.a.every: '3x' is no duration",
    ),
    "a duration of nothing": (
        '[feeds.a]\nurl = "https://x.example/f"\nevery = "0m"\n',
        "3: feeds.a.every: input should be greater than 0",
    ),
    "a file address": ('[feeds.a]\nurl = "file:///etc/passwd"\n', "2: feeds.a.url: string should match"),
    "a path for an address": ('[feeds.a]\nurl = "/etc/passwd"\n', "2: feeds.a.url: string should match"),
    "a host that cannot be read": ('[feeds.a]\nurl = "http://[bad/feed"\n', "2: feeds.a.url: the host or port of"),
    "a port beyond all": ('[feeds.a]\nurl = "http://h.example:99999/"\n', "2: feeds.a.url: the host or port of"),
    "a port in letters": ('[feeds.a]\nurl = "http://h.example:port/"\n', "2: feeds.a.url: the host or port of"),
    "an address without a host": ('[feeds.a]\nurl = "http://user@:80/"\n', "2: feeds.a.url: this address names no"),
    "a missing address": ('\n[feeds.a]\ntitle = "A"\n', "2: feeds.a.url: field required"),
    "a slug in capitals": ('[feeds.A]\nurl = "https://x.example/f"\n', "1: feeds.A"),
    "broken TOML": ("[feeds.a]\nurl = \n", "2: not TOML"),
    "a table where tables should be": ("feeds = 3\n", "1: feeds: must hold tables"),
    "one address twice": (
        '[feeds.a]\nurl = "https://x.example/f"\n[feeds.b]\nurl = "https://x.example/f"\n',
        "4: feeds.b.url: the same address as feeds.a",
    ),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_with_file_line_and_key(text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load_feeds(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'feeds.toml'}:{fault}")
    assert "\n" not in str(error.value)


def test_shipped_feeds_start_with_ai_news_and_are_about_twenty() -> None:
    feeds = load_feeds()
    assert next(iter(feeds)) == "ai-news"
    assert 20 <= len(feeds) <= 30
    assert all(feed.url.startswith("https://") for feed in feeds.values())


def test_an_own_table_replaces_the_shipped_one_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[feeds.ai-news]\nurl = "https://own.example/f"\n')
    feeds = load_feeds(tmp_path)
    assert feeds["ai-news"].url == "https://own.example/f"
    assert feeds.keys() == load_feeds().keys()


def test_off_removes_one_feed_and_replace_sets_all_aside(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text("[feeds.ai-news]\noff = true\n")
    assert load_feeds().keys() - load_feeds(tmp_path).keys() == {"ai-news"}
    (tmp_path / "feeds.toml").write_text('replace = true\n[feeds.own]\nurl = "https://own.example/f"\n')
    assert list(load_feeds(tmp_path)) == ["own"]


def test_own_settings_change_only_what_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANMILL_DB", raising=False)
    (tmp_path / "fanmill.toml").write_text('[mill]\nschedule = "2h"\n')
    settings = load_settings(tmp_path)
    assert (settings.schedule, settings.database) == (7200, "news.db")


def test_the_mill_has_no_name_to_set(tmp_path: Path) -> None:
    (tmp_path / "fanmill.toml").write_text('[mill]\nname = "x"\n')
    with pytest.raises(ConfigError, match="name: input should be 'mill'"):
        load_settings(tmp_path)


def test_a_started_folder_changes_nothing_and_is_never_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    write_starter(folder)
    assert load_feeds(folder) == load_feeds()
    with pytest.raises(ConfigError, match="nothing was written"):
        write_starter(folder)
