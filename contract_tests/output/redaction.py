"""Keeps secrets out of everything the suite writes: those that it knows, and whatever looks like one."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from contract_tests.output.texts import SHOWN_CHARS, visible

_TOKEN = re.compile(r"(?:sk_live_|sk_test_|gw_|whsec_live_)[A-Za-z0-9_-]+")
#: Fields whose values are secrets.
SECRET_NAMES = (
    *("pairing_code", "api_key", "credential", "secret"),
    *("password", "token", "access_token", "refresh_token"),
)
_NAMES = "|".join(SECRET_NAMES)
#: What stands for a secret in a script that repeats calls (``replay.templates``).
_MARK = r"""(?!\{\{[\w:]+\}\}(?:["'\\&;\s]|$))"""
#: A field of a JSON body, of a Python dictionary, or of JSON within a JSON string.
_FIELD = re.compile(rf"""((?:{_NAMES})\\?["']\s*:\s*\\?["']){_MARK}([^"'\\]+)""")
#: A field of a JSON body, with the value as JSON writes it.
_JSON_FIELD = re.compile(rf'(?:{_NAMES})"\s*:\s*("(?:[^"\\]|\\.)*")')
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_COOKIE = re.compile(rf"(novavms_refresh=){_MARK}([^;\s'\"…]+)")
_COOKIE_VALUE = re.compile(r"=\s*([^;,\s]+)")
_QUERY = re.compile(rf"([?&](?:{_NAMES})=){_MARK}([^&#\s'\"]+)")
_USER_INFO = re.compile(r"(\w://)[^/?#\s@'\"]+@")
#: Headers that hold a credential.
_HEADERS = ("authorization", "x-api-key")
#: Fields in which the suite writes its own words; a target could make a secret of one, and so hide what they say.
_OWN_FIELDS = ("check", "family", "rule", "rules", "verdict", "actor", "method")
#: Shorter secrets appear in texts by chance, and are redacted only in the places of credentials.
_MIN_SECRET_CHARS = 6
#: Of shorter secrets no character is shown.
_MIN_SHORTENED_CHARS = 13
#: How many of the secrets that were seen are known; those seen first are forgotten.
_MAX_SEEN = 200
#: Where a credential stands: after its scheme, or as the entire value of a query parameter.
_IN_PLACE = re.compile(r"""(\b(?:Bearer|Basic|Token)\s+|[?&][^=&#\s'"]+=)([^&#\s'"]+)""")


class Redactor:
    """Redacts the secrets that it knows, in all their spellings, and whatever looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._configured = dict.fromkeys(secrets)
        self._seen: dict[str, None] = {}

    def learn(self, secrets: Iterable[str]) -> list[str]:
        """Know these secrets too, and return those that are new."""
        new = [secret for secret in dict.fromkeys(secrets) if secret and secret not in self._known]
        self._seen |= dict.fromkeys(new)
        while len(self._seen) > _MAX_SEEN:
            del self._seen[next(iter(self._seen))]
        return new

    def redact(self, text: str) -> str:
        """Return the text with secrets cut to four characters and "…", and with unseen characters made visible."""
        return self._redact(text, self._spellings_in(text))

    def scrub(self, value: Any) -> Any:
        """Return a JSON value with all its texts redacted, but for those of the suite itself."""
        return self._scrub(value, self._spellings_in("\n".join(_texts(value))))

    def _spellings_in(self, text: str) -> list[str]:
        """Return the spellings of secrets that a text contains, the longest first."""
        known = self._known if len(text) >= _MIN_SECRET_CHARS else ()
        present = [spelling for secret in known for spelling in _spellings(secret) if spelling in text]
        return sorted(present, key=len, reverse=True)

    def _redact(self, text: str, spellings: Iterable[str]) -> str:
        for spelling in spellings:
            text = text.replace(spelling, _cut(spelling))
        text = _IN_PLACE.sub(self._in_place, text)
        text = _USER_INFO.sub(r"\1…@", _COOKIE.sub(r"\1…", text))
        text = _TOKEN.sub(_shortened, text)
        text = _JWT.sub(_shortened, text)
        return visible(_QUERY.sub(r"\1…", _FIELD.sub(_emptied, text)))

    def _scrub(self, value: Any, spellings: Sequence[str]) -> Any:
        if isinstance(value, str):
            return self._redact(value, spellings)
        if isinstance(value, dict):
            return {name: self._field(name, inner, spellings) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._scrub(inner, spellings) for inner in value]
        return value

    def _field(self, name: str, value: Any, spellings: Sequence[str]) -> Any:
        """Redact the value of a field; if it is a header with a credential, a short one alone or after a scheme too."""
        if name in _OWN_FIELDS:
            return value
        credential = value.rpartition(" ")[2] if name in _HEADERS and isinstance(value, str) else ""
        if 0 < len(credential) < _MIN_SECRET_CHARS and credential in self._known:
            return value.removesuffix(credential) + "…"
        return self._scrub(value, spellings)

    def _in_place(self, found: "re.Match[str]") -> str:
        ends = (found[2], found[2].rstrip("\\"))  # with the escape of a quote that follows it in a JSON string
        return f"{found[1]}…" if any(unquote(end) in self._known for end in ends) else found[0]

    @property
    def _known(self) -> ChainMap[str, None]:
        return ChainMap(self._configured, self._seen)


def secrets_of(text: str) -> Iterator[str]:
    """Yield the values of the secret fields of a JSON body."""
    for found in _JSON_FIELD.finditer(text):
        try:
            yield json.loads(found[1])
        except ValueError:
            yield found[1][1:-1]


def secrets_of_cookies(text: str) -> Iterator[str]:
    """Yield the values of a header Cookie, or the value of a header Set-Cookie up to its first attribute."""
    return (found[1] for found in _COOKIE_VALUE.finditer(text))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a JSON value, without those of the suite itself."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        fields = value.items() if isinstance(value, dict) else ((None, inner) for inner in value)
        for name, inner in fields:
            if name not in _OWN_FIELDS:
                yield from _texts(inner)


@lru_cache(maxsize=4 * _MAX_SEEN)
def _spellings(secret: str) -> tuple[str, ...]:
    """Return how a secret may be written: plain, percent-encoded, in hexadecimal, in base64; each of them escaped."""
    if len(secret) < _MIN_SECRET_CHARS:
        return ()
    data = secret.encode(errors="replace")
    percent = {quote(data, ""), quote(data), quote_plus(data), "".join(f"%{byte:02X}" for byte in data)}
    percent |= {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text) for text in percent}
    aligned = data[: len(data) // 3 * 3]  # what follows the secret changes how its last bytes are written
    packed = {data.hex(), data.hex().upper()} | {encode(aligned).decode() for encode in (b64encode, urlsafe_b64encode)}
    plain = {secret, *percent, *packed}
    in_json = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for text in plain for ascii_only in (True, False)}
    twice = {json.dumps(text)[1:-1] for text in in_json}
    return (*(plain | in_json | twice | {repr(text)[1:-1] for text in plain} | {escape(text) for text in plain}),)


def _cut(secret: str) -> str:
    return (secret[:SHOWN_CHARS] if len(secret) >= _MIN_SHORTENED_CHARS else "") + "…"


def _shortened(found: "re.Match[str]") -> str:
    return _cut(found[0])


def _emptied(found: "re.Match[str]") -> str:
    """Keep a secret that is shortened already, and empty any other."""
    return found[1] + (found[2] if found[2].find("…") == len(found[2]) - 1 <= SHOWN_CHARS else "…")


#: What the process that the user started knows: the tokens of the target file.
KNOWN = Redactor()
