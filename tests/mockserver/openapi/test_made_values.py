"""Properties: what is made for a schema is valid for it; what a client writes in a style is read as it was meant."""

import string
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from mockserver.openapi.validation import ParameterSchema
from mockserver.openapi.values import NoValue, value_of
from tests.mockserver.openapi.documents import JSON, document

NAMES = st.sampled_from(["a", "b", "c"])
BOUNDS = st.integers(-5, 5)


def numbers() -> st.SearchStrategy[JSON]:
    bounds = {
        "minimum": BOUNDS,
        "maximum": BOUNDS,
        "exclusiveMinimum": BOUNDS,
        "multipleOf": st.sampled_from([1, 2, 0.5]),
    }
    return st.fixed_dictionaries({"type": st.sampled_from(["integer", "number"])}, optional=bounds)


def texts() -> st.SearchStrategy[JSON]:
    lengths: Any = {"minLength": st.integers(0, 20), "maxLength": st.integers(0, 20)}
    return st.fixed_dictionaries({"type": st.just("string")}, optional=lengths)


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    counts = {"minItems": st.integers(0, 3), "maxItems": st.integers(0, 4), "uniqueItems": st.booleans()}
    arrays = st.fixed_dictionaries({"type": st.just("array")}, optional={"items": inner, **counts})
    fields: Any = {
        "properties": st.dictionaries(NAMES, inner),
        "required": st.lists(NAMES, unique=True),
        "additionalProperties": st.booleans() | inner,
        "minProperties": st.integers(0, 3),
    }
    several = st.lists(inner, min_size=1, max_size=3)
    together = st.fixed_dictionaries({"allOf": several})
    either = st.builds(lambda key, parts: {key: parts}, st.sampled_from(["anyOf", "oneOf"]), several)
    return arrays | st.fixed_dictionaries({"type": st.just("object")}, optional=fields) | together | either


SCHEMAS = st.recursive(
    numbers() | texts() | st.sampled_from([{}, True, {"type": "boolean"}, {"enum": [1, "a", None]}, {"const": [1]}]),
    composed,
    max_leaves=6,
)


@settings(max_examples=150)
@given(SCHEMAS)
def test_made_value_is_valid_and_always_the_same(schema: Any) -> None:
    try:
        made = value_of(document({}), schema)
    except NoValue:
        return
    assert list(OAS31Validator(schema).iter_errors(made)) == []
    assert made == value_of(document({}), schema)


WORDS = st.text(string.ascii_letters + string.digits + " ,;=&/%é", max_size=8)


def read(style: str, *, explode: bool, schema: Any, query: str) -> Any:
    raw = {"name": "p", "in": "query", "style": style, "explode": explode, "schema": schema}
    return ParameterSchema(document({}), [raw]).read({}, query.encode()).get("p")


@given(st.lists(WORDS, min_size=2, max_size=4))
def test_array_is_read_as_it_was_written(items: list[str]) -> None:
    schema = {"type": "array", "minItems": 2, "items": {"type": "string"}}
    escaped = [quote(item, safe="") for item in items]
    assert read("form", explode=True, schema=schema, query="&".join(f"p={item}" for item in escaped)) == items
    assert read("form", explode=False, schema=schema, query=f"p={','.join(escaped)}") == items


@given(st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=4), WORDS, min_size=1, max_size=4))
def test_object_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    escaped = {name: quote(item, safe="") for name, item in fields.items() if name != "p"}
    expected = {name: fields[name] for name in escaped} or None
    exploded = "&".join(f"{name}={item}" for name, item in escaped.items())
    assert read("form", explode=True, schema=schema, query=exploded) == expected
    deep = "&".join(f"p%5B{name}%5D={item}" for name, item in escaped.items())
    assert read("deepObject", explode=True, schema=schema, query=deep) == expected


@given(st.binary(max_size=60))
def test_any_query_is_read_in_any_style(query: bytes) -> None:
    for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject"):
        raw: JSON = {"name": "p", "in": "query", "style": style, "schema": {}}
        ParameterSchema(document({}), [raw]).read({}, b"p=" + query + b"&p[a]=" + query)
