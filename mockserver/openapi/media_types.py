"""Media types: what a header names, what a document declares, and which of them fit."""

from collections.abc import Iterable
from typing import NamedTuple


class Accepted(NamedTuple):
    """A media range of an ``Accept`` header and its quality."""

    media_range: str
    quality: float


def normal(text: str) -> str:
    """Return a media type in lower case and without parameters."""
    return text.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Return whether a media type holds JSON: application/json, or one that ends with +json."""
    name = normal(media_type)
    return name in ("application/json", "text/json") or name.endswith("+json")


def is_xml(media_type: str) -> bool:
    """Return whether a media type holds XML."""
    name = normal(media_type)
    return name in ("application/xml", "text/xml") or name.endswith("+xml")


def declared(content: Iterable[str], sent: str) -> str | None:
    """Return which key of a content map a media type falls under: itself, or the narrowest range, or None."""
    name = normal(sent)
    exact = sent.replace(" ", "").lower()
    ranks = [(_rank(key, exact, name), key) for key in content]
    rank, key = max(ranks, default=(0, ""), key=lambda ranked: ranked[0])
    return key if rank else None


def _rank(key: str, exact: str, name: str) -> int:
    wanted = normal(key)
    if key.replace(" ", "").lower() == exact:
        return 4
    if wanted == name:
        return 3
    if wanted == "*/*":
        return 1
    return 2 if wanted.endswith("/*") and name.startswith(wanted[:-1]) else 0


def chosen(content: Iterable[str], accept: str) -> tuple[str, str] | None:
    """Return the key of a content map that an ``Accept`` header wants most, and the media type to send for it.

    If it wants none of them the first is sent all the same (RFC 9110, 12.5.1). None without any content.
    """
    keys = list(content)
    if not keys:
        return None
    wanted = _parse(accept) or [Accepted("*/*", 1)]
    quality, _, key = max((_quality(key, wanted), -place, key) for place, key in enumerate(keys))
    if not quality:
        return keys[0], _concrete(keys[0], wanted)
    return key, _concrete(key, wanted)


def _parse(accept: str) -> list[Accepted]:
    found = []
    for part in accept.split(",")[:100]:
        fields = [field.strip().lower() for field in part.split(";")]
        named = ";".join(field for field in fields if not field.startswith("q="))
        text = next((field[2:] for field in fields if field.startswith("q=")), "1")
        try:
            quality = min(1.0, max(0.0, float(text)))
        except ValueError:
            quality = 1.0
        if "/" in named:
            found.append(Accepted(named, quality))
    return found


def _quality(key: str, wanted: list[Accepted]) -> float:
    """Return how much a key is wanted, by the most specific range that fits (RFC 9110, 12.5.1)."""
    exact, name = key.replace(" ", "").lower(), normal(key)
    ranked = [(_fit(one.media_range, exact, name), one.quality) for one in wanted]
    rank, quality = max(ranked, key=lambda pair: pair[0])
    return quality if rank else 0.0


def _fit(media_range: str, exact: str, name: str) -> int:
    rank = _rank(media_range, exact, name)
    if not rank and name.endswith("/*"):  # the document declares a range, too
        return 3 if name == "*/*" or normal(media_range).startswith(name[:-1]) else 0
    return rank


def _concrete(key: str, wanted: list[Accepted]) -> str:
    """Return the media type to send for a key that may be a range."""
    name = normal(key)
    if "*" not in name:
        return key
    for one in sorted(wanted, key=lambda one: -one.quality):
        asked = normal(one.media_range)
        if one.quality and "*" not in asked and declared([key], asked):
            return asked
    return {"text": "text/plain", "image": "image/png", "audio": "audio/mpeg", "video": "video/mp4"}.get(
        name.partition("/")[0], "application/json"
    )
