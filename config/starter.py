"""The folder that `fanmill init` writes: one small file each, commented, that changes nothing until it is edited."""

from __future__ import annotations

from pathlib import Path

from config.tables import ConfigError

FILES = {
    "fanmill.toml": """\
# The mill itself. What you leave out keeps its shipped value.

[mill]
# database = "news.db"                  # the SQLite file
# contact = "https://example.org/bot"   # goes into the User-Agent, so that publishers can reach you
# schedule = "15m"                      # how often `fanmill up` starts a run

# [mill.brief]                          # a language model that writes briefs; see docs/briefs.md
# url = "http://127.0.0.1:11434/v1"
# model = "small-1"
""",
    "feeds.toml": """\
# Your feeds. Tables here are laid over the shipped ones by name; `fanmill add` and `fanmill import` write them too.
# replace = true                        # set all shipped feeds aside

# [feeds.my-feed]
# url = "https://example.org/feed.xml"
# every = "1h"                          # ask about this often, less often while it is quiet
# pages = "auto"                        # fetch pages: "auto" when the feed's text is not whole, "always", "never"

# [feeds.the-register]
# off = true                            # do not poll this shipped feed
""",
    "taxonomy.toml": """\
# Your tags and names. See docs/add-a-tag.md.

# [tags.quantum]
# name = "Quantum Computing"
# kind = "topic"
# strong = ["quantum computer", "quantum computing", "qubit"]
# weak = ["quantum"]
""",
    "chrome.toml": """\
# Your rules for blocks that are not the article. See docs/add-a-site-rule.md.
""",
    "sites.toml": """\
# Your rules for single sites. See docs/add-a-site-rule.md.

# [sites."news.example.org"]
# body = ["article .story-body"]        # where the article is
# cut = [".promo", "#login"]            # what in there is not
""",
}


def write_starter(folder: Path) -> list[Path]:
    """Write the files and give their paths. Raises `ConfigError` rather than write over anything."""
    present = [name for name in FILES if (folder / name).exists()]
    if present:
        raise ConfigError(f"{folder / present[0]}:1: is there already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in FILES.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}:1: cannot be written: {error.strerror}") from None
    return [folder / name for name in FILES]
