"""Reading: every answer, however often it is asked for, shows what was changed last, and nothing that is gone."""

import pytest

from contract_tests.actors import Answer
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import logins, users
from contract_tests.steps.answers import refused
from contract_tests.steps.parameters import with_rules
from contract_tests.steps.readings import READINGS, Reading, listed_ids
from contract_tests.verdicts import Unavailable
from contract_tests.world import SITES, USERS, World

#: More often than any fault that shows in one answer of 50.
_READS = 60
#: So many that a fault of every second org shows in one of them, or of those of the other checks.
_ORGS = 3
_HOUR_SECONDS, _DAY_SECONDS = 3600, 24 * 3600
#: The rule by which each operation answers with what there is.
_ANSWERS = {
    "listEvents": "EV-30",
    "getEvent": "EV-44",
    "exportEvents": "EV-80",
    "listAlerts": "AL-15",
    "getAlertTimeline": "AL-24",
    "listAlertRules": "RU-03",
    "getAlertRule": "CAM-24",
    "listGateways": "GW-10",
    "getGateway": "GW-54",
    "getGatewayTelemetry": "GW-06",
    "listCameras": "CAM-10",
    "getCamera": "CAM-02",
    "getCameraSnapshot": "CAM-02",
    "listSites": "SITE-08",
    "getSite": "SITE-08",
    "listSiteUsers": "SITE-04",
    "listUsers": "USR-02",
    "getUser": "USR-01",
    "listUserSessions": "USR-20",
    "getMe": "AUTH-02",
    "listServiceAccountKeys": "AUTH-20",
    "listWebhooks": "WH-03",
    "getWebhook": "WH-03",
    "getHealth": "SYS-01",
    "getApiHealth": "SYS-02",
}
#: The rule by which a viewer reads what is at granted sites only.
_GRANTED = {
    "listEvents": "EV-40",
    "getEvent": "EV-53",
    "listGateways": "GW-08",
    "getGateway": "GW-54",
    "getGatewayTelemetry": "GW-58",
    "listCameras": "CAM-02",
    "getCamera": "CAM-02",
    "getCameraSnapshot": "CAM-02",
    "listSites": "SITE-03",
}
#: The rule by which an operation is for higher roles than viewer.
_FOR_HIGHER_ROLES = {
    "exportEvents": "EV-79",
    "listSiteUsers": "ROLE-05",
    "listUsers": "USR-04",
    "getUser": "USR-01",
    "listUserSessions": "USR-01",
    "listServiceAccountKeys": "ROLE-06",
}


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_ANSWERS))
def test_every_answer_shows_what_was_changed_last(
    world: World, expect: Expect, operation: Operation, rule: str
) -> None:
    for site in world.sites:
        world.grant(site, "viewer")
    readers, reading = [world.actor(role) for role in operation.roles], READINGS[operation.id](world)
    known = set().union(*map(listed_ids, map(reading.read, readers)))
    _change(reading, world)
    for seconds in (0, *[0] * (_READS // len(readers)), _HOUR_SECONDS, _DAY_SECONDS):
        if seconds:
            world.advance(seconds)
        for answer in map(reading.read, readers):
            shown = _is_complete(answer) and listed_ids(answer) >= known and reading.shows(answer)
            expect(rule, shown, f"{operation.success} with all there is, as it was changed last", answer)
    if reading.remove:
        reading.remove()
        for answer in map(reading.read, readers):
            expect(rule, reading.gone(answer), "nothing of what was removed", answer)


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_ANSWERS))
def test_an_answer_is_complete_in_every_org(world: World, expect: Expect, operation: Operation, rule: str) -> None:
    for _ in range(_ORGS):
        org = world.fresh()
        reading = READINGS[operation.id](org)
        _change(reading, org)
        answer = reading.read(org.admin)
        shown = _is_complete(answer) and reading.shows(answer)
        expect(rule, shown, f"{operation.success} with all there is, as it was changed last", answer)


def _change(reading: Reading, org: World) -> None:
    if reading.change and not 200 <= (answer := reading.change(org.admin)).status < 300:
        raise Unavailable(f"a change that is needed was answered {answer}")


def _is_complete(answer: Answer) -> bool:
    """Whether an answer is a success and, where it is the only page of a list, has as many rows as its total says."""
    if answer.status != 200:
        return False
    body = answer.json if answer.headers.get("content-type", "").startswith("application/json") else {}
    single = isinstance(body, dict) and "total" in body and body.get("next_cursor") is None
    return not single or body["total"] == len(answer.rows)


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_GRANTED))
def test_a_viewer_cannot_read_what_is_granted_no_longer(
    world: World, expect: Expect, operation: Operation, rule: str
) -> None:
    reading = READINGS[operation.id](world)
    _change(reading, world)
    login = logins.try_login(world, world.credentials("viewer"))
    viewers = (world.viewer, logins.logged_in(world, login))
    for answer in map(reading.read, viewers):
        expect(rule, reading.shows(answer), "what is at a granted site", answer)
    for site in (row["id"] for row in world.viewer.get(SITES)["data"]):
        world.grant(site)
    for answer in map(reading.read, viewers):
        expect(rule, reading.gone(answer), "nothing of a site that is granted no longer", answer)


@pytest.mark.repeats
@pytest.mark.parametrize(("operation", "rule"), with_rules(_FOR_HIGHER_ROLES))
def test_a_user_whose_role_was_lowered_cannot_read_what_it_could(
    world: World, expect: Expect, operation: Operation, rule: str
) -> None:
    reading, invited = READINGS[operation.id](world), users.invite(world, role=operation.roles[0])
    reader = logins.logged_in(world, users.log_in(world, invited))
    answer = reading.read(reader)
    expect(rule, answer.status == operation.success, f"{operation.success} for the {operation.roles[0]}", answer)
    world.owner.patch(f"{USERS}/{invited['user']['id']}", {"role": "viewer"})
    answer = reading.read(reader)
    expect(rule, refused(answer), "a viewer to be refused", answer)
