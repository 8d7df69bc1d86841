"""What each role may do according to the manual, on the operations that the catalogue lists for each rule."""

import pytest

from contract_tests import catalogue, document
from contract_tests.actors import Actor
from contract_tests.document import ROLES
from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import pages, refused, rows
from contract_tests.steps.sampling import attempts
from contract_tests.steps.sites import ungranted_site
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


def _is_listed(actor: Actor, event: str, camera: str) -> bool:
    """Whether an actor may list the events of a camera, however many, and finds one there."""
    if refused(actor.get(EVENTS, camera_id=camera)):
        return False
    return any(row["id"] == event for page in pages(actor, EVENTS, camera_id=camera) for row in rows(page))


@pytest.mark.rules("ROLE-09")
def test_every_role_sees_events_and_a_viewer_those_of_granted_sites(world: World, expect: Expect) -> None:
    granted, other = _cameras(world)
    for role in (*ROLES[1:], "viewer"):
        actor = world.actor(role)
        for camera in (granted, other):
            event = world.record(camera_id=camera)[0]
            wanted = role != "viewer" or camera == granted
            answer = actor.get(f"{EVENTS}/{event}")
            expect("ROLE-09", answer.is_(200) == wanted, f"the event for the {role}: {wanted}", answer)
            expect("ROLE-09", _is_listed(actor, event, camera) == wanted, f"it in the {role}'s list: {wanted}", event)
            if not wanted:
                shown = [row["id"] for row in rows(actor.get(EVENTS, limit=MAX_LIMIT))]
                expect("ROLE-09", event not in shown, "no event of a site that is not granted", event)


def _cameras(world: World) -> tuple[str, str]:
    """Return a camera at a site granted to the viewer, and one at another. Raises Unavailable."""
    return world.cameras(world.granted[0])[0], world.cameras(ungranted_site(world))[0]


@pytest.mark.rules("ROLE-09")
def test_every_role_sees_live_view_and_a_viewer_that_of_granted_sites(world: World, expect: Expect) -> None:
    granted, other = _cameras(world)
    for role in (*ROLES[1:], "viewer"):
        for camera in (granted, other):
            answer = world.actor(role).call("POST", f"{CAMERAS}/{camera}/live-view-token")
            wanted = role != "viewer" or camera == granted
            expect("ROLE-09", answer.is_(201) == wanted, f"live view for the {role}: {wanted}", answer)


@pytest.mark.rules("ROLE-11")
def test_a_viewer_may_not_acknowledge_an_alert(world: World, expect: Expect) -> None:
    path = f"{ALERTS}/{world.raise_alerts(camera_id=world.cameras(world.sites[0])[0])[0]}"
    before = world.operator.get(path).json
    for status in ("acknowledged", "resolved"):
        for _ in range(attempts(world, 10)):
            answer = world.viewer.patch(path, {"status": status})
            expect("ROLE-11", refused(answer), "the viewer to be refused", answer)
    expect.equal("ROLE-11", world.operator.get(path).json, before, "the alert after a refusal")
    answer = world.operator.patch(path, {"status": "acknowledged"})
    expect("ROLE-11", answer.is_(200), "the operator to acknowledge it", answer)
