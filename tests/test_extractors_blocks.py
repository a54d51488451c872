from __future__ import annotations

import re

import pytest
from lxml.html import fromstring

from config.chrome import Elements, load_chrome
from extractors.blocks import Block, is_sentence, outline, squeeze
from extractors.clean import CleanRules, compile_rules
from extractors.elements import ElementJudge, quick
from extractors.page import parse


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def blocks(markup: str, rules: CleanRules) -> list[Block]:
    return outline(parse(markup), rules.elements).blocks


TEXTS = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
    "white space and hard blanks collapse": ("<p> One\n\t&nbsp; two </p>", ["One two"]),
    "invisible characters go": ("<p>so\u00adft\u200b \ufeffend</p>", ["soft end"]),
    "inline elements do not part words": ("<p>un<b>break</b>able <i>it</i>alic</p>", ["unbreakable italic"]),
    "bare text in a div": ("<div>One.<div>Two.</div>Three.</div>", ["One.", "Two.", "Three."]),
    "two breaks part paragraphs": ("<div>One<br><br>two</div>", ["One", "two"]),
    "one break after a sentence does": ("<div>One.<br>Two</div>", ["One.", "Two"]),
    "one break inside a sentence does not": ("<p>Veldhaven<br>Port</p>", ["Veldhaven Port"]),
    "a table row is one block": ("<table><tr><td>Cranes</td><td>9</td></tr></table>", ["Cranes 9"]),
    "list items are blocks": ("<ul><li>One<ul><li>Two</li></ul></li></ul>", ["One", "Two"]),
    "scripts, styles and buttons are no text": (
        "<p>One</p><script>x()</script><style>p{}</style><button>Go</button>",
        ["One"],
    ),
    "the cells of a layout are columns": (
        "<table><tr><td>Ports <b>of call</b></td><td><h1>Cranes</h1>One.<br><br>Two.</td></tr></table>",
        ["Ports of call", "Cranes", "One.", "Two."],
    ),
    "a table of data inside a layout": (
        "<table><tr><td>Left</td><td><table><tr><td>Cranes</td><td>9</td></tr></table></td></tr></table>",
        ["Left", "Cranes 9"],
    ),
    "a table with a head is data": (
        f"<table><tr><th>Crane</th><th>Story</th></tr><tr><td>9</td><td>{'It stood still. ' * 40}</td></tr></table>",
        ["Crane Story", f"9 {'It stood still. ' * 40}".strip()],
    ),
    "a video's words for old browsers are no text": ("<p>One</p><video><source src=x>Too old.</video><p>Two</p>", ["One", "Two"]),
    "what is hidden inside a line": ("<p>One <b style='font-size: 0px'>hidden</b>two <i hidden>more</i></p>", ["One two"]),
    "letters that only a screen reader skips": ("<p>E = <b aria-hidden=true>mc²</b></p>", ["E = mc²"]),
    "elements without an end swallow nothing": ("<p>One</p><embed src=x><p>Two</p><source src=y><p>Three</p>", ["One", "Two", "Three"]),
    "deep nesting": (f"<p>One</p>{'<div>' * 400}<p>Two</p>{'</div>' * 400}<p>Three</p>", ["One", "Two", "Three"]),
    "deep nesting with words at each level": (
        f"<p>One</p>{'<div>x' * 300}<script>s()</script><p>Two <b>bold</b></p><p style='display:none'>no</p>{'</div>' * 300}<p>Three</p>",
        ["One", *"x" * 300, "Two bold", "Three"],
    ),
    "nesting beyond what the parser takes": (f"<p>One</p>{'<div>' * 9000}<p>Two</p>{'</div>' * 9000}<p>Three</p>", ["One", "Two", "Three"]),
    "a link around blocks": ('<a href="/x"><h3>Head</h3><p>Text</p></a>', ["Head", "Text"]),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "texts"), TEXTS.values(), ids=TEXTS)
def test_a_tree_becomes_blocks(markup: str, texts: list[str], rules: CleanRules) -> None:
    assert [block.text for block in blocks(markup, rules)] == texts


KINDS = {
    "<h2>x</h2>": "heading",
    "<p>x</p>": "paragraph",
    "<ol><li><p>x</p></li></ol>": "list",
    "<blockquote><p>x</p></blockquote>": "quote",
    "<pre>x</pre>": "code",
    "<table><tr><td>x</td></tr></table>": "table",
}


@pytest.mark.parametrize(("markup", "kind"), KINDS.items())
def test_a_block_knows_its_kind(markup: str, kind: str, rules: CleanRules) -> None:
    assert [block.kind for block in blocks(markup, rules)] == [kind]


def test_a_block_knows_its_links(rules: CleanRules) -> None:
    (block,) = blocks('<p><a href="/a">Four</a> and <a href="/b">more</a></p>', rules)
    assert [tuple(anchor) for anchor in block.anchors] == [("Four", "/a"), ("more", "/b")]
    assert block.share == pytest.approx(8 / 13)


