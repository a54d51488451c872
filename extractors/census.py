"""Count the tags of a mended feed: refuse what would stall a parser, and trim both ends of the document.

The limits are far above any feed met (the widest real one had 60 categories in an item) and far below what hurts:
feedparser takes time in the square of the attributes of an element, of the categories of an item, of the namespaces of
a document and of an unbroken author name, a third of a minute for 50,000 of them; and it keeps a resolved address for
every xml:base that is open, half a gigabyte for half a megabyte of them.

The ends: of an entry in which the document was cut off, only the whole elements are kept, and none of it when they
hold no address and no id, so that half an article is never stored; what follows the end of the root element (a second
copy of the feed, a server's statistics) is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extractors.sniff import FeedError

TAGS = 1_500_000  # opening and closing, in the document
ENTRIES = 20_000  # kept; the rest is cut
DEPTH = 2_000  # elements open inside one entry; lax HTML leaves hundreds of <p> and <br> open
ATTRIBUTES = 200  # on one element
PREFIXES = 300  # namespace prefixes in the document
BASES = 50_000  # xml:base attributes in the document: two for each entry, and some
LISTED = 1_000  # categories of one entry
KEYWORDS = 20_000  # characters of one list of keywords
UNBROKEN = 2_000  # letters of an author's name without a blank

# A ">" within quotes ends no tag; but a quote without its pair begins nothing.
TOKEN = re.compile(
    r"""<!\[CDATA\[(?s:.*?)\]\]>
    | <(?P<end>/?+)(?P<name>[A-Za-z_][\w:.-]*+)(?P<rest>(?:[^<>"']|"[^<"]*+"|'[^<']*+')*+(?=>)|[^<>]*+)>""",
    re.VERBOSE,
)
PREFIX = re.compile(r"xmlns:([\w.-]{1,100})", re.IGNORECASE)
RUN = re.compile(rf"(?<![\w.+-])[\w.+-]{{{UNBROKEN}}}")
IDENTITY = re.compile(r"<(?:\w{1,30}:)?(?:link|guid|id)[\s/>]", re.IGNORECASE)
ENTRY_NAMES = {"item", "entry"}
LIST_NAMES = {"category", "subject"}
KEYWORD_NAMES = {"keywords", "tags", "tag"}
AUTHOR_NAMES = {"author", "creator", "managingeditor", "webmaster", "publisher", "owner", "name", "email"}


@dataclass(slots=True)
class Census:
    """What has been counted so far. Offsets are into the mended text."""

    root: str = ""
    root_open: int = 0
    root_end: int = 0
    tags: int = 0
    depth: int = 0
    listed: int = 0
    entry: str = ""  # the name of the open entry element
    entry_start: int = 0
    starts: int = 0
    child_end: int = 0  # where the last whole element of the open entry ended
    last_end: int = 0  # where the last whole entry ended
    surplus: int = 0  # where the first entry too many began
    bases: int = 0
    prefixes: set[str] = field(default_factory=set)
    channel: list[str] = field(default_factory=list)  # open elements between root and entries

    def opened(self, match: re.Match[str]) -> None:
        """Count a start tag."""
        name, rest = match["name"].lower(), match["rest"]
        local = name.rpartition(":")[2]
        self.root = self.root or match["name"]
        self.root_open += name == self.root.lower() and not rest.endswith("/")
        if rest:
            self.weigh(name, rest)
        if local in ENTRY_NAMES and not self.entry and not rest.endswith("/"):
            self.begin(name, match.start())
        elif local == "channel" and name != self.root.lower():
            self.channel.append(match["name"])
        elif local in LIST_NAMES:
            self.listed += 1
        self.depth += not rest.endswith("/")
        if self.depth == 1 and rest.endswith("/"):
            self.child_end = match.end()
        if self.depth > DEPTH or self.listed > LISTED:
            fault = "elements nested too deep" if self.depth > DEPTH else f"more than {LISTED} categories in one entry"
            raise FeedError("too_complex", fault)

    def weigh(self, name: str, rest: str) -> None:
        """Refuse attributes that would cost their square: in one element, or over the document."""
        if rest.count("=") > ATTRIBUTES:
            raise FeedError("too_complex", f"an element <{name[:40]}> has more than {ATTRIBUTES} attributes")
        if "xmlns:" in rest:
            self.prefixes.update(PREFIX.findall(rest))
        self.bases += "base" in rest
        if len(self.prefixes) > PREFIXES or self.bases > BASES:
            raise FeedError("too_complex", "namespaces or bases without end")

    def begin(self, name: str, at: int) -> None:
        """An entry begins."""
        self.starts += 1
        self.entry, self.entry_start, self.child_end = name, at, at
        self.depth = self.listed = 0
        if self.starts == ENTRIES + 1:
            self.surplus = at

    def closed(self, match: re.Match[str]) -> bool:
        """Count an end tag. True when it was the root's."""
        name = match["name"].lower()
        self.depth = max(0, self.depth - 1)
        if self.entry and self.depth == 1:
            self.child_end = match.end()
        if name == self.entry:
            self.entry, self.last_end, self.depth = "", match.end(), 0
        elif self.channel and name == self.channel[-1].lower():
            self.channel.pop()
        rooted = name == self.root.lower()
        self.root_open -= rooted
        self.root_end = match.end() if rooted and self.root_open <= 0 else 0
        return self.root_end > 0


def finish(text: str) -> tuple[str, str | None]:
    """The document within limits and whole at both ends, and a warning when it was not.

    `text` is what `prepare.mend` leaves: no comments, every CDATA closed. Raises `FeedError` "too_complex".
    """
    census = count(text)
    if census.surplus:
        end = max(census.last_end, census.surplus)
        kept = f"kept the first {ENTRIES} of {census.starts} entries"
        return text[: census.surplus] + text[end : census.root_end or None], kept
    if census.root_end:
        return text[: census.root_end], "cut what followed the end" if text[census.root_end :].strip() else None
    return close(text, census) if census.root else (text, None)


def count(text: str) -> Census:
    """Walk the tags up to the end of the root element."""
    census = Census()
    before, at = "", 0
    for match in TOKEN.finditer(text):
        if not match["name"]:
            continue
        census.tags += 1
        if census.tags > TAGS:
            raise FeedError("too_complex", f"more than {TAGS} tags")
        watch(before, text, at, match.start())
        if match["end"]:
            before = ""
            if census.closed(match):
                break
        else:
            census.opened(match)
            before = match["name"]
        at = match.end()
    return census


def watch(name: str, text: str, start: int, end: int) -> None:
    """Refuse a list of keywords or an author's name, `text[start:end]`, that would cost its square in time."""
    if end - start < UNBROKEN:
        return
    local = name.rpartition(":")[2].lower()
    if local in KEYWORD_NAMES and end - start > KEYWORDS:
        raise FeedError("too_complex", "a list of keywords without end")
    if local in AUTHOR_NAMES and RUN.search(text, start, end):
        raise FeedError("too_complex", "a name without end")


def close(text: str, census: Census) -> tuple[str, str | None]:
    """End a document that was cut off, with what is whole of its last entry.

    A document that never closes any entry is no cut one but old and careless; it stays as it is.
    """
    if census.starts > 1 and not census.last_end:
        return text, "the entries are not closed"
    ends = [census.root, *census.channel]
    if census.entry:
        known = IDENTITY.search(text, census.entry_start, census.child_end)
        text = text[: census.child_end if known else census.entry_start]
        ends += [census.entry] if known and census.entry != census.root.lower() else []
    return text + "".join(f"</{name}>" for name in reversed(ends)), "truncated: the document ends before its end tag"
