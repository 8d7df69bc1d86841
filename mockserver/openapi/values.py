"""Values that are valid for a schema: its examples where they are valid, otherwise made; always the same."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jsonschema_rs

from mockserver.openapi.access_modes import has_mark
from mockserver.openapi.composition import TYPES, Schema, forms
from mockserver.openapi.document import Document
from mockserver.openapi.scalars import numbers, texts

_DEPTHS = (4, 8, 16, 32)
_OPTIONAL_DEPTH = 4
_MAX_STEPS = 5_000
_MAX_ITEMS = 1_000
#: Keywords by which a value that was made for a schema may still be wrong.
_DECISIVE = frozenset({
    "$ref", "allOf", "anyOf", "oneOf", "not", "if", "enum", "const", "pattern", "format", "contains", "multipleOf",
    "dependentSchemas", "dependentRequired", "patternProperties", "propertyNames", "uniqueItems", "minLength",
    "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "unevaluatedProperties",
    "unevaluatedItems", "example", "examples", "default",
})  # fmt: skip


class NoValue(Exception):
    """No value was found that is valid for the schema."""


def value_of(document: Document, schema: Any, without: str = "writeOnly") -> Any:
    """Return a value that is valid for a schema and has no property marked ``without``. Raises NoValue."""
    validator = document.validator(schema, without)
    for examples in (True, False):
        for depth in _DEPTHS:
            builder = _Builder(document, without, depth, examples=examples)
            try:
                value = builder.make(schema, depth)
            except NoValue:
                continue
            if validator.is_valid(value):
                return value
    raise NoValue


class _Builder:
    """Makes one value; objects and arrays nest no deeper than they must beyond ``depth``."""

    def __init__(self, document: Document, without: str, depth: int, *, examples: bool) -> None:
        self._document = document
        self._without = without
        self._max_depth = depth
        self._examples = examples
        self._steps = _MAX_STEPS
        self._validators: dict[int | str, tuple[Any, jsonschema_rs.Validator]] = {}

    def make(self, schema: Any, depth: int, variant: int = 0) -> Any:
        """Return the first candidate that is valid. Raises NoValue, also when the work grows too large."""
        self._steps -= 1
        if self._steps < 0 or schema is False:
            raise NoValue
        for value in self._candidates(schema, depth, variant):
            if self._fits(schema, value):
                return value
        raise NoValue

    def _fits(self, schema: Any, value: Any) -> bool:
        if not isinstance(schema, dict) or not _DECISIVE & schema.keys():
            return True
        key = schema["$ref"] if schema.keys() == {"$ref"} else id(schema)
        if key not in self._validators:  # the schema is kept, so that no other one gets its id
            self._validators[key] = schema, self._document.validator(schema, self._without)
        return self._validators[key][1].is_valid(value)

    def _candidates(self, schema: Any, depth: int, variant: int) -> Iterator[Any]:
        flat = forms(self._document, schema)
        for form in flat:
            yield from self._given(form, variant)
        for form in flat:
            if "enum" in form or "const" in form:
                continue
            types = form.get("type") or _likely_types(form)
            for name in [types] if isinstance(types, str) else types:
                yield from self._of_type(name, form, depth, variant)

    def _given(self, form: Schema, variant: int) -> Iterator[Any]:
        """Yield the values that the schema itself names."""
        if self._examples and not variant:
            yield from (form[key] for key in ("example", "default") if key in form)
            examples = form.get("examples", ())
            yield from examples if isinstance(examples, list) else ()
        if "const" in form:
            yield form["const"]
        enum = form.get("enum", ())
        yield from (enum[(index + variant) % len(enum)] for index in range(len(enum)))

    def _of_type(self, name: str, form: Schema, depth: int, variant: int) -> Iterator[Any]:
        if name in ("object", "array") and depth < 0:
            return
        try:
            match name:
                case "object":
                    yield self._object(form, depth - 1, variant)
                case "array":
                    yield self._array(form, depth - 1)
                case "integer" | "number":
                    yield from numbers(form, as_integer=name == "integer", variant=variant)
                case "string":
                    yield from texts(form, variant)
                case "boolean":
                    yield from (bool(variant % 2), not variant % 2)
                case _:
                    yield None
        except NoValue:
            return

    def _object(self, form: Schema, depth: int, variant: int) -> dict[str, Any]:
        required = form.get("required", [])
        made = {}
        for name, schema in form.get("properties", {}).items():
            if self._is_wanted(name, schema, form, depth):
                try:
                    made[name] = self.make(schema, depth, variant)
                except NoValue:
                    if name in required:
                        raise
        self._add_others(made, form, depth, variant)
        spare = [name for name in made if name not in required]
        for name in spare[max(0, form.get("maxProperties", len(made)) - len(made) + len(spare)) :]:
            del made[name]
        return made

    def _is_wanted(self, name: str, schema: Any, form: Schema, depth: int) -> bool:
        if has_mark(schema, self._without, self._document.resolve):
            return False
        return depth >= self._max_depth - _OPTIONAL_DEPTH or name in form.get("required", [])

    def _add_others(self, made: dict[str, Any], form: Schema, depth: int, variant: int) -> None:
        """Add the properties that are required, or needed to be enough, without a schema of their own."""
        required, smallest = form.get("required", []), form.get("minProperties", 0)
        known = made.keys() | form.get("properties", {}).keys()
        for name in (*required, *(f"key{number}" for number in range(min(smallest, _MAX_ITEMS)))):
            if name not in known and (name in required or len(made) < smallest):
                made[name] = self.make(_additional(form, name), depth, variant)

    def _array(self, form: Schema, depth: int) -> list[Any]:
        prefix, smallest = form.get("prefixItems", []), form.get("minItems", 0)
        if smallest > _MAX_ITEMS:
            raise NoValue
        made = [self.make(item, depth) for item in prefix[: form.get("maxItems", len(prefix))]]
        usual = 0 if prefix or depth < self._max_depth - _OPTIONAL_DEPTH else 1
        wanted = max(smallest, len(made), min(usual, form.get("maxItems", 1)))
        if "contains" in form:
            made += [self.make(form["contains"], depth, number) for number in range(form.get("minContains", 1))]
        variant = 0
        while len(made) < wanted:
            try:
                item = self.make(form.get("items", True), depth, variant)
            except NoValue:
                if len(made) < smallest:
                    raise
                break
            variant += 1
            if not form.get("uniqueItems") or item not in made:
                made.append(item)
            elif variant > 2 * _MAX_ITEMS:
                raise NoValue
        return made


def _additional(form: Schema, name: str) -> Any:
    """Return the schema of a property that has none of its own: that of a pattern, or of all others."""
    for pattern, schema in form.get("patternProperties", {}).items():
        with suppress(re.error):
            if re.search(pattern, name):
                return schema
    return form.get("additionalProperties", {"type": "string"})


def _likely_types(form: Schema) -> tuple[str, ...]:
    """Return all types, those first that the keywords of a schema without a type are about."""
    about = {
        "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
        "string": ("pattern", "format", "minLength", "maxLength"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
    likely = [name for name, keys in about.items() if any(key in form for key in keys)]
    return tuple(dict.fromkeys([*([] if "properties" in form else likely), *TYPES]))
