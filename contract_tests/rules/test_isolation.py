"""Isolation of orgs: an object of another org is answered exactly like an unknown one, and shown nowhere."""

import re
from typing import Any

import pytest

from contract_tests import document
from contract_tests.actors import Answer
from contract_tests.document import ROLES, Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls, factories
from contract_tests.steps.alert_rules import create
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.calls import Call
from contract_tests.steps.sites import ungranted_site
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, World

_BY_ID = document.operations(public=False, with_id=True)
_FILTERED = [operation for operation in document.operations() if operation.id_filters]
_VARYING_HEADERS = ("x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "date")
#: A request id in the body of an error, named in a header too or not.
_REQUEST_ID = re.compile(rb'"request_id":\s*"[^"]*"')


def _comparable(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer, without what differs from request to request."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _VARYING_HEADERS}
    return answer.status, headers, _REQUEST_ID.sub(b"", answer.body)


@pytest.mark.rules("ERR-07", "GEN-10")
@pytest.mark.parametrize("operation", _BY_ID, ids=str)
def test_a_foreign_id_is_answered_like_an_unknown_one(world: World, expect: Expect, operation: Operation) -> None:
    foreign = calls.valid_call(world.outside, operation)
    unknown = Call(operation, UNKNOWN_ID, foreign.body, foreign.further_ids)
    before = calls.read_collection(world.outside, operation)
    for role in ROLES:
        actor = world.actor(role)
        answer, reference = foreign.send_as(actor), unknown.send_as(actor)
        if role in operation.roles:
            expect("ERR-07", answer.is_(404, "not_found"), f"404 not_found for {role}", answer)
        expect(
            "ERR-07", _comparable(answer) == _comparable(reference), f"the answer to an unknown id: {reference}", answer
        )
    expect("GEN-10", calls.read_collection(world.outside, operation) == before, "nothing changed in the other org", "")


@pytest.mark.rules("ERR-07")
@pytest.mark.parametrize("operation", _BY_ID, ids=str)
def test_a_deleted_foreign_object_is_answered_like_an_unknown_one(
    world: World, expect: Expect, operation: Operation
) -> None:
    foreign = calls.valid_call(world.outside, operation)
    owner = world.outside.owner
    for path in factories.READABLE:
        owner.delete(f"{path}/{foreign.object_id}")
    answer, reference = foreign.send_as(world.admin), Call(operation, UNKNOWN_ID, foreign.body).send_as(world.admin)
    expect("ERR-07", _comparable(answer) == _comparable(reference), f"the answer to an unknown id: {reference}", answer)


@pytest.mark.rules("ERR-07")
def test_a_foreign_site_or_camera_in_a_rule_is_answered_like_an_unknown_one(world: World, expect: Expect) -> None:
    foreign: dict[str, str] = {"site_ids": world.outside.sites[0], "camera_ids": world.outside.cameras()[0]}
    rule = world.rule(scope_type="all_cameras")["id"]
    for field, foreign_id in foreign.items():
        fields: dict[str, Any] = {field: [foreign_id]}
        unknown: dict[str, Any] = {field: [UNKNOWN_ID]}
        for answer, reference in (
            (create(world, **fields), create(world, **unknown)),
            (world.operator.patch(f"{RULES}/{rule}", fields), world.operator.patch(f"{RULES}/{rule}", unknown)),
        ):
            expect("ERR-07", answer.is_(404, "not_found"), "404 not_found", answer)
            expect(
                "ERR-07",
                _comparable(answer) == _comparable(reference),
                f"the answer to an unknown id: {reference}",
                answer,
            )


@pytest.mark.rules("ERR-07")
@pytest.mark.parametrize("operation", _FILTERED, ids=str)
def test_a_foreign_id_in_a_filter_is_answered_like_an_unknown_one(
    world: World, expect: Expect, operation: Operation
) -> None:
    outside = world.outside
    outside.record(2, camera_id=outside.cameras(outside.sites[0])[0])
    world.record(2)
    outside.raise_alerts(rule_id=outside.rule()["id"])
    foreign = _ids_in(outside)
    for role in operation.roles:
        actor = world.actor(role)
        for name in operation.id_filters:
            tried = [actor.get(operation.path, **{name: value}) for value in (foreign[name], UNKNOWN_ID)]
            expect(
                "ERR-07",
                _comparable(tried[0]) == _comparable(tried[1]),
                f"the answer to an unknown id: {tried[1]}",
                tried[0],
            )


@pytest.mark.rules("ERR-07")
def test_a_foreign_id_in_a_body_is_answered_like_an_unknown_one(world: World, expect: Expect) -> None:
    foreign = _ids_in(world.outside)
    gateway, camera, site = world.pair()["gateway_id"], world.camera()["id"], world.site()["id"]
    new_camera = calls.valid_body(world, document.load().operations["createCamera"]) or {}
    for method, path, body, name in (
        ("POST", f"{GATEWAYS}/generate-pairing-code", {"name": "x"}, "site_id"),
        ("PATCH", f"{GATEWAYS}/{gateway}", {}, "site_id"),
        ("POST", CAMERAS, new_camera, "site_id"),
        ("POST", CAMERAS, new_camera, "gateway_id"),
        ("PATCH", f"{CAMERAS}/{camera}", {}, "site_id"),
        ("PATCH", f"{CAMERAS}/{camera}", {}, "gateway_id"),
        ("PUT", f"{SITES}/{site}/users", {}, "user_ids"),
    ):
        tried = [
            world.admin.call(method, path, json={**body, name: [value] if name.endswith("s") else value})
            for value in (foreign[name], UNKNOWN_ID)
        ]
        expect("ERR-07", tried[0].status == 400, "400", tried[0])
        expect(
            "ERR-07",
            _comparable(tried[0]) == _comparable(tried[1]),
            f"the answer to an unknown id: {tried[1]}",
            tried[0],
        )


def _ids_in(org: World) -> dict[str, str]:
    """Return an id of each kind by the name of the fields and filters that take it."""
    return {
        "site_id": org.sites[0],
        "camera_id": org.cameras(org.sites[0])[0],
        "gateway_id": org.bound_gateway,
        "rule_id": str(org.rule()["id"]),
        "user_ids": org.user_ids["viewer"],
    }


@pytest.mark.rules("ERR-07")
def test_nothing_of_another_org_is_shown(world: World, expect: Expect) -> None:
    outside = world.outside
    outside.record(3)
    outside.raise_alerts(2)
    outside.pair()
    own = [world.record()[0], *world.record(2), world.raise_alerts()[0], world.pair()["gateway_id"]]
    foreign_ids = [
        item["id"] for value in calls.read_everything(outside).values() if isinstance(value, list) for item in value
    ]
    read = "".join(str(value) for value in calls.read_everything(world).values())
    read += world.operator.get(f"{EVENTS}/export").text
    for foreign_id in [*foreign_ids, *outside.sites, *outside.cameras()]:
        expect("ERR-07", foreign_id not in read, "nothing of another org", foreign_id)
    for object_id in own[-1:] if world.shared else own:  # of a shared org, only what the run created is read
        expect("ERR-07", object_id in read, "the objects of the own org", object_id)


@pytest.mark.rules("AS-39")
def test_a_viewer_gets_404_for_unknown_events_and_403_for_those_of_other_sites(world: World, expect: Expect) -> None:
    ungranted = ungranted_site(world)
    hidden = world.record(camera_id=world.cameras(ungranted)[0])[0]
    granted = world.record(camera_id=world.cameras(world.granted[0])[0])[0]
    foreign = world.outside.record(camera_id=world.outside.cameras()[0])[0]
    dismissed = world.record(camera_id=world.cameras(ungranted)[0])[0]
    world.admin.delete(f"{EVENTS}/{dismissed}")
    for event, status, code in (
        (granted, 200, None),
        (hidden, 403, "forbidden"),
        (foreign, 404, "not_found"),
        (UNKNOWN_ID, 404, "not_found"),
        (dismissed, 404, "not_found"),
    ):
        answer = world.viewer.get(f"{EVENTS}/{event}")
        expect("AS-39", answer.is_(status, code), f"{status} {code or ''}", answer)


@pytest.mark.rules("AS-40")
def test_the_object_is_checked_before_its_state(world: World, expect: Expect) -> None:
    outside = world.outside
    alert = outside.raise_alerts(status="resolved")[0]
    bound = outside.owner.get(GATEWAYS)["data"][0]["id"]
    gateway = outside.pair()["gateway_id"]
    outside.operator.patch(f"{GATEWAYS}/{gateway}", {"status": "disabled"})
    for method, path, body in (
        ("PATCH", f"{ALERTS}/{alert}", {"status": "acknowledged"}),
        ("PATCH", f"{GATEWAYS}/{gateway}", {"status": "disabled"}),
        ("PATCH", f"{API}/gateways/{bound}", {"status": "offline"}),
        ("DELETE", f"{GATEWAYS}/{bound}", None),
    ):
        own = outside.operator.call(method, path, json=body)
        expect("AS-40", own.status == 400, "400 in its own org", own)
        answer = world.operator.call(method, path, json=body)
        expect("AS-40", answer.is_(404, "not_found"), "404 not_found", answer)
