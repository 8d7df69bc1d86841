"""Calls of the control plane whose answers are checked against its document."""

from typing import Any

from mockserver import CONTROL_PREFIX, resources
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation
from mockserver.openapi.routing import Router
from tests.harness import JSON, Running

ROUTER = Router(Document.load(resources.path("spec", "control.yaml")))
OPERATIONS = ROUTER.operations
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def call(running: Running, method: str, path: str, status: int, token: str | None = None, **arguments: Any) -> Any:
    """Make a call, check the answer's status and that the document allows it, and return the body."""
    response = running.client(token).request(method, f"{CONTROL_PREFIX}{path}", **arguments)
    assert response.status_code == status, response.text
    match = ROUTER.match(f"{CONTROL_PREFIX}{path.partition('?')[0]}")
    assert match
    differences = match.operations[method].differences(status, dict(response.headers), response.content)
    assert differences == []
    return response.json() if response.content else None


def refused(running: Running, method: str, path: str, *fields: str, **arguments: Any) -> JSON:
    """Make a call, check that it is refused for these fields, and return the errors by field."""
    body = call(running, method, path, 400, **arguments)
    assert body["field_errors"].keys() == set(fields), body
    errors: JSON = body["field_errors"]
    return errors


def state(running: Running) -> JSON:
    """Return the state without the clock."""
    snapshot: JSON = running.control("GET", "/snapshot")
    return {name: value for name, value in snapshot.items() if name != "clock"}


def path_of(operation: Operation, org_id: str) -> str:
    return operation.path.removeprefix(CONTROL_PREFIX).replace("{id}", org_id)
