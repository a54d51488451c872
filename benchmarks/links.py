"""Score the lifting of "See also" links: planted in real pages, and those that stand in the pages already.

    python -m benchmarks.links CORPUS/articles [--prefix aeb-] [--turns N] [--list]

Planted: behind a true paragraph that another one follows, one line of a form of `benchmarks.pointers` at a time.

    found      the link is there with its kind (`see_also`, or `related` for the weaker labels), its title and its
               absolute address, and nothing of the line is left in the text
    precision  of the links of the two kinds that the page did not give without the line, those that were meant;
               the adversaries mean none
    place      of the links found, those whose position is the end of the paragraph above

Already there: short lines in the body of the page that begin with a label and are link for the most part, found in the
tree by a pattern of this file's own. `--list` prints those that we miss, and the lifted ones that it does not know.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement, document_fromstring, fragments_fromstring, tostring

from benchmarks.pointers import ADVERSARIES, FORMS, Form
from config.chrome import load_chrome
from extractors.clean import CleanRules, clean_page, compile_rules
from extractors.model import Cleaned, Link, Page

SETS = ("aeb-", "fun-", "rdb-", "wcx-")
NOWHERE = "https://site.example/2026/05/page"
PROSE = 80  # characters of a paragraph of the true text
LINE = 300  # characters of a line of links
MOSTLY = 0.5  # the share of it, without its label, that is link
KINDS = ("see_also", "related")
LINES = ("p", "li", "div", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "section", "ul")
LABEL = re.compile(
    r"[\W_]{0,4}(?:see also|(?:also|now|must) (?:see|read|watch)|read (?:also|more|next|this)"
    r"|more(?: on this| like this)?:|must[- ]read"
    r"|related\b(?! topics)|recommended\b|further reading|don.t miss|you (?:may|might) (?:also )?(?:like|enjoy)"
    r"|siehe auch|lesen sie|lies auch|mehr zum thema|mehr dazu|zum thema|auch interessant|lesetipp"
    r"|(?:à )?lire (?:aussi|également)|à lire"
    r"|voir aussi|sur le même sujet|lea también|lee también|leer también|ver también|[tl]e puede interesar"
    r"|más información|leggi anche|vedi anche|leia (?:também|mais)|veja também|saiba mais|lees ook|zie ook"
    r"|läs (?:också|även|mer)"
    r"|les også|læs også|lue myös|czytaj|zobacz|przeczytaj|čtěte|читайте|смотрите|baca juga"
    r"|関連|あわせて|相关|延伸|관련"
    r"|اقرأ|xem thêm|ayr\u0131ca|ilginizi|διαβάστε|cite[șşs]te)",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"facebook|twitter|//x\.com|whatsapp|mailto:|javascript:|/tags?/|/authors?/|/category/|/newsletter", re.IGNORECASE
)


@dataclass(slots=True)
class Tally:
    """Counts over plants of one form. `text` counts the pages whose text the line left as it was."""

    planted: int = 0
    found: int = 0
    given: int = 0
    meant: int = 0
    placed: int = 0
    text: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        for name in ("planted", "found", "given", "meant", "placed", "text"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed += other.missed


def flat(text: str) -> str:
    """A text with its white space as single blanks."""
    return " ".join(text.split())


def read(path: Path) -> tuple[HtmlElement, str, str]:
    """The tree of a page, its address and its true text."""
    record = json.loads(path.read_text(encoding="utf-8"))
    page = gzip.decompress(path.with_suffix(".html.gz").read_bytes()).decode("utf-8", "replace")
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    return document_fromstring(page), record.get("url") or NOWHERE, flat(record["text"])


def spot(tree: HtmlElement, truth: str, before: str) -> HtmlElement | None:
    """A paragraph of the true text and of ours, with another right after it; the one nearest to two fifths down.

    Pages that hold their text twice, for small screens, have no such place.
    """
    said = {element: flat("".join(element.itertext())) for element in tree.iter("p")}
    times = Counter(said.values())
    true = [
        e for e, text in said.items() if len(text) >= PROSE and times[text] == 1 and text in truth and text in before
    ]
    pairs = [one for one, next_one in pairwise(true) if one.getnext() is next_one]
    return pairs[len(pairs) * 2 // 5] if pairs else None


def same(link: Link, want: tuple[str, str, str | None], base: str) -> bool:
    """Whether a link is the one that was planted; marks of campaigns do not count."""
    kind, title, href = want
    address = urljoin(base, href) if href else None
    return link.kind == kind and link.title == title and bare(link.url) == bare(address)


def bare(address: str | None) -> str | None:
    """An address without the marks of campaigns."""
    return re.sub(r"[?&]utm_[^#]*", "", address) if address else None


def clean(tree: HtmlElement, url: str, rules: CleanRules) -> Cleaned:
    """A tree through the door."""
    return clean_page(Page(url=url, body=tostring(tree, encoding="utf-8"), charset="utf-8"), rules)


def plant(path: Path, form: Form, rules: CleanRules) -> Tally | None:
    """One form in one page; None when the page has no place for it."""
    tree, url, truth = read(path)
    before = clean(tree, url, rules)
    place = spot(tree, truth, flat(before.text))
    if place is None:
        return None
    above, tail = flat("".join(place.itertext())), place.tail
    for element in reversed(fragments_fromstring(form.markup)):
        place.addnext(element)
    place.tail = tail
    return judge(form, path.stem, before, clean(tree, url, rules), (url, above))


def judge(form: Form, name: str, before: Cleaned, after: Cleaned, about: tuple[str, str]) -> Tally:
    """What became of a plant. `about` is the page's address and the paragraph above the plant."""
    url, above = about
    had = Counter((link.kind, link.title, link.url) for link in before.links)
    new = [link for link in after.links if link.kind in KINDS and not had[link.kind, link.title, link.url]]
    tally = Tally(planted=len(form.wants), given=len(new))
    clear = not any(words in after.text for words in form.gone)
    for want in form.wants:
        hits = [link for link in new if same(link, want, url)]
        tally.meant += len(hits[:1])
        if hits and clear:
            tally.found += 1
            tally.placed += after.text[: hits[0].position].rstrip().endswith(above[-40:])
        else:
            tally.missed.append(f"{name} {want[1]!r} got {[(n.kind, n.title, n.url) for n in new]} clear={clear}")
    tally.text = flat(after.text) == flat(before.text) if not form.stays else all(w in after.text for w in form.stays)
    if not form.wants and (new or not tally.text):
        tally.missed.append(f"{name} got {[(n.kind, n.title, n.url) for n in new]} text={tally.text}")
    return tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of links that stands in a page: its text and the absolute addresses of its links."""

    text: str
    urls: tuple[str, ...]


def standing(tree: HtmlElement, url: str, truth: str) -> Iterator[Line]:
    """The lines of links in the body, and the lists below a label that stands alone."""
    order = {element: number for number, element in enumerate(tree.iter())}
    true = [order[e] for e in tree.iter("p") if len(said := flat("".join(e.itertext()))) >= PROSE and said in truth]
    if not true:
        return
    seen: set[HtmlElement] = set()
    for element in tree.iter(*LINES):
        said = flat("".join(element.itertext()))
        if not true[0] <= order[element] <= true[-1] or len(said) > LINE or seen.intersection(element.iterancestors()):
            continue
        label = LABEL.match(said)
        links = [link for link in element.iter("a") if leads(link, url)]
        linked = sum(len(flat("".join(link.itertext()))) for link in links)
        if label and links and linked >= MOSTLY * (len(said) - label.end()):
            seen.add(element)
            yield Line(text=said, urls=tuple(urljoin(url, link.get("href") or "") for link in links))


def leads(link: HtmlElement, url: str) -> bool:
    """Whether a link leads to another page that may be an article, and says more than a label does."""
    href, said = link.get("href") or "", flat("".join(link.itertext()))
    if href.startswith("#") or ELSEWHERE.search(href) or not LABEL.sub("", said, count=1).strip(" :»>→"):
        return False
    try:
        there, here = urlsplit(urljoin(url, href)), urlsplit(url)
    except ValueError:
        return False
    return bool(there.netloc) and (there.netloc, there.path) != (here.netloc, here.path)


def real(path: Path, rules: CleanRules) -> tuple[int, int, list[str], list[str]]:
    """Links that stand in a page, those of them we lift, the lines missed, and what we lifted besides."""
    tree, url, truth = read(path)
    lines = list(standing(tree, url, truth))
    links = [link for link in clean(tree, url, rules).links if link.kind in KINDS and link.label]
    ours = {bare(link.url) for link in links}
    wanted = {bare(address): line.text for line in lines for address in line.urls}
    missed = [f"{path.stem} {text[:100]!r} {address}" for address, text in wanted.items() if address not in ours]
    besides = [
        f"{path.stem} {link.kind} [{link.label}] {link.title[:80]!r} {link.url}"
        for link in links
        if bare(link.url) not in wanted
    ]
    return len(wanted), len(wanted) - len(missed), missed, besides


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", action="append")
    parser.add_argument("--turns", type=int, default=3, help="forms that are planted in each page, one at a time")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    rules = compile_rules(load_chrome())
    paths = [path for prefix in given.prefix or SETS for path in sorted(given.folder.glob(f"{prefix}*.json"))]
    show_planted(paths, rules, given.turns, wordy=given.list)
    show_real(paths, rules, wordy=given.list)


def show_planted(paths: list[Path], rules: CleanRules, turns: int, *, wordy: bool) -> None:
    """Plant, and print a line for each form and one for all."""
    forms = [*FORMS, *ADVERSARIES]
    tallies = {form.name: Tally() for form in forms}
    pages = set()
    for number, path in enumerate(paths):
        for turn in range(turns):
            form = forms[(number * turns + turn) % len(forms)]
            tally = plant(path, form, rules)
            if tally:
                tallies[form.name].add(tally)
                pages.add(path)
    every = Tally()
    print(f"{'planted':44} {'links':>5} {'found':>5} {'given':>5} {'meant':>5} {'place':>5}")
    for name, tally in tallies.items():
        every.add(tally)
        print(f"{name:44} {tally.planted:5d} {tally.found:5d} {tally.given:5d} {tally.meant:5d} {tally.placed:5d}")
        if wordy:
            print(*(f"    {line}" for line in tally.missed), sep="\n", end="\n" if tally.missed else "")
    print(
        f"{len(pages)} pages: recall {every.found / max(1, every.planted):.3f}, "
        f"precision {every.meant / max(1, every.given):.3f}, place {every.placed / max(1, every.found):.3f}"
    )


def show_real(paths: list[Path], rules: CleanRules, *, wordy: bool) -> None:
    """Print how many of the links that stand in the pages we lift."""
    rows = [real(path, rules) for path in paths]
    wanted, found = sum(row[0] for row in rows), sum(row[1] for row in rows)
    besides = [line for row in rows for line in row[3]]
    print(f"\nalready there: {wanted} links on {sum(1 for row in rows if row[0])} pages, lifted {found}", end=" ")
    print(f"({found / max(1, wanted):.3f}); lifted besides: {len(besides)}")
    if wordy:
        print("missed:", *(line for row in rows for line in row[2]), sep="\n  ")
        print("besides:", *besides, sep="\n  ")


if __name__ == "__main__":
    main()
