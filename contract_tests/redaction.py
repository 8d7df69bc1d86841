"""Keeps secrets out of everything the suite writes."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

_TOKEN = re.compile(r"\b(sk_live_|sk_test_|gw_|whsec_live_)([A-Za-z0-9_-]+)")
_NAMES = "pairing_code|api_key|credential|secret|password|token|access_token|refresh_token"
#: A field of a JSON body, of a Python dictionary, or of JSON within a JSON string.
_FIELD = re.compile(rf"""((?:{_NAMES})\\?["']\s*:\s*\\?["'])([^"'\\]+)""")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_COOKIE = re.compile(r"(novavms_refresh=)([^;\s'\"…]+)")
_QUERY = re.compile(rf"([?&](?:{_NAMES})=)([^&#\s'\"]+)")
#: Headers that hold a credential.
_HEADERS = ("authorization", "x-api-key")
#: Shorter secrets appear in texts by chance, and are redacted only in the places of credentials.
_MIN_SECRET_CHARS = 6
#: How many characters at the end of a secret stay readable.
_SHOWN_CHARS = 4


def redact(text: str) -> str:
    """Return the text with keys shortened to their prefix and last four characters, and secret fields emptied."""
    shortened = _TOKEN.sub(lambda found: f"{found[1]}…{found[2][-_SHOWN_CHARS:]}", _COOKIE.sub(r"\1…", text))
    shortened = _JWT.sub(lambda found: f"eyJ…{found[0][-_SHOWN_CHARS:]}", shortened)
    return _QUERY.sub(r"\1…", _FIELD.sub(_emptied, shortened))


def scrub(value: Any, known: Collection[str] = ()) -> Any:
    """Return a JSON value without secrets: neither those that look like one, nor those that are known.

    Characters that UTF-8 cannot encode become "?".
    """
    if isinstance(value, str):
        return redact(_without(value, known)).encode(errors="replace").decode()
    if isinstance(value, dict):
        return {
            name: _header(inner, known) if name in _HEADERS else scrub(inner, known) for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrub(inner, known) for inner in value]
    return value


def secrets(text: str) -> Iterator[str]:
    """Yield the values of the secret fields of a body, so that they can be redacted everywhere."""
    return (found[2] for found in _FIELD.finditer(text) if len(found[2]) >= _MIN_SECRET_CHARS)


def _emptied(found: "re.Match[str]") -> str:
    """Keep a key that is shortened already, and empty any other secret."""
    return found[1] + (found[2] if "…" in found[2] else "…")


def _header(value: Any, known: Collection[str]) -> Any:
    """Scrub the value of a header that holds a credential, alone or after a scheme."""
    credential = value.rpartition(" ")[2] if isinstance(value, str) else ""
    if len(credential) < _MIN_SECRET_CHARS and credential in known:
        return value.removesuffix(credential) + "…"
    return scrub(value, known)


def _without(text: str, known: Collection[str]) -> str:
    for secret in known:
        if len(secret) < _MIN_SECRET_CHARS:
            text = _credential_pattern(secret).sub(r"\1…", text)
        elif secret in text and not _TOKEN.fullmatch(secret):
            text = text.replace(secret, "…" + (secret[-_SHOWN_CHARS:] if len(secret) > 3 * _SHOWN_CHARS else ""))
    return text


@cache
def _credential_pattern(secret: str) -> "re.Pattern[str]":
    """Match a short secret after the scheme of a credential, or as the whole value of a query parameter."""
    spellings = "|".join(map(re.escape, {secret, quote(secret, safe="")}))
    return re.compile(rf"""(\b(?:Bearer|Basic|Token)\s+|[?&][^=&#\s'"]+=)(?:{spellings})(?![^&#\s'"\\])""")
