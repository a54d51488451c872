"""Has the store this article already? The index of copies, in SQLite.

`place` asks and writes in one go, so it belongs inside the caller's `BEGIN IMMEDIATE`: two writers that both asked
first would both call the same article new. Nothing is kept in memory: a second process, or the same one after a
restart, decides alike.

A group is a set of copies, named by the id of one of its members, at first of its first. An article joins the one group
that fits best and no other, and an article never makes one of two groups, for one excerpt inside a roundup would chain
strangers together. It is looked for by

    chosen    somebody said so
    address   the same canonical address, unless that address has shown three different texts
    text      word for word the same, thirty words or more
    near      rare shingles in common, judged by `extractors.sameness`
    title     the same headline within three days, for texts too short for anything else

What comes late may show that earlier ones were placed badly: `place_again` mends one article at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from extractors.sameness import (
    FEWEST,
    HASHED,
    SERIAL,
    WINDOW,
    Kind,
    Side,
    closeness,
    hours_between,
    is_composite,
    is_same,
    jaccard,
    strength,
)
from storage import shingles
from storage.overlaps import Found, Method, best, match
from storage.pairs import SAID
from storage.shingles import Groups
from storage.signatures import TABLES, Document, Member, Signatures

__all__ = ["APART", "TABLES", "Document", "Sameness", "Verdict"]

TOP = 5  # groups whose members are looked at
APART = frozenset({"new", "quotes"})  # kinds of those that join nothing
MARGIN = 0.25  # by which another group has to fit better than an article's own; else two would change places for ever
TEXTS = 3  # different texts under one address make it no article's address (a section, a live page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where an article was placed.

    `of` is the member it is most like; for kind "quotes", the article it shares words with. `group` is the article's
    own id for kinds "new" and "quotes". `similarity`, 0–1, is the share of both texts for a duplicate or revision, of
    the smaller one for an excerpt or a quotation. `evidence` is in words, `strength` says how well it fits there, 0–3.
    """

    group: int
    of: int | None = None
    kind: Kind = "new"
    method: Method | None = None
    similarity: float = 0.0
    evidence: str = ""
    strength: float = 0.0


