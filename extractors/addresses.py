"""Web addresses: the one key under which an article is known, its site, and links made absolute.

    canonical("http://www.Site.example:80/a/?utm_source=x#top")  →  "https://site.example/a"
    public("https://me:secret@site.example/feed?token=0123")     →  "https://site.example/feed?token=…"

The key is for comparing, never for fetching or showing: it says https for http, drops `www.`, credentials, the
fragment, and parameters that only tell where a reader came from, for which see `extractors.tracking`. Known redirectors
(`REDIRECTORS`) and caches are unwrapped without a request. A host for phones and an AMP page keep keys of their own,
since nobody has looked whether the plain page exists; `extractors.phones` says what it would be called.

Every function takes any text at all and never raises.
"""

from __future__ import annotations

import re
import string
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urljoin, urlsplit

from extractors import tracking

LONGEST = 4_096  # bytes; browsers and servers give up on less, and a feed that sends more is hostile
ROUNDS = 4  # of the operator's rules; each makes what the one before has left shorter

# Site → the parameter that holds the address meant.
REDIRECTORS = {
    "bing.com/news/apiclick.aspx": "url",
    "duckduckgo.com/l": "uddg",
    "facebook.com/l.php": "u",
    "google.com/url": "url",
    "l.facebook.com/l.php": "u",
    "l.instagram.com": "u",
    "linkedin.com/redir/redirect": "url",
    "linkedin.com/safety/go": "url",
    "lm.facebook.com/l.php": "u",
    "news.google.com/news/url": "url",
    "out.reddit.com": "url",
    "steamcommunity.com/linkfilter": "u",
    "t.umblr.com/redirect": "z",
    "vk.com/away.php": "to",
    "youtube.com/redirect": "q",
}
OUTLOOK = ".safelinks.protection.outlook.com"  # eur01, nam12 …; the address is in `url`
CACHES = (  # copies of AMP pages, with the page's own address in their path; "s" stands for https
    re.compile(r"google(?:\.[a-z]{2,3}){1,2}/amp/(?:s/)?(.+)"),
    re.compile(r"[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]{1,3}/(?:s/)?(.+)"),
)
PHONES = ("m.", "mobile.", "amp.")  # in front of a host; for more of them see `extractors.phones`
# Parameters whose value lets its bearer in. Some by their whole name, since these words also have harmless uses
# (`country_code`, `keyword`); others by one word of it (`torrent_pass`, `oauth_nonce`) or by how a word ends
# (`X-Amz-Signature`, `rss_token`, `accessToken`).
SECRET = frozenset(
    {
        *("access_key", "access-key", "api_key", "api-key", "auth", "auth_key", "authkey", "authorization", "code"),
        *("feed_key", "feedkey", "hash", "key", "nonce", "passphrase", "pin", "private_key", "pw", "secret_key", "sid"),
        *("sign", "ticket", "user_key", "userkey"),
    }
)
SECRET_WORDS = frozenset({"bearer", "oauth", "pass", "pwd", "session", "sig"})
SECRET_ENDS = (
    *("accesskey", "apikey", "credential", "credentials", "hmac", "jwt", "passkey", "passwd", "password", "rsskey"),
    *("secret", "sessid", "sessionid", "signature", "token"),
)
HIDDEN = "…"
LOGIN = re.compile(r"((?:^|:)//)[^/?#\s]+@")
SEPARATOR = re.compile(r"([?&;#])")
WORD = re.compile(r"[a-z0-9]+")
PORTS = {"http": 80, "https": 443}
UNRESERVED = frozenset((string.ascii_letters + string.digits + "-._~").encode())
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
WWW = re.compile(r"^[.]*(?:www[.]+)*")
LONE = re.compile("[\ud800-\udfff]")  # half a character, which JSON can spell and UTF-8 cannot
BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
SAFE = "!$&'()*+,;=:@/?%-._~"


def canonical(url: str) -> str:
    """The key of an address: equal for two addresses that lead to the same article. "" for what is not http(s).

    Idempotent. Parameters are sorted by name and value. `#!` fragments stay: old sites put the article there. What the
    operator's rules turn round and round stays as it was without them.
    """
    first = key = _key(url)
    for _ in range(ROUNDS):
        after = _key(tracking.cleaned(key)) if key else key
        if after == key:
            return key
        key = after or key
    return first


def domain(url: str) -> str:
    """The host of an address in lower case and ASCII, without `www.` and port. "" for what is not http(s)."""
    parts = _parts(url)
    return _site(parts) if parts else ""


def absolute(base: str, href: str) -> str | None:
    """A link found on the page `base`, resolved; None unless the outcome is an http(s) address with a host."""
    href = href.strip()
    if not href or href.startswith("#") or len(href) > LONGEST or len(base) > LONGEST:
        return None
    try:
        joined = urljoin(base.strip(), BLANKS.sub("%20", LONE.sub("\ufffd", href)))
    except ValueError:
        return None
    return joined if _parts(joined) else None


