"""What each role may do according to the manual, on the operations that the catalogue lists for each rule."""

import pytest

from contract_tests import catalogue, document
from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import refused, rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, CAMERAS, EVENTS, World

#: The lowest role that each rule admits to its operations.
MIN_ROLES = {"ROLE-05": "admin", "ROLE-06": "admin", "ROLE-07": "operator"}


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        pytest.param(rule, name, marks=pytest.mark.rules(rule), id=f"{rule}-{name}")
        for rule in MIN_ROLES
        for name in catalogue.load().rules[rule].operations
    ],
)
def test_only_the_minimum_role_and_higher_ones_may_call(world: World, expect: Expect, rule: str, name: str) -> None:
    operation = document.load().operations[name]
    roles = ROLES[ROLES.index(MIN_ROLES[rule]) :]
    for role in roles:
        answer = calls.valid_call(world, operation).send_as(world.actor(role))
        if answer.status >= 500:
            raise Unavailable(f"the target failed: {answer}")
        expect(rule, answer.status == operation.success, f"{operation.success} for the {role}", answer)
    call = calls.valid_call(world, operation)
    for role in {"viewer", "operator"} - {*roles}:
        answer = call.send_as(world.actor(role))
        expect(rule, refused(answer), f"the {role} to be refused", answer)


@pytest.mark.rules("ROLE-08")
@pytest.mark.parametrize(
    "change", [{"acknowledged": True}, {"starred": True}, {"notes": "Seen."}], ids=lambda change: next(iter(change))
)
def test_only_operators_and_higher_roles_update_events(world: World, expect: Expect, change: dict[str, object]) -> None:
    camera = world.cameras(world.sites[0])[0]
    for role in ("operator", "admin", "owner"):
        path = f"{EVENTS}/{world.record(camera_id=camera)[0]}"
        answer = world.actor(role).patch(path, change)
        expect("ROLE-08", answer.is_(200), f"200 for the {role}", answer)
    path = f"{EVENTS}/{world.record(camera_id=camera)[0]}"
    before = world.operator.get(path).json
    answer = world.viewer.patch(path, change)
    expect("ROLE-08", refused(answer), "the viewer to be refused", answer)
    expect.equal("ROLE-08", world.operator.get(path).json, before, "the event after a refusal")


@pytest.mark.rules("ROLE-09")
def test_every_role_sees_events_and_live_view_and_a_viewer_those_of_granted_sites(world: World, expect: Expect) -> None:
    granted, other = world.cameras(world.sites[0])[0], world.cameras(world.sites[-1])[0]
    seen, hidden = world.record(camera_id=granted)[0], world.record(camera_id=other)[0]
    for role in (*ROLES[1:], "viewer"):
        actor = world.actor(role)
        everywhere = role != "viewer"
        listed = {row["id"] for row in rows(actor.get(EVENTS, limit=100))}
        expect("ROLE-09", seen in listed and (hidden in listed) == everywhere, f"the events of the {role}", listed)
        for event in (seen, hidden):
            answer = actor.get(f"{EVENTS}/{event}")
            expect("ROLE-09", answer.is_(200) == (everywhere or event == seen), f"the events of the {role}", answer)
        for camera in (granted, other):
            answer = actor.call("POST", f"{CAMERAS}/{camera}/live-view-token")
            wanted = everywhere or camera == granted
            expect("ROLE-09", answer.is_(201) == wanted, f"live view for the {role}: {wanted}", answer)


@pytest.mark.rules("ROLE-11")
def test_a_viewer_may_not_acknowledge_an_alert(world: World, expect: Expect) -> None:
    path = f"{ALERTS}/{world.raise_alerts(camera_id=world.cameras(world.sites[0])[0])[0]}"
    before = world.operator.get(path).json
    for status in ("acknowledged", "resolved"):
        for _ in range(10):
            answer = world.viewer.patch(path, {"status": status})
            expect("ROLE-11", refused(answer), "the viewer to be refused", answer)
    expect.equal("ROLE-11", world.operator.get(path).json, before, "the alert after a refusal")
    answer = world.operator.patch(path, {"status": "acknowledged"})
    expect("ROLE-11", answer.is_(200), "the operator to acknowledge it", answer)
