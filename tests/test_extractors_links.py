from __future__ import annotations

import html
from urllib.parse import urljoin

import pytest

from benchmarks.pointers import ADVERSARIES, Form
from benchmarks.pointers import FORMS as PLANTED
from config.chrome import load_chrome
from extractors.blocks import outline
from extractors.clean import CleanRules, clean_feed, clean_page, clean_text, compile_rules
from extractors.links import is_article, read_label
from extractors.model import Cleaned, Entry, Page
from extractors.page import parse

OWN = "https://news.example/2026/harbour"
PROSE = "The port of Veldhaven has taught its nine loading cranes to pause for gusts that have not arrived yet, the dock master said."


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


def found(markup: str, rules: CleanRules) -> list[tuple[str, str, str | None]]:
    entry = Entry(guid="1", url=OWN, title="Cranes", content=f"<p>{PROSE}</p>{markup}<p>{PROSE} Again.</p>")
    cleaned = clean_feed(entry, rules)
    assert T not in cleaned.text
    return [(link.kind, link.title, link.url) for link in cleaned.links]


T = "Tide tables go digital"
U = "https://news.example/tides"
LABELS = ["See also", "Read also", "Siehe auch", "Lesen Sie auch", "À lire aussi", "Lire aussi", "Lea también", "Te puede interesar", "Leggi anche",
    "Leia também", "Lees ook", "Läs också", "Les også", "Læs også", "Lue myös", "Czytaj także", "Čtěte také", "Читайте также", "Читайте також",
    "Baca juga", "Διαβάστε επίσης", "関連記事", "相关阅读", "Xem thêm", "اقرأ أيضا"]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_see_also_is_known_in_many_languages(label: str, rules: CleanRules) -> None:
    assert found(f'<p><strong>{label}: <a href="/tides">{T}</a></strong></p>', rules) == [("see_also", T, U)]
    assert [
        (link.kind, link.title, link.url) for link in clean_text(f"{PROSE}\n\n{label}: {T}", rules, "Cranes").links
    ] == [("see_also", T, None)]