def public(url: str) -> str:
    """An address as it may be shown and stored: without a login, and with "…" for the value of each secret parameter.

    All else stays as it is, byte for byte, and an address without secrets is its own public form. Idempotent. A secret
    that stands in the path cannot be told from a name, and stays.
    """
    url = LOGIN.sub(r"\1", url) if "@" in url else url
    if "=" not in url:
        return url
    parts = SEPARATOR.split(url)
    shown, hiding = [_veiled(parts[0])], False
    for separator, pair in zip(parts[1::2], parts[2::2], strict=True):
        if hiding and separator == "?":  # a question mark within a secret is part of it
            continue
        veiled = _veiled(pair)
        shown += separator, veiled
        hiding = veiled != pair and separator != ";"
    return "".join(shown)


def _veiled(pair: str) -> str:
    """A `name=value` with its value hidden when it is a secret, or an address that holds one."""
    name, equals, value = pair.partition("=")
    inner = unquote(value) if "%" in value else value
    veiled = _is_secret(name) or LOGIN.search(inner) or _holds_secret(inner)
    return f"{name}{equals}{HIDDEN}" if value and veiled else pair


def _holds_secret(text: str) -> bool:
    """Whether an address within an address has a parameter that is a secret."""
    pairs = (part.partition("=") for part in SEPARATOR.split(text)[2::2]) if "=" in text else ()
    return any(value and value != HIDDEN and _is_secret(name) for name, _, value in pairs)


def _is_secret(name: str) -> bool:
    """Whether a parameter of this name lets its bearer in."""
    low = unquote(name).rpartition("/")[2].strip().lower()
    words = WORD.findall(low)
    return low in SECRET or any(word in SECRET_WORDS or word.endswith(SECRET_ENDS) for word in words)


def _key(url: str) -> str:
    """The key of an address without the operator's rules."""
    parts = _innermost(url)
    if parts is None:
        return ""
    path = _path(parts.path)
    query = "&".join(sorted(filter(tracking.means_something, _escaped(parts.query).split("&"))))
    fragment = "#" + _escaped(parts.fragment) if parts.fragment.startswith("!") else ""
    key = f"https://{_host(parts)}{path}{'?' + query if query else ''}{fragment}"
    return "" if _is_long(key) else key


def _is_long(url: str) -> bool:
    """Whether an address has more than `LONGEST` bytes. An escape is one: a key is no longer than its address."""
    few = 4 * len(url) <= LONGEST
    return not few and (len(url) > 3 * LONGEST or len(ESCAPE.sub("x", url).encode("utf-8", "surrogatepass")) > LONGEST)


def _parts(url: str) -> SplitResult | None:
    """The parts of an http(s) address with a host and a sound port, or None."""
    if _is_long(url):
        return None
    try:
        parts = urlsplit(BLANKS.sub("%20", LONE.sub("\ufffd", url.strip())))
        sound = parts.scheme in PORTS and _site(parts) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return None
    return parts if sound else None


def _site(parts: SplitResult) -> str:
    """The host in lower case without `www.`; international names in their ASCII form."""
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote(host)
    return WWW.sub("", host.lower()).strip(".")


def _host(parts: SplitResult) -> str:
    """The site with the port where it is not the usual one."""
    host = _site(parts)
    host = f"[{host}]" if ":" in host else host
    usual = parts.port in (None, PORTS[parts.scheme])
    return host if usual else f"{host}:{parts.port}"


def _path(path: str) -> str:
    """Dot segments resolved, empty segments and the last slash dropped, escapes in one spelling."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(_escaped(segment))
    return "".join("/" + segment for segment in kept)


def _escaped(text: str) -> str:
    """Percent escapes in upper case, needless ones decoded, bare special characters escaped."""

    def spell(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match[0])[0]
        return chr(byte) if byte in UNRESERVED else match[0].upper()

    lone = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(ESCAPE.sub(spell, lone), safe=SAFE)


def _innermost(url: str) -> SplitResult | None:
    """The parts of an address, or of the one that redirectors within redirectors hold, each shorter."""
    parts, inner = None, _parts(url)
    while inner is not None:
        parts = inner
        inner = _parts(_unwrapped(parts))
    return parts


def _unwrapped(parts: SplitResult) -> str:
    """The address a known redirector leads to, or ""."""
    site = _site(parts)
    cached = next((found[1] for cache in CACHES if (found := cache.fullmatch(site + parts.path))), None)
    if cached:
        return f"https://{cached}{'?' + parts.query if parts.query else ''}"
    name = "url" if site.endswith(OUTLOOK) else REDIRECTORS.get(site + parts.path.rstrip("/"))
    values = [pair.partition("=")[2] for pair in parts.query.split("&") if name and pair.startswith(name + "=")]
    return unquote_to_bytes(values[0]).decode("utf-8", "replace") if values else ""
