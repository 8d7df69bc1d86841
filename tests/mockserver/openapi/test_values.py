from typing import Any

import pytest

from mockserver.openapi.values import value_of
from tests.mockserver.openapi.documents import document


def of(schema: Any) -> Any:
    return value_of(document({}), schema)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "example": "b", "const": "b"}, "b"),
        ({"type": "string", "example": 5, "enum": ["x"]}, "x"),
        ({"const": None, "default": 5}, None),
        ({"type": "integer", "default": 20, "enum": [1, 20]}, 20),
        ({"type": "integer", "default": 20, "enum": [1, 2]}, 1),
        ({"type": "string", "examples": ["x", "y"], "enum": ["z", "x"]}, "x"),
        ({"type": "string", "enum": ["motion", "manual"]}, "motion"),
        ({"type": "boolean"}, False),
        ({"type": "number", "minimum": 0.5}, 0.5),
        ({"type": "integer"}, 0),
        ({"type": "string"}, "text"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "null"}, None),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 0),
        ({"anyOf": [{"type": "boolean"}]}, False),
        ({"allOf": [{"const": 4}]}, 4),
        ({"type": "array", "items": {"type": "integer"}}, [0]),
        ({"properties": {"a": {"type": "integer"}, "b": {"const": 1}}}, {"a": 0, "b": 1}),
        (True, {}),
    ],
)
def test_value_is_made_for_a_schema(schema: Any, expected: Any) -> None:
    assert of(schema) == expected


@pytest.mark.parametrize("name", ["uuid", "date-time", "date", "email", "uri"])
def test_made_text_has_its_format(name: str) -> None:
    schema = {"type": "string", "format": name}
    assert document({}).validator(schema).is_valid(of(schema))
    assert of(schema) != "text"


def test_text_of_unknown_format_is_plain() -> None:
    assert of({"type": "string", "format": "colour"}) == "text"
