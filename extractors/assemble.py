"""From swept blocks to the cleaned text, with the place of every cut and link in it."""

from __future__ import annotations

from extractors.chrome import Sweep
from extractors.links import MOST, outbound
from extractors.marks import mark
from extractors.model import Cleaned, Cut, Link

MUCH = 0.3  # the share of a text that worded and learnt rules may cut without putting the rest in doubt
UNCOUNTED = ("element.", "shape.", "panel.", "head.", "link.")  # cuts by what a page or line is, not by its words
TINY = 60  # characters: a shorter text is no article
TRUST = {"": 1.0, "cuts": 0.4, "short": 0.4, "empty": 0.1}  # the highest confidence by doubt
LONGEST_CUT = 4000  # characters of a cut block that are kept on record
MOST_CUTS = 500
GAP = "\n\n"


def assemble(sweep: Sweep, source: str, confidence: float) -> Cleaned:
    """The text that is left, its links and its cuts."""
    parts: list[str] = []
    starts: list[int] = []
    cuts: list[Cut] = []
    out: list[Link] = []
    place = 0
    for block, why in zip(sweep.blocks, sweep.reasons, strict=True):
        starts.append(place)
        if why:
            cuts.append(Cut(rule=why, text=block.text[:LONGEST_CUT], position=place))
            continue
        if len(out) < MOST and block.anchors:
            out += outbound(block, place, sweep.about.base)
        parts.append(block.text)
        place += len(block.text) + len(GAP)
    text = GAP.join(parts)
    doubt = doubtful(sweep, len(text))
    return Cleaned(
        text=text,
        links=links(sweep, starts, out, len(text)),
        cuts=tuple(fit(cut, len(text)) for cut in cuts[:MOST_CUTS]),
        source=source,
        confidence=min(confidence, TRUST[doubt]),
        doubt=doubt,
        marks=mark(sweep.blocks, sweep.reasons, sweep.about.title) if sweep.about.marked else (),
    )


def fit(cut: Cut, length: int) -> Cut:
    """A cut below the last block stands at the end of the text."""
    return cut if cut.position <= length else Cut(rule=cut.rule, text=cut.text, position=length)


def links(sweep: Sweep, starts: list[int], out: list[Link], length: int) -> tuple[Link, ...]:
    """All links, pointers first by place; one address or bare title counts once, and an outbound one after all.

    A pointer without an address has that of another link of its title.
    """
    known = {link.title.casefold(): link.url for link in out[:MOST]}
    known |= {p.title.casefold(): p.url for p in sweep.pointers if p.url}
    found = [
        Link(
            kind=p.kind,
            title=p.title,
            url=p.url or known.get(p.title.casefold()),
            position=min(starts[p.block], length),
            label=p.label,
        )
        for p in sorted(sweep.pointers, key=lambda p: p.block)
    ]
    seen: set[str] = set()
    kept: list[Link] = []
    for link in [*found, *out[:MOST]]:
        key = link.url or link.title.casefold()
        if key not in seen:
            seen.add(key)
            kept.append(link)
    return tuple(kept)


def doubtful(sweep: Sweep, length: int) -> str:
    """The word for why a text is not to be relied on: nothing or little is left, or the rules cut much of it."""
    if length < TINY:
        return "short" if length else "empty"
    worded = sum(
        len(block.text)
        for block, why in zip(sweep.blocks, sweep.reasons, strict=True)
        if why and not why.startswith(UNCOUNTED)
    )
    return "cuts" if worded > MUCH * (worded + length) else sweep.doubt
