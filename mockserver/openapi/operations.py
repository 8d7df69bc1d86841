"""An operation of a document: its role, its parameters, body and responses, and checks of its answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema_rs
import msgspec

from mockserver.domain.access import Role
from mockserver.openapi.document import Document
from mockserver.openapi.media_types import declared, is_json
from mockserver.openapi.parameters import merged
from mockserver.openapi.request_bodies import RequestBody
from mockserver.openapi.validation import ParameterSchema, field_errors

_RESPONSE_KEY = re.compile(r"[1-5](?:[0-9]{2}|XX|xx)|default")
_STATUS_OF_RANGE = {"1": 100, "2": 200, "3": 302, "4": 400, "5": 500}


@dataclass(frozen=True)
class Operation:
    """One operation: its id, its place, the role that it needs, and its schemas."""

    id: str
    method: str
    path: str
    raw: Mapping[str, Any]
    document: Document = field(repr=False)

    @cached_property
    def min_role(self) -> Role | None:
        """The lowest role that may call it (``x-min-role``), or None if no credential is needed."""
        named = self.raw.get("x-min-role", "public")
        return None if named == "public" else Role(named)

    @cached_property
    def is_ours(self) -> bool:
        """Whether it is an operation of NovaVMS (it has ``x-min-role``), or one of somebody else's document."""
        return "x-min-role" in self.raw

    @cached_property
    def responses(self) -> tuple[str, ...]:
        """The keys of its responses: statuses, ranges such as 2XX, ``default``."""
        return tuple(key for key in self.raw.get("responses", {}) if _RESPONSE_KEY.fullmatch(key))

    @cached_property
    def success_key(self) -> str:
        """The key of the response to a valid call: the lowest 2xx, 2XX, ``default``, or the lowest of the others."""
        return min(self.responses, key=_success_rank, default="default")

    @cached_property
    def success(self) -> int:
        """The status of the response to a valid call."""
        return self.status_of(self.success_key)

    @staticmethod
    def status_of(key: str) -> int:
        """Return the status to answer for the key of a response."""
        if key.isdigit():
            return int(key)
        return _STATUS_OF_RANGE.get(key[0], 200)

    def key_of(self, status: int) -> str | None:
        """Return the key of the response documented for a status: the status itself, its range or ``default``."""
        keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((key for key in keys if key in self.responses), None)

    def response_at(self, key: str) -> Mapping[str, Any]:
        """Return the response object of a key; an empty one if there is none."""
        found: Mapping[str, Any] = self.document.resolve(self.raw.get("responses", {}).get(key, {}))
        return found

    @cached_property
    def metered(self) -> bool:
        """Whether calls are charged to the caller's rate limit: an operation of NovaVMS that documents a 429."""
        return self.is_ours and "429" in self.raw["responses"]

    @cached_property
    def parameters(self) -> ParameterSchema:
        """Its path, query, header and cookie parameters."""
        shared = self.document.path_item(self.path).get("parameters", [])
        return ParameterSchema(self.document, merged(self.document, shared, self.raw.get("parameters", [])))

    @cached_property
    def body(self) -> RequestBody | None:
        """The body that it takes, or None if it takes none."""
        if "requestBody" not in self.raw:
            return None
        return RequestBody(self.document, self.document.resolve(self.raw["requestBody"]))

    @cached_property
    def body_required(self) -> bool:
        """Whether a body must be sent."""
        return bool(self.document.resolve(self.raw.get("requestBody", {})).get("required"))

    @cached_property
    def _validators(self) -> dict[tuple[str, str], jsonschema_rs.Validator]:
        return {}

    def response(self, status: int) -> Mapping[str, Any] | None:
        """Return the response object documented for a status, or None."""
        key = self.key_of(status)
        return None if key is None else self.response_at(key)

    def differences(self, status: int, headers: Mapping[str, str], body: bytes | None) -> list[str]:
        """Return how an answer differs from the document; a body of None is a stream, which is not checked."""
        key = self.key_of(status)
        if key is None:
            return [f"status {status} is not documented"]
        response = self.response_at(key)
        found = [
            f"header {name} is missing"
            for name, header in response.get("headers", {}).items()
            if self.document.resolve(header).get("required") and name.lower() not in headers
        ]
        content = response.get("content", {})
        sent = headers.get("content-type", "")
        media = declared(content, sent)
        if content and media is None and status not in (204, 205, 304):
            names = sorted(name.partition(";")[0] for name in content)
            found.append(f"content type {sent.partition(';')[0] or 'none'} is not one of {names}")
        if not content and body:
            found.append("a body was sent where none is documented")
        if media is not None and is_json(sent) and body is not None and self.method != "HEAD":
            found += self._body_differences(key, media, content[media], body)
        return found

    def _body_differences(self, key: str, media: str, content: Mapping[str, Any], body: bytes) -> list[str]:
        if (key, media) not in self._validators:
            self._validators[key, media] = self.document.validator(content.get("schema", True), "writeOnly")
        try:
            errors = field_errors(self._validators[key, media].iter_errors(msgspec.json.decode(body)))
        except msgspec.DecodeError:
            return ["body is not JSON"]
        return [f"{name} {text}" for name, texts in errors.items() for text in texts]


def _success_rank(key: str) -> tuple[int, str]:
    if key[0] == "2":
        return (0 if key.isdigit() else 1), key
    return {"d": 2, "1": 4}.get(key[0], 3), key
