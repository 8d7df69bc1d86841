"""What a text claims about the API: its numbers, the names in it, and words such as ``must`` and ``only``.

Two texts with the same claims are worded otherwise and state the same; a text without any states nothing.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from contract_tests import document
from contract_tests.docs import reference
from contract_tests.docs.text import numbers
from contract_tests.document import ROLES

#: Words that mean the same, by one of them.
_KINDS = {
    "not": "not|no|none|never|cannot|can't|don't|doesn't|isn't|aren't|won't|without|neither|nor|nothing|empty|missing",
    "must": "must|shall|should|required?|requires|needs?|needed|mandatory",
    "may": "may|can|could|allowed|optional(?:ly)?|permitted|possible",
    "all": "all|every|always",
    "only": "only|solely|exclusively",
    "except": "except|unless|apart",
    "before": "before|until|earlier|older|oldest",
    "after": "after|since|later|newer|newest",
    "default": "defaults?",
    "refused": "refused|rejected|forbidden|prohibited|ignored|deprecated",
    "character": "char(?:acter)?s?",
    **{unit: f"{unit}s?" for unit in ("millisecond", "second", "minute", "hour", "day", "week", "month", "year")},
    **{word: word for word in ("null", "true", "false", "public", "first", "last", "exactly", "unique")},
    **{word: word for word in ("ascending", "descending")},
}
#: Words that claim something beside a number alone.
_BESIDE_NUMBERS = {
    "more": "more|over|above|greater|longer|exceeds?|exceeded",
    "less": "less|fewer|below|under|shorter",
    "at most": "up|most|maximum|max|within",
    "at least": "least|minimum|min",
}
#: What an API does; a sentence with such a verb states something even without any other claim.
_VERBS = re.compile(
    r"\b(?:delet|creat|remov|stor(?:e|ing)|kept|keep|sen[dt]|expir|revok|retr(?:y|ie)|encrypt|cach|log(?:s|ged)\b|bill"
    r"|charg|limit|count|return|restor|notif|trunc|sort|filter|validat|accept|reject)",
    re.IGNORECASE,
)
#: People who write to the reader; what such a sentence says must or may be done is no demand of the API.
_ADDRESSED = re.compile(r"\b(?:we|us|our|please|support)\b", re.IGNORECASE)
_FIELD = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
#: Formats of times.
_FORMAT = re.compile(r"\b(?:RFC ?\d+|ISO ?\d+|[YMDHS]{2,}(?:[-:./][YMDHS]{2,})+)")
_NAME = re.compile(
    rf"/api/[\w/{{}}.-]*[\w}}]|\b(?:GET|POST|PUT|PATCH|DELETE)\b|{_FIELD.pattern}|\b[A-Z]\w*(?:_\w+)+"
    rf"|{_FORMAT.pattern}|\b(?:UUID|JSON|CSV|UTC)\b"
)
_MEMBERS = re.compile(r"\{([\w, ]+)\}")
_MAX_CACHED = 4096


@lru_cache(maxsize=_MAX_CACHED)
def claims(text: str) -> frozenset[str]:
    """Return all that a text claims, each claim as one word."""
    counted = numbers(text)
    named = {name.replace(" ", "") for name in _NAME.findall(text)} | (_words(text) & _names_of_api())
    members = {name.strip() for group in _MEMBERS.findall(text) for name in group.split(",")}
    kinds = {**_KINDS, **(_BESIDE_NUMBERS if counted else {})}
    words = () if _ADDRESSED.search(text) else re.findall(r"[a-z]+(?:'t)?", text.lower().replace("\u2019", "'"))
    meant = {kind for word in words for kind, pattern in kinds.items() if re.fullmatch(pattern, word)}
    return frozenset({*counted, *named, *members, *meant})


@lru_cache(maxsize=_MAX_CACHED)
def subjects(text: str) -> frozenset[str]:
    """Return the roles, resources and fields with a _ in their names that a text is about."""
    return frozenset(_FIELD.findall(text)) | (_words(text) & _resources())


def formats(text: str) -> frozenset[str]:
    """Return the formats of times that a text names, such as ``RFC3339``."""
    return frozenset(name.replace(" ", "") for name in _FORMAT.findall(text))


def states_something(text: str) -> bool:
    """Whether a sentence says anything of the API."""
    return bool(claims(text) or (_VERBS.search(text) and not _ADDRESSED.search(text)))


def alike(text: str, other: str, implied: Collection[str] = ()) -> bool:
    """Whether two texts claim the same, apart from what is implied where they stand."""
    return claims(text).difference(implied) == claims(other).difference(implied)


def words_of(path: str) -> Iterator[str]:
    """Yield the words that a path or the name of a field is made of."""
    yield from (_singular(word) for word in re.findall(r"[a-z]+", path.lower()))


def _words(text: str) -> frozenset[str]:
    """Return the words of a text outside its names, without the endings of plurals."""
    return frozenset(words_of(_NAME.sub(" ", text)))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _resources() -> frozenset[str]:
    """Return the words that name resources, such as ``alert`` and ``rule``, and the roles."""
    found = (re.match(r"/api/v1/([a-z-]+)", each.path) for each in document.operations())
    words = {word for each in found if each for word in words_of(each[1])}
    return frozenset({*words, *ROLES}) - {"auth", "me", "openapi"}


@cache
def _names_of_api() -> frozenset[str]:
    values = {value for value in reference.values() if re.fullmatch(r"[a-z]{3,}", value)}
    return frozenset({*_resources(), *values, "org", "role", "token", "key", "cursor", "header"})
