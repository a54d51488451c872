"""How soon a source's chrome is learnt, and what true text that costs: promos planted in pages of simulated sources.

    python -m benchmarks.learning CORPUS/articles [--seed 7] [--sources 12]

CORPUS/articles holds NAME.html.gz and NAME.json with "url". A source is 20 pages of one language, in turn. Into the
HTML of each, `k` promos of the source are planted after a true paragraph: at the top, in the middle or at the end, with
and without links, with numbers, dates and titles that change. With copies, about every fourth article is followed by
an earlier one with edits and another title, and one of the first five comes five times more; the judge is not told
which. News are planted as well, in most articles: sentences in which nothing but the numbers changes. After each
article the source is judged, and all its articles are cleaned again by what is learnt.

    recall  share of the promos in articles 1 to N, of those that no shipped rule cuts, that are gone from the texts
    lost    share of the characters of all other blocks that are gone
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.promos import FORMS, NEWS_FORMS, Promo, Sample, plant
from benchmarks.text import SETS, pages
from config.chrome import load_chrome
from extractors.blocks import Block, squeeze
from extractors.clean import CleanRules, clean_page, compile_rules
from extractors.learning import Judgement, judge
from extractors.links import plain
from extractors.marks import hash_of, mark, pack_marks
from extractors.model import Cleaned, Entry, Learnt, Page
from extractors.page import parse

LENGTH = 20  # articles of a source
PARAGRAPHS = 4  # true paragraphs of a page in which something is planted
NEWS_RATE = 0.8  # the share of the articles that have a planted piece of news
SHOWN = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)


@dataclass(slots=True, kw_only=True)
class Item:
    """An article in the stream: its page, what was planted, its blocks before learning, and its texts since."""

    page: Page
    entry: Entry
    planted: frozenset[str]
    first: Cleaned
    texts: dict[frozenset[int], Counter[str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Sums over sources after N articles: promos there and gone, characters of other blocks there and gone."""

    planted: int = 0
    gone: int = 0
    true: int = 0
    lost: int = 0

    @property
    def recall(self) -> float:
        """The share of the promos that is gone, 0–1."""
        return self.gone / max(1, self.planted)

    @property
    def loss(self) -> float:
        """The share of the other text that is gone, 0–1."""
        return self.lost / max(1, self.true)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is planted: how many promos, in which share of the articles; whether there are copies; how many news."""

    many: int
    rate: float = 1.0
    copies: bool = False
    news: int = 1


def read(folder: Path, rules: CleanRules) -> list[Sample]:
    """The pages of the corpus in which true paragraphs can be told."""
    found = []
    for prefix in SETS:
        for markup, url, _ in pages(folder, prefix, 0):
            page = Page(url=url, body=markup.encode(), charset="utf-8")
            cleaned = clean_page(page, rules)
            blocks = {block for block in cleaned.text.split("\n\n") if len(block) > 80}
            tree = parse(markup)
            places = tuple(n for n, p in enumerate(tree.iter("p")) if squeeze(str(p.text_content())) in blocks)
            if len(places) >= PARAGRAPHS and cleaned.title:
                language = (cleaned.language or "en").split("-")[0].lower()
                found.append(Sample(markup=markup, url=url, title=cleaned.title, language=language, places=places))
    return found


def choose_promos(setting: Setting, language: str, rng: random.Random) -> list[Promo]:
    """The promos of one source."""
    forms = rng.sample(FORMS[language], setting.many)
    places = rng.choices(("end", "end", "middle", "top"), k=setting.many)
    promos = [Promo(form=form, place=place, rate=setting.rate) for form, place in zip(forms, places, strict=True)]
    news = rng.sample(NEWS_FORMS[language], setting.news)
    return promos + [Promo(form=form, place=rng.choice(("end", "middle", "top")), rate=NEWS_RATE) for form in news]


def stream(
    samples: Sequence[Sample], setting: Setting, rng: random.Random, rules: CleanRules
) -> Iterator[tuple[int, Item]]:
    """The articles of a source as they come, each with the number of distinct ones until then."""
    language = samples[0].language
    promos = choose_promos(setting, language, rng)
    often = rng.randrange(5)
    for number, sample in enumerate(samples):
        yield number + 1, make(sample, promos, rng, rules)
        if setting.copies:
            for _ in range(5 if number == often else 0):
                yield number + 1, make(sample, promos, rng, rules, edit=True)
            if rng.random() < 0.25:
                yield number + 1, make(samples[rng.randrange(number + 1)], promos, rng, rules, edit=True)


def make(sample: Sample, promos: Sequence[Promo], rng: random.Random, rules: CleanRules, *, edit: bool = False) -> Item:
    """One article of the stream, cleaned without anything learnt."""
    markup, planted, title = plant(sample, promos, rng, edit=edit)
    page = Page(url=sample.url, body=markup.encode("utf-8", "replace"), charset="utf-8")
    entry = Entry(guid=sample.url, url=sample.url, title=title)
    first = clean_page(page, rules, entry, Learnt())
    return Item(page=page, entry=entry, planted=planted & frozenset(first.text.split("\n\n")), first=first)


def blocks(item: Item, learnt: frozenset[int], rules: CleanRules) -> Counter[str]:
    """The blocks of an article's text by what is learnt."""
    own = learnt & {mark.hash for mark in item.first.marks}
    if own not in item.texts:
        cleaned = clean_page(item.page, rules, item.entry, Learnt(blocks=own)) if own else item.first
        item.texts[own] = Counter(cleaned.text.split("\n\n"))
    return item.texts[own]


