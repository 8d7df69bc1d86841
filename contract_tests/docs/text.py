"""Sentences compared by their words and numbers."""

import re
from collections.abc import Iterable
from functools import lru_cache

from contract_tests.catalogue import Rule

_WORDS_AS_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")
_COMMON = re.compile(
    r"the|and|are|for|from|that|this|with|which|when|where|only|over|under|into|its|has|have|been|must|may|can|not|all|any"
    r"|each|one|see|return|returns|same"
)
_STEM_CHARS = 5
_MAX_CACHED = 4096
#: How much of a sentence a rule must share, or how much of the rule the sentence: one may say what several rules say.
_MIN_SHARE, _MIN_SHARE_OF_RULE, _MIN_COMMON = 0.3, 0.5, 2


@lru_cache(maxsize=_MAX_CACHED)
def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text, in digits or as words, without those of names such as RFC3339."""
    plain = re.sub(r"RFC ?\d+|\bv\d+(?:\.\d+)*|/v\d+|https?://\S+|\bD\d+\b", " ", text)
    words = {str(_WORDS_AS_NUMBERS[word]) for word in re.findall(r"[a-z]+", plain.lower()) if word in _WORDS_AS_NUMBERS}
    return frozenset({_plain(found) for found in _NUMBER.findall(plain)} | words)


def quantity(text: str) -> float | None:
    """Return the number that a text is, None if it is none."""
    return float(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None


@lru_cache(maxsize=_MAX_CACHED)
def stems(text: str) -> frozenset[str]:
    """Return what carries what a sentence says: the beginnings of its words, its numbers, and its names with a _."""
    lower = text.lower()
    words = re.findall(r"[a-z]{3,}", lower.replace("_", " "))
    named = set(re.findall(r"[a-z]+(?:_[a-z0-9]+)+", lower))
    stemmed = {word[:_STEM_CHARS] for word in words if not _COMMON.fullmatch(word)}
    return frozenset(stemmed | named | numbers(text))


def closest(text: str, rules: Iterable[Rule]) -> Rule | None:
    """Return the rule that says the same as a sentence: which shares most of its words. None if none shares enough."""
    own = stems(text)
    best: tuple[float, Rule | None] = (0.0, None)
    for rule in rules:
        its = stems(rule.says)
        common = _weight(own & its)
        of_rule = common >= _MIN_COMMON and common >= _MIN_SHARE_OF_RULE * _weight(its)
        enough = of_rule or common >= _MIN_SHARE * _weight(own)
        share = common / max(1, _weight(own))
        if enough and share > best[0]:
            best = share, rule
    return best[1]


def _weight(found: frozenset[str]) -> int:
    """Return how much words say: numbers and names with a _ twice as much as others."""
    return sum(1 if word.isalpha() else 2 for word in found)


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
