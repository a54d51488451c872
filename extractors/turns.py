"""Words that turn a headline round: with another word in their place it tells of another event, often of the opposite.

    Court clears senator of fraud charges     Court convicts senator of fraud charges

A word counts in all its forms ("approves", "approved"), as far as the form only changes its end; irregular ones stand
in the table. Of a pair one is enough where the other is an everyday word: "cancels" is here, "plans" is not, nor is an
adjective that an editor may put for another, such as "public" for "shared".
"""

from __future__ import annotations

import re

STEM = 4  # letters of a word that has no ending to lose
ENDING = re.compile(r"(?:ing|ed|es|s|e|d)$")

TURNS = frozenset(
    {
        *("above", "accept", "acquit", "admit", "after", "again", "against", "agree", "alive", "allow", "approve"),
        *("arrest", "attack", "back", "ban", "banned", "bans", "beat", "before", "begin", "below", "best", "better"),
        *("big", "block", "borrow", "bought", "boy", "brother", "buy", "buys", "cancel", "clear", "close", "confirm"),
        *("convict", "criticise", "criticize", "cut", "cuts", "daughter", "dead", "decrease", "defend", "deficit"),
        *("delay", "denied", "deny", "detain", "die", "died", "dies", "disagree", "down", "drop", "ease", "eased"),
        *("east", "end", "endorse", "ends", "exit", "expand", "export", "fail", "fall", "false", "faster", "father"),
        *("fell", "fire", "fired", "freed", "gain", "girl", "grant", "guilty", "halt", "hate", "hates", "he"),
        *("her", "high", "higher", "hire", "hired", "his", "husband", "illegal", "import", "impose", "increase"),
        *("innocent", "jail", "join", "jump", "killed", "large", "least", "leave", "left", "legal", "lend", "less"),
        *("lift", "lose", "loses", "loss", "lost", "love", "loves", "low", "lower", "man", "men", "miss", "more"),
        *("most", "mother", "never", "no", "north", "not", "off", "open", "oppose", "out", "over", "overturn"),
        *("pass", "pause", "plunge", "praise", "profit", "quit", "raise", "ratifies"),
        *("ratify", "record", "refuse", "reject", "remove", "repeal", "resume", "return", "right", "rise"),
        *("rises", "rose", "safe", "scrap", "sell", "settle", "she", "shrink", "sister", "slide", "slow", "slower"),
        *("slump", "small", "soar", "sold", "son", "south", "start", "stop", "stronger", "sue", "sued"),
        *("sues", "support", "surge", "surplus", "survive", "suspend", "tighten", "true", "under", "unsafe"),
        *("unveil", "up", "upheld", "uphold", "veto", "weak", "weaker", "west", "wife", "win", "wins", "without"),
        *("woman", "women", "won", "worse", "worst", "yes", "yet"),
    }
)


def stem(word: str) -> str:
    """A word in small letters without the ending of a plural or a verb."""
    return word if len(word) <= STEM else ENDING.sub("", word)


def turns(word: str) -> bool:
    """Whether a word in small letters makes another event of what is said, in any form."""
    return word in TURNS or stem(word) in STEMS


STEMS = frozenset(map(stem, TURNS))
