"""What is written into an operator's file: the new feeds and nothing else, whatever their titles hold."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from threading import Thread

import pytest

from config import additions
from config.additions import add_feeds, check_slug, new_feed, new_slug, quoted, table, taken
from config.load import load_feeds
from config.settings import Feed
from config.tables import ConfigError

FEED = Feed(slug="quantum", url="https://quantum.example/feed.xml", title="Quantum Weekly")
TABLE = '[feeds.quantum]\nurl = "https://quantum.example/feed.xml"\ntitle = "Quantum Weekly"\n'
FULL = Feed(
    slug="full", url="https://full.example/f", title="Full", every=5400, adaptive=False, hints=False, tags=("ai", "law"),
    pages="never", identity="link", max_age=30 * 86400, user_agent="Me/1", allow_private=True, enabled=False,
)  # fmt: skip

FILES = {
    "a file that is not there": (None, TABLE),
    "an empty file": ("", TABLE),
    "comments and layout": (
        "# mine\nreplace = true\n\n\n  [feeds.a]   # first\n  url='https://a.example/'\n\n# end\n",
        f"# mine\nreplace = true\n\n\n  [feeds.a]   # first\n  url='https://a.example/'\n\n# end\n\n{TABLE}",
    ),
    "no line feed at the end": ("replace = true # x", f"replace = true # x\n\n{TABLE}"),
    "line ends of Windows": ("# a\r\n", "# a\r\n\r\n" + TABLE.replace("\n", "\r\n")),
    "feeds on one line each": ('[feeds]\na = { url = "https://a.example/" }\n', f'[feeds]\na = {{ url = "https://a.example/" }}\n\n{TABLE}'),
    "a comment that is no table": ("# [feeds.quantum]\n", f"# [feeds.quantum]\n\n{TABLE}"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), FILES.values(), ids=FILES)
def test_a_feed_goes_to_the_end_and_what_stands_there_keeps_every_byte(
    old: str | None, new: str, tmp_path: Path
) -> None:
    path = tmp_path / "feeds.toml"
    if old is not None:
        path.write_bytes(old.encode())
    add_feeds(tmp_path, [FEED])
    assert path.read_bytes() == new.encode()
    assert load_feeds(tmp_path)["quantum"] == FEED
    assert [path.name for path in tmp_path.iterdir()] == ["feeds.toml"]


def test_every_key_of_a_feed_is_written_and_comes_back(tmp_path: Path) -> None:
    assert all(getattr(FULL, field.name) != field.default for field in fields(FULL))
    add_feeds(tmp_path, [FULL, FEED])
    assert [load_feeds(tmp_path)[slug] for slug in ("full", "quantum")] == [FULL, FEED]
    assert 'every = "90m"\n' in table(FULL)


HOSTILE = (
    '"\n[feeds.evil]\nurl = "http://evil.example/"\n#',
    '"""', "'''", "\\", '\\"', "a\\u0022", "\x00\x01\x1f\x7f", "\r\n", "\t", "\u2028\u2029\x85", "\u202e\u200b\ufeff\ufffe", "日本 🎈 é",
    "# not a comment", "a" * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_a_title_whatever_it_holds(title: str, tmp_path: Path) -> None:
    add_feeds(tmp_path, [Feed(slug="x", url="https://x.example/", title=title)])
    text = (tmp_path / "feeds.toml").read_text()
    assert text.count("\n") == 3
    assert {sign for sign in text if not sign.isprintable()} == {"\n"}
    assert tomllib.loads(text) == {"feeds": {"x": {"url": "https://x.example/", "title": title}}}


def test_half_a_character_is_replaced() -> None:
    assert quoted("a\ud800b") == '"a\ufffdb"'


