from typing import Any

import pytest

from mockserver import resources
from mockserver.openapi import examples
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation, Router
from tests.mockserver.openapi.documents import JSON, document, json_content, operation

API = Document.load(resources.path("spec", "openapi.yaml"))


def answering(content: JSON, **components: Any) -> Operation:
    raw = operation(responses={"200": {"description": "Done.", "content": content}, "400": {"description": "No."}})
    return Router(document({"/a": {"get": raw}}, **components)).operations["read"]


def of(schema: Any) -> Any:
    return examples.of_schema(document({}), schema)


@pytest.mark.parametrize("found", Router(API).operations.values(), ids=lambda found: found.id)
def test_example_of_packaged_operation_fits(found: Operation) -> None:
    example = examples.success(found)
    if example is None:
        assert found.success == 204
        return
    media_type, value = example
    content = (found.response(found.success) or {})["content"]
    assert API.validator(content[media_type]["schema"]).is_valid(value)


def test_operation_without_body_has_no_example() -> None:
    assert examples.success(answering({})) is None


def test_single_example_comes_first() -> None:
    content = json_content({"type": "integer"}, example=7, examples={"other": {"value": 8}})
    assert examples.success(answering(content)) == ("application/json", 7)


def test_first_named_example_is_taken() -> None:
    named = {"one": {"$ref": "#/components/examples/One"}, "two": {"value": 2}}
    found = answering(json_content({"type": "integer"}, examples=named), examples={"One": {"value": 1}})
    assert examples.success(found) == ("application/json", 1)


def test_schema_stands_in_for_missing_examples() -> None:
    found = answering(
        json_content({"$ref": "#/components/schemas/N"}), schemas={"N": {"type": "integer", "minimum": 3}}
    )
    assert examples.success(found) == ("application/json", 3)
    assert examples.success(answering({"text/plain": {}})) == ("text/plain", {})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "example": "a", "const": "b"}, "a"),
        ({"const": None, "default": 5}, None),
        ({"type": "integer", "default": 20, "enum": [1, 2]}, 20),
        ({"type": "string", "examples": ["x", "y"], "enum": ["z"]}, "x"),
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
        (True, None),
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


@pytest.mark.parametrize("name", ["alert", "event", "camera_status", "gateway_status"])
def test_packaged_document_has_an_example_of_each_webhook(name: str) -> None:
    schema = API.raw["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = API.resolve(API.resolve(schema)["properties"]["data"])
    assert API.validator(described).is_valid(examples.webhook_data(API, name))


@pytest.mark.parametrize("example", [{"data": {"a": 1}}, {"other": 1}, "text"])
def test_webhook_data_is_the_data_of_its_example(example: Any) -> None:
    other = document({})
    assert examples.webhook_data(other, "alert") == {}
    content = json_content({}, example=example)
    other.raw["webhooks"] = {"alert": {"post": {"requestBody": {"content": content}}}}
    assert examples.webhook_data(other, "alert") == (
        {"a": 1} if isinstance(example, dict) and "data" in example else {}
    )
    assert examples.webhook_data(other, "event") == {}
