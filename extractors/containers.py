"""The element that holds the body, by a path that holds on the next page of the site too.

    main#content>div.article-body        innermost last, each the child of the one before

A step is the tag, the id and the class tokens of an element, without those that change from page to page: tokens with
digits, tokens that sort an article (`category-sport`), tokens that hold a word of the page's address. A path is as
long as it must be to lead to one element of its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from extractors.blocks import Outline
from extractors.body import Body
from extractors.elements import ElementJudge

STEPS = 4  # of a path at most
TOKENS = 2  # of a step
WORD = 4  # letters of a word of the address
ROOTS = frozenset(("html", "body"))
AROUND = (
    "div", "section", "article", "main", "aside", "header", "footer", "nav", "form", "ul", "ol", "li", "table", "tbody",
    "tr", "td", "blockquote", "figure", "center", "dialog",
)  # fmt: skip
PARAGRAPH = 80  # characters of a paragraph that counts
STABLE = re.compile(r"[A-Za-z][A-Za-z_-]{1,39}$")
SORTING = re.compile(
    r"(?:category|tag|post-format|status|type|format|author|topic|lang|has|is|js|no|css|sc|jsx)-", re.IGNORECASE
)
SCRAMBLED = re.compile(r"(?=[A-Za-z]*[A-Z][A-Za-z]*[A-Z])[A-Za-z]{4,8}$")  # what styling tools make up: "fobYxZ"
TELLING = re.compile(r"article|post|entry|story|content|body|text|news|main", re.IGNORECASE)
STEP = re.compile(r"([a-z][a-z0-9]*)(?:#([\w-]+))?((?:\.[\w-]+)*)$")
Step = tuple[str, str, frozenset[str]]


def path_to(outline: Outline, body: Body, url: str) -> str:
    """The path to the innermost element that holds all of the body; empty when there is none that can be told."""
    number = common(outline, [block.owner for block, why in zip(body.blocks, body.reasons, strict=True) if not why])
    element = outline.elements[number] if number > 0 else None
    if element is None or element.tag in ROOTS:
        return ""
    words = frozenset(word for word in re.split(r"[^a-z]+", url.lower()) if len(word) >= WORD)
    steps: list[Step] = []
    while element is not None and element.tag not in ROOTS and len(steps) < STEPS:
        steps.insert(0, step(element, words))
        if any(has_name(one) for one in steps) and len(found(outline.elements, steps, 2)) == 1:
            return ">".join(write(one) for one in steps)
        element = element.getparent()
    return ""


def common(outline: Outline, owners: Sequence[int]) -> int:
    """The innermost element around all of them."""
    if not owners:
        return 0
    number, last = min(owners), max(owners)
    while number > 0 and outline.last[number] < last:
        number = outline.parents[number]
    return number


def step(element: HtmlElement, words: frozenset[str]) -> Step:
    """An element's tag, id and class tokens, as far as they do not change from page to page."""
    tokens = sorted(token for token in set((element.get("class") or "").split()) if is_stable(token, words))
    telling = [token for token in tokens if TELLING.search(token)] or tokens
    name = element.get("id") or ""
    return element.tag, name if is_stable(name, words) else "", frozenset(telling[:TOKENS])


def is_stable(token: str, words: frozenset[str]) -> bool:
    """Whether a class or id is likely to be that of the site's other pages too."""
    if not STABLE.match(token) or SORTING.match(token) or SCRAMBLED.match(token):
        return False
    return words.isdisjoint(part for part in re.split("[_-]+", token.lower()) if len(part) >= WORD)


def has_name(one: Step) -> bool:
    """Whether a step says more than a tag that is everywhere."""
    return bool(one[1] or one[2]) or one[0] in ("main", "article")


def write(one: Step) -> str:
    """A step as a part of a path."""
    tag, name, tokens = one
    return tag + (f"#{name}" if name else "") + "".join(f".{token}" for token in sorted(tokens))


def read(path: str) -> list[Step]:
    """The steps of a path; none of one that is not understood."""
    matches = [STEP.match(part) for part in path.split(">")]
    return [(m[1], m[2] or "", frozenset(filter(None, m[3].split(".")))) for m in matches if m] if all(matches) else []


def find(tree: HtmlElement, path: str) -> HtmlElement | None:
    """The element that a path leads to; None when there is none, or more than one."""
    steps = read(path)
    elements = found(tree.iter(steps[-1][0]), steps, 2) if steps else []
    return elements[0] if len(elements) == 1 else None


def outside(tree: HtmlElement, top: HtmlElement, judge: ElementJudge) -> int:
    """The characters of the paragraphs that are neither inside an element nor in any that a rule calls chrome."""
    apart = {top: True}
    for element in tree.iter(*AROUND):
        if element not in apart:
            parent = element.getparent()
            apart[element] = (parent is not None and apart.get(parent, False)) or bool(judge.verdict(element)[0])
    lengths = (sum(map(len, one.itertext())) for one in tree.iter("p") if not apart.get(one.getparent(), False))
    return sum(length for length in lengths if length >= PARAGRAPH)


def found(elements: Iterable[HtmlElement], steps: Sequence[Step], most: int) -> list[HtmlElement]:
    """The first elements that the steps lead to."""
    tag = steps[-1][0]
    leads = []
    for element in elements:
        if element.tag == tag and fits(element, steps):
            leads.append(element)
            if len(leads) == most:
                break
    return leads


def fits(element: HtmlElement | None, steps: Sequence[Step]) -> bool:
    """Whether an element and those around it are those of the steps, from the last to the first."""
    for tag, name, tokens in reversed(steps):
        if element is None or element.tag != tag or (name and element.get("id") != name):
            return False
        if tokens and not tokens.issubset((element.get("class") or "").split()):
            return False
        element = element.getparent()
    return True