REFUSED = {
    "a file that is faulty already": ("[feeds.x]\nurl = 3\n", FEED),
    "a file that is no TOML": ("[feeds", FEED),
    "a name that is taken": ('[feeds.quantum]\nurl = "https://a.example/"\n', FEED),
    "a name that is switched off": ("[feeds.quantum]\noff = true\n", FEED),
    "feeds in one table that is closed": ('feeds = { a = { url = "https://a.example/" } }\n', FEED),
    "an address that is there": ('[feeds.a]\nurl = "https://quantum.example/feed.xml"\n', FEED),
    "a feed that could not be read again": ("# x\n", Feed(slug="bad", url="no address")),
    "a name that is no name": ("# x\n", Feed(slug="a]\n[feeds.b", url="https://a.example/")),
    "a shipped feed's name, which would replace it": ("# x\n", Feed(slug="ai-news", url="https://a.example/")),
}


@pytest.mark.parametrize(("old", "feed"), REFUSED.values(), ids=REFUSED)
def test_on_a_fault_the_file_is_as_it_was(old: str, feed: Feed, tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(old)
    with pytest.raises(ConfigError) as error:
        add_feeds(tmp_path, [feed])
    assert "\n" not in str(error.value)
    assert path.read_text() == old
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_was_not_there_is_gone_again(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        add_feeds(tmp_path, [Feed(slug="bad", url="no address")])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_puts_the_file_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text("# mine\n")
    written: list[str] = []

    def read(folder: Path) -> dict[str, Feed]:
        if path.read_text() != "# mine\n":
            written.append(path.read_text())
            raise KeyboardInterrupt
        return load_feeds(folder)

    monkeypatch.setattr(additions, "load_feeds", read)
    with pytest.raises(KeyboardInterrupt):
        add_feeds(tmp_path, [FEED])
    assert (written, path.read_text()) == ([f"# mine\n\n{TABLE}"], "# mine\n")


def test_mode_and_link_of_the_file_stay(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "real.toml", tmp_path / "folder" / "feeds.toml"
    real.write_text("# mine\n")
    real.chmod(0o640)
    link.symlink_to(real)
    add_feeds(tmp_path / "folder", [FEED])
    assert link.is_symlink()
    assert real.read_text() == f"# mine\n\n{TABLE}"
    assert real.stat().st_mode & 0o777 == 0o640


def test_two_at_a_time_lose_nothing(tmp_path: Path) -> None:
    feeds = [Feed(slug=f"f{n}", url=f"https://f{n}.example/") for n in range(8)]
    threads = [Thread(target=add_feeds, args=(tmp_path, [feed])) for feed in feeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {feed.slug for feed in feeds} <= load_feeds(tmp_path).keys()


def test_names_that_are_switched_off_are_taken_too(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[feeds.openai]\noff = true\n[feeds.a]\nurl = "https://a.example/"\n')
    assert {"openai", "a", "ai-news"} <= taken(tmp_path)


SLUGS = {
    "a title": ("Quantum Weekly", "quantum-weekly"),
    "an apostrophe and signs": ("Simon Willison's Weblog: AI & more!", "simon-willisons-weblog-ai-more"),
    "accents": ("Café Ünïcode", "cafe-unicode"),
    "no letters we can spell: the host": ("日本語", "www2-host-example"),
    "a word that says nothing: the host": ("RSS", "www2-host-example"),
    "no title": ("", "www2-host-example"),
    "too long: whole words": ("The quite long and winding title of a very small weblog", "the-quite-long-and-winding-title-of-a"),
    "too long without words": ("x" * 99, "x" * 40),
    "taken": ("AI News", "ai-news-3"),
    "a path": ("../../etc/passwd", "etc-passwd"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "slug"), SLUGS.values(), ids=SLUGS)
def test_a_name_is_made_of_the_title(title: str, slug: str) -> None:
    made = new_slug(title, "https://www2.host.example:8080/feed", {"ai-news", "ai-news-2"}.__contains__)
    assert made == slug
    assert check_slug(made)


def test_a_feed_that_may_not_be_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"^every: '1x' is no duration"):
        new_feed("a", url="https://a.example/", every="1x")
    with pytest.raises(ValueError, match=r"^url: "):
        new_feed("a", url="ftp://a.example/")
