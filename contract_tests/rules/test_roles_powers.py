"""What each role may do, as the manual puts it: the operations are named here, not read from the document."""

import pytest

from contract_tests import document
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import refused, rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, CAMERAS, EVENTS, World

ADMINS, OPERATORS = ("admin", "owner"), ("operator", "admin", "owner")
USERS = (
    "listUsers", "inviteUser", "getUser", "updateUser", "deleteUser", "listUserSessions", "revokeUserSession",
)  # fmt: skip
SITES = ("createSite", "updateSite", "deleteSite", "listSiteUsers", "setSiteUsers")
KEYS = ("rotateWebhookSecret", "listServiceAccountKeys")
DEVICES = (
    "generatePairingCode", "updateGateway", "deleteGateway", "createCamera", "updateCamera", "deleteCamera",
    "triggerCamera", "createAlertRule", "updateAlertRule", "deleteAlertRule", "createWebhook", "updateWebhook",
    "deleteWebhook",
)  # fmt: skip
POWERS = [
    pytest.param(rule, name, roles, marks=pytest.mark.rules(rule), id=f"{rule}-{name}")
    for rule, names, roles in (
        ("ROLE-05", (*USERS, *SITES), ADMINS),
        ("ROLE-06", KEYS, ADMINS),
        ("ROLE-07", DEVICES, OPERATORS),
    )
    for name in names
]


@pytest.mark.parametrize(("rule", "name", "roles"), POWERS)
def test_the_power_is_theirs_and_nobody_elses(
    world: World, expect: Expect, rule: str, name: str, roles: tuple[str, ...]
) -> None:
    operation = document.load().operations[name]
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
def test_operators_and_higher_roles_work_on_events_and_viewers_do_not(
    world: World, expect: Expect, change: dict[str, object]
) -> None:
    camera = world.cameras(world.sites[0])[0]
    for role in OPERATORS:
        path = f"{EVENTS}/{world.record(camera_id=camera)[0]}"
        answer = world.actor(role).patch(path, change)
        expect("ROLE-08", answer.is_(200), f"200 for the {role}", answer)
    path = f"{EVENTS}/{world.record(camera_id=camera)[0]}"
    before = world.operator.get(path).json
    answer = world.viewer.patch(path, change)
    expect("ROLE-08", refused(answer), "the viewer to be refused", answer)
    expect.equal("ROLE-08", world.operator.get(path).json, before, "after a refusal, the event")


@pytest.mark.rules("ROLE-09")
def test_events_and_live_views_of_the_whole_org_but_for_viewers(world: World, expect: Expect) -> None:
    here, there = world.cameras(world.sites[0])[0], world.cameras(world.sites[-1])[0]
    seen, hidden = world.record(camera_id=here)[0], world.record(camera_id=there)[0]
    for role in (*OPERATORS, "viewer"):
        actor = world.actor(role)
        everywhere = role != "viewer"
        listed = {row["id"] for row in rows(actor.get(EVENTS, limit=100))}
        expect("ROLE-09", seen in listed and (hidden in listed) == everywhere, f"the events of the {role}", listed)
        for event in (seen, hidden):
            answer = actor.get(f"{EVENTS}/{event}")
            expect("ROLE-09", answer.is_(200) == (everywhere or event == seen), f"the events of the {role}", answer)
        for camera in (here, there):
            answer = actor.call("POST", f"{CAMERAS}/{camera}/live-view-token")
            wanted = everywhere or camera == here
            expect("ROLE-09", answer.is_(201) == wanted, f"live view for the {role}: {wanted}", answer)


@pytest.mark.rules("ROLE-11")
def test_a_viewer_acknowledges_no_alert(world: World, expect: Expect) -> None:
    path = f"{ALERTS}/{world.raise_alerts(camera_id=world.cameras(world.sites[0])[0])[0]}"
    before = world.operator.get(path).json
    for status in ("acknowledged", "resolved"):
        for _ in range(10):
            answer = world.viewer.patch(path, {"status": status})
            expect("ROLE-11", refused(answer), "the viewer to be refused", answer)
    expect.equal("ROLE-11", world.operator.get(path).json, before, "after a refusal, the alert")
    answer = world.operator.patch(path, {"status": "acknowledged"})
    expect("ROLE-11", answer.is_(200), "the operator to acknowledge it", answer)
