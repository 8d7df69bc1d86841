"""The document as the suite reads it: operations, links, headers, schemas of fields."""

import json
from typing import Any

import httpx
import pytest

from contract_tests import document
from contract_tests.actors import Answer
from contract_tests.verdicts import Violation

ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def answer(status: int, body: Any, **headers: str) -> Answer:
    return Answer(status, httpx.Headers(headers), json.dumps(body).encode())


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/api/v1/events", "listEvents"),
        ("get", f"/api/v1/events/{ID}", "getEvent"),
        ("GET", "/api/v1/events/export", "exportEvents"),
        ("DELETE", f"/api/v1/users/{ID}/sessions/{ID}", "revokeUserSession"),
        ("PUT", "/api/v1/events", None),
        ("GET", "/api/v1/nothing-here", None),
    ],
)
def test_a_method_and_a_path_lead_to_their_operation(method: str, path: str, operation: str | None) -> None:
    found = document.operation_at(method, path)
    assert (found and found.id) == operation


@pytest.mark.parametrize(
    ("operation", "status", "body", "path"),
    [
        ("createAlertRule", 201, {"id": ID}, f"/api/v1/alert-rules/{ID}"),
        ("generatePairingCode", 201, {"id": ID}, f"/api/v1/gateways/{ID}"),
        ("inviteUser", 201, {"user": {"id": ID}}, f"/api/v1/users/{ID}"),
        ("inviteUser", 409, {"error": "conflict"}, None),
        ("updateUser", 200, {"id": ID}, None),
        ("login", 200, {"user": {"id": ID}}, None),
    ],
)
def test_the_path_of_what_a_call_created_is_that_of_its_deletion_in_the_document(
    operation: str, status: int, body: Any, path: str | None
) -> None:
    assert document.load().operations[operation].created_path(answer(status, body)) == path


def test_an_answer_without_the_id_of_what_was_created_is_a_violation() -> None:
    with pytest.raises(Violation):
        document.load().operations["inviteUser"].created_path(answer(201, {"id": ID}))


def test_an_optional_header_may_be_missing_but_not_invalid() -> None:
    login = document.load().operations["login"]
    rate = {f"x-ratelimit-{name}": "1" for name in ("limit", "remaining", "reset")}
    valid = {"x-request-id": "req_1", **rate}
    assert login.wrong_headers(answer(200, {}, **valid)) == []
    for headers, wrong in (
        (rate, "X-Request-Id is missing"),
        ({**valid, "Set-Cookie": "session=1"}, "Set-Cookie: session=1"),
    ):
        assert login.wrong_headers(answer(200, {}, **headers)) == [wrong]


@pytest.mark.parametrize(("value", "valid"), [("A7B3CX", True), ("A7B3C", False), (5, False)])
def test_a_field_is_validated_by_its_own_schema(value: Any, valid: bool) -> None:
    assert document.load().operations["pairGateway"].takes("pairing_code", value) is valid
