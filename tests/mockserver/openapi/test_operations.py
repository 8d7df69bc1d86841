from typing import Any

import pytest

from mockserver import resources
from mockserver.domain.access import Role
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation
from mockserver.openapi.routing import Router
from tests.mockserver.openapi.documents import JSON, document, json_content, operation

API = Router(Document.load(resources.path("spec", "openapi.yaml")))


def made(raw: JSON, **components: Any) -> Operation:
    return Router(document({"/a": {"get": raw}}, **components)).operations[raw["operationId"]]


def answering(response: JSON, **components: Any) -> Operation:
    return made(operation(responses={"200": {"description": "Done.", **response}}), **components)


def test_operation_has_role_success_limit_and_body() -> None:
    pair, update = API.operations["pairGateway"], API.operations["updateEvent"]
    assert (pair.min_role, pair.success, pair.metered, pair.body_required) == (None, 200, True, True)
    assert (update.min_role, update.success, update.metered) == (Role.OPERATOR, 200, True)
    assert (API.operations["createAlertRule"].success, API.operations["deleteEvent"].success) == (201, 204)
    assert not API.operations["getHealth"].metered


def test_operation_without_body_has_no_body_schema() -> None:
    reading = API.operations["getEvent"]
    assert reading.body is None
    assert not reading.body_required


def test_optional_body_is_not_required() -> None:
    found = made(operation(requestBody={"content": json_content({"type": "object"})}))
    assert found.body is not None
    assert not found.body_required


def test_parameters_of_the_path_count_as_well() -> None:
    shared = {"name": "shared", "in": "query", "schema": {"type": "integer"}}
    own = {"name": "own", "in": "query", "schema": {"type": "boolean"}}
    asked = Router(document({"/a": {"parameters": [shared], "get": operation("read", parameters=[own])}}))
    assert asked.operations["read"].parameters.read({}, b"shared=5&own=true") == {"shared": 5, "own": True}


def test_operation_without_a_role_is_public() -> None:
    assert made(operation()).min_role is None


def test_documented_response_is_found_through_references() -> None:
    shared = {"description": "Done."}
    found = made(operation(responses={"200": {"$ref": "#/components/responses/Done"}}), responses={"Done": shared})
    assert found.response(200) == shared
    assert found.response(404) is None


def test_valid_answer_has_no_differences() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    found = answering({"content": json_content(schema)})
    assert found.differences(200, {"content-type": "application/json"}, b'{"id": 5}') == []
    assert found.differences(200, {"content-type": "application/json; charset=utf-8"}, b'{"id": 5}') == []


def test_undocumented_status_differs() -> None:
    assert answering({}).differences(418, {}, b"") == ["status 418 is not documented"]


def test_missing_required_header_differs() -> None:
    headers = {
        "X-Request-Id": {"$ref": "#/components/headers/Id"},
        "X-Extra": {"schema": {"type": "string"}},
    }
    found = answering({"headers": headers}, headers={"Id": {"required": True, "schema": {"type": "string"}}})
    assert found.differences(200, {}, b"") == ["header X-Request-Id is missing"]
    assert found.differences(200, {"x-request-id": "req_1"}, b"") == []


@pytest.mark.parametrize("sent", ["text/html", ""])
def test_other_content_type_differs(sent: str) -> None:
    found = answering({"content": json_content({"type": "object"})})
    (difference,) = found.differences(200, {"content-type": sent} if sent else {}, b"{}")
    assert difference == f"content type {sent or 'none'} is not one of ['application/json']"


def test_type_with_parameters_is_the_same_type() -> None:
    found = answering({"content": {"text/csv; charset=utf-8": {"schema": {"type": "string"}}}})
    assert found.differences(200, {"content-type": "text/csv; charset=utf-8"}, None) == []


def test_body_where_none_is_documented_differs() -> None:
    assert answering({}).differences(200, {}, b"x") == ["a body was sent where none is documented"]
    assert answering({}).differences(200, {}, b"") == []


def test_body_against_its_schema_differs_by_field() -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "tags"],
        "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}},
    }
    found = answering({"content": json_content(schema)})
    sent = b'{"id": "5", "tags": ["a", 7], "more": 1}'
    differences = found.differences(200, {"content-type": "application/json"}, sent)
    assert {text.split()[0] for text in differences} == {"id", "tags.1", "more"}
    assert "tags is required" in found.differences(200, {"content-type": "application/json"}, b'{"id": 5}')


def test_body_without_schema_may_be_anything() -> None:
    found = answering({"content": {"application/json": {}}})
    assert found.differences(200, {"content-type": "application/json"}, b"[1]") == []


def test_streamed_body_is_not_checked() -> None:
    found = answering({"content": json_content({"type": "object"})})
    assert found.differences(200, {"content-type": "application/json"}, None) == []


def test_body_that_is_not_json_differs() -> None:
    found = answering({"content": json_content({"type": "object"})})
    assert found.differences(200, {"content-type": "application/json"}, b"{") == ["body is not JSON"]
