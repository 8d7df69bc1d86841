"""The OpenAPI document: its operations, the roles that may call them, and what they may answer."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import yaml

from contract_tests.actors import Answer
from contract_tests.output.texts import shorten
from contract_tests.verdicts import Violation
from mockserver import resources

ROLES = ("viewer", "operator", "admin", "owner")
_METHODS = ("get", "put", "post", "delete", "patch")
_URI = "urn:openapi"
JSON = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    raw: JSON = field(repr=False)

    def __str__(self) -> str:
        return self.id

    @property
    def least_role(self) -> str | None:
        """The lowest role that may call it, None if it is public."""
        role = self.raw["x-min-role"]
        return None if role == "public" else str(role)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that may call it, from low to high."""
        return ROLES[ROLES.index(self.least_role) :] if self.least_role else ROLES

    @property
    def takes_id(self) -> bool:
        """Whether its path has the id of an object."""
        return "{id}" in self.path

    @property
    def takes_body(self) -> bool:
        """Whether it takes a JSON body."""
        return "requestBody" in self.raw

    def takes(self, field: str, value: Any) -> bool:
        """Whether the value is valid for a field of the body, by the schema of that field alone."""
        content = resolve(self.raw["requestBody"])["content"]["application/json"]
        return validator(resolve(content["schema"])["properties"][field]).is_valid(value)

    @property
    def query(self) -> Mapping[str, JSON]:
        """The schemas of its query parameters by name."""
        found = (resolve(parameter) for parameter in self.raw["parameters"])
        return {parameter["name"]: resolve(parameter["schema"]) for parameter in found if parameter["in"] == "query"}

    @property
    def id_filters(self) -> tuple[str, ...]:
        """The names of its query parameters that take an id."""
        return tuple(name for name, schema in self.query.items() if schema.get("format") == "uuid")

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each query parameter that is an enumeration."""
        return {name: tuple(schema["enum"]) for name, schema in self.query.items() if "enum" in schema}

    @property
    def counted(self) -> bool:
        """Whether its calls count towards the caller's rate limit."""
        return "429" in self.raw["responses"]

    @property
    def success(self) -> int:
        """The status of its success."""
        return min(int(status) for status in self.raw["responses"] if status[0] == "2")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the path of a call to it matches."""
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path))

    @cached_property
    def _deletion(self) -> "tuple[Operation, str] | None":
        """The operation that deletes what a call creates, and where answers have its id; None if it creates nothing."""
        links = self._response(self.success).get("links", {}) if self.method == "POST" else {}
        for link in map(resolve, links.values()):
            deletion = load().operations[link["operationId"]]
            if deletion.method == "DELETE":
                return deletion, link["parameters"]["id"]
        return None

    @property
    def created_in(self) -> str | None:
        """The path of the list that shows what a call creates, None if it creates nothing that can be deleted."""
        return self._deletion and self._deletion[0].path.removesuffix("/{id}")

    def created_path(self, answer: Answer) -> str | None:
        """Return the path at which what a call created can be deleted, by a link of the document, else None.

        Raises Violation for an answer of success without the id.
        """
        if self._deletion is None or not 200 <= answer.status < 300:
            return None
        deletion, expression = self._deletion
        return deletion.path.replace("{id}", quote(_resolve_link(answer.json, expression), safe=""))

    def documents(self, status: int) -> bool:
        """Whether the status is documented for it."""
        return str(status) in self.raw["responses"]

    def wrong_media_type(self, answer: Answer) -> str | None:
        """Return the content type of an answer if it is not a documented one."""
        documented = self._response(answer.status).get("content", {})
        sent = answer.headers.get("content-type", "")
        if not documented:
            return sent if answer.body else None
        return None if _media_type(sent) in map(_media_type, documented) else sent or "no content type"

    def wrong_headers(self, answer: Answer) -> list[str]:
        """Return what is wrong with the documented headers of an answer."""
        found = []
        for name, header in self._response(answer.status).get("headers", {}).items():
            value, described = answer.headers.get(name), resolve(header)
            if value is None:
                found += [f"{name} is missing"] * bool(described.get("required"))
            elif not validator(described["schema"]).is_valid(_parsed_header(value)):
                found.append(f"{name}: {value}")
        return found

    def wrong_body(self, answer: Answer) -> list[str]:
        """Return how the body of an answer differs from its documented schema."""
        content = self._response(answer.status).get("content", {})
        for media_type, described in content.items():
            if _media_type(media_type) == _media_type(answer.headers.get("content-type", "")):
                return _differences(described["schema"], _parsed_body(media_type, answer))
        return ["is not empty"] if answer.body and not content else []

    def _response(self, status: int) -> JSON:
        return dict(resolve(self.raw["responses"].get(str(status), {})))


@dataclass(frozen=True)
class Document:
    """The packaged OpenAPI document."""

    raw: JSON = field(repr=False)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations by id."""
        return {operation.id: operation for operation in self._operations()}

    @cached_property
    def paths(self) -> Mapping[str, frozenset[str]]:
        """The methods that each path offers."""
        return {path: frozenset(method.upper() for method in item) for path, item in self.raw["paths"].items()}

    @cached_property
    def registry(self) -> jsonschema_rs.Registry:
        """The schemas of the document, by which references are resolved."""
        return jsonschema_rs.Registry([(_URI, self.raw)])

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.raw["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield Operation(item[method]["operationId"], method.upper(), path, item[method])


@cache
def load() -> Document:
    """Return the packaged document."""
    text = resources.path("spec", "openapi.yaml").read_text(encoding="utf-8")
    return Document(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def identity() -> dict[str, str]:
    """Return the version of the API that the packaged document describes, and the SHA-256 of the file."""
    content = resources.path("spec", "openapi.yaml").read_bytes()
    found = re.search(rb"^  version: ['\"]?([\w.]+)", content, re.MULTILINE)
    version = found[1].decode() if found else ""
    return {"api_version": version, "spec_sha256": hashlib.sha256(content).hexdigest()}


def operations(*, public: bool | None = None, with_id: bool = False) -> list[Operation]:
    """Return all operations, or those that are (not) public, or those whose path has the id of an object."""
    return [
        operation
        for operation in load().operations.values()
        if public in (None, operation.least_role is None) and (operation.takes_id or not with_id)
    ]


def operation_at(method: str, path: str) -> Operation | None:
    """Return the operation of a call, None if the document has none."""
    found = [each for each in operations() if each.method == method.upper() and each.pattern.fullmatch(path)]
    return min(found, key=lambda each: each.path.count("{"), default=None)


def resolve(node: JSON) -> JSON:
    """Follow a reference into the document; keys beside the reference win."""
    while "$ref" in node:
        target: Any = load().raw
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def validator(schema: JSON) -> jsonschema_rs.Validator:
    """Return the validator of a schema of the document; it checks formats too."""
    return _validator(repr(schema), _Unhashed(schema))


@dataclass(frozen=True)
class _Unhashed:
    """A schema that is no part of the key of a cache entry."""

    schema: JSON = field(compare=False, hash=False)


@cache
def _validator(_: str, unhashed: _Unhashed) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_absolute(unhashed.schema), registry=load().registry, validate_formats=True)


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: f"{_URI}{node}" if name == "$ref" else _absolute(node) for name, node in schema.items()}
    return [_absolute(node) for node in schema] if isinstance(schema, list) else schema


def _differences(schema: JSON, value: Any) -> list[str]:
    errors = validator(schema).iter_errors(value)
    return [shorten(f"{'.'.join(map(str, error.instance_path))}: {error.message}") for error in errors]


def _resolve_link(value: Any, expression: str) -> str:
    """Return the value that a link's ``$response.body#/…`` points to. Raises Violation if there is none."""
    for part in expression.partition("#/")[2].split("/"):
        if not isinstance(value, dict) or part not in value:
            raise Violation("", f"a body with {expression}", value)
        value = value[part]
    return str(value)


def _parsed_body(media_type: str, answer: Answer) -> Any:
    if _media_type(media_type) == "application/json":
        return answer.json
    return read_yaml(answer) if "yaml" in media_type else answer.text


def read_yaml(answer: Answer) -> Any:
    """Return the body of an answer as YAML, of which JSON is a part. Raises Violation."""
    try:
        return _parsed_yaml(answer.text)
    except yaml.YAMLError:
        raise Violation("", "a YAML body", answer) from None


@lru_cache(maxsize=1)
def _parsed_yaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parsed_header(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text
