"""From swept blocks to the cleaned text, with the place of every cut and link in it."""

from __future__ import annotations

from extractors.chrome import Sweep
from extractors.links import MOST, outbound
from extractors.model import Cleaned, Cut, Link

MUCH = 0.3  # the share of a text that block rules may cut without lowering confidence
UNSURE = 0.4  # the highest confidence of a text of which more was cut
TINY = 60  # characters: a shorter text is no article
NOTHING = 0.1  # the confidence of an empty text
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
            out += outbound(block, place, sweep.base)
        parts.append(block.text)
        place += len(block.text) + len(GAP)
    text = GAP.join(parts)
    return Cleaned(
        text=text,
        links=links(sweep, starts, out, len(text)),
        cuts=tuple(fit(cut, len(text)) for cut in cuts[:MOST_CUTS]),
        source=source,
        confidence=trust(sweep, len(text), confidence),
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


def trust(sweep: Sweep, length: int, confidence: float) -> float:
    """The confidence, lowered when the worded rules cut much of the text, or nothing is left of it."""
    if not length:
        return NOTHING
    worded = sum(
        len(block.text)
        for block, why in zip(sweep.blocks, sweep.reasons, strict=True)
        if why and not why.startswith(("element.", "shape.", "panel.", "head.", "link."))
    )
    doubtful = length < TINY or worded > MUCH * (worded + length)
    return min(confidence, UNSURE) if doubtful else confidence
