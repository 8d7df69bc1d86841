"""Texts of parameters and forms as values: what a text means by the schema of its place."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import jsonschema_rs
import msgspec

from mockserver.openapi.composition import items_of, properties_of, types_of
from mockserver.openapi.document import Document

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_BOOLEANS = {"true": True, "false": False}

#: Names and values of a query or form, decoded, and the values as they were sent.
Pairs = list[tuple[str, str, str]]


def parse_scalar(text: str, type_name: object) -> object:
    """Return the value of a text by its type; other texts are returned as they are, and refused by the schema."""
    if type_name == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if type_name == "boolean":
        return _BOOLEANS.get(text, text)
    if type_name == "number" and _NUMBER.fullmatch(text):
        return int(text) if _INTEGER.fullmatch(text) else float(text)
    if type_name == "null" and text in ("", "null"):
        return None
    return text


def pairs_of(query: bytes) -> Pairs:
    """Return the names and values of a query, or of a body of type application/x-www-form-urlencoded."""
    found = []
    for part in query.decode("latin-1").split("&"):
        name, _, raw = part.partition("=")
        if part:
            found.append((unquote_plus(name), unquote_plus(raw), raw))
    return found


class TextReader:
    """Reads texts by a schema: the first meaning that is valid, or else the first one, which the schema refuses."""

    def __init__(self, document: Document, schema: Any) -> None:
        self._document = document
        self._schema = schema
        self.types = types_of(document, schema)
        self.is_structured = bool(self.types & {"array", "object"})
        self._validator: jsonschema_rs.Validator | None = None
        self._items: TextReader | None = None
        self._properties: dict[str, TextReader] = {}

    def scalar(self, text: str) -> Any:
        """Return the value of one text."""
        return self.first_valid(self._scalars(text))

    def array(self, *ways: Iterable[str]) -> Any:
        """Return the array of the texts of its items; there may be several ways to split them."""
        return self.first_valid([self.items.scalar(text) for text in way] for way in ways)

    def object(self, *ways: Iterable[tuple[str, str]]) -> Any:
        """Return the object of names and texts; there may be several ways to split them."""
        return self.first_valid({name: self.property(name).scalar(text) for name, text in way} for way in ways)

    @property
    def items(self) -> "TextReader":
        """The reader of the items of an array."""
        if self._items is None:
            self._items = TextReader(self._document, items_of(self._document, self._schema))
        return self._items

    def property(self, name: str) -> "TextReader":
        """Return the reader of a property of an object."""
        if name not in self._properties:
            properties = properties_of(self._document, self._schema)
            if name not in properties:
                return TextReader(self._document, self._additional())
            self._properties[name] = TextReader(self._document, properties[name])
        return self._properties[name]

    def _additional(self) -> Any:
        schema = self._document.resolve(self._schema)
        return schema.get("additionalProperties", True) if isinstance(schema, dict) else True

    def _scalars(self, text: str) -> Iterator[Any]:
        kinds = [name for name in ("integer", "number", "boolean", "null") if name in self.types]
        values = [parse_scalar(text, name) for name in kinds]
        yield from (value for value in values if not isinstance(value, str))
        if self.types & {"array", "object"} and text[:1] in ("{", "["):
            yield _json(text)
        yield text

    def first_valid(self, values: Iterable[Any]) -> Any:
        """Return the first valid one of some values, or else the first."""
        candidates = list(values)
        if len(candidates) == 1:
            return candidates[0]
        return next((value for value in candidates if self._is_valid(value)), candidates[0])

    def _is_valid(self, value: Any) -> bool:
        if self._validator is None:
            self._validator = self._document.validator(self._schema, "readOnly")
        return self._validator.is_valid(value)


def split(raw: str, delimiter: str) -> tuple[list[str], list[str]]:
    """Return the items of a text: split before its escapes are decoded, and after."""
    decoded = unquote_plus(raw)
    return [unquote_plus(part) for part in raw.split(delimiter)], decoded.split(delimiter) if decoded else []


def in_pairs(parts: list[str]) -> list[tuple[str, str]]:
    """Return the names and values that follow each other in a list."""
    return list(zip(parts[::2], parts[1::2], strict=False))


def with_equals(parts: list[str]) -> list[tuple[str, str]]:
    """Return the names and values of parts of the form ``name=value``."""
    return [(name, value) for name, _, value in (part.partition("=") for part in parts)]


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
