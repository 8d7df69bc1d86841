"""Keeps secrets out of everything the suite writes."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

_TOKEN = re.compile(r"\b(sk_live_|sk_test_|gw_|whsec_live_)([A-Za-z0-9_-]+)")
_NAMES = "pairing_code|api_key|credential|secret|password|token|access_token|refresh_token"
#: A field of a JSON body, of a Python dictionary, or of JSON that stands in a JSON string.
_FIELD = re.compile(rf"""((?:{_NAMES})\\?["']\s*:\s*\\?["'])([^"'\\]+)""")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_COOKIE = re.compile(r"(novavms_refresh=)([^;\s'\"…]+)")
_QUERY = re.compile(rf"([?&](?:{_NAMES})=)([^&#\s'\"]+)")
#: Values shorter than this stand in too many texts by chance.
_SHORTEST = 6
_SHOWN = 4


def redact(text: str) -> str:
    """Return the text with keys cut to prefix and last four characters, and secret fields emptied."""
    shortened = _TOKEN.sub(lambda found: f"{found[1]}…{found[2][-_SHOWN:]}", _COOKIE.sub(r"\1…", text))
    shortened = _JWT.sub(lambda found: f"eyJ…{found[0][-_SHOWN:]}", shortened)
    return _QUERY.sub(r"\1…", _FIELD.sub(_emptied, shortened))


def scrub(value: Any, known: Iterable[str] = ()) -> Any:
    """Return a JSON value in whose texts no secret is left: none by its look, and none of those known.

    Texts are made fit to be written as UTF-8 on the way.
    """
    if isinstance(value, str):
        return redact(_without(value, known)).encode(errors="replace").decode()
    if isinstance(value, dict):
        return {name: scrub(inner, known) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(inner, known) for inner in value]
    return value


def secrets(text: str) -> Iterator[str]:
    """Yield the values of the secret fields of a body, which must not stand elsewhere either."""
    return (found[2] for found in _FIELD.finditer(text) if len(found[2]) >= _SHORTEST)


def _emptied(found: "re.Match[str]") -> str:
    """Leave of a key what redaction left of it, of any other secret nothing."""
    return found[1] + (found[2] if "…" in found[2] else "…")


def _without(text: str, known: Iterable[str]) -> str:
    for secret in known:
        if secret in text and not _TOKEN.fullmatch(secret):
            text = text.replace(secret, "…" + (secret[-_SHOWN:] if len(secret) > 3 * _SHOWN else ""))
    return text
