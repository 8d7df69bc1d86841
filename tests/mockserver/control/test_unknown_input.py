"""What the control plane does not know is refused by its name, in every operation: nothing is ignored."""

import httpx
import pytest

from mockserver import CONTROL_PREFIX
from mockserver.openapi.operations import Operation
from tests.harness import Running
from tests.mockserver.control.calls import OPERATIONS, UNKNOWN, path_of

WITHOUT_BODY = [operation for operation in OPERATIONS.values() if operation.body is None]


def ask(running: Running, operation: Operation, query: str = "", **arguments: object) -> httpx.Response:
    path = path_of(operation, UNKNOWN).replace("{camera_id}", UNKNOWN).replace(f"/faults/{UNKNOWN}", "/faults/1")
    path = path.replace("{kind}", "events")
    url = f"{CONTROL_PREFIX}{path}{query}"
    return running.client().request(operation.method, url, **arguments)  # type: ignore[arg-type]


def errors(response: httpx.Response) -> set[str]:
    assert response.status_code == 400, response.text
    return set(response.json()["field_errors"])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_unknown_parameter_is_refused(shared: Running, operation: Operation) -> None:
    response = ask(shared, operation, "?colour=red&operation_id=x&Limit=1")
    assert errors(response) == {"colour", "operation_id", "Limit"}
    assert f"is not a parameter of {operation.id}" in response.json()["message"]
    assert operation.differences(400, dict(response.headers), response.content) == []


@pytest.mark.parametrize("operation", WITHOUT_BODY, ids=lambda operation: operation.id)
def test_body_that_nobody_reads_is_refused(shared: Running, operation: Operation) -> None:
    assert errors(ask(shared, operation, json={"operation": "listEvents"})) == {"operation"}
    for body in (b"[]", b"x", b"null", b"\xff", b" " * 1024 * 1024 + b" ", b"[" * 100_000):
        assert errors(ask(shared, operation, content=body)) == {"body"}


def test_empty_object_says_nothing(shared: Running) -> None:
    assert ask(shared, OPERATIONS["getClock"], json={}).status_code == 200


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS.values() if each.body is not None], ids=lambda operation: operation.id
)
def test_unknown_field_is_refused(shared: Running, operation: Operation) -> None:
    assert "colour" in errors(ask(shared, operation, json={"colour": "red"}))
