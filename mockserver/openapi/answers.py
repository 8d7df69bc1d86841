"""The answer of an operation that is not implemented: a documented status, media type, example and headers.

``Accept`` chooses the media type; ``Prefer: code=404`` the status, ``Prefer: example=NAME`` the example.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from mockserver.domain.errors import InvalidInput
from mockserver.openapi import media_types
from mockserver.openapi.encoding import encoded
from mockserver.openapi.examples import example_of
from mockserver.openapi.operations import Operation
from mockserver.openapi.values import NoValue

_PREFERENCE = re.compile(r'(?:^|[,;\s])(code|example)\s*=\s*("[^"]*"|[^,;\s]*)')
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: Headers that the server itself writes.
_FRAMING = frozenset(
    ["content-type", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "date"]
)
_WITHOUT_BODY = (204, 205, 304)
_MAX_CACHED = 200


@dataclass(frozen=True)
class DocumentedAnswer:
    """A status, headers and a body, as the document has them."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Answers:
    """The documented answers of one operation; each is made once."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._document = operation.document
        self._made: dict[tuple[str, str, str], DocumentedAnswer] = {}

    def answer(self, accept: str = "", prefer: str = "") -> DocumentedAnswer:
        """Return the answer to a call with these headers. Raises InvalidInput if it prefers what there is not."""
        key, status = self._operation.success_key, self._operation.success
        wanted = {name: text.strip('"') for name, text in _PREFERENCE.findall(prefer)}
        if code := wanted.get("code"):
            key, status = self._preferred_status(code)
        name = wanted.get("example", "")
        if name and name not in self._names(key):
            if "code" in wanted or not (key := self._key_with(name)):
                known = sorted({known for each in self._operation.responses for known in self._names(each)})
                documented = f"{self._operation.id} documents the examples {known}, not {name[:80]}"
                raise InvalidInput({"Prefer": [documented]})
            status = self._operation.status_of(key)
        return self._answer(key, status, accept, name)

    def missing(self) -> Iterator[tuple[str, str]]:
        """Yield the place of each answer for which no valid value is found, and what it lacks."""
        for key in self._operation.responses:
            response = self._operation.response_at(key)
            for media_type, content in response.get("content", {}).items():
                try:
                    example_of(self._document, content, media_type)
                except NoValue:
                    yield key, media_type

    def _preferred_status(self, code: str) -> tuple[str, int]:
        key = self._operation.key_of(int(code)) if code.isdigit() and len(code) == 3 else None
        if key is None:
            documented = ", ".join(self._operation.responses)
            raise InvalidInput({"Prefer": [f"{self._operation.id} documents {documented}, not {code[:80]}"]})
        return key, int(code)

    def _names(self, key: str) -> set[str]:
        content = self._operation.response_at(key).get("content", {})
        return {name for media in content.values() for name in media.get("examples", {})}

    def _key_with(self, name: str) -> str:
        return next((key for key in self._operation.responses if name in self._names(key)), "")

    def _answer(self, key: str, status: int, accept: str, name: str) -> DocumentedAnswer:
        response = self._operation.response_at(key)
        content = response.get("content", {})
        if name:
            content = {media: node for media, node in content.items() if name in node.get("examples", {})}
        found = media_types.chosen(content, accept)
        media_type = found[1] if found else ""
        cached = self._made.get((f"{key} {status}", media_type, name))
        if cached is None:
            node = content[found[0]] if found else None
            cached = self._make(status, response, media_type, node, name)
            if len(self._made) < _MAX_CACHED:
                self._made[f"{key} {status}", media_type, name] = cached
        return cached

    def _make(
        self, status: int, response: Mapping[str, Any], media_type: str, content: Any, name: str
    ) -> DocumentedAnswer:
        headers = list(self._headers(response))
        body = b""
        if content is not None and status not in _WITHOUT_BODY:
            headers.insert(0, ("content-type", media_type))
            body = encoded(self._document, media_type, content, example_of(self._document, content, media_type, name))
        return DocumentedAnswer(status, tuple(headers), b"" if self._operation.method == "HEAD" else body)

    def _headers(self, response: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, node in response.get("headers", {}).items():
            header = self._document.resolve(node)
            if name.lower() in _FRAMING or not _TOKEN.fullmatch(name):
                continue
            content = header.get("content") or {}
            source = next(iter(content.values()), header)
            try:
                value = example_of(self._document, source, "")
            except NoValue:
                continue
            text = msgspec.json.encode(value).decode() if content else _simple(value, explode=header.get("explode"))
            yield name, "".join(letter for letter in text if " " <= letter <= "~")


def _simple(value: Any, *, explode: Any) -> str:
    """Return a header's value in the style ``simple``."""
    if isinstance(value, dict):
        between = "=" if explode else ","
        return ",".join(f"{name}{between}{_simple(item, explode=False)}" for name, item in value.items())
    if isinstance(value, list):
        return ",".join(_simple(item, explode=False) for item in value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
