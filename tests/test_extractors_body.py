from __future__ import annotations

from pathlib import Path

import pytest

from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_page, compile_rules
from extractors.model import Page

URL = "https://sub.news.example/a"
LINES = [
    f"{name} crane at Veldhaven carries a small mast with two wind cups, and its mast reports four times a second to a cabinet at the foot of the quay."
    for name in ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")
]
PROSE = "".join(f"<p>{line}</p>" for line in LINES)
TEXT = "\n\n".join(LINES)
BREAKS = "<br><br>".join(LINES)
WRAPPED = "".join(f'<div class="para"><p>{line}</p></div>' for line in LINES)
TEASERS = "".join(
    f'<div class="card"><a href="/{n}">Another headline of the day, number {n}</a></div>' for n in range(12)
)
REMARKS = "".join(
    f"<li><p>I have driven crane {n} for years and I can tell you that it never once stopped for a gust.</p></li>"
    for n in range(12)
)


@pytest.fixture(scope="module")
def rules() -> CleanRules:
    return compile_rules(load_chrome())


PAGES = {
    "an article among navigation and footer": f"<nav><a href='/'>Home</a></nav><main><h1>Cranes</h1>{PROSE}</main><footer>© Harbour</footer>",
    "paragraphs made of line breaks": f"<div id=story><b>Cranes</b><br><br>{BREAKS}</div><div>{TEASERS}</div>",
    "each paragraph in its own wrapper": f"<main><div class=wrap>{WRAPPED}</div><div>{TEASERS}</div></main>",
    "teasers between the paragraphs": f"<article><div class=body>{''.join(f'<p>{line}</p>' for line in LINES[:4])}{TEASERS}{''.join(f'<p>{line}</p>' for line in LINES[4:])}</div></article>",
    "an article inside a paywall class": f"<div class='page paywall'><div class=x>{PROSE}</div></div>",
    "more remarks than article": f"<div class='entry-content'>{PROSE}</div><section class='comments'><ul>{REMARKS * 3}</ul></section>",
    "an asp.net form around the page": f"<form action='/'><div class=a>{PROSE}</div></form>",
    "a body in two parts": f"<div class=g><div class=article-body>{''.join(f'<p>{line}</p>' for line in LINES[:5])}</div><aside>More from us</aside><div class=article-body>{''.join(f'<p>{line}</p>' for line in LINES[5:])}</div></div>",
}  # fmt: skip


BAR = "<tr><td colspan=3><a href='/'><b>Harbour</b></a> | <a href='/p'>Ports</a> | <a href='/w'>Wind</a></td></tr>"
SIDE = "<td width=140><b>Today</b><ul><li><a href='/1'>Another headline of the day</a></li></ul></td>"
ADVERT = "<td width=160><b>Berths</b><br>Room for your boat this winter. Ask for our rates at the desk.</td>"
FOOT = "<tr><td colspan=3>(c) Harbour 1998. Reprint with permission only.</td></tr>"
ROWS = "".join(f"<tr><td>{line}</td></tr>" for line in LINES)
LAYOUTS = {
    "paragraphs in a cell": f"<table>{BAR}<tr>{SIDE}<td><h1>Cranes</h1>{PROSE}</td>{ADVERT}</tr>{FOOT}</table>",
    "bare text and line breaks in a cell": f"<table>{BAR}<tr>{SIDE}<td><b>Cranes</b><br><br>{BREAKS}</td>{ADVERT}</tr>{FOOT}</table>",
    "tables in tables": f"<table>{BAR}<tr>{SIDE}<td><table><tr><td><h1>Cranes</h1></td></tr><tr><td>{BREAKS}</td></tr></table></td></tr></table>",
    "a row to each paragraph": f"<table><tr>{SIDE}<td><table role=presentation>{ROWS}</table></td></tr>{FOOT}</table>",
}  # fmt: skip


@pytest.mark.parametrize("body", LAYOUTS.values(), ids=LAYOUTS)
def test_a_page_laid_out_in_tables_is_read(body: str, rules: CleanRules) -> None:
    html = f"<html><head><title>Cranes</title></head><body>{body}</body></html>"
    cleaned = clean_page(Page(url=URL, body=html.encode()), rules)
    assert (cleaned.text, cleaned.source) == (TEXT, "fast")


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_the_body_is_found(body: str, rules: CleanRules) -> None:
    html = f"<html><head><title>Cranes</title></head><body>{body}</body></html>"
    assert clean_page(Page(url=URL, body=html.encode()), rules).text == TEXT


def test_headings_lists_quotes_and_tables_stay(rules: CleanRules) -> None:
    body = f"<article>{PROSE}<h2>By number</h2><ul><li>Nine cranes</li><li>One cabinet</li></ul><blockquote>It never stopped.</blockquote><table><tr><td>Pauses</td><td>412</td></tr></table><p>{LINES[0]}</p></article>"
    cleaned = clean_page(Page(url=URL, body=body.encode()), rules)
    assert (
        cleaned.text
        == f"{TEXT}\n\nBy number\n\nNine cranes\n\nOne cabinet\n\nIt never stopped.\n\nPauses 412\n\n{LINES[0]}"
    )


def test_a_page_without_its_text_gives_its_json_ld(rules: CleanRules) -> None:
    body = TEXT.replace("\n", "\\n")
    html = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Cranes", "articleBody": "{body}"}}</script><p>Loading</p>'
    cleaned = clean_page(Page(url=URL, body=html.encode()), rules)
    assert (cleaned.text, cleaned.source) == (TEXT, "json-ld")


def test_a_site_rule_goes_before_all(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(
        '[sites."news.example"]\nbody = ["div.odd"]\ncut = ["div.odd p.x", "p.y"]\nkeep = ["p#stay"]\n',
        encoding="utf-8",
    )
    own = compile_rules(load_chrome(tmp_path))
    body = f"<div>{PROSE}</div><div class=odd><p>{LINES[0]}</p><p class=x>{LINES[1]}</p><p class=x id=stay>{LINES[2]}</p></div>"
    assert clean_page(Page(url=URL, body=body.encode()), own).text == f"{LINES[0]}\n\n{LINES[2]}"
    assert clean_page(Page(url="https://else.example/", body=body.encode()), own).text != f"{LINES[0]}\n\n{LINES[2]}"


def test_a_sites_wall_phrase_marks_a_wall(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text('[sites."news.example"]\nwall = ["Ahoy, landlubber"]\n', encoding="utf-8")
    own = compile_rules(load_chrome(tmp_path))
    body = f"<article><p>{LINES[0]}</p><p>Ahoy, landlubber: crew only beyond this line.</p></article>"
    assert clean_page(Page(url=URL, body=body.encode()), own).wall == "paywall"


@pytest.mark.corpus
@pytest.mark.slow
def test_our_text_is_no_worse_than_trafilaturas(corpus: Path, rules: CleanRules) -> None:
    from benchmarks.text import compare

    for name, row in compare(corpus / "articles", rules, ("aeb-", "fun-", "wcx-")).items():
        assert row.ours >= row.theirs - 0.002, name
