"""Checks of bodies and parameters against their schemas, with error messages by field."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import jsonschema_rs

from mockserver.domain.errors import InvalidInput
from mockserver.openapi.document import Document

#: Request headers in the format of ASGI: lower-case names, bytes.
Headers = Iterable[tuple[bytes, bytes]]
#: The deepest nesting of a body, far below the recursion limit of any part of the mock.
_MAX_DEPTH = 100
_MAX_CACHED_QUERIES = 1024
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}


class BodySchema:
    """The schema of a JSON request body."""

    def __init__(self, document: Document, schema: Any) -> None:
        self._validator = document.validator(schema)
        properties = document.resolve(schema).get("properties", {})
        nodes = {name: document.resolve(node) for name, node in properties.items()}
        self._uuids = [name for name, node in nodes.items() if _is_uuid(node, document)]
        self._urls = [name for name, node in nodes.items() if "://" in node.get("pattern", "")]

    def check(self, body: Any) -> Any:
        """Return the body with its ids, numbers and the schemes of its URLs in canonical form. Raises InvalidInput."""
        body = _canonical(body)
        if isinstance(body, dict):
            for name in self._urls:
                if name in body:
                    body[name] = _with_lower_case_scheme(body[name])
        if not self._validator.is_valid(body):
            raise InvalidInput(field_errors(self._validator.iter_errors(body)))
        if isinstance(body, dict):
            for name in self._uuids:
                if name in body:
                    body[name] = _lower_case(body[name])
        return body


class ParameterSchema:
    """The path, query, header and cookie parameters of one operation."""

    def __init__(self, document: Document, parameters: Iterable[Mapping[str, Any]]) -> None:
        resolved = [document.resolve(parameter) for parameter in parameters]
        schemas = {parameter["name"]: document.resolve(parameter["schema"]) for parameter in resolved}
        self._query = {parameter["name"] for parameter in resolved if parameter["in"] == "query"}
        self._headers = {
            parameter["name"].lower().encode(): parameter["name"]
            for parameter in resolved
            if parameter["in"] == "header"
        }
        self._cookies = {parameter["name"] for parameter in resolved if parameter["in"] == "cookie"}
        self._schemas = schemas
        self._defaults = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
        self._uuids = {name for name, schema in schemas.items() if schema.get("format") == "uuid"}
        self._required = [parameter["name"] for parameter in resolved if parameter.get("required")]
        self._validator = document.validator({"type": "object", "properties": schemas, "required": self._required})
        self._cache: dict[bytes, dict[str, Any]] = {}

    def read(self, path_values: Mapping[str, str], query: bytes, headers: Headers = ()) -> dict[str, Any]:
        """Return the parameters by name, typed, with defaults; unknown ones are left out. Raises InvalidInput.

        Results that depend on the query alone are cached, because the same pages are requested repeatedly.
        """
        if path_values or self._headers or self._cookies:
            return self._read(path_values, query, headers)
        cached = self._cache.get(query)
        if cached is None:
            if len(self._cache) >= _MAX_CACHED_QUERIES:
                self._cache.clear()
            cached = self._cache[query] = self._read(path_values, query, headers)
        return cached.copy()

    def _read(self, path_values: Mapping[str, str], query: bytes, headers: Headers) -> dict[str, Any]:
        values: dict[str, Any] = {
            name: _parse_text(text, self._schemas[name].get("type")) for name, text in path_values.items()
        }
        if query:
            self._read_query(query, values)
        if self._headers or self._cookies:
            self._read_headers(headers, values)
        if (values or self._required) and not self._validator.is_valid(values):
            raise InvalidInput(field_errors(self._validator.iter_errors(values)))
        for name in self._uuids & values.keys():
            values[name] = values[name].lower()
        return self._defaults | values

    def _read_query(self, query: bytes, values: dict[str, Any]) -> None:
        for part in query.decode("latin-1").split("&"):
            name, _, text = part.partition("=")
            if "%" in part or "+" in part:
                name, text = unquote_plus(name), unquote_plus(text)
            if name not in self._query:
                continue
            if name in values:
                raise InvalidInput({name: ["is given more than once"]})
            values[name] = _parse_text(text, self._schemas[name].get("type"))

    def _read_headers(self, headers: Headers, values: dict[str, Any]) -> None:
        for key, value in headers:
            text = value.decode("latin-1")
            if key in self._headers:
                values[self._headers[key]] = text
            elif key == b"cookie":
                values.update({name: text for name, text in _cookies(text) if name in self._cookies})


def _cookies(header: str) -> Iterator[tuple[str, str]]:
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        yield name, value.strip('"')


def field_errors(errors: Iterable[jsonschema_rs.ValidationError]) -> dict[str, list[str]]:
    """Return the messages by dotted field; those about the whole value are under ``body``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in errors:
        for field, message in _explain(error):
            if message not in found[field]:
                found[field].append(message)
    return dict(found)


def _explain(error: jsonschema_rs.ValidationError) -> list[tuple[str, str]]:
    at = [str(part) for part in error.instance_path]
    kind = error.kind
    match kind:
        case jsonschema_rs.ValidationErrorKind.Required():
            return [(".".join([*at, kind.property]), "is required")]
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties():
            return [(".".join([*at, name]), "is not a field of this request") for name in kind.unexpected]
        case jsonschema_rs.ValidationErrorKind.FalseSchema():
            return [(".".join(at) or "body", "is not allowed together with the other values")]
        case jsonschema_rs.ValidationErrorKind.AnyOf() | jsonschema_rs.ValidationErrorKind.OneOfNotValid():
            return [(".".join(at) or "body", "has none of the documented forms")]
        case jsonschema_rs.ValidationErrorKind.MinProperties():
            return [(".".join(at) or "body", "holds none of the fields of this request")]
        case _:
            return [(".".join(at) or "body", error.message.removeprefix("the value "))]


def _canonical(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with 3.0 as 3, which JSON Schema calls an integer. Raises InvalidInput if nested too deep."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if not isinstance(value, dict | list):
        return value
    if depth == _MAX_DEPTH:
        raise InvalidInput({"body": ["is nested too deeply"]})
    if isinstance(value, dict):
        return {name: _canonical(item, depth + 1) for name, item in value.items()}
    return [_canonical(item, depth + 1) for item in value]


def _parse_text(text: str, type_name: object) -> object:
    """Return the value of a text by its type; other texts are returned as they are, and refused by the schema."""
    if type_name == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if type_name == "boolean":
        return _BOOLEANS.get(text, text)
    return text


def _is_uuid(schema: Mapping[str, Any], document: Document) -> bool:
    items = document.resolve(schema.get("items", {}))
    return schema.get("format") == "uuid" or items.get("format") == "uuid"


def _with_lower_case_scheme(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    scheme, separator, following = value.partition("://")
    return f"{scheme.lower()}{separator}{following}" if separator else value


def _lower_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower_case(item) for item in value]
    return value.lower() if isinstance(value, str) else value