FORMS = {
    "the link after the label": ('<p>See also: <a href="/tides">Tide tables go digital</a></p>', [("see_also", T, U)]),
    "the label inside the link": ('<p><a href="/tides">See also: Tide tables go digital</a></p>', [("see_also", T, U)]),
    "the label in capitals, in brackets": ('<p>[SEE ALSO: <a href="/tides">Tide tables go digital</a>]</p>', [("see_also", T, U)]),
    "no colon, but a link at once": ('<p>See also <a href="/tides">Tide tables go digital</a></p>', [("see_also", T, U)]),
    "only the label is a link": ('<p><a href="/tides">See also</a>: Tide tables go digital</p>', [("see_also", T, U)]),
    "a label above a list": ('<h3>See also</h3><ul><li><a href="/tides">Tide tables go digital</a></li><li><a href="/fog">Fog on the quay</a></li></ul>', [("see_also", T, U), ("see_also", "Fog on the quay", "https://news.example/fog")]),
    "two links in one line": ('<p>See also: <a href="/tides">Tide tables go digital</a>, <a href="/fog">Fog on the quay</a></p>', [("see_also", T, U), ("see_also", "Fog on the quay", "https://news.example/fog")]),
    "the weaker label": ('<p>Read more: <a href="/tides">Tide tables go digital</a></p>', [("related", T, U)]),
    "an aside with a label": ('<aside><p>See also: <a href="/tides">Tide tables go digital</a></p></aside>', [("see_also", T, U)]),
    "a link in the text": (f'<p>{PROSE} The <a href="https://union.example/pay">union</a> disagrees.</p>', [("outbound", "union", "https://union.example/pay")]),
    "no address": ("<p>See also: Tide tables go digital</p>", [("see_also", T, None)]),
    "the address written out": (f"<p>See also: Tide tables go digital {U}</p>", [("see_also", T, U)]),
    "the address written out and linked": (f'<p>See also: Tide tables go digital<br><a href="{U}">{U}</a></p>', [("see_also", T, U)]),
    "label and title in one link around blocks": ('<a href="/tides"><div>See also:</div><div>Tide tables go digital</div></a>', [("see_also", T, U)]),
    "an address that is a question": ('<p>See also: <a href="/?p=17">Tide tables go digital</a></p>', [("see_also", T, "https://news.example/?p=17")]),
    "a headline below the events": ('<p>See also: <a href="/events/tide-tables-go-digital">Tide tables go digital</a></p>', [("see_also", T, "https://news.example/events/tide-tables-go-digital")]),
    "a title that is linked elsewhere": ('<p>See also: Tide tables go digital</p><aside><p>See also: <a href="/tides">Tide tables go digital</a></p></aside>', [("see_also", T, U)]),
    "a link that leads nowhere": ('<p>See also: <a href="#">Tide tables go digital</a></p>', [("see_also", T, None)]),
    "a link into the page itself": ('<p>See also: <a href="#chapter">Tide tables go digital</a></p>', []),
    "a title that ends in brackets": ('<p>(See also: <a href="/rust">Rust (programming language)</a>)</p>', [("see_also", "Rust (programming language)", "https://news.example/rust")]),
    "a headline deep below a topic": ('<p>Read more: <a href="/topics/ports/cranes/how-we-counted">Tide tables go digital</a></p>', [("related", T, "https://news.example/topics/ports/cranes/how-we-counted")]),
    "two lines with labels in a row": ('<p><a href="/tides">READ MORE: Tide tables go digital</a></p><p><a href="/fog">READ MORE: Fog on the quay</a></p>', [("related", T, U), ("related", "Fog on the quay", "https://news.example/fog")]),
    "a box of teasers with sections and authors": ('<aside class="related"><h4>Related</h4><p><a href="/category/ports/">Ports</a></p><h5><a href="/tides">Tide tables go digital</a></h5><p><a href="/author/odd/">By Odd Larsen</a></p><p><a href="/fog"><span>Fog</span></a></p><p><a href="/fog">Fog on the quay</a></p></aside>', [("related", T, U), ("related", "Fog on the quay", "https://news.example/fog")]),
    "a note of an encyclopaedia": ('<div class="hatnote navigation-not-searchable">See also: <a href="/tides">Tide tables go digital</a></div>', [("see_also", T, U)]),
    "an address that is a script": ('<p>See also: <a href="javascript:steal()">Tide tables go digital</a></p>', []),
    "a tag page": ('<p>See also: <a href="/tag/tides">Tide tables go digital</a></p>', []),
    "the article itself": (f'<p>See also: <a href="{OWN}?utm_source=x#top">Tide tables go digital</a></p>', []),
    "a share link": ('<p>Share: <a href="https://www.facebook.com/sharer.php?u=x">Facebook</a></p>', []),
    "the same address twice": ('<p>See also: <a href="/tides">Tide tables go digital</a></p><p>Read more: <a href="/tides">Tides</a></p>', [("see_also", T, U)]),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "links"), FORMS.values(), ids=FORMS)
def test_links_are_lifted(markup: str, links: list[tuple[str, str, str | None]], rules: CleanRules) -> None:
    assert found(markup, rules) == links


WRITTEN = {
    "below the line": f"See also: {T}\n{U}",
    "below the line, after an empty one": f"See also: {T}\n\n{U}",
    "at the end of the line": f"See also: {T} {U}.",
    "in brackets": f"See also: {T} ({U})",
    "before the title": f"See also: <{U}> {T}",
    "label, title and address each on a line": f"See also:\n{T}\n{U}",
    "the weaker label": f"Read more: {T} - {U}",
}


@pytest.mark.parametrize("line", WRITTEN.values(), ids=WRITTEN)
def test_an_address_written_out_in_plain_text_is_the_links(line: str, rules: CleanRules) -> None:
    kind = "related" if line.startswith("Read") else "see_also"
    for cleaned in (
        clean_text(f"{PROSE}\n\n{line}", rules, "Cranes"),
        clean_feed(Entry(guid="1", url=OWN, title="Cranes", content=f"{PROSE}\n\n{html.escape(line)}"), rules),
    ):
        assert [(link.kind, link.title, link.url) for link in cleaned.links] == [(kind, T, U)]
        assert cleaned.text == PROSE


def test_an_address_alone_is_its_own_title(rules: CleanRules) -> None:
    cleaned = clean_text(f"{PROSE}\n\nSee also: {U}", rules, "Cranes")
    assert [(link.title, link.url) for link in cleaned.links] == [(U, U)]


def test_pages_that_a_query_tells_apart_are_two() -> None:
    assert is_article("https://news.example/?p=2", "https://news.example/?p=1")
    assert not is_article("https://news.example/?p=1&utm_source=x", "https://news.example/?p=1")