def add(tally: Tally, item: Item, learnt: frozenset[int], rules: CleanRules) -> None:
    """Add an article to a sum."""
    before, after = blocks(item, frozenset(), rules), blocks(item, learnt, rules)
    tally.planted += len(item.planted)
    tally.gone += sum(1 for text in item.planted if text not in after)
    for text, count in before.items():
        if text not in item.planted:
            tally.true += count * len(text)
            tally.lost += max(0, count - after[text]) * len(text)


def run(samples: Sequence[Sample], setting: Setting, sources: int, seed: int, rules: CleanRules) -> dict[int, Tally]:
    """The curve over N of one setting."""
    curve = {number: Tally() for number in range(1, LENGTH + 1)}
    for source in range(sources):
        rng = random.Random(f"{seed} {source} {setting}")
        known: dict[int, int] = {}
        items: list[Item] = []
        arriving = list(stream(draw(samples, rng), setting, rng, rules))
        for place, (number, item) in enumerate(arriving):
            items.append(item)
            learnt = judge([item.first.marks for item in items], known).learnt
            known = {block: max(count.seen, known.get(block, 0)) for block, count in learnt.items()}
            if place + 1 == len(arriving) or arriving[place + 1][0] > number:
                for each in items:
                    add(curve[number], each, frozenset(known), rules)
    return curve


def draw(samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
    """The pages of one source: of one language, each of another site as far as there are enough."""
    many = Counter(sample.language for sample in samples)
    fit = sorted(language for language, count in many.items() if count >= LENGTH and language in FORMS)
    language = rng.choices(fit, [many[language] for language in fit])[0]
    pool = [sample for sample in samples if sample.language == language]
    rng.shuffle(pool)
    hosts: Counter[str] = Counter()
    ranked: list[tuple[int, int, Sample]] = []
    for sample in pool:
        host = plain(sample.url)[0]
        ranked.append((hosts[host], len(ranked), sample))
        hosts[host] += 1
    return [sample for _, _, sample in sorted(ranked, key=lambda row: row[:2])[:LENGTH]]


def real(samples: Sequence[Sample], rules: CleanRules) -> list[tuple[str, int, Judgement, dict[int, str]]]:
    """What is learnt from the corpus' own sites: host, pages, judgement, and the text of each block."""
    sites: dict[str, list[Sample]] = {}
    for sample in samples:
        sites.setdefault(plain(sample.url)[0], []).append(sample)
    found = []
    for host, own in sorted(sites.items()):
        if host and len(own) > 2:
            cleaned = [
                clean_page(Page(url=s.url, body=s.markup.encode(), charset="utf-8"), rules, learnt=Learnt())
                for s in own
            ]
            texts = {hash_of(text, c.title): text for c in cleaned for text in c.text.split("\n\n")}
            found.append((host, len(own), judge([c.marks for c in cleaned]), texts))
    return found


def cost(samples: Sequence[Sample], rules: CleanRules) -> tuple[float, float]:
    """The share of cleaning's time that marks take, the median of pages; the mean bytes of an article's marks."""
    shares, sizes = [], []
    for sample in samples[::3]:
        start = time.process_time()
        cleaned = clean_page(Page(url=sample.url, body=sample.markup.encode(), charset="utf-8"), rules, learnt=Learnt())
        middle = time.process_time()
        blocks = [Block(text) for text in cleaned.text.split("\n\n")]
        begun = time.process_time()
        mark(blocks, [""] * len(blocks), cleaned.title)
        shares.append((time.process_time() - begun) / (middle - start))
        sizes.append(len(pack_marks(cleaned.marks)))
    return statistics.median(shares), statistics.mean(sizes)


def show(title: str, settings: Sequence[Setting], curves: Sequence[dict[int, Tally]]) -> None:
    """Print curves beside each other."""
    print(f"\n{title}\n")
    heads = [f"k={s.many} {s.rate:.0%}{' copies' if s.copies else ''}" for s in settings]
    print("| N | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))
    for number in SHOWN:
        cells = [f"{curve[number].recall:.3f} / {curve[number].loss:.3%}" for curve in curves]
        print(f"| {number} | " + " | ".join(cells) + " |")


def main() -> None:
    """Print the curves, the controls and the cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sources", type=int, default=12)
    given = parser.parse_args()
    rules = compile_rules(load_chrome())
    samples = read(given.folder, rules)
    print(len(samples), "pages", Counter(sample.language for sample in samples).most_common(8))
    main_settings = [Setting(many=many, copies=copies) for copies in (False, True) for many in (1, 2, 4)]
    others = [Setting(many=2, rate=rate, copies=copies) for rate in (0.6, 0.4) for copies in (False, True)]
    for title, settings in (("recall / lost", main_settings), ("promos in some articles only", others)):
        show(title, settings, [run(samples, each, given.sources, given.seed, rules) for each in settings])
    control = run(samples, Setting(many=0, copies=True, news=3), given.sources, given.seed, rules)
    print(
        "\nno promo planted, three news, with copies: lost",
        f"{max(tally.loss for tally in control.values()):.3%} at most",
    )
    for host, many, judgement, texts in real(samples, rules):
        print(host, many, "pages:", [(texts.get(h, "?")[:70], c.seen) for h, c in judgement.learnt.items()])
    share, size = cost(samples, rules)
    print(f"marks: {share:.1%} of a page's cleaning, {size:.0f} bytes an article")


if __name__ == "__main__":
    main()
