"""The date of a page that nothing else tells: htmldate, behind one function. The only module that imports it.

It is imported when first asked, which is seldom. Its extensive search is left out: that guesses a year from any number
on the page, and says the first of January.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from lxml.html import HtmlElement

from extractors.dates import sane

HEAVIEST = 20_000  # elements of a tree that is looked at: it is copied
EARLIEST, LATEST = datetime(1995, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - htmldate compares them with its own, which have no zone


def guess_date(tree: HtmlElement, url: str) -> datetime | None:
    """The day on which a page was most likely published, at midnight UTC, or None. Never raises."""
    from htmldate import find_date

    if next(islice(tree.iter(), HEAVIEST, None), None) is not None:
        return None
    try:
        found = find_date(
            tree, extensive_search=False, original_date=True, url=url or None, min_date=EARLIEST, max_date=LATEST
        )
        return sane(datetime.fromisoformat(found).replace(tzinfo=UTC)) if found else None
    except Exception:  # noqa: BLE001 - whatever a hostile page makes it raise, the page has no date
        return None
