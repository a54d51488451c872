"""Turn the few CSS selectors that site rules need into XPath.

    div.entry-content > p, #login-prompt, aside[data-kind=promo]

Known: a tag or `*`, `.class`, `#id`, `[name]`, `[name=value]`, `[name^=value]`, `[name*=value]`, a blank for "somewhere
below", `>` for "directly below", commas between alternatives. Anything else is a `ValueError`, so that a misspelled
rule fails when the configuration is read and not on some page at night.
"""

from __future__ import annotations

import re

SIMPLE = re.compile(
    r"""\.(?P<class>[\w-]+) | \#(?P<id>[\w-]+)
      | \[\s*(?P<name>[\w:-]+)\s*(?:(?P<how>[\^*]?=)\s*["']?(?P<value>[^"'\]]*)["']?)?\s*\]""",
    re.VERBOSE,
)
TAG = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\*")
VALUE = {"=": "@{0}='{1}'", "^=": "starts-with(@{0},'{1}')", "*=": "contains(@{0},'{1}')"}


def xpath(selector: str) -> str:
    """The XPath of a selector, to be asked of the document's root. Raises `ValueError` when it is not understood."""
    return " | ".join(path(part.strip()) for part in selector.split(","))


def path(selector: str) -> str:
    """The XPath of one alternative."""
    steps = re.findall(r">|(?:\[[^\]]*\]|[^\s>])+", selector)
    if not steps or steps[-1] == ">" or steps[0] == ">":
        raise ValueError(f"{selector!r} is no selector")
    found, axis = "", "//"
    for step in steps:
        if step == ">":
            axis = "/"
        else:
            found, axis = found + axis + compound(step), "//"
    return found


def compound(step: str) -> str:
    """The XPath of one step such as `div.entry-content[lang]`."""
    tag = TAG.match(step)
    place = tag.end() if tag else 0
    tests = ""
    while place < len(step):
        match = SIMPLE.match(step, place)
        if not match:
            raise ValueError(f"{step!r} is no selector that is known here")
        tests += "[" + condition(match) + "]"
        place = match.end()
    return (tag[0].lower() if tag else "*") + tests


def condition(match: re.Match[str]) -> str:
    """The XPath condition of one `.class`, `#id` or `[attribute]`."""
    if match["class"]:
        return f"contains(concat(' ',normalize-space(@class),' '),' {match['class']} ')"
    if match["id"]:
        return f"@id='{match['id']}'"
    return VALUE[match["how"]].format(match["name"], match["value"]) if match["how"] else f"@{match['name']}"
