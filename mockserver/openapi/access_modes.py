"""``readOnly`` and ``writeOnly``: a property that only one side sends is not required of the other."""

from collections.abc import Callable
from typing import Any

_MAX_DEPTH = 8


def relaxed(node: Any, mark: str, resolve: Callable[[Any], Any], marked: frozenset[str] = frozenset()) -> Any:
    """Return a copy of a schema, or of a whole document, in which no property with the mark is required.

    ``marked`` are the names of such properties in a schema of which this one is a part.
    """
    if isinstance(node, list):
        return [relaxed(item, mark, resolve, marked) for item in node]
    if not isinstance(node, dict):
        return node
    names = marked | _marked(node, mark, resolve)
    copy = {
        key: relaxed(item, mark, resolve, names if key in ("allOf", "anyOf", "oneOf") else frozenset())
        for key, item in node.items()
    }
    if names and isinstance(copy.get("required"), list):
        copy["required"] = [name for name in copy["required"] if name not in names]
    return copy


def _marked(schema: Any, mark: str, resolve: Callable[[Any], Any], depth: int = 0) -> frozenset[str]:
    """Return the names of the properties with the mark, in a schema and in those that it is composed of."""
    schema = resolve(schema) if isinstance(schema, dict) and isinstance(schema.get("$ref"), str) else schema
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return frozenset()
    properties = schema.get("properties")
    found = {
        name
        for name, node in (properties.items() if isinstance(properties, dict) else ())
        if has_mark(node, mark, resolve)
    }
    parts = schema.get("allOf")
    for part in parts if isinstance(parts, list) else ():
        found |= _marked(part, mark, resolve, depth + 1)
    return frozenset(found)


def has_mark(schema: Any, mark: str, resolve: Callable[[Any], Any]) -> bool:
    """Return whether a schema has the mark, by itself or where its reference leads."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(schema, dict):
            return False
        if schema.get(mark) is True:
            return True
        if any(part.get(mark) is True for part in schema.get("allOf") or () if isinstance(part, dict)):
            return True
        if not isinstance(schema.get("$ref"), str):
            return False
        schema = resolve({"$ref": schema["$ref"]})
    return False
