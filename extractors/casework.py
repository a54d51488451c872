"""Articles as cases: what training has to know of each, seen once for all tags.

    Reader(taxonomy).read(text) ─▶ Seen ─▶ case(seen, tag, verdict) for each tag

An article is tagged twice: as it always is, and with every threshold at nothing, which tells how near each tag was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.taxonomy import Taxonomy
from extractors.features import features
from extractors.schooling import Case
from extractors.tagging import NOBODY, Publisher, Tagger
from extractors.trained import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An article's features, the scores of all topics that anything speaks for, and what it was given.

    `given` holds the tags it has by their own score, `brought` those that came along with others.
    """

    features: Mapping[str, float]
    scores: Mapping[str, float]
    given: frozenset[str]
    brought: frozenset[str]


class Reader:
    """Reads articles as training sees them, by the rules alone."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.tagger = Tagger(taxonomy)
        self.loose = Tagger(taxonomy, Training(thresholds=dict.fromkeys(taxonomy.tags, 0.0)))
        self.family = {
            tag: {f"#{tag}", *(f"#{one.id}" for one in above), *(f"#{one}" for one in self.tagger.below.get(tag, ()))}
            for tag, above in self.tagger.above.items()
        }

    def read(
        self,
        title: str,
        text: str,
        categories: Sequence[str] = (),
        language: str | None = None,
        publisher: Publisher = NOBODY,
    ) -> Seen:
        """One article; the arguments are those of `Tagger.tag`."""
        tagging = self.tagger.tag(title, text, categories, language, publisher)
        near = self.loose.tag(title, text, categories, language, publisher)
        own = {tag.id for tag in tagging.own}
        return Seen(
            features=features(self.tagger.vocabulary.read(title, text), tagging),
            scores={tag.id: tag.score for tag in near.own},
            given=frozenset(own),
            brought=frozenset(tag.id for tag in tagging.tags if tag.id not in own),
        )

    def case(self, seen: Seen, tag: str, said: bool | None = None) -> Case:  # noqa: FBT001 - it is what was said
        """An article in the eyes of one tag: what the rules say of that tag and its kin is hidden."""
        hidden = self.family.get(tag, ())
        return Case(
            features={name: value for name, value in seen.features.items() if name not in hidden},
            own=seen.scores.get(tag, 0.0),
            given=tag in seen.given or tag in seen.brought,
            brought=tag in seen.brought,
            said=said,
        )
