"""Every call that the documentation shows is answered as documented after a start."""

import csv
import io
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.harness import JSON, Running, running

CALLS: list[JSON] = tomllib.loads((Path(__file__).parents[1] / "data" / "documented_calls.toml").read_text())["call"]


def at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def check_json(call: JSON, body: Any) -> None:
    for path, value in call.get("values", {}).items():
        assert at(body, path) == value, path
    for path in call.get("nulls", []):
        assert at(body, path) is None, path
    for path, prefix in call.get("prefixes", {}).items():
        assert at(body, path).startswith(prefix), path
    assert set(call.get("fields", [])) <= body.keys()
    items = body.get("data", body.get("entries", []))
    for item in items:
        assert set(call.get("item_fields", [])) <= item.keys()
    if wanted := call.get("contains"):
        item = next(item for item in items if item["id"] == wanted["id"])
        assert {name: item[name] for name in wanted} == wanted


def check_csv(call: JSON, text: str) -> None:
    header, *rows = csv.reader(io.StringIO(text))
    assert header == call["header_row"]
    assert rows == call["rows"]


def test_all_documented_calls_are_tested() -> None:
    assert len(CALLS) == 18
    assert len({call["operation"] for call in CALLS}) == 18


@pytest.mark.parametrize("call", CALLS, ids=[call["id"] for call in CALLS])
def test_documented_call_answers_as_documented(call: JSON) -> None:
    with running() as fresh, fresh.client() as client:
        body = {"json": call["body"]} if "body" in call else {}
        response = client.request(call["method"], call["path"], headers=call.get("headers", {}), **body)
    assert response.status_code == call["answers"]
    assert response.status_code in call["statuses"]
    if response.status_code == 204:
        assert response.content == b""
    elif "content_type" in call:
        assert response.headers["content-type"] == call["content_type"]
        check_csv(call, response.text)
    else:
        check_json(call, response.json())


def test_example_gateway_can_be_deleted_once_its_camera_is_moved(isolated: Running) -> None:
    gateway = "/api/v1/gateways/8f1a2b3c-4d5e-6f7a-8b9c-0d1e2f3a4b5c"
    camera = "/api/v1/cameras/550e8400-e29b-41d4-a716-446655440000"
    with isolated.client("sk_live_abc123") as owner:
        assert owner.delete(gateway).status_code == 400
        assert owner.patch(camera, json={"gateway_id": None}).status_code == 200
        assert owner.delete(gateway).status_code == 204
        assert owner.get(gateway).status_code == 404
