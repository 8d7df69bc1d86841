"""Changes: every one of them, by every role that may make it, takes effect, the fiftieth and an hour later too."""

from collections.abc import Mapping

import pytest

from contract_tests import document
from contract_tests.actors import Actor
from contract_tests.expectations import Expect
from contract_tests.steps.changes import LIFECYCLES
from contract_tests.world import ALERTS, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

#: More often than any fault that shows in one call of 50, and how many of these come an hour later.
_ROUNDS, _LATE_ROUNDS = 52, 4
#: So many that a fault of every second org shows in one of them; no number of roles divides it and one more.
_ORGS = 6
_HOUR_SECONDS = 3600
#: The rule by which each operation does what it does; by the path of the objects.
_RULES: Mapping[str, Mapping[str, str]] = {
    EVENTS: {"updateEvent": "EV-66", "deleteEvent": "EV-07"},
    ALERTS: {"updateAlert": "ROLE-11"},
    RULES: {"createAlertRule": "RU-08", "updateAlertRule": "RU-49", "deleteAlertRule": "RU-56"},
    GATEWAYS: {
        "generatePairingCode": "GW-31",
        "pairGateway": "GW-44",
        "updateGateway": "GW-82",
        "deleteGateway": "GW-87",
    },
    CAMERAS: {
        "createCamera": "CAM-03",
        "triggerCamera": "CAM-21",
        "createLiveViewToken": "ROLE-09",
        "updateCamera": "CAM-03",
        "deleteCamera": "CAM-03",
    },
    SITES: {"createSite": "SITE-01", "setSiteUsers": "SITE-04", "updateSite": "SITE-01", "deleteSite": "SITE-09"},
    USERS: {
        "inviteUser": "USR-08",
        "login": "AUTH-08",
        "refreshSession": "AUTH-13",
        "logout": "AUTH-02",
        "revokeUserSession": "USR-21",
        "updateUser": "USR-12",
        "deleteUser": "USR-01",
    },
    WEBHOOKS: {"createWebhook": "WH-01", "updateWebhook": "ROLE-07", "deleteWebhook": "ROLE-07"},
}


@pytest.mark.repeats
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.rules(*{*rules.values()}), id=path) for path, rules in _RULES.items()]
)
def test_every_change_takes_effect(world: World, expect: Expect, path: str) -> None:
    orgs = [world, *(world.fresh() for _ in range(_ORGS))]
    for number in range(_ROUNDS):
        org = orgs[number % len(orgs)]

        def caller(operation: str, number: int = number, org: World = org) -> Actor:
            roles = document.load().operations[operation].roles
            return org.actor(roles[number % len(roles)])

        if number == _ROUNDS - _LATE_ROUNDS:
            world.advance(_HOUR_SECONDS)
        for change in LIFECYCLES[path](org, caller):
            rule, success = _RULES[path][change.operation], document.load().operations[change.operation].success
            wanted = f"{success}, and that {change.operation} has been carried out"
            expect(rule, change.answer.status == success and change.seen, wanted, change.answer)