CHROME = {
    "by tag": ("<aside>x</aside>", "related"),
    "navigation is not even read": ("<nav>x</nav><div>y</div>", ""),
    "by role": ('<div role="complementary">x</div>', "related"),
    "by a word of the class": ('<div class="c-related-posts">x</div>', "related"),
    "by camel case": ('<div class="relatedPosts">x</div>', "related"),
    "by id": ('<div id="newsletter_signup">x</div>', "newsletter"),
    "by a hiding style": ('<div style="display: none">x</div>', "hidden"),
    "by a hiding style on a paragraph": ('<p style="visibility:hidden">x</p>', "hidden"),
    "by letters of no size": ('<div style="font-size:0">x</div>', "hidden"),
    "by a place off the screen": ('<div style="position:absolute; left:-9999px">x</div>', "hidden"),
    "by the hidden attribute": ("<section hidden>x</section>", "hidden"),
    "by aria-hidden": ('<div aria-hidden="true">x</div>', "hidden"),
    "not what a paywall's script shows": ('<p class="paywall" aria-hidden="true">x</p>', ""),
    "not by small letters": ('<p style="font-size:0.9em">x</p>', ""),
    "a figure with a picture": ("<figure><img><figcaption>x</figcaption></figure>", "caption"),
    "not by a part of a word": ('<div class="downloads shareholder">x</div>', ""),
    "not an article": ('<article class="promo">x</article>', ""),
    "not a figure with a table": ("<figure><table><tr><td>x</td></tr></table></figure>", ""),
}


@pytest.mark.parametrize(("markup", "reason"), CHROME.values(), ids=CHROME)
def test_chrome_elements_are_known(markup: str, reason: str, rules: CleanRules) -> None:
    found = outline(parse(markup), rules.elements)
    assert found.reasons.get(found.blocks[0].chrome, "") == reason


SQUEEZED = {
    "a text that is tidy": ("Cranes wait.", "Cranes wait."),
    "blanks around": ("  Cranes wait. \n", "Cranes wait."),
    "two blanks": ("Cranes  wait.", "Cranes wait."),
    "a hard blank": ("Cranes\u00a0wait.", "Cranes wait."),
    "an invisible sign between blanks": ("Cranes \u200b wait.", "Cranes wait."),
    "a soft hyphen": ("Cra\u00adnes wait.", "Cranes wait."),
    "a joiner that shapes letters": ("\u0645\u200d\u0646", "\u0645\u200d\u0646"),
    "a mark of our own": ("Cranes\x1ewait.", "Cranes wait."),
    "nothing": (" \n", ""),
}


@pytest.mark.parametrize(("text", "squeezed"), SQUEEZED.values(), ids=SQUEEZED)
def test_white_space_is_squeezed(text: str, squeezed: str) -> None:
    assert squeeze(text) == squeezed


ENDS = {
    "Cranes wait.": True,
    "“Cranes wait?”": True,
    "Cranes wait": False,
    "クレーンは待つ。": True,
    "wait)": False,
    "": False,
}


@pytest.mark.parametrize(("text", "is_one"), ENDS.items())
def test_a_sentence_is_known_by_its_end(text: str, is_one: bool) -> None:
    assert is_sentence(text) is is_one


def test_comments_in_a_tree_that_others_parsed_are_no_text(rules: CleanRules) -> None:
    tree = fromstring("<div>One<!-- hidden --> two<?pi hidden?> three</div>")
    assert [block.text for block in outline(tree, rules.elements).blocks] == ["One two three"]


PATTERNS = (
    "ads?",
    "a?dvert",
    "(?:photo|image)-?credits?",
    "side|top",
    "a[bc]",
    r"a\\d",
    "a*b",
    "cli",
    "social-?(?:share|media)",
    "s{2}x",
)


@pytest.mark.parametrize(
    "word",
    [
        "ads",
        "advert",
        "dvert",
        "photo-credit",
        "top",
        "side",
        "ab",
        "a1",
        "b",
        "aab",
        "social-media",
        "ssx",
        "socials",
        "x",
    ],
)
def test_patterns_sorted_by_their_letters_match_the_same(word: str) -> None:
    plain = re.compile("|".join(f"(?:{pattern})" for pattern in PATTERNS))
    assert bool(re.fullmatch(quick(PATTERNS), word)) == bool(plain.fullmatch(word))


def test_the_first_rule_that_names_the_first_word_wins() -> None:
    judge = ElementJudge([Elements(id="one", names=("post-?tags",)), Elements(id="two", names=("post", "tags"))])
    found = {
        name: judge.verdict(fromstring(f'<div class="{name}">x</div>'))[0]
        for name in ("x post-tags", "tags", "postTags", "apost")
    }
    assert found == {"x post-tags": "one", "tags": "two", "postTags": "one", "apost": ""}


def test_no_rules_call_nothing_chrome() -> None:
    assert ElementJudge([]).verdict(fromstring('<nav class="menu">x</nav>')) == ("", False)
