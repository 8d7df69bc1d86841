"""Why the calls of the journal were answered as they were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import call, refused
from tests.mockserver.http.steps import UNKNOWN, new_code

EVENTS, RULES = "/api/v1/events", "/api/v1/alert-rules"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    """A mock for the tests of this module, whose journal and faults they read."""
    with running() as mock:
        yield mock


@pytest.fixture
def org(mock: Running) -> World:
    mock.control("DELETE", "/faults")
    mock.control("DELETE", "/requests")
    return mock.org()


def why(org: World) -> JSON:
    """Return why the newest call was answered as it was."""
    newest = call(org.running, "GET", "/requests", 200, params={"limit": 1})["data"][0]
    found: JSON = newest["why"]
    return found


def step(org: World) -> Any:
    return why(org)["step"]


def test_the_expired_code_is_explained_by_its_rule(org: World) -> None:
    code = new_code(org)
    org.running.control("POST", f"/orgs/{org.id}/clock", json={"advance": 660})
    sent = {"pairing_code": code["pairing_code"]}
    response = org.running.client().post("/api/v1/gateways/pair", json=sent)
    assert response.status_code == 410
    message = response.json()["message"]
    assert why(org) == {"step": "operation", "fault": False, "rules": ["GW-52"], "message": message}


def test_a_success_is_the_operations_and_has_neither_rules_nor_message(org: World) -> None:
    org.owner.get(EVENTS)
    assert why(org) == {"step": "operation", "fault": False, "rules": [], "message": None}


def test_every_step_that_refuses_a_call_is_named(org: World) -> None:
    event = org.record()["data"][0]
    org.owner.get("/api/v1/nowhere")
    assert why(org)["step"] == "route"
    org.owner.put(EVENTS)
    assert (step(org), "GEN-08" in why(org)["rules"]) == ("route", True)
    org.running.client("sk_live_nobody").get(EVENTS)
    assert (step(org), "EV-38" in why(org)["rules"]) == ("credential", True)
    org.viewer.patch(f"{EVENTS}/{event}", json={"starred": True})
    assert (step(org), "EV-70" in why(org)["rules"]) == ("role", True)
    org.viewer.get(EVENTS, params={"site_id": org.sites[-1]})
    assert (step(org), "EV-40" in why(org)["rules"]) == ("operation", True)
    org.operator.patch(f"{EVENTS}/{event}", json={"notes": "x" * 1_100_000})
    assert step(org) == "input"
    org.owner.get(f"{EVENTS}/{UNKNOWN}")
    assert (step(org), "EV-54" in why(org)["rules"]) == ("operation", True)
    org.settings(rate_limit_burst=1, rate_limit_per_minute=1)
    assert {org.owner.get(EVENTS).status_code for _ in range(3)} >= {429}
    assert (step(org), "EV-41" in why(org)["rules"]) == ("rate_limit", True)


def test_an_error_of_input_is_explained_by_the_rules_about_its_fields(org: World) -> None:
    response = org.operator.post("/api/v1/gateways/generate-pairing-code", json={"site_id": org.sites[0]})
    assert response.status_code == 400, response.text
    found = why(org)
    assert (found["step"], found["message"]) == ("input", response.json()["message"])
    assert {"GW-26", "GW-28"} <= set(found["rules"])
    assert "GW-27" not in found["rules"]
    org.owner.get(EVENTS, params={"cursor": "x"})
    assert set(why(org)["rules"]) == {"AS-59", "AS-60", "AS-61", "AS-62"}


def test_the_message_is_there_although_the_body_was_cut(org: World) -> None:
    response = org.operator.patch(f"{EVENTS}/{UNKNOWN}", json={f"field_{number}": 1 for number in range(40)})
    assert (response.status_code, len(response.content) > 1500) == (400, True)
    found = call(org.running, "GET", "/requests", 200, params={"limit": 1})["data"][0]
    assert len(found["response_body"]) == 1024
    assert found["why"]["message"] is None or found["why"]["message"] == response.json()["message"]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"status": 409}, "fault"),
        ({"answer": {"status": 200, "body": {"data": []}}}, "fault"),
        ({"answer": {"status": 418, "body": "tea"}}, "fault"),
        ({"change": {"merge_patch": {"total": 7}}}, "operation"),
        ({"change": {"at": "/nowhere", "merge_patch": {}}}, "fault"),
        ({"delay_ms": 1}, "operation"),
    ],
)
def test_a_fault_is_named_and_answers_by_no_rule(org: World, fault: JSON, named: str) -> None:
    org.running.control("POST", "/faults", json={"org": org.id, **fault})
    org.owner.get(EVENTS)
    found = why(org)
    assert (found["step"], found["fault"], found["rules"]) == (named, True, [])


def test_a_delayed_refusal_is_of_the_step_that_refused(org: World) -> None:
    org.running.control("POST", "/faults", json={"operation": "listEvents", "delay_ms": 1})
    org.running.client().get(EVENTS)
    assert (step(org), why(org)["fault"]) == ("credential", True)


def test_a_dropped_answer_is_the_operations(org: World) -> None:
    org.running.control("POST", "/faults", json={"org": org.id, "drop": True})
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(EVENTS)
    assert (step(org), why(org)["fault"]) == ("operation", True)


def test_a_header_that_asks_for_no_fault_there_is_was_refused_as_a_fault(org: World) -> None:
    org.owner.get(EVENTS, headers={"X-Mock-Fault": "colour=red"})
    assert (step(org), why(org)["fault"]) == ("fault", False)
    org.owner.get(EVENTS, headers={"Prefer": "code=418"})
    assert step(org) == "fault"


def test_a_header_without_the_token_of_the_control_plane_was_refused_as_a_fault() -> None:
    with running(control_token="t") as mock:
        mock.client("sk_live_abc123").get(EVENTS, headers={"X-Mock-Fault": "status=500"})
        newest = call(mock, "GET", "/requests", 200, token="t")["data"][0]
    assert (newest["status"], newest["why"]["step"]) == (403, "fault")


def test_a_snapshot_keeps_it_and_may_be_without(org: World) -> None:
    org.owner.get("/api/v1/nowhere")
    before = why(org)
    snapshot = call(org.running, "GET", "/snapshot", 200)
    assert snapshot["journal"][-1]["why"] == {"step": "route", "fault": False}
    call(org.running, "PUT", "/snapshot", 200, json=snapshot)
    assert why(org) == before
    del snapshot["journal"][-1]["why"]
    call(org.running, "PUT", "/snapshot", 200, json=snapshot)
    assert why(org) is None
    snapshot["journal"][-1]["why"] = {"step": "luck"}
    refused(org.running, "PUT", "/snapshot", f"journal[{len(snapshot['journal']) - 1}].why.step", json=snapshot)


def test_archive_and_closest_call_have_it(org: World) -> None:
    org.owner.get("/api/v1/nowhere")
    (archived,) = call(org.running, "GET", "/requests/har", 200)["log"]["entries"]
    assert archived["_why"] == why(org)
    verified = call(org.running, "POST", "/requests/verify", 200, json={"match": {"operation": "listEvents"}})
    assert verified["closest"]["request"]["why"] == why(org)


@pytest.mark.parametrize(("strict", "status", "named"), [(False, 400, "input"), (True, 500, "document")])
def test_operations_of_another_document_have_no_rules(tmp_path: Path, strict: bool, status: int, named: str) -> None:
    document = tmp_path / "other.yaml"
    document.write_text(
        "openapi: 3.1.0\ninfo: {title: Other, version: '1'}\n"
        "paths:\n  /events:\n    get:\n      operationId: listEvents\n"
        "      parameters: [{name: limit, in: query, schema: {type: integer}}]\n"
        "      responses: {'200': {description: All, content: {application/json: {schema: {type: object}}}}}\n"
    )
    with running(spec=str(document), strict_responses=strict) as other:
        assert other.client().get("/events", params={"limit": "x"}).status_code == status
        newest = call(other, "GET", "/requests", 200)["data"][0]
    assert (newest["why"]["step"], newest["why"]["rules"]) == (named, [])
