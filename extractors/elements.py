"""Which elements of a page are chrome, and which call themselves the article's body.

An element is judged by its tag, its role, a hiding style, and the words of its class and id: "relatedPosts",
"related-posts" and "related_posts" all hold the word "related". The verdict on one class string never changes, so it
is remembered; the memory is emptied when a crawl of odd sites has filled it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from lxml.html import HtmlElement

from config.chrome import Elements

NEVER = frozenset(("html", "body", "main", "article", "h1", "p", "table", "tbody", "tr"))
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SHOWN = frozenset(("html", "body"))  # scripts show what such a style hides
HIDING = re.compile(
    r"(?<![a-z-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|(?:left|top|text-indent)\s*:\s*-\d{4}"
    r"|(?:font-size|max-height)\s*:\s*0(?:\.0{1,9})?(?![\d.])|clip\s*:\s*rect\(\s*[01](?![\d.]))",
    re.IGNORECASE,
)
BODY = re.compile(
    r"(?<![a-z])(?:(?:article|post|entry|story|news|content|blog)[-_]{0,2}(?:body|content|text|copy)(?:[-_]?(?:inner|main))?"
    r"|body[-_](?:content|text|copy)|articlebody|storytext|rich-?text)(?![a-z])"
)
WHOLE = r"(?<![a-z])(?:{})(?![a-z])"
LETTERED = re.compile(r"[a-z](?![?*+{])[^\\\[]*")  # a pattern that begins with a letter for sure
REMEMBERED = 20_000
NEITHER = ("", False)
WORDS = 400  # characters of class and id that are looked at
STYLE = 2000  # characters of a style that are looked at
INLINE = frozenset(("a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"))
DATA = ("th", "thead", "caption")  # what only a table of data has
TELLING = ("td", *DATA, "article", "section", "main", "aside", "nav", "form", "h1", "h2", "h3")
COLUMN = 400  # characters of a cell that is a column of text
WORTH = ("table", "blockquote", "pre")  # what makes a figure more than a picture


class ElementJudge:
    """The element rules, compiled."""

    def __init__(self, rules: Iterable[Elements]) -> None:
        self.tags: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        names: list[tuple[str, ...]] = []
        self.ids: list[str] = []
        self.always: set[str] = set()
        self.silent: set[str] = set()
        for rule in rules:
            if rule.always:
                self.always.add(rule.id)
            if rule.silent:
                self.silent.add(rule.id)
            self.tags |= dict.fromkeys(rule.tags, rule.id)
            self.roles |= dict.fromkeys(rule.roles, rule.id)
            if rule.names:
                self.ids.append(rule.id)
                names.append(tuple(rule.names))
        self.any_name = re.compile(WHOLE.format(quick([name for some in names for name in some])))
        self.names = re.compile(WHOLE.format("|".join("(" + either(some) + ")" for some in names) or "(?!)"))
        self.seen: dict[str, tuple[str, bool]] = {}

    def verdict(self, element: HtmlElement) -> tuple[str, bool]:
        """The id of the rule that calls the element chrome or an empty string; whether it calls itself the body."""
        tag = element.tag
        if tag in self.tags:
            return ("" if is_texts(element) else self.tags[tag]), False
        said = element.items()
        if not said:
            return NEITHER
        if len(said) > 1 or said[0][0] != "class":
            return self.weigh(tag, dict(said))
        words = said[0][1]  # as of most elements: nothing but a class
        found = self.seen.get(words) or self.named(words)
        return ("", found[1]) if found[0] and tag in NEVER else found

    def weigh(self, tag: str, traits: Mapping[str, str]) -> tuple[str, bool]:
        """The verdict on an element by its attributes."""
        kind, name = traits.get("class", ""), traits.get("id", "")
        words = f"{kind} {name}" if kind and name else kind or name
        reason, is_body = (self.seen.get(words) or self.named(words)) if words else NEITHER
        is_body = is_body or ("itemprop" in traits and "articleBody" in traits["itemprop"])
        if tag not in SHOWN and is_hidden(traits, tag):
            return "hidden", is_body
        if tag in NEVER:
            return "", is_body
        return ("role" in traits and self.roles.get(traits["role"])) or reason, is_body

    def hides(self, element: HtmlElement) -> bool:
        """Whether a reader never sees what is inside."""
        return is_hidden(element, element.tag)

    def named(self, words: str) -> tuple[str, bool]:
        """The verdict on the words of a class and id, which are new; it is remembered."""
        plain = words[:WORDS]
        plain = plain if plain.islower() else CAMEL.sub("-", plain).lower()
        place = self.any_name.search(plain)
        match = place and self.names.match(plain, place.start())
        found = self.ids[(match.lastindex or 1) - 1] if match else "", BODY.search(plain) is not None
        if len(self.seen) >= REMEMBERED:
            self.seen.clear()
        self.seen[words] = found
        return found


def either(patterns: Iterable[str]) -> str:
    """One pattern that matches where any of several does."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def quick(patterns: Iterable[str]) -> str:
    """The same for many, sorted by their first letters: the engine passes over those of another letter as one."""
    lettered: dict[str, list[str]] = {}
    others: list[str] = []
    for pattern in patterns:
        bars = [place for place, sign in enumerate(pattern) if sign == "|"]
        is_one = all(pattern.count("(", 0, bar) > pattern.count(")", 0, bar) for bar in bars)
        if is_one and LETTERED.fullmatch(pattern):
            lettered.setdefault(pattern[0], []).append(pattern[1:])
        else:
            others.append(pattern)
    return either([f"{letter}(?:{either(rest)})" for letter, rest in lettered.items()] + others) or "(?!)"


def is_hidden(traits: HtmlElement | Mapping[str, str], tag: str) -> bool:
    """Whether an element is hidden by an attribute or style.

    `aria-hidden` hides boxes only: inside a line it stands on what is shown, such as the letters of a formula. Nor does
    it hide what a paywall's script will show.
    """
    style = traits.get("style")
    if (style and HIDING.search(style[:STYLE])) or traits.get("hidden") is not None:
        return True
    if tag in INLINE or traits.get("aria-hidden") != "true":
        return False
    return "paywall" not in traits.get("class", "")


def is_layout(table: HtmlElement) -> bool:
    """Whether a table lays out a page: it holds tables, sections or headings, or a cell of much text."""
    if table.get("role") in ("presentation", "none") or next(islice(table.iter("table"), 1, 2), None) is not None:
        return True
    for element in table.iter(*TELLING):
        if element.tag in DATA:
            return False
        if element.tag != "td" or sum(map(len, element.itertext())) >= COLUMN:
            return True
    return False


def is_texts(element: HtmlElement) -> bool:
    """Whether an element whose tag is chrome's is the text's: a figure of more than a picture, who said a quotation."""
    if element.tag == "footer":
        return next(element.iterancestors("blockquote"), None) is not None
    return bool(element.tag == "figure" and has(element, WORTH))


def has(element: HtmlElement, tags: Iterable[str]) -> bool:
    """Whether an element of one of the tags lies inside."""
    return next(element.iter(*tags), None) is not None