class Sameness:
    """The index on one connection. Writes, but never begins or ends a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._signatures = Signatures(connection)

    def place(self, document: Document, *, former: int | None = None) -> Verdict:
        """Find the group an article belongs to, or make one, and remember the article.

        `former` is the group it was in before, what `forget` gave: it may be too old to be found. Raises
        `sqlite3.IntegrityError` when the article is placed already: `forget` it first.
        """
        groups = shingles.look_up(self._db, document.fingerprint.hashes)
        found = self._chosen(document) or self._exact(document) or self._near(document, groups, former)
        if found is None or found.kind == "quotes":
            found = self._by_title(document) or found
        joined = found is not None and found.kind not in APART
        group = found.member.group if found and joined else document.article_id
        self._signatures.keep(document, group, groups)
        if found is None:
            return Verdict(group=group)
        return Verdict(
            group=group,
            of=found.member.article_id,
            kind=found.kind,
            method=found.method,
            similarity=round(found.similarity, 4),
            evidence=found.evidence,
            strength=found.strength,
        )

    def place_again(self, article_id: int, *, apart: Iterable[int] = (), beside: Iterable[int] = ()) -> Verdict | None:
        """Place an article by what is known now; None, and nothing written, when it stays with those it was with.

        `apart` and `beside` as those of a `Document`.
        """
        known, group = self._signatures.one(article_id), self._signatures.group_of(article_id)
        if known is None or group is None:
            return None
        fellows = set(self.members(group)) - {article_id}
        asked = replace(known, apart=tuple(apart), beside=tuple(beside))
        self._db.execute("SAVEPOINT again")
        former = self.forget(article_id)
        may_stay = former is not None and fellows.isdisjoint(asked.apart)
        own = self._fit(asked, former) if may_stay else 0.0
        verdict = self.place(asked, former=former)
        same = verdict.group == former or (former is None and verdict.kind in APART)
        if same or (may_stay and not self._is_better(asked, verdict, former, own)):
            self._db.execute("ROLLBACK TO again")
            self._db.execute("RELEASE again")
            return None
        self._db.execute("RELEASE again")
        return verdict

    def _is_better(self, document: Document, verdict: Verdict, former: int | None, own: float) -> bool:
        """Whether an article is better placed by a verdict than where it was and fits so well.

        It leaves a group that it fits into for an earlier article only: two that are alike would else follow each other
        for ever.
        """
        if verdict.method == "chosen":
            return True
        if verdict.kind in APART or verdict.of is None:
            return self._furnished(document, former)
        if not own:
            return True
        other = self._signatures.one(verdict.of)
        places = [(one.published, one.article_id) for one in (other, document) if one]
        return places == sorted(places) and verdict.strength > own + MARGIN

    def _fit(self, document: Document, group: int | None) -> float:
        """How well an article that was taken out of a group fits into it, 0–3; 0 when it would not join it now."""
        scarce = shingles.rare(shingles.look_up(self._db, document.fingerprint.hashes))
        composite = is_composite(shingles.places(scarce), len(scarce))
        side = Side(hashes=tuple(scarce), title=document.title_key, composite=composite)
        sample = self._signatures.sample(group, document.fingerprint.algorithm) if group is not None else []
        found = match(self._db, side, sample, serial=self._is_serial(document.title_key))
        return strength(found[1]) if found and is_same(found[1]) else 0.0

    def _furnished(self, document: Document, group: int | None) -> bool:
        """Whether most of what an article shares with a group is furniture by now, and either has more of its own.

        Then it was no copy but had its footer. Otherwise it is a copy of little text, of which some is quoted much.
        """
        mine = set(document.fingerprint.hashes)
        sample = self._signatures.sample(group, document.fingerprint.algorithm) if group is not None else []
        near = max(sample, key=lambda member: closeness(mine, member.hashes), default=None)
        theirs = set(near.hashes) if near else set()
        shared, *bodies = (
            shingles.rare(shingles.look_up(self._db, sorted(each)))
            for each in (mine & theirs, mine - theirs, theirs - mine)
        )
        return 2 * len(shared) < len(mine & theirs) and len(shared) < min(map(len, bodies))

    def members(self, group: int) -> tuple[int, ...]:
        """The articles of a group, ascending."""
        return self._signatures.members(group)

    def group_of(self, article_id: int) -> int | None:
        """The group an article is in; None when it was never placed."""
        return self._signatures.group_of(article_id)

    def merge(self, one: int, other: int) -> int:
        """Make two groups one, because somebody said so; its name."""
        return self._signatures.merge(one, other)

    def retire(self, article_id: int) -> None:
        """Take an article's shingles out of the index, which they would fill for ever. Its keys stay."""
        self._signatures.retire(article_id)

    def forget_all(self, articles: Iterable[int]) -> None:
        """Take articles out; many of one group at the cost of one."""
        self._signatures.forget_all(articles)

    def forget(self, article_id: int) -> int | None:
        """Take an article out: before it is placed again with a changed text, or when it is deleted.

        Gives the group that the others of its own are now. One that loses the member it is named by takes another name.
        """
        return self._signatures.forget(article_id)

    def _chosen(self, document: Document) -> Found | None:
        """The article beside which somebody put this one."""
        for other in document.beside:
            one, group = self._signatures.one(other), self._signatures.group_of(other)
            if one and group is not None:
                similarity = jaccard(document.fingerprint.hashes, one.fingerprint.hashes)
                member = Member(article_id=other, group=group)
                return Found(member=member, kind="duplicate", method="chosen", similarity=similarity, evidence=SAID)
        return None

    def _apart(self, document: Document) -> set[int | None]:
        """The groups in which this article must not be."""
        return {self._signatures.group_of(each) for each in sorted(document.apart)}

    def _allowed(self, document: Document, members: list[Member]) -> list[Member]:
        """Those of some members beside which somebody has not forbidden this article."""
        barred = self._apart(document) if members and document.apart else ()
        return [member for member in members if member.group not in barred]

    def _exact(self, document: Document) -> Found | None:
        """The same address, or word for word the same text, long enough to be no form letter."""
        same, words = self._by_address(document), document.fingerprint.words
        if same or words < HASHED:
            return same
        members = self._allowed(document, self._signatures.with_text(document.fingerprint))
        evidence = f"the same {words} words"
        return Found(member=members[0], kind="duplicate", method="text", evidence=evidence) if members else None

    def _by_address(self, document: Document) -> Found | None:
        """The same address: the same article, and a revision of it when the text is another."""
        if document.key is None:
            return None
        prints = document.fingerprint
        members = self._signatures.at_address(document.key)
        texts = {member.text_hash for member in members}
        members = self._allowed(document, members)
        alike = [member for member in members if member.text_hash == prints.text_hash]
        if alike:
            evidence = "the same address and words"
            return Found(member=alike[0], kind="duplicate", method="address", evidence=evidence)
        if not members or len(texts) >= TEXTS:
            return None
        similarity, evidence = jaccard(prints.hashes, members[-1].hashes), "the same address, other words"
        return Found(
            member=members[-1], kind="revision", method="address", similarity=similarity, evidence=evidence
        )  # fmt: skip

    def _by_title(self, document: Document) -> Found | None:
        """Texts too short to compare, under one headline of several words, within three days."""
        short, several = document.fingerprint.words < HASHED, len(document.title_key.split()) > FEWEST
        if not (short and several) or self._is_serial(document.title_key):
            return None
        for member in self._allowed(document, self._signatures.short_ones(document.title_key)):
            apart = hours_between(member.published, document.published)
            if apart is not None and apart <= WINDOW:
                evidence = f"the same headline within {max(1, round(apart))} h, texts too short to compare"
                return Found(member=member, kind="duplicate", method="title", evidence=evidence)
        return None

    def _is_serial(self, title: str) -> bool:
        """Whether a headline stands over several groups already, like that of a daily column."""
        return self._signatures.groups_under(title) >= SERIAL

    def _near(self, document: Document, groups: Groups, former: int | None) -> Found | None:
        """The group whose rare shingles fit best, if any fits; else the one that is quoted."""
        scarce = shingles.rare(groups)
        hit = shingles.places(scarce)
        likely = [
            group
            for _, group in sorted((-len(places), group) for group, places in hit.items() if len(places) >= FEWEST)
        ][:TOP]
        if former is not None and former not in likely:
            likely.append(former)
        barred = self._apart(document) if likely and document.apart else ()
        likely = [group for group in likely if group not in barred]
        if not likely:
            return None
        composite = is_composite(hit, len(scarce))
        side = Side(hashes=tuple(scarce), title=document.title_key, composite=composite)
        serial = self._is_serial(document.title_key)
        samples = [self._signatures.sample(group, document.fingerprint.algorithm) for group in likely]
        return best([found for sample in samples if (found := match(self._db, side, sample, serial=serial))])
