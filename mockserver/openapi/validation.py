"""Checks of bodies and parameters against their schemas, with error messages by field."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import jsonschema_rs

from mockserver.domain.errors import InvalidInput
from mockserver.openapi.document import Document
from mockserver.openapi.parameters import ABSENT, Parameter
from mockserver.openapi.texts import Pairs, pairs_of, parse_scalar

#: Request headers in the format of ASGI: lower-case names, bytes.
Headers = Iterable[tuple[bytes, bytes]]
#: The deepest nesting of a body, far below the recursion limit of any part of the mock.
_MAX_DEPTH = 100
_MAX_CACHED_QUERIES = 1024
_SPACE_BEFORE_OFFSET = re.compile(r":\d{2}(?:\.\d+)? \d{2}:\d{2}$", re.ASCII)


class BodySchema:
    """The schema of a JSON request body."""

    def __init__(self, document: Document, schema: Any) -> None:
        self._validator = document.validator(schema, "readOnly")
        resolved = document.resolve(schema)
        properties = resolved.get("properties", {}) if isinstance(resolved, dict) else {}
        resolved_nodes = {name: document.resolve(node) for name, node in properties.items()}
        nodes = {name: node for name, node in resolved_nodes.items() if isinstance(node, dict)}
        self._uuids = [name for name, node in nodes.items() if _is_uuid(node, document)]
        self._urls = [name for name, node in nodes.items() if "://" in node.get("pattern", "")]

    def check(self, body: Any) -> Any:
        """Return the body with its ids, numbers and the schemes of its URLs in canonical form. Raises InvalidInput."""
        body = _canonical(body)
        if isinstance(body, dict):
            for name in self._urls:
                if name in body:
                    body[name] = with_lower_case_scheme(body[name])
        if not self._validator.is_valid(body):
            raise InvalidInput(field_errors(self._validator.iter_errors(body)))
        if isinstance(body, dict):
            for name in self._uuids:
                if name in body:
                    body[name] = _lower_case(body[name])
        return body


class ParameterSchema:
    """The path, query, header and cookie parameters of one operation.

    Their values are named as they are; of two that differ in their place alone, the second is named with its place.
    """

    def __init__(self, document: Document, parameters: Iterable[Mapping[str, Any]]) -> None:
        found = [Parameter(document, document.resolve(parameter)) for parameter in parameters]
        self._keyed: dict[str, Parameter] = {}
        for parameter in sorted(found, key=lambda each: each.place != "path"):
            named = parameter.name not in self._keyed
            self._keyed[parameter.name if named else f"{parameter.place} {parameter.name}"] = parameter
        self._path = {each.name: _plain_type(each) for each in found if each.place == "path"}
        self._query = {name: _plain_type(each) for name, each in self._keyed.items() if each.place == "query"}
        self._structured = [
            (key, each) for key, each in self._keyed.items() if each.place in ("path", "query") and not each.is_plain
        ]
        self._query = {name: plain for name, plain in self._query.items() if plain is not None}
        self._headers = {each.name.lower().encode(): key for key, each in self._keyed.items() if each.place == "header"}
        self._cookies = {each.name: key for key, each in self._keyed.items() if each.place == "cookie"}
        self.query_names = frozenset(each.name for each in found if each.place == "query")
        schemas = {key: document.resolve(each.checked_schema) for key, each in self._keyed.items()}
        properties = {name: schema for name, schema in schemas.items() if isinstance(schema, dict)}
        self._defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
        self._uuids = {name for name, schema in properties.items() if schema.get("format") == "uuid"}
        self._required = [key for key, each in self._keyed.items() if each.required]
        together = {"type": "object", "properties": schemas, "required": self._required}
        self._validator = document.validator(together, "readOnly")
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
        values: dict[str, Any] = {name: parse_scalar(text, self._path[name]) for name, text in path_values.items()}
        if query:
            self._read_query(query, values)
        if self._structured:
            self._read_structured(path_values, query, values)
        if self._headers or self._cookies:
            self._read_headers(headers, values)
        if (values or self._required) and not self._validator.is_valid(values):
            errors = field_errors(self._validator.iter_errors(values))
            raise InvalidInput(_explain_lost_plus(errors, values) if b"+" in query else errors)
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
            values[name] = parse_scalar(text, self._query[name])

    def _read_structured(self, path_values: Mapping[str, str], query: bytes, values: dict[str, Any]) -> None:
        pairs = pairs_of(query)
        for key, parameter in self._structured:
            if parameter.place == "path":
                values[key] = parameter.of_text(path_values[parameter.name])
            elif (value := parameter.of_pairs(pairs, self.query_names)) is not ABSENT:
                values[key] = value

    def _read_headers(self, headers: Headers, values: dict[str, Any]) -> None:
        cookies: Pairs = []
        for name, value in headers:
            text = value.decode("latin-1")
            if name in self._headers:
                key = self._headers[name]
                values[key] = self._keyed[key].of_text(text)
            elif name == b"cookie":
                cookies += [(name, text, text) for name, text in _cookies(text)]
        for key in self._cookies.values() if cookies else ():
            if (value := self._keyed[key].of_pairs(cookies)) is not ABSENT:
                values[key] = value


def _plain_type(parameter: Parameter) -> str | None:
    return next(iter(parameter.reader.types)) if parameter.is_plain else None


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
            return [(".".join(at) or "body", _explain_forms(kind.context))]
        case jsonschema_rs.ValidationErrorKind.MinProperties():
            return [(".".join(at) or "body", "holds none of the fields of this request")]
        case _:
            return [(".".join(at) or "body", error.message.removeprefix("the value "))]


def _explain_forms(branches: Iterable[Iterable[jsonschema_rs.ValidationError]]) -> str:
    """Return what a value is not that fits none of the branches: times are named, other forms are not."""
    kinds = [error.kind for branch in branches for error in branch]
    formats = [kind.format for kind in kinds if isinstance(kind, jsonschema_rs.ValidationErrorKind.Format)]
    if len(formats) == len(kinds) and set(formats) <= {"date-time", "date", "time"}:
        return f"is not a valid {' or '.join(formats)} (RFC 3339)"
    return "has none of the documented forms"


def _explain_lost_plus(errors: dict[str, list[str]], values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the errors with the reason for a time whose offset begins with a space."""
    return {
        name: [f"{texts[0]}: in a query + means a space; write the + of an offset as %2B"]
        if isinstance(value := values.get(name), str) and _SPACE_BEFORE_OFFSET.search(value)
        else texts
        for name, texts in errors.items()
    }


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


def _is_uuid(schema: Mapping[str, Any], document: Document) -> bool:
    items = document.resolve(schema.get("items", {}))
    return schema.get("format") == "uuid" or (isinstance(items, dict) and items.get("format") == "uuid")


def with_lower_case_scheme(value: Any) -> Any:
    """Return a URL with its scheme in lower case (RFC 3986, 3.1); any other value as it is."""
    if not isinstance(value, str):
        return value
    scheme, separator, following = value.partition("://")
    return f"{scheme.lower()}{separator}{following}" if separator else value


def _lower_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower_case(item) for item in value]
    return value.lower() if isinstance(value, str) else value
