"""What an operator may set: the mill itself (`fanmill.toml`) and its feeds (`feeds.toml`).

Durations are written "45s", "30m", "6h" or "7d" and held in seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

STRICT = {"extra": "forbid"}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(value: Any) -> Any:
    """Turn "30m" into 1800. Raises `ValueError` on anything but a whole number and one of s, m, h, d."""
    if not isinstance(value, str):
        raise ValueError('must be a duration such as "30m"')  # noqa: TRY004 - pydantic reports ValueError only
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
    if not match:
        raise ValueError(f'{value!r} is no duration; write for example "45s", "30m", "6h" or "7d"')
    return int(match[1]) * UNITS[match[2]]


def readable(address: str) -> str:
    """The address itself. Raises `ValueError` when its host or port cannot be read: "http://[x/", "http://x:99999/"."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the host or port of this address cannot be read") from None
    if not host:
        raise ValueError("this address names no host")
    return address


def service(address: str) -> str:
    """The address of a service, or "". Raises `ValueError` when it holds a login or query, or is no http address."""
    if not address:
        return ""
    if not re.fullmatch(r"https?://[\x21-\x7e]+", address):
        raise ValueError("must begin with http:// or https://, and hold no spaces")
    if set(readable(address)) & set("?#@"):
        raise ValueError("must hold no login, query or fragment; key_env names the variable with the key")
    return address.rstrip("/")


Duration = Annotated[int, BeforeValidator(seconds), Field(gt=0, le=366 * 86400)]  # a year: beyond it time ends
Address = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+\S*$"), AfterValidator(readable)]
Agent = Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*$")]
Contact = Annotated[str, Field(max_length=150, pattern=r"^[^\s()<>\x00-\x1f]*$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed to poll. `slug` names it in rows, logs and commands and never changes.

    `hints` says whether its document's own wishes (ttl, sy:updatePeriod, skipHours, skipDays, max-age) are heeded;
    Retry-After always is. `identity` is what tells its entries apart; "auto" begins with the guid and falls back by
    itself. Entries older than `max_age` seconds when first met are passed over.
    """

    slug: Slug
    url: Address
    title: str = ""
    every: Duration = 1800
    adaptive: bool = True
    hints: bool = True
    tags: tuple[str, ...] = ()
    pages: Literal["auto", "always", "never"] = "auto"
    identity: Literal["auto", "guid", "link", "link_date", "link_date_title"] = "auto"
    max_age: Duration | None = None
    user_agent: Agent = ""
    allow_private: bool = False
    enabled: bool = True

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The language model that writes briefs, from `[mill.brief]`; off while `url` is empty.

    `url` is the address below which `/chat/completions` lies, without login and query. `key_env` names the environment
    variable that holds the key: the key itself is in no file. `timeout` is seconds for one article, `most` articles for
    one run, `input` characters of a text that are sent.
    """

    name: Literal["brief"] = "brief"  # filled with the table's own name; no operator may set it
    url: Annotated[str, AfterValidator(service)] = ""
    model: Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*$")] = ""
    key_env: Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,99})?$")] = ""
    timeout: Duration = 60
    most: Annotated[int, Field(ge=1, le=1000)] = 20
    input: Annotated[int, Field(ge=200, le=200_000)] = 6000

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        if self.url and not self.model:
            raise ValueError("url is set, and model is not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the mill runs. Sizes are bytes after decoding, times are seconds.

    `per_domain` and `delay` hold for public hosts, by registered domain; `per_host` for private ones, by host and port.
    `tracking_rules` is a ClearURLs rules file, by its path from the configuration folder; "" for none.
    """

    name: Literal["mill"] = "mill"  # filled with the table's own name; no operator may set it
    database: str = "news.db"
    contact: Contact = ""
    user_agent: Agent = ""
    connections: Annotated[int, Field(ge=1, le=256)] = 16
    per_domain: Annotated[int, Field(ge=1, le=16)] = 1
    delay: Annotated[float, Field(ge=0, le=60)] = 1.0
    per_host: Annotated[int, Field(ge=1, le=64)] = 4
    page_time: Duration = 120
    robots: bool = True
    deadline: Annotated[float, Field(gt=0, le=600)] = 20.0
    max_bytes: Annotated[int, Field(ge=1024)] = 15_000_000
    max_redirects: Annotated[int, Field(ge=0, le=10)] = 10
    workers: Annotated[int, Field(ge=0, le=64)] = 0
    shard_size: Annotated[int, Field(ge=1, le=1000)] = 10
    max_entries: Annotated[int, Field(ge=1)] = 500
    allow_private: bool = False
    keep_raw: bool = True
    schedule: Duration = 900
    tracking_rules: str = ""
    brief: Brief = Brief()

    __pydantic_config__ = STRICT
