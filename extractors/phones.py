"""Addresses for phones and in AMP: what the plain page of one would be called, and what those of a plain page may be.

    plain("https://m.site.example/a/amp?amp=1")  →  "https://site.example/a"

    host     m. mobile. amp. in front
    path     /amp, .amp or .amp.html at the end, amp/ in front
    query    amp=1, amp=true, outputType=amp

All of them together, but each at most once: so the forms of a page can be listed, and a link to one is found by its
key, whether the article or the link was there first. Both functions take and give keys of `addresses.canonical`.
"""

from __future__ import annotations

from itertools import product

from extractors.addresses import PHONES

AMP = ("amp=1", "amp=true", "outputType=amp")


def plain(key: str) -> str:
    """The key of the page that a canonical address for phones, or in AMP, is another form of; else the key itself.

    That it is such a form is a guess: it holds only if an article is known under the address that comes out. At most
    one thing is taken off the host, one off the path and one off the query; an address that has more stays as it is.
    """
    whole, _, fragment = key.partition("#")
    first, path, query = _divided(whole)
    parts = _off_host(first), _off_path(path), _off_query(query)
    still = (_off_host(parts[0]), _off_path(parts[1]), _off_query(parts[2])) == parts
    return _joined(*parts, fragment) if still and parts[1] not in {"", "amp"} else key


def mobile(key: str) -> list[str]:
    """The keys whose plain page a canonical address is: all forms that `plain` takes off, each with each of the others.

    [] for a home page, and for an address that is for phones or in AMP itself. Some eighty forms, so that a link to any
    of them is found by its key. `form in mobile(key)` is the same as `plain(form) == key != form`.
    """
    whole, _, fragment = key.partition("#")
    first, path, query = _divided(whole)
    if path in {"", "amp"} or (_off_host(first), _off_path(path), _off_query(query)) != (first, path, query):
        return []
    hosts = [first, *(phone + first for phone in PHONES if "." in first)]
    paths = [path, f"{path}/amp", f"amp/{path}", f"{path}.amp"]
    paths += [path.removesuffix(".html") + ".amp.html"] if path.endswith(".html") else []
    queries = [query, *("&".join(sorted(filter(None, (*query.split("&"), pair)))) for pair in AMP)]
    return [_joined(*parts, fragment) for parts in product(hosts, paths, queries)][1:]


def _divided(address: str) -> tuple[str, str, str]:
    """Host, path and query of a canonical address without its fragment."""
    before, _, query = address.removeprefix("https://").partition("?")
    first, _, path = before.partition("/")
    return first, path, query


def _joined(first: str, path: str, query: str, fragment: str) -> str:
    """A canonical address of its parts."""
    return f"https://{first}/{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


def _off_host(first: str) -> str:
    """A host without "m." or the like in front."""
    rest = next((first.removeprefix(phone) for phone in PHONES if first.startswith(phone)), "")
    return rest if "." in rest else first


def _off_path(path: str) -> str:
    """A path without what makes it one of AMP, once."""
    if path.endswith(".amp.html"):
        return path.removesuffix(".amp.html") + ".html"
    tries = (path.removesuffix("/amp"), path.removeprefix("amp/"), path.removesuffix(".amp"))
    return next((off for off in tries if off != path), path)


def _off_query(query: str) -> str:
    """A query without one parameter that asks for AMP."""
    pairs = query.split("&")
    asked = next((pair for pair in pairs if pair in AMP), None)
    if asked is not None:
        pairs.remove(asked)
    return "&".join(pairs)
