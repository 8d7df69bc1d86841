"""Composed schemas as flat ones: without references, allOf, anyOf, oneOf and conditions."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mockserver.openapi.document import Document

Schema = dict[str, Any]
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_MAX_FORMS = 64
_MAX_DEPTH = 30
_TYPE_OF = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
_LARGER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SMALLER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def forms(document: Document, schema: Any) -> list[Schema]:
    """Return the flat schemas one of which a value of the schema fits, at most 64; what they lack must be validated."""
    return list(islice(_forms(document, schema, 0), _MAX_FORMS))


def types_of(document: Document, schema: Any) -> set[str]:
    """Return the types that values of a schema may have."""
    found: set[str] = set()
    for form in forms(document, schema):
        values = [form["const"]] if "const" in form else form.get("enum")
        allowed = set(_types(form))
        if values is not None:
            of_values = {_TYPE_OF.get(type(value), "null") for value in values}
            allowed &= of_values | ({"number"} if "integer" in of_values else set())
        found |= allowed
    return found


def properties_of(document: Document, schema: Any) -> dict[str, Any]:
    """Return the properties that objects of a schema may have, in any of its forms."""
    found: dict[str, Any] = {}
    for form in forms(document, schema):
        found = form.get("properties", {}) | found
    return found


def items_of(document: Document, schema: Any) -> Any:
    """Return the schema of the items of an array, of the first form that has one."""
    found = (form["items"] for form in forms(document, schema) if "items" in form)
    return next(found, True)


def is_closed(document: Document, schema: Any) -> bool:
    """Return whether objects of a schema have no properties but the named ones."""
    return all(form.get("additionalProperties") is False for form in forms(document, schema))


def _forms(document: Document, schema: Any, depth: int) -> Iterator[Schema]:
    if depth > _MAX_DEPTH or not isinstance(schema, dict):
        if schema is not False and depth <= _MAX_DEPTH:
            yield {}
        return
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf", "if", "then")}
    found: list[Schema] = [own]
    if isinstance(schema.get("$ref"), str):
        found = _joined(document, found, [document.resolve({"$ref": schema["$ref"]})], depth)
    for part in schema.get("allOf", ()):
        found = _joined(document, found, [part], depth)
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            found = _joined(document, found, schema[key], depth)
    if "if" in schema:
        found = _joined(document, found, _cases(schema), depth)
    yield from found


def _cases(schema: Schema) -> list[Any]:
    """Return the alternatives of a condition: it holds with ``then``, or it does not hold."""
    holds = {"allOf": [schema["if"], schema.get("then", True)]}
    return [schema.get("else", True), holds] if "else" in schema else [holds, True]


def _joined(document: Document, found: list[Schema], alternatives: list[Any], depth: int) -> list[Schema]:
    pairs = (
        merged
        for alternative in alternatives
        for form in _forms(document, alternative, depth + 1)
        for one in found
        if (merged := _merge(one, form)) is not None
    )
    return list(islice(pairs, _MAX_FORMS))


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", TYPES)
    return [types] if isinstance(types, str) else list(types)


def _merge(one: Schema, other: Schema) -> Schema | None:
    """Return the schema of what fits both, or None if their types have nothing in common."""
    merged = {**other, **one}
    if "type" in one and "type" in other:
        common = [name for name in _types(one) if name in _types(other)]
        if not common and {*_types(one), *_types(other)} >= {"integer", "number"}:
            common = ["integer"]
        if not common:
            return None
        merged["type"] = common
    if "enum" in one and "enum" in other:
        merged["enum"] = [value for value in one["enum"] if value in other["enum"]]
    for keys, choose in ((_LARGER, max), (_SMALLER, min)):
        for key in keys:
            if key in one and key in other:
                merged[key] = choose(one[key], other[key])
    _merge_objects(one, other, merged)
    return merged


def _merge_objects(one: Schema, other: Schema, merged: Schema) -> None:
    if "properties" in one and "properties" in other:
        merged["properties"] = {
            name: {"allOf": [one["properties"][name], other["properties"][name]]}
            if name in one["properties"] and name in other["properties"]
            else node
            for name, node in {**other["properties"], **one["properties"]}.items()
        }
    if "required" in one and "required" in other:
        merged["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    for key in ("items", "additionalProperties", "contains"):
        if key in one and key in other and one[key] != other[key]:
            merged[key] = {"allOf": [one[key], other[key]]}
