"""Login walls, pay walls, requests for consent, and pages that are not there.

A wall is a phrase that stands as a block of its own in a short text, or JSON-LD saying that the text is not free when
little of it is there, and less than the body that it gives. Words in a long article make no wall: articles on paywalls
are articles. A request for consent is a short text that begins as one and speaks of hardly anything else.
"""

from __future__ import annotations

import re

from extractors.chrome import Sweep
from extractors.model import Cleaned
from extractors.page import Facts
from extractors.sites import UNTOLD, Site, SiteFacts
from extractors.verdict import AGREES

SHORT = 1500  # characters below which a wall's phrase makes the text a wall
TINY = 600  # characters below which "not found" in the title makes the page one that is gone
GONE = re.compile(
    r"(?:\b404\b|\bpage (?:was |is |could )?(?:not|no longer) (?:be )?(?:found|available)|^not found|"
    r"\bpage (?:doesn.t|does not) exist|\bseite nicht gefunden|\bpage (?:introuvable|non trouvée)|"
    r"página no encontrada|pagina non trovata|just a moment|access denied|attention required)",
    re.IGNORECASE | re.MULTILINE,
)
ASKING = re.compile(
    r"(?:before you continue|we (?:and our|value|care about|respect|use cookies)|your (?:privacy|data|choices)|"
    r"(?:this|our) (?:web)?site uses cookies|cookies? (?:consent|settings|policy|notice)|(?:manage|accept) cookies|"
    r"bevor sie|wir (?:und unsere|verwenden|benötigen)|ihre (?:privatsphäre|daten)|avant de (?:continuer|poursuivre)|"
    r"nous (?:et nos|utilisons)|votre vie privée|antes de (?:continuar|prosseguir)|nosotros y nuestros|tu privacidad|"
    r"prima di continuare|noi e (?:i nostri|terze)|voordat je verdergaat|wij en onze)",
    re.IGNORECASE,
)
CONSENT = re.compile(
    r"cookie|consent|privacy|privacidad|confidentialité|vie privée|datenschutz|einwillig|zustimm|einverstanden|partner|"
    r"toestemming|consentement|consentimiento|consenso",
    re.IGNORECASE,
)
OFTEN = 4  # words of consent in a text that asks for it


def find_wall(cleaned: Cleaned, sweep: Sweep, facts: Facts, site: Site | None, own: SiteFacts = UNTOLD) -> str | None:
    """The wall met: login, paywall, consent or not-found; None for an article. `own` is what the site's rule read."""
    length = len(cleaned.text)
    if site and length < SHORT and (own.walled or says(sweep, site.wall)):
        return "paywall"
    if length < TINY and GONE.search(f"{facts.title}\n{cleaned.text[:200]}"):
        return "not-found"
    if length < SHORT and ASKING.match(cleaned.text) and len(CONSENT.findall(cleaned.text)) >= OFTEN:
        return "consent"
    if sweep.wall and length < SHORT:
        return sweep.wall
    story = len(facts.story.body)
    is_told = story > 0 and length >= AGREES * story  # a short text may be all there is
    return "paywall" if not facts.story.free and length < SHORT and not is_told else None


def says(sweep: Sweep, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases, in small letters, stands in a block of the text."""
    return any(phrase in block.text.casefold() for block in sweep.blocks for phrase in phrases)
