"""Login walls, pay walls and pages that are not there.

A wall is a phrase that stands as a block of its own in a short text, or JSON-LD saying that the text is not free when
little of it is there. Words in a long article make no wall: articles on paywalls are articles.
"""

from __future__ import annotations

import re

from extractors.chrome import Sweep
from extractors.model import Cleaned
from extractors.page import Facts
from extractors.rules import Site

SHORT = 1500  # characters below which a wall's phrase makes the text a wall
TINY = 600  # characters below which "not found" in the title makes the page one that is gone
GONE = re.compile(
    r"(?:\b404\b|\bpage (?:was |is |could )?(?:not|no longer) (?:be )?(?:found|available)|^not found|"
    r"\bpage (?:doesn.t|does not) exist|\bseite nicht gefunden|\bpage (?:introuvable|non trouvée)|"
    r"página no encontrada|pagina non trovata|just a moment|access denied|attention required)",
    re.IGNORECASE,
)


def find_wall(cleaned: Cleaned, sweep: Sweep, facts: Facts, site: Site | None) -> str | None:
    """The wall met: "login", "paywall" or "not-found"; None for an article."""
    length = len(cleaned.text)
    if (
        site
        and length < SHORT
        and any(phrase in block.text.casefold() for block in sweep.blocks for phrase in site.wall)
    ):
        return "paywall"
    if length < TINY and GONE.search(facts.title or cleaned.text[:200]):
        return "not-found"
    if sweep.wall and length < SHORT:
        return sweep.wall
    return "paywall" if not facts.story.free and length < SHORT else None
