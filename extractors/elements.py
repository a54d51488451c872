"""Which elements of a page are chrome, and which call themselves the article's body.

An element is judged by its tag, its role, a hiding style, and the words of its class and id: "relatedPosts",
"related-posts" and "related_posts" all hold the word "related". The verdict on one class string never changes, so it
is remembered; the memory is emptied when a crawl of odd sites has filled it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from config.chrome import Elements

NEVER = frozenset(("html", "body", "main", "article", "h1", "p", "table", "tbody", "tr"))
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
BODY = re.compile(
    r"(?<![a-z])(?:(?:article|post|entry|story|news|content|blog)[-_]{0,2}(?:body|content|text|copy)(?:[-_]?(?:inner|main))?"
    r"|body[-_](?:content|text|copy)|articlebody|storytext|rich-?text)(?![a-z])"
)
REMEMBERED = 20_000
NEITHER = ("", False)
WORTH = ("table", "blockquote", "pre")  # what makes a figure more than a picture


class ElementJudge:
    """The element rules, compiled."""

    def __init__(self, rules: Iterable[Elements]) -> None:
        self.tags: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        names: list[str] = []
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
                names.append("(" + "|".join(f"(?:{name})" for name in rule.names) + ")")
        self.names = re.compile(r"(?<![a-z])(?:" + "|".join(names) + r")(?![a-z])") if names else None
        self.seen: dict[str, tuple[str, bool]] = {}

    def verdict(self, element: HtmlElement) -> tuple[str, bool]:
        """The id of the rule that calls the element chrome or an empty string; whether it calls itself the body."""
        tag, keys = element.tag, element.keys()
        if tag in self.tags:
            return ("" if tag == "figure" and has(element, WORTH) else self.tags[tag]), False
        if not keys:
            return NEITHER
        words = f"{element.get('class') or ''} {element.get('id') or ''}"
        reason, is_body = NEITHER if words == " " else self.named(words)
        is_body = is_body or ("itemprop" in keys and "articleBody" in element.get("itemprop", ""))
        return ("" if tag in NEVER else self.shown(element, keys) or reason), is_body

    def shown(self, element: HtmlElement, keys: Sequence[str]) -> str:
        """The rule of a hidden element or of its role, or an empty string."""
        if "hidden" in keys or ("style" in keys and HIDING.search(element.get("style", ""))):
            return "hidden"
        return self.roles.get(element.get("role", ""), "") if "role" in keys else ""

    def named(self, words: str) -> tuple[str, bool]:
        """The verdict on the words of a class and id."""
        found = self.seen.get(words)
        if found is None:
            plain = CAMEL.sub("-", words[:400]).lower()
            match = self.names.search(plain) if self.names else None
            found = self.ids[(match.lastindex or 1) - 1] if match else "", BODY.search(plain) is not None
            if len(self.seen) >= REMEMBERED:
                self.seen.clear()
            self.seen[words] = found
        return found


def has(element: HtmlElement, tags: Iterable[str]) -> bool:
    """Whether an element of one of the tags lies inside."""
    return next(element.iter(*tags), None) is not None
