"""The operations of a document: routing to them, their parameters and bodies, and checks of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema_rs
import msgspec

from mockserver.domain.access import Role
from mockserver.openapi.document import Document
from mockserver.openapi.validation import BodySchema, ParameterSchema, field_errors


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
    def success(self) -> int:
        """Its lowest documented status of the form 2xx."""
        return min(int(status) for status in self.raw["responses"] if status.startswith("2"))

    @cached_property
    def metered(self) -> bool:
        """Whether calls are charged to the caller's rate limit: it documents a 429."""
        return "429" in self.raw["responses"]

    @cached_property
    def parameters(self) -> ParameterSchema:
        """Its path and query parameters."""
        shared = self.document.raw["paths"][self.path].get("parameters", [])
        return ParameterSchema(self.document, [*shared, *self.raw.get("parameters", [])])

    @cached_property
    def body(self) -> BodySchema | None:
        """The schema of its JSON body, or None if it takes none."""
        if "requestBody" not in self.raw:
            return None
        content = self.document.resolve(self.raw["requestBody"])["content"]
        return BodySchema(self.document, content["application/json"]["schema"])

    @cached_property
    def body_required(self) -> bool:
        """Whether a body must be sent."""
        return bool(self.document.resolve(self.raw.get("requestBody", {})).get("required"))

    @cached_property
    def _validators(self) -> dict[int, jsonschema_rs.Validator]:
        return {}

    def response(self, status: int) -> Mapping[str, Any] | None:
        """Return the response object documented for a status, or None."""
        found: Mapping[str, Any] | None = self.document.resolve(self.raw["responses"].get(str(status)))
        return found

    def differences(self, status: int, headers: Mapping[str, str], body: bytes | None) -> list[str]:
        """Return how an answer differs from the document; a body of None is a stream, which is not checked."""
        response = self.response(status)
        if response is None:
            return [f"status {status} is not documented"]
        found = [
            f"header {name} is missing"
            for name, header in response.get("headers", {}).items()
            if self.document.resolve(header).get("required") and name.lower() not in headers
        ]
        media = {name.partition(";")[0] for name in response.get("content", {})}
        sent = headers.get("content-type", "").partition(";")[0]
        if media and sent not in media:
            found.append(f"content type {sent or 'none'} is not one of {sorted(media)}")
        if not media and body:
            found.append("a body was sent where none is documented")
        if sent == "application/json" and sent in media and body is not None:
            found += self._body_differences(status, response, body)
        return found

    def _body_differences(self, status: int, response: Mapping[str, Any], body: bytes) -> list[str]:
        if status not in self._validators:
            schema = response["content"]["application/json"].get("schema", True)
            self._validators[status] = self.document.validator(schema)
        try:
            errors = field_errors(self._validators[status].iter_errors(msgspec.json.decode(body)))
        except msgspec.DecodeError:
            return ["body is not JSON"]
        return [f"{name} {text}" for name, texts in errors.items() for text in texts]


class Match(msgspec.Struct, frozen=True):
    """The operations of a request path, by method, and the values of its path parameters."""

    operations: Mapping[str, Operation]
    values: Mapping[str, str]

    def operation(self, method: str) -> Operation | None:
        """Return the operation that answers a method: a HEAD is a GET without the body of its answer."""
        return self.operations.get(method) or (self.operations.get("GET") if method == "HEAD" else None)

    def methods(self) -> list[str]:
        """Return all methods that are answered."""
        return sorted({*self.operations, *(("HEAD",) if "GET" in self.operations else ())})


@dataclass
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    wildcard: "_Node | None" = None
    parameters: list[str] = field(default_factory=list)
    operations: dict[str, Operation] = field(default_factory=dict)


class Router:
    """Finds the operations of a path in a tree of its segments, so the time does not depend on their number.

    A literal segment takes precedence over a parameter, as OpenAPI demands: ``/events/export`` is no event (EV-93).
    """

    def __init__(self, document: Document) -> None:
        self.operations: dict[str, Operation] = {}
        self._root = _Node()
        self._static: dict[str, Match] = {}
        for path, method, raw in document.operations():
            operation = Operation(raw["operationId"], method, path, raw, document)
            self.operations[operation.id] = operation
            node = self._node(path)
            node.operations[method] = operation
            if "{" not in path:
                self._static[path] = Match(node.operations, {})

    def match(self, path: str) -> Match | None:
        """Return the operations of a path, or None if the document has no such path."""
        if path in self._static:
            return self._static[path]
        node = self._root
        values: list[str] = []
        for segment in path.split("/"):
            child = node.children.get(segment)
            if child is None and node.wildcard is not None and segment:
                child = node.wildcard
                values.append(segment)
            if child is None:
                return None
            node = child
        return Match(node.operations, dict(zip(node.parameters, values, strict=True))) if node.operations else None

    def _node(self, path: str) -> _Node:
        node = self._root
        parameters = []
        for segment in path.split("/"):
            if segment.startswith("{"):
                parameters.append(segment.strip("{}"))
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                node = node.children.setdefault(segment, _Node())
        node.parameters = parameters
        return node
