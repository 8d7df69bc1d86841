"""Inputs that are read otherwise than they were sent, or whose bounds are off by one, in one operation alone."""

from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.mutants.generated.boundary import Generated, Wrapper, calling, generated
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.mutants.operators.patches import Edit
from mockserver.openapi.document import Document
from mockserver.operations.call import Call, Function, Result

JSON = dict[str, Any]
_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    reader = surfaces.reader(surface)
    for name, schema in surface.body.items():
        for what, absent in _absences(schema).items():
            patch = calling(surface.id, partial(_absent, name, absent))
            yield generated(f"{what}-as-absent", surface.id, name, patch, name)
        if schema.get("type") == "array" and reader and surface.method in ("PATCH", "PUT"):
            patch = calling(surface.id, partial(_merged, name, surface))
            yield generated("list-merged", surface.id, name, patch, name)
        for bound, off in _bounds(schema):
            edit = _body_field(surface, name, {bound: schema[bound] + off})
            yield generated("bound", surface.id, f"{name},{bound}{off:+}", edit, name)
    for name, schema in surface.query.items():
        for bound, off in _bounds(schema):
            edit = _parameter(surface, name, {bound: schema[bound] + off})
            yield generated("bound", surface.id, f"{name},{bound}{off:+}", edit, name)


def _absences(schema: JSON) -> dict[str, Callable[[Any], bool]]:
    """Return the values that a server may take for absent, of those that a field may have, its default excepted."""
    types = schema.get("type")
    kinds = {*types} if isinstance(types, list) else {types}
    kinds |= {each.get("type") for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))}
    found: dict[str, Callable[[Any], bool]] = {}
    if "null" in kinds:
        found["null"] = lambda value: value is None
    if "boolean" in kinds:
        found["false"] = lambda value: value is False
    if kinds & {"integer", "number"}:
        found["zero"] = lambda value: value == 0
    if "array" in kinds and not schema.get("minItems"):
        found["empty"] = lambda value: value == []
    if "string" in kinds and not schema.keys() & {"enum", "format", "minLength", "pattern"}:
        found["empty"] = lambda value: value == ""
    return {what: absent for what, absent in found.items() if "default" not in schema or not absent(schema["default"])}


def _bounds(schema: JSON) -> Iterator[tuple[str, int]]:
    """Yield each bound of a schema with how far it is moved."""
    for bound in _BOUNDS:
        for off in (-1, 1):
            value = schema.get(bound)
            if isinstance(value, (int, float)) and (bound in ("minimum", "maximum") or value + off >= 0):
                yield bound, off


def _absent(name: str, absent: Callable[[Any], bool]) -> Wrapper:
    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        if name in call.body and absent(call.body[name]):
            return function(replace(call, body={key: call.body[key] for key in call.body if key != name}))
        return function(call)

    return wrapper


def _merged(name: str, surface: Surface) -> Wrapper:
    """Add the items of a list to those that are there, instead of replacing them."""
    known: dict[str, list[Any]] = {}

    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        sent = call.body.get(name)
        if not isinstance(sent, list):
            return function(call)
        merged = known.setdefault(call.params["id"], [])
        merged += [item for item in sent if item not in merged]
        return function(replace(call, body={**call.body, name: list(merged)}))

    return wrapper


def _body_field(surface: Surface, name: str, keys: JSON) -> Edit:
    """Set keys of a field in the body of this operation alone."""

    def change(document: Document) -> None:
        media = document.resolve(_node(document, surface)["requestBody"])["content"]["application/json"]
        media["schema"] = schema = deepcopy(document.resolve(media["schema"]))
        schema["properties"][name] = {**document.resolve(schema["properties"][name]), **keys}

    return Edit(lambda document: document, change)


def _parameter(surface: Surface, name: str, keys: JSON) -> Edit:
    """Set keys of a parameter of this operation alone."""

    def change(document: Document) -> None:
        node = _node(document, surface)
        node["parameters"] = parameters = [deepcopy(document.resolve(each)) for each in node["parameters"]]
        found = next(each for each in parameters if each["name"] == name)
        found["schema"] = {**document.resolve(found["schema"]), **keys}

    return Edit(lambda document: document, change)


def _node(document: Document, surface: Surface) -> JSON:
    return next(node for *_, node in document.operations() if node["operationId"] == surface.id)
