"""Isolation of orgs: an object of another org is answered exactly like an unknown one, and shown nowhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.document import ROLES, Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.alert_rules import create
from contract_tests.steps.answers import UNKNOWN_ID, ids_of, refused
from contract_tests.steps.calls import Call
from contract_tests.steps.logins import logged_in, try_login
from contract_tests.steps.parameters import with_rules
from contract_tests.steps.sampling import MANY_ATTEMPTS
from contract_tests.steps.sites import ungranted_site
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, World

_BY_ID = document.operations(public=False, with_id=True)
_FILTERED = [operation for operation in document.operations() if operation.id_filters]
_VARYING_HEADERS = ("x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "date")
#: A request id in the body of an error, named in a header too or not.
_REQUEST_ID = re.compile(rb'"request_id":\s*"[^"]*"')


#: The rule that says of a list that it is of one org, and of a read that viewers may make it for some sites.
_RULES_OF_LISTS = {
    "listEvents": "EV-02",
    "listAlerts": "AL-02",
    "listAlertRules": "RU-01",
    "listGateways": "GW-09",
    "listCameras": "ERR-07",
    "listSites": "ERR-07",
    "listUsers": "ERR-07",
    "listWebhooks": "ERR-07",
}
_RULES_OF_SITES = {
    "listEvents": "EV-03",
    "getEvent": "EV-43",
    "listGateways": "GW-08",
    "getGateway": "GW-54",
    "getGatewayTelemetry": "GW-58",
    "listCameras": "CAM-02",
    "getCamera": "CAM-02",
    "getCameraSnapshot": "CAM-02",
    "createLiveViewToken": "CAM-02",
}
#: Creates an object at a site and returns its id, by the segment of the path.
_NEW_AT_SITE: Mapping[str, Callable[[World, str], str]] = {
    "events": lambda world, site: world.record(camera_id=world.cameras(site)[0])[0],
    "gateways": lambda world, site: str(world.pair(site_id=site)["gateway_id"]),
    "cameras": lambda world, site: str(world.camera(site_id=site)["id"]),
}


def _comparable(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer, without what differs from request to request."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _VARYING_HEADERS}
    return answer.status, headers, _REQUEST_ID.sub(b"", answer.body)


@pytest.mark.rules("ERR-07", "GEN-10")
@pytest.mark.parametrize("operation", _BY_ID, ids=str)
def test_a_foreign_id_is_answered_like_an_unknown_one(world: World, expect: Expect, operation: Operation) -> None:
    used, foreign = (calls.valid_call(world.outside, operation) for _ in range(2))
    unknown = Call(operation, UNKNOWN_ID, foreign.body, foreign.further_ids)
    with suppress(Unavailable):
        used.send_as(calls.permitted_actor(world.outside, operation))
    before = calls.read_collection(world.outside, operation)
    actors = _callers(world, operation, ROLES)
    references = [unknown.send_as(actor) for actor in actors]
    repeated = [] if world.shared else [foreign] * (MANY_ATTEMPTS // len(actors))
    for call in (used, foreign, *repeated):
        for actor, reference in zip(actors, references, strict=True):
            answer = call.send_as(actor)
            if actor.name in operation.roles:
                expect("ERR-07", answer.is_(404, "not_found"), f"404 not_found for {actor.name}", answer)
            same = _comparable(answer) == _comparable(reference)
            expect("ERR-07", same, f"the answer to an unknown id: {reference}", answer)
    expect("GEN-10", calls.read_collection(world.outside, operation) == before, "nothing changed in the other org", "")
    with suppress(Unavailable):
        world.outside.owner.delete(f"{'/'.join(operation.path.split('/')[:4])}/{used.object_id}")
        answer, reference = used.send_as(actors[-1]), references[-1]
        same = _comparable(answer) == _comparable(reference)
        expect("ERR-07", same, f"after a deletion, the answer to an unknown id: {reference}", answer)


def _callers(world: World, operation: Operation, roles: Sequence[str]) -> list[Actor]:
    """Return an actor of each role; for reads also one who has logged in, of the lowest role that may make the call."""
    actors = []
    for role in roles:
        with suppress(Unavailable):
            actors.append(world.actor(role))
    with suppress(Unavailable):
        if operation.method == "GET":
            actors.append(logged_in(world, try_login(world, world.credentials(operation.roles[0]))))
    return actors


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


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_RULES_OF_LISTS))
def test_no_list_shows_an_object_of_another_org(world: World, expect: Expect, operation: Operation, rule: str) -> None:
    for _ in range(3):
        calls.new_object_id(world.outside, operation)
    foreign = ids_of(calls.permitted_actor(world.outside, operation).get(operation.path))
    actors = _callers(world, operation, operation.roles)
    for number in range(MANY_ATTEMPTS):
        actor = actors[number % len(actors)]
        shown = ids_of(actor.get(operation.path)) & foreign
        expect.equal(rule, shown, set(), f"what the {actor.name} is shown of another org is")


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_RULES_OF_SITES))
def test_none_of_many_reads_shows_a_viewer_another_site(
    world: World, expect: Expect, operation: Operation, rule: str
) -> None:
    hidden = _NEW_AT_SITE[operation.path.split("/")[3]](world, ungranted_site(world))
    viewers = _callers(world, operation, ["viewer"])
    for number in range(MANY_ATTEMPTS):
        answer = Call(operation, hidden).send_as(viewers[number % len(viewers)])
        shown = not refused(answer) if operation.takes_id else hidden in ids_of(answer)
        expect(rule, not shown, "a viewer not to be shown an object of another site", answer)


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
