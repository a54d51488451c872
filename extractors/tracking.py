"""Parameters of addresses that only tell where a reader came from: our own short table, and the operator's rules.

    names       dropped whatever they say: `fbclid`, `gclid`, all that begins with `utm_`
    campaigns   dropped when what they say looks like a campaign or a host: `?ref=hn`, not `?source=reuters`

Names and prefixes as seen in the wild. Those that choose an article are never in it: id, p, page, v, q, story, article,
lang. The table is described in docs/addresses.md.

`use` lays the rules of a ClearURLs file over it. They hold for the whole process, as an address is spelled in every
room, by the parser of a feed as by the store, and two that spelled it differently would take one article for two. It
is called once, before the first address is read: by the run, and in each worker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:  # it takes 0.1 s to import; a search should not wait for it
    from config.clearurls import Provider

PREFIXES = (
    *("at_", "elq", "fb_action_", "guce_", "hsa_", "hsct", "itm_", "matomo_", "ml_subscriber", "mtm_", "ns_", "oly_"),
    *("pk_", "piwik_", "trk_", "utm_", "vero_", "wt_mc", "wt_zmc"),
)
NAMES = frozenset(
    {
        *("__hsfp", "__hssc", "__hstc", "__s", "__twitter_impression", "_bhlid", "_branch_match_id", "_ga", "_gl"),
        *("_hsenc", "_hsmi", "_ke", "_kx", "_openstat", "cmpid", "dclid", "dicbo", "ef_id", "epik", "fb_comment_id"),
        *("fb_ref", "fb_source", "fbclid", "gad_campaignid", "gad_source", "gbraid", "gclid", "gclsrc", "guccounter"),
        *("hss_channel", "igsh", "igshid", "irclickid", "li_fat_id", "mc_cid", "mc_eid", "mc_tc"),
        *("mibextid", "mkt_tok", "msclkid", "ncid", "ocid", "otc", "rb_clickid", "rdt_cid", "ref_src", "ref_url"),
        *("s_cid", "s_kwcid", "sc_cid", "sfnsn", "smtyp", "soc_src", "soc_trk", "spm", "sr_share", "srsltid", "tblci"),
        *("ttclid", "twclid", "vgo_ee", "wbraid", "wickedid", "wprov", "wt.mc_id", "xtor", "yclid", "ysclid"),
    }
)
CAMPAIGNS = frozenset(
    {
        *("campaign", "cmp", "medium", "mod", "partner", "ref", "referer", "referrer", "rss", "s", "share", "smid"),
        *("source", "sref", "src", "via"),
    }
)
CAMPAIGN = re.compile(
    r"""(?ix) \d{1,2} | (?:[\w-]{1,60}\.){1,6}[a-z]{2,20}                # ?s=09, ?ref=site.example
    | (?:.{0,40}[-_.])?
      (?:rss|feeds?|atom|email|newsletter|social|share|app|home|homepage|twitter|tw|x|facebook|fb|linkedin|reddit|hn
        |hackernews|google|googlenews|flipboard|whatsapp|telegram|mastodon|bluesky)
      (?:[-_.].{0,40})?"""
)
LONGEST = 500  # characters of an address that the operator's rules are tried on; see `config.clearurls`

_own: list[tuple[Provider, ...]] = [()]


def use(providers: Sequence[Provider] = ()) -> None:
    """Have the operator's rules hold in this process, besides the table; none of them without an argument."""
    _own[:] = [tuple(providers)]


def name() -> str:
    """The name of the operator's rules that hold, 16 hex digits; "" for none. Other rules have another name."""
    if not _own[0]:
        return ""
    said = [(one.names, one.raw, one.exceptions, one.redirections) for one in _own[0]]
    spelled = [[[pattern.pattern for pattern in some] for some in one] for one in said]
    whole = repr(([one.url.pattern for one in _own[0]], spelled))
    return blake2b(whole.encode("utf-8", "replace"), digest_size=8).hexdigest()


def means_something(pair: str) -> bool:
    """Whether a `name=value` helps to choose the article, as far as the table knows."""
    named, _, value = pair.partition("=")
    low = named.lower().removeprefix("amp;")  # "&amp;utm_source=" left by a feed that escaped twice
    if not value or low in NAMES or low.startswith(PREFIXES):
        return False
    return not (low in CAMPAIGNS and CAMPAIGN.fullmatch(value))


def cleaned(key: str) -> str:
    """A canonical address after the operator's rules; where one of them redirects, the address it leads to."""
    if not _own[0] or len(key) > LONGEST:
        return key
    forms = (key, key.replace("https://", "https://www.", 1))  # many a rule is for "www." alone
    for one in _own[0]:
        if not any(one.url.search(form) for form in forms):
            continue
        if any(pattern.search(form) for pattern in one.exceptions for form in forms):
            continue
        for pattern in one.redirections:
            found = pattern.search(forms[0]) or pattern.search(forms[1])
            if found and found[1]:
                return unquote(found[1], errors="replace")
        for pattern in one.raw:
            key = pattern.sub("", key)
        key = _without(key, one.names) if one.names else key
        forms = (key, key.replace("https://", "https://www.", 1))
    return key


def _without(key: str, names: Sequence[re.Pattern[str]]) -> str:
    """An address without the parameters of these names."""
    address, mark, rest = key.partition("?")
    if not mark:
        return key
    query, hash_, fragment = rest.partition("#")
    kept = [pair for pair in query.split("&") if not any(name.fullmatch(pair.partition("=")[0]) for name in names)]
    return f"{address}{'?' if kept else ''}{'&'.join(kept)}{hash_}{fragment}"