SENTENCES = {
    "a sentence that begins so": "See also the work of Hanna Weiss, who measured every bridge in the valley by hand.",
    "mid-sentence": "The survey (see also: the list of 2019) counted bridges.",
    "an explanation": "Related: the union counts every pause of every crane, and it has done so since the winter.",
    "an order to read": "Read more books, the minister told pupils, and look at fewer screens before you sleep.",
    "a long explanation": "Related: "
    + "the union counts every pause of every crane, and it has done so since the winter. " * 4,
}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_sentences_are_no_labels(sentence: str, rules: CleanRules) -> None:
    block = outline(parse(f"<p>{sentence}</p>"), rules.elements).blocks[0]
    assert read_label(block, rules, OWN) is None


def test_the_place_an_article_came_from_is_a_source(rules: CleanRules) -> None:
    markup = f'<p>{PROSE}</p><p>The post <a href="{OWN}">Cranes</a> appeared first on <a href="https://wire.example">Harbour Wire</a>.</p>'
    cleaned = clean_feed(Entry(guid="1", url=OWN, title="Cranes", content=markup), rules)
    assert [(link.kind, link.title, link.url) for link in cleaned.links] == [
        ("source", "Harbour Wire", "https://wire.example")
    ]
    assert cleaned.text == PROSE


def test_positions_point_into_the_text(rules: CleanRules) -> None:
    markup = f'<p>{PROSE}</p><p>See also: <a href="/tides">{T}</a></p><p>The <a href="https://union.example/pay">union</a> disagrees, and so do the drivers.</p>'
    cleaned = clean_feed(Entry(guid="1", url=OWN, title="Cranes", content=markup), rules)
    see_also, out = cleaned.links
    assert cleaned.text[see_also.position :].startswith("The union")
    assert cleaned.text[out.position :].startswith("union")


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/author/odd",
        "https://news.example/tags/x",
        "https://news.example/events/expo",
        "https://x.com/intent/tweet?url=http://a.example",
    ],
)
def test_listings_are_no_articles(address: str) -> None:
    assert not is_article(address, OWN)


def through(form: Form, rules: CleanRules) -> tuple[Cleaned, Cleaned]:
    markup = (
        f"<p>{PROSE}</p><p>{PROSE} Again.</p>{form.markup}<p>{PROSE} Once more.</p><p>{PROSE} For the last time.</p>"
    )
    page = f"<html><body><article><h1>Cranes</h1>{markup}</article></body></html>"
    feed = clean_feed(Entry(guid="1", url=OWN, title="Cranes", content=markup), rules)
    return feed, clean_page(Page(url=OWN, body=page.encode(), charset="utf-8"), rules)


@pytest.mark.parametrize("form", PLANTED, ids=lambda form: form.name)
def test_a_pointer_between_paragraphs_is_lifted_with_its_place(form: Form, rules: CleanRules) -> None:
    for cleaned in through(form, rules):
        lifted = [link for link in cleaned.links if link.kind != "outbound"]
        wants = [(kind, title, href and urljoin(OWN, href)) for kind, title, href in form.wants]
        assert [(link.kind, link.title, (link.url or "").split("?utm")[0] or None) for link in lifted] == [
            (kind, title, href and href.split("?utm")[0]) for kind, title, href in wants
        ]
        assert cleaned.text == f"{PROSE}\n\n{PROSE} Again.\n\n{PROSE} Once more.\n\n{PROSE} For the last time."
        assert {cleaned.text[link.position :] for link in lifted} == {
            f"{PROSE} Once more.\n\n{PROSE} For the last time."
        }


@pytest.mark.parametrize("form", ADVERSARIES, ids=lambda form: form.name)
def test_what_only_looks_like_a_pointer_is_none(form: Form, rules: CleanRules) -> None:
    for cleaned in through(form, rules):
        assert [link for link in cleaned.links if link.kind != "outbound"] == []
        assert all(words in cleaned.text for words in form.stays)


def test_links_are_resolved_by_the_base_that_the_page_names(rules: CleanRules) -> None:
    head = "<head><base href='https://news.example/en/'></head>"
    page = f"<html>{head}<body><article><p>{PROSE}</p><p>See also: <a href='tides'>{T}</a></p><p>{PROSE} Again.</p></article></body></html>"
    cleaned = clean_page(Page(url=OWN, body=page.encode()), rules)
    assert [(link.title, link.url) for link in cleaned.links] == [(T, "https://news.example/en/tides")]
