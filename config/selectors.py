"""Selectors of site rules: CSS or XPath in, XPath 1.0 out, refused when they cannot work.

    div.entry-content > p, #login-prompt           CSS, translated by cssselect
    //div[@class='story']  (//p)[1]  ./body/p      XPath: begins with "/", "(" or "./"
    xpath:id('story')                              XPath that begins otherwise

A selector is tried when the configuration is read, so that a misspelled one fails then and not on some page at night.
What would fail later is looked for as well: functions of XPath 2 and of PHP, prefixes and variables that nobody
declares, pseudo-classes that hold in a browser only, and a number or text where elements are wanted.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

LONGEST = 2000  # characters
MARKS = ("/", "(", "./", "xpath:")
LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
CALL = re.compile(r"([\w.:-]+)\s*\(")
PREFIX = re.compile(r"(?<![\w.:-])[A-Za-z_][\w.-]*:(?![:])")
WORDS = frozenset(("and", "or", "div", "mod"))  # may stand before a bracket and call nothing
KNOWN = WORDS | frozenset((
    "boolean", "ceiling", "comment", "concat", "contains", "count", "false", "floor", "id", "lang", "last",
    "local-name", "name", "namespace-uri", "node", "normalize-space", "not", "number", "position",
    "processing-instruction", "round", "starts-with", "string", "string-length", "substring", "substring-after",
    "substring-before", "sum", "text", "translate", "true",
))  # fmt: skip
SURE = re.compile(r"/|\./|xpath:|[.#][A-Za-z_-]|\[")
MAYBE = re.compile(r"[\w*][.#\[][A-Za-z_-]")
CONDITION = re.compile(r"\[[^\[\]]*\]")
TEXT = re.compile(r"(?:@[\w*-]+|text\(\s*\))$")
EMPTY = etree.fromstring("<html/>")
CSS = HTMLTranslator()


@lru_cache(maxsize=20_000)
def xpath(selector: str) -> str:
    """The XPath of a selector, to be asked of the document's root. Raises `ValueError` when it cannot work."""
    if len(selector) > LONGEST:
        raise ValueError(f"a selector may have {LONGEST} characters")
    if is_xpath(selector):
        path = selector.removeprefix("xpath:").strip()
        examine(path)
        return path
    try:
        path = CSS.css_to_xpath(selector)
    except (SelectorError, ValueError, RecursionError) as error:
        raise ValueError(f"{selector!r} is no selector: {error}") from None
    if "[0]" in LITERAL.sub("", path) or "(0)" in path:
        raise ValueError(f"{selector!r} is no selector that can hold here: a stored page knows no mouse and no forms")
    examine(path)
    return path


def is_xpath(selector: str) -> bool:
    """Whether a selector is written as XPath."""
    return selector.startswith(MARKS)


def of_wall(entry: str) -> str:
    """The XPath of an entry of `wall`, when it may be a selector; "" for one that can only be a phrase.

    What begins as a selector must be one, or a `ValueError` says why not. What has a class, id or attribute further on,
    such as `div.gate`, is a selector if it can be read as one, and remains a phrase: "Readers of example.org only".
    """
    if SURE.match(entry):
        return xpath(entry)
    if not (is_xpath(entry) or MAYBE.search(entry)):
        return ""
    try:
        return xpath(entry)
    except ValueError:
        return ""


def examine(path: str) -> None:
    """Raise `ValueError` for an XPath that cannot be compiled, or that would fail when it is asked."""
    try:
        compiled = etree.XPath(path)
    except (etree.XPathError, ValueError) as error:
        raise ValueError(f"{path!r} is no XPath: {str(error).lower()}") from None
    bare = LITERAL.sub("''", path)
    strange = [name for name in CALL.findall(bare) if name.rpartition("::")[2] not in KNOWN]
    if strange:
        raise ValueError(f"{path!r} is no XPath 1.0: it knows no function {strange[0]}()")
    if "$" in bare or PREFIX.search(bare):
        raise ValueError(f"{path!r} is no XPath for pages: they have no variables and no prefixes")
    try:
        compiled(EMPTY)
    except etree.XPathError as error:
        raise ValueError(f"{path!r} is no XPath: {str(error).lower()}") from None


def gives_elements(path: str) -> bool:
    """Whether an XPath that was examined may give elements, and not only attributes, texts, or what is made of them."""
    bare = LITERAL.sub("", path)
    while (plain := CONDITION.sub("", bare)) != bare:
        bare = plain
    is_text = all(TEXT.search(part.strip()) for part in bare.split("|"))
    return not is_text and isinstance(etree.XPath(path)(EMPTY), list)
