# ruff: noqa: E501, RUF001 - a table reads best with one row a line, and labels are written as they are
"""Lines that point to other articles as `benchmarks.links` plants them, and lines that only look so."""

from __future__ import annotations

from dataclasses import dataclass

T = "Harbour cranes learn to wait for the gust"
U = "/2026/05/harbour-cranes-learn-to-wait"
T2 = "Tide tables go digital on the north coast"
U2 = "https://other.example/news/tide-tables-go-digital?utm_source=feed&utm_medium=rss"

Want = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A line, and what is to come of it: the links as (kind, title, address), words that go and words that stay."""

    name: str
    markup: str
    wants: tuple[Want, ...] = ()
    gone: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


def told(name: str, markup: str, kind: str = "see_also", *, both: bool = False) -> Form:
    """A form whose markup names the title and address of one link, or of two."""
    wants = ((kind, T, U), (kind, T2, U2)) if both else ((kind, T, U),)
    return Form(name=name, markup=markup.format(T=T, U=U, T2=T2, U2=U2), wants=wants, gone=(T, T2))


def kept(name: str, markup: str, *stays: str) -> Form:
    """A line that is text and stays."""
    return Form(name=name, markup=markup.format(T=T, U=U, T2=T2, U2=U2), stays=stays)


def nothing(name: str, markup: str) -> Form:
    """A line that may go, and gives no link."""
    return Form(name=name, markup=markup.format(T=T, U=U), stays=("",))


LINK = '<a href="{U}">{T}</a>'
FORMS = (
    told("en See also: <a>", f"<p>See also: {LINK}</p>"),
    told("en strong label", f"<p><strong>Read also:</strong> {LINK}</p>"),
    told("en all in strong", f"<p><strong>SEE ALSO: {LINK}</strong></p>"),
    told("en em", f"<p><em>See also: {LINK}.</em></p>"),
    told("en div", f'<div class="c-inline-link">See also: {LINK}</div>'),
    told("en whole line linked", '<p><a href="{U}">See also: {T}</a></p>'),
    told("en whole line linked, strong label", '<p><a href="{U}"><b>Also read |</b> {T}</a></p>'),
    told("en no colon", f"<p>See also {LINK}</p>"),
    told("en dash", f"<p>ALSO READ – {LINK}</p>"),
    told("en in brackets", f"<p>[See also: {LINK}]</p>"),
    told("en in parentheses, italic", f"<p><i>(See also: {LINK})</i></p>"),
    told("en heading and list", f'<h3>See also</h3><ul><li>{LINK}</li><li><a href="{{U2}}">{{T2}}</a></li></ul>', both=True),
    told("de heading and list", f'<h4>Siehe auch:</h4><ul><li>{LINK}</li><li><a href="{{U2}}">{{T2}}</a></li></ul>', both=True),
    told("en strong paragraph and list", f'<p><strong>Read also</strong></p><ul><li>{LINK}</li><li><a href="{{U2}}">{{T2}}</a></li></ul>', both=True),
    told("en two links, comma", f'<p>See also: {LINK}, <a href="{{U2}}">{{T2}}</a></p>', both=True),
    told("en two links, and", f'<p>See also: {LINK} and <a href="{{U2}}">{{T2}}</a>.</p>', both=True),
    told("en two links, line break", f'<p>See also:<br>{LINK}<br><a href="{{U2}}">{{T2}}</a></p>', both=True),
    told("en address with utm", '<p>See also: <a href="{U}?utm_source=x&amp;utm_campaign=y">{T}</a></p>'),
    told("en blockquote", f"<blockquote><p>See also: {LINK}</p></blockquote>"),
    told("en blockquote, no colon", f"<blockquote><p><strong>Read also</strong> {LINK}</p></blockquote>"),
    told("en list of one", f"<ul><li>See also: {LINK}</li></ul>"),
    told("en READ MORE:", f"<p><strong>READ MORE: {LINK}</strong></p>", "related"),
    told("en Related:", f"<p>Related: {LINK}</p>", "related"),
    told("en Related article |", f"<p>Related article | {LINK}</p>", "related"),
    told("en label above, link below", f"<div><p>Related</p><p>{LINK}</p></div>", "related"),
    told("de Lesen Sie auch:", f"<p>Lesen Sie auch: {LINK}</p>"),
    told("de Mehr zum Thema", f"<p><b>Mehr zum Thema:</b> {LINK}</p>", "related"),
    told("de Mehr zum Thema, list", f"<h3>Mehr zum Thema</h3><ul><li>{LINK}</li></ul>", "related"),
    told("fr Lire aussi :", f"<p><strong>Lire aussi :</strong> {LINK}</p>"),
    told("fr À lire aussi, nbsp", f"<p>À lire aussi&nbsp;: {LINK}</p>"),
    told("es Lea también", f"<p>Lea también: {LINK}</p>"),
    told("es Te puede interesar", f"<p><strong>Te puede interesar: {LINK}</strong></p>"),
    told("it Leggi anche", f"<p><strong>Leggi anche</strong>: {LINK}</p>"),
    told("it LEGGI ANCHE >>>", f"<p><strong>LEGGI ANCHE &gt;&gt;&gt; {LINK}</strong></p>"),
    told("pt Leia também", f"<p>Leia também: {LINK}</p>"),
    told("nl Lees ook", f"<p><em>Lees ook: {LINK}</em></p>"),
    told("sv Läs också", f"<p><strong>Läs också:</strong> {LINK}</p>"),
    told("no Les også", f"<p>Les også: {LINK}</p>"),
    told("pl Czytaj też", f"<p><strong>Czytaj też: {LINK}</strong></p>"),
    told("ru Читайте также", f"<p>Читайте также: {LINK}</p>"),
    told("uk Читайте також", f"<p><strong>Читайте також:</strong> {LINK}</p>"),
    told("ja 関連記事", f"<p>関連記事：{LINK}</p>"),
    told("zh 延伸阅读", f"<p>延伸阅读：{LINK}</p>"),
    told("tr Ayrıca okuyun", f"<p>Ayrıca okuyun: {LINK}</p>"),
    Form(name="en no address", markup=f"<p>See also: {T}</p>", wants=(("see_also", T, None),), gone=(T,)),
    Form(name="fr no address", markup=f"<p><strong>Lire aussi : {T}</strong></p>", wants=(("see_also", T, None),), gone=(T,)),
)  # fmt: skip
ADVERSARIES = (
    kept("mid-sentence", '<p>The survey of 2019 (see also: <a href="{U}">{T}</a>) counted every crane on the quay by hand.</p>', "(see also: Harbour cranes", "by hand."),
    kept("mid-sentence, no brackets", '<p>Every crane was counted by hand; see also <a href="{U}">{T}</a>, which tells how it was done in the end.</p>', "see also Harbour cranes"),
    kept("a sentence that begins so", "<p>See also the work of Hanna Weiss, who measured every bridge in the valley by hand and found nine more.</p>", "See also the work of Hanna Weiss"),
    kept("a sentence with a link", '<p>See also the work of <a href="{U}">Hanna Weiss</a>, who measured every bridge in the valley by hand.</p>', "See also the work of Hanna Weiss"),
    kept("read more, prose", '<p>Read more books, the minister told pupils, and look at <a href="{U}">fewer screens</a> before you sleep.</p>', "Read more books"),
    kept("related, prose", "<p>Related: the union counts every pause of every crane, and it has done so since the winter of 2019. Nobody else does. The port has asked for the list and never got it.</p>", "Related: the union counts"),
    nothing("a share line", '<p>Share: <a href="https://www.facebook.com/sharer.php?u=x">Facebook</a> <a href="https://x.com/intent/tweet?url=x">X</a></p>'),
    nothing("a tag", '<p>See also: <a href="/tag/cranes/">Cranes</a></p>'),
    nothing("an author", '<p>Read more: <a href="/author/odd-larsen/">Odd Larsen</a></p>'),
    nothing("an event", '<p>See also: <a href="/events/">Events</a></p>'),
    nothing("the page itself", '<p>See also: <a href="#top">{T}</a></p>'),
    nothing("a script", '<p>See also: <a href="javascript:void(0)">{T}</a></p>'),
    nothing("a newsletter", '<p>Read more: <a href="/newsletters/daily">Sign up for our daily newsletter</a></p>'),
    nothing("a login", '<p>Read more: <a href="/login?next=x">Log in</a></p>'),
)  # fmt: skip
