"""One door to everything an operator may say.

The shipped files lie beside this module. `--config DIR` or `FANMILL_CONFIG` names a folder whose files are laid over
them table by table (see `config.tables`). `load` reads and checks all of them, so that a fault in any file is met
before the first request leaves.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from config.chrome import ChromeConfig, load_chrome
from config.clearurls import Provider, place, read_providers
from config.settings import Brief, Feed, Settings
from config.tables import KNOWN, ConfigError, check, paths, read_tables, read_text, sources
from config.taxonomy import Taxonomy, load_taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All configuration, checked. `digest` names it in run rows: equal digests mean equal files."""

    settings: Settings
    feeds: dict[str, Feed] = field(default_factory=dict)
    taxonomy: Taxonomy
    chrome: ChromeConfig
    tracking: tuple[Provider, ...] = ()
    digest: str = ""


def find_folder(folder: Path | None = None) -> Path | None:
    """The operator's folder: the one given, else `FANMILL_CONFIG`, or none. Raises `ConfigError` if it is no folder."""
    named = folder or (Path(os.environ["FANMILL_CONFIG"]) if os.environ.get("FANMILL_CONFIG") else None)
    if named and not named.is_dir():
        raise ConfigError(f"{named}:1: not a folder; `fanmill init {named}` writes one to start from")
    return named


def load_settings(folder: Path | None = None) -> Settings:
    """The mill's own settings, from `[mill]` and `[mill.brief]` of `fanmill.toml`."""
    merged: dict[str, Any] = {}
    written: dict[str, Any] = {}
    settings = Settings()
    for source in sources("fanmill.toml", folder):
        merged |= source.tables.get("mill", {})
        if isinstance(merged.get("brief"), dict):
            written |= merged.pop("brief")
        brief = check(Brief, "mill", {"brief": written}, source)["brief"]
        settings = replace(check(Settings, "mill", {"mill": merged}, source)["mill"], brief=brief)
    database = os.environ.get("FANMILL_DB")
    return replace(settings, database=database) if database else settings


def load_feeds(folder: Path | None = None) -> dict[str, Feed]:
    """The feeds by slug. Raises `ConfigError` also when two tables name one address."""
    found = sources("feeds.toml", folder)
    feeds = read_tables(Feed, "feeds", found)
    seen: dict[str, str] = {}
    for feed in feeds.values():
        if feed.url in seen:
            raise found[-1].fault(f"the same address as feeds.{seen[feed.url]}", "feeds", feed.slug, "url")
        seen[feed.url] = feed.slug
    return feeds


def load(folder: Path | None = None) -> Config:
    """Read and check every file. Raises `ConfigError` for the first fault, in one line."""
    settings = load_settings(folder)
    rules = place(settings.tracking_rules, folder) if settings.tracking_rules else None
    return Config(
        settings=settings,
        feeds=load_feeds(folder),
        taxonomy=load_taxonomy(folder),
        chrome=load_chrome(folder),
        tracking=read_providers(rules) if rules else (),
        digest=digest(folder, *([rules] if rules else [])),
    )


def load_tracking(folder: Path | None = None) -> tuple[Provider, ...]:
    """The operator's own rules on what in an address only tracks; none unless `tracking_rules` names a file."""
    file = load_settings(folder).tracking_rules
    return read_providers(place(file, folder)) if file else ()


def digest(folder: Path | None, *others: Path) -> str:
    """Sixteen hex digits over the bytes of all files that were read, and `others`."""
    sha = hashlib.sha256()
    for path in (*(path for name in KNOWN for path in paths(name, folder)), *others):
        sha.update(read_text(path).encode())
    return sha.hexdigest()[:16]
